//! What a new program finds open that nobody meant for it.
//!
//! A shell keeps files open for its children (`exec 9>lock; flock 9`), and so do test runners and build servers. A process
//! that outlives them all would keep their locks and hold up whoever waits for the end of their pipes.
#![allow(unsafe_code, reason = "a descriptor that nobody in this program owns has no safe name")]

use std::fs;
use std::io;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// Where the system lists the descriptors of a process.
const DESCRIPTORS: &str = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };

/// Closes all but the standard streams. To be called by a program that has opened nothing yet.
pub(super) fn close_inherited() -> io::Result<()> {
    let names = fs::read_dir(DESCRIPTORS)?.filter_map(Result::ok).map(|entry| entry.file_name());
    let numbers: Vec<RawFd> = names.filter_map(|name| name.to_str()?.parse().ok()).filter(|fd| *fd > 2).collect();
    for number in numbers {
        // SAFETY: the system is only asked whether it is open; that of the listing itself is not any more.
        let is_open = rustix::io::fcntl_getfd(unsafe { BorrowedFd::borrow_raw(number) }).is_ok();
        if is_open {
            // SAFETY: it was open before this program began, so nothing in here owns it.
            drop(unsafe { OwnedFd::from_raw_fd(number) });
        }
    }
    Ok(())
}
