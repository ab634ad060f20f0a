//! Where the server listens, who is let in, and the loop that takes connections.

use crate::wire::{Socket, Token};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The rights of the directory that the socket is in: for its owner alone.
const PRIVATE_DIRECTORY: u32 = 0o700;

/// How long to rest when the system has nothing left to accept a connection with.
const EXHAUSTED: Duration = Duration::from_millis(50);

/// How long to wait for a port that somebody else has.
const PORT_PATIENCE: Duration = Duration::from_secs(1);

/// How long between two attempts to get it.
const PORT_PAUSE: Duration = Duration::from_millis(10);

/// A TCP port beside the socket.
#[derive(Clone, Debug)]
pub struct TcpConfig {
    /// The port on the loopback address; 0 for any.
    pub port: u16,
    /// Who is served there.
    pub clients: TcpClients,
}

/// Who is served on the TCP port.
#[derive(Clone, Debug)]
pub enum TcpClients {
    /// Who knows the secret.
    WithToken(Token),
    /// Anybody on this machine: the user said so.
    Anybody,
}

/// Why a server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The directory of the socket is not for its owner alone.
    #[error("`{}` is not a directory of this user alone: {what}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Another server answers there.
    #[error("another server listens on `{}`", path.display())]
    InUse {
        /// The socket.
        path: PathBuf,
    },
    /// The socket cannot be made.
    #[error("cannot listen on `{}`", path.display())]
    Socket {
        /// The socket, or its directory.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The port cannot be had.
    #[error("cannot listen on port {port}")]
    Port {
        /// The port.
        port: u16,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The system has no thread for it, or no pipe.
    #[error("cannot take connections")]
    Thread(#[source] io::Error),
}

/// The sockets that a server listens on.
#[derive(Debug)]
pub struct Listeners {
    unix: UnixListener,
    path: PathBuf,
    /// Device and inode of the socket: another may stand in its place by the time that ours is removed.
    identity: (u64, u64),
    tcp: Option<Port>,
}

/// A port that the server listens on.
#[derive(Debug)]
struct Port {
    /// Taken by the thread that takes connections, which closes it.
    listener: Mutex<Option<TcpListener>>,
    address: SocketAddr,
    clients: TcpClients,
}

/// A connection, and where it came from.
pub(crate) struct Accepted {
    pub(crate) socket: Socket,
    pub(crate) peer: Peer,
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// A process of this user, by way of the socket.
    Local {
        /// Which one, where the system says.
        pid: Option<u32>,
    },
    /// Somebody on this machine, by way of the port.
    Tcp,
}

impl Listeners {
    /// Listens on a socket, in a directory that is made for it if need be, and on a port if there is to be one.
    pub fn bind(path: &Path, tcp: Option<TcpConfig>) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Socket { path: path.to_owned(), source };
        let directory = path.parent().unwrap_or(Path::new("/"));
        ensure_private(directory)?;
        if UnixStream::connect(path).is_ok() {
            return Err(ServeError::InUse { path: path.to_owned() });
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let unix = UnixListener::bind(path).map_err(failed)?;
        fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
        unix.set_nonblocking(true).map_err(failed)?;
        let metadata = fs::symlink_metadata(path).map_err(failed)?;
        let tcp = tcp.map(listen_on_port).transpose()?;
        Ok(Self { unix, path: path.to_owned(), identity: (metadata.dev(), metadata.ino()), tcp })
    }

    /// The socket.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The address of the port, if there is one.
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        self.tcp.as_ref().map(|port| port.address)
    }

    pub(crate) fn tcp_clients(&self) -> TcpClients {
        // Without a port nobody comes from there.
        self.tcp.as_ref().map_or(TcpClients::Anybody, |port| port.clients.clone())
    }

    /// Removes the socket, if it is still ours.
    pub(crate) fn remove(&self) {
        let Ok(metadata) = fs::symlink_metadata(&self.path) else { return };
        if (metadata.dev(), metadata.ino()) == self.identity
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!("`{}` cannot be removed: {error}", self.path.display());
        }
    }

    /// Takes connections until the bell says that it is over.
    pub(crate) fn accept_all(&self, bell: &Bell, mut take: impl FnMut(Accepted)) {
        let take_port = |port: &Port| port.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut tcp = self.tcp.as_ref().and_then(take_port);
        while !bell.is_stopped() {
            if bell.is_draining() {
                tcp = None;
            }
            let mut waiting = vec![PollFd::new(&bell.listening, PollFlags::IN)];
            if !bell.is_paused() {
                waiting.push(PollFd::new(&self.unix, PollFlags::IN));
                waiting.extend(tcp.iter().map(|tcp| PollFd::new(tcp, PollFlags::IN)));
            }
            match poll(&mut waiting, None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => {
                    tracing::error!("the server cannot wait for connections: {error}");
                    return;
                }
            }
            if !waiting[0].revents().is_empty() {
                bell.hear();
                continue;
            }
            drop(waiting);
            self.accept_waiting(tcp.as_ref(), &mut take);
        }
    }

    fn accept_waiting(&self, tcp: Option<&TcpListener>, take: &mut impl FnMut(Accepted)) {
        accept_each(
            || self.unix.accept().map(|(stream, _)| OwnedFd::from(stream)),
            |socket| match peer_of(&socket) {
                Ok(peer) => take(Accepted { socket: socket.into(), peer }),
                Err(uid) => tracing::warn!("a connection of user {uid} is closed"),
            },
        );
        let Some(tcp) = tcp else { return };
        let accept = || {
            let (stream, _) = tcp.accept()?;
            // An accepted socket is blocking on Linux, and like its listener elsewhere.
            stream.set_nonblocking(false)?;
            stream.set_nodelay(true)?;
            Ok(OwnedFd::from(stream))
        };
        accept_each(accept, |socket| take(Accepted { socket: socket.into(), peer: Peer::Tcp }));
    }
}

/// Takes all connections that wait on one socket.
fn accept_each(mut accept: impl FnMut() -> io::Result<OwnedFd>, mut take: impl FnMut(OwnedFd)) {
    loop {
        match accept() {
            Ok(socket) => take(socket),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            // The client went away while it waited.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!("a connection cannot be taken: {error}");
                std::thread::sleep(EXHAUSTED);
                return;
            }
        }
    }
}

/// Listens on a port. A daemon that this one replaces closes it soon.
fn listen_on_port(config: TcpConfig) -> Result<Port, ServeError> {
    let failed = |source| ServeError::Port { port: config.port, source };
    let start = Instant::now();
    let listener = loop {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && start.elapsed() < PORT_PATIENCE => {
                std::thread::sleep(PORT_PAUSE);
            }
            bound => break bound.map_err(failed)?,
        }
    };
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Port { listener: Mutex::new(Some(listener)), address, clients: config.clients })
}

/// Makes the directory, or checks the one that is there.
pub(crate) fn ensure_private(path: &Path) -> Result<(), ServeError> {
    let failed = |source| ServeError::Socket { path: path.to_owned(), source };
    match DirBuilder::new().recursive(true).mode(PRIVATE_DIRECTORY).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let metadata = fs::symlink_metadata(path).map_err(failed)?;
    let wrong = |what| Err(ServeError::Directory { path: path.to_owned(), what });
    if !metadata.is_dir() {
        return wrong("it is something else");
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return wrong("it belongs to somebody else");
    }
    if metadata.mode() & 0o077 != 0 {
        return wrong("others may enter it");
    }
    Ok(())
}

/// Who is at the other end of the socket; the user if it is another one.
#[cfg(target_os = "linux")]
fn peer_of(socket: &impl AsFd) -> Result<Peer, String> {
    let peer = rustix::net::sockopt::socket_peercred(socket).map_err(|error| format!("unknown ({error})"))?;
    admit(peer.uid.as_raw(), rustix::process::geteuid().as_raw())?;
    Ok(Peer::Local { pid: u32::try_from(peer.pid.as_raw_nonzero().get()).ok() })
}

/// Elsewhere the rights of the directory must do.
#[cfg(not(target_os = "linux"))]
fn peer_of(_socket: &impl AsFd) -> Result<Peer, String> {
    Ok(Peer::Local { pid: None })
}

/// Lets in this user alone. Root is another one, too: what it asks for must not be carried out as somebody else.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux says who connects"))]
fn admit(theirs: u32, ours: u32) -> Result<(), String> {
    if theirs == ours { Ok(()) } else { Err(theirs.to_string()) }
}

/// Wakes the thread that takes connections, and says what for.
#[derive(Debug)]
pub(crate) struct Bell {
    listening: PipeReader,
    ringing: Mutex<PipeWriter>,
    is_paused: AtomicBool,
    is_draining: AtomicBool,
    is_stopped: AtomicBool,
}

impl Bell {
    pub(crate) fn new() -> io::Result<Self> {
        let (listening, ringing) = io::pipe()?;
        Ok(Self {
            listening,
            ringing: Mutex::new(ringing),
            is_paused: AtomicBool::new(false),
            is_draining: AtomicBool::new(false),
            is_stopped: AtomicBool::new(false),
        })
    }

    pub(crate) fn pause(&self) {
        self.is_paused.store(true, Ordering::Release);
        self.ring();
    }

    pub(crate) fn resume(&self) {
        self.is_paused.store(false, Ordering::Release);
        self.ring();
    }

    /// Closes the port, which another daemon may want. Who comes by way of the socket is told why he is not served.
    pub(crate) fn drain(&self) {
        self.is_draining.store(true, Ordering::Release);
        self.ring();
    }

    pub(crate) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Release);
        self.ring();
    }

    fn is_paused(&self) -> bool {
        self.is_paused.load(Ordering::Acquire)
    }

    fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Acquire)
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }

    fn ring(&self) {
        // The other end is in the same value.
        let rung = self.ringing.lock().unwrap_or_else(PoisonError::into_inner).write_all(&[0]);
        rung.expect("a pipe whose reader is open takes a byte");
    }

    /// Takes one stroke.
    fn hear(&self) {
        let mut stroke = [0];
        if let Err(error) = (&self.listening).read(&mut stroke) {
            tracing::warn!("a stroke of the bell was not heard: {error}");
        }
    }
}

#[cfg(test)]
mod tests;
