//! One of the user's two streams for output: takes bytes until it fails, and then says how.

use super::signals::Signals;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{FileType, fstat};
use rustix::io::Errno;
use std::os::fd::BorrowedFd;

/// What a pipe takes without a wait when it takes anything: `PIPE_BUF`.
const WITHOUT_WAIT: usize = 4096;

/// A stream of the user.
pub(crate) struct Output<'a> {
    to: BorrowedFd<'a>,
    /// Whether a write may take as long as somebody else likes: of a pipe or a terminal.
    is_slow: bool,
    is_gone: bool,
}

/// How a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// All of it; or nobody wants it any more, and this was said before.
    All,
    /// A signal came when so much was written.
    UntilSignal(usize),
    /// The stream takes nothing more, with the system's number of the error.
    Gone(i32),
}

impl<'a> Output<'a> {
    pub(crate) fn new(to: BorrowedFd<'a>) -> Self {
        let is_file = fstat(to).is_ok_and(|status| FileType::from_raw_mode(status.st_mode) == FileType::RegularFile);
        Self { to, is_slow: !is_file, is_gone: false }
    }

    /// Writes; a stream that is slow does not keep a signal from being heard.
    pub(crate) fn write(&mut self, bytes: &[u8], signals: &Signals) -> Written {
        let mut written = 0;
        while written < bytes.len() && !self.is_gone {
            let mut piece = &bytes[written..];
            if self.is_slow {
                if self.wait(signals) == Ready::Signal {
                    return Written::UntilSignal(written);
                }
                piece = &piece[..piece.len().min(WITHOUT_WAIT)];
            }
            match rustix::io::write(self.to, piece) {
                Ok(count) => written += count,
                // Somebody made the terminal non-blocking: it was waited for, and takes less than was hoped.
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => {
                    self.is_gone = true;
                    return Written::Gone(error.raw_os_error());
                }
            }
        }
        Written::All
    }

    fn wait(&self, signals: &Signals) -> Ready {
        let mut waiting = [PollFd::from_borrowed_fd(self.to, PollFlags::OUT), PollFd::new(signals, PollFlags::IN)];
        match poll(&mut waiting, None) {
            Ok(_) if !waiting[1].revents().is_empty() => Ready::Signal,
            // If it cannot be waited for, the write says what is the matter.
            _ => Ready::Stream,
        }
    }
}

/// What was waited for.
#[derive(PartialEq, Eq)]
enum Ready {
    Stream,
    Signal,
}
