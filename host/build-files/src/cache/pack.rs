//! A pack: all stored evaluations of one build root in one file.
//!
//! Entries are found by their key, a digest of all that they were made from, so that a pack is never wrong, only of no
//! use. It is read whole or not at all: one checksum covers it, and what does not fit it is as if it were not there.

use super::bytes::{Reader, Writer};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// The first bytes. Another format is another number.
const MAGIC: &[u8; 8] = b"pantsbf\x01";

/// The start of a BLAKE3: short enough to be cheap, long enough never to meet another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Digest(pub [u8; 16]);

impl Digest {
    pub(crate) fn of(parts: &[u8]) -> Self {
        Self::finish(blake3::Hasher::new().update(parts))
    }

    pub(crate) fn finish(hasher: &blake3::Hasher) -> Self {
        let mut digest = [0; 16];
        hasher.finalize_xof().fill(&mut digest);
        Self(digest)
    }
}

/// An entry outside of a pack.
pub(crate) struct Entry {
    pub key: Digest,
    /// Whose BUILD files it is about.
    pub dir: Box<str>,
    pub bytes: Vec<u8>,
}

/// A pack as it was read.
#[derive(Default)]
pub(crate) struct Pack {
    bytes: Vec<u8>,
    /// Sorted by key.
    index: Vec<Place>,
}

struct Place {
    key: Digest,
    dir: Range<usize>,
    entry: Range<usize>,
    is_used: AtomicBool,
}

impl Pack {
    /// Reads a pack; `None` when it is none of this format, or damaged.
    pub(crate) fn parse(bytes: Vec<u8>) -> Option<Self> {
        let mut reader = Reader::new(&bytes);
        let is_ours = reader.raw(MAGIC.len())? == MAGIC;
        let checksum = reader.array()?;
        let start = MAGIC.len() + checksum.len();
        if !is_ours || Digest(checksum) != Digest::of(&bytes[start..]) {
            return None;
        }
        let places = reader.items(|reader| Some((Digest(reader.array()?), reader.length()?, reader.length()?)))?;
        let mut index: Vec<Place> = Vec::with_capacity(places.len());
        let lengths: usize = places.iter().try_fold(0_usize, |sum, (_, dir, entry)| {
            let both = dir.checked_add(*entry)?;
            sum.checked_add(both)
        })?;
        let mut at = bytes.len().checked_sub(lengths)?;
        for (key, dir, entry) in places {
            let (middle, end) = (at + dir, at + dir + entry);
            index.push(Place { key, dir: at..middle, entry: middle..end, is_used: AtomicBool::new(false) });
            at = end;
        }
        index.is_sorted_by(|a, b| a.key < b.key).then_some(Self { bytes, index })
    }

    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    /// The entry with a key.
    pub(crate) fn get(&self, key: &Digest) -> Option<&[u8]> {
        let place = &self.index[self.index.binary_search_by(|place| place.key.cmp(key)).ok()?];
        place.is_used.store(true, Ordering::Relaxed);
        self.bytes.get(place.entry.clone())
    }

    /// All entries: key, directory, content, and whether somebody asked for it.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Digest, &str, &[u8], bool)> {
        self.index.iter().filter_map(|place| {
            let dir = std::str::from_utf8(self.bytes.get(place.dir.clone())?).ok()?;
            let entry = self.bytes.get(place.entry.clone())?;
            Some((place.key, dir, entry, place.is_used.load(Ordering::Relaxed)))
        })
    }
}

/// The bytes of a pack with these entries; the last of those with one key counts.
pub(crate) fn pack<'e>(entries: impl Iterator<Item = (Digest, &'e str, &'e [u8])>) -> Vec<u8> {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(key, ..)| *key);
    entries.dedup_by(|later, earlier| {
        let is_same = later.0 == earlier.0;
        if is_same {
            *earlier = *later;
        }
        is_same
    });
    let mut content = Writer::default();
    content.items(&entries, |writer, (key, dir, entry)| {
        writer.raw(&key.0);
        writer.number(dir.len() as u64);
        writer.number(entry.len() as u64);
    });
    for (_, dir, entry) in entries {
        content.raw(dir.as_bytes());
        content.raw(entry);
    }
    let content = content.into_bytes();
    [&MAGIC[..], &Digest::of(&content).0, &content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Vec<u8> {
        let keys = [b"b", b"a", b"c", b"a"].map(|key| Digest::of(key));
        let dirs = ["dir/b", "", "dir/c", "dir/a"];
        let contents: [&[u8]; 4] = [b"B", b"old", b"", b"new"];
        pack((0..4).map(|at| (keys[at], dirs[at], contents[at])))
    }

    #[test]
    fn entries_are_found_by_their_keys() {
        let pack = Pack::parse(example()).expect("it was just made");
        assert_eq!(pack.len(), 3);
        assert_eq!(pack.get(&Digest::of(b"a")), Some(&b"new"[..]), "the last of one key counts");
        assert_eq!(pack.get(&Digest::of(b"b")), Some(&b"B"[..]));
        assert_eq!(pack.get(&Digest::of(b"d")), None);
        let mut used: Vec<&str> = pack.entries().filter(|entry| entry.3).map(|entry| entry.1).collect();
        used.sort_unstable();
        assert_eq!(used, ["dir/a", "dir/b"]);
    }

    #[test]
    fn a_damaged_pack_is_none() {
        let bytes = example();
        for end in 0..bytes.len() {
            assert!(Pack::parse(bytes[..end].to_vec()).is_none(), "cut off after {end}");
        }
        for at in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0x10;
            assert!(Pack::parse(bytes).is_none(), "byte {at} is another");
        }
        assert!(Pack::parse(bytes.into_iter().chain([0]).collect()).is_none(), "too long");
    }
}
