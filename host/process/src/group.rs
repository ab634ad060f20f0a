//! A child process at the head of a process group of its own: started, watched, signalled, and never left behind.
//!
//! The head is reaped only after the rest of its group was killed: until then its id cannot be given to anybody else,
//! so no signal can hit a stranger. On Linux a pidfd says when it exits; elsewhere whoever waits looks every now and
//! then. No `pre_exec`: it would force a fork where the C library can spawn.

use crate::process::RunError;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How often to look for an exit where the system cannot tell.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// How long to wait for what was killed.
const LAST_MOMENT: Duration = Duration::from_millis(250);

/// Something to start, with nothing left to expand.
#[derive(Debug)]
pub(crate) struct CommandLine {
    /// The program as it was named: a path, or a name to be found on the PATH of `env`.
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
    pub(crate) env: Vec<(OsString, OsString)>,
    /// Absolute.
    pub(crate) directory: PathBuf,
}

impl CommandLine {
    /// The command as a person could type it, for the log.
    pub(crate) fn shown(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        words.map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }

    /// Where the program is.
    fn locate(&self) -> Result<PathBuf, RunError> {
        let path = self.env.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value);
        let candidates: Vec<PathBuf> = match path {
            _ if self.program.contains('/') => vec![self.directory.join(&self.program)],
            Some(path) => std::env::split_paths(path)
                .map(|directory| self.directory.join(directory).join(&self.program))
                .collect(),
            None => Vec::new(),
        };
        let is_program = |path: &PathBuf| {
            fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
        };
        if let Some(found) = candidates.iter().find(|path| is_program(path)) {
            return Ok(found.clone());
        }
        match candidates.into_iter().next() {
            // Something is there, but not to be executed: let the attempt say why.
            Some(only) if self.program.contains('/') && only.exists() => Ok(only),
            _ => Err(RunError::ExecutableNotFound {
                program: self.program.clone(),
                searched: path.filter(|_| !self.program.contains('/')).map(|path| path.to_string_lossy().into_owned()),
            }),
        }
    }
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A started process with its group.
#[derive(Debug)]
pub(crate) struct ProcessGroup {
    pub(crate) child: Child,
    pid: Pid,
    exit: Option<OwnedFd>,
    status: Option<ExitStatus>,
}

impl ProcessGroup {
    /// Starts a command with piped outputs.
    pub(crate) fn spawn(command: &CommandLine, stdin: Stdio) -> Result<Self, RunError> {
        check_directory(&command.directory)?;
        let program = command.locate()?;
        let mut builder = Command::new(&program);
        builder
            .args(&command.arguments)
            .env_clear()
            .envs(command.env.iter().map(|(name, value)| (OsStr::new(name), value)))
            .current_dir(&command.directory)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let child = spawn_patiently(&mut builder)
            .map_err(|source| RunError::Spawn { program: command.program.clone(), source })?;
        let pid = Pid::from_child(&child);
        Ok(Self { child, pid, exit: exit_descriptor(pid), status: None })
    }

    /// Whether the head has exited; it is not reaped by asking.
    pub(crate) fn has_exited(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match rustix::process::waitid(WaitId::Pid(self.pid), options) {
            Ok(status) => status.is_some(),
            Err(error) => error != rustix::io::Errno::INTR,
        }
    }

    /// Becomes readable when the head exits, where the system has such a thing.
    pub(crate) fn exit_descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.exit.as_ref().map(AsFd::as_fd)
    }

    /// How long to sleep at most before asking [`Self::has_exited`] again.
    pub(crate) fn patience(&self) -> Option<Duration> {
        self.exit.is_none().then_some(LOOK_AGAIN)
    }

    /// Asks the group to end.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Kills the group.
    pub(crate) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Waits until the head has exited; `false` when that took too long.
    pub(crate) fn wait_for_exit(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        while !self.has_exited() {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return false;
            }
            let mut waiting: Vec<_> =
                self.exit.iter().map(|exit| PollFd::from_borrowed_fd(exit.as_fd(), PollFlags::IN)).collect();
            sleep_until_ready(&mut waiting, left.into_iter().chain(self.patience()).min());
        }
        true
    }

    /// Kills what is left of the group and says how the head ended.
    pub(crate) fn finish(&mut self) -> io::Result<ExitStatus> {
        if let Some(status) = self.status {
            return Ok(status);
        }
        self.kill();
        let status = self.child.wait()?;
        self.status = Some(status);
        self.wait_for_the_rest();
        Ok(status)
    }

    /// Gives those that were killed with the head a moment to be gone.
    ///
    /// Bounded, because where nobody reaps orphans (a container without an init) they never are.
    fn wait_for_the_rest(&self) {
        let killed = Instant::now();
        while rustix::process::test_kill_process_group(self.pid).is_ok() && killed.elapsed() < LAST_MOMENT {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn signal(&self, signal: Signal) {
        if self.status.is_some() {
            return;
        }
        // Before it has executed anything the child may not head its group yet; there is nobody else to hit then.
        let result = rustix::process::kill_process_group(self.pid, signal)
            .or_else(|_| rustix::process::kill_process(self.pid, signal));
        if let Err(error) = result {
            tracing::debug!(pid = self.pid.as_raw_nonzero(), %error, "cannot signal a process group");
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Err(error) = self.finish() {
            tracing::debug!(%error, "cannot reap a process");
        }
    }
}

/// Waits for one of the descriptors, or until the time is over; being interrupted is like being ready.
pub(crate) fn sleep_until_ready(descriptors: &mut [PollFd<'_>], timeout: Option<Duration>) {
    // Rounded up, so that a deadline has passed when the sleep is over.
    let timeout = timeout.map(|timeout| timeout + Duration::from_millis(1));
    let timeout = timeout.map(|timeout| Timespec {
        tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    });
    match poll(descriptors, timeout.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        // Out of memory, say. The caller looks again; do not let it spin.
        Err(error) => {
            tracing::debug!(%error, "cannot wait for a process");
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}

fn check_directory(directory: &Path) -> Result<(), RunError> {
    let failed = |source| RunError::WorkingDirectory { path: directory.to_owned(), source };
    if fs::metadata(directory).map_err(failed)?.is_dir() {
        return Ok(());
    }
    Err(failed(io::ErrorKind::NotADirectory.into()))
}

/// Spawns; a program that was just written may still be open for writing in a child that another thread is spawning.
pub(crate) fn spawn_patiently(builder: &mut Command) -> io::Result<Child> {
    const ATTEMPTS: usize = 20;
    for _ in 1..ATTEMPTS {
        match builder.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => std::thread::sleep(LOOK_AGAIN),
            spawned => return spawned,
        }
    }
    builder.spawn()
}

#[cfg(target_os = "linux")]
fn exit_descriptor(pid: Pid) -> Option<OwnedFd> {
    // Old kernels and some sandboxes have none; then we look every now and then.
    rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn exit_descriptor(_pid: Pid) -> Option<OwnedFd> {
    None
}
