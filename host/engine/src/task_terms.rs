//! What a run says about its tasks one by one: data that whoever asks for the run fills in, by scope.

use pants_process::Caching;
use std::collections::HashMap;

/// On which terms a task is carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskTerms {
    /// What a failure of it does to the rest of the run.
    pub on_failure: OnFailure,
    /// How its processes use the caches of results.
    pub caching: Caching,
    /// Targets with one of these tags are none of those it works on.
    pub tags_left_out: Vec<String>,
}

/// What a failure does to the rest of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// What does not depend on it goes on.
    #[default]
    GoOn,
    /// It cancels everything.
    Stop,
}

/// The terms of the tasks of a run, by scope; a task that is not in it has the usual ones.
pub type TermsOfTasks = HashMap<String, TaskTerms>;

/// How runs in one build root keep out of each other's work directories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locking {
    /// A task has its work directory for itself.
    #[default]
    WorkDirectories,
    /// Not at all: somebody else makes sure that there is one run.
    Nothing,
}
