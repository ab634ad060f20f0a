//! What a daemon that had to end left for the next client: why.

use super::site::Site;
use std::fs;
use std::path::PathBuf;

/// The reason that a daemon left, which nobody hears again.
pub(super) fn hear(site: &Site) -> Option<String> {
    let reason = fs::read_to_string(file(site)).ok()?;
    forget(site);
    Some(reason)
}

/// Leaves the reason for the end of a daemon that nobody wished. Where that fails, the log still has it.
pub(super) fn leave(site: &Site, reason: &str) {
    if let Err(error) = fs::write(file(site), reason) {
        tracing::debug!(%error, "the reason for the end is in the log alone");
    }
}

/// There is nobody left to tell.
pub(super) fn forget(site: &Site) {
    // Most often there are none.
    let _ = fs::remove_file(file(site));
}

fn file(site: &Site) -> PathBuf {
    site.subprocess_dir.join(".ended.pantsd")
}
