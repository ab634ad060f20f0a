//! What a worker leaves below `.pids`, as the Nailgun servers of Pants v1 did: by it a worker is found whose host was killed.
//!
//! A worker ends when its standard input does. One that is busy, or that somebody wrote who did not think of it, is ended by
//! whoever finds that its owner is gone.

use crate::process_manager::{KnownProcess, ManagedProcessError, ProcessManager};
use pants_model::Fingerprint;
use std::path::Path;

/// The metadata of a living worker; removed with it.
#[derive(Debug)]
pub(crate) struct WorkerRecord(ProcessManager);

impl WorkerRecord {
    /// Writes it. A worker without one works just as well.
    pub(crate) fn write(root: &Path, program: &str, pid: u32, key: &Fingerprint) -> Option<Self> {
        let program = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
        let manager = ProcessManager::new(root, &format!("ng_{program}_{pid}"));
        let write = || -> Result<(), ManagedProcessError> {
            // A worker of the same id, of a host that was killed.
            manager.purge()?;
            manager.write_owner(&KnownProcess::with_id(std::process::id()))?;
            manager.write_fingerprint(key)?;
            manager.write_pid(pid)
        };
        let record = Self(manager.clone());
        match write() {
            Ok(()) => Some(record),
            Err(error) => {
                tracing::debug!(%error, "a worker leaves no metadata");
                None
            }
        }
    }
}

impl Drop for WorkerRecord {
    fn drop(&mut self) {
        if let Err(error) = self.0.purge() {
            tracing::debug!(%error, "metadata of a worker remain");
        }
    }
}
