//! The rules of the house that a compiler does not check.

use crate::support::checkout;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Who may import whom: docs/architecture.md, "The rooms". Development dependencies are exempt.
const EDGES: [(&str, &[&str]); 14] = [
    ("pants-cli", &["pants-daemon", "pants-session", "pants-console", "pants-options", "pants-model"]),
    ("pants-daemon", &["pants-session", "pants-options", "pants-process", "pants-console", "pants-model"]),
    (
        "pants-session",
        &["pants-options", "pants-plugin-loader", "pants-build-files", "pants-engine", "pants-process", "pants-model"],
    ),
    (
        "pants-plugin-loader",
        &["plugin-api", "pants-options", "pants-build-files", "pants-engine", "pants-process", "pants-model"],
    ),
    ("pants-engine", &["pants-process", "pants-model"]),
    ("pants-options", &["pants-model"]),
    ("pants-process", &["pants-model"]),
    ("pants-build-files", &["pants-model"]),
    ("pants-console", &["pants-model"]),
    ("pants-model", &[]),
    ("plugin-api", &[]),
    ("pants-backend-jvm", &["plugin-api"]),
    ("pants-backend-python", &["plugin-api"]),
    ("pants-backend-codegen", &["plugin-api"]),
];

/// The only crates that may name abi_stable, each with its reason in its first lines.
const NAME_ABI_STABLE: [&str; 2] = ["pants-plugin-loader", "plugin-api"];

/// Where `unsafe` may stand.
const UNSAFE_ROOMS: [&str; 3] = ["host/plugin-loader/", "plugin-api/src/abi/", "host/process/src/"];

fn manifests() -> BTreeMap<String, toml::Table> {
    let top = checkout();
    let directories = ["host", "plugins"].iter().flat_map(|room| {
        let entries = std::fs::read_dir(top.join(room)).expect("a room with crates");
        entries.map(|entry| entry.expect("an entry").path())
    });
    let directories = directories.chain([top.join("plugin-api")]).filter(|path| path.join("Cargo.toml").exists());
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(path.join("Cargo.toml")).expect("a manifest");
        let table: toml::Table = text.parse().expect("a manifest is TOML");
        (table["package"]["name"].as_str().expect("a package has a name").to_owned(), table)
    };
    directories.map(read).collect()
}

fn dependencies(manifest: &toml::Table) -> Vec<&str> {
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    table.into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn crates_import_only_whom_they_may() {
    let manifests = manifests();
    let ours: Vec<&String> = manifests.keys().collect();
    assert_eq!(ours.len(), EDGES.len(), "each crate has a line in EDGES: {ours:?}");
    for (name, allowed) in EDGES {
        for dependency in dependencies(&manifests[name]) {
            let is_ours = manifests.contains_key(dependency);
            assert!(!is_ours || allowed.contains(&dependency), "{name} must not depend on {dependency}");
            let is_fenced = dependency == "abi_stable" && !NAME_ABI_STABLE.contains(&name);
            assert!(!is_fenced, "{name} must not name abi_stable");
        }
    }
}

/// All Rust files of the checkout, as paths relative to it.
fn rust_files() -> Vec<String> {
    fn collect(directory: &Path, top: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).expect("a directory of sources") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    collect(&path, top, found);
                }
            } else if name.ends_with(".rs") {
                found.push(path.strip_prefix(top).expect("it lies below").to_string_lossy().into_owned());
            }
        }
    }
    let top = checkout();
    let mut found = Vec::new();
    for room in ["host", "plugin-api", "plugins", "tests"] {
        collect(&top.join(room), &top, &mut found);
    }
    found.sort();
    assert!(found.len() > 50, "the sources were found");
    found
}

fn read(file: &str) -> String {
    std::fs::read_to_string(checkout().join(file)).expect("a source file is UTF-8")
}

/// Frozen copies of plugin-api are as they were released.
fn is_frozen(file: &str) -> bool {
    file.starts_with("tests/fixtures/plugin-api/")
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> = rust_files().into_iter().filter(|file| !read(file).starts_with("//!")).collect();
    assert_eq!(silent, Vec::<String>::new(), "these files do not open with `//!`");
}

#[test]
fn unsafe_stands_where_it_may_and_says_why() {
    for file in rust_files().into_iter().filter(|file| !is_frozen(file) && !file.ends_with("tidy.rs")) {
        let text = read(&file);
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let is_unsafe =
            |line: &&&str| line.contains("unsafe {") || line.contains("unsafe fn") || line.contains("unsafe impl");
        let count = code.iter().filter(is_unsafe).count();
        let is_allowed = UNSAFE_ROOMS.iter().any(|room| file.starts_with(room)) || file.starts_with("tests/fixtures/");
        assert!(count == 0 || is_allowed, "{file} must not be unsafe");
        assert!(count == 0 || text.contains("SAFETY:") || text.contains("Sound because"), "{file} does not say why");
    }
}

#[test]
fn every_test_module_is_reached() {
    for file in rust_files().into_iter().filter(|file| file.ends_with("/tests.rs")) {
        let parent = file.strip_suffix("/tests.rs").expect("it ends so");
        let candidates = [format!("{parent}.rs"), format!("{parent}/mod.rs"), format!("{parent}/lib.rs")];
        let is_reached =
            candidates.iter().any(|path| checkout().join(path).exists() && read(path).contains("mod tests;"));
        assert!(is_reached, "{file} is not a module of anything");
    }
}

#[test]
fn no_file_of_sources_is_a_ball() {
    for file in rust_files().into_iter().filter(|file| !is_frozen(file)) {
        let lines = read(&file).lines().count();
        assert!(lines <= 1_000, "{file} has {lines} lines: it does more than one thing");
    }
}
