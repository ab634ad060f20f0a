//! The jobs of one task: in dependency order, the longest chain first, as many at once as the pool has slots.
//!
//! A job holds a slot of the pool while it runs; a thread that only waits holds none, so any number of tasks may have
//! jobs at the same time and one slot finishes them all. Which job runs is decided when the slot is there, not before.
//! A failure cancels exactly the jobs that depend on it, directly or not.

use crate::sync::lock;
use crate::task_error::{TaskError, guarded};
use pants_model::Address;
use pants_process::{Cancel, CancelReason, JobPool, JobSlot};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Condvar, Mutex, PoisonError};

/// One part of a task: runs after the jobs it depends on.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// What it does, as a phrase (`compile src/java/lib:lib`).
    pub name: String,
    /// The jobs it waits for, by index.
    pub dependencies: Vec<usize>,
    /// How much work it is, in any unit.
    pub size: u64,
    /// The target it works on.
    pub target: Option<Address>,
}

/// How a job ended.
#[derive(Debug)]
pub enum JobState {
    /// It succeeded.
    Done,
    /// It failed.
    Failed(TaskError),
    /// It did not run, or not to its end: a job it depends on failed, or the run was cancelled.
    Cancelled,
}

/// How the jobs of one call ended.
#[derive(Debug, Default)]
pub struct JobsOutcome {
    /// One state for each job, in the order they were given.
    pub states: Vec<JobState>,
}

impl JobsOutcome {
    /// The jobs that succeeded.
    pub fn done(&self) -> impl Iterator<Item = usize> {
        self.indices(|state| matches!(state, JobState::Done))
    }

    /// The jobs that failed, with their errors.
    pub fn failed(&self) -> impl Iterator<Item = (usize, &TaskError)> {
        self.states.iter().enumerate().filter_map(|(index, state)| match state {
            JobState::Failed(error) => Some((index, error)),
            JobState::Done | JobState::Cancelled => None,
        })
    }

    /// The jobs that were cancelled.
    pub fn cancelled(&self) -> impl Iterator<Item = usize> {
        self.indices(|state| matches!(state, JobState::Cancelled))
    }

    /// `Ok` when every job succeeded; otherwise the error of the whole task, which names the jobs and targets that
    /// failed.
    pub fn into_result(self, jobs: &[Job]) -> Result<(), TaskError> {
        let mut failures: Vec<(usize, TaskError)> = Vec::new();
        let mut is_complete = true;
        for (index, state) in self.states.into_iter().enumerate() {
            match state {
                JobState::Done => {}
                JobState::Failed(error) => failures.push((index, error)),
                JobState::Cancelled => is_complete = false,
            }
        }
        // A failed job without a target may concern all of them: then none is named, and nothing goes on.
        let failed_targets: Option<Vec<Address>> =
            failures.iter().map(|(index, _)| jobs[*index].target.clone()).collect();
        let failed_targets = failed_targets.unwrap_or_default();
        match failures.len() {
            0 if is_complete => Ok(()),
            0 => Err(TaskError::cancelled()),
            1 => {
                let (_, error) = failures.remove(0);
                Err(error.with_failed_targets(failed_targets))
            }
            count => {
                let mut whole = TaskError::failed(format!("{count} of {} jobs failed", jobs.len()));
                for (index, error) in failures {
                    whole.message.push_str(&format!("\n{}: {}", jobs[index].name, error.with_causes()));
                    whole.exit_code = whole.exit_code.max(error.exit_code);
                    whole.hints.extend(error.hints);
                }
                Err(whole.with_failed_targets(failed_targets))
            }
        }
    }

    fn indices(&self, is_wanted: impl Fn(&JobState) -> bool) -> impl Iterator<Item = usize> {
        self.states.iter().enumerate().filter(move |(_, state)| is_wanted(state)).map(|(index, _)| index)
    }
}

/// Why jobs cannot be ordered; a mistake of the task that made them.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobGraphError {
    #[error("job `{job}` depends on job number {dependency}, and there are only {count}")]
    NoSuchJob { job: String, dependency: usize, count: usize },
    #[error("jobs depend on each other in a loop: {}", jobs.join(" -> "))]
    Cycle { jobs: Vec<String> },
}

/// Where jobs get their slots from.
pub(crate) enum Slots<'a> {
    /// Each job takes one, but only so many do at once.
    Pool { pool: &'a JobPool, at_most: usize },
    /// The caller is a job itself: its jobs take turns in its slot, because it keeps the slot while it waits for them.
    OfTheCaller,
}

/// What stops jobs.
pub(crate) struct Stops<'a> {
    pub(crate) cancel: &'a Cancel,
    /// Whether the first failure cancels everything.
    pub(crate) fail_fast: bool,
}

/// Does one job, in its slot if it has one of its own.
pub(crate) type Work<'a> = &'a (dyn Fn(usize, Option<JobSlot>) -> Result<(), TaskError> + Sync);

/// Runs jobs; the calling thread is one of the workers.
pub(crate) fn run_jobs(
    jobs: &[Job],
    slots: &Slots<'_>,
    stops: &Stops<'_>,
    work: Work<'_>,
) -> Result<JobsOutcome, JobGraphError> {
    let graph = JobGraph::new(jobs)?;
    let board = Board { state: Mutex::new(BoardState::new(&graph)), changed: Condvar::new() };
    let workers = match slots {
        Slots::Pool { pool, at_most } => pool.jobs().min(*at_most).min(jobs.len()),
        Slots::OfTheCaller => 1,
    };
    let span = tracing::Span::current();
    std::thread::scope(|scope| {
        for _ in 1..workers {
            let worker = || span.in_scope(|| board.work(&graph, slots, stops, work));
            // A thread that cannot be made leaves the work to the others.
            if let Err(error) = std::thread::Builder::new().name("job".to_owned()).spawn_scoped(scope, worker) {
                tracing::warn!(%error, "cannot start a thread for jobs");
            }
        }
        board.work(&graph, slots, stops, work);
    });
    let state = board.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    let settled = |job: Option<JobState>| job.expect("workers end when every job is settled");
    Ok(JobsOutcome { states: state.jobs.into_iter().map(settled).collect() })
}

struct JobGraph {
    dependents: Vec<Vec<usize>>,
    dependencies: Vec<usize>,
    /// The size of the longest chain that starts with a job.
    chains: Vec<u64>,
}

impl JobGraph {
    fn new(jobs: &[Job]) -> Result<Self, JobGraphError> {
        let mut dependents = vec![Vec::new(); jobs.len()];
        let mut dependencies = vec![0; jobs.len()];
        for (index, job) in jobs.iter().enumerate() {
            let mut wanted = job.dependencies.clone();
            wanted.sort_unstable();
            wanted.dedup();
            for &dependency in &wanted {
                let of: &mut Vec<usize> = dependents.get_mut(dependency).ok_or_else(|| JobGraphError::NoSuchJob {
                    job: job.name.clone(),
                    dependency,
                    count: jobs.len(),
                })?;
                of.push(index);
            }
            dependencies[index] = wanted.len();
        }
        let mut order: Vec<usize> = (0..jobs.len()).filter(|index| dependencies[*index] == 0).collect();
        let mut missing = dependencies.clone();
        let mut next = 0;
        while next < order.len() {
            for &dependent in &dependents[order[next]] {
                missing[dependent] -= 1;
                if missing[dependent] == 0 {
                    order.push(dependent);
                }
            }
            next += 1;
        }
        if order.len() < jobs.len() {
            return Err(JobGraphError::Cycle { jobs: find_loop(jobs, &missing) });
        }
        let mut chains = vec![0; jobs.len()];
        for &index in order.iter().rev() {
            let longest: u64 = dependents[index].iter().map(|dependent| chains[*dependent]).max().unwrap_or(0);
            chains[index] = longest.saturating_add(jobs[index].size.max(1));
        }
        Ok(Self { dependents, dependencies, chains })
    }
}

/// The names around a loop; `missing` holds for each job how many dependencies could not be ordered.
fn find_loop(jobs: &[Job], missing: &[usize]) -> Vec<String> {
    let is_stuck = |index: &usize| missing[*index] > 0;
    let mut path: Vec<usize> = (0..jobs.len()).filter(is_stuck).take(1).collect();
    while let Some(&last) = path.last() {
        let next =
            *jobs[last].dependencies.iter().find(|index| is_stuck(index)).expect("a stuck job waits for another");
        if let Some(start) = path.iter().position(|index| *index == next) {
            path.drain(..start);
            path.push(next);
            break;
        }
        path.push(next);
    }
    path.into_iter().map(|index| jobs[index].name.clone()).collect()
}

/// Where workers find out what there is to do.
struct Board {
    state: Mutex<BoardState>,
    changed: Condvar,
}

struct BoardState {
    jobs: Vec<Option<JobState>>,
    unsettled: usize,
    missing: Vec<usize>,
    ready: BinaryHeap<(u64, Reverse<usize>)>,
    /// How many workers are about to take a ready job and wait for a slot.
    claims: usize,
    is_started: Vec<bool>,
}

impl Board {
    fn work(&self, graph: &JobGraph, slots: &Slots<'_>, stops: &Stops<'_>, work: Work<'_>) {
        while self.claim() {
            let slot = match slots {
                Slots::Pool { pool, at_most: _ } => pool.acquire(stops.cancel),
                Slots::OfTheCaller => None,
            };
            let Some(index) = self.take(stops.cancel) else { continue };
            let result = guarded(|| work(index, slot));
            if stops.fail_fast && result.as_ref().is_err_and(|error| !error.is_cancelled()) {
                stops.cancel.cancel(CancelReason::FailFast);
            }
            lock(&self.state).settle(index, result, graph);
            self.changed.notify_all();
        }
    }

    /// Waits until there is a job to take; `false` when there will be none.
    fn claim(&self) -> bool {
        let mut state = lock(&self.state);
        while state.ready.len() <= state.claims {
            if state.unsettled == 0 {
                return false;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.claims += 1;
        true
    }

    /// Takes the ready job with the longest chain; `None` when everything that waits was cancelled.
    fn take(&self, cancel: &Cancel) -> Option<usize> {
        let mut state = lock(&self.state);
        state.claims -= 1;
        if cancel.is_cancelled() {
            state.cancel_waiting();
            self.changed.notify_all();
            return None;
        }
        let (_, Reverse(index)) = state.ready.pop()?;
        state.is_started[index] = true;
        Some(index)
    }
}

impl BoardState {
    fn new(graph: &JobGraph) -> Self {
        let count = graph.chains.len();
        let missing = graph.dependencies.clone();
        let ready = (0..count).filter(|index| missing[*index] == 0).map(|index| (graph.chains[index], Reverse(index)));
        Self {
            jobs: std::iter::repeat_with(|| None).take(count).collect(),
            unsettled: count,
            ready: ready.collect(),
            missing,
            claims: 0,
            is_started: vec![false; count],
        }
    }

    fn settle(&mut self, index: usize, result: Result<(), TaskError>, graph: &JobGraph) {
        let state = match result {
            Ok(()) => JobState::Done,
            Err(error) if error.is_cancelled() => JobState::Cancelled,
            Err(error) => JobState::Failed(error),
        };
        let is_done = matches!(state, JobState::Done);
        self.set(index, state);
        if is_done {
            for &dependent in &graph.dependents[index] {
                self.missing[dependent] -= 1;
                if self.missing[dependent] == 0 && self.jobs[dependent].is_none() {
                    self.ready.push((graph.chains[dependent], Reverse(dependent)));
                }
            }
            return;
        }
        let mut rest = graph.dependents[index].clone();
        while let Some(dependent) = rest.pop() {
            if self.jobs[dependent].is_none() {
                self.set(dependent, JobState::Cancelled);
                rest.extend(&graph.dependents[dependent]);
            }
        }
    }

    /// Cancels every job that neither runs nor is settled.
    fn cancel_waiting(&mut self) {
        self.ready.clear();
        for index in 0..self.jobs.len() {
            if self.jobs[index].is_none() && !self.is_started[index] {
                self.set(index, JobState::Cancelled);
            }
        }
    }

    fn set(&mut self, index: usize, state: JobState) {
        self.jobs[index] = Some(state);
        self.unsettled -= 1;
    }
}

#[cfg(test)]
mod tests;
