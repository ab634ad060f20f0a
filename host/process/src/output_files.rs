//! The output paths of one process: removed before it runs, stored after it, restored instead of it.
//!
//! Restoring writes copies by rename and leaves alone what is already right, so that a reader of an old file is never
//! disturbed. Names that come from a cache are never trusted to stay inside an output path.

use crate::capture;
use crate::content_store::ContentStore;
use crate::digest::Digest;
use crate::digest_index::DigestIndex;
use crate::input_tree::DirectoryBuilder;
use crate::process::{Locality, Process, RunError};
use crate::reapi::{self, ActionResult};
use prost::Message;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

/// Where the outputs of one process are.
pub(crate) struct OutputFiles<'a> {
    directory: PathBuf,
    paths: BTreeSet<&'a str>,
    /// Those that a process wants to find as empty directories.
    directories: BTreeSet<&'a str>,
    locality: Locality,
}

/// Why the outputs of a process cannot be stored; the process itself is fine.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CollectError {
    #[error("output `{}` cannot be moved: it is a link to the absolute path `{}`", path.display(), target.display())]
    AbsoluteLink { path: PathBuf, target: PathBuf },
    #[error("output `{}` is not a file, directory or link with a plain name", path.display())]
    NotStorable { path: PathBuf },
    #[error("cannot store output `{}`", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl<'a> OutputFiles<'a> {
    /// Checks that the output paths are relative paths below the working directory and no inputs.
    pub(crate) fn of(process: &'a Process, build_root: &Path) -> Result<Self, RunError> {
        let invalid = |reason| RunError::Invalid { description: process.name().to_owned(), reason };
        if !is_plain(&process.working_directory) && !process.working_directory.is_empty() {
            return Err(invalid(format!("working directory `{}` is not a plain path", process.working_directory)));
        }
        for path in process.output_paths.iter().map(|path| without_slash(path)) {
            if !is_plain(path) {
                return Err(invalid(format!("output `{path}` is not a path below its working directory")));
            }
            let from_root = match process.working_directory.as_str() {
                "" => path.to_owned(),
                directory => format!("{directory}/{path}"),
            };
            if let Some(input) = process.inputs.files().find(|input| is_at_or_below(&input.path, &from_root)) {
                return Err(invalid(format!("output `{path}` would remove input `{}`", input.path)));
            }
        }
        let directory = build_root.join(&process.working_directory);
        let paths = process.output_paths.iter().map(|path| without_slash(path)).collect();
        let directories = process.output_paths.iter().filter_map(|path| path.strip_suffix('/')).collect();
        Ok(Self { directory, paths, directories, locality: process.locality })
    }

    /// Removes what is at the output paths.
    pub(crate) fn remove(&self) -> Result<(), RunError> {
        for path in &self.paths {
            let path = self.directory.join(path);
            remove(&path).map_err(|source| RunError::Output { activity: "remove", path, source })?;
        }
        Ok(())
    }

    /// Makes the directories that the output paths lie in, and those outputs that are wanted as empty directories.
    pub(crate) fn make_places(&self) -> Result<(), RunError> {
        for path in &self.paths {
            let absolute = self.directory.join(path);
            let made = match self.directories.contains(path) {
                true => fs::create_dir_all(&absolute),
                false => make_parent(&absolute),
            };
            made.map_err(|source| RunError::Output { activity: "write", path: absolute, source })?;
        }
        Ok(())
    }

    /// Stores what is at the output paths and lists it in `result`; an output that is missing is left out.
    pub(crate) fn collect(&self, store: &ContentStore, result: &mut ActionResult) -> Result<(), CollectError> {
        for &path in &self.paths {
            let absolute = self.directory.join(path);
            let Some(metadata) = metadata_of(&absolute).map_err(|source| failed(&absolute, source))? else { continue };
            let path = path.to_owned();
            match Kind::of(&absolute, &metadata)? {
                Kind::File { is_executable } => {
                    let digest = store.put_file(&absolute).map_err(|source| failed(&absolute, source))?;
                    result.output_files.push(reapi::OutputFile { path, digest: Some(digest.into()), is_executable });
                }
                Kind::Directory => {
                    let tree = self.collect_tree(&absolute, store)?.encode_to_vec();
                    let digest = store.put_bytes(&tree).map_err(|source| failed(&absolute, source))?;
                    result.output_directories.push(reapi::OutputDirectory { path, tree_digest: Some(digest.into()) });
                }
                Kind::Link { target } => {
                    let target = self.movable(&absolute, target)?;
                    result.output_symlinks.push(reapi::OutputSymlink { path, target });
                }
            }
        }
        Ok(())
    }

    fn collect_tree(&self, root: &Path, store: &ContentStore) -> Result<reapi::Tree, CollectError> {
        let mut found = Vec::new();
        self.walk(root, "", store, &mut found)?;
        let mut builder = DirectoryBuilder::default();
        for (path, entry) in &found {
            match entry {
                Stored::File { digest, is_executable } => builder.add_file(path, *digest, *is_executable),
                Stored::Directory => builder.add_directory(path),
                Stored::Link { target } => builder.add_symlink(path, target),
            }
        }
        let mut children = BTreeMap::new();
        let root = builder.finish(&mut |directory, digest| drop(children.insert(digest, directory.clone())));
        Ok(reapi::Tree { root: Some(root.directory), children: children.into_values().collect() })
    }

    fn walk(
        &self,
        directory: &Path,
        prefix: &str,
        store: &ContentStore,
        found: &mut Vec<(String, Stored)>,
    ) -> Result<(), CollectError> {
        for entry in fs::read_dir(directory).map_err(|source| failed(directory, source))? {
            let absolute = entry.map_err(|source| failed(directory, source))?.path();
            let Some(name) = absolute.file_name().and_then(|name| name.to_str()) else {
                return Err(CollectError::NotStorable { path: absolute });
            };
            let path = format!("{prefix}{name}");
            let metadata = fs::symlink_metadata(&absolute).map_err(|source| failed(&absolute, source))?;
            let stored = match Kind::of(&absolute, &metadata)? {
                Kind::File { is_executable } => {
                    let digest = store.put_file(&absolute).map_err(|source| failed(&absolute, source))?;
                    Stored::File { digest, is_executable }
                }
                Kind::Link { target } => Stored::Link { target: self.movable(&absolute, target)? },
                Kind::Directory => {
                    self.walk(&absolute, &format!("{path}/"), store, found)?;
                    Stored::Directory
                }
            };
            found.push((path, stored));
        }
        Ok(())
    }

    /// The target of a link that will lead to the same place when its output is somewhere else.
    fn movable(&self, path: &Path, target: PathBuf) -> Result<String, CollectError> {
        if target.is_absolute() && self.locality == Locality::Any {
            return Err(CollectError::AbsoluteLink { path: path.to_owned(), target });
        }
        target.into_os_string().into_string().map_err(|_| CollectError::NotStorable { path: path.to_owned() })
    }

    /// Makes the output paths what a stored result says; `false`, with nothing promised about the output paths, when
    /// the store has lost a part of it.
    pub(crate) fn restore(
        &self,
        result: &ActionResult,
        store: &ContentStore,
        index: &DigestIndex,
    ) -> Result<bool, RunError> {
        let Some(wanted) = self.wanted(result, store) else { return Ok(false) };
        let is_complete = wanted.iter().all(|(_, stored)| match stored {
            Stored::File { digest, .. } => store.contains(digest),
            Stored::Directory | Stored::Link { .. } => true,
        });
        if !is_complete {
            return Ok(false);
        }
        self.remove_unwanted(&wanted)?;
        for (path, stored) in &wanted {
            let absolute = self.directory.join(path);
            let write = |source| RunError::Output { activity: "write", path: absolute.clone(), source };
            if !restore_one(&absolute, stored, store, index).map_err(write)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Everything that the result says should be there, directories before what is in them.
    fn wanted(&self, result: &ActionResult, store: &ContentStore) -> Option<BTreeMap<String, Stored>> {
        let mut wanted = BTreeMap::new();
        for file in &result.output_files {
            let digest = file.digest.as_ref()?.parse()?;
            wanted.insert(file.path.clone(), Stored::File { digest, is_executable: file.is_executable });
        }
        for link in &result.output_symlinks {
            wanted.insert(link.path.clone(), Stored::Link { target: link.target.clone() });
        }
        for directory in &result.output_directories {
            let tree = store.read(&directory.tree_digest.as_ref()?.parse()?)?;
            let tree = reapi::Tree::decode(tree.as_slice()).ok()?;
            let children: BTreeMap<_, _> =
                tree.children.iter().map(|child| (reapi::Digest::of_message(child), child)).collect();
            flatten(tree.root.as_ref()?, directory.path.clone(), &children, &mut wanted)?;
        }
        let is_ours = |path: &String| self.paths.iter().any(|output| is_at_or_below(path, output));
        wanted.keys().all(|path| is_plain(path) && is_ours(path)).then_some(wanted)
    }

    fn remove_unwanted(&self, wanted: &BTreeMap<String, Stored>) -> Result<(), RunError> {
        for path in &self.paths {
            let absolute = self.directory.join(path);
            remove_unwanted(&absolute, path, wanted).map_err(|source| RunError::Output {
                activity: "remove",
                path: absolute,
                source,
            })?;
        }
        Ok(())
    }
}

/// What is at a path.
enum Kind {
    File { is_executable: bool },
    Directory,
    Link { target: PathBuf },
}

impl Kind {
    fn of(path: &Path, metadata: &Metadata) -> Result<Kind, CollectError> {
        if metadata.is_file() {
            Ok(Kind::File { is_executable: is_executable(metadata) })
        } else if metadata.is_dir() {
            Ok(Kind::Directory)
        } else if metadata.is_symlink() {
            Ok(Kind::Link { target: fs::read_link(path).map_err(|source| failed(path, source))? })
        } else {
            Err(CollectError::NotStorable { path: path.to_owned() })
        }
    }
}

/// What the store says about a path.
#[derive(Debug, PartialEq)]
enum Stored {
    File { digest: Digest, is_executable: bool },
    Directory,
    Link { target: String },
}

fn flatten(
    directory: &reapi::Directory,
    path: String,
    children: &BTreeMap<Digest, &reapi::Directory>,
    wanted: &mut BTreeMap<String, Stored>,
) -> Option<()> {
    let below = |name: &str| is_name(name).then(|| format!("{path}/{name}"));
    for file in &directory.files {
        let digest = file.digest.as_ref()?.parse()?;
        wanted.insert(below(&file.name)?, Stored::File { digest, is_executable: file.is_executable });
    }
    for link in &directory.symlinks {
        wanted.insert(below(&link.name)?, Stored::Link { target: link.target.clone() });
    }
    for child in &directory.directories {
        // A directory is named by its digest, so none can contain itself and this ends.
        let content = children.get(&child.digest.as_ref()?.parse()?)?;
        flatten(content, below(&child.name)?, children, wanted)?;
    }
    wanted.insert(path, Stored::Directory);
    Some(())
}

fn restore_one(path: &Path, stored: &Stored, store: &ContentStore, index: &DigestIndex) -> io::Result<bool> {
    let present = metadata_of(path)?;
    match stored {
        Stored::Directory => fs::create_dir_all(path)?,
        Stored::Link { target } => {
            if present.is_none_or(|_| fs::read_link(path).is_ok_and(|present| present != Path::new(target))) {
                remove(path)?;
                make_parent(path)?;
                std::os::unix::fs::symlink(target, path)?;
            }
        }
        Stored::File { digest, is_executable: wanted } => {
            let is_right = present.is_some_and(|metadata| is_executable(&metadata) == *wanted)
                && capture::digest_file(Path::new("/"), path, index).is_ok_and(|present| present == *digest);
            if !is_right {
                make_parent(path)?;
                return store.copy_to(digest, path, if *wanted { 0o777 } else { 0o666 });
            }
        }
    }
    Ok(true)
}

/// Removes whatever is not wanted, or is not of the kind that is wanted.
fn remove_unwanted(absolute: &Path, path: &str, wanted: &BTreeMap<String, Stored>) -> io::Result<()> {
    let Some(metadata) = metadata_of(absolute)? else { return Ok(()) };
    let is_right_kind = match wanted.get(path) {
        None => false,
        Some(Stored::File { .. }) => metadata.is_file(),
        Some(Stored::Link { .. }) => metadata.is_symlink(),
        Some(Stored::Directory) => metadata.is_dir(),
    };
    if !is_right_kind {
        return remove(absolute);
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(absolute)? {
            let below = entry?.path();
            match below.file_name().and_then(|name| name.to_str()) {
                Some(name) => remove_unwanted(&below, &format!("{path}/{name}"), wanted)?,
                None => remove(&below)?,
            }
        }
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match metadata_of(path)? {
        None => Ok(()),
        Some(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Some(_) => fs::remove_file(path),
    }
}

/// What is at a path, links not followed; `None` when nothing is.
fn metadata_of(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

fn make_parent(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path.parent().expect("outputs lie in a directory"))
}

fn is_executable(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o100 != 0
}

fn failed(path: &Path, source: io::Error) -> CollectError {
    CollectError::Io { path: path.to_owned(), source }
}

/// The path of an output; a slash at its end only says that it is wanted as an empty directory.
pub(crate) fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

/// Whether a path has at least one component, and only plain ones.
fn is_plain(path: &str) -> bool {
    let is_normalised = path.split('/').all(is_name);
    is_normalised && Path::new(path).components().all(|component| matches!(component, Component::Normal(_)))
}

fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\0'])
}

fn is_at_or_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
