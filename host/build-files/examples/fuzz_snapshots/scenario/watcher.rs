//! Who watches the directories of a scenario: tells what it would hear of an operation, and where it did not hear.
//!
//! A watch is on a directory that was there when it began, and ends when that is removed or moved away. Only directories are
//! watched that the snapshot asked for, and by their real paths.

use super::Random;
use pants_build_files::{BuildFiles, Changes, Look};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// Watches, and what they heard.
#[derive(Default)]
pub struct Watcher {
    watched: BTreeSet<String>,
    /// Asked for, but not watched yet.
    wanted: Vec<Arc<str>>,
    /// How many directories the snapshot has named so far.
    named: usize,
    heard: BTreeSet<PathBuf>,
    /// Directories that ended their watches, which nobody could know without the events that say so.
    ended: BTreeSet<PathBuf>,
    /// Where something happened of which the events were lost, or may have been.
    missed: BTreeSet<String>,
}

impl Watcher {
    /// Something happened to the entry of a directory.
    pub fn hear(&mut self, path: &str) {
        let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
        if self.watched.contains(dir) {
            self.heard.insert(path.into());
        }
    }

    /// A directory is removed or moved away.
    pub fn lose(&mut self, path: &str) {
        self.ended.insert(path.into());
        let below = format!("{path}/");
        self.watched.retain(|dir| *dir != path && !dir.starts_with(&below));
    }

    /// Watches what the snapshot read; some of it a little later. Gives what is new.
    pub fn watch(&mut self, files: &BuildFiles, random: &mut Random) -> Vec<Arc<str>> {
        let new = files.directories_from(self.named);
        self.named += new.len();
        self.wanted.extend(new.iter().cloned());
        if random.one_in(4) {
            return new;
        }
        for dir in self.wanted.drain(..) {
            self.watched.insert(dir.to_string());
            self.missed.insert(dir.to_string());
        }
        new
    }

    /// What happened since the last time, as far as it was heard.
    pub fn drain(&mut self, random: &mut Random) -> Changes {
        let mut paths = std::mem::take(&mut self.heard);
        let mut missed = std::mem::take(&mut self.missed);
        let ended = std::mem::take(&mut self.ended);
        missed.extend(self.wanted.iter().map(ToString::to_string));
        match random.below(6) {
            0 => {
                // Who lost events does not know what is still watched, and begins anew.
                self.watched.clear();
                self.wanted.clear();
                self.named = 0;
                Changes::unknown()
            }
            1 => Changes { paths, look: Look::Everywhere },
            2 => {
                // Events of some directories are lost.
                let lost: Vec<PathBuf> = {
                    let may_be_lost = |path: &&PathBuf| !ended.contains(*path) && random.one_in(2);
                    paths.iter().filter(may_be_lost).cloned().collect()
                };
                for path in lost {
                    paths.remove(&path);
                    missed.insert(path.parent().and_then(|dir| dir.to_str()).unwrap_or_default().to_owned());
                }
                Changes { paths, look: looking_at(missed) }
            }
            _ => Changes { paths, look: looking_at(missed) },
        }
    }
}

fn looking_at(missed: BTreeSet<String>) -> Look {
    match missed.is_empty() {
        true => Look::Nothing,
        false => Look::At(missed.into_iter().map(Arc::from).collect()),
    }
}
