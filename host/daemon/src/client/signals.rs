//! Signals of a waiting client: the first one wakes its loop, a second one ends it wherever it is.
//!
//! A SIGHUP that was ignored when the program was started stays ignored: `nohup pants` goes on when the terminal goes away.
//!
//! There is nothing to clean up in this process: a daemon that loses its client after that wanted an end kills what still
//! runs. So the second one may end the process in the midst of a write that nobody reads.

use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::{flag, low_level};
use std::fs;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a terminal, or whoever started the client, sends for an end.
const FOR_AN_END: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// Signals are watched until this is dropped.
pub struct Signals {
    bell: UnixStream,
    /// While it is open the bell is silent unless a signal rings it.
    _ringing: UnixStream,
    registered: Vec<SigId>,
}

impl Signals {
    /// Watches those by which a user wants an end.
    pub fn for_an_end() -> io::Result<Self> {
        let is_nohup = is_ignored(SIGHUP, &fs::read_to_string("/proc/self/status").unwrap_or_default());
        let signals = FOR_AN_END.into_iter().filter(|signal| *signal != SIGHUP || !is_nohup);
        Self::watch(&signals.collect::<Vec<_>>())
    }

    /// Watches these from now on.
    pub(crate) fn watch(signals: &[i32]) -> io::Result<Self> {
        let (bell, ringing) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        let mut watched = Self { bell, _ringing: ringing.try_clone()?, registered: Vec::new() };
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
    pub fn take(&self) -> bool {
        let mut strokes = [0; 16];
        (&self.bell).read(&mut strokes).is_ok_and(|count| count > 0)
    }
}

/// Whether a process ignores a signal, as its status in `/proc` tells. Where there is none, it does not.
fn is_ignored(signal: i32, status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_what_is_ignored() {
        let status = "Name:\tpants\nSigBlk:\t0000000000000003\nSigIgn:\t0000000000001001\n";
        assert_eq!([SIGHUP, SIGINT, SIGTERM].map(|signal| is_ignored(signal, status)), [true, false, false]);
        assert!(!is_ignored(SIGHUP, ""));
    }

    #[test]
    fn nothing_is_heard_while_nothing_comes() {
        let signals = Signals::watch(&[]).expect("the system has sockets");
        assert!(!signals.take());
        let silence = (&signals.bell).read(&mut [0]).expect_err("nobody rings");
        assert_eq!(silence.kind(), io::ErrorKind::WouldBlock, "and it is not torn off");
    }
}
