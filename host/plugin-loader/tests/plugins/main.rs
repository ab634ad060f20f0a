//! Real plugins, built out of the workspace as a third party builds them, loaded and carried out by the real engine.
//!
//! The workspace's members know nothing of these crates: cargo builds them into a target directory of their own below
//! the workspace's, so that the second run of these tests compiles nothing.
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "other tests that include it use the rest")]
#[path = "../../../../tests/fixtures/crates.rs"]
mod crates;
mod wire_shape;
mod world;

mod acme;
mod evil;
mod frozen;
mod versions;
