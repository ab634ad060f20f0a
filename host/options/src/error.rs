//! What can be wrong with an invocation, as data; and how it is said.

use crate::value::ValueError;
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

impl FlagAdvice {
    fn hints(&self, flag: &str) -> Vec<String> {
        match self {
            Self::OfOtherScope { scope, qualified } => vec![
                format!("did you mean `{qualified}`?"),
                format!("`{flag}` alone is understood after the word `{scope}`"),
            ],
            Self::TwoDashes => vec![format!("did you mean `-{flag}`?")],
            Self::Apart(flags) => vec![format!("one-letter flags stand apart: `{}`", flags.join(" "))],
            Self::OfOtherProgram { taker } => {
                vec![format!("options of the programs that goals start are given as `{taker}={flag}`")]
            }
        }
    }
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
    #[error("`{flag}` is given twice, and takes one value")]
    GivenTwice {
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
    /// A `--no-` flag has a value.
    #[error("`{flag}` takes no value")]
    ValueUnexpected {
        /// The flag as typed, without its value.
        flag: String,
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
    /// A goal stands after the first spec.
    #[error("the goal `{word}` stands after a target, `{spec}`")]
    GoalAfterSpecs {
        /// The goal.
        word: String,
        /// The spec before it.
        spec: String,
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

    /// What helps with an error in the `pants.ini`.
    fn hint_for_old_config(&self) -> &'static str {
        match self {
            Self::Config { problem, .. }
                if matches!(**problem, ConfigProblem::UnknownSection { .. } | ConfigProblem::UnknownKey { .. }) =>
            {
                "`pants migrate-config` writes a `pants.toml` in which what nobody reads is a comment"
            }
            _ => "a `pants.toml` beside it, be it empty, is read instead of `pants.ini`",
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

    /// What the user may do about it, one line each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NoBuildRoot { markers, .. } => {
                let (last, others) = markers.split_last().expect("there are markers");
                vec![format!("a build root holds a file named `{}` or `{last}`", others.join("`, `"))]
            }
            Self::Config { problem, .. } => config_hints(problem),
            Self::BadValue { problem, .. } => problem.hint().into_iter().collect(),
            Self::UnknownOption { flag, scope, suggestions, advice } => {
                let mut hints = did_you_mean(suggestions);
                hints.extend(advice.iter().flat_map(|advice| advice.hints(flag)));
                let of = if scope.is_empty() { String::new() } else { format!(" {scope}") };
                hints.push(format!("`pants help-advanced{of}` lists all options"));
                hints
            }
            Self::ValueMissing { flag, value } => vec![format!("write `{flag}={value}`")],
            Self::ValueUnexpected { flag } => {
                let positive = flag.replacen("--no-", "--", 1);
                vec![format!("`{positive}` says yes, `{flag}` says no")]
            }
            Self::UnknownGoal { suggestions, .. } => {
                let mut hints = did_you_mean(suggestions);
                hints.push("`pants goals` lists all goals".to_owned());
                hints
            }
            Self::UnknownWord { goals, paths, .. } => {
                let words = [("goal", goals), ("directory", paths)].into_iter().filter(|(_, words)| !words.is_empty());
                let mut hints: Vec<String> =
                    words.map(|(kind, words)| format!("did you mean the {kind} `{}`?", words.join("` or `"))).collect();
                hints.push("`pants goals` lists all goals; a target is named as `path/to/directory:name`".to_owned());
                hints
            }
            Self::UnknownScope { suggestions, .. } => {
                let mut hints = did_you_mean(suggestions);
                hints.push("`pants goals` lists all goals, `pants help-all` shows all scopes".to_owned());
                hints
            }
            Self::NotFirst { word } => vec![format!("a directory of that name is asked for as `./{word}`")],
            Self::GoalWithoutTask { types, .. } => {
                let mut hints = vec!["a plugin may bring it; `pants goals` lists all goals that there are".to_owned()];
                let (named, others) = types.split_at(types.len().min(3));
                if !named.is_empty() {
                    let others =
                        if others.is_empty() { String::new() } else { format!(" and {} others", others.len()) };
                    hints.insert(0, format!("it was for targets of type `{}`{others}", named.join("`, `")));
                }
                hints
            }
            Self::NotAGoal { word } => {
                vec![
                    format!("`pants help-advanced {word}` lists its options"),
                    format!("a directory of that name is asked for as `./{word}`"),
                ]
            }
            Self::GoalAfterSpecs { word, .. } => {
                vec![
                    "goals come first, then targets".to_owned(),
                    format!("a directory of that name is asked for as `./{word}`"),
                ]
            }
            _ => Vec::new(),
        }
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

fn config_hints(problem: &ConfigProblem) -> Vec<String> {
    match problem {
        ConfigProblem::UnknownSection { suggestions, .. } | ConfigProblem::UnknownKey { suggestions, .. } => {
            let mut hints = did_you_mean(suggestions);
            hints.push("`--no-verify-config` disables this check".to_owned());
            hints
        }
        ConfigProblem::OutsideSection(_) => vec!["global options belong in `[GLOBAL]`".to_owned()],
        ConfigProblem::UnknownVariable { .. } => vec!["`%%(` stands for a plain `%(`".to_owned()],
        ConfigProblem::OverlongValue { .. } => {
            vec!["each variable that stands several times in another one multiplies its length".to_owned()]
        }
        ConfigProblem::Syntax(_) | ConfigProblem::CircularVariable { .. } => Vec::new(),
    }
}

fn did_you_mean(suggestions: &[String]) -> Vec<String> {
    if suggestions.is_empty() {
        return Vec::new();
    }
    vec![format!("did you mean `{}`?", suggestions.join("` or `"))]
}

fn quote_source(source: &OptionSource) -> String {
    format!("`{source}`")
}

fn in_scope(scope: &str) -> String {
    if scope.is_empty() { String::new() } else { format!(" of `{scope}`") }
}
