//! Whether a process is the one that is meant: by its pid and by when it started.

use rustix::process::{Pid, Signal};
#[cfg(target_os = "linux")]
use std::fs;

/// One process, and no other one that is given its id later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownProcess {
    /// Its id.
    pub pid: u32,
    /// When it started, in words of the system; empty where that is not known.
    started: String,
}

impl KnownProcess {
    /// The process that has this id now.
    pub fn with_id(pid: u32) -> Self {
        Self { pid, started: start_time(pid).unwrap_or_else(nobody) }
    }

    /// The process of that id that started then; without a time it is nobody where the system knows times: it may be a
    /// stranger by now, whom nobody may signal.
    pub(super) fn of(pid: u32, started: Option<String>) -> Self {
        Self { pid, started: started.filter(|started| !started.is_empty()).unwrap_or_else(nobody) }
    }

    /// As it can be told to another process.
    pub fn to_text(&self) -> String {
        format!("{} {}", self.pid, self.started)
    }

    /// What [`Self::to_text`] gave.
    pub fn from_text(text: &str) -> Option<Self> {
        let (pid, started) = text.split_once(' ').unwrap_or((text, ""));
        Some(Self::of(pid.parse().ok()?, Some(started.to_owned())))
    }

    /// When it started.
    pub(super) fn started(&self) -> &str {
        &self.started
    }

    /// Whether it is running.
    pub fn is_running(&self) -> bool {
        is_running(self.pid, &self.started)
    }
}

/// When nobody started.
fn nobody() -> String {
    if cfg!(target_os = "linux") { "never".to_owned() } else { String::new() }
}

pub(super) fn to_pid(pid: u32) -> Option<Pid> {
    // Neither 0 (our own group) nor 1 (nobody's daemon).
    Pid::from_raw(i32::try_from(pid).ok().filter(|pid| *pid > 1)?)
}

/// Whether there is a process of this id, whoever it is; 1 is one, too.
pub(super) fn exists(pid: u32) -> bool {
    let raw = i32::try_from(pid).ok().and_then(Pid::from_raw);
    // What we may not signal exists all the same.
    raw.is_some_and(|raw| !matches!(rustix::process::test_kill_process(raw), Err(rustix::io::Errno::SRCH)))
}

/// Whether the process is there, is not a zombie, and started when it should have.
pub(crate) fn is_running(pid: u32, started: &str) -> bool {
    to_pid(pid).is_some()
        && exists(pid)
        && match start_time(pid) {
            Some(actual) => started.is_empty() || actual == started,
            None => !cfg!(target_os = "linux"),
        }
}

/// When a living process started, in ticks since the boot, with the boot's id; `None` when it is dead or a zombie.
#[cfg(target_os = "linux")]
fn start_time(pid: u32) -> Option<String> {
    let stat = Stat::of(pid)?;
    stat.is_alive.then(|| format!("{} {}", stat.started, boot()))
}

/// Elsewhere there is no cheap way to know, and the pid alone decides.
#[cfg(not(target_os = "linux"))]
fn start_time(_pid: u32) -> Option<String> {
    None
}

#[cfg(target_os = "linux")]
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

/// What the kernel tells of a process in one line.
#[cfg(target_os = "linux")]
struct Stat {
    is_alive: bool,
    session: u32,
    started: u64,
}

#[cfg(target_os = "linux")]
impl Stat {
    fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name of the program stands in parentheses and may contain anything.
        let (_, after_name) = stat.rsplit_once(')')?;
        let mut fields = after_name.split_ascii_whitespace();
        let is_alive = !matches!(fields.next()?, "Z" | "X");
        let session = fields.nth(2)?.parse().ok()?;
        let started = fields.nth(15)?.parse().ok()?;
        Some(Self { is_alive, session, started })
    }
}

/// The living processes of the session that a process headed: its tools and workers, also after its death.
///
/// As long as one of them lives, no other process is given the head's pid. So there are none when somebody else has it,
/// and none that began before it.
#[cfg(target_os = "linux")]
pub(super) fn session_members(head: u32, started: &str) -> Vec<KnownProcess> {
    let Some((ticks, of_boot)) = started.split_once(' ') else { return Vec::new() };
    let (Ok(ticks), boot) = (ticks.parse::<u64>(), boot()) else { return Vec::new() };
    let is_stranger = Stat::of(head).is_some_and(|stat| stat.started != ticks);
    if of_boot != boot || is_stranger {
        return Vec::new();
    }
    let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    // Whoever asks may be a tool of it.
    let others = pids.filter(|pid| ![head, std::process::id()].contains(pid));
    let members = others.filter_map(|pid| {
        let stat = Stat::of(pid)?;
        let is_member = stat.is_alive && stat.session == head && stat.started >= ticks;
        is_member.then(|| KnownProcess::of(pid, Some(format!("{} {boot}", stat.started))))
    });
    members.collect()
}

/// Elsewhere sessions are not looked through; tools end with their standard input.
#[cfg(not(target_os = "linux"))]
pub(super) fn session_members(_head: u32, _started: &str) -> Vec<KnownProcess> {
    Vec::new()
}

/// Signals the process that started at that time and no other: the pidfd is held before the time is compared.
#[cfg(target_os = "linux")]
pub(super) fn send_signal(pid: u32, started: &str, signal: Signal) -> rustix::io::Result<()> {
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
pub(super) fn send_signal(pid: u32, started: &str, signal: Signal) -> rustix::io::Result<()> {
    let raw = to_pid(pid).ok_or(rustix::io::Errno::SRCH)?;
    if !is_running(pid, started) {
        return Err(rustix::io::Errno::SRCH);
    }
    rustix::process::kill_process(raw, signal)
}
