//! What runs at the moment, who may begin, and when all is over.

use crate::wire::{Socket, Wish};
use pants_process::{Cancel, CancelReason};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Something that a client asked for and that is not over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveRun {
    /// Its number in this daemon.
    pub id: u64,
    /// The client's process, 0 where nobody knows.
    pub pid: u32,
    /// What it asked for.
    pub wish: Wish,
    /// Its command line.
    pub command_line: String,
    /// When the client was started.
    pub started: SystemTime,
}

/// All of them.
pub(crate) struct Runs {
    state: Mutex<State>,
    changed: Condvar,
    most: usize,
}

struct State {
    next: u64,
    active: BTreeMap<u64, Active>,
    /// Those whose clients are still to be told how they ended are busy, too.
    busy: usize,
    idle_since: Instant,
    /// Why no more are taken.
    ending: Option<String>,
}

struct Active {
    run: ActiveRun,
    cancel: Cancel,
    socket: Arc<Socket>,
}

/// Why a run may not begin.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The daemon ends, for this reason.
    Ending(String),
    /// As many run as may.
    Busy(usize),
}

impl Runs {
    /// At most so many at the same time.
    pub(crate) fn new(most: usize) -> Self {
        let state = State { next: 1, active: BTreeMap::new(), busy: 0, idle_since: Instant::now(), ending: None };
        Self { state: Mutex::new(state), changed: Condvar::new(), most }
    }

    /// Enters a run; its number is given here.
    pub(crate) fn enter(&self, run: ActiveRun, cancel: &Cancel, socket: &Arc<Socket>) -> Result<Entered<'_>, Denied> {
        let mut state = self.lock();
        if let Some(reason) = &state.ending {
            return Err(Denied::Ending(reason.clone()));
        }
        if state.busy >= self.most {
            return Err(Denied::Busy(state.busy));
        }
        let id = state.next;
        state.next += 1;
        state.busy += 1;
        let run = ActiveRun { id, ..run };
        state.active.insert(id, Active { run, cancel: cancel.clone(), socket: socket.clone() });
        Ok(Entered { runs: self, id })
    }

    pub(crate) fn active(&self) -> Vec<ActiveRun> {
        self.lock().active.values().map(|active| active.run.clone()).collect()
    }

    pub(crate) fn idle_since(&self) -> Option<Instant> {
        let state = self.lock();
        (state.busy == 0).then_some(state.idle_since)
    }

    /// The first reason stands.
    pub(crate) fn drain(&self, reason: &str) {
        self.lock().ending.get_or_insert_with(|| reason.to_owned());
    }

    pub(crate) fn wait_idle(&self, timeout: Duration) -> bool {
        let state = self.lock();
        let waited = self.changed.wait_timeout_while(state, timeout, |state| state.busy > 0);
        waited.unwrap_or_else(PoisonError::into_inner).0.busy == 0
    }

    pub(crate) fn cancel_all(&self, reason: CancelReason) {
        self.cancels().iter().for_each(|cancel| cancel.cancel(reason));
    }

    /// Ends all runs without giving their processes a moment.
    pub(crate) fn kill_all(&self) {
        self.cancels().iter().for_each(|cancel| cancel.kill(CancelReason::Interrupted));
    }

    /// Closes the connections of all runs: whoever writes to a client that does not read is woken.
    pub(crate) fn cut_off(&self) {
        self.lock().active.values().for_each(|active| active.socket.close());
    }

    /// Whoever is woken by them may want to know what runs: not under the lock.
    fn cancels(&self) -> Vec<Cancel> {
        self.lock().active.values().map(|active| active.cancel.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run that was entered. It is busy until this is dropped.
pub(crate) struct Entered<'a> {
    runs: &'a Runs,
    id: u64,
}

impl Entered<'_> {
    /// Takes it off the list: it is over, but its client is still to be told.
    pub(crate) fn leave(&self) {
        self.runs.lock().active.remove(&self.id);
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let mut state = self.runs.lock();
        state.active.remove(&self.id);
        state.busy -= 1;
        if state.busy == 0 {
            state.idle_since = Instant::now();
        }
        self.runs.changed.notify_all();
    }
}
