//! `test.pytest`: runs the tests of each target in a process of its own.

mod coverage;
mod hooks;
mod layout;
mod settings;

use crate::closures::Closures;
use crate::environments::{EnvironmentRequest, environment_of, environment_tool};
use crate::files;
use crate::options;
use layout::{Layout, loose_files, test_files};
use plugin_api::products::{GeneratedSources, PythonEnvironments};
use plugin_api::tasks::{TestOutcome, TestRun, TestTask};
use plugin_api::{
    CachePolicy, Context, Error, Exit, OptionRegistrar, Planning, Predicate, Process, ProcessOutput, Result,
    ResultOrigin, RoundManager, Target,
};
use settings::Settings;
use std::sync::Arc;

/// Runs pytest.
pub(crate) struct PytestRun {
    environments: Arc<PythonEnvironments>,
    closures: Closures,
    settings: Settings,
}

impl TestTask for PytestRun {
    const TYPE_NAME: &'static str = "PytestRun";
    const DESCRIPTION: &'static str = "Run Python tests with pytest.";
    const OLDER_SCOPE: Option<&'static str> = Some(options::PYTEST);

    fn is_test_target() -> Predicate {
        Predicate::types(&["python_tests"])
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        settings::register(options);
        Ok(())
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        settings::check(planning)?;
        round.optional::<GeneratedSources>();
        let added = coverage::requirements(&planning.option_value("coverage")?);
        let request = EnvironmentRequest { added, ..EnvironmentRequest::for_type("python_tests") };
        round.require_with::<PythonEnvironments>(&request)
    }

    fn new(context: &Context) -> Result<Self> {
        let environments = context.product::<PythonEnvironments>()?.unwrap_or_default();
        Ok(Self { environments, closures: Closures::load(context)?, settings: Settings::from_options(context)? })
    }

    fn run_target(&self, context: &Context, run: &TestRun) -> Result<TestOutcome> {
        if test_files(&run.target).is_empty() {
            // Without any file, pytest would collect the whole build root.
            return Ok(TestOutcome { is_success: true, ..TestOutcome::default() });
        }
        let settings = &self.settings;
        let environment = environment_of(&self.environments, &run.target.address)?;
        let closure = self.closures.of(&run.target.address);
        let layout = Layout::make(context, settings, run, &closure)?;
        let mut process = process(context, settings, run, &closure, &layout)?.tool(environment_tool(environment));
        if let Some(coverage) = &settings.coverage {
            process = coverage.measured(context, run, process)?;
        }
        let output = context.run(&process)?;
        publish(context, settings, run)?;
        if let Some(coverage) = &settings.coverage {
            coverage.report(context, run, &layout, environment)?;
        }
        let printed = layout.with_own_paths(&format!("{}{}", output.stdout_text(), output.stderr_text()));
        judge(&output, &printed)
    }
}

fn process(
    context: &Context,
    settings: &Settings,
    run: &TestRun,
    closure: &[&Target],
    layout: &Layout,
) -> Result<Process> {
    let config = &settings.config;
    let mut process = Process::new(["{tool:venv}/bin/python"], format!("pytest {}", run.target.address))
        .args(
            settings
                .profile
                .iter()
                .flat_map(|_| ["-m".to_owned(), "cProfile".to_owned(), "-o".to_owned(), profile(run)]),
        )
        .arg("{tool:venv}/bin/pytest")
        .args(layout.arguments(settings))
        .args(["-c".to_owned(), config.clone().unwrap_or_else(|| "/dev/null".to_owned())])
        .arg(format!("--junitxml={}", run.report))
        .args(settings.arguments.iter().cloned())
        .args(layout.tests.iter().cloned())
        .env("LANG", "C.UTF-8")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONNOUSERSITE", "1")
        .env("PYTHONPATH", layout.python_path(settings))
        .passthrough_env(&["HOME", "PATH", "TMPDIR", "USER"])
        .inputs([layout.sources.clone()])
        .inputs(layout.hooks.clone())
        .inputs(loose_files(closure))
        .inputs(settings.extra_python_path.iter().filter(|path| is_in_repository(context, path)).cloned())
        .inputs(config.clone())
        .outputs([run.report.clone()])
        .cache(CachePolicy::Success)
        .local_only();
    if settings.profile.is_some() {
        // What is measured is this run.
        process = process.outputs([profile(run)]).cache(CachePolicy::Never);
    }
    process.env.extend(settings.variables.iter().cloned());
    run.limit(context, process)
}

/// Whether a path can be an input: what lies elsewhere counts by its name alone.
fn is_in_repository(context: &Context, path: &str) -> bool {
    let path = std::path::Path::new(path);
    let is_below = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    is_below && context.absolute(path).exists()
}

fn profile(run: &TestRun) -> String {
    format!("{}/profile", run.results_dir)
}

/// Puts what the run left to where the user wants it.
fn publish(context: &Context, settings: &Settings, run: &TestRun) -> Result<()> {
    let id = run.target.address.id();
    let to = |from: String, to: Option<String>| match to {
        Some(to) if context.absolute(&from).exists() => files::publish(context, &from, &to),
        _ => Ok(()),
    };
    let report = settings.junit_xml_dir.as_ref().map(|directory| format!("{directory}/TEST-{id}.xml"));
    to(run.report.clone(), report)?;
    to(profile(run), settings.profile.as_ref().map(|prefix| format!("{prefix}.{id}")))
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
