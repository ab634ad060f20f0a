//! Outputs are restored exactly, readers of old files are not disturbed, and nothing escapes an output path.

use super::*;
use crate::test_support::{Fixture, explained, script};
use std::io::Read;
use std::os::unix::fs::symlink;

struct Case {
    fixture: Fixture,
    store: ContentStore,
    index: DigestIndex,
    process: Process,
}

impl Case {
    fn new(files: &str, outputs: &[&str]) -> Self {
        let fixture = Fixture::new(files);
        let (store, index) = (ContentStore::new(&fixture.cache()), DigestIndex::open(&fixture.cache()));
        Self { fixture, store, index, process: script("", outputs) }
    }

    fn outputs(&self) -> OutputFiles<'_> {
        OutputFiles::of(&self.process, &self.fixture.root()).expect("the outputs make sense")
    }

    fn collect(&self) -> ActionResult {
        let mut result = ActionResult::default();
        self.outputs().collect(&self.store, &mut result).expect("the outputs can be stored");
        result
    }

    fn restore(&self, result: &ActionResult) -> bool {
        self.outputs().restore(result, &self.store, &self.index).expect("the build root can be written")
    }

    /// Every path below the build root, with the content of files and the targets of links.
    fn listing(&self) -> String {
        let mut lines = Vec::new();
        list(&self.fixture.root(), "", &mut lines);
        lines.sort();
        lines.join("\n")
    }
}

fn list(directory: &Path, prefix: &str, lines: &mut Vec<String>) {
    for entry in fs::read_dir(directory).expect("it is a directory") {
        let path = entry.expect("it can be listed").path();
        let name = format!("{prefix}{}", path.file_name().expect("it has a name").to_string_lossy());
        let metadata = fs::symlink_metadata(&path).expect("it is there");
        if metadata.is_symlink() {
            lines.push(format!("{name} -> {}", fs::read_link(&path).expect("it is a link").display()));
        } else if metadata.is_dir() {
            lines.push(format!("{name}/"));
            list(&path, &format!("{name}/"), lines);
        } else {
            let mark = if is_executable(&metadata) { "*" } else { "" };
            lines.push(format!("{name}{mark} = {}", fs::read_to_string(&path).expect("it is text").trim()));
        }
    }
}

fn case() -> Case {
    let case = Case::new("//- out/a/x.txt\nx\n//- out/b.txt\nb\n//- one.txt\n1\n", &["out", "one.txt", "missing"]);
    let root = case.fixture.root();
    fs::create_dir(root.join("out/empty")).expect("the directory is ours");
    symlink("a/x.txt", root.join("out/link")).expect("the directory is ours");
    fs::set_permissions(root.join("out/b.txt"), fs::Permissions::from_mode(0o755)).expect("the file is ours");
    case
}

#[test]
fn what_was_collected_is_restored_over_anything() {
    let case = case();
    let (before, result) = (case.listing(), case.collect());
    case.outputs().remove().expect("the files are ours");
    assert_eq!(case.listing(), "");
    assert!(case.restore(&result));
    assert_eq!(case.listing(), before);

    let root = case.fixture.root();
    case.fixture.write("out/a/x.txt", "damaged");
    case.fixture.write("out/a/extra/file.txt", "not ours");
    fs::remove_file(root.join("out/link")).expect("it is there");
    fs::create_dir(root.join("out/link")).expect("the directory is ours");
    fs::remove_file(root.join("one.txt")).expect("it is there");
    symlink("out/b.txt", root.join("one.txt")).expect("the directory is ours");
    case.fixture.write("missing", "left over");
    assert!(case.restore(&result));
    assert_eq!(case.listing(), before);
}

#[test]
fn restored_files_are_replaced_and_right_ones_left_alone() {
    let case = case();
    let result = case.collect();
    let root = case.fixture.root();
    let inode = |path: &str| std::os::unix::fs::MetadataExt::ino(&fs::metadata(root.join(path)).expect("it is there"));
    let (kept, replaced) = (inode("out/a/x.txt"), inode("one.txt"));
    case.fixture.write("one.txt", "old");
    let mut reader = fs::File::open(root.join("one.txt")).expect("it is there");
    assert!(case.restore(&result));
    assert_eq!(inode("out/a/x.txt"), kept);
    assert_ne!(inode("one.txt"), replaced);
    let mut text = String::new();
    reader.read_to_string(&mut text).expect("it is open");
    assert_eq!(text, "old");
}

#[test]
fn a_lost_or_damaged_blob_is_a_miss() {
    let case = case();
    let result = case.collect();
    case.outputs().remove().expect("the files are ours");
    let digest = Digest::of_bytes(b"x\n");
    let hash = digest.hash.to_hex();
    let blob = case.fixture.cache().join("content").join(&hash[..2]).join(hash);
    fs::remove_file(&blob).expect("it was stored");
    assert!(!case.restore(&result));
    fs::write(&blob, "y\n").expect("the directory is ours");
    assert!(!case.restore(&result));
    case.store.put_bytes(b"x\n").expect("the directory is ours");
    assert!(case.restore(&result));
}

#[test]
fn a_hostile_result_stays_inside_the_outputs() {
    let case = Case::new("//- precious.txt\nkeep\n", &["out"]);
    let digest = Some(case.store.put_bytes(b"evil").expect("the directory is ours").into());
    let file = |path: &str| reapi::OutputFile { path: path.to_owned(), digest: digest.clone(), is_executable: false };
    for path in ["precious.txt", "/tmp/x", "out/../precious.txt", "../x", ""] {
        let result = ActionResult { output_files: vec![file(path)], ..ActionResult::default() };
        assert!(!case.restore(&result), "{path}");
    }
    for name in ["..", ".", "", "a/b"] {
        let node = reapi::FileNode { name: name.to_owned(), digest: digest.clone(), is_executable: false };
        let root = reapi::Directory { files: vec![node], ..reapi::Directory::default() };
        let tree = reapi::Tree { root: Some(root), children: Vec::new() }.encode_to_vec();
        let tree_digest = Some(case.store.put_bytes(&tree).expect("the directory is ours").into());
        let directory = reapi::OutputDirectory { path: "out".to_owned(), tree_digest };
        let result = ActionResult { output_directories: vec![directory], ..ActionResult::default() };
        assert!(!case.restore(&result), "{name}");
    }
    assert_eq!(case.listing(), "precious.txt = keep");
}

#[test]
fn absolute_links_are_stored_only_for_what_stays_here() {
    let mut case = Case::new("", &["link"]);
    symlink("/usr/bin/env", case.fixture.root().join("link")).expect("the directory is ours");
    let error = case.outputs().collect(&case.store, &mut ActionResult::default()).expect_err("it cannot be moved");
    assert_eq!(
        explained(&error, &case.fixture.root()),
        "output `[ROOT]/link` cannot be moved: it is a link to the absolute path `/usr/bin/env`"
    );
    case.process.locality = Locality::LocalOnly;
    let result = case.collect();
    assert!(case.restore(&result));
}

#[test]
fn outputs_that_make_no_sense_are_refused() {
    let fixture = Fixture::new("//- src/a.txt\na\n");
    let inputs = fixture.service().capture(&["src/a.txt".into()]).expect("it is there");
    let check = |directory: &str, output: &str, expect: &str| {
        let mut process = script("", &[output]);
        (process.inputs, process.working_directory) = (inputs.clone(), directory.to_owned());
        let error = OutputFiles::of(&process, &fixture.root()).err().expect("it makes no sense");
        assert_eq!(error.to_string(), format!("bad process `script`: {expect}"));
    };
    check("", "", "output `` is not a path below its working directory");
    check("", "/etc", "output `/etc` is not a path below its working directory");
    check("", "a/../..", "output `a/../..` is not a path below its working directory");
    check("", "src", "output `src` would remove input `src/a.txt`");
    check("src", "a.txt", "output `a.txt` would remove input `src/a.txt`");
    check("../x", "out", "working directory `../x` is not a plain path");
}
