//! The directories of the build root as we see them: what is ignored does not exist.
//!
//! Each directory is listed once, when it is first needed, whoever needs it: the search for BUILD files, source globs
//! and specs share the listings. Symlinks are followed inside the build root, but never into a loop.

use crate::WorkspaceConfig;
use crate::hashing::FastMap;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use pants_model::{Diagnostic, Location};
use rayon::prelude::*;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

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
    are_builds_ignored: bool,
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
    /// It exists and cannot be read.
    Unreadable(io::Error),
}

/// The directories of one build root.
pub(crate) struct Tree {
    root: PathBuf,
    hidden: Rules,
    without_builds: Rules,
    excluded: Vec<String>,
    listings: RwLock<FastMap<Arc<str>, Arc<Listing>>>,
    /// The directories of the listings, in the order in which they were made.
    order: RwLock<Vec<Arc<str>>>,
}

impl Tree {
    /// Reads the ignore rules; those that are no patterns become warnings.
    pub(crate) fn new(config: &WorkspaceConfig) -> (Self, Vec<Diagnostic>) {
        let mut warnings = Vec::new();
        let root = &config.build_root;
        let gitignore = config.use_gitignore.then(|| root.join(".gitignore"));
        let hidden = Rules::new(root, gitignore.as_deref(), &config.pants_ignore, &mut warnings);
        let without_builds = Rules::new(root, None, &config.build_ignore, &mut warnings);
        let excluded = config.excluded_dirs.iter().filter_map(|dir| {
            let relative = if dir.is_absolute() { dir.strip_prefix(root).ok()? } else { dir };
            relative.to_str().filter(|dir| !dir.is_empty()).map(str::to_owned)
        });
        let excluded = excluded.collect();
        let listings = RwLock::default();
        (Self { root: root.clone(), hidden, without_builds, excluded, listings, order: RwLock::default() }, warnings)
    }

    /// The build root, absolute.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// What a directory holds.
    pub(crate) fn listing(&self, dir: &str) -> Result<Arc<Listing>, NoListing> {
        if let Some(listing) = self.listed(dir) {
            return Ok(listing);
        }
        // A path that somebody made up may have thousands of levels, which are not all looked at.
        if dir.len() > USUAL_PATH {
            fs::symlink_metadata(self.root.join(dir)).map_err(no_listing)?;
        }
        if prefixes(dir).any(|dir| self.is_hidden_dir(dir)) {
            return Err(NoListing::Ignored);
        }
        let is_strange = |dir: &str| {
            let path = self.root.join(dir);
            path.is_symlink() && path.is_dir() && self.is_strange_link(&path)
        };
        if prefixes(dir).any(is_strange) {
            return Err(NoListing::StrangeLink);
        }
        let are_builds_ignored = prefixes(dir).any(|dir| self.without_builds.matches(dir, EntryKind::Dir));
        self.list(dir, are_builds_ignored)
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

    /// The directories that were listed, from the n-th on.
    pub(crate) fn directories_from(&self, n: usize) -> Vec<Arc<str>> {
        let order = self.order.read().expect("no holder of this lock panics");
        order.get(n..).unwrap_or_default().to_vec()
    }

    fn child(&self, parent: &Listing, name: &str) -> Option<Arc<Listing>> {
        let dir = join(&parent.dir, name);
        if let Some(listing) = self.listed(&dir) {
            return Some(listing);
        }
        let are_builds_ignored = parent.are_builds_ignored || self.without_builds.matches(&dir, EntryKind::Dir);
        match self.list(&dir, are_builds_ignored) {
            Ok(listing) => Some(listing),
            Err(NoListing::Unreadable(error)) => Some(self.remember(unreadable(&dir, &error))),
            Err(NoListing::Missing | NoListing::Ignored | NoListing::StrangeLink) => None,
        }
    }

    fn listed(&self, dir: &str) -> Option<Arc<Listing>> {
        self.listings.read().expect("no holder of this lock panics").get(dir).cloned()
    }

    fn remember(&self, listing: Listing) -> Arc<Listing> {
        let listing = Arc::new(listing);
        let mut listings = self.listings.write().expect("no holder of this lock panics");
        let mut order = self.order.write().expect("no holder of this lock panics");
        let entry = listings.entry(listing.dir.clone());
        entry
            .or_insert_with(|| {
                order.push(listing.dir.clone());
                listing
            })
            .clone()
    }

    fn list(&self, dir: &str, are_builds_ignored: bool) -> Result<Arc<Listing>, NoListing> {
        let mut listing = Listing {
            dir: dir.into(),
            files: Vec::new(),
            dirs: Vec::new(),
            build_files: Vec::new(),
            warnings: Vec::new(),
            are_builds_ignored,
        };
        for entry in fs::read_dir(self.root.join(dir)).map_err(no_listing)? {
            let entry = entry.map_err(NoListing::Unreadable)?;
            let file_name = entry.file_name();
            let Some(name) = file_name.to_str() else {
                listing.warnings.push(not_utf8(dir, &file_name));
                continue;
            };
            match self.entry_kind(dir, name, &entry) {
                Some(EntryKind::Dir) => listing.dirs.push(name.into()),
                Some(EntryKind::File) => listing.files.push(name.into()),
                None if is_build_file(name) => listing.warnings.extend(self.no_build_file(dir, name, &entry)),
                None => {}
            }
        }
        listing.files.sort_unstable();
        listing.dirs.sort_unstable();
        listing.warnings.sort_by(|a, b| a.message.cmp(&b.message));
        if !are_builds_ignored {
            let is_ours = |name: &str| {
                is_build_file(name)
                    && !(self.without_builds.know_files
                        && self.without_builds.matches(&join(dir, name), EntryKind::File))
            };
            listing.build_files = listing.files.iter().filter(|name| is_ours(name)).cloned().collect();
        }
        if !listing.build_files.is_empty() && dir.contains(|char: char| char == ':' || char.is_control()) {
            listing.build_files.clear();
            let shown = dir.escape_debug();
            listing.warnings.push(Diagnostic::warning_without_place(format!(
                "the BUILD files of `{shown}` are left out: no address can name a directory with a colon or control character"
            )));
        }
        Ok(self.remember(listing))
    }

    /// What an entry is for us; `None` when it is ignored, or neither a file nor a directory.
    fn entry_kind(&self, dir: &str, name: &str, entry: &fs::DirEntry) -> Option<EntryKind> {
        let mut kind = entry.file_type().ok()?;
        let is_link = kind.is_symlink();
        if is_link {
            // A dangling link is nothing.
            kind = fs::metadata(entry.path()).ok()?.file_type();
        }
        if kind.is_file() {
            let is_hidden = self.hidden.know_files && self.hidden.matches(&join(dir, name), EntryKind::File);
            return (!is_hidden).then_some(EntryKind::File);
        }
        if !kind.is_dir() || self.is_hidden_dir(&join(dir, name)) || (is_link && self.is_strange_link(&entry.path())) {
            return None;
        }
        Some(EntryKind::Dir)
    }

    /// What is to be told of an entry that has the name of a BUILD file and can be none.
    fn no_build_file(&self, dir: &str, name: &str, entry: &fs::DirEntry) -> Option<Diagnostic> {
        let path = join(dir, name);
        if self.hidden.matches(&path, EntryKind::File) || self.is_hidden_dir(&path) {
            return None;
        }
        let why = match fs::metadata(entry.path()) {
            Ok(metadata) if metadata.is_file() || metadata.is_dir() => return None,
            Ok(_) => "it is neither a file nor a directory".to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => "it is a link to nothing".to_owned(),
            Err(error) => error.to_string(),
        };
        Some(Diagnostic::warning_without_place(format!("`{path}` is left out: {why}")))
    }

    fn is_hidden_dir(&self, dir: &str) -> bool {
        self.excluded.iter().any(|excluded| excluded == dir) || self.hidden.matches(dir, EntryKind::Dir)
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EntryKind {
    File,
    Dir,
}

/// Ignore patterns with git's semantics.
struct Rules {
    patterns: Gitignore,
    /// Whether any pattern is about files; if none is, files need not be asked about.
    know_files: bool,
}

impl Rules {
    fn new(root: &Path, file: Option<&Path>, patterns: &[String], warnings: &mut Vec<Diagnostic>) -> Self {
        let mut builder = GitignoreBuilder::new(root);
        let mut know_files = false;
        // A missing file has no rules; a line of it that is no pattern, or no text, is git's business, not ours.
        let bytes = file.filter(|file| file.is_file()).and_then(|file| fs::read(file).ok()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        for line in text.lines() {
            know_files |= is_about_files(line);
            let _ = builder.add_line(file.map(Path::to_owned), line);
        }
        for pattern in patterns {
            know_files |= is_about_files(pattern);
            if let Err(error) = builder.add_line(None, pattern) {
                warnings.push(Diagnostic::warning_without_place(format!(
                    "ignore pattern `{pattern}` is left out: {error}"
                )));
            }
        }
        let patterns = builder.build().unwrap_or_else(|error| {
            warnings.push(Diagnostic::warning_without_place(format!("ignore patterns are left out: {error}")));
            Gitignore::empty()
        });
        Self { patterns, know_files }
    }

    fn matches(&self, path: &str, kind: EntryKind) -> bool {
        !path.is_empty() && self.patterns.matched(path, kind == EntryKind::Dir).is_ignore()
    }
}

fn is_build_file(name: &str) -> bool {
    name == "BUILD" || name.starts_with("BUILD.")
}

fn is_about_files(pattern: &str) -> bool {
    let pattern = pattern.trim();
    !pattern.is_empty() && !pattern.starts_with(['#', '!']) && !pattern.ends_with('/')
}

/// `a`, `a/b`, `a/b/c` of `a/b/c`.
fn prefixes(dir: &str) -> impl Iterator<Item = &str> {
    let whole = (!dir.is_empty()).then_some(dir);
    dir.match_indices('/').map(|(at, _)| &dir[..at]).chain(whole)
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
        _ => NoListing::Unreadable(error),
    }
}

fn unreadable(dir: &str, error: &io::Error) -> Listing {
    let location = Location { file: dir.into(), line: 0, column: 0 };
    Listing {
        dir: dir.into(),
        files: Vec::new(),
        dirs: Vec::new(),
        build_files: Vec::new(),
        warnings: vec![Diagnostic::warning(location, format!("this directory cannot be read: {error}"))],
        are_builds_ignored: false,
    }
}

fn not_utf8(dir: &str, name: &OsStr) -> Diagnostic {
    let shown = join(dir, &name.as_encoded_bytes().escape_ascii().to_string());
    Diagnostic::warning_without_place(format!("`{shown}` is left out, because its name is not UTF-8"))
}

#[cfg(test)]
mod tests;
