//! `%(name)s` in config values: replaced by keys of the same section, of `[DEFAULT]`, or by what the host knows.
//!
//! `%%(` stands for a plain `%(`; a `%` elsewhere stands for itself.

use super::{Node, Table};
use crate::error::ConfigProblem;
use crate::names::key_of;
use crate::value::Raw;
use pants_model::Value;
use std::collections::BTreeMap;

/// How deep variables may lead to variables.
pub(crate) const MAX_DEPTH: usize = 20;

/// How many bytes a value may have whose variables are replaced: ten of ten of ten make any number of them.
pub(crate) const MAX_EXPANDED: usize = 1 << 20;

/// Where variables are looked up, the nearest first.
pub(super) struct Variables<'a> {
    /// The section of the value.
    pub(super) own: &'a Table,
    /// `[DEFAULT]` of its file.
    pub(super) defaults: &'a [Table],
    /// `[DEFAULT]` of all files, the last file first.
    pub(super) others: Vec<&'a Table>,
    /// What the host knows.
    pub(super) seeds: &'a BTreeMap<String, String>,
}

impl Variables<'_> {
    /// Replaces the variables in everything that a key gives.
    pub(super) fn expand_raw(&self, key: &str, raw: Raw) -> Result<Raw, ConfigProblem> {
        let expand = |value: Option<Value>| value.map(|value| self.expand(key, value)).transpose();
        Ok(match raw {
            Raw::Text(text) => Raw::Text(self.expand_text(key, &text, 0)?),
            Raw::Plain(value) => Raw::Plain(self.expand(key, value)?),
            Raw::Edit { add, remove } => Raw::Edit { add: expand(add)?, remove: expand(remove)? },
        })
    }

    fn expand(&self, key: &str, value: Value) -> Result<Value, ConfigProblem> {
        Ok(match value {
            Value::Str(text) if text.contains("%(") => Value::Str(self.expand_text(key, &text, 0)?),
            Value::List(items) => {
                Value::List(items.into_iter().map(|item| self.expand(key, item)).collect::<Result<_, _>>()?)
            }
            Value::Dict(entries) => Value::Dict(
                entries
                    .into_iter()
                    .map(|(name, value)| Ok((name, self.expand(key, value)?)))
                    .collect::<Result<_, ConfigProblem>>()?,
            ),
            other => other,
        })
    }

    fn expand_text(&self, key: &str, text: &str, depth: usize) -> Result<String, ConfigProblem> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("%(") {
            let (before, variable) = (&rest[..start], &rest[start + 2..]);
            if let Some(before) = before.strip_suffix('%') {
                expanded.push_str(before);
                expanded.push_str("%(");
                rest = variable;
                continue;
            }
            expanded.push_str(before);
            let Some((name, after)) = variable.split_once(")s") else {
                expanded.push_str(&rest[start..]);
                return Ok(expanded);
            };
            if depth == MAX_DEPTH {
                return Err(ConfigProblem::CircularVariable { key: key.to_owned(), name: name.to_owned() });
            }
            let value = self
                .lookup(name)
                .ok_or_else(|| ConfigProblem::UnknownVariable { key: key.to_owned(), name: name.to_owned() })?;
            expanded.push_str(&self.expand_text(key, &value, depth + 1)?);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn lookup(&self, name: &str) -> Option<String> {
        let is_it = |key: &str| key == name || key_of(key).eq_ignore_ascii_case(&key_of(name));
        let tables = std::iter::once(self.own).chain(self.defaults).chain(self.others.iter().copied());
        tables
            .flat_map(|table| &table.entries)
            .filter(|entry| is_it(&entry.key))
            .find_map(|entry| match &entry.value {
                Node::Plain(Value::Str(text)) => Some(text.clone()),
                Node::Plain(Value::Int(number)) => Some(number.to_string()),
                Node::Plain(Value::Bool(value)) => Some(value.to_string()),
                _ => None,
            })
            .or_else(|| self.seeds.get(name).cloned())
    }
}
