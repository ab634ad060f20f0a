//! The state of one service, which others change and its loop obeys: running, pausing, paused, terminating.

use super::service::Letter;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How it stands with a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It works, or waits for work.
    #[default]
    Running,
    /// It was asked to pause and has not come to it yet.
    Pausing,
    /// It does nothing until it is told to go on.
    Paused,
    /// It was told to end and has not come to it yet.
    Terminating,
    /// It has ended.
    Ended,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Running => "running",
            Phase::Pausing => "pausing",
            Phase::Paused => "paused",
            Phase::Terminating => "terminating",
            Phase::Ended => "ended",
        })
    }
}

/// The state of one service, with the letters that it has not read.
#[derive(Debug, Default)]
pub struct ServiceState {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    phase: Phase,
    letters: Vec<Letter>,
}

/// Why a service is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// There are letters, or its time has come.
    Work(Vec<Letter>),
    /// It is to pause.
    Pause,
    /// It is to end.
    End,
}

impl ServiceState {
    /// How it stands.
    pub fn phase(&self) -> Phase {
        self.lock().phase
    }

    /// Asks it to pause as soon as it can.
    pub fn mark_pausing(&self) {
        self.change(|phase| matches!(phase, Phase::Running).then_some(Phase::Pausing));
    }

    /// Waits until it has paused; `false` when it has not, or will not as it ends.
    pub fn await_paused(&self, timeout: Duration) -> bool {
        self.await_phase(timeout, |phase| phase != Phase::Running && phase != Phase::Pausing) == Phase::Paused
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.change(|phase| matches!(phase, Phase::Pausing | Phase::Paused).then_some(Phase::Running));
    }

    /// Tells it to end, even if it is paused.
    pub fn terminate(&self) {
        self.change(|phase| (phase != Phase::Ended).then_some(Phase::Terminating));
    }

    /// Whether it was told to end; long work looks here from time to time.
    pub fn is_terminating(&self) -> bool {
        matches!(self.phase(), Phase::Terminating | Phase::Ended)
    }

    /// Pauses for as long as somebody wants it to; called by its loop. `false` when it is to end.
    pub fn maybe_pause(&self) -> bool {
        self.change(|phase| matches!(phase, Phase::Pausing).then_some(Phase::Paused));
        let is_paused = |inner: &mut Inner| inner.phase == Phase::Paused;
        let inner = self.changed.wait_while(self.lock(), is_paused).unwrap_or_else(PoisonError::into_inner);
        !matches!(inner.phase, Phase::Terminating | Phase::Ended)
    }

    /// Leaves a letter. Two that say the same are one.
    pub(super) fn deliver(&self, letter: Letter) {
        let mut inner = self.lock();
        if !inner.letters.contains(&letter) {
            inner.letters.push(letter);
            self.changed.notify_all();
        }
    }

    /// Waits for letters, for the time to come, for a wish to pause, or for the end.
    pub(super) fn next_call(&self, patience: Option<Duration>) -> Call {
        let deadline = patience.and_then(|patience| Instant::now().checked_add(patience));
        let mut inner = self.lock();
        loop {
            match inner.phase {
                Phase::Running => {}
                Phase::Pausing | Phase::Paused => return Call::Pause,
                Phase::Terminating | Phase::Ended => return Call::End,
            }
            if !inner.letters.is_empty() {
                return Call::Work(std::mem::take(&mut inner.letters));
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            inner = match left {
                Some(left) if left.is_zero() => return Call::Work(Vec::new()),
                Some(left) => self.changed.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    pub(super) fn end(&self) {
        self.change(|_| Some(Phase::Ended));
    }

    /// Waits until it has ended.
    pub(super) fn await_ended(&self, timeout: Duration) -> bool {
        self.await_phase(timeout, |phase| phase == Phase::Ended) == Phase::Ended
    }

    fn await_phase(&self, timeout: Duration, is_wanted: impl Fn(Phase) -> bool) -> Phase {
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, |inner| !is_wanted(inner.phase));
        waited.unwrap_or_else(PoisonError::into_inner).0.phase
    }

    fn change(&self, to: impl FnOnce(Phase) -> Option<Phase>) {
        let mut inner = self.lock();
        if let Some(phase) = to(inner.phase) {
            inner.phase = phase;
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
