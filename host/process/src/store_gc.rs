//! Collects from a cache directory what nobody has used for long, while others use the rest.
//!
//! Every cache here is checked when it is used, so anything may go at any time and is only missed: a blob without a result
//! that names it, a result without its blobs, the rest of an unfinished tool. The one thing that must not vanish under
//! its user is a complete tool directory, which processes run from: it goes under its lock, and only if its marker was
//! not touched while it was being looked at.
//!
//! Named caches are left to the tools that they belong to, and plugins to their loader.
//!
//! One process collects at a time, and not again soon after another one.

use crate::Cancel;
use crate::last_use::{GRAIN, unused_for};
use crate::lock::WorkdirLock;
use crate::result_cache::ResultCache;
use crate::tool_dir::{self, Removal};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirEntry, File, Metadata};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// What may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectionTerms {
    /// How many bytes of blobs are kept; the longest unused go first.
    pub content_size: u64,
    /// After how long without use a blob goes even though there is room.
    pub content_age: Duration,
    /// After how long without use a tool goes.
    pub tool_age: Duration,
    /// How long after a collection another one is of no use.
    pub interval: Duration,
}

impl Default for CollectionTerms {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            content_size: 8 << 30,
            content_age: 60 * DAY,
            tool_age: 60 * DAY,
            interval: Duration::from_secs(50 * 60),
        }
    }
}

/// What has gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Blobs, and what unfinished writes have left.
    pub blobs: usize,
    /// Their size.
    pub bytes: u64,
    /// Results whose blobs are gone.
    pub results: usize,
    /// Directories of tools.
    pub tools: usize,
    /// Whether it was interrupted, and the next one should not wait for long.
    pub is_unfinished: bool,
}

/// Collects for as long as `may_go_on` says so. What cannot be read or removed is left; it costs space and nothing else.
pub fn collect_caches(
    cache_dir: &Path,
    terms: &CollectionTerms,
    now: SystemTime,
    may_go_on: &dyn Fn() -> bool,
) -> Collected {
    let mut collected = Collected::default();
    if !cache_dir.is_dir() {
        return collected;
    }
    let lock = cache_dir.join("collection.lock");
    let marker = cache_dir.join("collected");
    let Ok(Some(_lock)) = WorkdirLock::acquire_within(&lock, "collecting", &Cancel::new(), Duration::ZERO, &mut |_| ())
    else {
        return collected;
    };
    if fs::metadata(&marker).is_ok_and(|metadata| unused_for(&metadata, now) < terms.interval) {
        return collected;
    }
    let collection = Collection { terms, now, may_go_on };
    let is_finished = collection.collect_content(&cache_dir.join("content"), &mut collected)
        && collection.collect_results(cache_dir, &mut collected)
        && collection.collect_tools(&cache_dir.join("tools"), &mut collected);
    collected.is_unfinished = !is_finished;
    if is_finished && let Err(error) = File::create(&marker).and_then(|file| file.set_modified(now)) {
        tracing::debug!(path = %marker.display(), %error, "cannot note the collection");
    }
    tracing::info!(?collected, "collected from the caches");
    collected
}

struct Collection<'a> {
    terms: &'a CollectionTerms,
    now: SystemTime,
    may_go_on: &'a dyn Fn() -> bool,
}

impl Collection<'_> {
    /// Removes blobs; `false` when it was interrupted. Looks twice, so that it need not remember a million names.
    fn collect_content(&self, content: &Path, collected: &mut Collected) -> bool {
        // The bytes by the hours for which they were not used.
        let mut by_hours: BTreeMap<u64, u64> = BTreeMap::new();
        let surveyed = self.each_blob(content, &mut |_, metadata| {
            *by_hours.entry(self.unused_hours(metadata)).or_default() += metadata.len();
        });
        if !surveyed {
            return false;
        }
        let limit = self.hours_to_keep(&by_hours);
        self.each_blob(content, &mut |entry, metadata| {
            let is_unfinished = entry.file_name().as_encoded_bytes().starts_with(b".tmp-");
            let hours = self.unused_hours(metadata);
            let goes = if is_unfinished { hours > hours_of(GRAIN) } else { hours > limit };
            if goes && remove(&entry.path()) {
                collected.blobs += 1;
                collected.bytes += metadata.len();
            }
        })
    }

    /// For how many hours what is kept may have been unused: the more there is, the less.
    fn hours_to_keep(&self, by_hours: &BTreeMap<u64, u64>) -> u64 {
        let mut size = 0;
        let mut limit = hours_of(self.terms.content_age);
        for (hours, bytes) in by_hours {
            size += bytes;
            if size > self.terms.content_size {
                limit = limit.min(hours.saturating_sub(1));
                break;
            }
        }
        limit.max(hours_of(2 * GRAIN))
    }

    fn unused_hours(&self, metadata: &Metadata) -> u64 {
        hours_of(unused_for(metadata, self.now))
    }

    fn each_blob(&self, content: &Path, look: &mut dyn FnMut(&DirEntry, &Metadata)) -> bool {
        let mut files = |entry: &DirEntry| {
            if let Ok(metadata) = entry.metadata()
                && metadata.is_file()
            {
                look(entry, &metadata);
            }
        };
        each_entry(content, &mut |entry| {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                (self.may_go_on)()
                    && each_entry(&entry.path(), &mut |entry| {
                        files(entry);
                        true
                    })
            } else {
                files(entry);
                true
            }
        })
    }

    /// Removes results that are of no use without their blobs.
    fn collect_results(&self, cache_dir: &Path, collected: &mut Collected) -> bool {
        let removed = ResultCache::remove_broken(cache_dir, self.may_go_on);
        collected.results += removed.count;
        removed.is_finished
    }

    fn collect_tools(&self, tools: &Path, collected: &mut Collected) -> bool {
        each_entry(tools, &mut |of_name| {
            if !of_name.file_type().is_ok_and(|kind| kind.is_dir()) {
                return true;
            }
            each_entry(&of_name.path(), &mut |entry| {
                if entry.path().extension() != Some(OsStr::new("lock")) {
                    let removal = tool_dir::remove_unused(&entry.path(), self.terms.tool_age, self.now);
                    collected.tools += usize::from(removal == Removal::Removed);
                }
                (self.may_go_on)()
            })
        })
    }
}

fn hours_of(time: Duration) -> u64 {
    time.as_secs() / 3600
}

/// Calls `look` for each entry until it says `false`, and says whether it never did. What is not there has none.
fn each_entry(directory: &Path, look: &mut dyn FnMut(&DirEntry) -> bool) -> bool {
    match fs::read_dir(directory) {
        Ok(entries) => entries.flatten().all(|entry| look(&entry)),
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::debug!(path = %directory.display(), %error, "cannot collect there");
            }
            true
        }
    }
}

fn remove(path: &Path) -> bool {
    fs::remove_file(path)
        .inspect_err(|error| tracing::debug!(path = %path.display(), %error, "cannot be collected"))
        .is_ok()
}

#[cfg(test)]
mod tests;
