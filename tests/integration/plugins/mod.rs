//! Plugins through the real binary: built out of the workspace, enabled in pants.toml.
//!
//! The loader's own tests say what is right in detail; these say that a user gets it, in words and exit codes.

#[allow(dead_code, reason = "other tests that include it use the rest")]
#[path = "../../fixtures/crates.rs"]
pub(crate) mod crates;

#[path = "../../fixtures/bad-plugins/compile.rs"]
mod compile;

mod acme;
mod backends;
mod bad_files;
mod classpath;
mod guide;
mod panics;
mod trust;
mod versions;

use crate::support::Repository;
use pants_model::Fingerprint;
use std::path::Path;

/// A repository whose pants.toml enables these libraries and no bundled backend; they lie in it, and are pinned.
fn repository(libraries: &[&Path], files: &str) -> Repository {
    with_backends("[]", libraries, files)
}

/// The same, with a value for `backend_packages`.
fn with_backends(backend_packages: &str, libraries: &[&Path], files: &str) -> Repository {
    let repository = Repository::new(files);
    let mut names = Vec::new();
    for library in libraries {
        let name = install(&repository, library);
        pin(&repository, &id_of(library), &name);
        names.push(format!("{name:?}"));
    }
    let plugins = names.join(", ");
    let global = format!("[GLOBAL]\nbackend_packages = {backend_packages}\nplugins = [{plugins}]\n");
    let rest = repository.read("pants.toml");
    repository.write("pants.toml", &(global + &rest));
    repository
}

/// Copies a library into a repository and returns where, relative to the build root.
pub(crate) fn install(repository: &Repository, library: &Path) -> String {
    let name = format!("plugins/{}", library.file_name().expect("a library has a name").to_string_lossy());
    let copy = repository.root().join(&name);
    std::fs::create_dir_all(copy.parent().expect("it lies in the build root")).expect("its directory");
    std::fs::copy(library, copy).expect("the library was built");
    name
}

/// Trusts a file of a repository.
pub(crate) fn pin(repository: &Repository, id: &str, file: &str) {
    let lock_file = repository.root().join("pants-plugins.lock");
    let mut text = std::fs::read_to_string(&lock_file).unwrap_or_default();
    text.push_str(&format!("[[plugin]]\nid = \"{id}\"\nsha256 = \"{}\"\n", checksum(repository, file)));
    std::fs::write(lock_file, text).expect("the lock file");
}

fn checksum(repository: &Repository, file: &str) -> Fingerprint {
    Fingerprint::of_bytes(&std::fs::read(repository.root().join(file)).expect("the library"))
}

/// The backend id of a fixture plugin: `libacme_pants_twin.so` is `example.acme-twin`.
fn id_of(library: &Path) -> String {
    let name = library.file_stem().expect("a library has a name").to_string_lossy();
    let name = name.strip_prefix("lib").expect("libraries are called so");
    format!("example.{}", name.replacen("_pants", "", 1).replace('_', "-"))
}

/// A text without the numbers of lines in `src/lib.rs:12:3`, which every edit of a fixture changes.
fn without_lines(text: &str) -> String {
    let mut parts = text.split(".rs:");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        assert_ne!(rest, part, "a place has a line: {text}");
        result.push_str(".rs:[LINE]");
        result.push_str(rest);
    }
    result
}
