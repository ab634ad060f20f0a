//! Which directories may come to something else: whose BUILD files are to be read and evaluated again.

use super::happened::Happened;
use crate::family::World;
use crate::hashing::FastSet;
use crate::load::{Directory, Loaded, describe, is_odd};
use crate::reads::{ReadKind, RecordedRead};
use crate::stamps::Stamp;
use crate::tree::{Listing, Relisted, Tree, TreeChanges, join};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

/// What is affected.
pub(super) struct Affected {
    /// Directories that may come to something else, among those that are loaded or were read for source roots.
    pub dirs: BTreeSet<Arc<str>>,
    /// Paths that were read, and that can change with nothing happening at them now, or cannot any more.
    pub odd: Vec<(Arc<str>, bool)>,
}

/// Finds out what is affected.
pub(super) fn affected(
    old: &World,
    new: &World,
    loaded: &Loaded,
    happened: &Happened,
    changes: &TreeChanges,
) -> Affected {
    let mut search = Search { old, new, loaded, happened, affected: FastSet::default(), odd: Vec::new() };
    changes.relisted.iter().for_each(|relisted| search.by_names(relisted));
    search.by_build_files(&changes.unproven);
    search.by_reads(&changes.unproven);
    search.by_variables();
    search.by_absence();
    let Search { affected, odd, .. } = search;
    Affected { dirs: affected.into_iter().filter(|dir| loaded.knows(dir)).collect(), odd }
}

struct Search<'s> {
    old: &'s World,
    new: &'s World,
    loaded: &'s Loaded,
    happened: &'s Happened,
    affected: FastSet<Arc<str>>,
    odd: Vec<(Arc<str>, bool)>,
}

impl Search<'_> {
    /// Who looked at the names in a directory that has others now.
    fn by_names(&mut self, relisted: &Relisted) {
        let Relisted { old, new } = relisted;
        let inputs = &self.loaded.inputs;
        self.affected.extend(inputs.users_of_names(&old.dir).cloned());
        let Some(new) = new else {
            self.affected.insert(old.dir.clone());
            self.affected.extend(inputs.users_of_directory(&old.dir).cloned());
            return;
        };
        let looks_beside = || self.loaded.family(&old.dir).is_some_and(|family| family.patterns.are_beside);
        // Whether its BUILD files are looked at each time is decided when they are read.
        let is_reached_otherwise = || {
            let is_link_otherwise = |name: &str| old.has_link(name) != new.has_link(name);
            old.is_aside != new.is_aside || new.build_files.iter().any(|name| is_link_otherwise(name))
        };
        let has_other_builds = old.build_files != new.build_files || is_reached_otherwise();
        if has_other_builds || (old.files != new.files && looks_beside()) {
            self.affected.insert(old.dir.clone());
        }
        let made = new.dirs.iter().filter(|name| !old.has_dir(name));
        let removed = old.dirs.iter().filter(|name| !new.has_dir(name));
        for name in made.chain(removed) {
            self.affected.extend(inputs.users_of_directory(&join(&old.dir, name)).cloned());
        }
    }

    /// Directories whose BUILD files may have another content.
    fn by_build_files(&mut self, unproven: &FastSet<Arc<str>>) {
        for path in &self.happened.paths {
            let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
            let is_build = |listing: &Listing| listing.build_files.iter().any(|build| **build == *name);
            if let Some(listing) = self.new.tree.listed(dir).filter(|listing| is_build(listing)) {
                self.affected.insert(listing.dir.clone());
            }
        }
        let linked = self.happened.identities_with_other_names(self.new.tree.root());
        let mut looked: Vec<(&Arc<str>, &[Option<Stamp>])> = Vec::new();
        if self.happened.is_everything || !linked.is_empty() {
            let is_looked_at = |stamps: &[Option<Stamp>]| self.happened.is_everything || is_one_of(&linked, stamps);
            looked.extend(self.loaded.build_stamps().filter(|(_, stamps)| is_looked_at(stamps)));
        }
        for dir in unproven.iter().chain(&self.happened.unwatched).chain(&self.loaded.inputs.odd_builds) {
            looked.extend(self.loaded.build_stamps_of(dir).map(|stamps| (dir, stamps)));
        }
        let tree = &self.new.tree;
        let changed = looked.into_par_iter().filter(|(dir, stamps)| !are_proven(tree, dir, stamps));
        let changed: Vec<Arc<str>> = changed.map(|(dir, _)| dir.clone()).collect();
        self.affected.extend(changed);
    }

    /// Families that read something that reads otherwise now.
    fn by_reads(&mut self, unproven: &FastSet<Arc<str>>) {
        let inputs = &self.loaded.inputs;
        let mut suspects: FastSet<&Arc<str>> = FastSet::default();
        if self.happened.is_everything {
            suspects.extend(inputs.paths());
        }
        for path in &self.happened.paths {
            suspects.extend(inputs.paths_at_or_below(path));
            // The names in its directory may be others.
            let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
            suspects.extend(inputs.paths_at_or_below(dir).take(1).filter(|path| ***path == *dir));
        }
        for dir in unproven.iter().chain(&self.happened.unwatched) {
            suspects.extend(inputs.paths_at_or_below(dir));
        }
        let is_watched = |dir: &str| self.new.tree.listed(dir).is_some_and(|listing| !listing.is_aside);
        suspects.extend(inputs.odd_paths(is_watched));
        if !self.happened.identities_with_other_names(self.new.tree.root()).is_empty() {
            suspects.extend(inputs.paths());
        }
        let root = self.new.tree.root();
        let suspects: Vec<&Arc<str>> = suspects.into_iter().collect();
        let odd = suspects.par_iter().map(|path| (path, is_odd(root, path)));
        let odd = odd.filter(|(path, is_odd)| inputs.knows_as_odd(path) != *is_odd);
        self.odd = odd.map(|(path, is_odd)| (Arc::clone(path), is_odd)).collect();
        let mut reads: BTreeMap<&RecordedRead, Vec<&Arc<str>>> = BTreeMap::new();
        for path in suspects {
            for user in inputs.users_of_path(path) {
                let Some(family) = self.loaded.family(user) else { continue };
                let of_path = family.reads.iter().filter(|read| read.name == **path && is_of_path(read.kind));
                of_path.for_each(|read| reads.entry(read).or_default().push(user));
            }
        }
        let (tree, environment) = (&self.new.tree, &self.new.config.environment);
        let changed = reads.into_par_iter().filter(|(read, _)| !shows_same(read, tree, environment));
        let changed: Vec<Arc<str>> = changed.flat_map_iter(|(_, users)| users.into_iter().cloned()).collect();
        self.affected.extend(changed);
    }

    /// Families that read a variable that has another value now.
    fn by_variables(&mut self) {
        let (old, new) = (&self.old.config.environment, &self.new.config.environment);
        if old == new {
            return;
        }
        for (name, users) in self.loaded.inputs.variables() {
            if old.get(OsStr::new(name)) != new.get(OsStr::new(name)) {
                self.affected.extend(users.iter().cloned());
            }
        }
    }

    /// Directories that were asked for and did not exist.
    fn by_absence(&mut self) {
        let tree = &self.new.tree;
        for (dir, directory) in self.loaded.absent() {
            let Directory::Absent(before) = directory else { continue };
            if !matches!(tree.listing(dir), Err(why) if *describe(&why) == **before) {
                self.affected.insert(dir.clone());
            }
        }
    }
}

/// Whether doing a read again shows the same. In which way one failed nobody knows, so those are evaluated again.
fn shows_same(read: &RecordedRead, tree: &Tree, environment: &BTreeMap<OsString, OsString>) -> bool {
    let has_failed = read.seen.is_none() && read.kind != ReadKind::Existence;
    !has_failed && read.holds(tree, environment)
}

fn is_of_path(kind: ReadKind) -> bool {
    matches!(kind, ReadKind::File | ReadKind::Existence | ReadKind::Directory)
}

fn is_one_of(identities: &FastSet<(u64, u64)>, stamps: &[Option<Stamp>]) -> bool {
    !identities.is_empty() && stamps.iter().flatten().any(|stamp| identities.contains(&stamp.identity()))
}

/// Whether the stamps of BUILD files prove that nothing happened to them.
fn are_proven(tree: &Tree, dir: &str, stamps: &[Option<Stamp>]) -> bool {
    let Some(listing) = tree.listed(dir) else { return stamps.is_empty() };
    let mut both = listing.build_files.iter().zip(stamps);
    listing.build_files.len() == stamps.len()
        && both.all(|(name, stamp)| {
            let now = Stamp::at(&tree.root().join(join(dir, name)));
            matches!((stamp, now), (Some(stamp), Some(now)) if stamp.proves_same(&now))
        })
}
