//! The loop of a client from its request to its exit code: everything that can wake it, and what it does then.

use super::connection::LONGEST;
use super::output::{Output, Written};
use super::signals::Signals;
use super::{Answer, Asking, Lost, Terminal, Unavailable};
use crate::run::Ended;
use crate::wire::{FrameBuffer, FromClient, FromServer, OutputName, Socket, timespec};
use pants_process::Foreground;
use pants_process::nailgun::{ChunkKind, FrameError, encode_header};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// What is read of the daemon's output at once, to begin with.
const BUFFER: usize = 128 << 10;

/// What is read of standard input at once.
const INPUT: usize = 8 << 10;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The request is on its way; nothing runs.
    Asked,
    /// The daemon was told to begin.
    Running,
    /// The user wants an end.
    Ending,
}

/// What wakes the loop.
#[derive(Default)]
struct Woken {
    by_socket: bool,
    by_signal: bool,
    by_input: bool,
    by_clock: bool,
}

/// One request with its answer.
pub(crate) struct Conversation<'a> {
    socket: Socket,
    frames: FrameBuffer,
    signals: &'a Signals,
    stdin: BorrowedFd<'a>,
    stdout: Output<'a>,
    stderr: Output<'a>,
    stage: Stage,
    /// What the daemon has not taken yet.
    outgoing: Vec<u8>,
    /// Whether the daemon waits for a piece of standard input.
    is_input_wanted: bool,
    /// Since when the daemon has not been heard.
    silent_since: Instant,
    /// What was said instead of an answer.
    told: String,
    accept_patience: Duration,
    quit_timeout: Duration,
}

impl<'a> Conversation<'a> {
    /// With a daemon that is to be sent this request.
    pub(crate) fn new(socket: Socket, request: Vec<u8>, terminal: Terminal<'a>, asking: &Asking<'a>) -> Self {
        Self {
            socket,
            frames: FrameBuffer::with_capacity(BUFFER),
            signals: asking.signals,
            stdin: terminal.stdin,
            stdout: Output::new(terminal.stdout),
            stderr: Output::new(terminal.stderr),
            stage: Stage::Asked,
            outgoing: request,
            is_input_wanted: false,
            silent_since: Instant::now(),
            told: String::new(),
            accept_patience: asking.accept_patience,
            quit_timeout: asking.quit_timeout,
        }
    }

    /// Goes on until there is an answer.
    pub(crate) fn hold(mut self) -> Answer {
        loop {
            if let Err(answer) = self.turn() {
                return answer;
            }
        }
    }

    /// One wait, and what comes of it; an answer ends it all.
    fn turn(&mut self) -> Result<(), Answer> {
        // A daemon that is gone may have said why: its words are read first.
        let sent = self.send();
        let woken = self.wait().map_err(|error| self.failed(error))?;
        if woken.by_signal && self.signals.take() {
            self.interrupt()?;
        }
        if woken.by_socket {
            let count = self.frames.fill(&mut &self.socket).map_err(|error| self.failed(error))?;
            self.silent_since = Instant::now();
            if count == 0 {
                return Err(self.closed());
            }
            self.read_frames()?;
        } else {
            sent.map_err(|error| self.failed(error))?;
        }
        if woken.by_input {
            self.read_input();
        }
        if woken.by_clock {
            return Err(self.out_of_time());
        }
        Ok(())
    }

    /// Sends what the daemon takes at once.
    fn send(&mut self) -> io::Result<()> {
        while !self.outgoing.is_empty() {
            let count = self.socket.write_now(&self.outgoing)?;
            if count == 0 {
                break;
            }
            self.outgoing.drain(..count);
        }
        Ok(())
    }

    fn wait(&self) -> io::Result<Woken> {
        let mut of_socket = PollFlags::IN;
        if !self.outgoing.is_empty() {
            of_socket |= PollFlags::OUT;
        }
        let mut waiting = vec![
            PollFd::from_borrowed_fd(self.socket.as_fd(), of_socket),
            PollFd::from_borrowed_fd(self.signals.as_fd(), PollFlags::IN),
        ];
        if self.is_input_wanted {
            waiting.push(PollFd::from_borrowed_fd(self.stdin, PollFlags::IN));
        }
        let timeout = self.patience().map(|patience| patience.saturating_sub(self.silent_since.elapsed()));
        let count = match poll(&mut waiting, timeout.map(timespec).as_ref()) {
            Err(Errno::INTR) => return Ok(Woken::default()),
            other => other?,
        };
        let is_ready = |number: usize| waiting.get(number).is_some_and(|waiting| !waiting.revents().is_empty());
        Ok(Woken {
            by_socket: waiting[0].revents().intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR),
            by_signal: is_ready(1),
            by_input: is_ready(2),
            by_clock: count == 0,
        })
    }

    /// How long the daemon may say nothing.
    fn patience(&self) -> Option<Duration> {
        match self.stage {
            Stage::Asked => Some(self.accept_patience),
            Stage::Running => None,
            Stage::Ending => Some(self.quit_timeout),
        }
    }

    /// The user wants an end. The next signal does not come here: it ends the process.
    fn interrupt(&mut self) -> Result<(), Answer> {
        if self.stage == Stage::Asked {
            // Nothing runs, and nothing will.
            return Err(Answer::Left(None));
        }
        self.stage = Stage::Ending;
        self.silent_since = Instant::now();
        self.say(&FromClient::Cancel {});
        Ok(())
    }

    fn read_frames(&mut self) -> Result<(), Answer> {
        // The payloads are lent by the buffer, which is not needed elsewhere meanwhile.
        let mut frames = std::mem::replace(&mut self.frames, FrameBuffer::with_capacity(0));
        let mut read = || {
            while let Some((kind, payload)) = frames.next(LONGEST).map_err(|error| self.nonsense(error))? {
                self.take(kind, payload)?;
            }
            Ok(())
        };
        let result = read();
        self.frames = frames;
        result
    }

    fn take(&mut self, kind: ChunkKind, payload: &[u8]) -> Result<(), Answer> {
        if self.stage == Stage::Asked {
            return self.take_answer(kind, payload);
        }
        match kind {
            ChunkKind::Stdout => self.relay(OutputName::Stdout, payload),
            ChunkKind::Stderr => self.relay(OutputName::Stderr, payload),
            ChunkKind::StartStdin => {
                self.is_input_wanted = true;
                Ok(())
            }
            ChunkKind::Exit => Err(self.exit(payload)),
            ChunkKind::ProcessId => match FromServer::decode(payload) {
                Ok(FromServer::Flush { number }) => {
                    self.say(&FromClient::Written { number });
                    Ok(())
                }
                Ok(FromServer::Foreground(process)) => Err(Answer::Ended(Ended::Foreground(Foreground::from(process)))),
                Ok(other) => Err(unintelligible(format!("{other:?}"))),
                Err(error) => Err(unintelligible(error.to_string())),
            },
            _ => Err(unintelligible(format!("a frame of kind {kind:?}"))),
        }
    }

    /// The first words of the daemon: whether it takes the request.
    fn take_answer(&mut self, kind: ChunkKind, payload: &[u8]) -> Result<(), Answer> {
        let unavailable = |what: String| Answer::Unavailable(Unavailable::Unintelligible(what));
        match kind {
            ChunkKind::ProcessId => match FromServer::decode(payload) {
                Ok(FromServer::Accepted { .. }) => {
                    self.say(&FromClient::Go {});
                    self.stage = Stage::Running;
                    Ok(())
                }
                Ok(FromServer::Refused(refusal)) => Err(Answer::Refused(refusal)),
                Ok(other) => Err(unavailable(format!("{other:?}"))),
                Err(error) => Err(unavailable(error.to_string())),
            },
            ChunkKind::Stderr => {
                self.told.push_str(&String::from_utf8_lossy(payload));
                Ok(())
            }
            _ if self.told.is_empty() => Err(unavailable(format!("a frame of kind {kind:?}"))),
            _ => Err(unavailable(self.told.trim_end().to_owned())),
        }
    }

    /// Writes output where it belongs. A signal is obeyed in the midst of it.
    fn relay(&mut self, name: OutputName, mut bytes: &[u8]) -> Result<(), Answer> {
        loop {
            let output = match name {
                OutputName::Stdout => &mut self.stdout,
                OutputName::Stderr => &mut self.stderr,
            };
            match output.write(bytes, self.signals) {
                Written::All => return Ok(()),
                Written::UntilSignal(count) => {
                    bytes = &bytes[count..];
                    if self.signals.take() {
                        self.interrupt()?;
                        // If it does not arrive, the next turn finds out why.
                        let _ = self.send();
                    }
                }
                Written::Gone(errno) => {
                    self.say(&FromClient::Gone { stream: name, errno });
                    return Ok(());
                }
            }
        }
    }

    fn say(&mut self, document: &FromClient) {
        self.queue(ChunkKind::ProcessId, &document.encode());
    }

    fn queue(&mut self, kind: ChunkKind, payload: &[u8]) {
        self.outgoing.extend_from_slice(&encode_header(kind, payload.len()));
        self.outgoing.extend_from_slice(payload);
    }

    /// One piece for each time that the daemon asks.
    fn read_input(&mut self) {
        let mut buffer = [0; INPUT];
        match rustix::io::read(self.stdin, &mut buffer) {
            Err(Errno::INTR | Errno::AGAIN) => return,
            Ok(count) if count > 0 => self.queue(ChunkKind::Stdin, &buffer[..count]),
            // An input that cannot be read has ended.
            _ => self.queue(ChunkKind::StdinEnd, b""),
        }
        self.is_input_wanted = false;
    }

    fn exit(&self, payload: &[u8]) -> Answer {
        let code = std::str::from_utf8(payload).ok().and_then(|code| code.trim().parse().ok());
        code.map_or_else(
            || unintelligible(format!("the exit code `{}`", payload.escape_ascii())),
            |code| Answer::Ended(Ended::Exit(code)),
        )
    }

    fn out_of_time(&self) -> Answer {
        match self.stage {
            Stage::Asked => Answer::Unavailable(Unavailable::Silent(self.accept_patience)),
            Stage::Running | Stage::Ending => Answer::Left(Some(self.quit_timeout)),
        }
    }

    fn closed(&self) -> Answer {
        match self.stage {
            Stage::Asked => Answer::Unavailable(Unavailable::Closed),
            Stage::Running | Stage::Ending => Answer::Lost(Lost::Closed),
        }
    }

    fn failed(&self, error: io::Error) -> Answer {
        // A daemon that has not read all that it was sent closes like this.
        if matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) {
            return self.closed();
        }
        match self.stage {
            Stage::Asked => Answer::Unavailable(Unavailable::Connection(error)),
            Stage::Running | Stage::Ending => Answer::Lost(Lost::Connection(error)),
        }
    }

    fn nonsense(&self, error: FrameError) -> Answer {
        match self.stage {
            Stage::Asked => Answer::Unavailable(Unavailable::Unintelligible(error.to_string())),
            Stage::Running | Stage::Ending => Answer::Lost(Lost::Frame(error)),
        }
    }
}

fn unintelligible(what: String) -> Answer {
    Answer::Lost(Lost::Unintelligible(what))
}
