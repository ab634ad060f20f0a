//! The directories in which paths of the command line may lead somewhere.

use std::collections::BTreeSet;
use std::path::Path;

/// Where paths of the command line begin.
pub(crate) struct LocalPaths<'a> {
    /// The current directory.
    pub(crate) cwd: &'a Path,
    /// The build root.
    pub(crate) build_root: &'a Path,
}

impl LocalPaths<'_> {
    /// Whether a path leads somewhere.
    pub(crate) fn exists(&self, path: &str) -> bool {
        self.cwd.join(path).exists() || self.build_root.join(path).exists()
    }

    /// The directories here and in the build root, without hidden ones; none that cannot be read.
    pub(crate) fn directories(&self) -> BTreeSet<String> {
        let entries =
            [self.cwd, self.build_root].into_iter().filter_map(|directory| std::fs::read_dir(directory).ok()).flatten();
        let is_directory = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
        let names = entries.flatten().filter(is_directory).filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| !name.starts_with('.')).collect()
    }
}
