//! Cancel tokens: one flag with a reason, waiters that wake at once, and children that inherit it.
//!
//! A child is cancelled with its parent but not the other way round: a run has one, each job a child of it, so that
//! fail-fast can stop the jobs of one task and Ctrl-C all of them. There is no polling: whoever sleeps on something
//! else (a pipe, a queue) registers a waker with [`Cancel::on_cancel`].
//!
//! There are two degrees. A cancelled run asks its processes to end and gives them a moment; one that is killed (a second
//! Ctrl-C) does not, and whoever is giving that moment is woken by [`Cancel::on_kill`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Why work was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelReason {
    /// The user asked for it (Ctrl-C, SIGTERM).
    Interrupted,
    /// Something else failed and the run was asked to stop at the first failure.
    FailFast,
    /// The daemon's client went away.
    ClientGone,
}

impl fmt::Display for CancelReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CancelReason::Interrupted => "interrupted",
            CancelReason::FailFast => "stopped after a failure elsewhere",
            CancelReason::ClientGone => "the client went away",
        })
    }
}

type Callback = Arc<dyn Fn(CancelReason) + Send + Sync>;

/// Calls to be made, by the keys of their wakers.
type Callbacks = BTreeMap<u64, Callback>;

/// A cancel token; clones are the same token.
#[derive(Clone, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    cancelled: Condvar,
    /// Keeps a child registered with its parent for as long as the child lives.
    parent: OnceLock<[CancelWaker; 2]>,
}

#[derive(Default)]
struct State {
    reason: Option<CancelReason>,
    is_killed: bool,
    on_cancel: Callbacks,
    on_kill: Callbacks,
    next_callback: u64,
}

impl Cancel {
    /// A token that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels; the first reason stands, later calls do nothing.
    pub fn cancel(&self, reason: CancelReason) {
        let callbacks = {
            let mut state = self.0.lock();
            if state.reason.is_some() {
                return;
            }
            state.reason = Some(reason);
            std::mem::take(&mut state.on_cancel)
        };
        self.0.cancelled.notify_all();
        callbacks.into_values().for_each(|callback| callback(reason));
    }

    /// Cancels, and has processes killed that were given a moment to end. An earlier reason stands.
    pub fn kill(&self, reason: CancelReason) {
        self.cancel(reason);
        let (reason, callbacks) = {
            let mut state = self.0.lock();
            if std::mem::replace(&mut state.is_killed, true) {
                return;
            }
            (state.reason.unwrap_or(reason), std::mem::take(&mut state.on_kill))
        };
        callbacks.into_values().for_each(|callback| callback(reason));
    }

    /// Whether this token or a parent was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.reason().is_some()
    }

    /// Why it was cancelled.
    pub fn reason(&self) -> Option<CancelReason> {
        self.0.lock().reason
    }

    /// Whether nothing is given a moment to end any more.
    pub fn is_killed(&self) -> bool {
        self.0.lock().is_killed
    }

    /// Whether somebody would be woken by a cancellation: a child, or whoever registered a callback.
    pub fn has_listeners(&self) -> bool {
        !self.0.lock().on_cancel.is_empty()
    }

    /// A token that is cancelled and killed with this one, and can be alone.
    pub fn child(&self) -> Cancel {
        let child = Cancel::new();
        let tell = |tell: fn(&Cancel, CancelReason)| {
            let child = Arc::downgrade(&child.0);
            move |reason| child.upgrade().into_iter().for_each(|child| tell(&Cancel(child), reason))
        };
        let wakers = [self.on_cancel(tell(Cancel::cancel)), self.on_kill(tell(Cancel::kill))];
        // It is new: there are no others.
        let _ = child.0.parent.set(wakers);
        child
    }

    /// Calls `callback` once when the token is cancelled (now, if it was), until the returned waker is dropped.
    ///
    /// It runs on the thread that cancels and must only wake somebody: notify, or write a byte into a pipe.
    pub fn on_cancel(&self, callback: impl Fn(CancelReason) + Send + Sync + 'static) -> CancelWaker {
        let mut state = self.0.lock();
        match state.reason {
            Some(reason) => self.call_now(state, reason, callback),
            None => self.register(&mut state, |state| &mut state.on_cancel, Arc::new(callback)),
        }
    }

    /// Calls `callback` once when the token is killed (now, if it was), as [`Self::on_cancel`] does.
    pub fn on_kill(&self, callback: impl Fn(CancelReason) + Send + Sync + 'static) -> CancelWaker {
        let mut state = self.0.lock();
        match state.reason.filter(|_| state.is_killed) {
            Some(reason) => self.call_now(state, reason, callback),
            None => self.register(&mut state, |state| &mut state.on_kill, Arc::new(callback)),
        }
    }

    /// Sleeps until the token is cancelled or the time is over; says whether it is cancelled.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let mut state = self.0.lock();
        while state.reason.is_none() {
            let Some(left) = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            state = self.0.cancelled.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn call_now(
        &self,
        state: MutexGuard<'_, State>,
        reason: CancelReason,
        callback: impl Fn(CancelReason),
    ) -> CancelWaker {
        drop(state);
        callback(reason);
        CancelWaker { cancel: self.clone(), key: u64::MAX }
    }

    fn register(&self, state: &mut State, of: fn(&mut State) -> &mut Callbacks, callback: Callback) -> CancelWaker {
        let key = state.next_callback;
        state.next_callback += 1;
        of(state).insert(key, callback);
        CancelWaker { cancel: self.clone(), key }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").field(&self.reason()).finish()
    }
}

/// A registered wake-up call; dropping it takes the call back.
#[must_use = "dropping it takes the wake-up call back"]
pub struct CancelWaker {
    cancel: Cancel,
    key: u64,
}

impl Drop for CancelWaker {
    fn drop(&mut self) {
        let mut state = self.cancel.0.lock();
        // Keys are unique among both.
        let callbacks = [state.on_cancel.remove(&self.key), state.on_kill.remove(&self.key)];
        // What a callback holds may be the last of another token, which takes its own wakers back.
        drop(state);
        drop(callbacks);
    }
}

#[cfg(test)]
mod tests;
