//! What a warm session asks of whoever watches the build root.

use pants_build_files::Changes;
use std::sync::Arc;

/// Tells what happens to files of a build root.
pub trait FileEvents: Send + Sync {
    /// Watches directories, relative to the build root (the empty name is the root itself), from now on or as soon as it
    /// can. A directory that is watched already costs nothing.
    fn watch(&self, dirs: &[Arc<str>]);

    /// Everything that happened since the last call, up to this moment: it waits for the events of all that happened
    /// before. A directory that is asked for and not watched yet, or that cannot be watched, is among those to look at; so
    /// is one that is watched since the last call, once.
    fn drain(&self) -> Changes;
}
