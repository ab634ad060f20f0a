//! Who carries a run out: this process, or the daemon that keeps the build graph warm.
//!
//! Holds no build logic: whoever it is calls [`pants_session::run`], by way of [`run::serve`]. Must not know: goals, BUILD
//! files, plugins.

pub mod client;
mod clock;
mod complete;
mod failure;
pub mod lifecycle;
mod log;
mod panics;
mod pantsd;
pub mod remote;
mod run;
pub mod server;
pub mod services;
pub mod watcher;
pub mod wire;
mod world;

pub use complete::complete;
pub use failure::{Failure, INTERRUPTED, show};
pub use log::install as install_log;
pub use panics::{catching, keep as keep_panics};
pub use pantsd::{PantsDaemon, SIGNAL_PROXY};
pub use run::{Ended, Run, serve};
pub use world::{ClientWorld, Streams, Terminals};
