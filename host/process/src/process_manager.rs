//! Long-lived processes by name: metadata files from which another process can find, judge and end them.
//!
//! `<root>/<name>/` holds one file per key, as in Pants v1: `pid`, `fingerprint`, `socket`, and whatever its owner
//! adds. Beside the pid stands the time at which that process started, so that a stranger who was given the same pid
//! later is never taken for it, let alone killed. The same class keeps the daemon and persistent workers; what makes each
//! of them special is in their [`ProcessHooks`].

mod error;

mod descriptors;
mod files;
mod liveness;

mod children;
mod ending;
mod purge;

pub use children::ProcessHooks;
pub use ending::{Asking, TERMINATE_THEN_KILL};
pub use error::ManagedProcessError;
pub use liveness::KnownProcess;
#[cfg(test)]
pub(crate) use liveness::is_running;

use crate::cancel::Cancel;
use liveness::to_pid;
use pants_model::Fingerprint;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PID: &str = "pid";
const START_TIME: &str = "start_time";
const FINGERPRINT: &str = "fingerprint";
const SOCKET: &str = "socket";
const OWNER: &str = "owner";

/// How often to look at files that another process writes, and at processes that are not our children.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The metadata of one long-lived process.
#[derive(Clone, Debug)]
pub struct ProcessManager {
    name: String,
    directory: PathBuf,
}

impl ProcessManager {
    /// The process called `name` among those whose metadata is below `root` (`.pids`).
    pub fn new(root: &Path, name: &str) -> Self {
        Self { name: name.to_owned(), directory: root.join(name) }
    }

    /// Those of which there is metadata below `root`, by name; none when there is no such directory.
    pub fn all(root: &Path) -> Result<Vec<Self>, ManagedProcessError> {
        let failed = |source| ManagedProcessError::Metadata { activity: "read", path: root.to_owned(), source };
        let entries = match fs::read_dir(root) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(Vec::new());
            }
            entries => entries.map_err(failed)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            match entry.file_name().to_str() {
                Some(name) if is_directory && !name.starts_with('.') => found.push(Self::new(root, name)),
                _ => {}
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its metadata is.
    pub fn metadata_dir(&self) -> &Path {
        &self.directory
    }

    /// Says that the process has this pid now; to be called by the process itself or by its parent while it lives.
    pub fn write_pid(&self, pid: u32) -> Result<(), ManagedProcessError> {
        // The start time first: whoever finds the pid finds the time that belongs to it.
        self.write_metadata(START_TIME, KnownProcess::with_id(pid).started())?;
        self.write_metadata(PID, &pid.to_string())
    }

    /// Says what the process was started with.
    pub fn write_fingerprint(&self, fingerprint: &Fingerprint) -> Result<(), ManagedProcessError> {
        self.write_metadata(FINGERPRINT, &fingerprint.to_hex())
    }

    /// Says where the process can be reached.
    pub fn write_socket(&self, socket: &str) -> Result<(), ManagedProcessError> {
        self.write_metadata(SOCKET, socket)
    }

    /// Says for whom the process works: without that one it is of no use to anybody.
    pub fn write_owner(&self, owner: &KnownProcess) -> Result<(), ManagedProcessError> {
        self.write_metadata(OWNER, &owner.to_text())
    }

    /// For whom the process works, if it does for somebody.
    pub fn owner(&self) -> Result<Option<KnownProcess>, ManagedProcessError> {
        Ok(self.read_metadata(OWNER)?.as_deref().and_then(KnownProcess::from_text))
    }

    /// Its pid, dead or alive; `None` when there is none, or none that makes sense.
    pub fn pid(&self) -> Result<Option<u32>, ManagedProcessError> {
        Ok(self.read_metadata(PID)?.and_then(|pid| pid.parse().ok()).filter(|pid| to_pid(*pid).is_some()))
    }

    /// Where it can be reached.
    pub fn socket(&self) -> Result<Option<String>, ManagedProcessError> {
        self.read_metadata(SOCKET)
    }

    /// What it was started with.
    pub fn fingerprint(&self) -> Result<Option<Fingerprint>, ManagedProcessError> {
        Ok(self.read_metadata(FINGERPRINT)?.and_then(|hex| Fingerprint::from_hex(&hex)))
    }

    /// The process, dead or alive.
    pub fn process(&self) -> Result<Option<KnownProcess>, ManagedProcessError> {
        let Some(pid) = self.pid()? else { return Ok(None) };
        Ok(Some(KnownProcess::of(pid, self.read_metadata(START_TIME)?)))
    }

    /// The process, if it is running.
    pub fn running(&self) -> Result<Option<KnownProcess>, ManagedProcessError> {
        Ok(self.process()?.filter(KnownProcess::is_running))
    }

    /// Whether the process that wrote the metadata is running.
    pub fn is_alive(&self) -> Result<bool, ManagedProcessError> {
        Ok(self.running()?.is_some())
    }

    /// Whether a new process is needed: none is alive, or it was started with something else.
    pub fn needs_restart(&self, wanted: &Fingerprint) -> Result<bool, ManagedProcessError> {
        Ok(self.fingerprint()?.as_ref() != Some(wanted) || !self.is_alive()?)
    }

    /// Waits until the process has written its pid and is running.
    pub fn await_pid(&self, timeout: Duration, cancel: &Cancel) -> Result<u32, ManagedProcessError> {
        self.await_value(PID, timeout, cancel, || Ok(if self.is_alive()? { self.pid()? } else { None }))
    }

    /// Waits until the process has written where it can be reached.
    pub fn await_socket(&self, timeout: Duration, cancel: &Cancel) -> Result<String, ManagedProcessError> {
        self.await_value(SOCKET, timeout, cancel, || self.socket())
    }

    fn await_value<T>(
        &self,
        key: &str,
        timeout: Duration,
        cancel: &Cancel,
        look: impl Fn() -> Result<Option<T>, ManagedProcessError>,
    ) -> Result<T, ManagedProcessError> {
        let started = Instant::now();
        loop {
            if let Some(value) = look()? {
                return Ok(value);
            }
            if let Some(reason) = cancel.reason() {
                return Err(ManagedProcessError::Cancelled(reason));
            }
            if started.elapsed() >= timeout {
                return Err(ManagedProcessError::Timeout { name: self.name.clone(), key: key.to_owned(), timeout });
            }
            cancel.wait_timeout(LOOK_AGAIN);
        }
    }
}

#[cfg(test)]
mod tests;
