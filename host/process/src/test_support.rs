//! A build root and a cache directory that vanish with the test, and processes that are small shell scripts.

use crate::process::Unheard;
use crate::{Cancel, Process, ProcessConfig, ProcessResult, ProcessService, RunError};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub(crate) struct Fixture {
    directory: TempDir,
}

impl Fixture {
    /// A build root with these files: `//- path` lines, each followed by the file's content.
    pub(crate) fn new(files: &str) -> Self {
        let fixture = Self { directory: tempfile::tempdir().expect("tests have a temporary directory") };
        fs::create_dir_all(fixture.root()).expect("the directory is ours");
        fs::create_dir_all(fixture.cache()).expect("the directory is ours");
        for file in files.split("//- ").skip(1) {
            let (path, content) = file.split_once('\n').expect("a path ends with its line");
            fixture.write(path, content);
        }
        fixture
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.directory.path().join("root")
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.directory.path().join("cache")
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("the root has a parent")).expect("the directory is ours");
        fs::write(path, content).expect("the file is ours");
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root().join(path)).ok()
    }

    pub(crate) fn config(&self) -> ProcessConfig {
        ProcessConfig {
            build_root: self.root(),
            workdir: self.root().join(".pants.d"),
            cache_dir: self.cache(),
            subprocess_dir: self.root().join(".pids"),
            jobs: 2,
            environment: Arc::new(BTreeMap::from([
                ("CLIENT_ONE".into(), "1".into()),
                ("CLIENT_TWO".into(), "2".into()),
                ("SECRET".into(), "x".into()),
            ])),
            kill_wait: Duration::from_secs(30),
            default_timeout: None,
        }
    }

    pub(crate) fn service(&self) -> ProcessService {
        ProcessService::open(self.config()).expect("the cache directory can be made")
    }
}

/// A process that runs a shell script and writes the given outputs.
pub(crate) fn script(text: &str, output_paths: &[&str]) -> Process {
    Process {
        argv: ["/bin/sh", "-c", text].map(str::to_owned).to_vec(),
        env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
        output_paths: output_paths.iter().map(|path| (*path).to_owned()).collect(),
        description: "script".to_owned(),
        ..Process::default()
    }
}

/// Runs a process by itself, with nobody listening.
pub(crate) fn run(service: &ProcessService, process: &Process) -> Result<ProcessResult, RunError> {
    service.run(process, None, &Cancel::new(), &Unheard)
}

/// An error with its sources, in one line, the temporary directory as `[ROOT]`.
pub(crate) fn explained(error: &dyn std::error::Error, root: &Path) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text.replace(&root.display().to_string(), "[ROOT]")
}
