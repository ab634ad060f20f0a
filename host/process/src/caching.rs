//! What a client wants of the caches of results: one value, from which everything else follows.

use rustix::fs::Access;
use std::io;
use std::path::{Path, PathBuf};

/// How a client uses the caches of results. Another value never changes what a process makes, only whether it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caching {
    /// Whether results are taken from them.
    pub reads: Reads,
    /// Whether results are put into them.
    pub writes: Writes,
    /// Directories of further caches in which results are looked up, after the service's own; one that does not exist
    /// has none.
    pub read_from: Vec<PathBuf>,
    /// Directories of further caches that results are put into, besides the service's own.
    pub write_to: Vec<PathBuf>,
    /// Part of every key when it is not empty: with another generation, all earlier results are forgotten.
    pub generation: String,
}

/// Whether results are taken from the caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// A result that is there is taken.
    Yes,
    /// Every process runs.
    No,
}

/// Whether results are put into the caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// Nothing is put there.
    No,
    /// A result is put there unless it holds a whole one already.
    Missing,
    /// A result takes the place of an earlier one.
    All,
}

impl Default for Caching {
    /// The service's own caches, for everything.
    fn default() -> Self {
        Self {
            reads: Reads::Yes,
            writes: Writes::Missing,
            read_from: Vec::new(),
            write_to: Vec::new(),
            generation: String::new(),
        }
    }
}

/// Why no results can be put into the cache of a directory, if that can be told without making anything: the directory
/// is made when the first result comes.
pub fn obstacle_to_writing(directory: &Path) -> Option<io::Error> {
    // The nearest directory that is there is the one in which others would be made.
    let nearest = directory.ancestors().find_map(|path| match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        found => Some((path, found)),
    });
    match nearest? {
        (_, Err(error)) => Some(error),
        (_, Ok(metadata)) if !metadata.is_dir() => Some(io::ErrorKind::NotADirectory.into()),
        (path, Ok(_)) => rustix::fs::access(path, Access::WRITE_OK | Access::EXEC_OK).err().map(Into::into),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::Fixture;

    #[test]
    fn a_file_in_the_way_is_an_obstacle_and_a_directory_that_is_missing_is_none() {
        let fixture = Fixture::new("//- file\n");
        let obstacle = |path: &str| obstacle_to_writing(&fixture.root().join(path)).map(|error| error.kind());
        assert_eq!([obstacle(""), obstacle("a/b")], [None, None]);
        assert!(!fixture.root().join("a").exists());
        let expect = Some(io::ErrorKind::NotADirectory);
        assert_eq!([obstacle("file"), obstacle("file/b")], [expect, expect]);
    }
}
