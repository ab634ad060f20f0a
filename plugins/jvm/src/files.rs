//! Files that tasks leave: each is whole, or not there. What stands in them is others' business.

use plugin_api::{Context, Error, Result};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Writes a text to a path relative to the build root; the error names it.
pub(crate) fn write_text(context: &Context, path: &str, text: &str) -> Result<()> {
    write(&context.absolute(path), text.as_bytes())
        .map_err(|error| Error::from(error).context(format!("cannot write `{path}`")))
}

/// Writes bytes.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_with(path, |file| file.write_all(bytes))
}

/// Writes a file beside its place and moves it there, so that no reader ever sees half of it.
pub(crate) fn write_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let mut unfinished = tempfile::Builder::new().permissions(world_readable()).tempfile_in(directory)?;
    write(unfinished.as_file_mut())?;
    unfinished.persist(path)?;
    Ok(())
}

#[cfg(unix)]
fn world_readable() -> std::fs::Permissions {
    // What the user's mask takes away is taken away when the file is made.
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}
