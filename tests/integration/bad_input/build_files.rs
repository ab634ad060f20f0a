//! What is wrong in a BUILD file is told with its file, line and column, and the line is shown.

use super::{check, shown};
use crate::support::Repository;
use expect_test::{Expect, expect};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

fn check_build(text: &str, expect: Expect) {
    let repository = Repository::new(&format!("//- src/BUILD\n{text}\n"));
    check(&repository, &["list", "::"], expect);
    assert!(!repository.has_work(), "a question leaves nothing");
}

#[test]
fn the_language() {
    check_build(
        "target(name='a'\ntarget(name='b')",
        expect![[r#"
        src/BUILD:2:1: syntax error: expected `,`, found name
          |
        2 | target(name='b')
          | ^^^^^^
        exit 1
    "#]],
    );
    check_build(
        "name = nowhere",
        expect![[r#"
            src/BUILD:1:8: `nowhere` is not defined
              |
            1 | name = nowhere
              |        ^^^^^^^
              hint: a file of `build_file_prelude_globs` can define it
            exit 1
        "#]],
    );
    check_build(
        "while True:\n    pass",
        expect![[r#"
        src/BUILD:1:7: this takes more steps than a BUILD file may
          |
        1 | while True:
          |       ^^^^
          hint: does a loop never end?
        exit 1
    "#]],
    );
}

#[test]
fn symbols_and_keywords() {
    check_build(
        "targte(name='a')",
        expect![[r#"
        src/BUILD:1:1: `targte` is not defined
          |
        1 | targte(name='a')
          | ^^^^^^
          hint: did you mean `target`?
        exit 1
    "#]],
    );
    check_build(
        "target(name='a', dependecies=[':b'])",
        expect![[r#"
        src/BUILD:1:18: `target` has no field `dependecies`
          |
        1 | target(name='a', dependecies=[':b'])
          |                  ^^^^^^^^^^^^^^^^^^
          hint: did you mean `dependencies`?
          hint: `target` takes name, dependencies, tags, description, no_cache, scope
        exit 1
    "#]],
    );
    check_build(
        "target(name=3)",
        expect![[r#"
        src/BUILD:1:13: `name` takes a string, not a number
          |
        1 | target(name=3)
          |             ^
        exit 1
    "#]],
    );
    check_build(
        "target(name='a/b')",
        expect![[r#"
            src:a/b
            src/BUILD:1:13: warning: the name `a/b` contains `/`, which Pants deprecated
              |
            1 | target(name='a/b')
              |             ^^^^^
            exit 0
        "#]],
    );
}

#[test]
fn dependencies() {
    check_build(
        "target(name='app', dependencies=[':bli'])\ntarget(name='lib')",
        expect![[r#"
        src/BUILD:1:34: target `:app` depends on `//src:bli`, which does not exist
          |
        1 | target(name='app', dependencies=[':bli'])
          |                                  ^^^^^^
          hint: directory `src` declares `:app`, `:lib`
        exit 1
    "#]],
    );
    check_build(
        "target(name='app', dependencies=['srk:lib'])\ntarget(name='lib')",
        expect![[r#"
        src/BUILD:1:34: target `:app` depends on `//srk:lib`, which does not exist
          |
        1 | target(name='app', dependencies=['srk:lib'])
          |                                  ^^^^^^^^^
          hint: directory `srk` does not exist
        exit 1
    "#]],
    );
    check_build(
        "target(name='a', dependencies=[':b'])\ntarget(name='b', dependencies=[':a'])",
        expect![[r#"
        src/BUILD:1:32: these targets depend on each other
             src:a
          -> src:b
          -> src:a
          |
        1 | target(name='a', dependencies=[':b'])
          |                                ^^^^
        exit 1
    "#]],
    );
}

#[test]
fn names() {
    check_build(
        "target(name='a')\n\ntarget(name='a')",
        expect![[r#"
        src/BUILD:3:13: target `a` is already declared at src/BUILD:1:1
          |
        3 | target(name='a')
          |             ^^^
        exit 1
    "#]],
    );
}

#[test]
fn several_faults_are_told_at_once() {
    let repository = Repository::new("//- a/BUILD\ntargte()\n//- b/BUILD\ntarget(nam='x')\n//- c/BUILD\ntarget()\n");
    check(
        &repository,
        &["list", "::"],
        expect![[r#"
            a/BUILD:1:1: `targte` is not defined
              |
            1 | targte()
              | ^^^^^^
              hint: did you mean `target`?
            b/BUILD:1:8: `target` has no field `nam`
              |
            1 | target(nam='x')
              |        ^^^^^^^
              hint: did you mean `name`?
              hint: `target` takes name, dependencies, tags, description, no_cache, scope
            error: 2 errors in 2 files
            exit 1
        "#]],
    );
    // Who asks for nothing that is wrong gets an answer.
    check(
        &repository,
        &["list", "c"],
        expect![[r#"
        c:c
        exit 0
    "#]],
    );
}

#[test]
fn names_of_files_that_are_no_text() {
    let repository = Repository::new("//- src/BUILD\njava_library(sources=['*.java'])\n");
    let name = OsStr::from_bytes(b"A\xff.java");
    std::fs::write(repository.root().join("src").join(name), "class A {}").expect("the file");
    let directory = repository.root().join(OsStr::from_bytes(b"dir\xff"));
    std::fs::create_dir(&directory).expect("the directory");
    std::fs::write(directory.join("BUILD"), "target()").expect("the file");
    check(
        &repository,
        &["list", "::"],
        expect![[r#"
        src:src
        warning: `dir\xff` is left out, because its name is not UTF-8
        warning: `src/A\xff.java` is left out, because its name is not UTF-8
        src/BUILD:1:23: warning: source pattern `src/*.java` matches no file
          |
        1 | java_library(sources=['*.java'])
          |                       ^^^^^^^^
        exit 0
    "#]],
    );
    expect![[r#"
        src/BUILD
        src/BUILD:1:23: warning: source pattern `src/*.java` matches no file
          |
        1 | java_library(sources=['*.java'])
          |                       ^^^^^^^^
        exit 0
    "#]]
    .assert_eq(&shown(&repository.run(&["filedeps", "src"])));
}

#[test]
fn a_build_file_that_is_no_text() {
    let repository = Repository::new("");
    std::fs::write(repository.root().join("BUILD"), b"target(name='a')\ntarget(name='\xff')\n").expect("the file");
    check(
        &repository,
        &["list", "::"],
        expect![[r#"
        BUILD: line 2 is not UTF-8 text
        exit 1
    "#]],
    );
}

/// The places in a repository that name a platform, and the platforms that it defines.
const PLATFORMS: &str = "
//- pants.toml
[jvm-platform]
default_platform = 'nowhere'
platforms = { java8 = { target = '8' }, java11 = { target = '11' } }
//- src/BUILD
java_library(name='lib', sources=[], platform='java8')
junit_tests(name='tests', sources=[], platform='java11', runtime_platform='java8', test_platform='java8')
jvm_binary(name='bin', main='a.Main', runtime_platform='java11')
java_protobuf_library(name='proto', sources=[], platform='java11')
target(name='any')
";

#[test]
fn platforms_that_nobody_defines() {
    let repository = Repository::new(PLATFORMS);
    let all = ["src:any", "src:bin", "src:lib", "src:proto", "src:tests"].join("\n");
    for _ in 0..2 {
        assert_eq!(shown(&repository.run(&["list", "::"])), format!("{all}\nexit 0\n"));
    }
    // What was evaluated for other platforms does not count.
    repository.edit("pants.toml", "java11 = {", "java9 = {");
    check(
        &repository,
        &["list", "::"],
        expect![[r#"
        src/BUILD:2:48: the `platform` `java11` of target `src:tests` is not defined
          |
        2 | junit_tests(name='tests', sources=[], platform='java11', runtime_platform='java8', test_platform='java8')
          |                                                ^^^^^^^^
          hint: did you mean `java8`?
          hint: `[jvm-platform] platforms` defines `java8`, `java9`
        src/BUILD:3:56: the `runtime_platform` `java11` of target `src:bin` is not defined
          |
        3 | jvm_binary(name='bin', main='a.Main', runtime_platform='java11')
          |                                                        ^^^^^^^^
          hint: did you mean `java8`?
          hint: `[jvm-platform] platforms` defines `java8`, `java9`
        src/BUILD:4:58: the `platform` `java11` of target `src:proto` is not defined
          |
        4 | java_protobuf_library(name='proto', sources=[], platform='java11')
          |                                                          ^^^^^^^^
          hint: did you mean `java8`?
          hint: `[jvm-platform] platforms` defines `java8`, `java9`
        error: 3 errors in 1 file
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--jvm-platform-platforms={'java8': {}, 'java11': {}}", "list", "src:lib"],
        expect![[r#"
        src:lib
        exit 0
    "#]],
    );
    // Repositories of the first years define none and name them all the same.
    repository.write("pants.toml", "");
    assert_eq!(shown(&repository.run(&["list", "::"])), format!("{all}\nexit 0\n"));
}
