//! The `pants.ini` and `.pants.rc` of the Pants v1 years, into the same [`Table`] that TOML makes.
//!
//! Read as Python's ConfigParser read it, of Python 2 until 2018 and of Python 3 later; where the two differ, whatever a
//! file of either time means: a ` ;` behind a value begins a comment, a section or key that stands twice goes on or wins
//! the second time, and blank lines belong to the value around them. Keys are lower case. Every value stays a text:
//! options read Python literals from texts anyhow. `%%` is a plain `%`.
//!
//! [`items`] keeps what a table does not: comments, blank lines and how a value was laid out, for whoever rewrites the
//! file in another language.

use super::{Entry, Fault, Node, Table};
use crate::version::{is_at_least, numbers};
use pants_model::Value;
use std::collections::HashMap;
use std::ops::Range;

/// One thing of an ini file, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item<'a> {
    /// A line without anything.
    Blank,
    /// A line of comment outside any value, with its mark.
    Comment(&'a str),
    /// The header of a section.
    Section {
        /// Its name.
        name: &'a str,
        /// The bytes of the header.
        span: Range<usize>,
    },
    /// A key with its value.
    Option(IniOption<'a>),
}

/// A key of an ini file with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IniOption<'a> {
    /// The key, in lower case.
    pub(crate) key: String,
    /// The bytes of the key.
    pub(crate) span: Range<usize>,
    /// What stands behind the delimiter, without its comment.
    pub(crate) first: &'a str,
    /// The comment behind the first line, with its mark.
    pub(crate) comment: Option<&'a str>,
    /// The lines that go on, without indentation: comments and blank ones, too.
    pub(crate) lines: Vec<&'a str>,
    /// Whether the value is a list that comes on top of the default.
    pub(crate) is_addition: bool,
}

impl IniOption<'_> {
    /// The value as a text.
    pub(crate) fn value(&self) -> String {
        let lines = self.lines.iter().copied().filter(|line| !is_comment(line));
        let text = std::iter::once(self.first).chain(lines).collect::<Vec<_>>().join("\n");
        let text = text.trim();
        // An empty string was written so, for a parser that did not accept nothing.
        let text = if text == "\"\"" { "" } else { text };
        let sign = if self.is_addition { "+" } else { "" };
        format!("{sign}{}", unescape(text))
    }
}

/// `%%` is `%`; but those before a bracket are left for the interpolation, which knows them.
pub(crate) fn unescape(text: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('%') {
        let behind = rest[at..].trim_start_matches('%');
        let count = rest.len() - at - behind.len();
        let signs = if behind.starts_with('(') { count } else { count.div_ceil(2) };
        plain.push_str(&rest[..at]);
        plain.extend(std::iter::repeat_n('%', signs));
        rest = behind;
    }
    plain + rest
}

/// Whether a line without its indentation is one of comment.
pub(crate) fn is_comment(line: &str) -> bool {
    line.starts_with(['#', ';'])
}

/// Whether a text looks like an ini file and not like TOML: the first key in a section is followed by a colon.
pub(super) fn is_likely(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    let mut in_section = lines.skip_while(|line| !line.starts_with('[')).filter(|line| !line.starts_with('['));
    let first = in_section.find_map(|line| line.find([':', '=']).map(|at| &line[at..]));
    first.is_some_and(|delimiter| delimiter.starts_with(':'))
}

/// Parses a file, or says what is wrong with which bytes; and what is odd about which.
pub(super) fn parse(text: &str) -> Result<(Table, Vec<Fault>), Fault> {
    let (mut sections, mut oddities) = (Vec::<Section<'_>>::new(), Vec::new());
    let (mut by_name, mut current) = (HashMap::new(), None);
    for item in items(text)? {
        match item {
            Item::Blank | Item::Comment(_) => {}
            Item::Section { name, span } => {
                current = Some(*by_name.entry(name).or_insert_with(|| {
                    sections.push(Section { name, span, entries: Vec::new(), by_key: HashMap::new() });
                    sections.len() - 1
                }));
            }
            Item::Option(option) => {
                let section = &mut sections[current.expect("an option stands in a section")];
                oddities.extend(section.set(option));
            }
        }
    }
    Ok((Table { entries: sections.into_iter().map(Section::into_entry).collect() }, oddities))
}

/// A section that is being read.
struct Section<'a> {
    name: &'a str,
    span: Range<usize>,
    /// Nothing in the place of a key that stands below a second time.
    entries: Vec<Option<Entry>>,
    by_key: HashMap<String, usize>,
}

impl Section<'_> {
    /// Sets a key, and says so where it was set before.
    fn set(&mut self, option: IniOption<'_>) -> Option<Fault> {
        let earlier = self.by_key.insert(option.key.clone(), self.entries.len());
        let oddity = earlier.map(|earlier| {
            self.entries[earlier] = None;
            (option.span.clone(), format!("`{}` stands here a second time, and this one counts", option.key))
        });
        let value = Node::Plain(Value::Str(option.value()));
        self.entries.push(Some(Entry { key: option.key, span: option.span, value }));
        oddity
    }

    fn into_entry(self) -> Entry {
        let entries = self.entries.into_iter().flatten().collect();
        Entry { key: self.name.to_owned(), span: self.span, value: Node::Table(Table { entries }) }
    }
}

/// Takes a file apart.
pub(crate) fn items(text: &str) -> Result<Vec<Item<'_>>, Fault> {
    let mut reader = Reader { items: Vec::new(), pending: Vec::new(), option_indent: None, has_section: false };
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let content = line.strip_prefix('\u{feff}').filter(|_| offset == 0).unwrap_or(line);
        reader.line(content, offset + line.len() - content.len())?;
        offset += line.len();
    }
    reader.end_value();
    let mut items = reader.items;
    add_backends(&mut items);
    Ok(items)
}

/// Until Pants 1.2 the backends of `backend_packages` came on top of those that there were anyway.
fn add_backends(items: &mut [Item<'_>]) {
    let options = || items.iter().filter_map(|item| if let Item::Option(option) = item { Some(option) } else { None });
    let version = options().find(|option| option.key == "pants_version").map(IniOption::value);
    if version.is_none_or(|version| numbers(&version).is_empty() || is_at_least(&version, "1.3")) {
        return;
    }
    for item in items {
        if let Item::Option(option) = item {
            option.is_addition = option.key == "backend_packages" && option.first.starts_with('[');
        }
    }
}

struct Reader<'a> {
    items: Vec<Item<'a>>,
    /// Blank lines and comments behind the last line of a value: part of it when it goes on.
    pending: Vec<&'a str>,
    /// The indentation of the option whose value may go on; none before the first of a section.
    option_indent: Option<usize>,
    has_section: bool,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str, offset: usize) -> Result<(), Fault> {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        let span = offset + indent..offset + indent + content.len();
        if content.is_empty() || is_comment(content) {
            self.pending.push(content);
            return Ok(());
        }
        if let (Some(option_indent), Some(Item::Option(option))) = (self.option_indent, self.items.last_mut())
            && indent > option_indent
        {
            option.lines.append(&mut self.pending);
            option.lines.push(content);
            return Ok(());
        }
        self.end_value();
        match section_name(content) {
            Some(name) => self.section(name, span),
            None => self.option(content, indent, span),
        }
    }

    /// What was not known to belong to a value does not.
    fn end_value(&mut self) {
        let items = self.pending.drain(..).map(|line| if line.is_empty() { Item::Blank } else { Item::Comment(line) });
        self.items.extend(items);
    }

    fn section(&mut self, name: &'a str, span: Range<usize>) -> Result<(), Fault> {
        if name.trim().is_empty() {
            return Err((span, "a section without a name".to_owned()));
        }
        self.items.push(Item::Section { name, span });
        (self.option_indent, self.has_section) = (None, true);
        Ok(())
    }

    fn option(&mut self, content: &'a str, indent: usize, span: Range<usize>) -> Result<(), Fault> {
        if content.starts_with('[') && !content.contains([':', '=']) {
            return Err((span, "a `]` is missing behind the name of this section".to_owned()));
        }
        if !self.has_section {
            return Err((span, "this line stands above the first section".to_owned()));
        }
        let Some((key, value)) = content.split_once([':', '=']) else {
            let reason = "neither a section nor `key: value`; the lines of a longer value are indented";
            return Err((span, reason.to_owned()));
        };
        let key = key.trim_end();
        if key.is_empty() {
            return Err((span, "a key is missing before this".to_owned()));
        }
        let span = span.start..span.start + key.len();
        let (first, comment) = split_comment(value);
        self.items.push(Item::Option(IniOption {
            key: key.to_lowercase(),
            span,
            first,
            comment,
            lines: Vec::new(),
            is_addition: false,
        }));
        self.option_indent = Some(indent);
        Ok(())
    }
}

/// The name in a header; what stands behind the header counts for nothing.
fn section_name(content: &str) -> Option<&str> {
    content.strip_prefix('[')?.split_once(']').map(|(name, _)| name)
}

/// A value and the comment behind it, which begins at the first `;` after a space, outside of quotes.
fn split_comment(value: &str) -> (&str, Option<&str>) {
    let found = [" ;", "\t;"].iter().filter_map(|mark| value.find(mark)).min();
    let Some(at) = found else { return (value.trim(), None) };
    let before = &value[..at];
    let is_quoted = |quote: char| before.matches(quote).count() % 2 == 1;
    if is_quoted('\'') || is_quoted('"') {
        return (value.trim(), None);
    }
    (before.trim(), Some(value[at..].trim()))
}
