//! Why a run did not get as far as its tasks.

use crate::problems::{Limit, shown};
use pants_engine::{PlanError, RegisterError, TaskError, TaskErrorKind};
use pants_model::Diagnostic;
use pants_options::{OptionsError, ScopeError};
use pants_plugin_loader::LoadError;
use pants_process::StoreError;
use std::error::Error;

/// Why a run did not get as far as its tasks.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The command line, the environment or a config file.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// A plugin.
    #[error(transparent)]
    Plugins(#[from] LoadError),
    /// Nothing was asked for.
    #[error("no goal was given")]
    NoGoal,
    /// Arguments after `--` that no goal takes.
    #[error("`{}` takes no arguments after `--`", goals.join("`, `"))]
    NoTaker {
        /// The goals that were asked for.
        goals: Vec<String>,
        /// The goals that take arguments.
        takers: Vec<String>,
    },
    /// Targets were chosen, or forgotten, and no goal that was asked for works on any.
    #[error("{} nothing to do: {reason}", having(goals))]
    NothingToDo {
        /// The goals that were asked for.
        goals: Vec<String>,
        /// Why they have nothing to do.
        reason: &'static str,
    },
    /// Options that plugins declared cannot be spelled or clash.
    #[error("the options that the backends declare do not fit together")]
    Scopes(Vec<ScopeError>),
    /// What plugins registered does not fit together.
    #[error("what the backends register does not fit together")]
    Register(Vec<RegisterError>),
    /// Something that a plugin says of itself.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// The plan.
    #[error(transparent)]
    Plan(PlanError),
    /// BUILD files, specs, or files that they name; all were found in one go.
    #[error("{}", summary(.0))]
    Repository(Vec<Diagnostic>),
    /// The caches.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SessionError {
    /// What a task refuses while it is planned is told as it is: an option with a wrong value has its place in front, and
    /// whose question it was to answer is no news to a user.
    pub(crate) fn of_plan(error: PlanError, limit: Limit) -> Self {
        match error {
            PlanError::Task { source, .. } if !source.diagnostics.is_empty() => {
                Self::Repository(shown(source.diagnostics, limit))
            }
            PlanError::Task { source, .. } if source.kind == TaskErrorKind::Failed => Self::Task(*source),
            error => Self::Plan(error),
        }
    }

    /// The error as what is shown: each fault with its place, its causes and its hints.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let hinted = |error: &dyn Error, hints| Diagnostic { hints, ..Diagnostic::of_error(error) };
        match self {
            Self::Options(error) => error.diagnostics(),
            Self::Repository(diagnostics) => diagnostics.clone(),
            Self::Plugins(error) => vec![hinted(error, error.hints())],
            Self::Task(error) => vec![hinted(error, error.hints.clone())],
            Self::Plan(error) => vec![hinted(error, error.hints())],
            Self::Store(error) => vec![Diagnostic::of_error(error)],
            Self::Register(errors) => errors.iter().map(|error| hinted(error, error.hints())).collect(),
            Self::Scopes(errors) => errors.iter().map(|error| Diagnostic::of_error(error)).collect(),
            Self::NoGoal | Self::NoTaker { .. } | Self::NothingToDo { .. } => vec![hinted(self, self.hints())],
        }
    }

    /// What the user may do about it, one line each; what other rooms say has hints of its own.
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NoGoal => {
                ["`pants goals` lists what can be asked for", "`pants help` says how"].map(str::to_owned).to_vec()
            }
            Self::NoTaker { takers, .. } if !takers.is_empty() => {
                vec![format!("goals that hand arguments on: `{}`", takers.join("`, `"))]
            }
            _ => Vec::new(),
        }
    }
}

fn having(goals: &[String]) -> String {
    match goals {
        [one] => format!("goal `{one}` has"),
        many => format!("goals `{}` have", many.join("`, `")),
    }
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    match diagnostics {
        [one] => one.to_string(),
        many => format!("{} errors in the repository", many.len()),
    }
}
