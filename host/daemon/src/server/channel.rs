//! The way back to one client: output in frames, in the order in which it was written, and what the client says about it.
//!
//! Both streams go through one buffer, so that a line on standard error that was written between two on standard output
//! arrives between them. It leaves when it is full or flushed. Who writes faster than the client reads waits for it, as
//! for a slow terminal.
//!
//! Our client says when a stream takes nothing more, and answers a flush of standard output when all of it is written:
//! what a run learns of its output is what it would learn of its own, before it decides on its exit code.

use crate::wire::{FromServer, OutputName, Socket};
use pants_process::nailgun::{ChunkKind, HEADER_LENGTH, encode_header};
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How much is kept back at most.
const BUFFER: usize = 64 << 10;

/// From this length on, output is not copied into the buffer.
const LONG: usize = 16 << 10;

/// The longest frame of output: a client shows the one while the next is on its way.
const LONGEST: usize = 64 << 10;

/// The way back to one client.
pub(crate) struct Channel {
    socket: Arc<Socket>,
    outgoing: Mutex<Outgoing>,
    heard: Mutex<Heard>,
    changed: Condvar,
    manners: Manners,
}

/// What a client can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manners {
    /// Documents beside output.
    Ours,
    /// Nothing but what Nailgun has.
    Nailgun,
}

#[derive(Default)]
struct Outgoing {
    buffer: Vec<u8>,
    /// The last frame of the buffer, if output can still be added to it: its stream, and where it begins.
    open: Option<(ChunkKind, usize)>,
    flushes: u64,
    /// It was told how the run ended.
    has_ended: bool,
}

/// What the client said.
#[derive(Default)]
struct Heard {
    stdout: Option<i32>,
    stderr: Option<i32>,
    /// The last flush that it answered.
    written: u64,
    is_gone: bool,
}

impl Channel {
    pub(crate) fn new(socket: Arc<Socket>, manners: Manners) -> Self {
        Self { socket, outgoing: Mutex::default(), heard: Mutex::default(), changed: Condvar::new(), manners }
    }

    /// One of the two streams, to be written to.
    pub(crate) fn stream(self: &Arc<Self>, name: OutputName) -> OutputStream {
        OutputStream { channel: self.clone(), name, is_dirty: false }
    }

    pub(crate) fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    pub(crate) fn manners(&self) -> Manners {
        self.manners
    }

    /// Sends a frame, after all that was written before.
    pub(crate) fn send(&self, kind: ChunkKind, payload: &[u8]) -> io::Result<()> {
        let mut outgoing = self.outgoing();
        outgoing.open = None;
        let header = encode_header(kind, payload.len());
        let sent = self.socket.write_parts([&outgoing.buffer, &header, payload]);
        outgoing.buffer.clear();
        sent
    }

    /// Tells how the run ended, after all that was written before. The first to tell is right: a client that was told does
    /// not wait for more.
    pub(crate) fn exit(&self, code: u8) -> io::Result<()> {
        if std::mem::replace(&mut self.outgoing().has_ended, true) {
            return Ok(());
        }
        self.send(ChunkKind::Exit, code.to_string().as_bytes())
    }

    /// Sends a document, after all that was written before. Only for our client.
    pub(crate) fn tell(&self, document: &FromServer) -> io::Result<()> {
        debug_assert_eq!(self.manners, Manners::Ours, "no other client understands documents");
        self.send(ChunkKind::ProcessId, &document.encode())
    }

    /// A stream of the client takes nothing more.
    pub(crate) fn stream_is_gone(&self, name: OutputName, errno: i32) {
        self.hear(|heard| match name {
            OutputName::Stdout => heard.stdout = Some(errno),
            OutputName::Stderr => heard.stderr = Some(errno),
        });
    }

    /// The client has written all up to this flush.
    pub(crate) fn is_written(&self, number: u64) {
        self.hear(|heard| heard.written = heard.written.max(number));
    }

    /// The client says nothing more.
    pub(crate) fn client_is_gone(&self) {
        self.hear(|heard| heard.is_gone = true);
    }

    fn hear(&self, change: impl FnOnce(&mut Heard)) {
        change(&mut self.heard());
        self.changed.notify_all();
    }

    fn write(&self, name: OutputName, bytes: &[u8]) -> io::Result<()> {
        self.heard().result(name)?;
        let kind = kind(name);
        let mut outgoing = self.outgoing();
        if bytes.len() >= LONG {
            outgoing.open = None;
            let mut sent = Ok(());
            for piece in bytes.chunks(LONGEST) {
                let header = encode_header(kind, piece.len());
                sent = sent.and_then(|()| self.socket.write_parts([&outgoing.buffer, &header, piece]));
                outgoing.buffer.clear();
            }
            return sent.map_err(of_connection);
        }
        outgoing.add(kind, bytes);
        if outgoing.buffer.len() < BUFFER { Ok(()) } else { self.send_buffer(&mut outgoing) }
    }

    fn send_buffer(&self, outgoing: &mut Outgoing) -> io::Result<()> {
        outgoing.open = None;
        let sent = self.socket.write_parts([&outgoing.buffer, b"", b""]);
        outgoing.buffer.clear();
        sent.map_err(of_connection)
    }

    /// Sends what is kept back, and asks for an answer to it.
    fn send_flush(&self) -> io::Result<u64> {
        let mut outgoing = self.outgoing();
        outgoing.flushes += 1;
        let number = outgoing.flushes;
        let document = FromServer::Flush { number }.encode();
        outgoing.open = None;
        let header = encode_header(ChunkKind::ProcessId, document.len());
        outgoing.buffer.extend_from_slice(&header);
        outgoing.buffer.extend_from_slice(&document);
        self.send_buffer(&mut outgoing)?;
        Ok(number)
    }

    fn wait_until_written(&self, name: OutputName, number: u64) -> io::Result<()> {
        let heard = self.heard();
        let waits = |heard: &mut Heard| heard.written < number && heard.result(name).is_ok();
        let heard = self.changed.wait_while(heard, waits).unwrap_or_else(PoisonError::into_inner);
        heard.result(name)
    }

    fn outgoing(&self) -> MutexGuard<'_, Outgoing> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outgoing {
    /// Adds output to the last frame if that is of the same stream.
    fn add(&mut self, kind: ChunkKind, bytes: &[u8]) {
        let start = match self.open {
            Some((open, start)) if open == kind => start,
            _ => {
                let start = self.buffer.len();
                self.buffer.extend_from_slice(&encode_header(kind, 0));
                start
            }
        };
        self.buffer.extend_from_slice(bytes);
        let payload = start + HEADER_LENGTH;
        let header = encode_header(kind, self.buffer.len() - payload);
        self.buffer[start..payload].copy_from_slice(&header);
        self.open = Some((kind, start));
    }
}

impl Heard {
    /// Whether a stream can still be written to.
    fn result(&self, name: OutputName) -> io::Result<()> {
        let gone = match name {
            OutputName::Stdout => self.stdout,
            OutputName::Stderr => self.stderr,
        };
        match gone {
            Some(errno) => Err(io::Error::from_raw_os_error(errno)),
            None if self.is_gone => Err(io::ErrorKind::BrokenPipe.into()),
            None => Ok(()),
        }
    }
}

fn kind(name: OutputName) -> ChunkKind {
    match name {
        OutputName::Stdout => ChunkKind::Stdout,
        OutputName::Stderr => ChunkKind::Stderr,
    }
}

/// However a connection fails, it means that nobody reads any more.
fn of_connection(error: io::Error) -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, error)
}

/// A stream of the client.
pub(crate) struct OutputStream {
    channel: Arc<Channel>,
    name: OutputName,
    /// Whether something was written since the last flush.
    is_dirty: bool,
}

impl Write for OutputStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.channel.write(self.name, bytes)?;
        self.is_dirty = true;
        Ok(bytes.len())
    }

    /// Sends what was written. For standard output of our client: waits until it has arrived where it was to go.
    fn flush(&mut self) -> io::Result<()> {
        let is_dirty = std::mem::take(&mut self.is_dirty);
        if !is_dirty {
            return self.channel.heard().result(self.name);
        }
        if self.name == OutputName::Stderr || self.channel.manners == Manners::Nailgun {
            let mut outgoing = self.channel.outgoing();
            return self.channel.send_buffer(&mut outgoing);
        }
        let number = self.channel.send_flush()?;
        self.channel.wait_until_written(self.name, number)
    }
}

#[cfg(test)]
mod tests;
