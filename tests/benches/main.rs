//! Benchmarks: how to run them, and what they showed, stands in docs/performance.md.
//!
//! Each is told next to a floor that was measured in the same run, because the ratio is what holds on another machine.

mod generated;

use divan::{Bencher, black_box};
use generated::{Generated, walk_and_read};
use pants_build_files::{BuildFiles, Symbols, WorkspaceConfig};
use pants_engine::{
    Context, GoalSpec, PhaseSpec, Placement, PlanRequest, Planning, PluginTag, ProductDecl, Registry, RoundManager,
    Task, TaskError, TaskSpec, TaskType, Workspace, WorkspaceError, plan_rounds,
};
use pants_model::{Address, BuildGraph, Event, EventSink, Fingerprint, Globs, OptionValues, TargetTypeSpec};
use pants_options::{Invocation, bootstrap};
use pants_plugin_loader::{LoadRequest, UnpinnedPolicy, load_plugins};
use pants_session::{Cancel, Request, Warm};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

fn main() {
    divan::main();
}

/// The repository with this many modules, made once.
fn repository(modules: usize) -> &'static Generated {
    static MADE: [(usize, LazyLock<Generated>); 3] = [
        (1_000, LazyLock::new(|| Generated::new(1_000))),
        (5_000, LazyLock::new(|| Generated::new(5_000))),
        (20_000, LazyLock::new(|| Generated::new(20_000))),
    ];
    let made = MADE.iter().find(|(size, _)| *size == modules);
    &made.expect("benchmarks use these sizes").1
}

/// The floor of evaluation: walking the tree and reading the same BUILD files.
#[divan::bench(args = [1_000, 5_000, 20_000], sample_count = 10, sample_size = 1)]
fn floor_walk_and_read(bencher: Bencher, modules: usize) {
    let root = repository(modules).root();
    bencher.bench(|| walk_and_read(root));
}

/// Walking, reading, evaluating, expanding sources and building the graph.
#[divan::bench(args = [1_000, 5_000, 20_000], sample_count = 10, sample_size = 1)]
fn evaluate_build_files(bencher: Bencher, modules: usize) {
    let root = repository(modules).root().to_owned();
    bencher.bench(|| {
        let files = BuildFiles::new(WorkspaceConfig::new(&root), Arc::new(symbols()));
        let diagnostics = files.load_all();
        assert!(diagnostics.is_empty(), "{}", diagnostics[0]);
        files.graph().len()
    });
}

fn symbols() -> Symbols {
    let mut symbols = Symbols::new();
    let spec = TargetTypeSpec {
        name: "java_library".to_owned(),
        default_sources: Some(vec!["*.java".to_owned()]),
        ..TargetTypeSpec::default()
    };
    symbols.add_target_type(spec).expect("the symbol is new");
    symbols
}

/// A run from top to bottom, with the backends, and with nothing warm.
#[divan::bench(args = [1_000, 5_000, 20_000], sample_count = 10, sample_size = 1)]
fn session_list_everything_cold(bencher: Bencher, modules: usize) {
    let request = request(repository(modules), &["list", "::"]);
    bencher.with_inputs(|| repository(modules).forget_evaluations()).bench_values(|()| run(&request));
}

/// The same, when a run before left its evaluated BUILD files on disk.
#[divan::bench(args = [1_000, 5_000, 20_000], sample_count = 10, sample_size = 1)]
fn session_list_everything_evaluated(bencher: Bencher, modules: usize) {
    let request = request(repository(modules), &["list", "::"]);
    run(&request);
    bencher.bench(|| run(&request));
}

/// The same for one directory: what a run costs that needs almost nothing.
#[divan::bench(args = [1_000, 20_000], sample_count = 20, sample_size = 1)]
fn session_list_one_directory_cold(bencher: Bencher, modules: usize) {
    let request = request(repository(modules), &["list", "src/java/org/gen/l0/m0:"]);
    bencher.bench(|| run(&request));
}

fn run(request: &Request) {
    let events: Arc<dyn EventSink> = Arc::new(Discard);
    let outcome = pants_session::run(request, &Warm::empty(), &events, &Cancel::new());
    black_box(outcome.unwrap_or_else(|error| panic!("{error}")));
}

struct Discard;

impl EventSink for Discard {
    fn emit(&self, event: Event) {
        black_box(event);
    }
}

fn request(repository: &Generated, args: &[&str]) -> Request {
    let environment = BTreeMap::from([(OsString::from("XDG_CACHE_HOME"), repository.cache().into_os_string())]);
    let invocation = Invocation {
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        environment: Arc::new(environment),
        cwd: repository.root().to_owned(),
    };
    Request {
        bootstrap: bootstrap(&invocation).unwrap_or_else(|error| panic!("{error}")),
        invocation,
        exe_dir: exe_dir(),
        client_pid: 1,
        width: 80,
        is_coloured: false,
        run_id: "bench".to_owned(),
        started: std::time::SystemTime::now(),
    }
}

/// Where cargo leaves the plugins that are built with this benchmark.
fn exe_dir() -> PathBuf {
    std::env::current_exe().expect("it knows itself").parent().expect("it stands in a directory").to_owned()
}

#[divan::bench(args = [3, 30])]
fn load_plugins_of_a_warm_cache(bencher: Bencher, count: usize) {
    let request = LoadRequest {
        backend_packages: Vec::new(),
        plugins: repository(1_000).plugins(&exe_dir().join("libpants_backend_python.so"), count),
        plugin_paths: Vec::new(),
        environment_paths: Vec::new(),
        exe_dir: PathBuf::new(),
        build_root: repository(1_000).root().to_owned(),
        cache_dir: repository(1_000).cache().join("pants"),
        lock_file: repository(1_000).root().join("pants-plugins.lock"),
        unpinned: UnpinnedPolicy::Warn,
    };
    bencher.bench(|| load_plugins(&request).unwrap_or_else(|error| panic!("{error}")).plugins.len());
}

/// Planning 200 goals in 50 phases, each goal needing a product of the phase before.
#[divan::bench]
fn plan_200_goals(bencher: Bencher) {
    let registry = registry(50, 4);
    let request = PlanRequest {
        phases: vec!["phase49".to_owned()],
        roots: Arc::default(),
        left_out: BTreeSet::new(),
        options: Arc::new(OptionValues::default()),
        passthrough: Vec::new(),
        build_root: PathBuf::from("/"),
    };
    bencher.bench(|| plan_rounds(&registry, &request, &Empty).unwrap_or_else(|error| panic!("{error}")).goals().len());
}

fn registry(phases: usize, goals: usize) -> Registry {
    let mut registry = Registry::new();
    for phase in 0..phases {
        registry.add_phase(PhaseSpec { name: format!("phase{phase}"), description: String::new() });
        for goal in 0..goals {
            let task = Step { phase, goal, spec: TaskSpec::new("Step") };
            let spec = GoalSpec {
                phase: format!("phase{phase}"),
                name: format!("goal{goal}"),
                task: Arc::new(task),
                placement: Placement::Last,
                group: None,
                depends_on_phases: Vec::new(),
                plugin: PluginTag { name: String::new(), fingerprint: Fingerprint::of_bytes(b"") },
            };
            registry.install(spec).expect("each goal has a name of its own");
        }
    }
    registry.finish().unwrap_or_else(|errors| panic!("{}", errors[0]));
    registry
}

/// Puts a product, and requires that of the goal with its name in the phase before.
struct Step {
    phase: usize,
    goal: usize,
    spec: TaskSpec,
}

impl TaskType for Step {
    fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    fn product_types(&self) -> Result<Vec<ProductDecl>, TaskError> {
        Ok(vec![ProductDecl { name: format!("product{}.{}", self.phase, self.goal), version: 1 }])
    }

    fn prepare(&self, _planning: &Planning<'_>, round: &mut RoundManager) -> Result<(), TaskError> {
        if let Some(before) = self.phase.checked_sub(1) {
            round.require(&format!("product{before}.{}", self.goal));
        }
        Ok(())
    }

    fn construct(&self, _context: &Context) -> Result<Box<dyn Task>, TaskError> {
        Err(TaskError::failed("planning constructs nothing"))
    }
}

/// A repository without targets.
struct Empty;

impl Workspace for Empty {
    fn graph(&self) -> Arc<BuildGraph> {
        Arc::default()
    }

    fn resolve(&self, _specs: &[String]) -> Result<Vec<Address>, WorkspaceError> {
        Ok(Vec::new())
    }

    fn load_all(&self) -> Result<(), WorkspaceError> {
        Ok(())
    }

    fn owners(&self, _paths: &[PathBuf]) -> Result<Vec<Address>, WorkspaceError> {
        Ok(Vec::new())
    }

    fn expand_globs(&self, _dir: &str, _globs: &Globs) -> Result<Vec<PathBuf>, WorkspaceError> {
        Ok(Vec::new())
    }

    fn environment(&self, _name: &str) -> Option<OsString> {
        None
    }
}
