//! The cases worth changing further: seeds, and what showed something that no case before it did.
//!
//! There is no coverage on stable Rust. What a case makes the product say (its messages, the types and kinds of values
//! that come out) serves instead.

use super::grammar::file;
use super::mutate::mutate;
use super::seeds::seeds;
use super::{Random, Subject};
use std::collections::HashSet;

/// As many are kept as a run of some minutes finds; then old ones make room.
const MOST: usize = 20_000;

/// The cases worth changing.
pub struct Corpus {
    subject: Subject,
    cases: Vec<Vec<u8>>,
    known: HashSet<u64>,
    /// How many of `cases` were there at the start.
    seeds: usize,
}

impl Corpus {
    /// The seeds that are written for the subject, and others.
    pub fn new(subject: Subject, others: Vec<Vec<u8>>) -> Self {
        let cases: Vec<Vec<u8>> = seeds(subject).into_iter().map(Vec::from).chain(others).collect();
        Self { subject, seeds: cases.len(), cases, known: HashSet::new() }
    }

    /// A new case.
    pub fn next(&self, random: &mut Random) -> Vec<u8> {
        let is_of_python = matches!(self.subject, Subject::Parser | Subject::Evaluator);
        if is_of_python && random.one_in(4) {
            return file(random).into_bytes();
        }
        // What was found on the way is nearer to something new than a seed.
        let found = self.cases.len() - self.seeds;
        let base = if found > 0 && random.one_in(2) {
            &self.cases[self.seeds + random.below(found)]
        } else {
            random.pick(self.cases.as_slice())
        };
        let other = random.pick(self.cases.as_slice());
        mutate(base, other, self.subject, random)
    }

    /// Keeps a case if it showed something new.
    pub fn learn(&mut self, case: Vec<u8>, shown: &[u64], random: &mut Random) {
        let known_before = self.known.len();
        self.known.extend(shown);
        if self.known.len() == known_before || case.len() > 64 << 10 {
            return;
        }
        if self.cases.len() < MOST + self.seeds {
            self.cases.push(case);
        } else {
            let at = self.seeds + random.below(MOST);
            self.cases[at] = case;
        }
    }

    /// How many cases there are to change.
    pub fn len(&self) -> usize {
        self.cases.len()
    }
}
