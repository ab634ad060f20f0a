//! A process that stands for a run, for clients that send signals: those of older Pants.
//!
//! Runs are threads. A signal to the daemon or to its group would hit everyone's, so such a client is told the number of
//! a small process in a group of its own. When a signal ends that one, its run is cancelled.

use pants_process::{Cancel, CancelReason};
use std::ffi::OsString;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

/// What the process does: nothing, until the daemon closes its standard input or a signal ends it.
pub fn stand_in(stdin: &mut impl Read) -> io::Result<()> {
    io::copy(stdin, &mut io::sink()).map(|_| ())
}

/// The process that stands for a run. It ends when this is dropped.
pub(crate) struct SignalProxy {
    pid: u32,
    lifeline: Option<ChildStdin>,
    waiting: Option<JoinHandle<()>>,
}

impl SignalProxy {
    /// Starts one for a run.
    pub(crate) fn start(command: &[OsString], cancel: &Cancel) -> io::Result<Self> {
        let (program, args) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let (pid, lifeline, cancel) = (child.id(), child.stdin.take(), cancel.clone());
        let thread = std::thread::Builder::new().name("signal-proxy".to_owned());
        let waiting = Some(thread.spawn(move || wait(&mut child, &cancel))?);
        Ok(Self { pid, lifeline, waiting })
    }

    /// Its number, which is the number of its group, too.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }
}

fn wait(child: &mut Child, cancel: &Cancel) {
    match child.wait() {
        Ok(status) if status.signal().is_some() => cancel.cancel(CancelReason::Interrupted),
        Ok(_) => {}
        Err(error) => tracing::warn!(target: "pantsd", "a signal proxy cannot be watched: {error}"),
    }
}

impl Drop for SignalProxy {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        if let Some(waiting) = self.waiting.take()
            && waiting.join().is_err()
        {
            tracing::error!(target: "pantsd", "a thread that watches a signal proxy panicked");
        }
    }
}
