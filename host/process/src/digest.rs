//! Digests of content, and the stamps that say whether a file is still the one that was digested.

use pants_model::Fingerprint;
use sha2::Digest as _;
use sha2::Sha256;
use std::fmt;
use std::fs::Metadata;
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Content by its SHA-256 and its length in bytes: a Digest of the Remote Execution API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    /// The SHA-256 of the content.
    pub hash: Fingerprint,
    /// The length of the content in bytes.
    pub size: u64,
}

impl Digest {
    /// The digest of some bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self { hash: Fingerprint::of_bytes(bytes), size: bytes.len() as u64 }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.hash, self.size)
    }
}

/// Copies everything from a reader to a writer and returns the digest of what went by.
pub(crate) fn copy_and_digest(from: &mut impl Read, to: &mut impl Write) -> io::Result<Digest> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    let mut size = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        size += read as u64;
    }
    Ok(Digest { hash: Fingerprint::from_bytes(hasher.finalize().into()), size })
}

/// What the file system says about a file; as long as it is equal, the content is taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileStamp {
    /// The device that holds the file.
    pub device: u64,
    /// The file's number on the device.
    pub inode: u64,
    /// The length in bytes.
    pub size: u64,
    /// When the content changed, in nanoseconds since the epoch; tools can set it.
    pub modified: i64,
    /// When content or metadata changed, in nanoseconds since the epoch; only the kernel sets it.
    pub changed: i64,
}

impl FileStamp {
    /// The stamp in some metadata.
    pub fn of(metadata: &Metadata) -> Self {
        let nanos = |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000_000).saturating_add(nanos);
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: nanos(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanos(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether the file could still change without a change of its stamp, had its content been read at `now`.
    ///
    /// File systems tick: a write within the tick of the last one leaves the times as they are. The tick is some
    /// milliseconds where times have nanoseconds, and up to two seconds where they come in whole ones.
    pub(crate) fn is_racy(&self, now: SystemTime) -> bool {
        const NANOS_PER_SECOND: i64 = 1_000_000_000;
        let latest = self.modified.max(self.changed);
        let has_whole_seconds = self.modified % NANOS_PER_SECOND == 0 && self.changed % NANOS_PER_SECOND == 0;
        let tick = if has_whole_seconds { Duration::from_secs(2) } else { Duration::from_millis(50) };
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let trusted_until = i64::try_from(since_epoch.saturating_sub(tick).as_nanos()).unwrap_or(i64::MAX);
        latest >= trusted_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copying_digests_what_goes_by() {
        let mut copy = Vec::new();
        let digest = copy_and_digest(&mut &b"abc"[..], &mut copy).expect("memory does not fail");
        assert_eq!(copy, b"abc");
        assert_eq!(digest, Digest::of_bytes(b"abc"));
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/3");
    }

    #[test]
    fn a_stamp_is_racy_within_its_tick() {
        let stamp = |nanos| FileStamp { device: 1, inode: 2, size: 3, modified: 5, changed: nanos };
        let at = |millis| UNIX_EPOCH + Duration::from_millis(millis);
        assert!(stamp(10_000_000_001).is_racy(at(10_000)));
        assert!(stamp(10_000_000_001).is_racy(at(10_040)));
        assert!(!stamp(10_000_000_001).is_racy(at(10_060)));
        let whole = FileStamp { device: 1, inode: 2, size: 3, modified: 0, changed: 10_000_000_000 };
        assert!(whole.is_racy(at(11_900)));
        assert!(!whole.is_racy(at(12_100)));
        assert!(stamp(i64::MAX).is_racy(at(0)), "the future is racy");
    }
}
