//! Repositories of tests: several files in one text, each after a line `//- path`.
//!
//! A repository may have a daemon: then all runs in it use that one, and when the repository goes, so does the daemon, with
//! everything that it started. With `PANTS_TEST_DAEMON` set every repository has one.

use super::{Output, Pants, started_in, wait_for};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A repository in a temporary directory that goes with it.
pub(crate) struct Repository {
    directory: TempDir,
    has_daemon: bool,
}

impl Repository {
    /// A repository with these files; `pants.toml` is empty unless the text has one.
    pub(crate) fn new(files: &str) -> Self {
        let directory = TempDir::with_prefix("pants-test-").expect("a temporary directory");
        let repository = Self { directory, has_daemon: all_have_a_daemon() };
        std::fs::create_dir(repository.root()).expect("the build root is new");
        repository.write("pants.toml", "");
        for (path, text) in split(files) {
            repository.write(path, &text);
        }
        repository
    }

    /// The same repository, with a daemon for its runs.
    pub(crate) fn with_daemon(mut self) -> Self {
        self.has_daemon = true;
        self
    }

    /// The same repository, without one in any case.
    pub(crate) fn without_daemon(mut self) -> Self {
        self.has_daemon = false;
        self
    }

    /// The process id of the daemon, when there is one.
    pub(crate) fn daemon(&self) -> Option<String> {
        let pid = std::fs::read_to_string(self.root().join(".pids/pantsd/pid")).ok()?;
        Some(pid.trim().to_owned()).filter(|pid| !pid.is_empty())
    }

    /// The build root; its parent holds HOME.
    pub(crate) fn root(&self) -> PathBuf {
        self.directory.path().canonicalize().expect("it is there").join("repo")
    }

    /// The HOME of everything that is started.
    pub(crate) fn home(&self) -> PathBuf {
        self.directory.path().join("home")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("it lies in the build root")).expect("its directory");
        std::fs::write(path, text).expect("the file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Replaces the one place where a file says something.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {path}");
        self.write(path, &text.replace(from, to));
    }

    pub(crate) fn append(&self, path: &str, text: &str) {
        self.write(path, &(self.read(path) + text));
    }

    /// The names in the build root.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.root()).expect("the build root");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.root().join(path).exists()
    }

    /// Whether a run left something in the work directory. The log of a daemon is not of a run.
    pub(crate) fn has_work(&self) -> bool {
        let entries = std::fs::read_dir(self.root().join(".pants.d")).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name()).any(|name| name != "pantsd")
    }

    /// A directory for PATH that holds this program and no other.
    pub(crate) fn only_program(&self, name: &str, program: &Path) -> PathBuf {
        let directory = self.directory.path().join("bin");
        std::fs::create_dir(&directory).expect("a new directory");
        std::os::unix::fs::symlink(program, directory.join(name)).expect("a link");
        directory
    }

    /// A word that no other repository has.
    pub(crate) fn mark(&self) -> String {
        let name = self.directory.path().file_name().expect("a temporary directory has a name").to_string_lossy();
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// A run of the binary, still to be started.
    pub(crate) fn pants(&self, args: &[&str]) -> Pants {
        Pants::new(&self.root(), &self.home(), args).env("PANTS_PANTSD", self.has_daemon.to_string())
    }

    /// Runs the binary.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.pants(args).run()
    }

    /// Runs git in the build root, with an identity and nothing of the user's.
    pub(crate) fn git(&self, args: &[&str]) {
        git(&self.root(), &self.home(), args);
    }

    /// Copies a directory tree into the build root.
    pub(crate) fn copy_tree(&self, from: &Path) {
        copy_tree(from, &self.root());
    }

    /// Copies a directory tree into a directory of the build root.
    pub(crate) fn copy_tree_to(&self, from: &Path, directory: &str) {
        copy_tree(from, &self.root().join(directory));
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        if !self.has_daemon || !self.directory.path().exists() {
            return;
        }
        let here = self.directory.path().canonicalize().expect("it is there");
        if std::thread::panicking() {
            return started_in(&here).iter().for_each(|process| process.kill());
        }
        if self.exists("pants.toml") {
            let ended = self.run(&["kill-pantsd"]);
            assert_eq!(ended.code, Some(0), "{ended:?}");
        } else {
            // A test of something that is no build root, or is elsewhere.
            started_in(&here).iter().for_each(|process| process.terminate());
        }
        let is_over = || started_in(&here).is_empty().then_some(());
        wait_for(&format!("the end of all processes: {:?}", started_in(&here)), is_over);
        let litter = std::fs::read_dir(self.root().join(".pids")).into_iter().flatten().flatten();
        let litter: Vec<_> = litter.map(|entry| entry.file_name()).filter(|name| name != ".lock.pantsd").collect();
        assert!(litter.is_empty(), "in `.pids`: {litter:?}");
    }
}

/// Whether the daemon is tried with everything.
#[expect(clippy::disallowed_methods, reason = "it is for whoever runs the tests to say")]
fn all_have_a_daemon() -> bool {
    std::env::var_os("PANTS_TEST_DAEMON").is_some_and(|value| !value.is_empty())
}

/// Runs git somewhere.
pub(crate) fn git(directory: &Path, home: &Path, args: &[&str]) {
    let identity =
        ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "init.defaultBranch=main"];
    let mut command = std::process::Command::new("git");
    command.current_dir(directory).args(identity).args(args);
    command.env_clear().env("PATH", super::run::path()).env("HOME", home);
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the directory");
    for entry in std::fs::read_dir(from).expect("a directory to copy") {
        let entry = entry.expect("an entry");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let is_left_by_a_run = [".pants.d", ".pids", "dist"].iter().any(|name| entry.file_name() == *name);
        if is_left_by_a_run {
            continue;
        }
        if entry.file_type().expect("its type").is_dir() {
            copy_tree(&source, &target);
        } else {
            std::fs::copy(&source, &target).expect("the file is copied");
        }
    }
}

/// The files of a text.
fn split(files: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for line in files.lines() {
        if let Some(path) = line.trim_start().strip_prefix("//- ") {
            found.push((path.trim(), String::new()));
        } else if let Some((_, text)) = found.last_mut() {
            text.push_str(line);
            text.push('\n');
        } else {
            assert!(line.trim().is_empty(), "text before the first `//- path`: {line}");
        }
    }
    found
}
