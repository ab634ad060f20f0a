//! The repository of a scenario on disk, and the operations on it.

use super::Random;
use super::config::{config, environment, symbols};
use super::texts::content;
use super::watcher::Watcher;
use pants_build_files::{Symbols, WorkspaceConfig};
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where files are made.
pub const DIRS: [&str; 14] =
    ["", "a", "a/b", "a/b/c", "a/d", "lib", "lib/x", "lib/x/y", "out", "out/deep", ".hidden", "support", "gen", "new"];
/// What they are called.
pub const FILES: [&str; 13] = [
    "BUILD",
    "BUILD.more",
    "A.java",
    "B.java",
    "ATest.java",
    "data.txt",
    "names.txt",
    "n.md",
    "SOURCE_ROOT",
    "one.prelude",
    "two.prelude",
    ".gitignore",
    "x",
];

/// A directory that is outside of the build root.
const OUTSIDE: &str = "outside";

/// A build root on disk.
pub struct Repository {
    _dir: tempfile::TempDir,
    /// Everything that is ever changed is in here; links may lead further.
    ours: PathBuf,
    root: PathBuf,
    pub config: WorkspaceConfig,
    pub symbols: Arc<Symbols>,
}

impl Repository {
    /// A small repository.
    pub fn new(random: &mut Random) -> Self {
        let dir = tempfile::tempdir().expect("the temporary directory can be written");
        let ours = dir.path().canonicalize().expect("it was just made");
        let root = ours.join("1/2/3/4/repo");
        fs::create_dir_all(&root).expect("the directory is empty");
        fs::create_dir(ours.join(OUTSIDE)).expect("the directory is empty");
        let config = config(random, &root);
        let repository = Self { _dir: dir, ours, root, config, symbols: symbols() };
        let mut nobody = Watcher::default();
        for _ in 0..20 {
            repository.write(random, &mut nobody);
        }
        repository
    }

    /// Another client asks.
    pub fn change_environment(&mut self, random: &mut Random) {
        self.config.environment = environment(random);
    }

    /// One operation; says which. What cannot be done is not done.
    pub fn operate(&self, random: &mut Random, watcher: &mut Watcher) -> String {
        match random.below(20) {
            0..=8 => self.write(random, watcher),
            9..=10 => self.remove(random, watcher),
            11..=13 => self.rename(random, watcher),
            14 => self.make_dir(random, watcher),
            15..=16 => self.link(random, watcher),
            17 => self.hard_link(random, watcher),
            18 => self.touch(random, watcher),
            _ => self.replace_dir(random, watcher),
        }
    }

    fn any_dir(&self, random: &mut Random) -> &'static str {
        random.pick::<&str>(&DIRS)
    }

    fn any_path(&self, random: &mut Random) -> String {
        let dir = self.any_dir(random);
        let name = if random.one_in(2) { random.pick(&FILES[..2]) } else { random.pick(&FILES) };
        joined(dir, name)
    }

    /// A file or a directory, of those there may be.
    fn any_entry(&self, random: &mut Random) -> String {
        if random.one_in(3) { (*random.pick(&DIRS[1..])).to_owned() } else { self.any_path(random) }
    }

    fn write(&self, random: &mut Random, watcher: &mut Watcher) -> String {
        let mut path = self.any_path(random);
        if random.one_in(12) {
            path = ".gitignore".to_owned();
        }
        if random.one_in(12) {
            path = format!("support/{}", random.pick(&["one.prelude", "two.prelude"]));
        }
        let name = path.rsplit('/').next().unwrap_or(&path);
        let text = content(random, name);
        self.make_dirs_above(&path, watcher);
        let full = self.root.join(&path);
        // Editors write another file and rename it; others write into the file that is there.
        let is_renamed = random.one_in(3);
        let done = if !self.may_write(&path) {
            Err(elsewhere())
        } else if is_renamed {
            let new = full.with_extension("new~");
            fs::write(&new, &text).and_then(|()| fs::rename(&new, &full).inspect_err(|_| _ = fs::remove_file(&new)))
        } else {
            fs::write(&full, &text)
        };
        if is_renamed {
            self.hear(watcher, &format!("{}.new~", path.rsplit_once('.').map_or(&*path, |(stem, _)| stem)));
        }
        self.hear_through(watcher, &path, is_renamed);
        format!("write {path} ({}): {text:?}", shown(&done))
    }

    fn remove(&self, random: &mut Random, watcher: &mut Watcher) -> String {
        let path = self.any_entry(random);
        let done = self.take_away(&path, watcher);
        format!("remove {path} ({done})")
    }

    fn take_away(&self, path: &str, watcher: &mut Watcher) -> &'static str {
        let full = self.root.join(path);
        let real = self.real(path);
        let Ok(metadata) = fs::symlink_metadata(&full) else { return "nothing is there" };
        if !self.may_change(path) {
            return "not ours";
        }
        let done = if metadata.is_dir() { fs::remove_dir_all(&full) } else { fs::remove_file(&full) };
        if let Some(real) = real {
            watcher.hear(&real);
            if metadata.is_dir() {
                watcher.lose(&real);
            }
        }
        shown(&done)
    }

    fn rename(&self, random: &mut Random, watcher: &mut Watcher) -> String {
        let from = if random.one_in(2) { (*random.pick(&DIRS[1..])).to_owned() } else { self.any_path(random) };
        let is_to_dir = self.root.join(&from).is_dir();
        let to = if is_to_dir { (*random.pick(&DIRS[1..])).to_owned() } else { self.any_path(random) };
        let (real_from, real_to) = (self.real(&from), self.real(&to));
        let is_dir = fs::symlink_metadata(self.root.join(&from)).is_ok_and(|metadata| metadata.is_dir());
        let done = self.move_entry(&from, &to);
        if done.is_ok() && real_from != real_to {
            for path in [&real_from, &real_to].into_iter().flatten() {
                watcher.hear(path);
                if is_dir {
                    watcher.lose(path);
                }
            }
        }
        format!("rename {from} to {to} ({})", shown(&done))
    }

    fn make_dir(&self, random: &mut Random, watcher: &mut Watcher) -> String {
        let path = (*random.pick(&DIRS[1..])).to_owned();
        self.make_dirs_above(&format!("{path}/x"), watcher);
        format!("make directory {path}")
    }

    fn link(&self, random: &mut Random, watcher: &mut Watcher) -> String {
        let path = self.any_entry(random);
        let up = "../".repeat(path.matches('/').count());
        let target = match random.below(6) {
            0 => "nowhere".to_owned(),
            1 => self.ours.join(OUTSIDE).display().to_string(),
            2 => format!("{up}."),
            3 => format!("{up}{}", self.any_path(random)),
            _ => format!("{up}{}", self.any_dir(random)),
        };
        if random.one_in(2) {
            self.take_away(&path, watcher);
        }
        self.make_dirs_above(&path, watcher);
        let done = if self.may_change(&path) { symlink(&target, self.root.join(&path)) } else { Err(elsewhere()) };
        self.hear(watcher, &path);
        format!("link {path} to {target} ({})", shown(&done))
    }

    fn hard_link(&self, random: &mut Random, watcher: &mut Watcher) -> String {
        let (from, to) = (self.any_path(random), self.any_path(random));
        if from != to && random.one_in(2) {
            self.take_away(&to, watcher);
        }
        let is_ours = self.may_write(&from) && self.may_change(&to);
        let done = match is_ours {
            true => fs::hard_link(self.root.join(&from), self.root.join(&to)),
            false => Err(elsewhere()),
        };
        self.hear(watcher, &to);
        format!("give {from} the name {to} ({})", shown(&done))
    }

    fn touch(&self, random: &mut Random, watcher: &mut Watcher) -> String {
        let path = self.any_entry(random);
        let full = self.root.join(&path);
        let done = fs::metadata(&full).and_then(|metadata| {
            if !self.may_write(&path) {
                return Err(elsewhere());
            }
            let mode = metadata.permissions().mode() ^ 0o001;
            fs::set_permissions(&full, fs::Permissions::from_mode(mode))
        });
        self.hear_through(watcher, &path, false);
        format!("touch {path} ({})", shown(&done))
    }

    /// A directory changes places with another one.
    fn replace_dir(&self, random: &mut Random, watcher: &mut Watcher) -> String {
        let (one, other) = (*random.pick(&DIRS[1..]), *random.pick(&DIRS[1..]));
        let aside = "aside~";
        for (from, to) in [(one, aside), (other, one), (aside, other)] {
            let (real_from, real_to) = (self.real(from), self.real(to));
            if self.move_entry(from, to).is_ok() && real_from != real_to {
                for path in [real_from, real_to].into_iter().flatten() {
                    watcher.hear(&path);
                    watcher.lose(&path);
                }
            }
        }
        self.take_away(aside, watcher);
        format!("swap {one} and {other}")
    }

    fn make_dirs_above(&self, path: &str, watcher: &mut Watcher) {
        for (at, _) in path.match_indices('/') {
            let dir = &path[..at];
            if self.may_change(dir) && fs::create_dir(self.root.join(dir)).is_ok() {
                self.hear(watcher, dir);
            }
        }
    }

    /// Moves an entry, where both places are ours.
    fn move_entry(&self, from: &str, to: &str) -> io::Result<()> {
        match self.may_change(from) && self.may_change(to) {
            true => fs::rename(self.root.join(from), self.root.join(to)),
            false => Err(elsewhere()),
        }
    }

    /// Whether an entry is in a directory of ours, wherever links above it lead. Nothing else is ever made or removed.
    fn may_change(&self, path: &str) -> bool {
        let parent = self.root.join(path).parent().and_then(|parent| fs::canonicalize(parent).ok());
        parent.is_some_and(|parent| parent.starts_with(&self.ours))
    }

    /// Whether what is at a path, or would be made there, is ours, too.
    fn may_write(&self, path: &str) -> bool {
        let full = self.root.join(path);
        // A link to nothing would make a file wherever it leads.
        let is_link = full.is_symlink();
        let target = fs::canonicalize(&full);
        self.may_change(path)
            && match target {
                Ok(target) => target.starts_with(&self.ours),
                Err(_) => !is_link,
            }
    }

    /// Something happened to an entry.
    fn hear(&self, watcher: &mut Watcher, path: &str) {
        if let Some(real) = self.real(path) {
            watcher.hear(&real);
        }
    }

    /// Something happened to what an entry leads to.
    fn hear_through(&self, watcher: &mut Watcher, path: &str, is_entry: bool) {
        let target = fs::canonicalize(self.root.join(path)).ok().filter(|_| !is_entry);
        match target.as_deref().and_then(|target| target.strip_prefix(&self.root).ok()).and_then(Path::to_str) {
            Some("") => {}
            Some(real) => watcher.hear(real),
            None => self.hear(watcher, path),
        }
    }

    /// The path of an entry without links above it; nothing when it is outside.
    fn real(&self, path: &str) -> Option<String> {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        let dir = fs::canonicalize(self.root.join(dir)).ok()?;
        Some(joined(dir.strip_prefix(&self.root).ok()?.to_str()?, name))
    }
}

fn joined(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

fn elsewhere() -> io::Error {
    io::Error::other("it is not ours")
}

fn shown<T>(result: &io::Result<T>) -> &'static str {
    if result.is_ok() { "done" } else { "not done" }
}
