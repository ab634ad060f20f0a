//! What can be wrong with an invocation, as data; and how it is said.

mod hints;

use crate::value::ValueError;
use crate::verify::DisabledScope;
use pants_model::{Diagnostic, Location, OptionSource};
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// The config file of the Pants v1 years, as messages call it.
const OLD_CONFIG: &str = "pants.ini";

/// A place in a config file, with its line marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPlace {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The line with the place marked; several lines.
    pub excerpt: String,
}

impl ConfigPlace {
    fn location(&self) -> Location {
        Location { file: self.file.clone(), line: self.line, column: self.column }
    }
}

/// What is wrong at a place of a config file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigProblem {
    /// The file is not written in its language.
    #[error("{0}")]
    Syntax(String),
    /// No scope has the section's name.
    #[error("unknown section `[{section}]`")]
    UnknownSection {
        /// The section's name.
        section: String,
        /// Scopes with similar names.
        suggestions: Vec<String>,
    },
    /// The scope has no such option.
    #[error("unknown option `{key}` in section `[{section}]`")]
    UnknownKey {
        /// The section's name.
        section: String,
        /// The key as written.
        key: String,
        /// Keys with similar names.
        suggestions: Vec<String>,
    },
    /// A key stands above the first section.
    #[error("`{0}` stands outside of any section")]
    OutsideSection(String),
    /// `%(name)s` names nothing.
    #[error("`{key}` uses `%({name})s`, which is not defined in its section or in `[DEFAULT]`")]
    UnknownVariable {
        /// The key whose value uses it.
        key: String,
        /// The variable.
        name: String,
    },
    /// `%(a)s` leads to itself.
    #[error("`{key}` uses `%({name})s`, which leads back to itself")]
    CircularVariable {
        /// The key whose value uses it.
        key: String,
        /// The variable.
        name: String,
    },
    /// Variables that lead to variables make more text than any option needs.
    #[error("`{key}` is longer than {limit} bytes when its variables are replaced")]
    OverlongValue {
        /// The key whose value uses them.
        key: String,
        /// How long it may be.
        limit: usize,
    },
}

/// What to do about a flag that nobody knows, and that is no slip of the fingers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlagAdvice {
    /// A scope elsewhere on the command line has the option.
    OfOtherScope {
        /// The scope.
        scope: String,
        /// The flag as it may stand anywhere.
        qualified: String,
    },
    /// `--man`: it is no flag of a run.
    OnlyWithHelp,
    /// `-level`: it has one dash too few.
    TwoDashes,
    /// `-qx`: one-letter flags in one word.
    Apart(Vec<String>),
    /// `-Dkey=value`, `-Xmx1g`: as another program takes it.
    OfOtherProgram {
        /// A flag that takes the options of another program.
        taker: String,
    },
}

/// Why an invocation was not understood.
#[derive(Debug, Error)]
pub enum OptionsError {
    /// No directory above the current one is a build root.
    #[error("no build root found in `{}` or above it", start.display())]
    NoBuildRoot {
        /// Where the search began.
        start: PathBuf,
        /// The files that would have marked one.
        markers: &'static [&'static str],
        /// The nearest config file of the Pants v1 years, which marks none.
        old_config: Option<PathBuf>,
    },
    /// `PANTS_BUILDROOT_OVERRIDE` names no directory.
    #[error("`PANTS_BUILDROOT_OVERRIDE` names `{}`, which is not a directory", path.display())]
    BadBuildRootOverride {
        /// The path it names.
        path: PathBuf,
    },
    /// A config file cannot be read.
    #[error("cannot read the config file `{file}`")]
    ConfigRead {
        /// The file as the user named it.
        file: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Something is wrong in a config file.
    #[error("{problem}")]
    Config {
        /// Where.
        place: Box<ConfigPlace>,
        /// What.
        problem: Box<ConfigProblem>,
    },
    /// A value does not fit its option.
    #[error("{}: {problem}", quote_source(source_of_value))]
    BadValue {
        /// Who gave the value.
        source_of_value: Box<OptionSource>,
        /// Where it stands, when it stands in a config file.
        place: Option<Box<ConfigPlace>>,
        /// What is wrong with it.
        problem: Box<ValueError>,
    },
    /// No option has this name.
    #[error("unknown option `{flag}`{}", in_scope(scope))]
    UnknownOption {
        /// The flag as typed, without its value.
        flag: String,
        /// The goal it stands after; empty when it stands before any.
        scope: String,
        /// Flags with similar names.
        suggestions: Vec<String>,
        /// What to do, when it is no slip of the fingers.
        advice: Option<FlagAdvice>,
    },
    /// An option that takes one value was given twice.
    #[error("{} is given twice, and takes one value", both(earlier, flag))]
    GivenTwice {
        /// The flag as typed the first time.
        earlier: String,
        /// The flag as typed the second time.
        flag: String,
    },
    /// A flag needs a value and has none.
    #[error("`{flag}` needs a value")]
    ValueMissing {
        /// The flag as typed.
        flag: String,
        /// What to write for it (`<int>`), or what seems to be meant.
        value: String,
    },
    /// A `--no-` flag, or one that asks for help, has a value.
    #[error("`{flag}` takes no value")]
    ValueUnexpected {
        /// The flag as typed, without its value.
        flag: String,
    },
    /// `--no-x` of an option that is not a bool.
    #[error("`{flag}` takes a value; there is no `{negation}`")]
    NoNegation {
        /// The flag that there is.
        flag: String,
        /// The flag as typed, without its value.
        negation: String,
        /// What to write for the value.
        value: String,
    },
    /// A word in a goal's place is no goal.
    #[error("unknown goal `{word}`")]
    UnknownGoal {
        /// The word.
        word: String,
        /// Goals with similar names.
        suggestions: Vec<String>,
    },
    /// A word after a goal is none, and no target or path either.
    #[error("`{word}` is neither a goal nor a target or path")]
    UnknownWord {
        /// The word.
        word: String,
        /// Goals with similar names.
        goals: Vec<String>,
        /// Directories with similar names.
        paths: Vec<String>,
    },
    /// Help was asked about a word that is no scope.
    #[error("unknown goal or scope `{word}`")]
    UnknownScope {
        /// The word.
        word: String,
        /// Scopes with similar names.
        suggestions: Vec<String>,
        /// The scopes that there are inside of it, or beside it.
        inner: Vec<String>,
    },
    /// A word that means something else than a goal only when it comes first.
    #[error("`{word}` is no goal: it stands alone, as the first word")]
    NotFirst {
        /// The word.
        word: String,
    },
    /// A word in a goal's place is a goal of Pants v1 for which nobody brings a task.
    #[error("goal `{word}` of Pants v1 has no task here yet")]
    GoalWithoutTask {
        /// The word.
        word: String,
        /// The types of targets that it was for, where somebody above knows them.
        types: Vec<String>,
    },
    /// A word in a goal's place is a scope that only has options.
    #[error("`{word}` is a scope of options, not a goal")]
    NotAGoal {
        /// The word.
        word: String,
    },
    /// A flag, a goal or a scope comes from a backend that is not enabled.
    #[error("{what} is of the backend `{backend}`, which is not enabled")]
    OfDisabledBackend {
        /// The word as typed, and what it is.
        what: String,
        /// The backend.
        backend: String,
    },
    /// A goal stands after the first spec.
    #[error("the goal `{word}` stands after a target, `{spec}`")]
    GoalAfterSpecs {
        /// The goal.
        word: String,
        /// The spec before it.
        spec: String,
    },
    /// No goal was given but the one that a spec begins with.
    #[error("no goal was given")]
    GoalInSpec {
        /// The goal.
        word: String,
        /// The spec.
        spec: String,
    },
    /// No goal was given but the one after `--`.
    #[error("no goal was given")]
    GoalAfterDashes {
        /// The goal.
        word: String,
    },
    /// An environment variable is not Unicode.
    #[error("the environment variable `{name}` is not valid Unicode")]
    EnvironmentNotUnicode {
        /// Its name.
        name: String,
    },
    /// Several things are wrong.
    #[error("{} things are wrong", .0.len())]
    Several(Vec<OptionsError>),
}

impl OptionsError {
    /// One error, or several in the order they were found; `None` for an empty list.
    pub(crate) fn of_many(mut errors: Vec<Self>) -> Option<Self> {
        match errors.len() {
            0 => None,
            1 => errors.pop(),
            _ => Some(Self::Several(errors)),
        }
    }

    /// Whether a flag was not understood, and every word may have been.
    pub(crate) fn is_about_flag(&self) -> bool {
        matches!(
            self,
            Self::UnknownOption { .. }
                | Self::ValueMissing { .. }
                | Self::ValueUnexpected { .. }
                | Self::NoNegation { .. }
        )
    }

    /// Whether a word was not understood that a backend may explain.
    pub fn has_unknown_words(&self) -> bool {
        self.each().into_iter().any(|error| {
            matches!(
                error,
                Self::UnknownOption { .. }
                    | Self::UnknownGoal { .. }
                    | Self::UnknownWord { .. }
                    | Self::UnknownScope { .. }
                    | Self::GoalWithoutTask { .. }
            )
        })
    }

    /// The same, with the backends named that would explain the words that were not understood.
    pub fn with_disabled(self, disabled: &[DisabledScope]) -> Self {
        let of_scope = |word: &str| disabled.iter().find(|scope| scope.name == word).map(|scope| &*scope.backend);
        let (what, backend) = match &self {
            Self::UnknownOption { flag, .. } => {
                (format!("the option `{flag}`"), DisabledScope::backend_of_flag(disabled, flag))
            }
            Self::UnknownGoal { word, .. } | Self::UnknownWord { word, .. } | Self::GoalWithoutTask { word, .. } => {
                (format!("the goal `{word}`"), of_scope(word))
            }
            Self::UnknownScope { word, .. } => (format!("the scope `{word}`"), of_scope(word)),
            _ => (String::new(), None),
        };
        match (self, backend.map(str::to_owned)) {
            (_, Some(backend)) => Self::OfDisabledBackend { what, backend },
            (Self::Several(errors), None) => {
                Self::Several(errors.into_iter().map(|error| error.with_disabled(disabled)).collect())
            }
            (other, None) => other,
        }
    }

    /// The error as what is shown: each with its place, its line and its hints.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let errors = self.each();
        let mut diagnostics: Vec<Diagnostic> = errors.iter().map(|error| error.diagnostic()).collect();
        // What helps with an old config is said once, at its last error.
        let last = errors.iter().rposition(|error| error.is_in_old_config());
        if let Some((last, diagnostic)) = last.and_then(|last| Some((last, diagnostics.get_mut(last)?))) {
            diagnostic.hints.push(errors[last].hint_for_old_config().to_owned());
        }
        diagnostics
    }

    fn each(&self) -> Vec<&Self> {
        match self {
            Self::Several(errors) => errors.iter().flat_map(Self::each).collect(),
            one => vec![one],
        }
    }

    /// Whether the place is in the `pants.ini` that is read for want of a `pants.toml`.
    fn is_in_old_config(&self) -> bool {
        match self {
            Self::Config { place, .. } | Self::BadValue { place: Some(place), .. } => *place.file == *OLD_CONFIG,
            _ => false,
        }
    }

    fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = match self {
            Self::Config { place, problem } => at(place, problem.to_string()),
            Self::BadValue { place: Some(place), source_of_value, problem } => {
                about_value(source_of_value, Some(place), &problem.to_string())
            }
            Self::ConfigRead { source, .. } => Diagnostic::error_without_place(format!("{self}: {source}")),
            other => Diagnostic::error_without_place(other.to_string()),
        };
        diagnostic.hints = self.hints();
        diagnostic.legible()
    }
}

/// What is wrong with a value, in words that say who gave it.
pub(crate) fn about_value(source: &OptionSource, place: Option<&ConfigPlace>, problem: &str) -> Diagnostic {
    match (source, place) {
        (OptionSource::Default, _) => Diagnostic::error_without_place(problem),
        (OptionSource::Config { section, key, .. }, Some(place)) => {
            at(place, format!("`[{section}] {key}`: {problem}"))
        }
        (source, _) => Diagnostic::error_without_place(format!("{}: {problem}", quote_source(source))),
    }
}

fn at(place: &ConfigPlace, message: String) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(place.location(), message);
    diagnostic.excerpt = Some(place.excerpt.clone());
    diagnostic
}

fn quote_source(source: &OptionSource) -> String {
    format!("`{source}`")
}

/// Two flags of one option: once where they are the same.
fn both(earlier: &str, later: &str) -> String {
    if earlier == later { format!("`{later}`") } else { format!("the option of `{earlier}` and `{later}`") }
}

fn in_scope(scope: &str) -> String {
    if scope.is_empty() { String::new() } else { format!(" of `{scope}`") }
}
