//! The task in a world in memory: what the console is given, and what is said of its answer.

mod coverage;

use super::*;
use crate::jar::JarEntries;
use crate::test_support::declare;
use expect_test::{Expect, expect};
use plugin_api::products::{ClasspathEntry, JvmTool};
use plugin_api::tasks::Testing;
use plugin_api::testing::TestContext;
use plugin_api::{Exit, ProcessOutput, ResultOrigin, TestStatus, Value};

fn world(root: &tempfile::TempDir) -> TestContext {
    let mut classes = JarEntries::default();
    for class in ["a/BTest", "a/ATest", "a/ATest$Nested"] {
        classes.add(format!("{class}.class"), Vec::new());
    }
    classes.write(&root.path().join("out/a/classes.jar")).unwrap();
    std::fs::create_dir_all(root.path().join("data")).unwrap();
    std::fs::write(root.path().join("data/x.txt"), "text").unwrap();
    let address = Address::new("tests/java/a", "a");
    let library = Address::new("src/java/b", "b");
    let mut target = Target::new(address.clone(), "junit_tests");
    target.dependencies.push(library.clone());
    target.sources.push("tests/java/a/ATest.java".to_owned());
    target.fields.push(("timeout".to_owned(), plugin_api::Value::Int(7)));
    let variables = [("TEXT", "a".into()), ("NUMBER", Value::Int(1)), ("UNSET", Value::None)];
    let variables = variables.map(|(name, value)| (name.into(), value));
    target.fields.push(("extra_env_vars".to_owned(), Value::Dict(variables.into())));
    target.fields.push(("concurrency".to_owned(), "PARALLEL_CLASSES".into()));
    let mut files = Target::new(Address::new("data", "data"), "files");
    files.sources.push("data/x.txt".to_owned());
    let mut dependency = Target::new(library.clone(), "java_library");
    dependency.dependencies.push(files.address.clone());
    dependency.sources.push("src/java/b/B.java".to_owned());
    let mut classpath = RuntimeClasspath::default();
    classpath.add(&address, [ClasspathEntry::new("out/a/classes.jar")]);
    classpath.add(&library, [ClasspathEntry::new("out/b/classes.jar")]);
    let mut tools = JvmTools { java_home: "/jdk".to_owned(), ..JvmTools::default() };
    for (key, jar, main) in [
        (CONSOLE, "console.jar", "Console"),
        ("jacoco-agent", "org/agent.jar", ""),
        ("jacoco-cli", "org/cli.jar", "Cli"),
    ] {
        let tool = JvmTool { jars: vec![jar.to_owned()], main: main.to_owned(), ..JvmTool::default() };
        tools.tools.insert(key.to_owned(), tool);
    }
    let world = TestContext::new("test.junit");
    crate::test_support::options(&world);
    for (name, value) in [("platforms", Value::Dict(Vec::new())), ("default-platform", Value::None)] {
        world.option_of(crate::platform::SCOPE, name, value);
    }
    world.option_of(crate::platform::SCOPE, "default-runtime-platform", Value::None);
    world.build_root(root.path()).target(target).target(dependency).target(files).roots(&[address]);
    declare(&world, "jvm.test.junit", jvm_options::register_options);
    world.option("extra-env-vars", [""; 0]);
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
        --config=junit.vintage.execution.parallel.enabled=true
        --config=junit.vintage.execution.parallel.classes=true
        --config=junit.vintage.execution.parallel.methods=false
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

/// The arguments of each JVM that choose among tests, under these options.
fn choices(options: &[(&str, Value)]) -> Result<Vec<Vec<String>>> {
    let root = tempfile::tempdir().unwrap();
    let world = world(&root);
    for (name, value) in options {
        world.option(name, value.clone());
    }
    world.run::<Testing<JunitRun>>()?;
    let is_choice =
        |argument: &&String| ["--select", "--scan", "--include"].iter().any(|kind| argument.starts_with(kind));
    let of = |process: &Process| process.argv.iter().filter(is_choice).cloned().collect();
    Ok(world.processes().iter().map(of).collect())
}

#[test]
fn tests_are_chosen_by_class_method_and_file() {
    let chosen = |test: &str| choices(&[("test", Value::strings([test]))]).map(|choices| choices.concat());
    assert_eq!(chosen("a.ATest").unwrap(), ["--select-class=a.ATest"]);
    assert_eq!(chosen("a.ATest$Nested#one").unwrap(), ["--select-method=a.ATest$Nested#one"]);
    let error = chosen("a.CTest").unwrap_err();
    assert_eq!(error.message, "test: no target of this run has the test `a.CTest`");
    let error = chosen("tests/java/a/ATest.java").unwrap_err();
    assert_eq!(error.message, "test: `tests/java/a/ATest.java` is no file");
}

#[test]
fn classes_are_spread_over_jvms_and_shards() {
    let pattern = |class: &str| format!(r"--include-classname=\Qa.{class}\E(\$.*)?");
    let scan = || "--scan-classpath=out/a/classes.jar".to_owned();
    let batches = choices(&[("batch-size", Value::Int(1))]).unwrap();
    assert_eq!(batches, [[scan(), pattern("ATest")], [scan(), pattern("BTest")]]);
    let all = choices(&[("batch-size", Value::Int(2))]).unwrap();
    assert_eq!(all, [[scan(), pattern("ATest"), pattern("BTest")]]);
    let shards = ["0/2", "1/2"].map(|shard| choices(&[("test-shard", shard.into())]).unwrap().concat());
    assert!(shards.iter().all(|shard| shard.len() == 2) && shards[0] != shards[1], "{shards:?}");
}

#[test]
fn tests_run_where_they_are_told_to() {
    let check = |options: &[(&str, Value)], directory: &str, input: &str| {
        let root = tempfile::tempdir().unwrap();
        let world = world(&root);
        for (name, value) in options {
            world.option(name, value.clone());
        }
        world.run::<Testing<JunitRun>>().unwrap();
        let process = world.processes().remove(0);
        let up = way_up(directory);
        assert_eq!(process.argv[4], directory);
        let argument = |text: String| assert!(process.argv.contains(&text), "{text} in {:?}", process.argv);
        argument(format!("{{tool:junit}}/console.jar:{up}out/a/classes.jar:{up}out/b/classes.jar"));
        argument(format!("--scan-classpath={up}out/a/classes.jar"));
        argument(format!("--reports-dir={up}.pants.d/test/junit/tests.java.a.a/reports"));
        assert_eq!(process.output_paths, [".pants.d/test/junit/tests.java.a.a/reports"]);
        assert!(process.inputs.iter().any(|path| path == input), "{:?}", process.inputs);
        assert!(root.path().join(input).is_file() && root.path().join(directory).is_dir());
    };
    let results = ".pants.d/test/junit/tests.java.a.a";
    let copy = format!("{results}/chroot/data/x.txt");
    check(&[("cwd", "data".into())], "data", "data/x.txt");
    check(&[("chroot", true.into())], &format!("{results}/chroot"), &copy);
    check(&[("chroot", true.into()), ("cwd", "data".into())], &format!("{results}/chroot/data"), &copy);
    let root = tempfile::tempdir().unwrap();
    let error = world(&root).option("cwd", "nowhere").plan::<Testing<JunitRun>>().unwrap_err();
    assert_eq!(error.message, "test: `nowhere` is no directory");
}

#[test]
fn variables_of_the_user_come_before_those_of_the_target() {
    let root = tempfile::tempdir().unwrap();
    let world = world(&root);
    world
        .environment("FROM_OUTSIDE", "o")
        .option("extra-env-vars", ["FROM_OUTSIDE", "ABSENT", "TEXT=x", "UNSET=y", "A=b=c"]);
    world.run::<Testing<JunitRun>>().unwrap();
    let process = world.processes().remove(0);
    let variables: Vec<String> = process.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(variables, ["A=b=c", "FROM_OUTSIDE=o", "LC_ALL=C.UTF-8", "NUMBER=1", "TEXT=a"]);
    let error = world.option("extra-env-vars", ["=x"]).plan::<Testing<JunitRun>>().unwrap_err();
    assert_eq!(error.message, "test: `=x` is no variable");
}

#[test]
fn who_debugs_has_time_and_no_result_of_yesterday() {
    let root = tempfile::tempdir().unwrap();
    let world = world(&root);
    world.option_of("jvm.test.junit", "debug", true).option_of("jvm.test.junit", "debug-port", Value::Int(7));
    let error = world.run::<Testing<JunitRun>>();
    let process = world.processes().remove(0);
    assert!(error.is_ok() && process.argv.iter().any(|argument| argument.ends_with("suspend=y,address=7")));
    assert_eq!((process.timeout_ms, process.cache, process.stream_output), (0, CachePolicy::Never, true));
    world.option_of("jvm.test.junit", "debug-port", Value::Int(70000));
    let error = world.plan::<Testing<JunitRun>>().unwrap_err();
    assert_eq!(error.message, "test: `70000` is no port: it is 1 to 65535");
}

#[test]
fn a_target_without_sources_cannot_be_tested_unless_that_is_allowed() {
    let run = |is_allowed: bool| {
        let root = tempfile::tempdir().unwrap();
        let world = world(&root);
        let mut target = world.context().unwrap().target_roots().unwrap().remove(0);
        target.sources.clear();
        world.target(target).option("allow-empty-sources", is_allowed);
        world.run::<Testing<JunitRun>>()
    };
    assert_eq!(run(false).unwrap_err().causes, [": `tests/java/a:a` has no sources"]);
    assert!(run(true).is_ok());
}
