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

    /// `Ok` when every job was done; otherwise one error that names what failed, with the failed targets of `jobs`. What
    /// was cancelled is no failure; when nothing else went wrong, the error is that of a cancelled run.
    pub fn into_result(self, jobs: &[Job], summary: &str) -> Result<(), Error> {
        let mut error = Error::msg(summary);
        let mut has_failed = false;
        for (index, failure) in self.failures().filter(|(_, failure)| failure.kind != ErrorKind::Cancelled) {
            has_failed = true;
            let job = &jobs[index];
            let mut cause = format!("{}: {}", job.name, failure.message);
            if failure.kind == ErrorKind::Panicked {
                error.kind = ErrorKind::Panicked;
                cause.push_str(&format!(" ({})", failure.place));
            }
            error.causes.push(cause);
            error.causes.extend(failure.causes.iter().cloned());
            error.hints.extend(failure.hints.iter().cloned());
            error.exit_code = error.exit_code.max(failure.exit_code);
            error.failed_targets.extend(job.target.iter().chain(&failure.failed_targets).cloned());
        }
        match self.is_success() {
            true => Ok(()),
            false if has_failed => Err(error),
            false => Err(Error::cancelled()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cancelled_is_no_failure() {
        let jobs: Vec<Job> = ["a", "b"].map(|name| Job::for_target(name, Address::new("src", name))).into();
        let result = |states: [JobState; 2]| JobsOutcome { states: states.into() }.into_result(&jobs, "lint failed");
        let cancelled = || JobState::Failed(Error::cancelled());
        assert_eq!(result([JobState::Done, cancelled()]).unwrap_err().kind, ErrorKind::Cancelled);
        assert_eq!(result([JobState::Done, JobState::Cancelled]).unwrap_err().kind, ErrorKind::Cancelled);
        let error = result([JobState::Failed(Error::msg("bad style")), cancelled()]).unwrap_err();
        assert_eq!((error.kind, error.causes), (ErrorKind::Failed, vec!["a: bad style".to_owned()]));
        assert_eq!(error.failed_targets, [Address::new("src", "a")]);
    }
}
