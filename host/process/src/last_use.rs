//! When a file of a cache was last used: its time of modification, which is moved on at most once a day.
//!
//! Access times would be for nothing, but most file systems are mounted without them.

use std::fs::{File, Metadata};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How exactly the last use is known: whoever collects spares what was used within twice this time.
pub(crate) const GRAIN: Duration = Duration::from_secs(24 * 60 * 60);

/// Notes that a file is used now, if that is news.
pub(crate) fn note_use(path: &Path, metadata: &Metadata) {
    let now = SystemTime::now();
    if unused_for(metadata, now) < GRAIN {
        return;
    }
    let noted = File::open(path).and_then(|file| file.set_modified(now));
    if let Err(error) = noted {
        // It may be collected too early, which costs time and nothing else.
        tracing::debug!(path = %path.display(), %error, "cannot note the use of a cached file");
    }
}

/// For how long a file was not used; a file from the future was used just now.
pub(crate) fn unused_for(metadata: &Metadata, now: SystemTime) -> Duration {
    metadata.modified().ok().and_then(|used| now.duration_since(used).ok()).unwrap_or_default()
}
