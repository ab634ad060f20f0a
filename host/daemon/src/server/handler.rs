//! One connection from its first byte to its last, on a thread of its own.

use super::channel::{Channel, Manners};
use super::ears::Ears;
use super::listening::{Accepted, Peer, TcpClients};
use super::runs::{ActiveRun, Denied, Entered};
use super::signal_proxy::SignalProxy;
use super::{Ending, Shared, program};
use crate::clock;
use crate::panics;
use crate::run::Ended;
use crate::wire::{
    Caller, ForegroundDocument, FrameBuffer, FromClient, FromServer, Limits, OutputName, Refusal, RefusalKind, Request,
    RequestError, RequestReader, Socket, Stranger, Wish,
};
use crate::world::{ClientWorld, Streams};
use pants_model::legible;
use pants_process::nailgun::{ChunkKind, FrameError};
use pants_process::{Cancel, CancelReason};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// The exit code of whoever is not served.
const REFUSED: u8 = 1;

/// What a connection buffers of what its client sends.
const BUFFER: usize = 16 << 10;

/// Serves one connection. Whatever goes wrong is over with it.
pub(crate) fn handle(shared: &Shared, accepted: Accepted) {
    let Accepted { socket, peer } = accepted;
    let visit = Visit { shared, socket: Arc::new(socket), peer };
    match catch_unwind(AssertUnwindSafe(|| visit.serve())) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(target: "pantsd", "a client was lost: {error}"),
        Err(_) => tracing::error!(target: "pantsd", "a handler panicked"),
    }
}

/// One connection.
struct Visit<'a> {
    shared: &'a Shared,
    socket: Arc<Socket>,
    peer: Peer,
}

impl Visit<'_> {
    fn serve(&self) -> io::Result<()> {
        let mut frames = FrameBuffer::with_capacity(BUFFER);
        match read_request(&self.socket, &mut frames, self.shared.config.limits) {
            Ok(request) => self.answer(request, frames),
            // Somebody looked whether anybody is here.
            Err(RequestError::Ended) => Ok(()),
            Err(error) => {
                tracing::info!(target: "pantsd", "not a request: {}", with_sources(&error));
                let manners = match error {
                    RequestError::Introduction(_) => Manners::Ours,
                    _ => Manners::Nailgun,
                };
                self.refuse(manners, RefusalKind::Request, with_sources(&error))
            }
        }
    }

    fn answer(&self, request: Request, frames: FrameBuffer) -> io::Result<()> {
        let manners = match &request.caller {
            Caller::Ours(_) => Manners::Ours,
            Caller::Stock | Caller::OldPants => Manners::Nailgun,
        };
        if !self.is_trusted(&request) {
            let reason = "a client of the port must send the token of this daemon in `PANTSD_TOKEN`";
            return self.refuse(manners, RefusalKind::Request, reason.to_owned());
        }
        if !request.is_for_pants() {
            let reason = format!("there is no command `{}` here, only `pants`", request.command.escape_debug());
            return self.refuse(manners, RefusalKind::Request, reason);
        }
        let channel = Arc::new(Channel::new(self.socket.clone(), manners));
        match request.wish() {
            Wish::Run | Wish::Complete => self.carry_out(request, &channel, frames),
            Wish::Status => {
                let status = self.shared.runner.status(&self.shared.runs.active());
                channel.tell(&FromServer::Status(status))?;
                channel.exit(0)
            }
            Wish::Drain => self.end(&channel, Ending::AfterRuns),
            Wish::Stop => self.end(&channel, Ending::Now),
        }
    }

    /// Whoever came by way of the socket is this user; whoever came by way of the port must prove it.
    fn is_trusted(&self, request: &Request) -> bool {
        match (&self.peer, &self.shared.clients) {
            (Peer::Local { .. }, _) | (Peer::Tcp, TcpClients::Anybody) => true,
            (Peer::Tcp, TcpClients::WithToken(token)) => request.token.as_deref().is_some_and(|guess| token.is(guess)),
        }
    }

    fn end(&self, channel: &Channel, ending: Ending) -> io::Result<()> {
        self.shared.runs.drain("it was told to end");
        if ending == Ending::Now {
            self.shared.runs.cancel_all(CancelReason::Interrupted);
        }
        let told = channel.exit(0);
        self.shared.runner.stop(ending);
        told
    }

    fn refuse(&self, manners: Manners, kind: RefusalKind, reason: String) -> io::Result<()> {
        let channel = Arc::new(Channel::new(self.socket.clone(), manners));
        match manners {
            Manners::Ours => channel.tell(&FromServer::Refused(Refusal { kind, reason })),
            Manners::Nailgun => {
                writeln!(channel.stream(OutputName::Stderr), "error: pantsd: {reason}")?;
                channel.exit(REFUSED)
            }
        }
    }

    fn carry_out(&self, request: Request, channel: &Arc<Channel>, mut frames: FrameBuffer) -> io::Result<()> {
        let shared = self.shared;
        let (wish, is_old) = (request.wish(), request.caller == Caller::OldPants);
        let world = request.into_world(|| self.stranger());
        if let Some(reason) = shared.runner.stale(&world) {
            return self.refuse(channel.manners(), RefusalKind::Stale, reason);
        }
        let cancel = Cancel::new();
        let entered = match self.enter(&world, wish, &cancel) {
            Ok(entered) => entered,
            Err(Denied::Ending(reason)) => return self.refuse(channel.manners(), RefusalKind::Ending, reason),
            Err(Denied::Busy(count)) => {
                let reason = format!("it carries out {count} runs already");
                return self.refuse(channel.manners(), RefusalKind::Busy, reason);
            }
        };
        if channel.manners() == Manners::Ours {
            channel.tell(&FromServer::Accepted { pid: std::process::id() })?;
            if !wait_for_go(&self.socket, &mut frames, shared.config.limits)? {
                return channel.exit(REFUSED);
            }
        }
        let ears = Ears::open(channel, frames, &cancel)?;
        let _proxy = is_old.then(|| self.introduce_proxy(channel, &cancel)).transpose()?.flatten();
        let command_line = command_line(&world);
        tracing::info!(target: "pantsd", "handling request: `{command_line}`");
        let ended = self.run(&world, wish, channel, &cancel);
        let code = match ended {
            Ended::Exit(code) => code,
            Ended::Foreground(process) if channel.manners() == Manners::Ours => {
                entered.leave();
                tracing::info!(target: "pantsd", "request completed: `{command_line}`: the client becomes a program");
                return channel.tell(&FromServer::Foreground(ForegroundDocument::from(&process)));
            }
            Ended::Foreground(process) => program::run(&process, &world, channel, ears.input(), &cancel),
        };
        entered.leave();
        tracing::info!(target: "pantsd", "request completed: `{command_line}`: {code}");
        channel.exit(code)
    }

    fn enter(&self, world: &ClientWorld, wish: Wish, cancel: &Cancel) -> Result<Entered<'_>, Denied> {
        let run = ActiveRun { id: 0, pid: world.pid, wish, command_line: command_line(world), started: world.started };
        self.shared.runs.enter(run, cancel, &self.socket)
    }

    fn run(&self, world: &ClientWorld, wish: Wish, channel: &Arc<Channel>, cancel: &Cancel) -> Ended {
        let [stdout, stderr] = [OutputName::Stdout, OutputName::Stderr].map(|name| Box::new(channel.stream(name)));
        let streams = Streams { stdout, stderr };
        let runner = &self.shared.runner;
        let ended = panics::catching(|| match wish {
            Wish::Complete => runner.complete(world, streams, cancel),
            _ => runner.run(world, streams, cancel),
        });
        ended.unwrap_or_else(|failure| {
            tracing::error!(target: "pantsd", "the run `{}` panicked: {failure:?}", world.run_id);
            Ended::Exit(failure.show(&mut channel.stream(OutputName::Stderr)))
        })
    }

    fn stranger(&self) -> Stranger {
        let pid = match self.peer {
            Peer::Local { pid } => pid,
            Peer::Tcp => None,
        };
        let number = self.shared.strangers.fetch_add(1, Ordering::Relaxed);
        let run_id = format!("{}_{number}", clock::run_id(std::process::id()));
        Stranger { pid, run_id, exe_dir: self.shared.config.exe_dir.clone() }
    }

    /// A client that cannot be given one is not told of any: its signals do nothing then.
    fn introduce_proxy(&self, channel: &Channel, cancel: &Cancel) -> io::Result<Option<SignalProxy>> {
        match SignalProxy::start(&self.shared.config.signal_proxy, cancel) {
            Ok(proxy) => {
                channel.send(ChunkKind::ProcessId, proxy.pid().to_string().as_bytes())?;
                channel.send(ChunkKind::ProcessGroup, format!("-{}", proxy.pid()).as_bytes())?;
                Ok(Some(proxy))
            }
            Err(error) => {
                tracing::warn!(target: "pantsd", "no signal proxy: {error}");
                Ok(None)
            }
        }
    }
}

/// The command line for people: on one line, whatever is in it.
fn command_line(world: &ClientWorld) -> String {
    let words = std::iter::once("pants").chain(world.invocation.args.iter().map(String::as_str));
    legible(words.collect::<Vec<_>>().join(" ").replace('\n', "\\n"))
}

/// Reads a request within its limits.
fn read_request(socket: &Socket, frames: &mut FrameBuffer, limits: Limits) -> Result<Request, RequestError> {
    let mut reader = RequestReader::new(limits);
    read_until(socket, frames, limits, |kind, payload| reader.take(kind, payload))
}

/// Waits until our client says that it waits. `false` when it says something else.
fn wait_for_go(socket: &Socket, frames: &mut FrameBuffer, limits: Limits) -> io::Result<bool> {
    let is_go = |kind, payload: &[u8]| {
        kind == ChunkKind::ProcessId && matches!(FromClient::decode(payload), Ok(FromClient::Go {}))
    };
    read_until(socket, frames, limits, |kind, payload| Ok(Some(is_go(kind, payload)))).map_err(io::Error::other)
}

/// Reads frames until one completes something, or the time is over.
fn read_until<T>(
    socket: &Socket,
    frames: &mut FrameBuffer,
    limits: Limits,
    mut take: impl FnMut(ChunkKind, &[u8]) -> Result<Option<T>, RequestError>,
) -> Result<T, RequestError> {
    let start = Instant::now();
    loop {
        while let Some((kind, payload)) = frames.next(limits.frame)? {
            if let Some(complete) = take(kind, payload)? {
                return Ok(complete);
            }
        }
        let left = limits.time.saturating_sub(start.elapsed());
        if left.is_zero() || !socket.wait_readable(left).map_err(FrameError::Io)? {
            return Err(RequestError::TooSlow);
        }
        if frames.fill(&mut &*socket).map_err(FrameError::Io)? == 0 {
            return Err(if frames.is_empty() { RequestError::Ended } else { FrameError::Truncated.into() });
        }
    }
}

/// An error with all that caused it.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
