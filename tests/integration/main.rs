//! The real binary, real dylibs, a temporary directory: each feature proves its wiring here.
//!
//! One test binary. Everything is started through [`support`], which sets environment, HOME and PATH and never inherits
//! them.

mod bad_input;
mod changed;
mod codegen_options;
mod command_line;
mod compatibility;
mod daemon;
mod export;
mod host_options;
mod jvm;
mod launcher;
mod old_configs;
mod options;
mod plugins;
mod python_options;
mod questions;
mod reference;
mod selection;
mod support;
mod symbols;
mod tidy;
mod tutorial;
