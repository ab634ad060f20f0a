//! Collects what nobody has used for long from the caches on disk, about once an hour of the daemon's life.
//!
//! Never while something runs: not because it would be wrong, but because it would be slow. A run that begins meanwhile
//! ends the collection, and the next one goes on.

use super::Runs;
use super::service::{Letter, Next, Service};
use crate::lifecycle::Lifetime;
use pants_process::{CollectionTerms, collect_caches};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// After the start of the daemon, which has better things to do then.
const FIRST: Duration = Duration::from_secs(10 * 60);
/// Between two collections.
const INTERVAL: Duration = Duration::from_secs(60 * 60);
/// Until the next attempt, when something runs.
const RETRY: Duration = Duration::from_secs(60);

/// The caches on disk, to their service.
pub trait Stores: Send {
    /// Collects, for as long as `may_go_on` says so; says whether it came to the end.
    fn collect(&mut self, may_go_on: &dyn Fn() -> bool) -> bool;
}

/// The cache directories that runs of this daemon have used.
pub struct CacheDirectories {
    directories: Box<dyn Fn() -> Vec<PathBuf> + Send>,
    terms: CollectionTerms,
}

impl CacheDirectories {
    /// Those that are named at the time.
    pub fn new(directories: impl Fn() -> Vec<PathBuf> + Send + 'static) -> Self {
        Self { directories: Box::new(directories), terms: CollectionTerms::default() }
    }
}

impl Stores for CacheDirectories {
    fn collect(&mut self, may_go_on: &dyn Fn() -> bool) -> bool {
        let collect = |path: PathBuf| collect_caches(&path, &self.terms, SystemTime::now(), may_go_on);
        (self.directories)().into_iter().all(|path| !collect(path).is_unfinished)
    }
}

/// Collects from caches.
pub struct StoreGcService {
    stores: Box<dyn Stores>,
    runs: Arc<dyn Runs>,
    lifetime: Arc<Lifetime>,
    due: Option<Instant>,
}

impl StoreGcService {
    /// One for these caches.
    pub fn new(stores: Box<dyn Stores>, runs: Arc<dyn Runs>, lifetime: Arc<Lifetime>) -> Self {
        Self { stores, runs, lifetime, due: None }
    }
}

impl Service for StoreGcService {
    fn name(&self) -> &'static str {
        "store collection"
    }

    fn tick(&mut self, now: Instant, _: &[Letter]) -> Result<Next, String> {
        let due = *self.due.get_or_insert(now + FIRST);
        let left = due.saturating_duration_since(now);
        if !left.is_zero() {
            return Ok(Next::In(left));
        }
        let may_go_on = || self.runs.idle_since().is_some() && !self.lifetime.is_draining();
        let wait = if may_go_on() && self.stores.collect(&may_go_on) { INTERVAL } else { RETRY };
        self.due = Some(now + wait);
        Ok(Next::In(wait))
    }
}
