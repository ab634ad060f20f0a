//! What the tests of this crate share: a repository in memory, tasks as plain structs that tell a journal what is called,
//! and one place each where a plan is made and carried out.

use crate::{
    Context, ExecuteOutcome, ExecuteRequest, GoalSpec, Locking, OnFailure, Payload, PhaseSpec, Placement, PlanError,
    PlanRequest, Planning, PluginTag, ProductDecl, Registry, RoundManager, RoundPlan, TargetScope, Task, TaskError,
    TaskSpec, TaskTerms, TaskType, Workspace, WorkspaceError, execute, plan_rounds,
};
use pants_model::{
    Address, BuildGraph, Event, EventSink, Fingerprint, Globs, OptionKind, OptionSpec, OptionValue, OptionValues,
    Predicate, Target, Value,
};
use pants_process::{Cancel, ProcessConfig, ProcessService};
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An address from its text.
pub(crate) fn address(text: &str) -> Address {
    Address::parse(text, "").expect("tests write good addresses")
}

pub(crate) fn addresses(texts: &[&str]) -> Vec<Address> {
    texts.iter().map(|text| address(text)).collect()
}

/// Addresses, or anything that is shown, with spaces between.
pub(crate) fn shown<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(" ")
}

/// The names of targets, without their directories.
pub(crate) fn names(targets: &[Arc<Target>]) -> String {
    shown(targets.iter().map(|target| target.address.name()))
}

/// What was called, in order.
#[derive(Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub(crate) fn note(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// The lines, each with a newline.
    pub(crate) fn text(&self) -> String {
        self.take().into_iter().map(|line| line + "\n").collect()
    }
}

/// A repository in memory.
pub(crate) struct Repo {
    graph: Mutex<Arc<BuildGraph>>,
    /// Loaded when somebody resolves them.
    unloaded: Vec<Target>,
}

impl Repo {
    /// One target a line: `a:a java_library -> b:b c:c`. A line that begins with `?` is loaded on demand.
    pub(crate) fn new(fixture: &str) -> Arc<Self> {
        let mut targets = Vec::new();
        let mut unloaded = Vec::new();
        for line in fixture.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (is_lazy, line) = line.strip_prefix('?').map_or((false, line), |rest| (true, rest.trim()));
            let (head, dependencies) = line.split_once("->").unwrap_or((line, ""));
            let (name, type_name) = head.trim().split_once(' ').unwrap_or((head.trim(), "target"));
            let mut target = Target::new(address(name), type_name.trim());
            target.dependencies = dependencies.split_whitespace().map(address).collect();
            if is_lazy { &mut unloaded } else { &mut targets }.push(target);
        }
        Self::of(targets, unloaded)
    }

    pub(crate) fn of(targets: Vec<Target>, unloaded: Vec<Target>) -> Arc<Self> {
        let mut graph = BuildGraph::new();
        add(&mut graph, &targets);
        Arc::new(Self { graph: Mutex::new(Arc::new(graph)), unloaded })
    }
}

fn add(graph: &mut BuildGraph, targets: &[Target]) {
    for target in targets {
        // A target that is there already stays.
        let _ = graph.insert(Arc::new(target.clone()));
    }
    for target in targets {
        let id = graph.id(&target.address).unwrap();
        for dependency in &target.dependencies {
            let dependency = graph.id(dependency).expect("tests depend on targets that exist");
            graph.add_dependency(id, dependency);
        }
    }
}

impl Workspace for Repo {
    fn graph(&self) -> Arc<BuildGraph> {
        self.graph.lock().unwrap().clone()
    }

    fn resolve(&self, specs: &[String]) -> Result<Vec<Address>, WorkspaceError> {
        self.load_all()?;
        let graph = self.graph();
        let resolve = |spec: &String| match graph.get(&address(spec)) {
            Some(target) => Ok(target.address.clone()),
            None => Err(WorkspaceError::new(format!("target `{spec}` does not exist"))),
        };
        specs.iter().map(resolve).collect()
    }

    fn load_all(&self) -> Result<(), WorkspaceError> {
        let mut graph = self.graph.lock().unwrap();
        add(Arc::make_mut(&mut graph), &self.unloaded);
        Ok(())
    }

    fn owners(&self, _: &[PathBuf]) -> Result<Vec<Address>, WorkspaceError> {
        Ok(Vec::new())
    }

    fn expand_globs(&self, _: &str, _: &Globs) -> Result<Vec<PathBuf>, WorkspaceError> {
        Ok(Vec::new())
    }

    fn environment(&self, _: &str) -> Option<OsString> {
        None
    }
}

type Body = Arc<dyn Fn(&Context) -> Result<(), TaskError> + Send + Sync>;
type ChunkBody = Arc<dyn Fn(&Context, &[Address]) -> Result<(), TaskError> + Send + Sync>;

/// A task that says in a journal what is called, and otherwise does what the test wants.
#[derive(Clone)]
pub(crate) struct FakeTask {
    spec: TaskSpec,
    products: Vec<&'static str>,
    requires: Vec<&'static str>,
    optional: Vec<&'static str>,
    /// A flag of its scope, and what it requires when that is set.
    requires_if: Option<(&'static str, &'static str)>,
    proposal: Option<Vec<Address>>,
    options: Vec<OptionSpec>,
    journal: Option<Journal>,
    body: Body,
    chunk_body: ChunkBody,
}

/// A task for any target that does nothing.
pub(crate) fn task(type_name: &str) -> FakeTask {
    FakeTask {
        spec: TaskSpec::new(type_name),
        products: Vec::new(),
        requires: Vec::new(),
        optional: Vec::new(),
        requires_if: None,
        proposal: None,
        options: Vec::new(),
        journal: None,
        body: Arc::new(|_| Ok(())),
        chunk_body: Arc::new(|_, _| Ok(())),
    }
}

impl FakeTask {
    pub(crate) fn spec(mut self, change: impl FnOnce(&mut TaskSpec)) -> Self {
        change(&mut self.spec);
        self
    }

    /// For targets of these types in the closure.
    pub(crate) fn types(self, types: &[&str]) -> Self {
        let types = types.iter().map(|name| (*name).to_owned()).collect();
        self.spec(|spec| spec.applies_to = Predicate::Types(types))
    }

    /// For targets of these types among the roots.
    pub(crate) fn root_types(self, types: &[&str]) -> Self {
        self.types(types).spec(|spec| spec.over = TargetScope::Roots)
    }

    pub(crate) fn injects(self, type_name: &str) -> Self {
        self.spec(|spec| spec.injects.push(type_name.to_owned()))
    }

    pub(crate) fn console(self) -> Self {
        self.spec(|spec| spec.is_console = true)
    }

    pub(crate) fn exclusive(self) -> Self {
        self.spec(|spec| (spec.is_console, spec.is_exclusive) = (true, true))
    }

    pub(crate) fn produces(mut self, product: &'static str) -> Self {
        self.products.push(product);
        self
    }

    pub(crate) fn requires(mut self, product: &'static str) -> Self {
        self.requires.push(product);
        self
    }

    pub(crate) fn optional(mut self, product: &'static str) -> Self {
        self.optional.push(product);
        self
    }

    pub(crate) fn requires_if(mut self, flag: &'static str, product: &'static str) -> Self {
        self.options.push(OptionSpec::new(flag, OptionKind::Bool, false, "A flag."));
        self.requires_if = Some((flag, product));
        self
    }

    pub(crate) fn proposes(mut self, roots: &[&str]) -> Self {
        self.proposal = Some(addresses(roots));
        self
    }

    pub(crate) fn noted_in(mut self, journal: &Journal) -> Self {
        self.journal = Some(journal.clone());
        self
    }

    pub(crate) fn does(mut self, body: impl Fn(&Context) -> Result<(), TaskError> + Send + Sync + 'static) -> Self {
        self.body = Arc::new(body);
        self
    }

    pub(crate) fn does_chunks(
        mut self,
        body: impl Fn(&Context, &[Address]) -> Result<(), TaskError> + Send + Sync + 'static,
    ) -> Self {
        self.chunk_body = Arc::new(body);
        self
    }

    fn note(&self, line: &str) {
        if let Some(journal) = &self.journal {
            journal.note(format!("{} {line}", self.spec.type_name));
        }
    }
}

impl TaskType for FakeTask {
    fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    fn register_options(&self) -> Result<Vec<OptionSpec>, TaskError> {
        self.note("register_options");
        Ok(self.options.clone())
    }

    fn product_types(&self) -> Result<Vec<ProductDecl>, TaskError> {
        self.note("product_types");
        Ok(self.products.iter().map(|name| ProductDecl { name: (*name).to_owned(), version: 1 }).collect())
    }

    fn alternate_target_roots(&self, planning: &Planning<'_>) -> Result<Option<Vec<Address>>, TaskError> {
        self.note(&format!("alternate_target_roots, roots are [{}]", names(&planning.target_roots())));
        Ok(self.proposal.clone())
    }

    fn prepare(&self, planning: &Planning<'_>, round: &mut RoundManager) -> Result<(), TaskError> {
        self.note(&format!("prepare, roots are [{}]", names(&planning.target_roots())));
        self.requires.iter().for_each(|product| round.require(product));
        self.optional.iter().for_each(|product| round.optional(product));
        if let Some((flag, product)) = self.requires_if
            && planning.option(flag).as_bool() == Some(true)
        {
            round.require(product);
        }
        Ok(())
    }

    fn construct(&self, _: &Context) -> Result<Box<dyn Task>, TaskError> {
        self.note("construct");
        Ok(Box::new(self.clone()))
    }
}

impl Task for FakeTask {
    fn execute(&mut self, context: &Context) -> Result<(), TaskError> {
        self.note("execute");
        (self.body)(context)
    }

    fn execute_chunk(&mut self, context: &Context, chunk: &[Address]) -> Result<(), TaskError> {
        self.note(&format!("chunk {}", shown(chunk.iter().map(Address::name))));
        (self.chunk_body)(context, chunk)
    }
}

/// A product that is one text.
pub(crate) struct Text(pub(crate) String);

impl Payload for Text {
    fn encoded(&self) -> Result<Arc<[u8]>, TaskError> {
        Ok(self.0.as_bytes().into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

pub(crate) fn put(context: &Context, product: &str, text: impl Into<String>) -> Result<(), TaskError> {
    context.put_product(product, 1, Arc::new(Text(text.into())))
}

/// What there is of a product: `scope=text`.
pub(crate) fn products(context: &Context, product: &str) -> String {
    shown(context.products(product).iter().map(|contribution| {
        let text = contribution.payload.as_any().downcast_ref::<Text>().unwrap();
        format!("{}={}", contribution.scope, text.0)
    }))
}

/// A goal at the end of its phase.
pub(crate) fn goal(phase: &str, name: &str, task: FakeTask) -> GoalSpec {
    GoalSpec {
        phase: phase.to_owned(),
        name: name.to_owned(),
        task: Arc::new(task),
        placement: Placement::Last,
        group: None,
        depends_on_phases: Vec::new(),
        plugin: PluginTag { name: "test".to_owned(), fingerprint: Fingerprint::of_bytes(b"test") },
    }
}

impl GoalSpec {
    pub(crate) fn placed(self, placement: Placement) -> Self {
        Self { placement, ..self }
    }

    pub(crate) fn in_group(self, group: &str) -> Self {
        Self { group: Some(group.to_owned()), ..self }
    }

    pub(crate) fn after_phase(mut self, phase: &str) -> Self {
        self.depends_on_phases.push(phase.to_owned());
        self
    }

    pub(crate) fn by_plugin(mut self, name: &str) -> Self {
        self.plugin.name = name.to_owned();
        self
    }
}

/// A finished registry of these goals.
pub(crate) fn registry(goals: &[GoalSpec]) -> Registry {
    let mut registry = Registry::new();
    for goal in goals {
        registry.add_phase(PhaseSpec { name: goal.phase.clone(), description: format!("The phase {}.", goal.phase) });
        registry.install(goal.clone()).unwrap();
    }
    registry.finish().unwrap();
    registry
}

/// Option values from `scope.name` and value; all of them are fingerprinted.
pub(crate) fn options(values: &[(&str, &str, Value)]) -> OptionValues {
    let mut options = OptionValues::default();
    for (scope, name, value) in values {
        let value = OptionValue { is_fingerprinted: true, ..OptionValue::of_default(value.clone()) };
        options.insert(scope, name, value);
    }
    options
}

/// Everything a test needs to plan and to execute.
pub(crate) struct World {
    pub(crate) repo: Arc<Repo>,
    pub(crate) registry: Registry,
    pub(crate) options: Arc<OptionValues>,
    pub(crate) passthrough: Vec<String>,
    pub(crate) jobs: usize,
    pub(crate) fail_fast: bool,
    pub(crate) locking: Locking,
    pub(crate) cancel: Cancel,
    pub(crate) events: Arc<Events>,
    directory: Arc<tempfile::TempDir>,
}

impl World {
    pub(crate) fn new(repo: &str, goals: &[GoalSpec]) -> Self {
        Self::of(Repo::new(repo), goals)
    }

    pub(crate) fn of(repo: Arc<Repo>, goals: &[GoalSpec]) -> Self {
        Self {
            repo,
            registry: registry(goals),
            options: Arc::default(),
            passthrough: Vec::new(),
            jobs: 2,
            fail_fast: false,
            locking: Locking::WorkDirectories,
            cancel: Cancel::new(),
            events: Arc::default(),
            directory: Arc::new(tempfile::tempdir().unwrap()),
        }
    }

    pub(crate) fn build_root(&self) -> &Path {
        self.directory.path()
    }

    /// Works in the build root of another world.
    pub(crate) fn share_directory(&mut self, other: &World) {
        self.directory = other.directory.clone();
    }

    pub(crate) fn plan(&self, phases: &[&str], roots: &[&str]) -> Result<RoundPlan, PlanError> {
        let request = PlanRequest {
            phases: phases.iter().map(|phase| (*phase).to_owned()).collect(),
            roots: addresses(roots).into(),
            left_out: BTreeSet::new(),
            options: self.options.clone(),
            passthrough: self.passthrough.clone(),
            build_root: self.build_root().to_owned(),
        };
        plan_rounds(&self.registry, &request, &*self.repo)
    }

    pub(crate) fn processes(&self) -> ProcessService {
        let root = self.build_root();
        ProcessService::open(ProcessConfig {
            build_root: root.to_owned(),
            workdir: root.join(".pants.d"),
            cache_dir: root.join("cache"),
            subprocess_dir: root.join(".pids"),
            jobs: self.jobs,
            environment: Arc::new(BTreeMap::new()),
            kill_wait: Duration::from_millis(100),
            default_timeout: None,
        })
        .unwrap()
    }

    pub(crate) fn execute(&self, plan: RoundPlan) -> ExecuteOutcome {
        let root = self.build_root();
        let on_failure = if self.fail_fast { OnFailure::Stop } else { OnFailure::GoOn };
        let terms = |scope: &str| (scope.to_owned(), TaskTerms { on_failure, ..TaskTerms::default() });
        execute(ExecuteRequest {
            terms: plan.goals().iter().map(|goal| terms(goal.scope())).collect(),
            locking: self.locking,
            plan,
            workspace: self.repo.clone(),
            processes: self.processes(),
            events: self.events.clone(),
            cancel: self.cancel.clone(),
            options: self.options.clone(),
            passthrough: self.passthrough.clone(),
            build_root: root.to_owned(),
            workdir: root.join(".pants.d"),
            dist_dir: root.join("dist"),
            run_id: "run".to_owned(),
            who: "PID 1 (pants test)".into(),
        })
    }

    /// Plans and executes.
    pub(crate) fn run(&self, phases: &[&str], roots: &[&str]) -> ExecuteOutcome {
        self.execute(self.plan(phases, roots).unwrap())
    }
}

/// An outcome in one line a goal that did not succeed, and the exit code.
pub(crate) fn summary(outcome: &ExecuteOutcome) -> String {
    let mut text = String::new();
    for (scope, error) in &outcome.failures {
        text.push_str(&format!("{scope} failed: {error}\n"));
    }
    for scope in &outcome.cancelled {
        text.push_str(&format!("{scope} cancelled\n"));
    }
    text + &format!("exit code {}\n", outcome.exit_code)
}

/// Keeps events, and wakes who waits for one.
#[derive(Default)]
pub(crate) struct Events {
    events: Mutex<Vec<Event>>,
    changed: std::sync::Condvar,
}

impl EventSink for Events {
    fn emit(&self, event: Event) {
        self.events.lock().unwrap().push(event);
        self.changed.notify_all();
    }
}

impl Events {
    pub(crate) fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.events.lock().unwrap())
    }

    /// Waits until an event is there, and gives it.
    pub(crate) fn wait_for(&self, is_wanted: impl Fn(&Event) -> bool) -> Event {
        let mut events = self.events.lock().unwrap();
        loop {
            if let Some(event) = events.iter().find(|event| is_wanted(event)) {
                return event.clone();
            }
            events = self.changed.wait(events).unwrap();
        }
    }
}
