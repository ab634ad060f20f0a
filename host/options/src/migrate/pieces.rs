//! A list or dict as it is laid out: its elements, the comments between them, and where lines end.
//!
//! Takes for granted that the text is a literal; what is none becomes pieces of no use, and no panic.

/// What stands in a list or dict, in order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece<'a> {
    /// An item of a list, or an entry of a dict.
    Element {
        /// The key of an entry.
        key: Option<&'a str>,
        /// The item, or the value of the entry.
        value: &'a str,
    },
    /// A comment, with its mark.
    Comment(&'a str),
    /// The end of a line.
    Break,
}

/// The pieces of a text that is one list or dict.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let inner = text.trim();
    let start = inner.chars().next().map_or(0, char::len_utf8);
    let end = inner.char_indices().next_back().map_or(0, |(last, _)| last).max(start);
    let mut found = Vec::new();
    let mut element = Element::default();
    for (token, word) in tokens(&inner[start..end]) {
        match token {
            Token::Word if word == "," => found.extend(element.take()),
            Token::Word if word == ":" && element.key.is_none() => element.end_key(),
            Token::Word | Token::Group => element.push(&inner[start..end], word),
            Token::Comment => element.behind.push(Piece::Comment(word)),
            Token::Break => element.behind.push(Piece::Break),
        }
        if element.value.is_none() && element.key.is_none() {
            found.append(&mut element.behind);
        }
    }
    found.extend(element.take());
    found
}

/// The lists and dicts of a text with their edit: `+[..], -[..]` or one without a sign.
pub(super) fn edits(text: &str) -> Vec<(Option<char>, &str)> {
    let (mut found, mut sign) = (Vec::new(), None);
    for (token, word) in tokens(text) {
        match token {
            Token::Group => found.push((sign.take(), word)),
            Token::Word => sign = word.chars().next().filter(|char| matches!(char, '+' | '-')),
            Token::Comment | Token::Break => {}
        }
    }
    found
}

/// The comments in a text, in order.
pub(super) fn comments(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (token, word) in tokens(text) {
        match token {
            Token::Comment => found.push(word),
            Token::Group => found.extend(comments(inside(word))),
            Token::Word | Token::Break => {}
        }
    }
    found
}

/// A group without its brackets.
fn inside(group: &str) -> &str {
    let group = group.strip_prefix(['[', '{', '(']).unwrap_or(group);
    group.strip_suffix([']', '}', ')']).unwrap_or(group)
}

/// An element that is being read.
#[derive(Default)]
struct Element<'a> {
    key: Option<&'a str>,
    value: Option<&'a str>,
    /// What stands between its parts, or behind it and before its comma.
    behind: Vec<Piece<'a>>,
}

impl<'a> Element<'a> {
    /// Makes the value longer: adjacent strings are one.
    fn push(&mut self, whole: &'a str, word: &'a str) {
        self.value = Some(self.value.map_or(word, |value| joined(whole, value, word)));
    }

    fn end_key(&mut self) {
        self.key = self.value.take();
    }

    /// The element with what belongs to it.
    fn take(&mut self) -> Vec<Piece<'a>> {
        let this = std::mem::take(self);
        let element = this.value.map(|value| Piece::Element { key: this.key, value });
        element.into_iter().chain(this.behind).collect()
    }
}

/// The part of a text from the begin of one of its parts to the end of a later one.
fn joined<'a>(whole: &'a str, first: &'a str, last: &'a str) -> &'a str {
    let offset = |part: &str| part.as_ptr() as usize - whole.as_ptr() as usize;
    whole.get(offset(first)..offset(last) + last.len()).unwrap_or(first)
}

#[derive(Clone, Copy, PartialEq)]
enum Token {
    /// A string, number, name or sign.
    Word,
    /// All from an opening bracket to the one that closes it.
    Group,
    Comment,
    Break,
}

/// What a text consists of, spaces left out.
fn tokens(text: &str) -> Vec<(Token, &str)> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(char) = rest.chars().next() {
        let (token, length) = match char {
            '\n' => (Some(Token::Break), 1),
            char if char.is_whitespace() => (None, char.len_utf8()),
            '#' => (Some(Token::Comment), rest.find('\n').unwrap_or(rest.len())),
            '[' | '{' | '(' => (Some(Token::Group), group_length(rest)),
            '\'' | '"' => (Some(Token::Word), string_length(rest)),
            ',' | ':' | '+' | '-' => (Some(Token::Word), 1),
            _ => (Some(Token::Word), word_length(rest)),
        };
        if let Some(token) = token {
            found.push((token, rest[..length].trim_end_matches('\r')));
        }
        rest = &rest[length..];
    }
    found
}

fn group_length(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(char) = text[at..].chars().next() {
        at += match char {
            '\'' | '"' => string_length(&text[at..]),
            '#' => text[at..].find('\n').unwrap_or(text.len() - at),
            other => other.len_utf8(),
        };
        match char {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string_length(text: &str) -> usize {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let close = if text.starts_with(&triple) { triple.as_str() } else { quote };
    let mut at = close.len();
    while let Some(char) = text[at..].chars().next() {
        if text[at..].starts_with(close) {
            return at + close.len();
        }
        at += char.len_utf8();
        if char == '\\' {
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    text.len()
}

/// A name or number; the letter before a string (`u''`) is one, too, and belongs to it.
fn word_length(text: &str) -> usize {
    let is_end = |char: char| char.is_whitespace() || "[]{}(),:#'\"".contains(char);
    let first = text.chars().next().map_or(0, char::len_utf8);
    text[first..].find(is_end).map_or(text.len(), |end| first + end)
}
