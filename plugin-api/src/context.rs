//! The context: a task's whole world.

use crate::abi::{self, ContextObject, call_context, call_context_with};
use crate::{
    Address, Error, Globs, Job, JobState, JobsOutcome, OptionValue, Process, ProcessOutput, Product, Result, Target,
    Value, wire,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What a task may see and do. A handle: cheap to clone, usable from any thread; closed when the task ends, and then
/// every call is an error.
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

struct Inner {
    object: ContextObject,
    info: wire::Info,
}

/// How dependencies are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GraphView {
    /// As a build needs it: dependers of a target from which code was generated depend on the generated target.
    #[default]
    Build,
    /// As BUILD files declare it.
    Declared,
}

/// How loud a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// The user should see it; the run goes on.
    Warn,
    /// Progress.
    Info,
    /// For somebody who looks closer.
    Debug,
}

/// What [`Context::invalidated`] compares.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InvalidateOptions {
    /// A target is invalid, too, when something it depends on changed.
    pub is_transitive: bool,
    /// More parts of the fingerprint, by name: shown when they are why something was done again.
    pub extra: Vec<(String, String)>,
}

impl InvalidateOptions {
    /// Dependencies count.
    pub fn transitive() -> Self {
        Self { is_transitive: true, extra: Vec::new() }
    }

    /// Adds a part of the author's own.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }
}

/// A target at one state of everything that counts for a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Versioned {
    /// The target.
    pub address: Address,
    /// The fingerprint of everything that counts, in hex.
    pub fingerprint: String,
    /// Whether the task was carried out for this fingerprint and marked valid.
    pub is_valid: bool,
    /// A directory for results, relative to the build root; it is there, and the same for every fingerprint.
    pub results_dir: String,
    /// What changed since it was valid: files, options, dependencies, by name.
    #[serde(default)]
    pub why: Vec<String>,
}

/// How the tests of a target ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestStatus {
    /// All passed.
    #[default]
    Success,
    /// All passed earlier, with the same inputs; nothing ran.
    Cached,
    /// A test failed, or the tool did.
    Failure,
    /// Nothing ran, because something before failed.
    NotRun,
}

/// The result of one test target, as the user sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestReport {
    /// The test target.
    pub address: Address,
    /// How it ended.
    pub status: TestStatus,
    /// The JUnit XML report, relative to the build root.
    #[serde(default)]
    pub report: Option<String>,
}

/// A named piece of work, shown while it lives.
pub struct Workunit {
    context: Context,
    id: u64,
    is_success: bool,
}

impl Workunit {
    /// Marks the piece of work as failed.
    pub fn fail(&mut self) {
        self.is_success = false;
    }
}

impl Drop for Workunit {
    fn drop(&mut self) {
        // A context that is closed already shows nothing any more.
        let _: Result<()> = self.context.call(wire::WORKUNIT_END, &(self.id, self.is_success));
    }
}

impl Context {
    pub(crate) fn from_object(object: ContextObject) -> Result<Self> {
        let info = call_context(&object, wire::INFO, &())?;
        Ok(Self { inner: Arc::new(Inner { object, info }) })
    }

    fn call<Q: Serialize + ?Sized, A: DeserializeOwned>(&self, op: u32, request: &Q) -> Result<A> {
        call_context(&self.inner.object, op, request)
    }

    // ---- where and who ----

    /// The build root, absolute.
    pub fn build_root(&self) -> &Path {
        Path::new(&self.inner.info.build_root)
    }

    /// The task's own directory, relative to the build root (`.pants.d/compile/javac`); it is there, and no other run
    /// works in it.
    pub fn workdir(&self) -> &str {
        &self.inner.info.workdir
    }

    /// Where finished things go, relative to the build root (`dist`).
    pub fn dist_dir(&self) -> &str {
        &self.inner.info.dist_dir
    }

    /// The scope of the task (`compile.javac`).
    pub fn scope(&self) -> &str {
        &self.inner.info.scope
    }

    /// The id of the run.
    pub fn run_id(&self) -> &str {
        &self.inner.info.run_id
    }

    /// The arguments after `--`, for a task that takes them.
    pub fn passthrough(&self) -> &[String] {
        &self.inner.info.passthrough
    }

    /// The phases that were asked for.
    pub fn requested_phases(&self) -> &[String] {
        &self.inner.info.requested_phases
    }

    /// Whether what the task prints may be coloured.
    pub fn use_colors(&self) -> bool {
        self.inner.info.use_colors
    }

    /// A path below the build root, absolute.
    pub fn absolute(&self, path: impl AsRef<Path>) -> PathBuf {
        self.build_root().join(path)
    }

    // ---- options ----

    /// The value of an option of the task's own scope; an error when it was never registered.
    pub fn option(&self, name: &str) -> Result<Value> {
        Ok(self.option_of(self.scope(), name)?.value)
    }

    /// The value of an option of any scope, with its origin.
    pub fn option_of(&self, scope: &str, name: &str) -> Result<OptionValue> {
        self.call(wire::OPTION, &wire::OptionQuery { scope: scope.to_owned(), name: name.to_owned() })
    }

    /// The value of an option of the task's own instance of a subsystem, with its origin; an error when its
    /// [`TaskSpec`](crate::TaskSpec) does not name the subsystem. Since 1.1.
    pub fn subsystem_option(&self, subsystem: &str, name: &str) -> Result<OptionValue> {
        self.option_of(&format!("{subsystem}.{}", self.scope()), name)
    }

    /// All options of a scope, by name.
    pub fn options_of(&self, scope: &str) -> Result<BTreeMap<String, OptionValue>> {
        self.call(wire::OPTIONS_OF_SCOPE, scope)
    }

    /// A flag of the task's own scope.
    pub fn flag(&self, name: &str) -> Result<bool> {
        let value = self.option(name)?;
        value.as_bool().ok_or_else(|| self.wrong_kind(name, "true or false"))
    }

    /// A text of the task's own scope; `None` when it is unset or empty.
    pub fn text_option(&self, name: &str) -> Result<Option<String>> {
        Ok(self.option(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned))
    }

    /// A number of the task's own scope.
    pub fn int_option(&self, name: &str) -> Result<i64> {
        let value = self.option(name)?;
        value.as_int().ok_or_else(|| self.wrong_kind(name, "a whole number"))
    }

    /// A list of texts of the task's own scope.
    pub fn list_option(&self, name: &str) -> Result<Vec<String>> {
        Ok(self.option(name)?.to_strings())
    }

    fn wrong_kind(&self, name: &str, wanted: &str) -> Error {
        Error::msg(format!("option `{name}` of `{}` was not registered as {wanted}", self.scope()))
    }

    /// A variable of the user's environment.
    pub fn environment(&self, name: &str) -> Result<Option<String>> {
        self.call(wire::ENVIRONMENT, name)
    }

    // ---- targets ----

    /// The target roots.
    pub fn target_roots(&self) -> Result<Vec<Target>> {
        self.call(wire::TARGET_ROOTS, &())
    }

    /// The roots and all they depend on in the build view, dependencies first, without those that depend on a target
    /// that failed earlier in the run.
    pub fn targets(&self) -> Result<Vec<Target>> {
        self.call(wire::TARGETS, &())
    }

    /// One target.
    pub fn target(&self, address: &Address) -> Result<Option<Target>> {
        self.call(wire::TARGET, address)
    }

    /// These targets and all they depend on, dependencies first.
    pub fn closure(&self, addresses: &[Address], view: GraphView) -> Result<Vec<Target>> {
        self.call(wire::CLOSURE, &graph_query(addresses, view, true))
    }

    /// The direct dependencies of a target.
    pub fn dependencies(&self, address: &Address, view: GraphView) -> Result<Vec<Address>> {
        self.call(wire::DEPENDENCIES, &graph_query(std::slice::from_ref(address), view, false))
    }

    /// The targets of the whole repository that depend on these directly.
    pub fn dependees(&self, addresses: &[Address]) -> Result<Vec<Address>> {
        self.call(wire::DEPENDEES, &graph_query(addresses, GraphView::Declared, false))
    }

    /// The targets of the whole repository that depend on these, however far.
    pub fn transitive_dependees(&self, addresses: &[Address]) -> Result<Vec<Address>> {
        self.call(wire::DEPENDEES, &graph_query(addresses, GraphView::Declared, true))
    }

    /// All targets of the repository.
    pub fn all_targets(&self) -> Result<Vec<Target>> {
        self.call(wire::ALL_TARGETS, &())
    }

    /// The addresses that specs stand for (`src/java::`).
    pub fn resolve(&self, specs: &[String]) -> Result<Vec<Address>> {
        self.call(wire::RESOLVE, specs)
    }

    /// Adds a generated target: in the build view, whoever depends on `derived_from` depends on it.
    pub fn inject_target(&self, target: Target, dependencies: Vec<Address>, derived_from: &Address) -> Result<()> {
        let derived_from = derived_from.clone();
        self.call(wire::INJECT_TARGET, &wire::InjectTarget { target, dependencies, derived_from })
    }

    /// The files that patterns match below a directory of the build root, relative to the build root, sorted.
    pub fn glob(&self, dir: &str, globs: &Globs) -> Result<Vec<String>> {
        self.call(wire::EXPAND_GLOBS, &wire::GlobsQuery { dir: dir.to_owned(), globs: globs.clone() })
    }

    // ---- products ----

    /// Leaves a product for the tasks that require it.
    pub fn put<P: Product>(&self, product: P) -> Result<()> {
        abi::put_product(&self.inner.object, product)
    }

    /// A product, merged from all contributions; `None` when nobody left any.
    pub fn product<P: Product>(&self) -> Result<Option<Arc<P>>> {
        let mut products = abi::product_of::<P>(&self.inner.object)?;
        if products.len() <= 1 {
            return Ok(products.pop().map(|(_, product)| product));
        }
        P::merge(products.into_iter().map(|(_, product)| product).collect()).map(Some)
    }

    /// The contributions to a product with the scope of the task that left each, in plan order.
    pub fn contributions<P: Product>(&self) -> Result<Vec<(String, Arc<P>)>> {
        abi::product_of(&self.inner.object)
    }

    /// What the consumers of a product asked of its producer: `(scope of the consumer, request)`.
    pub fn requests<P: Product, R: DeserializeOwned>(&self) -> Result<Vec<(String, R)>> {
        let requests: Vec<wire::Request> = self.call(wire::REQUESTS, P::NAME)?;
        requests.into_iter().map(|request| Ok((request.scope, wire::decode(&request.document)?))).collect()
    }

    // ---- work ----

    /// Runs a process, or answers it from a cache. An exit code other than 0 is no error; see
    /// [`Context::run_checked`].
    pub fn run(&self, process: &Process) -> Result<ProcessOutput> {
        self.call(wire::RUN, process)
    }

    /// Runs a process; anything but exit code 0 is an error with what it printed.
    pub fn run_checked(&self, process: &Process) -> Result<ProcessOutput> {
        let output = self.run(process)?;
        if output.is_success() {
            return Ok(output);
        }
        let mut error = Error::msg(format!("{} {}", process.description, output.describe_exit()));
        if !process.stream_output {
            let printed = format!("{}{}", output.stdout_text(), output.stderr_text());
            error.causes.extend(printed.lines().map(str::to_owned));
        }
        Err(error)
    }

    /// Runs jobs in dependency order, as many at once as `--jobs` allows, the longest chain first. A job that fails
    /// cancels those that depend on it; the rest goes on, unless `--fail-fast`.
    pub fn parallel(
        &self,
        jobs: &[Job],
        work: impl Fn(usize, &Context) -> Result<()> + Send + Sync,
    ) -> Result<JobsOutcome> {
        self.run_jobs(wire::PARALLEL, jobs, jobs, work)
    }

    /// Runs jobs as [`Context::parallel`] does, but only so many at once, even where `--jobs` allows more. Since 1.1.
    pub fn parallel_at_most(
        &self,
        at_most: usize,
        jobs: &[Job],
        work: impl Fn(usize, &Context) -> Result<()> + Send + Sync,
    ) -> Result<JobsOutcome> {
        let query = wire::LimitedJobs { jobs: jobs.to_vec(), at_most };
        self.run_jobs(wire::PARALLEL_AT_MOST, jobs, &query, work)
    }

    fn run_jobs<Q: Serialize + ?Sized>(
        &self,
        op: u32,
        jobs: &[Job],
        query: &Q,
        work: impl Fn(usize, &Context) -> Result<()> + Send + Sync,
    ) -> Result<JobsOutcome> {
        if jobs.is_empty() {
            return Ok(JobsOutcome::default());
        }
        // The host reports which jobs failed; what they said stays on this side, whole.
        let errors: Mutex<BTreeMap<usize, Error>> = Mutex::new(BTreeMap::new());
        let run_one = |_op: u32, context: Option<Context>, request: &[u8]| {
            let index: u64 = wire::decode(request)?;
            let index = usize::try_from(index)?;
            let context = context.ok_or_else(|| Error::msg("a job was called without its context"))?;
            work(index, &context).inspect_err(|error| {
                errors.lock().unwrap_or_else(PoisonError::into_inner).insert(index, error.clone());
            })?;
            Ok(Vec::new())
        };
        let mut outcome: JobsOutcome = call_context_with(&self.inner.object, op, query, &run_one)?;
        let mut errors = errors.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (index, state) in outcome.states.iter_mut().enumerate() {
            if let (JobState::Failed(error), Some(whole)) = (state, errors.remove(&index)) {
                *error = whole;
            }
        }
        Ok(outcome)
    }

    /// The targets with their fingerprints, whether each is still valid, and where its results go.
    pub fn invalidated(&self, targets: &[Address], options: &InvalidateOptions) -> Result<Vec<Versioned>> {
        let query = wire::InvalidateQuery { targets: targets.to_vec(), options: options.clone() };
        self.call(wire::INVALIDATED, &query)
    }

    /// Says that the task was carried out for a target.
    pub fn mark_valid(&self, versioned: &Versioned) -> Result<()> {
        self.call(wire::MARK_VALID, versioned)
    }

    /// A directory outside the repository that is filled once for a key and then shared by all runs: an installed tool.
    ///
    /// `fill` gets an empty directory; when it fails, nothing is left. What the path says is not part of any key: give
    /// the key to [`Tool`](crate::Tool) as its identity.
    pub fn tool_dir(
        &self,
        name: &str,
        key: &str,
        fill: impl Fn(&Context, &Path) -> Result<()> + Send + Sync,
    ) -> Result<PathBuf> {
        let run = |_op: u32, context: Option<Context>, request: &[u8]| {
            let path: PathBuf = wire::decode(request)?;
            let context = context.unwrap_or_else(|| self.clone());
            fill(&context, &path)?;
            Ok(Vec::new())
        };
        let query = wire::ToolDirQuery { name: name.to_owned(), key: key.to_owned() };
        call_context_with(&self.inner.object, wire::TOOL_DIR, &query, &run)
    }

    /// The directory of an append-only cache, shared by all runs and repositories.
    pub fn named_cache(&self, name: &str) -> Result<PathBuf> {
        self.call(wire::NAMED_CACHE, name)
    }

    /// Ends the run with a process in the user's own terminal, after everything else is done and unlocked.
    pub fn set_foreground(&self, process: &Process) -> Result<()> {
        self.call(wire::FOREGROUND, process)
    }

    // ---- talk ----

    /// Prints to standard output: what a console task is for.
    pub fn print(&self, text: impl AsRef<str>) -> Result<()> {
        self.call(wire::PRINT, text.as_ref())
    }

    /// Shows what a tool said, as its own words.
    pub fn tool_output(&self, text: impl AsRef<str>) -> Result<()> {
        self.call(wire::TOOL_OUTPUT, text.as_ref())
    }

    /// Says something to the user.
    pub fn log(&self, level: LogLevel, message: impl AsRef<str>) -> Result<()> {
        let level = match level {
            LogLevel::Error => 1,
            LogLevel::Warn => 2,
            LogLevel::Info => 3,
            LogLevel::Debug => 4,
        };
        self.call(wire::LOG, &wire::LogLine { level, message: message.as_ref().to_owned() })
    }

    /// Reports the result of a test target.
    pub fn report_test(&self, report: &TestReport) -> Result<()> {
        self.call(wire::TEST_RESULT, report)
    }

    /// Shows a piece of work until the guard is dropped.
    pub fn workunit(&self, name: impl AsRef<str>) -> Result<Workunit> {
        let id = self.call(wire::WORKUNIT_START, name.as_ref())?;
        Ok(Workunit { context: self.clone(), id, is_success: true })
    }

    /// Whether the run was cancelled; long loops ask now and then.
    pub fn is_cancelled(&self) -> bool {
        self.inner.object.is_cancelled()
    }
}

fn graph_query(addresses: &[Address], view: GraphView, is_transitive: bool) -> wire::GraphQuery {
    wire::GraphQuery { addresses: addresses.to_vec(), view, is_transitive }
}
