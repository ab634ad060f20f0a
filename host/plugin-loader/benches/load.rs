//! How long loading plugins takes, beside the floor: what the system's own loader takes for the same files.
//!
//! A library is loaded once in the life of a process, so every sample gets files of its own: copies of one plugin under
//! other backend ids, which makes their contents differ, too. Cold: nothing of them is in the cache.
#![cfg(target_os = "linux")]

#[allow(dead_code)]
#[path = "../tests/plugins/crates.rs"]
mod crates;

use divan::Bencher;
use pants_plugin_loader::{LoadRequest, UnpinnedPolicy, load_plugins};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

fn main() {
    divan::main();
}

/// Finds, judges, copies, opens and checks.
#[divan::bench(args = [3, 30], sample_count = 10, sample_size = 1)]
fn load_cold(bencher: Bencher<'_, '_>, count: usize) {
    bencher.with_inputs(|| Files::new(count)).bench_refs(|files| load_plugins(&files.request()).unwrap());
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
        let original = fs::read(crates::build_release("acme")).unwrap();
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

    fn request(&self) -> LoadRequest {
        LoadRequest {
            backend_packages: Vec::new(),
            plugins: self.plugins.iter().map(|path| path.display().to_string()).collect(),
            plugin_paths: Vec::new(),
            environment_paths: Vec::new(),
            exe_dir: self.dir.path().join("bin"),
            build_root: self.dir.path().to_owned(),
            cache_dir: self.dir.path().join("cache"),
            lock_file: self.dir.path().join("pants-plugins.lock"),
            unpinned: UnpinnedPolicy::Warn,
        }
    }
}
