//! What a backend declares about the symbols of BUILD files.

use crate::Value;

/// A target type: a symbol of BUILD files that makes targets.
///
/// Every type also has the common fields `name`, `dependencies`, `tags`, `description`, `no_cache` and `scope`.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// Those of `fields` that name more files of its own, as `sources` does: they count among its sources, but not for
    /// `max_sources`.
    pub source_fields: Vec<String>,
    /// The field whose objects are third-party artifacts (`jars`, `requirements`): printed by `dependencies` and `depmap`.
    pub third_party_field: Option<String>,
    /// What each target of the type depends on without naming it.
    pub injected_dependencies: Vec<InjectedDependency>,
    /// What must hold for its fields, beyond the kind of each.
    pub rules: Vec<FieldRule>,
    /// The phases of Pants v1 that do something with targets of the type, and for which no task exists here: who asks
    /// for one is told so.
    pub missing_phases: Vec<String>,
    /// Whether only its name is known (`[build-files] opaque_types`): it takes any keyword and keeps it as text.
    pub is_opaque: bool,
    /// The backend that registered it; empty for built-in types.
    pub backend: String,
}

/// A dependency that targets of a type have without naming it.
#[derive(Clone, Debug, PartialEq)]
pub struct InjectedDependency {
    /// The address, when a BUILD file declares it.
    pub address: String,
    /// What takes its place otherwise; without it, there is no dependency then.
    pub otherwise: Option<DefaultTarget>,
}

/// A target that no BUILD file declares, and that the host makes when a type injects it.
#[derive(Clone, Debug, PartialEq)]
pub struct DefaultTarget {
    /// Its address.
    pub address: String,
    /// Its type.
    pub type_name: String,
    /// Its fields, as a BUILD file would give them.
    pub fields: Vec<(String, Value)>,
}

/// What must hold for the fields of a target or object, beyond the kind of each. `sources` counts as a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldRule {
    /// This field is given and not empty.
    NonEmpty(String),
    /// One of these fields or more.
    AtLeastOneOf(Vec<String>),
    /// One of these fields, or none.
    AtMostOneOf(Vec<String>),
    /// One of these fields.
    ExactlyOneOf(Vec<String>),
    /// Every address in this field is among the dependencies, too.
    AmongDependencies(String),
    /// The text of this field is not the name of the target.
    NotTheName(String),
    /// The text of a field is a key of an option, which is a dict. Nothing is demanded while the option has no keys.
    KeyOfOption {
        /// The field.
        field: String,
        /// The scope of the option.
        scope: String,
        /// The name of the option, as it is registered.
        option: String,
    },
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
    /// A value of one of these kinds: the first that takes it.
    OneOf(Vec<FieldKind>),
    /// A list of such values; one alone is taken as a list of it.
    ListOf(Box<FieldKind>),
}

/// An object symbol: a call such as `jar(org, name, rev)` that is a value, not a target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectSpec {
    /// The symbol (`jar`).
    pub name: String,
    /// One sentence for `targets`.
    pub description: String,
    /// Its fields; positional arguments fill them in this order.
    pub fields: Vec<FieldSpec>,
    /// The fields that make its third-party coordinate, in order (`org`, `name`, `rev`); empty when it has none.
    pub coordinate: Vec<String>,
    /// What must hold for its fields, beyond the kind of each.
    pub rules: Vec<FieldRule>,
    /// The backend that registered it; empty for built-in symbols.
    pub backend: String,
}
