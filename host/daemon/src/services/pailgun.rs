//! The life of the server that takes requests, which has threads of its own: it is looked at, and pauses with the others.

use super::service::{Letter, Next, Service};
use crate::server::PailgunServer;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the server is looked at. It should never die, and nobody who notices is kept waiting.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The server, to its service.
pub trait Pailgun: Send + Sync {
    /// Whether connections are still taken.
    fn is_alive(&self) -> bool;

    /// Lets connections wait.
    fn pause(&self);

    /// Takes connections again.
    fn resume(&self);
}

impl Pailgun for PailgunServer {
    fn is_alive(&self) -> bool {
        self.is_alive()
    }

    fn pause(&self) {
        self.pause();
    }

    fn resume(&self) {
        self.resume();
    }
}

/// Notices when nobody takes requests any more.
pub struct PailgunService {
    server: Arc<dyn Pailgun>,
}

impl PailgunService {
    /// One for this server.
    pub fn new(server: Arc<dyn Pailgun>) -> Self {
        Self { server }
    }
}

impl Service for PailgunService {
    fn name(&self) -> &'static str {
        "pailgun"
    }

    fn tick(&mut self, _: Instant, _: &[Letter]) -> Result<Next, String> {
        if self.server.is_alive() { Ok(Next::In(LOOK_AGAIN)) } else { Err("the server has died".into()) }
    }

    fn pause(&mut self) {
        self.server.pause();
    }

    fn resume(&mut self) {
        self.server.resume();
    }
}
