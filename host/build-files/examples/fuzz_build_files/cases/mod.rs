//! Cases of the fuzzer: where they come from, and what is asked of each.
//!
//! Knows no process and no clock: the campaign (`main.rs` beside it) and the short run of `cargo test`
//! (`tests/short_fuzz.rs`) both stand on it. Everything is drawn from one seeded generator, so a run can be repeated.

mod corpus;
mod evaluator;
mod glob_subject;
mod grammar;
mod mutate;
mod names;
mod random;
mod seeds;

pub use corpus::Corpus;
use evaluator::Evaluator;
use glob_subject::GlobSubject;
use names::Names;
pub use random::Random;

/// What is fuzzed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// From text to tree, and its diagnostics: evaluation ends at the first statement.
    Parser,
    /// A whole family in a small repository, with a prelude when the case has one.
    Evaluator,
    /// Addresses, specs and the filters beside them.
    Names,
    /// Patterns of sources against a naive matcher.
    Globs,
}

impl Subject {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parser => "parser",
            Self::Evaluator => "evaluator",
            Self::Names => "names",
            Self::Globs => "globs",
        }
    }
}

/// A subject with the repository that its cases are run in.
pub enum Laboratory {
    /// For [`Subject::Parser`] and [`Subject::Evaluator`].
    Evaluator(Evaluator),
    /// For [`Subject::Names`].
    Names(Names),
    /// For [`Subject::Globs`].
    Globs(GlobSubject),
}

impl Laboratory {
    /// Makes the repository.
    pub fn new(subject: Subject) -> Self {
        match subject {
            Subject::Parser => Self::Evaluator(Evaluator::that_only_parses()),
            Subject::Evaluator => Self::Evaluator(Evaluator::new()),
            Subject::Names => Self::Names(Names::new()),
            Subject::Globs => Self::Globs(GlobSubject::new()),
        }
    }

    /// Runs one case, and panics if it finds something; gives what was special about it, as hashes.
    pub fn run(&self, case: &[u8]) -> Vec<u64> {
        match self {
            Self::Evaluator(subject) => subject.run(case),
            Self::Names(subject) => subject.run(case),
            Self::Globs(subject) => subject.run(case),
        }
    }
}

/// A hash that is the same in every run.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A message without the words and numbers of the case that it quotes.
fn shape(message: &str) -> String {
    let unquoted: Vec<&str> = message.split('`').step_by(2).collect();
    unquoted.join("`").replace(|char: char| char.is_ascii_digit(), "")
}
