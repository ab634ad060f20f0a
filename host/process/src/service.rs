//! The door to this room: captures inputs and runs processes, from a cache where that gives the same result.
//!
//! The order is fixed: what this service knows, the local action cache, then execution in a worker or as a program.
//! A cached result restores outputs, never more; a fresh one is stored only if it may be and no input has changed.

use crate::action::Platform;
use crate::action_cache::ActionCache;
use crate::cancel::Cancel;
use crate::capture::{self, CaptureError};
use crate::content_store::{ContentStore, StoreError, check_name, create_directory};
use crate::digest::Digest;
use crate::digest_index::DigestIndex;
use crate::exchange::{Execution, Limits};
use crate::group::CommandLine;
use crate::input_tree::InputTree;
use crate::jobs::{JobPool, JobSlot, ProcessTurn};
use crate::local_runner;
use crate::output_files::{CollectError, OutputFiles};
use crate::placeholders::{PlaceholderError, Places};
use crate::process::{
    CachePolicy, Exit, Foreground, OutputStream, Process, ProcessResult, ResultOrigin, RunError, Tool, WorkerSpec,
};
use crate::reapi::ActionResult;
use crate::tool_dir::{self, ToolError};
use crate::worker::Request;
use crate::worker_pool::{Terms, WorkerPool};
use pants_model::Fingerprint;
use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Outputs up to this length stand in the action cache itself.
const INLINE_OUTPUT: usize = 4096;

/// How many results are kept in memory; when there are more, all go, and the action cache on disk has them.
const REMEMBERED_RESULTS: usize = 10_000;

/// What a service is opened with; everything that comes from the outside comes this way.
#[derive(Clone, Debug)]
pub struct ProcessConfig {
    /// The build root, absolute: every process runs in it.
    pub build_root: PathBuf,
    /// The work directory (`.pants.d`), absolute.
    pub workdir: PathBuf,
    /// The cache directory, absolute, shared by repositories.
    pub cache_dir: PathBuf,
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
    inner: Arc<Inner>,
}

struct Inner {
    config: ProcessConfig,
    platform: Platform,
    pool: JobPool,
    digests: DigestIndex,
    content: ContentStore,
    actions: ActionCache,
    memory: Mutex<HashMap<Digest, Arc<ActionResult>>>,
    workers: WorkerPool,
}

impl ProcessService {
    /// Opens the caches; broken ones are replaced or done without, only the directory itself must be there.
    pub fn open(config: ProcessConfig) -> Result<Self, StoreError> {
        create_directory(&config.cache_dir)?;
        let inner = Inner {
            platform: Platform::local(&config.build_root),
            pool: JobPool::new(config.jobs),
            digests: DigestIndex::open(&config.cache_dir),
            content: ContentStore::new(&config.cache_dir),
            actions: ActionCache::open(&config.cache_dir),
            memory: Mutex::default(),
            workers: WorkerPool::new(config.jobs),
            config,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the service was opened with.
    pub fn config(&self) -> &ProcessConfig {
        &self.inner.config
    }

    /// The job pool.
    pub fn pool(&self) -> &JobPool {
        &self.inner.pool
    }

    /// The platform that keys are computed for.
    pub fn platform(&self) -> &Platform {
        &self.inner.platform
    }

    /// Captures build-root-relative files, and directories with everything below them.
    pub fn capture(&self, paths: &[PathBuf]) -> Result<InputTree, CaptureError> {
        let Inner { config, digests, pool, .. } = &*self.inner;
        capture::capture(&config.build_root, paths, digests, pool.jobs())
    }

    /// The digest of one file, relative to the build root or absolute.
    pub fn digest_file(&self, path: &Path) -> Result<Digest, CaptureError> {
        capture::digest_file(&self.inner.config.build_root, path, &self.inner.digests)
    }

    /// The append-only directory of a named cache.
    pub fn named_cache(&self, name: &str) -> Result<PathBuf, StoreError> {
        check_name(name)?;
        let path = self.inner.config.cache_dir.join("named").join(name);
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
        tool_dir::tool_dir(&self.inner.config.cache_dir, name, key, cancel, build)
    }

    /// Gives the result of a process: a cached one, or that of running it now.
    ///
    /// A process that runs on behalf of a job takes turns with the job's other processes in its slot; one without a
    /// job waits for a slot of its own. `on_output` hears what a process writes while it runs; the output of a cached
    /// result is only in the result. When this returns an error, or the process was killed, nothing is left at the
    /// output paths; a process that ended by itself leaves what it wrote, whatever its exit code (a failed test's
    /// report).
    pub fn run(
        &self,
        process: &Process,
        slot: Option<&JobSlot>,
        cancel: &Cancel,
        on_output: &(dyn Fn(OutputStream, &[u8]) + Sync),
    ) -> Result<ProcessResult, RunError> {
        let inner = &*self.inner;
        let outputs = OutputFiles::of(process, &inner.config.build_root)?;
        let key = (process.cache != CachePolicy::Never).then(|| process.action_digest(&inner.platform));
        let started = Instant::now();
        if let Some(cached) = key.map(|key| inner.look_up(key, &outputs)).transpose()?.flatten() {
            let (exit, stdout, stderr, origin) = cached;
            tracing::debug!(process = process.name(), ?origin, "not run");
            return Ok(ProcessResult { exit, stdout, stderr, origin, elapsed: started.elapsed() });
        }
        let turn = ProcessTurn::acquire(&inner.pool, slot, cancel);
        let _turn = turn.ok_or_else(|| RunError::Cancelled(cancel.reason().expect("only a cancel gives no turn")))?;
        let started = Instant::now();
        let prepared = self.prepare(process)?;
        outputs.remove()?;
        outputs.make_parents()?;
        let executed = inner.execute(process, &prepared, &Terms { limits: inner.limits(process), cancel, on_output });
        let is_whole = executed.as_ref().is_ok_and(|executed| matches!(executed.exit, Exit::Code(_)));
        if !is_whole && let Err(error) = outputs.remove() {
            tracing::warn!(process = process.name(), %error, "outputs of a process that did not end by itself remain");
        }
        let executed = executed?;
        if let Some(key) = key {
            inner.store(process, key, &outputs, &executed);
        }
        let Execution { exit, stdout, stderr, is_truncated: _ } = executed;
        Ok(ProcessResult { exit, stdout, stderr, origin: ResultOrigin::Ran, elapsed: started.elapsed() })
    }

    /// What to execute in the user's terminal instead of running it here; caches, timeout and outputs play no part.
    pub fn expand_foreground(&self, process: &Process) -> Result<Foreground, RunError> {
        let Prepared { command, argv, env, .. } = self.prepare(process)?;
        Ok(Foreground { argv, env, working_directory: command.directory })
    }

    /// Ends the workers; the service can go on, with workers that live for one request.
    pub fn shutdown(&self) {
        self.inner.workers.shut_down();
    }

    /// Expands everything that a process needs to run here.
    fn prepare(&self, process: &Process) -> Result<Prepared, RunError> {
        let invalid = |reason| RunError::Invalid { description: process.name().to_owned(), reason };
        let inner = &*self.inner;
        let caches = self.named_caches(process)?;
        let places = Places { tools: &process.tools, caches: &caches };
        let unknown = |error: PlaceholderError| invalid(error.to_string());
        let argv = expand_all(&places, &process.argv).map_err(unknown)?;
        let env = expand_values(&places, &process.env).map_err(unknown)?;
        let Some((program, arguments)) = argv.split_first() else {
            return Err(invalid("it has no program".to_owned()));
        };
        let directory = inner.config.build_root.join(&process.working_directory);
        let command = CommandLine {
            program: program.clone(),
            arguments: arguments.to_vec(),
            env: inner.complete_env(&env, &process.passthrough_env),
            directory,
        };
        let worker = process.worker.as_ref().map(|spec| inner.prepare_worker(spec, &caches).map_err(unknown));
        let worker = worker.transpose()?;
        if worker.as_ref().is_some_and(|worker| worker.program.is_empty()) {
            return Err(invalid("its worker has no program".to_owned()));
        }
        Ok(Prepared { command, argv, env, worker })
    }

    fn named_caches(&self, process: &Process) -> Result<Vec<(String, PathBuf)>, StoreError> {
        process.named_caches.iter().map(|name| Ok((name.clone(), self.named_cache(name)?))).collect()
    }
}

/// A process with nothing left to expand.
struct Prepared {
    command: CommandLine,
    argv: Vec<String>,
    env: BTreeMap<String, String>,
    worker: Option<CommandLine>,
}

type Cached = (Exit, Vec<u8>, Vec<u8>, ResultOrigin);

impl Inner {
    fn limits(&self, process: &Process) -> Limits {
        Limits { timeout: process.timeout.or(self.config.default_timeout), kill_wait: self.config.kill_wait }
    }

    /// A stored result, with its outputs restored.
    fn look_up(&self, key: Digest, outputs: &OutputFiles<'_>) -> Result<Option<Cached>, RunError> {
        let remembered = self.memory().get(&key).cloned();
        let (result, origin) = match remembered {
            Some(result) => (result, ResultOrigin::Memory),
            None => match self.actions.get(&key) {
                Some(result) => (Arc::new(result), ResultOrigin::LocalCache),
                None => return Ok(None),
            },
        };
        let output = |raw: &Vec<u8>, digest: &Option<crate::reapi::Digest>| match digest {
            Some(digest) => self.content.read(&digest.parse()?),
            None => Some(raw.clone()),
        };
        let stdout = output(&result.stdout_raw, &result.stdout_digest);
        let stderr = output(&result.stderr_raw, &result.stderr_digest);
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else { return Ok(None) };
        if !outputs.restore(&result, &self.content, &self.digests)? {
            return Ok(None);
        }
        let exit = Exit::Code(result.exit_code);
        self.remember(key, result);
        Ok(Some((exit, stdout, stderr, origin)))
    }

    fn execute(&self, process: &Process, prepared: &Prepared, terms: &Terms<'_>) -> Result<Execution, RunError> {
        let Prepared { command, worker, .. } = prepared;
        tracing::debug!(
            process = process.name(),
            directory = %command.directory.display(),
            command = command.shown(),
            in_worker = worker.is_some(),
            "running"
        );
        match (worker, &process.worker) {
            (Some(worker), Some(spec)) => {
                let request = Request {
                    command: &command.program,
                    arguments: &command.arguments,
                    env: &command.env,
                    directory: &command.directory,
                    stdin: &process.stdin,
                };
                self.workers.run(spec.key(), worker, &request, terms)
            }
            _ => local_runner::run(command, &process.stdin, terms.limits, terms.cancel, terms.on_output),
        }
    }

    /// Stores a result if it may be; whatever goes wrong costs only a later run.
    fn store(&self, process: &Process, key: Digest, outputs: &OutputFiles<'_>, executed: &Execution) {
        let Exit::Code(code) = executed.exit else { return };
        let may_be_stored = match process.cache {
            CachePolicy::Never => false,
            CachePolicy::Success => code == 0,
            CachePolicy::Always => true,
        };
        if !may_be_stored || executed.is_truncated {
            return;
        }
        let collected = self.collect(outputs, code, executed);
        if let Some(changed) = capture::first_changed(&self.config.build_root, &process.inputs) {
            tracing::debug!(process = process.name(), input = changed.path, "not stored: an input has changed");
            return;
        }
        match collected {
            Ok(result) => {
                self.actions.put(&key, &result);
                self.remember(key, Arc::new(result));
            }
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(process = process.name(), %error, source, "the result is not stored");
            }
        }
    }

    fn collect(
        &self,
        outputs: &OutputFiles<'_>,
        exit_code: i32,
        executed: &Execution,
    ) -> Result<ActionResult, CollectError> {
        let mut result = ActionResult { exit_code, ..ActionResult::default() };
        outputs.collect(&self.content, &mut result)?;
        let to_store = |source| CollectError::Io { path: self.config.cache_dir.clone(), source };
        (result.stdout_raw, result.stdout_digest) = self.keep_output(&executed.stdout).map_err(to_store)?;
        (result.stderr_raw, result.stderr_digest) = self.keep_output(&executed.stderr).map_err(to_store)?;
        Ok(result)
    }

    /// Short output as it is, long output as a blob.
    fn keep_output(&self, output: &[u8]) -> io::Result<(Vec<u8>, Option<crate::reapi::Digest>)> {
        if output.len() <= INLINE_OUTPUT {
            return Ok((output.to_vec(), None));
        }
        Ok((Vec::new(), Some(self.content.put_bytes(output)?.into())))
    }

    fn remember(&self, key: Digest, result: Arc<ActionResult>) {
        let mut memory = self.memory();
        if memory.len() >= REMEMBERED_RESULTS && !memory.contains_key(&key) {
            memory.clear();
        }
        memory.insert(key, result);
    }

    fn prepare_worker(&self, spec: &WorkerSpec, caches: &[(String, PathBuf)]) -> Result<CommandLine, PlaceholderError> {
        let WorkerSpec { argv, env, tools } = spec;
        let places = Places { tools: tools as &[Tool], caches };
        let mut argv = expand_all(&places, argv)?.into_iter();
        let env = expand_values(&places, env)?;
        Ok(CommandLine {
            program: argv.next().unwrap_or_default(),
            arguments: argv.collect(),
            env: self.complete_env(&env, &[]),
            directory: self.config.build_root.clone(),
        })
    }

    /// The environment of a process: what it passes through, and over it what it sets.
    fn complete_env(&self, env: &BTreeMap<String, String>, passthrough: &[String]) -> Vec<(OsString, OsString)> {
        let is_passed = |name: &OsStr| passthrough.iter().any(|pattern| is_named(name, pattern));
        let client = self.config.environment.iter();
        let mut complete: BTreeMap<OsString, OsString> =
            client.filter(|(name, _)| is_passed(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
        complete.extend(env.iter().map(|(name, value)| (name.into(), value.into())));
        complete.into_iter().collect()
    }

    fn memory(&self) -> MutexGuard<'_, HashMap<Digest, Arc<ActionResult>>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a variable has the name, or begins as `PREFIX*` says.
fn is_named(name: &OsStr, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.as_bytes().starts_with(prefix.as_bytes()),
        None => name == pattern,
    }
}

fn expand_all(places: &Places<'_>, texts: &[String]) -> Result<Vec<String>, PlaceholderError> {
    texts.iter().map(|text| places.expand(text)).collect()
}

fn expand_values(
    places: &Places<'_>,
    values: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, PlaceholderError> {
    values.iter().map(|(name, value)| Ok((name.clone(), places.expand(value)?))).collect()
}

#[cfg(test)]
mod tests;
