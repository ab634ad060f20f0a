//! The whole repository, once somebody asked for it: which targets there are, so that nobody looks for them again.

use super::Loaded;
use crate::family::World;
use crate::hashing::FastSet;
use crate::source_roots::is_at_or_below;
use crate::tree::{Listing, Relisted};
use pants_model::{Address, Diagnostic};
use std::collections::BTreeSet;
use std::sync::Arc;

/// All targets of a build root whose directories are all loaded.
#[derive(Clone)]
pub(crate) struct Whole {
    /// Sorted.
    addresses: Arc<[Address]>,
    /// What could not be listed, by directory; in the order of these.
    warnings: Arc<[(Arc<str>, Diagnostic)]>,
    /// Whether all of them are in the graph.
    is_linked: bool,
}

/// What there is in a directory and below.
#[derive(Default)]
pub(crate) struct Below {
    /// Sorted.
    pub addresses: Vec<Address>,
    /// What could not be listed.
    pub warnings: Vec<Diagnostic>,
    /// Whether the graph has all of them.
    pub are_linked: bool,
}

impl Loaded {
    /// What there is in a directory and below, if the whole repository is known.
    pub(crate) fn below(&self, dir: &str) -> Option<Below> {
        let Whole { addresses, warnings, is_linked } = self.whole.as_ref()?;
        let warnings = warnings.iter().filter(|(of, _)| is_at_or_below(of, dir)).map(|(_, warning)| warning.clone());
        let addresses = match dir {
            "" => addresses.to_vec(),
            dir => {
                // Between the directory and what is below it others may stand: `a-b` comes before `a/b`.
                let start = format!("{dir}/");
                let from = |start: &str| addresses.partition_point(|address| address.dir() < start);
                let own = addresses[from(dir)..].iter().take_while(|address| address.dir() == dir);
                let inside = addresses[from(&start)..].iter().take_while(|address| address.dir().starts_with(&start));
                own.chain(inside).cloned().collect()
            }
        };
        Some(Below { addresses, warnings: warnings.collect(), are_linked: *is_linked })
    }

    /// Whether a family at or below a directory may have targets that are not known.
    pub(crate) fn has_errors_below(&self, dir: &str) -> bool {
        let mut below = self.unclean.iter().filter(|unclean| is_at_or_below(unclean, dir));
        below.any(|dir| self.family(dir).is_some_and(|family| family.has_errors()))
    }

    /// Keeps the listings of a walk through everything; their directories are loaded, and these are their targets, sorted.
    pub(crate) fn keep_whole(&mut self, listings: &[Arc<Listing>], addresses: &[Address]) {
        let warnings =
            listings.iter().flat_map(|listing| listing.warnings.iter().map(|warning| (&listing.dir, warning)));
        let warnings = warnings.map(|(dir, warning)| (dir.clone(), warning.clone())).collect();
        self.whole = Some(Whole { addresses: addresses.into(), warnings, is_linked: false });
    }

    /// The whole repository is in the graph.
    pub(crate) fn note_whole_is_linked(&mut self) {
        if let Some(whole) = &mut self.whole {
            whole.is_linked = true;
        }
    }

    /// Whether the whole repository is in the graph.
    pub(crate) fn is_whole_linked(&self) -> bool {
        self.whole.as_ref().is_some_and(|whole| whole.is_linked)
    }

    /// The same after some directories were loaded again; gives the addresses that are new. Where there are other
    /// directories, nobody knows all of them any more.
    pub(crate) fn renew_whole(
        &mut self,
        world: &World,
        affected: &BTreeSet<Arc<str>>,
        relisted: &[Relisted],
    ) -> Vec<Address> {
        let has_other_dirs = |Relisted { old, new }: &Relisted| new.as_ref().is_none_or(|new| new.dirs != old.dirs);
        if relisted.iter().any(has_other_dirs) {
            self.whole = None;
        }
        let Some(whole) = &self.whole else { return Vec::new() };
        let mut whole = whole.clone();
        let other: FastSet<&str> = relisted.iter().map(|relisted| &*relisted.old.dir).collect();
        let has_warnings = |relisted: &Relisted| {
            !relisted.old.warnings.is_empty() || relisted.new.as_ref().is_some_and(|new| !new.warnings.is_empty())
        };
        if relisted.iter().any(has_warnings) {
            let kept = whole.warnings.iter().filter(|(dir, _)| !other.contains(&**dir)).cloned();
            let listings = other.iter().filter_map(|dir| world.tree.listed(dir));
            let new = listings.flat_map(|listing| {
                listing.warnings.iter().map(|warning| (listing.dir.clone(), warning.clone())).collect::<Vec<_>>()
            });
            let mut warnings: Vec<_> = kept.chain(new).collect();
            warnings.sort_by(|(one, _), (other, _)| one.cmp(other));
            whole.warnings = warnings.into();
        }
        let families = affected.iter().filter_map(|dir| self.family(dir));
        let now: BTreeSet<&Address> = families
            .flat_map(|family| &family.targets)
            .filter(|target| !target.is_synthetic)
            .map(|target| &target.address)
            .collect();
        let mut before: BTreeSet<&Address> = BTreeSet::new();
        for dir in affected {
            let start = whole.addresses.partition_point(|address| address.dir() < &**dir);
            before.extend(whole.addresses[start..].iter().take_while(|address| address.dir() == &**dir));
        }
        let new: Vec<Address> = now.difference(&before).map(|address| (*address).clone()).collect();
        if now != before {
            let kept = whole.addresses.iter().filter(|address| !before.contains(address) || now.contains(address));
            let mut addresses: Vec<Address> = kept.chain(&new).cloned().collect();
            addresses.sort();
            whole.addresses = addresses.into();
        }
        self.whole = Some(whole);
        new
    }
}
