//! The grammar of the command line: `[flags] goal[.task] [its flags] ... spec ... [-- passthrough]`.
//!
//! A flag after a goal is first looked for in that goal's scope; otherwise it is a qualified or global flag, which may
//! stand anywhere before `--`. So `list --level=debug` sets the global level, although `list` inherits one of its own:
//! whoever means only the scope writes `--list-level`.

mod flags;
mod local_paths;
mod mistakes;
mod old_goals;

pub(crate) use flags::{Flag, find, understand};
pub(crate) use local_paths::LocalPaths;

use crate::error::OptionsError;
use crate::legacy;
use crate::names::GLOBAL_SECTION;
use crate::scopes::Scopes;
use crate::value::{changes, is_dict, is_list};
use mistakes::Scene;
use pants_model::ScopeSpec;
use std::cell::OnceCell;

/// First words that no plugin may register as a goal; a directory of that name is asked for as `./plugin`.
pub const RESERVED_WORDS: &[&str] =
    &["help", "help-advanced", "help-all", "goals", "plugin", "daemon", "kill-pantsd", "migrate-config", "complete"];

/// What the words of the command line ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// The phases, each once, in the order typed; `compile.javac` asks for `compile`.
    pub goals: Vec<String>,
    /// The specs as typed.
    pub specs: Vec<String>,
    /// What stands after `--`.
    pub passthrough: Vec<String>,
    /// The help that was asked for instead.
    pub help: Option<HelpRequest>,
}

/// What help was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRequest {
    /// Which help.
    pub kind: HelpKind,
    /// The scopes it is about, as typed; empty for help in general.
    pub scopes: Vec<String>,
}

/// Kinds of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpKind {
    /// `help`, `-h`, `--help`: how to call the program, or the usual options of some scopes.
    Basic,
    /// `help-advanced`: all options of the global scope, or of some scopes.
    Advanced,
    /// `help-all`: all options of all scopes.
    All,
    /// `goals`: what can be asked for.
    Goals,
    /// `--version`, `-v`, `-V`.
    Version,
}

/// What help the arguments ask for, if any; needs to know neither scopes nor options.
pub fn help_of(args: &[String]) -> Option<HelpKind> {
    split_passthrough(args).0.iter().find_map(|arg| HelpKind::of_word(arg))
}

impl HelpKind {
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "help" | "-h" | "--help" => Self::Basic,
            "help-advanced" | "--help-advanced" => Self::Advanced,
            "help-all" | "--help-all" => Self::All,
            "goals" => Self::Goals,
            "--version" | "-v" | "-V" => Self::Version,
            _ => return None,
        })
    }
}

/// What was read from a command line.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) command: CommandLine,
    pub(crate) flags: Vec<Flag>,
    pub(crate) warnings: Vec<String>,
    /// Flags that only Pants v1 knew.
    pub(crate) idle: Vec<String>,
    pub(crate) errors: Vec<OptionsError>,
}

/// Reads a command line. Of a flag, goal, scope or directory, `distance` letters may be wrong for it to be suggested.
pub(crate) fn read(args: &[String], scopes: &Scopes<'_>, paths: &LocalPaths<'_>, distance: usize) -> Words {
    let (before, passthrough) = split_passthrough(args);
    let mentioned: Vec<&str> =
        before.iter().map(String::as_str).filter(|arg| !arg.is_empty() && scopes.get(arg).is_some()).collect();
    let mut reader = Reader {
        scopes,
        scene: Scene { scopes, paths, mentioned: &mentioned, distance, flags: OnceCell::new() },
        help: help_of(before),
        current: String::new(),
        previous: "",
        typed_scopes: Vec::new(),
        flags_behind: 0,
        words: Words::default(),
    };
    for (index, arg) in before.iter().enumerate() {
        let next_is_flag = before.get(index + 1).is_some_and(|next| next.starts_with('-'));
        reader.argument(arg, next_is_flag);
        reader.previous = arg;
    }
    reader.finish(passthrough)
}

/// What stands before and after the first `--`.
pub(crate) fn split_passthrough(args: &[String]) -> (&[String], &[String]) {
    match args.iter().position(|arg| arg == "--") {
        Some(index) => (&args[..index], &args[index + 1..]),
        None => (args, &[]),
    }
}

/// The flags that set global options, without knowing any other scope: what is needed to find config and backends.
///
/// Flags that fit no global option are passed over; the real reading judges them.
pub(crate) fn global_flags(args: &[String], global: &Scopes<'_>) -> Vec<Flag> {
    let (before, _) = split_passthrough(args);
    let first_word = before.iter().position(|arg| !arg.starts_with('-')).unwrap_or(before.len());
    let mut flags: Vec<Flag> = Vec::new();
    for (index, arg) in before.iter().enumerate() {
        if HelpKind::of_word(arg).is_some() {
            continue;
        }
        let Some(Ok(flag)) = understand(arg, "", global) else { continue };
        // After a goal it may belong to the goal: then it neither overrides nor fails anything here.
        let is_late = index > first_word;
        if !is_late || fits_beside(&flag, &flags, global) {
            flags.push(flag);
        }
    }
    flags
}

/// Whether a flag can be a global one: its value fits, and no flag before it took the option's only value.
fn fits_beside(flag: &Flag, earlier: &[Flag], global: &Scopes<'_>) -> bool {
    let Some(declared) = global.own("", &flag.option) else { return false };
    let kind = &declared.spec.kind;
    let is_single = !(is_list(kind) || is_dict(kind));
    let is_taken = is_single && earlier.iter().any(|have| have.option == flag.option);
    !is_taken && changes(kind, flag.raw.clone()).is_ok()
}

struct Reader<'a> {
    scopes: &'a Scopes<'a>,
    scene: Scene<'a>,
    help: Option<HelpKind>,
    /// The scope of the goal typed last.
    current: String,
    /// The argument before this one.
    previous: &'a str,
    /// The scopes typed, goals or not.
    typed_scopes: Vec<String>,
    /// How many flags stand after the current goal.
    flags_behind: usize,
    words: Words,
}

impl Reader<'_> {
    fn argument(&mut self, arg: &str, next_is_flag: bool) {
        if let Some(kind) = HelpKind::of_word(arg) {
            match kind {
                // `help goals` is about the goal.
                HelpKind::Goals if self.help != Some(kind) => self.word(arg, next_is_flag),
                // The word is a goal, too: flags after it are that goal's.
                HelpKind::Goals => self.current = arg.to_owned(),
                _ => {}
            }
            return;
        }
        if arg.len() > 1 && arg.starts_with('-') {
            self.flag(arg);
        } else if !self.words.command.specs.is_empty() {
            self.spec(arg);
        } else {
            self.word(arg, next_is_flag);
        }
    }

    fn flag(&mut self, arg: &str) {
        self.flags_behind += 1;
        match understand(arg, &self.current, self.scopes) {
            Some(Ok(flag)) => {
                self.words.flags.push(flag);
            }
            Some(Err(error)) => self.words.errors.push(error),
            None => {
                let typed = arg.split('=').next().unwrap_or(arg);
                let name = typed.strip_prefix("--").unwrap_or_default();
                if typed != arg && HelpKind::of_word(typed).is_some() {
                    self.words.errors.push(OptionsError::ValueUnexpected { flag: typed.to_owned() });
                } else if legacy::has_flag(name) {
                    self.words.idle.extend((!legacy::is_silent_flag(name)).then(|| typed.to_owned()));
                } else {
                    let error = self.scene.unknown_flag(typed, &self.current, self.words.errors.len());
                    self.words.errors.push(error);
                }
            }
        }
    }

    /// A word before the first spec.
    fn word(&mut self, word: &str, next_is_flag: bool) {
        let is_first = self.typed_scopes.is_empty();
        match self.scopes.get(word) {
            None if word == "goal" && is_first => {}
            Some(scope) if !word.is_empty() && (scope.is_goal || next_is_flag || self.help.is_some()) => {
                self.enter(word);
                if scope.is_goal {
                    self.goal(word);
                }
            }
            None if self.help.is_some() && word.eq_ignore_ascii_case(GLOBAL_SECTION) => self.enter(""),
            _ if self.is_spec(word) => self.words.command.specs.push(word.to_owned()),
            Some(_) => self.words.errors.push(OptionsError::NotAGoal { word: word.to_owned() }),
            None if self.is_missing_value(word) => {}
            None if self.help.is_some() => self.words.errors.push(self.scene.unknown_scope(word)),
            None => self.words.errors.push(self.scene.unknown_word(word, is_first)),
        }
    }

    /// `compile.javca` has a dot as files have, and is a goal all the same.
    fn is_spec(&self, word: &str) -> bool {
        let goal = word.split_once('.').map(|(phase, _)| phase).filter(|_| !word.contains(['/', ':', '*', '?']));
        // Who reads help asks for scopes, be they goals or not.
        let is_outer = |scope: &ScopeSpec| scope.is_goal || self.help.is_some();
        let is_task = goal.is_some_and(|phase| self.scopes.get(phase).is_some_and(is_outer) || old_goals::has(phase));
        self.scene.paths.exists(word) || (looks_like_spec(word) && !is_task)
    }

    /// `--jobs 3`: the word was meant as the value of the flag before it, which says so.
    fn is_missing_value(&mut self, word: &str) -> bool {
        match self.words.errors.last_mut() {
            Some(OptionsError::ValueMissing { value, flag }) if self.previous == *flag => {
                word.clone_into(value);
                true
            }
            _ => false,
        }
    }

    fn goal(&mut self, word: &str) {
        let phase = word.split('.').next().unwrap_or(word);
        if !self.words.command.goals.iter().any(|have| have == phase) {
            self.words.command.goals.push(phase.to_owned());
        }
    }

    /// Flags belong to this scope from here on.
    fn enter(&mut self, scope: &str) {
        self.warn_of_idle_shorthand();
        self.current = scope.to_owned();
        self.flags_behind = 0;
        self.typed_scopes.push(scope.to_owned());
    }

    /// `compile.javac` without flags looks like a wish to run that task alone, which it is not.
    fn warn_of_idle_shorthand(&mut self) {
        if let Some((phase, _)) = self.current.split_once('.')
            && self.flags_behind == 0
            && self.help.is_none()
        {
            self.words.warnings.push(format!(
                "`{}` runs all of `{phase}`; naming one task only says whose flags follow, and none do",
                self.current
            ));
        }
    }

    /// A word after the first spec.
    fn spec(&mut self, word: &str) {
        let is_goal = self.scopes.get(word).is_some_and(|scope| scope.is_goal);
        match self.words.command.specs.first() {
            Some(spec) if is_goal && !self.scene.paths.exists(word) => {
                let error = OptionsError::GoalAfterSpecs { word: word.to_owned(), spec: spec.clone() };
                self.words.errors.push(error);
            }
            _ => self.words.command.specs.push(word.to_owned()),
        }
    }

    /// Where a goal stands that is none there, when no other was given.
    fn misplaced_goal(&self, passthrough: &[String]) -> Option<OptionsError> {
        if !self.words.command.goals.is_empty() || self.help.is_some() {
            return None;
        }
        let is_goal = |word: &str| self.scopes.get(word).is_some_and(|scope| scope.is_goal);
        let in_spec = self.words.command.specs.iter().find_map(|spec| {
            let (goal, _) = spec.split_once(':').filter(|(word, _)| is_goal(word) && !self.scene.paths.exists(word))?;
            Some(OptionsError::GoalInSpec { word: goal.to_owned(), spec: spec.clone() })
        });
        let after_dashes = || {
            let word = passthrough.first().filter(|word| is_goal(word))?;
            Some(OptionsError::GoalAfterDashes { word: word.clone() })
        };
        in_spec.or_else(after_dashes)
    }

    fn finish(mut self, passthrough: &[String]) -> Words {
        self.warn_of_idle_shorthand();
        if self.words.errors.is_empty() {
            self.words.errors.extend(self.misplaced_goal(passthrough));
        }
        self.words.command.passthrough = passthrough.to_vec();
        self.words.command.help = self.help.map(|kind| HelpRequest { kind, scopes: self.typed_scopes });
        self.words
    }
}

/// Whether a word can only mean targets or files.
fn looks_like_spec(word: &str) -> bool {
    word.is_empty() || word == "." || word.starts_with(['^', '!']) || word.contains(['/', ':', '*', '?', '.'])
}
