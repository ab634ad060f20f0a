//! Values that are paths: which file they mean, and whether it is there.
//!
//! A path is relative to the current directory for flags and variables and to the build root for config files; it is kept
//! relative to the build root where it lies below, so that it means the same to everybody.

use crate::at_file::read_text;
use crate::literal::shorten;
use crate::value::{Change, ValueError, member_of};
use pants_model::{OptionKind, OptionSpec, Value};
use std::path::{Path, PathBuf};

/// What the paths of one source are relative to.
#[derive(Clone, Copy)]
pub(crate) struct Bases<'a> {
    /// The directory that the source is relative to.
    pub(crate) own: &'a Path,
    /// What paths are kept relative to.
    pub(crate) build_root: &'a Path,
}

/// The same changes with the paths in them kept relative to the build root, and files of dicts read.
pub(crate) fn anchor(kind: &OptionKind, changes: Vec<Change>, bases: Bases<'_>) -> Result<Vec<Change>, ValueError> {
    match member_of(kind) {
        OptionKind::File | OptionKind::Dir => {
            Ok(changes.into_iter().map(|change| anchor_change(change, bases)).collect())
        }
        OptionKind::DictWithFiles => changes.into_iter().map(|change| read_change(change, bases)).collect(),
        _ => Ok(changes),
    }
}

fn anchor_change(change: Change, bases: Bases<'_>) -> Change {
    let all = |items: Vec<Value>| items.into_iter().map(|item| anchor_value(item, bases)).collect();
    match change {
        Change::Set(Value::List(items)) => Change::Set(Value::List(all(items))),
        Change::Set(value) => Change::Set(anchor_value(value, bases)),
        Change::Append(items) => Change::Append(all(items)),
        Change::Remove(items) => Change::Remove(all(items)),
        other @ (Change::Update(_) | Change::Drop(_)) => other,
    }
}

fn anchor_value(value: Value, bases: Bases<'_>) -> Value {
    let Some(text) = value.as_str() else { return value };
    let path = bases.own.join(text);
    let kept = path.strip_prefix(bases.build_root).unwrap_or(&path);
    match kept.to_str() {
        Some("") => Value::from("."),
        Some(kept) => Value::from(kept),
        None => value,
    }
}

fn read_change(change: Change, bases: Bases<'_>) -> Result<Change, ValueError> {
    let all = |entries: Vec<(Value, Value)>| {
        entries.into_iter().map(|(key, value)| Ok((key, read_value(value, bases)?))).collect::<Result<Vec<_>, _>>()
    };
    Ok(match change {
        Change::Set(Value::Dict(entries)) => Change::Set(Value::Dict(all(entries)?)),
        Change::Update(entries) => Change::Update(all(entries)?),
        other => other,
    })
}

/// What the file holds that a value of a dict names; a value that names none is what it is.
fn read_value(value: Value, bases: Bases<'_>) -> Result<Value, ValueError> {
    let Some(text) = value.as_str() else { return Ok(value) };
    let path: PathBuf = bases.own.join(text);
    if path.is_file() { read_text(&path, text).map(Value::Str) } else { Ok(value) }
}

/// Whether the files and directories are there that a value names. Those that the declaration names need not be.
pub(crate) fn check_there(spec: &OptionSpec, value: &Value, build_root: &Path) -> Result<(), ValueError> {
    let kind = member_of(&spec.kind);
    if !matches!(kind, OptionKind::File | OptionKind::Dir) {
        return Ok(());
    }
    let items = value.as_list().unwrap_or(std::slice::from_ref(value));
    let declared = spec.default.as_list().unwrap_or(std::slice::from_ref(&spec.default));
    for text in items.iter().filter(|item| !declared.contains(item)).filter_map(Value::as_str) {
        let path = build_root.join(text);
        let text = || shorten(text);
        match kind {
            OptionKind::File if path.is_dir() => return Err(ValueError::IsDir(text())),
            OptionKind::File if !path.exists() => return Err(ValueError::NoSuchFile(text())),
            OptionKind::Dir if path.is_file() => return Err(ValueError::IsFile(text())),
            OptionKind::Dir if !path.is_dir() => return Err(ValueError::NoSuchDir(text())),
            _ => {}
        }
    }
    Ok(())
}
