//! A tree of links: exact without copying, since a link always shows what its file says now.

use std::io;
use std::path::{Path, PathBuf};

/// Makes `path` a link to a file; both are absolute and below the build root. The link itself is relative, so that the
/// whole repository can be moved.
pub(super) fn link(path: &Path, file: &Path, build_root: &Path) -> io::Result<()> {
    let up = path.strip_prefix(build_root).map_or(0, |path| path.components().count().saturating_sub(1));
    let below = file.strip_prefix(build_root).unwrap_or(file);
    let target: PathBuf = std::iter::repeat_n("..", up).collect::<PathBuf>().join(below);
    if std::fs::read_link(path).is_ok_and(|present| present == target) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    remove(path)?;
    make(path, &target)
}

/// Removes everything below a directory whose path in it is not wanted.
pub(super) fn remove_others(directory: &Path, is_wanted: &dyn Fn(&str) -> bool) -> io::Result<()> {
    remove_others_below(directory, "", is_wanted)
}

fn remove_others_below(directory: &Path, prefix: &str, is_wanted: &dyn Fn(&str) -> bool) -> io::Result<()> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            remove_others_below(&entry.path(), &format!("{path}/"), is_wanted)?;
            // Only an empty directory can be removed like this, and only an empty one should be.
            if std::fs::read_dir(entry.path())?.next().is_none() {
                std::fs::remove_dir(entry.path())?;
            }
        } else if !is_wanted(&path) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Removes a file or link, or a directory that stands where a file should.
fn remove(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn make(path: &Path, target: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn make(path: &Path, target: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    std::fs::copy(directory.join(target), path).map(|_| ())
}
