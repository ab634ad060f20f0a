//! One of the user's two streams for output: takes bytes until it fails, and then says how.

use super::signals::Signals;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{FileType, fstat};
use rustix::io::{Errno, ioctl_fionread};
use rustix::termios::isatty;
use std::os::fd::BorrowedFd;

/// What a pipe or a terminal takes without a wait when it takes anything: `PIPE_BUF`.
const LEAST: usize = 4096;

/// A stream of the user.
pub(crate) struct Output<'a> {
    to: BorrowedFd<'a>,
    nature: Nature,
    is_gone: bool,
}

/// Whether a write may take as long as somebody else likes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// It does not: a file, or a device such as `/dev/null`.
    Prompt,
    /// Until somebody reads, but so many bytes never wait while nothing else is in it.
    Pipe(usize),
    /// Until somebody reads, or continues the output.
    Slow,
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
        Self { to, nature: Nature::of(to), is_gone: false }
    }

    /// Writes; a stream that is slow does not keep a signal from being heard.
    pub(crate) fn write(&mut self, bytes: &[u8], signals: &Signals) -> Written {
        let mut written = 0;
        while written < bytes.len() && !self.is_gone {
            let mut piece = &bytes[written..];
            if self.nature != Nature::Prompt {
                if self.wait(signals) == Ready::Signal {
                    return Written::UntilSignal(written);
                }
                piece = &piece[..piece.len().min(self.room())];
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

    /// What it takes now without a wait. A pipe whose reader keeps up is empty, and takes a frame at once.
    fn room(&self) -> usize {
        match self.nature {
            Nature::Pipe(capacity) if ioctl_fionread(self.to).is_ok_and(|unread| unread == 0) => capacity,
            _ => LEAST,
        }
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

impl Nature {
    fn of(stream: BorrowedFd<'_>) -> Self {
        let kind = fstat(stream).map(|status| FileType::from_raw_mode(status.st_mode));
        match kind {
            Ok(FileType::RegularFile) => Self::Prompt,
            Ok(FileType::CharacterDevice) if !isatty(stream) => Self::Prompt,
            Ok(FileType::Fifo) => capacity(stream).map_or(Self::Slow, Self::Pipe),
            _ => Self::Slow,
        }
    }
}

#[cfg(target_os = "linux")]
fn capacity(pipe: BorrowedFd<'_>) -> Option<usize> {
    rustix::pipe::fcntl_getpipe_size(pipe).ok()
}

#[cfg(not(target_os = "linux"))]
fn capacity(_pipe: BorrowedFd<'_>) -> Option<usize> {
    None
}

/// What was waited for.
#[derive(PartialEq, Eq)]
enum Ready {
    Stream,
    Signal,
}
