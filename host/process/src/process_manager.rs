//! Long-lived processes by name: metadata files from which another process can find, judge and end them.
//!
//! `<root>/<name>/` holds one file per key, as in Pants v1: `pid`, `fingerprint`, `socket`, and whatever its owner
//! adds. Beside the pid stands the time at which that process started, so that a stranger who was given the same pid
//! later is never taken for it, let alone killed. Starting the process is its owner's business.

use crate::cancel::{Cancel, CancelReason};
use pants_model::Fingerprint;
use rustix::process::{Pid, Signal};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PID: &str = "pid";
const START_TIME: &str = "start_time";
const FINGERPRINT: &str = "fingerprint";
const SOCKET: &str = "socket";

/// How often to look at files that another process writes, and at processes that are not our children.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// How long what was killed may take to be gone.
const KILL_WAIT: Duration = Duration::from_secs(5);

/// Why a managed process cannot be dealt with.
#[derive(Debug, thiserror::Error)]
pub enum ManagedProcessError {
    /// Its metadata cannot be read or written.
    #[error("cannot {activity} `{}`", path.display())]
    Metadata {
        /// `read`, `write` or `remove`.
        activity: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Something that it should have written did not come in time.
    #[error("`{name}` did not write its {key} within {timeout:?}")]
    Timeout {
        /// The process.
        name: String,
        /// What is missing.
        key: String,
        /// How long we waited.
        timeout: Duration,
    },
    /// It cannot be ended.
    #[error("`{name}` (pid {pid}) does not end, not even when killed")]
    NotResponding {
        /// The process.
        name: String,
        /// Its pid.
        pid: u32,
    },
    /// It may not be signalled.
    #[error("cannot signal `{name}` (pid {pid})")]
    Signal {
        /// The process.
        name: String,
        /// Its pid.
        pid: u32,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The run was cancelled while waiting.
    #[error("{0}")]
    Cancelled(CancelReason),
}

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
        self.write_metadata(START_TIME, &start_time(pid).unwrap_or_default())?;
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

    /// Writes one key, by rename: readers see the old value or the new one.
    pub fn write_metadata(&self, key: &str, value: &str) -> Result<(), ManagedProcessError> {
        let path = self.directory.join(key);
        self.write(&path, value).map_err(|source| ManagedProcessError::Metadata { activity: "write", path, source })
    }

    /// The value of a key; `None` when it was never written.
    pub fn read_metadata(&self, key: &str) -> Result<Option<String>, ManagedProcessError> {
        let path = self.directory.join(key);
        match fs::read_to_string(&path) {
            Ok(value) => Ok(Some(value.trim().to_owned())),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(source) => Err(ManagedProcessError::Metadata { activity: "read", path, source }),
        }
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

    /// Whether the process that wrote the metadata is running.
    pub fn is_alive(&self) -> Result<bool, ManagedProcessError> {
        let Some(pid) = self.pid()? else { return Ok(false) };
        Ok(is_running(pid, &self.read_metadata(START_TIME)?.unwrap_or_default()))
    }

    /// Whether a new process is needed: none is alive, or it was started with something else.
    pub fn needs_restart(&self, wanted: &Fingerprint) -> Result<bool, ManagedProcessError> {
        Ok(self.fingerprint()?.as_ref() != Some(wanted) || !self.is_alive()?)
    }

    /// Ends the process, by SIGTERM and, after `wait`, by SIGKILL, and removes its metadata.
    pub fn terminate(&self, wait: Duration) -> Result<(), ManagedProcessError> {
        if let Some(pid) = self.pid()? {
            let started = self.read_metadata(START_TIME)?.unwrap_or_default();
            let mut is_gone = false;
            for (signal, wait) in [(Signal::TERM, wait), (Signal::KILL, wait.max(KILL_WAIT))] {
                self.signal(pid, &started, signal)?;
                is_gone = wait_until(wait, || !is_running(pid, &started));
                if is_gone {
                    break;
                }
            }
            if !is_gone {
                return Err(ManagedProcessError::NotResponding { name: self.name.clone(), pid });
            }
        }
        self.purge()
    }

    /// Removes the metadata of a process that is not running; says whether there was nothing left to keep.
    pub fn purge_stale(&self) -> Result<bool, ManagedProcessError> {
        if self.is_alive()? {
            return Ok(false);
        }
        self.purge().map(|()| true)
    }

    /// Removes the metadata, whatever became of the process.
    pub fn purge(&self) -> Result<(), ManagedProcessError> {
        match fs::remove_dir_all(&self.directory) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(ManagedProcessError::Metadata { activity: "remove", path: self.directory.clone(), source })
            }
            _ => Ok(()),
        }
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

    fn write(&self, path: &Path, value: &str) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        let mut temporary = tempfile::NamedTempFile::new_in(&self.directory)?;
        temporary.write_all(value.as_bytes())?;
        temporary.persist(path).map_err(|failed| failed.error)?;
        Ok(())
    }

    fn signal(&self, pid: u32, started: &str, signal: Signal) -> Result<(), ManagedProcessError> {
        match send_signal(pid, started, signal) {
            Err(error) if error != rustix::io::Errno::SRCH => {
                Err(ManagedProcessError::Signal { name: self.name.clone(), pid, source: error.into() })
            }
            _ => Ok(()),
        }
    }
}

fn to_pid(pid: u32) -> Option<Pid> {
    // Neither 0 (our own group) nor 1 (nobody's daemon).
    Pid::from_raw(i32::try_from(pid).ok().filter(|pid| *pid > 1)?)
}

/// Whether the process is there, is not a zombie, and started when it should have.
pub(crate) fn is_running(pid: u32, started: &str) -> bool {
    let Some(raw) = to_pid(pid) else { return false };
    // What we may not signal exists all the same.
    let exists = !matches!(rustix::process::test_kill_process(raw), Err(rustix::io::Errno::SRCH));
    exists
        && match start_time(pid) {
            Some(actual) => started.is_empty() || actual == started,
            None => !cfg!(target_os = "linux"),
        }
}

fn wait_until(timeout: Duration, is_done: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while !is_done() {
        if started.elapsed() >= timeout {
            return false;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    true
}

/// When a living process started, in ticks since the boot, with the boot's id; `None` when it is dead or a zombie.
#[cfg(target_os = "linux")]
fn start_time(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in parentheses and may contain anything.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace();
    let state = fields.next()?;
    let ticks = fields.nth(18)?;
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    (!matches!(state, "Z" | "X")).then(|| format!("{ticks} {}", boot.trim()))
}

/// Elsewhere there is no cheap way to know, and the pid alone decides.
#[cfg(not(target_os = "linux"))]
fn start_time(_pid: u32) -> Option<String> {
    None
}

/// Signals the process that started at that time and no other: the pidfd is held before the time is compared.
#[cfg(target_os = "linux")]
fn send_signal(pid: u32, started: &str, signal: Signal) -> rustix::io::Result<()> {
    use rustix::io::Errno;
    use rustix::process::{PidfdFlags, kill_process, pidfd_open, pidfd_send_signal};
    let raw = to_pid(pid).ok_or(Errno::SRCH)?;
    let descriptor = pidfd_open(raw, PidfdFlags::empty());
    if !is_running(pid, started) {
        return Err(Errno::SRCH);
    }
    match descriptor {
        Ok(descriptor) => pidfd_send_signal(descriptor, signal),
        Err(Errno::NOSYS | Errno::PERM) => kill_process(raw, signal),
        Err(error) => Err(error),
    }
}

#[cfg(not(target_os = "linux"))]
fn send_signal(pid: u32, started: &str, signal: Signal) -> rustix::io::Result<()> {
    let raw = to_pid(pid).ok_or(rustix::io::Errno::SRCH)?;
    if !is_running(pid, started) {
        return Err(rustix::io::Errno::SRCH);
    }
    rustix::process::kill_process(raw, signal)
}

#[cfg(test)]
mod tests;
