//! The `pants.ini` and `.pants.rc` of the Pants v1 years, into the same [`Table`] that TOML makes.
//!
//! Sections, `key: value` or `key = value`, values that go on in indented lines, whole lines of comment behind `#` or
//! `;`. Every value stays a text: options read Python literals from texts anyhow. `%%` is a plain `%`.

use super::{Entry, Node, Table};
use pants_model::Value;
use std::ops::Range;

/// Parses a file, or says what is wrong with which bytes.
pub(super) fn parse(text: &str) -> Result<Table, (Range<usize>, String)> {
    let mut reader = Reader { root: Table::default(), option_indent: None };
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        reader.line(line, offset)?;
        offset += line.len();
    }
    reader.root.entries.iter_mut().for_each(finish_section);
    Ok(reader.root)
}

struct Reader {
    root: Table,
    /// The indentation of the option whose value may go on; none before the first of a section.
    option_indent: Option<usize>,
}

impl Reader {
    fn line(&mut self, line: &str, offset: usize) -> Result<(), (Range<usize>, String)> {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        let span = offset + indent..offset + indent + content.len();
        if content.is_empty() || content.starts_with(['#', ';']) {
            return Ok(());
        }
        if self.option_indent.is_some_and(|option| indent > option) {
            self.go_on(content);
            return Ok(());
        }
        match content.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(name) => self.section(name, span),
            None => self.option(content, indent, span),
        }
    }

    fn section(&mut self, name: &str, span: Range<usize>) -> Result<(), (Range<usize>, String)> {
        if self.root.entries.iter().any(|entry| entry.key == name) {
            return Err((span, format!("the section `[{name}]` stands here a second time")));
        }
        self.root.entries.push(Entry { key: name.to_owned(), span, value: Node::Table(Table::default()) });
        self.option_indent = None;
        Ok(())
    }

    fn option(&mut self, content: &str, indent: usize, span: Range<usize>) -> Result<(), (Range<usize>, String)> {
        let Some(section) = self.last_section() else {
            return Err((span, "this line stands above the first section".to_owned()));
        };
        let Some((key, value)) = content.split_once([':', '=']) else {
            return Err((span, "neither a section nor `key: value`".to_owned()));
        };
        let key = key.trim_end();
        let span = span.start..span.start + key.len();
        if section.entries.iter().any(|entry| entry.key == key) {
            return Err((span, format!("`{key}` stands here a second time")));
        }
        let value = Node::Plain(Value::from(value.trim_start()));
        section.entries.push(Entry { key: key.to_owned(), span, value });
        self.option_indent = Some(indent);
        Ok(())
    }

    /// Adds a line to the value of the last option.
    fn go_on(&mut self, content: &str) {
        let option = self.last_section().and_then(|section| section.entries.last_mut());
        if let Some(Entry { value: Node::Plain(Value::Str(text)), .. }) = option {
            text.push('\n');
            text.push_str(content);
        }
    }

    fn last_section(&mut self) -> Option<&mut Table> {
        match self.root.entries.last_mut() {
            Some(Entry { value: Node::Table(table), .. }) => Some(table),
            _ => None,
        }
    }
}

fn finish_section(section: &mut Entry) {
    let Node::Table(table) = &mut section.value else { return };
    for option in &mut table.entries {
        if let Node::Plain(Value::Str(text)) = &mut option.value {
            // `%%(` is left for the interpolation, which knows it.
            *text = text.trim().replace("%%(", "\u{0}").replace("%%", "%").replace('\u{0}', "%%(");
        }
    }
}
