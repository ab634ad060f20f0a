//! The engine: plans a run in rounds and carries it out: tasks, products, invalidation.
//!
//! It must not know that plugins are dylibs (its own tests are structs that implement [`TaskType`]), how BUILD files are
//! read (a [`Workspace`] answers for the repository), how processes run, or what a compiler is. It prints nothing: what
//! the user should hear is an event.
//!
//! Invariant: planning calls only the class side of tasks; nothing is constructed, locked or run.
//! Invariant: the target roots are final when the plan is; no call of a [`Context`] replaces them.
//! Invariant: what a task sees depends on the plan, never on who was faster.
//! Invariant: a task holds no job slot while it waits, so `--jobs=1` finishes everything.

mod suggest;
mod sync;

mod planning;
mod products;
mod task_error;
mod task_spec;
mod task_terms;
mod workspace;

mod context;
mod fingerprint;
mod jobs;
mod overlay;
mod run_state;
mod validity;

mod explain;
mod plan;
mod registry;
mod task;

mod chunks;
mod execute;

#[cfg(test)]
mod testing;

pub use context::{Context, InvalidateOptions, Versioned, Workunit};
pub use execute::{ExecuteOutcome, ExecuteRequest, execute};
pub use jobs::{Job, JobState, JobsOutcome};
pub use overlay::GraphView;
pub use plan::{CycleStep, PlanError, PlannedGoal, RoundPlan, WaitReason, plan_rounds};
pub use planning::{PlanRequest, Planning, RoundManager};
pub use products::{Contribution, Payload};
pub use registry::{GoalSpec, PhaseSpec, Placement, RegisterError, RegisteredGoal, Registry};
pub use task::{Task, TaskType};
pub use task_error::{TaskError, TaskErrorKind};
pub use task_spec::{GoalIdentity, PluginTag, ProductDecl, TargetScope, TaskSpec, scope_of};
pub use task_terms::{Locking, OnFailure, TaskTerms, TermsOfTasks};
pub use workspace::{LoadedTargets, Workspace, WorkspaceError};
