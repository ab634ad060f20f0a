//! Targets: the addressable things.

use crate::{Address, Location, Value};
use std::path::PathBuf;
use std::sync::Arc;

/// An addressable thing of a BUILD file, or one that a task injected.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its name.
    pub address: Address,
    /// Its type as a BUILD file writes it (`java_library`).
    pub type_name: Arc<str>,
    /// The fields that were given, in the order of the type's declaration, without name, dependencies, tags and
    /// description. `sources` is kept as it was written; [`Target::sources`] is what it expands to.
    pub fields: Vec<(Arc<str>, Value)>,
    /// Its source files, relative to the build root, sorted.
    pub sources: Vec<PathBuf>,
    /// The addresses it names as dependencies, in the order it names them, then those that its type injects.
    pub dependencies: Vec<Address>,
    /// How some of `dependencies` differ from plain ones; empty for nearly all targets.
    pub modifiers: Vec<(Address, DependencyModifier)>,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// The text of `description`.
    pub description: Option<String>,
    /// The source root that something in the repository says is its own, relative to the build root: a pattern, a marker
    /// file or a `source_root()` call. `None` leaves it to the conventions of who asks.
    pub source_root: Option<Arc<str>>,
    /// Where its call stands.
    pub location: Location,
    /// Whether a task injected it in this run; `list` does not show such a target.
    pub is_synthetic: bool,
    /// The target it was generated from.
    pub derived_from: Option<Address>,
}

/// How a dependency differs from a plain one: `scoped('a:b', scope='runtime')`, `provided(..)`, `intransitive(..)`.
///
/// Pants v1 put a hidden target with these properties between the two; here they belong to the edge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DependencyModifier {
    /// The scopes in which it counts, in lower case, separated by spaces; `None` for that of the target alone.
    pub scope: Option<String>,
    /// Whether those who depend on the dependent see it, too.
    pub is_transitive: bool,
}

impl Target {
    /// A target with an address and a type and nothing else.
    pub fn new(address: Address, type_name: impl Into<Arc<str>>) -> Self {
        Self {
            address,
            type_name: type_name.into(),
            fields: Vec::new(),
            sources: Vec::new(),
            dependencies: Vec::new(),
            modifiers: Vec::new(),
            tags: Vec::new(),
            description: None,
            source_root: None,
            location: Location::default(),
            is_synthetic: false,
            derived_from: None,
        }
    }

    /// The value of a field; `Value::None` when it was not given.
    pub fn field(&self, name: &str) -> &Value {
        self.fields.iter().find(|(field, _)| **field == *name).map_or(&Value::None, |(_, value)| value)
    }

    /// How a dependency differs from a plain one, when it does.
    pub fn modifier(&self, dependency: &Address) -> Option<&DependencyModifier> {
        self.modifiers.iter().find(|(address, _)| address == dependency).map(|(_, modifier)| modifier)
    }

    /// Whether a field has a value other than `None`, `False`, empty text and an empty collection.
    pub fn has_field(&self, name: &str) -> bool {
        if name == "sources" {
            return !self.sources.is_empty();
        }
        match self.field(name) {
            Value::None | Value::Bool(false) => false,
            Value::Str(text) => !text.is_empty(),
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Dict(entries) => !entries.is_empty(),
            Value::Bool(true) | Value::Int(_) | Value::Float(_) | Value::Object(_) | Value::Globs(_) => true,
        }
    }
}
