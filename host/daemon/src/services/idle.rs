//! Ends the daemon when nobody has used it for long.

use super::Runs;
use super::service::{Letter, Next, Service};
use crate::lifecycle::Lifetime;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Ends the daemon after a time without runs.
pub struct IdleService {
    runs: Arc<dyn Runs>,
    lifetime: Arc<Lifetime>,
    timeout: Duration,
}

impl IdleService {
    /// One that waits this long.
    pub fn new(runs: Arc<dyn Runs>, lifetime: Arc<Lifetime>, timeout: Duration) -> Self {
        Self { runs, lifetime, timeout }
    }
}

impl Service for IdleService {
    fn name(&self) -> &'static str {
        "idle"
    }

    fn tick(&mut self, now: Instant, _: &[Letter]) -> Result<Next, String> {
        // A run that is not over ends later than now, and its time begins then.
        let Some(since) = self.runs.idle_since() else { return Ok(Next::In(self.timeout)) };
        let idle = now.saturating_duration_since(since);
        if idle < self.timeout {
            return Ok(Next::In(self.timeout - idle));
        }
        self.lifetime.drain(&format!("it was not used for {} seconds", self.timeout.as_secs()));
        Ok(Next::OnLetter)
    }
}
