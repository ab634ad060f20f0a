//! All that is wrong in a repository is told at once; `--keep-going` goes on with the rest.

use super::{GENERATED, check, shown};
use crate::support::Repository;
use expect_test::expect;

/// Five BUILD files that are wrong in different ways, a dependency on what is not there, and some that are all right.
const BROKEN: &str = "
//- syntax/BUILD
target(name='syntax'
//- keyword/BUILD
target(name='keyword', nope=1)
//- value/BUILD
target(name=3)
//- twice/BUILD
target(name='twice')
target(name='twice')
//- loop/BUILD
target(name='loop', dependencies=['loop'])
//- gone/BUILD
target(name='gone', dependencies=['nowhere:at-all'])
//- good/BUILD
files(name='good', sources=['good.txt'], dependencies=[':base'])
target(name='base')
//- good/good.txt
//- above/BUILD
target(name='above', dependencies=['keyword'])
target(name='far-above', dependencies=[':above', 'good'])
";

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    check(
        &Repository::new(BROKEN),
        &["list", "::"],
        expect![[r#"
            gone/BUILD:1:35: target `:gone` depends on `//nowhere:at-all`, which does not exist
              |
            1 | target(name='gone', dependencies=['nowhere:at-all'])
              |                                   ^^^^^^^^^^^^^^^^
              hint: directory `nowhere` does not exist
            keyword/BUILD:1:24: `target` has no field `nope`
              |
            1 | target(name='keyword', nope=1)
              |                        ^^^^^^
              hint: did you mean `name`?
              hint: `target` takes name, dependencies, tags, description, no_cache, scope
            loop/BUILD:1:13: target `:loop` depends on itself
              |
            1 | target(name='loop', dependencies=['loop'])
              |             ^^^^^^
            syntax/BUILD:1:21: syntax error: unexpected EOF while parsing
              |
            1 | target(name='syntax'
              |                     ^
            twice/BUILD:2:13: target `twice` is already declared at twice/BUILD:1:1
              |
            2 | target(name='twice')
              |             ^^^^^^^
            value/BUILD:1:13: `name` takes a string, not a number
              |
            1 | target(name=3)
              |             ^
            error: 6 errors in 6 files
            exit 1
        "#]],
    );
}

#[test]
fn a_question_is_answered_about_the_rest() {
    let repository = Repository::new(BROKEN);
    let output = repository.run(&["--keep-going", "list", "::"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    expect![[r#"
        above:above
        above:far-above
        gone:gone
        good:base
        good:good
        loop:loop
        twice:twice
    "#]]
    .assert_eq(&output.stdout);
    // The same, whoever asks: what a goal loads by itself is told once, too.
    let told = repository.run(&["--keep-going", "list", "::"]).stderr;
    assert_eq!(repository.run(&["--keep-going", "dependees", "good:base"]).stderr, told);
    expect![[r#"
        above:far-above
        good:good
    "#]]
    .assert_eq(&repository.run(&["--keep-going", "dependees", "--transitive", "good:base"]).stdout);
    // Nothing that is asked for is wrong.
    assert_eq!(repository.run(&["--keep-going", "list", "good:"]).quiet_success(), "good:base\ngood:good\n");
}

#[test]
fn a_goal_that_meets_errors_shows_all_of_them() {
    let repository = Repository::new(BROKEN);
    let output = repository.run(&["dependees", "good:base"]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(1), ""), "{output:?}");
    assert_eq!(output.stderr, repository.run(&["list", "::"]).stderr);
}

#[test]
fn specs_that_are_wrong_are_told_with_the_rest() {
    check(
        &Repository::new("//- a/BUILD\ntarget(nam='x')\n//- b/BUILD\ntarget()\n"),
        &["list", "a", "", "b:c", "/elsewhere", "b"],
        expect![[r#"
            error: an empty text is not a target
            error: `/elsewhere` is not inside the build root `[ROOT]`
            error: `b:c` does not match any targets
              hint: did you mean `b:b`?
            a/BUILD:1:8: `target` has no field `nam`
              |
            1 | target(nam='x')
              |        ^^^^^^^
              hint: did you mean `name`?
              hint: `target` takes name, dependencies, tags, description, no_cache, scope
            error: 4 errors, 1 of them in 1 file
            exit 1
        "#]],
    );
}

#[test]
fn thousands_of_errors_are_cut() {
    let calls = "target(nope=1)\n".repeat(2000);
    let repository = Repository::new(&format!("//- a/BUILD\n{calls}\n//- b/BUILD\ntarget(nope=1)\n"));
    let last_lines = |args: &[&str]| {
        let told = repository.run(args).failure(1);
        let lines: Vec<&str> = told.lines().collect();
        (lines.iter().filter(|line| line.contains("has no field")).count(), lines[lines.len() - 2..].join("\n"))
    };
    let (count, end) = last_lines(&["list", "::"]);
    assert_eq!(count, 100);
    expect![[r#"
        error: 2001 errors in 2 files; the last 1901 are not shown
          hint: `--max-errors=0` shows all of them"#]]
    .assert_eq(&end);
    let (count, end) = last_lines(&["--max-errors=0", "list", "::"]);
    assert_eq!(count, 2001);
    assert!(end.ends_with("\nerror: 2001 errors in 2 files"), "{end}");
}

#[test]
fn a_build_leaves_out_what_is_broken_and_names_it() {
    let repository = Repository::new(&format!(
        "{GENERATED}
//- broken/BUILD
java_protobuf_library(name='broken', sources=['a.proto'], dependencies=['nowhere'])
java_protobuf_library(name='above', sources=['a.proto'], dependencies=[':broken'])
//- broken/a.proto
syntax = \"proto3\";
"
    ));
    super::set_protoc(&repository, "protoc");
    let output = repository.run(&["--keep-going", "--quiet", "gen", "::"]);
    expect![[r#"
        broken/BUILD:1:73: target `:broken` depends on `//nowhere:nowhere`, which does not exist
          |
        1 | java_protobuf_library(name='broken', sources=['a.proto'], dependencies=['nowhere'])
          |                                                                         ^^^^^^^^^
          hint: directory `nowhere` does not exist
        error: 2 targets are left out, because they or what they depend on cannot be built:
          broken:above
          broken:broken
        error: 1 error in 1 file
        exit 1
    "#]]
    .assert_eq(&shown(&output));
}
