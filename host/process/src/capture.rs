//! Turns paths into an [`InputTree`]: walks, stats and digests, in parallel, and reads only what the index does not know.
//!
//! Links are followed, also out of the build root (third-party files are linked under `.pants.d`): what counts is the
//! content that a process would read. What cannot be an input is an error that names it.

use crate::digest::{Digest, FileStamp, copy_and_digest};
use crate::digest_index::DigestIndex;
use crate::input_tree::{InputFile, InputTree};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

/// Why files could not be captured.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// An input is not there.
    #[error("input `{}` does not exist", path.display())]
    Missing {
        /// The path, relative to the build root.
        path: PathBuf,
    },
    /// An input is a link that leads nowhere.
    #[error("input `{}` is a link to `{}`, which does not exist", path.display(), target.display())]
    DanglingLink {
        /// The link, relative to the build root.
        path: PathBuf,
        /// What it names.
        target: PathBuf,
    },
    /// A directory contains a link to itself or to a directory around it.
    #[error("input `{}` is a link to a directory that contains it", path.display())]
    LinkLoop {
        /// The link, relative to the build root.
        path: PathBuf,
    },
    /// An input is not named relative to the build root, or leads out of it.
    #[error("input `{}` is not a path below the build root", path.display())]
    OutsideBuildRoot {
        /// The path as given.
        path: PathBuf,
    },
    /// A name is not Unicode, which keys need.
    #[error("the name of input `{}` is not valid UTF-8", path.display())]
    NotUnicode {
        /// The path.
        path: PathBuf,
    },
    /// An input is a pipe, a socket or a device.
    #[error("input `{}` is neither a file nor a directory", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// An input could not be read.
    #[error("cannot read input `{}`", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Captures build-root-relative files and whole directories.
pub(crate) fn capture(
    build_root: &Path,
    paths: &[PathBuf],
    index: &DigestIndex,
    threads: usize,
) -> Result<InputTree, CaptureError> {
    let mut found = Vec::new();
    for path in paths {
        let path = normalise(path)?;
        let metadata = stat(build_root, &path)?;
        walk(build_root, path, &metadata, &mut Vec::new(), &mut found)?;
    }
    found.sort();
    found.dedup();
    let mut files = in_parallel(&found, threads, STAT_GRAIN, |path| {
        let metadata = stat(build_root, path)?;
        let is_executable = metadata.permissions().mode() & 0o100 != 0;
        Ok((FileStamp::of(&metadata), is_executable))
    })?;
    let known = index.look_up(&files.iter().map(|(stamp, _)| *stamp).collect::<Vec<_>>());
    let unknown: Vec<usize> = (0..found.len()).filter(|&at| known[at].is_none()).collect();
    let read = in_parallel(&unknown, threads, READ_GRAIN, |&at| digest_content(build_root, &found[at]))?;

    let mut digests: Vec<_> = known.into_iter().map(|digest| digest.map(|digest| (digest, false))).collect();
    for (at, Digested { stamp, digest, is_racy }) in unknown.into_iter().zip(&read) {
        files[at].0 = *stamp;
        digests[at] = Some((*digest, *is_racy));
    }
    let fresh: Vec<_> = read.iter().filter(|read| !read.is_racy).map(|read| (read.stamp, read.digest)).collect();
    index.remember(&fresh);

    let files = found.into_iter().zip(files).zip(digests).map(|((path, (stamp, is_executable)), digest)| {
        let (digest, is_racy) = digest.expect("what the index did not know was read");
        InputFile { path, digest, is_executable, stamp, is_racy }
    });
    Ok(InputTree::new(files.collect()))
}

/// The digest of one file; `path` may be absolute.
pub(crate) fn digest_file(build_root: &Path, path: &Path, index: &DigestIndex) -> Result<Digest, CaptureError> {
    let io = |source| CaptureError::Io { path: path.to_owned(), source };
    let absolute = build_root.join(path);
    let metadata = fs::metadata(&absolute).map_err(|source| explain(&absolute, path, source))?;
    if !metadata.is_file() {
        return Err(CaptureError::NotAFile { path: path.to_owned() });
    }
    if let Some(Some(known)) = index.look_up(&[FileStamp::of(&metadata)]).pop() {
        return Ok(known);
    }
    let Digested { stamp, digest, is_racy } = read_and_digest(&absolute).map_err(io)?;
    if !is_racy {
        index.remember(&[(stamp, digest)]);
    }
    Ok(digest)
}

/// The inputs that are not what they were when they were captured.
pub(crate) fn changed<'a>(build_root: &Path, inputs: &'a InputTree) -> Vec<&'a InputFile> {
    inputs.files().filter(|file| !is_unchanged(build_root, file)).collect()
}

/// Whether a file is what it was when it was captured.
pub(crate) fn is_unchanged(build_root: &Path, file: &InputFile) -> bool {
    let path = build_root.join(&file.path);
    let has_stamp = |stamp| stamp == file.stamp;
    if !fs::metadata(&path).is_ok_and(|metadata| has_stamp(FileStamp::of(&metadata))) {
        return false;
    }
    // The stamp of a racy file proves nothing, so its content has to.
    !file.is_racy || read_and_digest(&path).is_ok_and(|read| has_stamp(read.stamp) && read.digest == file.digest)
}

/// The path with forward slashes and without `.`; refuses what is not below the build root.
fn normalise(path: &Path) -> Result<String, CaptureError> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => {
                parts.push(part.to_str().ok_or_else(|| CaptureError::NotUnicode { path: path.to_owned() })?);
            }
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(CaptureError::OutsideBuildRoot { path: path.to_owned() });
            }
        }
    }
    Ok(parts.join("/"))
}

fn stat(build_root: &Path, path: &str) -> Result<Metadata, CaptureError> {
    let absolute = build_root.join(path);
    fs::metadata(&absolute).map_err(|source| explain(&absolute, Path::new(path), source))
}

fn explain(absolute: &Path, path: &Path, source: io::Error) -> CaptureError {
    let path = path.to_owned();
    match (source.kind(), fs::read_link(absolute)) {
        (io::ErrorKind::NotFound, Ok(target)) => CaptureError::DanglingLink { path, target },
        (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, Err(_)) => CaptureError::Missing { path },
        _ => CaptureError::Io { path, source },
    }
}

/// Collects the files at and below `path`; `around` holds the directories that contain it.
fn walk(
    build_root: &Path,
    path: String,
    metadata: &Metadata,
    around: &mut Vec<(u64, u64)>,
    found: &mut Vec<String>,
) -> Result<(), CaptureError> {
    if metadata.is_file() {
        found.push(path);
        return Ok(());
    }
    if !metadata.is_dir() {
        return Err(CaptureError::NotAFile { path: path.into() });
    }
    let directory = (metadata.dev(), metadata.ino());
    if around.contains(&directory) {
        return Err(CaptureError::LinkLoop { path: path.into() });
    }
    around.push(directory);
    let io = |source| CaptureError::Io { path: PathBuf::from(&path), source };
    // Sorted, so that of two faults the same one is always named.
    let mut entries =
        fs::read_dir(build_root.join(&path)).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(io)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err(CaptureError::NotUnicode { path: Path::new(&path).join(name) });
        };
        let below = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            found.push(below);
        } else {
            let metadata = stat(build_root, &below)?;
            walk(build_root, below, &metadata, around, found)?;
        }
    }
    around.pop();
    Ok(())
}

struct Digested {
    stamp: FileStamp,
    digest: Digest,
    is_racy: bool,
}

fn digest_content(build_root: &Path, path: &str) -> Result<Digested, CaptureError> {
    read_and_digest(&build_root.join(path)).map_err(|source| CaptureError::Io { path: path.into(), source })
}

/// Digests a file. One that changes meanwhile gets the stamp from before and is racy: its digest is never trusted.
fn read_and_digest(path: &Path) -> io::Result<Digested> {
    let mut file = File::open(path)?;
    let stamp = FileStamp::of(&file.metadata()?);
    let digest = copy_and_digest(&mut file, &mut io::sink())?;
    let is_same = FileStamp::of(&file.metadata()?) == stamp && digest.size == stamp.size;
    Ok(Digested { stamp, digest, is_racy: !is_same || stamp.is_racy(SystemTime::now()) })
}

/// How many files a thread should have to look at to be worth starting.
const STAT_GRAIN: usize = 64;
/// How many files a thread should have to read to be worth starting.
const READ_GRAIN: usize = 4;

/// Does the work for every item on a few threads; results in the order of the items, or the first item's error.
fn in_parallel<T: Sync, R: Send, E: Send>(
    items: &[T],
    threads: usize,
    grain: usize,
    work: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let threads = threads.min(items.len() / grain);
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut mine = Vec::new();
                loop {
                    let start = next.fetch_add(grain, Ordering::Relaxed);
                    if start >= items.len() {
                        break;
                    }
                    let end = items.len().min(start + grain);
                    mine.extend((start..end).map(|index| (index, work(&items[index]))));
                }
                done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(&mut mine);
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests;
