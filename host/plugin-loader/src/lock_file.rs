//! `pants-plugins.lock`: the checksums of the third-party plugins that a repository trusts.
//!
//! ```toml
//! [[plugin]]
//! id = "example.acme"
//! sha256 = "4a5b..."
//! ```
//!
//! An id may occur several times: one checksum for each platform, or the old and the new one during a change.

use crate::error::LoadError;
use pants_model::Fingerprint;
use serde::Deserialize;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The pinned checksums.
#[derive(Debug, Default)]
pub(crate) struct LockFile {
    /// Where it stands, whether it exists or not.
    pub path: PathBuf,
    pins: Vec<(String, Fingerprint)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    plugin: Vec<Pin>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pin {
    id: String,
    sha256: toml::Spanned<String>,
}

impl LockFile {
    /// Reads a lock file; one that does not exist pins nothing.
    pub(crate) fn read(path: &Path) -> Result<Self, LoadError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self { path: path.to_owned(), pins: Vec::new() })
            }
            Err(source) => Err(LoadError::LockFileUnreadable { file: path.to_owned(), source }),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, LoadError> {
        let fault = |at: usize, message: String| LoadError::LockFile {
            file: path.to_owned(),
            line: text[..at.min(text.len())].lines().count().max(1),
            message,
        };
        let document: Document = toml::from_str(text)
            .map_err(|error| fault(error.span().map_or(0, |span| span.start + 1), error.message().to_owned()))?;
        let mut pins = Vec::new();
        for pin in document.plugin {
            let checksum = Fingerprint::from_hex(pin.sha256.get_ref()).ok_or_else(|| {
                fault(pin.sha256.span().start, format!("`{}` is not a sha256 in hexadecimal", pin.sha256.get_ref()))
            })?;
            pins.push((pin.id, checksum));
        }
        Ok(Self { path: path.to_owned(), pins })
    }

    /// The checksums pinned for a backend id.
    pub(crate) fn pins(&self, id: &str) -> impl Iterator<Item = Fingerprint> {
        self.pins.iter().filter(move |(pinned, _)| pinned == id).map(|(_, checksum)| *checksum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let got = match LockFile::parse(Path::new("pants-plugins.lock"), text) {
            Ok(lock) => lock.pins.iter().map(|(id, checksum)| format!("{id} {}\n", checksum.short())).collect(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expect);
    }

    #[test]
    fn pins_are_read_and_an_id_may_have_several() {
        let (first, second) = ("ab".repeat(32), "cd".repeat(32));
        check("", "");
        check(
            &format!("[[plugin]]\nid = \"a\"\nsha256 = \"{first}\"\n[[plugin]]\nid = \"a\"\nsha256 = \"{second}\"\n"),
            "a abababababab\na cdcdcdcdcdcd\n",
        );
    }

    #[test]
    fn a_fault_names_file_and_line() {
        check(
            "[[plugin]]\nid = \"a\"\nsha256 = \"abc\"\n",
            "pants-plugins.lock:3: `abc` is not a sha256 in hexadecimal",
        );
        check("[[plugin]]\nid = 7\n", "pants-plugins.lock:2: invalid type: integer `7`, expected a string");
    }
}
