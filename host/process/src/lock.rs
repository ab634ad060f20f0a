//! Locks between processes: `flock` on a file that also says who holds it.
//!
//! The kernel drops the lock with its holder, however that dies, so there are no stale locks; the text in the file is
//! only for the people who wait. The file is never removed while it may be waited for, and a lock on a file that
//! somebody else removed (`clean-all`) is not taken for one.

use crate::{Cancel, CancelReason};
use rustix::fs::FlockOperation;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The run was cancelled while waiting.
    #[error("{0}")]
    Cancelled(CancelReason),
    /// The lock file cannot be used.
    #[error("cannot lock `{}`", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// An exclusive lock; given back when dropped.
#[derive(Debug)]
pub struct WorkdirLock {
    file: File,
}

impl WorkdirLock {
    /// Takes the lock at `path`, waiting for whoever holds it.
    ///
    /// `who` is written into the file for others to read. While waiting, `waiting` is called with the holder's text,
    /// once for each holder (an empty text when the holder has not said yet).
    pub fn acquire(
        path: &Path,
        who: &str,
        cancel: &Cancel,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<WorkdirLock, LockError> {
        let failed = |source| LockError::Io { path: path.to_owned(), source };
        let mut told = None;
        // The kernel wakes nobody who also wants to hear of a cancel, so look again soon, then less often.
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(reason) = cancel.reason() {
                return Err(LockError::Cancelled(reason));
            }
            let mut file = open(path).map_err(failed)?;
            if try_lock(&file).map_err(failed)? {
                if is_still_at(&file, path) {
                    write_holder(&mut file, who).map_err(failed)?;
                    return Ok(WorkdirLock { file });
                }
                continue;
            }
            let holder = read_holder(&mut file).map_err(failed)?;
            if told.as_ref() != Some(&holder) {
                waiting(&holder);
                told = Some(holder);
            }
            cancel.wait_timeout(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }
}

impl Drop for WorkdirLock {
    fn drop(&mut self) {
        // Only a courtesy to readers; closing the file is what gives the lock back.
        if let Err(error) = self.file.set_len(0) {
            tracing::debug!(%error, "cannot clear the holder of a lock");
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let open = || File::options().read(true).write(true).create(true).truncate(false).open(path);
    match (open(), path.parent()) {
        (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(parent)?;
            open()
        }
        (opened, _) => opened,
    }
}

fn try_lock(file: &File) -> io::Result<bool> {
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn is_still_at(file: &File, path: &Path) -> bool {
    let same = |ours: &fs::Metadata, theirs: &fs::Metadata| ours.dev() == theirs.dev() && ours.ino() == theirs.ino();
    matches!((&file.metadata(), &fs::metadata(path)), (Ok(ours), Ok(theirs)) if same(ours, theirs))
}

fn write_holder(file: &mut File, who: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(who.as_bytes())
}

fn read_holder(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.take(4096).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

#[cfg(test)]
mod tests;
