//! Runs a program on this machine, in the build root itself, without a sandbox.
//!
//! One loop owns all state and wakes for: output, room for input, the exit, a cancel, a deadline. It ends when both
//! outputs are closed and the process has exited, or shortly after the exit when something else holds them open.

use crate::cancel::Cancel;
use crate::exchange::{CAPTURE_LIMIT, Capture, DRAIN, Ending, Execution, Limits, Outbox, Watchdog, read_some};
use crate::group::{CommandLine, ProcessGroup, sleep_until_ready};
use crate::process::{Exit, OutputStream, RunError};
use rustix::event::{PollFd, PollFlags};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{ChildStderr, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::time::Instant;

/// Runs a command to its end, whatever that is.
pub(crate) fn run(
    command: &CommandLine,
    stdin: &[u8],
    limits: Limits,
    cancel: &Cancel,
    on_output: &(dyn Fn(OutputStream, &[u8]) + Sync),
) -> Result<Execution, RunError> {
    let lost = |source| RunError::Supervise { program: command.program.clone(), source };
    let mut watchdog = Watchdog::new(cancel, limits).map_err(lost)?;
    let piped = if stdin.is_empty() { Stdio::null() } else { Stdio::piped() };
    let mut group = ProcessGroup::spawn(command, piped)?;
    let mut pipes = Pipes::of(&mut group, stdin).map_err(lost)?;
    let mut capture = Capture::new(on_output, CAPTURE_LIMIT);
    let mut exited: Option<Instant> = None;
    loop {
        if exited.is_none() && group.has_exited() {
            exited = Some(Instant::now());
        }
        match exited {
            Some(at) if pipes.are_closed() || at.elapsed() >= DRAIN => break,
            Some(_) => {}
            None => watchdog.check(&group),
        }
        pipes.wait(&group, &watchdog, exited);
        pipes.transfer(&mut capture).map_err(lost)?;
    }
    let status = group.finish().map_err(lost)?;
    match watchdog.ending() {
        Some(Ending::Cancelled(reason)) => Err(RunError::Cancelled(reason)),
        Some(Ending::TimedOut(timeout)) => Ok(capture.finish(Exit::TimedOut(timeout))),
        None => Ok(capture.finish(exit_of(status))),
    }
}

/// How a process ended by itself.
pub(crate) fn exit_of(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Code(-1), // Stopped and continued processes are not waited for.
    }
}

/// Our ends of the pipes, until they are closed.
struct Pipes {
    stdin: Option<ChildStdin>,
    outbox: Outbox,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    ready: Ready,
}

/// What the last wait found.
#[derive(Default)]
struct Ready {
    stdin: bool,
    stdout: bool,
    stderr: bool,
}

impl Pipes {
    fn of(group: &mut ProcessGroup, input: &[u8]) -> io::Result<Self> {
        let child = &mut group.child;
        let stdin = child.stdin.take();
        if let Some(stdin) = &stdin {
            rustix::io::ioctl_fionbio(stdin, true)?;
        }
        let mut outbox = Outbox::default();
        outbox.push(input);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        Ok(Self { stdin, outbox, stdout, stderr, ready: Ready::default() })
    }

    fn are_closed(&self) -> bool {
        self.stdout.is_none() && self.stderr.is_none()
    }

    /// Sleeps until something is to be done.
    fn wait(&mut self, group: &ProcessGroup, watchdog: &Watchdog<'_>, exited: Option<Instant>) {
        let Self { stdin, stdout, stderr, outbox: _, ready } = self;
        let stdin = stdin.as_ref().map(|pipe| PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::OUT));
        let stdout = stdout.as_ref().map(|pipe| PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::IN));
        let stderr = stderr.as_ref().map(|pipe| PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::IN));
        let has = [stdin.is_some(), stdout.is_some(), stderr.is_some()];
        let mut waiting: Vec<_> = [stdin, stdout, stderr].into_iter().flatten().collect();
        let timeout = match exited {
            Some(at) => Some(DRAIN.saturating_sub(at.elapsed())),
            None => {
                let wakers = group.exit_descriptor().into_iter().chain([watchdog.descriptor()]);
                waiting.extend(wakers.map(|waker| PollFd::from_borrowed_fd(waker, PollFlags::IN)));
                watchdog.patience().into_iter().chain(group.patience()).min()
            }
        };
        sleep_until_ready(&mut waiting, timeout);
        let mut found = waiting.iter().map(|waited| !waited.revents().is_empty());
        let [stdin, stdout, stderr] = has.map(|has| has && found.next().unwrap_or(false));
        *ready = Ready { stdin, stdout, stderr };
    }

    fn transfer(&mut self, capture: &mut Capture<'_>) -> io::Result<()> {
        let Ready { stdin, stdout, stderr } = std::mem::take(&mut self.ready);
        if stdin {
            self.write_stdin()?;
        }
        if stdout {
            read_into(&mut self.stdout, OutputStream::Stdout, capture)?;
        }
        if stderr {
            read_into(&mut self.stderr, OutputStream::Stderr, capture)?;
        }
        Ok(())
    }

    fn write_stdin(&mut self) -> io::Result<()> {
        let Some(pipe) = &self.stdin else { return Ok(()) };
        match self.outbox.write_some(pipe) {
            // A program need not read what it is given.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.outbox.clear(),
            written => written?,
        }
        if self.outbox.is_empty() {
            self.stdin = None;
        }
        Ok(())
    }
}

fn read_into(pipe: &mut Option<impl AsFd>, stream: OutputStream, capture: &mut Capture<'_>) -> io::Result<()> {
    let Some(open) = pipe.as_ref() else { return Ok(()) };
    let mut buffer = [0; 16 * 1024];
    match read_some(open, &mut buffer)? {
        Some(bytes) => capture.add(stream, bytes),
        None => *pipe = None,
    }
    Ok(())
}
