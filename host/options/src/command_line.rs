//! The grammar of the command line: `[flags] goal[.task] [its flags] ... spec ... [-- passthrough]`.
//!
//! A flag after a goal is first looked for in that goal's scope; otherwise it is a qualified or global flag, which may
//! stand anywhere before `--`. So `list --level=debug` sets the global level, although `list` inherits one of its own:
//! whoever means only the scope writes `--list-level`.

use crate::error::OptionsError;
use crate::legacy;
use crate::scopes::{Declared, Scopes};
use crate::suggest::closest;
use crate::value::{Raw, changes, is_dict, is_list, metavar};
use pants_model::{OptionKind, Value};

/// First words that no plugin may register as a goal; a directory of that name is asked for as `./plugin`.
pub const RESERVED_WORDS: &[&str] =
    &["help", "help-advanced", "help-all", "goals", "plugin", "daemon", "kill-pantsd", "migrate-config"];

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

impl HelpKind {
    fn of_word(word: &str) -> Option<Self> {
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

/// One flag, understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flag {
    /// The scope it sets the option for.
    pub(crate) scope: String,
    /// The option's name.
    pub(crate) option: String,
    /// What it gives.
    pub(crate) raw: Raw,
    /// The flag as typed, without its value.
    pub(crate) typed: String,
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

/// Reads a command line; `exists` says whether a path does.
pub(crate) fn read(args: &[String], scopes: &Scopes<'_>, exists: &dyn Fn(&str) -> bool) -> Words {
    let (before, passthrough) = split_passthrough(args);
    let mut reader = Reader {
        scopes,
        exists,
        help: before.iter().find_map(|arg| HelpKind::of_word(arg)),
        current: String::new(),
        previous: "",
        typed_scopes: Vec::new(),
        shorthand_flags: 0,
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
    exists: &'a dyn Fn(&str) -> bool,
    help: Option<HelpKind>,
    /// The scope of the goal typed last.
    current: String,
    /// The argument before this one.
    previous: &'a str,
    /// The scopes typed, goals or not.
    typed_scopes: Vec<String>,
    /// How many flags of its own the current goal has.
    shorthand_flags: usize,
    words: Words,
}

impl Reader<'_> {
    fn argument(&mut self, arg: &str, next_is_flag: bool) {
        if let Some(kind) = HelpKind::of_word(arg) {
            // The word is a goal, too: flags after it are that goal's.
            if kind == HelpKind::Goals {
                self.current = arg.to_owned();
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
        match understand(arg, &self.current, self.scopes) {
            Some(Ok(flag)) => {
                self.shorthand_flags += usize::from(flag.scope == self.current);
                self.words.flags.push(flag);
            }
            Some(Err(error)) => self.words.errors.push(error),
            None => {
                let typed = arg.split('=').next().unwrap_or(arg);
                if typed.strip_prefix("--").is_some_and(legacy::has_flag) {
                    self.words.idle.push(format!("`{typed}`"));
                } else {
                    self.words.errors.push(self.unknown_flag(typed));
                }
            }
        }
    }

    fn unknown_flag(&self, typed: &str) -> OptionsError {
        OptionsError::UnknownOption {
            flag: typed.to_owned(),
            scope: self.current.clone(),
            suggestions: self.similar_flags(typed),
        }
    }

    /// Flags spelled like the typed one; else those that would be, were their scope typed too.
    fn similar_flags(&self, typed: &str) -> Vec<String> {
        let flags = self.scopes.flags();
        let own: Vec<String> =
            self.scopes.options(&self.current).iter().map(|declared| format!("--{}", declared.spec.name)).collect();
        let known = flags.iter().map(|(_, qualified)| qualified).chain(&own).map(String::as_str);
        let near = closest(typed, known);
        if !near.is_empty() {
            return near;
        }
        let names = closest(typed, flags.iter().map(|(name, _)| name.as_str()));
        let named = flags.iter().filter(|(name, _)| names.contains(name)).map(|(_, qualified)| qualified.clone());
        named.take(3).collect()
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
            _ if self.is_spec(word) => self.words.command.specs.push(word.to_owned()),
            Some(_) => self.words.errors.push(OptionsError::NotAGoal { word: word.to_owned() }),
            None if self.is_missing_value(word) => {}
            None => {
                let suggestions = closest(word, self.scopes.goals());
                self.words.errors.push(OptionsError::UnknownGoal { word: word.to_owned(), suggestions });
            }
        }
    }

    /// `compile.javca` has a dot as files have, and is a goal all the same.
    fn is_spec(&self, word: &str) -> bool {
        let goal = word.split_once('.').map(|(phase, _)| phase).filter(|_| !word.contains(['/', ':', '*', '?']));
        let is_task = goal.and_then(|phase| self.scopes.get(phase)).is_some_and(|scope| scope.is_goal);
        (self.exists)(word) || (looks_like_spec(word) && !is_task)
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
        self.shorthand_flags = 0;
        self.typed_scopes.push(scope.to_owned());
    }

    /// `compile.javac` without flags looks like a wish to run that task alone, which it is not.
    fn warn_of_idle_shorthand(&mut self) {
        if let Some((phase, _)) = self.current.split_once('.')
            && self.shorthand_flags == 0
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
            Some(spec) if is_goal && !(self.exists)(word) => {
                let error = OptionsError::GoalAfterSpecs { word: word.to_owned(), spec: spec.clone() };
                self.words.errors.push(error);
            }
            _ => self.words.command.specs.push(word.to_owned()),
        }
    }

    fn finish(mut self, passthrough: &[String]) -> Words {
        self.warn_of_idle_shorthand();
        self.words.command.passthrough = passthrough.to_vec();
        self.words.command.help = self.help.map(|kind| HelpRequest { kind, scopes: self.typed_scopes });
        self.words
    }
}

/// Whether a word can only mean targets or files.
fn looks_like_spec(word: &str) -> bool {
    word.is_empty() || word == "." || word.starts_with(['^', '!']) || word.contains(['/', ':', '*', '?', '.'])
}

/// What a flag after a goal of this scope means; `None` when no option has its name.
fn understand(arg: &str, current: &str, scopes: &Scopes<'_>) -> Option<Result<Flag, OptionsError>> {
    if arg.starts_with("--") { long_flag(arg, current, scopes) } else { short_flag(arg, current, scopes) }
}

fn long_flag(arg: &str, current: &str, scopes: &Scopes<'_>) -> Option<Result<Flag, OptionsError>> {
    let (typed, text) = match arg.split_once('=') {
        Some((typed, text)) => (typed, Some(text)),
        None => (arg, None),
    };
    let name = typed.strip_prefix("--")?;
    let find = |name: &str| {
        let own = scopes.own(current, name).map(|declared| (declared.owner, declared));
        own.or_else(|| scopes.qualified(name))
    };
    if let Some((scope, declared)) = find(name) {
        return Some(given(typed, text, scope, declared));
    }
    let is_bool = |found: &(&str, Declared<'_>)| found.1.spec.kind == OptionKind::Bool;
    let (scope, declared) = name.strip_prefix("no-").and_then(find).filter(is_bool)?;
    Some(match text {
        Some(_) => Err(OptionsError::ValueUnexpected { flag: typed.to_owned() }),
        None => Ok(flag(typed, scope, declared, Raw::Plain(Value::Bool(false)))),
    })
}

fn short_flag(arg: &str, current: &str, scopes: &Scopes<'_>) -> Option<Result<Flag, OptionsError>> {
    let mut chars = arg.strip_prefix('-')?.chars();
    let letter = chars.next()?;
    let declared = scopes.short(current, letter)?;
    let rest = chars.as_str();
    let text = match rest.strip_prefix('=') {
        Some(text) => Some(text),
        None if rest.is_empty() => None,
        None if declared.spec.kind == OptionKind::Bool => return None,
        None => Some(rest),
    };
    Some(given(&arg[..1 + letter.len_utf8()], text, declared.owner, declared))
}

fn given(typed: &str, text: Option<&str>, scope: &str, declared: Declared<'_>) -> Result<Flag, OptionsError> {
    let raw = match (text, &declared.spec.implicit_value) {
        (Some(text), _) => Raw::Text(text.to_owned()),
        (None, _) if declared.spec.kind == OptionKind::Bool => Raw::Plain(Value::Bool(true)),
        (None, Some(implicit)) => Raw::Plain(implicit.clone()),
        (None, None) => {
            let value = metavar(&declared.spec.kind);
            return Err(OptionsError::ValueMissing { flag: typed.to_owned(), value });
        }
    };
    Ok(flag(typed, scope, declared, raw))
}

fn flag(typed: &str, scope: &str, declared: Declared<'_>, raw: Raw) -> Flag {
    Flag { scope: scope.to_owned(), option: declared.spec.name.clone(), raw, typed: typed.to_owned() }
}
