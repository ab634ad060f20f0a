//! From what a source gave to a value of the option's kind.
//!
//! A source gives a text (flag, variable, quoted config value) or a config value; either becomes changes: set, append,
//! remove, update. The changes of one source are applied together by [`apply`], so that within one source a removal
//! wins over additions, whatever their order; a later source may add again what an earlier one removed.

use crate::literal::{LiteralError, Reader};
use pants_model::{OptionKind, Value};
use thiserror::Error;

/// Why a value does not fit its option.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueError {
    /// No truth value.
    #[error("`{0}` is not `true` or `false`")]
    NotBool(String),
    /// No whole number.
    #[error("`{0}` is not a whole number")]
    NotInt(String),
    /// No number.
    #[error("`{0}` is not a number")]
    NotFloat(String),
    /// A number below what makes sense.
    #[error("{value} is less than {minimum}")]
    TooSmall {
        /// The number.
        value: i64,
        /// The least that is accepted.
        minimum: i64,
    },
    /// No version.
    #[error("`{0}` is not a version")]
    NotVersion(String),
    /// The version of another program, which this one does not stand in for.
    #[error("`{0}` is not a version of Pants v1")]
    NotPantsV1(String),
    /// A newer program than this one.
    #[error("version {required} or newer is needed, and this is {have}")]
    TooOld {
        /// What is wanted.
        required: String,
        /// What this is.
        have: &'static str,
    },
    /// None of the choices.
    #[error("`{value}` is not one of `{}`", choices.join("`, `"))]
    NotChoice {
        /// The value.
        value: String,
        /// What it may be.
        choices: Vec<String>,
    },
    /// A value of another kind.
    #[error("{found} stands where {wanted} belongs")]
    WrongKind {
        /// What was given.
        found: &'static str,
        /// What the option takes.
        wanted: &'static str,
    },
    /// A list or dict that is not written as one.
    #[error("{0}")]
    Literal(LiteralError),
    /// A text where a dict belongs.
    #[error("`{0}` is not a dict")]
    NotDict(String),
    /// A file that does not exist.
    #[error("the file `{0}` does not exist")]
    NoSuchFile(String),
    /// A directory that does not exist.
    #[error("the directory `{0}` does not exist")]
    NoSuchDir(String),
    /// The file of an `@file` value cannot be read.
    #[error("cannot read `{file}`: {reason}")]
    FileUnreadable {
        /// The file as written.
        file: String,
        /// What the system or the parser said.
        reason: String,
    },
}

impl ValueError {
    /// What to write instead.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Literal(_) => Some("write a list as `['a', 'b']` and a dict as `{'a': 'b'}`".to_owned()),
            Self::NotDict(_) => Some("write `{'a': 'b'}` to replace, `+{'a': 'b'}` to add".to_owned()),
            Self::NotVersion(_) => Some("write it as `1.2.3`".to_owned()),
            Self::NotPantsV1(_) => Some("versions 0.x and 1.x are understood".to_owned()),
            Self::WrongKind { wanted: "a string", .. } => Some("put it in quotes".to_owned()),
            Self::FileUnreadable { .. } => {
                Some("a value that begins with `@` names a file; `@@` stands for `@`".into())
            }
            _ => None,
        }
    }
}

/// What a source gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Raw {
    /// A text to be read by the option's kind.
    Text(String),
    /// A value of a config file, or of a flag without text.
    Plain(Value),
    /// `key.add` and `key.remove` of a config file.
    Edit {
        /// What to add.
        add: Option<Value>,
        /// What to remove.
        remove: Option<Value>,
    },
}

/// One change of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// It is this now.
    Set(Value),
    /// A list has these too.
    Append(Vec<Value>),
    /// A list does not have these, wherever they stand.
    Remove(Vec<Value>),
    /// A dict has these entries too, new values for old keys.
    Update(Vec<(Value, Value)>),
    /// A dict does not have these keys.
    Drop(Vec<Value>),
}

/// The changes that a source means for an option of this kind.
pub(crate) fn changes(kind: &OptionKind, raw: Raw) -> Result<Vec<Change>, ValueError> {
    match (kind, raw) {
        (kind, Raw::Text(text) | Raw::Plain(Value::Str(text))) if is_list(kind) => list_changes(kind, &text),
        (kind, Raw::Plain(value)) if is_list(kind) => Ok(vec![Change::Set(Value::List(members(kind, value)?))]),
        (kind, Raw::Edit { add, remove }) if is_list(kind) => {
            let mut changes = Vec::new();
            if let Some(add) = add {
                changes.push(Change::Append(members(kind, add)?));
            }
            if let Some(remove) = remove {
                changes.push(Change::Remove(members(kind, remove)?));
            }
            Ok(changes)
        }
        (kind, Raw::Text(text) | Raw::Plain(Value::Str(text))) if is_dict(kind) => dict_changes(&text),
        (kind, Raw::Plain(value @ Value::Dict(_))) if is_dict(kind) => Ok(vec![Change::Set(value)]),
        (kind, Raw::Edit { add, remove }) if is_dict(kind) => {
            let mut changes = Vec::new();
            match add {
                None => {}
                Some(Value::Dict(entries)) => changes.push(Change::Update(entries)),
                Some(other) => return Err(wrong_kind(&other, &OptionKind::Dict)),
            }
            if let Some(remove) = remove {
                changes.push(Change::Drop(members(&OptionKind::StringList, remove)?));
            }
            Ok(changes)
        }
        (kind, Raw::Edit { .. }) => Err(ValueError::WrongKind { found: "a list edit", wanted: wanted(kind) }),
        (kind, Raw::Text(text)) => Ok(vec![Change::Set(scalar_of_text(kind, text)?)]),
        (kind, Raw::Plain(value)) => Ok(vec![Change::Set(scalar_of_value(kind, value)?)]),
    }
}

/// Applies the changes of one source.
pub(crate) fn apply(mut value: Value, changes: Vec<Change>) -> Value {
    let mut removed: Vec<Value> = Vec::new();
    for change in changes {
        match change {
            Change::Set(new) => {
                value = new;
                removed.clear();
            }
            Change::Append(items) => match &mut value {
                Value::List(list) => list.extend(items),
                other => *other = Value::List(items),
            },
            Change::Remove(items) => removed.extend(items),
            Change::Update(entries) => value = update(value, entries),
            Change::Drop(keys) => {
                if let Value::Dict(dict) = &mut value {
                    dict.retain(|(key, _)| !keys.contains(key));
                }
            }
        }
    }
    if let Value::List(list) = &mut value {
        list.retain(|item| !removed.contains(item));
    }
    value
}

fn update(value: Value, entries: Vec<(Value, Value)>) -> Value {
    let mut dict = if let Value::Dict(dict) = value { dict } else { Vec::new() };
    for (key, new) in entries {
        match dict.iter_mut().find(|(have, _)| *have == key) {
            Some((_, old)) => *old = new,
            None => dict.push((key, new)),
        }
    }
    Value::Dict(dict)
}

/// Whether values of this kind are lists.
pub(crate) fn is_list(kind: &OptionKind) -> bool {
    matches!(kind, OptionKind::StringList | OptionKind::List(_) | OptionKind::ShellList)
}

/// Whether values of this kind are dicts.
pub(crate) fn is_dict(kind: &OptionKind) -> bool {
    matches!(kind, OptionKind::Dict | OptionKind::DictWithFiles)
}

/// `[..]` sets, `+[..]` appends, `-[..]` removes, several edits stand between commas; any other text is one item.
fn list_changes(kind: &OptionKind, text: &str) -> Result<Vec<Change>, ValueError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(text);
    if text.starts_with(['[', '(']) {
        let value = reader.value().and_then(|value| reader.end().map(|()| value)).map_err(ValueError::Literal)?;
        let items = if let Value::List(_) = value { value } else { Value::List(vec![value]) };
        return Ok(vec![Change::Set(Value::List(members(kind, items)?))]);
    }
    if !["+[", "-[", "+(", "-("].iter().any(|edit| text.starts_with(edit)) {
        return Ok(vec![Change::Append(members(kind, Value::List(vec![Value::from(text)]))?)]);
    }
    let mut changes = Vec::new();
    loop {
        let is_addition = reader.accept('+');
        if !is_addition && !reader.accept('-') {
            return Err(ValueError::Literal(reader.fail("`+` or `-` is missing before a list")));
        }
        let items = members(kind, reader.value().map_err(ValueError::Literal)?)?;
        changes.push(if is_addition { Change::Append(items) } else { Change::Remove(items) });
        if !reader.accept(',') {
            reader.end().map_err(ValueError::Literal)?;
            return Ok(changes);
        }
    }
}

/// `{..}` sets, `+{..}` updates.
fn dict_changes(text: &str) -> Result<Vec<Change>, ValueError> {
    let text = text.trim();
    let (is_update, literal) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if !literal.starts_with('{') {
        return Err(ValueError::NotDict(shorten(text)));
    }
    let value = crate::literal::parse_literal(literal).map_err(ValueError::Literal)?;
    match value {
        Value::Dict(entries) if is_update => Ok(vec![Change::Update(entries)]),
        Value::Dict(_) => Ok(vec![Change::Set(value)]),
        other => Err(wrong_kind(&other, &OptionKind::Dict)),
    }
}

/// The members of a list of this kind; where they are texts, numbers count as texts.
fn members(kind: &OptionKind, value: Value) -> Result<Vec<Value>, ValueError> {
    let Value::List(items) = value else {
        return Err(wrong_kind(&value, kind));
    };
    let member = if let OptionKind::List(member) = kind { member } else { &OptionKind::String };
    items.into_iter().map(|item| scalar_of_value(member, item)).collect()
}

fn scalar_of_text(kind: &OptionKind, text: String) -> Result<Value, ValueError> {
    match kind {
        OptionKind::Bool => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
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
        _ => Ok(Value::Str(text)),
    }
}

fn scalar_of_value(kind: &OptionKind, value: Value) -> Result<Value, ValueError> {
    match (kind, value) {
        (kind, Value::Str(text)) => scalar_of_text(kind, text),
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

fn wanted(kind: &OptionKind) -> &'static str {
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

/// The text as a message shows it: a value of ten megabytes is not repeated in full.
fn shorten(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

#[cfg(test)]
mod tests;
