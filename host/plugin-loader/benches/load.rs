//! How long loading plugins takes, beside the floor: what the system's own loader takes for the same files.
//!
//! A library is loaded once in the life of a process, so every sample gets files of its own: copies of one plugin under
//! other backend ids, which makes their contents differ, too. Cold: nothing of them is in the cache. Warm: another process
//! has loaded them before.
#![cfg(target_os = "linux")]

#[allow(dead_code)]
#[path = "../../../tests/fixtures/crates.rs"]
mod crates;

use divan::Bencher;
use pants_plugin_loader::{LoadRequest, UnpinnedPolicy, load_plugins};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// The argument that makes this program load the plugins of a directory and end.
const PREPARE: &str = "prepare";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [command, dir] if command == PREPARE => {
            load_plugins(&request(Path::new(dir), &libraries(Path::new(dir)))).unwrap();
        }
        _ => divan::main(),
    }
}

/// Finds, judges, copies, opens and checks.
#[divan::bench(args = [3, 30], sample_count = 10, sample_size = 1)]
fn load_cold(bencher: Bencher<'_, '_>, count: usize) {
    bencher.with_inputs(|| Files::new(count)).bench_refs(|files| load_plugins(&files.request()).unwrap());
}

/// The same, with checksums remembered and private copies made.
#[divan::bench(args = [3, 30], sample_count = 10, sample_size = 1)]
fn load_warm(bencher: Bencher<'_, '_>, count: usize) {
    bencher.with_inputs(|| Files::new(count).prepared()).bench_refs(|files| load_plugins(&files.request()).unwrap());
}

/// The floor: opening the same files without a question.
#[divan::bench(args = [3, 30], sample_count = 10, sample_size = 1)]
#[expect(unsafe_code, reason = "this is what the loader is measured against")]
fn floor_dlopen(bencher: Bencher<'_, '_>, count: usize) {
    bencher.with_inputs(|| Files::new(count)).bench_refs(|files| {
        for file in &files.plugins {
            // SAFETY: the fixture has no constructors of its own, and is never closed.
            std::mem::forget(unsafe { libloading::Library::new(file) }.unwrap());
        }
    });
}

struct Files {
    dir: tempfile::TempDir,
    plugins: Vec<PathBuf>,
}

impl Files {
    fn new(count: usize) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let original = fs::read(crates::cargo_build(&crates::fixture("acme"), &["--release"])).unwrap();
        let id = b"example.acme";
        let at = original.windows(id.len()).position(|bytes| bytes == id).expect("the header holds the id");
        let dir = tempfile::tempdir().unwrap();
        let plugins = (0..count).map(|_| {
            let mut bytes = original.clone();
            let other = format!("bench.{:06}", NEXT.fetch_add(1, Ordering::Relaxed));
            bytes[at..at + id.len()].copy_from_slice(other.as_bytes());
            let path = dir.path().join(format!("lib{other}.so"));
            fs::write(&path, bytes).unwrap();
            path
        });
        Self { plugins: plugins.collect(), dir }
    }

    /// Loads them in another process: the first time makes the copies, the second remembers what they are.
    fn prepared(self) -> Self {
        for _ in 0..2 {
            let mut prepare = Command::new(std::env::current_exe().unwrap());
            assert!(prepare.arg(PREPARE).arg(self.dir.path()).status().unwrap().success());
        }
        self
    }

    fn request(&self) -> LoadRequest {
        request(self.dir.path(), &self.plugins)
    }
}

fn libraries(dir: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "so")).collect()
}

fn request(dir: &Path, plugins: &[PathBuf]) -> LoadRequest {
    LoadRequest {
        backend_packages: Vec::new(),
        plugins: plugins.iter().map(|path| path.display().to_string()).collect(),
        plugin_paths: Vec::new(),
        environment_paths: Vec::new(),
        exe_dir: dir.join("bin"),
        build_root: dir.to_owned(),
        cache_dir: dir.join("cache"),
        lock_file: dir.join("pants-plugins.lock"),
        unpinned: UnpinnedPolicy::Warn,
    }
}
