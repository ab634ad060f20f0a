//! What cancel tokens promise: first reason stands, children inherit, sleepers wake.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn the_first_reason_stands() {
    let cancel = Cancel::new();
    assert_eq!(cancel.reason(), None);
    cancel.cancel(CancelReason::FailFast);
    cancel.cancel(CancelReason::Interrupted);
    assert_eq!(cancel.reason(), Some(CancelReason::FailFast));
}

#[test]
fn children_inherit_and_do_not_give_back() {
    let parent = Cancel::new();
    let (first, second) = (parent.child(), parent.child());
    let grandchild = second.child();
    first.cancel(CancelReason::FailFast);
    assert!(!parent.is_cancelled() && !second.is_cancelled());
    parent.cancel(CancelReason::Interrupted);
    assert_eq!(first.reason(), Some(CancelReason::FailFast));
    assert_eq!(grandchild.reason(), Some(CancelReason::Interrupted));
    assert_eq!(parent.child().reason(), Some(CancelReason::Interrupted), "a late child is born cancelled");
}

#[test]
fn wakers_run_once_and_can_be_taken_back() {
    let cancel = Cancel::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = |calls: &Arc<AtomicUsize>| {
        let calls = calls.clone();
        move |_| {
            calls.fetch_add(1, Ordering::SeqCst);
        }
    };
    let _kept = cancel.on_cancel(count(&calls));
    drop(cancel.on_cancel(count(&calls)));
    cancel.cancel(CancelReason::ClientGone);
    let _late = cancel.on_cancel(count(&calls));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[test]
fn a_dropped_child_leaves_nothing_behind() {
    let parent = Cancel::new();
    for _ in 0..100 {
        drop(parent.child());
    }
    assert!(!parent.has_listeners());
    let _child = parent.child();
    assert!(parent.has_listeners());
}

#[test]
fn a_sleeper_wakes() {
    let cancel = Cancel::new();
    let sleeper = cancel.child();
    let thread = std::thread::spawn(move || sleeper.wait_timeout(Duration::from_secs(60)));
    cancel.cancel(CancelReason::Interrupted);
    assert!(thread.join().expect("the sleeper does not panic"));
    assert!(!Cancel::new().wait_timeout(Duration::ZERO));
}

#[test]
fn a_kill_is_a_cancellation_that_waits_for_nothing() {
    let cancel = Cancel::new();
    let (first, second) = (cancel.child(), cancel.child().child());
    let told = Arc::new(AtomicUsize::new(0));
    let tell = |by: usize| {
        let told = told.clone();
        move |_| {
            told.fetch_add(by, Ordering::SeqCst);
        }
    };
    let _wakers = [second.on_cancel(tell(1)), second.on_kill(tell(10))];
    drop(second.on_kill(tell(1000)));
    first.cancel(CancelReason::FailFast);
    cancel.cancel(CancelReason::Interrupted);
    assert_eq!((told.load(Ordering::SeqCst), second.is_killed()), (1, false));
    let late = cancel.child();
    cancel.kill(CancelReason::ClientGone);
    cancel.kill(CancelReason::ClientGone);
    assert_eq!(told.load(Ordering::SeqCst), 11);
    assert!(first.is_killed() && second.is_killed() && late.is_killed() && cancel.child().is_killed());
    assert_eq!((first.reason(), second.reason()), (Some(CancelReason::FailFast), Some(CancelReason::Interrupted)));
    let _late = late.on_kill(tell(100));
    assert_eq!(told.load(Ordering::SeqCst), 111);
}

#[test]
fn a_kill_alone_cancels() {
    let cancel = Cancel::new();
    let child = cancel.child();
    cancel.kill(CancelReason::Interrupted);
    assert_eq!((child.reason(), child.is_killed()), (Some(CancelReason::Interrupted), true));
}
