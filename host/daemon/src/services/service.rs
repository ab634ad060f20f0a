//! What a service is to the bundle that runs it.

use std::time::{Duration, Instant};

/// What services tell each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// Something happened to files, or to the watcher.
    FilesChanged,
    /// Memory is short: what can be made again is to be forgotten.
    Evict,
}

/// When a service wants to be called again, if no letter comes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// After this time.
    In(Duration),
    /// Not without a letter.
    OnLetter,
}

/// Something that the daemon does besides runs.
pub trait Service: Send {
    /// Its name: of its thread, and where others write to.
    fn name(&self) -> &'static str;

    /// Prepares it, before any service runs; in the order of the bundle. The reason why it cannot is a fragment for users.
    fn set_up(&mut self) -> Result<(), String> {
        Ok(())
    }

    /// Does what is due. The reason why the daemon cannot go on without it is a fragment for users.
    fn tick(&mut self, now: Instant, letters: &[Letter]) -> Result<Next, String>;

    /// It is about to pause.
    fn pause(&mut self) {}

    /// It goes on after a pause.
    fn resume(&mut self) {}
}
