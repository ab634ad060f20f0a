//! Capturing: files, directories, links; what cannot be captured is named; what changed is noticed.

use super::*;
use crate::test_support::{Fixture, explained};
use std::os::unix::fs::symlink;

fn fixture() -> Fixture {
    Fixture::new("//- src/a.txt\na\n//- src/deep/b.txt\nb\n//- c.txt\nc\n")
}

#[track_caller]
fn check(fixture: &Fixture, paths: &[&str], expect: &str) {
    let captured = fixture.service().capture(&paths.iter().map(PathBuf::from).collect::<Vec<_>>());
    let actual = match captured {
        Ok(tree) => tree.files().map(|file| file.path.as_str()).collect::<Vec<_>>().join(" "),
        Err(error) => explained(&error, &fixture.root()),
    };
    assert_eq!(actual, expect);
}

#[test]
fn files_and_directories_in_any_spelling() {
    let fixture = fixture();
    check(&fixture, &["c.txt", "./src//", "src/a.txt"], "c.txt src/a.txt src/deep/b.txt");
    check(&fixture, &["."], "c.txt src/a.txt src/deep/b.txt");
    check(&fixture, &[], "");
}

#[test]
fn links_are_what_they_lead_to() {
    let fixture = fixture();
    symlink(fixture.root().join("src"), fixture.root().join("link")).expect("the directory is ours");
    symlink("c.txt", fixture.root().join("d.txt")).expect("the directory is ours");
    check(&fixture, &["link", "d.txt"], "d.txt link/a.txt link/deep/b.txt");
}

#[test]
fn what_cannot_be_captured_is_named() {
    let fixture = fixture();
    check(&fixture, &["c.txt", "src/none.txt"], "input `src/none.txt` does not exist");
    check(&fixture, &["c.txt/x"], "input `c.txt/x` does not exist");
    check(&fixture, &["/etc/passwd"], "input `/etc/passwd` is not a path below the build root");
    check(&fixture, &["src/../../x"], "input `src/../../x` is not a path below the build root");
    symlink("nowhere", fixture.root().join("src/dangling")).expect("the directory is ours");
    check(&fixture, &["src"], "input `src/dangling` is a link to `nowhere`, which does not exist");
    symlink(".", fixture.root().join("src/deep/loop")).expect("the directory is ours");
    check(&fixture, &["src/deep"], "input `src/deep/loop` is a link to a directory that contains it");
}

#[test]
fn a_socket_is_no_input() {
    let fixture = fixture();
    let _socket = std::os::unix::net::UnixListener::bind(fixture.root().join("s")).expect("the directory is ours");
    check(&fixture, &["s"], "input `s` is neither a file nor a directory");
}

#[test]
fn many_files_are_captured_in_parallel_with_one_digest() {
    let fixture = Fixture::new("");
    for number in 0..300 {
        fixture.write(&format!("d{}/f{number}", number % 7), &number.to_string());
    }
    let paths = [PathBuf::from("")];
    let index = DigestIndex::open(&fixture.cache());
    let alone = capture(&fixture.root(), &paths, &index, 1).expect("all files are there");
    let index = DigestIndex::open(&fixture.root().join("other"));
    let together = capture(&fixture.root(), &paths, &index, 8).expect("all files are there");
    assert_eq!(alone.len(), 300);
    assert_eq!(alone.digest(), together.digest());
}

#[test]
fn fresh_files_are_racy_and_old_ones_are_remembered() {
    let fixture = fixture();
    let old = File::options().write(true).open(fixture.root().join("c.txt")).expect("the file is ours");
    old.set_modified(SystemTime::UNIX_EPOCH).expect("the file is ours");
    let capture = || fixture.service().capture(&["c.txt".into()]).expect("it is there");
    let first = capture();
    let file = first.files().next().expect("one file was captured");
    let trusted_at = SystemTime::UNIX_EPOCH + std::time::Duration::from_nanos(file.stamp.changed.cast_unsigned());
    assert!(file.stamp.is_racy(trusted_at), "setting the time changes the inode now");
    assert!(!file.stamp.is_racy(trusted_at + std::time::Duration::from_secs(3)));
    assert_eq!(capture().digest(), first.digest());
}

#[test]
fn a_known_stamp_spares_the_reading() {
    let fixture = fixture();
    let index = DigestIndex::open(&fixture.cache());
    let metadata = fs::metadata(fixture.root().join("c.txt")).expect("it is there");
    let made_up = Digest { hash: pants_model::Fingerprint::of_bytes(b"made up"), size: metadata.len() };
    index.remember(&[(FileStamp::of(&metadata), made_up)]);
    let tree = capture(&fixture.root(), &["c.txt".into()], &index, 1).expect("it is there");
    assert_eq!(tree.files().next().expect("one file was captured").digest, made_up);
}

#[test]
fn changes_are_noticed_even_within_a_tick() {
    let fixture = fixture();
    let service = fixture.service();
    let capture = || service.capture(&["src".into(), "c.txt".into()]).expect("all files are there");
    let changed = |tree: &InputTree| super::changed(&fixture.root(), tree).first().map(|file| file.path.clone());
    let tree = capture();
    assert_eq!(changed(&tree), None);
    fixture.write("c.txt", "C\n");
    assert_eq!(changed(&tree).as_deref(), Some("c.txt"));
    let tree = capture();
    fs::remove_file(fixture.root().join("src/a.txt")).expect("it is there");
    assert_eq!(changed(&tree).as_deref(), Some("src/a.txt"));
}
