//! `test`: what runs, what does not run again, and what is said about it.

use super::{GREETER_TEST, MAIN_TEST, PYTHON_GREETER, PYTHON_TEST, ran, run, unlike_any_other};
use crate::support::{Output, Repository, real_python};
use expect_test::{Expect, expect};

/// What a log at `debug` says of each process that is started.
const STARTED: &str = "running process=";

fn check(output: Output, expect: Expect) {
    expect.assert_eq(&output.success());
}

fn passed_and_cached(repository: &Repository) {
    check(
        run(repository, &["test", "::"]),
        expect![[r#"
            tests/java/org/example/app:app                                                  .....   SUCCESS (cached)
              report: .pants.d/test/junit/tests.java.org.example.app.app/TEST-tests.java.org.example.app.app.xml
            tests/java/org/example/greet:greet                                              .....   SUCCESS (cached)
              report: .pants.d/test/junit/tests.java.org.example.greet.greet/TEST-tests.java.org.example.greet.greet.xml
            tests/python/example/greet:greet                                                .....   SUCCESS (cached)
              report: .pants.d/test/pytest/tests.python.example.greet.greet/TEST-tests.python.example.greet.greet.xml
        "#]],
    );
}

#[test]
fn tests_run_once_and_never_for_nothing() {
    let repository = unlike_any_other();
    let first = run(&repository, &["-ldebug", "test", "::"]);
    assert!(first.stderr.contains(STARTED), "the log tells of processes: {}", first.stderr);
    assert_eq!(
        ran(&first),
        [
            "javac .pants.d/gen/protoc/src.protobuf.org.example.wire.java:src.protobuf.org.example.wire.java",
            "javac src/java/org/example/app:lib",
            "javac src/java/org/example/greet:greet",
            "javac tests/java/org/example/app:app",
            "javac tests/java/org/example/greet:greet",
            "junit tests/java/org/example/app:app",
            "junit tests/java/org/example/greet:greet",
            "protoc src/protobuf/org/example/wire:java",
            "protoc src/protobuf/org/example/wire:python",
            "pytest tests/python/example/greet:greet",
        ]
    );
    check(
        first,
        expect![[r#"
            tests/java/org/example/app:app                                                  .....   SUCCESS
              report: .pants.d/test/junit/tests.java.org.example.app.app/TEST-tests.java.org.example.app.app.xml
            tests/java/org/example/greet:greet                                              .....   SUCCESS
              report: .pants.d/test/junit/tests.java.org.example.greet.greet/TEST-tests.java.org.example.greet.greet.xml
            tests/python/example/greet:greet                                                .....   SUCCESS
              report: .pants.d/test/pytest/tests.python.example.greet.greet/TEST-tests.python.example.greet.greet.xml
        "#]],
    );
    for (report, tests) in [
        (".pants.d/test/junit/tests.java.org.example.app.app/TEST-tests.java.org.example.app.app.xml", 1),
        (".pants.d/test/junit/tests.java.org.example.greet.greet/TEST-tests.java.org.example.greet.greet.xml", 2),
        (".pants.d/test/pytest/tests.python.example.greet.greet/TEST-tests.python.example.greet.greet.xml", 2),
    ] {
        assert_eq!(repository.read(report).matches("<testcase").count(), tests, "{report}");
    }

    passed_and_cached(&repository);
    let again = run(&repository, &["-ldebug", "test", "::"]);
    assert!(!again.stderr.contains(STARTED), "{}", again.stderr);
    let again = run(&repository, &["test", "::"]);
    expect![[r#"
        [TIME] [ELAPSED] gen -> bootstrap -> resolve -> resources -> compile -> test
        [TIME] [ELAPSED] SUCCESS
    "#]]
    .assert_eq(&again.stderr);

    std::fs::remove_dir_all(repository.root().join(".pants.d")).expect("what builds leave is removed");
    let anew = run(&repository, &["-ldebug", "test", "::"]);
    assert_eq!(ran(&anew), [""; 0], "results come from the caches of the user");
    passed_and_cached(&repository);
}

#[test]
fn one_job_at_a_time_finishes_and_a_changed_test_is_all_that_runs_again() {
    let repository = unlike_any_other();
    run(&repository, &["--jobs=1", "test", "::"]).success();
    repository.edit(MAIN_TEST, "Ada,Grace", "Ada, Grace");
    let output = run(&repository, &["test", "::"]);
    assert_eq!(ran(&output), ["javac tests/java/org/example/app:app", "junit tests/java/org/example/app:app"]);
    check(
        output,
        expect![[r#"
            tests/java/org/example/app:app                                                  .....   SUCCESS
              report: .pants.d/test/junit/tests.java.org.example.app.app/TEST-tests.java.org.example.app.app.xml
            tests/java/org/example/greet:greet                                              .....   SUCCESS (cached)
              report: .pants.d/test/junit/tests.java.org.example.greet.greet/TEST-tests.java.org.example.greet.greet.xml
            tests/python/example/greet:greet                                                .....   SUCCESS (cached)
              report: .pants.d/test/pytest/tests.python.example.greet.greet/TEST-tests.python.example.greet.greet.xml
        "#]],
    );
    repository.edit(PYTHON_TEST, "Hello, Ada!", "Hello, \" \"Ada!");
    let output = run(&repository, &["test", "::"]);
    assert_eq!(ran(&output), ["pytest tests/python/example/greet:greet"]);
}

#[test]
fn failed_tests_run_again_and_say_what_failed() {
    let repository = unlike_any_other();
    repository.edit(GREETER_TEST, "assertEquals(2, greetings.size())", "assertEquals(3, greetings.size())");
    repository.edit(PYTHON_TEST, "== \"Grace Hopper\"", "== \"grace hopper\"");
    for _ in 0..2 {
        let output = run(&repository, &["test", "::"]);
        let failed = ["junit tests/java/org/example/greet:greet", "pytest tests/python/example/greet:greet"];
        assert!(failed.iter().all(|test| ran(&output).iter().any(|line| line == test)), "{output:?}");
        assert_eq!(output.stdout.matches("FAILURE").count(), 2, "{output:?}");
        assert_eq!(output.stdout.matches("SUCCESS").count(), 1, "{output:?}");
        assert!(output.stderr.contains("expected:<3> but was:<2>"), "{output:?}");
        assert!(output.stderr.contains("greet(\"grace hopper\").name == \"grace hopper\""), "{output:?}");
        let _ = output.failure(1);
    }
}

#[test]
fn a_group_of_tests_is_tested() {
    let repository = unlike_any_other();
    let _ = run(&repository, &["test", "//:tests"]).success();
    passed_and_cached(&repository);
    let skipped = run(&repository, &["test", "--test-junit-skip", "--test-pytest-skip", "//:tests"]);
    assert_eq!(skipped.success(), "");
}

/// The test edits what it tests while it runs: its result says nothing about either version.
#[test]
fn a_source_that_changes_while_it_is_used_leaves_no_result() {
    let repository = unlike_any_other();
    let before = repository.read(PYTHON_GREETER);
    repository.append(
        PYTHON_TEST,
        &format!(
            "\n\ndef test_edits():\n    with open(\"{PYTHON_GREETER}\", \"a\") as file:\n        \
             file.write(\"# more\\n\")\n"
        ),
    );
    for _ in 0..2 {
        repository.write(PYTHON_GREETER, &before);
        let output = run(&repository, &["test", "tests/python::"]);
        assert!(ran(&output).contains(&"pytest tests/python/example/greet:greet".to_owned()), "{output:?}");
        assert!(!output.stdout.contains("cached"), "{output:?}");
        assert!(repository.read(PYTHON_GREETER).ends_with("# more\n"), "{output:?}");
    }
}

#[test]
fn python_tests_touch_no_jvm_tool() {
    let repository = unlike_any_other();
    let plan = repository.run(&["--explain", "test", "tests/python::"]).quiet_success();
    expect![[r#"
        Phase Execution Order:

        gen -> resolve -> test

        Phase [Goal->Task] Order:

        gen [protoc-py->PythonProtobufGen]
        resolve [requirements->ResolveRequirements]
        test [pytest->PytestRun]
    "#]]
    .assert_eq(&plan);
    let tools = repository.only_program("python3", &real_python());
    let output = repository.pants(&["-ldebug", "test", "tests/python::"]).with_real_tools().env("PATH", tools).run();
    assert_eq!(
        ran(&output),
        ["protoc src/protobuf/org/example/wire:python", "pytest tests/python/example/greet:greet"]
    );
    assert!(!output.stderr.contains("bin/java"), "{}", output.stderr);
    let _ = output.success();
}
