//! Addresses of targets.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest id that is not shortened: with an ending, it must stay a file name.
const LONGEST_ID: usize = 200;

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
        (!name.is_empty() && !name.contains(':')).then(|| Self::new(dir.trim_end_matches('/'), name))
    }

    /// The directory of its BUILD file, relative to the build root; empty for the build root.
    pub fn dir(&self) -> &str {
        &self.dir
    }

    /// The name inside the directory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A file-system safe id, unique in a build root: `src.java.app.app`. A hash is added where a dot in the address or a
    /// slash in the name would make it the id of another one (`a:b.c`, `a:b/c`, `a/b:c`), or where it would be too long for
    /// a file name.
    pub fn id(&self) -> String {
        let id = if self.dir.is_empty() {
            self.name.replace('/', ".")
        } else {
            format!("{}.{}", self.dir, self.name).replace('/', ".")
        };
        let is_plain = !self.dir.contains('.') && !self.name.contains(['.', '/']);
        match id.len() <= LONGEST_ID {
            true if is_plain => id,
            true => format!("{id}-{:016x}", fnv1a(&self.to_string())),
            false => {
                let end = (0..=80).rfind(|&at| id.is_char_boundary(at)).unwrap_or_default();
                let start = (id.len() - 80..id.len()).find(|&at| id.is_char_boundary(at)).unwrap_or_default();
                format!("{}-{:016x}-{}", &id[..end], fnv1a(&self.to_string()), &id[start..])
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dir.is_empty() { write!(f, "//:{}", self.name) } else { write!(f, "{}:{}", self.dir, self.name) }
    }
}

/// FNV-1a: equal in every version of Rust, and nobody who writes BUILD files gains by a collision.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_file_names_and_never_those_of_another_target() {
        assert_eq!(Address::new("src/java/app", "app").id(), "src.java.app.app");
        assert_eq!(Address::new("", "app").id(), "app");
        let (first, second) = (Address::new("a", "b.c").id(), Address::new("a/b", "c").id());
        assert_eq!((first.as_str(), second.as_str()), ("a.b.c-864ae85bcf9790eb", "a.b.c"));
        assert_ne!(Address::new("a.b", "c").id(), first);
        assert_eq!(Address::new("a", "b/c").id(), "a.b.c-864e105bcf9a0aba");
        let deep = |name: &str| Address::new("dé".repeat(90), name).id();
        assert!(deep("a").len() < 200 && deep("a") != deep("b"), "{}", deep("a"));
    }
}
