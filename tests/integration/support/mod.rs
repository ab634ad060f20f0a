//! A repository in a temporary directory, and the binary run in it.

mod repository;
mod run;
mod running;

pub(crate) use repository::{Repository, git};
pub(crate) use run::{Output, Pants, checkout, path, real_python};
pub(crate) use running::{Running, wait_for};
