//! Types that load and that nothing here builds are refused by name, before anything runs.

use super::{GENERATED, check, set_protoc};
use crate::support::Repository;
use expect_test::expect;

/// A repository with what protoc does, for which there is a task, and what thrift does, for which there is none.
fn mixed() -> Repository {
    let repository = Repository::new(&format!(
        "{GENERATED}
//- thrift/BUILD
java_thrift_library(sources=['a.thrift'])
java_thrift_library(name='more', sources=['a.thrift'])
//- thrift/a.thrift
//- above/BUILD
java_protobuf_library(sources=['a.proto'], dependencies=['thrift'])
//- above/a.proto
syntax = \"proto3\";
//- app/BUILD
jvm_app(binary=':main', basename='it')
jvm_binary(name='main', main='a.A', dependencies=['proto'])
"
    ));
    set_protoc(&repository, "protoc");
    repository
}

#[test]
fn nothing_runs_when_a_target_has_no_task_yet() {
    let repository = mixed();
    check(
        &repository,
        &["gen", "::"],
        expect![[r#"
        error: goal `gen` cannot build 2 of the targets:
          2 of type `java_thrift_library` (`pants.backend.codegen`), for which goal `gen` has no task here yet; the first is `thrift:thrift` at thrift/BUILD:1:1
          hint: a plugin that brings tasks for these types builds them
          hint: `--keep-going` goes on without them and without what depends on them
        exit 1
    "#]],
    );
    check(
        &repository,
        &["gen", "thrift:more", "proto"],
        expect![[r#"
        error: goal `gen` cannot build 1 of the targets:
          1 of type `java_thrift_library` (`pants.backend.codegen`), for which goal `gen` has no task here yet; it is `thrift:more` at thrift/BUILD:2:1
          hint: a plugin that brings tasks for these types builds them
          hint: `--keep-going` goes on without them and without what depends on them
        exit 1
    "#]],
    );
    assert!(!repository.exists("proto/ran") && !repository.exists("ran") && !repository.has_work());
}

#[test]
fn who_asks_for_none_of_them_is_not_bothered() {
    let repository = mixed();
    repository.run(&["gen", "proto"]).success();
    repository.run(&["list", "filedeps", "dependees", "thrift"]).success();
    let exported = repository.run(&["--quiet", "export", "--no-libraries", "thrift"]).success();
    assert!(exported.contains(r#""pants_target_type": "java_thrift_library""#), "{exported}");
    check(
        &repository,
        &["--explain", "gen", "thrift"],
        expect![[r#"
        Phase Execution Order:



        Phase [Goal->Task] Order:

        warning: goal `gen` has nothing to do: none of the targets is of a type that it works on
        exit 0
    "#]],
    );
}

#[test]
fn who_keeps_going_gets_the_rest() {
    let repository = mixed();
    check(
        &repository,
        &["--keep-going", "--quiet", "gen", "::"],
        expect![[r#"
            error: goal `gen` cannot build 2 of the targets:
              2 of type `java_thrift_library` (`pants.backend.codegen`), for which goal `gen` has no task here yet; the first is `thrift:thrift` at thrift/BUILD:1:1
              hint: a plugin that brings tasks for these types builds them
            error: 3 targets are left out, because they or what they depend on cannot be built:
              above:above
              thrift:more
              thrift:thrift
            exit 1
        "#]],
    );
    check(
        &repository,
        &["--keep-going", "--quiet", "gen", "thrift"],
        expect![[r#"
            error: goal `gen` cannot build 1 of the targets:
              1 of type `java_thrift_library` (`pants.backend.codegen`), for which goal `gen` has no task here yet; it is `thrift:thrift` at thrift/BUILD:1:1
              hint: a plugin that brings tasks for these types builds them
            error: 1 target is left out, because it or what it depends on cannot be built:
              thrift:thrift
            exit 1
        "#]],
    );
}

#[test]
fn a_goal_that_only_pants_v1_had_says_so() {
    check(
        &mixed(),
        &["bundle", "app"],
        expect![[r#"
            error: goal `bundle` of Pants v1 has no task here yet
              hint: it was for targets of type `jvm_binary`, `jvm_app`, `python_app`
              hint: a plugin may bring it; `pants goals` lists all goals that there are
            exit 1
        "#]],
    );
    check(
        &mixed(),
        &["bundel", "app"],
        expect![[r#"
        error: unknown goal `bundel`
          hint: `pants goals` lists all goals
        exit 1
    "#]],
    );
}

#[test]
fn what_only_has_a_name_is_not_built() {
    let repository = mixed();
    repository.append("pants.toml", "\n[build-files]\nopaque_types = ['old_library']\n");
    repository.write("old/BUILD", "old_library(sources=['a.old'], anything='goes')\n");
    repository.write("old/a.old", "");
    repository.write("user/BUILD", "java_protobuf_library(sources=['a.proto'], dependencies=['old'])\n");
    repository.write("user/a.proto", "syntax = \"proto3\";\n");
    assert_eq!(repository.run(&["list", "user", "old"]).quiet_success(), "old:old\nuser:user\n");
    assert_eq!(repository.run(&["filter", "--type=old_library", "::"]).success(), "old:old\n");
    assert!(repository.run(&["targets"]).success().contains("old_library"));
    let exported = repository.run(&["export", "--no-libraries", "old"]).success();
    assert!(exported.contains(r#""pants_target_type": "old_library""#), "{exported}");
    check(
        &repository,
        &["gen", "user"],
        expect![[r#"
        error: goal `gen` cannot build 1 of the targets:
          1 of type `old_library`, which `[build-files] opaque_types` made and nothing builds; it is `old:old` at old/BUILD:1:1
          hint: a plugin that brings tasks for these types builds them
          hint: `--keep-going` goes on without them and without what depends on them
        exit 1
    "#]],
    );
    check(
        &repository,
        &["compile", "old"],
        expect![[r#"
        error: goal `compile` cannot build 1 of the targets:
          1 of type `old_library`, which `[build-files] opaque_types` made and nothing builds; it is `old:old` at old/BUILD:1:1
          hint: a plugin that brings tasks for these types builds them
          hint: `--keep-going` goes on without them and without what depends on them
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--keep-going", "--quiet", "gen", "user", "proto"],
        expect![[r#"
        error: goal `gen` cannot build 1 of the targets:
          1 of type `old_library`, which `[build-files] opaque_types` made and nothing builds; it is `old:old` at old/BUILD:1:1
          hint: a plugin that brings tasks for these types builds them
        error: 1 target is left out, because it or what it depends on cannot be built:
          user:user
        exit 1
    "#]],
    );
    check(
        &repository,
        &["gen", "compile", "old", "thrift:"],
        expect![[r#"
        error: goals `gen`, `compile` cannot build 3 of the targets:
          2 of type `java_thrift_library` (`pants.backend.codegen`), for which goal `gen` has no task here yet; the first is `thrift:thrift` at thrift/BUILD:1:1
          1 of type `old_library`, which `[build-files] opaque_types` made and nothing builds; it is `old:old` at old/BUILD:1:1
          hint: a plugin that brings tasks for these types builds them
          hint: `--keep-going` goes on without them and without what depends on them
        exit 1
    "#]],
    );
}
