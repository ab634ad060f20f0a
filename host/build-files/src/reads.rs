//! Everything that the evaluation of BUILD files reads besides the BUILD files: files, directories, the environment.
//!
//! One context per directory; what it read becomes a dependency of the directory's targets. Nothing outside the build
//! root can be named; a link inside of it is followed wherever it leads.

use crate::globs::{CompiledGlobs, Expansion, GlobsError, Looks, Wanted};
use crate::sources::expand_sets;
use crate::tree::{Tree, join};
use pants_model::{Fingerprint, Globs};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Component, Path};

/// The longest file that a BUILD file may read.
const LONGEST: u64 = 4 << 20;
/// The longest path, pattern or name of a variable that is looked for; no system has longer ones.
const LONGEST_NAME: usize = 4 << 10;

/// What evaluation read, and what it saw.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedRead {
    /// What kind of thing.
    pub kind: ReadKind,
    /// A path relative to the build root, a pattern, or the name of a variable.
    pub name: String,
    /// The content; `None` when it did not exist.
    pub seen: Option<Fingerprint>,
}

/// What kind of thing was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadKind {
    /// The content of a file.
    File,
    /// Whether a path exists, and as what.
    Existence,
    /// The names in a directory.
    Directory,
    /// The files of a pattern.
    Globs,
    /// A variable of the environment.
    Environment,
}

/// A read that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("`{0}` is outside the build root")]
    Outside(String),
    #[error("`{path}` cannot be read: {}", describe(source))]
    Io { path: String, source: io::Error },
    #[error("`{0}` is no regular file")]
    NotAFile(String),
    #[error("`{0}` is not UTF-8 text")]
    NotText(String),
    #[error("`{0}` is too long for a BUILD file to read")]
    TooLong(String),
    #[error("this is longer than any path")]
    LongName,
    #[error(transparent)]
    Globs(#[from] crate::globs::GlobsError),
}

fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathKind {
    Missing,
    File,
    Dir,
}

/// The recording context of one directory.
pub(crate) struct Reads<'w> {
    tree: &'w Tree,
    environment: &'w BTreeMap<OsString, OsString>,
    dir: &'w str,
    recorded: Vec<RecordedRead>,
    expanded: Vec<Expanded>,
    looks: Looks,
}

/// Sets of files that were expanded, so that whether they still expand to the same can be asked.
#[derive(Debug)]
pub(crate) struct Expanded {
    /// What the patterns are relative to.
    pub dir: Box<str>,
    pub sets: Vec<Globs>,
    pub wanted: Wanted,
}

impl Expanded {
    /// Whether the names of the files in this directory alone decide what the sets expand to.
    pub(crate) fn is_beside(&self, dir: &str) -> bool {
        let leads_down = |pattern: &String| pattern.contains('/') || pattern.contains("**");
        *self.dir == *dir
            && self.wanted == Wanted::Files
            && !self.sets.iter().any(|set| set.include.iter().any(leads_down))
    }

    /// What the sets expand to now; nothing for what is no pattern.
    pub(crate) fn expand(&self, tree: &Tree) -> Expansion {
        // It came to an end when it was expanded first.
        expand_sets(&mut Looks::endless(), &self.sets, tree, &self.dir, self.wanted).unwrap_or_default()
    }
}

impl RecordedRead {
    /// Whether reading this again shows the same; for patterns, the sets that were expanded tell.
    pub(crate) fn holds(&self, tree: &Tree, environment: &BTreeMap<OsString, OsString>) -> bool {
        let mut again = Reads::new(tree, environment, "");
        match self.kind {
            // What cannot be read now may have been missing then.
            ReadKind::File | ReadKind::Directory if self.seen.is_none() => {
                return again.kind_at(&self.name) == PathKind::Missing;
            }
            ReadKind::File => drop(again.file_at(&self.name)),
            ReadKind::Directory => drop(again.names_at(&self.name)),
            ReadKind::Existence => drop(again.recorded_kind_at(&self.name)),
            ReadKind::Environment => drop(again.variable(&self.name)),
            ReadKind::Globs => return true,
        }
        again.recorded == std::slice::from_ref(self)
    }
}

impl<'w> Reads<'w> {
    pub(crate) fn new(tree: &'w Tree, environment: &'w BTreeMap<OsString, OsString>, dir: &'w str) -> Self {
        let looks = Looks::endless();
        Self { tree, environment, dir, recorded: Vec::new(), expanded: Vec::new(), looks }
    }

    /// The same with an end to the comparison of patterns with names.
    pub(crate) fn with_looks(self, most: u64) -> Self {
        Self { looks: Looks::new(most), ..self }
    }

    /// The directory of the BUILD file.
    pub(crate) fn dir(&self) -> &'w str {
        self.dir
    }

    /// What was read, sorted, each once, and what was expanded.
    pub(crate) fn into_recorded(mut self) -> (Vec<RecordedRead>, Vec<Expanded>) {
        self.recorded.sort_unstable();
        self.recorded.dedup();
        (self.recorded, self.expanded)
    }

    /// Whether patterns were compared with more names than is allowed. What was expanded then is not whole.
    pub(crate) fn are_exhausted(&self) -> bool {
        self.looks.are_used_up()
    }

    /// The files of a union of sets, relative to the directory.
    pub(crate) fn sources(&mut self, sets: Vec<Globs>) -> Result<Expansion, GlobsError> {
        let expansion = expand_sets(&mut self.looks, &sets, self.tree, self.dir, Wanted::Files)?;
        self.expanded.push(Expanded { dir: self.dir.into(), sets, wanted: Wanted::Files });
        Ok(expansion)
    }

    /// The text of a file; a relative path is relative to the build root or else to the BUILD file's directory.
    pub(crate) fn file(&mut self, path: &str) -> Result<String, ReadError> {
        let path = self.existing(path)?;
        self.file_at(&path)
    }

    /// The text of a file relative to the BUILD file's directory.
    pub(crate) fn file_beside(&mut self, path: &str) -> Result<String, ReadError> {
        let path = self.below_root(&join(self.dir, path))?;
        self.file_at(&path)
    }

    fn file_at(&mut self, path: &str) -> Result<String, ReadError> {
        let full = self.tree.root().join(path);
        // A pipe or a device would be read for ever. What is wrong with a directory, reading it says.
        if fs::metadata(&full).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            self.record(ReadKind::File, path, None);
            return Err(ReadError::NotAFile(path.to_owned()));
        }
        let bytes = fs::metadata(&full)
            .and_then(|metadata| if metadata.len() > LONGEST { Ok(None) } else { fs::read(&full).map(Some) });
        let seen = bytes.as_ref().ok().and_then(Option::as_ref).map(|bytes| Fingerprint::of_bytes(bytes));
        self.record(ReadKind::File, path, seen);
        match bytes {
            Ok(Some(bytes)) => String::from_utf8(bytes).map_err(|_| ReadError::NotText(path.to_owned())),
            Ok(None) => Err(ReadError::TooLong(path.to_owned())),
            Err(source) => Err(ReadError::Io { path: path.to_owned(), source }),
        }
    }

    /// Records a file that somebody else read; without its text when it has none.
    pub(crate) fn note_file(&mut self, path: &str, text: Option<&str>) {
        self.record(ReadKind::File, path, text.map(|text| Fingerprint::of_bytes(text.as_bytes())));
    }

    /// What is at a path.
    pub(crate) fn kind(&mut self, path: &str) -> PathKind {
        let Ok(path) = self.existing(path) else { return PathKind::Missing };
        self.recorded_kind_at(&path)
    }

    fn recorded_kind_at(&mut self, path: &str) -> PathKind {
        let kind = self.kind_at(path);
        let seen = (kind != PathKind::Missing).then(|| Fingerprint::of_bytes(format!("{kind:?}").as_bytes()));
        self.record(ReadKind::Existence, path, seen);
        kind
    }

    fn kind_at(&self, path: &str) -> PathKind {
        match fs::metadata(self.tree.root().join(path)) {
            Ok(metadata) if metadata.is_dir() => PathKind::Dir,
            Ok(_) => PathKind::File,
            Err(_) => PathKind::Missing,
        }
    }

    /// The names in a directory, sorted; those that are not UTF-8 are left out.
    pub(crate) fn names(&mut self, path: &str) -> Result<Vec<String>, ReadError> {
        let path = self.existing(path)?;
        self.names_at(&path)
    }

    fn names_at(&mut self, path: &str) -> Result<Vec<String>, ReadError> {
        let names = fs::read_dir(self.tree.root().join(path)).map(|entries| {
            let mut names: Vec<String> =
                entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
            names.sort_unstable();
            names
        });
        let seen = names.as_ref().ok().map(|names| Fingerprint::of_bytes(names.join("\n").as_bytes()));
        self.record(ReadKind::Directory, path, seen);
        names.map_err(|source| ReadError::Io { path: path.to_owned(), source })
    }

    /// What Python's `glob` answers: files and directories, with the pattern's own start.
    pub(crate) fn python_glob(&mut self, pattern: &str) -> Result<Vec<String>, ReadError> {
        if pattern.len() > LONGEST_NAME {
            return Err(ReadError::LongName);
        }
        // A root that is not UTF-8 starts no pattern.
        let root = self.tree.root().to_str();
        let below = root.and_then(|root| pattern.strip_prefix(root)).filter(|rest| rest.starts_with('/'));
        let (prefix, relative) = match below {
            Some(below) => pattern.split_at(pattern.len() - below.len() + 1),
            None => ("", pattern),
        };
        let globs = Globs { include: vec![relative.to_owned()], exclude: Vec::new() };
        let mut found = self.expand("", &globs, Wanted::FilesAndDirs)?;
        if found.is_empty() && prefix.is_empty() {
            found = self.expand(self.dir, &globs, Wanted::FilesAndDirs)?;
        }
        for path in &mut found {
            path.insert_str(0, prefix);
        }
        Ok(found)
    }

    /// The files of a set, relative to the BUILD file's directory, sorted.
    pub(crate) fn globs(&mut self, globs: &Globs) -> Result<Vec<String>, ReadError> {
        self.expand(self.dir, globs, Wanted::Files)
    }

    fn expand(&mut self, dir: &str, globs: &Globs, wanted: Wanted) -> Result<Vec<String>, ReadError> {
        let found = CompiledGlobs::compile(globs)?.expand_within(&mut self.looks, self.tree, dir, wanted).files;
        let name = format!("{dir}:{}!{}", globs.include.join(","), globs.exclude.join(","));
        self.record(ReadKind::Globs, &name, Some(Fingerprint::of_bytes(found.join("\n").as_bytes())));
        self.expanded.push(Expanded { dir: dir.into(), sets: vec![globs.clone()], wanted });
        Ok(found)
    }

    /// A variable of the client's environment; one that is not UTF-8 is as if it was not set.
    pub(crate) fn variable(&mut self, name: &str) -> Option<String> {
        if name.len() > LONGEST_NAME {
            return None;
        }
        let value = self.environment.get(OsStr::new(name)).and_then(|value| value.to_str()).map(str::to_owned);
        let seen = value.as_ref().map(|value| Fingerprint::of_bytes(value.as_bytes()));
        self.record(ReadKind::Environment, name, seen);
        value
    }

    fn record(&mut self, kind: ReadKind, name: &str, seen: Option<Fingerprint>) {
        self.recorded.push(RecordedRead { kind, name: name.to_owned(), seen });
    }

    /// A path relative to the build root: as it stands where that exists, else beside the BUILD file.
    fn existing(&mut self, path: &str) -> Result<String, ReadError> {
        let from_root = self.below_root(path);
        if Path::new(path).is_absolute() || from_root.as_ref().is_ok_and(|path| !self.is_missing(path)) {
            return from_root;
        }
        let beside = self.below_root(&join(self.dir, path))?;
        if self.is_missing(&beside) { from_root.or(Ok(beside)) } else { Ok(beside) }
    }

    /// Whether nothing is at a path. If something was, another path would be read, so that there is nothing is recorded;
    /// what is there, the reading of it tells.
    fn is_missing(&mut self, path: &str) -> bool {
        let is_missing = self.kind_at(path) == PathKind::Missing;
        if is_missing {
            self.record(ReadKind::Existence, path, None);
        }
        is_missing
    }

    fn below_root(&self, path: &str) -> Result<String, ReadError> {
        if path.len() > LONGEST_NAME {
            return Err(ReadError::LongName);
        }
        let outside = || ReadError::Outside(path.to_owned());
        let typed = Path::new(path);
        let relative =
            if typed.is_absolute() { typed.strip_prefix(self.tree.root()).map_err(|_| outside())? } else { typed };
        let mut parts: Vec<&str> = Vec::new();
        for component in relative.components() {
            match component {
                Component::Normal(part) => parts.push(part.to_str().ok_or_else(outside)?),
                Component::ParentDir => {
                    parts.pop().ok_or_else(outside)?;
                }
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            }
        }
        Ok(parts.join("/"))
    }
}
