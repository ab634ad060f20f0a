//! Repositories in temporary directories: empty ones, and copies of the tutorial.

use super::{Pants, machine_path};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A repository in a temporary directory that goes with it; beside it, HOME.
pub(crate) struct Repository {
    directory: TempDir,
}

impl Repository {
    /// An empty repository, but for its `pants.toml`.
    pub(crate) fn new(config: &str) -> Self {
        let repository = Self { directory: TempDir::with_prefix("pants-long-").expect("a temporary directory") };
        std::fs::create_dir(repository.root()).expect("the build root is new");
        std::fs::create_dir(repository.home()).expect("HOME is new");
        repository.write("pants.toml", config);
        repository
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.beside("repo")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.beside("home")
    }

    /// A place beside the build root.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().canonicalize().expect("it is there").join(name)
    }

    /// How the binary is run in it.
    pub(crate) fn pants(&self) -> Pants {
        Pants::new(&self.root(), &self.home())
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("it lies in the build root")).expect("its directory");
        std::fs::write(path, text).expect("the file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs git in the build root, with an identity and nothing of the user's.
    pub(crate) fn git(&self, args: &[&str]) {
        git(&self.root(), &self.home(), args);
    }

    /// Keeps it for whoever wants to look at it.
    pub(crate) fn keep(self) -> PathBuf {
        self.directory.keep()
    }
}

/// Runs git somewhere.
pub(crate) fn git(root: &Path, home: &Path, args: &[&str]) {
    let identity =
        ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "init.defaultBranch=main"];
    let mut command = Command::new("git");
    command.current_dir(root).args(identity).args(args);
    command.env_clear().env("PATH", machine_path()).env("HOME", home);
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A copy of the tutorial.
pub(crate) fn tutorial() -> Repository {
    let repository = Repository::new("");
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tutorial");
    copy_tree(&original, &repository.root());
    repository
}

/// Copies a directory, without what runs left in it.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
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
