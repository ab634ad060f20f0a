//! Results survive a restart; damaged ones are none.

use super::*;

#[test]
fn results_are_shared_and_survive() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let (one, other) = (ActionCache::open(directory.path()), ActionCache::open(directory.path()));
    let key = Digest::of_bytes(b"key");
    assert_eq!(one.get(&key), None);
    one.put(&key, &ActionResult { exit_code: 3, ..ActionResult::default() });
    assert_eq!(other.get(&key).map(|result| result.exit_code), Some(3));
    drop((one, other));
    assert_eq!(ActionCache::open(directory.path()).get(&key).map(|result| result.exit_code), Some(3));
}

#[test]
fn a_damaged_entry_is_none() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let (cache, key) = (ActionCache::open(directory.path()), Digest::of_bytes(b"key"));
    let garbage = params![key.hash.as_bytes(), &[0xff_u8; 7][..]];
    cache.database.with(|connection| connection.execute("INSERT INTO actions VALUES (?1, ?2)", garbage));
    assert_eq!(cache.get(&key), None);
}
