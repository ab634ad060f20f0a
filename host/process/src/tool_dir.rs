//! Directories of tools that are made once and then never change: `<cache>/tools/<name>/<key>/`.
//!
//! Made in place under a lock between processes, because some tools know the path that they were installed at (a
//! venv), and complete only when a synced marker says so. Without the marker it is the rest of a build that was
//! killed: nobody uses it and the next build starts from nothing. A build that fails leaves nothing.

use crate::cancel::Cancel;
use crate::content_store::{StoreError, check_name, create_directory};
use crate::last_use::{GRAIN, note_use, unused_for};
use crate::lock::{LockError, WorkdirLock};
use pants_model::Fingerprint;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Says that a tool directory is complete.
const MARKER: &str = ".pants-complete";
/// What the marker is called while it is decided whether the directory goes.
const TAKEN_MARKER: &str = ".pants-collected";

/// Why there is no tool directory.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The cache directory cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lock of the directory was not taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Building it failed; the text is the builder's.
    #[error("{message}")]
    Build {
        /// The name of the tool.
        name: String,
        /// What the builder said.
        message: String,
    },
    /// The directory cannot be written.
    #[error("cannot write tool directory `{}`", path.display())]
    Io {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

pub(crate) fn tool_dir(
    cache_dir: &Path,
    name: &str,
    key: &Fingerprint,
    cancel: &Cancel,
    build: &mut dyn FnMut(&Path) -> Result<(), String>,
) -> Result<PathBuf, ToolError> {
    check_name(name)?;
    let tools = cache_dir.join("tools").join(name);
    let directory = tools.join(key.to_hex());
    if is_usable(&directory) {
        return Ok(directory);
    }
    create_directory(&tools)?;
    let who = format!("PID {} (making tool {name})", std::process::id()).as_str().into();
    let lock = lock_of(&directory);
    let _lock = WorkdirLock::acquire(&lock, &who, cancel, &mut |holder| {
        tracing::info!(tool = name, holder, "waiting for another process to make a tool");
    })?;
    if is_complete(&directory) {
        return Ok(directory);
    }
    let unfinished = Unfinished(&directory);
    let failed = |source| ToolError::Io { path: directory.clone(), source };
    clear(&directory).map_err(failed)?;
    create_directory(&directory)?;
    build(&directory).map_err(|message| ToolError::Build { name: name.to_owned(), message })?;
    complete(&directory).map_err(failed)?;
    std::mem::forget(unfinished);
    Ok(directory)
}

/// What became of a directory that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// It is gone.
    Removed,
    /// It is used, or being made, or cannot be removed.
    Kept,
}

/// Removes a tool directory that was not used for so long, and what is left of one whose build was killed.
///
/// Whoever uses one touches its marker first and looks for it again then. So the marker is taken away first and looked at
/// once more: either its user has touched it before that, and gets it back, or he finds no marker and makes the tool
/// anew, after this lock was given back.
pub(crate) fn remove_unused(directory: &Path, unused: Duration, now: SystemTime) -> Removal {
    let marker = directory.join(MARKER);
    let is_old = |path: &Path, than| fs::metadata(path).is_ok_and(|metadata| unused_for(&metadata, now) > than);
    let is_candidate = if marker.exists() { is_old(&marker, unused) } else { is_old(directory, GRAIN) };
    if !is_candidate {
        return Removal::Kept;
    }
    let lock = lock_of(directory);
    let Ok(Some(_lock)) = WorkdirLock::acquire_within(&lock, "collecting", &Cancel::new(), Duration::ZERO, &mut |_| ())
    else {
        return Removal::Kept;
    };
    let taken = directory.join(TAKEN_MARKER);
    if fs::rename(&marker, &taken).is_ok() && !is_old(&taken, unused) {
        if let Err(error) = fs::rename(&taken, &marker) {
            tracing::debug!(path = %directory.display(), %error, "a tool must be made anew");
        }
        return Removal::Kept;
    }
    match clear(directory) {
        Ok(()) => Removal::Removed,
        Err(error) => {
            tracing::debug!(path = %directory.display(), %error, "cannot be collected");
            Removal::Kept
        }
    }
}

fn lock_of(directory: &Path) -> PathBuf {
    directory.with_extension("lock")
}

/// Whether it is complete, for somebody who uses it then.
fn is_usable(directory: &Path) -> bool {
    let marker = directory.join(MARKER);
    let Ok(metadata) = fs::metadata(&marker) else { return false };
    note_use(&marker, &metadata);
    is_complete(directory)
}

fn is_complete(directory: &Path) -> bool {
    directory.join(MARKER).is_file()
}

fn clear(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        cleared => cleared,
    }
}

fn complete(directory: &Path) -> io::Result<()> {
    File::create(directory.join(MARKER))?.sync_all()?;
    File::open(directory)?.sync_all()
}

/// Removes the directory when its build fails or panics.
struct Unfinished<'a>(&'a Path);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Err(error) = clear(self.0) {
            // Without its marker nobody will use it.
            tracing::warn!(path = %self.0.display(), %error, "cannot remove an unfinished tool directory");
        }
    }
}

#[cfg(test)]
mod tests;
