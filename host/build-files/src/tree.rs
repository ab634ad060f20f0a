//! The directories of the build root as we see them: what is ignored does not exist.
//!
//! Each directory is listed once, when it is first needed, whoever needs it: the search for BUILD files, source globs
//! and specs share the listings. A directory is listed after those above it, so that whoever watches the listed ones hears
//! of everything that changes them. Symlinks are followed inside the build root, but never into a loop.
//!
//! A tree only grows. What happened on disk since shows in another tree, which shares the listings that are still right.

mod ignores;
mod renewal;

use crate::WorkspaceConfig;
use crate::hashing::{FastMap, FastSet};
use crate::stamps::Stamp;
use ignores::{EntryKind, Ignores};
use pants_model::{Diagnostic, Location};
use rayon::prelude::*;
pub(crate) use renewal::{Relisted, TreeChanges, TreeSuspects};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// How many links to directories a path may go through.
const MOST_LINKS: usize = 3;
/// Few paths are longer, in bytes.
const USUAL_PATH: usize = 250;

/// What one directory holds.
#[derive(Debug)]
pub(crate) struct Listing {
    /// Relative to the build root.
    pub dir: Arc<str>,
    /// Names of files, sorted.
    pub files: Vec<Box<str>>,
    /// Names of directories, sorted.
    pub dirs: Vec<Box<str>>,
    /// Names of the BUILD files among `files`; none where `build_ignore` says so.
    pub build_files: Vec<Box<str>>,
    /// What could not be listed.
    pub warnings: Vec<Diagnostic>,
    /// Names of links, sorted, whatever they lead to: that can become another thing without a change of the directory.
    pub links: Vec<Box<str>>,
    /// Whether who watches directories may hear nothing of it: it is reached by a link, or past a directory that cannot be
    /// listed.
    pub is_aside: bool,
    stamp: Option<Stamp>,
    /// Why there is nothing in it.
    unreadable: Option<Arc<str>>,
    are_builds_ignored: bool,
}

impl Listing {
    /// An entry is a file.
    pub(crate) fn has_file(&self, name: &str) -> bool {
        has(&self.files, name)
    }

    /// An entry is a directory.
    pub(crate) fn has_dir(&self, name: &str) -> bool {
        has(&self.dirs, name)
    }

    /// An entry is a link.
    pub(crate) fn has_link(&self, name: &str) -> bool {
        has(&self.links, name)
    }

    /// Whether it may become another one though nothing happens in the directory.
    fn is_odd(&self) -> bool {
        self.is_aside || !self.links.is_empty()
    }

    fn readable(self: Arc<Self>) -> Result<Arc<Self>, NoListing> {
        match &self.unreadable {
            Some(why) => Err(NoListing::Unreadable(why.clone())),
            None => Ok(self),
        }
    }
}

fn has(names: &[Box<str>], name: &str) -> bool {
    names.binary_search_by(|known| (**known).cmp(name)).is_ok()
}

/// Why a directory has no listing.
#[derive(Debug)]
pub(crate) enum NoListing {
    /// It does not exist, or is no directory.
    Missing,
    /// An ignore rule hides it.
    Ignored,
    /// It is reached by a link that is not followed.
    StrangeLink,
    /// It exists and cannot be read, for this reason.
    Unreadable(Arc<str>),
}

/// The directories of one build root.
pub(crate) struct Tree {
    root: PathBuf,
    ignores: Arc<Ignores>,
    listings: RwLock<Listings>,
}

/// What has been listed. Trees share both until one of them lists more.
#[derive(Clone, Default)]
struct Listings {
    by_dir: Arc<FastMap<Arc<str>, Arc<Listing>>>,
    /// In the order in which they were listed; the same directory again after another one took its place. Without those
    /// that who watches them by this path would confuse with another one.
    order: Arc<Vec<Arc<str>>>,
    /// Those that are looked at whatever happened: see [`Listing::is_odd`].
    odd: Arc<FastSet<Arc<str>>>,
}

impl Tree {
    /// Reads the ignore rules; those that are no patterns become warnings.
    pub(crate) fn new(config: &WorkspaceConfig) -> (Self, Vec<Diagnostic>) {
        let (ignores, warnings) = Ignores::read(config);
        let root = config.build_root.clone();
        (Self { root, ignores: Arc::new(ignores), listings: RwLock::default() }, warnings)
    }

    /// The build root, absolute.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// What a directory holds.
    pub(crate) fn listing(&self, dir: &str) -> Result<Arc<Listing>, NoListing> {
        if let Some(listing) = self.listed(dir) {
            return listing.readable();
        }
        // A path that somebody made up may have thousands of levels, which are not all looked at.
        if dir.len() > USUAL_PATH {
            fs::symlink_metadata(self.root.join(dir)).map_err(no_listing)?;
        }
        let mut above = match self.listed("") {
            Some(root) => root,
            None => self.remember(self.read("", Inherited { is_aside: false, are_builds_ignored: false })?),
        };
        for path in prefixes(dir) {
            if above.unreadable.is_some() {
                return self.listing_past_unreadable(dir);
            }
            let name = last_name(path);
            let below = above.has_dir(name).then(|| self.child(&above, name)).flatten();
            above = below.ok_or_else(|| self.why_absent(dir))?;
        }
        above.readable()
    }

    /// What a directory holds, if that is known already.
    pub(crate) fn listed(&self, dir: &str) -> Option<Arc<Listing>> {
        self.listings().by_dir.get(dir).cloned()
    }

    /// A directory and all below, sorted by path, listed in parallel.
    pub(crate) fn walk(&self, dir: &str) -> Result<Vec<Arc<Listing>>, NoListing> {
        let mut all = Vec::new();
        let mut level = vec![self.listing(dir)?];
        while !level.is_empty() {
            // Over all names of a level at once: most directories may be in one of them.
            let below = level.par_iter().flat_map(|parent| parent.dirs.par_iter().map(move |name| (parent, name)));
            let below: Vec<Arc<Listing>> = below.filter_map(|(parent, name)| self.child(parent, name)).collect();
            all.append(&mut level);
            level = below;
        }
        all.par_sort_unstable_by(|a, b| a.dir.cmp(&b.dir));
        Ok(all)
    }

    /// The listings of the directories directly inside; one that vanished meanwhile is left out.
    pub(crate) fn children<'a>(&'a self, parent: &'a Listing) -> impl Iterator<Item = Arc<Listing>> + 'a {
        parent.dirs.iter().filter_map(|name| self.child(parent, name))
    }

    /// The directories that were listed and can be watched, from the n-th on.
    pub(crate) fn directories_from(&self, n: usize) -> Vec<Arc<str>> {
        self.listings().order.get(n..).unwrap_or_default().to_vec()
    }

    /// The directories that were listed, of this one and all below.
    pub(crate) fn listed_at_or_below(&self, dir: &str) -> Vec<Arc<str>> {
        let listings = self.listings();
        let mut found: Vec<&Arc<Listing>> = listings.by_dir.get(dir).into_iter().collect();
        let mut at = 0;
        while let Some(listing) = found.get(at) {
            found.extend(listing.dirs.iter().filter_map(|name| listings.by_dir.get(&*join(&listing.dir, name))));
            at += 1;
        }
        found.into_iter().map(|listing| listing.dir.clone()).collect()
    }

    /// Of a directory that can be listed but not read, the listing is empty and says so.
    fn child(&self, parent: &Listing, name: &str) -> Option<Arc<Listing>> {
        let dir = join(&parent.dir, name);
        if let Some(listing) = self.listed(&dir) {
            return Some(listing);
        }
        match self.read(&dir, self.inherited(parent, name)) {
            Ok(listing) => Some(self.remember(listing)),
            Err(NoListing::Unreadable(why)) => {
                Some(self.remember(Listing::unreadable(&dir, self.inherited(parent, name), why)))
            }
            Err(NoListing::Missing | NoListing::Ignored | NoListing::StrangeLink) => None,
        }
    }

    /// Lists a directory below one that cannot be listed: only its own path tells whether it is hidden.
    fn listing_past_unreadable(&self, dir: &str) -> Result<Arc<Listing>, NoListing> {
        if prefixes(dir).any(|dir| self.ignores.hide_dir(dir)) || prefixes(dir).any(|dir| self.is_strange(dir)) {
            return Err(self.why_absent(dir));
        }
        let are_builds_ignored = prefixes(dir).any(|dir| self.ignores.leave_out_builds_of(dir));
        Ok(self.remember(self.read(dir, Inherited { is_aside: true, are_builds_ignored })?))
    }

    /// Why a directory is not among the entries of the one above it.
    fn why_absent(&self, dir: &str) -> NoListing {
        if prefixes(dir).any(|dir| self.ignores.hide_dir(dir)) {
            return NoListing::Ignored;
        }
        if prefixes(dir).any(|dir| self.is_strange(dir)) {
            return NoListing::StrangeLink;
        }
        fs::metadata(self.root.join(dir)).map_or_else(no_listing, |_| NoListing::Missing)
    }

    fn is_strange(&self, dir: &str) -> bool {
        let path = self.root.join(dir);
        path.is_symlink() && path.is_dir() && self.is_strange_link(&path)
    }

    fn listings(&self) -> std::sync::RwLockReadGuard<'_, Listings> {
        // What is listed is only ever added to, so it is whole even if somebody panicked.
        self.listings.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, listing: Listing) -> Arc<Listing> {
        let listing = Arc::new(listing);
        let mut listings = self.listings.write().unwrap_or_else(PoisonError::into_inner);
        let Listings { by_dir, order, odd } = &mut *listings;
        // Somebody may have listed it at the same time.
        if let Some(listing) = by_dir.get(&listing.dir) {
            return listing.clone();
        }
        if !listing.is_aside {
            Arc::make_mut(order).push(listing.dir.clone());
        }
        if listing.is_odd() {
            Arc::make_mut(odd).insert(listing.dir.clone());
        }
        Arc::make_mut(by_dir).insert(listing.dir.clone(), listing.clone());
        listing
    }

    /// What a directory has from the one above it.
    fn inherited(&self, parent: &Listing, name: &str) -> Inherited {
        let is_left_out = || self.ignores.leave_out_builds_of(&join(&parent.dir, name));
        Inherited {
            is_aside: parent.is_aside || parent.has_link(name),
            are_builds_ignored: parent.are_builds_ignored || is_left_out(),
        }
    }

    /// Lists a directory now.
    fn read(&self, dir: &str, inherited: Inherited) -> Result<Listing, NoListing> {
        let mut listing = Listing::empty(dir, inherited);
        let path = self.root.join(dir);
        listing.stamp = Stamp::at(&path);
        for entry in fs::read_dir(path).map_err(no_listing)? {
            let entry = entry.map_err(|error| NoListing::Unreadable(error.to_string().into()))?;
            let file_name = entry.file_name();
            let Some(name) = file_name.to_str() else {
                listing.warnings.push(not_utf8(dir, &file_name));
                continue;
            };
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_symlink() {
                listing.links.push(name.into());
            }
            match self.entry_kind(dir, name, kind) {
                Some(EntryKind::Dir) => listing.dirs.push(name.into()),
                Some(EntryKind::File) => listing.files.push(name.into()),
                None if is_build_file(name) => listing.warnings.extend(self.no_build_file(dir, name)),
                None => {}
            }
        }
        for names in [&mut listing.files, &mut listing.dirs, &mut listing.links] {
            names.sort_unstable();
            names.shrink_to_fit();
        }
        listing.warnings.sort_by(|a, b| a.message.cmp(&b.message));
        if !listing.are_builds_ignored {
            let is_ours = |name: &str| is_build_file(name) && !self.ignores.leave_out_build(|| join(dir, name));
            listing.build_files = listing.files.iter().filter(|name| is_ours(name)).cloned().collect();
        }
        if !listing.build_files.is_empty() && dir.contains(|char: char| char == ':' || char.is_control()) {
            listing.build_files.clear();
            let shown = dir.escape_debug();
            listing.warnings.push(Diagnostic::warning_without_place(format!(
                "the BUILD files of `{shown}` are left out: no address can name a directory with a colon or control character"
            )));
        }
        Ok(listing)
    }

    /// What an entry is for us; `None` when it is ignored, or neither a file nor a directory.
    fn entry_kind(&self, dir: &str, name: &str, kind: fs::FileType) -> Option<EntryKind> {
        let is_link = kind.is_symlink();
        // A dangling link is nothing.
        let kind = if is_link { fs::metadata(self.root.join(join(dir, name))).ok()?.file_type() } else { kind };
        if kind.is_file() {
            return (!self.ignores.hide_file(|| join(dir, name))).then_some(EntryKind::File);
        }
        let path = kind.is_dir().then(|| join(dir, name))?;
        if self.ignores.hide_dir(&path) || (is_link && self.is_strange_link(&self.root.join(path))) {
            return None;
        }
        Some(EntryKind::Dir)
    }

    /// What is to be told of an entry that has the name of a BUILD file and can be none.
    fn no_build_file(&self, dir: &str, name: &str) -> Option<Diagnostic> {
        let path = join(dir, name);
        if self.ignores.hide_file(|| path.clone()) || self.ignores.hide_dir(&path) {
            return None;
        }
        let why = match fs::metadata(self.root.join(&path)) {
            Ok(metadata) if metadata.is_file() || metadata.is_dir() => return None,
            Ok(_) => "it is neither a file nor a directory".to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => "it is a link to nothing".to_owned(),
            Err(error) => error.to_string(),
        };
        Some(Diagnostic::warning_without_place(format!("`{path}` is left out: {why}")))
    }

    /// Whether a link to a directory leads out of the build root, or to a directory that it stands in, or is one of too
    /// many on the way: directories that are all linked to each other have more paths than anybody can list.
    fn is_strange_link(&self, link: &Path) -> bool {
        let (Ok(target), Ok(root)) = (fs::canonicalize(link), fs::canonicalize(&self.root)) else { return true };
        let above = || link.ancestors().skip(1).take_while(|dir| dir.starts_with(&self.root));
        !target.starts_with(root)
            || above().any(|dir| fs::canonicalize(dir).is_ok_and(|dir| dir == target))
            || above().filter(|dir| dir.is_symlink()).count() >= MOST_LINKS
    }
}

/// What a directory has from those above it.
#[derive(Clone, Copy)]
struct Inherited {
    is_aside: bool,
    are_builds_ignored: bool,
}

impl Listing {
    fn empty(dir: &str, inherited: Inherited) -> Self {
        Self {
            dir: dir.into(),
            files: Vec::new(),
            dirs: Vec::new(),
            build_files: Vec::new(),
            warnings: Vec::new(),
            links: Vec::new(),
            is_aside: inherited.is_aside,
            stamp: None,
            unreadable: None,
            are_builds_ignored: inherited.are_builds_ignored,
        }
    }

    fn unreadable(dir: &str, inherited: Inherited, why: Arc<str>) -> Self {
        let location = Location { file: dir.into(), line: 0, column: 0 };
        let warning = Diagnostic::warning(location, format!("this directory cannot be read: {why}"));
        Self { warnings: vec![warning], unreadable: Some(why), ..Self::empty(dir, inherited) }
    }
}

fn is_build_file(name: &str) -> bool {
    name == "BUILD" || name.starts_with("BUILD.")
}

/// `a`, `a/b`, `a/b/c` of `a/b/c`.
fn prefixes(dir: &str) -> impl Iterator<Item = &str> {
    let whole = (!dir.is_empty()).then_some(dir);
    dir.match_indices('/').map(|(at, _)| &dir[..at]).chain(whole)
}

/// The last part of a path.
pub(crate) fn last_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A path relative to the build root from a directory and what is inside.
pub(crate) fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() {
        return name.to_owned();
    }
    let mut path = String::with_capacity(dir.len() + 1 + name.len());
    path.push_str(dir);
    path.push('/');
    path.push_str(name);
    path
}

fn no_listing(error: io::Error) -> NoListing {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => NoListing::Missing,
        _ => NoListing::Unreadable(error.to_string().into()),
    }
}

fn not_utf8(dir: &str, name: &OsStr) -> Diagnostic {
    let shown = join(dir, &name.as_encoded_bytes().escape_ascii().to_string());
    Diagnostic::warning_without_place(format!("`{shown}` is left out, because its name is not UTF-8"))
}

#[cfg(test)]
mod tests;
