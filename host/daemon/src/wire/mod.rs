//! What client and server say to each other: Nailgun frames, and what they mean.
//!
//! Bytes to values and back; knows no socket, no thread and no run. Whatever arrives is somebody else's: it has limits, and
//! what does not fit is an error with a type, never a panic and never a wait.

mod document;
mod frames;
mod introduction;
mod request;
mod socket;
mod token;

pub use document::{Refusal, RefusalKind};
pub use introduction::Wish;
pub use request::{Limits, RequestError};
pub use token::Token;

pub(crate) use document::{ForegroundDocument, FromClient, FromServer, OutputName};
pub(crate) use frames::FrameBuffer;
pub(crate) use request::{Caller, Request, RequestReader, Stranger, encode_request};
pub(crate) use socket::{Socket, timespec};
