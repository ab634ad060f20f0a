//! Documents that stand for lists and dicts: JSON, YAML and TOML.

use crate::config::toml_tree;
use pants_model::Value;

/// Why a text is no document.
pub(super) struct Fault {
    /// The line, from 1, where it is known.
    pub(super) line: Option<usize>,
    /// What the parser says.
    pub(super) reason: String,
}

/// Reads a document.
pub(super) type Parser = fn(&str) -> Result<Value, Fault>;

/// The parser for files with this ending.
pub(super) fn parser_of(ending: &str) -> Option<Parser> {
    match ending {
        "json" => Some(json),
        "yaml" | "yml" => Some(yaml),
        "toml" => Some(toml),
        _ => None,
    }
}

fn json(text: &str) -> Result<Value, Fault> {
    let document = serde_json::from_str(text).map_err(|error| Fault {
        line: Some(error.line()),
        reason: without_place(&error.to_string(), error.line(), error.column()),
    })?;
    Ok(value_of_json(document))
}

fn yaml(text: &str) -> Result<Value, Fault> {
    let document = serde_yaml_ng::from_str(text).map_err(|error| match error.location() {
        Some(place) => {
            Fault { line: Some(place.line()), reason: without_place(&error.to_string(), place.line(), place.column()) }
        }
        None => Fault { line: None, reason: error.to_string() },
    })?;
    Ok(value_of_yaml(document))
}

fn toml(text: &str) -> Result<Value, Fault> {
    let document = toml_tree::parse(text).map_err(|(span, reason)| {
        let before = text.as_bytes().get(..span.start).unwrap_or(text.as_bytes());
        Fault { line: Some(before.iter().filter(|byte| **byte == b'\n').count() + 1), reason }
    })?;
    Ok(document.to_dict())
}

/// A message that does not repeat the line.
fn without_place(message: &str, line: usize, column: usize) -> String {
    message.replace(&format!(" at line {line} column {column}"), "")
}

fn value_of_json(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::MAX)),
        },
        serde_json::Value::String(text) => Value::Str(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(value_of_json).collect()),
        serde_json::Value::Object(entries) => {
            Value::Dict(entries.into_iter().map(|(key, value)| (Value::Str(key), value_of_json(value))).collect())
        }
    }
}

fn value_of_yaml(yaml: serde_yaml_ng::Value) -> Value {
    match yaml {
        serde_yaml_ng::Value::Null => Value::None,
        serde_yaml_ng::Value::Bool(value) => Value::Bool(value),
        serde_yaml_ng::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::MAX)),
        },
        serde_yaml_ng::Value::String(text) => Value::Str(text),
        serde_yaml_ng::Value::Sequence(items) => Value::List(items.into_iter().map(value_of_yaml).collect()),
        serde_yaml_ng::Value::Mapping(entries) => {
            Value::Dict(entries.into_iter().map(|(key, value)| (value_of_yaml(key), value_of_yaml(value))).collect())
        }
        // What a tag says of a value is for other programs.
        serde_yaml_ng::Value::Tagged(tagged) => value_of_yaml(tagged.value),
    }
}
