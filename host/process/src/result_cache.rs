//! Results by key: those of this service in memory, those of every process on this machine in the action cache, and
//! those of further cache directories that a client names.
//!
//! A result counts only with everything that belongs to it: if any blob is lost, it was never there. What a further
//! directory holds is known to those who name it, and to nobody else: results from there are not kept in memory.

use crate::action_cache::ActionCache;
use crate::caching::{Caching, Writes};
use crate::capture;
use crate::content_store::{ContentStore, create_directory};
use crate::digest::Digest;
use crate::digest_index::DigestIndex;
use crate::exchange::Execution;
use crate::input_tree::InputFile;
use crate::output_files::{CollectError, OutputFiles};
use crate::process::{CachePolicy, Exit, Process, ResultOrigin, RunError};
use crate::reapi::{self, ActionResult};
use prost::Message;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Outputs up to this length stand in the action cache itself.
const INLINE_OUTPUT: usize = 1024;

/// How many results are kept in memory; when there are more, all go, and the action cache on disk has them.
const REMEMBERED_RESULTS: usize = 10_000;

pub(crate) struct ResultCache {
    own: Arc<Store>,
    /// Caches of other directories, from when somebody first named them.
    others: Mutex<HashMap<PathBuf, Arc<Store>>>,
    /// Results of the own store.
    memory: Mutex<HashMap<Digest, Arc<ActionResult>>>,
}

/// What became of broken results.
pub(crate) struct Removed {
    pub(crate) count: usize,
    /// Whether all were looked at.
    pub(crate) is_finished: bool,
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
        Self { own: Arc::new(Store::open(cache_dir)), others: Mutex::default(), memory: Mutex::default() }
    }

    /// Removes results that cannot be used as some of their blobs are gone, for as long as `may_go_on` says so.
    pub(crate) fn remove_broken(cache_dir: &Path, may_go_on: &dyn Fn() -> bool) -> Removed {
        /// How many are looked at at once.
        const BATCH: u32 = 500;
        let store = Store::open(cache_dir);
        let is_whole = |result: &ActionResult| {
            store.blobs(result).is_some_and(|blobs| blobs.iter().all(|blob| store.content.holds(blob)))
        };
        let mut removed = Removed { count: 0, is_finished: false };
        let mut after = Vec::new();
        while may_go_on() {
            let Some((last, count)) = store.actions.remove_some(&after, BATCH, &is_whole) else {
                removed.is_finished = true;
                break;
            };
            removed.count += count;
            after = last;
        }
        removed
    }

    /// The stored result of a key, with its outputs restored.
    pub(crate) fn look_up(
        &self,
        key: Digest,
        policy: CachePolicy,
        caching: &Caching,
        outputs: &OutputFiles<'_>,
        digests: &DigestIndex,
    ) -> Result<Option<Found>, RunError> {
        let remembered = self.memory().get(&key).cloned();
        if let Some(result) = remembered
            && let Some(found) = self.own.restore(&result, policy, ResultOrigin::Memory, outputs, digests)?
        {
            return Ok(Some(found));
        }
        let further = caching.read_from.iter().filter(|directory| directory.is_dir()).map(|path| self.other(path));
        for store in std::iter::once(self.own.clone()).chain(further) {
            let Some(result) = store.actions.get(&key) else { continue };
            if let Some(found) = store.restore(&result, policy, ResultOrigin::LocalCache, outputs, digests)? {
                self.remember(key, &store, result);
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Stores a result, unless inputs have changed since they were captured: those are returned. Whatever else goes
    /// wrong costs only a later run.
    pub(crate) fn store<'p>(
        &self,
        key: Digest,
        process: &'p Process,
        caching: &Caching,
        outputs: &OutputFiles<'_>,
        executed: &Execution,
        build_root: &Path,
    ) -> Vec<&'p InputFile> {
        let Exit::Code(exit_code) = executed.exit else { return Vec::new() };
        let mut collected = Vec::new();
        for store in self.stores_to_write(&key, process.cache, caching) {
            let result = store.collect(exit_code, outputs, executed);
            collected.push((store, result));
        }
        // After the outputs were read: they could be inputs of others who write them just now.
        let changed = capture::changed(build_root, &process.inputs);
        if let Some(first) = changed.first() {
            tracing::debug!(process = process.name(), input = first.path, "not stored: an input has changed");
            return changed;
        }
        for (store, result) in collected {
            match result {
                Ok(result) => {
                    store.actions.put(&key, &result);
                    self.remember(key, &store, result);
                }
                Err(error) => {
                    let source = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(process = process.name(), %error, source, "the result is not stored");
                }
            }
        }
        changed
    }

    /// The stores that lack a result, or whose result is to be replaced.
    fn stores_to_write(&self, key: &Digest, policy: CachePolicy, caching: &Caching) -> Vec<Arc<Store>> {
        if caching.writes == Writes::No {
            return Vec::new();
        }
        let is_usable = |path: &&PathBuf| match create_directory(path) {
            Ok(()) => true,
            // Whoever asked for this directory was told before the run (`obstacle_to_writing`).
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::debug!(%error, source, "results are not put there");
                false
            }
        };
        let further = caching.write_to.iter().filter(is_usable).map(|path| self.other(path));
        let all = std::iter::once(self.own.clone()).chain(further);
        all.filter(|store| caching.writes == Writes::All || !store.has(key, policy)).collect()
    }

    fn other(&self, directory: &Path) -> Arc<Store> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let store = others.entry(directory.to_owned()).or_insert_with(|| Arc::new(Store::open(directory)));
        store.clone()
    }

    /// Keeps a result in memory, if it is one of the own store.
    fn remember(&self, key: Digest, store: &Arc<Store>, result: ActionResult) {
        if !Arc::ptr_eq(store, &self.own) {
            return;
        }
        let mut memory = self.memory();
        if memory.len() >= REMEMBERED_RESULTS && !memory.contains_key(&key) {
            memory.clear();
        }
        memory.insert(key, Arc::new(result));
    }

    fn memory(&self) -> MutexGuard<'_, HashMap<Digest, Arc<ActionResult>>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The results of one cache directory.
struct Store {
    directory: PathBuf,
    content: ContentStore,
    actions: ActionCache,
}

impl Store {
    fn open(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            content: ContentStore::new(directory),
            actions: ActionCache::open(directory),
        }
    }

    /// Puts the outputs of a result in place; `None` when the policy does not take it or a blob is lost.
    fn restore(
        &self,
        result: &ActionResult,
        policy: CachePolicy,
        origin: ResultOrigin,
        outputs: &OutputFiles<'_>,
        digests: &DigestIndex,
    ) -> Result<Option<Found>, RunError> {
        let exit = Exit::Code(result.exit_code);
        if !policy.accepts(exit) {
            return Ok(None); // Stored by somebody who takes failures too.
        }
        let stdout = self.output(&result.stdout_raw, result.stdout_digest.as_ref());
        let stderr = self.output(&result.stderr_raw, result.stderr_digest.as_ref());
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else { return Ok(None) };
        if !outputs.restore(result, &self.content, digests)? {
            return Ok(None);
        }
        Ok(Some(Found { exit, stdout, stderr, origin }))
    }

    /// Whether it holds a whole result that the policy takes.
    fn has(&self, key: &Digest, policy: CachePolicy) -> bool {
        let Some(result) = self.actions.get(key) else { return false };
        policy.accepts(Exit::Code(result.exit_code)) && self.blobs(&result).is_some_and(|blobs| self.has_all(&blobs))
    }

    fn has_all(&self, blobs: &[Digest]) -> bool {
        blobs.iter().all(|blob| self.content.contains(blob))
    }

    /// The blobs of a result; `None` when some cannot be known.
    fn blobs(&self, result: &ActionResult) -> Option<Vec<Digest>> {
        let files = result.output_files.iter().map(|file| file.digest.as_ref());
        let outputs = [&result.stdout_digest, &result.stderr_digest].into_iter().flatten().map(Some);
        let mut blobs: Vec<Digest> =
            files.chain(outputs).map(|digest| digest?.parse()).collect::<Option<Vec<Digest>>>()?;
        for directory in &result.output_directories {
            let digest = directory.tree_digest.as_ref()?.parse()?;
            let tree = reapi::Tree::decode(self.content.read(&digest)?.as_slice()).ok()?;
            for file in tree.root.iter().chain(&tree.children).flat_map(|directory| &directory.files) {
                blobs.push(file.digest.as_ref()?.parse()?);
            }
        }
        Some(blobs)
    }

    fn collect(
        &self,
        exit_code: i32,
        outputs: &OutputFiles<'_>,
        executed: &Execution,
    ) -> Result<ActionResult, CollectError> {
        let mut result = ActionResult { exit_code, ..ActionResult::default() };
        let to_cache = |source| CollectError::Io { path: self.directory.clone(), source };
        outputs.collect(&self.content, &mut result)?;
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
}
