//! One key with its value as lines of TOML: the nicest form that an option reads to the same value.

use super::pieces::{Piece, comments, edits, pieces};
use super::toml_text::{dict_key, inline, key, string};
use crate::config::{Node, raw_of, toml_tree};
use crate::literal::parse_literal;
use crate::value::{Raw, changes};
use pants_model::{OptionKind, Value};

const INDENT: &str = "    ";

/// A key and what is known about it.
pub(super) struct Assignment<'a> {
    pub(super) key: &'a str,
    /// The value as options read it.
    pub(super) text: String,
    /// The same with its comments, when it is a list or dict.
    pub(super) source: Option<String>,
    /// The kinds of the options that the key sets.
    pub(super) kinds: Vec<&'a OptionKind>,
    /// Whether it must stay a text: others take it over as one.
    pub(super) is_text: bool,
    /// Whether a section has the name of the key.
    pub(super) is_section_too: bool,
    /// Which items of a list become comments.
    pub(super) is_idle_item: &'a dyn Fn(&str) -> bool,
}

impl Assignment<'_> {
    /// The lines of TOML.
    pub(super) fn lines(&self) -> Vec<String> {
        let nicer = [self.structured(), self.scalar()].into_iter().flatten().find(|lines| self.is_equal(lines));
        nicer.unwrap_or_else(|| {
            let text = format!("{} = {}", key(self.key), string(&self.text));
            text.split('\n').map(str::to_owned).collect()
        })
    }

    /// A number or truth value.
    fn scalar(&self) -> Option<Vec<String>> {
        let is_text = |kind: &&OptionKind| !matches!(kind, OptionKind::Bool | OptionKind::Int | OptionKind::Float);
        if self.is_text || self.kinds.iter().any(is_text) {
            return None;
        }
        let text = self.text.trim();
        let value = match text {
            "True" | "true" => "true".to_owned(),
            "False" | "false" => "false".to_owned(),
            _ => match text.parse::<i64>() {
                Ok(number) if number.to_string() == text => number.to_string(),
                // Nobody knows whether `2.10` is a number or a version.
                _ if self.kinds.is_empty() => return None,
                _ => inline(&Value::Float(text.parse().ok()?))?,
            },
        };
        Some(vec![format!("{} = {value}", key(self.key))])
    }

    /// A list, a dict, or edits of one.
    fn structured(&self) -> Option<Vec<String>> {
        if self.is_text || self.is_section_too {
            return None;
        }
        let mut lines = Vec::new();
        for (sign, literal) in edits(self.source.as_ref()?) {
            let edit = match sign {
                Some('+') => ".add",
                Some(_) => ".remove",
                None => "",
            };
            let key = format!("{}{edit}", key(self.key));
            match parse_literal(literal).ok()? {
                Value::Dict(_) => lines.extend(dict(&key, literal)?),
                Value::List(_) if literal.starts_with('[') => {
                    lines.extend(assign(&key, list(literal, self.is_idle_item)?))
                }
                value => lines.extend(assign(&key, vec![inline(&value)?])),
            }
        }
        Some(lines)
    }

    /// Whether every option reads the lines as it reads the text.
    fn is_equal(&self, lines: &[String]) -> bool {
        let toml = lines.join("\n");
        let Ok(table) = toml_tree::parse(&toml) else { return false };
        let [entry] = table.entries.as_slice() else { return false };
        let texts = Raw::Plain(Value::Str(self.text_of_live_items()));
        let raw = raw_of(&entry.value);
        let is_read_alike = |kind: &OptionKind| changes(kind, raw.clone()) == changes(kind, texts.clone());
        // An escape may hide what looks like a variable.
        let variables = |text: &str| text.matches("%(").count();
        if variables(&toml) < variables(&self.text) {
            return false;
        }
        match &entry.value {
            _ if !self.kinds.is_empty() => self.kinds.iter().all(|kind| is_read_alike(kind)),
            // Nobody knows what it is: it is taken for what it looks like.
            Node::Plain(Value::List(_)) => Ok(raw) == parse_literal(&self.text).map(Raw::Plain),
            Node::Plain(_) => true,
            Node::Table(_) => {
                let kinds = [OptionKind::StringList, OptionKind::Dict];
                kinds.iter().any(|kind| changes(kind, raw.clone()).is_ok() && is_read_alike(kind))
            }
        }
    }

    /// The value without the items that become comments.
    fn text_of_live_items(&self) -> String {
        if !items(&self.text).iter().any(|item| (self.is_idle_item)(item)) {
            return self.text.clone();
        }
        let is_live = |item: &Value| !item.as_str().is_some_and(self.is_idle_item);
        let live = edits(&self.text).into_iter().filter_map(|(sign, literal)| match parse_literal(literal) {
            Ok(Value::List(items)) => {
                let list = Value::List(items.into_iter().filter(is_live).collect());
                Some(format!("{}{}", sign.map(String::from).unwrap_or_default(), crate::render_literal(&list)))
            }
            _ => None,
        });
        live.collect::<Vec<_>>().join(",")
    }
}

/// The texts in the lists of a value.
pub(super) fn items(text: &str) -> Vec<String> {
    let lists = edits(text).into_iter().filter_map(|(_, literal)| parse_literal(literal).ok());
    lists.flat_map(|list| list.to_strings()).collect()
}

/// `key = ` before the first of some lines.
fn assign(key: &str, mut value: Vec<String>) -> Vec<String> {
    if let Some(first) = value.first_mut() {
        first.insert_str(0, &format!("{key} = "));
    }
    value
}

/// A dict, one line for each entry; comments stand above the entry they are said of.
fn dict(key: &str, literal: &str) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    // Where the entry of the current line begins.
    let mut row = None;
    for piece in pieces(literal) {
        match piece {
            Piece::Break => row = None,
            Piece::Comment(comment) => lines.insert(row.unwrap_or(lines.len()), comment.to_owned()),
            Piece::Element { key: None, .. } => return None,
            Piece::Element { key: Some(name), value } => {
                let name = dict_key(&parse_literal(name).ok()?)?;
                row = Some(lines.len());
                let value = entry_value(value, &mut lines)?;
                lines.extend(assign(&format!("{key}.{name}"), value));
            }
        }
    }
    if pieces(literal).iter().all(|piece| !matches!(piece, Piece::Element { .. })) {
        lines.push(format!("{key} = {{}}"));
    }
    Some(lines)
}

/// The value of an entry; the comments in it are put above, where it cannot keep them.
fn entry_value(literal: &str, above: &mut Vec<String>) -> Option<Vec<String>> {
    if literal.starts_with('[') {
        return list(literal, &|_| false);
    }
    above.extend(comments(literal).into_iter().map(str::to_owned));
    Some(vec![inline(&parse_literal(literal).ok()?)?])
}

/// A list: on one line when it stood on one, else with its lines and comments as they were.
fn list(literal: &str, is_idle_item: &dyn Fn(&str) -> bool) -> Option<Vec<String>> {
    let (mut lines, mut row, mut items) = (Vec::new(), String::new(), Vec::new());
    let mut is_one_line = true;
    for piece in pieces(literal) {
        match piece {
            Piece::Break => {
                is_one_line = false;
                end_row(&mut row, &mut lines);
            }
            Piece::Comment(comment) => {
                let space = if row.is_empty() { "" } else { "  " };
                row.push_str(&format!("{space}{comment}"));
                end_row(&mut row, &mut lines);
            }
            Piece::Element { value, .. } => {
                let item = parse_literal(value).ok()?;
                let written = inline(&item)?;
                lines.extend(comments(value).into_iter().map(|comment| format!("{INDENT}{comment}")));
                if item.as_str().is_some_and(is_idle_item) {
                    is_one_line = false;
                    end_row(&mut row, &mut lines);
                    lines.push(format!("{INDENT}# {written},"));
                } else {
                    let space = if row.is_empty() { "" } else { " " };
                    row.push_str(&format!("{space}{written},"));
                    items.push(written);
                }
            }
        }
    }
    if is_one_line {
        return Some(vec![format!("[{}]", items.join(", "))]);
    }
    end_row(&mut row, &mut lines);
    Some([vec!["[".to_owned()], lines, vec!["]".to_owned()]].concat())
}

fn end_row(row: &mut String, lines: &mut Vec<String>) {
    if !row.is_empty() {
        lines.push(format!("{INDENT}{}", std::mem::take(row)));
    }
}
