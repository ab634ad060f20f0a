//! A tool directory is made once, whole or not at all.

use super::*;
use std::cell::Cell;

#[track_caller]
fn make(cache: &Path, build: &mut dyn FnMut(&Path) -> Result<(), String>) -> Result<PathBuf, ToolError> {
    tool_dir(cache, "uv", &Fingerprint::of_bytes(b"key"), &Cancel::new(), build)
}

#[test]
fn it_is_made_once_at_its_final_place() {
    let cache = tempfile::tempdir().expect("tests have a temporary directory");
    let builds = Cell::new(0);
    let mut build = |directory: &Path| {
        builds.set(builds.get() + 1);
        fs::write(directory.join("where"), directory.display().to_string()).map_err(|error| error.to_string())
    };
    let directory = make(cache.path(), &mut build).expect("the build succeeds");
    assert_eq!(make(cache.path(), &mut build).expect("it is there"), directory);
    assert_eq!(builds.get(), 1);
    assert_eq!(fs::read_to_string(directory.join("where")).expect("it was made"), directory.display().to_string());
}

#[test]
fn a_failed_build_leaves_nothing_and_can_be_repeated() {
    let cache = tempfile::tempdir().expect("tests have a temporary directory");
    let mut seen = PathBuf::new();
    let error = make(cache.path(), &mut |directory| {
        seen = directory.to_owned();
        fs::write(directory.join("half"), "").map_err(|error| error.to_string())?;
        Err("no network".to_owned())
    });
    assert_eq!(error.expect_err("the build failed").to_string(), "no network");
    assert!(!seen.exists());
    make(cache.path(), &mut |_| Ok(())).expect("the second attempt succeeds");
}

#[test]
fn the_rest_of_a_killed_build_is_cleared() {
    let cache = tempfile::tempdir().expect("tests have a temporary directory");
    let directory = cache.path().join("tools/uv").join(Fingerprint::of_bytes(b"key").to_hex());
    fs::create_dir_all(&directory).expect("the directory is ours");
    fs::write(directory.join("half"), "").expect("the directory is ours");
    make(cache.path(), &mut |directory| {
        assert!(!directory.join("half").exists());
        Ok(())
    })
    .expect("the build succeeds");
}

#[test]
fn two_builders_build_once() {
    let cache = tempfile::tempdir().expect("tests have a temporary directory");
    let builds = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                make(cache.path(), &mut |_| {
                    builds.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    Ok(())
                })
                .expect("the build succeeds")
            });
        }
    });
    assert_eq!(builds.into_inner(), 1);
}

#[test]
fn a_cancelled_waiter_builds_nothing() {
    let cache = tempfile::tempdir().expect("tests have a temporary directory");
    let cancel = Cancel::new();
    cancel.cancel(crate::CancelReason::Interrupted);
    let made = tool_dir(cache.path(), "uv", &Fingerprint::of_bytes(b"key"), &cancel, &mut |_| panic!("not built"));
    assert!(matches!(made, Err(ToolError::Lock(LockError::Cancelled(_)))));
}
