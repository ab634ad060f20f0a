//! The door to this room: captures inputs and runs processes, from a cache where that gives the same result.
//!
//! The order is fixed: what this service knows, the local action cache, then execution in a worker or as a program.
//! A cached result restores outputs, never more; a fresh one is stored only if it may be and no input has changed.

use crate::action::Platform;
use crate::caching::{Caching, Reads};
use crate::cancel::Cancel;
use crate::capture::{self, CaptureError};
use crate::content_store::{StoreError, check_name, create_directory};
use crate::digest::Digest;
use crate::digest_index::DigestIndex;
use crate::exchange::{Execution, Limits};
use crate::input_tree::{InputFile, InputTree};
use crate::jobs::{JobPool, JobSlot, ProcessTurn};
use crate::local_runner;
use crate::output_files::OutputFiles;
use crate::prepare::{Client, Prepared, prepare};
use crate::process::{
    CachePolicy, Exit, Foreground, OutputStream, Process, ProcessResult, ResultOrigin, RunError, RunObserver,
};
use crate::result_cache::{Found, ResultCache};
use crate::tool_dir::{self, ToolError};
use crate::worker::Request;
use crate::worker_pool::{Terms, WorkerPool};
use pants_model::Fingerprint;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a service is opened with; everything that comes from the outside comes this way.
#[derive(Clone, Debug)]
pub struct ProcessConfig {
    /// The build root, absolute: every process runs in it.
    pub build_root: PathBuf,
    /// The work directory (`.pants.d`), absolute.
    pub workdir: PathBuf,
    /// The cache directory, absolute, shared by repositories.
    pub cache_dir: PathBuf,
    /// Where long-lived processes keep their files (`.pids`), absolute. Where it cannot be written, they keep none.
    pub subprocess_dir: PathBuf,
    /// How many jobs run at a time.
    pub jobs: usize,
    /// The client's environment, for what processes pass through.
    pub environment: Arc<BTreeMap<OsString, OsString>>,
    /// How long a process may take between the request to end and the kill.
    pub kill_wait: Duration,
    /// The timeout of processes that have none.
    pub default_timeout: Option<Duration>,
}

/// Runs processes; clones are the same service.
#[derive(Clone)]
pub struct ProcessService {
    config: Arc<ProcessConfig>,
    caching: Arc<Caching>,
    run: Option<Arc<str>>,
    shared: Arc<Shared>,
}

/// What all handles of a service have in common, whoever their client is.
struct Shared {
    platform: Platform,
    pool: JobPool,
    digests: DigestIndex,
    results: ResultCache,
    workers: WorkerPool,
}

impl ProcessService {
    /// Opens the caches; broken ones are replaced or done without, only the directory itself must be there.
    pub fn open(config: ProcessConfig) -> Result<Self, StoreError> {
        create_directory(&config.cache_dir)?;
        let shared = Shared {
            platform: Platform::local(),
            pool: JobPool::new(config.jobs),
            digests: DigestIndex::open(&config.cache_dir),
            results: ResultCache::open(&config.cache_dir),
            workers: WorkerPool::new(config.jobs, config.subprocess_dir.clone()),
        };
        Ok(Self { config: Arc::new(config), caching: Arc::default(), run: None, shared: Arc::new(shared) })
    }

    /// The same pool, caches and workers for a client with another environment.
    #[must_use]
    pub fn with_environment(&self, environment: Arc<BTreeMap<OsString, OsString>>) -> Self {
        let config = ProcessConfig { environment, ..(*self.config).clone() };
        Self { config: Arc::new(config), ..self.clone() }
    }

    /// The same pool, caches and workers with other limits.
    #[must_use]
    pub fn with_limits(&self, kill_wait: Duration, default_timeout: Option<Duration>) -> Self {
        let config = ProcessConfig { kill_wait, default_timeout, ..(*self.config).clone() };
        Self { config: Arc::new(config), ..self.clone() }
    }

    /// The same pool, caches and workers for somebody who uses the caches otherwise.
    #[must_use]
    pub fn with_caching(&self, caching: Caching) -> Self {
        Self { caching: Arc::new(caching), ..self.clone() }
    }

    /// The same pool, caches and workers for a run with this id: its processes are told, in `PANTS_PARENT_BUILD_ID`, so
    /// that a run that one of them starts knows what it is a part of. It is in no key: results do not depend on it.
    #[must_use]
    pub fn of_run(&self, id: &str) -> Self {
        Self { run: Some(id.into()), ..self.clone() }
    }

    /// What the service was opened with.
    pub fn config(&self) -> &ProcessConfig {
        &self.config
    }

    /// The job pool.
    pub fn pool(&self) -> &JobPool {
        &self.shared.pool
    }

    /// The platform that keys are computed for.
    pub fn platform(&self) -> &Platform {
        &self.shared.platform
    }

    /// Captures build-root-relative files, and directories with everything below them.
    pub fn capture(&self, paths: &[PathBuf]) -> Result<InputTree, CaptureError> {
        let Shared { digests, pool, .. } = &*self.shared;
        capture::capture(&self.config.build_root, paths, digests, pool.jobs())
    }

    /// The digest of one file, relative to the build root or absolute.
    pub fn digest_file(&self, path: &Path) -> Result<Digest, CaptureError> {
        capture::digest_file(&self.config.build_root, path, &self.shared.digests)
    }

    /// Whether a captured file is still what it was when it was captured.
    pub fn is_unchanged(&self, file: &InputFile) -> bool {
        capture::is_unchanged(&self.config.build_root, file)
    }

    /// The append-only directory of a named cache.
    pub fn named_cache(&self, name: &str) -> Result<PathBuf, StoreError> {
        check_name(name)?;
        let path = self.config.cache_dir.join("named").join(name);
        create_directory(&path)?;
        Ok(path)
    }

    /// A directory that `build` fills once for every key, on this machine.
    ///
    /// `build` gets the directory's final path. What it leaves when it fails is removed.
    pub fn tool_dir(
        &self,
        name: &str,
        key: &Fingerprint,
        cancel: &Cancel,
        build: &mut dyn FnMut(&Path) -> Result<(), String>,
    ) -> Result<PathBuf, ToolError> {
        tool_dir::tool_dir(&self.config.cache_dir, name, key, cancel, build)
    }

    /// Gives the result of a process: a cached one, or that of running it now.
    ///
    /// A process that runs on behalf of a job takes turns with the job's other processes in its slot; one without a
    /// job waits for a slot of its own. `observer` hears when it starts and what it writes; the output of a cached result
    /// is only in the result. When this returns an error, or the process was killed, nothing is left at the
    /// output paths; a process that ended by itself leaves what it wrote, whatever its exit code (a failed test's
    /// report).
    pub fn run(
        &self,
        process: &Process,
        slot: Option<&JobSlot>,
        cancel: &Cancel,
        observer: &dyn RunObserver,
    ) -> Result<ProcessResult, RunError> {
        let Shared { platform, pool, digests, results, workers: _ } = &*self.shared;
        check_cancelled(cancel)?;
        let outputs = OutputFiles::of(process, &self.config.build_root)?;
        let caching = &*self.caching;
        let key = (process.cache != CachePolicy::Never).then(|| process.salted_digest(platform, &caching.generation));
        let started = Instant::now();
        let wanted = key.filter(|_| caching.reads == Reads::Yes);
        let look_up = |key| results.look_up(key, process.cache, caching, &outputs, digests);
        if let Some(found) = wanted.map(look_up).transpose()?.flatten() {
            let Found { exit, stdout, stderr, origin } = found;
            tracing::debug!(process = process.name(), ?origin, "not run");
            return Ok(ProcessResult { exit, stdout, stderr, origin, elapsed: started.elapsed() });
        }
        let Some(_turn) = ProcessTurn::acquire(pool, slot, cancel) else {
            return Err(RunError::Cancelled(cancel.reason().expect("only a cancel gives no turn")));
        };
        let started = Instant::now();
        observer.started();
        let on_output = |stream, bytes: &[u8]| observer.output(stream, bytes);
        let executed = self.execute(process, &outputs, cancel, &on_output)?;
        let key = key.filter(|_| process.cache.accepts(executed.exit) && !executed.is_truncated);
        let changed = match key {
            Some(key) => results.store(key, process, caching, &outputs, &executed, &self.config.build_root),
            None => capture::changed(&self.config.build_root, &process.inputs),
        };
        if !changed.is_empty() {
            observer.inputs_changed(&changed);
        }
        let Execution { exit, stdout, stderr, is_truncated: _ } = executed;
        Ok(ProcessResult { exit, stdout, stderr, origin: ResultOrigin::Ran, elapsed: started.elapsed() })
    }

    /// What to execute in the user's terminal instead of running it here; caches, timeout and outputs play no part.
    pub fn expand_foreground(&self, process: &Process) -> Result<Foreground, RunError> {
        let Prepared { command, argv, env, worker: _ } = self.prepare(process)?;
        Ok(Foreground { argv, env, working_directory: command.directory })
    }

    /// Ends the workers; the service can go on, with workers that live for one request.
    pub fn shutdown(&self) {
        self.shared.workers.shut_down();
    }

    /// Runs a process between two clean-ups: before it starts, and again when it did not end by itself.
    fn execute(
        &self,
        process: &Process,
        outputs: &OutputFiles<'_>,
        cancel: &Cancel,
        on_output: &(dyn Fn(OutputStream, &[u8]) + Sync),
    ) -> Result<Execution, RunError> {
        let prepared = self.prepare(process)?;
        let timeout = process.timeout.or(self.config.default_timeout);
        let kill_wait = process.terminate_wait.unwrap_or(self.config.kill_wait);
        let terms = Terms { limits: Limits { timeout, kill_wait }, cancel, on_output };
        outputs.remove()?;
        outputs.make_places()?;
        let executed = self.start(process, &prepared, &terms);
        let has_ended = executed.as_ref().is_ok_and(|executed| matches!(executed.exit, Exit::Code(_)));
        if !has_ended && let Err(error) = outputs.remove() {
            tracing::warn!(process = process.name(), %error, "outputs of a process that did not end by itself remain");
        }
        executed
    }

    fn start(&self, process: &Process, prepared: &Prepared, terms: &Terms<'_>) -> Result<Execution, RunError> {
        let Prepared { command, worker, argv: _, env: _ } = prepared;
        tracing::debug!(
            process = process.name(),
            directory = %command.directory.display(),
            command = command.shown(),
            in_worker = worker.is_some(),
            "running"
        );
        let Some((key, worker)) = worker else {
            return local_runner::run(command, &process.stdin, terms.limits, terms.cancel, terms.on_output);
        };
        let request = Request {
            command: &command.program,
            arguments: &command.arguments,
            env: &command.env,
            directory: &command.directory,
            stdin: &process.stdin,
        };
        self.shared.workers.run(*key, worker, &request, terms)
    }

    fn prepare(&self, process: &Process) -> Result<Prepared, RunError> {
        let caches = process.named_caches.iter();
        let caches = caches.map(|name| Ok((name.clone(), self.named_cache(name)?))).collect::<Result<Vec<_>, _>>();
        let client = Client { environment: &self.config.environment, run: self.run.as_deref() };
        prepare(process, &caches.map_err(RunError::Store)?, &self.config.build_root, &client)
    }
}

fn check_cancelled(cancel: &Cancel) -> Result<(), RunError> {
    cancel.reason().map_or(Ok(()), |reason| Err(RunError::Cancelled(reason)))
}

#[cfg(test)]
mod tests;
