//! A connected socket, of whichever family: bytes in, bytes out, and who is at the other end.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{SendFlags, Shutdown};
use std::io::{self, IoSlice, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

/// A connected stream socket. Shared by those who read and those who write: both take `&self`.
#[derive(Debug)]
pub(crate) struct Socket(OwnedFd);

impl Socket {
    /// Waits until something can be read, or the stream ended; `false` when that took too long.
    pub(crate) fn wait_readable(&self, timeout: Duration) -> io::Result<bool> {
        wait_readable(self.0.as_fd(), timeout)
    }

    /// Writes all of it, in as few calls as possible.
    pub(crate) fn write_parts(&self, parts: [&[u8]; 3]) -> io::Result<()> {
        let mut parts = parts.map(IoSlice::new);
        let mut left = &mut parts[..];
        // Empty parts at the front go away.
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match rustix::io::writev(&self.0, left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => IoSlice::advance_slices(&mut left, count),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Writes what the system takes without a wait; 0 when that is nothing.
    pub(crate) fn write_now(&self, bytes: &[u8]) -> io::Result<usize> {
        match rustix::net::send(&self.0, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
            Ok(count) => Ok(count),
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends both directions: whoever waits on either side is woken. What was written before still arrives.
    pub(crate) fn close(&self) {
        // A socket that is not connected any more is closed already.
        let _ = rustix::net::shutdown(&self.0, Shutdown::Both);
    }
}

impl From<OwnedFd> for Socket {
    fn from(descriptor: OwnedFd) -> Self {
        Self(descriptor)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Read for &Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        rustix::io::retry_on_intr(|| rustix::io::read(&self.0, &mut *buffer)).map_err(io::Error::from)
    }
}

impl Write for &Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        rustix::io::retry_on_intr(|| rustix::io::write(&self.0, bytes)).map_err(io::Error::from)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Waits until something can be read from it, or it ended; `false` when that took too long.
fn wait_readable(descriptor: BorrowedFd<'_>, timeout: Duration) -> io::Result<bool> {
    let start = Instant::now();
    loop {
        let mut waiting = [PollFd::from_borrowed_fd(descriptor, PollFlags::IN)];
        match poll(&mut waiting, Some(&timespec(timeout.saturating_sub(start.elapsed())))) {
            Ok(count) => return Ok(count > 0),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// A time to wait, as `poll` has it.
pub(crate) fn timespec(timeout: Duration) -> Timespec {
    Timespec { tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX), tv_nsec: timeout.subsec_nanos().into() }
}
