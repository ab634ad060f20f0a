//! What outlives a run: the loaded backends, the caches with their workers, and the repository as it was last seen.
//!
//! A run takes what fits from here at its start and leaves what it made; it holds no lock in between. Direct mode passes
//! an empty one, the daemon the one that it keeps. Plugins are never unloaded: other versions of them mean another process.

use crate::backends::{BackendKey, Backends};
use crate::file_events::FileEvents;
use pants_build_files::{BuildFiles, Changes, EvaluationStore, Symbols, WorkspaceConfig};
use pants_process::{ProcessConfig, ProcessService, StoreError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many sets of backends are kept, and as many services for processes.
const MOST_BACKENDS: usize = 4;
/// How many configurations of the repository are kept: each holds a build graph.
const MOST_SNAPSHOTS: usize = 2;

/// What outlives a run.
#[derive(Default)]
pub struct Warm {
    backends: Mutex<Vec<(BackendKey, Arc<Backends>)>>,
    processes: Mutex<Vec<(ProcessKey, ProcessService)>>,
    memory: Option<Memory>,
}

/// What is warm, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WarmFacts {
    /// Sets of backends.
    pub backends: usize,
    /// Configurations of the repository.
    pub snapshots: usize,
    /// Targets in their graphs.
    pub targets: usize,
    /// Directories that their answers depend on.
    pub directories: usize,
}

/// What a process service was opened for; another value needs another service.
#[derive(Clone, PartialEq, Eq)]
struct ProcessKey {
    build_root: PathBuf,
    workdir: PathBuf,
    cache_dir: PathBuf,
    jobs: usize,
}

/// The repository as it was last seen, and who tells what happened to it since.
struct Memory {
    events: Arc<dyn FileEvents>,
    /// The last used first.
    snapshots: Mutex<Vec<Snapshot>>,
}

/// BUILD files with one configuration.
struct Snapshot {
    /// Without the environment, which counts where it is read, and the number of threads.
    config: WorkspaceConfig,
    symbols: Arc<Symbols>,
    files: Arc<BuildFiles>,
    /// How many of its directories were handed to the watcher.
    watched: usize,
}

impl Warm {
    /// Nothing is warm, and BUILD files are read anew by each run.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Nothing is warm yet; BUILD files stay so while these events say that they may.
    pub fn watching(events: Arc<dyn FileEvents>) -> Self {
        Self { memory: Some(Memory { events, snapshots: Mutex::default() }), ..Self::default() }
    }

    /// Applies what happened to files since it was asked last, so that the next run need not.
    pub fn refresh(&self) {
        if let Some(memory) = &self.memory {
            drop(memory.refreshed());
        }
    }

    /// Forgets what can be made again: the graphs.
    pub fn evict(&self) {
        if let Some(memory) = &self.memory {
            lock(&memory.snapshots).clear();
        }
    }

    /// What is warm.
    pub fn facts(&self) -> WarmFacts {
        let mut facts = WarmFacts { backends: lock(&self.backends).len(), ..WarmFacts::default() };
        if let Some(memory) = &self.memory {
            for Snapshot { files, .. } in &*lock(&memory.snapshots) {
                facts.snapshots += 1;
                facts.targets += files.graph().len();
                facts.directories += files.directories_from(0).len();
            }
        }
        facts
    }

    pub(crate) fn backends(&self, key: &BackendKey) -> Option<Arc<Backends>> {
        take(&mut lock(&self.backends), |of| of == key)
    }

    /// Keeps backends; gives those that another run has loaded in the meantime, if one has, because the graph goes with
    /// them.
    pub(crate) fn keep_backends(&self, key: BackendKey, backends: Backends) -> Arc<Backends> {
        let mut kept = lock(&self.backends);
        take(&mut kept, |of| *of == key).unwrap_or_else(|| {
            let backends = Arc::new(backends);
            keep(&mut kept, key, backends.clone(), MOST_BACKENDS);
            backends
        })
    }

    /// The repository with this configuration, as it is now. The store is for one that is new.
    pub(crate) fn build_files(
        &self,
        config: WorkspaceConfig,
        symbols: &Arc<Symbols>,
        store: impl FnOnce() -> Arc<dyn EvaluationStore>,
    ) -> Arc<BuildFiles> {
        let fresh = |config| Arc::new(BuildFiles::new(config, symbols.clone()).with_store(store()));
        match &self.memory {
            None => fresh(config),
            Some(memory) => memory.build_files(config, symbols, fresh),
        }
    }

    /// Lets what a run has read be watched from now on.
    pub(crate) fn watch_what_was_read(&self) {
        if let Some(memory) = &self.memory {
            memory.hand_over(&mut lock(&memory.snapshots));
        }
    }

    /// The caches and workers for a configuration: those that are kept, or new ones.
    pub(crate) fn processes(&self, config: ProcessConfig) -> Result<ProcessService, StoreError> {
        let key = ProcessKey {
            build_root: config.build_root.clone(),
            workdir: config.workdir.clone(),
            cache_dir: config.cache_dir.clone(),
            jobs: config.jobs,
        };
        let mut kept = lock(&self.processes);
        if let Some(service) = take(&mut kept, |of| *of == key) {
            let service = service.with_environment(config.environment);
            return Ok(service.with_limits(config.kill_wait, config.default_timeout));
        }
        let service = ProcessService::open(config)?;
        keep(&mut kept, key, service.clone(), MOST_BACKENDS);
        Ok(service)
    }

    /// The directories of the caches that runs have used.
    pub fn cache_dirs(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = lock(&self.processes).iter().map(|(key, _)| key.cache_dir.clone()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Stops the workers.
    pub fn shutdown(&self) {
        lock(&self.processes).drain(..).for_each(|(_, service)| service.shutdown());
    }
}

impl Memory {
    fn build_files(
        &self,
        config: WorkspaceConfig,
        symbols: &Arc<Symbols>,
        fresh: impl FnOnce(WorkspaceConfig) -> Arc<BuildFiles>,
    ) -> Arc<BuildFiles> {
        let environment = config.environment.clone();
        let of = WorkspaceConfig { environment: Arc::default(), jobs: 0, ..config.clone() };
        let mut snapshots = self.refreshed();
        let known = snapshots.iter().position(|kept| kept.config == of && Arc::ptr_eq(&kept.symbols, symbols));
        let snapshot = match known {
            Some(place) => {
                let kept = snapshots.remove(place);
                // The events were applied; what remains is that this client may have another environment.
                Snapshot { files: kept.files.renewed(&Changes::default(), &environment), ..kept }
            }
            None => Snapshot { config: of, symbols: symbols.clone(), files: fresh(config), watched: 0 },
        };
        let files = snapshot.files.clone();
        snapshots.insert(0, snapshot);
        snapshots.truncate(MOST_SNAPSHOTS);
        files
    }

    /// The snapshots, with all that happened up to now applied.
    fn refreshed(&self) -> MutexGuard<'_, Vec<Snapshot>> {
        let mut snapshots = lock(&self.snapshots);
        self.hand_over(&mut snapshots);
        let changes = self.events.drain();
        if !changes.is_nothing() {
            for Snapshot { files, watched, .. } in &mut *snapshots {
                let renewed = files.renewed(&changes, &files.environment());
                if !Arc::ptr_eq(&renewed, files) {
                    // Its directories are others, and stand in another order.
                    *watched = 0;
                    *files = renewed;
                }
            }
            // Now: the next client would wait for it.
            self.hand_over(&mut snapshots);
        }
        snapshots
    }

    /// Hands the directories that were read since the last time to the watcher.
    fn hand_over(&self, snapshots: &mut [Snapshot]) {
        for snapshot in snapshots {
            let new = snapshot.files.directories_from(snapshot.watched);
            snapshot.watched += new.len();
            if !new.is_empty() {
                self.events.watch(&new);
            }
        }
    }
}

/// What is kept under a key, which was used last from now on.
fn take<K, V: Clone>(kept: &mut Vec<(K, V)>, is_it: impl Fn(&K) -> bool) -> Option<V> {
    let place = kept.iter().position(|(of, _)| is_it(of))?;
    let entry = kept.remove(place);
    let value = entry.1.clone();
    kept.insert(0, entry);
    Some(value)
}

/// Keeps something under a key; what was not used for the longest time gives way.
fn keep<K, V>(kept: &mut Vec<(K, V)>, key: K, value: V, most: usize) {
    kept.insert(0, (key, value));
    kept.truncate(most);
}

/// What is in there is whole even if somebody panicked: it is only ever replaced.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_kept_service_takes_the_limits_and_the_environment_of_each_run() {
        let directory = tempfile::tempdir().unwrap();
        let config = |timeout: Option<u64>, jobs| ProcessConfig {
            build_root: directory.path().to_owned(),
            workdir: directory.path().join(".pants.d"),
            cache_dir: directory.path().join("cache"),
            subprocess_dir: directory.path().join(".pids"),
            jobs,
            environment: Arc::new([("TIMEOUT".into(), format!("{timeout:?}").into())].into()),
            kill_wait: Duration::from_secs(timeout.unwrap_or(1)),
            default_timeout: timeout.map(Duration::from_secs),
        };
        let warm = Warm::empty();
        for (timeout, jobs) in [(None, 1), (Some(5), 1), (Some(7), 2)] {
            let (wanted, service) = (config(timeout, jobs), warm.processes(config(timeout, jobs)).unwrap());
            let got = service.config();
            assert_eq!((got.kill_wait, got.default_timeout), (wanted.kill_wait, wanted.default_timeout));
            assert_eq!((&got.environment, got.jobs, service.pool().jobs()), (&wanted.environment, jobs, jobs));
        }
    }
}
