//! Cases of the fuzzer: where they come from, and what is asked of each.
//!
//! Knows no process and no clock: the campaign (`main.rs` beside it) and the short run of `cargo test`
//! (`tests/short_fuzz.rs`) both stand on it. Everything is drawn from one seeded generator, so a run can be repeated.

mod corpus;
mod laboratory;
#[path = "../../../../build-files/examples/fuzz_build_files/cases/random.rs"]
mod random;
mod seeds;

pub use corpus::Corpus;
pub use laboratory::Laboratory;
pub use random::Random;

/// What is fuzzed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Python literals.
    Literal,
    /// A text as the value of an option of each kind.
    Values,
    /// Arguments and variables.
    CommandLine,
    /// `pants.toml`.
    Toml,
    /// `pants.ini`, and what `migrate-config` makes of it.
    Ini,
}

impl Subject {
    /// All of them, in the order of a run that names none.
    pub const ALL: [Self; 5] = [Self::Literal, Self::Values, Self::CommandLine, Self::Toml, Self::Ini];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Values => "values",
            Self::CommandLine => "command-line",
            Self::Toml => "toml",
            Self::Ini => "ini",
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
