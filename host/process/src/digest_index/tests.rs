//! Digests are found again by their stamps, in memory and in the file, and by nothing less.

use super::*;

fn stamp(inode: u64, changed: i64) -> FileStamp {
    FileStamp { device: u64::MAX, inode, size: 3, modified: 5, changed }
}

#[test]
fn stamps_are_found_by_this_process_and_the_next() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let index = DigestIndex::open(directory.path());
    let digest = Digest::of_bytes(b"abc");
    index.remember(&[(stamp(1, 7), digest)]);
    for index in [&index, &DigestIndex::open(directory.path())] {
        let found = index.look_up(&[stamp(2, 7), stamp(1, 7), stamp(1, 8)]);
        assert_eq!(found, [None, Some(digest), None]);
    }
}

#[test]
fn a_new_stamp_takes_the_place_of_the_old_one() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let index = DigestIndex::open(directory.path());
    index.remember(&[(stamp(1, 7), Digest::of_bytes(b"abc"))]);
    index.remember(&[(stamp(1, 8), Digest::of_bytes(b"xyz"))]);
    let found = DigestIndex::open(directory.path()).look_up(&[stamp(1, 7), stamp(1, 8)]);
    assert_eq!(found, [None, Some(Digest::of_bytes(b"xyz"))]);
}
