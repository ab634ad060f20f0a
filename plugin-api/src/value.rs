//! Values of fields and options.

use crate::Location;
use serde::{Deserialize, Serialize};

/// A frozen value of a BUILD file's field or of an option.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Nothing was given.
    #[default]
    None,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Str(String),
    /// Raw bytes.
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// A dict in the order it was written.
    Dict(Vec<(Value, Value)>),
    /// What an object symbol returned.
    Object(Object),
    /// A set of files by patterns.
    Globs(Globs),
}

/// An object of a BUILD file, such as `jar(org='a', name='b', rev='1')`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Object {
    /// The symbol (`jar`).
    pub symbol: String,
    /// The fields that were given, in the order of the declaration.
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

/// Patterns relative to the directory of the BUILD file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Globs {
    /// Patterns that add files.
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

    /// The texts of a list; a single text counts as a list of it; other items are passed over.
    pub fn to_strings(&self) -> Vec<String> {
        match self {
            Self::Str(text) => vec![text.clone()],
            Self::List(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        }
    }

    /// The entries of a dict whose keys are texts; other entries are passed over.
    pub fn to_entries(&self) -> Vec<(String, Value)> {
        let Self::Dict(entries) = self else { return Vec::new() };
        entries.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone()))).collect()
    }

    /// The object, when this is one.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// Whether nothing was given.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
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

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<Vec<String>> for Value {
    fn from(items: Vec<String>) -> Self {
        Self::strings(items)
    }
}

impl From<&[&str]> for Value {
    fn from(items: &[&str]) -> Self {
        Self::strings(items.iter().copied())
    }
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(items: [&str; N]) -> Self {
        Self::strings(items)
    }
}
