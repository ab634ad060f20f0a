//! Test support: a repository in a temporary directory, from one text.

use crate::WorkspaceConfig;
use std::fs;
use std::path::{Path, PathBuf};

/// A build root that is deleted with this value. `//- path` starts a file.
pub(crate) struct Fixture {
    _dir: tempfile::TempDir,
    root: PathBuf,
}

impl Fixture {
    pub(crate) fn new(text: &str) -> Self {
        let dir = tempfile::tempdir().expect("tests can write to the temporary directory");
        // A link on the way would show in what is relative to the real path.
        let root = dir.path().canonicalize().expect("the directory was just made").join("repo");
        fs::create_dir(&root).expect("the directory is empty");
        let fixture = Self { _dir: dir, root };
        for file in text.split("//- ").skip(1) {
            let (path, content) = file.split_once('\n').unwrap_or((file, ""));
            fixture.write(path.trim(), content);
        }
        fixture
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("the fixture can be written");
        fs::write(path, content).expect("the fixture can be written");
    }

    pub(crate) fn config(&self) -> WorkspaceConfig {
        WorkspaceConfig { pants_version: "1.30.4".to_owned(), jobs: 2, ..WorkspaceConfig::new(&self.root) }
    }
}
