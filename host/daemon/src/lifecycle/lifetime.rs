//! The states of a daemon: it takes runs, it finishes those that it has, it stops.
//!
//! States only ever go forward, and the first reason stands. Whoever sleeps is woken through the tokens.

use pants_process::{Cancel, CancelReason};
use std::sync::{Mutex, PoisonError};

/// How far the life of a daemon has come.
#[derive(Debug, Default)]
pub struct Lifetime {
    drain: Cancel,
    stop: Cancel,
    reason: Mutex<Option<String>>,
}

impl Lifetime {
    /// It takes runs.
    pub fn new() -> Self {
        Self::default()
    }

    /// It takes no more runs, and ends when those that it has are over.
    pub fn drain(&self, reason: &str) {
        self.because(reason);
        self.drain.cancel(CancelReason::Interrupted);
    }

    /// It cancels its runs and ends.
    pub fn stop(&self, reason: &str) {
        self.because(reason);
        self.drain.cancel(CancelReason::Interrupted);
        self.stop.cancel(CancelReason::Interrupted);
    }

    /// Whether it takes no more runs.
    pub fn is_draining(&self) -> bool {
        self.drain.is_cancelled()
    }

    /// Whether it cancels its runs.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Why it takes no more runs; a fragment for users.
    pub fn reason(&self) -> Option<String> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Is cancelled when it takes no more runs.
    pub fn drain_token(&self) -> &Cancel {
        &self.drain
    }

    /// Is cancelled when it is to stop.
    pub fn stop_token(&self) -> &Cancel {
        &self.stop
    }

    fn because(&self, reason: &str) {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| reason.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_go_forward_and_the_first_reason_stands() {
        let lifetime = Lifetime::new();
        assert!(!lifetime.is_draining() && lifetime.reason().is_none());
        lifetime.drain("it was idle");
        assert!(lifetime.is_draining() && !lifetime.is_stopping());
        lifetime.stop("it was told to");
        lifetime.drain("again");
        assert!(lifetime.is_stopping());
        assert_eq!(lifetime.reason().as_deref(), Some("it was idle"));
        let stopped = Lifetime::new();
        stopped.stop("now");
        assert!(stopped.is_draining() && stopped.is_stopping());
    }
}
