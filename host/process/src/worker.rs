//! One persistent worker: a program that takes one request at a time, in Nailgun frames, on its standard input.
//!
//! Request: `A`* arguments, `E`* environment, `D` working directory, `C` command. Answer: `S` when it wants standard
//! input (then come `0`* and `.`, which it reads to the end), `1` and `2` output, `X` exit code. Anything else is an
//! error, and a worker with an error is never asked again. A worker ends when its standard input does, so none
//! outlives the host, however that ends.

use crate::cancel::{Cancel, CancelReason};
use crate::exchange::{CAPTURE_LIMIT, Capture, DRAIN, Ending, Execution, Limits, Outbox, Watchdog, read_some};
use crate::group::{CommandLine, ProcessGroup, sleep_until_ready};
use crate::nailgun::{Chunk, ChunkKind, FrameError, take_chunk, write_chunk};
use crate::process::{Exit, OutputStream, RunError};
use crate::worker_record::WorkerRecord;
use pants_model::Fingerprint;
use rustix::event::{PollFd, PollFlags};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How much of a worker's standard error is kept to explain its death.
const STDERR_TAIL: usize = 16 * 1024;

/// How much standard input goes into one frame.
const STDIN_PART: usize = 64 * 1024;

/// What a worker is asked to do, with nothing left to expand.
pub(crate) struct Request<'a> {
    pub(crate) command: &'a str,
    pub(crate) arguments: &'a [String],
    pub(crate) env: &'a [(OsString, OsString)],
    pub(crate) directory: &'a std::path::Path,
    pub(crate) stdin: &'a [u8],
}

impl Request<'_> {
    fn encode(&self) -> Result<Vec<u8>, FrameError> {
        let mut frames = Vec::new();
        for argument in self.arguments {
            write_chunk(&mut frames, ChunkKind::Argument, argument.as_bytes())?;
        }
        for (name, value) in self.env {
            let variable = [name.as_bytes(), b"=", value.as_bytes()].concat();
            write_chunk(&mut frames, ChunkKind::Environment, &variable)?;
        }
        write_chunk(&mut frames, ChunkKind::WorkingDirectory, self.directory.as_os_str().as_bytes())?;
        write_chunk(&mut frames, ChunkKind::Command, self.command.as_bytes())?;
        Ok(frames)
    }

    fn encode_stdin(&self) -> Result<Vec<u8>, FrameError> {
        let mut frames = Vec::new();
        for part in self.stdin.chunks(STDIN_PART) {
            write_chunk(&mut frames, ChunkKind::Stdin, part)?;
        }
        write_chunk(&mut frames, ChunkKind::StdinEnd, b"")?;
        Ok(frames)
    }
}

/// Why a worker gave no answer; it must not be asked again.
#[derive(Debug)]
pub(crate) enum WorkerFailure {
    /// We stopped it because the run was cancelled.
    Cancelled(CancelReason),
    /// It died.
    Died {
        /// Whether it had said nothing at all about this request.
        is_unanswered: bool,
    },
    /// It did not keep to the protocol.
    Protocol(String),
    /// Talking to it failed.
    Io(io::Error),
}

impl From<io::Error> for WorkerFailure {
    fn from(error: io::Error) -> Self {
        WorkerFailure::Io(error)
    }
}

impl From<FrameError> for WorkerFailure {
    fn from(error: FrameError) -> Self {
        WorkerFailure::Protocol(error.to_string())
    }
}

/// A running worker.
pub(crate) struct Worker {
    pub(crate) key: Fingerprint,
    program: String,
    group: ProcessGroup,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    stderr: Arc<Tail>,
    /// Whether the next request finds the streams between two frames, with nothing left over.
    is_in_step: bool,
    /// Removed after the process has ended.
    _record: Option<WorkerRecord>,
}

impl Worker {
    /// Starts a worker.
    ///
    /// While it lives, its metadata stand below `metadata`.
    pub(crate) fn start(key: Fingerprint, command: &CommandLine, metadata: &Path) -> Result<Worker, RunError> {
        tracing::debug!(command = command.shown(), "starting a worker");
        let lost = |source| RunError::Supervise { program: command.program.clone(), source };
        let mut group = ProcessGroup::spawn(command, Stdio::piped())?;
        let stdin = group.child.stdin.take().expect("standard input was asked to be a pipe");
        let stdout = group.child.stdout.take().expect("standard output was asked to be a pipe");
        let stderr = group.child.stderr.take().expect("standard error was asked to be a pipe");
        rustix::io::ioctl_fionbio(&stdin, true).map_err(|error| lost(error.into()))?;
        let stderr = Tail::follow(stderr).map_err(lost)?;
        let program = command.program.clone();
        let record = WorkerRecord::write(metadata, &program, group.child.id(), &key);
        Ok(Worker { key, program, group, stdin: Some(stdin), stdout, stderr, is_in_step: true, _record: record })
    }

    /// Whether it can take a request.
    pub(crate) fn is_usable(&self) -> bool {
        self.is_in_step && !self.group.has_exited()
    }

    /// Carries out one request.
    pub(crate) fn request(
        &mut self,
        request: &Request<'_>,
        limits: Limits,
        cancel: &Cancel,
        on_output: &(dyn Fn(OutputStream, &[u8]) + Sync),
    ) -> Result<Execution, WorkerFailure> {
        self.is_in_step = false;
        let mut watchdog = Watchdog::new(cancel, limits)?;
        let mut outbox = Outbox::default();
        outbox.push(&request.encode()?);
        let mut answer = Answer::new(Capture::new(on_output, CAPTURE_LIMIT));
        let mut exited: Option<Instant> = None;
        let exit = loop {
            if exited.is_none() && self.group.has_exited() {
                exited = Some(Instant::now());
            }
            watchdog.check(&self.group);
            let is_over = exited.is_some_and(|at| at.elapsed() >= DRAIN);
            if is_over || !self.transfer(&watchdog, exited, &mut outbox, &mut answer)? {
                break None;
            }
            if let Some(exit) = answer.advance(request, &mut outbox)? {
                break Some(exit);
            }
        };
        match (watchdog.ending(), exit) {
            (Some(Ending::Cancelled(reason)), _) => Err(WorkerFailure::Cancelled(reason)),
            (Some(Ending::TimedOut(timeout)), _) => Ok(answer.capture.finish(Exit::TimedOut(timeout))),
            (None, Some(_)) if !answer.buffer.is_empty() => {
                Err(WorkerFailure::Protocol("it went on after its exit code".to_owned()))
            }
            (None, Some(exit)) => {
                // What it has not read of this request would be taken for a part of the next one.
                self.is_in_step = outbox.is_empty();
                Ok(answer.capture.finish(Exit::Code(exit)))
            }
            (None, None) if answer.buffer.is_empty() => Err(WorkerFailure::Died { is_unanswered: !answer.has_begun() }),
            (None, None) => Err(WorkerFailure::Protocol("it ended inside a frame".to_owned())),
        }
    }

    /// Sleeps until something can be moved, and moves it; `false` when the worker has closed its output.
    fn transfer(
        &self,
        watchdog: &Watchdog<'_>,
        exited: Option<Instant>,
        outbox: &mut Outbox,
        answer: &mut Answer<'_>,
    ) -> Result<bool, WorkerFailure> {
        let stdin = self.stdin.as_ref().filter(|_| !outbox.is_empty());
        let mut waiting = vec![PollFd::from_borrowed_fd(self.stdout.as_fd(), PollFlags::IN)];
        waiting.extend(stdin.map(|pipe| PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::OUT)));
        waiting.push(PollFd::from_borrowed_fd(watchdog.descriptor(), PollFlags::IN));
        let drain = exited.map(|at| DRAIN.saturating_sub(at.elapsed()));
        if exited.is_none() {
            let exit = self.group.exit_descriptor();
            waiting.extend(exit.map(|exit| PollFd::from_borrowed_fd(exit, PollFlags::IN)));
        }
        sleep_until_ready(
            &mut waiting,
            [watchdog.patience(), self.group.patience(), drain].into_iter().flatten().min(),
        );
        let mut ready = waiting.iter().map(|waited| !waited.revents().is_empty());
        let can_read = ready.next().unwrap_or(false);
        if let Some(stdin) = stdin.filter(|_| ready.next().unwrap_or(false)) {
            match outbox.write_some(stdin) {
                // It is dying; its last words may still come.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => outbox.clear(),
                written => written?,
            }
        }
        if !can_read {
            return Ok(true);
        }
        let mut bytes = [0; 16 * 1024];
        match read_some(&self.stdout, &mut bytes)? {
            Some(bytes) => answer.buffer.extend_from_slice(bytes),
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Ends it for good and says what it died of, with the last of its standard error.
    pub(crate) fn into_error(mut self, failure: WorkerFailure, patience: Duration) -> RunError {
        let program = self.program.clone();
        let grace = if matches!(failure, WorkerFailure::Died { .. }) { DRAIN } else { Duration::ZERO };
        let has_exited = self.group.wait_for_exit(grace);
        if !has_exited {
            self.group.terminate();
            self.group.wait_for_exit(patience);
        }
        let status = match self.group.finish() {
            Ok(status) => status,
            Err(source) => return RunError::Supervise { program, source },
        };
        let reason = match failure {
            WorkerFailure::Cancelled(reason) => return RunError::Cancelled(reason),
            WorkerFailure::Died { .. } if has_exited => format!("died in the middle of a request ({status})"),
            WorkerFailure::Died { .. } => "closed its output in the middle of a request".to_owned(),
            WorkerFailure::Protocol(reason) => format!("broke the protocol: {reason}"),
            WorkerFailure::Io(source) => return RunError::Supervise { program, source },
        };
        RunError::Worker { program, reason, stderr: self.stderr.text() }
    }

    /// Lets it go: closes its standard input, which is how a worker is asked to end.
    pub(crate) fn dismiss(&mut self) {
        self.stdin = None;
    }

    /// Waits for its end, and makes sure of it.
    pub(crate) fn end(mut self, patience: Duration) {
        self.dismiss();
        if !self.group.wait_for_exit(patience) {
            tracing::debug!(program = self.program, "killing a worker that does not end by itself");
        }
        // Dropping the group kills what is left of it.
    }
}

/// What has come of an answer.
struct Answer<'a> {
    buffer: Vec<u8>,
    capture: Capture<'a>,
    is_stdin_sent: bool,
}

impl<'a> Answer<'a> {
    fn new(capture: Capture<'a>) -> Self {
        Self { buffer: Vec::new(), capture, is_stdin_sent: false }
    }

    fn has_begun(&self) -> bool {
        self.is_stdin_sent || !self.capture.is_empty()
    }

    /// Takes in the frames that are complete; the exit code when the answer is.
    fn advance(&mut self, request: &Request<'_>, outbox: &mut Outbox) -> Result<Option<i32>, WorkerFailure> {
        while let Some(Chunk { kind, payload }) = take_chunk(&mut self.buffer)? {
            match kind {
                ChunkKind::Stdout => self.capture.add(OutputStream::Stdout, &payload),
                ChunkKind::Stderr => self.capture.add(OutputStream::Stderr, &payload),
                ChunkKind::StartStdin if !self.is_stdin_sent => {
                    self.is_stdin_sent = true;
                    outbox.push(&request.encode_stdin()?);
                }
                ChunkKind::StartStdin => {}
                ChunkKind::Exit => return Ok(Some(exit_code(&payload)?)),
                other => return Err(WorkerFailure::Protocol(format!("unexpected frame {other:?}"))),
            }
        }
        Ok(None)
    }
}

fn exit_code(payload: &[u8]) -> Result<i32, WorkerFailure> {
    let text = String::from_utf8_lossy(payload);
    text.trim().parse().map_err(|_| WorkerFailure::Protocol(format!("`{text}` is not an exit code")))
}

/// The last bytes of a stream, followed by a thread until the stream ends.
struct Tail {
    state: Mutex<TailState>,
    ended: Condvar,
}

#[derive(Default)]
struct TailState {
    bytes: VecDeque<u8>,
    is_ended: bool,
}

impl Tail {
    fn follow(mut stream: ChildStderr) -> io::Result<Arc<Self>> {
        let tail = Arc::new(Self { state: Mutex::default(), ended: Condvar::new() });
        let for_thread = tail.clone();
        std::thread::Builder::new().name("worker-stderr".to_owned()).spawn(move || {
            let mut bytes = [0; 4096];
            // The stream's end and its failure are the same to us.
            while let Ok(length @ 1..) = stream.read(&mut bytes) {
                for_thread.push(&bytes[..length]);
            }
            for_thread.state.lock().unwrap_or_else(PoisonError::into_inner).is_ended = true;
            for_thread.ended.notify_all();
        })?;
        Ok(tail)
    }

    fn push(&self, bytes: &[u8]) {
        let kept = &mut self.state.lock().unwrap_or_else(PoisonError::into_inner).bytes;
        kept.extend(bytes);
        let surplus = kept.len().saturating_sub(STDERR_TAIL);
        kept.drain(..surplus);
    }

    /// The text, after the stream had a moment to end.
    fn text(&self) -> String {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ended.wait_timeout_while(state, DRAIN, |state| !state.is_ended);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&state.bytes.iter().copied().collect::<Vec<_>>()).into_owned()
    }
}
