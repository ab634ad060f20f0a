//! Coverage: pytest-cov measures while tests run, and coverage turns what it measured into reports.
//!
//! Measuring and reporting are processes of their own, so that another kind of report runs no test again.

use super::layout::{Layout, test_files};
use super::settings::given;
use crate::environments::environment_tool;
use crate::pins;
use plugin_api::products::PythonEnvironment;
use plugin_api::tasks::TestRun;
use plugin_api::{
    CachePolicy, Context, Error, LogLevel, OptionKind, OptionRegistrar, OptionValue, Process, ProcessOutput, Result,
    Target, Value,
};
use std::collections::BTreeSet;

/// The kinds of reports.
const REPORTS: [&str; 3] = ["xml", "html", "console"];

/// Whose coverage is measured, and what is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Coverage {
    /// Packages and directories; `None` for those that the tests are about.
    subjects: Option<Vec<String>>,
    includes_tests: bool,
    reports: Vec<String>,
    output_dir: String,
}

/// Declares the options.
pub(super) fn register(options: &mut OptionRegistrar) {
    let help = "Measure the coverage of these packages and directories, separated by commas. `auto` stands for what \
                the target's `coverage` says, or else the packages that its tests stand in.";
    options.optional_string("coverage", help).fingerprinted();
    let help = "Measure the coverage of the tests themselves, too.";
    options.bool("coverage-include-test-sources", false, help).fingerprinted();
    let kinds = OptionKind::Choice(REPORTS.map(str::to_owned).to_vec());
    let help = "The kinds of reports.";
    options
        .option("coverage-reports", OptionKind::List(Box::new(kinds)), Value::strings(["xml", "html"]), help)
        .fingerprinted();
    let help =
        "Where the reports go: a directory of it for each target. When not given, `coverage` among the products.";
    options.optional_string("coverage-output-dir", help);
}

/// The requirements of a run that measures coverage.
pub(super) fn requirements(coverage: &OptionValue) -> Vec<String> {
    let wanted = given(coverage).map(|_| pins::requirements_on(pins::COVERAGE, "pytest-cov"));
    wanted.unwrap_or_default().into_iter().map(str::to_owned).collect()
}

impl Coverage {
    /// Reads the options; `None` when nothing is to be measured.
    pub(super) fn from_options(context: &Context) -> Result<Option<Self>> {
        let subjects = context.option_of(context.scope(), "coverage")?;
        let Some(subjects) = given(&subjects) else { return Ok(None) };
        let listed = || subjects.split(',').map(|subject| subject.trim().to_owned()).filter(|text| !text.is_empty());
        let output_dir = context.text_option("coverage-output-dir")?;
        Ok(Some(Self {
            subjects: (subjects != "auto").then(|| listed().collect()),
            includes_tests: context.flag("coverage-include-test-sources")?,
            reports: context.list_option("coverage-reports")?,
            output_dir: output_dir.unwrap_or_else(|| format!("{}/coverage", context.dist_dir())),
        }))
    }

    /// The process of the tests, which measures as well.
    pub(super) fn measured(&self, context: &Context, run: &TestRun, process: Process) -> Result<Process> {
        let directory = directory(run);
        std::fs::create_dir_all(context.absolute(&directory))?;
        std::fs::write(context.absolute(configuration(run)), self.configuration_text(run))?;
        let subjects = self.subjects_of(&run.target);
        Ok(process
            .args(subjects.iter().map(|subject| format!("--cov={subject}")))
            .args([format!("--cov-config={}", configuration(run)), "--cov-report=".to_owned()])
            .env("COVERAGE_FILE", data(run))
            .inputs([configuration(run)])
            .outputs([data(run)]))
    }

    /// Makes the reports of what a process measured.
    pub(super) fn report(
        &self,
        context: &Context,
        run: &TestRun,
        layout: &Layout,
        environment: &PythonEnvironment,
    ) -> Result<()> {
        let nothing = || context.log(LogLevel::Warn, format!("no coverage was measured by `{}`", run.target.address));
        if !context.absolute(data(run)).exists() {
            return nothing();
        }
        let reports = format!("{}/reports", directory(run));
        let process = |arguments: &[&str]| {
            Process::new(["{tool:venv}/bin/python", "-m", "coverage"], format!("coverage {}", run.target.address))
                .args(arguments.iter().copied())
                .arg(format!("--rcfile={}", configuration(run)))
                .env("COVERAGE_FILE", data(run))
                .env("LANG", "C.UTF-8")
                .inputs([configuration(run), data(run), layout.sources.clone()])
                .tool(environment_tool(environment))
                .cache(CachePolicy::Success)
                .local_only()
        };
        if self.reports.iter().any(|report| report == "console") {
            let Some(output) = reported(context, &process(&["report"]))? else { return nothing() };
            context.tool_output(format!("{}\n{}", run.target.address, output.stdout_text()))?;
        }
        let mut is_written = false;
        for (report, name) in [("xml", "coverage.xml"), ("html", "html")] {
            if self.reports.iter().any(|wanted| wanted == report) {
                let (flag, output) = (if report == "xml" { "-o" } else { "-d" }, format!("{reports}/{name}"));
                let process = process(&[report, "-q", flag, &output]).outputs([output.clone()]);
                if reported(context, &process)?.is_none() {
                    return nothing();
                }
                is_written = true;
            } else {
                remove(context, &format!("{reports}/{name}"))?;
            }
        }
        if !is_written {
            return Ok(());
        }
        let target = format!("{}/{}", self.output_dir, run.target.address.id());
        context.publish_directory(&reports, &target)?;
        context.log(LogLevel::Info, format!("coverage of {} is in {target}", run.target.address))
    }

    fn subjects_of(&self, target: &Target) -> Vec<String> {
        if let Some(subjects) = &self.subjects {
            return subjects.clone();
        }
        let named = target.field("coverage").to_strings();
        if !named.is_empty() {
            return named;
        }
        // The packages that tests stand in, which the sources of other roots share.
        let packages = test_files(target).into_iter().map(|source| {
            let path = target.below_source_root(source);
            path.rsplit_once('/').map_or(".".to_owned(), |(package, _)| package.replace('/', "."))
        });
        packages.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Paths in what is measured are relative, so that it is the same everywhere.
    fn configuration_text(&self, run: &TestRun) -> String {
        let mut text = "[run]\nbranch = True\nrelative_files = True\n".to_owned();
        if !self.includes_tests {
            text.push_str("omit =\n");
            for source in &run.target.sources {
                text.push_str(&format!("    {source}\n"));
            }
        }
        text
    }
}

/// What a report came to; `None` when nothing that was measured is in it.
fn reported(context: &Context, process: &Process) -> Result<Option<ProcessOutput>> {
    let output = context.run(process)?;
    let printed = format!("{}{}", output.stdout_text(), output.stderr_text());
    match output.is_success() {
        true => Ok(Some(output)),
        false if printed.contains("No data to report") => Ok(None),
        false => {
            let mut error = Error::msg(format!("{} {}", process.description, output.describe_exit()));
            error.causes.extend(printed.lines().map(str::to_owned));
            Err(error)
        }
    }
}

fn directory(run: &TestRun) -> String {
    format!("{}/coverage", run.results_dir)
}

fn configuration(run: &TestRun) -> String {
    format!("{}/coverage.ini", directory(run))
}

fn data(run: &TestRun) -> String {
    format!("{}/data", directory(run))
}

fn remove(context: &Context, path: &str) -> Result<()> {
    let path = context.absolute(path);
    let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
