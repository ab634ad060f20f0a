//! What is wrong in sources, and tests that fail: in the tool's own words, once.

use super::{set_protoc, shown, with_fake_jdk, with_protoc};
use crate::support::{Output, Repository};
use expect_test::expect;

/// Progress depends on what is warm; the rest is the same in each run.
fn without_progress(output: &Output) -> String {
    shown(output).lines().filter(|line| !line.starts_with("[TIME]")).map(|line| format!("{line}\n")).collect()
}

fn run(repository: &Repository, args: &[&str]) -> Output {
    repository.pants(args).with_real_tools().run()
}

#[test]
fn java_that_does_not_compile() {
    let repository = Repository::new(
        "
//- src/BUILD
java_library(name='bad', sources=['Bad.java'])
java_library(name='user', sources=['User.java'], dependencies=[':bad'])
java_library(name='good', sources=['Good.java'])
//- src/Bad.java
class Bad {
    int x = \"text\";
}
//- src/User.java
class User extends Bad {}
//- src/Good.java
class Good {}
",
    );
    let output = run(&repository, &["compile", "src:"]);
    expect![[r#"
        src/Bad.java:2: error: incompatible types: String cannot be converted to int
            int x = "text";
                    ^
        1 error
        error: compile.javac: `src:bad` does not compile
        exit 1
    "#]]
    .assert_eq(&without_progress(&output));
    let results = ".pants.d/compile/javac";
    assert!(!repository.exists(&format!("{results}/src.bad/classes.jar")), "nothing is half-written");
    assert!(repository.exists(&format!("{results}/src.good/classes.jar")), "what can be compiled is");
    // It is not remembered as done, and the message is there again.
    assert_eq!(without_progress(&run(&repository, &["compile", "src:"])), without_progress(&output));
    repository.edit("src/Bad.java", "\"text\"", "1");
    let _ = run(&repository, &["compile", "src:"]).success();
}

#[test]
fn a_message_definition_that_is_none() {
    let repository = Repository::new(
        "
//- src/BUILD
java_protobuf_library(sources=['a.proto'])
//- src/a.proto
syntax = \"proto3\";
message A {
  strin name = 1;
}
",
    );
    expect![[r#"
        src/a.proto:3:3: "strin" is not defined.
        error: gen.protoc: code generation failed
          generate from src:src: protoc exited with 1
        exit 1
    "#]]
    .assert_eq(&without_progress(&run(&repository, &["gen", "src"])));
    assert!(!repository.exists(".pants.d/gen/protoc/src.src@valid"));
}

#[test]
fn a_tool_that_fails_is_asked_again() {
    let repository = with_protoc("protoc-fails");
    expect![[r#"
        proto/a.proto:1:1: this is refused
        error: gen.protoc: code generation failed
          generate from proto:proto: protoc exited with 3
        exit 1
    "#]]
    .assert_eq(&without_progress(&repository.run(&["gen", "proto"])));
    assert!(!repository.exists(".pants.d/gen/protoc/proto.proto@valid"));
    set_protoc(&repository, "protoc");
    let _ = repository.run(&["gen", "proto"]).success();
    assert_eq!(repository.read(".pants.d/gen/protoc/proto.proto/A.java"), "class A {}\n");
}

#[test]
fn a_tool_that_is_none() {
    let repository = with_protoc("protoc");
    repository.write("tools/protoc", "");
    expect![[r#"
        error: gen.protoc: code generation failed
          generate from proto:proto: protoc proto:proto
          cannot start `[ROOT]/tools/protoc`
          Exec format error (os error 8)
        exit 1
    "#]]
    .assert_eq(&without_progress(&repository.run(&["gen", "proto"])));
    repository.remove("tools/protoc");
    expect![[r#"
        error: gen.protoc: pants.toml:2 [protoc] path: cannot read `[ROOT]/tools/protoc`
          No such file or directory (os error 2)
          hint: leave the option out to use the embedded protoc
        exit 1
    "#]]
    .assert_eq(&without_progress(&repository.run(&["gen", "proto"])));
}

#[test]
fn a_tool_that_dies_by_a_signal() {
    let repository = with_protoc("protoc-dies");
    expect![[r#"
        error: gen.protoc: code generation failed
          generate from proto:proto: protoc was killed by signal 11
        exit 1
    "#]]
    .assert_eq(&without_progress(&repository.run(&["gen", "proto"])));
    assert!(!repository.exists(".pants.d/gen/protoc/proto.proto/A.java"), "nothing half-written is left");
}

#[test]
fn a_compile_worker_that_dies_by_a_signal() {
    let repository = with_fake_jdk();
    repository.write("die", "");
    expect![[r#"
        error: compile.javac: `src:src` cannot be compiled
          compile src:src: javac src:src
          worker `[ROOT]/jdk/bin/java` died in the middle of a request (signal: 11 (SIGSEGV)); its last words:
          the worker's last words
        exit 1
    "#]]
    .assert_eq(&without_progress(&repository.run(&["compile", "src"])));
    assert!(!repository.exists(".pants.d/compile/javac/src.src@valid"));
}

#[test]
fn a_compile_worker_that_hangs() {
    let repository = with_fake_jdk();
    expect![[r#"
        error: compile.javac: `src:src` cannot be compiled
          compile src:src: javac timed out after 1s
        exit 1
    "#]]
    .assert_eq(&without_progress(&repository.run(&["--process-timeout=1", "compile", "src"])));
}

const JUNIT: &str = "
//- 3rdparty/jvm/BUILD
jar_library(name='junit4', jars=[jar(org='junit', name='junit', rev='4.13.2')])
jar_library(name='junit5', jars=[jar(org='org.junit.jupiter', name='junit-jupiter-api', rev='5.13.4')])
//- tests/BUILD
junit_tests(name='four', sources=['FourTest.java'], dependencies=['3rdparty/jvm:junit4'])
junit_tests(name='five', sources=['FiveTest.java'], dependencies=['3rdparty/jvm:junit5'])
junit_tests(name='slow', sources=['SlowTest.java'], dependencies=['3rdparty/jvm:junit4'])
//- tests/FourTest.java
import static org.junit.Assert.assertEquals;
import org.junit.Test;
public class FourTest {
    @Test public void passes() {}
    @Test public void fails() { assertEquals(\"four\", 4, 2 + 1); }
}
//- tests/FiveTest.java
import static org.junit.jupiter.api.Assertions.assertEquals;
import org.junit.jupiter.api.Test;
class FiveTest {
    @Test void passes() {}
    @Test void fails() { assertEquals(5, 2 + 2, \"five\"); }
}
//- tests/SlowTest.java
import org.junit.Test;
public class SlowTest {
    @Test public void sleeps() throws Exception { Thread.sleep(1000000); }
}
";

#[test]
fn java_tests_that_fail() {
    let repository = Repository::new(JUNIT);
    let output = run(&repository, &["test", "tests:four", "tests:five"]);
    let text = shown(&output);
    for part in [
        "JUnit Vintage:FourTest:fails",
        "four expected:<4> but was:<3>",
        "JUnit Jupiter:FiveTest:fails()",
        "five ==> expected: <5> but was: <4>",
    ] {
        assert_eq!(text.matches(part).count(), 1, "{part} in\n{text}");
    }
    let end = text.find("error:").map(|start| &text[start..]);
    expect![[r#"
        error: test.junit: tests of 2 targets failed
        [TIME] [ELAPSED] FAILURE
        exit 1
    "#]]
    .assert_eq(end.unwrap_or_default());
    expect![[r#"
        tests:five                                                                      .....   FAILURE
          report: .pants.d/test/junit/tests.five/TEST-tests.five.xml
        tests:four                                                                      .....   FAILURE
          report: .pants.d/test/junit/tests.four/TEST-tests.four.xml
    "#]]
    .assert_eq(&output.stdout);
    // They are run again, and nothing is compiled again.
    let again = run(&repository, &["test", "tests:four", "tests:five"]);
    assert!(again.stderr.contains("] junit tests:four") && !again.stderr.contains("] javac "), "{}", again.stderr);
    assert_eq!(again.stdout, output.stdout);
}

#[test]
fn a_test_that_hangs_is_stopped() {
    let repository = Repository::new(JUNIT);
    let output = run(&repository, &["test", "--test-junit-timeout-default=1", "tests:slow"]);
    let text = shown(&output);
    assert!(text.contains("the JVM that runs `tests:slow` timed out after 1s"), "{text}");
    assert!(text.ends_with("FAILURE\nexit 1\n"), "{text}");
}

const PYTEST: &str = "
//- tests/BUILD
python_tests(name='fails', sources=['test_fails.py'])
python_tests(name='broken', sources=['test_broken.py'])
python_tests(name='slow', sources=['test_slow.py'])
//- tests/test_fails.py
def test_passes():
    assert True

def test_fails():
    assert 2 + 2 == 5, \"two and two\"
//- tests/test_broken.py
import missing_module
//- tests/test_slow.py
import time

def test_sleeps():
    time.sleep(1000000)
";

#[test]
fn python_tests_that_fail_or_cannot_be_imported() {
    let repository = Repository::new(PYTEST);
    let output = run(&repository, &["test", "tests:fails", "tests:broken"]);
    let text = shown(&output);
    assert_eq!(text.matches("AssertionError: two and two").count(), 1, "{text}");
    assert!(text.contains("tests/test_fails.py:5: AssertionError"), "{text}");
    assert!(text.contains("ModuleNotFoundError: No module named 'missing_module'"), "{text}");
    assert!(text.contains("tests/test_broken.py:1: in <module>"), "{text}");
    expect![[r#"
        tests:broken                                                                    .....   FAILURE
          report: .pants.d/test/pytest/tests.broken/TEST-tests.broken.xml
        tests:fails                                                                     .....   FAILURE
          report: .pants.d/test/pytest/tests.fails/TEST-tests.fails.xml
    "#]]
    .assert_eq(&output.stdout);
    let again = run(&repository, &["test", "tests:fails", "tests:broken"]);
    assert!(again.stderr.contains("] pytest tests:fails"), "{}", again.stderr);
    assert_eq!((again.stdout, again.code), (output.stdout, Some(1)));
}

#[test]
fn a_python_test_that_hangs_is_stopped() {
    let repository = Repository::new(PYTEST);
    let output = run(&repository, &["test", "--test-pytest-timeout-default=1", "tests:slow"]);
    let text = shown(&output);
    assert!(text.contains("pytest timed out after 1s") && text.ends_with("FAILURE\nexit 1\n"), "{text}");
}

#[test]
fn third_parties_that_nobody_has() {
    let repository = Repository::new(
        "
//- 3rdparty/BUILD
jar_library(name='jar', jars=[jar(org='org.example.nowhere', name='nothing', rev='1.0')])
python_requirement_library(name='dist', requirements=[python_requirement('no-such-distribution-anywhere==1.0')])
",
    );
    let text = shown(&run(&repository, &["resolve", "3rdparty:jar"]));
    assert!(text.contains("3rdparty/BUILD:1:31: jar `org.example.nowhere:nothing:1.0` cannot be fetched"), "{text}");
    assert!(text.ends_with("FAILURE\nexit 1\n"), "{text}");
    assert!(!repository.exists("3rdparty/jvm.lock.json"), "no lock file is written");
    let text = shown(&run(&repository, &["resolve", "3rdparty:dist"]));
    assert!(text.contains("no-such-distribution-anywhere") && text.contains("3rdparty/BUILD:"), "{text}");
    assert!(text.ends_with("FAILURE\nexit 1\n"), "{text}");
}

#[test]
fn registries_that_cannot_be_reached() {
    let repository = Repository::new(
        "
//- pants.toml
[coursier]
repos = ['http://127.0.0.1:9/maven']
[python-repos]
indexes = ['http://127.0.0.1:9/simple']
//- 3rdparty/BUILD
jar_library(name='jar', jars=[jar(org='org.example', name='thing', rev='1.0')])
python_requirement_library(name='dist', requirements=[python_requirement('thing==1.0')])
",
    );
    // Coursier and uv themselves are in the shared caches, or come from where this machine gets them.
    let text = shown(&run(&repository, &["resolve", "3rdparty:jar"]));
    assert!(text.contains("org.example:thing:1.0") && text.contains("127.0.0.1"), "{text}");
    let text = shown(&run(&repository, &["resolve", "3rdparty:dist"]));
    assert!(text.contains("cannot reach the package registry"), "{text}");
    assert!(text.ends_with("FAILURE\nexit 1\n"), "{text}");
}

#[test]
fn cold_caches_and_no_way_out() {
    let repository = Repository::new(JUNIT);
    repository
        .write("3rdparty/python/BUILD", "python_requirement_library(requirements=[python_requirement('a==1')])\n");
    // Without the caches that others filled, and with proxies that nobody listens on.
    let run = |args: &[&str]| {
        let names = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
        let run = names.into_iter().fold(repository.pants(args), |run, name| run.env(name, "http://127.0.0.1:9"));
        shown(&run.env("PIP_RETRIES", "0").run())
    };
    let text = run(&["resolve", "3rdparty/jvm:junit4"]);
    assert!(text.contains("cannot download Coursier, which resolves third-party jars"), "{text}");
    assert!(text.contains("hint: searched the repositories") && text.ends_with("FAILURE\nexit 1\n"), "{text}");
    assert!(!repository.exists("3rdparty/jvm.lock.json"), "no lock file is written");
    let text = run(&["resolve", "3rdparty/python"]);
    assert!(text.contains("cannot reach the package registry for the pinned uv and pex"), "{text}");
    assert!(text.ends_with("FAILURE\nexit 1\n"), "{text}");
    let tools = repository.home().join("cache/pants/tools");
    let is_left = |name: &str| {
        let entries = std::fs::read_dir(tools.join(name)).into_iter().flatten();
        entries.filter_map(Result::ok).any(|entry| entry.path().is_dir())
    };
    assert!(!is_left("coursier") && !is_left("python-tools"), "no half-made tool is left");
}
