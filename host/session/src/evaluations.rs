//! Where evaluated BUILD files are kept between runs: one file for each configuration, in the user's cache directory.
//!
//! Two runs at once replace each other's file whole. Whatever fails here costs time and nothing else, so it is only told
//! to who asks for debug messages.

use crate::backends::Backends;
use crate::request::Request;
use pants_build_files::{EvaluationStore, Stored};
use pants_model::{Fingerprint, FingerprintBuilder};
use pants_options::VERSION;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// How many files are kept: those of other repositories, and of other configurations of this one.
const MOST_FILES: usize = 32;

/// Evaluated BUILD files on disk.
pub(crate) struct Evaluations {
    directory: PathBuf,
    /// Of the code that evaluates: this program and its plugins.
    code: Fingerprint,
}

impl Evaluations {
    pub(crate) fn new(request: &Request, backends: &Backends) -> Self {
        let mut code = FingerprintBuilder::new("code");
        code.add(VERSION).add(program()).add_fingerprint(&backends.plugins);
        Self { directory: request.bootstrap.cache_dir().join("build-files"), code: code.finish() }
    }

    fn path(&self, name: &str) -> PathBuf {
        let mut builder = FingerprintBuilder::new("evaluations");
        self.directory.join(builder.add(name).add_fingerprint(&self.code).finish().to_hex())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        let mut file = NamedTempFile::new_in(&self.directory)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        self.remove_oldest()
    }

    fn remove_oldest(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            files.push((entry.metadata()?.modified()?, entry.path()));
        }
        files.sort_unstable();
        let surplus = files.len().saturating_sub(MOST_FILES);
        files[..surplus].iter().try_for_each(|(_, path)| fs::remove_file(path))
    }
}

fn tell(what: &str, path: &Path, error: &io::Error) {
    tracing::debug!("evaluated BUILD files are not {what}: {}: {error}", path.display());
}

impl EvaluationStore for Evaluations {
    fn load(&self, name: &str, most: usize) -> Stored {
        let path = self.path(name);
        match read_at_most(&path, most) {
            Ok(stored) => stored,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Stored::Nothing,
            Err(error) => {
                tell("read", &path, &error);
                Stored::Nothing
            }
        }
    }

    fn save(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        if let Err(error) = self.write(&path, bytes) {
            tell("kept", &path, &error);
        }
    }
}

fn read_at_most(path: &Path, most: usize) -> io::Result<Stored> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    if length > most as u64 {
        return Ok(Stored::TooLong);
    }
    let mut bytes = Vec::with_capacity(length as usize + 1);
    file.read_to_end(&mut bytes)?;
    Ok(Stored::Bytes(bytes))
}

/// What tells this build of the program from another one of the same version.
fn program() -> String {
    // The link leads to the program that runs, even where another one has taken its place since.
    let metadata = fs::metadata("/proc/self/exe").or_else(|_| std::env::current_exe().and_then(fs::metadata));
    metadata.map_or_else(
        // Who cannot tell shares with nobody.
        |_| format!("process {}", std::process::id()),
        |file| {
            format!("{} {} {} {}", file.dev(), file.ino(), file.len(), file.mtime_nsec() + file.mtime() * 1_000_000_000)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluations(directory: &Path) -> Evaluations {
        Evaluations { directory: directory.join("build-files"), code: Fingerprint::of_bytes(b"code") }
    }

    #[test]
    fn what_is_saved_is_loaded_when_it_is_not_too_long() {
        let directory = tempfile::tempdir().unwrap();
        let store = evaluations(directory.path());
        assert_eq!(store.load("a", 100), Stored::Nothing);
        store.save("a", b"first");
        store.save("a", b"second");
        store.save("b", b"other");
        assert_eq!(store.load("a", 6), Stored::Bytes(b"second".to_vec()));
        assert_eq!(store.load("a", 5), Stored::TooLong);
        let mut other = evaluations(directory.path());
        other.code = Fingerprint::of_bytes(b"other code");
        assert_eq!(other.load("a", 100), Stored::Nothing);
    }

    #[test]
    fn old_files_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let store = evaluations(directory.path());
        (0..MOST_FILES + 5).for_each(|number| store.save(&number.to_string(), b""));
        assert_eq!(fs::read_dir(&store.directory).unwrap().count(), MOST_FILES);
        assert_eq!(store.load(&(MOST_FILES + 4).to_string(), 1), Stored::Bytes(Vec::new()), "the newest is there");
    }

    #[test]
    fn a_place_that_cannot_be_written_keeps_nothing() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("build-files"), "").unwrap();
        let store = evaluations(directory.path());
        store.save("a", b"bytes");
        assert_eq!(store.load("a", 100), Stored::Nothing);
    }
}
