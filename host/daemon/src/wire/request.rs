//! A request: arguments, environment, directory and command, as frames in this order.
//!
//! Our client, a stock Nailgun client and the client of an older Pants send the same frames; what they expect for an
//! answer depends on who they are. Environment and directory are bytes; arguments are UTF-8.

use super::introduction::{Introduction, IntroductionError, Wish};
use super::token::Token;
use crate::world::{ClientWorld, Terminals};
use pants_options::Invocation;
use pants_process::nailgun::{ChunkKind, FrameError, encode_header};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The variable in which our client introduces itself.
const CLIENT: &str = "PANTSD_CLIENT";

/// The variable in which a client over TCP proves that it may.
const TOKEN: &str = "PANTSD_TOKEN";

/// The variable that the client of an older Pants sets.
const OLD_CLIENT: &str = "PANTSD_RUNTRACKER_CLIENT_START_TIME";

/// What a request may be at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// All its payloads together.
    pub bytes: usize,
    /// The frames of it.
    pub frames: usize,
    /// One payload.
    pub frame: usize,
    /// From the connection to the last frame.
    pub time: Duration,
}

impl Default for Limits {
    /// Four times what Linux lets a program have for arguments and environment.
    fn default() -> Self {
        Self { bytes: 32 << 20, frames: 200_000, frame: 8 << 20, time: Duration::from_secs(10) }
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Our client.
    Ours(Introduction),
    /// A stock Nailgun client.
    Stock,
    /// The client of an older Pants, which wants to know a process to signal.
    OldPants,
}

/// A complete request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) caller: Caller,
    pub(crate) token: Option<String>,
    pub(crate) command: String,
    pub(crate) args: Vec<String>,
    pub(crate) environment: BTreeMap<OsString, OsString>,
    pub(crate) cwd: PathBuf,
}

/// Why bytes are no request.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// They are no frames.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// This frame must not stand here.
    #[error("a frame of kind {kind:?} has no place in a request after {after}")]
    Order {
        /// The frame.
        kind: ChunkKind,
        /// What came before.
        after: &'static str,
    },
    /// It has no working directory, or one that starts nowhere.
    #[error("the request has no absolute working directory")]
    NoDirectory,
    /// An argument or the command is not UTF-8.
    #[error("`{shown}` is not UTF-8")]
    NotUtf8 {
        /// Nearly what it says.
        shown: String,
    },
    /// A text has a byte that no text of the system has.
    #[error("a frame of kind {kind:?} has a zero byte")]
    Zero {
        /// The frame.
        kind: ChunkKind,
    },
    /// More than is allowed.
    #[error("the request is too long")]
    TooLong,
    /// It did not come in time.
    #[error("the request was not complete in time")]
    TooSlow,
    /// The client went away before the end.
    #[error("the request ended early")]
    Ended,
    /// The introduction of our client is not understood.
    #[error(transparent)]
    Introduction(#[from] IntroductionError),
}

/// How far a request has come; what comes next may not be of an earlier part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Arguments,
    Environment,
    Directory,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::Environment => "the environment",
            Self::Directory => "the directory",
        }
    }
}

/// Puts a request together from its frames.
pub(crate) struct RequestReader {
    limits: Limits,
    part: Part,
    bytes: usize,
    frames: usize,
    args: Vec<String>,
    environment: BTreeMap<OsString, OsString>,
    cwd: Option<PathBuf>,
}

impl RequestReader {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            part: Part::Arguments,
            bytes: 0,
            frames: 0,
            args: Vec::new(),
            environment: BTreeMap::new(),
            cwd: None,
        }
    }

    /// Takes the next frame; gives the request with its last one.
    pub(crate) fn take(&mut self, kind: ChunkKind, payload: &[u8]) -> Result<Option<Request>, RequestError> {
        self.count(payload)?;
        if payload.contains(&0) {
            return Err(RequestError::Zero { kind });
        }
        match kind {
            ChunkKind::Argument => {
                self.reach(kind, Part::Arguments)?;
                self.args.push(text(payload)?);
            }
            ChunkKind::Environment => {
                self.reach(kind, Part::Environment)?;
                // A text without a name is what some shells leave in an environment; nobody can ask for it.
                self.environment.extend(variable(payload));
            }
            ChunkKind::WorkingDirectory if self.cwd.is_none() => {
                self.reach(kind, Part::Directory)?;
                let path = PathBuf::from(OsStr::from_bytes(payload));
                self.cwd = Some(path).filter(|path| path.is_absolute());
                self.cwd.as_ref().ok_or(RequestError::NoDirectory)?;
            }
            ChunkKind::Command => return self.complete(text(payload)?).map(Some),
            ChunkKind::Heartbeat => {}
            _ => return Err(RequestError::Order { kind, after: self.part.name() }),
        }
        Ok(None)
    }

    fn count(&mut self, payload: &[u8]) -> Result<(), RequestError> {
        self.bytes += payload.len();
        self.frames += 1;
        let is_too_long =
            self.bytes > self.limits.bytes || self.frames > self.limits.frames || payload.len() > self.limits.frame;
        if is_too_long { Err(RequestError::TooLong) } else { Ok(()) }
    }

    fn reach(&mut self, kind: ChunkKind, part: Part) -> Result<(), RequestError> {
        if part < self.part {
            return Err(RequestError::Order { kind, after: self.part.name() });
        }
        self.part = part;
        Ok(())
    }

    fn complete(&mut self, command: String) -> Result<Request, RequestError> {
        let cwd = self.cwd.take().ok_or(RequestError::NoDirectory)?;
        let mut environment = std::mem::take(&mut self.environment);
        let token = environment.remove(OsStr::new(TOKEN)).map(|token| token.to_string_lossy().into_owned());
        let caller = match environment.remove(OsStr::new(CLIENT)) {
            Some(introduction) => Caller::Ours(Introduction::decode(introduction.as_bytes())?),
            None => {
                let is_old = environment.contains_key(OsStr::new(OLD_CLIENT));
                if is_old { Caller::OldPants } else { Caller::Stock }
            }
        };
        Ok(Request { caller, token, command, args: std::mem::take(&mut self.args), environment, cwd })
    }
}

fn text(payload: &[u8]) -> Result<String, RequestError> {
    let text = std::str::from_utf8(payload);
    text.map(str::to_owned).map_err(|_| RequestError::NotUtf8 { shown: String::from_utf8_lossy(payload).into_owned() })
}

/// Name and value. As everywhere, a name may begin with `=`.
fn variable(payload: &[u8]) -> Option<(OsString, OsString)> {
    let middle = payload.iter().skip(1).position(|byte| *byte == b'=')? + 1;
    let [name, value] = [&payload[..middle], &payload[middle + 1..]];
    Some((OsString::from_vec(name.to_vec()), OsString::from_vec(value.to_vec())))
}

/// What is known of the clients that say nothing of themselves.
pub(crate) struct Stranger {
    /// The process at the other end, if the system says.
    pub(crate) pid: Option<u32>,
    /// What its run is called.
    pub(crate) run_id: String,
    /// Where the daemon's program is.
    pub(crate) exe_dir: PathBuf,
}

/// The width of a terminal that nobody knows.
const DEFAULT_WIDTH: usize = 80;

impl Request {
    /// What is asked for.
    pub(crate) fn wish(&self) -> Wish {
        match &self.caller {
            Caller::Ours(introduction) => introduction.wish,
            Caller::Stock | Caller::OldPants => Wish::Run,
        }
    }

    /// Whether the command is one that this server has: it has one.
    pub(crate) fn is_for_pants(&self) -> bool {
        Path::new(&self.command).file_name() == Some(OsStr::new("pants"))
    }

    /// The world of a client that introduced itself, or of a stranger.
    pub(crate) fn into_world(self, stranger: impl FnOnce() -> Stranger) -> ClientWorld {
        let Self { caller, token: _, command: _, args, environment, cwd } = self;
        match caller {
            Caller::Ours(introduction) => {
                let [stdin, stdout, stderr] = introduction.terminals;
                ClientWorld {
                    invocation: Invocation { args, environment: Arc::new(environment), cwd },
                    exe_dir: OsString::from(introduction.exe_dir).into(),
                    pid: introduction.pid,
                    terminals: Terminals { stdin, stdout, stderr },
                    width: introduction.width,
                    run_id: introduction.run_id,
                    started: introduction.started,
                }
            }
            Caller::Stock | Caller::OldPants => world_of_stranger(args, environment, cwd, stranger()),
        }
    }
}

/// The world of a Nailgun client: its protocol has variables for the terminals, which are no part of its environment.
fn world_of_stranger(
    args: Vec<String>,
    mut environment: BTreeMap<OsString, OsString>,
    cwd: PathBuf,
    stranger: Stranger,
) -> ClientWorld {
    let is_terminal = |number: u8| {
        let value = environment.get(OsStr::new(&format!("NAILGUN_TTY_{number}")));
        value.is_some_and(|value| value != "0" && !value.is_empty())
    };
    let terminals = Terminals { stdin: is_terminal(0), stdout: is_terminal(1), stderr: is_terminal(2) };
    let columns = environment.get(OsStr::new("COLUMNS")).and_then(|columns| columns.to_str()?.parse().ok());
    environment.retain(|name, _| {
        let name = name.as_bytes();
        !name.starts_with(b"NAILGUN_") && !name.starts_with(b"PANTSD_")
    });
    ClientWorld {
        invocation: Invocation { args, environment: Arc::new(environment), cwd },
        exe_dir: stranger.exe_dir,
        pid: stranger.pid.unwrap_or_default(),
        terminals,
        width: columns.filter(|columns| *columns > 0).unwrap_or(DEFAULT_WIDTH),
        run_id: stranger.run_id,
        started: SystemTime::now(),
    }
}

/// The frames with which our client asks.
pub(crate) fn encode_request(world: &ClientWorld, wish: Wish, token: Option<&Token>) -> Vec<u8> {
    let Invocation { args, environment, cwd } = &world.invocation;
    let mut bytes = Vec::with_capacity(16 << 10);
    for arg in args {
        frame(&mut bytes, ChunkKind::Argument, &[arg.as_bytes()]);
    }
    let is_ours = |name: &&OsString| *name != CLIENT && *name != TOKEN;
    for (name, value) in environment.iter().filter(|(name, _)| is_ours(name)) {
        frame(&mut bytes, ChunkKind::Environment, &[name.as_bytes(), b"=", value.as_bytes()]);
    }
    let introduction = Introduction::new(world, wish).encode();
    frame(&mut bytes, ChunkKind::Environment, &[CLIENT.as_bytes(), b"=", &introduction]);
    if let Some(token) = token {
        frame(&mut bytes, ChunkKind::Environment, &[TOKEN.as_bytes(), b"=", token.as_text().as_bytes()]);
    }
    frame(&mut bytes, ChunkKind::WorkingDirectory, &[cwd.as_os_str().as_bytes()]);
    frame(&mut bytes, ChunkKind::Command, &[b"pants"]);
    bytes
}

fn frame(bytes: &mut Vec<u8>, kind: ChunkKind, parts: &[&[u8]]) {
    let length = parts.iter().map(|part| part.len()).sum();
    bytes.extend_from_slice(&encode_header(kind, length));
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
}

#[cfg(test)]
mod tests;
