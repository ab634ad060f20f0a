//! Builds plugin crates out of the workspace, against any copy of plugin-api.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// What the fixtures' manifests say about where plugin-api is.
const API_IN_FIXTURES: &str = "../../../../plugin-api";

/// Libraries built by this test binary, by name.
static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the crate stands in the repository")
}

/// The plugin-api that this host is built with.
pub fn current_api() -> PathBuf {
    repository().join("plugin-api")
}

/// The frozen copies of released minors, oldest first.
pub fn frozen_apis() -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join("tests/fixtures/plugin-api")).into_iter().flatten();
    let mut copies: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    copies.sort();
    copies
}

/// The package of a fixture plugin.
pub fn fixture(plugin: &str) -> PathBuf {
    repository().join("tests/fixtures/plugins").join(plugin)
}

/// Builds a fixture plugin as it stands.
pub fn build(plugin: &str) -> PathBuf {
    cargo_build(&fixture(plugin), &[])
}

/// Builds a copy of a fixture plugin with features of its own.
pub fn build_with_feature(plugin: &str, feature: &str) -> PathBuf {
    cargo_build(&copy_plugin(&current_api(), plugin, feature), &["--features", feature])
}

/// Builds a copy of a fixture plugin against a copy of plugin-api; its backend id ends with `-label`.
pub fn build_against(api: &Path, plugin: &str, label: &str) -> PathBuf {
    cargo_build(&copy_plugin(api, plugin, label), &[])
}

/// A copy under a name of its own: cargo would write libraries of one name over each other, and call both fresh.
fn copy_plugin(api: &Path, plugin: &str, label: &str) -> PathBuf {
    let fixture = fixture(plugin);
    let copy = scratch("crates").join(format!("{plugin}-{label}"));
    let locked = |api: &Path| format!("name = \"plugin-api\"\nversion = \"{}\"", version(api));
    let (name, renamed) = (format!("name = \"{plugin}-pants\""), format!("name = \"{plugin}-pants-{label}\""));
    let edits = [
        Edit::new("Cargo.toml", &name, &renamed),
        Edit::new("Cargo.toml", API_IN_FIXTURES, api.display().to_string()),
        Edit::new("Cargo.lock", &name, &renamed),
        Edit::new("Cargo.lock", locked(&current_api()), locked(api)),
        Edit::new("src/lib.rs", format!("id = \"example.{plugin}\""), format!("id = \"example.{plugin}-{label}\"")),
    ];
    copy_package(&fixture, &copy, &edits);
    copy
}

/// A copy of plugin-api as its next minor may look: one more field in a document, one more operation, one more field in
/// the root module.
pub fn next_minor_of_api() -> PathBuf {
    let copy = scratch("apis").join("next");
    let version = version(&current_api());
    let [major, minor, _] = version.split('.').collect::<Vec<_>>()[..] else { panic!("`{version}` is no version") };
    let next = format!("{major}.{}.0", minor.parse::<u32>().unwrap() + 1);

    let new_field = "    pub is_console: bool,\n    /// New.\n    pub appended: Option<String>,\n";
    let new_operation = "
        match call_context::<_, String>(&object, 9000, &()) {
            Err(error) if error.kind == crate::ErrorKind::Unsupported => {}
            answer => return Err(Error::msg(format!(\"an older host answered {answer:?}\"))),
        }
        let info = call_context";
    let register = "    pub register: extern \"C\" fn(RegistrarObject<'_>) -> AbiResult<()>,\n";
    let new_root_field = format!("{register}    pub appended: extern \"C\" fn() -> u32,\n");
    let edits = [
        Edit::new("Cargo.toml", format!("version = \"{version}\""), format!("version = \"{next}\"")),
        Edit::new("src/task.rs", "    pub is_console: bool,\n", new_field),
        Edit::new("src/task.rs", "version: 1, ..", "version: 1, appended: Some(\"new\".to_owned()), .."),
        Edit::new("src/context.rs", "\n        let info = call_context", new_operation),
        Edit::new("src/abi/root.rs", register, new_root_field),
        Edit::new("src/abi/root.rs", "register }", "register, appended: { extern \"C\" fn new() -> u32 { 77 } new } }"),
    ];
    copy_package(&current_api(), &copy, &edits);
    copy
}

/// A copy of plugin-api of the same version whose layout differs: what nobody may release.
pub fn api_with_another_layout() -> PathBuf {
    let copy = scratch("apis").join("other-layout");
    let edits = [
        Edit::new("src/abi/mod.rs", "    pub document: RVec<u8>,", "    pub document: RVec<u8>,\n    pub extra: u32,"),
        Edit::new("src/abi/shims.rs", "unwrap_or_default().into() }", "unwrap_or_default().into(), extra: 0 }"),
    ];
    copy_package(&current_api(), &copy, &edits);
    copy
}

/// The version in a package's manifest.
fn version(package: &Path) -> String {
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
    line.expect("a package has a version").trim_end_matches('"').to_owned()
}

/// Builds a package with more arguments for cargo, and returns its library.
pub fn cargo_build(package: &Path, arguments: &[&str]) -> PathBuf {
    let name = format!("lib{}.so", package_name(package).replace('-', "_"));
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(library) = built.get(&name) {
        return library.clone();
    }
    let target = scratch("target");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--quiet", "--target-dir"])
        .arg(&target)
        .args(arguments)
        .current_dir(package)
        // Debug information would be copied into the cache of each test with the library.
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_PROFILE_DEV_STRIP", "debuginfo")
        .output()
        .expect("cargo runs these tests, so it is there");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let profile = if arguments.contains(&"--release") { "release" } else { "debug" };
    let library = target.join(profile).join(&name);
    built.insert(name, library.clone());
    library
}

fn package_name(package: &Path) -> String {
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    let line = manifest.lines().find_map(|line| line.strip_prefix("name = \""));
    line.expect("a package has a name").trim_end_matches('"').to_owned()
}

fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins").join(name);
    fs::create_dir_all(&dir).unwrap();
    dir
}

/// One replacement in one file of a copy.
struct Edit {
    file: &'static str,
    from: String,
    to: String,
}

impl Edit {
    fn new(file: &'static str, from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { file, from: from.into(), to: to.into() }
    }

    /// What is replaced must be there: when the original moves on, the edit must follow.
    fn apply(&self, text: &str) -> String {
        assert!(text.contains(&self.from), "{} does not contain `{}`", self.file, self.from);
        text.replacen(&self.from, &self.to, 1)
    }
}

/// Copies a package with edits; a file that is the same already keeps its time, so that cargo finds it fresh.
fn copy_package(from: &Path, to: &Path, edits: &[Edit]) {
    let mut files = Vec::new();
    list_files(from, Path::new(""), &mut files);
    for edit in edits {
        assert!(files.iter().any(|file| file == Path::new(edit.file)), "{} has no {}", from.display(), edit.file);
    }
    for file in files {
        let text = fs::read_to_string(from.join(&file)).unwrap();
        let edits = edits.iter().filter(|edit| file == Path::new(edit.file));
        let text = edits.fold(text, |text, edit| edit.apply(&text));
        let copy = to.join(&file);
        if fs::read_to_string(&copy).ok().as_deref() != Some(text.as_str()) {
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::write(copy, text).unwrap();
        }
    }
}

/// The files of a package, relative to it; what cargo made beside them stays behind.
fn list_files(root: &Path, dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root.join(dir)).unwrap() {
        let entry = entry.unwrap();
        let path = dir.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true if path == Path::new("target") => {}
            true => list_files(root, &path, files),
            false => files.push(path),
        }
    }
}
