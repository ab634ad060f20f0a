//! Addresses of targets.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of one target: `dir:name`, with `dir` relative to the build root; `//:name` in the build root.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    dir: String,
    name: String,
}

impl Address {
    /// An address from its directory (empty for the build root) and its name.
    pub fn new(dir: impl Into<String>, name: impl Into<String>) -> Self {
        Self { dir: dir.into(), name: name.into() }
    }

    /// Parses an absolute form: `dir:name`, `//dir:name`, `//:name`, or `dir` for `dir:last-part-of-dir`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("//").unwrap_or(text);
        let (dir, name) = match text.split_once(':') {
            Some(parts) => parts,
            None => (text, text.rsplit('/').next().unwrap_or(text)),
        };
        (!name.is_empty() && !name.contains([':', '/'])).then(|| Self::new(dir.trim_end_matches('/'), name))
    }

    /// The directory of its BUILD file, relative to the build root; empty for the build root.
    pub fn dir(&self) -> &str {
        &self.dir
    }

    /// The name inside the directory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A file-system safe id: `src.java.app.app`.
    pub fn id(&self) -> String {
        if self.dir.is_empty() { self.name.clone() } else { format!("{}.{}", self.dir.replace('/', "."), self.name) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dir.is_empty() { write!(f, "//:{}", self.name) } else { write!(f, "{}:{}", self.dir, self.name) }
    }
}
