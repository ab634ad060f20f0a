//! The text of a BUILD file, and how places in it are shown.
//!
//! Diagnostics say `file:line:column` and show the line; both are made here and nowhere else.

use crate::stamps::Stamp;
use crate::syntax::Span;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use pants_model::{Diagnostic, Location, Severity};
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

/// Longer than nearly all BUILD files.
const USUAL_LENGTH: usize = 2 << 10;
/// The longest line that is shown as it is, in bytes.
const LONGEST_LINE: usize = 400;

/// The text of one file with its lines.
#[derive(Debug)]
pub(crate) struct Source {
    /// Relative to the build root.
    pub path: Arc<str>,
    pub text: String,
    /// Where its spans start.
    start: u32,
    /// Where each line starts.
    lines: Vec<u32>,
    /// Whether each byte is a character: then columns need no counting, of which a line of a megabyte would need a lot.
    is_ascii: bool,
}

impl Source {
    /// A source whose spans start at 0.
    pub(crate) fn new(path: Arc<str>, text: String) -> Self {
        Self::starting_at(0, path, text)
    }

    /// A source whose spans start here.
    pub(crate) fn starting_at(start: u32, path: Arc<str>, text: String) -> Self {
        let mut lines = vec![0];
        let bytes = text.as_bytes();
        // A carriage return alone ends a line, too, as it did for Python.
        let ends = |at: &usize| bytes[*at] == b'\n' || (bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        lines.extend((0..bytes.len()).filter(ends).map(|at| at as u32 + 1));
        let is_ascii = text.is_ascii();
        Self { path, text, start, lines, is_ascii }
    }

    /// Where its spans start.
    pub(crate) fn start(&self) -> u32 {
        self.start
    }

    /// The place where a span starts.
    pub(crate) fn location(&self, span: Span) -> Location {
        let start = self.char_boundary(span.start);
        let line = self.lines.partition_point(|line| *line as usize <= start) - 1;
        let before = &self.text[self.lines[line] as usize..start];
        let column = if self.is_ascii { before.len() } else { before.chars().count() };
        Location { file: self.path.clone(), line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// An error at a span, with the line shown.
    pub(crate) fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.diagnostic(Severity::Error, span, message.into())
    }

    /// A warning at a span, with the line shown.
    pub(crate) fn warning(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.diagnostic(Severity::Warning, span, message.into())
    }

    fn diagnostic(&self, severity: Severity, span: Span, message: String) -> Diagnostic {
        let location = Some(self.location(span));
        Diagnostic { severity, location, message, excerpt: self.excerpt(span), hints: Vec::new() }
    }

    /// The byte at a place, if the text has it.
    pub(crate) fn offset(&self, location: &Location) -> Option<u32> {
        let line = (location.line as usize).checked_sub(1)?;
        let start = *self.lines.get(line)? as usize;
        let column = (location.column as usize).checked_sub(1)?;
        let (at, _) = self.text[start..].char_indices().nth(column)?;
        Some(self.start + (start + at) as u32)
    }

    /// The line of a span's start with the part of the span on it underlined.
    fn excerpt(&self, span: Span) -> Option<String> {
        let start = self.char_boundary(span.start);
        let line = self.lines.partition_point(|line| *line as usize <= start) - 1;
        let line_start = self.lines[line] as usize;
        let line_end = self.lines.get(line + 1).map_or(self.text.len(), |next| *next as usize);
        let text = self.text[line_start..line_end].trim_end_matches(['\n', '\r']);
        if text.trim().is_empty() {
            return None;
        }
        let from = (start - line_start).min(text.len());
        let end = self.char_boundary(span.end.max(span.start)).saturating_sub(line_start);
        let to = end.clamp(from, text.len());
        let (text, from, to) = cut(text, from, to);
        let snippet = Snippet::source(text).line_start(line + 1).annotation(AnnotationKind::Primary.span(from..to));
        Some(Renderer::plain().render(&[Group::with_level(Level::ERROR).element(snippet)]))
    }

    /// The place in the text of an offset of a span.
    fn char_boundary(&self, offset: u32) -> usize {
        char_boundary(&self.text, offset.saturating_sub(self.start) as usize)
    }
}

/// Where the character starts that a byte is in.
fn char_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Of a line that nobody can read whole, the part around a place in it.
fn cut(line: &str, from: usize, to: usize) -> (&str, usize, usize) {
    if line.len() <= LONGEST_LINE {
        return (line, from, to);
    }
    let start = char_boundary(line, from.saturating_sub(LONGEST_LINE / 4));
    let end = char_boundary(line, start + LONGEST_LINE);
    (&line[start..end], from - start, to.min(end) - start)
}

/// Reads the text of a BUILD file or of one that all of them see; says what is wrong with it as a whole.
pub(crate) fn read_source(root: &Path, path: &str, longest: usize) -> Result<String, String> {
    let file = fs::File::open(root.join(path)).map_err(|error| unreadable(&error))?;
    text_of(file, longest)
}

/// The same with the stamp that the file had before it was read; none where it cannot be opened.
pub(crate) fn read_stamped_source(root: &Path, path: &str, longest: usize) -> (Option<Stamp>, Result<String, String>) {
    match fs::File::open(root.join(path)) {
        Ok(file) => (Stamp::of(&file), text_of(file, longest)),
        Err(error) => (None, Err(unreadable(&error))),
    }
}

fn unreadable(error: &io::Error) -> String {
    format!("this file cannot be read: {error}")
}

fn text_of(file: fs::File, longest: usize) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(USUAL_LENGTH);
    // One byte more than it may have tells that it has more. Thousands are read, so nobody asks for the length first.
    let read = file.take((longest as u64).saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(&error))?;
    if bytes.len() > longest {
        return Err(format!("this file is longer than {longest} bytes"));
    }
    String::from_utf8(bytes).or_else(|error| {
        if is_declared_latin1(error.as_bytes()) {
            // Every byte is the character of the same number.
            return Ok(error.as_bytes().iter().map(|byte| char::from(*byte)).collect());
        }
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Err(format!("line {} is not UTF-8 text", line + 1))
    })
}

/// Whether one of the first two lines says, as Python has it, that the file is in Latin-1: `# -*- coding: latin-1 -*-`.
fn is_declared_latin1(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'\n').take(2).any(|line| {
        let line = String::from_utf8_lossy(line).to_lowercase().replace('_', "-");
        let Some((_, name)) = line.split_once("coding").filter(|_| line.trim_start().starts_with('#')) else {
            return false;
        };
        let name = name.trim_start_matches([':', '=', ' ', '\t']);
        ["latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1"].iter().any(|known| name.starts_with(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, start: u32, end: u32, expect: Expect) {
        let source = Source::new("a/BUILD".into(), text.to_owned());
        expect.assert_eq(&source.error(Span { start, end }, "it is wrong").to_string());
        let location = source.location(Span { start, end });
        assert_eq!(source.offset(&location), Some(start));
    }

    #[test]
    fn a_place_is_shown_with_its_line() {
        check(
            "a = 1\nbb = ü + c\n",
            14,
            15,
            expect![[r#"
            a/BUILD:2:8: it is wrong
              |
            2 | bb = ü + c
              |        ^"#]],
        );
    }

    #[test]
    fn a_file_may_say_that_it_is_latin1() {
        let dir = tempfile::tempdir().expect("tests can write to the temporary directory");
        let read = |bytes: &[u8]| {
            fs::write(dir.path().join("BUILD"), bytes).expect("the directory is ours");
            read_source(dir.path(), "BUILD", 100)
        };
        assert_eq!(
            read(b"#!x\n# -*- coding: ISO_8859-1 -*-\nx = '\xfc'"),
            Ok("#!x\n# -*- coding: ISO_8859-1 -*-\nx = 'ü'".to_owned())
        );
        assert_eq!(read(b"# coding=utf-8\nx = '\xfc'"), Err("line 2 is not UTF-8 text".to_owned()));
        assert_eq!(read(b"x = 'coding: latin-1'\n'\xfc'"), Err("line 2 is not UTF-8 text".to_owned()));
    }

    #[test]
    fn of_a_long_line_a_part_is_shown() {
        let source =
            Source::new("a/BUILD".into(), format!("x = ['{}ü', wrong, '{}']", "a".repeat(1_000), "b".repeat(5_000)));
        let start = source.text.find("wrong").expect("it is there") as u32;
        let shown = source.error(Span { start, end: start + 5 }, "it is wrong").to_string();
        let shorter = shown.replace(&"a".repeat(90), "[90 a]").replace(&"b".repeat(290), "[290 b]");
        expect![[r#"
            a/BUILD:1:1011: it is wrong
              |
            1 | [90 a]aaaaaü', wrong, 'bbbbbbbbbbbbbbbbbbbbbbbbbb...
              |                                                                                                    ^^^^^"#]].assert_eq(&shorter);
    }

    #[test]
    fn lines_end_as_they_did_for_python() {
        check(
            "a = 1\rb = 2\r\nc = d\r",
            17,
            18,
            expect![[r#"
                a/BUILD:3:5: it is wrong
                  |
                3 | c = d
                  |     ^"#]],
        );
    }

    #[test]
    fn a_span_of_several_lines_shows_the_first() {
        check(
            "target(\n  name = 'x',\n)\n",
            0,
            23,
            expect![[r#"
            a/BUILD:1:1: it is wrong
              |
            1 | target(
              | ^^^^^^^"#]],
        );
    }
}
