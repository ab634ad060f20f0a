//! Plugins behind the traits of the rooms below, and those rooms behind the objects that plugins see.
//!
//! One file for each pair. What a plugin answers is a document or an error document; what it panics with was caught on
//! its own side and is an error document too.

mod log;
mod payload;
mod serve;

mod context;
mod planning;

mod macros;
mod tasks;

mod registrar;

pub(crate) use registrar::{Registration, collect};
