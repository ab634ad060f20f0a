//! The pailgun server: takes requests, one handler thread for each, and carries them out by way of a [`Runner`].
//!
//! Knows frames, sockets and who may speak, and what runs at the moment. Must not know: what a run does, when a daemon
//! is started or ends, what is warm: that is behind [`Runner`], so that all of this is tested without a build.
//!
//! Invariant: whatever one connection sends, or fails to send, every other one goes on.
//! Invariant: a run begins only after its client said that it waits for it; so a client that gave up before, and carried
//! the run out itself, is never followed by a second run here.

// Floors, the lowest first.
mod channel;
mod listening;
mod runs;

mod ears;
mod program;
mod signal_proxy;

mod handler;

pub use listening::{Listeners, ServeError, TcpClients, TcpConfig};
pub use runs::ActiveRun;
pub use signal_proxy::stand_in as signal_proxy;

use crate::run::Ended;
use crate::wire::Limits;
use crate::world::{ClientWorld, Streams};
use listening::{Accepted, Bell, Peer};
use pants_process::{Cancel, CancelReason};
use runs::Runs;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What the server does with requests that it understands.
pub trait Runner: Send + Sync {
    /// Carries a run out.
    fn run(&self, world: &ClientWorld, streams: Streams, cancel: &Cancel) -> Ended;

    /// Writes what the command line can become, one word on a line.
    fn complete(&self, world: &ClientWorld, streams: Streams, cancel: &Cancel) -> Ended;

    /// How the daemon is, with these runs.
    fn status(&self, runs: &[ActiveRun]) -> serde_json::Value;

    /// Why this daemon is not the one that a client needs, if it is not: it will start another.
    fn stale(&self, world: &ClientWorld) -> Option<String>;

    /// A client wants the daemon to end. No more runs are taken; those that there are were cancelled if so wished.
    fn stop(&self, ending: Ending);
}

/// How a daemon is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// After the runs that it has.
    AfterRuns,
    /// As soon as the runs that it has were stopped.
    Now,
}

/// How a server works.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// What a request may be at most.
    pub limits: Limits,
    /// How many requests are carried out at the same time. One more is refused.
    pub runs: usize,
    /// The directory of the program, for runs of clients that say nothing of theirs.
    pub exe_dir: PathBuf,
    /// The command that becomes [`signal_proxy`]: the program and its arguments.
    pub signal_proxy: Vec<OsString>,
}

/// Connections that are open at the same time, in relation to the runs that are allowed: the rest is for those who are
/// told so, and for those who are slow to say what they want.
const CONNECTIONS_PER_RUN: usize = 2;

/// How long runs that were killed may take to say so.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// What all threads of a server share.
struct Shared {
    config: ServerConfig,
    runner: Arc<dyn Runner>,
    runs: Runs,
    connections: AtomicUsize,
    /// Clients that said nothing of themselves, so far.
    strangers: AtomicU64,
    clients: TcpClients,
}

/// A server that listens. Dropping it stops it without grace.
pub struct PailgunServer {
    shared: Arc<Shared>,
    bell: Arc<Bell>,
    accepting: Mutex<Option<JoinHandle<()>>>,
    listeners: Arc<Listeners>,
}

impl PailgunServer {
    /// Starts to take requests.
    pub fn start(listeners: Listeners, config: ServerConfig, runner: Arc<dyn Runner>) -> Result<Self, ServeError> {
        let bell = Arc::new(Bell::new().map_err(ServeError::Thread)?);
        let listeners = Arc::new(listeners);
        let clients = listeners.tcp_clients();
        let runs = Runs::new(config.runs);
        let shared = Arc::new(Shared {
            config,
            runner,
            runs,
            connections: AtomicUsize::new(0),
            strangers: AtomicU64::new(0),
            clients,
        });
        let accepting = {
            let (shared, listeners, bell) = (shared.clone(), listeners.clone(), bell.clone());
            let thread = std::thread::Builder::new().name("pailgun".to_owned());
            let accept = move || listeners.accept_all(&bell, |accepted| take_connection(&shared, accepted));
            thread.spawn(accept).map_err(ServeError::Thread)?
        };
        Ok(Self { shared, bell, accepting: Mutex::new(Some(accepting)), listeners })
    }

    /// Where it listens.
    pub fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    /// What runs at the moment.
    pub fn runs(&self) -> Vec<ActiveRun> {
        self.shared.runs.active()
    }

    /// Since when nothing runs; `None` while something does.
    pub fn idle_since(&self) -> Option<Instant> {
        self.shared.runs.idle_since()
    }

    /// Takes no more runs, and tells who asks why: a fragment that says what is the matter.
    pub fn drain(&self, reason: &str) {
        self.shared.runs.drain(reason);
        self.bell.drain();
    }

    /// Waits until every run is over and its client was told; `false` when that took too long.
    pub fn wait_idle(&self, timeout: Duration) -> bool {
        self.shared.runs.wait_idle(timeout)
    }

    /// Cancels all runs.
    pub fn cancel_runs(&self, reason: CancelReason) {
        self.shared.runs.cancel_all(reason);
    }

    /// Lets connections wait until [`Self::resume`]; what runs goes on.
    pub fn pause(&self) {
        self.bell.pause();
    }

    /// Takes connections again.
    pub fn resume(&self) {
        self.bell.resume();
    }

    /// Whether connections are still taken; a server that was not told to stop and does not is dead.
    pub fn is_alive(&self) -> bool {
        self.accepting().as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Takes no more connections, cancels what runs, waits that long for its end, then kills it and cuts off its clients.
    ///
    /// `false` when something still runs.
    pub fn terminate(&self, grace: Duration) -> bool {
        self.drain("it ends");
        self.cancel_runs(CancelReason::Interrupted);
        let has_ended = self.wait_idle(grace);
        if !has_ended {
            self.shared.runs.kill_all();
        }
        self.stop();
        has_ended || self.wait_idle(LAST_MOMENT)
    }

    fn stop(&self) {
        self.bell.stop();
        if let Some(thread) = self.accepting().take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that takes connections panicked");
        }
        self.listeners.remove();
        self.shared.runs.cut_off();
    }

    fn accepting(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.accepting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for PailgunServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Counts a connection for as long as it lives.
struct Connection(Arc<Shared>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What a run may need of its stack is what it has in a process of its own.
const STACK: usize = 8 << 20;

/// Gives a connection to a thread of its own.
fn take_connection(shared: &Arc<Shared>, accepted: Accepted) {
    let open = shared.connections.fetch_add(1, Ordering::AcqRel);
    let connection = Connection(shared.clone());
    let most = match accepted.peer {
        Peer::Local { .. } => shared.config.runs * CONNECTIONS_PER_RUN,
        // Any user of the machine can hold these: they leave room for the socket.
        Peer::Tcp => shared.config.runs,
    };
    if open >= most {
        tracing::warn!("a connection is closed: {open} others are open");
        return;
    }
    let thread = std::thread::Builder::new().name("pailgun-handler".to_owned()).stack_size(STACK);
    let spawned = thread.spawn(move || handler::handle(&connection.0, accepted));
    if let Err(error) = spawned {
        tracing::warn!("a connection is closed: {error}");
    }
}

#[cfg(test)]
pub(crate) mod laboratory;
#[cfg(test)]
mod tests;
