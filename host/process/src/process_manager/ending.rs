//! Ending a long-lived process: politely, then for certain, with everything that it left.

use super::liveness::{is_running, send_signal, session_members};
use super::{LOOK_AGAIN, ManagedProcessError, ProcessManager};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// How long what was asked or killed may take to be gone.
const KILL_WAIT: Duration = Duration::from_secs(5);

/// How long the tools of a process that is gone may take to end by themselves.
const SESSION_WAIT: Duration = Duration::from_secs(1);

/// How a process is asked to end, and how long it has for it.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// The signal.
    pub signal: Signal,
    /// How long to wait before the next one.
    pub wait: Duration,
}

impl Asking {
    /// By SIGTERM.
    pub const fn terminate(wait: Duration) -> Self {
        Self { signal: Signal::TERM, wait }
    }

    /// By SIGKILL, which cannot be refused.
    pub const fn kill() -> Self {
        Self { signal: Signal::KILL, wait: KILL_WAIT }
    }
}

/// What Pants v1 did: SIGTERM, five seconds, SIGKILL, five seconds.
pub const TERMINATE_THEN_KILL: [Asking; 2] = [Asking::terminate(KILL_WAIT), Asking::kill()];

impl ProcessManager {
    /// Ends the process, asking in this order until it is gone, and removes its metadata.
    ///
    /// What it started in its session and left behind ends with it.
    pub fn terminate(&self, asking: &[Asking]) -> Result<(), ManagedProcessError> {
        if let Some(pid) = self.pid()? {
            let started = self.started()?;
            let mut is_gone = !is_running(pid, &started);
            for Asking { signal, wait } in asking {
                if is_gone {
                    break;
                }
                self.send(pid, &started, *signal)?;
                is_gone = wait_until(*wait, || !is_running(pid, &started));
            }
            if !is_gone {
                return Err(ManagedProcessError::NotResponding { name: self.name.clone(), pid });
            }
            end_session(pid, &started);
        }
        self.purge()
    }

    /// Sends it a signal, when it is running.
    pub fn signal(&self, signal: Signal) -> Result<(), ManagedProcessError> {
        match self.pid()? {
            Some(pid) => self.send(pid, &self.started()?, signal),
            None => Ok(()),
        }
    }

    /// Ends what a process that is gone left running in its session.
    pub fn end_orphans(&self) -> Result<(), ManagedProcessError> {
        if let Some(pid) = self.pid()?
            && !self.is_alive()?
        {
            end_session(pid, &self.started()?);
        }
        Ok(())
    }

    /// Waits until the process is gone; `false` when that took too long.
    pub fn await_end(&self, timeout: Duration) -> Result<bool, ManagedProcessError> {
        let Some(pid) = self.pid()? else { return Ok(true) };
        let started = self.started()?;
        Ok(wait_until(timeout, || !is_running(pid, &started)))
    }

    fn send(&self, pid: u32, started: &str, signal: Signal) -> Result<(), ManagedProcessError> {
        match send_signal(pid, started, signal) {
            Err(error) if error != rustix::io::Errno::SRCH => {
                Err(ManagedProcessError::Signal { name: self.name.clone(), pid, source: error.into() })
            }
            _ => Ok(()),
        }
    }
}

/// Ends the members of a session whose head is gone; those that we may not signal stay.
pub(crate) fn end_session(head: u32, started: &str) {
    for signal in [Signal::TERM, Signal::KILL] {
        let members = session_members(head, started);
        if members.is_empty() {
            return;
        }
        tracing::debug!(head, count = members.len(), ?signal, "ending what a process left behind");
        for (pid, started) in &members {
            if let Err(error) = send_signal(*pid, started, signal) {
                tracing::debug!(pid, %error, "it was not signalled");
            }
        }
        wait_until(SESSION_WAIT, || !members.iter().any(|(pid, started)| is_running(*pid, started)));
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
