//! Jars that are a function of their content: entries sorted by name, the time of each 1980-01-01, nothing compressed, the
//! same attributes everywhere. Read and written here; what stands in them is others' business.

use crate::files;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// What failed on which jar.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`", path.display())]
pub(crate) struct JarError {
    action: &'static str,
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl JarError {
    pub(crate) fn new(action: &'static str, path: &Path, source: impl Into<io::Error>) -> Self {
        Self { action, path: path.to_owned(), source: source.into() }
    }
}

/// The entries of a jar to be: names with `/`, each once. Directories of entries are added when it is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct JarEntries {
    entries: BTreeMap<String, Vec<u8>>,
}

impl JarEntries {
    /// Adds an entry; answers false, and changes nothing, when the name is taken.
    pub(crate) fn add(&mut self, name: impl Into<String>, bytes: Vec<u8>) -> bool {
        let mut is_new = false;
        self.entries.entry(name.into()).or_insert_with(|| {
            is_new = true;
            bytes
        });
        is_new
    }

    /// Writes the jar beside its place and moves it there.
    pub(crate) fn write(&self, path: &Path) -> Result<(), JarError> {
        files::write_with(path, |file| {
            let mut zip = ZipWriter::new(BufWriter::new(file));
            self.write_entries(&mut zip)?;
            zip.finish()?.flush()
        })
        .map_err(|source| JarError::new("write", path, source))
    }

    fn write_entries<W: Write + Seek>(&self, zip: &mut ZipWriter<W>) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        // The manifest comes first: java.util.jar.JarInputStream looks for it there and nowhere else.
        let is_manifest = |name: &str| name.starts_with("META-INF/MANIFEST.MF");
        let mut names = self.names_with_directories();
        names.sort_by_key(|name| (name != "META-INF/" && !is_manifest(name), name.clone()));
        for name in names {
            match self.entries.get(&name) {
                Some(bytes) => {
                    zip.start_file(&*name, options)?;
                    zip.write_all(bytes)?;
                }
                None => zip.add_directory(&*name, options)?,
            }
        }
        Ok(())
    }

    fn names_with_directories(&self) -> Vec<String> {
        let mut names: Vec<String> = self.entries.keys().cloned().collect();
        for name in self.entries.keys() {
            names.extend(name.match_indices('/').map(|(slash, _)| name[..=slash].to_owned()));
        }
        names.sort();
        names.dedup();
        names
    }
}

/// Calls `take` with the name and the bytes of each file of a jar, in the jar's order.
pub(crate) fn read_entries(path: &Path, mut take: impl FnMut(String, Vec<u8>)) -> Result<(), JarError> {
    let fail = |source| JarError::new("read", path, source);
    let file = File::open(path).map_err(fail)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| fail(error.into()))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| fail(error.into()))?;
        if entry.is_file() {
            let name = entry.name().map_err(|error| fail(error.into()))?.into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(fail)?;
            take(name, bytes);
        }
    }
    Ok(())
}

/// Whether a jar has a file of this name.
pub(crate) fn has_entry(path: &Path, name: &str) -> Result<bool, JarError> {
    let fail = |source| JarError::new("read", path, source);
    let file = File::open(path).map_err(fail)?;
    let archive = ZipArchive::new(BufReader::new(file)).map_err(|error| fail(error.into()))?;
    Ok(archive.index_for_name(name).is_some())
}

/// The names of all entries of a jar, in its order.
pub(crate) fn entry_names(path: &Path) -> Result<Vec<String>, JarError> {
    let fail = |source| JarError::new("read", path, source);
    let file = File::open(path).map_err(fail)?;
    let archive = ZipArchive::new(BufReader::new(file)).map_err(|error| fail(error.into()))?;
    archive.file_names().map(|name| Ok(name.map_err(|error| fail(error.into()))?.into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(path: &Path) -> Vec<String> {
        let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
        (0..archive.len()).map(|index| archive.by_index(index).unwrap().name().unwrap().into_owned()).collect()
    }

    #[test]
    fn a_jar_is_a_function_of_its_entries() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (dir.path().join("one.jar"), dir.path().join("other.jar"));
        let mut entries = JarEntries::default();
        assert!(entries.add("b/B.class", vec![1]));
        assert!(entries.add("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n".to_vec()));
        assert!(entries.add("a/x.txt", vec![3]));
        assert!(!entries.add("b/B.class", vec![2]), "the first one wins");
        entries.write(&one).unwrap();
        let mut reordered = JarEntries::default();
        read_entries(&one, |name, bytes| assert!(reordered.add(name, bytes))).unwrap();
        reordered.write(&other).unwrap();
        assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&other).unwrap());
        assert_eq!(listing(&one), ["META-INF/", "META-INF/MANIFEST.MF", "a/", "a/x.txt", "b/", "b/B.class"]);
    }

    #[test]
    fn a_file_that_is_no_jar_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.jar");
        std::fs::write(&path, "text").unwrap();
        let error = read_entries(&path, |_, _| ()).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot read `{}`", path.display()));
    }
}
