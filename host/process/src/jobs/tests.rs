//! What the pool promises: never more than its jobs, no deadlock with one, order of arrival, cancelled waiters leave.

use super::*;
use crate::CancelReason;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

#[test]
fn never_more_than_its_jobs_run() {
    let pool = JobPool::new(2);
    let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let _slot = pool.acquire(&Cancel::new()).expect("not cancelled");
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    assert!(most.load(Ordering::SeqCst) <= 2);
}

#[test]
fn processes_of_a_job_share_its_slot_and_take_turns() {
    let (pool, cancel) = (JobPool::new(1), Cancel::new());
    let slot = pool.acquire(&cancel).expect("not cancelled");
    let first = ProcessTurn::acquire(&pool, Some(&slot), &cancel).expect("the only slot is ours");
    let (started, next) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _second = ProcessTurn::acquire(&pool, Some(&slot), &cancel).expect("not cancelled");
            started.send(()).expect("the test waits");
        });
        assert!(next.try_recv().is_err(), "the second process waits for the first");
        drop(first);
        next.recv().expect("then it has its turn");
    });
}

#[test]
fn a_cancelled_waiter_leaves_the_queue() {
    let pool = JobPool::new(0);
    assert_eq!(pool.jobs(), 1);
    let held = pool.acquire(&Cancel::new()).expect("the slot is free");
    let cancel = Cancel::new();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| pool.acquire(&cancel).is_none());
        cancel.cancel(CancelReason::Interrupted);
        assert!(waiter.join().expect("the waiter does not panic"));
    });
    drop(held);
    assert!(pool.acquire(&Cancel::new()).is_some());
    assert!(pool.acquire(&cancel).is_none(), "nothing starts after a cancel");
}
