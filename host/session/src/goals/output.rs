//! Where console goals write: rows in, bytes out, as they come.
//!
//! A goal never holds all it prints. Rows leave in portions; whoever reads slowly slows the goal down, whoever has read
//! enough or cancels the run stops it. It knows no goal: what a row says is the goal's business, how rows are strung
//! together (separators, the brackets of JSON) is decided here.

mod sink;

pub(crate) use sink::{FileSink, Sink, StandardOutput};

use pants_engine::TaskError;
use pants_model::Address;
use pants_process::Cancel;
use serde::Serialize;
use std::fmt::Display;
use std::io::Write;
use std::time::{Duration, Instant};

/// A portion is written when it has this many bytes,
const PORTION: usize = 32 << 10;
/// or when its first row has waited for this long.
const PATIENCE: Duration = Duration::from_millis(50);

/// How a goal prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people and line-based tools: each row is followed by the separator.
    Text,
    /// One JSON document, indented by four.
    Json,
    /// One JSON value a line.
    JsonLines,
}

impl Format {
    /// The word for it on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
        }
    }
}

/// What the JSON document of a goal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Rows are its items.
    Array,
    /// Rows are its keys and values.
    Object,
}

/// How rows become bytes.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) format: Format,
    pub(crate) shape: Shape,
    /// Follows each row of text.
    pub(crate) separator: String,
}

/// Why a goal stops before it has said everything.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It failed, or the run was cancelled.
    Failed(Box<TaskError>),
    /// Nobody reads what it prints any more (`pants list :: | head`).
    Unread,
}

impl From<TaskError> for Stop {
    fn from(error: TaskError) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// What a console goal prints to.
pub(crate) struct Output {
    sink: Box<dyn Sink>,
    cancel: Cancel,
    layout: Layout,
    buffer: Vec<u8>,
    waiting_since: Option<Instant>,
    has_rows: bool,
}

impl Output {
    pub(crate) fn new(sink: Box<dyn Sink>, cancel: Cancel, layout: Layout) -> Self {
        Self { sink, cancel, layout, buffer: Vec::new(), waiting_since: None, has_rows: false }
    }

    /// Whether rows are lines for people. A goal that says different things in text and JSON asks this.
    pub(crate) fn is_text(&self) -> bool {
        self.layout.format == Format::Text
    }

    /// A row that says the same in every format: a line, or a string of the array.
    pub(crate) fn row(&mut self, text: impl Display) -> Result<(), Stop> {
        match self.layout.format {
            Format::Text => self.line(text),
            Format::Json | Format::JsonLines => self.item(&text.to_string()),
        }
    }

    /// Rows of addresses, all of which are known: they leave in whole portions, and nobody looks at the clock.
    pub(crate) fn addresses<'a>(&mut self, addresses: impl IntoIterator<Item = &'a Address>) -> Result<(), Stop> {
        for address in addresses {
            match self.layout.format {
                Format::Text => {
                    self.push_address(address);
                    self.portion_written()?;
                }
                Format::Json | Format::JsonLines => self.item(&address.to_string())?,
            }
        }
        self.rest_written()
    }

    /// Targets, all of which are known: by their short names in text, by their addresses in JSON.
    pub(crate) fn references<'a>(&mut self, addresses: impl IntoIterator<Item = &'a Address>) -> Result<(), Stop> {
        match self.is_text() {
            true => self.lines(addresses.into_iter().map(Address::reference)),
            false => self.addresses(addresses),
        }
    }

    /// Lines of text, all of which are known.
    pub(crate) fn lines(&mut self, texts: impl IntoIterator<Item = impl Display>) -> Result<(), Stop> {
        if !self.is_text() {
            return Ok(());
        }
        for text in texts {
            write!(self.buffer, "{text}{}", self.layout.separator).expect("memory takes all that is written");
            self.portion_written()?;
        }
        self.rest_written()
    }

    /// A line of text; JSON says it in another way, or not at all.
    pub(crate) fn line(&mut self, text: impl Display) -> Result<(), Stop> {
        if self.is_text() {
            write!(self.buffer, "{text}{}", self.layout.separator).expect("memory takes all that is written");
            return self.written();
        }
        Ok(())
    }

    /// An item of the array; text says it in another way.
    pub(crate) fn item(&mut self, item: &impl Serialize) -> Result<(), Stop> {
        match self.layout.format {
            Format::Text => Ok(()),
            Format::Json => {
                self.begin_member();
                self.indented(item);
                self.written()
            }
            Format::JsonLines => {
                serde_json::to_writer(&mut self.buffer, item).expect(SERIALISES);
                self.buffer.push(b'\n');
                self.written()
            }
        }
    }

    /// A key of the object with its value; text says it in another way. Keys must differ.
    pub(crate) fn entry(&mut self, key: &str, value: &impl Serialize) -> Result<(), Stop> {
        match self.layout.format {
            Format::Text => Ok(()),
            Format::Json => {
                self.begin_member();
                serde_json::to_writer(&mut self.buffer, key).expect(SERIALISES);
                self.buffer.extend_from_slice(b": ");
                self.indented(value);
                self.written()
            }
            Format::JsonLines => self.item(&std::collections::BTreeMap::from([(key, value)])),
        }
    }

    /// Ends the document and hands over everything.
    pub(crate) fn finish(mut self) -> Result<(), Stop> {
        if self.layout.format == Format::Json {
            let (open, close) = self.brackets();
            self.buffer.extend_from_slice(if self.has_rows { b"\n" } else { open });
            self.buffer.extend_from_slice(close);
            self.buffer.push(b'\n');
        }
        self.flush()?;
        self.sink.finish()
    }

    fn brackets(&self) -> (&'static [u8], &'static [u8]) {
        match self.layout.shape {
            Shape::Array => (b"[", b"]"),
            Shape::Object => (b"{", b"}"),
        }
    }

    /// What stands between the last member of the document, or its beginning, and the next member.
    fn begin_member(&mut self) {
        let before = if self.has_rows { b"," } else { self.brackets().0 };
        self.buffer.extend_from_slice(before);
        self.buffer.extend_from_slice(b"\n    ");
    }

    /// A value one level below the document. Strings of JSON have no line ends, so each one is the layout's.
    fn indented(&mut self, value: &impl Serialize) {
        let text = crate::json::pretty(value);
        let mut lines = text.split_inclusive('\n');
        self.buffer.extend_from_slice(lines.next().unwrap_or_default().as_bytes());
        for line in lines {
            self.buffer.extend_from_slice(b"    ");
            self.buffer.extend_from_slice(line.as_bytes());
        }
    }

    /// An address as it is displayed, and the separator: there may be very many.
    fn push_address(&mut self, address: &Address) {
        let dir = if address.dir().is_empty() { "//" } else { address.dir() };
        for part in [dir, ":", address.name(), &self.layout.separator] {
            self.buffer.extend_from_slice(part.as_bytes());
        }
    }

    /// After each row: hands a portion over when it is large or old enough.
    fn written(&mut self) -> Result<(), Stop> {
        self.has_rows = true;
        if self.cancel.is_cancelled() {
            return Err(TaskError::cancelled().into());
        }
        let waiting_since = *self.waiting_since.get_or_insert_with(Instant::now);
        if self.buffer.len() >= PORTION || waiting_since.elapsed() >= PATIENCE { self.flush() } else { Ok(()) }
    }

    /// After one of many rows that come at once: hands a portion over when it is large enough.
    fn portion_written(&mut self) -> Result<(), Stop> {
        if self.buffer.len() < PORTION { Ok(()) } else { self.written() }
    }

    /// After many rows that came at once: some of them may be waiting.
    fn rest_written(&mut self) -> Result<(), Stop> {
        if self.buffer.is_empty() { Ok(()) } else { self.written() }
    }

    fn flush(&mut self) -> Result<(), Stop> {
        self.waiting_since = None;
        let written = self.sink.write(&self.buffer);
        self.buffer.clear();
        written
    }
}

/// What goals print are texts, numbers, lists and maps with texts as keys.
const SERIALISES: &str = "documents of texts and numbers are serialised into memory";

/// A separator as it is typed on a command line: `\n`, `\t`, `\r`, `\0` and `\\` stand for what they stand for elsewhere.
pub(crate) fn unescape(typed: &str) -> String {
    let mut text = String::new();
    let mut chars = typed.chars();
    while let Some(char) = chars.next() {
        let escaped = if char == '\\' { chars.clone().next() } else { None };
        let meant = match escaped {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('0') => '\0',
            Some('\\') => '\\',
            // Whatever else stands behind a backslash is left as it is, and so is the backslash.
            _ => {
                text.push(char);
                continue;
            }
        };
        text.push(meant);
        chars.next();
    }
    text
}

#[cfg(test)]
pub(crate) mod tests;
