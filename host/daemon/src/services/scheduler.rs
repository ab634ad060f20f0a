//! Keeps what is warm up to date before anybody asks: the next client finds every change applied.

use super::service::{Letter, Next, Service};
use pants_session::Warm;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long files must be left alone, so that a checkout is applied once and not a thousand times.
const QUIET: Duration = Duration::from_millis(100);
/// After which time changes are applied even though more come all the time.
const AT_LATEST: Duration = Duration::from_secs(1);

/// What is warm, to the scheduler.
pub trait Warmth: Send + Sync {
    /// Applies what happened to files.
    fn refresh(&self);

    /// Forgets what can be made again.
    fn evict(&self);
}

impl Warmth for Warm {
    fn refresh(&self) {
        self.refresh();
    }

    fn evict(&self) {
        self.evict();
    }
}

/// Applies changes of files to what is warm.
pub struct SchedulerService {
    warm: Arc<dyn Warmth>,
    burst: Option<Burst>,
}

/// Changes that are not applied yet.
#[derive(Clone, Copy)]
struct Burst {
    first: Instant,
    last: Instant,
}

impl SchedulerService {
    /// Where to write to it.
    pub const NAME: &'static str = "scheduler";

    /// One that keeps this warm.
    pub fn new(warm: Arc<dyn Warmth>) -> Self {
        Self { warm, burst: None }
    }
}

impl Service for SchedulerService {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn tick(&mut self, now: Instant, letters: &[Letter]) -> Result<Next, String> {
        if letters.contains(&Letter::Evict) {
            self.warm.evict();
        }
        if letters.contains(&Letter::FilesChanged) {
            let first = self.burst.map_or(now, |burst| burst.first);
            self.burst = Some(Burst { first, last: now });
        }
        let Some(Burst { first, last }) = self.burst else { return Ok(Next::OnLetter) };
        let due = (last + QUIET).min(first + AT_LATEST);
        let left = due.saturating_duration_since(now);
        if left.is_zero() {
            self.burst = None;
            self.warm.refresh();
            return Ok(Next::OnLetter);
        }
        Ok(Next::In(left))
    }
}
