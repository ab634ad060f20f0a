//! The metadata files of one process: each is seen whole or not at all.
//!
//! A file is written beside its place and renamed. The name that it has meanwhile tells who writes it, so what somebody
//! left who was killed in the middle can be told from what somebody is about to finish.

use super::liveness::exists;
use super::{ManagedProcessError, ProcessManager};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells the unfinished files of one process apart.
static NEXT: AtomicU64 = AtomicU64::new(0);

impl ProcessManager {
    /// Writes one key, by rename: readers see the old value or the new one.
    pub fn write_metadata(&self, key: &str, value: &str) -> Result<(), ManagedProcessError> {
        let path = self.directory.join(key);
        write_whole(&path, value).map_err(|source| ManagedProcessError::Metadata { activity: "write", path, source })
    }

    /// The value of a key; `None` when it was never written.
    pub fn read_metadata(&self, key: &str) -> Result<Option<String>, ManagedProcessError> {
        let path = self.directory.join(key);
        match fs::read_to_string(&path) {
            Ok(value) => Ok(Some(value.trim().to_owned())),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(source) => Err(ManagedProcessError::Metadata { activity: "read", path, source }),
        }
    }

    /// Removes one key.
    pub fn remove_metadata(&self, key: &str) -> Result<(), ManagedProcessError> {
        let path = self.directory.join(key);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(ManagedProcessError::Metadata { activity: "remove", path, source })
            }
            _ => Ok(()),
        }
    }

    /// Removes what those left who were killed while they wrote a key.
    pub fn remove_temporary_files(&self) {
        remove_unfinished(&self.directory);
    }

    /// Gives the process another name: whoever looks for it under the old one finds none, or the next one.
    ///
    /// Fails when there is a process of that name, dead or alive.
    pub fn rename(self, name: &str) -> Result<Self, ManagedProcessError> {
        let directory = self.directory.with_file_name(name);
        match fs::rename(&self.directory, &directory) {
            Ok(()) => Ok(Self { name: name.to_owned(), directory }),
            Err(source) => Err(ManagedProcessError::Metadata { activity: "write", path: directory, source }),
        }
    }
}

/// Removes the unfinished files of writers that are not alive, as far as that is possible.
pub(super) fn remove_unfinished(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok) {
        let name = entry.file_name();
        let Some(writer) = name.to_str().and_then(writer_of) else { continue };
        if !exists(writer)
            && let Err(error) = fs::remove_file(entry.path())
        {
            tracing::debug!(path = %entry.path().display(), %error, "an unfinished file remains");
        }
    }
}

/// `.unfinished-<pid>-<number>`.
fn writer_of(name: &str) -> Option<u32> {
    name.strip_prefix(UNFINISHED)?.split_once('-')?.0.parse().ok()
}

const UNFINISHED: &str = ".unfinished-";

/// A name in `directory` that nobody has, and that tells who made it.
pub(super) fn own_name(directory: &Path, prefix: &str) -> std::path::PathBuf {
    directory.join(format!("{prefix}{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Only its owner may know what is written here: it may hold what lets a client in.
fn write_whole(path: &Path, value: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new(""));
    if !directory.is_dir() {
        fs::create_dir_all(directory.parent().unwrap_or(Path::new("")))?;
        match DirBuilder::new().mode(0o700).create(directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    let unfinished = own_name(directory, UNFINISHED);
    let write = || {
        let mut file: File = File::options().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(value.as_bytes())?;
        fs::rename(&unfinished, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&unfinished)))
}
