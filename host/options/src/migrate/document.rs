//! An ini file as sections of settings, each with the comments above it.

use crate::config::ini::{IniOption, Item, is_comment, unescape};

/// A file.
#[derive(Debug, Default)]
pub(super) struct Document<'a> {
    pub(super) sections: Vec<Section<'a>>,
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
}

/// One key.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    /// Comments and blank lines above it, and those that its value cannot keep.
    pub(super) comments: Vec<String>,
    pub(super) option: IniOption<'a>,
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
                Item::Option(option) => {
                    let mut comments = std::mem::take(&mut comments);
                    comments.extend(option.comment.map(hash_comment));
                    if option.source().is_none() {
                        comments
                            .extend(option.lines.iter().filter(|line| is_comment(line)).map(|line| hash_comment(line)));
                    }
                    document.sections[current].settings.push(Setting { comments, option, idle: None });
                }
            }
        }
        document.tail = comments;
        document
    }

    fn open(&mut self, name: &str, comments: Vec<String>) -> usize {
        if let Some(have) = self.sections.iter().position(|section| section.name == name) {
            self.sections[have].comments.extend(comments);
            return have;
        }
        self.sections.push(Section { name: name.to_owned(), comments, settings: Vec::new() });
        self.sections.len() - 1
    }
}

impl IniOption<'_> {
    /// The value with its comments, when it is a list or dict: both languages allow them there.
    pub(super) fn source(&self) -> Option<String> {
        let text = self.value();
        let inner = text.trim_start_matches(['+', '-']);
        if !inner.starts_with(['[', '{']) {
            return None;
        }
        let lines =
            self.lines.iter().map(|line| if is_comment(line) { hash_comment(line) } else { (*line).to_owned() });
        let source = std::iter::once(self.first.to_owned()).chain(lines).collect::<Vec<_>>().join("\n");
        let sign = if self.is_addition { "+" } else { "" };
        let source = format!("{sign}{}", unescape(source.trim()));
        // A `#` inside of a string of several lines is none of a comment.
        let parse = |text: &str| crate::literal::parse_literal(text.trim_start_matches(['+', '-'])).ok();
        (parse(&source).is_some() && parse(&source) == parse(&text)).then_some(source)
    }
}

/// A comment with the mark that TOML knows.
fn hash_comment(line: &str) -> String {
    let text: String = line.chars().skip(1).filter(|char| !char.is_control() || *char == '\t').collect();
    format!("#{text}")
}
