//! Private, content-addressed copies of plugins, and what is remembered about checksums.
//!
//! A plugin is never loaded from where it was found: replacing a loaded file silently keeps the old code, overwriting
//! or truncating it kills the process. It is copied once to `<cache>/plugins/<sha256>/<file name>` and loaded from there.
//!
//! Hashing a plugin costs as much as loading it, so its checksum is remembered under what the file system says about
//! the file (device, inode, size, times of change). A record counts only when it was written after the file had been
//! left alone for longer than the clock of a file system ticks; otherwise a change in the same tick would be missed.

use crate::error::{PluginFault, file_name};
use pants_model::{Fingerprint, FingerprintBuilder};
use sha2::{Digest, Sha256};
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The slowest tick of a file-system clock that is in use (FAT has two seconds, and holds no caches).
pub(crate) const CLOCK_TICK: Duration = Duration::from_millis(20);

/// The directory of plugin copies in the cache; safe to use from several processes at once.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    root: PathBuf,
}

impl Store {
    /// The store below a cache directory; made when it is first written.
    pub(crate) fn new(cache_dir: &Path) -> Self {
        Self { root: cache_dir.join("plugins") }
    }

    /// The SHA-256 of a file, remembered from an earlier run where possible.
    pub(crate) fn checksum(&self, path: &Path) -> Result<Fingerprint, PluginFault> {
        let metadata = fs::metadata(path).map_err(PluginFault::unreadable)?;
        let Some(key) = stamp_key(&metadata) else {
            return hash_file(path);
        };
        let record = self.root.join("checksums").join(key.to_hex());
        if let Some(checksum) = recall(&record, &metadata) {
            return Ok(checksum);
        }
        let checksum = hash_file(path)?;
        // A record that cannot be written costs time in the next run, nothing else.
        if let Err(error) = write_whole(&record, checksum.to_hex().as_bytes()) {
            tracing::debug!(record = %record.display(), %error, "the checksum of a plugin is not remembered");
        }
        Ok(checksum)
    }

    /// The private copy of a file whose checksum was accepted; made when it is missing or damaged.
    pub(crate) fn private_copy(&self, path: &Path, checksum: Fingerprint) -> Result<PathBuf, PluginFault> {
        let copy = self.root.join(checksum.to_hex()).join(file_name(path));
        if copy.is_file() && self.checksum(&copy)? == checksum {
            return Ok(copy);
        }
        let bytes = fs::read(path).map_err(PluginFault::unreadable)?;
        if Fingerprint::of_bytes(&bytes) != checksum {
            return Err(PluginFault::Changed);
        }
        write_whole(&copy, &bytes)
            .map_err(|source| PluginFault::NotCopied { directory: self.root.clone(), source: plain(source) })?;
        Ok(copy)
    }
}

/// What identifies the state of a file without reading it; `None` where the system does not say enough.
#[cfg(unix)]
pub(crate) fn stamp_key(metadata: &Metadata) -> Option<Fingerprint> {
    use std::os::unix::fs::MetadataExt;
    let mut key = FingerprintBuilder::new("plugin stamp");
    for number in [metadata.dev(), metadata.ino(), metadata.size()] {
        key.add(number.to_le_bytes());
    }
    for number in [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()] {
        key.add(number.to_le_bytes());
    }
    Some(key.finish())
}

#[cfg(not(unix))]
pub(crate) fn stamp_key(_: &Metadata) -> Option<Fingerprint> {
    None
}

/// When the file last changed in any way that the system notes.
#[cfg(unix)]
pub(crate) fn changed_at(metadata: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    let since_epoch = Duration::new(metadata.ctime().try_into().ok()?, metadata.ctime_nsec().try_into().ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since_epoch)
}

#[cfg(not(unix))]
pub(crate) fn changed_at(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

fn recall(record: &Path, metadata: &Metadata) -> Option<Fingerprint> {
    let written = fs::metadata(record).ok()?.modified().ok()?;
    if written < changed_at(metadata)?.checked_add(CLOCK_TICK)? {
        return None;
    }
    Fingerprint::from_hex(fs::read_to_string(record).ok()?.trim())
}

fn hash_file(path: &Path) -> Result<Fingerprint, PluginFault> {
    let mut file = File::open(path).map_err(PluginFault::unreadable)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Fingerprint::from_bytes(hasher.finalize().into())),
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(PluginFault::unreadable(error)),
        }
    }
}

/// The system's error alone: the name of a temporary file means nothing to anybody.
fn plain(error: io::Error) -> io::Error {
    if error.raw_os_error().is_some() { error } else { error.kind().into() }
}

/// Writes a file that others see whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(dir)?;
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixture {
        dir: tempfile::TempDir,
        store: Store,
        plugin: PathBuf,
    }

    fn fixture(bytes: &[u8]) -> Fixture {
        let dir = tempfile::tempdir().unwrap();
        let plugin = dir.path().join("libacme.so");
        fs::write(&plugin, bytes).unwrap();
        Fixture { store: Store::new(&dir.path().join("cache")), plugin, dir }
    }

    /// As if the file had been left alone for an hour.
    fn age_records(fixture: &Fixture) {
        let later = SystemTime::now() + Duration::from_secs(3600);
        for record in fs::read_dir(fixture.dir.path().join("cache/plugins/checksums")).unwrap() {
            File::options().write(true).open(record.unwrap().path()).unwrap().set_modified(later).unwrap();
        }
    }

    #[test]
    fn a_checksum_is_remembered_once_the_file_has_rested() {
        let fixture = fixture(b"one");
        let real = Fingerprint::of_bytes(b"one");
        assert_eq!(fixture.store.checksum(&fixture.plugin).unwrap(), real);
        let record = fs::read_dir(fixture.dir.path().join("cache/plugins/checksums")).unwrap().next().unwrap().unwrap();
        let other = Fingerprint::of_bytes(b"a record that was read");
        fs::write(record.path(), other.to_hex()).unwrap();
        age_records(&fixture);
        assert_eq!(fixture.store.checksum(&fixture.plugin).unwrap(), other);
        fs::write(&fixture.plugin, b"a changed file").unwrap();
        assert_eq!(fixture.store.checksum(&fixture.plugin).unwrap(), Fingerprint::of_bytes(b"a changed file"));
    }

    #[test]
    fn the_copy_stands_under_its_checksum_and_is_repaired_when_damaged() {
        let fixture = fixture(b"library");
        let checksum = Fingerprint::of_bytes(b"library");
        let copy = fixture.store.private_copy(&fixture.plugin, checksum).unwrap();
        assert!(copy.ends_with(format!("plugins/{checksum}/libacme.so")), "{copy:?}");
        fs::write(&copy, b"damaged").unwrap();
        assert_eq!(fixture.store.private_copy(&fixture.plugin, checksum).unwrap(), copy);
        assert_eq!(fs::read(&copy).unwrap(), b"library");
    }

    #[test]
    fn a_file_that_changed_after_its_checksum_was_accepted_is_not_copied() {
        let fixture = fixture(b"accepted");
        fs::write(&fixture.plugin, b"replaced").unwrap();
        let fault = fixture.store.private_copy(&fixture.plugin, Fingerprint::of_bytes(b"accepted")).unwrap_err();
        assert_eq!(fault.to_string(), "changed while it was being loaded");
    }
}
