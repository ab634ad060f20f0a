//! Completion: what the word at the cursor of a shell can become.
//!
//! Somebody waits with a finger on a key: at most one directory is listed and at most one is evaluated, nothing is written
//! but the private copies of plugins, and whatever is wrong means that there is less to say.

use crate::backends::{self, Backends};
use crate::backends_of;
use crate::evaluations::Evaluations;
use crate::older_config::disabled_scopes;
use crate::request::Request;
use crate::room_configs::workspace_config;
use crate::warm::Warm;
use pants_model::OptionValues;
use pants_options::{Invocation, PathKind, WantedPath, complete, parse_with_disabled};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the last of these words can become, sorted. The request has no arguments: those typed are not finished.
pub fn completions(request: &Request, warm: &Warm, words: &[String]) -> Vec<String> {
    let loaded = backends_of(request, warm);
    let Ok(backends) = loaded.or_else(|_| backends::bundled(request).map(Arc::new)) else { return Vec::new() };
    let completion = complete(words, &backends.scopes);
    let mut found = completion.words;
    if let Some(path) = completion.path {
        found.extend(paths(request, warm, &backends, &path));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn paths(request: &Request, warm: &Warm, backends: &Backends, wanted: &WantedPath) -> Vec<String> {
    let invocation = &request.invocation;
    let found = match wanted.kind {
        PathKind::Target => targets(request, warm, backends, &wanted.typed),
        PathKind::File => entries(&invocation.cwd, &wanted.typed, |_| true),
        PathKind::Directory => entries(&invocation.cwd, &wanted.typed, |entry| entry.is_directory),
    };
    found.into_iter().map(|path| format!("{}{path}", wanted.before)).collect()
}

/// Targets and what leads to them.
fn targets(request: &Request, warm: &Warm, backends: &Backends, typed: &str) -> Vec<String> {
    let bare = typed.trim_start_matches(['^', '!']);
    let exclusion = &typed[..typed.len() - bare.len()];
    let is_relative = bare.starts_with("./") || bare.starts_with("../");
    let base = if is_relative { &request.invocation.cwd } else { &request.bootstrap.build_root };
    let found = match bare.rsplit_once(':') {
        Some((dir, name)) => targets_of(request, warm, backends, base, dir, name),
        None => directories(request, base, bare),
    };
    found.into_iter().map(|place| format!("{exclusion}{place}")).collect()
}

/// The targets of one directory whose name begins like this, as they are typed.
fn targets_of(request: &Request, warm: &Warm, backends: &Backends, base: &Path, dir: &str, name: &str) -> Vec<String> {
    let Some(values) = values_without_arguments(request, backends) else { return Vec::new() };
    let root = &request.bootstrap.build_root;
    let Some(below) = below_root(&base.join(dir.trim_start_matches('/')), root) else { return Vec::new() };
    let config = workspace_config(request, &values, &backends.symbols);
    let files = warm.build_files(config, &backends.symbols, || Arc::new(Evaluations::new(request, backends)));
    let declared = files.declared_in(&below);
    let names = declared.iter().map(|address| address.name()).filter(|declared| declared.starts_with(name));
    let everything_below = name.is_empty().then(|| ":".to_owned());
    names.map(str::to_owned).chain(everything_below).map(|name| format!("{dir}:{name}")).collect()
}

/// What is set when nothing is typed; `None` when that is wrong.
fn values_without_arguments(request: &Request, backends: &Backends) -> Option<OptionValues> {
    let invocation = Invocation { args: Vec::new(), ..request.invocation.clone() };
    let disabled = disabled_scopes(request, backends);
    let parsed = parse_with_disabled(&invocation, &request.bootstrap, &backends.scopes, &disabled);
    parsed.ok().map(|parsed| parsed.values)
}

/// A path relative to the build root; `None` outside of it.
fn below_root(path: &Path, root: &Path) -> Option<String> {
    let path = path.canonicalize().ok()?;
    let below = path.strip_prefix(root.canonicalize().ok()?).ok()?;
    below.to_str().map(str::to_owned)
}

/// Directories that begin like this: `dir:` where there are BUILD files, `dir/` where there are directories. Files, when no
/// directory does.
fn directories(request: &Request, base: &Path, typed: &str) -> Vec<String> {
    let bootstrap = &request.bootstrap;
    let results = [bootstrap.workdir(), bootstrap.dist_dir(), bootstrap.subprocess_dir()];
    let prefix = typed.len() - typed.trim_start_matches('/').len();
    let (slashes, relative) = typed.split_at(prefix);
    let is_source = |entry: &Entry| !results.contains(&entry.path);
    let found = list(base, relative).into_iter().filter(is_source);
    let (directories, files): (Vec<Entry>, Vec<Entry>) = found.partition(|entry| entry.is_directory);
    if directories.is_empty() {
        return files.into_iter().map(|file| format!("{slashes}{}", file.typed)).collect();
    }
    directories.into_iter().flat_map(|directory| directory.forms()).map(|form| format!("{slashes}{form}")).collect()
}

/// Entries of one directory that begin like this and are wanted; directories with a slash behind them.
fn entries(base: &Path, typed: &str, is_wanted: impl Fn(&Entry) -> bool) -> Vec<String> {
    let found = list(base, typed).into_iter().filter(is_wanted);
    found.map(|entry| if entry.is_directory { format!("{}/", entry.typed) } else { entry.typed }).collect()
}

/// One entry of the directory that is typed.
struct Entry {
    /// As it would be typed.
    typed: String,
    path: PathBuf,
    is_directory: bool,
}

impl Entry {
    fn forms(&self) -> Vec<String> {
        let inside: Vec<(String, bool)> = read(&self.path).collect();
        let is_build_file = |name: &str| name == "BUILD" || name.starts_with("BUILD.");
        let has_targets = inside.iter().any(|(name, is_directory)| !is_directory && is_build_file(name));
        let has_directories = inside.iter().any(|(name, is_directory)| *is_directory && !name.starts_with('.'));
        let forms = [(has_targets, ':'), (has_directories || !has_targets, '/')];
        forms.into_iter().filter(|(is_there, _)| *is_there).map(|(_, end)| format!("{}{end}", self.typed)).collect()
    }
}

/// What the directory of a path holds that begins like its last part; hidden names when their dot is typed.
fn list(base: &Path, typed: &str) -> Vec<Entry> {
    let (dir, begun) = typed.rfind('/').map_or(("", typed), |slash| typed.split_at(slash + 1));
    let place = base.join(dir);
    let is_meant = |name: &str| name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'));
    let found = read(&place).filter(|(name, _)| is_meant(name));
    let entry = |(name, is_directory): (String, bool)| Entry {
        typed: format!("{dir}{name}"),
        path: place.join(name),
        is_directory,
    };
    found.map(entry).collect()
}

/// The names in a directory, and whether each is a directory; none where it cannot be read.
fn read(directory: &Path) -> impl Iterator<Item = (String, bool)> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let kind = entry.file_type().ok()?;
        let is_directory = kind.is_dir() || (kind.is_symlink() && entry.path().is_dir());
        Some((entry.file_name().into_string().ok()?, is_directory))
    })
}
