//! Removing the metadata of processes that are gone, without ever removing that of one that just came.
//!
//! Between the moment at which a process is found dead and the moment at which its files are removed, somebody else may
//! have removed them and started the next one. So the directory is taken aside first, and looked at again.

use super::files::{own_name, remove_unfinished};
use super::liveness::exists;
use super::{ManagedProcessError, ProcessManager};
use std::fs;
use std::io;
use std::path::Path;

/// `.purged-<pid>-<number>`: what somebody is about to remove.
const PURGED: &str = ".purged-";

impl ProcessManager {
    /// Removes the metadata of a process that is not running; says whether there was nothing left to keep.
    pub fn purge_stale(&self) -> Result<bool, ManagedProcessError> {
        if self.is_alive()? {
            self.remove_temporary_files();
            return Ok(false);
        }
        let root = self.directory.parent().unwrap_or(Path::new(""));
        let aside = own_name(root, PURGED);
        match fs::rename(&self.directory, &aside) {
            Ok(()) => {}
            // Somebody else was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(source) => return Err(self.not_removed(source)),
        }
        let taken = Self { name: self.name.clone(), directory: aside };
        if taken.is_alive()? && fs::rename(&taken.directory, &self.directory).is_ok() {
            return Ok(false);
        }
        taken.purge().map(|()| true)
    }

    /// Removes the metadata, whatever became of the process.
    pub fn purge(&self) -> Result<(), ManagedProcessError> {
        match fs::remove_dir_all(&self.directory) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(self.not_removed(source)),
            _ => Ok(()),
        }
    }

    /// Removes what those left below `root` who were killed while they wrote or purged, as far as that is possible.
    pub fn remove_litter(root: &Path) {
        remove_unfinished(root);
        for entry in fs::read_dir(root).into_iter().flatten().filter_map(Result::ok) {
            let name = entry.file_name();
            let purger = name.to_str().and_then(|name| name.strip_prefix(PURGED)?.split_once('-')?.0.parse().ok());
            if purger.is_some_and(|purger: u32| !exists(purger))
                && let Err(error) = fs::remove_dir_all(entry.path())
            {
                tracing::debug!(path = %entry.path().display(), %error, "what was purged remains");
            }
        }
    }

    fn not_removed(&self, source: io::Error) -> ManagedProcessError {
        ManagedProcessError::Metadata { activity: "remove", path: self.directory.clone(), source }
    }
}
