//! What a backend declares about the symbols of BUILD files.

use crate::Value;

/// A target type: a symbol of BUILD files that makes targets.
///
/// Every type also has the common fields `name`, `dependencies`, `tags`, `description`, `no_cache` and `scope`.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetTypeSpec {
    /// The symbol (`java_library`).
    pub name: String,
    /// One sentence for `targets`.
    pub description: String,
    /// Its own fields, in the order `targets --details` shows them.
    pub fields: Vec<FieldSpec>,
    /// Whether it takes `sources`, and what they default to; `None` means that it takes none.
    pub default_sources: Option<Vec<String>>,
    /// How many sources it may have at the most.
    pub max_sources: Option<usize>,
    /// The field whose objects are third-party artifacts (`jars`, `requirements`): printed by `dependencies` and `depmap`.
    pub third_party_field: Option<String>,
    /// Addresses that each target of the type depends on when they exist and nobody said otherwise.
    pub injected_dependencies: Vec<String>,
    /// The backend that registered it; empty for built-in types.
    pub backend: String,
}

/// One field of a target type or object symbol.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldSpec {
    /// The keyword (`main`).
    pub name: String,
    /// What values it takes.
    pub kind: FieldKind,
    /// Whether a target without it is an error.
    pub is_required: bool,
    /// What it is when not given; for help only: a field that was not given stays out of the target.
    pub default: Value,
    /// One sentence.
    pub help: String,
}

/// What values a field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Any value at all.
    Any,
    /// `True` or `False`.
    Bool,
    /// A whole number.
    Int,
    /// Text.
    String,
    /// One of these texts.
    Choice(Vec<String>),
    /// A list (tuple, set) of texts; one text alone is taken as a list of it.
    StringList,
    /// A dict with text keys.
    Dict,
    /// An object of one of these symbols.
    Object(Vec<String>),
    /// A list of objects of one of these symbols.
    ObjectList(Vec<String>),
    /// An address, parsed from text; it becomes a dependency too.
    Address,
    /// A list of addresses; they become dependencies too.
    AddressList,
}

/// An object symbol: a call such as `jar(org, name, rev)` that is a value, not a target.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectSpec {
    /// The symbol (`jar`).
    pub name: String,
    /// One sentence for `targets`.
    pub description: String,
    /// Its fields; positional arguments fill them in this order.
    pub fields: Vec<FieldSpec>,
    /// The fields that make its third-party coordinate, in order (`org`, `name`, `rev`); empty when it has none.
    pub coordinate: Vec<String>,
    /// The backend that registered it; empty for built-in symbols.
    pub backend: String,
}
