//! Carries out a plan: one loop that owns the state, and a thread for each task.
//!
//! Goals start as soon as everything before them is done and their work directories are locked; nothing else limits them,
//! because jobs and processes are limited by the pool. Two kinds of things wake the loop: a lock was taken, a unit ended.
//! Locks are taken one after the other in the order of their names, which is the same in every run, so that two runs
//! cannot wait for each other; and they are given back when nobody in the run depends on what they protect any more.

mod locks;
mod unit;

use crate::overlay::RunGraph;
use crate::plan::RoundPlan;
use crate::products::ProductStore;
use crate::run_state::RunState;
use crate::sync::lock;
use crate::task_error::{TaskError, guarded};
use crate::task_spec::TaskSpec;
use crate::task_terms::{Locking, OnFailure, TermsOfTasks};
use crate::workspace::Workspace;
use locks::{Extent, Locks};
use pants_model::{Address, EventSink, OptionValues};
use pants_process::{Cancel, CancelReason, Claimant, Foreground, ProcessService};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, Scope};
use std::time::Instant;
use tracing::Span;

/// A plan, and everything that carrying it out needs.
pub struct ExecuteRequest {
    /// The plan.
    pub plan: RoundPlan,
    /// The repository.
    pub workspace: Arc<dyn Workspace>,
    /// What runs processes.
    pub processes: ProcessService,
    /// Who hears what happens.
    pub events: Arc<dyn EventSink>,
    /// What stops the run.
    pub cancel: Cancel,
    /// All option values.
    pub options: Arc<OptionValues>,
    /// The arguments after `--`.
    pub passthrough: Vec<String>,
    /// The build root, absolute.
    pub build_root: PathBuf,
    /// `.pants.d`, absolute.
    pub workdir: PathBuf,
    /// Where finished things go, absolute.
    pub dist_dir: PathBuf,
    /// What is said of single tasks.
    pub terms: TermsOfTasks,
    /// How other runs are kept out of the work directories.
    pub locking: Locking,
    /// The id of the run.
    pub run_id: String,
    /// Who takes the locks of work directories.
    pub who: Claimant,
}

/// How a run ended.
#[derive(Debug)]
pub struct ExecuteOutcome {
    /// The goals that failed, by scope, in the order of the plan.
    pub failures: Vec<(String, TaskError)>,
    /// The scopes of the goals that were not carried out, or not to their end, in the order of the plan.
    pub cancelled: Vec<String>,
    /// What the run ends with in the user's terminal; only if nothing failed.
    pub foreground: Option<Foreground>,
    /// Why the run was cancelled, if it was.
    pub cancel_reason: Option<CancelReason>,
    /// 0, the code of the first failure, or 130 when the run was interrupted.
    pub exit_code: i32,
}

/// Carries out a plan. When this returns, every task has ended and every lock is given back.
pub fn execute(request: ExecuteRequest) -> ExecuteOutcome {
    let ExecuteRequest { plan, workspace, processes, events, cancel, options, passthrough, .. } = request;
    let ExecuteRequest { build_root, workdir, dist_dir, terms, locking, run_id, who, .. } = request;
    let plan = Arc::new(plan);
    let run = Arc::new(RunState {
        workspace,
        processes,
        events,
        // A token of its own, so that fail-fast ends this run and not whoever shares the caller's.
        cancel: cancel.child(),
        options,
        passthrough,
        requested_phases: plan.requested_phases.clone(),
        build_root,
        workdir,
        dist_dir,
        run_id,
        terms,
        roots: plan.roots.clone(),
        graph: RunGraph::default(),
        products: ProductStore::default(),
        foreground: Mutex::new(None),
        workunits: AtomicU64::new(1),
    });
    let (wake, wakes) = channel();
    let mut units = Units::new(&plan, &run, locking, wake);
    std::thread::scope(|scope| {
        units.begin_locking(scope, &who);
        units.run(scope, &wakes);
    });
    units.outcome()
}

/// Everything that can wake the loop.
enum Wake {
    /// What a goal wants locked is, or could not be.
    Locked { goal: usize, result: Result<Locks, TaskError> },
    /// A unit ended; one end for each of its goals.
    Ended { unit: usize, ends: Vec<GoalEnd> },
}

/// How a goal ended.
pub(crate) enum GoalEnd {
    Done,
    Failed(TaskError),
    Cancelled,
}

impl From<Result<(), TaskError>> for GoalEnd {
    fn from(result: Result<(), TaskError>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(error) if error.is_cancelled() => Self::Cancelled,
            Err(error) => Self::Failed(error),
        }
    }
}

/// The states of a unit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum UnitState {
    /// Something before it is not settled, or a lock is missing.
    Waiting,
    /// Its thread runs.
    Running,
    /// All its goals have ended, or never will begin.
    Settled,
}

/// The state of the run, owned by the loop.
struct Units<'a> {
    plan: &'a Arc<RoundPlan>,
    run: &'a Arc<RunState>,
    states: Vec<UnitState>,
    /// When everything before a unit was settled.
    ready_since: Vec<Option<Instant>>,
    /// For each goal of the plan.
    ends: Vec<Option<GoalEnd>>,
    locks: Vec<LockState>,
    /// Takes back the wish for a lock that is not needed any more.
    unwanted: Vec<Cancel>,
    wake: Sender<Wake>,
}

/// How far a goal is with the lock of its work directory, or with those of all of them.
enum LockState {
    /// It needs none, or has given it back.
    None,
    /// Somebody else may hold it.
    Wanted,
    /// It has it, until it is dropped.
    Held(#[expect(dead_code, reason = "held until they are dropped")] Locks),
    /// It cannot have it.
    Failed(TaskError),
}

impl<'a> Units<'a> {
    fn new(plan: &'a Arc<RoundPlan>, run: &'a Arc<RunState>, locking: Locking, wake: Sender<Wake>) -> Self {
        let lock_state = |spec: &TaskSpec| match locking {
            Locking::WorkDirectories if !spec.is_console || spec.is_exclusive => LockState::Wanted,
            Locking::WorkDirectories | Locking::Nothing => LockState::None,
        };
        Self {
            plan,
            run,
            states: vec![UnitState::Waiting; plan.units.len()],
            ready_since: vec![None; plan.units.len()],
            ends: plan.goals.iter().map(|_| None).collect(),
            locks: plan.goals.iter().map(|goal| lock_state(&goal.identity().spec)).collect(),
            unwanted: plan.goals.iter().map(|_| run.cancel.child()).collect(),
            wake,
        }
    }

    /// Starts the thread that takes the locks.
    fn begin_locking<'scope>(&mut self, scope: &'scope Scope<'scope, 'a>, who: &Claimant) {
        let is_wanted = |goal: &usize| matches!(self.locks[*goal], LockState::Wanted);
        let goals: Vec<usize> = (0..self.plan.goals.len()).filter(is_wanted).collect();
        if goals.is_empty() {
            return;
        }
        let wishes = goals.iter().map(|&goal| locks::Wish {
            goal,
            scope: self.plan.goals[goal].scope().to_owned(),
            extent: if self.is_exclusive(goal) { Extent::Everything } else { Extent::Own },
            cancel: self.unwanted[goal].clone(),
        });
        let (run, wake, who, wishes) = (self.run.clone(), self.wake.clone(), who.clone(), wishes.collect());
        let span = Span::current();
        let take = move || span.in_scope(|| locks::take_all(&run, wishes, &who, &wake));
        if let Err(error) = Builder::new().name("locks".to_owned()).spawn_scoped(scope, take) {
            let message = error.to_string();
            for goal in goals {
                self.locks[goal] = LockState::Failed(no_thread(&message));
            }
        }
    }

    /// The loop.
    fn run<'scope>(&mut self, scope: &'scope Scope<'scope, 'a>, wakes: &Receiver<Wake>) {
        loop {
            // One pass is enough: units come after those that they wait for.
            for unit in 0..self.states.len() {
                if self.states[unit] == UnitState::Waiting {
                    self.advance(scope, unit);
                }
            }
            self.give_back_locks();
            if self.states.iter().all(|state| *state == UnitState::Settled) {
                return;
            }
            match wakes.recv().expect("the loop itself holds a sender") {
                Wake::Locked { goal, result } => self.locked(goal, result),
                Wake::Ended { unit, ends } => self.settle(unit, ends),
            }
        }
    }

    /// Starts or settles a waiting unit if it can be.
    fn advance<'scope>(&mut self, scope: &'scope Scope<'scope, 'a>, unit: usize) {
        let plan = self.plan;
        let before = &plan.units[unit].after;
        if self.run.cancel.is_cancelled() || before.iter().any(|other| self.holds_up(*other)) {
            return self.cancel_unit(unit);
        }
        if before.iter().any(|other| self.states[*other] != UnitState::Settled) {
            return;
        }
        self.ready_since[unit].get_or_insert_with(Instant::now);
        let goals = &plan.units[unit].goals;
        if goals.iter().any(|goal| matches!(self.locks[*goal], LockState::Wanted)) {
            return;
        }
        if goals.iter().any(|goal| matches!(self.locks[*goal], LockState::Failed(_))) {
            return self.fail_for_locks(unit);
        }
        self.start(scope, unit);
    }

    /// Whether a unit is settled in a way that nothing after it can be carried out. A failure that names its targets
    /// leaves work for the others.
    fn holds_up(&self, unit: usize) -> bool {
        self.states[unit] == UnitState::Settled
            && self.plan.units[unit].goals.iter().any(|goal| match &self.ends[*goal] {
                Some(GoalEnd::Cancelled) => true,
                Some(GoalEnd::Failed(error)) => error.failed_targets.is_empty(),
                Some(GoalEnd::Done) | None => false,
            })
    }

    fn start<'scope>(&mut self, scope: &'scope Scope<'scope, 'a>, unit: usize) {
        let visible = self.visible_from(unit);
        let task = unit::UnitRun {
            plan: self.plan.clone(),
            run: self.run.clone(),
            unit,
            failed: Arc::new(self.failed_targets(&visible)),
            visible,
            since: self.ready_since[unit].unwrap_or_else(Instant::now),
        };
        let name = self.plan.goals[self.plan.units[unit].goals[0]].scope().to_owned();
        let (wake, goals) = (self.wake.clone(), self.plan.units[unit].goals.len());
        let span = Span::current();
        let body = move || {
            let _of_the_run = span.enter();
            let ends = guarded(|| Ok(task.run())).unwrap_or_else(|error| {
                let message = error.to_string();
                (0..goals).map(|_| GoalEnd::Failed(TaskError::failed(message.clone()))).collect()
            });
            // The loop waits for this message, so it is still there.
            let _ = wake.send(Wake::Ended { unit, ends });
        };
        self.states[unit] = UnitState::Running;
        if let Err(error) = Builder::new().name(name).spawn_scoped(scope, body) {
            let message = error.to_string();
            self.settle(unit, (0..goals).map(|_| GoalEnd::Failed(no_thread(&message))).collect());
        }
    }

    /// For each goal, whether a unit sees what it leaves: those before the unit, and its own.
    fn visible_from(&self, unit: usize) -> Arc<[bool]> {
        let mut visible = vec![false; self.plan.goals.len()];
        let mut seen = HashSet::new();
        let mut rest = vec![unit];
        while let Some(unit) = rest.pop() {
            if seen.insert(unit) {
                self.plan.units[unit].goals.iter().for_each(|goal| visible[*goal] = true);
                rest.extend(&self.plan.units[unit].after);
            }
        }
        visible.into()
    }

    /// The targets that goals before a unit failed on.
    fn failed_targets(&self, visible: &[bool]) -> HashSet<Address> {
        let ends = self.ends.iter().zip(visible).filter(|(_, visible)| **visible).map(|(end, _)| end);
        let failures = ends.filter_map(|end| match end {
            Some(GoalEnd::Failed(error)) => Some(&error.failed_targets),
            Some(GoalEnd::Done | GoalEnd::Cancelled) | None => None,
        });
        failures.flatten().cloned().collect()
    }

    fn locked(&mut self, goal: usize, result: Result<Locks, TaskError>) {
        // A goal that was cancelled in the meantime drops its lock here.
        if self.ends[goal].is_none() {
            self.locks[goal] = match result {
                Ok(locks) => LockState::Held(locks),
                Err(error) => LockState::Failed(error),
            };
        }
    }

    fn fail_for_locks(&mut self, unit: usize) {
        let goals = self.plan.units[unit].goals.clone();
        let ends = goals.iter().map(|goal| match std::mem::replace(&mut self.locks[*goal], LockState::None) {
            LockState::Failed(error) => Err(error).into(),
            LockState::None | LockState::Wanted | LockState::Held(_) => GoalEnd::Cancelled,
        });
        let ends = ends.collect();
        self.settle(unit, ends);
    }

    fn cancel_unit(&mut self, unit: usize) {
        let ends = self.plan.units[unit].goals.iter().map(|_| GoalEnd::Cancelled).collect();
        self.settle(unit, ends);
    }

    fn settle(&mut self, unit: usize, ends: Vec<GoalEnd>) {
        self.states[unit] = UnitState::Settled;
        for (&goal, end) in self.plan.units[unit].goals.iter().zip(ends) {
            let on_failure = self.run.terms_of(self.plan.goals[goal].scope()).on_failure;
            if on_failure == OnFailure::Stop && matches!(end, GoalEnd::Failed(_)) {
                self.run.cancel.cancel(CancelReason::FailFast);
            }
            if matches!(self.locks[goal], LockState::Wanted) {
                self.unwanted[goal].cancel(CancelReason::FailFast);
            }
            self.ends[goal] = Some(end);
        }
    }

    fn is_exclusive(&self, goal: usize) -> bool {
        self.plan.goals[goal].identity().spec.is_exclusive
    }

    /// Gives back the locks of settled units that no unsettled one depends on.
    fn give_back_locks(&mut self) {
        if (0..self.ends.len()).any(|goal| self.ends[goal].is_none() && self.is_exclusive(goal)) {
            return;
        }
        let mut is_needed = vec![false; self.states.len()];
        for unit in (0..self.states.len()).rev() {
            is_needed[unit] |= self.states[unit] != UnitState::Settled;
            if is_needed[unit] {
                self.plan.units[unit].after.iter().for_each(|before| is_needed[*before] = true);
            }
        }
        for (unit, _) in is_needed.iter().enumerate().filter(|(_, is_needed)| !**is_needed) {
            for &goal in &self.plan.units[unit].goals {
                self.locks[goal] = LockState::None;
            }
        }
    }

    fn outcome(self) -> ExecuteOutcome {
        let mut failures = Vec::new();
        let mut cancelled = Vec::new();
        for (goal, end) in self.plan.goals.iter().zip(self.ends) {
            match end.expect("the loop ends when every unit is settled") {
                GoalEnd::Done => {}
                GoalEnd::Failed(error) => failures.push((goal.scope().to_owned(), error)),
                GoalEnd::Cancelled => cancelled.push(goal.scope().to_owned()),
            }
        }
        let cancel_reason = self.run.cancel.reason();
        let exit_code = match (cancel_reason, failures.first()) {
            (Some(CancelReason::Interrupted | CancelReason::ClientGone), _) => 130,
            (_, Some((_, error))) if error.exit_code != 0 => error.exit_code,
            (_, Some(_)) => 1,
            (_, None) if !cancelled.is_empty() => 1,
            (_, None) => 0,
        };
        let foreground = lock(&self.run.foreground).take().filter(|_| exit_code == 0).map(|(_, process)| process);
        ExecuteOutcome { failures, cancelled, foreground, cancel_reason, exit_code }
    }
}

fn no_thread(reason: &str) -> TaskError {
    TaskError::failed(format!("cannot start a thread: {reason}"))
}

#[cfg(test)]
mod tests;
