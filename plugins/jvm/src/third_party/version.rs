//! Which of two versions is newer: numbers as numbers, and `1.0-rc1` before `1.0`.

use std::cmp::Ordering;

/// Compares two versions part by part.
pub(crate) fn compare(first: &str, second: &str) -> Ordering {
    let (first, second) = (parts(first), parts(second));
    let length = first.len().max(second.len());
    let pairs = (0..length).map(|at| compare_parts(first.get(at), second.get(at)));
    pairs.fold(Ordering::Equal, Ordering::then)
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Number(u64),
    Word(String),
}

/// The numbers and words of a version.
fn parts(version: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for piece in version.split(['.', '-', '_', '+']).filter(|piece| !piece.is_empty()) {
        let mut rest = piece;
        while let Some(first) = rest.chars().next() {
            let is_digit = first.is_ascii_digit();
            let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            parts.push(match part.parse() {
                Ok(number) => Part::Number(number),
                Err(_) => Part::Word(part.to_lowercase()),
            });
            rest = after;
        }
    }
    parts
}

/// A word stands for something before the version (`rc`), so it is less than nothing, and a number is more.
fn compare_parts(first: Option<&Part>, second: Option<&Part>) -> Ordering {
    match (first, second) {
        (Some(Part::Number(first)), Some(Part::Number(second))) => first.cmp(second),
        (Some(Part::Word(first)), Some(Part::Word(second))) => first.cmp(second),
        (first, second) => rank(first).cmp(&rank(second)),
    }
}

fn rank(part: Option<&Part>) -> u8 {
    match part {
        Some(Part::Word(_)) => 0,
        None | Some(Part::Number(0)) => 1,
        Some(Part::Number(_)) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_versions_are_greater() {
        let check = |older: &str, newer: &str| {
            assert_eq!(compare(older, newer), Ordering::Less, "{older} {newer}");
            assert_eq!(compare(newer, older), Ordering::Greater, "{newer} {older}");
        };
        check("1.9", "1.10");
        check("1.0", "1.0.1");
        check("1.0-rc1", "1.0");
        check("1.0-rc1", "1.0-rc2");
        check("1.0-SNAPSHOT", "1.0");
        check("2.0-beta", "2.0-rc");
        check("9", "10.0-alpha");
        assert_eq!(compare("1.0", "1.0.0"), Ordering::Equal);
        assert_eq!(compare("1_2", "1.2"), Ordering::Equal);
    }
}
