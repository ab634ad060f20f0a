//! Locks exclude, name their holder, and let go of waiters that are cancelled.

use super::*;
use std::sync::mpsc;

fn silent(_: &str) {}

#[test]
fn the_second_waits_for_the_first_and_learns_its_name() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let path = directory.path().join("compile/javac/.lock");
    let cancel = Cancel::new();
    let first = WorkdirLock::acquire(&path, "PID 12 (pants test ::)", &cancel, &mut silent).expect("nobody holds it");
    let (told, waits) = mpsc::channel();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            WorkdirLock::acquire(&path, "second", &cancel, &mut |holder| told.send(holder.to_owned()).expect("we wait"))
        });
        assert_eq!(waits.recv().expect("the second waits"), "PID 12 (pants test ::)");
        drop(first);
        let second = second.join().expect("it does not panic").expect("the lock is free");
        assert_eq!(fs::read_to_string(&path).expect("the file is there"), "second");
        drop(second);
        assert_eq!(fs::read_to_string(&path).expect("the file is there"), "");
    });
}

#[test]
fn a_cancelled_waiter_gives_up() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let path = directory.path().join("lock");
    let _held = WorkdirLock::acquire(&path, "", &Cancel::new(), &mut silent).expect("nobody holds it");
    let cancel = Cancel::new();
    let waiting = WorkdirLock::acquire(&path, "", &cancel, &mut |_| cancel.cancel(CancelReason::Interrupted));
    assert!(matches!(waiting, Err(LockError::Cancelled(CancelReason::Interrupted))));
}

#[test]
fn a_lock_on_a_removed_file_is_none() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let path = directory.path().join("lock");
    let first = WorkdirLock::acquire(&path, "first", &Cancel::new(), &mut silent).expect("nobody holds it");
    fs::remove_file(&path).expect("it is there");
    let second = WorkdirLock::acquire(&path, "second", &Cancel::new(), &mut silent).expect("it is another file");
    drop(first);
    assert_eq!(fs::read_to_string(&path).expect("the file is there"), "second");
    drop(second);
}

#[test]
fn an_unusable_path_is_named() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let error = WorkdirLock::acquire(directory.path(), "", &Cancel::new(), &mut silent).expect_err("a directory");
    assert_eq!(error.to_string(), format!("cannot lock `{}`", directory.path().display()));
}
