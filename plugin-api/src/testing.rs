//! Tests of tasks without a host: a task runs through the same boundary against a world in memory.
//!
//! ```
//! # use plugin_api::testing::TestContext;
//! # use plugin_api::*;
//! # struct Hello;
//! # impl Task for Hello {
//! #     fn spec() -> TaskSpec { TaskSpec::new("Hello", "Greets.") }
//! #     fn new(_: &Context) -> Result<Self> { Ok(Hello) }
//! #     fn execute(&mut self, context: &Context) -> Result<()> { context.print("hello\n") }
//! # }
//! let world = TestContext::new("hello");
//! world.target(Target::new(Address::new("src", "a"), "target"));
//! world.run::<Hello>()?;
//! assert_eq!(world.printed(), "hello\n");
//! # Ok::<(), Error>(())
//! ```

use crate::abi::{
    AbiContext, AbiContext_TO, AbiContribution, AbiResult, CallbackRef, ContextObject, PayloadObject, TaskTypeObject,
    decode_error, guard,
};
use crate::planning::Requirement;
use crate::{
    Address, Context, Error, ErrorKind, GraphView, Job, JobState, JobsOutcome, OptionDecl, OptionRank, OptionValue,
    Process, ProcessOutput, Product, Result, Target, Task, TestReport, Value, Versioned, abi, wire,
};
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RArc, ROption, RSlice, RStr, RString, RVec};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type FakeTool = dyn Fn(&Process) -> Result<ProcessOutput> + Send + Sync;

/// The world of one task, in memory. Clones share it.
#[derive(Clone)]
pub struct TestContext {
    world: Arc<Mutex<World>>,
}

struct World {
    info: wire::Info,
    options: BTreeMap<(String, String), OptionValue>,
    environment: BTreeMap<String, String>,
    targets: BTreeMap<Address, Target>,
    roots: Option<Vec<Address>>,
    products: Vec<(String, String, u32, PayloadObject)>,
    requests: Vec<(String, wire::Request)>,
    valid: BTreeSet<Address>,
    failing: BTreeSet<Address>,
    tool: Arc<FakeTool>,
    processes: Vec<Process>,
    printed: String,
    tool_output: String,
    logs: Vec<String>,
    reports: Vec<TestReport>,
    injected: Vec<(Target, Address)>,
    foreground: Option<Process>,
}

impl TestContext {
    /// A world for a task of this scope (`compile.javac`). No file is touched unless [`TestContext::build_root`] names
    /// a directory.
    pub fn new(scope: &str) -> Self {
        let workdir = format!(".pants.d/{}", scope.replace('.', "/"));
        let info = wire::Info {
            build_root: "/build-root".to_owned(),
            workdir,
            dist_dir: "dist".to_owned(),
            scope: scope.to_owned(),
            run_id: "test".to_owned(),
            requested_phases: scope.split('.').take(1).map(str::to_owned).collect(),
            ..wire::Info::default()
        };
        let world = World {
            info,
            options: BTreeMap::new(),
            environment: BTreeMap::new(),
            targets: BTreeMap::new(),
            roots: None,
            products: Vec::new(),
            requests: Vec::new(),
            valid: BTreeSet::new(),
            failing: BTreeSet::new(),
            tool: Arc::new(|_| Ok(ProcessOutput::default())),
            processes: Vec::new(),
            printed: String::new(),
            tool_output: String::new(),
            logs: Vec::new(),
            reports: Vec::new(),
            injected: Vec::new(),
            foreground: None,
        };
        Self { world: Arc::new(Mutex::new(world)) }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Uses a real directory as the build root.
    pub fn build_root(&self, path: &Path) -> &Self {
        self.world().info.build_root = path.to_string_lossy().into_owned();
        self
    }

    /// Sets an option of the task's own scope.
    pub fn option(&self, name: &str, value: impl Into<Value>) -> &Self {
        let scope = self.world().info.scope.clone();
        self.option_of(&scope, name, value)
    }

    /// Sets an option of any scope.
    pub fn option_of(&self, scope: &str, name: &str, value: impl Into<Value>) -> &Self {
        let value = OptionValue { value: value.into(), source: "test".to_owned(), rank: OptionRank::Flag };
        self.world().options.insert((scope.to_owned(), name.to_owned()), value);
        self
    }

    /// Sets a variable of the environment.
    pub fn environment(&self, name: &str, value: &str) -> &Self {
        self.world().environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets the arguments after `--`.
    pub fn passthrough(&self, args: &[&str]) -> &Self {
        self.world().info.passthrough = args.iter().map(|arg| (*arg).to_owned()).collect();
        self
    }

    /// Adds a target; its `dependencies` are the edges.
    pub fn target(&self, target: Target) -> &Self {
        self.world().targets.insert(target.address.clone(), target);
        self
    }

    /// Sets the target roots; all targets are roots otherwise.
    pub fn roots(&self, roots: &[Address]) -> &Self {
        self.world().roots = Some(roots.to_vec());
        self
    }

    /// Leaves a product as if a task of `scope` had.
    pub fn product<P: Product>(&self, scope: &str, product: P) -> Result<&Self> {
        let own = std::mem::replace(&mut self.world().info.scope, scope.to_owned());
        let put = self.context()?.put(product);
        self.world().info.scope = own;
        put.map(|()| self)
    }

    /// Asks the task's product for something, as a consumer of `scope` would.
    pub fn request<P: Product>(&self, scope: &str, request: &impl serde::Serialize) -> Result<&Self> {
        let document = wire::encode(request)?;
        let request = wire::Request { scope: scope.to_owned(), document };
        self.world().requests.push((P::NAME.to_owned(), request));
        Ok(self)
    }

    /// Says that the task was carried out for a target already.
    pub fn valid(&self, address: &Address) -> &Self {
        self.world().valid.insert(address.clone());
        self
    }

    /// Says that a target failed in an earlier task: what depends on it is left out of `targets`.
    pub fn failed(&self, address: &Address) -> &Self {
        self.world().failing.insert(address.clone());
        self
    }

    /// Answers every process; the default is exit code 0 and no output.
    pub fn fake_tool(&self, tool: impl Fn(&Process) -> Result<ProcessOutput> + Send + Sync + 'static) -> &Self {
        self.world().tool = Arc::new(tool);
        self
    }

    /// The context that a task would get.
    pub fn context(&self) -> Result<Context> {
        Context::from_object(self.object())
    }

    fn object(&self) -> ContextObject {
        AbiContext_TO::from_ptr(RArc::new(self.clone()), TD_Opaque)
    }

    /// The whole life of a task: its options with their defaults, `alternate_target_roots`, `prepare`, `new`,
    /// `execute`.
    pub fn run<T: Task>(&self) -> Result<()> {
        self.run_chunks::<T>(&[])
    }

    /// The life of a member of a group: like [`TestContext::run`], and then its chunks in their order.
    pub fn run_chunks<T: Task>(&self, chunks: &[&[Address]]) -> Result<()> {
        let task_type = abi::task_type_object::<T>();
        self.plan_with(&task_type)?;
        let mut task = task_type.construct(self.object()).into_result().map_err(|error| decode_error(&error))?;
        let set_up = task.call(wire::TASK_EXECUTE, self.object(), RSlice::EMPTY).into_result();
        set_up.map_err(|error| decode_error(&error))?;
        for chunk in chunks {
            let document = wire::encode(chunk)?;
            let done = task.call(wire::TASK_EXECUTE_CHUNK, self.object(), document.as_slice().into()).into_result();
            done.map_err(|error| decode_error(&error))?;
        }
        Ok(())
    }

    /// What the task requires, by product name, with whether it is optional.
    pub fn plan<T: Task>(&self) -> Result<Vec<(String, bool)>> {
        let requirements = self.plan_with(&abi::task_type_object::<T>())?;
        Ok(requirements.into_iter().map(|requirement| (requirement.product, requirement.is_optional)).collect())
    }

    fn plan_with(&self, task_type: &TaskTypeObject) -> Result<Vec<Requirement>> {
        let options: Vec<OptionDecl> = self.ask(task_type, wire::TASK_REGISTER_OPTIONS)?;
        let scope = self.world().info.scope.clone();
        for option in options {
            let key = (scope.clone(), option.name);
            let rank = if option.default.is_none() { OptionRank::None } else { OptionRank::Hardcoded };
            let value = OptionValue { value: option.default, source: "default".to_owned(), rank };
            self.world().options.entry(key).or_insert(value);
        }
        let roots: Option<Vec<Address>> = self.ask(task_type, wire::TASK_ALTERNATE_TARGET_ROOTS)?;
        if roots.is_some() {
            self.world().roots = roots;
        }
        self.ask(task_type, wire::TASK_PREPARE)
    }

    fn ask<A: serde::de::DeserializeOwned>(&self, task_type: &TaskTypeObject, op: u32) -> Result<A> {
        let answer = task_type.call(op, ROption::RSome(self.object()), RSlice::EMPTY).into_result();
        wire::decode(&answer.map_err(|error| decode_error(&error))?)
    }

    /// What was printed to standard output.
    pub fn printed(&self) -> String {
        self.world().printed.clone()
    }

    /// What tools said.
    pub fn tool_output(&self) -> String {
        self.world().tool_output.clone()
    }

    /// What was logged, as `level: message` with the level's number.
    pub fn logs(&self) -> Vec<String> {
        self.world().logs.clone()
    }

    /// The processes that were run, in order.
    pub fn processes(&self) -> Vec<Process> {
        self.world().processes.clone()
    }

    /// The test results that were reported.
    pub fn reports(&self) -> Vec<TestReport> {
        self.world().reports.clone()
    }

    /// The targets that were injected, each with what it was generated from.
    pub fn injected(&self) -> Vec<(Target, Address)> {
        self.world().injected.clone()
    }

    /// The process that the run ends with.
    pub fn foreground(&self) -> Option<Process> {
        self.world().foreground.clone()
    }

    /// A product that the task left, merged.
    pub fn produced<P: Product>(&self) -> Result<Option<Arc<P>>> {
        self.context()?.product()
    }
}

impl World {
    fn find(&self, address: &Address) -> Option<&Target> {
        self.targets
            .get(address)
            .or_else(|| self.injected.iter().map(|(target, _)| target).find(|target| target.address == *address))
    }

    fn root_addresses(&self) -> Vec<Address> {
        self.roots.clone().unwrap_or_else(|| self.targets.keys().cloned().collect())
    }

    fn dependencies(&self, address: &Address, view: GraphView) -> Vec<Address> {
        let declared = self.find(address).map(|target| target.dependencies.clone()).unwrap_or_default();
        if view == GraphView::Declared {
            return declared;
        }
        let moved = |address: Address| {
            let generated: Vec<Address> = self
                .injected
                .iter()
                .filter(|(_, original)| *original == address)
                .map(|(target, _)| target.address.clone())
                .collect();
            if generated.is_empty() { vec![address] } else { generated }
        };
        declared.into_iter().flat_map(moved).collect()
    }

    /// Dependencies first.
    fn closure(&self, roots: &[Address], view: GraphView) -> Vec<Target> {
        fn visit(world: &World, at: &Address, view: GraphView, seen: &mut BTreeSet<Address>, out: &mut Vec<Target>) {
            if !seen.insert(at.clone()) {
                return;
            }
            for dependency in world.dependencies(at, view) {
                visit(world, &dependency, view, seen, out);
            }
            out.extend(world.find(at).cloned());
        }
        let (mut seen, mut out) = (BTreeSet::new(), Vec::new());
        for root in roots {
            visit(self, root, view, &mut seen, &mut out);
        }
        out
    }

    fn dependees(&self, addresses: &[Address], is_transitive: bool) -> Vec<Address> {
        let mut found: BTreeSet<Address> = BTreeSet::new();
        let mut wanted: Vec<Address> = addresses.to_vec();
        while let Some(address) = wanted.pop() {
            for target in self.targets.values().filter(|target| target.dependencies.contains(&address)) {
                if found.insert(target.address.clone()) && is_transitive {
                    wanted.push(target.address.clone());
                }
            }
        }
        found.into_iter().collect()
    }

    fn runnable(&self) -> Vec<Target> {
        let closure = self.closure(&self.root_addresses(), GraphView::Build);
        let fails = |target: &Target| {
            let below = self.closure(std::slice::from_ref(&target.address), GraphView::Build);
            below.iter().any(|other| self.failing.contains(&other.address))
        };
        closure.into_iter().filter(|target| !fails(target)).collect()
    }

    fn answer(&mut self, op: u32, request: &[u8]) -> Result<Vec<u8>> {
        match op {
            wire::INFO => wire::encode(&self.info),
            wire::OPTION => {
                let wire::OptionQuery { scope, name } = wire::decode(request)?;
                let key = (scope, name);
                let value = self.options.get(&key);
                let missing = || Error::msg(format!("option `{}` of scope `{}` is not registered", key.1, key.0));
                wire::encode(value.ok_or_else(missing)?)
            }
            wire::OPTIONS_OF_SCOPE => {
                let scope: String = wire::decode(request)?;
                let of_scope = self.options.iter().filter(|((of, _), _)| *of == scope);
                let options: BTreeMap<&String, &OptionValue> =
                    of_scope.map(|((_, name), value)| (name, value)).collect();
                wire::encode(&options)
            }
            wire::ENVIRONMENT => {
                let name: String = wire::decode(request)?;
                wire::encode(&self.environment.get(&name))
            }
            wire::REQUESTS => {
                let product: String = wire::decode(request)?;
                let requests = self.requests.iter().filter(|(name, _)| *name == product);
                wire::encode(&requests.map(|(_, request)| request).collect::<Vec<_>>())
            }
            wire::TARGET_ROOTS..=wire::INJECT_TARGET | wire::ALL_TARGETS => self.answer_graph(op, request),
            wire::INVALIDATED | wire::MARK_VALID | wire::FOREGROUND => self.answer_work(op, request),
            op => self.answer_talk(op, request),
        }
    }

    fn answer_graph(&mut self, op: u32, request: &[u8]) -> Result<Vec<u8>> {
        match op {
            wire::TARGET_ROOTS => {
                let roots = self.root_addresses();
                wire::encode(&roots.iter().filter_map(|root| self.find(root)).collect::<Vec<_>>())
            }
            wire::TARGETS => wire::encode(&self.runnable()),
            wire::ALL_TARGETS => wire::encode(&self.targets.values().collect::<Vec<_>>()),
            wire::TARGET => {
                let address: Address = wire::decode(request)?;
                wire::encode(&self.find(&address))
            }
            wire::RESOLVE => {
                let specs: Vec<String> = wire::decode(request)?;
                let parse =
                    |spec: &String| Address::parse(spec).ok_or_else(|| Error::msg(format!("no address: `{spec}`")));
                wire::encode(&specs.iter().map(parse).collect::<Result<Vec<_>>>()?)
            }
            wire::INJECT_TARGET => {
                let wire::InjectTarget { mut target, dependencies, derived_from } = wire::decode(request)?;
                target.dependencies = dependencies;
                target.is_synthetic = true;
                target.derived_from = Some(derived_from.clone());
                self.injected.push((target, derived_from));
                wire::encode(&())
            }
            op => {
                let query: wire::GraphQuery = wire::decode(request)?;
                match op {
                    wire::CLOSURE => wire::encode(&self.closure(&query.addresses, query.view)),
                    wire::DEPENDEES => wire::encode(&self.dependees(&query.addresses, query.is_transitive)),
                    _ => {
                        let all = query.addresses.iter().flat_map(|address| self.dependencies(address, query.view));
                        wire::encode(&all.collect::<Vec<_>>())
                    }
                }
            }
        }
    }

    fn answer_work(&mut self, op: u32, request: &[u8]) -> Result<Vec<u8>> {
        match op {
            wire::FOREGROUND => {
                self.foreground = Some(wire::decode(request)?);
                wire::encode(&())
            }
            wire::MARK_VALID => {
                let versioned: Versioned = wire::decode(request)?;
                self.valid.insert(versioned.address);
                wire::encode(&())
            }
            _ => {
                let query: wire::InvalidateQuery = wire::decode(request)?;
                let versioned = |address: Address| Versioned {
                    fingerprint: format!("fingerprint of {address}"),
                    is_valid: self.valid.contains(&address),
                    results_dir: format!("{}/{}", self.info.workdir, address.id()),
                    why: Vec::new(),
                    address,
                };
                wire::encode(&query.targets.into_iter().map(versioned).collect::<Vec<_>>())
            }
        }
    }

    fn answer_talk(&mut self, op: u32, request: &[u8]) -> Result<Vec<u8>> {
        match op {
            wire::PRINT => self.printed.push_str(&wire::decode::<String>(request)?),
            wire::TOOL_OUTPUT => self.tool_output.push_str(&wire::decode::<String>(request)?),
            wire::LOG => {
                let line: wire::LogLine = wire::decode(request)?;
                self.logs.push(format!("{}: {}", line.level, line.message));
            }
            wire::TEST_RESULT => self.reports.push(wire::decode(request)?),
            wire::WORKUNIT_START => return wire::encode(&0_u64),
            wire::WORKUNIT_END => {}
            op => {
                let message = format!("operation {op} is not known to the test world");
                return Err(Error { kind: ErrorKind::Unsupported, ..Error::msg(message) });
            }
        }
        wire::encode(&())
    }
}

impl AbiContext for TestContext {
    fn call(&self, op: u32, request: RSlice<'_, u8>) -> AbiResult<RVec<u8>> {
        guard(|| match op {
            // Without the lock held: a fake tool may use the world again.
            wire::RUN => {
                let process: Process = wire::decode(request.as_slice())?;
                let tool = self.world().tool.clone();
                self.world().processes.push(process.clone());
                Ok(wire::encode(&tool(&process)?)?.into())
            }
            wire::NAMED_CACHE => {
                let name: String = wire::decode(request.as_slice())?;
                let path = Path::new(&self.world().info.build_root).join(".caches").join(name);
                Ok(wire::encode(&path)?.into())
            }
            op => self.world().answer(op, request.as_slice()).map(Into::into),
        })
    }

    fn call_with(&self, op: u32, request: RSlice<'_, u8>, callback: CallbackRef<'_>) -> AbiResult<RVec<u8>> {
        guard(|| match op {
            wire::PARALLEL => {
                let jobs: Vec<Job> = wire::decode(request.as_slice())?;
                Ok(wire::encode(&self.run_jobs(&jobs, &callback))?.into())
            }
            wire::PARALLEL_AT_MOST => {
                // Jobs of this world run one after the other.
                let wire::LimitedJobs { jobs, at_most: _ } = wire::decode(request.as_slice())?;
                Ok(wire::encode(&self.run_jobs(&jobs, &callback))?.into())
            }
            wire::TOOL_DIR => {
                let query: wire::ToolDirQuery = wire::decode(request.as_slice())?;
                let root = PathBuf::from(&self.world().info.build_root);
                let path = root.join(".tools").join(query.name).join(query.key);
                if !path.exists() {
                    std::fs::create_dir_all(&path)?;
                    let document = wire::encode(&path)?;
                    let context = ROption::RSome(self.object());
                    let filled =
                        callback.invoke(wire::CALLBACK_FILL, context, document.as_slice().into()).into_result();
                    filled.map_err(|error| decode_error(&error))?;
                }
                Ok(wire::encode(&path)?.into())
            }
            op => {
                let message = format!("operation {op} is not known to the test world");
                Err(Error { kind: ErrorKind::Unsupported, ..Error::msg(message) })
            }
        })
    }

    fn put_product(&self, name: RStr<'_>, version: u32, payload: PayloadObject) -> AbiResult<()> {
        guard(|| {
            let mut world = self.world();
            let scope = world.info.scope.clone();
            world.products.push((name.to_string(), scope, version, payload));
            Ok(())
        })
    }

    fn products(&self, name: RStr<'_>) -> AbiResult<RVec<AbiContribution>> {
        guard(|| {
            let world = self.world();
            let named = world.products.iter().enumerate().filter(|(_, (of, ..))| *of == *name.as_str());
            let contribution =
                |(index, (_, scope, version, payload)): (usize, &(String, String, u32, PayloadObject))| {
                    AbiContribution {
                        id: index as u64,
                        scope: RString::from(scope.as_str()),
                        version: *version,
                        payload: crate::abi::AbiPayload_TO::from_sabi(payload.obj.shallow_clone()),
                    }
                };
            Ok(named.map(contribution).collect())
        })
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

impl TestContext {
    /// One job after the other, in dependency order.
    fn run_jobs(&self, jobs: &[Job], callback: &CallbackRef<'_>) -> JobsOutcome {
        let mut states: Vec<Option<JobState>> = vec![None; jobs.len()];
        loop {
            let ready = (0..jobs.len()).find(|&index| {
                states[index].is_none() && jobs[index].dependencies.iter().all(|&before| states[before].is_some())
            });
            let Some(index) = ready else { break };
            let is_blocked =
                jobs[index].dependencies.iter().any(|&before| !matches!(states[before], Some(JobState::Done)));
            states[index] = Some(if is_blocked { JobState::Cancelled } else { self.run_job(index, callback) });
        }
        JobsOutcome { states: states.into_iter().map(|state| state.unwrap_or(JobState::Cancelled)).collect() }
    }

    fn run_job(&self, index: usize, callback: &CallbackRef<'_>) -> JobState {
        let done = wire::encode(&(index as u64)).and_then(|document| {
            let context = ROption::RSome(self.object());
            let answer = callback.invoke(wire::CALLBACK_JOB, context, document.as_slice().into()).into_result();
            answer.map_err(|error| decode_error(&error))
        });
        match done {
            Ok(_) => JobState::Done,
            Err(error) => JobState::Failed(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::products::{ClasspathEntry, RuntimeClasspath};
    use crate::{OptionRegistrar, Planning, ProductDecl, RoundManager, TaskSpec};

    /// Uses every part of the boundary once.
    struct Everything;

    impl Task for Everything {
        fn spec() -> TaskSpec {
            TaskSpec::new("Everything", "Uses every part of the boundary once.")
        }

        fn register_options(options: &mut OptionRegistrar) -> Result<()> {
            options.string("greeting", "hello", "What to say.");
            Ok(())
        }

        fn product_types() -> Vec<ProductDecl> {
            vec![RuntimeClasspath::declaration()]
        }

        fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
            if planning.option("greeting")?.as_str() == Some("hello") {
                round.optional::<RuntimeClasspath>();
            }
            Ok(())
        }

        fn new(_context: &Context) -> Result<Self> {
            Ok(Self)
        }

        fn execute(&mut self, context: &Context) -> Result<()> {
            let greeting = context.text_option("greeting")?.unwrap_or_default();
            let targets = context.targets()?;
            let jobs: Vec<Job> = targets.iter().map(|target| Job::new(target.address.to_string())).collect();
            let outcome = context.parallel(&jobs, |index, context| {
                if targets[index].address.name() == "bad" {
                    return Err(Error::msg("this one fails").hint("leave it out"));
                }
                context.run_checked(&Process::new([greeting.as_str(), &jobs[index].name], "greet")).map(|_| ())
            })?;
            let mut classpath = RuntimeClasspath::default();
            classpath.add(&targets[0].address, [ClasspathEntry::new("a.jar")]);
            context.put(classpath)?;
            outcome.into_result(&jobs, "greeting failed")
        }
    }

    fn world(names: &[&str]) -> TestContext {
        let world = TestContext::new("greet");
        for name in names {
            world.target(Target::new(Address::new("src", *name), "target"));
        }
        world
    }

    #[test]
    fn a_task_runs_through_the_boundary() {
        let world = world(&["a", "b"]);
        assert_eq!(world.plan::<Everything>().unwrap(), [("runtime_classpath".to_owned(), true)]);
        world.run::<Everything>().unwrap();
        let commands: Vec<String> = world.processes().iter().map(|process| process.argv.join(" ")).collect();
        assert_eq!(commands, ["hello src:a", "hello src:b"]);
        let classpath = world.produced::<RuntimeClasspath>().unwrap().unwrap();
        assert_eq!(classpath.paths(&[Address::new("src", "a")]), ["a.jar"]);
    }

    #[test]
    fn the_error_of_a_job_arrives_whole() {
        let error = world(&["a", "bad"]).run::<Everything>().unwrap_err();
        assert_eq!(error.message, "greeting failed");
        assert_eq!(error.causes, ["src:bad: this one fails"]);
        assert_eq!(error.hints, ["leave it out"]);
    }

    #[test]
    fn an_option_changes_what_is_required() {
        let world = world(&["a"]);
        world.option("greeting", "bye");
        assert_eq!(world.plan::<Everything>().unwrap(), []);
    }

    struct Panics;

    impl Task for Panics {
        fn spec() -> TaskSpec {
            TaskSpec::new("Panics", "Panics.")
        }

        fn new(_context: &Context) -> Result<Self> {
            Ok(Self)
        }

        fn execute(&mut self, _context: &Context) -> Result<()> {
            panic!("on purpose")
        }
    }

    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("on purpose, too")
        }
    }

    #[test]
    fn a_panic_is_an_error_and_a_panic_in_drop_is_contained() {
        let error = world(&["a"]).run::<Panics>().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Panicked);
        assert_eq!(error.message, "panicked: on purpose");
    }
}
