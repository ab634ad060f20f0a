//! The program that `run` or `repl` ends with, for clients that cannot become it: a stock Nailgun client gets its streams.
//!
//! There is no terminal: the program reads from a pipe what the client sends, and writes into two.

use super::channel::Channel;
use crate::wire::OutputName;
use crate::world::ClientWorld;
use pants_process::nailgun::ChunkKind;
use pants_process::{Cancel, Foreground};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a program that was told to end may take.
const KILL_WAIT: Duration = Duration::from_secs(1);

/// How many bytes of input may wait for the program.
const WAITING_INPUT: usize = 1 << 20;

/// What the client sent for standard input and the program has not read yet.
#[derive(Default)]
pub(crate) struct Input {
    state: Mutex<InputState>,
    changed: Condvar,
}

#[derive(Default)]
struct InputState {
    pieces: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Whether a program reads. What comes before is nobody's.
    is_wanted: bool,
    has_ended: bool,
}

impl Input {
    /// Takes what the client sent; waits while too much is waiting already.
    pub(crate) fn push(&self, bytes: &[u8]) {
        let is_full = |state: &mut InputState| state.is_wanted && !state.has_ended && state.bytes > WAITING_INPUT;
        let state = self.changed.wait_while(self.lock(), is_full);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if state.is_wanted && !state.has_ended {
            state.bytes += bytes.len();
            state.pieces.push_back(bytes.to_vec());
            self.changed.notify_all();
        }
    }

    /// The client sends no more.
    pub(crate) fn end(&self) {
        self.lock().has_ended = true;
        self.changed.notify_all();
    }

    /// Nobody reads any more: whoever waits to push is woken.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        (state.is_wanted, state.has_ended) = (false, true);
        state.pieces.clear();
        self.changed.notify_all();
    }

    fn want(&self) {
        self.lock().is_wanted = true;
    }

    fn next(&self) -> Option<Vec<u8>> {
        let waits = |state: &mut InputState| state.pieces.is_empty() && !state.has_ended;
        let state = self.changed.wait_while(self.lock(), waits);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        let piece = state.pieces.pop_front()?;
        state.bytes -= piece.len();
        self.changed.notify_all();
        Some(piece)
    }

    fn lock(&self) -> MutexGuard<'_, InputState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs the program to its end and gives its exit code, as a shell would.
pub(crate) fn run(
    process: &Foreground,
    world: &ClientWorld,
    channel: &Arc<Channel>,
    input: &Arc<Input>,
    cancel: &Cancel,
) -> u8 {
    match start(process, world) {
        Ok(child) => accompany(child, channel, input, cancel).map_or(1, code),
        Err(error) => {
            let program = process.argv.first().map_or("", String::as_str);
            let mut stderr = channel.stream(OutputName::Stderr);
            // There is nobody left to tell when the client is gone.
            let _ = writeln!(stderr, "error: cannot run `{program}`: {error}");
            1
        }
    }
}

fn start(process: &Foreground, world: &ClientWorld) -> io::Result<Child> {
    let (program, args) = process.argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    Command::new(program)
        .args(args)
        .env_clear()
        .envs(&*world.invocation.environment)
        .envs(&process.env)
        .current_dir(&process.working_directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
}

/// Carries bytes to and fro until the program has exited.
fn accompany(mut child: Child, channel: &Arc<Channel>, input: &Arc<Input>, cancel: &Cancel) -> io::Result<ExitStatus> {
    let group = Pid::from_child(&child);
    let stdin = child.stdin.take().map(Pipe::In);
    let stdout = child.stdout.take().map(Pipe::Out);
    let stderr = child.stderr.take().map(Pipe::Err);
    let ending = Ending::default();
    let [told, told_again] = [ending.clone(), ending.clone()];
    let _cancel = cancel.on_cancel(move |_| told.change(|state| state.is_cancelled = true));
    let _kill = cancel.on_kill(move |_| told_again.change(|state| state.is_killed = true));
    input.want();
    std::thread::scope(|scope| {
        for pipe in [stdin, stdout, stderr].into_iter().flatten() {
            scope.spawn(move || pipe.carry(channel, input));
        }
        scope.spawn(|| ending.enforce(group));
        // Not reaped yet: until then nobody else can have its number.
        let exited = rustix::process::waitid(WaitId::Pid(group), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        ending.change(|state| state.has_exited = true);
        // What it left behind would keep the pipes open.
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
        input.close();
        exited?;
        child.wait()
    })
}

/// One of the three streams of a program.
enum Pipe {
    In(std::process::ChildStdin),
    Out(std::process::ChildStdout),
    Err(std::process::ChildStderr),
}

impl Pipe {
    fn carry(self, channel: &Arc<Channel>, input: &Input) {
        let carried = match self {
            Self::In(mut stdin) => feed(&mut stdin, channel, input),
            Self::Out(mut stdout) => drain(&mut stdout, &mut channel.stream(OutputName::Stdout)),
            Self::Err(mut stderr) => drain(&mut stderr, &mut channel.stream(OutputName::Stderr)),
        };
        if let Err(error) = carried {
            // The program closed its input, or the client is gone: its run is cancelled then.
            tracing::debug!(target: "pantsd", "a stream of a program ended: {error}");
        }
    }
}

/// Asks for input, piece by piece: a client sends one whenever it is told that it may.
fn feed(stdin: &mut impl Write, channel: &Channel, input: &Input) -> io::Result<()> {
    channel.send(ChunkKind::StartStdin, b"")?;
    while let Some(piece) = input.next() {
        stdin.write_all(&piece)?;
        channel.send(ChunkKind::StartStdin, b"")?;
    }
    Ok(())
}

fn drain(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; 16 << 10];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => to.write_all(&buffer[..count]).and_then(|()| to.flush())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Ends a program whose run was cancelled.
#[derive(Clone, Default)]
struct Ending(Arc<(Mutex<EndingState>, Condvar)>);

#[derive(Default)]
struct EndingState {
    is_cancelled: bool,
    is_killed: bool,
    has_exited: bool,
}

impl Ending {
    fn change(&self, change: impl FnOnce(&mut EndingState)) {
        change(&mut self.0.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.1.notify_all();
    }

    /// Waits for the end of the run or of the program; a program that outlives its run is told, then killed.
    fn enforce(&self, group: Pid) {
        let (state, changed) = &*self.0;
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = changed.wait_while(state, |state| !state.is_cancelled && !state.has_exited);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        if state.has_exited {
            return;
        }
        signal(group, Signal::TERM);
        let waited = changed.wait_timeout_while(state, KILL_WAIT, |state| !state.has_exited && !state.is_killed);
        if !waited.unwrap_or_else(PoisonError::into_inner).0.has_exited {
            signal(group, Signal::KILL);
        }
    }
}

fn signal(group: Pid, signal: Signal) {
    if let Err(error) = rustix::process::kill_process_group(group, signal) {
        tracing::debug!(target: "pantsd", "a program cannot be signalled: {error}");
    }
}

/// The exit code; a shell's way to tell a signal.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
