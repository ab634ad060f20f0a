//! The services of a daemon: what it does besides runs, each on a thread of its own.
//!
//! A [`Service`] is a state machine: it is told the time and the letters that came, does what is due, and says when it
//! wants to be called again. Loop, waiting, pausing and ending are the bundle's ([`Services`]), so a service is tested
//! without threads and without waiting. One that fails or panics takes the daemon down, with its reason.
//!
//! The parts, in the order in which they are started:
//! [`FileEventService`] owns the life of the watcher and tells the scheduler of news;
//! [`SchedulerService`] keeps what is warm up to date before anybody asks;
//! [`PailgunService`] notices the death of the server that takes requests;
//! [`MemoryService`], [`StoreGcService`] and [`IdleService`] keep the daemon small, its caches tidy, and its life short.
//!
//! Must not know: BUILD files, goals, the wire. What they need of the rest of the daemon is a trait here each.

// Floors, the lowest first.
mod state;

mod bundle;
mod service;

mod file_events;
mod idle;
mod memory;
mod pailgun;
mod rotating_log;
mod scheduler;
mod store_gc;

pub use bundle::{Post, Services};
pub use file_events::FileEventService;
pub use idle::IdleService;
pub use memory::{MemoryService, Resident, resident_bytes};
pub use pailgun::{Pailgun, PailgunService};
pub use rotating_log::RotatingLog;
pub use scheduler::{SchedulerService, Warmth};
pub use service::{Letter, Next, Service};
pub use state::{Phase, ServiceState};
pub use store_gc::{CacheDirectories, StoreGcService, Stores};

use crate::server::PailgunServer;
use std::time::Instant;

/// What services ask about runs.
pub trait Runs: Send + Sync {
    /// Since when nothing runs; `None` while something does.
    fn idle_since(&self) -> Option<Instant>;
}

impl Runs for PailgunServer {
    fn idle_since(&self) -> Option<Instant> {
        self.idle_since()
    }
}

#[cfg(test)]
mod tests;
