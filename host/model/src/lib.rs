//! The nouns of the build: what every other room talks about.
//!
//! Knows no I/O, no format, no plugin: nothing here reads a file, serialises, or prints. Wire and cache formats are
//! types of their own in the room that owns the format.

mod address;
mod diagnostic;
mod event;
mod fingerprint;
mod graph;
mod legible;
mod options;
mod predicate;
mod target;
mod target_type;
mod value;

pub use address::{Address, AddressError};
pub use diagnostic::{Diagnostic, Location, Severity};
pub use event::{Event, EventSink, LogLevel, ResultMoment, RunEnding, TestStatus, Voice};
pub use fingerprint::{Fingerprint, FingerprintBuilder};
pub use graph::{BuildGraph, Order, TargetId};
pub use legible::legible;
pub use options::{
    OptionKind, OptionRank, OptionSource, OptionSpec, OptionValue, OptionValues, OverriddenValue, ScopeSpec,
};
pub use predicate::Predicate;
pub use target::{DependencyModifier, Target};
pub use target_type::{DefaultTarget, FieldKind, FieldRule, FieldSpec, InjectedDependency, ObjectSpec, TargetTypeSpec};
pub use value::{Globs, Object, Value};
