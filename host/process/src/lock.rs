//! Locks between processes: `flock` on a file that also says who holds it.
//!
//! The kernel drops the lock with its holder, however that dies, so there are no stale locks; the text in the file is
//! only for those who wait: its first line for people, the second one, with the id of the run that holds it, for runs that
//! a process of that run has started. They would wait for a run that waits for them, so they do not wait at all. The file
//! is never removed while it may be waited for, and a lock on a file that somebody else removed (`clean-all`) is not taken
//! for one.

use crate::{Cancel, CancelReason};
use rustix::fs::FlockOperation;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The run was cancelled while waiting.
    #[error("{0}")]
    Cancelled(CancelReason),
    /// It would never be given back: the holder waits for the end of the process that started this run.
    #[error("it is held by the run that this one is a part of: {holder}")]
    HeldByOuterRun {
        /// Who holds it.
        holder: String,
    },
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

/// Who takes a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimant {
    /// What others read who wait, in one line: `PID 12 (pants test ::)`.
    pub shown: String,
    /// The id of the run, if it is one.
    pub run: Option<String>,
    /// The id of the run that a process of has started this one.
    pub outer_run: Option<String>,
}

impl From<&str> for Claimant {
    fn from(shown: &str) -> Self {
        Self { shown: shown.to_owned(), ..Self::default() }
    }
}

impl Claimant {
    /// The text of the lock file.
    fn text(&self) -> String {
        // What a user typed may have several lines.
        let shown = self.shown.split_whitespace().collect::<Vec<_>>().join(" ");
        [Some(shown), self.run.clone()].into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// Whether the holder waits for the end of this one.
    fn is_part_of(&self, holder: &Holder) -> bool {
        self.outer_run.is_some() && self.outer_run == holder.run
    }
}

/// Who holds a lock, as its file says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Holder {
    shown: String,
    run: Option<String>,
}

/// An exclusive lock; given back when dropped.
#[derive(Debug)]
pub struct WorkdirLock {
    file: File,
}

impl WorkdirLock {
    /// Takes the lock at `path`, waiting for whoever holds it.
    ///
    /// `who` is written into the file for others to read. While waiting, `waiting` is called with what the holder wrote,
    /// once for each holder (an empty text when the holder has not said yet).
    pub fn acquire(
        path: &Path,
        who: &Claimant,
        cancel: &Cancel,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<WorkdirLock, LockError> {
        match Self::acquire_until(path, who, cancel, None, waiting)? {
            Some(lock) => Ok(lock),
            None => unreachable!("without a deadline the wait ends with the lock or an error"),
        }
    }

    /// The same, for so long; `None` when somebody else had it all the time.
    pub fn acquire_within(
        path: &Path,
        who: &str,
        cancel: &Cancel,
        timeout: Duration,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<Option<WorkdirLock>, LockError> {
        Self::acquire_until(path, &who.into(), cancel, Some(Instant::now() + timeout), waiting)
    }

    fn acquire_until(
        path: &Path,
        who: &Claimant,
        cancel: &Cancel,
        deadline: Option<Instant>,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<Option<WorkdirLock>, LockError> {
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
                    write_holder(&mut file, &who.text()).map_err(failed)?;
                    return Ok(Some(WorkdirLock { file }));
                }
                continue;
            }
            let holder = read_holder(&mut file).map_err(failed)?;
            if who.is_part_of(&holder) {
                return Err(LockError::HeldByOuterRun { holder: holder.shown });
            }
            if told.as_ref() != Some(&holder) {
                waiting(&holder.shown);
                told = Some(holder);
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(None);
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

fn write_holder(file: &mut File, text: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(text.as_bytes())
}

fn read_holder(file: &mut File) -> io::Result<Holder> {
    let mut bytes = Vec::new();
    file.take(4096).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines().map(|line| line.trim().to_owned());
    Ok(Holder { shown: lines.next().unwrap_or_default(), run: lines.next() })
}

#[cfg(test)]
mod tests;
