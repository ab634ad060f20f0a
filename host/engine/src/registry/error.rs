//! Why the goals that were installed do not fit together.

use crate::task_error::TaskError;

/// Why the goals that were installed do not fit together; names everybody who is part of it.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Two goals of a phase have one name.
    #[error("phase `{phase}` has two goals `{goal}`: one is installed by `{first}`, one by `{second}`")]
    DuplicateGoal {
        /// The phase.
        phase: String,
        /// The name.
        goal: String,
        /// Who installed the first.
        first: String,
        /// Who installed the second.
        second: String,
    },
    /// A placement names a goal that nobody installed.
    #[error(
        "goal `{goal}` of phase `{phase}` (installed by `{plugin}`) is placed `{placement}`, and the phase has no such goal"
    )]
    UnknownNeighbour {
        /// The phase.
        phase: String,
        /// The goal that is placed.
        goal: String,
        /// Who installed it.
        plugin: String,
        /// Where: `before=x`, `after=x` or `replace=x`.
        placement: String,
        /// The name that was probably meant, or all that there are.
        hint: Option<String>,
    },
    /// Placements that wait for each other.
    #[error("goals of phase `{phase}` are placed in a loop: {}", quoted(goals))]
    PlacementLoop {
        /// The phase.
        phase: String,
        /// The goals that cannot be placed.
        goals: Vec<String>,
    },
    /// Two goals want the place of one.
    #[error("goal `{goal}` of phase `{phase}` is replaced twice: by `{first}` and by `{second}`")]
    ReplacedTwice {
        /// The phase.
        phase: String,
        /// The goal that is replaced.
        goal: String,
        /// Who replaced it first.
        first: String,
        /// Who replaced it again.
        second: String,
    },
    /// Two backends mean different things by one option of a phase.
    #[error(
        "option `{option}` of the phase `{phase}`: `{second}` gives it another {difference} than `{first}`, which \
         registered it first"
    )]
    PhaseOptionDiffers {
        /// The phase.
        phase: String,
        /// The option.
        option: String,
        /// In what they differ.
        difference: &'static str,
        /// Who registered it first.
        first: String,
        /// Who registered it again.
        second: String,
    },
    /// A task failed while it was asked what it declares.
    #[error("`{hook}` of task `{type_name}` (goal `{goal}` of phase `{phase}`, installed by `{plugin}`) failed")]
    Task {
        /// `register_options` or `product_types`.
        hook: &'static str,
        /// The task.
        type_name: String,
        /// The phase.
        phase: String,
        /// The goal.
        goal: String,
        /// Who installed it.
        plugin: String,
        /// Why.
        #[source]
        source: Box<TaskError>,
    },
}

impl RegisterError {
    /// What the user may do, one line each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::UnknownNeighbour { hint, .. } => hint.iter().cloned().collect(),
            Self::ReplacedTwice { first, second, .. } | Self::PhaseOptionDiffers { first, second, .. } => {
                vec![format!("enable only one of `{first}` and `{second}`")]
            }
            Self::Task { source, .. } => source.hints.clone(),
            Self::DuplicateGoal { .. } | Self::PlacementLoop { .. } => Vec::new(),
        }
    }
}

pub(super) fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
