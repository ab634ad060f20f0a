//! Files that go to people: copied whole or not at all.

use plugin_api::{Context, Error, Result};
use std::path::Path;

/// Copies a file; both paths are relative to the build root, or absolute.
pub(crate) fn publish(context: &Context, from: &str, to: &str) -> Result<()> {
    copy_whole(&context.absolute(from), &context.absolute(to))
        .map_err(|error| Error::from(error).context(format!("cannot write `{to}`")))
}

fn copy_whole(from: &Path, to: &Path) -> std::io::Result<()> {
    // Whole names differ where stems do not: `a.b` and `a.c` may be made at the same time.
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::copy(from, &part)?;
    std::fs::rename(&part, to)
}
