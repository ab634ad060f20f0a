//! The input files of a process, and the one digest that stands for all of them.
//!
//! A tree is plain data: `capture` makes it from the file system, tests make it by hand. Its digest is that of the
//! Remote Execution API's Directory messages, so directories without files do not exist and links are the files they
//! lead to.

use crate::digest::{Digest, FileStamp};
use crate::reapi;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// One input file as it was when it was captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// The path relative to the build root, with forward slashes.
    pub path: String,
    /// The digest of the content.
    pub digest: Digest,
    /// Whether the owner may execute it.
    pub is_executable: bool,
    /// What the file system said when the content was digested.
    pub stamp: FileStamp,
    /// Whether the stamp is too young to prove that the content is the digested one.
    pub is_racy: bool,
}

/// A sorted set of input files; clones are cheap.
#[derive(Clone, Debug, Default)]
pub struct InputTree {
    files: Arc<[InputFile]>,
    digest: Arc<OnceLock<Digest>>,
}

impl InputTree {
    /// The tree of these files; of two with one path the first stands.
    pub(crate) fn new(mut files: Vec<InputFile>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|later, earlier| later.path == earlier.path);
        Self { files: files.into(), digest: Arc::default() }
    }

    /// All files of some trees.
    ///
    /// Where two trees captured one file at different times, the first stands; if the file changed between them its
    /// stamp is no longer true, and no result will be stored.
    pub fn merge(trees: impl IntoIterator<Item = InputTree>) -> InputTree {
        Self::new(trees.into_iter().flat_map(|tree| tree.files.to_vec()).collect())
    }

    /// The digest of the root Directory message.
    pub fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| DirectoryBuilder::of(&self.files).finish(&mut |_, _| ()).into_digest())
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// The file at a path relative to the build root.
    pub fn file(&self, path: &str) -> Option<&InputFile> {
        let at = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        Some(&self.files[at])
    }

    /// The files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = &InputFile> {
        self.files.iter()
    }
}

impl PartialEq for InputTree {
    fn eq(&self, other: &Self) -> bool {
        self.files == other.files
    }
}

/// Collects files and links by path and turns them into Directory messages.
#[derive(Default)]
pub(crate) struct DirectoryBuilder<'a> {
    entries: BTreeMap<&'a str, Entry<'a>>,
}

enum Entry<'a> {
    File { digest: Digest, is_executable: bool },
    Symlink { target: &'a str },
    Directory(DirectoryBuilder<'a>),
}

/// A finished directory with its encoding's digest.
pub(crate) struct FinishedDirectory {
    pub(crate) directory: reapi::Directory,
    digest: Digest,
}

impl FinishedDirectory {
    fn into_digest(self) -> Digest {
        self.digest
    }
}

impl<'a> DirectoryBuilder<'a> {
    fn of(files: &'a [InputFile]) -> Self {
        let mut root = Self::default();
        for file in files {
            root.add_file(&file.path, file.digest, file.is_executable);
        }
        root
    }

    /// Adds a file; a path that something else already has is left as it is.
    pub(crate) fn add_file(&mut self, path: &'a str, digest: Digest, is_executable: bool) {
        self.add(path, Entry::File { digest, is_executable });
    }

    /// Adds a symbolic link.
    pub(crate) fn add_symlink(&mut self, path: &'a str, target: &'a str) {
        self.add(path, Entry::Symlink { target });
    }

    /// Adds a directory, which may stay empty.
    pub(crate) fn add_directory(&mut self, path: &'a str) {
        self.add(path, Entry::Directory(Self::default()));
    }

    fn add(&mut self, path: &'a str, entry: Entry<'a>) {
        match path.split_once('/') {
            None => {
                self.entries.entry(path).or_insert(entry);
            }
            Some((name, rest)) => {
                let below = self.entries.entry(name).or_insert_with(|| Entry::Directory(Self::default()));
                if let Entry::Directory(below) = below {
                    below.add(rest, entry);
                }
            }
        }
    }

    /// The message of this directory; every directory below it is handed to `each`, deepest first.
    pub(crate) fn finish(self, each: &mut dyn FnMut(&reapi::Directory, Digest)) -> FinishedDirectory {
        let mut directory = reapi::Directory::default();
        for (name, entry) in self.entries {
            let name = name.to_owned();
            match entry {
                Entry::File { digest, is_executable } => {
                    directory.files.push(reapi::FileNode { name, digest: Some(digest.into()), is_executable });
                }
                Entry::Symlink { target } => {
                    directory.symlinks.push(reapi::SymlinkNode { name, target: target.to_owned() });
                }
                Entry::Directory(below) => {
                    let below = below.finish(each);
                    each(&below.directory, below.digest);
                    directory.directories.push(reapi::DirectoryNode { name, digest: Some(below.digest.into()) });
                }
            }
        }
        let digest = reapi::Digest::of_message(&directory);
        FinishedDirectory { directory, digest }
    }
}

#[cfg(test)]
mod tests;
