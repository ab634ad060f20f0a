//! What the watcher knows at a moment: applies events, arms directories, and gives what gathered since it was last asked.
//!
//! One value under one lock, and no thread of its own: the threads of [`super::Watcher`] drive it, and so do tests.

use super::directories::{Directories, Standing, parent};
use super::source::{Event, NotWatched, Purpose, WatchId, Watches, What};
use pants_session::{Changes, Look};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many paths are gathered, at most. Whoever wants more looks at everything, which is not slower then.
const MOST_PATHS: usize = 50_000;

/// Why the daemon cannot go on with its watcher.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The build root was removed, moved or replaced.
    #[error("the build root `{}` was moved or removed", .0.display())]
    RootGone(PathBuf),
    /// Reading events failed.
    #[error("file events cannot be read: {0}")]
    Failed(String),
}

pub(super) struct Ledger {
    root: PathBuf,
    cookies: PathBuf,
    watches: Box<dyn Watches>,
    most_watches: usize,
    directories: Directories,
    /// Directories that are asked for and not in the register yet, which takes longer than whoever asks wants to wait.
    asked: VecDeque<Arc<str>>,
    cookie_watch: Option<WatchId>,
    /// The fences that somebody waits for, and whether their events have come.
    fences: BTreeMap<u64, Fence>,
    next_fence: u64,
    paths: BTreeSet<PathBuf>,
    /// Directories that came to be watched, or turned out to be missing, since the last look.
    look_once: BTreeSet<Arc<str>>,
    are_events_lost: bool,
    /// Counts what happened, for whoever wants to know whether anything did.
    news: u64,
    is_limit_reached: bool,
    refusal: Option<String>,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fence {
    Waiting,
    Seen,
    /// Its event may be among those that were lost.
    Lost,
}

impl Ledger {
    pub(super) fn new(root: PathBuf, cookies: PathBuf, watches: Box<dyn Watches>, most_watches: usize) -> Self {
        Self {
            root,
            cookies,
            watches,
            most_watches,
            directories: Directories::default(),
            asked: VecDeque::new(),
            cookie_watch: None,
            fences: BTreeMap::new(),
            next_fence: 0,
            paths: BTreeSet::new(),
            look_once: BTreeSet::new(),
            are_events_lost: false,
            news: 0,
            is_limit_reached: false,
            refusal: None,
            trouble: None,
        }
    }

    /// Watches the directory of the cookies, without which nothing else is worth watching.
    pub(super) fn watch_cookies(&mut self) -> Result<(), NotWatched> {
        let watch = self.watches.add(&self.cookies, Purpose::Cookies)?;
        self.cookie_watch = Some(watch);
        Ok(())
    }

    // Directories.

    pub(super) fn ask(&mut self, directories: &[Arc<str>]) {
        self.asked.extend(directories.iter().filter(|name| !self.directories.knows(name)).cloned());
    }

    /// The next directories to arm, after entering as many of those that were asked for.
    pub(super) fn next_to_arm(&mut self, most: usize) -> Vec<Arc<str>> {
        for name in self.asked.drain(..self.asked.len().min(most)) {
            if is_plain(&name) {
                self.directories.ask(&name);
            } else {
                tracing::debug!(directory = &*name, "not the name of a directory in the build root");
            }
        }
        self.directories.next(most)
    }

    /// Whether all that were asked for are in the register.
    pub(super) fn has_entered_all(&self) -> bool {
        self.asked.is_empty()
    }

    pub(super) fn is_settled(&self) -> bool {
        self.asked.is_empty() && self.directories.is_settled()
    }

    /// Tries to watch a pending directory, unless a look at it gave a reason not to.
    pub(super) fn arm(&mut self, name: &Arc<str>, reason_against: Option<NotWatched>) {
        let Some(Standing::Pending(earlier)) = self.directories.standing(name) else { return };
        let tried = match parent(name).map(|parent| self.directories.standing(parent)) {
            None | Some(Some(Standing::Armed(_))) => self.try_watch(name, reason_against),
            Some(Some(Standing::Missing)) => Err(NotWatched::Missing),
            // What is above it has said why, or is a link.
            Some(Some(Standing::Refused)) => Err(NotWatched::Link),
            Some(Some(Standing::Pending(_))) => return self.directories.postpone(name.clone()),
            Some(None) => {
                // It was forgotten as missing.
                self.directories.ask(&parent(name).expect("has one").into());
                return self.directories.postpone(name.clone());
            }
        };
        // A directory that has kept its watch has kept its events.
        if tried.as_ref().ok() != earlier.as_ref() || earlier.is_none() {
            self.look_once.insert(name.clone());
        }
        let released = match tried {
            Ok(watch) => self.directories.armed(name, watch),
            Err(NotWatched::Missing) => {
                if name.is_empty() {
                    self.lose_root();
                }
                self.directories.not_armed(name, Standing::Missing)
            }
            Err(NotWatched::Limit) => {
                self.is_limit_reached = true;
                self.directories.not_armed(name, Standing::Refused)
            }
            Err(NotWatched::Link) => self.directories.not_armed(name, Standing::Refused),
            Err(NotWatched::Refused(reason)) => {
                tracing::debug!(directory = &**name, reason, "not watched");
                self.refusal.get_or_insert(reason);
                self.directories.not_armed(name, Standing::Refused)
            }
        };
        self.end(released);
        if self.is_settled() {
            self.news += 1;
        }
    }

    fn try_watch(&mut self, name: &str, reason_against: Option<NotWatched>) -> Result<WatchId, NotWatched> {
        if let Some(reason) = reason_against {
            return Err(reason);
        }
        let is_counted = matches!(self.directories.standing(name), Some(Standing::Pending(Some(_))));
        if self.directories.watched() >= self.most_watches && !is_counted {
            return Err(NotWatched::Limit);
        }
        let purpose = if name.is_empty() { Purpose::Root } else { Purpose::Directory };
        let watch = self.watches.add(&self.root.join(name), purpose)?;
        if self.cookie_watch == Some(watch) {
            return Err(NotWatched::Refused("it is the daemon's own".into()));
        }
        Ok(watch)
    }

    fn end(&mut self, watches: impl IntoIterator<Item = WatchId>) {
        for watch in watches {
            self.watches.remove(watch);
        }
    }

    // Events.

    pub(super) fn apply(&mut self, event: Event<'_>) {
        let Event { watch, name, what } = event;
        if what == What::Overflow {
            tracing::info!("file events were lost, as too much happened at once; everything is looked at once");
            return self.lose_events();
        }
        if self.cookie_watch == Some(watch) {
            return self.apply_to_cookies(event);
        }
        match what {
            What::Moved => {
                let names = self.directories.ended(watch);
                self.watches.remove(watch);
                self.lose_names(names);
            }
            What::Ended => {
                let names = self.directories.ended(watch);
                self.lose_names(names);
            }
            What::Changed | What::Appeared | What::Gone | What::Overflow => {
                let names: Vec<_> = self.directories.names(watch).cloned().collect();
                for directory in names {
                    let path =
                        name.map_or_else(|| PathBuf::from(&*directory), |name| Path::new(&*directory).join(name));
                    self.happened(path, what);
                }
            }
        }
    }

    fn happened(&mut self, path: PathBuf, what: What) {
        if let Some(name) = path.to_str() {
            match what {
                What::Gone => {
                    let (names, released) = self.directories.gone(name);
                    self.end(released);
                    names.iter().for_each(|name| self.add_path(PathBuf::from(&**name)));
                }
                What::Appeared => self.directories.appeared(name),
                What::Changed | What::Moved | What::Ended | What::Overflow => {}
            }
        }
        self.add_path(path);
    }

    /// Directories that are not where they were any more.
    fn lose_names(&mut self, names: Vec<Arc<str>>) {
        for name in names {
            if name.is_empty() {
                self.lose_root();
            }
            self.add_path(PathBuf::from(&*name));
        }
    }

    fn add_path(&mut self, path: PathBuf) {
        self.news += 1;
        if self.are_events_lost {
            return;
        }
        self.paths.insert(path);
        if self.paths.len() > MOST_PATHS {
            self.paths.clear();
            self.are_events_lost = true;
        }
    }

    fn lose_events(&mut self) {
        self.directories.doubt_all();
        self.look_everywhere();
        self.fences.values_mut().filter(|fence| **fence == Fence::Waiting).for_each(|fence| *fence = Fence::Lost);
    }

    fn lose_root(&mut self) {
        self.trouble.get_or_insert_with(|| Trouble::RootGone(self.root.clone()));
        self.look_everywhere();
    }

    /// Anything may have happened.
    fn look_everywhere(&mut self) {
        self.are_events_lost = true;
        self.paths.clear();
        self.news += 1;
    }

    /// Ends all hope of further events.
    pub(super) fn fail(&mut self, reason: String) {
        self.trouble.get_or_insert(Trouble::Failed(reason));
        self.lose_events();
    }

    /// Says that the build root is not the directory any more that is watched.
    pub(super) fn root_is_another(&mut self) {
        self.lose_root();
    }

    // Fences.

    fn apply_to_cookies(&mut self, event: Event<'_>) {
        match event.what {
            What::Appeared => {
                let number = event.name.and_then(|name| name.to_str()).and_then(fence_number);
                if let Some(fence) = number.and_then(|number| self.fences.get_mut(&number)) {
                    *fence = Fence::Seen;
                }
            }
            // The next fence fails to write its cookie, and makes the directory anew.
            What::Moved | What::Ended => self.cookie_watch = None,
            What::Changed | What::Gone | What::Overflow => {}
        }
    }

    /// Begins a fence: its number, and the file whose event ends it.
    pub(super) fn begin_fence(&mut self) -> (u64, PathBuf) {
        let number = self.next_fence;
        self.next_fence += 1;
        self.fences.insert(number, Fence::Waiting);
        (number, self.cookies.join(format!("{COOKIE_PREFIX}{number}")))
    }

    /// Ends a fence whose event has come, with everything that gathered.
    pub(super) fn pass_fence(&mut self, number: u64) -> Option<Changes> {
        let fence = self.fences.get(&number).copied();
        if fence == Some(Fence::Waiting) {
            return None;
        }
        self.fences.remove(&number);
        let changes = self.take();
        Some(if fence == Some(Fence::Seen) { changes } else { Changes { look: Look::Everywhere, ..changes } })
    }

    /// Ends a fence whose event has not come.
    pub(super) fn give_up_fence(&mut self, number: u64) -> Changes {
        self.fences.remove(&number);
        self.look_everywhere();
        self.take()
    }

    pub(super) fn are_cookies_watched(&self) -> bool {
        self.cookie_watch.is_some()
    }

    // Answers.

    /// Everything that gathered since the last call.
    fn take(&mut self) -> Changes {
        let paths = std::mem::take(&mut self.paths);
        let look_once = std::mem::take(&mut self.look_once);
        if std::mem::take(&mut self.are_events_lost) {
            return Changes { paths, look: Look::Everywhere };
        }
        let unwatched = self.directories.unwatched();
        let mut at: Vec<_> = unwatched.iter().cloned().collect();
        at.extend(look_once.into_iter().filter(|name| !unwatched.contains(name)));
        at.extend(self.asked.iter().cloned());
        Changes { paths, look: if at.is_empty() { Look::Nothing } else { Look::At(at) } }
    }

    pub(super) fn watched(&self) -> usize {
        self.directories.watched()
    }

    pub(super) fn news(&self) -> u64 {
        self.news
    }

    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.trouble.clone()
    }

    /// Why some directories are not watched, in one line.
    pub(super) fn degraded(&self) -> Option<String> {
        let refused = self.directories.refused();
        let wanted = refused + self.directories.watched();
        let reason = match (self.is_limit_reached, &self.refusal) {
            _ if refused == 0 => return None,
            (true, _) => "the limit on watches is reached (`fs.inotify.max_user_watches`)",
            (false, Some(reason)) => reason,
            // Links alone are none.
            (false, None) => return None,
        };
        Some(format!("{refused} of {wanted} directories are not watched and are looked at before each run: {reason}"))
    }
}

/// Starts the names of cookies.
pub(super) const COOKIE_PREFIX: &str = "fence-";

fn fence_number(name: &str) -> Option<u64> {
    name.strip_prefix(COOKIE_PREFIX)?.parse().ok()
}

/// Whether a name is one of a directory in the build root, and the only one that it has.
fn is_plain(name: &str) -> bool {
    name.is_empty() || name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
