//! Tools that are not there: what was looked for, where, and how to name one.

use super::shown;
use crate::support::{Repository, path, real_python};
use expect_test::expect;
use std::ffi::OsString;
use std::path::PathBuf;

const JAVA: &str = "
//- src/BUILD
java_library(sources=['A.java'])
//- src/A.java
class A {}
";

const PYTHON: &str = "
//- src/BUILD
python_library(name='lib', sources=['lib.py'])
python_tests(sources=['test_lib.py'], dependencies=[':lib'])
//- src/lib.py
def one():
    return 1
//- src/test_lib.py
from lib import one

def test_one():
    assert one() == 1
";

/// A directory for PATH without any language.
fn only_a_shell(repository: &Repository) -> PathBuf {
    repository.only_program("sh", &PathBuf::from("/bin/sh"))
}

/// Without the lines about directories of this machine in which JDKs are installed.
fn without_installed(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("  /")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn no_jdk() {
    let repository = Repository::new(JAVA);
    // Where systems install JDKs, one may stand: none is new enough.
    let run = repository.pants(&["--jvm-distributions-minimum-version=999", "compile", "src"]);
    let output = run.env("PATH", only_a_shell(&repository)).run();
    expect![[r#"
        [TIME] [ELAPSED] bootstrap -> resolve -> compile
        error: compile.javac: no JDK of version 999 or later was found
          [jvm-distributions] paths: nothing there
          JAVA_HOME: nothing there
          javac on PATH: nothing there
          hint: set the environment variable `JAVA_HOME` to the home of a JDK, or put its `javac` on `PATH`
          hint: or name it in the config: `[jvm-distributions] paths = { linux = ["/path/to/jdk"] }`
        [TIME] [ELAPSED] FAILURE
        exit 1
    "#]]
    .assert_eq(&without_installed(&shown(&output)));
    assert!(!repository.exists(".pants.d/compile/javac/src.src"), "nothing was begun");
}

#[test]
fn a_java_home_that_is_none() {
    let repository = Repository::new(JAVA);
    let run = repository.pants(&["--jvm-distributions-minimum-version=999", "compile", "src"]);
    let output = run.env("PATH", only_a_shell(&repository)).env("JAVA_HOME", repository.root().join("src")).run();
    expect![[r#"
        [TIME] [ELAPSED] bootstrap -> resolve -> compile
        error: compile.javac: no JDK of version 999 or later was found
          [jvm-distributions] paths: nothing there
          JAVA_HOME: `[ROOT]/src` has no `bin/javac`: it is no JDK, or only a runtime
          javac on PATH: nothing there
          hint: set the environment variable `JAVA_HOME` to the home of a JDK, or put its `javac` on `PATH`
          hint: or name it in the config: `[jvm-distributions] paths = { linux = ["/path/to/jdk"] }`
        [TIME] [ELAPSED] FAILURE
        exit 1
    "#]]
    .assert_eq(&without_installed(&shown(&output)));
}

#[test]
fn a_java_home_that_is_none_beside_a_jdk_that_will_do() {
    let repository = Repository::new(JAVA);
    let output = repository.pants(&["compile", "src"]).with_real_tools().env("JAVA_HOME", "/nowhere").run();
    let warnings: Vec<&str> = output.stderr.lines().filter(|line| line.contains("JAVA_HOME")).collect();
    assert_eq!(warnings.len(), 1, "{}", output.stderr);
    assert!(warnings[0].contains("JAVA_HOME: `/nowhere` is no directory; using `/"), "{}", warnings[0]);
    let _ = output.success();
}

#[test]
fn a_version_of_a_jdk_that_is_none() {
    let repository = Repository::new(JAVA);
    repository.write("pants.toml", "[jvm-distributions]\nminimum_version = 'newest'\n");
    expect![[r#"
        error: pants.toml:2 [jvm-distributions] minimum_version: `newest` is no version of a JDK
          hint: write it as `17` or `17.0.2`
        exit 1
    "#]]
    .assert_eq(&shown(&repository.run(&["compile", "src"])));
}

#[test]
fn no_python() {
    let repository = Repository::new(PYTHON);
    let output = repository.pants(&["test", "src"]).env("PATH", only_a_shell(&repository)).run();
    let own = repository.root().parent().expect("it has one").join("bin").display().to_string();
    expect![[r#"
        [TIME] [ELAPSED] resolve -> test
        error: resolve.requirements: no Python interpreter found that satisfies `CPython>=3.9`
          searched: [BIN]
          hint: install Python 3.9 or later with venv and pip, or set `[python-setup] interpreter_search_paths` or `[python-setup] interpreter_constraints`
        [TIME] [ELAPSED] FAILURE
        exit 1
    "#]].assert_eq(&shown(&output).replace(&own, "[BIN]"));
}

#[test]
fn a_python_that_the_constraints_exclude_or_that_is_none() {
    let repository = Repository::new(PYTHON);
    let bin = repository.only_program("python3", &real_python());
    let run = |args: &[&str]| shown(&repository.pants(args).env("PATH", &bin).run());
    let text = run(&["--python-setup-interpreter-constraints=['CPython>=4']", "test", "src"]);
    assert!(text.contains("no Python interpreter found that satisfies `CPython>=4`"), "{text}");
    assert!(text.contains("which the constraints exclude") && text.ends_with("FAILURE\nexit 1\n"), "{text}");

    std::fs::remove_file(bin.join("python3")).expect("the link");
    std::os::unix::fs::symlink("/bin/false", bin.join("python3")).expect("a link");
    let text = run(&["test", "src"]);
    assert!(text.contains("/python3` exited with 1"), "{text}");
}

#[test]
fn no_maven() {
    let repository = Repository::new(JAVA);
    repository.write("src/BUILD", "jar_library(name='x', jars=[jar('org.example', 'x', '1.0')])\n");
    // A JDK, and nothing else: `mvn` may stand beside `javac` on this machine's PATH.
    let javac = std::env::split_paths(&path()).map(|directory| directory.join("javac")).find(|file| file.exists());
    let bin = repository.only_program("javac", &javac.expect("the tests need a JDK"));
    let run = repository.pants(&["resolve", "src:x"]).with_real_tools().env("PATH", OsString::from(&bin));
    let text = shown(&run.env("HOME", repository.home()).env("MAVEN_HOME", "").env("M2_HOME", "").run());
    let end = text.find("error:").map(|start| &text[start..]).unwrap_or_default();
    expect![[r#"
        error: resolve.coursier: third-party jars cannot be fetched: no Maven repository is known
          [coursier] repos: empty
          [HOME]/.m2/settings.xml: no mirror
          MAVEN_HOME, M2_HOME: not set
          mvn on PATH: nothing there
          hint: install Maven, whose default repository is used, or set the option `[coursier] repos`
        [TIME] [ELAPSED] FAILURE
        exit 1
    "#]]
    .assert_eq(&end.replace(&repository.home().display().to_string(), "[HOME]"));
    assert!(!repository.exists("3rdparty"), "no lock file is written");
}
