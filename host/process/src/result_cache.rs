//! Results by key: those of this service in memory, those of every process on this machine in the action cache.
//!
//! A result counts only with everything that belongs to it: if any blob is lost, it was never there.

use crate::action_cache::ActionCache;
use crate::capture;
use crate::content_store::ContentStore;
use crate::digest::Digest;
use crate::digest_index::DigestIndex;
use crate::exchange::Execution;
use crate::input_tree::InputFile;
use crate::output_files::{CollectError, OutputFiles};
use crate::process::{CachePolicy, Exit, Process, ResultOrigin, RunError};
use crate::reapi::{self, ActionResult};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Outputs up to this length stand in the action cache itself.
const INLINE_OUTPUT: usize = 1024;

/// How many results are kept in memory; when there are more, all go, and the action cache on disk has them.
const REMEMBERED_RESULTS: usize = 10_000;

pub(crate) struct ResultCache {
    cache_dir: PathBuf,
    content: ContentStore,
    actions: ActionCache,
    memory: Mutex<HashMap<Digest, Arc<ActionResult>>>,
}

/// A stored result whose outputs are in place.
pub(crate) struct Found {
    pub(crate) exit: Exit,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) origin: ResultOrigin,
}

impl ResultCache {
    pub(crate) fn open(cache_dir: &Path) -> Self {
        Self {
            cache_dir: cache_dir.to_owned(),
            content: ContentStore::new(cache_dir),
            actions: ActionCache::open(cache_dir),
            memory: Mutex::default(),
        }
    }

    /// The stored result of a key, with its outputs restored.
    pub(crate) fn look_up(
        &self,
        key: Digest,
        policy: CachePolicy,
        outputs: &OutputFiles<'_>,
        digests: &DigestIndex,
    ) -> Result<Option<Found>, RunError> {
        let remembered = self.memory().get(&key).cloned();
        let (result, origin) = match remembered {
            Some(result) => (result, ResultOrigin::Memory),
            None => match self.actions.get(&key) {
                Some(result) => (Arc::new(result), ResultOrigin::LocalCache),
                None => return Ok(None),
            },
        };
        let exit = Exit::Code(result.exit_code);
        if !policy.accepts(exit) {
            return Ok(None); // Stored by somebody who takes failures too.
        }
        let stdout = self.output(&result.stdout_raw, result.stdout_digest.as_ref());
        let stderr = self.output(&result.stderr_raw, result.stderr_digest.as_ref());
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else { return Ok(None) };
        if !outputs.restore(&result, &self.content, digests)? {
            return Ok(None);
        }
        self.remember(key, result);
        Ok(Some(Found { exit, stdout, stderr, origin }))
    }

    /// Stores a result, unless inputs have changed since they were captured: those are returned. Whatever else goes
    /// wrong costs only a later run.
    pub(crate) fn store<'p>(
        &self,
        key: Digest,
        process: &'p Process,
        outputs: &OutputFiles<'_>,
        executed: &Execution,
        build_root: &Path,
    ) -> Vec<&'p InputFile> {
        let Exit::Code(exit_code) = executed.exit else { return Vec::new() };
        let collected = self.collect(exit_code, outputs, executed);
        // After the outputs were read: they could be inputs of others who write them just now.
        let changed = capture::changed(build_root, &process.inputs);
        if let Some(first) = changed.first() {
            tracing::debug!(process = process.name(), input = first.path, "not stored: an input has changed");
            return changed;
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
        changed
    }

    fn collect(
        &self,
        exit_code: i32,
        outputs: &OutputFiles<'_>,
        executed: &Execution,
    ) -> Result<ActionResult, CollectError> {
        let mut result = ActionResult { exit_code, ..ActionResult::default() };
        outputs.collect(&self.content, &mut result)?;
        let to_cache = |source| CollectError::Io { path: self.cache_dir.clone(), source };
        (result.stdout_raw, result.stdout_digest) = self.keep(&executed.stdout).map_err(to_cache)?;
        (result.stderr_raw, result.stderr_digest) = self.keep(&executed.stderr).map_err(to_cache)?;
        Ok(result)
    }

    /// Short output as it is, long output as a blob.
    fn keep(&self, output: &[u8]) -> io::Result<(Vec<u8>, Option<reapi::Digest>)> {
        if output.len() <= INLINE_OUTPUT {
            return Ok((output.to_vec(), None));
        }
        Ok((Vec::new(), Some(self.content.put_bytes(output)?.into())))
    }

    /// The opposite of [`Self::keep`]; `None` when the blob is lost.
    fn output(&self, raw: &[u8], digest: Option<&reapi::Digest>) -> Option<Vec<u8>> {
        match digest {
            Some(digest) => self.content.read(&digest.parse()?),
            None => Some(raw.to_vec()),
        }
    }

    fn remember(&self, key: Digest, result: Arc<ActionResult>) {
        let mut memory = self.memory();
        if memory.len() >= REMEMBERED_RESULTS && !memory.contains_key(&key) {
            memory.clear();
        }
        memory.insert(key, result);
    }

    fn memory(&self) -> MutexGuard<'_, HashMap<Digest, Arc<ActionResult>>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
