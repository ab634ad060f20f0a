//! Processes that a test has started, directly or not: what of them is still there.

use rustix::process::{Pid, Signal};
use std::fs;
use std::path::Path;

/// A process that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) pid: Pid,
    /// Its arguments, with spaces between them.
    pub(crate) command: String,
}

impl Found {
    pub(crate) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    fn signal(&self, signal: Signal) {
        // It may have ended meanwhile.
        let _ = rustix::process::kill_process(self.pid, signal);
    }
}

/// Whether a process runs; one that has ended and waits for its parent does not.
pub(crate) fn is_alive(pid: &str) -> bool {
    !matches!(state(pid), None | Some('Z' | 'X'))
}

/// Whether a process is stopped (Ctrl-Z).
pub(crate) fn is_stopped(pid: &str) -> bool {
    state(pid) == Some('T')
}

fn state(pid: &str) -> Option<char> {
    let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// The processes whose directory is this one or one below it. Everything that a run starts is such a process.
pub(crate) fn started_in(directory: &Path) -> Vec<Found> {
    let entries = fs::read_dir("/proc").expect("the system shows its processes").flatten();
    let pids = entries.filter_map(|entry| Some((entry.path(), entry.file_name().to_str()?.parse::<i32>().ok()?)));
    let found = pids.filter_map(|(place, pid)| {
        let is_there = fs::read_link(place.join("cwd")).is_ok_and(|cwd| cwd.starts_with(directory));
        let is_found = is_there && is_alive(&pid.to_string());
        let command = fs::read(place.join("cmdline")).ok().filter(|_| is_found)?;
        let command = String::from_utf8_lossy(&command).trim_end_matches('\0').replace('\0', " ");
        Some(Found { pid: Pid::from_raw(pid)?, command })
    });
    found.collect()
}
