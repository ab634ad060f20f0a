//! How our client introduces itself: what Nailgun's frames have no place for, in one variable of its request.

use super::document::{SystemText, encode};
use crate::world::{ClientWorld, Terminals};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// The number of what the two sides agree on. Any change of a document or of their order is another number.
pub(crate) const PROTOCOL: u32 = 1;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// To carry out what the command line says.
    Run,
    /// What the last word of the command line can become, for a shell.
    Complete,
    /// To say how the daemon is.
    Status,
    /// To take no more runs, and to end after those that it has.
    Drain,
    /// To cancel what it does, and to end.
    Stop,
}

/// What our client says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Introduction {
    pub(crate) protocol: u32,
    pub(crate) wish: Wish,
    pub(crate) pid: u32,
    pub(crate) exe_dir: SystemText,
    /// Which of standard input, output and error are terminals.
    pub(crate) terminals: [bool; 3],
    pub(crate) width: usize,
    pub(crate) run_id: String,
    pub(crate) started: SystemTime,
}

/// The one part of an introduction that every version has.
#[derive(Deserialize)]
struct Version {
    protocol: u32,
}

/// Why an introduction is not understood.
#[derive(Debug, thiserror::Error)]
pub enum IntroductionError {
    /// It is of another version.
    #[error("the client speaks version {theirs} of the protocol, the daemon {PROTOCOL}")]
    Version {
        /// Its version.
        theirs: u32,
    },
    /// It is no such document.
    #[error("the client's introduction makes no sense")]
    Document(#[from] serde_json::Error),
}

impl Introduction {
    /// How a client with this world introduces itself.
    pub(crate) fn new(world: &ClientWorld, wish: Wish) -> Self {
        let Terminals { stdin, stdout, stderr } = world.terminals;
        Self {
            protocol: PROTOCOL,
            wish,
            pid: world.pid,
            exe_dir: SystemText::from(world.exe_dir.as_os_str()),
            terminals: [stdin, stdout, stderr],
            width: world.width,
            run_id: world.run_id.clone(),
            started: world.started,
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, IntroductionError> {
        let Version { protocol: theirs } = serde_json::from_slice(bytes)?;
        if theirs != PROTOCOL {
            return Err(IntroductionError::Version { theirs });
        }
        Ok(serde_json::from_slice(bytes)?)
    }
}
