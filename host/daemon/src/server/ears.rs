//! The thread that listens to a client while its run goes on.
//!
//! The end of the stream means that the client is gone, and so does anything that no client says: its run is cancelled,
//! and nobody else's.

use super::channel::{Channel, Manners};
use super::program::Input;
use crate::failure::INTERRUPTED;
use crate::wire::{FrameBuffer, FromClient};
use pants_process::nailgun::ChunkKind;
use pants_process::{Cancel, CancelReason};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// The longest frame that a client may send while a run goes on.
const LONGEST: usize = 1 << 20;

/// How long a run that began nothing yet may take to end by itself.
const SHORT_MOMENT: Duration = Duration::from_millis(300);

/// Why nothing more is heard.
#[derive(Debug, thiserror::Error)]
enum Deaf {
    #[error("the client closed the connection")]
    Closed,
    #[error("the client sent a frame of kind {0:?}")]
    Unexpected(ChunkKind),
    #[error(transparent)]
    Frame(#[from] pants_process::nailgun::FrameError),
    #[error("the client sent no document")]
    Document(#[from] serde_json::Error),
    #[error("the connection failed")]
    Connection(#[from] io::Error),
}

/// Listens until it is dropped, which closes the connection.
pub(crate) struct Ears {
    channel: Arc<Channel>,
    input: Arc<Input>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread works with.
struct Listening {
    channel: Arc<Channel>,
    cancel: Cancel,
    input: Arc<Input>,
}

impl Ears {
    /// Listens, beginning with what has arrived already.
    pub(crate) fn open(channel: &Arc<Channel>, frames: FrameBuffer, cancel: &Cancel) -> io::Result<Self> {
        let input = Arc::new(Input::default());
        let listening = Listening { channel: channel.clone(), cancel: cancel.clone(), input: input.clone() };
        let thread = std::thread::Builder::new().name("pailgun-ears".to_owned());
        let thread = thread.spawn(move || listening.listen(frames))?;
        Ok(Self { channel: channel.clone(), input, thread: Some(thread) })
    }

    /// What the client sends for a program's standard input.
    pub(crate) fn input(&self) -> &Arc<Input> {
        &self.input
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        self.input.close();
        self.channel.socket().close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(target: "pantsd", "a thread that listens to a client panicked");
        }
    }
}

impl Listening {
    fn listen(&self, mut frames: FrameBuffer) {
        let deaf = self.listen_on(&mut frames).err();
        tracing::debug!(target: "pantsd", "nothing more is heard: {}", deaf.unwrap_or(Deaf::Closed));
        self.input.end();
        self.channel.client_is_gone();
        if self.cancel.is_cancelled() {
            // It wanted an end, and does not wait for it any more.
            self.cancel.kill(CancelReason::ClientGone);
        } else {
            self.cancel.cancel(CancelReason::ClientGone);
        }
    }

    fn listen_on(&self, frames: &mut FrameBuffer) -> Result<(), Deaf> {
        loop {
            while let Some((kind, payload)) = frames.next(LONGEST)? {
                self.hear(kind, payload)?;
            }
            if frames.fill(&mut &**self.channel.socket())? == 0 {
                return Ok(());
            }
        }
    }

    fn hear(&self, kind: ChunkKind, payload: &[u8]) -> Result<(), Deaf> {
        match (kind, self.channel.manners()) {
            (ChunkKind::ProcessId, Manners::Ours) => self.obey(FromClient::decode(payload)?),
            (ChunkKind::Heartbeat, _) => {}
            (ChunkKind::Stdin, _) => self.input.push(payload),
            (ChunkKind::StdinEnd, _) => self.input.end(),
            _ => return Err(Deaf::Unexpected(kind)),
        }
        Ok(())
    }

    /// Cancels the run. One that has begun nothing that listens (it reads options or BUILD files, perhaps from a pipe that
    /// nobody writes to) has nothing to clean up: its client does not wait for it, just as without a daemon.
    fn cancel(&self) {
        let has_begun = self.cancel.has_listeners();
        self.cancel.cancel(CancelReason::Interrupted);
        if !has_begun {
            std::thread::sleep(SHORT_MOMENT);
            // It may be gone.
            let _ = self.channel.exit(u8::try_from(INTERRUPTED).expect("it is a small number"));
        }
    }

    fn obey(&self, document: FromClient) {
        match document {
            FromClient::Go {} => {}
            FromClient::Cancel {} => self.cancel(),
            FromClient::Kill {} => self.cancel.kill(CancelReason::Interrupted),
            FromClient::Gone { stream, errno } => self.channel.stream_is_gone(stream, errno),
            FromClient::Written { number } => self.channel.is_written(number),
        }
    }
}
