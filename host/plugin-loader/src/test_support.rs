//! A build root, a program directory and a cache in a temporary directory, and a C compiler for what stands in them.

#[path = "../../../tests/fixtures/bad-plugins/compile.rs"]
mod compile;

use crate::{LoadRequest, UnpinnedPolicy};
use std::path::PathBuf;

/// Where a test's files stand; removed with it.
pub(crate) struct Sandbox {
    dir: tempfile::TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let sandbox = Self { dir: tempfile::tempdir().unwrap() };
        for dir in ["repo", "bin"] {
            std::fs::create_dir(sandbox.path(dir)).unwrap();
        }
        sandbox
    }

    /// A path below the sandbox.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    /// Writes a file and returns its path.
    pub(crate) fn write(&self, relative: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Compiles a source of `tests/fixtures/bad-plugins` into a library that claims this backend id.
    pub(crate) fn compile(&self, source: &str, id: &str, relative: &str) -> PathBuf {
        let path = self.path(relative);
        compile::compile(source, id, &path);
        path
    }

    /// A request that enables nothing; third-party plugins need no pin.
    pub(crate) fn request(&self) -> LoadRequest {
        LoadRequest {
            backend_packages: Vec::new(),
            plugins: Vec::new(),
            plugin_paths: Vec::new(),
            environment_paths: Vec::new(),
            exe_dir: self.path("bin"),
            build_root: self.path("repo"),
            cache_dir: self.path("cache"),
            lock_file: self.path("repo/pants-plugins.lock"),
            unpinned: UnpinnedPolicy::Warn,
        }
    }

    /// A text without the path of the sandbox.
    pub(crate) fn redact(&self, text: &str) -> String {
        let real = self.dir.path().canonicalize().unwrap();
        text.replace(&*real.to_string_lossy(), "[DIR]").replace(&*self.dir.path().to_string_lossy(), "[DIR]")
    }
}
