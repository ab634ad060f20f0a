//! A repository in a temporary directory, and the binary run in it.

mod repository;
mod run;

pub(crate) use repository::Repository;
pub(crate) use run::{Output, Pants, checkout, real_tools};
