//! Jobs: the parts of a task that may run at the same time.

use crate::{Address, Error, ErrorKind};
use serde::{Deserialize, Serialize};

/// One part of a task: runs after the jobs it depends on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Job {
    /// What it does, as a phrase (`compile src/java/lib:lib`).
    pub name: String,
    /// The jobs it waits for, by index.
    pub dependencies: Vec<usize>,
    /// How much work it is, in any unit: the longest chain runs first.
    pub size: u64,
    /// The target it works on: named when the job fails.
    pub target: Option<Address>,
}

impl Job {
    /// A job with a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), size: 1, ..Self::default() }
    }

    /// The job of a target.
    pub fn for_target(name: impl Into<String>, target: Address) -> Self {
        Self { target: Some(target), ..Self::new(name) }
    }

    /// Waits for these jobs.
    #[must_use]
    pub fn after(mut self, dependencies: impl IntoIterator<Item = usize>) -> Self {
        self.dependencies.extend(dependencies);
        self
    }

    /// How much work it is.
    #[must_use]
    pub fn size(mut self, size: u64) -> Self {
        self.size = size;
        self
    }
}

/// How a job ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum JobState {
    /// It returned `Ok`.
    Done,
    /// It returned an error.
    Failed(Error),
    /// It never ran: a job it depends on failed, or the run was cancelled.
    Cancelled,
}

/// How the jobs of one `parallel` call ended, in the order they were given.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JobsOutcome {
    /// One state a job.
    pub states: Vec<JobState>,
}

impl JobsOutcome {
    /// Whether every job was done.
    pub fn is_success(&self) -> bool {
        self.states.iter().all(|state| matches!(state, JobState::Done))
    }

    /// The errors of the jobs that failed, with their index.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.states.iter().enumerate().filter_map(|(index, state)| match state {
            JobState::Failed(error) => Some((index, error)),
            JobState::Done | JobState::Cancelled => None,
        })
    }

    /// `Ok` when every job was done; otherwise one error that names what failed, with the failed targets of `jobs`.
    pub fn into_result(self, jobs: &[Job], summary: &str) -> Result<(), Error> {
        let failures: Vec<_> = self.failures().collect();
        if failures.is_empty() {
            return if self.is_success() { Ok(()) } else { Err(Error::cancelled()) };
        }
        let failed_targets: Vec<Address> =
            failures.iter().filter_map(|(index, _)| jobs[*index].target.clone()).collect();
        let mut error = Error::msg(summary).failed_targets(failed_targets);
        for (index, failure) in failures {
            let mut cause = format!("{}: {}", jobs[index].name, failure.message);
            if failure.kind == ErrorKind::Panicked {
                error.kind = ErrorKind::Panicked;
                cause.push_str(&format!(" ({})", failure.place));
            }
            error.causes.push(cause);
            error.causes.extend(failure.causes.iter().cloned());
            error.hints.extend(failure.hints.iter().cloned());
            error.exit_code = error.exit_code.max(failure.exit_code);
        }
        Err(error)
    }
}
