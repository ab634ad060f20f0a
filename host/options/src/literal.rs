//! Python literals: how lists and dicts are written in flags, variables and quoted config values.
//!
//! Lists, tuples and sets, dicts, strings with their escapes, numbers, `True`, `False`, `None` (and the lower-case words
//! of JSON). Comments and line breaks are allowed anywhere. Nothing is evaluated.

use pants_model::Value;
use thiserror::Error;

/// How deep lists and dicts may nest.
const MAX_DEPTH: usize = 100;

/// Why a text is not a literal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason} at character {position}")]
pub struct LiteralError {
    /// The character where reading stopped, from 1.
    pub position: usize,
    /// What is wrong there.
    pub reason: String,
}

/// Parses a text that is one literal.
pub fn parse_literal(text: &str) -> Result<Value, LiteralError> {
    let mut reader = Reader::new(text);
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

/// Writes a value as the literal that parses to it.
pub fn render_literal(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(render_literal).collect::<Vec<_>>().join(", ");
    match value {
        Value::None | Value::Object(_) | Value::Globs(_) => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Str(text) => quote(text),
        Value::Bytes(bytes) => quote(&String::from_utf8_lossy(bytes)),
        Value::List(items) => format!("[{}]", list(items)),
        Value::Dict(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", render_literal(key), render_literal(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn quote(text: &str) -> String {
    let mut quoted = String::from("'");
    for char in text.chars() {
        match char {
            '\'' => quoted.push_str("\\'"),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            char if char.is_control() => quoted.push_str(&format!("\\U{:08x}", u32::from(char))),
            char => quoted.push(char),
        }
    }
    quoted.push('\'');
    quoted
}

/// The text as a message shows it: a value of ten megabytes is not repeated in full.
pub(crate) fn shorten(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

/// Reads literals one after the other from one text.
pub(crate) struct Reader<'a> {
    text: &'a str,
    offset: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, offset: 0, depth: 0 }
    }

    /// The next character that is no space, line break or comment.
    pub(crate) fn peek(&mut self) -> Option<char> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.offset += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return trimmed.chars().next();
            }
            self.offset += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    /// Passes over a character, when it is next.
    pub(crate) fn accept(&mut self, wanted: char) -> bool {
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.offset += wanted.len_utf8();
        }
        is_next
    }

    /// Nothing but space may follow.
    pub(crate) fn end(&mut self) -> Result<(), LiteralError> {
        match self.peek() {
            None => Ok(()),
            Some(char) => Err(self.fail(format!("unexpected `{char}`"))),
        }
    }

    pub(crate) fn fail(&self, reason: impl Into<String>) -> LiteralError {
        LiteralError { position: self.text[..self.offset].chars().count() + 1, reason: reason.into() }
    }

    /// The next literal.
    pub(crate) fn value(&mut self) -> Result<Value, LiteralError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fail("too deeply nested"));
        }
        let value = match self.peek() {
            None => Err(self.fail("a value is missing")),
            Some('[') => self.items(']').map(|(items, _)| Value::List(items)),
            Some('(') => self.parenthesis(),
            Some('{') => self.braces(),
            Some('\'' | '"') => self.strings(),
            Some(char) if char.is_ascii_digit() || matches!(char, '-' | '+' | '.') => self.number(),
            Some(char) if char.is_alphabetic() || char == '_' => self.word(),
            Some(char) => Err(self.fail(format!("unexpected `{char}`"))),
        };
        self.depth -= 1;
        value
    }

    fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }

    /// Items up to the closing bracket, and whether a comma stood among them; the opening one is next.
    fn items(&mut self, close: char) -> Result<(Vec<Value>, bool), LiteralError> {
        self.offset += 1;
        let (mut items, mut has_comma) = (Vec::new(), false);
        while !self.accept(close) {
            items.push(self.value()?);
            if self.accept(',') {
                has_comma = true;
            } else if self.peek() != Some(close) {
                return Err(self.fail(format!("`,` or `{close}` is missing")));
            }
        }
        Ok((items, has_comma))
    }

    /// A tuple, or one value in parentheses.
    fn parenthesis(&mut self) -> Result<Value, LiteralError> {
        let (mut items, has_comma) = self.items(')')?;
        match items.pop() {
            Some(only) if items.is_empty() && !has_comma => Ok(only),
            last => {
                items.extend(last);
                Ok(Value::List(items))
            }
        }
    }

    /// A dict, or a set.
    fn braces(&mut self) -> Result<Value, LiteralError> {
        self.offset += 1;
        let (mut entries, mut items) = (Vec::new(), Vec::new());
        while !self.accept('}') {
            let key = self.value()?;
            if items.is_empty() && self.accept(':') {
                entries.push((key, self.value()?));
            } else if entries.is_empty() {
                items.push(key);
            } else {
                return Err(self.fail("`:` is missing"));
            }
            if !self.accept(',') && self.peek() != Some('}') {
                return Err(self.fail("`,` or `}` is missing"));
            }
        }
        Ok(if items.is_empty() { Value::Dict(entries) } else { Value::List(items) })
    }

    /// Strings; adjacent ones are one.
    fn strings(&mut self) -> Result<Value, LiteralError> {
        let mut text = String::new();
        while matches!(self.peek(), Some('\'' | '"')) {
            self.string(&mut text, false)?;
        }
        Ok(Value::Str(text))
    }

    fn string(&mut self, text: &mut String, is_raw: bool) -> Result<(), LiteralError> {
        let start = self.offset;
        let quote = &self.rest()[..1];
        let triple = quote.repeat(3);
        let close = if self.rest().starts_with(&triple) { triple.as_str() } else { quote };
        self.offset += close.len();
        loop {
            let rest = self.rest();
            if rest.starts_with(close) {
                self.offset += close.len();
                return Ok(());
            }
            let Some(char) = rest.chars().next() else {
                self.offset = start;
                return Err(self.fail("a string is not closed"));
            };
            self.offset += char.len_utf8();
            match char {
                '\\' if is_raw => {
                    text.push('\\');
                    if let Some(next) = self.rest().chars().next() {
                        self.offset += next.len_utf8();
                        text.push(next);
                    }
                }
                '\\' => self.escape(text)?,
                char => text.push(char),
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self, text: &mut String) -> Result<(), LiteralError> {
        let Some(char) = self.rest().chars().next() else {
            return Err(self.fail("a string is not closed"));
        };
        self.offset += char.len_utf8();
        let digits = match char {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let code = self.rest().get(..digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let Some(char) = code.and_then(char::from_u32) else {
                return Err(self.fail("this escape is no character"));
            };
            self.offset += digits;
            text.push(char);
            return Ok(());
        }
        match char {
            '\n' => {}
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            '0' => text.push('\0'),
            '\\' | '\'' | '"' => text.push(char),
            other => text.extend(['\\', other]),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, LiteralError> {
        let rest = self.rest();
        let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-' | '+');
        let length = rest.find(|char| !is_part(char)).unwrap_or(rest.len());
        let digits = rest[..length].replace('_', "");
        let value = match digits.parse::<i64>() {
            Ok(number) => Value::Int(number),
            Err(_) => match digits.parse::<f64>() {
                Ok(number) if number.is_finite() => Value::Float(number),
                _ => return Err(self.fail(format!("`{}` is not a number", shorten(&rest[..length])))),
            },
        };
        self.offset += length;
        Ok(value)
    }

    fn word(&mut self) -> Result<Value, LiteralError> {
        let rest = self.rest();
        let length = rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len());
        let word = &rest[..length];
        if matches!(rest[length..].chars().next(), Some('\'' | '"')) && matches!(word, "r" | "u" | "R" | "U") {
            self.offset += length;
            let mut text = String::new();
            self.string(&mut text, matches!(word, "r" | "R"))?;
            return Ok(Value::Str(text));
        }
        let value = match word {
            "True" | "true" => Value::Bool(true),
            "False" | "false" => Value::Bool(false),
            "None" | "null" => Value::None,
            _ => return Err(self.fail(format!("`{}` is not quoted", shorten(word)))),
        };
        self.offset += length;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let got = match parse_literal(text) {
            Ok(value) => render_literal(&value),
            Err(error) => format!("error: {error}"),
        };
        assert_eq!(got, expect, "for {text}");
    }

    #[test]
    fn literals_of_every_kind_parse() {
        check("[]", "[]");
        check("['a', \"b\",]", "['a', 'b']");
        check("('a',)", "['a']");
        check("('a')", "'a'");
        check("{'a', 'b'}", "['a', 'b']");
        check("{'a': [1, -2.5], 'b': {}}", "{'a': [1, -2.5], 'b': {}}");
        check("[True, False, None, true]", "[True, False, None, True]");
        check("'it''s'", "'its'");
        check(r"'a\'b\n\x41\u00e9'", r"'a\'b\nAé'");
        check(r"r'\d+'", r"'\\d+'");
        check("'''two\nlines'''", r"'two\nlines'");
        check("[\n  'a',  # why\n  'b',\n]", "['a', 'b']");
        check("1_000", "1000");
    }

    #[test]
    fn what_is_no_literal_says_where() {
        check("", "error: a value is missing at character 1");
        check("[a, b]", "error: `a` is not quoted at character 2");
        check("['a' 1]", "error: `,` or `]` is missing at character 6");
        check("['a'", "error: `,` or `]` is missing at character 5");
        check("'a", "error: a string is not closed at character 1");
        check("{'a': 1, 'b'}", "error: `:` is missing at character 13");
        check("[1] 2", "error: unexpected `2` at character 5");
        check(r"'\xé9'", "error: this escape is no character at character 4");
        check("1x", "error: `1x` is not a number at character 1");
        check(&"[".repeat(5000), "error: too deeply nested at character 101");
    }
}
