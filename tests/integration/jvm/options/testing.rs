//! `[test]` and `[test.junit]`.

use super::{ran, refused, run};
use crate::support::{Output, Repository};
use std::time::{Duration, Instant};

/// Two targets: one with two classes of two tests each, one with a single test; unlike those of any other repository.
fn tests() -> Repository {
    let repository = Repository::new(
        r#"
//- tests/java/a/BUILD
junit_tests(name='a')
//- tests/java/a/OneTest.java
package a;
import static org.junit.Assert.*;
import org.junit.Test;
public class OneTest {
  @Test public void first() { System.out.println("said by first"); }
  @Test public void second() {}
}
//- tests/java/a/TwoTest.java
package a;
import org.junit.Test;
public class TwoTest {
  @Test public void third() {}
  @Test public void fourth() {}
}
//- tests/java/b/BUILD
junit_tests(name='b')
//- tests/java/b/ThreeTest.java
package b;
import org.junit.Test;
public class ThreeTest { @Test public void fifth() {} }
"#,
    );
    for (directory, class) in [("a", "OneTest"), ("a", "TwoTest"), ("b", "ThreeTest")] {
        let head = format!("public class {class} {{");
        let marked = format!("{head} static final String MARK = \"{}\";", repository.mark());
        repository.edit(&format!("tests/java/{directory}/{class}.java"), &head, &marked);
    }
    repository
}

/// Puts statements into the test `fifth`.
fn with_test(body: &str) -> Repository {
    let repository = tests();
    repository.edit("tests/java/b/ThreeTest.java", "fifth() {}", &format!("fifth() throws Exception {{ {body} }}"));
    repository
}

fn report(target: &str) -> String {
    format!(".pants.d/test/junit/tests.java.{target}.{target}/TEST-tests.java.{target}.{target}.xml")
}

/// How many tests ran of a target; `None` when it was not tested.
fn count(repository: &Repository, output: &Output, target: &str) -> Option<usize> {
    let is_told = output.stdout.contains(&format!("tests/java/{target}:{target} "));
    is_told.then(|| repository.read(&report(target)).matches("<testcase").count())
}

#[test]
fn tests_are_chosen_by_class_method_and_file() {
    let repository = tests();
    let check = |tests: &str, expect: [Option<usize>; 2]| {
        let output = run(&repository, &["test", &format!("--test-junit-test={tests}"), "::"]);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        assert_eq!(["a", "b"].map(|target| count(&repository, &output, target)), expect, "{tests}");
    };
    check("a.OneTest#first", [Some(1), None]);
    check("['a.TwoTest', 'b.ThreeTest']", [Some(2), Some(1)]);
    check("tests/java/a/OneTest.java", [Some(2), None]);
    let said = run(&repository, &["test", "--test-junit-test=a.NoTest", "::"]).failure(1);
    assert!(said.contains("--test-junit-test: no target of this run has the test `a.NoTest`"), "{said}");
}

#[test]
fn shards_and_batches_run_each_class_once() {
    let repository = tests();
    let mut total = 0;
    for shard in ["0/2", "1/2"] {
        let output = run(&repository, &["test", &format!("--test-junit-test-shard={shard}"), "::"]);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        total += ["a", "b"].iter().filter_map(|target| count(&repository, &output, target)).sum::<usize>();
    }
    assert_eq!(total, 5);
    let output = run(&repository, &["test", "--test-junit-batch-size=1", "tests/java/a"]);
    assert_eq!(ran(&output).iter().filter(|line| line.starts_with("junit ")).count(), 2, "{}", output.stderr);
    assert_eq!(count(&repository, &output, "a"), Some(4), "both reports are one");
}

#[test]
fn tests_run_again_when_an_option_changes_what_they_see_and_not_for_others() {
    let repository = tests();
    let test = |args: &[&str]| {
        let output = run(&repository, &[&["test"], args, &["tests/java/b"]].concat());
        let count = ran(&output).iter().filter(|line| line.starts_with("junit ")).count();
        let _ = output.success();
        count
    };
    assert_eq!(test(&[]), 1);
    assert_eq!(test(&["--test-junit-output-mode=ALL", "--test-junit-per-test-timer", "--test-junit-html-report"]), 0);
    assert_eq!(test(&["--test-junit-timeout-terminate-wait=3"]), 0);
    assert_eq!(test(&["--test-junit-default-concurrency=PARALLEL_CLASSES"]), 1);
    assert_eq!(test(&["--test-extra-env-vars=A=b"]), 1);
    assert_eq!(test(&["--test-extra-env-vars=A=b"]), 0);
}

#[test]
fn what_tests_print_and_how_long_they_take_is_shown_as_wanted() {
    let repository = tests();
    let said = |args: &[&str]| {
        let output = run(&repository, &[&["test"], args, &["tests/java/a"]].concat());
        output.stdout + &output.stderr
    };
    assert!(!said(&[]).contains("said by first"));
    assert!(said(&["--test-junit-output-mode=ALL"]).contains("said by first"));
    assert!(!said(&[]).contains("a.OneTest#first"));
    assert!(said(&["--test-junit-per-test-timer"]).contains("  a.OneTest#first"));
    let page = ".pants.d/test/junit/report.html";
    assert!(!repository.exists(page));
    assert!(said(&["--test-junit-html-report"]).contains(page));
    assert!(repository.read(page).contains("<h1>4 tests, 0 failed, 0 skipped</h1>"));

    repository.edit("tests/java/a/OneTest.java", "second() {", "second() { fail(\"on purpose\");");
    let failed = said(&[]);
    assert!(failed.contains("on purpose") && failed.contains("said by first"), "{failed}");
    assert!(failed.contains("failed tests:\n  tests/java/a:a\n    a.OneTest#second"), "{failed}");
    let failed = said(&["--test-junit-output-mode=NONE", "--no-test-junit-failure-summary"]);
    assert!(failed.contains("on purpose") && !failed.contains("said by first"), "{failed}");
    assert!(!failed.contains("failed tests:"), "{failed}");
}

#[test]
fn the_page_is_opened() {
    let repository = tests();
    let opened = repository.root().join("opened");
    repository.write("bin/xdg-open", &format!("#!/bin/sh\necho \"$1\" > {}\n", opened.display()));
    repository.write("bin/open", &repository.read("bin/xdg-open"));
    for name in ["bin/open", "bin/xdg-open"] {
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(repository.root().join(name), executable).expect("it is ours");
    }
    let mut path = repository.root().join("bin").into_os_string();
    path.push(":");
    path.push(crate::support::path());
    let run =
        repository.pants(&["test", "--test-junit-open", "tests/java/b"]).with_real_tools().env("PATH", path).run();
    let _ = run.success();
    assert_eq!(repository.read("opened"), ".pants.d/test/junit/report.html\n");
}

#[test]
fn tests_run_in_the_directory_and_with_the_variables_that_are_given() {
    let repository = with_test(
        "for (String part : System.getenv(\"WANTED\").split(\",\")) {
           boolean there = new java.io.File(part.substring(1)).exists();
           if (there != (part.charAt(0) == '+')) throw new AssertionError(part);
         }",
    );
    repository.write("data/BUILD", "files(sources=['x.txt'])\n");
    repository.write("data/x.txt", "text\n");
    repository.write("data/y.txt", "nobody declares it\n");
    repository.edit("tests/java/b/BUILD", "name='b'", "name='b', dependencies=['data']");
    let check = |args: &[&str], wanted: &str| {
        let variable = format!("--test-extra-env-vars=WANTED={wanted}");
        let output = run(&repository, &[&["test", &variable], args, &["tests/java/b"]].concat());
        assert_eq!(output.code, Some(0), "{args:?}: {}", output.stderr);
        assert_eq!(count(&repository, &output, "b"), Some(1));
    };
    check(&[], "+data/x.txt,+data/y.txt");
    check(&["--test-junit-cwd=data"], "+x.txt,+y.txt");
    check(&["--test-junit-chroot"], "+data/x.txt,-data/y.txt,-pants.toml");
    check(&["--test-junit-chroot", "--test-junit-cwd=data"], "+x.txt,-y.txt");
    repository.edit("tests/java/b/BUILD", "name='b'", "name='b', cwd='data'");
    check(&[], "+x.txt,-data");
    let from_outside = repository.pants(&["test", "--test-extra-env-vars=WANTED", "tests/java/b"]);
    let _ = from_outside.with_real_tools().env("WANTED", "+y.txt").run().success();
}

#[test]
fn tests_that_do_not_end_are_killed_after_the_given_wait() {
    let repository = with_test(
        "Runtime.getRuntime().addShutdownHook(new Thread(() -> {
           try { Thread.sleep(120000); } catch (InterruptedException e) {}
         }));
         Thread.sleep(120000);",
    );
    let _ = run(&repository, &["compile", "tests/java/b"]).success();
    let start = Instant::now();
    let timeouts =
        ["--process-terminate-wait=60", "--test-junit-timeout-default=2", "--test-junit-timeout-terminate-wait=0"];
    let said = run(&repository, &[&["test"], &timeouts[..], &["tests/java/b"]].concat()).failure(1);
    assert!(said.contains("timed out after 2s"), "{said}");
    // Without the option, it has a minute to end after its time is over.
    assert!(start.elapsed() < Duration::from_secs(45), "{:?}", start.elapsed());
}

#[test]
fn a_jdk_of_exactly_the_platform_is_found_or_missed() {
    let repository = tests();
    let platforms =
        "[jvm-platform]\nplatforms = { future = { target = \"99\" } }\ndefault_runtime_platform = \"future\"\n";
    repository.write("pants.toml", platforms);
    let _ = run(&repository, &["test", "tests/java/b"]).success();
    let said = run(&repository, &["test", "--test-junit-strict-jvm-version", "tests/java/b"]).failure(1);
    assert!(said.contains("no JDK of version 99 was found"), "{said}");
}

#[test]
fn tests_of_a_class_run_at_once_by_default_if_that_is_wanted() {
    // Both tests wait for the other.
    let repository = tests();
    repository.write(
        "tests/java/b/ThreeTest.java",
        &format!(
            "package b;
import java.util.concurrent.*;
import org.junit.Test;
public class ThreeTest {{
  static final String MARK = \"{}\";
  static final CyclicBarrier BARRIER = new CyclicBarrier(2);
  @Test public void fifth() throws Exception {{ BARRIER.await(5, TimeUnit.SECONDS); }}
  @Test public void sixth() throws Exception {{ BARRIER.await(5, TimeUnit.SECONDS); }}
}}
",
            repository.mark()
        ),
    );
    let at_once = ["--test-junit-default-concurrency=PARALLEL_METHODS", "--test-junit-parallel-threads=2"];
    let _ = run(&repository, &[&["test"], &at_once[..], &["tests/java/b"]].concat()).success();
    let _ = run(&repository, &["test", "tests/java/b"]).failure(1);
}

#[test]
fn a_target_without_sources_passes_only_if_that_is_allowed() {
    let repository = tests();
    repository.write("tests/java/c/BUILD", "junit_tests(name='c')\n");
    let said = run(&repository, &["test", "tests/java/c"]).failure(1);
    assert!(said.contains("tests/java/c/BUILD:1") && said.contains("`tests/java/c:c` has no sources"), "{said}");
    let _ = run(&repository, &["test", "--test-junit-allow-empty-sources", "tests/java/c"]).success();
}

#[test]
fn what_cannot_be_meant_is_refused_where_it_stands() {
    let repository = tests();
    let refused = |option: &str, expect: &str| {
        let config = format!("[test.junit]\n{option}\n");
        refused(&repository, &config, &["test", "::"], &format!("pants.toml:2 [test.junit] {expect}"));
    };
    refused("test_shard = \"2/2\"", "test_shard: `2/2` is no shard");
    refused("batch_size = 0", "batch_size: `0` is no number of classes");
    refused("test = [\"a.B#\"]", "test: `a.B#` is no test");
    refused("cwd = \"nowhere\"", "cwd: `nowhere` is no directory");
    refused("parallel_threads = -1", "parallel_threads: `-1` is no number of threads");
    refused("timeout_default = -1", "timeout_default: `-1` is no number of seconds");
    refused("timeout_default = 9\ntimeout_maximum = 5", "timeout_default: `9` is above the maximum, which is `5`");
    refused("extra_env_vars = [\"=x\"]", "extra_env_vars: `=x` is no variable");
    let both = ["test", "--test-junit-test=a.OneTest", "::", "--", "--select-class=a.TwoTest"];
    let said = run(&repository, &both).failure(1);
    assert!(
        said.contains("--test-junit-test: tests are selected by `--select-class=a.TwoTest` after `--`, too"),
        "{said}"
    );
}
