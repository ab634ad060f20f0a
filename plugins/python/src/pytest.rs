//! `test.pytest`: runs the tests of each target in a process of its own.

use crate::environments::{EnvironmentRequest, environment_of, environment_tool};
use crate::sources::{SourceTree, import_path};
use plugin_api::products::{GeneratedSources, PythonEnvironments};
use plugin_api::tasks::{TestOutcome, TestRun, TestTask};
use plugin_api::{
    CachePolicy, Context, Error, Exit, GraphView, OptionRegistrar, Planning, Predicate, Process, ProcessOutput, Result,
    ResultOrigin, RoundManager, Target,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Arguments that would break what this task promises: the report, and that nothing above the build root is read.
const RESERVED_ARGUMENTS: [&str; 2] = ["--junitxml", "--confcutdir"];

/// Runs pytest.
pub(crate) struct PytestRun {
    environments: Arc<PythonEnvironments>,
}

impl TestTask for PytestRun {
    const TYPE_NAME: &'static str = "PytestRun";
    const DESCRIPTION: &'static str = "Run Python tests with pytest.";

    fn is_test_target() -> Predicate {
        Predicate::types(&["python_tests"])
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        let help = "A file with pytest's configuration, relative to the build root. No other configuration is read.";
        options.optional_string("config", help).fingerprinted();
        let help =
            "Variables of the environment that tests see: `NAME` passes on the user's value, `NAME=value` sets one.";
        options.list("extra-env-vars", &[], help).fingerprinted();
        Ok(())
    }

    fn prepare(_planning: &Planning, round: &mut RoundManager) -> Result<()> {
        round.optional::<GeneratedSources>();
        round.require_with::<PythonEnvironments>(&EnvironmentRequest::for_type("python_tests"))
    }

    fn new(context: &Context) -> Result<Self> {
        let refused = |argument: &&String| RESERVED_ARGUMENTS.iter().any(|reserved| argument.starts_with(reserved));
        if let Some(argument) = context.passthrough().iter().find(refused) {
            return Err(Error::msg(format!("cannot pass `{argument}` through to pytest")));
        }
        Ok(Self { environments: context.product::<PythonEnvironments>()?.unwrap_or_default() })
    }

    fn run_target(&self, context: &Context, run: &TestRun) -> Result<TestOutcome> {
        if test_files(&run.target).is_empty() {
            // Without any file, pytest would collect the whole build root.
            return Ok(TestOutcome { is_success: true, ..TestOutcome::default() });
        }
        let environment = environment_of(&self.environments, &run.target.address)?;
        let closure = context.closure(std::slice::from_ref(&run.target.address), GraphView::Build)?;
        let layout = Layout::of(context, run, &closure)?;
        let process = process(context, run, &closure, &layout)?.tool(environment_tool(environment));
        let mut outcome = judge(&context.run(&process)?)?;
        outcome.details = layout.with_own_paths(&outcome.details);
        Ok(outcome)
    }
}

fn process(context: &Context, run: &TestRun, closure: &[Target], layout: &Layout) -> Result<Process> {
    let config = context.text_option("config")?;
    let mut process =
        Process::new(["{tool:venv}/bin/python", "{tool:venv}/bin/pytest"], format!("pytest {}", run.target.address))
            .args(arguments(config.as_deref().unwrap_or("/dev/null"), &run.report))
            .args(context.passthrough().iter().cloned())
            .args(layout.tests.iter().cloned())
            .env("LANG", "C.UTF-8")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONNOUSERSITE", "1")
            .env("PYTHONPATH", layout.python_path.join(":"))
            .passthrough_env(&["HOME", "PATH", "TMPDIR", "USER"])
            .inputs(layout.inputs.iter().cloned())
            .inputs(loose_files(closure))
            .inputs(config)
            .outputs([run.report.clone()])
            .cache(CachePolicy::Success)
            .local_only();
    for variable in context.list_option("extra-env-vars")? {
        let (name, value) = match variable.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (variable.clone(), context.environment(&variable)?),
        };
        process.env.extend(value.map(|value| (name, value)));
    }
    Ok(match run.timeout {
        Some(timeout) => process.timeout(timeout),
        None => process,
    })
}

/// Imports go by source root, as the rest of the build has it; nothing outside the build root is read, and nothing is
/// left beside the sources.
fn arguments(config: &str, report: &str) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--rootdir=.",
        "--confcutdir=.",
        "--import-mode=importlib",
        "--color=no",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "-o",
        "junit_family=xunit2",
        "-c",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.extend([config.to_owned(), format!("--junitxml={report}")]);
    arguments
}

/// Where the sources are that one run sees; all paths are relative to the build root.
#[derive(Debug, Default, PartialEq, Eq)]
struct Layout {
    python_path: Vec<String>,
    tests: Vec<String>,
    inputs: Vec<String>,
    /// Where files are linked, and where they stand.
    links: Vec<(String, String)>,
}

impl Layout {
    /// The sources where they stand, or linked into one tree when a package is spread over several roots.
    fn of(context: &Context, run: &TestRun, closure: &[Target]) -> Result<Self> {
        let tree = SourceTree::of_targets(closure);
        let tests = test_files(&run.target);
        if !tree.has_split_package() {
            return Ok(Self { python_path: tree.roots().to_vec(), tests, inputs: tree.paths(), links: Vec::new() });
        }
        let directory = format!("{}/sources", run.results_dir);
        tree.lay_out(context.build_root(), &directory)?;
        let linked = |path: &str| format!("{directory}/{path}");
        Ok(Self {
            tests: tests.iter().map(|test| linked(import_path(&run.target, test))).collect(),
            links: tree.places().map(|(path, place)| (linked(path), place)).collect(),
            python_path: vec![directory.clone()],
            inputs: vec![directory],
        })
    }

    /// What a tool printed, with the paths that the user knows.
    fn with_own_paths(&self, printed: &str) -> String {
        self.links.iter().fold(printed.to_owned(), |text, (link, place)| text.replace(link, place))
    }
}

/// The sources that hold tests. pytest finds each `conftest.py` by itself.
fn test_files(target: &Target) -> Vec<String> {
    let is_conftest = |source: &&String| source.rsplit('/').next() == Some("conftest.py");
    target.sources.iter().filter(|source| !is_conftest(source)).cloned().collect()
}

/// The sources of `files` targets, which tests read by path; not the files that only list requirements.
fn loose_files(closure: &[Target]) -> Vec<String> {
    let lists: BTreeSet<_> = closure
        .iter()
        .filter(|target| target.type_name == "python_requirement_library")
        .flat_map(|target| &target.dependencies)
        .collect();
    closure
        .iter()
        .filter(|target| target.type_name == "files" && !lists.contains(&target.address))
        .flat_map(|target| target.sources.iter().cloned())
        .collect()
}

/// Exit codes of pytest: 0 all passed, 1 some failed, 2 a file could not be imported, 5 there was nothing to run.
fn judge(output: &ProcessOutput) -> Result<TestOutcome> {
    let printed = || format!("{}{}", output.stdout_text(), output.stderr_text());
    let failed = |details| Ok(TestOutcome { is_success: false, is_cached: false, details });
    match output.exit {
        Exit::Code(0 | 5) => Ok(TestOutcome {
            is_success: true,
            is_cached: output.origin == ResultOrigin::Cached,
            details: String::new(),
        }),
        Exit::Code(1 | 2) => failed(printed()),
        Exit::Signal(_) | Exit::TimedOut(_) => {
            failed(format!("{}\npytest {}\n", printed().trim_end(), output.describe_exit()))
        }
        Exit::Code(_) => {
            let mut error = Error::msg(format!("pytest {}", output.describe_exit()));
            error.causes.extend(printed().lines().map(str::to_owned));
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests;
