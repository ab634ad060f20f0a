//! What pytest is started with, and how each of its ends is told.

use super::*;
use crate::test_support::{environments, parse, target, text_of, world, write};
use expect_test::{Expect, expect};
use plugin_api::tasks::Testing;
use plugin_api::testing::TestContext;
use plugin_api::{TestStatus, Value};

fn targets() -> Vec<Target> {
    vec![
        target("3rdparty/python:requirements.txt", "files", &["requirements.txt"], &[]),
        target("3rdparty/python:six", "python_requirement_library", &[], &["3rdparty/python:requirements.txt"]),
        target("src/python/acme:acme", "python_library", &["a.py"], &["3rdparty/python:six"]),
        target("testdata:data", "files", &["data.txt"], &[]),
        target(
            "tests/python/acme:acme",
            "python_tests",
            &["conftest.py", "test_a.py"],
            &["src/python/acme:acme", "testdata:data"],
        ),
    ]
}

fn pytest_world(root: &std::path::Path, targets: &[Target]) -> TestContext {
    let world = world("test.pytest", root, targets);
    world.roots(&[parse("tests/python/acme:acme")]);
    world.product("resolve.requirements", environments(&["tests/python/acme:acme"], &[])).expect("it can be left");
    world
}

fn check(targets: &[Target], expect: Expect) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = pytest_world(directory.path(), targets);
    world.run::<Testing<PytestRun>>().expect("the fake pytest succeeds");
    let mut text = String::new();
    for process in world.processes() {
        let path = &process.env["PYTHONPATH"];
        text.push_str(&format!("PYTHONPATH={path}\n{}\n", process.argv.join("\n  ")));
        text.push_str(&format!("inputs {:?}\noutputs {:?}\n", process.inputs, process.output_paths));
    }
    expect.assert_eq(&text);
}

#[test]
fn tests_see_what_they_depend_on_and_no_configuration() {
    check(
        &targets(),
        expect![[r#"
            PYTHONPATH=.pants.d/test/pytest/tests.python.acme.acme/sources
            {tool:venv}/bin/python
              {tool:venv}/bin/pytest
              --rootdir=.pants.d/test/pytest/tests.python.acme.acme/sources
              --confcutdir=.pants.d/test/pytest/tests.python.acme.acme/sources
              --import-mode=importlib
              --color=no
              --no-header
              -p
              no:cacheprovider
              -o
              junit_family=xunit2
              -o
              console_output_style=classic
              -c
              /dev/null
              --junitxml=.pants.d/test/pytest/tests.python.acme.acme/TEST-tests.python.acme.acme.xml
              .pants.d/test/pytest/tests.python.acme.acme/sources/acme/test_a.py
            inputs [".pants.d/test/pytest/tests.python.acme.acme/sources", "testdata/data.txt"]
            outputs [".pants.d/test/pytest/tests.python.acme.acme/TEST-tests.python.acme.acme.xml"]
        "#]],
    );
}

#[test]
fn a_target_with_nothing_but_fixtures_runs_nothing() {
    let mut targets = targets();
    targets[4].sources.retain(|source| source.ends_with("conftest.py"));
    check(&targets, expect![[r#""#]]);
}

fn check_exit(exit: Exit, status: TestStatus, expect: &str) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = pytest_world(directory.path(), &targets());
    world.fake_tool(move |_| {
        let stdout =
            b"what pytest says of .pants.d/test/pytest/tests.python.acme.acme/sources/acme/test_a.py\n".to_vec();
        Ok(ProcessOutput { exit, stdout, ..ProcessOutput::default() })
    });
    let told = world.run::<Testing<PytestRun>>().map_or_else(|error| text_of(&error), |()| String::new());
    assert_eq!(format!("{}{told}", world.tool_output()), expect, "{exit:?}");
    assert_eq!(world.reports().iter().map(|report| report.status).collect::<Vec<_>>(), [status], "{exit:?}");
}

#[test]
fn exit_codes_tell_failing_tests_from_a_failing_tool() {
    let failed = "tests of `tests/python/acme:acme` failed\n";
    check_exit(Exit::Code(0), TestStatus::Success, "");
    check_exit(Exit::Code(5), TestStatus::Success, "");
    check_exit(
        Exit::Code(1),
        TestStatus::Failure,
        &format!("what pytest says of tests/python/acme/test_a.py\n{failed}"),
    );
    check_exit(
        Exit::Code(2),
        TestStatus::Failure,
        &format!("what pytest says of tests/python/acme/test_a.py\n{failed}"),
    );
    let signal = format!("what pytest says of tests/python/acme/test_a.py\npytest was killed by signal 11\n{failed}");
    check_exit(Exit::Signal(11), TestStatus::Failure, &signal);
    let timeout = format!("what pytest says of tests/python/acme/test_a.py\npytest timed out after 3s\n{failed}");
    check_exit(Exit::TimedOut(3000), TestStatus::Failure, &timeout);
    let broken = "the tests of `tests/python/acme:acme` could not run\n  pytest exited with 4\n  what pytest says of tests/python/acme/test_a.py\n";
    check_exit(Exit::Code(4), TestStatus::NotRun, broken);
}

#[test]
fn arguments_that_would_break_the_report_are_refused() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = pytest_world(directory.path(), &targets());
    world.passthrough(&["-k", "a", "--junitxml=x"]);
    let error = world.plan::<Testing<PytestRun>>().expect_err("it is refused");
    assert_eq!(error.message, "cannot pass `--junitxml=x` through to pytest");
    world.passthrough(&[]);
    world.option_of("pytest", "args", ["--confcutdir=/"]);
    let error = world.plan::<Testing<PytestRun>>().expect_err("it is refused");
    assert_eq!(error.message, "test: `--confcutdir=/` is not for users to set");
}

#[test]
fn variables_are_passed_on_by_name_or_set() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = pytest_world(directory.path(), &targets());
    write(directory.path(), "pytest.ini", "[pytest]");
    world.environment("TOKEN", "secret");
    world.option("extra-env-vars", Value::strings(["TOKEN", "MISSING", "MODE=fast"]));
    world.option("config", "pytest.ini");
    world.passthrough(&["-k", "a"]);
    world.run::<Testing<PytestRun>>().expect("the fake pytest succeeds");
    let process = &world.processes()[0];
    assert_eq!((process.env["TOKEN"].as_str(), process.env["MODE"].as_str()), ("secret", "fast"));
    assert!(!process.env.contains_key("MISSING"));
    assert!(process.inputs.contains(&"pytest.ini".to_owned()));
    let end = &process.argv[process.argv.len() - 3..];
    assert_eq!(end, ["-k", "a", ".pants.d/test/pytest/tests.python.acme.acme/sources/acme/test_a.py"]);
}

/// The process of the tests with these options set.
fn process_with(set: impl Fn(&TestContext) -> &TestContext) -> Process {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = pytest_world(directory.path(), &targets());
    set(&world);
    world.plan::<Testing<PytestRun>>().expect("the options are right");
    world.run::<Testing<PytestRun>>().expect("the fake pytest succeeds");
    world.processes().into_iter().next().expect("pytest ran")
}

#[test]
fn the_timeouts_of_the_task_win_over_those_of_pytest() {
    assert_eq!(process_with(|world| world).timeout_ms, 0);
    assert_eq!(process_with(|world| world.option_of("pytest", "timeout-default", 5)).timeout_ms, 5000);
    let both = process_with(|world| world.option_of("pytest", "timeout-default", 5).option("timeout-default", 7));
    assert_eq!(both.timeout_ms, 7000);
    let without = process_with(|world| world.option_of("pytest", "timeouts", false).option("timeout-default", 7));
    assert_eq!(without.timeout_ms, 0);
}

#[test]
fn arguments_come_from_three_places_in_order() {
    let process = process_with(|world| {
        world.option_of("pytest", "args", Value::strings(["-k", "a"])).option("passthrough-args", ["-x"]);
        world.passthrough(&["-v"])
    });
    let end = &process.argv[process.argv.len() - 5..process.argv.len() - 1];
    assert_eq!(end, ["-k", "a", "-x", "-v"]);
}

#[test]
fn what_is_profiled_is_never_answered_from_a_cache() {
    let process = process_with(|world| world.option("profile", "out/profile"));
    assert_eq!(process.cache, CachePolicy::Never);
    assert_eq!(process.argv[1..5], ["-m", "cProfile", "-o", ".pants.d/test/pytest/tests.python.acme.acme/profile"]);
}

#[test]
fn coverage_is_measured_of_the_packages_that_tests_stand_in_and_asks_for_what_measures() {
    let process = process_with(|world| world.option("coverage", "auto"));
    assert!(process.argv.contains(&"--cov=acme".to_owned()), "{:?}", process.argv);
    let process = process_with(|world| world.option("coverage", "a.b, src/python/c"));
    let subjects: Vec<&str> = process.argv.iter().filter_map(|argument| argument.strip_prefix("--cov=")).collect();
    assert_eq!(subjects, ["a.b", "src/python/c"]);
}

fn check_refused(set: impl Fn(&TestContext) -> &TestContext, expect: &str) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = pytest_world(directory.path(), &targets());
    set(&world);
    assert_eq!(world.plan::<Testing<PytestRun>>().expect_err("it is refused").message, expect);
}

#[test]
fn a_wrong_value_is_refused_before_anything_runs() {
    check_refused(|world| world.option("test-shard", "3/2"), "test: `3/2` is no shard");
    check_refused(
        |world| world.option("timeout-default", 9).option_of("pytest", "timeout-maximum", 5),
        "test: `9` is above the maximum, which is `5`",
    );
}
