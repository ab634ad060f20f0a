//! What outlives a run: the loaded backends, and the caches with their workers.
//!
//! A run takes what fits from here at its start and leaves what it made; it holds no lock in between. Direct mode passes
//! an empty one, the daemon the one that it keeps. Plugins are never unloaded, so other plugins mean another process.

use crate::backends::{BackendKey, Backends};
use pants_process::{ProcessConfig, ProcessService, StoreError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What outlives a run.
#[derive(Default)]
pub struct Warm {
    backends: Mutex<Option<(BackendKey, Arc<Backends>)>>,
    processes: Mutex<Option<(ProcessKey, ProcessService)>>,
}

/// What a process service was opened for; another value needs another service.
#[derive(Clone, PartialEq, Eq)]
struct ProcessKey {
    build_root: PathBuf,
    workdir: PathBuf,
    cache_dir: PathBuf,
    jobs: usize,
}

impl Warm {
    /// Nothing is warm.
    pub fn empty() -> Self {
        Self::default()
    }

    pub(crate) fn backends(&self, key: &BackendKey) -> Option<Arc<Backends>> {
        let kept = self.backends.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(of, _)| of == key).map(|(_, backends)| backends.clone())
    }

    pub(crate) fn keep_backends(&self, key: BackendKey, backends: &Arc<Backends>) {
        *self.backends.lock().unwrap_or_else(PoisonError::into_inner) = Some((key, backends.clone()));
    }

    /// The caches and workers for a configuration: those that are kept, or new ones.
    pub(crate) fn processes(&self, config: ProcessConfig) -> Result<ProcessService, StoreError> {
        let key = ProcessKey {
            build_root: config.build_root.clone(),
            workdir: config.workdir.clone(),
            cache_dir: config.cache_dir.clone(),
            jobs: config.jobs,
        };
        let mut kept = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, service)) = kept.as_ref()
            && *of == key
        {
            let service = service.with_environment(config.environment);
            return Ok(service.with_limits(config.kill_wait, config.default_timeout));
        }
        let service = ProcessService::open(config)?;
        *kept = Some((key, service.clone()));
        Ok(service)
    }

    /// Stops the workers.
    pub fn shutdown(&self) {
        if let Some((_, service)) = self.processes.lock().unwrap_or_else(PoisonError::into_inner).take() {
            service.shutdown();
        }
    }
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
