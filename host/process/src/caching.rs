//! What a client wants of the caches of results: one value, from which everything else follows.

use std::path::PathBuf;

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
