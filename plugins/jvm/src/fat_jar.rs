//! Many jars as one: the first file of a name wins, declarations of services are put together, signatures are left out.
//!
//! Entries are copied as they are compressed; nothing is compressed twice.

use crate::files;
use crate::jar::JarError;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

const MANIFEST: &str = "META-INF/MANIFEST.MF";
const SERVICES: &str = "META-INF/services/";

/// A jar to be, made of others.
#[derive(Debug)]
pub(crate) struct FatJar {
    manifest: Vec<(String, String)>,
    is_multi_release: bool,
    /// Name to the jar that it comes from and its index there.
    entries: BTreeMap<String, (usize, usize)>,
    jars: Vec<PathBuf>,
    /// Declarations of services: name to lines, each once.
    services: BTreeMap<String, Vec<String>>,
}

impl FatJar {
    /// A jar that starts a class.
    pub(crate) fn new(main: &str, manifest_entries: &[(String, String)]) -> Self {
        let entry = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut manifest = vec![entry("Manifest-Version", "1.0"), entry("Main-Class", main)];
        for (name, value) in manifest_entries {
            manifest.retain(|(known, _)| known != name);
            manifest.push(entry(name, value));
        }
        Self {
            manifest,
            is_multi_release: false,
            entries: BTreeMap::new(),
            jars: Vec::new(),
            services: BTreeMap::new(),
        }
    }

    /// Adds all that a jar holds, behind what was added before.
    pub(crate) fn add(&mut self, path: &Path) -> Result<(), JarError> {
        self.add_jar(path).map_err(|source| JarError::new("read", path, source))
    }

    fn add_jar(&mut self, path: &Path) -> io::Result<()> {
        let mut archive = open(path)?;
        let jar = self.jars.len();
        self.jars.push(path.to_owned());
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index)?;
            let name = entry.name()?.into_owned();
            if !entry.is_file() || is_left_out(&name) {
                continue;
            }
            if name == MANIFEST || name.starts_with(SERVICES) {
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes)?;
                // Old jars have manifests in the encoding of somebody's machine.
                self.add_text(&name, &String::from_utf8_lossy(&bytes));
            } else {
                self.entries.entry(name).or_insert((jar, index));
            }
        }
        Ok(())
    }

    fn add_text(&mut self, name: &str, text: &str) {
        if name == MANIFEST {
            self.is_multi_release |= text.lines().any(|line| line.eq_ignore_ascii_case("Multi-Release: true"));
            return;
        }
        let known = self.services.entry(name.to_owned()).or_default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if !known.iter().any(|other| other == line) {
                known.push(line.to_owned());
            }
        }
    }

    /// Writes the jar beside its place and moves it there.
    pub(crate) fn write(&self, path: &Path) -> Result<(), JarError> {
        files::write_with(path, |file| self.write_to(file)).map_err(|source| JarError::new("write", path, source))
    }

    fn write_to(&self, file: &mut File) -> io::Result<()> {
        let mut zip = ZipWriter::new(BufWriter::new(file));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        let mut directories = HashSet::new();
        let mut archives = self.jars.iter().map(|jar| open(jar)).collect::<io::Result<Vec<_>>>()?;
        write_directories(&mut zip, MANIFEST, &mut directories)?;
        zip.start_file(MANIFEST, options)?;
        zip.write_all(self.manifest_text().as_bytes())?;
        let mut names: Vec<&String> = self.entries.keys().chain(self.services.keys()).collect();
        names.sort();
        for name in names {
            write_directories(&mut zip, name, &mut directories)?;
            if let Some(lines) = self.services.get(name) {
                zip.start_file(&**name, options)?;
                zip.write_all((lines.join("\n") + "\n").as_bytes())?;
            } else if let Some((jar, index)) = self.entries.get(name) {
                let entry = archives[*jar].by_index_raw(*index)?;
                zip.raw_copy_file_touch(entry, DateTime::default(), Some(0o644))?;
            }
        }
        zip.finish()?.flush()
    }

    fn manifest_text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.manifest {
            push_manifest_line(&mut text, &format!("{name}: {value}"));
        }
        if self.is_multi_release && !self.manifest.iter().any(|(name, _)| name == "Multi-Release") {
            text.push_str("Multi-Release: true\r\n");
        }
        text + "\r\n"
    }
}

/// A line of a manifest holds at most 72 bytes; the rest goes on in lines that begin with a space.
fn push_manifest_line(text: &mut String, line: &str) {
    let mut length = 0;
    for character in line.chars() {
        if length + character.len_utf8() > 70 {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(character);
        length += character.len_utf8();
    }
    text.push_str("\r\n");
}

/// What makes no sense in another jar: signatures over the old one, indices, and the names of modules.
fn is_left_out(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("META-INF/") else { return name == "module-info.class" };
    let upper = rest.to_ascii_uppercase();
    let is_signature = !rest.contains('/') && [".SF", ".DSA", ".RSA", ".EC"].iter().any(|end| upper.ends_with(end));
    is_signature || upper == "INDEX.LIST" || (rest.starts_with("versions/") && rest.ends_with("/module-info.class"))
}

fn open(path: &Path) -> io::Result<ZipArchive<BufReader<File>>> {
    Ok(ZipArchive::new(BufReader::new(File::open(path)?))?)
}

/// Writes the directories of an entry that are not there yet: some programs look for them.
fn write_directories<W: Write + io::Seek>(
    zip: &mut ZipWriter<W>,
    name: &str,
    written: &mut HashSet<String>,
) -> io::Result<()> {
    let options = SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o755);
    for (slash, _) in name.match_indices('/') {
        let directory = &name[..=slash];
        if written.insert(directory.to_owned()) {
            zip.add_directory(directory, options)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jar::{JarEntries, read_entries};
    use expect_test::expect;

    fn jar(root: &Path, name: &str, entries: &[(&str, &str)]) -> PathBuf {
        let mut jar = JarEntries::default();
        for (name, text) in entries {
            jar.add(*name, text.as_bytes().to_vec());
        }
        let path = root.join(name);
        jar.write(&path).unwrap();
        path
    }

    fn shown(path: &Path) -> String {
        let mut shown = String::new();
        read_entries(path, |name, bytes| {
            shown.push_str(&format!("-- {name}\n{}\n", String::from_utf8(bytes).unwrap().trim_end().replace('\r', "")));
        })
        .unwrap();
        shown
    }

    #[test]
    fn jars_become_one_and_the_same_one_each_time() {
        let root = tempfile::tempdir().unwrap();
        let one = [
            ("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: old.Main\n"),
            ("META-INF/X.SF", "signature"),
            ("META-INF/services/x.Service", "x.One\n# why\n"),
            ("a/same.txt", "first"),
            ("module-info.class", "m"),
        ];
        let other = [
            ("META-INF/MANIFEST.MF", "Multi-Release: true\r\n"),
            ("META-INF/services/x.Service", "x.One\nx.Two\n"),
            ("META-INF/versions/9/module-info.class", "m"),
            ("META-INF/versions/9/a/V.class", "v"),
            ("a/same.txt", "second"),
        ];
        let jars = [jar(root.path(), "one.jar", &one), jar(root.path(), "other.jar", &other)];
        let make = |name: &str| {
            let mut fat = FatJar::new("app.Main", &[("Built-By".to_owned(), "x".repeat(80))]);
            jars.iter().for_each(|jar| fat.add(jar).unwrap());
            let path = root.path().join(name);
            fat.write(&path).unwrap();
            path
        };
        let (first, second) = (make("first.jar"), make("second.jar"));
        assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap());
        expect![[r#"
            -- META-INF/MANIFEST.MF
            Manifest-Version: 1.0
            Main-Class: app.Main
            Built-By: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
             xxxxxxxxxxxxxxxxxxxx
            Multi-Release: true
            -- META-INF/services/x.Service
            x.One
            x.Two
            -- META-INF/versions/9/a/V.class
            v
            -- a/same.txt
            first
        "#]]
        .assert_eq(&shown(&first));
    }
}
