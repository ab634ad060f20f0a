//! The local content store: read-only files named by their SHA-256, written by rename, shared by every process.
//!
//! Blobs are verified when they are used: a missing or damaged one is a cache miss, and a damaged one is removed. So
//! nothing needs to be synced, and a power cut costs entries but never truth.

use crate::digest::{Digest, copy_and_digest};
use crate::last_use::note_use;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Why something below the cache directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A directory cannot be made.
    #[error("cannot create cache directory `{}`", path.display())]
    Create {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A name that cannot be the name of a directory.
    #[error("`{name}` cannot be the name of a cache directory")]
    BadName {
        /// The name.
        name: String,
    },
}

/// Makes a directory below the cache directory, with those above it.
pub(crate) fn create_directory(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).map_err(|source| StoreError::Create { path: path.to_owned(), source })
}

/// Accepts what is one path component and not hidden.
pub(crate) fn check_name(name: &str) -> Result<(), StoreError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
        return Err(StoreError::BadName { name: name.to_owned() });
    }
    Ok(())
}

#[derive(Clone, Debug)]
pub(crate) struct ContentStore {
    root: PathBuf,
}

impl ContentStore {
    pub(crate) fn new(cache_dir: &Path) -> Self {
        Self { root: cache_dir.join("content") }
    }

    /// Stores bytes.
    pub(crate) fn put_bytes(&self, bytes: &[u8]) -> io::Result<Digest> {
        let digest = Digest::of_bytes(bytes);
        if !self.contains(&digest) {
            let mut temporary = self.temporary()?;
            temporary.write_all(bytes)?;
            self.persist(temporary, &digest)?;
        }
        Ok(digest)
    }

    /// Stores the content of a file.
    pub(crate) fn put_file(&self, path: &Path) -> io::Result<Digest> {
        let mut temporary = self.temporary()?;
        let digest = copy_and_digest(&mut File::open(path)?, temporary.as_file_mut())?;
        if !self.contains(&digest) {
            self.persist(temporary, &digest)?;
        }
        Ok(digest)
    }

    /// Whether there is a blob of this name and length, for somebody who uses it then; its content is verified only by who
    /// reads it.
    pub(crate) fn contains(&self, digest: &Digest) -> bool {
        let found = self.find(digest);
        if let Some(metadata) = &found {
            note_use(&self.path(digest), metadata);
        }
        found.is_some()
    }

    /// Whether there is such a blob, for somebody who only wants to know.
    pub(crate) fn holds(&self, digest: &Digest) -> bool {
        self.find(digest).is_some()
    }

    /// The content of a blob; `None` when it is missing or damaged.
    pub(crate) fn read(&self, digest: &Digest) -> Option<Vec<u8>> {
        let bytes = fs::read(self.path(digest)).ok()?;
        if Digest::of_bytes(&bytes) == *digest {
            return Some(bytes);
        }
        self.discard(digest);
        None
    }

    /// Writes a blob to a file by rename; `false` when it is missing or damaged. The errors are those of `to`.
    ///
    /// The file is a copy, never a hard link: a tool that later writes into its own output must not reach the store.
    pub(crate) fn copy_to(&self, digest: &Digest, to: &Path, mode: u32) -> io::Result<bool> {
        let Ok(mut blob) = File::open(self.path(digest)) else { return Ok(false) };
        let directory = to.parent().expect("outputs are files in a directory");
        let mut temporary = tempfile::Builder::new()
            .prefix(".pants-restore-")
            .permissions(Permissions::from_mode(mode)) // The umask applies, as it does for tools.
            .tempfile_in(directory)?;
        if copy_and_digest(&mut blob, temporary.as_file_mut())? != *digest {
            self.discard(digest);
            return Ok(false);
        }
        temporary.persist(to).map_err(|failed| failed.error)?;
        Ok(true)
    }

    fn find(&self, digest: &Digest) -> Option<Metadata> {
        fs::metadata(self.path(digest)).ok().filter(|metadata| metadata.len() == digest.size)
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let hash = digest.hash.to_hex();
        self.root.join(&hash[..2]).join(hash)
    }

    fn temporary(&self) -> io::Result<NamedTempFile> {
        fs::create_dir_all(&self.root)?;
        tempfile::Builder::new().prefix(".tmp-").tempfile_in(&self.root)
    }

    fn persist(&self, temporary: NamedTempFile, digest: &Digest) -> io::Result<()> {
        let path = self.path(digest);
        fs::create_dir_all(path.parent().expect("blobs lie in a directory"))?;
        temporary.as_file().set_permissions(Permissions::from_mode(0o444))?;
        temporary.persist(path).map_err(|failed| failed.error)?;
        Ok(())
    }

    fn discard(&self, digest: &Digest) {
        tracing::warn!(%digest, "removing a damaged blob from the content store");
        // If it cannot be removed it is found damaged again, and missed again.
        drop(fs::remove_file(self.path(digest)));
    }
}

#[cfg(test)]
mod tests;
