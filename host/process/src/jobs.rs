//! The job pool: at most `--jobs` jobs run at a time, waiting ones queue in order.
//!
//! A job holds a [`JobSlot`]; the processes that run on its behalf share that slot and take turns in it, so a job
//! never waits for a slot while it holds one, and `--jobs=1` finishes everything.

use crate::Cancel;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The slots of all running jobs; clones are the same pool.
#[derive(Clone)]
pub struct JobPool {
    jobs: usize,
    slots: Arc<Semaphore>,
}

impl JobPool {
    /// A pool for this many jobs at a time, at least one.
    pub fn new(jobs: usize) -> Self {
        let jobs = jobs.max(1);
        Self { jobs, slots: Semaphore::new(jobs) }
    }

    /// How many jobs may run at a time.
    pub fn jobs(&self) -> usize {
        self.jobs
    }

    /// Waits for a free slot, first come, first served; `None` when cancelled.
    pub fn acquire(&self, cancel: &Cancel) -> Option<JobSlot> {
        let permit = Semaphore::acquire(&self.slots, cancel)?;
        Some(JobSlot { _permit: permit, turns: Semaphore::new(1) })
    }
}

/// One running job; the slot is free again when this is dropped.
pub struct JobSlot {
    _permit: Permit,
    turns: Arc<Semaphore>,
}

impl JobSlot {
    /// Waits until no other process of this job runs; `None` when cancelled.
    pub fn take_turn(&self, cancel: &Cancel) -> Option<ProcessTurn> {
        Semaphore::acquire(&self.turns, cancel).map(|permit| ProcessTurn { _permit: permit, _slot: None })
    }
}

/// The right to run one process now.
pub struct ProcessTurn {
    _permit: Permit,
    /// Held when the process has no job around it and is one by itself.
    _slot: Option<JobSlot>,
}

impl ProcessTurn {
    /// Waits for the right to run a process: a turn in the job's slot, or, without a job, a slot of its own.
    pub(crate) fn acquire(pool: &JobPool, slot: Option<&JobSlot>, cancel: &Cancel) -> Option<ProcessTurn> {
        match slot {
            Some(slot) => slot.take_turn(cancel),
            None => {
                let slot = pool.acquire(cancel)?;
                let mut turn = slot.take_turn(cancel)?;
                turn._slot = Some(slot);
                Some(turn)
            }
        }
    }
}

/// A counting semaphore that is fair and can be cancelled.
struct Semaphore {
    state: Mutex<Queue>,
    changed: Condvar,
}

struct Queue {
    free: usize,
    waiting: VecDeque<u64>,
    next_ticket: u64,
}

impl Semaphore {
    fn new(permits: usize) -> Arc<Self> {
        let queue = Queue { free: permits, waiting: VecDeque::new(), next_ticket: 0 };
        Arc::new(Self { state: Mutex::new(queue), changed: Condvar::new() })
    }

    fn acquire(this: &Arc<Self>, cancel: &Cancel) -> Option<Permit> {
        let for_waker = Arc::downgrade(this);
        let _waker = cancel.on_cancel(move |_| {
            if let Some(semaphore) = for_waker.upgrade() {
                let _held = semaphore.lock(); // A waiter is either before its check or asleep, never between.
                semaphore.changed.notify_all();
            }
        });
        let mut queue = this.lock();
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        queue.waiting.push_back(ticket);
        loop {
            let is_cancelled = cancel.is_cancelled();
            let is_next = queue.free > 0 && queue.waiting.front() == Some(&ticket);
            if is_cancelled || is_next {
                queue.waiting.retain(|waiting| *waiting != ticket);
                this.changed.notify_all();
                if is_cancelled {
                    return None;
                }
                queue.free -= 1;
                return Some(Permit { semaphore: this.clone() });
            }
            queue = this.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Permit {
    semaphore: Arc<Semaphore>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.semaphore.lock().free += 1;
        self.semaphore.changed.notify_all();
    }
}

#[cfg(test)]
mod tests;
