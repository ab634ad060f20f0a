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
