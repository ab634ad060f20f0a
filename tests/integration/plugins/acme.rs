//! What a third party adds: each kind of thing, used as its users use it.

use super::crates::{build, build_with_feature};
use super::repository;
use crate::support::Repository;
use expect_test::{Expect, expect};

const FILES: &str = r#"
//- docs/BUILD
alpha_library(name='top', sources=['top.alpha'], dependencies=[':middle'])
beta_library(name='middle', sources=['middle.beta'], dependencies=[':bottom'])
alpha_library(name='bottom', sources=['bottom.alpha'])
//- docs/top.alpha
Top.
//- docs/middle.beta
Middle, with a line of its own.
//- docs/bottom.alpha
Bottom.
//- modules/BUILD
alpha_modules(tags=['listed'])
//- modules/MODULES
one
two
//- modules/one.alpha
One.
//- modules/two.alpha
Two.
//- constants/BUILD
acme_constants(name='constants', package='com.acme')
//- constants/main.properties
MOTTO=beep
"#;

fn acme() -> Repository {
    repository(&[&build("acme")], FILES)
}

fn check(args: &[&str], expect: Expect) {
    expect.assert_eq(&acme().run(args).success());
}

#[test]
fn its_goals_are_listed_and_explained() {
    let goals = acme().run(&["goals"]).quiet_success();
    for line in ["lint", "translate", "Check the style of sources.", "Translate Acme's documents."] {
        assert!(goals.contains(line), "{goals}");
    }
    check(
        &["--explain", "translate", "lint", "docs::"],
        expect![[r#"
        Phase Execution Order:

        translate -> lint

        Phase [Goal->Task] Order:

        translate [translators:alpha->AlphaTranslate, translators:beta->BetaTranslate]
        lint [line-length->LineLength]
    "#]],
    );
    check(
        &["help", "lint.line-length"],
        expect![[r#"
        `lint.line-length` options
        --------------------------
        Check the length of lines. Provided by `example.acme`.

          --[no-]lint-line-length-skip
              Check nothing.
              default: false

          --lint-line-length-maximum=<int>
              How many characters a line may have.
              default: 120

          (subsystems: cache, target-filter; see pants help cache, and pants help
          cache.lint.line-length for this goal alone)
    "#]],
    );
    check(
        &["targets"],
        expect![[r#"
            Target types
              acme_constants  Constants in property files, for Java.
              alias           Another name of a target.
              alpha_library   Documents in the language Alpha.
              beta_library    Documents in the language Beta.
              files           Loose files, at their path below the build root.
              prep_command    A program that is run before a phase is carried out on what depends on it.
              remote_sources  A target of another type whose sources are unpacked from jars.
              resources       Files that programs find on their classpath.
              target          A group of dependencies under one name.

            Objects
              DirectoryReMapper  Puts files below one directory into another one of the bundle.
              bundle             Files that stand beside a program in its bundle.
              from_target        Stands for the sources of another target, which becomes a dependency.
              intransitive       A dependency that is not seen by those who depend on the target.
              provided           An intransitive dependency for compile and test, which others bring at run time.
              scoped             A dependency that counts in some scopes only.

            Macros
              alpha_modules  One alpha_library for each line of the file MODULES.
        "#]],
    );
}

#[test]
fn two_goals_of_one_group_take_turns_in_the_order_of_dependencies() {
    let repository = acme();
    repository.run(&["translate", "docs::"]).success();
    assert_eq!(repository.read("dist/translated/docs.top.txt"), "see docs:middle\nTOP.\n");
    assert_eq!(
        repository.read("dist/translated/docs.middle.txt"),
        "see docs:bottom\nmiddle, with a line of its own.\n"
    );
    assert_eq!(repository.read("dist/translated/docs.bottom.txt"), "BOTTOM.\n");
}

#[test]
fn targets_with_a_tag_are_not_linted_and_translated_all_the_same() {
    let repository = acme();
    repository.edit("docs/BUILD", "'middle', ", "'middle', tags=['generated'], ");
    let lint = |flags: &[&str]| repository.run(&[flags, &["--lint-line-length-maximum=10", "lint", "docs::"]].concat());
    let _ = lint(&[]).failure(1);
    let _ = lint(&["--target-filter-exclude-tags=generated"]).success();
    let _ = lint(&["--target-filter-lint-line-length-exclude-tags=generated"]).success();
    let _ = lint(&["--target-filter-exclude-tags=another"]).failure(1);
    let config = repository.read("pants.toml") + "\n[target-filter]\nexclude_tags = [\"generated\"]\n";
    repository.write("pants.toml", &config);
    let _ = lint(&[]).success();
    let _ = repository.run(&["translate", "docs::"]).success();
    assert!(repository.exists("dist/translated/docs.middle.txt"));
}

#[test]
fn its_option_is_set_by_flag_environment_and_config() {
    let repository = acme();
    let lint = ["lint", "docs::"];
    repository.run(&lint).success();
    expect![[r#"
        [TIME] [ELAPSED] lint
        [TIME] [ELAPSED] [lint.line-length] check docs:middle failed
        error: lint.line-length: some lines are too long
          check docs:middle: docs/middle.beta:1: line has 31 characters
          hint: at most 10 are allowed
        [TIME] [ELAPSED] FAILURE
    "#]]
    .assert_eq(&repository.run(&["lint.line-length", "--maximum=10", "docs::"]).failure(1));
    let environment = repository.pants(&lint).env("PANTS_LINT_LINE_LENGTH_MAXIMUM", "11").run();
    assert!(environment.failure(1).contains("at most 11 are allowed"));
    let config = repository.read("pants.toml") + "\n[lint.line-length]\nmaximum = 12\n";
    repository.write("pants.toml", &config);
    assert!(repository.run(&lint).failure(1).contains("at most 12 are allowed"));
    repository.run(&["--lint-line-length-skip", "lint", "docs::"]).success();
    expect![[r#"
        error: `--lint-line-length-maximum`: `many` is not a whole number
    "#]]
    .assert_eq(&repository.run(&["--lint-line-length-maximum=many", "lint", "docs::"]).failure(1));
}

#[test]
fn its_target_types_and_its_macro_make_targets() {
    check(
        &["list", "::"],
        expect![[r#"
        constants:constants
        docs:bottom
        docs:middle
        docs:top
        modules:one
        modules:two
    "#]],
    );
    check(
        &["--tag=listed", "list", "::"],
        expect![[r#"
        modules:one
        modules:two
    "#]],
    );
    check(
        &["filedeps", "modules:one"],
        expect![[r#"
        modules/BUILD
        modules/one.alpha
    "#]],
    );

    let repository = acme();
    repository.run(&["list", "modules:"]).quiet_success();
    repository.write("modules/MODULES", "one\nthree\n");
    repository.write("modules/three.alpha", "Three.");
    assert_eq!(repository.run(&["list", "modules:"]).quiet_success(), "modules:one\nmodules:three\n");
    repository.remove("modules/MODULES");
    expect![[r#"
        modules/BUILD:1:1: `alpha_modules`: `modules/MODULES` cannot be read: it does not exist
          |
        1 | alpha_modules(tags=['listed'])
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#]]
    .assert_eq(&repository.run(&["list", "modules:"]).failure(1));
    repository.write("modules/MODULES", "");
    repository.write("constants/BUILD", "acme_constants(name='constants')");
    expect![[r#"
        constants/BUILD:1:1: `acme_constants` needs `package`
          |
        1 | acme_constants(name='constants')
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#]]
    .assert_eq(&repository.run(&["list", "constants:"]).failure(1));
}

#[test]
fn its_code_generator_writes_sources() {
    let repository = acme();
    repository.run(&["gen", "constants"]).success();
    expect![[r#"
        package com.acme;

        public final class Constants {
            public static final String MOTTO = "beep";
        }
    "#]]
    .assert_eq(&repository.read(".pants.d/gen/acme-constants/constants.constants/com/acme/Constants.java"));
    assert_eq!(repository.run(&["list", "::"]).quiet_success().matches("constants").count(), 2, "nothing synthetic");
    repository.write("constants/main.properties", "MOTTO=beep\nwhat\n");
    expect![[r#"
        [TIME] [ELAPSED] gen
        [TIME] [ELAPSED] [gen.acme-constants] generate from constants:constants failed
        error: gen.acme-constants: code generation failed
          generate from constants:constants: constants/main.properties:2: `what` is not `NAME=value`
        [TIME] [ELAPSED] FAILURE
    "#]]
    .assert_eq(&repository.run(&["gen", "constants"]).failure(1));
}

#[test]
fn a_plugin_takes_the_place_of_a_task_of_the_host() {
    let repository = repository(&[&build_with_feature("hello", "replace-list")], FILES);
    repository.write("docs/BUILD", "target(name='a')");
    repository.remove("modules/BUILD");
    repository.remove("constants/BUILD");
    expect![[r#"
        hello-pants-replace-list: 1 targets, plugin-api 1.1.0
    "#]]
    .assert_eq(&repository.run(&["list", "docs::"]).quiet_success());
    expect![[r#"
        Phase Execution Order:

        list

        Phase [Goal->Task] Order:

        list [list->Greeting]
    "#]]
    .assert_eq(&repository.run(&["--explain", "list", "docs::"]).quiet_success());
}
