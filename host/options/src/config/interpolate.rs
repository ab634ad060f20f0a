//! `%(name)s` in config values: replaced by keys of the same section, of `[DEFAULT]`, or by what the host knows.
//!
//! `%%(` stands for a plain `%(`, and `%%%(name)s` for `%` and the value; a `%` elsewhere stands for itself.

use super::{Node, Table};
use crate::error::ConfigProblem;
use crate::value::Raw;
use pants_model::Value;
use std::collections::{BTreeMap, HashMap};

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

/// Replaces the variables in everything that a key gives.
pub(super) fn expand(key: &str, raw: Raw, variables: &Variables<'_>) -> Result<Raw, ConfigProblem> {
    let mut expansion = Expansion { key, variables, known: HashMap::new(), length: 0 };
    Ok(match raw {
        Raw::Text(text) => Raw::Text(expansion.text(text)?),
        Raw::Plain(value) => Raw::Plain(expansion.value(value)?),
        Raw::Edit { add, remove } => {
            let mut part = |value: Option<Value>| value.map(|value| expansion.value(value)).transpose();
            Raw::Edit { add: part(add)?, remove: part(remove)? }
        }
    })
}

/// The replacement of the variables in one value.
struct Expansion<'a> {
    key: &'a str,
    variables: &'a Variables<'a>,
    /// What variables stand for, once that is known.
    known: HashMap<String, String>,
    /// How many bytes took the place of variables in the value so far.
    length: usize,
}

impl Expansion<'_> {
    fn value(&mut self, value: Value) -> Result<Value, ConfigProblem> {
        Ok(match value {
            Value::Str(text) => Value::Str(self.text(text)?),
            Value::List(items) => {
                Value::List(items.into_iter().map(|item| self.value(item)).collect::<Result<_, _>>()?)
            }
            Value::Dict(entries) => {
                Value::Dict(entries.into_iter().map(|(name, value)| Ok((name, self.value(value)?))).collect::<Result<
                    _,
                    ConfigProblem,
                >>(
                )?)
            }
            other => other,
        })
    }

    /// A text of the value itself: of all of them together, the length is limited.
    fn text(&mut self, text: String) -> Result<String, ConfigProblem> {
        if !text.contains("%(") {
            return Ok(text);
        }
        let expanded = self.expand(&text, 0)?;
        self.length += expanded.len().saturating_sub(text.len());
        self.check_length(self.length)?;
        Ok(expanded)
    }

    fn expand(&mut self, text: &str, depth: usize) -> Result<String, ConfigProblem> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("%(") {
            let (before, variable) = (&rest[..start], &rest[start + 2..]);
            let signs = signs_before(before);
            expanded.push_str(&before[..before.len() - signs.div_ceil(2)]);
            if signs % 2 == 1 {
                expanded.push_str("%(");
                rest = variable;
                continue;
            }
            let Some((name, after)) = variable.split_once(")s") else {
                expanded.push_str(&rest[start..]);
                return Ok(expanded);
            };
            expanded.push_str(self.variable(name, depth)?);
            self.check_length(expanded.len().saturating_sub(text.len()))?;
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    /// What a variable stands for: found once, however many lead to it.
    fn variable(&mut self, name: &str, depth: usize) -> Result<&str, ConfigProblem> {
        if !self.known.contains_key(name) {
            let (key, name) = (self.key.to_owned(), name.to_owned());
            if depth == MAX_DEPTH {
                return Err(ConfigProblem::CircularVariable { key, name });
            }
            let Some(value) = self.variables.lookup(&name) else {
                return Err(ConfigProblem::UnknownVariable { key, name });
            };
            let value = self.expand(&value, depth + 1)?;
            self.known.insert(name, value);
        }
        Ok(&self.known[name])
    }

    fn check_length(&self, length: usize) -> Result<(), ConfigProblem> {
        if length > MAX_EXPANDED {
            return Err(ConfigProblem::OverlongValue { key: self.key.to_owned(), limit: MAX_EXPANDED });
        }
        Ok(())
    }
}

impl Variables<'_> {
    fn lookup(&self, name: &str) -> Option<String> {
        let tables = std::iter::once(self.own).chain(self.defaults).chain(self.others.iter().copied());
        tables
            .flat_map(|table| &table.entries)
            .filter(|entry| is_variable(&entry.key, name))
            .find_map(|entry| match &entry.value {
                Node::Plain(Value::Str(text)) => Some(text.clone()),
                Node::Plain(Value::Int(number)) => Some(number.to_string()),
                Node::Plain(Value::Bool(value)) => Some(value.to_string()),
                _ => None,
            })
            .or_else(|| self.seeds.get(name).cloned())
    }
}

/// How many signs stand right before a `%(`: two are one, and an odd one makes the next plain.
pub(crate) fn signs_before(text: &str) -> usize {
    text.len() - text.trim_end_matches('%').len()
}

/// Whether a variable means a key: case does not count, and dashes and underscores are one.
fn is_variable(key: &str, name: &str) -> bool {
    let plain = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    key.len() == name.len() && key.bytes().map(plain).eq(name.bytes().map(plain))
}
