//! Reaching a daemon, and asking it what needs no conversation.

use super::Unavailable;
use crate::wire::{FrameBuffer, FromServer, Socket, Token, Wish, encode_request};
use crate::world::ClientWorld;
use pants_process::nailgun::ChunkKind;
use rustix::fd::OwnedFd;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};
use std::fmt;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long one attempt may take: the daemon's queue may be full.
const ATTEMPT: Duration = Duration::from_secs(5);

/// The pause after the first attempt; every other one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// The longest frame that a daemon sends.
pub(crate) const LONGEST: usize = 16 << 20;

/// Where a daemon listens.
#[derive(Clone, Debug)]
pub enum Endpoint {
    /// A socket.
    Unix(PathBuf),
    /// A port, and the secret that it wants.
    Tcp(SocketAddr, Option<Token>),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "{}", path.display()),
            Self::Tcp(address, _) => write!(f, "{address}"),
        }
    }
}

/// Nobody answers.
#[derive(Debug, thiserror::Error)]
#[error("cannot connect to `{endpoint}`")]
pub struct ConnectError {
    /// Where.
    pub endpoint: String,
    /// Why not.
    #[source]
    pub source: io::Error,
}

impl Endpoint {
    /// The frames of a request for this daemon.
    pub(crate) fn request(&self, world: &ClientWorld, wish: Wish) -> Vec<u8> {
        let token = match self {
            Self::Unix(_) => None,
            Self::Tcp(_, token) => token.as_ref(),
        };
        encode_request(world, wish, token)
    }

    /// Connects; tries again for a while where nobody listens yet.
    pub(crate) fn connect(&self, patience: Duration) -> Result<Socket, ConnectError> {
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            match self.attempt() {
                Ok(socket) => return Ok(socket),
                Err(error) if is_early(&error) && start.elapsed() + pause <= patience => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(source) => return Err(ConnectError { endpoint: self.to_string(), source }),
            }
        }
    }

    fn attempt(&self) -> io::Result<Socket> {
        match self {
            Self::Unix(path) => connect_unix(path),
            Self::Tcp(address, _) => {
                let stream = TcpStream::connect_timeout(address, ATTEMPT)?;
                stream.set_nodelay(true)?;
                Ok(OwnedFd::from(stream).into())
            }
        }
    }
}

/// The library's own way to connect waits forever for a place in the queue.
fn connect_unix(path: &Path) -> io::Result<Socket> {
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    set_socket_timeout(&socket, Timeout::Send, Some(ATTEMPT))?;
    connect(&socket, &SocketAddrUnix::new(path)?)?;
    set_socket_timeout(&socket, Timeout::Send, None)?;
    Ok(socket.into())
}

/// Whether somebody may listen there soon.
fn is_early(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, NotFound, WouldBlock};
    matches!(error.kind(), ConnectionRefused | NotFound | WouldBlock)
}

/// Asks something that is answered at once, and waits for the exit code.
pub(crate) fn exchange(
    world: &ClientWorld,
    wish: Wish,
    endpoint: &Endpoint,
    timeout: Duration,
    take: &mut dyn FnMut(serde_json::Value),
) -> Result<(), Unavailable> {
    let socket = endpoint.connect(Duration::ZERO)?;
    (&socket).write_all(&endpoint.request(world, wish)).map_err(Unavailable::Connection)?;
    let mut frames = FrameBuffer::with_capacity(4 << 10);
    let mut told = String::new();
    let start = Instant::now();
    loop {
        let unintelligible = |error: pants_process::nailgun::FrameError| Unavailable::Unintelligible(error.to_string());
        while let Some((kind, payload)) = frames.next(LONGEST).map_err(unintelligible)? {
            match (kind, FromServer::decode(payload)) {
                (ChunkKind::ProcessId, Ok(FromServer::Status(status))) => take(status),
                (ChunkKind::ProcessId, Ok(FromServer::Refused(refusal))) => {
                    return Err(Unavailable::Unintelligible(refusal.reason));
                }
                (ChunkKind::Stderr, _) => told.push_str(&String::from_utf8_lossy(payload)),
                (ChunkKind::Exit, _) if payload == b"0" => return Ok(()),
                _ => return Err(Unavailable::Unintelligible(if told.is_empty() { format!("{kind:?}") } else { told })),
            }
        }
        let left = timeout.saturating_sub(start.elapsed());
        if !socket.wait_readable(left).map_err(Unavailable::Connection)? {
            return Err(Unavailable::Silent(timeout));
        }
        if frames.fill(&mut &socket).map_err(Unavailable::Connection)? == 0 {
            return Err(Unavailable::Closed);
        }
    }
}
