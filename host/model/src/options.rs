//! Options: what may be set, what was set, and by whom.

use crate::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What values an option takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// `--x`, `--no-x`, `--x=true`.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Text.
    String,
    /// One of these texts.
    Choice(Vec<String>),
    /// A list of texts, with `+[..]` and `-[..]` edits.
    StringList,
    /// A list whose members are of this kind, which is no list and no dict.
    List(Box<OptionKind>),
    /// A list of texts; a text given for it is taken apart into words, as a shell does.
    ShellList,
    /// A dict, with `+{..}` edits.
    Dict,
    /// A dict whose values may name files; such a value becomes what the file holds.
    DictWithFiles,
    /// A path of a file that must exist.
    File,
    /// A path of a directory that must exist.
    Dir,
    /// The address of a target.
    Target,
}

/// One option of a scope, as a task or the host declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionSpec {
    /// The name with dashes, without leading ones (`jvm-options`).
    pub name: String,
    /// The one-letter flag, if it has one.
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
    /// Its value takes part in the fingerprint of the daemon: another value, another daemon.
    pub is_daemon: bool,
    /// Inner scopes inherit it.
    pub is_recursive: bool,
    /// A value that begins with `@` is that text, and no name of a file.
    pub is_verbatim: bool,
    /// The least number that it may be, where there is one.
    pub minimum: Option<i64>,
    /// Of the options of a scope with the same group, one may be set.
    pub exclusive_group: Option<String>,
    /// Other names it still answers to (`enable-pantsd`).
    pub aliases: Vec<String>,
    /// The value of a bare `--x` for an option that is no bool.
    pub implicit_value: Option<Value>,
    /// The version that removes it, and what to use instead.
    pub deprecated: Option<(String, String)>,
}

impl OptionSpec {
    /// An option with a name, kind, default and help; everything else is off.
    pub fn new(name: &str, kind: OptionKind, default: impl Into<Value>, help: &str) -> Self {
        Self {
            name: name.to_owned(),
            short: None,
            kind,
            default: default.into(),
            help: help.to_owned(),
            is_advanced: false,
            is_fingerprinted: false,
            is_daemon: false,
            is_recursive: false,
            is_verbatim: false,
            minimum: None,
            exclusive_group: None,
            aliases: Vec::new(),
            implicit_value: None,
            deprecated: None,
        }
    }
}

/// A scope: a name with options. The global scope's name is empty; a task's is `phase.goal`, or `phase` where the goal
/// has the phase's name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScopeSpec {
    /// `""`, `compile`, `compile.javac`, `jvm`.
    pub name: String,
    /// One sentence for help.
    pub description: String,
    /// Its options.
    pub options: Vec<OptionSpec>,
    /// Whether its name may be typed as a goal (`compile`, `compile.javac`).
    pub is_goal: bool,
    /// The subsystem of which it is a goal's own instance: `jvm` for the scope `jvm.test.junit`. An instance inherits every
    /// option of its subsystem; a scope that is declared stands alone, whatever its name begins with.
    pub instance_of: Option<String>,
    /// Names that it had before: they are still understood, with a warning.
    pub older_names: Vec<String>,
    /// The backend that registered it; empty for the host's own.
    pub backend: String,
    /// The version of that backend, which decides whether a deprecated option is gone; empty for the host's own.
    pub backend_version: String,
}

/// How much the source of a value counts: the value of the highest rank stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OptionRank {
    /// There is no value, not even a default.
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

impl OptionRank {
    /// The name that Pants v1 gave it (`CONFIG_DEFAULT`).
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Hardcoded => "HARDCODED",
            Self::ConfigDefault => "CONFIG_DEFAULT",
            Self::Config => "CONFIG",
            Self::Environment => "ENVIRONMENT",
            Self::Flag => "FLAG",
        }
    }
}

/// Where the value of an option came from, the way the user wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionSource {
    /// The default of the declaration.
    Default,
    /// A key of a config file: `pants.toml:12 [compile.javac] worker_count`.
    Config {
        /// The file as the user named it.
        file: String,
        /// The line, from 1.
        line: u32,
        /// The section (`DEFAULT` counts as one).
        section: String,
        /// The key.
        key: String,
    },
    /// An environment variable, by name.
    Environment(String),
    /// A flag, as typed (`--compile-javac-worker-count`).
    Flag(String),
}

impl OptionSource {
    /// How much it counts. A default that is no value ranks as none; only who knows the value can say that.
    pub fn rank(&self) -> OptionRank {
        match self {
            Self::Default => OptionRank::Hardcoded,
            Self::Config { section, .. } if section == "DEFAULT" => OptionRank::ConfigDefault,
            Self::Config { .. } => OptionRank::Config,
            Self::Environment(_) => OptionRank::Environment,
            Self::Flag(_) => OptionRank::Flag,
        }
    }
}

impl std::fmt::Display for OptionSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Config { file, line, section, key } => write!(f, "{file}:{line} [{section}] {key}"),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// A value that a higher source replaced or edited.
#[derive(Clone, Debug, PartialEq)]
pub struct OverriddenValue {
    /// What it was.
    pub value: Value,
    /// Who had given it.
    pub source: OptionSource,
}

/// The value of one option, with its origin.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionValue {
    /// The value after all ranks were merged.
    pub value: Value,
    /// The highest source that took part.
    pub source: OptionSource,
    /// What it was before each source but the first took part, the lowest first; empty where nobody set anything.
    pub overridden: Vec<OverriddenValue>,
    /// Whether it takes part in the fingerprint of its task.
    pub is_fingerprinted: bool,
    /// Whether it takes part in the fingerprint of the daemon.
    pub is_daemon: bool,
}

impl OptionValue {
    /// A value that nobody set.
    pub fn of_default(value: Value) -> Self {
        Self { value, source: OptionSource::Default, overridden: Vec::new(), is_fingerprinted: false, is_daemon: false }
    }

    /// The default of its declaration, whoever set another value.
    pub fn default(&self) -> &Value {
        self.overridden.first().map_or(&self.value, |lowest| &lowest.value)
    }

    /// How much its source counts.
    pub fn rank(&self) -> OptionRank {
        match self.source {
            OptionSource::Default if self.value.is_none() => OptionRank::None,
            _ => self.source.rank(),
        }
    }
}

/// All option values of a run: scope, then option name with dashes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OptionValues {
    /// Scopes with the very same values share them.
    scopes: BTreeMap<String, Arc<BTreeMap<String, OptionValue>>>,
}

impl OptionValues {
    /// Sets a value.
    pub fn insert(&mut self, scope: &str, name: &str, value: OptionValue) {
        Arc::make_mut(self.scopes.entry(scope.to_owned()).or_default()).insert(name.to_owned(), value);
    }

    /// Sets all values of a scope.
    pub fn insert_scope(&mut self, scope: &str, options: impl IntoIterator<Item = (String, OptionValue)>) {
        self.scopes.insert(scope.to_owned(), Arc::new(options.into_iter().collect()));
    }

    /// Gives a scope the values of another one, which are not copied.
    pub fn share(&mut self, scope: &str, other: &str) {
        let values = self.scopes.get(other).cloned().unwrap_or_default();
        self.scopes.insert(scope.to_owned(), values);
    }

    /// The value of an option of exactly this scope, with its origin.
    pub fn get(&self, scope: &str, name: &str) -> Option<&OptionValue> {
        self.scopes.get(scope)?.get(name)
    }

    /// The value of an option; `Value::None` when the scope does not have it.
    pub fn value(&self, scope: &str, name: &str) -> &Value {
        const NONE: &Value = &Value::None;
        self.get(scope, name).map_or(NONE, |option| &option.value)
    }

    /// All options of a scope, by name.
    pub fn scope(&self, scope: &str) -> impl Iterator<Item = (&str, &OptionValue)> {
        self.scopes.get(scope).into_iter().flat_map(|values| values.iter()).map(|(name, value)| (name.as_str(), value))
    }

    /// The names of all scopes.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.keys().map(String::as_str)
    }
}
