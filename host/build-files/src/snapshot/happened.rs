//! What happened, as far as it can be told without looking: paths with events, and directories without watch.

use crate::changes::{Changes, Look};
use crate::hashing::FastSet;
use crate::source_roots::at_and_above;
use crate::tree::{Tree, TreeSuspects};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

/// Changes, in the form in which they are asked about.
pub(super) struct Happened {
    /// Paths that something happened to, relative to the build root; those that are no text are left out.
    pub paths: BTreeSet<Arc<str>>,
    /// Their directories, each with the name, if that is text.
    entries: Vec<(Arc<str>, Option<Box<str>>)>,
    /// Directories that nobody watched, and those that may be others.
    pub unwatched: Vec<Arc<str>>,
    /// Directories that may have been moved.
    moved: Vec<Arc<str>>,
    /// Whether nobody watched anything.
    pub is_everything: bool,
}

impl Happened {
    pub(super) fn new(changes: &Changes, tree: &Tree) -> Self {
        let Changes { paths, look } = changes;
        let mut happened = Self {
            paths: BTreeSet::new(),
            entries: Vec::new(),
            unwatched: Vec::new(),
            moved: Vec::new(),
            is_everything: *look == Look::Everywhere,
        };
        if let Look::At(dirs) = look {
            happened.unwatched = dirs.clone();
        }
        paths.iter().for_each(|path| happened.note(path, tree));
        // What is in a directory may have been somewhere else meanwhile, or is another directory's.
        happened.moved = happened.paths.iter().flat_map(|path| tree.listed_at_or_below(path)).collect();
        happened.unwatched.extend(happened.moved.iter().cloned());
        happened
    }

    fn note(&mut self, path: &Path, tree: &Tree) {
        // Something happened to the build root itself: it may be another one.
        let Some(name) = path.file_name() else {
            self.is_everything = true;
            return;
        };
        // Of a directory whose path is no text nothing was listed.
        let Some(dir) = path.parent().and_then(Path::to_str) else { return };
        self.entries.push((dir.into(), OsStr::to_str(name).map(Box::from)));
        // In a directory that nobody listed something can only happen if it is there, which may be new, too.
        let unlisted = at_and_above(dir).take_while(|dir| tree.listed(dir).is_none());
        let entries = unlisted.map(|dir| dir.rsplit_once('/').unwrap_or(("", dir)));
        self.entries.extend(entries.map(|(above, name)| (above.into(), Some(name.into()))));
        self.paths.extend(path.to_str().map(Arc::from));
    }

    /// Which listings may not be right.
    pub(super) fn tree_suspects(&self) -> TreeSuspects {
        let (entries, dirs, moved) = (self.entries.clone(), self.unwatched.clone(), self.moved.clone());
        TreeSuspects { entries, dirs, is_everything: self.is_everything, moved }
    }

    /// What the files with several names are that something happened to: it happened to their other names, too.
    pub(super) fn identities_with_other_names(&self, root: &Path) -> FastSet<(u64, u64)> {
        let metadata = self.paths.iter().filter_map(|path| fs::metadata(root.join(&**path)).ok());
        let linked = metadata.filter(|metadata| metadata.is_file() && metadata.nlink() > 1);
        linked.map(|metadata| (metadata.dev(), metadata.ino())).collect()
    }
}
