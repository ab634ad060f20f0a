//! What the user may do about an error, one line each.

use super::{ConfigProblem, FlagAdvice, OptionsError};
use crate::suggest::did_you_mean;

/// What makes a build root of a directory with a `pants.ini`.
const BESIDE_OLD_CONFIG: &str =
    "`pants.ini` alone marks none: `pants migrate-config` writes a pants.toml, or make an empty file `BUILDROOT`";

impl OptionsError {
    /// What the user may do about it, one line each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NoBuildRoot { markers, old_config, .. } => {
                let (last, others) = markers.split_last().expect("there are markers");
                let mut hints = vec![format!("a build root holds a file named `{}` or `{last}`", others.join("`, `"))];
                hints.extend(old_config.is_some().then(|| BESIDE_OLD_CONFIG.to_owned()));
                hints
            }
            Self::Config { problem, .. } => config_hints(problem),
            Self::BadValue { problem, .. } => problem.hint().into_iter().collect(),
            Self::UnknownOption { flag, scope, suggestions, advice } => {
                let mut hints = question(suggestions);
                hints.extend(advice.iter().flat_map(|advice| advice.hints(flag)));
                let of = if scope.is_empty() { String::new() } else { format!(" {scope}") };
                hints.push(format!("`pants help-advanced{of}` lists all options"));
                hints
            }
            Self::ValueMissing { flag, value } | Self::NoNegation { flag, value, .. } => {
                vec![format!("write `{flag}={value}`")]
            }
            Self::ValueUnexpected { flag } => {
                let positive = flag.strip_prefix("--no-").map(|name| format!("--{name}"));
                positive.map(|positive| format!("`{positive}` says yes, `{flag}` says no")).into_iter().collect()
            }
            Self::UnknownGoal { suggestions, .. } => {
                let mut hints = question(suggestions);
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
            Self::UnknownScope { suggestions, inner, .. } => {
                let mut hints = question(suggestions);
                if suggestions.is_empty() && !inner.is_empty() {
                    let are = if inner.len() == 1 { "is" } else { "are" };
                    hints.push(format!("there {are} {}", named(inner)));
                }
                hints.push("`pants goals` lists all goals, `pants help-all` shows all scopes".to_owned());
                hints
            }
            Self::NotFirst { word } => vec![format!("a directory of that name is asked for as `./{word}`")],
            Self::GoalWithoutTask { types, .. } => {
                let mut hints = vec!["a plugin may bring it; `pants goals` lists all goals that there are".to_owned()];
                if !types.is_empty() {
                    hints.insert(0, format!("it was for targets of type {}", named(types)));
                }
                hints
            }
            Self::OfDisabledBackend { .. } => vec!["`[GLOBAL] backend_packages` enables it".to_owned()],
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
            Self::GoalInSpec { word, spec } => {
                let rest = spec.strip_prefix(word).unwrap_or(spec);
                vec![format!("did you mean `{word} {rest}`?"), "goals come first, then targets".to_owned()]
            }
            Self::GoalAfterDashes { word } => {
                vec![format!("`{word}` stands after `--`, where arguments of programs stand: goals come first")]
            }
            _ => Vec::new(),
        }
    }

    /// What helps with an error in the `pants.ini`.
    pub(super) fn hint_for_old_config(&self) -> &'static str {
        match self {
            Self::Config { problem, .. }
                if matches!(**problem, ConfigProblem::UnknownSection { .. } | ConfigProblem::UnknownKey { .. }) =>
            {
                "`pants migrate-config` writes a `pants.toml` in which what nobody reads is a comment"
            }
            _ => "a `pants.toml` beside it, be it empty, is read instead of `pants.ini`",
        }
    }
}

impl FlagAdvice {
    fn hints(&self, flag: &str) -> Vec<String> {
        match self {
            Self::OfOtherScope { scope, qualified } => vec![
                format!("did you mean `{qualified}`?"),
                format!("`{flag}` alone is understood after the word `{scope}`"),
            ],
            Self::OnlyWithHelp => vec![format!("`{flag}` goes with `help` only: `pants help {flag}`")],
            Self::TwoDashes => vec![format!("did you mean `-{flag}`?")],
            Self::Apart(flags) => vec![format!("one-letter flags stand apart: `{}`", flags.join(" "))],
            Self::OfOtherProgram { taker } => {
                vec![format!("options of the programs that goals start are given as `{taker}={flag}`")]
            }
        }
    }
}

fn config_hints(problem: &ConfigProblem) -> Vec<String> {
    match problem {
        ConfigProblem::UnknownSection { suggestions, .. } | ConfigProblem::UnknownKey { suggestions, .. } => {
            let mut hints = question(suggestions);
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

/// The first of some names, and how many others there are.
fn named(names: &[String]) -> String {
    let (named, others) = names.split_at(names.len().min(3));
    let others = if others.is_empty() { String::new() } else { format!(" and {} others", others.len()) };
    format!("`{}`{others}", named.join("`, `"))
}

/// What similar words there are, as a question.
fn question(suggestions: &[String]) -> Vec<String> {
    did_you_mean(suggestions).into_iter().collect()
}
