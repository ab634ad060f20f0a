//! Signals of a waiting client: the first one wakes its loop, a second one ends it wherever it is.
//!
//! There is nothing to clean up in this process: a daemon that loses its client after that wanted an end kills what still
//! runs. So the second one may end the process in the midst of a write that nobody reads.

use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::{flag, low_level};
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a terminal, or whoever started the client, sends for an end.
pub(crate) const OF_A_TERMINAL: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// Signals are watched until this is dropped.
pub(crate) struct Signals {
    bell: UnixStream,
    registered: Vec<SigId>,
}

impl Signals {
    /// Watches these signals from now on.
    pub(crate) fn watch(signals: &[i32]) -> io::Result<Self> {
        let (bell, ringing) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        let mut watched = Self { bell, registered: Vec::new() };
        let came = Arc::new(AtomicBool::new(false));
        for signal in signals {
            // They are called in this order: the first signal passes the shutdown and arms it.
            let shutdown = flag::register_conditional_shutdown(*signal, crate::failure::INTERRUPTED, came.clone())?;
            watched.registered.push(shutdown);
            watched.registered.push(flag::register(*signal, came.clone())?);
            watched.registered.push(low_level::pipe::register(*signal, ringing.try_clone()?)?);
        }
        Ok(watched)
    }

    /// Whether one came since the last time.
    pub(crate) fn take(&self) -> bool {
        let mut strokes = [0; 16];
        (&self.bell).read(&mut strokes).is_ok_and(|count| count > 0)
    }
}

impl AsFd for Signals {
    /// Readable when a signal came.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for registered in self.registered.drain(..) {
            low_level::unregister(registered);
        }
    }
}
