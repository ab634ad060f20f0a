//! `test.junit`: JUnit 3, 4 and 5 tests, in a JVM per target or per batch of its classes.

pub(super) mod coverage;
mod html;
mod launch;
mod report;
mod selection;
mod told;

use super::working_directory::way_up;
use crate::graph::{JvmGraph, Purpose};
use crate::jdk::Jdk;
use crate::jvm_options::{self, JvmSettings};
use crate::platform::Platforms;
use crate::targets::TESTS;
use coverage::{Coverage, Subject};
use launch::{Launch, Paths, Place};
use plugin_api::products::{GeneratedSources, JvmToolRequest, JvmTools, RuntimeClasspath};
use plugin_api::tasks::{TestOutcome, TestRun, TestTask};
use plugin_api::{
    Address, CachePolicy, Context, Error, GraphView, LogLevel, OptionRegistrar, Planning, Predicate, Process, Result,
    RoundManager, Target, Tool,
};
use report::Case;
use selection::{Batch, Selection};
use std::collections::HashSet;
use std::sync::Arc;
use told::OutputMode;

/// Runs the tests of `junit_tests` targets with the console of the JUnit platform.
pub(super) struct JunitRun {
    graph: JvmGraph,
    classpath: Arc<RuntimeClasspath>,
    tools: Arc<JvmTools>,
    settings: JvmSettings,
    jvm_options: Vec<String>,
    platforms: Platforms,
    selection: Selection,
    launch: Launch,
    output_mode: OutputMode,
    needs_exact_jdk: bool,
    /// `None` when no coverage is measured.
    coverage: Option<Coverage>,
}

/// The name of the console among the tools.
const CONSOLE: &str = "junit";

/// The console with the engines for JUnit 3 to 5, all in one jar.
const COORDINATE: &str = "org.junit.platform:junit-platform-console-standalone:1.14.4";

impl TestTask for JunitRun {
    const TYPE_NAME: &'static str = "JunitRun";
    const DESCRIPTION: &'static str = "Run JUnit tests.";
    const SUBSYSTEMS: &'static [&'static str] = &[jvm_options::SCOPE];

    fn is_test_target() -> Predicate {
        Predicate::types(TESTS)
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        options.shell_list("jvm-options", &[], "Options for the JVMs that run tests, after those of `[jvm] options`.");
        options.string("console", COORDINATE, "The console of the JUnit platform, as `org:name:rev`.").advanced();
        selection::register_options(options);
        launch::register_options(options);
        options.choice(
            "output-mode",
            &OutputMode::NAMES,
            OutputMode::DEFAULT,
            "What is shown of what tests print: all of it, that of targets with failures, or only why tests failed.",
        );
        options.bool("per-test-timer", false, "Say how long each test took.");
        options.bool("failure-summary", true, "Say at the end which tests failed.");
        options
            .bool(
                "strict-jvm-version",
                false,
                "Run the tests of a target with a JDK of exactly the version that its runtime platform targets.",
            )
            .fingerprinted()
            .advanced();
        options
            .bool(
                "allow-empty-sources",
                false,
                "Let targets without any sources pass. Otherwise they cannot be tested.",
            )
            .fingerprinted()
            .advanced();
        options.bool("html-report", false, "Write a page with all tests of the run.").fingerprinted();
        options.bool("open", false, "Open that page; implies `--html-report`.");
        coverage::register_options(options);
        Ok(())
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        JvmSettings::check(planning)?;
        selection::check(planning)?;
        Launch::check(planning)?;
        coverage::prepare(planning, round)?;
        round.require::<RuntimeClasspath>();
        round.optional::<GeneratedSources>();
        round.require_with::<JvmTools>(&JvmToolRequest {
            key: CONSOLE.to_owned(),
            coordinates: planning.option("console")?.to_strings(),
            main: "org.junit.platform.console.ConsoleLauncher".to_owned(),
        })
    }

    fn new(context: &Context) -> Result<Self> {
        let tools: Arc<JvmTools> = context.product()?.ok_or_else(|| Error::msg("the JVM tools were not resolved"))?;
        let task = Self {
            graph: JvmGraph::load(context)?,
            classpath: context.product()?.unwrap_or_default(),
            coverage: Coverage::load(context, &tools)?,
            tools,
            settings: JvmSettings::load(context)?,
            jvm_options: context.list_option("jvm-options")?,
            platforms: Platforms::load(context)?,
            selection: Selection::load(context)?,
            launch: Launch::load(context)?,
            output_mode: OutputMode::parse(&context.text_option("output-mode")?.unwrap_or_default()),
            needs_exact_jdk: context.flag("strict-jvm-version")?,
        };
        if !context.flag("skip")? {
            task.check_selection(context)?;
        }
        Ok(task)
    }

    fn is_selected(&self, context: &Context, target: &Target) -> Result<bool> {
        match self.classes(target).filter(|_| self.selection.is_partial()) {
            Some(classes) => Ok(!self.selection.batches(context, target, &classes)?.is_empty()),
            None => Ok(!self.selection.is_partial()),
        }
    }

    fn run_target(&self, context: &Context, run: &TestRun) -> Result<TestOutcome> {
        let target = &run.target;
        if target.sources.is_empty() && !context.flag("allow-empty-sources")? {
            let message = format!("{}: `{}` has no sources", target.location, target.address);
            return Err(Error::msg(message).hint("`--test-junit-allow-empty-sources` lets such targets pass"));
        }
        let reports = format!("{}/reports", run.results_dir);
        remove_directory(context, &reports)?;
        let Some(classes) = self.classes(target) else {
            warn_of_no_tests(context, target)?;
            return Ok(TestOutcome { is_success: true, ..TestOutcome::default() });
        };
        let batches = self.selection.batches(context, target, &classes)?;
        self.run_batches(context, run, &classes, &batches, &reports)
    }

    fn conclude(&self, context: &Context, runs: &[TestRun], failed: &[Address]) -> Result<()> {
        let cases_of =
            |run: &TestRun| Ok((run.target.address.to_string(), report::cases(&context.absolute(&run.report))?));
        if context.flag("failure-summary")? && !failed.is_empty() {
            let failed: HashSet<&Address> = failed.iter().collect();
            let failed = runs.iter().filter(|run| failed.contains(&run.target.address));
            let summary = told::summary(&failed.map(cases_of).collect::<Result<Vec<_>>>()?);
            if !summary.is_empty() {
                context.tool_output(summary)?;
            }
        }
        let is_opened = context.flag("open")?;
        if (is_opened || context.flag("html-report")?) && !runs.is_empty() {
            let cases: Vec<(String, Vec<Case>)> = runs.iter().map(cases_of).collect::<Result<_>>()?;
            let page = html::write(context, &cases)?;
            if is_opened {
                html::open(context, &page)?;
            }
        }
        match &self.coverage {
            Some(coverage) if !runs.is_empty() => coverage.report(context, runs, failed, &self.subjects(coverage)),
            _ => Ok(()),
        }
    }
}

/// Says that a target has no tests, which is no failure: a class of tests to come is one.
fn warn_of_no_tests(context: &Context, target: &Target) -> Result<()> {
    context.log(LogLevel::Warn, format!("{}: `{}` has no tests", target.location, target.address))
}

/// Removes a directory of an earlier run.
fn remove_directory(context: &Context, path: &str) -> Result<()> {
    match std::fs::remove_dir_all(context.absolute(path)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// The tests of a target: what every JVM that runs some of them has.
struct AllTests<'a> {
    run: &'a TestRun,
    /// The jar that they are in.
    classes: &'a str,
    /// All they need.
    entries: Vec<String>,
    place: Place,
}

impl JunitRun {
    /// The jar of a target's own classes; `None` when it has none.
    fn classes(&self, target: &Target) -> Option<String> {
        self.classpath.paths([&target.address]).iter().find(|path| path.ends_with("classes.jar")).cloned()
    }

    /// The targets whose coverage is told, with the jars of their classes.
    fn subjects(&self, coverage: &Coverage) -> Vec<Subject<'_>> {
        let targets = self.graph.targets.iter().filter(|target| coverage.is_subject(target));
        targets.filter_map(|target| Some((target, self.classes(target)?))).collect()
    }

    /// Refuses tests that were asked for and that no target of the run has, unless one of those that could not be built may
    /// have them.
    fn check_selection(&self, context: &Context) -> Result<()> {
        if !self.selection.names_tests() {
            return Ok(());
        }
        let roots: Vec<Address> = context.target_roots()?.into_iter().map(|root| root.address).collect();
        let is_test = Self::is_test_target();
        let mut targets = context.closure(&roots, GraphView::Build)?;
        targets.retain(|target| is_test.matches(target));
        let built = context.targets()?;
        let built: HashSet<&Address> = built.iter().map(|target| &target.address).collect();
        if targets.iter().any(|target| !built.contains(&target.address)) {
            return Ok(());
        }
        let with_classes = targets.iter().filter_map(|target| Some((target, self.classes(target)?)));
        let unowned = self.selection.unowned(context, &with_classes.collect::<Vec<_>>())?;
        let Some((test, source)) = unowned.first() else { return Ok(()) };
        let mut error = Error::msg(format!("{source}: no target of this run has the test `{test}`"));
        error.causes.extend(unowned[1..].iter().map(|(test, _)| format!("nor `{test}`")));
        Err(error)
    }

    fn run_batches(
        &self,
        context: &Context,
        run: &TestRun,
        classes: &str,
        batches: &[Batch],
        reports: &str,
    ) -> Result<TestOutcome> {
        let target = &run.target;
        let (closure, entries) = self.runtime(target)?;
        let place = self.launch.place(context, target, &run.results_dir, self.loose_files(&closure))?;
        let all = AllTests { run, classes, entries, place };
        let (mut outcomes, mut directories, mut has_tests) = (Vec::new(), Vec::new(), false);
        for (index, batch) in batches.iter().enumerate() {
            let reports = if batches.len() == 1 { reports.to_owned() } else { format!("{reports}/{index}") };
            let process = self.process(context, &all, batch, &reports)?;
            let output = context.run(&self.settings.watched(process))?;
            has_tests |= !told::has_no_tests(&output);
            let outcome = told::outcome(target, &output, self.output_mode);
            if outcome.is_success {
                context.tool_output(told::said_by_the_passing(&output, self.output_mode))?;
            }
            outcomes.push(outcome);
            directories.push(context.absolute(&reports));
        }
        // Whoever chose among the tests knows that not every target has one of them.
        if !has_tests && context.passthrough().is_empty() && !self.selection.is_partial() {
            warn_of_no_tests(context, target)?;
        }
        let outcome = told::together(outcomes);
        let report = context.absolute(&run.report);
        let merged = report::merge(&directories, &report);
        // A JVM that was killed leaves half a report; that it was killed is what the user must hear.
        if outcome.is_success {
            merged?;
        }
        if context.flag("per-test-timer")? {
            context.tool_output(told::times(&report::cases(&report)?))?;
        }
        Ok(outcome)
    }

    /// What the tests of a target need: targets, and their classpath.
    fn runtime(&self, target: &Target) -> Result<(Vec<usize>, Vec<String>)> {
        let place = self.graph.place(&target.address);
        let place = place.ok_or_else(|| Error::msg(format!("`{}` is not part of the run", target.address)))?;
        let closure = self.graph.closure(place, Purpose::Test);
        let entries = self.graph.classpath(&closure, |address| self.classpath.entries.get(address).map(Vec::as_slice));
        Ok((closure, entries.into_iter().map(|entry| entry.path).collect()))
    }

    /// The process that runs a batch of a target's tests.
    fn process(&self, context: &Context, all: &AllTests<'_>, batch: &Batch, reports: &str) -> Result<Process> {
        let AllTests { run, classes, entries, place } = all;
        let target = &run.target;
        let tool = self.tools.tools.get(CONSOLE);
        let tool = tool.ok_or_else(|| Error::msg("the console of the JUnit platform was not resolved"))?;
        let up = way_up(&place.directory);
        let seen = |path: &str| format!("{up}{path}");
        let console = tool.jars.iter().map(|jar| format!("{{tool:{CONSOLE}}}/{jar}"));
        let classpath: Vec<String> = console.chain(entries.iter().map(|path| seen(path))).collect();
        let paths = Paths { reports: seen(reports), classes: seen(classes) };
        let mut process = Process::new(launch::in_directory(&place.directory), format!("junit {}", target.address))
            .arg("{tool:jdk}/bin/java")
            .args(self.settings.options())
            .args(self.jvm_options.iter().cloned())
            .args(self.platforms.jvm_options(target)?)
            .args(target.field("extra_jvm_options").to_strings())
            .args(self.coverage.iter().map(|coverage| coverage.agent_option(&target.address, &paths.reports)))
            .args(["-cp".to_owned(), classpath.join(":"), tool.main.clone(), "execute".to_owned()])
            .args(self.launch.arguments(target, batch, &paths, context.passthrough()))
            .env("LC_ALL", "C.UTF-8")
            .passthrough_env(&["PATH", "HOME", "TMPDIR"])
            .inputs(entries.iter().cloned())
            .inputs(place.files.iter().cloned())
            .outputs([reports])
            .tool(self.jdk(context, target)?)
            .tool(Tool::new(CONSOLE, &tool.directory, &tool.identity))
            .cache(CachePolicy::Success);
        if let Some(coverage) = &self.coverage {
            process = process.tool(coverage.agent_tool());
        }
        self.launch.with_variables(target, run.limit(context, process)?)
    }

    /// The JDK that runs the tests of a target.
    fn jdk(&self, context: &Context, target: &Target) -> Result<Tool> {
        if let Some(level) = self.platforms.runtime_level(target)?.filter(|_| self.needs_exact_jdk) {
            return Jdk::of_version(context, level).map(|jdk| jdk.tool());
        }
        Ok(Tool::new("jdk", &self.tools.java_home, &self.tools.java_identity))
    }

    /// The files of `files` targets: tests read them where they are.
    fn loose_files(&self, closure: &[usize]) -> Vec<String> {
        let targets = closure.iter().map(|place| &self.graph.targets[*place]);
        targets.filter(|target| target.type_name == "files").flat_map(|target| target.sources.clone()).collect()
    }
}

#[cfg(test)]
mod tests;
