//! What goes to people: whole directories, from where a task made them to where they are looked for.

use crate::{Context, Error, Result};
use std::io::{self, ErrorKind};
use std::path::Path;

impl Context {
    /// Puts a copy of a directory, with all that is in it, where another one may be; both paths are relative to the build
    /// root, or absolute. The error names `to`. Since 1.1.
    pub fn publish_directory(&self, from: &str, to: &str) -> Result<()> {
        let target = self.absolute(to);
        let removed = match std::fs::remove_dir_all(&target) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        removed
            .and_then(|()| copy_tree(&self.absolute(from), &target))
            .map_err(|error| Error::from(error).context(format!("cannot write `{to}`")))
    }
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
