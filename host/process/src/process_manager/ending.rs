//! Ending a long-lived process: politely, then for certain, with everything that it left.

use super::liveness::{send_signal, session_members};
use super::{KnownProcess, LOOK_AGAIN, ManagedProcessError, ProcessManager};
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
        if let Some(process) = self.process()? {
            let mut is_gone = !process.is_running();
            for Asking { signal, wait } in asking {
                if is_gone {
                    break;
                }
                self.send(&process, *signal)?;
                is_gone = process.await_end(*wait);
            }
            if !is_gone {
                return Err(ManagedProcessError::NotResponding { name: self.name.clone(), pid: process.pid });
            }
            process.end_session();
        }
        self.purge()
    }

    /// Sends it a signal, when it is running.
    pub fn signal(&self, signal: Signal) -> Result<(), ManagedProcessError> {
        self.process()?.map_or(Ok(()), |process| self.send(&process, signal))
    }

    fn send(&self, process: &KnownProcess, signal: Signal) -> Result<(), ManagedProcessError> {
        match send_signal(process.pid, process.started(), signal) {
            Err(error) if error != rustix::io::Errno::SRCH => {
                let (name, pid) = (self.name.clone(), process.pid);
                Err(ManagedProcessError::Signal { name, pid, source: error.into() })
            }
            _ => Ok(()),
        }
    }
}

impl KnownProcess {
    /// Waits until the process is gone; `false` when that took too long.
    pub fn await_end(&self, timeout: Duration) -> bool {
        wait_until(timeout, || !self.is_running())
    }

    /// Ends what the process, dead or alive, has running in the session that it heads. What we may not signal stays.
    pub fn end_session(&self) {
        for signal in [Signal::TERM, Signal::KILL] {
            let members = session_members(self.pid, self.started());
            if members.is_empty() {
                return;
            }
            tracing::debug!(head = self.pid, count = members.len(), ?signal, "ending what a process has left running");
            for member in &members {
                if let Err(error) = send_signal(member.pid, member.started(), signal) {
                    tracing::debug!(pid = member.pid, %error, "it was not signalled");
                }
            }
            wait_until(SESSION_WAIT, || !members.iter().any(KnownProcess::is_running));
        }
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
