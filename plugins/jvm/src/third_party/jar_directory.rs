//! The directory of third-party jars, so that they have paths inside the build root.
//!
//! A jar is trusted while its size and time are those it was checked with; anything else is hashed again.

use super::lock::PlacedFile;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A directory of jars with the record of what was checked.
#[derive(Debug)]
pub(crate) struct JarDirectory {
    directory: PathBuf,
    record: PathBuf,
    checked: BTreeMap<String, Checked>,
}

/// What a jar was when its content was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Checked {
    sha256: String,
    size: u64,
    modified_ns: u128,
}

impl JarDirectory {
    /// Opens a directory; a record that cannot be read counts as none.
    pub(crate) fn open(directory: PathBuf) -> Self {
        let record = directory.with_extension("checked.json");
        let checked =
            std::fs::read(&record).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Self { directory, record, checked }
    }

    /// The directory itself.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Copies a file of this machine to its place.
    pub(crate) fn put(&self, file: &Path, path: &str) -> io::Result<()> {
        let mut source = File::open(file)?;
        let copy = |place: &mut File| io::copy(&mut source, place).map(drop);
        crate::files::write_with(&self.directory.join(path), copy)
    }

    /// Those of the files that are not there, or not with the right content.
    pub(crate) fn missing<'a>(&mut self, files: &'a [PlacedFile]) -> Vec<&'a PlacedFile> {
        files.iter().filter(|file| !self.is_intact(file)).collect()
    }

    fn is_intact(&mut self, file: &PlacedFile) -> bool {
        let path = self.directory.join(&file.path);
        let Ok(stamp) = stamp(&path) else { return false };
        let checked = Checked { sha256: file.file.sha256.clone(), size: stamp.0, modified_ns: stamp.1 };
        if self.checked.get(&file.path) == Some(&checked) {
            return true;
        }
        let is_right = sha256_of(&path).is_ok_and(|sha256| sha256 == file.file.sha256);
        if is_right {
            self.checked.insert(file.path.clone(), checked);
        }
        is_right
    }

    /// Writes down what was checked.
    pub(crate) fn save(&self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.checked).expect("maps with text keys always serialize");
        if std::fs::read(&self.record).is_ok_and(|old| old == text) {
            return Ok(());
        }
        crate::files::write(&self.record, &text)
    }
}

/// The size of a file, and when it was written, in nanoseconds.
pub(crate) fn stamp(path: &Path) -> io::Result<(u64, u128)> {
    let metadata = path.metadata()?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    Ok((metadata.len(), modified))
}

/// The SHA-256 of a file, in hexadecimal digits.
pub(crate) fn sha256_of(path: &Path) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = io::Read::read(&mut file, &mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(digest.finalize()));
        }
        digest.update(&buffer[..read]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::lock::LockedFile;
    use super::*;

    fn placed(path: &str, content: &str) -> PlacedFile {
        let sha256 = hex::encode(Sha256::digest(content));
        PlacedFile {
            key: path.to_owned(),
            coordinate: path.to_owned(),
            path: path.to_owned(),
            file: LockedFile { sha256, classifier: String::new(), ext: "jar".to_owned(), url: String::new() },
        }
    }

    #[test]
    fn what_is_absent_or_altered_is_missing() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("jars");
        std::fs::create_dir(&directory).unwrap();
        std::fs::write(directory.join("a"), "one").unwrap();
        std::fs::write(directory.join("b"), "altered").unwrap();
        let files = [placed("a", "one"), placed("b", "two"), placed("c", "three")];
        let mut jars = JarDirectory::open(directory.clone());
        let missing: Vec<&str> = jars.missing(&files).iter().map(|file| &*file.path).collect();
        assert_eq!(missing, ["b", "c"]);
        jars.save().unwrap();
        let mut again = JarDirectory::open(directory);
        assert_eq!(again.checked.len(), 1, "the record is read again");
        assert!(again.missing(&files[..1]).is_empty());
    }
}
