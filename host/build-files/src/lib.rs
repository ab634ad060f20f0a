//! BUILD files: from their text to a [`BuildGraph`](pants_model::BuildGraph) and diagnostics.
//!
//! Reads Python syntax, evaluates it with an evaluator of its own, validates targets against what backends declared,
//! expands source globs, and answers which targets a spec or a file stands for. Directories are evaluated when they are
//! first needed, in parallel.
//!
//! Must not know: any backend, task or goal, the daemon, or who sets what it is told. Of target types it knows by name
//! those of Pants's own core, with the phases that these name; of options, the names that its advice mentions. It runs no
//! process, and what it keeps between runs a store from above writes. All that evaluation reads, BUILD files and preludes
//! apart, goes through one recording context.
//!
//! What is loaded is a snapshot that only grows. After something happened another one is made that shares whatever is still
//! right: `snapshot.rs` says how, and `examples/fuzz_snapshots` that it answers as one which was just made.
//!
//! The floors, each importing lower ones only: source text and syntax; the directory tree and globs; values and the
//! evaluator; families (the BUILD files of one directory); loading in waves; specs and owners; snapshots.

mod changes;
mod config;
mod hashing;
mod suggest;

mod stamps;

mod nesting;
mod parse;
mod source;
mod syntax;

mod globs;
mod reads;
mod source_roots;
mod sources;
mod tree;
mod wildcard;

mod prelude;
mod symbols;

mod declare;
mod fields;
mod text_format;
mod unknown;
mod value;

mod evaluate;

mod assigned_tags;
mod defaults;
mod family;

mod cache;

mod load;
mod places;

mod specs;

mod filters;
mod owners;
mod select;

mod snapshot;

mod workspace;

#[cfg(test)]
mod fixture;

pub use cache::{EvaluationStore, Stored};
pub use changes::{Changes, Look};
pub use config::{
    EvaluateLimits, ImportsPolicy, MissingFilesPolicy, OptionKeys, SourceRootsConfig, UnmatchedPolicy, WorkspaceConfig,
};
pub use filters::CompiledFilters;
pub use reads::{ReadKind, RecordedRead};
pub use sources::declared_sources;
pub use specs::{AddressSpec, SpecError, SpecFilters};
pub use symbols::{Macro, MacroContext, MacroSymbol, SymbolConflict, Symbols};
pub use workspace::BuildFiles;
