//! Trees: sorted, merged, and one digest whatever the order.

use super::*;

fn file(path: &str, content: &str) -> InputFile {
    let stamp = FileStamp { device: 0, inode: 0, size: 0, modified: 0, changed: 0 };
    let digest = Digest::of_bytes(content.as_bytes());
    InputFile { path: path.to_owned(), digest, is_executable: false, stamp, is_racy: false }
}

#[test]
fn no_files_are_the_empty_directory() {
    let tree = InputTree::default();
    assert!(tree.is_empty());
    assert_eq!(tree.digest(), Digest::of_bytes(b""));
}

#[test]
fn order_does_not_matter_and_content_does() {
    let one = InputTree::new(vec![file("a/b", "1"), file("a", "2"), file("a-b", "3")]);
    let other = InputTree::new(vec![file("a-b", "3"), file("a", "2"), file("a/b", "1")]);
    assert_eq!(one.digest(), other.digest());
    assert_ne!(one.digest(), InputTree::new(vec![file("a/b", "1"), file("a", "2"), file("a-b", "4")]).digest());
}

#[test]
fn merging_keeps_the_first_of_two() {
    let one = InputTree::new(vec![file("a", "1"), file("c", "1")]);
    let other = InputTree::new(vec![file("a", "2"), file("b", "2")]);
    let merged = InputTree::merge([one.clone(), other]);
    let expect = InputTree::new(vec![file("a", "1"), file("b", "2"), file("c", "1")]);
    assert_eq!(merged, expect);
    assert_eq!(merged.files().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(InputTree::merge([]).digest(), InputTree::default().digest());
    assert_eq!(one.len(), 2);
}
