//! What the kinds of options accept, one value at a time.

use super::error::ValueError;
use crate::literal::shorten;
use pants_model::{Address, OptionKind, Value};

/// Whether values of this kind are lists.
pub(crate) fn is_list(kind: &OptionKind) -> bool {
    matches!(kind, OptionKind::StringList | OptionKind::List(_) | OptionKind::ShellList)
}

/// Whether values of this kind are dicts.
pub(crate) fn is_dict(kind: &OptionKind) -> bool {
    matches!(kind, OptionKind::Dict | OptionKind::DictWithFiles)
}

/// The kind of the members of a list; a kind that is no list is its own.
pub(crate) fn member_of(kind: &OptionKind) -> &OptionKind {
    match kind {
        OptionKind::List(member) => member,
        OptionKind::StringList | OptionKind::ShellList => &OptionKind::String,
        other => other,
    }
}

/// What a text means for a kind that is no list and no dict.
pub(super) fn scalar_of_text(kind: &OptionKind, text: String) -> Result<Value, ValueError> {
    match kind {
        OptionKind::Bool => match text.trim() {
            word if word.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
            word if word.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
            _ => Err(ValueError::NotBool(shorten(&text))),
        },
        OptionKind::Int => match text.trim().parse() {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => Err(ValueError::NotInt(shorten(&text))),
        },
        OptionKind::Float => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => Err(ValueError::NotFloat(shorten(&text))),
        },
        OptionKind::Choice(choices) if !choices.contains(&text) => {
            Err(ValueError::NotChoice { value: shorten(&text), choices: choices.clone() })
        }
        OptionKind::Target => match Address::parse(&text, "") {
            Ok(_) => Ok(Value::Str(text)),
            Err(error) => Err(ValueError::NotAddress { text: shorten(&text), reason: error.reason }),
        },
        _ => Ok(Value::Str(text)),
    }
}

/// What a config value means for a kind that is no list and no dict; where a text belongs, a whole number counts as one.
pub(super) fn scalar_of_value(kind: &OptionKind, value: Value) -> Result<Value, ValueError> {
    match (kind, value) {
        (kind, Value::Str(text)) => scalar_of_text(kind, text),
        (OptionKind::Float, Value::Float(number)) if !number.is_finite() => {
            Err(ValueError::NotFloat(number.to_string()))
        }
        (OptionKind::Bool, value @ Value::Bool(_))
        | (OptionKind::Int, value @ Value::Int(_))
        | (OptionKind::Float, value @ Value::Float(_)) => Ok(value),
        (OptionKind::Float, Value::Int(number)) => Ok(Value::Float(number as f64)),
        (OptionKind::Bool | OptionKind::Int | OptionKind::Float, value) => Err(wrong_kind(&value, kind)),
        (kind, Value::Int(number)) => scalar_of_text(kind, number.to_string()),
        (kind, value) => Err(wrong_kind(&value, kind)),
    }
}

/// A value stands where one of this kind belongs.
pub(crate) fn wrong_kind(found: &Value, kind: &OptionKind) -> ValueError {
    ValueError::WrongKind { found: found.kind_name(), wanted: wanted(kind) }
}

/// A value of this kind, as a message calls it.
pub(super) fn wanted(kind: &OptionKind) -> &'static str {
    match kind {
        OptionKind::Bool => "`true` or `false`",
        OptionKind::Int => "a whole number",
        OptionKind::Float => "a number",
        OptionKind::StringList | OptionKind::List(_) | OptionKind::ShellList => "a list",
        OptionKind::Dict | OptionKind::DictWithFiles => "a dict",
        OptionKind::String | OptionKind::Choice(_) | OptionKind::File | OptionKind::Dir | OptionKind::Target => {
            "a string"
        }
    }
}

/// What an option's value looks like: `<int>`, `<debug|info>`.
pub(crate) fn metavar(kind: &OptionKind) -> String {
    match kind {
        OptionKind::Bool => "<bool>".to_owned(),
        OptionKind::Int => "<int>".to_owned(),
        OptionKind::Float => "<float>".to_owned(),
        OptionKind::String => "<str>".to_owned(),
        OptionKind::Choice(choices) => format!("<{}>", choices.join("|")),
        OptionKind::StringList | OptionKind::ShellList => "\"['<str>', ...]\"".to_owned(),
        OptionKind::List(member) => format!("\"[{}, ...]\"", metavar(member)),
        OptionKind::Dict | OptionKind::DictWithFiles => "\"{'<str>': <value>, ...}\"".to_owned(),
        OptionKind::File => "<file>".to_owned(),
        OptionKind::Dir => "<dir>".to_owned(),
        OptionKind::Target => "<target>".to_owned(),
    }
}
