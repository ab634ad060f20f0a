//! Finds the file of every plugin that pants.toml enables.
//!
//! A file provides the backend id that its header states, whatever the file is called; so candidates are told apart by
//! reading headers, and none is opened as a library. Places are searched in order and only as far as needed; the first
//! place that has an id wins, two files with it in one place are an error. Nothing that pants.toml does not enable is
//! ever returned.

use crate::backend_ids::{self, BUNDLED_BACKENDS, BackendRef};
use crate::error::{LoadError, LoadWarning, PluginFault};
use crate::header::{self, Header};
use crate::request::LoadRequest;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A plugin file that pants.toml enables.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The file, resolved to its true path.
    pub path: PathBuf,
    /// What it says about itself.
    pub header: Header,
    /// Whether it stands where the host's own plugins are installed.
    pub is_bundled: bool,
}

/// Finds all that is enabled, in the order in which it is enabled: backends first, then `plugins`.
pub(crate) fn discover(request: &LoadRequest) -> Result<(Vec<Found>, Vec<LoadWarning>), LoadError> {
    let wanted = Wanted::of(request);
    let explicit = inspect_explicit(request, &wanted.files)?;
    let mut search = Search::new(request);
    let mut found: Vec<Found> = Vec::new();
    for id in &wanted.ids {
        let plugin = match explicit.iter().find(|plugin| plugin.header.id == *id) {
            Some(plugin) => plugin.clone(),
            None => search.find(id, |header| header.id == *id)?,
        };
        push_once(&mut found, plugin)?;
    }
    for plugin in explicit {
        push_once(&mut found, plugin)?;
    }
    for name in &wanted.names {
        push_once(&mut found, search.find(name, |header| answers_to(header, name))?)?;
    }
    Ok((found, wanted.warnings))
}

/// What pants.toml asks for, sorted by how it is looked for.
#[derive(Default)]
struct Wanted {
    ids: Vec<String>,
    names: Vec<String>,
    files: Vec<PathBuf>,
    warnings: Vec<LoadWarning>,
}

impl Wanted {
    fn of(request: &LoadRequest) -> Self {
        let mut wanted = Self::default();
        let mut unsupported = Vec::new();
        for id in &request.backend_packages {
            match backend_ids::resolve(id) {
                BackendRef::Plugin(id) if wanted.ids.iter().any(|known| known == id) => {}
                BackendRef::Plugin(id) => wanted.ids.push(id.to_owned()),
                BackendRef::BuiltIn => {}
                BackendRef::Unsupported => unsupported.push(id.clone()),
            }
        }
        if !unsupported.is_empty() {
            wanted.warnings.push(LoadWarning::UnsupportedBackends { ids: unsupported });
        }
        let mut packages = Vec::new();
        for plugin in &request.plugins {
            if is_python_package(plugin) {
                packages.push(plugin.clone());
            } else if is_path(plugin) {
                wanted.files.push(request.build_root.join(plugin));
            } else {
                wanted.names.push(plugin.clone());
            }
        }
        if !packages.is_empty() {
            wanted.warnings.push(LoadWarning::PythonPackages { packages });
        }
        wanted
    }
}

/// Whether an item of `plugins` is a Python package, as Pants v1 loaded them: a name, a comparison, a version.
pub fn is_python_package(plugin: &str) -> bool {
    let is_of_name = |char: char| char.is_ascii_alphanumeric() || ".-_[], ".contains(char);
    let version = plugin.trim_start_matches(is_of_name);
    version.len() < plugin.len() && version.starts_with(['=', '<', '>', '~', '!'])
}

/// A name has no slash and does not end like a library.
fn is_path(plugin: &str) -> bool {
    plugin.contains('/') || plugin.contains(std::path::MAIN_SEPARATOR) || header::has_library_name(Path::new(plugin))
}

fn answers_to(header: &Header, name: &str) -> bool {
    header.id == name || header.name.replace('_', "-") == name.replace('_', "-")
}

/// A file that was named needs nothing beside it, and every fault of it is an error.
fn inspect_explicit(request: &LoadRequest, files: &[PathBuf]) -> Result<Vec<Found>, LoadError> {
    let bundled_dirs = canonical_bundled_dirs(request);
    let mut found: Vec<Found> = Vec::new();
    for file in files {
        let header = header::read_header(file).map_err(|fault| LoadError::plugin(file, fault))?;
        let plugin = accept(file, header, &bundled_dirs)?;
        push_once(&mut found, plugin)?;
    }
    Ok(found)
}

/// A file is bundled when it stands in a bundled directory, by whichever path it was found: a package may install links.
fn accept(file: &Path, header: Header, bundled_dirs: &[PathBuf]) -> Result<Found, LoadError> {
    let path = fs::canonicalize(file).map_err(|error| LoadError::plugin(file, PluginFault::unreadable(error)))?;
    let found_in = file.parent().and_then(|dir| fs::canonicalize(dir).ok());
    let is_in = |dir: &PathBuf| path.parent() == Some(dir) || found_in.as_ref() == Some(dir);
    let is_bundled = bundled_dirs.iter().any(is_in);
    Ok(Found { path, header, is_bundled })
}

fn canonical_bundled_dirs(request: &LoadRequest) -> Vec<PathBuf> {
    request.bundled_dirs().iter().filter_map(|dir| fs::canonicalize(dir).ok()).collect()
}

/// Adds a plugin unless it is there already under the same id and from the same file.
fn push_once(found: &mut Vec<Found>, plugin: Found) -> Result<(), LoadError> {
    match found.iter().find(|known| known.header.id == plugin.header.id) {
        Some(known) if is_same_file(&known.path, &plugin.path) => Ok(()),
        Some(known) => {
            Err(LoadError::Ambiguous { id: plugin.header.id, first: known.path.clone(), second: plugin.path })
        }
        None => {
            found.push(plugin);
            Ok(())
        }
    }
}

/// Cargo leaves two names for one library, and hard links are one file.
#[cfg(unix)]
fn is_same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino())).ok();
    a == b || (identity(a).is_some() && identity(a) == identity(b))
}

#[cfg(not(unix))]
fn is_same_file(a: &Path, b: &Path) -> bool {
    a == b
}

/// Looks through directories, each read once and only when the ones before it did not have what is wanted.
struct Search {
    /// Directories of the same rank stand together.
    ranks: std::vec::IntoIter<Vec<PathBuf>>,
    bundled_dirs: Vec<PathBuf>,
    searched: Vec<SearchedRank>,
    searched_dirs: Vec<PathBuf>,
    /// Libraries that could be what is wanted, were they not damaged.
    damaged: Vec<LoadError>,
    /// Files that never were plugins, which is no fault of theirs unless one has the name of what is wanted.
    others: Vec<(PathBuf, PluginFault)>,
}

type SearchedRank = Vec<Found>;

impl Search {
    fn new(request: &LoadRequest) -> Self {
        let mut ranks = vec![request.plugin_paths.iter().map(|dir| request.build_root.join(dir)).collect()];
        ranks.push(request.environment_paths.clone());
        ranks.extend(request.bundled_dirs().into_iter().map(|dir| vec![dir]));
        Self {
            ranks: ranks.into_iter(),
            bundled_dirs: canonical_bundled_dirs(request),
            searched: Vec::new(),
            searched_dirs: Vec::new(),
            damaged: Vec::new(),
            others: Vec::new(),
        }
    }

    fn find(&mut self, wanted: &str, is_wanted: impl Fn(&Header) -> bool) -> Result<Found, LoadError> {
        let mut rank = 0;
        while rank < self.searched.len() || self.search_next()? {
            let mut matching = Vec::new();
            for plugin in self.searched[rank].iter().filter(|plugin| is_wanted(&plugin.header)) {
                push_once(&mut matching, plugin.clone())?;
            }
            if let Some(plugin) = matching.into_iter().next() {
                return Ok(plugin);
            }
            rank += 1;
        }
        Err(self.unknown(wanted))
    }

    /// A damaged library is the better explanation for what is missing, and so is a file that only has its name.
    fn unknown(&mut self, id: &str) -> LoadError {
        if let Some(impostor) = self.others.iter().position(|(file, _)| is_named_after(file, id)) {
            let (file, fault) = self.others.swap_remove(impostor);
            return LoadError::plugin(file, fault);
        }
        if let Some(damaged) = self.damaged.pop() {
            return damaged;
        }
        let seen = self.searched.iter().flatten().map(|plugin| plugin.header.id.as_str());
        LoadError::UnknownBackend {
            id: id.to_owned(),
            suggestion: suggest(id, seen.chain(BUNDLED_BACKENDS)),
            searched: self.searched_dirs.clone(),
        }
    }

    fn search_next(&mut self) -> Result<bool, LoadError> {
        let Some(dirs) = self.ranks.next() else {
            return Ok(false);
        };
        let mut rank = SearchedRank::new();
        for dir in dirs {
            for file in libraries_in(&dir) {
                match header::read_header(&file) {
                    Ok(header) => rank.push(accept(&file, header, &self.bundled_dirs)?),
                    Err(fault) if fault.is_damage() => self.damaged.push(LoadError::plugin(file, fault)),
                    Err(fault) => self.others.push((file, fault)),
                }
            }
            self.searched_dirs.push(dir);
        }
        self.searched.push(rank);
        Ok(true)
    }
}

/// Whether a library is called as Cargo calls that of a plugin: `libpants_backend_jvm.so` for `pants.backend.jvm`.
fn is_named_after(file: &Path, id: &str) -> bool {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    stem.strip_prefix(std::env::consts::DLL_PREFIX).unwrap_or(stem) == id.replace(['.', '-'], "_")
}

/// The libraries of a directory, sorted; a directory that cannot be read has none.
fn libraries_in(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let files: BTreeSet<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| header::has_library_name(path)).collect();
    files.into_iter().collect()
}

/// How many letters may be wrong. Ids share long beginnings, so a measure relative to their length finds all alike.
const MAX_TYPOS: usize = 2;

/// The nearest id; none for one that is spelled right and only missing.
fn suggest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let nearest = known.map(|id| (strsim::osa_distance(wanted, id), id)).min()?;
    (1..=MAX_TYPOS).contains(&nearest.0).then(|| nearest.1.to_owned())
}

// The files of these tests are ELF.
#[cfg(all(test, target_os = "linux"))]
mod tests;
