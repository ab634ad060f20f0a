//! A daemon as its metadata describe it: what Pants v1 called a `Handle`.

use super::site::Site;
use pants_process::{ManagedProcessError, ProcessManager};
use std::path::PathBuf;

/// A daemon that takes runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    /// Its process.
    pub pid: u32,
    /// Its socket.
    pub socket: PathBuf,
    /// Its log, for whoever has to explain what went wrong.
    pub log_file: PathBuf,
}

/// How to reach the daemon of this metadata; nothing when it says too little.
pub(super) fn handle_of(site: &Site, manager: &ProcessManager) -> Result<Option<Handle>, ManagedProcessError> {
    let (Some(pid), Some(socket)) = (manager.pid()?, manager.socket()?) else { return Ok(None) };
    let socket = PathBuf::from(socket.lines().next().unwrap_or_default());
    Ok(Some(Handle { pid, socket, log_file: site.log_file.clone() }))
}
