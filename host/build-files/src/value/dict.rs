//! Dicts and sets: in the order of insertion, as Python has them.

use super::Value;
use std::collections::HashMap;

/// What makes two values one in a dict or set.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key<'a> {
    None,
    Int(i64),
    Float(u64),
    Str(&'a str),
    Bytes(&'a [u8]),
    Tuple(&'a [Key<'a>]),
    Named(&'a str),
    Identity(usize),
}

/// A dict in the order of insertion.
#[derive(Clone, Default)]
pub(crate) struct Dict<'a> {
    pub(super) entries: Vec<(Key<'a>, Value<'a>, Value<'a>)>,
    /// Filled when the dict has outgrown a search from the start.
    index: HashMap<Key<'a>, usize>,
}

impl<'a> Dict<'a> {
    const SMALL: usize = 8;

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = Value<'a>> {
        self.entries.iter().map(|(_, name, _)| *name)
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = (Value<'a>, Value<'a>)> {
        self.entries.iter().map(|(_, name, value)| (*name, *value))
    }

    pub(crate) fn get(&self, key: Key<'a>) -> Option<Value<'a>> {
        self.position(key).map(|at| self.entries[at].2)
    }

    pub(crate) fn insert(&mut self, key: Key<'a>, name: Value<'a>, value: Value<'a>) {
        if let Some(at) = self.position(key) {
            self.entries[at].2 = value;
            return;
        }
        self.entries.push((key, name, value));
        if self.entries.len() > Self::SMALL {
            if self.index.is_empty() {
                self.reindex();
            } else {
                self.index.insert(key, self.entries.len() - 1);
            }
        }
    }

    pub(crate) fn remove(&mut self, key: Key<'a>) -> Option<Value<'a>> {
        let (_, _, value) = self.entries.remove(self.position(key)?);
        self.reindex();
        Some(value)
    }

    fn position(&self, key: Key<'a>) -> Option<usize> {
        if self.entries.len() <= Self::SMALL {
            return self.entries.iter().position(|(own, _, _)| *own == key);
        }
        self.index.get(&key).copied()
    }

    fn reindex(&mut self) {
        self.index.clear();
        if self.entries.len() > Self::SMALL {
            self.index.extend(self.entries.iter().enumerate().map(|(at, (key, _, _))| (*key, at)));
        }
    }
}
