//! Random operations on a real tree, and somebody who believes the watcher: what he knows must be what is there.
//!
//! He believes in the least that an answer can mean: a path that is told of is looked at by itself, a directory is listed
//! and the files in it are read, and no directory below it is looked at unless it is new. There are no hard links: what is
//! written under another name is told of under that name, and files that have several are looked at by their readers.

use super::*;
use pants_session::Look;
use std::collections::{BTreeMap, BTreeSet};

/// What there is in a directory: the contents of its files, and nothing of its directories.
type Listing = BTreeMap<String, Entry>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    File(Vec<u8>, u32),
    Directory,
    Link(PathBuf),
}

struct Believer {
    root: PathBuf,
    known: BTreeMap<String, Listing>,
    wanted: Vec<Arc<str>>,
}

impl Believer {
    fn apply(&mut self, changes: &Changes) {
        let Changes { paths, look } = changes;
        let mut directories: BTreeSet<String> = BTreeSet::new();
        match look {
            Look::Nothing => {}
            Look::At(names) => directories.extend(names.iter().map(ToString::to_string)),
            Look::Everywhere => {
                self.known.clear();
                directories.insert(String::new());
            }
        }
        for path in paths.iter().filter_map(|path| path.to_str()) {
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
            if let Some(listing) = self.known.get_mut(directory).filter(|_| !path.is_empty()) {
                let entry = entry(&self.root.join(path));
                match entry {
                    Some(entry) => drop(listing.insert(name.to_owned(), entry)),
                    None => drop(listing.remove(name)),
                }
            }
            directories.insert(path.to_owned());
        }
        for name in directories {
            if self.is_listed(&name) {
                self.look_at(&name);
            } else {
                self.forget(&name);
            }
        }
        // Whatever came to be a directory is one that he has not seen.
        let known: Vec<_> = self.known.keys().cloned().collect();
        for name in known {
            self.look_below(&name);
        }
    }

    /// Whether the directory above it says that it is one.
    fn is_listed(&self, name: &str) -> bool {
        let (parent, last) = name.rsplit_once('/').unwrap_or(("", name));
        name.is_empty() || self.known.get(parent).and_then(|listing| listing.get(last)) == Some(&Entry::Directory)
    }

    fn look_at(&mut self, name: &str) {
        let Some(listing) = list(&self.root.join(name)) else { return self.forget(name) };
        let gone: Vec<_> = match self.known.insert(name.to_owned(), listing.clone()) {
            Some(earlier) => earlier.into_keys().filter(|key| listing.get(key) != Some(&Entry::Directory)).collect(),
            None => {
                self.wanted.push(name.into());
                Vec::new()
            }
        };
        for key in gone {
            self.forget(&join(name, &key));
        }
        self.look_below(name);
    }

    /// Looks at the directories in it that he has never seen.
    fn look_below(&mut self, name: &str) {
        let Some(listing) = self.known.get(name) else { return };
        let below: Vec<_> =
            listing.iter().filter(|(_, entry)| **entry == Entry::Directory).map(|(key, _)| join(name, key)).collect();
        for directory in below {
            if !self.known.contains_key(&directory) {
                self.look_at(&directory);
            }
        }
    }

    fn forget(&mut self, name: &str) {
        let below = format!("{name}/");
        self.known.retain(|key, _| key != name && !key.starts_with(&below));
    }
}

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

fn entry(path: &Path) -> Option<Entry> {
    let metadata = fs::symlink_metadata(path).ok()?;
    if metadata.is_symlink() {
        return Some(Entry::Link(fs::read_link(path).ok()?));
    }
    if metadata.is_dir() {
        return Some(Entry::Directory);
    }
    Some(Entry::File(fs::read(path).ok()?, metadata.mode()))
}

fn list(path: &Path) -> Option<Listing> {
    if !fs::symlink_metadata(path).ok()?.is_dir() {
        return None;
    }
    let names = fs::read_dir(path).ok()?.map(|found| found.unwrap().file_name().into_string().unwrap());
    Some(names.filter_map(|name| Some((name.clone(), entry(&path.join(&name))?))).collect())
}

fn all(root: &Path) -> BTreeMap<String, Listing> {
    let mut found = BTreeMap::new();
    let mut open = vec![String::new()];
    while let Some(name) = open.pop() {
        let listing = list(&root.join(&name)).unwrap();
        open.extend(listing.iter().filter(|(_, entry)| **entry == Entry::Directory).map(|(key, _)| join(&name, key)));
        found.insert(name, listing);
    }
    found
}

/// A small generator, so that a failure can be had again by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("less than a usize")
    }
}

/// One operation on names of which there are few, so that they meet; what cannot be done is not done.
fn operate(random: &mut Random, root: &Path, count: usize) -> io::Result<()> {
    let mut path = || {
        let mut path = root.to_owned();
        for _ in 0..=random.below(4) {
            path.push(["a", "b", "c", "d", "e"][random.below(5)]);
        }
        path
    };
    let (path, other) = (path(), path());
    match random.below(12) {
        0..=2 => fs::write(path, count.to_string()),
        3..=5 => fs::create_dir_all(path),
        6 => fs::remove_file(path),
        7 if random.below(4) == 0 => fs::remove_dir_all(path),
        7 => fs::remove_dir(path),
        8 | 9 => fs::rename(path, other),
        10 if random.below(2) == 0 => std::os::unix::fs::symlink(other, path),
        10 => fs::copy(path, other).map(drop),
        _ => {
            let mode = [0o644, 0o755, 0o600][random.below(3)];
            let is_file = fs::symlink_metadata(&path)?.is_file();
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
            if is_file { fs::set_permissions(path, permissions) } else { Ok(()) }
        }
    }
}

fn check(open: io::Result<Source>, seed: u64, operations: usize) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    fs::create_dir(&root).unwrap();
    let config = WatcherConfig::new(root.clone(), directory.path().join("cookies"));
    let watcher = Watcher::with_source(WatcherConfig { patience: Duration::from_secs(20), ..config }, open);
    let mut believer = Believer { root: root.clone(), known: BTreeMap::new(), wanted: Vec::new() };
    believer.look_at("");
    let mut random = Random(seed);
    let mut count = 0;
    while count < operations {
        // Asked for at various moments: at once, or after more has happened.
        if random.below(4) > 0 {
            watcher.watch(&std::mem::take(&mut believer.wanted));
        }
        for _ in 0..random.below(100) {
            count += 1;
            drop(operate(&mut random, &root, count)); // Many of them are impossible.
        }
        watcher.watch(&std::mem::take(&mut believer.wanted));
        if random.below(4) == 0 {
            assert!(watcher.await_settled(Duration::from_secs(20)));
        }
        let changes = watcher.drain();
        believer.apply(&changes);
        let there = all(&root);
        let differing = |name: &&String| believer.known.get(*name) != there.get(*name);
        let wrong: BTreeSet<_> = believer.known.keys().chain(there.keys()).filter(differing).collect();
        assert!(wrong.is_empty(), "seed {seed}, after {count} operations: {wrong:?} differ; told of {changes:?}");
    }
    assert_eq!(watcher.trouble(), None);
}

#[test]
fn whoever_believes_the_watcher_knows_what_is_there() {
    check(inotify::open(), 0x5DEE_CE66, 20_000);
}

#[test]
fn and_so_does_whoever_believes_it_on_other_systems() {
    check(portable::open(), 0xBB67_AE85, 2_000);
}
