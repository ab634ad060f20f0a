//! Cancel tokens: one flag with a reason, waiters that wake at once, and children that inherit it.
//!
//! A child is cancelled with its parent but not the other way round: a run has one, each job a child of it, so that
//! fail-fast can stop the jobs of one task and Ctrl-C all of them. There is no polling: whoever sleeps on something
//! else (a pipe, a queue) registers a waker with [`Cancel::on_cancel`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
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

/// A cancel token; clones are the same token.
#[derive(Clone, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    cancelled: Condvar,
    /// Keeps a child registered with its parent for as long as the child lives.
    _parent: Option<CancelWaker>,
}

#[derive(Default)]
struct State {
    reason: Option<CancelReason>,
    callbacks: BTreeMap<u64, Callback>,
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
            std::mem::take(&mut state.callbacks)
        };
        self.0.cancelled.notify_all();
        for callback in callbacks.into_values() {
            callback(reason);
        }
    }

    /// Whether this token or a parent was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.reason().is_some()
    }

    /// Why it was cancelled.
    pub fn reason(&self) -> Option<CancelReason> {
        self.0.lock().reason
    }

    /// Whether somebody would be woken by a cancellation: a child, or whoever registered a callback.
    pub fn has_listeners(&self) -> bool {
        !self.0.lock().callbacks.is_empty()
    }

    /// A token that is cancelled with this one, and can be cancelled alone.
    pub fn child(&self) -> Cancel {
        Cancel(Arc::new_cyclic(|child: &std::sync::Weak<Inner>| {
            let child = child.clone();
            let mut state = State::default();
            let mut parent = self.0.lock();
            let waker = match parent.reason {
                Some(reason) => {
                    state.reason = Some(reason);
                    None
                }
                None => Some(self.register(
                    &mut parent,
                    Arc::new(move |reason| {
                        if let Some(child) = child.upgrade() {
                            Cancel(child).cancel(reason);
                        }
                    }),
                )),
            };
            Inner { state: Mutex::new(state), cancelled: Condvar::new(), _parent: waker }
        }))
    }

    /// Calls `callback` once when the token is cancelled (now, if it was), until the returned waker is dropped.
    ///
    /// It runs on the thread that cancels and must only wake somebody: notify, or write a byte into a pipe.
    pub fn on_cancel(&self, callback: impl Fn(CancelReason) + Send + Sync + 'static) -> CancelWaker {
        let mut state = self.0.lock();
        if let Some(reason) = state.reason {
            drop(state);
            callback(reason);
            return CancelWaker { cancel: self.clone(), key: u64::MAX };
        }
        self.register(&mut state, Arc::new(callback))
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

    fn register(&self, state: &mut State, callback: Callback) -> CancelWaker {
        let key = state.next_callback;
        state.next_callback += 1;
        state.callbacks.insert(key, callback);
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
        self.cancel.0.lock().callbacks.remove(&self.key);
    }
}

#[cfg(test)]
mod tests;
