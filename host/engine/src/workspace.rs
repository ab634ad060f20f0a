//! What planning and tasks may ask of the repository: the build graph, and loading more of it.
//!
//! The engine neither parses BUILD files nor walks directories: session hands in the one that does.

use crate::task_error::TaskError;
use pants_model::{Address, BuildGraph, Diagnostic, Globs, TargetId};
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The repository, as far as planning and tasks see it.
pub trait Workspace: Send + Sync {
    /// What is loaded so far, by anyone; a later answer only holds more, with the same ids.
    fn graph(&self) -> Arc<BuildGraph>;
    /// Which of its targets this run has loaded: what an earlier one did must not show.
    fn loaded(&self) -> LoadedTargets {
        LoadedTargets::all()
    }
    /// The targets of address specs; loads what they need, the closure of their dependencies included.
    fn resolve(&self, specs: &[String]) -> Result<Vec<Address>, WorkspaceError>;
    /// Loads every BUILD file.
    fn load_all(&self) -> Result<(), WorkspaceError>;
    /// The targets that own files, given relative to the build root; a BUILD file owns its targets, and the files need
    /// not exist any more.
    fn owners(&self, paths: &[PathBuf]) -> Result<Vec<Address>, WorkspaceError>;
    /// The files of a directory that globs match, relative to the build root.
    fn expand_globs(&self, dir: &str, globs: &Globs) -> Result<Vec<PathBuf>, WorkspaceError>;
    /// The files that the command line names instead of targets, relative to the build root; some may be patterns.
    fn asked_files(&self) -> Vec<String> {
        Vec::new()
    }
    /// A file or pattern as somebody types it on the command line, relative to the build root.
    fn typed_file(&self, typed: &str) -> Result<String, WorkspaceError> {
        Ok(typed.to_owned())
    }
    /// A variable of the client's environment.
    fn environment(&self, name: &str) -> Option<OsString>;
}

/// The targets of a graph that a run has loaded.
#[derive(Clone, Debug, Default)]
pub struct LoadedTargets {
    /// By id; those that came later are in none. `None` stands for all.
    by_id: Option<Arc<[bool]>>,
}

impl LoadedTargets {
    /// All targets of any graph.
    pub fn all() -> Self {
        Self::default()
    }

    /// Those for which there is `true` at the index of their id.
    pub fn new(by_id: Arc<[bool]>) -> Self {
        Self { by_id: Some(by_id) }
    }

    /// Whether a target is among them.
    pub fn contains(&self, id: TargetId) -> bool {
        self.by_id.as_ref().is_none_or(|by_id| by_id.get(id.index()).copied().unwrap_or(false))
    }
}

/// Why a workspace could not answer: what is wrong in the repository.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceError {
    /// All that is wrong, in the order it was found.
    pub diagnostics: Vec<Diagnostic>,
}

impl WorkspaceError {
    /// An error that stands in no file.
    pub fn new(message: impl Into<String>) -> Self {
        Self { diagnostics: vec![Diagnostic::error_without_place(message)] }
    }
}

impl From<Vec<Diagnostic>> for WorkspaceError {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics }
    }
}

impl fmt::Display for WorkspaceError {
    /// The first thing that is wrong on one line, and how many more there are; the rest is in the diagnostics.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.diagnostics.first() else { return f.write_str("the repository could not be read") };
        if let Some(location) = &first.location {
            write!(f, "{location}: ")?;
        }
        f.write_str(&first.message)?;
        match self.diagnostics.len() - 1 {
            0 => Ok(()),
            more => write!(f, " (and {more} more)"),
        }
    }
}

impl std::error::Error for WorkspaceError {}

impl From<WorkspaceError> for TaskError {
    fn from(error: WorkspaceError) -> Self {
        let hints = error.diagnostics.first().map(|first| first.hints.clone()).unwrap_or_default();
        Self { hints, message: error.to_string(), diagnostics: error.diagnostics, ..Self::failed("") }
    }
}
