//! Addresses: the names of targets.

use std::fmt;
use std::sync::Arc;

/// The longest id that is not shortened: with an ending, it must stay a file name.
const LONGEST_ID: usize = 200;

/// The name of one target: the directory of its BUILD file, and its name there.
///
/// Printed as `dir:name`; a target of the build root is `//:name`. Ordered by directory, then name. Clones are cheap.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    dir: Arc<str>,
    name: Arc<str>,
}

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError {
    /// The text as it was written.
    pub text: String,
    /// What is wrong with it: a lower-case fragment.
    pub reason: &'static str,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an address: {}", self.text, self.reason)
    }
}

impl std::error::Error for AddressError {}

impl Address {
    /// The characters that no target name contains. Pants 1.30 deprecated most of them, and `/`, which real names have.
    pub const FORBIDDEN_IN_NAME: [char; 6] = ['@', '!', '?', '\\', ':', '='];

    /// An address from its parts, which the caller has validated: `dir` is relative to the build root, without a
    /// trailing slash, empty for the build root.
    pub fn new(dir: impl AsRef<str>, name: impl AsRef<str>) -> Self {
        Self { dir: dir.as_ref().into(), name: name.as_ref().into() }
    }

    /// Parses what a BUILD file writes in `dependencies`: `path:name`, `path`, `:name`, `//path:name`, `//:name`.
    ///
    /// `base` is the directory of the BUILD file.
    pub fn parse(text: &str, base: &str) -> Result<Self, AddressError> {
        let fail = |reason| Err(AddressError { text: text.to_owned(), reason });
        let (absolute, rest) = match text.strip_prefix("//") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (dir, name) = match rest.split_once(':') {
            Some((dir, name)) => (dir, Some(name)),
            None => (rest, None),
        };
        if dir.is_empty() && name.is_none() {
            return fail("it is empty");
        }
        if dir.starts_with('/') {
            return fail("a path is relative to the build root");
        }
        let dir = match dir {
            "" if absolute => "",
            "" => base,
            dir => dir.strip_prefix("./").unwrap_or(dir).trim_end_matches('/'),
        };
        if dir.split('/').any(|part| part == ".." || part == "." || (part.is_empty() && !dir.is_empty())) {
            return fail("its path contains `.`, `..` or an empty part");
        }
        let name = match name {
            Some(name) => name,
            None => dir.rsplit('/').next().unwrap_or(dir),
        };
        if name.is_empty() {
            return fail("its name is empty");
        }
        if name.contains(Self::FORBIDDEN_IN_NAME) {
            return fail("its name contains one of `@!?\\:=`");
        }
        if text.contains(char::is_control) {
            return fail("it contains a control character");
        }
        if Self::has_strange_part(name) {
            return fail("its name contains `.`, `..` or an empty part");
        }
        Ok(Self::new(dir, name))
    }

    /// Whether a name would be another path, or none, where its slashes count.
    pub fn has_strange_part(name: &str) -> bool {
        name.split('/').any(|part| matches!(part, "" | "." | ".."))
    }

    /// The directory relative to the build root; empty for the build root itself.
    pub fn dir(&self) -> &str {
        &self.dir
    }

    /// The name inside its directory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The short form: without `:name` where the name is the directory's own. Printed by `sort` and `path`.
    pub fn reference(&self) -> String {
        match self.dir.rsplit('/').next() {
            Some(last) if !last.is_empty() && *last == *self.name => self.dir.to_string(),
            _ => self.to_string(),
        }
    }

    /// A file-system safe id, unique in a build root: `src.java.app.app`. A hash is added where a dot in the address or a
    /// slash in the name would make it the id of another one (`a:b.c`, `a:b/c`, `a/b:c`), or where it would be too long for
    /// a file name.
    ///
    /// The `id` of plugin-api's addresses is the same.
    pub fn id(&self) -> String {
        let id = match &*self.dir {
            "" => self.name.replace('/', "."),
            dir => format!("{dir}.{}", self.name).replace('/', "."),
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

    fn check(text: &str, expect: &str) {
        let got = match Address::parse(text, "base/dir") {
            Ok(address) => address.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expect, "parsing {text:?}");
    }

    #[test]
    fn every_form_of_a_dependency_parses() {
        check("a/b:c", "a/b:c");
        check("a/b", "a/b:b");
        check(":c", "base/dir:c");
        check("//a:c", "a:c");
        check("//:c", "//:c");
        check("./a/b/", "a/b:b");
        check("a:b/c", "a:b/c");
    }

    #[test]
    fn a_bad_address_says_why() {
        check("", "`` is not an address: it is empty");
        check("a:", "`a:` is not an address: its name is empty");
        check("../a", "`../a` is not an address: its path contains `.`, `..` or an empty part");
        check("a//b", "`a//b` is not an address: its path contains `.`, `..` or an empty part");
        check("/a", "`/a` is not an address: a path is relative to the build root");
        check("a:b/../c", "`a:b/../c` is not an address: its name contains `.`, `..` or an empty part");
        check("a\0b", "`a\0b` is not an address: it contains a control character");
        check("a:b=c", "`a:b=c` is not an address: its name contains one of `@!?\\:=`");
    }

    #[test]
    fn references_and_ids_are_short() {
        assert_eq!(Address::new("a/b", "b").reference(), "a/b");
        assert_eq!(Address::new("a/b", "c").reference(), "a/b:c");
        assert_eq!(Address::new("", "c").id(), "c");
        assert_eq!(Address::new("a/b", "c").id(), "a.b.c");
    }

    #[test]
    fn ids_are_file_names_and_never_those_of_another_target() {
        let (first, second) = (Address::new("a", "b.c").id(), Address::new("a/b", "c").id());
        // The same as in plugin-api's test.
        assert_eq!((first.as_str(), second.as_str()), ("a.b.c-864ae85bcf9790eb", "a.b.c"));
        assert_ne!(Address::new("a.b", "c").id(), first);
        assert_eq!(Address::new("a", "b/c").id(), "a.b.c-864e105bcf9a0aba");
        let deep = |name: &str| Address::new("dé/".repeat(90), name).id();
        assert!(deep("a").len() < 200 && deep("a") != deep("b"), "{}", deep("a"));
    }
}
