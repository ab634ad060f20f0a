//! Keeps the daemon below its limit of memory: what is warm is forgotten first; if that does not help, it ends between runs.

use super::Runs;
use super::bundle::Post;
use super::scheduler::SchedulerService;
use super::service::{Letter, Next, Service};
use crate::lifecycle::Lifetime;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the memory is looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How long it may take until memory that is not needed any more is given back.
const RELIEF: Duration = Duration::from_secs(2);

/// Tells how many bytes the daemon occupies; `None` where the system does not tell.
pub type Resident = Box<dyn Fn() -> Option<u64> + Send>;

/// Watches the daemon's own memory.
pub struct MemoryService {
    limit: u64,
    resident: Resident,
    runs: Arc<dyn Runs>,
    lifetime: Arc<Lifetime>,
    post: Post,
    measure: Measure,
}

/// What was done about too much memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// Nothing: there is enough.
    None,
    /// What is warm was forgotten, which must show before anything else is done.
    Evicted,
}

impl MemoryService {
    /// One for a limit in bytes.
    pub fn new(limit: u64, resident: Resident, runs: Arc<dyn Runs>, lifetime: Arc<Lifetime>, post: Post) -> Self {
        Self { limit, resident, runs, lifetime, post, measure: Measure::None }
    }
}

impl Service for MemoryService {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn tick(&mut self, _: Instant, _: &[Letter]) -> Result<Next, String> {
        let Some(resident) = (self.resident)() else {
            tracing::info!("the system does not tell how much memory this process occupies; its limit is off");
            return Ok(Next::OnLetter);
        };
        if resident <= self.limit {
            self.measure = Measure::None;
            return Ok(Next::In(LOOK_AGAIN));
        }
        let (used, limit) = (megabytes(resident), megabytes(self.limit));
        if self.measure == Measure::None {
            tracing::info!("{used} MB of memory are in use, {limit} are allowed: what is warm is forgotten");
            self.post.send(SchedulerService::NAME, Letter::Evict);
            self.measure = Measure::Evicted;
            return Ok(Next::In(RELIEF));
        }
        if self.runs.idle_since().is_some() {
            let reason = format!("it used {used} MB of memory, and `--pantsd-max-memory-usage` allows {limit}");
            self.lifetime.drain(&reason);
        }
        Ok(Next::In(RELIEF))
    }
}

fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

/// The memory that this process occupies, where the system tells.
pub fn resident_bytes() -> Option<u64> {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}
