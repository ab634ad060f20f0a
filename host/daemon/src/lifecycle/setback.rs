//! A launch that failed is remembered for a while, so that not every run waits for the next failure.

use super::site::Site;
use pants_model::Fingerprint;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// For how long nobody tries again with the same options and the same program.
const MEMORY: Duration = Duration::from_secs(30);

/// A launch that failed a while ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Setback {
    fingerprint: String,
    at: SystemTime,
    pub(super) reason: String,
}

impl Setback {
    /// The last failure of such a daemon, when it is recent.
    pub(super) fn recent(site: &Site, wanted: &Fingerprint, now: SystemTime) -> Option<Self> {
        let setback: Self = serde_json::from_slice(&fs::read(file(site)).ok()?).ok()?;
        // A clock that was set back makes no failure last.
        let is_recent = now.duration_since(setback.at).is_ok_and(|ago| ago < MEMORY);
        (is_recent && setback.fingerprint == wanted.to_hex()).then_some(setback)
    }

    /// Remembers a failure. Where that fails, too, the next run simply tries.
    pub(super) fn remember(site: &Site, wanted: &Fingerprint, reason: &str, now: SystemTime) {
        let setback = Self { fingerprint: wanted.to_hex(), at: now, reason: reason.to_owned() };
        let document = serde_json::to_vec(&setback).expect("it is made of texts and a time");
        if let Err(error) = fs::write(file(site), document) {
            tracing::debug!(%error, "a failed launch is not remembered");
        }
    }

    /// Forgets it: there is a daemon, or somebody ended all of them.
    pub(super) fn forget(site: &Site) {
        // Most often there is none.
        let _ = fs::remove_file(file(site));
    }
}

fn file(site: &Site) -> PathBuf {
    site.subprocess_dir.join(".failed.pantsd")
}

#[cfg(test)]
mod tests {
    use super::super::site::test_support::site;
    use super::*;

    #[test]
    fn a_failure_counts_for_a_while_and_for_the_same_daemon() {
        let root = tempfile::tempdir().expect("tests have a temporary directory");
        let site = site(root.path());
        fs::create_dir_all(&site.subprocess_dir).expect("the directory is ours");
        let (wanted, other) = (Fingerprint::of_bytes(b"wanted"), Fingerprint::of_bytes(b"other"));
        let now = SystemTime::now();
        let recent = |wanted, now| Setback::recent(&site, wanted, now).map(|setback| setback.reason);
        assert_eq!(recent(&wanted, now), None);
        Setback::remember(&site, &wanted, "no luck", now);
        assert_eq!(recent(&wanted, now).as_deref(), Some("no luck"));
        assert_eq!(recent(&other, now), None);
        assert_eq!(recent(&wanted, now + MEMORY), None);
        assert_eq!(recent(&wanted, now - Duration::from_secs(1)), None);
        Setback::forget(&site);
        assert_eq!(recent(&wanted, now), None);
    }
}
