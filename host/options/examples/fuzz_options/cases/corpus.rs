//! The cases worth changing, and how they are changed: bytes, words, lines, pieces of another case, long repetitions.
//!
//! There is no coverage on stable Rust. What a case makes the product say (its messages, the options that are set and the
//! kinds of their values) serves instead: one that shows something new is kept.

use super::seeds::{seeds, tokens};
use super::{Random, Subject};
use std::collections::HashSet;

/// As many are kept as a run of some minutes finds.
const MOST: usize = 20_000;
/// What a case is cut to; a few may be longer, because long values have rules of their own.
const LONGEST: usize = 4 << 10;
const LONGEST_OF_ALL: usize = 512 << 10;

/// The cases worth changing.
pub struct Corpus {
    subject: Subject,
    cases: Vec<Vec<u8>>,
    known: HashSet<u64>,
}

impl Corpus {
    /// The seeds that are written for the subject.
    pub fn new(subject: Subject) -> Self {
        let cases = seeds(subject).iter().map(|seed| seed.as_bytes().to_vec()).collect();
        Self { subject, cases, known: HashSet::new() }
    }

    /// A new case.
    pub fn next(&self, random: &mut Random) -> Vec<u8> {
        let mut case = random.pick(&self.cases).clone();
        let other = random.pick(&self.cases);
        for _ in 0..=random.below(6) {
            change(&mut case, other, self.subject, random);
        }
        case.truncate(if random.one_in(200) { LONGEST_OF_ALL } else { LONGEST });
        case
    }

    /// Keeps a case if it showed something new.
    pub fn learn(&mut self, case: Vec<u8>, shown: &[u64]) {
        let known_before = self.known.len();
        self.known.extend(shown);
        if self.known.len() > known_before && self.cases.len() < MOST && case.len() <= LONGEST {
            self.cases.push(case);
        }
    }

    /// How many cases there are to change.
    pub fn len(&self) -> usize {
        self.cases.len()
    }
}

fn change(case: &mut Vec<u8>, other: &[u8], subject: Subject, random: &mut Random) {
    let (start, end) = range(case, random);
    let token = *random.pick(tokens(subject));
    match random.below(10) {
        0 if end > start => case[start] ^= 1 << random.below(8),
        1 => drop(case.drain(start..end)),
        2 | 3 => replace(case, start, start, token.as_bytes()),
        4 => replace(case, start, end, token.as_bytes()),
        5 => {
            let (from, to) = range(other, random);
            replace(case, start, end, &other[from..to]);
        }
        6 => {
            let times = [2, 10, 100, 300, 10_000][random.below(5)].min(LONGEST_OF_ALL / (end - start).max(1));
            let piece = case[start..end].repeat(times);
            replace(case, start, end, &piece);
        }
        7 if random.one_in(4) => {
            let piece = token.repeat([5, 50, 250, 5_000][random.below(4)]);
            replace(case, start, end, piece.as_bytes());
        }
        8 => {
            let mut lines: Vec<&[u8]> = case.split(|byte| *byte == b'\n').collect();
            let (first, second) = (random.below(lines.len()), random.below(lines.len()));
            lines.swap(first, second);
            *case = lines.join(&b'\n');
        }
        _ => {
            let piece = case[start..end].to_vec();
            let at = random.below(case.len() + 1);
            replace(case, at, at, &piece);
        }
    }
}

/// A piece of a case: a word, some bytes, or anything.
fn range(case: &[u8], random: &mut Random) -> (usize, usize) {
    let start = random.below(case.len() + 1);
    match random.below(3) {
        0 => {
            let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            let before = case[..start].iter().rev().take_while(|byte| is_word(byte)).count();
            let after = case[start..].iter().take_while(|byte| is_word(byte)).count();
            (start - before, start + after)
        }
        1 => (start, (start + 1 + random.below(8)).min(case.len())),
        _ => (start, start + random.below(case.len() - start + 1)),
    }
}

fn replace(case: &mut Vec<u8>, start: usize, end: usize, piece: &[u8]) {
    if case.len() + piece.len() <= 2 * LONGEST_OF_ALL {
        case.splice(start..end, piece.iter().copied());
    }
}
