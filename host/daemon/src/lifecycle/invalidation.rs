//! The files that `--pantsd-invalidation-globs` names: whoever changes one wants another daemon.
//!
//! They are looked for in every run, so only directories that can hold one are read: a pattern costs as much as it is vague.

use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// How deep `**` goes: a tree of links leads nowhere sooner.
const DEEPEST: usize = 64;

/// The files below `root` that one of the patterns matches, each with its stamp.
///
/// A part `**` stands for any directories, none included; those that begin with a dot are passed over, unless a part
/// names them.
pub(super) fn files(root: &Path, patterns: &[String]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for pattern in patterns {
        let parts: Vec<Part> = pattern.split('/').filter(|part| !matches!(*part, "" | ".")).map(Part::of).collect();
        look(root, "", &parts, 0, &mut found);
    }
    found
}

/// What tells one state of a file from another.
pub(super) fn stamp(metadata: &Metadata) -> String {
    format!("{} {}.{:09}", metadata.len(), metadata.mtime(), metadata.mtime_nsec())
}

/// A part of a pattern, between slashes.
enum Part {
    /// `**`
    Anything,
    /// Text with nothing special in it.
    Name(String),
    /// Text with wildcards.
    Wild(GlobMatcher),
}

impl Part {
    fn of(text: &str) -> Self {
        if text == "**" {
            return Self::Anything;
        }
        let is_plain = !text.contains(['*', '?', '[', '{', '\\']);
        match GlobBuilder::new(text).literal_separator(true).build() {
            Ok(glob) if !is_plain => Self::Wild(glob.compile_matcher()),
            // What makes no sense as a pattern may still be the name of a file.
            _ => Self::Name(text.to_owned()),
        }
    }
}

fn look(directory: &Path, inside: &str, parts: &[Part], depth: usize, found: &mut BTreeMap<String, String>) {
    let Some((part, rest)) = parts.split_first() else { return };
    match part {
        Part::Name(name) => meet(&directory.join(name), &joined(inside, name), rest, depth, found),
        Part::Wild(glob) => {
            for name in names_in(directory).iter().filter(|name| glob.is_match(name)) {
                meet(&directory.join(name), &joined(inside, name), rest, depth, found);
            }
        }
        Part::Anything => {
            look(directory, inside, rest, depth, found);
            for name in names_in(directory).iter().filter(|name| !name.starts_with('.')) {
                let path = directory.join(name);
                let is_directory = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
                if is_directory && depth < DEEPEST {
                    look(&path, &joined(inside, name), parts, depth + 1, found);
                }
            }
        }
    }
}

fn meet(path: &Path, inside: &str, rest: &[Part], depth: usize, found: &mut BTreeMap<String, String>) {
    if !rest.is_empty() {
        look(path, inside, rest, depth, found);
    } else if let Ok(metadata) = fs::metadata(path)
        && metadata.is_file()
    {
        found.insert(inside.to_owned(), stamp(&metadata));
    }
}

fn joined(inside: &str, name: &str) -> String {
    if inside.is_empty() { name.to_owned() } else { format!("{inside}/{name}") }
}

/// What cannot be read holds nothing; a name that is not UTF-8 is matched by no pattern.
fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_find_files_where_they_lead() {
        let root = tempfile::tempdir().expect("tests have a temporary directory");
        for path in ["requirements.txt", "3rdparty/a/requirements.txt", "3rdparty/b.txt", ".hidden/c.txt", "x/y/z/d.py"]
        {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("the directory is ours");
            fs::write(path, "x").expect("the directory is ours");
        }
        let check = |patterns: &[&str], expect: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            assert_eq!(files(root.path(), &patterns).into_keys().collect::<Vec<_>>(), expect, "{patterns:?}");
        };
        check(&[], &[]);
        check(&["requirements.txt", "none.txt", "3rdparty"], &["requirements.txt"]);
        check(
            &["3rdparty/**/requirements.txt", "./requirements.txt"],
            &["3rdparty/a/requirements.txt", "requirements.txt"],
        );
        check(&["**/*.txt"], &["3rdparty/a/requirements.txt", "3rdparty/b.txt", "requirements.txt"]);
        check(&[".hidden/*"], &[".hidden/c.txt"]);
        check(&["x/*/*/d.{py,rs}", "["], &["x/y/z/d.py"]);
    }
}
