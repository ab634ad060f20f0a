//! What is loaded, after something happened: what is asked of it, and what is taken out of it.

use super::{Directory, Links, Loaded, injected_dependencies};
use crate::family::{Family, World};
use crate::hashing::FastSet;
use crate::stamps::Stamp;
use crate::tree::Relisted;
use pants_model::{Address, BuildGraph, Target};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Loaded {
    /// Nothing loaded, as for another prelude.
    pub(crate) fn anew(&self) -> Self {
        Self { cache: Arc::new(self.cache.anew()), ..Self::default() }
    }

    /// Whether a directory is loaded, or was read for source roots.
    pub(crate) fn knows(&self, dir: &str) -> bool {
        self.directories.contains_key(dir) || self.passed_over.contains_key(dir)
    }

    /// The stamps of all BUILD files that were read.
    pub(crate) fn build_stamps(&self) -> impl Iterator<Item = (&Arc<str>, &[Option<Stamp>])> {
        let families = self.directories.iter().filter_map(|(dir, directory)| Some((dir, &*directory.family()?.stamps)));
        families.chain(self.passed_over.iter().map(|(dir, stamps)| (dir, &**stamps)))
    }

    /// The stamps of the BUILD files of a directory, where they were read.
    pub(crate) fn build_stamps_of(&self, dir: &str) -> Option<&[Option<Stamp>]> {
        let stamps = self.family(dir).map(|family| &*family.stamps);
        stamps.or_else(|| self.passed_over.get(dir).map(|stamps| &**stamps))
    }

    /// The directories that were asked for and did not exist.
    pub(crate) fn absent(&self) -> impl Iterator<Item = (&Arc<str>, &Directory)> {
        self.absent.iter().filter_map(|dir| Some((dir, self.directories.get(dir)?)))
    }

    /// Takes directories out.
    pub(crate) fn forget(&mut self, dirs: &BTreeSet<Arc<str>>) {
        for dir in dirs {
            if !self.directories.contains_key(dir) {
                continue;
            }
            self.absent.remove(dir);
            self.unclean.remove(dir);
            let Some(Directory::Family(family)) = Arc::make_mut(&mut self.directories).remove(dir) else { continue };
            Arc::make_mut(&mut self.inputs).remove(dir, &family);
        }
    }

    /// Shares the targets of a family that are what they were.
    pub(crate) fn adopt(&mut self, dir: &str, before: &Family) {
        let Some(Directory::Family(family)) = Arc::make_mut(&mut self.directories).get_mut(dir) else { return };
        if let Some(family) = Arc::get_mut(family) {
            before.targets.iter().for_each(|target| family.share(target));
        }
    }

    /// Takes out what is known of directories that do not exist any more, and that nobody asks for.
    pub(crate) fn drop_gone<'d>(&mut self, gone: impl Iterator<Item = &'d str>) {
        for dir in gone {
            if matches!(self.directory(dir), Some(Directory::Absent(_))) {
                Arc::make_mut(&mut self.directories).remove(dir);
                self.absent.remove(dir);
            }
            if self.roots.contains_key(dir) {
                Arc::make_mut(&mut self.roots).remove(dir);
            }
        }
    }

    /// Whether anything is known of the source roots of a directory.
    pub(crate) fn has_roots(&self, dir: &str) -> bool {
        self.roots.contains_key(dir)
    }

    /// Whether files that make their directory a source root came or went.
    pub(crate) fn have_other_markers(&self, world: &World, relisted: &[Relisted]) -> bool {
        let has_other = |Relisted { old, new }: &Relisted| {
            let is_now = |name: &str| new.as_ref().is_some_and(|new| new.has_file(name));
            world.roots.markers().iter().any(|name| old.has_file(name) != is_now(name))
        };
        relisted.iter().any(has_other)
    }

    /// Reads a directory again that declared no source root, if it was one; whether it may declare one now.
    pub(crate) fn read_for_roots_again(&mut self, world: &World, before: &Self, dir: &Arc<str>) -> bool {
        if !before.passed_over.contains_key(dir) {
            return false;
        }
        let stamps = super::roots::stamps_without_roots(world, dir);
        let passed_over = Arc::make_mut(&mut self.passed_over);
        match stamps {
            Some(stamps) => _ = passed_over.insert(dir.clone(), stamps),
            None => _ = passed_over.remove(dir),
        }
        !self.passed_over.contains_key(dir)
    }

    /// Source roots are looked for again.
    pub(crate) fn forget_roots(&mut self) {
        self.roots = Arc::default();
        self.passed_over = Arc::default();
    }

    /// The edges of the graph are made again.
    pub(crate) fn forget_links(&mut self) {
        self.links = Links::default();
    }

    /// Whether types of the graph inject others than they did.
    pub(crate) fn have_other_injections(&mut self, world: &World) -> bool {
        if self.links.injections.is_empty() {
            return false;
        }
        let types = self.links.injections.keys();
        let examples: Vec<Arc<Target>> =
            types.map(|name| Arc::new(Target::new(Address::new("", "any"), name.clone()))).collect();
        let injected = injected_dependencies(world, &examples);
        self.load_directories(world, injected.values().flatten().map(|injected| injected.address.dir()));
        injected.iter().any(|(name, injected)| self.links.injections.get(name) != Some(&self.injections(injected)))
    }

    /// Whether a dependency exists now that did not exist.
    pub(crate) fn can_mend_links(&mut self, world: &World, graph: &BuildGraph) -> bool {
        let is_missing = |dependency: &&Address| graph.id(dependency).is_none();
        let broken = self.links.broken.iter().filter_map(|address| graph.get(address));
        let missing: FastSet<Address> =
            broken.flat_map(|target| target.dependencies.iter().filter(is_missing)).cloned().collect();
        self.load_directories(world, missing.iter().map(Address::dir));
        missing.iter().any(|address| self.target_or_default(world, address).is_some())
    }
}
