//! Stamps: what the system says of a file or directory besides its content, so that whether it is still the same can be
//! asked without reading it.
//!
//! A stamp is taken before what it is of is read. One that is about as young as the moment when it was taken proves
//! nothing: what is written within the same tick of the file system's clock leaves no trace in it.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The coarsest clock that a file system takes its times from.
const TICK: Duration = Duration::from_millis(20);

/// What the system said of a file or directory at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    /// The device, and the number there.
    identity: (u64, u64),
    size: u64,
    /// In nanoseconds, as the next one.
    modified: i64,
    changed: i64,
    /// Whether it was so young that something could have happened since without a trace.
    is_young: bool,
    /// Whether it is a file with other names, through which it is written without a trace here.
    has_other_names: bool,
}

/// For each of some files, its stamp, if it could be read.
pub(crate) type Stamps = Box<[Option<Stamp>]>;

impl Stamp {
    /// The stamp of what is at a path, through links; nothing where nothing is.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        let now = SystemTime::now();
        fs::metadata(path).ok().map(|metadata| Self::new(&metadata, now))
    }

    /// The stamp of an open file.
    pub(crate) fn of(file: &fs::File) -> Option<Self> {
        let now = SystemTime::now();
        file.metadata().ok().map(|metadata| Self::new(&metadata, now))
    }

    fn new(metadata: &Metadata, now: SystemTime) -> Self {
        let modified = nanoseconds(metadata.mtime(), metadata.mtime_nsec());
        let changed = nanoseconds(metadata.ctime(), metadata.ctime_nsec());
        let old = now.checked_sub(TICK).and_then(|old| old.duration_since(SystemTime::UNIX_EPOCH).ok());
        let old = old.map_or(0, |old| i64::try_from(old.as_nanos()).unwrap_or(i64::MAX));
        Self {
            identity: (metadata.dev(), metadata.ino()),
            size: metadata.size(),
            modified,
            changed,
            is_young: modified.max(changed) >= old,
            has_other_names: metadata.is_file() && metadata.nlink() > 1,
        }
    }

    /// Whether nothing happened since this stamp was taken, now that there is that one.
    pub(crate) fn proves_same(&self, now: &Self) -> bool {
        let Self { identity, size, modified, changed, is_young, has_other_names: _ } = self;
        let same = (*identity, *size, *modified, *changed) == (now.identity, now.size, now.modified, now.changed);
        same && !is_young
    }

    /// Whether it is the same file or directory, whatever happened to it.
    pub(crate) fn is_of_same(&self, other: &Self) -> bool {
        self.identity == other.identity
    }

    /// The device, and the number there.
    pub(crate) fn identity(&self) -> (u64, u64) {
        self.identity
    }

    /// Whether it is a file with other names.
    pub(crate) fn has_other_names(&self) -> bool {
        self.has_other_names
    }
}

/// Of times that fit no number of nanoseconds, some number that is not young.
fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.wrapping_mul(1_000_000_000).wrapping_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_stamp_proves_nothing() {
        let dir = tempfile::tempdir().expect("tests can write to the temporary directory");
        let path = dir.path().join("file");
        fs::write(&path, "1").expect("the directory is ours");
        let [first, second] = [(); 2].map(|()| Stamp::at(&path).expect("it was just written"));
        assert!(!first.proves_same(&second), "it was written a moment ago");
        assert!(first.is_of_same(&second) && !first.has_other_names());
        let later = SystemTime::now() + Duration::from_secs(1);
        let old = Stamp::new(&fs::metadata(&path).expect("it is there"), later);
        assert!(old.proves_same(&second), "it was written long before it was looked at");
        fs::hard_link(&path, dir.path().join("other")).expect("the directory is ours");
        let linked = Stamp::at(&path).expect("it is there");
        assert!(linked.has_other_names() && !old.proves_same(&linked), "another name changes the inode");
    }
}
