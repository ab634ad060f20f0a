//! A build root that changes at random, in every way that a file system knows.
//!
//! Few names in few directories, so that the same places are made, replaced and removed again and again. What a change
//! finds there is left to chance; a change that is not possible is not counted, and another one is tried.

use super::Places;
use crate::support::{Chance, Repository};
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A variable that some BUILD files read.
pub(super) const FLAVOUR: &str = "FLAVOUR";
/// The names of targets; those of a BUILD file follow each other, from a place of its own on.
pub(super) const TARGETS: [&str; 7] = ["t1", "t2", "t3", "m1", "m2", "o1", "o2"];
/// The names of sources, among them files that BUILD files open.
pub(super) const SOURCES: [&str; 6] = ["X.java", "Y.java", "Zed.java", "p.py", "q.py", "words.txt"];
/// BUILD files, and which targets they have.
const BUILD_FILES: [(&str, &[&str]); 3] =
    [("BUILD", &["t1", "t2", "t3"]), ("BUILD.more", &["m1", "m2"]), ("BUILD.tools", &["o1", "o2"])];
const DIRECTORIES: [&str; 3] = ["a", "b", "c"];
/// What becomes of letters when a BUILD file is edited in place: other tags, or other names, which break dependencies.
const EDITS: [(usize, &[(char, char)]); 2] =
    [(5, &[('7', '8'), ('8', '9'), ('9', '7')]), (1, &[('1', '2'), ('2', '3'), ('3', '1')])];
/// Configurations that say differently what is passed over.
pub(super) const CONFIGS: [&str; 4] = [
    "[GLOBAL]\nbuild_file_prelude_globs = ['prelude/*.py']\n",
    "[GLOBAL]\nbuild_file_prelude_globs = ['prelude/*.py']\nbuild_ignore = ['b/', 'BUILD.more']\n",
    "[GLOBAL]\nbuild_file_prelude_globs = ['prelude/*.py']\npants_ignore = ['.*/', '/dist/', 'c/a/', 'q.py']\n",
    "[GLOBAL]\nbuild_file_prelude_globs = ['prelude/*.py']\npants_ignore_use_gitignore = false\n",
];
const IGNORED: [&str; 6] = ["", "b/\n", "q.py\n", "/a/b/\n!/a/b/c/\n", "*.java\n!X.java\n", "BUILD.tools\n"];
const PRELUDES: [&str; 4] = [
    "WORD = 'tag7'\n",
    "WORD = 'tag8'\n",
    "WORD = 'tag7'\ndef twins(name):\n  target(name=name)\n  target(name=name + 'b')\n",
    "WORD = \n",
];
/// More events than the system keeps for a watcher (`fs.inotify.max_queued_events`), when two files are written in turn.
const FLOOD: usize = 10_000;

/// What can happen.
#[derive(Clone, Copy, Debug)]
enum Change {
    WriteSource,
    WriteBuild,
    EditInPlace,
    EditUnnoticeably,
    Replace,
    Append,
    Touch,
    Remove,
    Rename,
    RenameDirectory,
    SwapDirectories,
    MoveOut,
    MoveIn,
    MakeDirectory,
    CopyDirectory,
    RemoveDirectory,
    LinkToFile,
    LinkToDirectory,
    LinkToNothing,
    HardLink,
    FileForDirectory,
    Mode,
    Ignore,
    Prelude,
    Config,
    Checkout,
    Clean,
    Flood,
}

const CHANGES: [(usize, Change); 28] = [
    (160, Change::WriteSource),
    (140, Change::WriteBuild),
    (60, Change::EditInPlace),
    (40, Change::EditUnnoticeably),
    (60, Change::Replace),
    (30, Change::Append),
    (30, Change::Touch),
    (90, Change::Remove),
    (60, Change::Rename),
    (25, Change::RenameDirectory),
    (10, Change::SwapDirectories),
    (10, Change::MoveOut),
    (10, Change::MoveIn),
    (40, Change::MakeDirectory),
    (8, Change::CopyDirectory),
    (15, Change::RemoveDirectory),
    (15, Change::LinkToFile),
    (10, Change::LinkToDirectory),
    (6, Change::LinkToNothing),
    (10, Change::HardLink),
    (4, Change::FileForDirectory),
    (6, Change::Mode),
    (8, Change::Ignore),
    (8, Change::Prelude),
    (2, Change::Config),
    (25, Change::Checkout),
    (12, Change::Clean),
    (1, Change::Flood),
];

/// The build root.
pub(super) struct Tree {
    root: PathBuf,
    /// Beside the build root, where directories are moved out to.
    outside: PathBuf,
    home: PathBuf,
    chance: Chance,
}

impl Tree {
    /// Fills a repository, with two commits to go between.
    pub(super) fn new(repository: &Repository, chance: Chance) -> Self {
        let tree =
            Self { root: repository.root(), outside: repository.beside("outside"), home: repository.home(), chance };
        let mut tree = tree;
        fs::create_dir(&tree.outside).expect("a new directory");
        repository.git(&["init", "--quiet"]);
        repository.write("prelude/p.py", PRELUDES[0]);
        repository.write(".gitignore", IGNORED[0]);
        fs::write(tree.root.join(".git/info/exclude"), ".pids\n.pants.d\n").expect("git has made the directory");
        for tag in ["one", "two"] {
            for _ in 0..200 {
                let change = *tree.chance.pick(&[
                    Change::WriteSource,
                    Change::WriteBuild,
                    Change::MakeDirectory,
                    Change::Remove,
                    Change::Rename,
                ]);
                let _ = tree.carry_out(change);
            }
            repository.git(&["add", "--all"]);
            repository.git(&["commit", "--quiet", "--message", tag]);
            repository.git(&["tag", tag]);
        }
        tree
    }

    /// Changes something, and says what.
    pub(super) fn change(&mut self) -> String {
        loop {
            let change = *self.chance.weighted(&CHANGES);
            if let Ok(place) = self.carry_out(change) {
                return format!("{change:?} {place}");
            }
        }
    }

    /// What questions may be about.
    pub(super) fn places(&self) -> Places {
        let mut directories = Vec::new();
        below(&self.root, &self.root, &mut directories);
        directories.extend(["a".to_owned(), "a/b".to_owned(), "nowhere".to_owned()]);
        Places { directories }
    }

    fn carry_out(&mut self, change: Change) -> io::Result<String> {
        let directory = self.directory();
        let source = directory.join(self.chance.pick(&SOURCES));
        let (name, targets) = *self.chance.weighted(&[(6, BUILD_FILES[0]), (1, BUILD_FILES[1]), (1, BUILD_FILES[2])]);
        let build = directory.join(name);
        let file = if self.chance.is_one_in(3) { build.clone() } else { source.clone() };
        let place = match change {
            Change::WriteSource => {
                let text = self.words();
                write(&source, text.as_bytes())?;
                source
            }
            Change::WriteBuild => {
                let text = self.build_file(&directory, targets);
                write(&build, text.as_bytes())?;
                build
            }
            Change::EditInPlace => {
                let letters = *self.chance.weighted(&EDITS);
                edit_in_place(&build, letters)?;
                build
            }
            Change::EditUnnoticeably => {
                let modified = fs::metadata(&build)?.modified()?;
                let letters = *self.chance.weighted(&EDITS);
                edit_in_place(&build, letters)?;
                File::options().write(true).open(&build)?.set_modified(modified)?;
                build
            }
            Change::Replace => {
                // As editors save: a new file beside the old one, then renamed over it.
                let text = if file == build { self.build_file(&directory, targets) } else { self.words() };
                let new = directory.join(".saved");
                write(&new, text.as_bytes())?;
                fs::rename(new, &file)?;
                file
            }
            Change::Append => {
                OpenOptions::new().append(true).open(&build)?.write_all(b"target(name='t4', tags=['tag7'])\n")?;
                build
            }
            Change::Touch => {
                let past = SystemTime::now() - Duration::from_secs(self.chance.below(100_000) as u64);
                File::options().write(true).open(&file)?.set_times(FileTimes::new().set_modified(past))?;
                file
            }
            Change::Remove => {
                fs::remove_file(&file)?;
                file
            }
            Change::Rename => {
                let to = self.directory().join(self.chance.pick(&[file_name(&file), "X.java", "BUILD"]));
                fs::rename(&file, &to)?;
                return Ok(format!("{} to {}", self.shown(&file), self.shown(&to)));
            }
            Change::RenameDirectory => {
                let to = self.directory();
                fs::rename(self.not_the_root(&directory)?, &to)?;
                return Ok(format!("{} to {}", self.shown(&directory), self.shown(&to)));
            }
            Change::SwapDirectories => {
                let other = self.directory();
                let (one, other) = (self.not_the_root(&directory)?, self.not_the_root(&other)?);
                let parked = self.root.join("parked");
                fs::rename(one, &parked)?;
                // One may lie in the other: then it goes back to where it came from.
                if let Err(error) = fs::rename(other, one) {
                    fs::rename(&parked, one)?;
                    return Err(error);
                }
                fs::rename(&parked, other).or_else(|_| fs::rename(&parked, self.root.join("a/parked")))?;
                return Ok(format!("{} and {}", self.shown(one), self.shown(other)));
            }
            Change::MoveOut => {
                let to = self.outside.join(self.chance.pick(&DIRECTORIES));
                fs::rename(self.not_the_root(&directory)?, to)?;
                directory
            }
            Change::MoveIn => {
                let from = self.outside.join(self.chance.pick(&DIRECTORIES));
                fs::rename(from, self.not_the_root(&directory)?)?;
                directory
            }
            Change::MakeDirectory => {
                fs::create_dir(&directory)?;
                directory
            }
            Change::CopyDirectory => {
                let to = self.directory();
                if to.starts_with(&directory) || !directory.is_dir() {
                    return Err(io::ErrorKind::InvalidInput.into());
                }
                copy_files(self.not_the_root(&directory)?, &to)?;
                return Ok(format!("{} to {}", self.shown(&directory), self.shown(&to)));
            }
            Change::RemoveDirectory => {
                fs::remove_dir_all(self.not_the_root(&directory)?)?;
                directory
            }
            Change::LinkToFile => {
                let to = self.directory().join(file_name(&file));
                symlink(&to, &file)?;
                return Ok(format!("{} to {}", self.shown(&file), self.shown(&to)));
            }
            Change::LinkToDirectory => {
                let to = self.directory();
                symlink(&to, self.not_the_root(&directory)?)?;
                return Ok(format!("{} to {}", self.shown(&directory), self.shown(&to)));
            }
            Change::LinkToNothing => {
                symlink("../nothing", &file)?;
                file
            }
            Change::HardLink => {
                let to = self.directory().join(file_name(&build));
                fs::hard_link(&build, &to)?;
                return Ok(format!("{} to {}", self.shown(&build), self.shown(&to)));
            }
            Change::FileForDirectory => {
                let directory = self.not_the_root(&directory)?;
                fs::remove_dir_all(directory)?;
                fs::write(directory, "no directory any more\n")?;
                directory.to_owned()
            }
            Change::Mode => {
                let mode = *self.chance.pick(&[0o644, 0o755, 0o600]);
                fs::set_permissions(&source, fs::Permissions::from_mode(mode))?;
                source
            }
            Change::Ignore => {
                let path = self.root.join(".gitignore");
                fs::write(&path, self.chance.pick(&IGNORED))?;
                path
            }
            Change::Prelude => {
                let path = self.root.join(self.chance.pick(&["prelude/p.py", "prelude/q.py"]));
                write(&path, self.chance.pick(&PRELUDES).as_bytes())?;
                path
            }
            Change::Config => {
                let path = self.root.join("pants.toml");
                fs::write(&path, self.chance.pick(&CONFIGS))?;
                path
            }
            Change::Checkout => {
                let commit = *self.chance.pick(&["one", "two"]);
                self.git(&["checkout", "--quiet", "--force", commit])?;
                return Ok(commit.to_owned());
            }
            Change::Clean => {
                self.git(&["clean", "--quiet", "-d", "--force"])?;
                return Ok(String::new());
            }
            Change::Flood => {
                let (one, other) = (directory.join("X.java"), directory.join("Y.java"));
                for number in 0..FLOOD {
                    fs::write(&one, number.to_string())?;
                    fs::write(&other, number.to_string())?;
                }
                directory
            }
        };
        Ok(self.shown(&place))
    }

    /// A directory that may be there; the build root itself sometimes.
    fn directory(&mut self) -> PathBuf {
        let depth = *self.chance.weighted(&[(1, 0), (4, 1), (5, 2), (2, 3)]);
        let mut directory = self.root.clone();
        for _ in 0..depth {
            directory.push(self.chance.pick(&DIRECTORIES));
        }
        directory
    }

    fn not_the_root<'a>(&self, directory: &'a Path) -> io::Result<&'a Path> {
        if directory == self.root { Err(io::ErrorKind::InvalidInput.into()) } else { Ok(directory) }
    }

    fn words(&mut self) -> String {
        self.chance.pick(&["", "one\n", "two\n", "red\n", "class X {}\n", "import os\n# a comment\n"]).to_string()
    }

    /// A BUILD file with some targets, most of them as they should be.
    fn build_file(&mut self, directory: &Path, targets: &[&str]) -> String {
        let mut text = String::new();
        let count = 1 + self.chance.below(targets.len());
        for name in &targets[..count] {
            let dependencies = self.dependencies(directory);
            text.push_str(&match self.chance.below(12) {
                0..3 => format!("java_library(name='{name}', sources=['*.java'], dependencies={dependencies})\n"),
                3 => format!("java_library(name='{name}', sources=['X.java'], dependencies={dependencies})\n"),
                4 => format!("java_library(name='{name}', sources=['**/*.java', '!Y.java'], tags=['tag7'])\n"),
                5 => format!("python_library(name='{name}', sources=globs('*.py', exclude=['q.py']))\n"),
                6 => format!("import os\nfiles(name='{name}', sources=[n for n in os.listdir('.') if n != 'BUILD'])\n"),
                7 => format!("import glob\nfiles(name='{name}', sources=glob.glob('*.txt') + glob.glob('a/*.py'))\n"),
                8 => format!("target(name='{name}', description=open('words.txt').read())\n"),
                9 => format!("import os\ntarget(name='{name}', tags=[os.environ.get('{FLAVOUR}', 'none')])\n"),
                10 => format!("target(name='{name}', tags=[WORD], dependencies={dependencies})\n"),
                _ => format!("target(name='{name}', tags=['tag7'], dependencies={dependencies})\n"),
            });
        }
        if self.chance.is_one_in(60) {
            let wrong = ["target(name=\n", "no_such_type()\n", "raise ValueError('no')\n"];
            let line = *self.chance.pick(&wrong);
            text.push_str(line);
        }
        text
    }

    /// Targets of directories that come later and have a BUILD file, mostly; so cycles and dead ends are there, but few.
    fn dependencies(&mut self, directory: &Path) -> String {
        let mut addresses = Vec::new();
        for _ in 0..self.chance.below(3) {
            let other = self.directory();
            let is_later = other > *directory && other.join("BUILD").exists();
            if is_later || self.chance.is_one_in(100) {
                let path = self.shown(&other);
                let path = if path == "." { "//".to_owned() } else { path };
                addresses.push(format!("'{path}:{}'", TARGETS[0]));
            }
        }
        addresses.sort();
        addresses.dedup();
        format!("[{}]", addresses.join(", "))
    }

    fn shown(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.root).unwrap_or(path).display().to_string();
        if relative.is_empty() { ".".to_owned() } else { relative }
    }

    /// Git may find things in its way; what it did until then stays.
    fn git(&self, args: &[&str]) -> io::Result<()> {
        let mut command = std::process::Command::new("git");
        command.current_dir(&self.root).args(args).env_clear().env("HOME", &self.home);
        command.env("PATH", crate::support::machine_path()).stderr(std::process::Stdio::null());
        if command.status()?.success() { Ok(()) } else { Err(io::ErrorKind::Other.into()) }
    }
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("all names are known")
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().expect("it lies in the build root"))?;
    fs::write(path, text)
}

/// Another text of the same length in the same file.
fn edit_in_place(path: &Path, letters: &[(char, char)]) -> io::Result<()> {
    let text = fs::read_to_string(path)?;
    let other = |letter| letters.iter().find(|(from, _)| *from == letter).map_or(letter, |(_, to)| *to);
    let edited: String = text.chars().map(other).collect();
    OpenOptions::new().write(true).open(path)?.write_all(edited.as_bytes())
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The directories that are there, links to some included.
fn below(root: &Path, directory: &Path, found: &mut Vec<String>) {
    for name in DIRECTORIES {
        let path = directory.join(name);
        let depth = path.components().count() - root.components().count();
        if depth <= 3 && path.is_dir() {
            found.push(path.strip_prefix(root).expect("it lies below").display().to_string());
            below(root, &path, found);
        }
    }
}
