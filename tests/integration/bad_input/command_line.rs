//! What a person mistypes.

use super::{check, shown};
use crate::support::Repository;
use expect_test::expect;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

const FILES: &str = "
//- src/BUILD
target(name='app', dependencies=[':lib'])
target(name='lib')
//- list/BUILD
target(name='list')
";

#[test]
fn unknown_goals() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["lst", "::"],
        expect![[r#"
        error: unknown goal `lst`
          hint: did you mean `list`?
          hint: `pants goals` lists all goals
        exit 1
    "#]],
    );
    check(
        &repository,
        &["compile.javca", "::"],
        expect![[r#"
        error: unknown goal `compile.javca`
          hint: did you mean `compile.javac`?
          hint: `pants goals` lists all goals
        exit 1
    "#]],
    );
    check(
        &repository,
        &["frobnicate"],
        expect![[r#"
        error: unknown goal `frobnicate`
          hint: `pants goals` lists all goals
        exit 1
    "#]],
    );
    check(
        &repository,
        &[],
        expect![[r#"
        error: no goal was given
          hint: `pants goals` lists what can be asked for
          hint: `pants help` says how
        exit 1
    "#]],
    );
    check(
        &repository,
        &["help", "lst"],
        expect![[r#"
            error: unknown goal or scope `lst`
              hint: did you mean `list`?
              hint: `pants goals` lists all goals, `pants help-all` shows all scopes
            exit 1
        "#]],
    );
}

#[test]
fn unknown_targets() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["list", "src:ap"],
        expect![[r#"
        error: `src:ap` does not match any targets
          hint: did you mean `src:app`?
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "src"],
        expect![[r#"
        error: `src:src` does not match any targets
          hint: directory `src` declares `:app`, `:lib`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "scr:app"],
        expect![[r#"
        error: `scr:app` does not match any targets
          hint: did you mean `src:app`?
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "src/nowhere::"],
        expect![[r#"
        error: `src/nowhere::` does not match any targets
          hint: directory `src/nowhere` does not exist
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "src/A.java"],
        expect![[r#"
        error: `src/A.java` does not match any files
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "../elsewhere:x"],
        expect![[r#"
        error: `../elsewhere:x` is not inside the build root `[ROOT]`
        exit 1
    "#]],
    );
}

#[test]
fn unknown_options_and_values() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["--levl=debug", "list", "::"],
        expect![[r#"
        error: unknown option `--levl`
          hint: did you mean `--level`?
          hint: `pants help-advanced` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "--documentd", "::"],
        expect![[r#"
        error: unknown option `--documentd` of `list`
          hint: did you mean `--documented`?
          hint: `pants help-advanced list` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "--nothing-like-it", "::"],
        expect![[r#"
        error: unknown option `--nothing-like-it` of `list`
          hint: `pants help-advanced list` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--level=loud", "list", "::"],
        expect![[r#"
        error: `--level`: `loud` is not one of `trace`, `debug`, `info`, `warn`, `error`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "--jobs", "3", "::"],
        expect![[r#"
        error: `--jobs` needs a value
          hint: write `--jobs=3`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--no-explain=yes", "list", "::"],
        expect![[r#"
            error: `--no-explain` takes no value
              hint: `--explain` says yes, `--no-explain` says no
            exit 1
        "#]],
    );
}

#[test]
fn numbers_out_of_range() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["--jobs=0", "list"],
        expect![[r#"
        error: `--jobs`: 0 is less than 1
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--jobs=many", "list"],
        expect![[r#"
        error: `--jobs`: `many` is not a whole number
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--jobs=99999999999999999999", "list"],
        expect![[r#"
        error: `--jobs`: `99999999999999999999` is not a whole number
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "--process-timeout=-1"],
        expect![[r#"
        error: `--process-timeout`: -1 is less than 0
        exit 1
    "#]],
    );
}

#[test]
fn goals_without_targets() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["compile"],
        expect![[r#"
            error: goal `compile` has nothing to do: no targets were given (`::` means all of them)
            exit 1
        "#]],
    );
    check(
        &repository,
        &["compile", "src:app"],
        expect![[r#"
        error: goal `compile` has nothing to do: none of the targets is of a type that it works on
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--tag=nope", "compile", "::"],
        expect![[r#"
        warning: goal `compile` has nothing to do: no target passes `--tag` and `--exclude-target-regexp`
        exit 0
    "#]],
    );
}

#[test]
fn arguments_after_two_dashes_go_to_a_tool_or_nowhere() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["list", "::", "--", "--sep=,"],
        expect![[r#"
            error: `list` takes no arguments after `--`
              hint: goals that hand arguments on: `list-owners`, `test-changed`, `test`, `run`
            exit 1
        "#]],
    );
    check(
        &repository,
        &["--", "list", "::"],
        expect![[r#"
        error: no goal was given
          hint: `list` stands after `--`, where arguments of programs stand: goals come first
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "src:lib", "--"],
        expect![[r#"
        src:lib
        exit 0
    "#]],
    );
}

#[test]
fn a_directory_named_like_a_goal() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["list", "./list"],
        expect![[r#"
        list:list
        exit 0
    "#]],
    );
    check(
        &repository,
        &["list", "list::"],
        expect![[r#"
        list:list
        exit 0
    "#]],
    );
    // Twice the goal: all targets.
    check(
        &repository,
        &["list", "list"],
        expect![[r#"
        list:list
        src:app
        src:lib
        exit 0
    "#]],
    );
    check(
        &repository,
        &["src::", "list"],
        expect![[r#"
        error: no goal was given
          hint: `pants goals` lists what can be asked for
          hint: `pants help` says how
        exit 1
    "#]],
    );
}

#[test]
fn bytes_that_are_no_text() {
    let repository = Repository::new(FILES);
    let argument = OsStr::from_bytes(b"src/\xff:x");
    expect![[r#"
        error: the argument `src/�:x` is not UTF-8
        exit 1
    "#]]
    .assert_eq(&shown(&repository.pants(&["list"]).arg(argument).run()));
    let level = OsStr::from_bytes(b"\xff");
    expect![[r#"
        error: the environment variable `PANTS_LEVEL` is not valid Unicode
        exit 1
    "#]]
    .assert_eq(&shown(&repository.pants(&["list", "::"]).env("PANTS_LEVEL", level).run()));
    // What nobody asks for may be anything.
    expect![[r#"
        src:lib
        exit 0
    "#]]
    .assert_eq(&shown(&repository.pants(&["list", "src:lib"]).env("OTHER", level).run()));
}

#[test]
fn lists_of_goals_and_targets_fit_a_narrow_terminal() {
    let repository = Repository::new(FILES);
    for goal in ["goals", "targets"] {
        let text = repository.pants(&[goal]).env("COLUMNS", "70").run().quiet_success();
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest.is_some_and(|widest| widest <= 70), "{text}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let repository = Repository::new(FILES);
    let mut child = repository.pants(&["list", "::"]).spawn();
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let repository = Repository::new(FILES);
    let lines: [&[&str]; 4] = [&["list", "::"], &["--version"], &["help", "--man"], &["complete", "bash"]];
    for args in lines {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a device that is always full");
        let output = repository.pants(args).stdout_to(full).run();
        assert_eq!(shown(&output), "error: cannot write to standard output: no storage space\nexit 1\n", "{args:?}");
    }
}
