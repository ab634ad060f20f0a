//! Options: every source, every rank, every name, with the origin of each value.
//!
//! Takes the command line, the environment and the config files of one invocation and says what was asked: which
//! goals, which specs, which value each option has and who set it. Must not know any goal, task, target type or backend
//! by name: scopes and options arrive as data ([`ScopeSpec`](pants_model::ScopeSpec)), and the only options declared
//! here are those of the global scope. Reads config files and `@file` values, asks whether a path exists and, where the
//! environment does not tell, what the user is called; touches nothing else of the outside.
//!
//! The one thing known by name is history: the goals, scopes and options that Pants v1 had, and what took the place of
//! some (`legacy`, `command_line::old_goals`). No room above could hand that down, as it tells of what none of them has;
//! and where one registers such a name, it is no history any more.
//!
//! The modules stand in the order of the flow: texts become values, files become sections, words become flags and
//! goals, and all of it is merged by rank.

mod global;
mod names;
mod suggest;
mod version;

mod legacy;
mod literal;
mod user_directories;
mod user_name;
mod value;

mod fingerprint;

mod error;

mod build_root;
mod config;
mod scopes;

mod command_line;

mod at_file;
mod exclusive;
mod paths;
mod sources;

mod check_scopes;
mod check_values;
mod deprecated;
mod resolve;
mod verify;

mod bootstrap;
mod parse;

mod migrate;

mod complete;
mod help;

pub use bootstrap::{Bootstrap, Invocation, bootstrap, bootstrap_without_config};
pub use build_root::BUILD_ROOT_VARIABLE;
pub use check_scopes::{ScopeError, check_scopes};
pub use command_line::{CommandLine, HelpKind, HelpRequest, RESERVED_WORDS, help_of};
pub use complete::{Completion, PathKind, WantedPath, complete};
pub use config::ConfigFiles;
pub use error::{ConfigPlace, ConfigProblem, FlagAdvice, OptionsError};
pub use fingerprint::{DaemonOption, daemon_fingerprint, daemon_options};
pub use global::{VERSION, global_options, global_scope};
pub use help::{HelpStyle, default_in_words, render_help};
pub use literal::{LiteralError, parse_literal, render_literal};
pub use migrate::{IdleItem, Migrated, migrate_config, migrate_config_for};
pub use names::{key_of, option_of_key, scope_of_section, section_of};
pub use parse::{Parsed, parse, parse_with_disabled, read_command};
pub use value::ValueError;
pub use verify::DisabledScope;
