//! One unit on its thread: a single task, or the members of a group over their chunks.

use super::GoalEnd;
use crate::chunks::{Chunk, ChunkTarget, cut};
use crate::context::{Context, SeenSources, TaskState};
use crate::overlay::GraphView;
use crate::plan::RoundPlan;
use crate::run_state::RunState;
use crate::task::Task;
use crate::task_error::{TaskError, TaskErrorKind, guarded};
use crate::task_spec::{TargetScope, TaskSpec};
use crate::task_terms::TaskTerms;
use crate::validity::cannot;
use pants_model::{Address, Event, Target};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// A unit and what it may see.
pub(super) struct UnitRun {
    pub(super) plan: Arc<RoundPlan>,
    pub(super) run: Arc<RunState>,
    pub(super) unit: usize,
    pub(super) visible: Arc<[bool]>,
    pub(super) failed: Arc<HashSet<Address>>,
    /// When everything before it was done.
    pub(super) since: Instant,
}

impl UnitRun {
    /// One end for each goal.
    pub(super) fn run(&self) -> Vec<GoalEnd> {
        let unit = &self.plan.units[self.unit];
        if unit.is_group {
            return self.run_group(&unit.goals);
        }
        let ends = unit.goals.iter().map(|&goal| self.run_single(goal));
        ends.collect()
    }

    fn run_single(&self, goal: usize) -> GoalEnd {
        let context = self.begin(goal);
        // The instance is dropped inside the guard: a panic in `Drop` is a panic of the task.
        let result = guarded(|| self.set_up(goal, &context).map(drop));
        self.end(&context, result)
    }

    fn begin(&self, goal: usize) -> Context {
        let planned = &self.plan.goals[goal];
        let TaskTerms { on_failure, caching, tags_left_out } = self.run.terms_of(planned.scope());
        let context = Context::new(Arc::new(TaskState {
            run: self.run.clone(),
            identity: planned.identity().clone(),
            on_failure,
            tags_left_out,
            processes: self.run.processes.with_caching(caching),
            goal,
            visible: self.visible.clone(),
            failed: self.failed.clone(),
            requests: planned.requests.clone(),
            pending: Mutex::default(),
            seen: SeenSources::default(),
            is_closed: AtomicBool::new(false),
        }));
        context.emit(Event::TaskStarted { scope: planned.scope().to_owned() });
        context
    }

    /// Constructs and executes, back to back.
    fn set_up(&self, goal: usize, context: &Context) -> Result<Box<dyn Task>, TaskError> {
        let planned = &self.plan.goals[goal];
        if !planned.identity().spec.is_console {
            let workdir = context.workdir();
            std::fs::create_dir_all(&workdir).map_err(|error| cannot("create", &workdir, error))?;
        }
        let mut task = planned.goal.task.construct(context)?;
        task.execute(context)?;
        Ok(task)
    }

    fn end(&self, context: &Context, result: Result<(), TaskError>) -> GoalEnd {
        context.close();
        let scope = context.scope().to_owned();
        context.emit(Event::TaskFinished { scope, is_success: result.is_ok(), elapsed: self.since.elapsed() });
        match result {
            // A run must not look like a success because a task gave up by itself.
            Err(error) if error.is_cancelled() && !self.run.cancel.is_cancelled() => {
                GoalEnd::Failed(TaskError { kind: TaskErrorKind::Failed, ..error })
            }
            result => result.into(),
        }
    }

    fn run_group(&self, goals: &[usize]) -> Vec<GoalEnd> {
        let contexts: Vec<Context> = goals.iter().map(|&goal| self.begin(goal)).collect();
        let mut members: Vec<Member<'_>> = Vec::new();
        for (&goal, context) in goals.iter().zip(&contexts) {
            let (task, errors) = match guarded(|| self.set_up(goal, context)) {
                Ok(task) => (Some(task), Vec::new()),
                Err(error) => {
                    context.stop_if_failing_fast(&error);
                    (None, vec![error])
                }
            };
            members.push(Member { context, task, errors });
        }
        // All members see the same targets, also what one of them injected just now.
        if let Some(first) = contexts.first() {
            Chunks::new(first, &members).run(&mut members);
        }
        members.into_iter().map(|member| self.end(member.context, member.finish())).collect()
    }
}

/// A task of a group.
struct Member<'a> {
    context: &'a Context,
    /// Gone if its set-up failed.
    task: Option<Box<dyn Task>>,
    errors: Vec<TaskError>,
}

impl Member<'_> {
    fn spec(&self) -> &TaskSpec {
        &self.context.identity().spec
    }

    fn finish(self) -> Result<(), TaskError> {
        let Self { context: _, task, mut errors } = self;
        if let Err(error) = guarded(|| {
            drop(task);
            Ok(())
        }) {
            errors.push(error);
        }
        // What happened counts before what was merely cancelled by it.
        errors.sort_by_key(TaskError::is_cancelled);
        let mut errors = errors.into_iter();
        let Some(mut whole) = errors.next() else { return Ok(()) };
        for more in errors.filter(|error| !error.is_cancelled()) {
            whole.message = format!("{}\n{}", whole.message, more.with_causes());
            whole.exit_code = whole.exit_code.max(more.exit_code);
            whole.failed_targets.extend(more.failed_targets);
            whole.hints.extend(more.hints);
        }
        Err(whole)
    }
}

/// The target set of a group, cut into chunks.
struct Chunks {
    targets: Vec<Arc<Target>>,
    nodes: Vec<ChunkTarget>,
    /// Failed, or dependent on a failed one.
    blocked: Vec<bool>,
}

impl Chunks {
    /// Each target belongs to the first member, in the order of the phase, whose predicate matches it.
    fn new(context: &Context, members: &[Member<'_>]) -> Self {
        let targets = context.targets();
        let roots: HashSet<Address> = context.target_roots().iter().map(|root| root.address.clone()).collect();
        let claims = |member: &Member<'_>, target: &Target| {
            let spec = member.spec();
            spec.applies_to.matches(target) && (spec.over == TargetScope::Closure || roots.contains(&target.address))
        };
        let numbers: HashMap<&Address, usize> =
            targets.iter().enumerate().map(|(number, target)| (&target.address, number)).collect();
        let node = |target: &Arc<Target>| ChunkTarget {
            member: members.iter().position(|member| claims(member, target)),
            dependencies: context
                .dependencies(&target.address, GraphView::Build)
                .iter()
                .filter_map(|dependency| numbers.get(dependency).copied())
                .collect(),
        };
        let nodes: Vec<ChunkTarget> = targets.iter().map(node).collect();
        let is_lost = |node: &ChunkTarget| node.member.is_some_and(|member| members[member].task.is_none());
        let blocked = nodes.iter().map(is_lost).collect();
        let mut chunks = Self { targets, nodes, blocked };
        chunks.spread_failures();
        chunks
    }

    fn run(&mut self, members: &mut [Member<'_>]) {
        for Chunk { member, targets } in cut(members.len(), &self.nodes) {
            let Member { context, task, errors } = &mut members[member];
            let Some(task) = task else { continue };
            let rest: Vec<usize> = targets.into_iter().filter(|number| !self.blocked[*number]).collect();
            if rest.is_empty() {
                continue;
            }
            let addresses: Vec<Address> = rest.iter().map(|number| self.targets[*number].address.clone()).collect();
            let result = context.check_cancelled().and_then(|()| guarded(|| task.execute_chunk(context, &addresses)));
            if let Err(mut error) = result {
                context.stop_if_failing_fast(&error);
                // Without names, the whole chunk failed.
                if error.failed_targets.is_empty() && !error.is_cancelled() {
                    error.failed_targets = addresses;
                }
                let failed: HashSet<&Address> = error.failed_targets.iter().collect();
                let is_done =
                    |number: &usize| !error.is_cancelled() && !failed.contains(&self.targets[*number].address);
                rest.iter().filter(|number| !is_done(number)).for_each(|number| self.blocked[*number] = true);
                self.spread_failures();
                errors.push(error);
            }
        }
    }

    /// Blocks whatever depends on something blocked; targets come dependencies first.
    fn spread_failures(&mut self) {
        for (number, node) in self.nodes.iter().enumerate() {
            if node.dependencies.iter().any(|dependency| self.blocked[*dependency]) {
                self.blocked[number] = true;
            }
        }
    }
}
