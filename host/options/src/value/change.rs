//! Changes: what a source does to the value that lower sources left.

use super::error::ValueError;
use super::kind::{is_dict, is_list, member_of, scalar_of_text, scalar_of_value, wanted, wrong_kind};
use crate::literal::{LiteralError, Reader, parse_literal, render_literal, shorten};
use pants_model::{OptionKind, Value};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

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
        (kind, Raw::Plain(Value::Dict(entries))) if is_list(kind) && entries.iter().any(|(key, _)| is_edit(key)) => {
            let other = entries.iter().map(|(key, _)| key).find(|key| !is_edit(key));
            let other = other.and_then(Value::as_str).unwrap_or_default();
            Err(ValueError::UnknownEdit(other.to_owned()))
        }
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
        (kind, Raw::Plain(Value::Dict(entries))) if is_dict(kind) => {
            Ok(vec![Change::Set(Value::Dict(update(Vec::new(), entries)))])
        }
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
        (kind, Raw::Plain(value)) if is_dict(kind) => Err(wrong_kind(&value, kind)),
        (kind, Raw::Text(text)) => Ok(vec![Change::Set(scalar_of_text(kind, text)?)]),
        (kind, Raw::Plain(value)) => Ok(vec![Change::Set(scalar_of_value(kind, value)?)]),
    }
}

/// Whether a key of a table edits what stands under the table's name.
fn is_edit(key: &Value) -> bool {
    matches!(key.as_str(), Some("add" | "remove"))
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
            Change::Update(entries) => {
                let dict = if let Value::Dict(dict) = value { dict } else { Vec::new() };
                value = Value::Dict(update(dict, entries));
            }
            Change::Drop(keys) => {
                if let Value::Dict(dict) = &mut value {
                    let keys: HashSet<String> = keys.iter().map(render_literal).collect();
                    dict.retain(|(key, _)| !keys.contains(&render_literal(key)));
                }
            }
        }
    }
    if let Value::List(list) = &mut value {
        remove(list, &removed);
    }
    value
}

/// Takes items away. Values are compared as they are written, so that long lists take no time that counts squared.
fn remove(list: &mut Vec<Value>, removed: &[Value]) {
    if removed.is_empty() {
        return;
    }
    let removed: HashSet<String> = removed.iter().map(render_literal).collect();
    list.retain(|item| !removed.contains(&render_literal(item)));
}

/// Puts entries into a dict, new values for old keys, each key where it stood first.
fn update(mut dict: Vec<(Value, Value)>, entries: Vec<(Value, Value)>) -> Vec<(Value, Value)> {
    let mut places: HashMap<String, usize> =
        dict.iter().enumerate().map(|(place, (key, _))| (render_literal(key), place)).collect();
    for (key, new) in entries {
        match places.entry(render_literal(&key)) {
            Entry::Occupied(place) => dict[*place.get()].1 = new,
            Entry::Vacant(place) => {
                place.insert(dict.len());
                dict.push((key, new));
            }
        }
    }
    dict
}

/// `[..]` sets, `+[..]` appends, `-[..]` removes, several edits stand between commas; any other text is one item, or the
/// words of a shell.
fn list_changes(kind: &OptionKind, text: &str) -> Result<Vec<Change>, ValueError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let no_list = |error: LiteralError| {
        let shown = shorten(text);
        let is_whole = shown.len() == text.len() && !text.contains('\n');
        ValueError::NotList { text: is_whole.then_some(shown), error }
    };
    if text.starts_with(['[', '(']) {
        let value = parse_literal(text).map_err(no_list)?;
        return Ok(vec![Change::Set(Value::List(literal_members(kind, value)?))]);
    }
    if !["+[", "-[", "+(", "-("].iter().any(|edit| text.starts_with(edit)) {
        let items = literal_members(kind, Value::from(text)).map_err(|error| match error {
            ValueError::Member { problem, .. } => *problem,
            other => other,
        })?;
        return Ok(vec![Change::Append(items)]);
    }
    let mut reader = Reader::new(text);
    let mut changes = Vec::new();
    loop {
        let is_addition = reader.accept('+');
        if !is_addition && !reader.accept('-') {
            return Err(ValueError::Literal(reader.fail("`+` or `-` is missing before a list")));
        }
        let items = literal_members(kind, reader.value().map_err(ValueError::Literal)?)?;
        changes.push(if is_addition { Change::Append(items) } else { Change::Remove(items) });
        if !reader.accept(',') {
            reader.end().map_err(ValueError::Literal)?;
            return Ok(changes);
        }
    }
}

/// The members of a list that was written as a text: each of a shell list is taken apart into words. `('a')` is a list.
fn literal_members(kind: &OptionKind, value: Value) -> Result<Vec<Value>, ValueError> {
    let list = if let Value::List(_) | Value::Dict(_) = value { value } else { Value::List(vec![value]) };
    let items = members(kind, list)?;
    if *kind != OptionKind::ShellList {
        return Ok(items);
    }
    let mut words = Vec::new();
    for text in items.iter().filter_map(Value::as_str) {
        let split = shell_words::split(text).map_err(|_| ValueError::NotWords(shorten(text)))?;
        words.extend(split.into_iter().map(Value::Str));
    }
    Ok(words)
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
    match parse_literal(literal).map_err(ValueError::Literal)? {
        Value::Dict(entries) if is_update => Ok(vec![Change::Update(entries)]),
        Value::Dict(entries) => Ok(vec![Change::Set(Value::Dict(update(Vec::new(), entries)))]),
        other => Err(wrong_kind(&other, &OptionKind::Dict)),
    }
}

/// The members of a list of this kind.
fn members(kind: &OptionKind, value: Value) -> Result<Vec<Value>, ValueError> {
    let Value::List(items) = value else {
        return Err(wrong_kind(&value, kind));
    };
    let member = member_of(kind);
    let convert = |(index, item)| {
        scalar_of_value(member, item).map_err(|problem| ValueError::Member { index, problem: Box::new(problem) })
    };
    items.into_iter().enumerate().map(convert).collect()
}
