//! What an exchange with a running process needs, be it a program of its own or a worker: limits and patience, a
//! cancel that wakes a `poll`, bytes on their way in, captured output on its way out.
//!
//! One thread does all of it with `poll`; there are no reader threads to lose.

use crate::cancel::{Cancel, CancelReason, CancelWaker};
use crate::group::ProcessGroup;
use crate::process::{Exit, OutputStream};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long to go on reading after the process has exited, when something else holds its outputs open.
pub(crate) const DRAIN: Duration = Duration::from_millis(100);

/// How much of one output is kept; what comes after it is streamed only, and the result is not stored.
pub(crate) const CAPTURE_LIMIT: usize = 64 * 1024 * 1024;

/// How long a process of a cancelled run may take to end by itself, at most: whoever pressed Ctrl-C waits for it. With
/// the kill and the clean-up behind it, that is less than a second.
const CANCEL_PATIENCE: Duration = Duration::from_millis(500);

/// How long a process may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Option<Duration>,
    /// Between the request to end and the kill.
    pub(crate) kill_wait: Duration,
}

impl Limits {
    /// How long a process that is being stopped may take to end by itself. Nobody waits long for what nobody wants.
    fn patience_with(self, ending: Ending) -> Duration {
        match ending {
            Ending::TimedOut(_) => self.kill_wait,
            Ending::Cancelled(_) => self.kill_wait.min(CANCEL_PATIENCE),
        }
    }
}

/// What a process did, before anybody asks whether it may be stored.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(crate) exit: Exit,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// Whether there was more output than is kept.
    pub(crate) is_truncated: bool,
}

/// Why a process is being stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Cancelled(CancelReason),
    TimedOut(Duration),
}

/// Stops a process group when its time is over or the run is cancelled: first politely, then not; at once when the run is
/// killed.
pub(crate) struct Watchdog<'a> {
    cancel: &'a Cancel,
    woken: PipeReader,
    _wakers: [CancelWaker; 2],
    limits: Limits,
    deadline: Option<Instant>,
    ending: Option<Ending>,
    kill_at: Option<Instant>,
    is_killed: bool,
}

impl<'a> Watchdog<'a> {
    pub(crate) fn new(cancel: &'a Cancel, limits: Limits) -> io::Result<Self> {
        let (woken, wake) = io::pipe()?;
        rustix::io::ioctl_fionbio(&woken, true)?;
        let wake = Arc::new(wake);
        let waker = |wake: &Arc<PipeWriter>| {
            let wake = wake.clone();
            // Two bytes always fit, and nobody needs waking when the pipe is closed.
            move |_| drop((&*wake).write(b"!"))
        };
        let _wakers = [cancel.on_cancel(waker(&wake)), cancel.on_kill(waker(&wake))];
        let deadline = limits.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Ok(Self { cancel, woken, _wakers, limits, deadline, ending: None, kill_at: None, is_killed: false })
    }

    /// Does what is due.
    pub(crate) fn check(&mut self, group: &ProcessGroup) {
        self.fall_asleep_again();
        let now = Instant::now();
        let due = match (self.ending, self.cancel.reason(), self.deadline, self.limits.timeout) {
            (None | Some(Ending::TimedOut(_)), Some(reason), _, _) => Some(Ending::Cancelled(reason)),
            (None, None, Some(deadline), Some(timeout)) if now >= deadline => Some(Ending::TimedOut(timeout)),
            _ => None,
        };
        if let Some(ending) = due {
            if self.ending.is_none() {
                group.terminate();
            }
            self.ending = due;
            let kill_at = now.checked_add(self.limits.patience_with(ending));
            self.kill_at = self.kill_at.into_iter().chain(kill_at).min();
        }
        let is_kill_due = self.cancel.is_killed() || self.kill_at.is_some_and(|kill_at| now >= kill_at);
        if is_kill_due && self.ending.is_some() && !self.is_killed {
            group.kill();
            self.is_killed = true;
        }
    }

    /// Why the process is being stopped, if it is.
    pub(crate) fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// How long until something is due.
    pub(crate) fn patience(&self) -> Option<Duration> {
        let next = if self.ending.is_some() { self.kill_at.filter(|_| !self.is_killed) } else { self.deadline };
        next.map(|next| next.saturating_duration_since(Instant::now()))
    }

    /// Becomes readable on a cancel and on a kill.
    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.woken.as_fd()
    }

    /// Takes what woke this out of the pipe, so that the next sleep is one.
    fn fall_asleep_again(&mut self) {
        let mut bytes = [0; 2];
        // Nothing there is an error, too: it would block.
        let _ = self.woken.read(&mut bytes);
    }
}

/// Bytes on their way into a pipe.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: VecDeque<u8>,
}

impl Outbox {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Writes what the pipe takes now; the error is `BrokenPipe` when nobody reads any more.
    pub(crate) fn write_some(&mut self, pipe: impl AsFd) -> io::Result<()> {
        let (front, _) = self.waiting.as_slices();
        match rustix::io::write(pipe, front) {
            Ok(written) => {
                self.waiting.drain(..written);
                Ok(())
            }
            Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Reads what is there; `None` at the end of the stream.
pub(crate) fn read_some(pipe: impl AsFd, buffer: &mut [u8]) -> io::Result<Option<&[u8]>> {
    match rustix::io::read(pipe, &mut *buffer) {
        Ok(0) => Ok(None),
        Ok(length) => Ok(Some(&buffer[..length])),
        Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(Some(&[])),
        Err(error) => Err(error.into()),
    }
}

/// Both outputs of a process: streamed as they come, and kept up to a limit.
pub(crate) struct Capture<'a> {
    on_output: &'a (dyn Fn(OutputStream, &[u8]) + Sync),
    limit: usize,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    is_truncated: bool,
}

impl<'a> Capture<'a> {
    pub(crate) fn new(on_output: &'a (dyn Fn(OutputStream, &[u8]) + Sync), limit: usize) -> Self {
        Self { on_output, limit, stdout: Vec::new(), stderr: Vec::new(), is_truncated: false }
    }

    pub(crate) fn add(&mut self, stream: OutputStream, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        (self.on_output)(stream, bytes);
        let kept = match stream {
            OutputStream::Stdout => &mut self.stdout,
            OutputStream::Stderr => &mut self.stderr,
        };
        let room = self.limit.saturating_sub(kept.len()).min(bytes.len());
        kept.extend_from_slice(&bytes[..room]);
        self.is_truncated |= room < bytes.len();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.stdout.is_empty() && self.stderr.is_empty()
    }

    pub(crate) fn finish(self, exit: Exit) -> Execution {
        let Self { on_output: _, limit: _, stdout, stderr, is_truncated } = self;
        Execution { exit, stdout, stderr, is_truncated }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn output_beyond_the_limit_is_streamed_but_not_kept() {
        let streamed = Mutex::new(Vec::new());
        let on_output = |_, bytes: &[u8]| streamed.lock().expect("one thread").extend_from_slice(bytes);
        let mut capture = Capture::new(&on_output, 4);
        capture.add(OutputStream::Stdout, b"abc");
        capture.add(OutputStream::Stderr, b"E");
        assert!(!capture.is_truncated);
        capture.add(OutputStream::Stdout, b"def");
        let execution = capture.finish(Exit::Code(0));
        assert_eq!((execution.stdout.as_slice(), execution.stderr.as_slice()), (&b"abcd"[..], &b"E"[..]));
        assert!(execution.is_truncated);
        assert_eq!(*streamed.lock().expect("one thread"), b"abcEdef");
    }
}
