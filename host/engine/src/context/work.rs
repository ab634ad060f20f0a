//! The work of a task: processes, tools, jobs.

use super::{Context, SharedSlot};
use crate::jobs::{Job, JobsOutcome, Slots, Stops, run_jobs};
use crate::sync::{read, write};
use crate::task_error::TaskError;
use crate::task_terms::OnFailure;
use pants_model::{Event, Fingerprint};
use pants_process::{
    CaptureError, Digest, Foreground, InputFile, InputTree, JobSlot, OutputStream, Process, ProcessResult,
    ResultOrigin, RunError, RunObserver, ToolError,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

/// Whether the user sees what a tool says while it says it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shows {
    Output,
    Nothing,
}

/// Tells the user of a process that really runs.
struct ProcessEvents<'a> {
    context: &'a Context,
    description: &'a str,
    shows: Shows,
}

impl RunObserver for ProcessEvents<'_> {
    fn started(&self) {
        if !self.description.is_empty() {
            let (scope, description) = (self.context.scope().to_owned(), self.description.to_owned());
            self.context.emit(Event::ProcessStarted { scope, description });
        }
    }

    fn output(&self, _stream: OutputStream, bytes: &[u8]) {
        if self.shows == Shows::Output {
            self.context.tool_output(bytes);
        }
    }

    fn inputs_changed(&self, changed: &[&InputFile]) {
        self.context.task.seen.changed(changed);
    }
}

/// Processes and jobs.
impl Context {
    /// Runs a process or answers it from a cache; an exit code other than 0 is no error. Shows nothing by itself.
    pub fn run(&self, process: &Process) -> Result<ProcessResult, TaskError> {
        self.run_with(process, Shows::Nothing)
    }

    /// Like [`Context::run`], and shows what the tool says while it says it.
    pub fn run_streaming(&self, process: &Process) -> Result<ProcessResult, TaskError> {
        self.run_with(process, Shows::Output)
    }

    fn run_with(&self, process: &Process, shows: Shows) -> Result<ProcessResult, TaskError> {
        self.ensure_open()?;
        tracing::debug!(scope = self.scope(), argv = ?process.argv, "process");
        let run = self.run_state();
        let observer = ProcessEvents { context: self, description: &process.description, shows };
        let started = match &self.lane.slot {
            // The guard is held while the process runs, so the job does not end before its processes do.
            Some(slot) => self.task.processes.run(process, read(slot).as_ref(), &run.cancel, &observer),
            None => self.task.processes.run(process, None, &run.cancel, &observer),
        };
        if started.as_ref().is_ok_and(|result| result.origin != ResultOrigin::Ran) && !process.description.is_empty() {
            let (scope, description) = (self.scope().to_owned(), process.description.clone());
            self.emit(Event::ProcessCached { scope, description });
        }
        started.map_err(|error| match error {
            RunError::Cancelled(_) => TaskError::cancelled(),
            error => {
                let what = if process.description.is_empty() { "cannot run a process" } else { &process.description };
                TaskError::failed(what).caused_by(error)
            }
        })
    }

    /// Digests files and directories, given relative to the build root.
    pub fn capture(&self, paths: &[PathBuf]) -> Result<InputTree, TaskError> {
        self.ensure_open()?;
        let tree = self.run_state().processes.capture(paths).map_err(unreadable)?;
        self.task.seen.compare(&tree);
        Ok(tree)
    }

    /// Digests one file, given relative to the build root or absolute.
    pub fn digest_file(&self, path: &Path) -> Result<Digest, TaskError> {
        self.ensure_open()?;
        self.run_state().processes.digest_file(path).map_err(unreadable)
    }

    /// A directory outside the repository that is filled once for a key and then shared by all runs.
    pub fn tool_dir(
        &self,
        name: &str,
        key: &Fingerprint,
        fill: &mut dyn FnMut(&Path) -> Result<(), String>,
    ) -> Result<PathBuf, TaskError> {
        self.ensure_open()?;
        let run = self.run_state();
        run.processes.tool_dir(name, key, &run.cancel, fill).map_err(|error: ToolError| {
            if run.cancel.is_cancelled() {
                return TaskError::cancelled();
            }
            TaskError::failed(format!("cannot install tool `{name}`")).caused_by(error)
        })
    }

    /// The directory of an append-only cache, shared by all runs and repositories.
    pub fn named_cache(&self, name: &str) -> Result<PathBuf, TaskError> {
        self.ensure_open()?;
        let path = self.run_state().processes.named_cache(name);
        path.map_err(|error| TaskError::failed(format!("cannot make the cache `{name}`")).caused_by(error))
    }

    /// What a process becomes when it is carried out in the user's terminal.
    pub fn expand_foreground(&self, process: &Process) -> Result<Foreground, TaskError> {
        self.ensure_open()?;
        let expanded = self.run_state().processes.expand_foreground(process);
        expanded.map_err(|error| TaskError::failed(process.name()).caused_by(error))
    }

    /// Does jobs in dependency order, as many at once as `--jobs` allows, the longest chain first. A failure cancels the
    /// jobs that depend on it, the rest goes on; with `--fail-fast` it cancels everything.
    ///
    /// `work` gets the index of its job and a context for it. Jobs of a job take turns in its slot.
    pub fn parallel(
        &self,
        jobs: &[Job],
        work: &(dyn Fn(usize, &Context) -> Result<(), TaskError> + Sync),
    ) -> Result<JobsOutcome, TaskError> {
        self.parallel_at_most(usize::MAX, jobs, work)
    }

    /// Does jobs as [`Context::parallel`], but only so many at once, even where `--jobs` allows more.
    pub fn parallel_at_most(
        &self,
        at_most: usize,
        jobs: &[Job],
        work: &(dyn Fn(usize, &Context) -> Result<(), TaskError> + Sync),
    ) -> Result<JobsOutcome, TaskError> {
        self.ensure_open()?;
        let run = self.run_state();
        let step = self.next_step();
        let slots = match &self.lane.slot {
            Some(_) => Slots::OfTheCaller,
            None => Slots::Pool { pool: run.processes.pool(), at_most },
        };
        let stops = Stops { cancel: &run.cancel, fail_fast: self.task.on_failure == OnFailure::Stop };
        let do_job = |index: usize, slot: Option<JobSlot>| {
            let own = slot.map(|slot| Arc::new(RwLock::new(Some(slot))));
            let _end = EndOfJob(own.clone());
            let context = self.for_job(&step, index, own.or_else(|| self.lane.slot.clone()));
            let mut workunit = context.workunit(&jobs[index].name);
            let result = work(index, &context);
            if result.is_err() {
                workunit.fail();
            }
            result
        };
        run_jobs(jobs, &slots, &stops, &do_job)
            .map_err(|error| TaskError::failed(format!("task `{}`: {error}", self.identity().spec.type_name)))
    }
}

/// Gives the slot of a job back when the job ends, however it ends, and even if somebody kept its context.
struct EndOfJob(Option<SharedSlot>);

impl Drop for EndOfJob {
    fn drop(&mut self) {
        if let Some(slot) = &self.0 {
            drop(write(slot).take());
        }
    }
}

fn unreadable(error: CaptureError) -> TaskError {
    let whole = TaskError::failed(error.to_string());
    match error {
        CaptureError::Io { path: _, source } => whole.caused_by(source),
        _ => whole,
    }
}
