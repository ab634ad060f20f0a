//! `test.junit`: JUnit 3, 4 and 5 tests, in a JVM per target.

use super::junit_report;
use crate::graph::{JvmGraph, Purpose};
use crate::jvm_options;
use crate::platform::Platforms;
use crate::targets::TESTS;
use plugin_api::products::{GeneratedSources, JvmToolRequest, JvmTools, RuntimeClasspath};
use plugin_api::tasks::{TestOutcome, TestRun, TestTask};
use plugin_api::{
    CachePolicy, Context, Error, Exit, LogLevel, OptionRegistrar, Planning, Predicate, Process, ProcessOutput, Result,
    ResultOrigin, RoundManager, Target, Tool, Value,
};
use std::sync::Arc;

/// Runs the tests of `junit_tests` targets with the console of the JUnit platform.
pub(super) struct JunitRun {
    graph: JvmGraph,
    classpath: Arc<RuntimeClasspath>,
    tools: Arc<JvmTools>,
    jvm_options: Vec<String>,
    platforms: Platforms,
}

/// The name of the console among the tools.
const CONSOLE: &str = "junit";

/// The console with the engines for JUnit 3 to 5, all in one jar.
const COORDINATE: &str = "org.junit.platform:junit-platform-console-standalone:1.14.4";

/// The exit code of the console when tests failed, and when it found none and was told that there must be some.
const TESTS_FAILED: Exit = Exit::Code(1);
const NO_TESTS: Exit = Exit::Code(2);

impl TestTask for JunitRun {
    const TYPE_NAME: &'static str = "JunitRun";
    const DESCRIPTION: &'static str = "Run JUnit tests.";

    fn is_test_target() -> Predicate {
        Predicate::types(TESTS)
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        options.list("jvm-options", &[], "Options for the JVMs that run tests, after those of `[jvm] options`.");
        options.string("console", COORDINATE, "The console of the JUnit platform, as `org:name:rev`.").advanced();
        Ok(())
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        round.require::<RuntimeClasspath>();
        round.optional::<GeneratedSources>();
        round.require_with::<JvmTools>(&JvmToolRequest {
            key: CONSOLE.to_owned(),
            coordinates: planning.option("console")?.to_strings(),
            main: "org.junit.platform.console.ConsoleLauncher".to_owned(),
        })
    }

    fn new(context: &Context) -> Result<Self> {
        let mut jvm_options = jvm_options::configured(context)?;
        jvm_options.extend(context.list_option("jvm-options")?);
        Ok(Self {
            graph: JvmGraph::load(context)?,
            classpath: context.product()?.unwrap_or_default(),
            tools: context.product()?.ok_or_else(|| Error::msg("the JVM tools were not resolved"))?,
            jvm_options,
            platforms: Platforms::load(context)?,
        })
    }

    fn run_target(&self, context: &Context, run: &TestRun) -> Result<TestOutcome> {
        let reports = format!("{}/reports", run.results_dir);
        remove_directory(context, &reports)?;
        let Some(process) = self.process(context, run, &reports)? else {
            warn_of_no_tests(context, &run.target)?;
            return Ok(TestOutcome { is_success: true, ..TestOutcome::default() });
        };
        let output = context.run(&process)?;
        // Whoever chose among the tests knows that not every target has one of them.
        if has_no_tests(&output) && context.passthrough().is_empty() {
            warn_of_no_tests(context, &run.target)?;
        }
        let merged = junit_report::merge(&context.absolute(&reports), &context.absolute(&run.report));
        // A JVM that was killed leaves half a report; that it was killed is what the user must hear.
        if output.is_success() {
            merged?;
        }
        Ok(outcome(&run.target, &output))
    }
}

/// Says that a target has no tests, which is no failure: a class of tests to come is one.
fn warn_of_no_tests(context: &Context, target: &Target) -> Result<()> {
    context.log(LogLevel::Warn, format!("{}: `{}` has no tests", target.location, target.address))
}

/// Whether the console says that it found none.
fn has_no_tests(output: &ProcessOutput) -> bool {
    output.stdout_text().lines().any(|line| line.trim_start_matches(['[', ' ']).starts_with("0 tests found"))
}

/// Removes a directory of an earlier run.
fn remove_directory(context: &Context, path: &str) -> Result<()> {
    match std::fs::remove_dir_all(context.absolute(path)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn outcome(target: &Target, output: &ProcessOutput) -> TestOutcome {
    let address = &target.address;
    let stdout = output.stdout_text();
    // After this line come counts, which the report holds, and which say nothing about what failed.
    let told = stdout.split("\nTest run finished after").next().unwrap_or_default();
    let told = [told.trim(), output.stderr_text().trim()].join("\n").trim().to_owned();
    let details = match output.exit {
        Exit::Code(0) => String::new(),
        TESTS_FAILED => told,
        NO_TESTS => format!("{}: no tests were found in `{address}`", target.location),
        Exit::Code(_) | Exit::Signal(_) | Exit::TimedOut(_) => {
            let told = without_usage(&told);
            format!("{told}\nthe JVM that runs `{address}` {}", output.describe_exit()).trim().to_owned()
        }
    };
    let is_cached = output.origin == ResultOrigin::Cached;
    TestOutcome { is_success: output.is_success(), is_cached, details: with_newline(details) }
}

/// What the console said about an argument that it refuses, without the list of all that it takes.
fn without_usage(told: &str) -> &str {
    told.split_once("\nUsage: junit ").map_or(told, |(refusal, _)| refusal)
}

fn with_newline(text: String) -> String {
    if text.is_empty() { text } else { text + "\n" }
}

impl JunitRun {
    /// The process that runs the tests of a target; `None` when it has no classes.
    fn process(&self, context: &Context, run: &TestRun, reports: &str) -> Result<Option<Process>> {
        let target = &run.target;
        if target.text("cwd").is_some_and(|cwd| !cwd.is_empty() && cwd != ".") {
            let message = format!("{}: tests run in the build root; `cwd` is not supported yet", target.location);
            return Err(Error::msg(message));
        }
        let own = self.classpath.paths([&target.address]);
        let Some(classes) = own.iter().find(|path| path.ends_with("classes.jar")) else { return Ok(None) };
        let place = self.graph.place(&target.address);
        let place = place.ok_or_else(|| Error::msg(format!("`{}` is not part of the run", target.address)))?;
        let closure = self.graph.closure(place, Purpose::Test);
        let entries = self.graph.classpath(&closure, |address| self.classpath.entries.get(address).map(Vec::as_slice));
        let paths: Vec<String> = entries.into_iter().map(|entry| entry.path).collect();
        let tool = self.tools.tools.get(CONSOLE);
        let tool = tool.ok_or_else(|| Error::msg("the console of the JUnit platform was not resolved"))?;
        let console = tool.jars.iter().map(|jar| format!("{{tool:{CONSOLE}}}/{jar}"));
        let classpath: Vec<String> = console.chain(paths.iter().cloned()).collect();
        let mut process = Process::new(["{tool:jdk}/bin/java"], format!("junit {}", target.address))
            .args(self.jvm_options.iter().cloned())
            .args(self.platforms.jvm_options(target)?)
            .args(target.field("extra_jvm_options").to_strings())
            .args(["-cp".to_owned(), classpath.join(":"), tool.main.clone(), "execute".to_owned()])
            .args(self.console_arguments(context, target, classes, reports))
            .env("LC_ALL", "C.UTF-8")
            .passthrough_env(&["PATH", "HOME", "TMPDIR"])
            .inputs(paths)
            .inputs(self.loose_files(&closure))
            .outputs([reports])
            .tool(Tool::new("jdk", &self.tools.java_home, &self.tools.java_identity))
            .tool(Tool::new(CONSOLE, &tool.directory, &tool.identity))
            .cache(CachePolicy::Success);
        for (name, value) in target.field("extra_env_vars").to_entries() {
            if let Some(text) = variable(target, &name, &value)? {
                process = process.env(name, text);
            }
        }
        Ok(Some(match run.timeout {
            Some(timeout) => process.timeout(timeout),
            None => process,
        }))
    }

    fn console_arguments(&self, context: &Context, target: &Target, classes: &str, reports: &str) -> Vec<String> {
        let passthrough = context.passthrough();
        let mut arguments: Vec<String> =
            ["--disable-banner", "--disable-ansi-colors", "--details=summary"].map(str::to_owned).to_vec();
        arguments.push(format!("--reports-dir={reports}"));
        arguments.extend(
            concurrency(target).into_iter().map(|config| format!("--config=junit.jupiter.execution.parallel.{config}")),
        );
        // The console takes selectors or a scan, not both.
        let selects =
            |argument: &String| argument.starts_with("--select") || argument.starts_with("-c=") || argument == "-c";
        if !passthrough.iter().any(selects) {
            arguments.push(format!("--scan-classpath={classes}"));
            // All classes of the target's own jar, not only those whose names end in `Test`: its sources say what it is.
            // The console joins patterns with `or`, so those of the user would mean nothing beside this one.
            if !passthrough.iter().any(|argument| names_classes(argument)) {
                arguments.push("--include-classname=.*".to_owned());
            }
        }
        arguments.extend(passthrough.iter().cloned());
        arguments
    }

    /// The files of `files` targets: tests read them where they are.
    fn loose_files(&self, closure: &[usize]) -> Vec<String> {
        let targets = closure.iter().map(|place| &self.graph.targets[*place]);
        targets.filter(|target| target.type_name == "files").flat_map(|target| target.sources.clone()).collect()
    }
}

/// Whether an argument is the console's option for the names of classes to include, in any of its spellings.
fn names_classes(argument: &str) -> bool {
    let is_long = argument.split('=').next() == Some("--include-classname");
    is_long || (argument.starts_with("-n") && !argument.starts_with("--"))
}

/// The text of one of the target's `extra_env_vars`; `None` stands for a variable that is not set.
fn variable(target: &Target, name: &str, value: &Value) -> Result<Option<String>> {
    match value {
        Value::None => Ok(None),
        Value::Str(text) => Ok(Some(text.clone())),
        Value::Int(number) => Ok(Some(number.to_string())),
        _ => Err(Error::msg(format!("{}: `extra_env_vars`: `{name}` must be text", target.location))),
    }
}

/// The settings of the Jupiter engine for the target's `concurrency` and `threads`.
fn concurrency(target: &Target) -> Vec<String> {
    let (classes, methods) = match target.text("concurrency") {
        Some("PARALLEL_CLASSES") => ("concurrent", "same_thread"),
        Some("PARALLEL_METHODS") => ("same_thread", "concurrent"),
        Some("PARALLEL_CLASSES_AND_METHODS") => ("concurrent", "concurrent"),
        _ => return Vec::new(),
    };
    let mut settings =
        vec!["enabled=true".to_owned(), format!("mode.classes.default={classes}"), format!("mode.default={methods}")];
    if let Some(threads) = target.field("threads").as_int().filter(|threads| *threads > 0) {
        settings.extend(["config.strategy=fixed".to_owned(), format!("config.fixed.parallelism={threads}")]);
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use plugin_api::products::{ClasspathEntry, JvmTool};
    use plugin_api::tasks::Testing;
    use plugin_api::testing::TestContext;
    use plugin_api::{Address, TestStatus};

    fn world(root: &tempfile::TempDir) -> TestContext {
        let address = Address::new("tests/java/a", "a");
        let library = Address::new("src/java/b", "b");
        let mut target = Target::new(address.clone(), "junit_tests");
        target.dependencies.push(library.clone());
        target.fields.push(("timeout".to_owned(), plugin_api::Value::Int(7)));
        let variables = [("TEXT", "a".into()), ("NUMBER", Value::Int(1)), ("UNSET", Value::None)];
        let variables = variables.map(|(name, value)| (name.into(), value));
        target.fields.push(("extra_env_vars".to_owned(), Value::Dict(variables.into())));
        target.fields.push(("concurrency".to_owned(), "PARALLEL_CLASSES".into()));
        let mut files = Target::new(Address::new("data", "data"), "files");
        files.sources.push("data/x.txt".to_owned());
        let mut dependency = Target::new(library.clone(), "java_library");
        dependency.dependencies.push(files.address.clone());
        let mut classpath = RuntimeClasspath::default();
        classpath.add(&address, [ClasspathEntry::new("out/a/classes.jar")]);
        classpath.add(&library, [ClasspathEntry::new("out/b/classes.jar")]);
        let mut tools = JvmTools { java_home: "/jdk".to_owned(), ..JvmTools::default() };
        let tool = JvmTool { jars: vec!["console.jar".to_owned()], main: "Console".to_owned(), ..JvmTool::default() };
        tools.tools.insert(CONSOLE.to_owned(), tool);
        let world = TestContext::new("test.junit");
        crate::test_support::options(&world);
        for (name, value) in [("platforms", Value::Dict(Vec::new())), ("default-platform", Value::None)] {
            world.option_of(crate::platform::SCOPE, name, value);
        }
        world.option_of(crate::platform::SCOPE, "default-runtime-platform", Value::None);
        world.build_root(root.path()).target(target).target(dependency).target(files).roots(&[address]);
        world.option_of(jvm_options::SCOPE, "options", ["-Xmx256m"]).option_of(jvm_options::SCOPE, "debug", false);
        world.product("compile.javac", classpath).unwrap();
        world.product("bootstrap.jvm-tools", tools).unwrap();
        world
    }

    fn output(code: i32, stdout: &str) -> ProcessOutput {
        ProcessOutput { exit: Exit::Code(code), stdout: stdout.into(), ..ProcessOutput::default() }
    }

    fn check(output: ProcessOutput, status: TestStatus, expect: Expect) {
        let root = tempfile::tempdir().unwrap();
        let world = world(&root);
        world.fake_tool(move |_| Ok(output.clone()));
        let result = world.run::<Testing<JunitRun>>();
        assert_eq!(result.is_ok(), matches!(status, TestStatus::Success | TestStatus::Cached));
        assert_eq!(world.reports()[0].status, status);
        expect.assert_eq(&world.tool_output());
    }

    #[test]
    fn the_users_choice_of_classes_stands_alone() {
        for (argument, is_choice) in [
            ("--include-classname=.*IT", true),
            ("--include-classname", true),
            ("-n=.*IT", true),
            ("-n", true),
            ("--include-classnames=x", false),
            ("-N=.*IT", false),
            ("--details=tree", false),
        ] {
            let root = tempfile::tempdir().unwrap();
            let world = world(&root);
            world.passthrough(&[argument]);
            world.run::<Testing<JunitRun>>().unwrap();
            let process = &world.processes()[0];
            assert_eq!(!process.argv.iter().any(|given| given == "--include-classname=.*"), is_choice, "{argument}");
            assert!(process.argv.iter().any(|given| given.starts_with("--scan-classpath=")));
        }
    }

    #[test]
    fn a_target_without_tests_is_warned_about_unless_tests_were_chosen() {
        let check = |passthrough: &[&str], expect: &[&str]| {
            let root = tempfile::tempdir().unwrap();
            let world = world(&root);
            world.passthrough(passthrough);
            world.fake_tool(|_| Ok(output(0, "Test run finished after 9 ms\n[         0 tests found           ]\n")));
            world.run::<Testing<JunitRun>>().unwrap();
            assert_eq!(world.logs(), expect);
        };
        check(&[], &["2: : `tests/java/a:a` has no tests"]);
        check(&["--include-tag=fast"], &[]);
    }

    #[test]
    fn a_refused_argument_is_told_without_all_that_would_be_accepted() {
        let stderr = "Unknown options: '-k', 'title'\nUsage: junit execute [OPTIONS]\nExecute tests\n";
        let refused = ProcessOutput { stderr: stderr.into(), ..output(255, "") };
        check(
            refused,
            TestStatus::Failure,
            expect![[r#"
            Unknown options: '-k', 'title'
            the JVM that runs `tests/java/a:a` exited with 255
        "#]],
        );
    }

    #[test]
    fn the_console_gets_the_classpath_and_the_jar_to_scan() {
        let root = tempfile::tempdir().unwrap();
        let world = world(&root);
        world.passthrough(&["--include-tag=fast"]);
        world.run::<Testing<JunitRun>>().unwrap();
        let process = &world.processes()[0];
        expect![[r#"
            {tool:jdk}/bin/java
            -Xmx256m
            -cp
            {tool:junit}/console.jar:out/a/classes.jar:out/b/classes.jar
            Console
            execute
            --disable-banner
            --disable-ansi-colors
            --details=summary
            --reports-dir=.pants.d/test/junit/tests.java.a.a/reports
            --config=junit.jupiter.execution.parallel.enabled=true
            --config=junit.jupiter.execution.parallel.mode.classes.default=concurrent
            --config=junit.jupiter.execution.parallel.mode.default=same_thread
            --scan-classpath=out/a/classes.jar
            --include-classname=.*
            --include-tag=fast"#]]
        .assert_eq(&process.argv.join("\n"));
        assert_eq!(process.inputs, ["out/a/classes.jar", "out/b/classes.jar", "data/x.txt"]);
        let variables: Vec<String> = process.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(variables, ["LC_ALL=C.UTF-8", "NUMBER=1", "TEXT=a"]);
        assert_eq!((process.timeout_ms, process.cache), (7000, CachePolicy::Success));
    }

    #[test]
    fn half_a_report_does_not_hide_that_the_jvm_was_killed() {
        let root = tempfile::tempdir().unwrap();
        let world = world(&root);
        let directory = root.path().join(".pants.d/test/junit/tests.java.a.a/reports");
        world.fake_tool(move |_| {
            std::fs::create_dir_all(&directory)?;
            std::fs::write(directory.join("TEST-a.xml"), "<testsuite tests='1'><testc")?;
            Ok(ProcessOutput { exit: Exit::TimedOut(7000), ..ProcessOutput::default() })
        });
        let error = world.run::<Testing<JunitRun>>().unwrap_err();
        assert_eq!(error.message, "tests of `tests/java/a:a` failed");
        assert_eq!(world.tool_output(), "the JVM that runs `tests/java/a:a` timed out after 7s\n");
    }

    #[test]
    fn each_end_is_told_in_its_own_words() {
        check(output(0, "noise"), TestStatus::Success, expect![""]);
        let cached = ProcessOutput { origin: ResultOrigin::Cached, ..output(0, "") };
        check(cached, TestStatus::Cached, expect![""]);
        let text =
            "\nFailures (1):\n  JUnit Jupiter:ATest:bad()\n    => one is not two\n\nTest run finished after 9 ms\n[..]";
        check(
            output(1, text),
            TestStatus::Failure,
            expect![[r#"
            Failures (1):
              JUnit Jupiter:ATest:bad()
                => one is not two
        "#]],
        );
        check(
            output(2, ""),
            TestStatus::Failure,
            expect![[r#"
            : no tests were found in `tests/java/a:a`
        "#]],
        );
        let hung = ProcessOutput { exit: Exit::TimedOut(7000), ..output(0, "started\n") };
        check(
            hung,
            TestStatus::Failure,
            expect![[r#"
            started
            the JVM that runs `tests/java/a:a` timed out after 7s
        "#]],
        );
    }
}
