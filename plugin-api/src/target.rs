//! Targets, as a task sees them.

use crate::{Address, Value};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A place in a file of the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Location {
    /// The file, relative to the build root.
    pub file: String,
    /// The line, from 1; 0 means the whole file.
    pub line: u32,
    /// The column, from 1; 0 means the whole line.
    pub column: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => write!(f, "{}", self.file),
            (line, 0) => write!(f, "{}:{line}", self.file),
            (line, column) => write!(f, "{}:{line}:{column}", self.file),
        }
    }
}

/// How a dependency differs from a plain one: `scoped('a:b', scope='runtime')`, `provided(..)`, `intransitive(..)`.
/// Since 1.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DependencyModifier {
    /// The scopes in which it counts, in lower case, separated by spaces; `None` for that of the target alone.
    #[serde(default)]
    pub scope: Option<String>,
    /// Whether those who depend on the dependent see it, too.
    #[serde(default = "is_usually_transitive")]
    pub is_transitive: bool,
}

fn is_usually_transitive() -> bool {
    true
}

/// Whether a file is in a directory or below; every file is below the empty one.
fn is_below(file: &str, directory: &str) -> bool {
    directory.is_empty() || file.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

/// A target of the build graph, or one to inject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Its name.
    pub address: Address,
    /// Its type as BUILD files write it (`java_library`).
    pub type_name: String,
    /// The fields that were given, without name, dependencies, tags, description and expanded sources.
    #[serde(default)]
    pub fields: Vec<(String, Value)>,
    /// Its source files, relative to the build root, sorted, with `/`.
    #[serde(default)]
    pub sources: Vec<String>,
    /// The addresses it names as dependencies.
    #[serde(default)]
    pub dependencies: Vec<Address>,
    /// How some of `dependencies` differ from plain ones. An edge that was moved to generated code has the modifier of
    /// what that is derived from. Since 1.1.
    #[serde(default)]
    pub modifiers: Vec<(Address, DependencyModifier)>,
    /// Its tags, sorted.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Its description.
    #[serde(default)]
    pub description: Option<String>,
    /// The source root that the repository declares for it, relative to the build root; see [`Target::source_root`].
    /// Since 1.1.
    #[serde(default)]
    pub declared_source_root: Option<String>,
    /// Where its call stands.
    #[serde(default)]
    pub location: Location,
    /// Whether a task injected it in this run.
    #[serde(default)]
    pub is_synthetic: bool,
    /// The target it was generated from.
    #[serde(default)]
    pub derived_from: Option<Address>,
}

impl Target {
    /// A target with an address and a type and nothing else.
    pub fn new(address: Address, type_name: impl Into<String>) -> Self {
        Self {
            address,
            type_name: type_name.into(),
            fields: Vec::new(),
            sources: Vec::new(),
            dependencies: Vec::new(),
            modifiers: Vec::new(),
            tags: Vec::new(),
            description: None,
            declared_source_root: None,
            location: Location::default(),
            is_synthetic: false,
            derived_from: None,
        }
    }

    /// The value of a field; `Value::None` when it was not given.
    pub fn field(&self, name: &str) -> &Value {
        self.fields.iter().find(|(field, _)| field == name).map_or(&Value::None, |(_, value)| value)
    }

    /// How a dependency differs from a plain one, when it does. Since 1.1.
    pub fn modifier(&self, dependency: &Address) -> Option<&DependencyModifier> {
        self.modifiers.iter().find(|(address, _)| address == dependency).map(|(_, modifier)| modifier)
    }

    /// The text of a field, if it was given and is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.field(name).as_str()
    }

    /// The source root of one of its sources, relative to the build root; empty for the build root.
    ///
    /// What the repository declares for the target, if the file is below it. Otherwise, for a target that a task
    /// injected, the directory of its address, which is where its code was generated; for others the conventional root
    /// above the file ([`source_root`](crate::source_root())), or else the directory of the target.
    pub fn source_root<'a>(&'a self, source: &'a str) -> &'a str {
        if let Some(declared) = self.declared_source_root.as_deref().filter(|root| is_below(source, root)) {
            return declared;
        }
        let conventional = if self.is_synthetic { None } else { crate::source_root(source) };
        conventional.unwrap_or(self.address.dir())
    }

    /// The path of one of its sources below its source root: `com/acme/A.java`, `acme/a.py`.
    pub fn below_source_root<'a>(&self, source: &'a str) -> &'a str {
        let below = source.strip_prefix(self.source_root(source));
        below.filter(|rest| rest.starts_with('/')).map_or(source, |rest| rest.trim_start_matches('/'))
    }

    /// The objects of a field that is a list of objects.
    pub fn objects(&self, name: &str) -> Vec<&crate::Object> {
        self.field(name).as_list().unwrap_or_default().iter().filter_map(Value::as_object).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_a_place_below_its_root() {
        let check = |directory: &str, is_synthetic: bool, source: &str, root: &str, below: &str| {
            let target = Target { is_synthetic, ..Target::new(Address::new(directory, "t"), "python_library") };
            assert_eq!((target.source_root(source), target.below_source_root(source)), (root, below), "{source}");
        };
        check("src/python/acme", false, "src/python/acme/a.py", "src/python", "acme/a.py");
        check("lib/acme", false, "lib/acme/b/a.py", "lib/acme", "b/a.py");
        check("", false, "acme/a.py", "", "acme/a.py");
        check("lib", false, "library/a.py", "lib", "library/a.py");
        check(".pants.d/gen/x", true, ".pants.d/gen/x/src/java/A.java", ".pants.d/gen/x", "src/java/A.java");
    }

    #[test]
    fn a_declared_root_counts_more_than_the_convention() {
        let declared_source_root = Some("src/java/gen".to_owned());
        let target =
            Target { declared_source_root, ..Target::new(Address::new("src/java/gen/a", "a"), "java_library") };
        assert_eq!(target.below_source_root("src/java/gen/a/A.java"), "a/A.java");
        assert_eq!(target.below_source_root("src/java/generic/A.java"), "generic/A.java");
    }
}
