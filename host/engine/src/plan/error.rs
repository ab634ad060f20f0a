//! Why there is no plan.

use crate::task_error::TaskError;
use crate::workspace::WorkspaceError;
use pants_model::Address;
use std::fmt;

/// Why there is no plan; names everybody who is part of it.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Somebody asked for a phase that nobody registered.
    #[error("unknown goal `{phase}`")]
    UnknownPhase {
        /// The name as typed.
        phase: String,
        /// The name that was probably meant.
        suggestion: Option<String>,
    },
    /// A goal depends on a phase that nobody registered.
    #[error("goal `{scope}` (installed by `{plugin}`) depends on phase `{phase}`, which nobody registered")]
    UnknownDeclaredPhase {
        /// The goal.
        scope: String,
        /// Who installed it.
        plugin: String,
        /// The phase.
        phase: String,
        /// The name that was probably meant.
        suggestion: Option<String>,
    },
    /// A task requires a product that nobody produces.
    #[error(
        "goal `{goal}` of phase `{phase}` (task `{type_name}`) requires product `{product}`, which nobody produces"
    )]
    NoProducer {
        /// The phase of the goal.
        phase: String,
        /// The goal.
        goal: String,
        /// Its task.
        type_name: String,
        /// The product.
        product: String,
        /// Products with a similar name, and the scopes that produce them.
        similar: Vec<(String, Vec<String>)>,
        /// Whether the task itself declares the product: then it needs another to begin with.
        is_own: bool,
    },
    /// Goals wait for each other.
    #[error("goals wait for each other: {}", shown_cycle(steps))]
    Cycle {
        /// Around the loop; each goal waits for the next, the last one for the first.
        steps: Vec<CycleStep>,
    },
    /// Two tasks propose different target roots.
    #[error(
        "`{first}` and `{second}` propose different target roots: {} and {}",
        shown(first_roots),
        shown(second_roots)
    )]
    ConflictingRoots {
        /// The task that proposed first, with its scope.
        first: String,
        /// What it proposed.
        first_roots: Vec<Address>,
        /// The task that proposed something else.
        second: String,
        /// What it proposed.
        second_roots: Vec<Address>,
    },
    /// A task proposes a target root that does not exist.
    #[error("`{proposer}` proposes target root `{address}`, which cannot be loaded")]
    UnknownRoot {
        /// The task, with its scope.
        proposer: String,
        /// The target.
        address: Address,
        /// Why, when the workspace said so.
        #[source]
        source: Option<WorkspaceError>,
    },
    /// A task failed while it was asked something.
    #[error("`{hook}` of task `{type_name}` (goal `{goal}` of phase `{phase}`) failed")]
    Task {
        /// `alternate_target_roots` or `prepare`.
        hook: &'static str,
        /// The task.
        type_name: String,
        /// The phase of its goal.
        phase: String,
        /// Its goal.
        goal: String,
        /// Why.
        #[source]
        source: Box<TaskError>,
    },
}

/// One step around a loop of goals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleStep {
    /// The scope of the goal that waits for the goal of the next step.
    pub scope: String,
    /// Why it waits.
    pub reason: WaitReason,
}

/// Why a goal waits for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// It uses this product of the other.
    Product(String),
    /// It depends on this phase, which the other is part of.
    Phase(String),
    /// Somebody placed it so.
    Placement,
    /// Its phase was typed later.
    Typed,
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Product(product) => write!(f, "product `{product}`"),
            Self::Phase(phase) => write!(f, "phase `{phase}`"),
            Self::Placement => f.write_str("placement"),
            Self::Typed => f.write_str("typed order"),
        }
    }
}

impl PlanError {
    /// What the user may do, one line each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::UnknownPhase { suggestion, .. } | Self::UnknownDeclaredPhase { suggestion, .. } => {
                suggestion.iter().map(|name| format!("did you mean `{name}`?")).collect()
            }
            Self::NoProducer { similar, is_own, product, .. } => {
                let own =
                    is_own.then(|| format!("the task itself adds to `{product}`, and needs another that begins it"));
                let similar = similar.iter().map(|(name, producers)| format!("{} produces `{name}`", shown(producers)));
                let hints: Vec<String> = own.into_iter().chain(similar).collect();
                if hints.is_empty() { vec!["is the backend that produces it enabled?".to_owned()] } else { hints }
            }
            Self::Task { source, .. } => source.hints.clone(),
            Self::Cycle { .. } | Self::ConflictingRoots { .. } | Self::UnknownRoot { .. } => Vec::new(),
        }
    }
}

fn shown_cycle(steps: &[CycleStep]) -> String {
    let mut text = String::new();
    for CycleStep { scope, reason } in steps {
        text.push_str(&format!("`{scope}` ({reason}) -> "));
    }
    let first = steps.first().map(|step| step.scope.as_str()).unwrap_or_default();
    format!("{text}`{first}`")
}

fn shown(names: &[impl fmt::Display]) -> String {
    if names.is_empty() {
        return "no targets".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
