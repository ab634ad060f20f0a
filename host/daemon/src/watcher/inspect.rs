//! A look at a directory before it is watched: whether its events can be believed.

use super::file_system::{FileSystem, FileSystemOf};
use super::source::NotWatched;
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Looks at directories of a build root; knows the file systems that it has met.
pub(super) struct Inspector {
    root: PathBuf,
    file_system_of: FileSystemOf,
    by_device: HashMap<u64, FileSystem>,
}

impl Inspector {
    pub(super) fn new(root: &Path, file_system_of: FileSystemOf) -> Self {
        Self { root: root.to_owned(), file_system_of, by_device: HashMap::new() }
    }

    /// Why a directory should not be watched; nothing where it should, or where the attempt will tell.
    pub(super) fn reason_against(&mut self, name: &str) -> Option<NotWatched> {
        let path = self.root.join(name);
        let metadata = if name.is_empty() { fs::metadata(&path) } else { fs::symlink_metadata(&path) }.ok()?;
        if metadata.is_symlink() {
            return Some(NotWatched::Link);
        }
        let file_system = match self.by_device.get(&metadata.dev()) {
            Some(known) => *known,
            None => {
                let found = (self.file_system_of)(&path).ok()?;
                self.by_device.insert(metadata.dev(), found);
                found
            }
        };
        match file_system {
            FileSystem::Local => None,
            FileSystem::Remote(kind) => {
                Some(NotWatched::Refused(format!("a file system ({kind}) does not tell of changes")))
            }
        }
    }
}
