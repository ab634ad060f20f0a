//! An ini file as sections of settings, each with the comments above it.

use crate::config::ini::{IniOption, Item, is_comment, unescape};
use crate::names::key_of;
use std::collections::BTreeMap;

/// A file.
#[derive(Debug, Default)]
pub(super) struct Document<'a> {
    pub(super) sections: Vec<Section<'a>>,
    by_name: BTreeMap<String, usize>,
    /// Comments and blank lines at the end.
    pub(super) tail: Vec<String>,
}

/// All that stands under one name.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) name: String,
    /// Comments and blank lines above the header.
    pub(super) comments: Vec<String>,
    pub(super) settings: Vec<Setting<'a>>,
    /// The last setting of each key, under the name that the key has as a variable.
    by_variable: BTreeMap<String, Vec<usize>>,
}

/// One key.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    /// Comments and blank lines above it, and those that its value cannot keep.
    pub(super) comments: Vec<String>,
    pub(super) option: IniOption<'a>,
    /// The value as options read it.
    pub(super) value: String,
    /// The same with its comments, when it is a list or dict.
    pub(super) source: Option<String>,
    /// Why it has no effect, when it has none.
    pub(super) idle: Option<String>,
}

impl<'a> Document<'a> {
    /// Sections that stand several times are one.
    pub(super) fn new(items: Vec<Item<'a>>) -> Self {
        let (mut document, mut comments, mut current) = (Self::default(), Vec::new(), 0);
        for item in items {
            match item {
                Item::Blank if comments.last().is_some_and(String::is_empty) => {}
                Item::Blank => comments.push(String::new()),
                Item::Comment(line) => comments.push(hash_comment(line)),
                Item::Section { name, .. } => current = document.open(name, std::mem::take(&mut comments)),
                Item::Option(option) => document.sections[current].push(std::mem::take(&mut comments), option),
            }
        }
        document.tail = comments;
        document
    }

    fn open(&mut self, name: &str, comments: Vec<String>) -> usize {
        if let Some(have) = self.by_name.get(name) {
            self.sections[*have].comments.extend(comments);
            return *have;
        }
        let section = Section { name: name.to_owned(), comments, settings: Vec::new(), by_variable: BTreeMap::new() };
        self.by_name.insert(section.name.clone(), self.sections.len());
        self.sections.push(section);
        self.sections.len() - 1
    }

    /// The section of a name.
    pub(super) fn section(&self, name: &str) -> Option<&Section<'a>> {
        self.by_name.get(name).map(|index| &self.sections[*index])
    }

    /// Whether a section has this name, or stands inside of one that has.
    pub(super) fn has_section_at(&self, name: &str) -> bool {
        let inner = format!("{name}.");
        let mut from_inner = self.by_name.range(inner.clone()..);
        self.by_name.contains_key(name) || from_inner.next().is_some_and(|(name, _)| name.starts_with(&inner))
    }
}

impl<'a> Section<'a> {
    fn push(&mut self, mut comments: Vec<String>, option: IniOption<'a>) {
        let value = option.value();
        let source = source(&option, &value);
        comments.extend(option.comment.map(hash_comment));
        if source.is_none() {
            comments.extend(option.lines.iter().filter(|line| is_comment(line)).map(|line| hash_comment(line)));
        }
        let same = self.by_variable.entry(key_of(&option.key)).or_default();
        same.retain(|earlier| self.settings[*earlier].option.key != option.key);
        same.push(self.settings.len());
        self.settings.push(Setting { comments, option, value, source, idle: None });
    }

    /// The settings that a variable may mean: one, unless the key is spelled with dashes and with underscores.
    pub(super) fn variable(&self, name: &str) -> impl DoubleEndedIterator<Item = &Setting<'a>> {
        self.by_variable.get(name).into_iter().flatten().map(|index| &self.settings[*index])
    }

    /// Whether a key stands here.
    pub(super) fn has_key(&self, key: &str) -> bool {
        self.variable(&key_of(key)).any(|setting| setting.option.key == key)
    }

    /// Whether a setting is the last one of its key, which counts.
    pub(super) fn is_last(&self, index: usize) -> bool {
        self.by_variable.get(&key_of(&self.settings[index].option.key)).is_some_and(|last| last.contains(&index))
    }
}

/// A value with its comments, when it is a list or dict: both languages allow them there.
fn source(option: &IniOption<'_>, value: &str) -> Option<String> {
    let inner = value.trim_start_matches(['+', '-']);
    if !inner.starts_with(['[', '{']) {
        return None;
    }
    let lines = option.lines.iter().map(|line| if is_comment(line) { hash_comment(line) } else { (*line).to_owned() });
    let source = std::iter::once(option.first.to_owned()).chain(lines).collect::<Vec<_>>().join("\n");
    let sign = if option.is_addition { "+" } else { "" };
    let source = format!("{sign}{}", unescape(source.trim()));
    // A `#` inside of a string of several lines is none of a comment.
    let parse = |text: &str| crate::literal::parse_literal(text.trim_start_matches(['+', '-'])).ok();
    (parse(&source).is_some() && parse(&source) == parse(value)).then_some(source)
}

/// A comment with the mark that TOML knows.
fn hash_comment(line: &str) -> String {
    let text: String = line.chars().skip(1).filter(|char| !char.is_control() || *char == '\t').collect();
    format!("#{text}")
}
