//! A build root in a temporary directory, a build graph in memory, and one run over both.

use pants_build_files::Symbols;
use pants_engine::{
    ExecuteOutcome, ExecuteRequest, GoalSpec, Locking, Placement, PlanRequest, PluginTag, Registry, TaskType,
    TermsOfTasks, Workspace, WorkspaceError, execute, plan_rounds,
};
use pants_model::{
    Address, BuildGraph, Event, EventSink, Fingerprint, Globs, OptionSource, OptionValue, OptionValues, ScopeSpec,
    Target, Value,
};
use pants_plugin_loader::{LoadError, LoadRequest, LoadedPlugins, UnpinnedPolicy, load_plugins};
use pants_process::{Cancel, ProcessConfig, ProcessService};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A repository with plugins.
pub struct World {
    dir: tempfile::TempDir,
    targets: Vec<Target>,
    options: Vec<(String, String, Value)>,
    host_goals: Vec<(String, String, Arc<dyn TaskType>)>,
}

/// What a run left.
pub struct Ran {
    /// How it ended, or why it was never planned.
    pub outcome: Result<ExecuteOutcome, String>,
    /// What was printed to standard output.
    pub printed: String,
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("repo")).unwrap();
        Self { dir, targets: Vec::new(), options: Vec::new(), host_goals: Vec::new() }
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("repo")
    }

    /// Adds a target of the build root with one source file.
    pub fn target(
        &mut self,
        type_name: &str,
        name: &str,
        source: &str,
        text: &str,
        dependencies: &[&str],
    ) -> &mut Target {
        std::fs::write(self.root().join(source), text).unwrap();
        let address = Address::new("", name);
        self.targets.push(Target {
            sources: vec![source.into()],
            dependencies: dependencies.iter().map(|name| Address::new("", *name)).collect(),
            ..Target::new(address, type_name)
        });
        self.targets.last_mut().expect("one was pushed just now")
    }

    /// Sets an option.
    pub fn option(&mut self, scope: &str, name: &str, value: impl Into<Value>) {
        self.options.push((scope.to_owned(), name.to_owned(), value.into()));
    }

    /// Adds a goal of the host's own.
    pub fn host_goal(&mut self, phase: &str, name: &str, task: impl TaskType + 'static) {
        self.host_goals.push((phase.to_owned(), name.to_owned(), Arc::new(task)));
    }

    /// A file below the build root.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| format!("{path}: {error}"))
    }

    /// Loads plugins by path.
    pub fn load(&self, libraries: &[&Path]) -> Result<LoadedPlugins, LoadError> {
        load_plugins(&LoadRequest {
            backend_packages: Vec::new(),
            plugins: libraries.iter().map(|library| library.display().to_string()).collect(),
            plugin_paths: Vec::new(),
            environment_paths: Vec::new(),
            exe_dir: self.dir.path().join("bin"),
            build_root: self.root(),
            cache_dir: self.dir.path().join("cache"),
            lock_file: self.root().join("pants-plugins.lock"),
            unpinned: UnpinnedPolicy::Warn,
        })
    }

    /// Loads and registers plugins.
    pub fn register(&self, libraries: &[&Path]) -> Result<(Registry, Symbols, Vec<ScopeSpec>), LoadError> {
        let (mut registry, mut symbols) = (Registry::new(), Symbols::new());
        for (phase, name, task) in &self.host_goals {
            let goal = GoalSpec {
                phase: phase.clone(),
                name: name.clone(),
                task: task.clone(),
                placement: Placement::Last,
                group: None,
                depends_on_phases: Vec::new(),
                plugin: PluginTag { name: String::new(), fingerprint: Fingerprint::of_bytes(b"host") },
            };
            registry.install(goal).expect("the goals of these tests have different names");
        }
        let scopes = self.load(libraries)?.register(&mut registry, &mut symbols)?;
        Ok((registry, symbols, scopes))
    }

    /// Loads a plugin and carries out a phase on all targets.
    pub fn run(&self, library: &Path, phase: &str) -> Ran {
        let (mut registry, _, _) = self.register(&[library]).expect("the plugin loads and registers");
        registry.finish().expect("the goals fit together");
        let options = Arc::new(self.option_values(&registry));
        let workspace = Arc::new(Memory { graph: Arc::new(self.graph()) });
        let request = PlanRequest {
            phases: vec![phase.to_owned()],
            roots: self.targets.iter().map(|target| target.address.clone()).collect(),
            left_out: Default::default(),
            options: options.clone(),
            passthrough: Vec::new(),
            build_root: self.root(),
        };
        let events = Arc::new(Printed::default());
        let outcome = plan_rounds(&registry, &request, &*workspace).map_err(|error| plan_error(&error)).map(|plan| {
            execute(ExecuteRequest {
                plan,
                workspace,
                processes: self.processes(),
                events: events.clone(),
                cancel: Cancel::new(),
                options,
                passthrough: Vec::new(),
                build_root: self.root(),
                workdir: self.root().join(".pants.d"),
                dist_dir: self.root().join("dist"),
                terms: TermsOfTasks::new(),
                locking: Locking::WorkDirectories,
                run_id: "test".to_owned(),
                who: "a test".into(),
            })
        });
        Ran { outcome, printed: std::mem::take(&mut *events.0.lock().unwrap()) }
    }

    fn graph(&self) -> BuildGraph {
        let mut graph = BuildGraph::new();
        let ids: Vec<_> =
            self.targets.iter().map(|target| graph.insert(Arc::new(target.clone())).expect("names differ")).collect();
        for (target, id) in self.targets.iter().zip(ids) {
            for dependency in &target.dependencies {
                let dependency = graph.id(dependency).expect("dependencies exist");
                graph.add_dependency(id, dependency);
            }
        }
        graph
    }

    fn option_values(&self, registry: &Registry) -> OptionValues {
        let mut values = OptionValues::default();
        for scope in registry.scopes() {
            for option in scope.options {
                let is_fingerprinted = option.is_fingerprinted;
                let value = OptionValue { is_fingerprinted, ..OptionValue::of_default(option.default) };
                values.insert(&scope.name, &option.name, value);
            }
        }
        for (scope, name, value) in &self.options {
            let declared = values.get(scope, name).expect("the option is declared");
            let value = OptionValue {
                source: OptionSource::Flag(format!("--{name}")),
                is_fingerprinted: declared.is_fingerprinted,
                ..OptionValue::of_default(value.clone())
            };
            values.insert(scope, name, value);
        }
        values
    }

    fn processes(&self) -> ProcessService {
        ProcessService::open(ProcessConfig {
            build_root: self.root(),
            workdir: self.root().join(".pants.d"),
            cache_dir: self.dir.path().join("cache"),
            subprocess_dir: self.root().join(".pids"),
            jobs: 2,
            environment: Arc::new(BTreeMap::new()),
            kill_wait: Duration::from_secs(1),
            default_timeout: None,
        })
        .expect("the cache directory is writable")
    }
}

impl Ran {
    /// The failures, one line each: `scope: message (kind, plugin, place)`, with line numbers taken out.
    pub fn failures(&self) -> Vec<String> {
        let outcome = match &self.outcome {
            Ok(outcome) => outcome,
            Err(error) => return vec![format!("plan: {error}")],
        };
        outcome.failures.iter().map(|(scope, error)| format!("{scope}: {}", describe(error))).collect()
    }
}

/// What a task's error says, and who says it.
pub fn describe(error: &pants_engine::TaskError) -> String {
    let place = error.place.as_deref().map(without_line).unwrap_or_default();
    let text = without_lines(&error_chain(error));
    let text = text.replace(&format!(" (plugin `example.evil`, {place})"), "").replace(" (plugin `example.evil`)", "");
    format!("{text} ({:?}, {}, {place})", error.kind, error.plugin.as_deref().unwrap_or_default())
}

/// A text with the positions of all places (`src/lib.rs:12:3`) taken out.
fn without_lines(text: &str) -> String {
    let mut parts = text.split(".rs:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + ".rs" + part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'))
}

/// `src/lib.rs:12:3` without what every edit changes; panics when there is no line.
pub fn without_line(place: &str) -> &str {
    let (file, position) = place.split_once(':').expect("a place has a line");
    assert!(position.starts_with(|c: char| c.is_ascii_digit()), "{place}");
    file
}

/// What planning failed with.
fn plan_error(error: &dyn std::error::Error) -> String {
    without_lines(&error_chain(error))
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(&format!(": {source}"));
        next = source.source();
    }
    text
}

struct Memory {
    graph: Arc<BuildGraph>,
}

impl Workspace for Memory {
    fn graph(&self) -> Arc<BuildGraph> {
        self.graph.clone()
    }

    fn resolve(&self, specs: &[String]) -> Result<Vec<Address>, WorkspaceError> {
        let parse = |spec: &String| Address::parse(spec, "").map_err(|error| WorkspaceError::new(error.to_string()));
        specs.iter().map(parse).collect()
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

/// Keeps what goes to standard output.
#[derive(Default)]
struct Printed(Mutex<String>);

impl EventSink for Printed {
    fn emit(&self, event: Event) {
        if let Event::Output(bytes) = event {
            self.0.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes));
        }
    }
}
