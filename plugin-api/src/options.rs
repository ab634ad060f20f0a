//! Options: what a task lets its users set.

use crate::Value;
use serde::{Deserialize, Serialize};

/// What values an option takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OptionKind {
    /// `--x`, `--no-x`, `--x=true`.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Text.
    #[default]
    String,
    /// One of these texts.
    Choice(Vec<String>),
    /// A list of texts, with `+[..]` and `-[..]` edits.
    StringList,
    /// A list whose members are of this kind, which is no list and no dict. Since 1.1.
    List(Box<OptionKind>),
    /// A list of texts; a text given for it is taken apart into words, as a shell does. Since 1.1.
    ShellList,
    /// A dict, with `+{..}` edits.
    Dict,
    /// A dict whose values may name files; such a value becomes what the file holds. Since 1.1.
    DictWithFiles,
    /// A file that must exist.
    File,
    /// A directory that must exist.
    Dir,
    /// The address of a target.
    Target,
}

/// One option. Made by [`OptionRegistrar`]; its methods refine it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OptionDecl {
    /// The name with dashes (`jvm-options`).
    pub name: String,
    /// The one-letter flag.
    pub short: Option<char>,
    /// What values it takes.
    pub kind: OptionKind,
    /// What it is when nobody sets it.
    pub default: Value,
    /// One or two sentences.
    pub help: String,
    /// Shown by `help-advanced` only.
    pub is_advanced: bool,
    /// Its value takes part in the fingerprint of the task.
    pub is_fingerprinted: bool,
    /// Its value takes part in the fingerprint of the daemon. Since 1.1.
    pub is_daemon: bool,
    /// Inner scopes inherit it: the option of a phase, the scopes of its goals. Since 1.1.
    pub is_recursive: bool,
    /// A value that begins with `@` is that text, and no name of a file. Since 1.1.
    pub is_verbatim: bool,
    /// Of the options of a scope with the same group, one may be set. Since 1.1.
    pub exclusive_group: Option<String>,
    /// Other names it still answers to.
    pub aliases: Vec<String>,
    /// The value of a bare `--x` for an option that is no bool.
    pub implicit_value: Option<Value>,
    /// The version that removes it, and what to use instead.
    pub deprecated: Option<(String, String)>,
}

impl OptionDecl {
    /// Its value takes part in the fingerprint of the task: another value, another result.
    pub fn fingerprinted(&mut self) -> &mut Self {
        self.is_fingerprinted = true;
        self
    }

    /// Its value takes part in the fingerprint of the daemon: another value, another daemon. Since 1.1.
    pub fn daemon(&mut self) -> &mut Self {
        self.is_daemon = true;
        self
    }

    /// Inner scopes inherit it: an option of a phase counts for its goals, unless their own scope says otherwise.
    /// Since 1.1.
    pub fn recursive(&mut self) -> &mut Self {
        self.is_recursive = true;
        self
    }

    /// Takes values that begin with `@` as they are; otherwise such a value names a file that holds the value.
    /// Since 1.1.
    pub fn verbatim(&mut self) -> &mut Self {
        self.is_verbatim = true;
        self
    }

    /// Of the options of a scope with the same group, one may be set. Since 1.1.
    pub fn exclusive(&mut self, group: &str) -> &mut Self {
        self.exclusive_group = Some(group.to_owned());
        self
    }

    /// Shown by `help-advanced` only.
    pub fn advanced(&mut self) -> &mut Self {
        self.is_advanced = true;
        self
    }

    /// Gives it a one-letter flag.
    pub fn short(&mut self, letter: char) -> &mut Self {
        self.short = Some(letter);
        self
    }

    /// Another name it answers to.
    pub fn alias(&mut self, name: &str) -> &mut Self {
        self.aliases.push(name.to_owned());
        self
    }

    /// The value of a bare `--x`.
    pub fn implicit(&mut self, value: impl Into<Value>) -> &mut Self {
        self.implicit_value = Some(value.into());
        self
    }

    /// Warns whoever sets it.
    pub fn deprecated(&mut self, removal_version: &str, hint: &str) -> &mut Self {
        self.deprecated = Some((removal_version.to_owned(), hint.to_owned()));
        self
    }
}

/// Collects the options of one scope.
#[derive(Clone, Debug, Default)]
pub struct OptionRegistrar {
    pub(crate) options: Vec<OptionDecl>,
}

impl OptionRegistrar {
    /// Declares an option of any kind.
    pub fn option(&mut self, name: &str, kind: OptionKind, default: impl Into<Value>, help: &str) -> &mut OptionDecl {
        self.options.push(OptionDecl {
            name: name.to_owned(),
            kind,
            default: default.into(),
            help: help.to_owned(),
            ..OptionDecl::default()
        });
        self.options.last_mut().expect("one was pushed just now")
    }

    /// A flag that is on or off.
    pub fn bool(&mut self, name: &str, default: bool, help: &str) -> &mut OptionDecl {
        self.option(name, OptionKind::Bool, default, help)
    }

    /// A whole number.
    pub fn int(&mut self, name: &str, default: i64, help: &str) -> &mut OptionDecl {
        self.option(name, OptionKind::Int, default, help)
    }

    /// Text.
    pub fn string(&mut self, name: &str, default: &str, help: &str) -> &mut OptionDecl {
        self.option(name, OptionKind::String, default, help)
    }

    /// Text that may be left unset.
    pub fn optional_string(&mut self, name: &str, help: &str) -> &mut OptionDecl {
        self.option(name, OptionKind::String, Value::None, help)
    }

    /// A flag that is on, off, or left to what the task finds. Since 1.1.
    pub fn optional_bool(&mut self, name: &str, help: &str) -> &mut OptionDecl {
        self.option(name, OptionKind::Bool, Value::None, help)
    }

    /// A whole number that may be left unset. Since 1.1.
    pub fn optional_int(&mut self, name: &str, help: &str) -> &mut OptionDecl {
        self.option(name, OptionKind::Int, Value::None, help)
    }

    /// A number. Since 1.1.
    pub fn float(&mut self, name: &str, default: f64, help: &str) -> &mut OptionDecl {
        self.option(name, OptionKind::Float, default, help)
    }

    /// A dict. Since 1.1.
    pub fn dict(&mut self, name: &str, default: Vec<(Value, Value)>, help: &str) -> &mut OptionDecl {
        self.option(name, OptionKind::Dict, Value::Dict(default), help)
    }

    /// Arguments: a list of texts, where a text is taken apart into words, as a shell does. Since 1.1.
    pub fn shell_list(&mut self, name: &str, default: &[&str], help: &str) -> &mut OptionDecl {
        self.option(name, OptionKind::ShellList, default, help)
    }

    /// A list of texts.
    pub fn list(&mut self, name: &str, default: &[&str], help: &str) -> &mut OptionDecl {
        self.option(name, OptionKind::StringList, default, help)
    }

    /// One of several texts.
    pub fn choice(&mut self, name: &str, choices: &[&str], default: &str, help: &str) -> &mut OptionDecl {
        let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        self.option(name, OptionKind::Choice(choices), default, help)
    }

    /// What was declared so far.
    pub fn declared(&self) -> &[OptionDecl] {
        &self.options
    }
}

/// Where the value of an option came from, in the words of the user (`pants.toml:12 [compile.javac] args`).
pub type OptionSource = String;

/// How much the source of a value counts: the value of the highest rank stands. Since 1.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OptionRank {
    /// There is no value, not even a default.
    #[default]
    None,
    /// The default of the declaration.
    Hardcoded,
    /// `[DEFAULT]` of a config file.
    ConfigDefault,
    /// The option's own section of a config file.
    Config,
    /// An environment variable.
    Environment,
    /// The command line.
    Flag,
}

/// The value of an option with its origin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OptionValue {
    /// The value after all sources were merged.
    pub value: Value,
    /// The place it was set at: `default`, a flag, a variable, or a line of a config file.
    pub source: OptionSource,
    /// How much that place counts. Since 1.1; a host of 1.0 does not say.
    pub rank: OptionRank,
}

impl OptionValue {
    /// Whether nobody set it. Since 1.1.
    pub fn is_default(&self) -> bool {
        self.rank <= OptionRank::Hardcoded
    }

    /// This value, or the other one where nobody set this: of the scope that had the option before. Since 1.1.
    pub fn or(self, older: Self) -> Self {
        if self.is_default() { older } else { self }
    }
}
