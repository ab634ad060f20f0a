//! Locks exclude, name their holder, and let go of waiters that are cancelled.

use super::*;
use std::sync::mpsc;

fn silent(_: &str) {}

#[test]
fn the_second_waits_for_the_first_and_learns_its_name() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let path = directory.path().join("compile/javac/.lock");
    let cancel = Cancel::new();
    let first =
        WorkdirLock::acquire(&path, &"PID 12 (pants test ::)".into(), &cancel, &mut silent).expect("nobody holds it");
    let (told, waits) = mpsc::channel();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            WorkdirLock::acquire(&path, &"second".into(), &cancel, &mut |holder| {
                told.send(holder.to_owned()).expect("we wait")
            })
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
    let _held = WorkdirLock::acquire(&path, &"".into(), &Cancel::new(), &mut silent).expect("nobody holds it");
    let cancel = Cancel::new();
    let waiting = WorkdirLock::acquire(&path, &"".into(), &cancel, &mut |_| cancel.cancel(CancelReason::Interrupted));
    assert!(matches!(waiting, Err(LockError::Cancelled(CancelReason::Interrupted))));
}

#[test]
fn a_lock_on_a_removed_file_is_none() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let path = directory.path().join("lock");
    let first = WorkdirLock::acquire(&path, &"first".into(), &Cancel::new(), &mut silent).expect("nobody holds it");
    fs::remove_file(&path).expect("it is there");
    let second =
        WorkdirLock::acquire(&path, &"second".into(), &Cancel::new(), &mut silent).expect("it is another file");
    drop(first);
    assert_eq!(fs::read_to_string(&path).expect("the file is there"), "second");
    drop(second);
}

#[test]
fn an_unusable_path_is_named() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let error =
        WorkdirLock::acquire(directory.path(), &"".into(), &Cancel::new(), &mut silent).expect_err("a directory");
    assert_eq!(error.to_string(), format!("cannot lock `{}`", directory.path().display()));
}

#[test]
fn a_run_that_the_holder_waits_for_does_not_wait_for_the_holder() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let path = directory.path().join("lock");
    let claim = |shown: &str, run: &str, outer: Option<&str>| Claimant {
        shown: shown.to_owned(),
        run: Some(run.to_owned()),
        outer_run: outer.map(str::to_owned),
    };
    let outer = claim("PID 12 (pants test ::\n--x)", "run_1", None);
    let _held = WorkdirLock::acquire(&path, &outer, &Cancel::new(), &mut silent).expect("nobody holds it");
    let inner = claim("PID 13 (pants test ::)", "run_2", Some("run_1"));
    let error = WorkdirLock::acquire(&path, &inner, &Cancel::new(), &mut silent).expect_err("it is held");
    let expect = "it is held by the run that this one is a part of: PID 12 (pants test :: --x)";
    assert_eq!(error.to_string(), expect);
    let (cancel, stranger) = (Cancel::new(), claim("PID 14 (pants test ::)", "run_3", Some("run_0")));
    let waiting = WorkdirLock::acquire(&path, &stranger, &cancel, &mut |_| cancel.cancel(CancelReason::Interrupted));
    assert!(matches!(waiting, Err(LockError::Cancelled(_))), "strangers wait");
}
