//! Names and plain values as TOML writes them.

use pants_model::Value;

/// The most parts of a section's name that are written as tables in each other.
const DEEPEST: usize = 16;

/// The header of a section; a quoted one is never taken for a key of another section.
pub(super) fn header(section: &str, is_quoted: bool) -> String {
    // TOML nests only so deep.
    let is_plain = !is_quoted && section.split('.').all(is_bare) && section.split('.').count() <= DEEPEST;
    if is_plain { format!("[{section}]") } else { format!("[{}]", basic_string(section)) }
}

/// A key.
pub(super) fn key(name: &str) -> String {
    if is_bare(name) { name.to_owned() } else { basic_string(name) }
}

/// A string.
pub(super) fn string(text: &str) -> String {
    let is_literal =
        |quotes: &str| !text.contains(quotes) && !text.contains(|char: char| char.is_control() && char != '\n');
    if text.contains('\n') && is_literal("'''") && !text.ends_with('\'') {
        return format!("'''\n{text}'''");
    }
    if text.contains(['\\', '"']) && !text.contains('\n') && is_literal("'") {
        return format!("'{text}'");
    }
    basic_string(text)
}

/// A value on one line, if TOML can say it.
pub(super) fn inline(value: &Value) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => format!("{number:?}"),
        Value::Str(text) => one_line_string(text),
        Value::List(items) => format!("[{}]", items.iter().map(inline).collect::<Option<Vec<_>>>()?.join(", ")),
        Value::Dict(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Dict(entries) => {
            let entry = |(name, value): &(Value, Value)| Some(format!("{} = {}", dict_key(name)?, inline(value)?));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Option<Vec<_>>>()?.join(", "))
        }
        _ => return None,
    })
}

/// The key of a dict's entry: a text without variables, which are not replaced in keys.
pub(super) fn dict_key(name: &Value) -> Option<String> {
    name.as_str().filter(|name| !name.contains("%(")).map(key)
}

fn one_line_string(text: &str) -> String {
    if text.contains('\n') { basic_string(text) } else { string(text) }
}

fn is_bare(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'))
}

fn basic_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            char if char.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(char))),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}
