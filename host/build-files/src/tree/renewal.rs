//! A tree after something happened on disk: listings that are still right are shared, the others are made again.
//!
//! Events say of an entry that something happened to it; where there are none, stamps say whether a directory is as it
//! was. What can change without either, because a link leads elsewhere, is looked at every time.

use super::{
    EntryKind, Ignores, Inherited, Listing, Listings, NoListing, Tree, is_build_file, join, last_name, prefixes,
};
use crate::config::WorkspaceConfig;
use crate::hashing::{FastMap, FastSet};
use crate::stamps::Stamp;
use pants_model::Diagnostic;
use rayon::prelude::*;
use std::fs;
use std::sync::{Arc, RwLock};

/// What may not be as it was listed.
#[derive(Default)]
pub(crate) struct TreeSuspects {
    /// Entries that something happened to: a directory and a name in it, which need not be text.
    pub entries: Vec<(Arc<str>, Option<Box<str>>)>,
    /// Directories whose stamps are asked.
    pub dirs: Vec<Arc<str>>,
    /// The stamps of all directories are asked.
    pub is_everything: bool,
    /// Directories that may have been moved, so that who watched them does not any more.
    pub moved: Vec<Arc<str>>,
}

/// What became of a listing.
pub(crate) struct Relisted {
    pub old: Arc<Listing>,
    /// Nothing when there is no such directory any more, or another one that nobody listed yet.
    pub new: Option<Arc<Listing>>,
}

/// How a tree differs from the one before.
#[derive(Default)]
pub(crate) struct TreeChanges {
    /// The listings that hold something else, and those that are gone.
    pub relisted: Vec<Relisted>,
    /// The directories whose stamps did not prove that nothing happened in them; what is in them is to be looked at, too.
    pub unproven: FastSet<Arc<str>>,
    /// What is wrong with the ignore rules, if they are others.
    pub warnings: Option<Vec<Diagnostic>>,
    /// Whether anything differs, if only stamps.
    pub is_any: bool,
}

/// How a listing is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Its links alone.
    Links,
    /// Its stamp, and its links.
    Stamp,
    /// Listed again, whatever the stamp says.
    Again,
    /// Listed again, and then the stamps of the directories in it: any of them may be another one.
    AgainAndBelow,
}

/// What a look shows.
enum Seen {
    Same,
    /// Listed again; its content may be the same.
    Listed(Box<Listing>),
    Gone,
}

impl Tree {
    /// The tree as it is now, where nothing but the suspects and what links lead to may have changed.
    pub(crate) fn renewed(&self, config: &WorkspaceConfig, suspects: &TreeSuspects) -> (Self, TreeChanges) {
        let old = self.listings().clone();
        let mut changes = TreeChanges::default();
        let mut ignores = self.ignores.clone();
        if !ignores.are_current(config) {
            let (new, warnings) = Ignores::read(config);
            ignores = Arc::new(new);
            changes.warnings = Some(warnings);
            changes.is_any = true;
        }
        let are_rules_new = changes.warnings.is_some();
        // Reads with the rules of now, and lists nothing by itself.
        let tree = Self { root: self.root.clone(), ignores, listings: RwLock::new(old.clone()) };
        let mut looks: FastMap<Arc<str>, Look> = FastMap::default();
        let mut ask = |dir: &Arc<str>, look: Look| strengthen(&mut looks, dir, look);
        if are_rules_new || suspects.is_everything {
            let look = if are_rules_new { Look::Again } else { Look::Stamp };
            old.by_dir.keys().for_each(|dir| ask(dir, look));
        }
        for listing in old.odd.iter().filter_map(|dir| old.by_dir.get(dir)) {
            ask(&listing.dir, if listing.is_aside { Look::Stamp } else { Look::Links });
        }
        suspects.dirs.iter().for_each(|dir| ask(dir, Look::Stamp));
        for (dir, name) in &suspects.entries {
            let Some(listing) = old.by_dir.get(dir) else { continue };
            if name.as_ref().is_none_or(|name| tree.entry_differs(listing, name)) {
                ask(dir, Look::Again);
            }
        }
        let mut renewal = Renewal { tree: &tree, old: &old.by_dir, seen: FastMap::default(), changes };
        renewal.look(looks);
        let (seen, mut changes) = (renewal.seen, renewal.changes);
        let listings = apply(&old, suspects, seen, &mut changes);
        (Self { listings: RwLock::new(listings), ..tree }, changes)
    }

    /// Whether an entry is not what it was listed as.
    fn entry_differs(&self, listing: &Listing, name: &str) -> bool {
        let path = self.root.join(join(&listing.dir, name));
        let kind = fs::symlink_metadata(path).ok().map(|metadata| metadata.file_type());
        let is_link = kind.is_some_and(|kind| kind.is_symlink());
        let kind = kind.and_then(|kind| self.entry_kind(&listing.dir, name, kind));
        let before = match (listing.has_file(name), listing.has_dir(name)) {
            (true, _) => Some(EntryKind::File),
            (false, true) => Some(EntryKind::Dir),
            (false, false) => None,
        };
        // Of a BUILD file that is none, the reason may be another one.
        kind != before || is_link != listing.has_link(name) || (kind.is_none() && is_build_file(name))
    }
}

/// Asks for a look, besides one that was asked for already.
fn strengthen(looks: &mut FastMap<Arc<str>, Look>, dir: &Arc<str>, look: Look) {
    let known = looks.entry(dir.clone()).or_insert(look);
    *known = match (*known, look) {
        (Look::Links, look) | (look, Look::Links) => look,
        (Look::Stamp, Look::Stamp) => Look::Stamp,
        (Look::Again, Look::Again) => Look::Again,
        _ => Look::AgainAndBelow,
    };
}

/// The looks at listings, one round after the other: what one shows leads to others.
struct Renewal<'t> {
    tree: &'t Tree,
    old: &'t FastMap<Arc<str>, Arc<Listing>>,
    /// What was listed again, or is gone.
    seen: FastMap<Arc<str>, Option<Box<Listing>>>,
    changes: TreeChanges,
}

impl Renewal<'_> {
    fn look(&mut self, mut looks: FastMap<Arc<str>, Look>) {
        let mut done: FastMap<Arc<str>, Look> = FastMap::default();
        while !looks.is_empty() {
            let round: Vec<(&Arc<Listing>, Look)> =
                looks.iter().filter_map(|(dir, look)| Some((self.old.get(dir)?, *look))).collect();
            let seen: Vec<(&Arc<Listing>, Look, Seen)> =
                round.into_par_iter().map(|(listing, look)| (listing, look, self.look_at(listing, look))).collect();
            done.extend(std::mem::take(&mut looks));
            let mut next: FastMap<Arc<str>, Look> = FastMap::default();
            for (old, look, seen) in seen {
                self.conclude(old, look, seen, &mut |dir, look| strengthen(&mut next, dir, look));
            }
            // A directory is listed again once at the most.
            next.retain(|dir, look| match done.get(dir) {
                None | Some(Look::Links) => true,
                Some(Look::Stamp) => *look != Look::Stamp && !self.seen.contains_key(dir),
                Some(Look::Again | Look::AgainAndBelow) => false,
            });
            looks = next;
        }
    }

    fn look_at(&self, old: &Listing, look: Look) -> Seen {
        let are_links_same = || !old.links.iter().any(|name| self.tree.entry_differs(old, name));
        let is_same = match look {
            Look::Again | Look::AgainAndBelow => false,
            Look::Links => are_links_same(),
            Look::Stamp => {
                let now = Stamp::at(&self.tree.root.join(&*old.dir));
                matches!((&old.stamp, now), (Some(old), Some(now)) if old.proves_same(&now)) && are_links_same()
            }
        };
        if is_same {
            return Seen::Same;
        }
        // Its own path tells all that the directories above it would, in whichever order they are looked at.
        if prefixes(&old.dir).any(|dir| self.tree.ignores.hide_dir(dir) || self.tree.is_strange(dir)) {
            return Seen::Gone;
        }
        let is_past_unreadable = parent_of(&old.dir)
            .is_some_and(|parent| !self.old.get(parent).is_some_and(|parent| parent.has_dir(last_name(&old.dir))));
        let is_aside = is_past_unreadable || prefixes(&old.dir).any(|dir| self.tree.root.join(dir).is_symlink());
        let inherited = Inherited { is_aside, are_builds_ignored: old.are_builds_ignored };
        match self.tree.read(&old.dir, inherited) {
            Ok(listing) => Seen::Listed(Box::new(listing)),
            Err(NoListing::Unreadable(why)) if !is_past_unreadable && self.tree.root.join(&*old.dir).is_dir() => {
                Seen::Listed(Box::new(Listing::unreadable(&old.dir, inherited, why)))
            }
            Err(_) => Seen::Gone,
        }
    }

    /// Takes note of what a look showed, and asks for the looks that follow from it.
    fn conclude(&mut self, old: &Arc<Listing>, look: Look, seen: Seen, ask: &mut impl FnMut(&Arc<str>, Look)) {
        let below = |name: &str| self.old.get(&*join(&old.dir, name)).map(|listing| &listing.dir);
        match seen {
            Seen::Same => {}
            Seen::Listed(new) => {
                for name in &old.dirs {
                    let Some(dir) = below(name) else { continue };
                    let is_reached_otherwise = old.has_link(name) != new.has_link(name) || old.is_aside != new.is_aside;
                    if is_reached_otherwise || !new.has_dir(name) {
                        ask(dir, Look::AgainAndBelow);
                    } else if matches!(look, Look::Stamp | Look::AgainAndBelow) {
                        // Whatever went on here, another directory may have taken its place.
                        ask(dir, Look::Stamp);
                    }
                }
                // An event told all that happened where its stamp was not asked.
                if matches!(look, Look::Stamp | Look::AgainAndBelow) {
                    self.changes.unproven.insert(old.dir.clone());
                }
                self.seen.insert(old.dir.clone(), Some(new));
            }
            Seen::Gone => {
                old.dirs.iter().filter_map(|name| below(name)).for_each(|dir| ask(dir, Look::AgainAndBelow));
                if let Some(above) = parent_of(&old.dir).and_then(|above| self.old.get(above)) {
                    ask(&above.dir, Look::Again);
                }
                self.seen.insert(old.dir.clone(), None);
            }
        }
    }
}

/// The listings with what was seen; what differs is added to the changes.
fn apply(
    old: &Listings,
    suspects: &TreeSuspects,
    seen: FastMap<Arc<str>, Option<Box<Listing>>>,
    changes: &mut TreeChanges,
) -> Listings {
    let mut listings = old.clone();
    for (dir, new) in seen {
        let Some(before) = old.by_dir.get(&dir) else { continue };
        let Some(new) = new else {
            Arc::make_mut(&mut listings.by_dir).remove(&dir);
            if before.is_odd() {
                Arc::make_mut(&mut listings.odd).remove(&dir);
            }
            changes.relisted.push(Relisted { old: before.clone(), new: None });
            continue;
        };
        let is_same = before.holds_same(&new);
        let stamps = (&before.stamp, &new.stamp);
        if is_same && matches!(stamps, (Some(before), Some(new)) if before.proves_same(new)) {
            continue;
        }
        let is_other = matches!(stamps, (Some(before), Some(new)) if !before.is_of_same(new));
        if !new.is_aside && (is_other || before.is_aside) {
            // Who watches it may be watching something that has another name now.
            Arc::make_mut(&mut listings.order).push(dir.clone());
        }
        match new.is_odd() {
            true => _ = Arc::make_mut(&mut listings.odd).insert(before.dir.clone()),
            false if before.is_odd() => _ = Arc::make_mut(&mut listings.odd).remove(&dir),
            false => {}
        }
        let new: Arc<Listing> = Arc::from(new);
        Arc::make_mut(&mut listings.by_dir).insert(dir, new.clone());
        changes.is_any = true;
        if !is_same {
            changes.relisted.push(Relisted { old: before.clone(), new: Some(new) });
        }
    }
    let is_watched = |dir: &&Arc<str>| listings.by_dir.get(*dir).is_some_and(|listing| !listing.is_aside);
    let moved: Vec<Arc<str>> = suspects.moved.iter().filter(is_watched).cloned().collect();
    if !moved.is_empty() {
        Arc::make_mut(&mut listings.order).extend(moved);
        changes.is_any = true;
    }
    changes.is_any |= !changes.relisted.is_empty();
    // What follows from them does not depend on which was seen first.
    changes.relisted.sort_unstable_by(|a, b| a.old.dir.cmp(&b.old.dir));
    listings
}

impl Listing {
    /// Whether another listing of the directory holds the same, whatever their stamps.
    fn holds_same(&self, other: &Self) -> bool {
        let Self { dir, files, dirs, build_files, warnings, links, is_aside, stamp: _, unreadable, are_builds_ignored } =
            self;
        (dir, files, dirs, build_files) == (&other.dir, &other.files, &other.dirs, &other.build_files)
            && (warnings, links, is_aside) == (&other.warnings, &other.links, &other.is_aside)
            && (unreadable, are_builds_ignored) == (&other.unreadable, &other.are_builds_ignored)
    }
}

/// The directory above one.
fn parent_of(dir: &str) -> Option<&str> {
    (!dir.is_empty()).then(|| dir.rsplit_once('/').map_or("", |(above, _)| above))
}
