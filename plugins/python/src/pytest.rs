//! `test.pytest`: runs the tests of each target in a process of its own.

use crate::closures::Closures;
use crate::environments::{EnvironmentRequest, environment_of, environment_tool};
use crate::sources::SourceTree;
use plugin_api::products::{GeneratedSources, PythonEnvironments};
use plugin_api::tasks::{TestOutcome, TestRun, TestTask};
use plugin_api::{
    CachePolicy, Context, Error, Exit, OptionRegistrar, Planning, Predicate, Process, ProcessOutput, Result,
    ResultOrigin, RoundManager, Target,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Arguments that would break what this task promises: the report, and that nothing above the build root is read.
const RESERVED_ARGUMENTS: [&str; 3] = ["--junitxml", "--junit-xml", "--confcutdir"];

/// Runs pytest.
pub(crate) struct PytestRun {
    environments: Arc<PythonEnvironments>,
    closures: Closures,
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
        let environments = context.product::<PythonEnvironments>()?.unwrap_or_default();
        Ok(Self { environments, closures: Closures::load(context)? })
    }

    fn run_target(&self, context: &Context, run: &TestRun) -> Result<TestOutcome> {
        if test_files(&run.target).is_empty() {
            // Without any file, pytest would collect the whole build root.
            return Ok(TestOutcome { is_success: true, ..TestOutcome::default() });
        }
        let environment = environment_of(&self.environments, &run.target.address)?;
        let closure = self.closures.of(&run.target.address);
        let layout = Layout::of(context, run, &closure)?;
        let process = process(context, run, &closure, &layout)?.tool(environment_tool(environment));
        let output = context.run(&process)?;
        let printed = layout.with_own_paths(&format!("{}{}", output.stdout_text(), output.stderr_text()));
        judge(&output, &printed)
    }
}

fn process(context: &Context, run: &TestRun, closure: &[&Target], layout: &Layout) -> Result<Process> {
    let config = context.text_option("config")?;
    let mut process =
        Process::new(["{tool:venv}/bin/python", "{tool:venv}/bin/pytest"], format!("pytest {}", run.target.address))
            .args(layout.arguments())
            .args(["-c".to_owned(), config.clone().unwrap_or_else(|| "/dev/null".to_owned())])
            .arg(format!("--junitxml={}", run.report))
            .args(context.passthrough().iter().cloned())
            .args(layout.tests.iter().cloned())
            .env("LANG", "C.UTF-8")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONNOUSERSITE", "1")
            .env("PYTHONPATH", &layout.sources)
            .passthrough_env(&["HOME", "PATH", "TMPDIR", "USER"])
            .inputs([layout.sources.clone()])
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

/// Where the sources are that one run sees; all paths are relative to the build root.
#[derive(Debug)]
struct Layout {
    /// The tree of links that everything is imported from.
    sources: String,
    /// The links that hold tests.
    tests: Vec<String>,
    /// Each link, and the file it leads to.
    links: Vec<(String, String)>,
}

impl Layout {
    fn of(context: &Context, run: &TestRun, closure: &[&Target]) -> Result<Self> {
        let sources = format!("{}/sources", run.results_dir);
        let tree = SourceTree::of_targets(closure.iter().copied());
        tree.lay_out(context.build_root(), &sources)?;
        let tests = test_files(&run.target).into_iter().map(|test| run.target.below_source_root(test));
        Ok(Self {
            tests: tests.map(|path| format!("{sources}/{path}")).collect(),
            links: tree.places().map(|(path, place)| (format!("{sources}/{path}"), place)).collect(),
            sources,
        })
    }

    /// Tests are named by import path; nothing outside the tree configures them, and nothing is left in it.
    fn arguments(&self) -> Vec<String> {
        let sources = &self.sources;
        let mut arguments = vec![format!("--rootdir={sources}"), format!("--confcutdir={sources}")];
        arguments.extend(["--import-mode=importlib", "--color=no", "--no-header"].map(str::to_owned));
        arguments.extend(["-p", "no:cacheprovider"].map(str::to_owned));
        arguments.extend(["-o", "junit_family=xunit2", "-o", "console_output_style=classic"].map(str::to_owned));
        arguments
    }

    /// What a tool printed, with the paths that the user knows.
    fn with_own_paths(&self, printed: &str) -> String {
        self.links.iter().fold(printed.to_owned(), |text, (link, place)| text.replace(link, place))
    }
}

/// The sources that hold tests: not the data files that the target brings along, nor any `conftest.py`, which pytest
/// finds by itself.
fn test_files(target: &Target) -> Vec<&str> {
    let is_conftest = |source: &str| source.rsplit('/').next() == Some("conftest.py");
    let modules = target.sources.iter().map(String::as_str).filter(|source| source.ends_with(".py"));
    modules.filter(|source| !is_conftest(source)).collect()
}

/// The sources of `files` targets, which tests read by path; not the files that only list requirements.
fn loose_files(closure: &[&Target]) -> Vec<String> {
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
fn judge(output: &ProcessOutput, printed: &str) -> Result<TestOutcome> {
    let failed = |details| Ok(TestOutcome { is_success: false, is_cached: false, details });
    match output.exit {
        Exit::Code(0 | 5) => Ok(TestOutcome {
            is_success: true,
            is_cached: output.origin == ResultOrigin::Cached,
            details: String::new(),
        }),
        Exit::Code(1 | 2) => failed(printed.to_owned()),
        Exit::Signal(_) | Exit::TimedOut(_) => {
            failed(format!("{}\npytest {}\n", printed.trim_end(), output.describe_exit()))
        }
        Exit::Code(_) => {
            let mut error = Error::msg(format!("pytest {}", output.describe_exit()));
            error.causes.extend(printed.lines().map(str::to_owned));
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests;
