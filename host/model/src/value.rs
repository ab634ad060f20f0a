//! Values: what BUILD files and options hold.

use crate::Location;

/// A frozen value of a BUILD file's field or of an option.
///
/// Options use the plain variants only; `Object` and `Globs` occur in fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Python's `None`: nothing was given.
    #[default]
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Str(String),
    /// Raw bytes (`b'..'`).
    Bytes(Vec<u8>),
    /// A list, a tuple or a set, in the order it was written.
    List(Vec<Value>),
    /// A dict, in the order it was written.
    Dict(Vec<(Value, Value)>),
    /// What an object symbol such as `jar(...)` returned.
    Object(Box<Object>),
    /// `globs(..)`, `rglobs(..)`, `zglobs(..)` and their arithmetic: expanded by the host when needed.
    Globs(Box<Globs>),
}

/// An object of a BUILD file: a symbol called with fields, such as `jar(org='a', name='b', rev='1')`.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// The symbol that made it, such as `jar`.
    pub symbol: String,
    /// Its fields in the order of the symbol's declaration; only those that were given.
    pub fields: Vec<(String, Value)>,
    /// Where the call stands.
    pub location: Location,
}

impl Object {
    /// The value of a field; `Value::None` when it was not given.
    pub fn field(&self, name: &str) -> &Value {
        self.fields.iter().find(|(field, _)| field == name).map_or(&Value::None, |(_, value)| value)
    }
}

/// A set of files by patterns, relative to the directory of the BUILD file.
///
/// Patterns know `*`, `?`, `[..]` and `**`. A file is in the set when an include matches and no exclude does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Globs {
    /// Patterns that add files; a pattern without wildcard is a file that must exist.
    pub include: Vec<String>,
    /// Patterns that take files away.
    pub exclude: Vec<String>,
}

impl Value {
    /// A list of texts.
    pub fn strings<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::List(items.into_iter().map(|item| Self::Str(item.into())).collect())
    }

    /// The text, when this is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    /// The truth value, when this is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The whole number, when this is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    /// The items, when this is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The texts of a list; items that are no text are passed over.
    pub fn as_strings(&self) -> Vec<&str> {
        self.as_list().unwrap_or_default().iter().filter_map(Self::as_str).collect()
    }

    /// The same texts, to keep.
    pub fn to_strings(&self) -> Vec<String> {
        self.as_strings().into_iter().map(str::to_owned).collect()
    }

    /// Whether this is `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The name of the kind, as a message says it: `a list`, `text`.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "a bool",
            Self::Int(_) => "a number",
            Self::Float(_) => "a fraction",
            Self::Str(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Dict(_) => "a dict",
            Self::Object(_) => "an object",
            Self::Globs(_) => "globs",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
