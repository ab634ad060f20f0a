//! What help looks like.

use super::*;
use expect_test::{Expect, expect};
use pants_model::{OptionKind, OptionSpec, Value};

fn check(kind: HelpKind, scopes: &[&str], width: usize, expect: Expect) {
    let request = HelpRequest { kind, scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect() };
    expect.assert_eq(&render_help(&request, &specs(), HelpStyle::plain(width)));
}

fn specs() -> Vec<ScopeSpec> {
    let scope = |name: &str, description: &str, options| ScopeSpec {
        name: name.to_owned(),
        description: description.to_owned(),
        options,
        is_goal: name != "jvm",
        backend: String::new(),
        ..ScopeSpec::default()
    };
    let mut workers = OptionSpec::new("worker-count", OptionKind::Int, 2, "How many compilers run at a time.");
    workers.is_advanced = true;
    let args = OptionSpec::new(
        "args",
        OptionKind::StringList,
        Value::strings(["-g"]),
        "Extra arguments for the compiler, each of which is handed over as it stands.",
    );
    let mut old = OptionSpec::new("old", OptionKind::Bool, false, "Does it the old way.");
    old.deprecated = Some(("1.0".into(), "use `--args`".into()));
    let mut sep = OptionSpec::new("sep", OptionKind::String, "\\n", "What stands between two lines.");
    sep.short = Some('s');
    sep.implicit_value = Some(Value::from(","));
    vec![
        scope("list", "Lists targets.", vec![sep]),
        scope(
            "compile",
            "Compiles what can be compiled, in the order of the dependencies, and nothing more than what changed.",
            vec![],
        ),
        scope("compile.javac", "Compiles Java.", vec![workers, args, old]),
        scope("jvm", "How the JVM is set up.", vec![]),
    ]
}

#[test]
fn goals_stand_in_two_columns() {
    check(
        HelpKind::Goals,
        &[],
        60,
        expect![[r#"
            goals:
              compile  Compiles what can be compiled, in the order of
                       the dependencies, and nothing more than what
                       changed.
              list     Lists targets.
        "#]],
    );
}

#[test]
fn a_phase_shows_the_usual_options_of_its_goals() {
    check(
        HelpKind::Basic,
        &["compile"],
        60,
        expect![[r#"
            `compile` options
            -----------------
            Compiles what can be compiled, in the order of the
            dependencies, and nothing more than what changed.

              no options

            `compile.javac` options
            -----------------------
            Compiles Java.

              --compile-javac-args="['<str>', ...]"
                  Extra arguments for the compiler, each of which is
                  handed over as it stands.
                  default: ['-g']

              (more: pants help-advanced compile.javac)
        "#]],
    );
    check(
        HelpKind::Basic,
        &["jvm", "list"],
        60,
        expect![[r#"
            `jvm` options
            -------------
            How the JVM is set up.

              no options

            `list` options
            --------------
            Lists targets.

              -s=<str>, --list-sep[=<str>]
                  What stands between two lines.
                  default: \n
        "#]],
    );
}

#[test]
fn advanced_help_shows_all_of_them() {
    check(
        HelpKind::Advanced,
        &["compile.javac"],
        60,
        expect![[r#"
            `compile.javac` options
            -----------------------
            Compiles Java.

              --compile-javac-args="['<str>', ...]"
                  Extra arguments for the compiler, each of which is
                  handed over as it stands.
                  default: ['-g']
                  config: [compile.javac] args; environment:
                  PANTS_COMPILE_JAVAC_ARGS

             advanced:

              --compile-javac-worker-count=<int>
                  How many compilers run at a time.
                  default: 2
                  config: [compile.javac] worker_count; environment:
                  PANTS_COMPILE_JAVAC_WORKER_COUNT

             deprecated:

              --[no-]compile-javac-old
                  Does it the old way. Deprecated, goes away in 1.0: use
                  `--args`
                  default: false
                  config: [compile.javac] old; environment:
                  PANTS_COMPILE_JAVAC_OLD
        "#]],
    );
}

/// A subsystem, and a goal of a plugin with an instance of it.
fn with_an_instance() -> Vec<ScopeSpec> {
    let mut options = OptionSpec::new("options", OptionKind::StringList, Value::strings([""; 0]), "For the JVM.");
    options.aliases = vec!["args".into()];
    let layout = OptionKind::Choice(vec!["flat".into(), "deep".into()]);
    let layout = OptionSpec::new("layout", layout, "flat", "Where it goes.");
    let scope = |name: &str, is_goal, instance_of: Option<&str>, options: Vec<OptionSpec>| ScopeSpec {
        name: name.to_owned(),
        description: if name == "jvm" { "How the JVM is set up.".to_owned() } else { "Tests with JUnit".to_owned() },
        options,
        is_goal,
        instance_of: instance_of.map(str::to_owned),
        backend: if is_goal { "acme".to_owned() } else { String::new() },
        ..ScopeSpec::default()
    };
    vec![
        scope("jvm", false, None, vec![options]),
        scope("jvm.test.junit", false, Some("jvm"), vec![]),
        scope("test.junit", true, None, vec![layout]),
    ]
}

fn check_instance(kind: HelpKind, name: &str, expect: Expect) {
    let scopes = if name.is_empty() { vec![] } else { vec![name.to_owned()] };
    let text = render_help(&HelpRequest { kind, scopes }, &with_an_instance(), HelpStyle::plain(80));
    expect.assert_eq(&text);
}

#[test]
fn an_instance_is_shown_when_asked_for_by_name() {
    check_instance(
        HelpKind::Basic,
        "test.junit",
        expect![[r#"
        `test.junit` options
        --------------------
        Tests with JUnit. Provided by `acme`.

          --test-junit-layout=<str>
              Where it goes.
              one of: [flat, deep]; default: flat

          (subsystems: jvm; see pants help jvm, and pants help jvm.test.junit for this
          goal alone)
    "#]],
    );
    check_instance(
        HelpKind::Basic,
        "jvm",
        expect![[r#"
        `jvm` options
        -------------
        How the JVM is set up.

          --jvm-options="['<str>', ...]"
              For the JVM.
              default: []
    "#]],
    );
    check_instance(
        HelpKind::Advanced,
        "jvm.test.junit",
        expect![[r#"
        `jvm.test.junit` options
        ------------------------
        `jvm` for `test.junit` alone: what is not set here is as in `[jvm]`.

          --jvm-test-junit-options="['<str>', ...]"
              For the JVM.
              default: []
              config: [jvm.test.junit] options; environment:
              PANTS_JVM_TEST_JUNIT_OPTIONS
              also: --jvm-test-junit-args
    "#]],
    );
    let all = HelpRequest { kind: HelpKind::All, scopes: vec![] };
    assert!(!render_help(&all, &with_an_instance(), HelpStyle::plain(80)).contains("`jvm.test.junit` options"));
}

#[test]
fn colours_take_no_room() {
    let request = HelpRequest { kind: HelpKind::Goals, scopes: vec![] };
    let coloured = render_help(&request, &specs(), HelpStyle { width: 60, is_coloured: true });
    let plain = coloured.replace("\x1b[1m", "").replace("\x1b[36m", "").replace("\x1b[0m", "");
    assert_ne!(plain, coloured);
    assert_eq!(plain, render_help(&request, &specs(), HelpStyle::plain(60)));
}

#[test]
fn help_alone_says_how_to_call_the_program() {
    check(
        HelpKind::Basic,
        &[],
        80,
        expect![[r#"
            usage:
              pants [options] goal [its options] ... [target ...] [-- tool arguments]

            targets:
              src/java/app:lib  one target             src/java/app:   all in the directory
              src/java/app      its default target     src/java/app::  all below it
              ::                everything             ^src/java/app::  not these, in spite of the others

            help:
              pants goals                   what can be asked for
              pants help <goal>             the usual options of a goal
              pants help-advanced [<goal>]  all its options, or all global ones
              pants help-all                all options there are
              pants targets                 what can stand in a BUILD file
              pants --version               which version this is

            other words:
              pants migrate-config          write the pants.toml that equals an old pants.ini
              pants complete bash|zsh|fish  print a script that completes command lines in that shell
              pants daemon status|log|stop  how the daemon is, what it logged, end it after its runs
              pants kill-pantsd             end it at once

            global options
            --------------
            Options of the whole run.

              -l=<str>, --level=<str>
                  Show messages from this level on.
                  one of: [trace, debug, info, warn, error]; default: info

              --[no-]colors
                  Colour what is shown.
                  default: false

              -q, --[no-]quiet
                  Show what goals print and what goes wrong, and nothing else.
                  default: false

              -e, --[no-]explain
                  Show what would be done, and do nothing.
                  default: false

              --[no-]fail-fast
                  Stop at the first failure.
                  default: false

              --[no-]keep-going
                  Go on without what is broken in the repository; the run fails in the end.
                  default: false

              -x, --[no-]time
                  Show how long everything took, after the run.
                  default: false

              -j=<int>, --jobs=<int>
                  How many processes may run at the same time.
                  default: the number of processors

              --tag="['<str>', ...]"
                  Only targets with this tag: `a,b` means either, repeat it for both, `-a`
                  means without.
                  default: []

              --exclude-target-regexp="['<str>', ...]"
                  Leave out targets whose address this regular expression matches.
                  default: []

              --spec-file="['<str>', ...]"
                  Read targets from this file, one on a line.
                  default: []

              --owner-of="['<str>', ...]"
                  Take the targets that own this file, which need not exist any more,
                  instead of specs.
                  default: []

              (more: pants help-advanced)
        "#]],
    );
    check(
        HelpKind::Version,
        &[],
        80,
        expect![[r#"
            0.1.0
        "#]],
    );
}

#[test]
fn every_global_option_has_help() {
    for spec in crate::global_options() {
        assert!(spec.help.ends_with('.'), "`{}` has no sentence", spec.name);
        assert!(!spec.name.starts_with("no-") && spec.name == spec.name.to_lowercase(), "`{}`", spec.name);
    }
}
