//! Keeps idle workers by key, so that the next request finds one warm.
//!
//! At most as many as there are jobs: a new one takes the place of the one that has been idle longest. A worker that
//! failed in any way is ended; one that died while idle is replaced without a word.

use crate::cancel::Cancel;
use crate::exchange::{Execution, Limits};
use crate::group::CommandLine;
use crate::process::{OutputStream, RunError};
use crate::worker::{Request, Worker, WorkerFailure};
use pants_model::Fingerprint;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a worker that is no longer needed may take to end by itself.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long one that failed may take to end after it was asked to: whoever pressed Ctrl-C may be waiting for it.
const LAST_WORDS: Duration = Duration::from_millis(500);

pub(crate) struct WorkerPool {
    cap: usize,
    /// Where others find them.
    metadata: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The one that has been idle longest first.
    idle: Vec<Worker>,
    busy: usize,
    is_shut_down: bool,
}

/// What a request needs besides itself.
pub(crate) struct Terms<'a> {
    pub(crate) limits: Limits,
    pub(crate) cancel: &'a Cancel,
    pub(crate) on_output: &'a (dyn Fn(OutputStream, &[u8]) + Sync),
}

impl Terms<'_> {
    /// How long a worker that failed may take to end.
    fn patience_with_the_failed(&self) -> Duration {
        if self.cancel.is_killed() { Duration::ZERO } else { self.limits.kill_wait.min(LAST_WORDS) }
    }
}

impl WorkerPool {
    pub(crate) fn new(cap: usize, metadata: PathBuf) -> Self {
        Self { cap: cap.max(1), metadata, state: Mutex::default() }
    }

    /// Has a worker carry out a request, starting one when none is idle.
    pub(crate) fn run(
        &self,
        key: Fingerprint,
        command: &CommandLine,
        request: &Request<'_>,
        terms: &Terms<'_>,
    ) -> Result<Execution, RunError> {
        let busy = Busy::new(self);
        let idle = self.take_idle(key);
        let was_idle = idle.is_some();
        let mut worker = match idle {
            Some(worker) => worker,
            None => Worker::start(key, command, &self.metadata)?,
        };
        let mut outcome = worker.request(request, terms.limits, terms.cancel, terms.on_output);
        if was_idle && matches!(outcome, Err(WorkerFailure::Died { is_unanswered: true })) {
            tracing::debug!("an idle worker died; starting another one");
            drop(worker);
            worker = Worker::start(key, command, &self.metadata)?;
            outcome = worker.request(request, terms.limits, terms.cancel, terms.on_output);
        }
        match outcome {
            Ok(execution) => {
                drop(busy);
                self.put_back(worker);
                Ok(execution)
            }
            Err(failure) => Err(worker.into_error(failure, terms.patience_with_the_failed())),
        }
    }

    /// Ends all idle workers; those still busy are ended when they are done.
    pub(crate) fn shut_down(&self) {
        let mut idle = {
            let mut state = self.state();
            state.is_shut_down = true;
            std::mem::take(&mut state.idle)
        };
        // All are asked first, so that they take leave at the same time.
        idle.iter_mut().for_each(Worker::dismiss);
        let asked = Instant::now();
        idle.into_iter().for_each(|worker| worker.end(FAREWELL.saturating_sub(asked.elapsed())));
    }

    /// An idle worker for the key, if one is alive; makes room for a new one otherwise.
    fn take_idle(&self, key: Fingerprint) -> Option<Worker> {
        let mut ended = Vec::new();
        let mut state = self.state();
        while let Some(at) = state.idle.iter().rposition(|worker| worker.key == key) {
            let worker = state.idle.remove(at);
            if worker.is_usable() {
                return Some(worker);
            }
            ended.push(worker);
        }
        while !state.idle.is_empty() && state.idle.len() + state.busy > self.cap {
            ended.push(state.idle.remove(0));
        }
        drop(state);
        ended.into_iter().for_each(|worker| worker.end(FAREWELL));
        None
    }

    fn put_back(&self, worker: Worker) {
        let mut state = self.state();
        if worker.is_usable() && !state.is_shut_down && state.idle.len() < self.cap {
            state.idle.push(worker);
        } else {
            drop(state);
            worker.end(FAREWELL);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for WorkerPool {
    fn drop(&mut self) {
        self.shut_down();
    }
}

/// Counts a worker as busy.
struct Busy<'a>(&'a WorkerPool);

impl<'a> Busy<'a> {
    fn new(pool: &'a WorkerPool) -> Self {
        pool.state().busy += 1;
        Self(pool)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.state().busy -= 1;
    }
}
