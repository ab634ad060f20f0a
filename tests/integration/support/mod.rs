//! A repository in a temporary directory, and the binary run in it.

mod repository;
mod run;

pub(crate) use repository::{Repository, git};
pub(crate) use run::{Output, Pants, checkout, path, real_python};
