//! Evaluated BUILD files, kept between runs.
//!
//! What a family came to is stored under a digest of its BUILD files' content, and taken from there instead of evaluating
//! it again, when everything else that evaluation saw is still so. Writes nothing itself: a store from above keeps the
//! bytes of one pack. Reading a pack costs time too, so a run looks into it only where it loads enough to gain by it, and
//! writes it again only when enough of it is new.

mod bytes;
mod entry;
mod pack;

use crate::WorkspaceConfig;
use crate::family::{BuildText, Family, World, evaluate_family, read_build_files};
use crate::reads::RecordedRead;
use crate::tree::Listing;
use pack::{Digest, Entry, Pack, pack};
use pants_model::FingerprintBuilder;
use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How many bytes are read gladly to save the evaluation of one directory: that takes about as long.
const WORTH_READING: usize = 4 << 10;
/// Part of what is stored that must be new before it is written again.
const WORTH_WRITING: usize = 256;

/// Keeps bytes for the next run, if it can. Both calls may fail in silence: then BUILD files are evaluated.
pub trait EvaluationStore: Send + Sync {
    /// What was saved under this name, unless it is longer than `most`.
    fn load(&self, name: &str, most: usize) -> Stored;
    /// Keeps bytes under a name, whole or not at all.
    fn save(&self, name: &str, bytes: &[u8]);
}

/// What a store has under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Nothing, or nothing that can be read.
    Nothing,
    /// More than was asked for.
    TooLong,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// The evaluations of one build root. All snapshots of it with one configuration and prelude share them.
#[derive(Default)]
pub(crate) struct EvaluationCache {
    store: Option<Arc<dyn EvaluationStore>>,
    /// What the pack is stored under; to find out takes longer than to evaluate a directory.
    name: OnceLock<String>,
    pack: RwLock<PackState>,
    /// Evaluated since the pack was stored, and worth keeping.
    fresh: Mutex<Vec<Entry>>,
    evaluated: AtomicUsize,
}

#[derive(Default)]
enum PackState {
    /// Nobody needed it yet, or it was too long for what was needed.
    #[default]
    Unread,
    /// Empty when there was none.
    Read(Pack),
    /// It had so many entries, and is read again when it is needed: it takes memory, and what it told is known.
    Released(usize),
}

impl EvaluationCache {
    pub(crate) fn new(store: Option<Arc<dyn EvaluationStore>>) -> Self {
        Self { store, ..Self::default() }
    }

    /// Those for another prelude, in the same store.
    pub(crate) fn anew(&self) -> Self {
        Self::new(self.store.clone())
    }

    /// How many directories were evaluated so far.
    pub(crate) fn evaluated(&self) -> usize {
        self.evaluated.load(Ordering::Relaxed)
    }

    /// Reads what is stored, if so many directories are enough to gain by it.
    pub(crate) fn prepare(&self, world: &World, directories: usize) {
        let (Some(store), 1..) = (&self.store, directories) else { return };
        if matches!(*self.pack(), PackState::Read(_)) {
            return;
        }
        let most = directories.saturating_mul(WORTH_READING);
        if let Some(pack) = read_pack(&**store, self.name(world), most) {
            *self.pack_mut() = PackState::Read(pack);
        }
    }

    /// The family of a directory: as it is stored, or evaluated. `None` when it has no BUILD file.
    pub(crate) fn family(&self, world: &World, listing: &Listing) -> Option<Family> {
        if listing.build_files.is_empty() {
            return None;
        }
        let texts = read_build_files(world, listing);
        let key = self.key(listing, &texts);
        if let Some(family) = key.as_ref().and_then(|key| self.stored(world, listing, key)) {
            return Some(family.with_stamps(&texts));
        }
        self.evaluated.fetch_add(1, Ordering::Relaxed);
        let family = evaluate_family(world, listing, texts);
        if let Some(key) = key
            && entry::is_lasting(world, &family)
        {
            let entry = Entry { key, dir: (*listing.dir).into(), bytes: entry::write(world, listing, &family) };
            self.fresh().push(entry);
        }
        Some(family)
    }

    fn stored(&self, world: &World, listing: &Listing, key: &Digest) -> Option<Family> {
        let pack = self.pack();
        let PackState::Read(pack) = &*pack else { return None };
        entry::read(world, listing, pack.get(key)?)
    }

    /// What a family is stored under; `None` when nothing is stored at all, or a BUILD file cannot be read.
    fn key(&self, listing: &Listing, texts: &[BuildText]) -> Option<Digest> {
        if matches!(*self.pack(), PackState::Unread) {
            return None;
        }
        let mut hasher = blake3::Hasher::new();
        let mut add = |part: &[u8]| {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        };
        add(listing.dir.as_bytes());
        for BuildText { path, stamp: _, text } in texts {
            add(path.as_bytes());
            add(text.as_ref().ok()?.as_bytes());
        }
        Some(Digest::finish(&hasher))
    }

    /// Stores what is new, when it is enough to be worth the time, and forgets the bytes of what is stored.
    pub(crate) fn save(&self, world: &World) {
        let Some(store) = &self.store else { return };
        let mut state = self.pack_mut();
        let mut fresh = self.fresh();
        let stored = match &*state {
            PackState::Unread => return,
            PackState::Read(pack) => pack.len(),
            PackState::Released(entries) => *entries,
        };
        let new = fresh.len();
        if new == 0 || new.saturating_mul(WORTH_WRITING) < stored {
            *state = PackState::Released(stored);
            return;
        }
        let name = self.name(world);
        let old = match std::mem::replace(&mut *state, PackState::Released(0)) {
            PackState::Read(pack) => pack,
            PackState::Unread | PackState::Released(_) => read_pack(&**store, name, usize::MAX).unwrap_or_default(),
        };
        let renewed: HashSet<&str> = fresh.iter().map(|entry| &*entry.dir).collect();
        let is_there = |dir: &str| world.tree.root().join(Path::new(dir)).is_dir();
        let kept = old.entries().filter(|(_, dir, _, is_used)| *is_used || (!renewed.contains(dir) && is_there(dir)));
        let kept = kept.map(|(key, dir, entry, _)| (key, dir, entry));
        let all: Vec<_> = kept.chain(fresh.iter().map(|entry| (entry.key, &*entry.dir, &*entry.bytes))).collect();
        let entries = all.len();
        store.save(name, &pack(all.into_iter()));
        *state = PackState::Released(entries);
        *fresh = Vec::new();
    }

    fn name(&self, world: &World) -> &str {
        self.name.get_or_init(|| name(world))
    }

    fn pack(&self) -> RwLockReadGuard<'_, PackState> {
        self.pack.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn pack_mut(&self) -> RwLockWriteGuard<'_, PackState> {
        self.pack.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stored pack, empty where there is none; nothing when it is longer than this.
fn read_pack(store: &dyn EvaluationStore, name: &str, most: usize) -> Option<Pack> {
    match store.load(name, most) {
        Stored::TooLong => None,
        Stored::Nothing => Some(Pack::default()),
        Stored::Bytes(bytes) => Some(Pack::parse(bytes).unwrap_or_default()),
    }
}

/// Of everything but BUILD files that evaluation depends on in all directories alike.
fn name(world: &World) -> String {
    // Variables count where they are read, and the number of threads nowhere.
    let config = WorkspaceConfig { environment: Arc::default(), jobs: 0, ..world.config.clone() };
    let mut builder = FingerprintBuilder::new("evaluated BUILD files");
    // Debug prints every field, so a new one counts from the day it is added.
    builder.add(format!("{config:?}")).add_fingerprint(&world.symbols.fingerprint());
    for RecordedRead { kind, name, seen } in &world.prelude().reads {
        builder.add(format!("{kind:?}")).add(name).add(seen.map_or(String::new(), |seen| seen.to_hex()));
    }
    builder.finish().to_hex()
}
