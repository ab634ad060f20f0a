//! Patterns of file names: `*`, `?`, `[..]` inside a part of a path, `**` for any number of parts.
//!
//! Matching is linear in pattern times path, whatever the pattern: of several stars only the last one is tried again.

/// A pattern, cut into the parts of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Exactly this name.
    Name(Box<str>),
    /// Names that match.
    Wild(Box<str>),
    /// `**`: any number of directories.
    Deep,
}

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    #[error("it is empty")]
    Empty,
    #[error("it is absolute, and sources stand beside or below their BUILD file")]
    Absolute,
    #[error("it leads up with `..`, and sources stand beside or below their BUILD file")]
    Escapes,
}

/// Whether a text is a pattern rather than a name.
pub(crate) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, PatternError> {
        if text.starts_with('/') {
            return Err(PatternError::Absolute);
        }
        let mut parts = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => return Err(PatternError::Escapes),
                "**" if parts.last() == Some(&Part::Deep) => {}
                "**" => parts.push(Part::Deep),
                part if has_wildcard(part) => parts.push(Part::Wild(part.into())),
                part => parts.push(Part::Name(part.into())),
            }
        }
        match parts.last() {
            None => return Err(PatternError::Empty),
            Some(Part::Deep) => parts.push(Part::Wild("*".into())),
            Some(_) => {}
        }
        Ok(Self { parts })
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether a path matches; both are relative to the same directory.
    pub(crate) fn matches(&self, path: &str) -> bool {
        parts_match(&self.parts, path)
    }
}

/// Whether a path matches the parts of a pattern.
pub(crate) fn parts_match(parts: &[Part], path: &str) -> bool {
    let (mut part, mut rest) = (0, Some(path));
    // Where to go on when what follows the last `**` does not match here.
    let mut retry: Option<(usize, &str)> = None;
    loop {
        let matched = match (parts.get(part), rest) {
            (None, None) => return true,
            (Some(Part::Deep), Some(path)) => {
                part += 1;
                retry = Some((part, path));
                continue;
            }
            (Some(part), Some(path)) => part.matches(first_name(path)),
            (Some(_), None) => return false,
            (None, Some(_)) => false,
        };
        if matched {
            part += 1;
            rest = rest.and_then(after_first_name);
            continue;
        }
        let Some((deep_part, deep_path)) = retry else { return false };
        let Some(shorter) = after_first_name(deep_path) else { return false };
        retry = Some((deep_part, shorter));
        part = deep_part;
        rest = Some(shorter);
    }
}

impl Part {
    /// Whether a name matches; `Deep` matches every name.
    pub(crate) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Name(own) => **own == *name,
            Self::Wild(pattern) => name_matches(pattern, name),
            Self::Deep => true,
        }
    }
}

fn first_name(path: &str) -> &str {
    path.split_once('/').map_or(path, |(first, _)| first)
}

fn after_first_name(path: &str) -> Option<&str> {
    path.split_once('/').map(|(_, rest)| rest)
}

/// Whether a name matches a pattern of `*`, `?` and `[..]`.
fn name_matches(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern, name);
    let mut retry: Option<(&str, &str)> = None;
    loop {
        if let Some(rest) = pattern.strip_prefix('*') {
            pattern = rest;
            retry = Some((rest, name));
            continue;
        }
        match name.chars().next() {
            None if pattern.is_empty() => return true,
            None => return false,
            Some(char) => {
                if let Some(rest) = match_char(pattern, char) {
                    pattern = rest;
                    name = &name[char.len_utf8()..];
                    continue;
                }
            }
        }
        let Some((star_pattern, star_name)) = retry else { return false };
        let mut chars = star_name.chars();
        if chars.next().is_none() {
            return false;
        }
        retry = Some((star_pattern, chars.as_str()));
        pattern = star_pattern;
        name = chars.as_str();
    }
}

/// Matches one character with the start of a pattern, and gives the rest of the pattern.
fn match_char(pattern: &str, char: char) -> Option<&str> {
    let mut chars = pattern.chars();
    match chars.next()? {
        '?' => Some(chars.as_str()),
        '[' => match match_class(chars.as_str(), char) {
            Some((true, rest)) => Some(rest),
            Some((false, _)) => None,
            // Without its end, a bracket is a bracket.
            None => (char == '[').then_some(chars.as_str()),
        },
        other => (other == char).then_some(chars.as_str()),
    }
}

/// Whether a character is in the class that starts after `[`, and what follows the class.
fn match_class(class: &str, char: char) -> Option<(bool, &str)> {
    let (is_negated, class) = match class.strip_prefix(['!', '^']) {
        Some(rest) => (true, rest),
        None => (false, class),
    };
    // A `]` that comes first is a member.
    let end = class.char_indices().skip(1).find(|(_, char)| *char == ']')?.0;
    let members: Vec<char> = class[..end].chars().collect();
    let mut is_member = false;
    let mut at = 0;
    while at < members.len() {
        let range_end = members.get(at + 2).filter(|_| members[at + 1] == '-');
        match range_end {
            Some(last) => {
                is_member |= (members[at]..=*last).contains(&char);
                at += 3;
            }
            None => {
                is_member |= members[at] == char;
                at += 1;
            }
        }
    }
    Some((is_member != is_negated, &class[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let parsed = Pattern::parse(pattern).expect("the pattern is one");
        for path in matching {
            assert!(parsed.matches(path), "`{pattern}` should match `{path}`");
        }
        for path in others {
            assert!(!parsed.matches(path), "`{pattern}` should not match `{path}`");
        }
    }

    #[test]
    fn stars_stay_inside_a_name() {
        check("*.java", &["A.java", ".java"], &["a/A.java", "A.jav", "A.javac"]);
        check("a*b*c", &["abc", "aXbXc", "abcbc"], &["ab", "a/b/c"]);
        check("?.py", &["a.py", "ü.py"], &["ab.py", ".py"]);
        check("./a/*", &["a/x"], &["a", "a/x/y"]);
    }

    #[test]
    fn classes_have_ranges_and_negation() {
        check("[a-c].x", &["a.x", "c.x"], &["d.x", ".x"]);
        check("[!a-c].x", &["d.x"], &["a.x"]);
        check("[]].x", &["].x"], &["[.x"]);
        check("[a", &["[a"], &["a"]);
    }

    #[test]
    fn two_stars_are_any_number_of_directories() {
        check("**/*.py", &["a.py", "a/b.py", "a/b/c.py"], &["a.pyc", "a/b"]);
        check("a/**", &["a/b", "a/b/c"], &["a", "b/a/c"]);
        check("**/a/**/b", &["a/b", "x/a/y/z/b", "a/a/b/b"], &["b/a", "a/x"]);
        check("a/**/**/b", &["a/b", "a/c/d/b"], &["b"]);
    }

    #[test]
    fn a_hostile_pattern_is_not_slow() {
        let text = "a".repeat(5_000);
        check(&format!("{}b", "*a".repeat(50)), &[], &[&text]);
        check(&format!("{}b", "**/a/".repeat(50)), &[], &[&"a/".repeat(2_000)]);
    }

    #[test]
    fn what_leads_elsewhere_is_no_pattern() {
        assert_eq!(Pattern::parse("../a"), Err(PatternError::Escapes));
        assert_eq!(Pattern::parse("a/../../b"), Err(PatternError::Escapes));
        assert_eq!(Pattern::parse("/a"), Err(PatternError::Absolute));
        assert_eq!(Pattern::parse("./"), Err(PatternError::Empty));
    }
}
