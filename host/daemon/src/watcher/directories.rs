//! The register of directories: which are asked for, which are watched, and under which names.
//!
//! Knows no file system: it is told what happened. A watch belongs to a directory, whatever its name is; so when a name
//! goes away, the watches of it and of everything below it end, and the names wait to be armed again. Nothing is ever
//! concluded from an event except that: the attempt to arm a name says what is there.
//!
//! Invariant: a name is armed only while all above it are, so that each move of a directory on its way is told of.
//! Invariant: a name is missing only if its parent was armed before nothing was found there, so that its return is told of.

use super::source::WatchId;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

/// How many names of directories that are gone are kept. Those who want one that returns later ask for it again.
const MOST_MISSING: usize = 10_000;

/// How it stands with a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It waits to be armed, or to be armed anew; then its events still come.
    Pending(Option<WatchId>),
    /// It is watched.
    Armed(WatchId),
    /// There is no such directory; its parent's events tell when there is one.
    Missing,
    /// It cannot be watched.
    Refused,
}

#[derive(Default)]
pub(super) struct Directories {
    standings: BTreeMap<Arc<str>, Standing>,
    /// The names that nobody has to ask for again: those that are not missing.
    known: HashSet<Arc<str>, foldhash::fast::RandomState>,
    /// The name of each watched directory.
    names: HashMap<WatchId, Arc<str>>,
    /// The other names of directories that have several (mounted twice).
    further_names: HashMap<WatchId, Vec<Arc<str>>>,
    /// The pending names, each once.
    queue: VecDeque<Arc<str>>,
    /// The pending and the refused names.
    unwatched: BTreeSet<Arc<str>>,
    missing: usize,
    refused: usize,
}

impl Directories {
    /// Whether it makes no difference if a directory is asked for. All of them are asked for again and again.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// Asks for a directory, and for those above it.
    pub(super) fn ask(&mut self, name: &Arc<str>) {
        match self.standings.get(name) {
            None => {
                if let Some(parent) = parent(name)
                    && !self.standings.contains_key(parent)
                {
                    self.ask(&Arc::from(parent));
                }
                self.set(name, Standing::Pending(None));
            }
            Some(Standing::Missing) => self.set(name, Standing::Pending(None)),
            Some(_) => {}
        }
    }

    /// The next names to arm; they stay pending until it is said what became of them.
    pub(super) fn next(&mut self, most: usize) -> Vec<Arc<str>> {
        let count = self.queue.len().min(most);
        self.queue.drain(..count).collect()
    }

    /// Puts a pending name to the end of the queue.
    pub(super) fn postpone(&mut self, name: Arc<str>) {
        self.queue.push_back(name);
    }

    pub(super) fn standing(&self, name: &str) -> Option<Standing> {
        self.standings.get(name).copied()
    }

    /// Whether it is known of each name how it stands with it.
    pub(super) fn is_settled(&self) -> bool {
        self.unwatched.len() == self.refused
    }

    /// A pending name is watched now; gives the watch that nobody needs any more.
    pub(super) fn armed(&mut self, name: &Arc<str>, watch: WatchId) -> Option<WatchId> {
        let released = match self.standing(name) {
            Some(Standing::Pending(Some(earlier))) if earlier != watch => self.unname(name, earlier),
            _ => None,
        };
        if self.missing + self.refused > 0 {
            // Nobody has told yet what came to be below it.
            self.appeared(name);
        }
        self.set(name, Standing::Armed(watch));
        match self.names.get(&watch) {
            None => drop(self.names.insert(watch, name.clone())),
            Some(known) if known == name => {}
            Some(_) => {
                let further = self.further_names.entry(watch).or_default();
                if !further.contains(name) {
                    further.push(name.clone());
                }
            }
        }
        released
    }

    /// A pending name cannot be armed; gives the watch that nobody needs any more.
    pub(super) fn not_armed(&mut self, name: &Arc<str>, standing: Standing) -> Option<WatchId> {
        let released = match self.standing(name) {
            Some(Standing::Pending(Some(earlier))) => self.unname(name, earlier),
            _ => None,
        };
        self.set(name, standing);
        if self.missing > MOST_MISSING {
            self.standings.retain(|_, standing| *standing != Standing::Missing);
            self.missing = 0;
        }
        released
    }

    /// The names of a watched directory.
    pub(super) fn names(&self, watch: WatchId) -> impl Iterator<Item = &Arc<str>> {
        let further = self.further_names.get(&watch).into_iter().flatten();
        self.names.get(&watch).into_iter().chain(further)
    }

    /// A name went away: so did all below it. Gives the names, and the watches to end.
    pub(super) fn gone(&mut self, name: &str) -> (Vec<Arc<str>>, Vec<WatchId>) {
        let names = self.at_and_below(name, |standing| standing != Standing::Missing);
        let released = names.iter().filter_map(|name| self.release(name)).collect();
        (names, released)
    }

    /// A name is there again: what was not found at it or below it is looked for once more.
    pub(super) fn appeared(&mut self, name: &str) {
        let names = self.at_and_below(name, |standing| matches!(standing, Standing::Missing | Standing::Refused));
        for name in names {
            self.set(&name, Standing::Pending(None));
        }
    }

    /// A watch ended by itself; gives the names that it had.
    pub(super) fn ended(&mut self, watch: WatchId) -> Vec<Arc<str>> {
        let names: Vec<_> = self.names(watch).cloned().collect();
        for name in &names {
            self.release(name);
        }
        names
    }

    /// Events were lost: whether the watches are those of the directories at these names must be found out.
    pub(super) fn doubt_all(&mut self) {
        let armed = self.standings.iter().filter_map(|(name, standing)| match standing {
            Standing::Armed(watch) => Some((name.clone(), *watch)),
            _ => None,
        });
        for (name, watch) in armed.collect::<Vec<_>>() {
            self.set(&name, Standing::Pending(Some(watch)));
        }
        let missing = self.standings.iter().filter(|(_, standing)| **standing == Standing::Missing);
        for name in missing.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.set(&name, Standing::Pending(None));
        }
    }

    /// How many directories are asked for and cannot be watched.
    pub(super) fn refused(&self) -> usize {
        self.refused
    }

    /// How many directories are watched.
    pub(super) fn watched(&self) -> usize {
        self.names.len()
    }

    /// The names that are asked for and not watched (yet).
    pub(super) fn unwatched(&self) -> &BTreeSet<Arc<str>> {
        &self.unwatched
    }

    fn set(&mut self, name: &Arc<str>, standing: Standing) {
        let earlier = self.standings.insert(name.clone(), standing);
        let was_pending = matches!(earlier, Some(Standing::Pending(_)));
        if matches!(standing, Standing::Pending(_)) && !was_pending {
            self.queue.push_back(name.clone());
        }
        match standing {
            Standing::Missing => drop(self.known.remove(name)),
            _ if earlier.is_none_or(|earlier| earlier == Standing::Missing) => drop(self.known.insert(name.clone())),
            _ => {}
        }
        match standing {
            Standing::Pending(_) | Standing::Refused => drop(self.unwatched.insert(name.clone())),
            Standing::Armed(_) | Standing::Missing => drop(self.unwatched.remove(name)),
        }
        for (count, of) in [(&mut self.missing, Standing::Missing), (&mut self.refused, Standing::Refused)] {
            *count -= usize::from(earlier == Some(of));
            *count += usize::from(standing == of);
        }
    }

    /// Makes a name pending without a watch; gives its watch if no other name has it.
    fn release(&mut self, name: &Arc<str>) -> Option<WatchId> {
        let released = match self.standing(name)? {
            Standing::Armed(watch) | Standing::Pending(Some(watch)) => self.unname(name, watch),
            Standing::Pending(None) | Standing::Missing | Standing::Refused => None,
        };
        self.set(name, Standing::Pending(None));
        released
    }

    /// Takes a name from a watch; gives the watch when that was its last one.
    fn unname(&mut self, name: &str, watch: WatchId) -> Option<WatchId> {
        let mut further = self.further_names.remove(&watch).unwrap_or_default();
        further.retain(|other| &**other != name);
        if self.names.get(&watch).is_some_and(|first| &**first == name) {
            if further.is_empty() {
                self.names.remove(&watch);
                return Some(watch);
            }
            self.names.insert(watch, further.swap_remove(0));
        }
        if !further.is_empty() {
            self.further_names.insert(watch, further);
        }
        None
    }

    fn at_and_below(&self, name: &str, is_wanted: impl Fn(Standing) -> bool) -> Vec<Arc<str>> {
        let mut found = Vec::new();
        let mut add = |(name, standing): (&Arc<str>, &Standing)| {
            if is_wanted(*standing) {
                found.push(name.clone());
            }
        };
        if name.is_empty() {
            self.standings.iter().for_each(add);
            return found;
        }
        self.standings.get_key_value(name).into_iter().for_each(&mut add);
        // All that starts with `name/` lies between it and `name0`: `0` follows `/`.
        let (from, to) = (format!("{name}/"), format!("{name}0"));
        let below = (Bound::Included(from.as_str()), Bound::Excluded(to.as_str()));
        self.standings.range::<str, _>(below).for_each(add);
        found
    }
}

/// The directory that a directory is in; the build root is in none.
pub(super) fn parent(name: &str) -> Option<&str> {
    (!name.is_empty()).then(|| name.rsplit_once('/').map_or("", |(parent, _)| parent))
}

#[cfg(test)]
mod tests;
