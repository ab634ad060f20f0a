//! The wire: operation numbers and the documents that travel with them, as MessagePack with names.
//!
//! Not for plugin authors. Numbers are never reused; fields are only added, with a serde default; an operation that the
//! other side does not know is answered with [`ErrorKind::Unsupported`](crate::ErrorKind).

#![allow(missing_docs)]

pub use crate::planning::Requirement;
use crate::{
    Address, GraphView, InvalidateOptions, Job, ObjectType, OptionDecl, Placement, ProductDecl, Target, TargetType,
    TestReport, Value, Versioned,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

// Context operations.
pub const INFO: u32 = 1;
pub const OPTION: u32 = 2;
pub const TARGET_ROOTS: u32 = 3;
pub const TARGETS: u32 = 4;
pub const TARGET: u32 = 5;
pub const CLOSURE: u32 = 6;
pub const DEPENDENCIES: u32 = 7;
pub const DEPENDEES: u32 = 8;
pub const RESOLVE: u32 = 9;
pub const INJECT_TARGET: u32 = 10;
pub const RUN: u32 = 11;
pub const INVALIDATED: u32 = 12;
pub const MARK_VALID: u32 = 13;
pub const PRINT: u32 = 14;
pub const LOG: u32 = 15;
pub const TOOL_OUTPUT: u32 = 16;
pub const TEST_RESULT: u32 = 17;
pub const WORKUNIT_START: u32 = 18;
pub const WORKUNIT_END: u32 = 19;
pub const FOREGROUND: u32 = 20;
/// With a callback that fills a directory.
pub const TOOL_DIR: u32 = 21;
/// With a callback that does one job.
pub const PARALLEL: u32 = 22;
pub const ENVIRONMENT: u32 = 23;
pub const EXPAND_GLOBS: u32 = 24;
pub const NAMED_CACHE: u32 = 25;
pub const ALL_TARGETS: u32 = 26;
pub const REQUESTS: u32 = 27;
pub const OPTIONS_OF_SCOPE: u32 = 28;
/// `PARALLEL` of a [`LimitedJobs`].
pub const PARALLEL_AT_MOST: u32 = 29;

// Operations of a macro's context.
pub const MACRO_REL_PATH: u32 = 100;
pub const MACRO_READ_FILE: u32 = 101;
pub const MACRO_GLOB: u32 = 102;
pub const MACRO_ENV: u32 = 103;
pub const MACRO_CREATE_TARGET: u32 = 104;

// Operations of a task type.
pub const TASK_SPEC: u32 = 1;
pub const TASK_REGISTER_OPTIONS: u32 = 2;
pub const TASK_PRODUCT_TYPES: u32 = 3;
pub const TASK_ALTERNATE_TARGET_ROOTS: u32 = 4;
pub const TASK_PREPARE: u32 = 5;

// Operations of a task.
pub const TASK_EXECUTE: u32 = 1;
pub const TASK_EXECUTE_CHUNK: u32 = 2;

// Operations of a callback.
/// Do job `u64` of a `PARALLEL` call; the context is the job's.
pub const CALLBACK_JOB: u32 = 1;
/// Fill the directory whose path (text) is given.
pub const CALLBACK_FILL: u32 = 2;
/// Run a BUILD macro: `MacroCall` -> `Value`; the context answers the macro operations.
pub const CALLBACK_MACRO: u32 = 3;

// Operations of the registrar.
pub const REGISTER: u32 = 1;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Info {
    pub build_root: String,
    pub workdir: String,
    pub dist_dir: String,
    pub scope: String,
    pub run_id: String,
    pub passthrough: Vec<String>,
    pub requested_phases: Vec<String>,
    pub use_colors: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OptionQuery {
    pub scope: String,
    pub name: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GraphQuery {
    pub addresses: Vec<Address>,
    pub view: GraphView,
    pub is_transitive: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InjectTarget {
    pub target: Target,
    pub dependencies: Vec<Address>,
    pub derived_from: Address,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InvalidateQuery {
    pub targets: Vec<Address>,
    pub options: InvalidateOptions,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogLine {
    /// 1 error, 2 warning, 3 info, 4 debug, 5 trace.
    pub level: u8,
    pub message: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolDirQuery {
    pub name: String,
    pub key: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GlobsQuery {
    pub dir: String,
    pub globs: crate::Globs,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    pub scope: String,
    #[serde(with = "serde_bytes")]
    pub document: Vec<u8>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateTarget {
    pub type_name: String,
    pub fields: Vec<(String, Value)>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MacroCall {
    pub args: Vec<Value>,
    pub kwargs: Vec<(String, Value)>,
}

/// What a backend registers, but for its tasks and macros.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Registration {
    pub phases: Vec<PhaseDoc>,
    pub target_types: Vec<TargetType>,
    pub objects: Vec<ObjectType>,
    pub scopes: Vec<ScopeDoc>,
    /// Options of phases; the name is that of the phase.
    pub phase_options: Vec<ScopeDoc>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PhaseDoc {
    pub name: String,
    pub description: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GoalDoc {
    pub phase: String,
    pub name: String,
    pub placement: Placement,
    pub group: Option<String>,
    pub depends_on_phases: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MacroDoc {
    pub name: String,
    pub description: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScopeDoc {
    pub name: String,
    pub description: String,
    pub options: Vec<OptionDecl>,
    pub older_names: Vec<String>,
}

// Named here so that the answer types of the operations stand in one place.
pub type RequirementsAnswer = Vec<Requirement>;
pub type ProductTypesAnswer = Vec<ProductDecl>;
pub type InvalidatedAnswer = Vec<Versioned>;
pub type ParallelQuery = Vec<Job>;

/// Jobs of which so many run at once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LimitedJobs {
    pub jobs: Vec<Job>,
    pub at_most: usize,
}
pub type TestResultQuery = TestReport;

/// Encodes a document.
pub fn encode<T: Serialize + ?Sized>(document: &T) -> Result<Vec<u8>, crate::Error> {
    Ok(rmp_serde::to_vec_named(document)?)
}

/// Decodes a document.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, crate::Error> {
    Ok(rmp_serde::from_slice(bytes)?)
}
