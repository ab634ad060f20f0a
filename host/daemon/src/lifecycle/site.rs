//! Where the files of one build root's daemon are.

use pants_model::Fingerprint;
use pants_options::Bootstrap;
use pants_process::{ManagedProcessError, ProcessManager};
use rustix::process::Signal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What a daemon is called, and its directory below `.pids`.
pub(super) const PANTSD: &str = "pantsd";

/// The name of a daemon that is not announced yet, before its pid.
pub(super) const STARTING: &str = "pantsd-starting-";

/// The name of a daemon that takes no more runs, before its pid.
pub(super) const DRAINING: &str = "pantsd-draining-";

/// Why a daemon takes no more runs, if another one takes its place.
pub(super) const REPLACED: &str = "replaced";

/// What tells a daemon to take no more runs, and to end after those that it has.
pub(super) const DRAIN: Signal = Signal::USR1;

/// Where the files of one build root's daemon are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The build root, absolute.
    pub build_root: PathBuf,
    /// Where long-lived processes keep their files, absolute (`.pids`).
    pub subprocess_dir: PathBuf,
    /// The daemon's log.
    pub log_file: PathBuf,
    /// Directories for its socket, the best first.
    pub socket_dirs: Vec<PathBuf>,
}

impl Site {
    /// The daemon of a build root, for a client with this environment.
    pub fn of(bootstrap: &Bootstrap, environment: &BTreeMap<OsString, OsString>) -> Self {
        let (build_root, subprocess_dir) = (bootstrap.build_root.clone(), bootstrap.subprocess_dir());
        let short = Fingerprint::of_bytes(build_root.as_os_str().as_bytes()).short();
        let directory = |name: &str| {
            let value = environment.get(OsStr::new(name)).map(PathBuf::from);
            value.filter(|path| path.is_absolute())
        };
        let user = rustix::process::geteuid().as_raw();
        let temporary = directory("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp"));
        let mut socket_dirs = vec![subprocess_dir.join("pantsd.sock")];
        socket_dirs.extend(directory("XDG_RUNTIME_DIR").map(|runtime| runtime.join(format!("pants-{short}"))));
        socket_dirs.push(temporary.join(format!("pants-{user}-{short}")));
        Self { log_file: log_dir(bootstrap, &short).join("pantsd.log"), build_root, subprocess_dir, socket_dirs }
    }

    /// The metadata of the daemon that takes runs.
    pub fn manager(&self) -> ProcessManager {
        ProcessManager::new(&self.subprocess_dir, PANTSD)
    }

    /// The metadata of all daemons: the one that takes runs, those that finish theirs, those that are about to start.
    pub(super) fn managers(&self) -> Result<Vec<ProcessManager>, ManagedProcessError> {
        let mut all = ProcessManager::all(&self.subprocess_dir)?;
        all.retain(|manager| {
            let name = manager.name();
            name == PANTSD || name.starts_with(STARTING) || name.starts_with(DRAINING)
        });
        Ok(all)
    }

    /// What keeps two clients from starting a daemon each.
    pub(super) fn lock_file(&self) -> PathBuf {
        self.subprocess_dir.join(".lock.pantsd")
    }

    /// Whether a path is that of a socket of this site: nothing else is ever removed because a file says so.
    pub(super) fn is_socket(&self, path: &Path) -> bool {
        self.socket_dirs.iter().any(|dir| path.parent() == Some(dir))
    }
}

/// `--pantsd-log-dir`, else in the work directory. One that is to become a link is not there yet, and must not be made a
/// directory here.
fn log_dir(bootstrap: &Bootstrap, short: &str) -> PathBuf {
    let chosen = |option| bootstrap.values.value("", option).as_str().filter(|path| !path.is_empty());
    match (chosen("pantsd-log-dir"), chosen("pants-physical-workdir-base")) {
        (Some(dir), _) => bootstrap.expanded(dir),
        (None, Some(base)) => bootstrap.expanded(base).join(short).join(PANTSD),
        (None, None) => bootstrap.workdir().join(PANTSD),
    }
}

#[cfg(test)]
pub(super) mod test_support;
