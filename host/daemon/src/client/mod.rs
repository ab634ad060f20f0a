//! The client's side: asks a daemon, relays bytes between it and the terminal, and gives its answer.
//!
//! One loop over one `poll`, without threads and without a runtime: what a warm run costs beside its own work is mostly
//! this. Knows neither how a daemon is found and started, nor what to do without one: whoever asks decides.

// Floors, the lowest first.
mod connection;
mod output;
mod signals;

mod conversation;

pub use connection::{ConnectError, Endpoint};
pub use signals::Signals;

use crate::run::Ended;
use crate::server::Ending;
use crate::wire::{Refusal, Wish};
use crate::world::ClientWorld;
use conversation::Conversation;
use pants_process::nailgun::FrameError;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// How to ask.
#[derive(Clone)]
pub struct Asking<'a> {
    /// Where the daemon listens.
    pub endpoint: &'a Endpoint,
    /// How long to try to reach a daemon that does not listen yet. Zero: one attempt.
    pub connect_patience: Duration,
    /// How long the daemon may take to accept the request.
    pub accept_patience: Duration,
    /// How long the daemon may say nothing after the user wanted an end (`--pantsd-pailgun-quit-timeout`).
    pub quit_timeout: Duration,
    /// What tells that the user wants an end.
    pub signals: &'a Signals,
}

/// The user's own streams.
#[derive(Clone, Copy, Debug)]
pub struct Terminal<'a> {
    /// Standard input; read only when the daemon wants it.
    pub stdin: BorrowedFd<'a>,
    /// Standard output.
    pub stdout: BorrowedFd<'a>,
    /// Standard error.
    pub stderr: BorrowedFd<'a>,
}

/// What came of asking.
#[derive(Debug)]
pub enum Answer {
    /// The run is over, and all of its output is written.
    Ended(Ended),
    /// No daemon took the request, and none will: the run can be carried out by somebody else.
    Unavailable(Unavailable),
    /// The daemon does not want it, and nothing was done.
    Refused(Refusal),
    /// The daemon had begun, and is gone: nobody knows how far it came.
    Lost(Lost),
    /// The user does not wait any more: for an end that did not come in this time, if one was waited for.
    Left(Option<Duration>),
}

/// Why no daemon took a request.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// Nobody answers.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It answers, but not in time.
    #[error("it did not answer in {} s", .0.as_secs_f64())]
    Silent(Duration),
    /// It closed the connection.
    #[error("it closed the connection")]
    Closed,
    /// It says something that is no answer.
    #[error("it does not speak as a daemon does: {0}")]
    Unintelligible(String),
    /// The connection failed.
    #[error("the connection failed")]
    Connection(#[source] io::Error),
}

/// How a daemon was lost in mid-run.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// It closed the connection.
    #[error("it closed the connection")]
    Closed,
    /// The connection failed.
    #[error("the connection failed")]
    Connection(#[source] io::Error),
    /// What it sends are no frames.
    #[error("what it sends makes no sense")]
    Frame(#[source] FrameError),
    /// What it says makes no sense.
    #[error("what it says makes no sense: {0}")]
    Unintelligible(String),
}

/// Asks a daemon to carry out a run, or to complete a command line, and relays until it is over.
pub fn ask(world: &ClientWorld, wish: Wish, asking: &Asking<'_>, terminal: Terminal<'_>) -> Answer {
    match asking.endpoint.connect(asking.connect_patience) {
        Ok(socket) => Conversation::new(socket, asking.endpoint.request(world, wish), terminal, asking).hold(),
        // What the user wants may be what kept it from connecting.
        Err(_) if asking.signals.take() => Answer::Left(None),
        Err(error) => Answer::Unavailable(error.into()),
    }
}

/// Asks a daemon how it is.
pub fn status(world: &ClientWorld, endpoint: &Endpoint, timeout: Duration) -> Result<serde_json::Value, Unavailable> {
    let mut status = None;
    connection::exchange(world, Wish::Status, endpoint, timeout, &mut |value| status = Some(value))?;
    status.ok_or_else(|| Unavailable::Unintelligible("no status".to_owned()))
}

/// Asks a daemon to end. Its answer says that it was asked, not that it has ended.
pub fn stop(world: &ClientWorld, ending: Ending, endpoint: &Endpoint, timeout: Duration) -> Result<(), Unavailable> {
    let wish = match ending {
        Ending::AfterRuns => Wish::Drain,
        Ending::Now => Wish::Stop,
    };
    connection::exchange(world, wish, endpoint, timeout, &mut |_| {})
}

#[cfg(test)]
mod tests;
