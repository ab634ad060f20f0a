//! A repository in a temporary directory, and the binary run in it.

mod processes;
mod repository;
mod run;
mod running;

pub(crate) use processes::{is_alive, is_stopped, started_in};
pub(crate) use repository::{Repository, git};
pub(crate) use run::{Output, Pants, checkout, path, plugins, real_python};
pub(crate) use running::{Running, wait_for};
