//! Blobs come back as they went in, or not at all.

use super::*;

#[test]
fn blobs_are_read_only_files_named_by_their_hash() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let store = ContentStore::new(directory.path());
    let digest = store.put_bytes(b"abc").expect("the directory is ours");
    let path = directory.path().join("content/ba").join(digest.hash.to_hex());
    let metadata = fs::metadata(&path).expect("the blob is there");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o444);
    assert_eq!(store.put_file(&path).expect("the blob can be read"), digest);
    assert_eq!(store.read(&digest).as_deref(), Some(&b"abc"[..]));
    let left = fs::read_dir(directory.path().join("content")).expect("it is a directory").count();
    assert_eq!(left, 1, "no temporary file is left");
}

#[test]
fn a_damaged_blob_is_missing() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let store = ContentStore::new(directory.path());
    let digest = store.put_bytes(b"abc").expect("the directory is ours");
    let path = directory.path().join("content/ba").join(digest.hash.to_hex());
    for use_it in [
        |store: &ContentStore, digest: &Digest, to: &Path| store.read(digest).is_none() && !to.exists(),
        |store: &ContentStore, digest: &Digest, to: &Path| {
            !store.copy_to(digest, to, 0o666).expect("the destination is ours") && !to.exists()
        },
    ] {
        fs::remove_file(&path).expect("it was stored");
        fs::write(&path, "xyz").expect("the file is ours");
        assert!(use_it(&store, &digest, &directory.path().join("copy")));
        assert!(!store.contains(&digest), "it was removed");
        store.put_bytes(b"abc").expect("it can be stored again");
    }
}

#[test]
fn names_stay_inside() {
    for bad in ["", ".", "..", "a/b", ".hidden", "é", "a b"] {
        assert!(check_name(bad).is_err(), "{bad:?}");
    }
    assert!(check_name("uv-0.5_x+1").is_ok());
}
