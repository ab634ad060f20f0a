//! `[run]`, `[run.jvm]` and `[jvm]` with its instances.

use super::{refused, run};
use crate::support::Repository;
use std::process::Command;

/// A program that says what it was given.
fn program() -> Repository {
    Repository::new(
        r#"
//- src/java/app/BUILD
jvm_binary(source='Main.java', main='app.Main')
//- src/java/app/Main.java
package app;
class Main {
  public static void main(String[] args) {
    System.out.println(String.join("|", args) + " in " + new java.io.File("").getAbsoluteFile().getName()
        + " with " + System.getProperty("with"));
  }
}
"#,
    )
}

#[test]
fn a_program_gets_arguments_options_and_a_directory() {
    let repository = program();
    let check = |args: &[&str], expect: &str| {
        let all = [&["run"], args].concat();
        assert_eq!(run(&repository, &all).success(), expect, "{args:?}");
    };
    let app = "src/java/app";
    check(&[app], " in repo with null\n");
    check(&["--args=one 'two words'", app, "--", "three"], "one|two words|three in repo with null\n");
    check(&["--jvm-run-jvm-program-args=zero", "--run-args=one", app], "zero|one in repo with null\n");
    check(&["--run-jvm-cwd=src", app], " in src with null\n");
    check(&["--run-jvm-cwd", app], " in app with null\n");
    repository.write("pants.toml", "[jvm]\noptions = [\"-Dwith=jvm\"]\n");
    check(&[app], " in repo with jvm\n");
    repository.append("pants.toml", "[jvm.run.jvm]\noptions = [\"-Dwith=run\"]\n[jvm.test.junit]\noptions = []\n");
    check(&[app], " in repo with run\n");
}

#[test]
fn the_command_is_written_instead_and_can_be_run() {
    let repository = program();
    let written =
        ["run", "--run-jvm-only-write-cmd-line=out/command", "--run-jvm-cwd=src", "src/java/app", "--", "it's"];
    assert_eq!(run(&repository, &written).success(), "");
    let command = repository.read("out/command");
    let shell = Command::new("/bin/sh").args(["-c", &command]).current_dir(repository.root()).output();
    let said = String::from_utf8(shell.expect("a shell").stdout).expect("text");
    assert_eq!(said, "it's in src with null\n", "{command}");
}

#[test]
fn what_cannot_be_meant_is_refused_where_it_stands() {
    let repository = program();
    let refused = |config: &str, expect: &str| refused(&repository, config, &["run", "src/java/app"], expect);
    refused("[run.jvm]\ncwd = \"nowhere\"\n", "pants.toml:2 [run.jvm] cwd: `nowhere` is no directory");
    refused("[jvm]\ndebug_port = 0\n", "pants.toml:2 [jvm] debug_port: `0` is no port");
    let said = run(&repository, &["run", "--jvm-run-jvm-debug-port=99999", "src/java/app"]).failure(1);
    assert!(said.contains("--jvm-run-jvm-debug-port: `99999` is no port"), "{said}");
}

#[test]
fn a_debugger_is_waited_for_as_the_options_say() {
    let repository = program();
    let output = run(
        &repository,
        &[
            "run",
            "--jvm-run-jvm-debug",
            "--jvm-debug-port=1234",
            "--jvm-debug-args=['-Dwith={debug_port}']",
            "src/java/app",
        ],
    );
    assert_eq!(output.success(), " in repo with 1234\n");
}
