//! The lines of one file: blank, comment or code.
//!
//! A line with any code on it is code. Comment marks inside of texts are no comments; a text of several lines that
//! stands alone, as documentation does in Python, is one.

use super::languages::Language;
use serde::Serialize;
use std::ops::{Add, AddAssign};

/// How many lines of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Lines {
    pub(super) blank: u64,
    pub(super) comment: u64,
    pub(super) code: u64,
}

impl Add for Lines {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { blank: self.blank + other.blank, comment: self.comment + other.comment, code: self.code + other.code }
    }
}

impl AddAssign for Lines {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// What a line begins in.
#[derive(Clone, Copy)]
enum Inside {
    Nothing,
    /// A comment, or documentation, until this.
    Comment(&'static str),
    /// A text until this.
    Text(&'static str),
}

/// Counts the lines of a file.
pub(super) fn count_lines(language: &Language, text: &[u8]) -> Lines {
    let mut lines = Lines::default();
    let mut inside = Inside::Nothing;
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    if text.is_empty() {
        return lines;
    }
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if line.is_empty() {
            lines.blank += 1;
            continue;
        }
        match scan(language, line, &mut inside) {
            Kind::Code => lines.code += 1,
            Kind::Comment => lines.comment += 1,
        }
    }
    lines
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
}

/// What a line is that is not blank; `inside` is what the next one begins in.
fn scan(language: &Language, line: &[u8], inside: &mut Inside) -> Kind {
    let mut kind = Kind::Comment;
    let mut rest = line;
    while !rest.is_empty() {
        match *inside {
            Inside::Comment(end) => rest = leave(rest, end, inside),
            Inside::Text(end) => {
                kind = Kind::Code;
                rest = leave(rest, end, inside);
            }
            Inside::Nothing => {
                if let Some((begin, end)) = language.block.iter().find(|(begin, _)| rest.starts_with(begin.as_bytes()))
                {
                    *inside = Inside::Comment(end);
                    rest = &rest[begin.len()..];
                } else if language.line.iter().any(|begin| rest.starts_with(begin.as_bytes())) {
                    return kind;
                } else if let Some(mark) = language.long_text.iter().find(|mark| rest.starts_with(mark.as_bytes())) {
                    kind = Kind::Code;
                    *inside = Inside::Text(mark);
                    rest = &rest[mark.len()..];
                } else if let Some(mark) = language.documentation.iter().find(|mark| rest.starts_with(mark.as_bytes()))
                {
                    *inside = if kind == Kind::Comment { Inside::Comment(mark) } else { Inside::Text(mark) };
                    rest = &rest[mark.len()..];
                } else {
                    if !rest[0].is_ascii_whitespace() {
                        kind = Kind::Code;
                    }
                    rest = if language.quotes.contains(&rest[0]) { after_text(rest) } else { &rest[1..] };
                }
            }
        }
    }
    kind
}

/// What stands after the end of what a line is inside of.
fn leave<'l>(rest: &'l [u8], end: &str, inside: &mut Inside) -> &'l [u8] {
    match rest.windows(end.len()).position(|window| window == end.as_bytes()) {
        Some(at) => {
            *inside = Inside::Nothing;
            &rest[at + end.len()..]
        }
        None => &[],
    }
}

/// What stands after a text that begins here; one that does not end with the line was none, as an apostrophe is.
fn after_text(rest: &[u8]) -> &[u8] {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == rest[0] => return &rest[at + 1..],
            _ => at += 1,
        }
    }
    &rest[1..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goals::cloc::language_of;
    use std::path::Path;

    fn check(file: &str, text: &str, blank: u64, comment: u64, code: u64) {
        let language = language_of(Path::new(file)).expect("a known language");
        assert_eq!(count_lines(language, text.as_bytes()), Lines { blank, comment, code }, "{text}");
    }

    #[test]
    fn a_line_with_code_is_code() {
        check("A.java", "// a\n\nclass A { // b\n  /* c\n\n  d */ int x;\n}\n", 2, 2, 3);
        check("A.java", "/** a */\n/* b */ int x;", 0, 1, 1);
        check("A.java", "", 0, 0, 0);
        check("A.java", "\r\n\t\n", 2, 0, 0);
    }

    #[test]
    fn a_mark_inside_of_a_text_is_no_comment() {
        check("A.java", "x = \"/*\";\ny = '\\'' + \"\\\"//\";\n", 0, 0, 2);
        check("a.rs", "fn f<'a>() {} // it's\n// 'x\n", 0, 1, 1);
    }

    #[test]
    fn documentation_of_python_is_comment_and_a_long_text_is_code() {
        check("a.py", "\"\"\"Doc.\n\nMore.\n\"\"\"\n# c\nx = '''\n# no comment\n'''\n", 1, 4, 3);
    }
}
