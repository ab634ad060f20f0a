//! What a backend plugin is written against, and all it is written against.
//!
//! A backend is a dylib (`crate-type = ["cdylib"]`) that exports one [`Backend`] with [`export_backend!`]. Its
//! `register` tells the host which phases, goals, tasks, target types, BUILD symbols and options it adds. A [`Task`]
//! has a class side, which the host asks while it plans and when no instance exists, and an instance side, constructed
//! and executed back to back. Everything a task may do to the world goes through its [`Context`].
//!
//! Only std types and the types of this crate appear in signatures. The crate names no type of the host; host and
//! plugin agree on the wire alone ([`abi`], hidden), which is checked when a plugin is loaded. `docs/plugins.md` is the
//! guide.

mod address;
mod arguments;
mod context;
mod error;
mod header;
mod jobs;
mod options;
mod planning;
mod process;
mod product;
pub mod products;
mod publish;
mod registrar;
mod source_root;
mod target;
mod task;
pub mod tasks;
pub mod testing;
mod value;

#[doc(hidden)]
pub mod abi;
#[doc(hidden)]
pub mod wire;

pub use address::Address;
pub use arguments::named_arguments;
pub use context::{Context, GraphView, InvalidateOptions, LogLevel, TestReport, TestStatus, Versioned, Workunit};
pub use error::{Error, ErrorKind, Result};
#[doc(hidden)]
pub use header::{FLAG_DEBUG_ASSERTIONS, FLAG_PANIC_UNWIND, MAGIC, PluginHeader};
pub use jobs::{Job, JobState, JobsOutcome};
pub use options::{OptionDecl, OptionKind, OptionRank, OptionRegistrar, OptionSource, OptionValue};
pub use planning::{Planning, RoundManager};
pub use process::{CachePolicy, Exit, Locality, Process, ProcessOutput, ResultOrigin, Tool, Worker};
pub use product::{Product, ProductDecl, ProductFormat};
pub use registrar::{
    Backend, DefaultTarget, FieldDecl, FieldKind, FieldRule, GoalInstaller, MacroContext, ObjectType, Placement,
    Registrar, TargetType,
};
pub use source_root::source_root;
pub use target::{DependencyModifier, Location, Target};
pub use task::{Predicate, TargetScope, Task, TaskSpec};
pub use value::{Globs, Object, Value};

/// The version of this crate, which is the version of the plugin API.
pub const API_VERSION: &str = env!("CARGO_PKG_VERSION");
