//! The context: a task's whole world while it is constructed and executed.
//!
//! A handle that may be cloned and used from any thread of the task. It is closed when the task ends; what could still
//! change the run or the world then is an error. Nothing here replaces the target roots: they are final when the plan
//! is.

mod invalidation;
mod talk;
mod work;

pub use invalidation::{InvalidateOptions, Versioned};
pub use talk::Workunit;

use crate::overlay::{Base, GraphView, Snapshot};
use crate::products::{Contribution, Payload, Place};
use crate::run_state::RunState;
use crate::sync::lock;
use crate::task_error::TaskError;
use crate::task_spec::GoalIdentity;
use crate::task_terms::OnFailure;
use crate::validity::ResultPaths;
use crate::workspace::Workspace;
use pants_model::{Address, BuildGraph, Fingerprint, OptionValues, Target, Value};
use pants_process::{Cancel, CancelReason, Digest, InputFile, InputTree, JobSlot, ProcessService};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

/// A task's whole world; a cheap handle.
#[derive(Clone)]
pub struct Context {
    task: Arc<TaskState>,
    lane: Arc<Lane>,
}

/// What all handles of one task share.
pub(crate) struct TaskState {
    pub(crate) run: Arc<RunState>,
    pub(crate) identity: GoalIdentity,
    /// What a failure of it does to the rest of the run.
    pub(crate) on_failure: OnFailure,
    /// Targets with one of these tags are none of those it works on.
    pub(crate) tags_left_out: Vec<String>,
    /// What runs its processes, with its own way to use the caches.
    pub(crate) processes: ProcessService,
    /// The index of its goal in the plan.
    pub(crate) goal: usize,
    /// For each goal of the plan: whether what it leaves may be seen by this task.
    pub(crate) visible: Arc<[bool]>,
    /// The targets that goals before this one failed on.
    pub(crate) failed: Arc<HashSet<Address>>,
    /// What the consumers of its products asked for: product, scope of the consumer, document.
    pub(crate) requests: Vec<(String, String, Vec<u8>)>,
    /// What `invalidated` found, for `mark_valid`.
    pub(crate) pending: Mutex<HashMap<Address, PendingResult>>,
    pub(crate) seen: SeenSources,
    pub(crate) is_closed: AtomicBool,
}

/// A result that may be marked valid.
pub(crate) struct PendingResult {
    fingerprint: Fingerprint,
    parts: Vec<(String, String)>,
    paths: ResultPaths,
    /// The sources of the target, as they were.
    sources: Vec<InputFile>,
}

/// The sources that fingerprints of a task were made from, and whether one was seen to change after that.
///
/// What is made while sources change may be made of the new ones, and must not be kept under a fingerprint of the old.
#[derive(Default)]
pub(crate) struct SeenSources {
    digests: Mutex<HashMap<String, Digest>>,
    is_disturbed: AtomicBool,
}

impl SeenSources {
    /// Takes down what `invalidated` found, or compares it with what it found before.
    fn note(&self, tree: &InputTree) {
        let mut digests = lock(&self.digests);
        for file in tree.files() {
            if *digests.entry(file.path.clone()).or_insert(file.digest) != file.digest {
                self.is_disturbed.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Compares files that are about to be used with what fingerprints were made from.
    fn compare(&self, tree: &InputTree) {
        let digests = lock(&self.digests);
        if !digests.is_empty()
            && tree.files().any(|file| digests.get(&file.path).is_some_and(|seen| *seen != file.digest))
        {
            self.is_disturbed.store(true, Ordering::Relaxed);
        }
    }

    /// A process met files that changed under it.
    fn changed(&self, files: &[&InputFile]) {
        let digests = lock(&self.digests);
        if files.iter().any(|file| digests.contains_key(&file.path)) {
            self.is_disturbed.store(true, Ordering::Relaxed);
        }
    }

    fn is_disturbed(&self) -> bool {
        self.is_disturbed.load(Ordering::Relaxed)
    }
}

/// One thread of control of a task: the task's own, or a job's.
#[derive(Default)]
struct Lane {
    /// The steps that led here; see [`Place`].
    prefix: Vec<u64>,
    next_step: AtomicU64,
    /// The slot of the job; jobs of a job have its slot, too.
    slot: Option<SharedSlot>,
}

/// The slot of a running job; empty when the job has ended, even if somebody kept its context.
type SharedSlot = Arc<RwLock<Option<JobSlot>>>;

impl Context {
    pub(crate) fn new(task: Arc<TaskState>) -> Self {
        Self { task, lane: Arc::default() }
    }

    pub(crate) fn close(&self) {
        self.task.is_closed.store(true, Ordering::Release);
    }

    /// An error when the task has ended.
    pub fn ensure_open(&self) -> Result<(), TaskError> {
        if self.task.is_closed.load(Ordering::Acquire) {
            return Err(TaskError::failed(format!("the context of `{}` was used after its task ended", self.scope())));
        }
        Ok(())
    }

    /// Stops the run at its first failure, when that was asked for.
    pub(crate) fn stop_if_failing_fast(&self, error: &TaskError) {
        if self.task.on_failure == OnFailure::Stop && !error.is_cancelled() {
            self.run_state().cancel.cancel(CancelReason::FailFast);
        }
    }

    fn run_state(&self) -> &RunState {
        &self.task.run
    }

    fn next_step(&self) -> Vec<u64> {
        let mut steps = self.lane.prefix.clone();
        steps.push(self.lane.next_step.fetch_add(1, Ordering::Relaxed));
        steps
    }

    fn next_place(&self) -> Place {
        Place { goal: self.task.goal, steps: self.next_step() }
    }

    /// The handle of a job; `step` is the step of the call that runs it.
    fn for_job(&self, step: &[u64], job: usize, slot: Option<SharedSlot>) -> Context {
        let prefix = step.iter().copied().chain([job as u64]).collect();
        Context { task: self.task.clone(), lane: Arc::new(Lane { prefix, next_step: AtomicU64::new(0), slot }) }
    }
}

/// Where and who.
impl Context {
    /// The build root, absolute.
    pub fn build_root(&self) -> &Path {
        &self.run_state().build_root
    }

    /// The task's own directory, absolute: `.pants.d/<phase>/<goal>`. It is there, and no other run works in it;
    /// a console task has none until it makes it.
    pub fn workdir(&self) -> PathBuf {
        self.run_state().workdir.join(&self.task.identity.phase).join(&self.task.identity.goal)
    }

    /// The directory that holds the work directories of all tasks, absolute: `.pants.d`.
    pub fn pants_workdir(&self) -> &Path {
        &self.run_state().workdir
    }

    /// Where finished things go, absolute.
    pub fn dist_dir(&self) -> &Path {
        &self.run_state().dist_dir
    }

    /// The scope of the task (`compile.javac`).
    pub fn scope(&self) -> &str {
        &self.task.identity.scope
    }

    /// What the task declared, and who installed it.
    pub fn identity(&self) -> &GoalIdentity {
        &self.task.identity
    }

    /// The id of the run.
    pub fn run_id(&self) -> &str {
        &self.run_state().run_id
    }

    /// All option values.
    pub fn options(&self) -> &OptionValues {
        &self.run_state().options
    }

    /// An option of the task's own scope.
    pub fn option(&self, name: &str) -> &Value {
        self.options().value(self.scope(), name)
    }

    /// The arguments after `--`; empty for a task that does not take them.
    pub fn passthrough(&self) -> &[String] {
        if self.task.identity.spec.takes_passthrough { &self.run_state().passthrough } else { &[] }
    }

    /// The phases that were asked for.
    pub fn requested_phases(&self) -> &[String] {
        &self.run_state().requested_phases
    }

    /// What stops the run.
    pub fn cancel(&self) -> &Cancel {
        &self.run_state().cancel
    }

    /// The error to return when the run was cancelled.
    pub fn check_cancelled(&self) -> Result<(), TaskError> {
        if self.cancel().is_cancelled() { Err(TaskError::cancelled()) } else { Ok(()) }
    }
}

/// Targets.
impl Context {
    /// The addresses of the target roots; no more is done for them than is needed.
    pub fn root_addresses(&self) -> Arc<[Address]> {
        let roots = &self.run_state().roots;
        match self.task.tags_left_out.is_empty() {
            true => roots.clone(),
            false => self.target_roots().into_iter().map(|root| root.address.clone()).collect(),
        }
    }

    /// The target roots.
    pub fn target_roots(&self) -> Vec<Arc<Target>> {
        let graph = self.graph();
        let roots = self.run_state().roots.iter().filter_map(|root| graph.get(root).cloned());
        roots.filter(|root| !self.is_left_out(root)).collect()
    }

    /// What the task works on, dependencies first: the closure of the roots in the build view, together with the targets
    /// that others were generated from, without those that depend on a target that failed before.
    pub fn targets(&self) -> Vec<Arc<Target>> {
        let mut targets = self.snapshot().targets(&self.run_state().roots, &self.task.failed);
        targets.retain(|target| !self.is_left_out(target));
        targets
    }

    fn is_left_out(&self, target: &Target) -> bool {
        let is_left_out = |tag: &String| target.tags.contains(tag);
        self.task.tags_left_out.iter().any(is_left_out)
    }

    /// One target, loaded or synthetic.
    pub fn target(&self, address: &Address) -> Option<Arc<Target>> {
        self.snapshot().target(address)
    }

    /// The direct dependencies of a target, in the order it names them.
    pub fn dependencies(&self, address: &Address, view: GraphView) -> Vec<Address> {
        self.snapshot().dependencies(address, view)
    }

    /// These targets and all they depend on, dependencies first.
    pub fn closure(&self, roots: &[Address], view: GraphView) -> Vec<Arc<Target>> {
        self.snapshot().closure(roots, view)
    }

    /// The loaded targets that depend on these, as BUILD files declare it; load what counts first.
    pub fn dependees(&self, addresses: &[Address], transitive: bool) -> Vec<Address> {
        self.snapshot().dependees(addresses, transitive)
    }

    /// The targets of address specs, loaded as needed.
    pub fn resolve(&self, specs: &[String]) -> Result<Vec<Address>, TaskError> {
        self.ensure_open()?;
        Ok(self.run_state().workspace.resolve(specs)?)
    }

    /// Loads every BUILD file.
    pub fn load_all(&self) -> Result<(), TaskError> {
        self.ensure_open()?;
        Ok(self.run_state().workspace.load_all()?)
    }

    /// The loaded targets by address, without synthetic ones; load what counts first.
    pub fn loaded_targets(&self) -> Vec<Arc<Target>> {
        let loaded = self.workspace().loaded();
        let graph = self.graph();
        let ids = graph.sorted(graph.ids().filter(|id| loaded.contains(*id)).collect());
        ids.into_iter().map(|id| graph.target(id).clone()).collect()
    }

    /// What is loaded so far, by this run and others, without synthetic targets.
    pub fn graph(&self) -> Arc<BuildGraph> {
        self.run_state().workspace.graph()
    }

    /// The repository.
    pub fn workspace(&self) -> &dyn Workspace {
        &*self.run_state().workspace
    }

    /// Adds a target that was generated from another: in the build view, whoever depends on `derived_from` depends on
    /// it. Its own dependencies come on top of those of `derived_from`.
    pub fn inject_target(
        &self,
        target: Target,
        dependencies: Vec<Address>,
        derived_from: &Address,
    ) -> Result<(), TaskError> {
        self.ensure_open()?;
        let spec = &self.task.identity.spec;
        if !spec.injects.iter().any(|name| **name == *target.type_name) {
            return Err(TaskError::failed(format!(
                "task `{}` injects `{}` of type `{}`, which it does not declare in `injects`",
                spec.type_name, target.address, target.type_name
            )));
        }
        let target = Target { dependencies, ..target };
        let run = self.run_state();
        run.graph
            .inject(&Base::of(&*run.workspace), &self.task.visible, self.next_place(), target, derived_from)
            .map_err(|error| TaskError::failed(format!("task `{}`: {error}", spec.type_name)))
    }

    fn snapshot(&self) -> Snapshot {
        self.run_state().graph.snapshot(Base::of(self.workspace()), self.task.visible.clone())
    }
}

/// Products.
impl Context {
    /// Leaves a product, one that the task declared, for the goals after it.
    pub fn put_product(&self, name: &str, version: u32, payload: Arc<dyn Payload>) -> Result<(), TaskError> {
        self.ensure_open()?;
        let identity = &self.task.identity;
        let type_name = &identity.spec.type_name;
        match identity.product(name) {
            None => Err(TaskError::failed(format!(
                "task `{type_name}` puts product `{name}`, which its `product_types` does not declare"
            ))),
            Some(declared) if declared.version != version => Err(TaskError::failed(format!(
                "task `{type_name}` puts version {version} of product `{name}` and declares version {}",
                declared.version
            ))),
            Some(_) => {
                let contribution = Contribution { scope: identity.scope.clone(), version, payload };
                self.run_state().products.put(name, self.next_place(), contribution);
                Ok(())
            }
        }
    }

    /// What the goals before this one left for a product, in the order of the plan.
    pub fn products(&self, name: &str) -> Vec<Contribution> {
        self.run_state().products.get(name, |goal| self.task.visible[goal])
    }

    /// What the consumers of a product asked of its producers, in the order of the plan: scope and document.
    pub fn requests(&self, product: &str) -> Vec<(String, Vec<u8>)> {
        let of_product = self.task.requests.iter().filter(|(name, _, _)| name == product);
        of_product.map(|(_, scope, document)| (scope.clone(), document.clone())).collect()
    }
}
