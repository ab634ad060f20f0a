//! What may have happened in a build root since a moment: what a watcher tells, and what it cannot tell.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// What may have happened in a build root since a moment. Nothing else happened, where this is right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Paths, relative to the build root, that were made, removed, renamed (both names) or written, or whose attributes
    /// changed.
    pub paths: BTreeSet<PathBuf>,
    /// Where nobody watched.
    pub look: Look,
}

/// Where nobody watched, so that what was read must be looked at again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// Everything was watched.
    #[default]
    Nothing,
    /// These directories, relative to the build root, were not watched the whole time.
    At(Vec<Arc<str>>),
    /// Events were lost, or there are none.
    Everywhere,
}

impl Changes {
    /// Anything may have happened.
    pub fn unknown() -> Self {
        Self { paths: BTreeSet::new(), look: Look::Everywhere }
    }

    /// Whether nothing happened.
    pub fn is_nothing(&self) -> bool {
        self.paths.is_empty() && self.look == Look::Nothing
    }
}
