//! The grammar of the command line.

use super::*;

fn check_args(args: &str, expect: Expect) {
    check(Case { args, files: &[("src/BUILD", ""), ("test/x", "")], ..Case::default() }, expect);
}

#[test]
fn goals_come_first_then_specs_then_passthrough() {
    check_args(
        "compile test src:: other:x -- -v --help test",
        expect![[r#"
            goals: compile test
            specs: src:: other:x
            passthrough: -v --help test
        "#]],
    );
    check_args(
        "compile.javac --worker-count=3 test compile src",
        expect![[r#"
            goals: compile test
            specs: src
            compile.javac.worker-count = 3 (--worker-count)
        "#]],
    );
    check_args(
        "goal compile ::",
        expect![[r#"
            goals: compile
            specs: ::
        "#]],
    );
    check_args(
        "src::",
        expect![[r#"
            specs: src::
        "#]],
    );
    check_args(
        "list src test",
        expect![[r#"
            goals: list
            specs: src test
        "#]],
    );
    check_args("", expect![[""]]);
}

#[test]
fn a_flag_belongs_to_the_goal_before_it_if_the_goal_has_it() {
    check_args(
        "sort --reverse --sep=, list --sep=| ::",
        expect![[r#"
            goals: sort list
            specs: ::
            list.sep = '|' (--sep)
            sort.reverse = True (--reverse)
            sort.sep = ',' (--sep)
        "#]],
    );
    check_args(
        "list --level=debug ::",
        expect![[r#"
            goals: list
            specs: ::
            level = 'debug' (--level)
        "#]],
    );
    check_args(
        "list :: --sep=|",
        expect![[r#"
            goals: list
            specs: ::
            list.sep = '|' (--sep)
        "#]],
    );
    check_args(
        "compile.rsc --time ::",
        expect![[r#"
            goals: compile
            specs: ::
            compile.rsc.time = True (--time)
        "#]],
    );
    check_args(
        "--compile-rsc-time compile ::",
        expect![[r#"
            goals: compile
            specs: ::
            compile.rsc.time = True (--compile-rsc-time)
        "#]],
    );
    check_args(
        "cache --read-from=x list",
        expect![[r#"
            goals: list
            cache.read-from = ['x'] (--read-from)
        "#]],
    );
    check_args(
        "compile.javac --no-warning-args=['-x'] --no-delete-scratch ::",
        expect![[r#"
            goals: compile
            specs: ::
            compile.javac.delete-scratch = False (--no-delete-scratch)
            compile.javac.no-warning-args = ['-x'] (--no-warning-args)
        "#]],
    );
}

#[test]
fn short_flags_take_their_value_at_once_or_behind_a_sign() {
    check_args(
        "-ldebug -q list -s| ::",
        expect![[r#"
            goals: list
            specs: ::
            level = 'debug' (-l)
            quiet = True (-q)
            list.sep = '|' (-s)
        "#]],
    );
    check_args(
        "-l=warn list ::",
        expect![[r#"
            goals: list
            specs: ::
            level = 'warn' (-l)
        "#]],
    );
    check_args(
        "-lloud list",
        expect![[r#"
            `-l`: `loud` is not one of `trace`, `debug`, `info`, `warn`, `error`
        "#]],
    );
    check_args(
        "-l list",
        expect![[r#"
            `-l` needs a value
              hint: write `-l=<trace|debug|info|warn|error>`
        "#]],
    );
    check_args(
        "-qx list",
        expect![[r#"
            unknown option `-qx`
              hint: one-letter flags stand apart: `-q -x`
              hint: `pants help-advanced` lists all options
        "#]],
    );
    check_args(
        "-Z list",
        expect![[r#"
            unknown option `-Z`
              hint: `pants help-advanced` lists all options
        "#]],
    );
}

#[test]
fn help_is_asked_for_anywhere() {
    check_args(
        "help",
        expect![[r#"
            help: Basic
        "#]],
    );
    check_args(
        "help compile",
        expect![[r#"
            goals: compile
            help: Basic compile
        "#]],
    );
    check_args(
        "compile.javac --help",
        expect![[r#"
            goals: compile
            help: Basic compile.javac
        "#]],
    );
    check_args(
        "help-advanced cache",
        expect![[r#"
            help: Advanced cache
        "#]],
    );
    check_args(
        "help-all",
        expect![[r#"
            help: All
        "#]],
    );
    check_args(
        "goals",
        expect![[r#"
            help: Goals
        "#]],
    );
    check_args(
        "-V",
        expect![[r#"
            help: Version
        "#]],
    );
    check_args(
        "help nosuch",
        expect![[r#"
            unknown goal or scope `nosuch`
              hint: `pants goals` lists all goals, `pants help-all` shows all scopes
        "#]],
    );
    check_args(
        "test -- --help",
        expect![[r#"
            goals: test
            passthrough: --help
        "#]],
    );
}

#[test]
fn a_typo_is_answered_with_what_was_meant() {
    check_args(
        "compile.javca src::",
        expect![[r#"
            unknown goal `compile.javca`
              hint: did you mean `compile.javac`?
              hint: `pants goals` lists all goals
        "#]],
    );
    check_args(
        "tset src::",
        expect![[r#"
            unknown goal `tset`
              hint: did you mean `test`?
              hint: `pants goals` lists all goals
        "#]],
    );
    check_args(
        "compile lits src::",
        expect![[r#"
            `lits` is neither a goal nor a target or path
              hint: did you mean the goal `list`?
              hint: `pants goals` lists all goals; a target is named as `path/to/directory:name`
        "#]],
    );
    check_args(
        "sort --revers",
        expect![[r#"
            unknown option `--revers` of `sort`
              hint: did you mean `--reverse`?
              hint: `pants help-advanced sort` lists all options
        "#]],
    );
    check_args(
        "--sort-revers sort",
        expect![[r#"
            unknown option `--sort-revers`
              hint: did you mean `--sort-reverse`?
              hint: `pants help-advanced` lists all options
        "#]],
    );
    check_args(
        "--colours list",
        expect![[r#"
            unknown option `--colours`
              hint: did you mean `--colors`?
              hint: `pants help-advanced` lists all options
        "#]],
    );
    check_args(
        "--worker-count=1 compile",
        expect![[r#"
            unknown option `--worker-count`
              hint: did you mean `--compile-javac-worker-count` or `--compile-rsc-worker-count`?
              hint: `pants help-advanced` lists all options
        "#]],
    );
    check_args(
        "compile --worker-cuont=1 frobnicate",
        expect![[r#"
            unknown option `--worker-cuont` of `compile`
              hint: did you mean `--compile-javac-worker-count` or `--compile-rsc-worker-count`?
              hint: `pants help-advanced compile` lists all options
            `frobnicate` is neither a goal nor a target or path
              hint: `pants goals` lists all goals; a target is named as `path/to/directory:name`
        "#]],
    );
    check_args(
        "cache",
        expect![[r#"
            `cache` is a scope of options, not a goal
              hint: `pants help-advanced cache` lists its options
              hint: a directory of that name is asked for as `./cache`
        "#]],
    );
    check_args(
        "list :: sort",
        expect![[r#"
            the goal `sort` stands after a target, `::`
              hint: goals come first, then targets
              hint: a directory of that name is asked for as `./sort`
        "#]],
    );
}

#[test]
fn a_habit_from_elsewhere_is_answered_with_how_it_is_here() {
    check_args(
        "--reverse sort ::",
        expect![[r#"
        unknown option `--reverse`
          hint: did you mean `--sort-reverse`?
          hint: `--reverse` alone is understood after the word `sort`
          hint: `pants help-advanced` lists all options
    "#]],
    );
    check_args(
        "sort list --reverse",
        expect![[r#"
        unknown option `--reverse` of `list`
          hint: did you mean `--sort-reverse`?
          hint: `--reverse` alone is understood after the word `sort`
          hint: `pants help-advanced list` lists all options
    "#]],
    );
    check_args(
        "--no-delete-scratch compile",
        expect![[r#"
        unknown option `--no-delete-scratch`
          hint: did you mean `--no-compile-javac-delete-scratch`?
          hint: `--no-delete-scratch` alone is understood after the word `compile.javac`
          hint: `pants help-advanced` lists all options
    "#]],
    );
    check_args(
        "-level=debug list",
        expect![[r#"
        `-l`: `evel=debug` is not one of `trace`, `debug`, `info`, `warn`, `error`
    "#]],
    );
    check_args(
        "-Dkey=value list",
        expect![[r#"
            unknown option `-Dkey`
              hint: options of the programs that goals start are given as `--jvm-options=-Dkey`
              hint: `pants help-advanced` lists all options
        "#]],
    );
    check_args(
        "-qe list",
        expect![[r#"
        unknown option `-qe`
          hint: one-letter flags stand apart: `-q -e`
          hint: `pants help-advanced` lists all options
    "#]],
    );
    check_args(
        "list -s , ::",
        expect![[r#"
        `-s` needs a value
          hint: write `-s=,`
    "#]],
    );
    check_args(
        "--no-sort-reverse=false sort",
        expect![[r#"
        `--no-sort-reverse` takes no value
          hint: `--sort-reverse` says yes, `--no-sort-reverse` says no
    "#]],
    );
    check_args(
        "list nosuch",
        expect![[r#"
        `nosuch` is neither a goal nor a target or path
          hint: `pants goals` lists all goals; a target is named as `path/to/directory:name`
    "#]],
    );
    check_args(
        "list srcc",
        expect![[r#"
        `srcc` is neither a goal nor a target or path
          hint: did you mean the directory `src`?
          hint: `pants goals` lists all goals; a target is named as `path/to/directory:name`
    "#]],
    );
    check_args(
        "list tset",
        expect![[r#"
        `tset` is neither a goal nor a target or path
          hint: did you mean the goal `test`?
          hint: did you mean the directory `test`?
          hint: `pants goals` lists all goals; a target is named as `path/to/directory:name`
    "#]],
    );
    check_args(
        "list daemon",
        expect![[r#"
        `daemon` is no goal: it stands alone, as the first word
          hint: a directory of that name is asked for as `./daemon`
    "#]],
    );
    check_args(
        "lint ::",
        expect![[r#"
        goal `lint` of Pants v1 has no task here yet
          hint: a plugin may bring it; `pants goals` lists all goals that there are
    "#]],
    );
    check_args(
        "fmt.isort ::",
        expect![[r#"
            goal `fmt.isort` of Pants v1 has no task here yet
              hint: a plugin may bring it; `pants goals` lists all goals that there are
        "#]],
    );
    check_args(
        "help lnt",
        expect![[r#"
        unknown goal or scope `lnt`
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
    "#]],
    );
    check_args(
        "help lint",
        expect![[r#"
        goal `lint` of Pants v1 has no task here yet
          hint: a plugin may bring it; `pants goals` lists all goals that there are
    "#]],
    );
    check_args(
        "help cahce",
        expect![[r#"
        unknown goal or scope `cahce`
          hint: did you mean `cache`?
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
    "#]],
    );
    check_args(
        "--colours sort --revers",
        expect![[r#"
        unknown option `--colours`
          hint: did you mean `--colors`?
          hint: `pants help-advanced` lists all options
        unknown option `--revers` of `sort`
          hint: did you mean `--reverse`?
          hint: `pants help-advanced sort` lists all options
    "#]],
    );
    check_args(
        "--level=debug --option-name-check-distance=0 --colours list",
        expect![[r#"
        unknown option `--colours`
          hint: `pants help-advanced` lists all options
    "#]],
    );
    check_args(
        "--option-name-check-distance=0 lst",
        expect![[r#"
        unknown goal `lst`
          hint: `pants goals` lists all goals
    "#]],
    );
    check_args(
        "--option-name-check-distance=0 list sr",
        expect![[r#"
        `sr` is neither a goal nor a target or path
          hint: `pants goals` lists all goals; a target is named as `path/to/directory:name`
    "#]],
    );
    check_args(
        "--option-name-check-distance=0 help lst",
        expect![[r#"
        unknown goal or scope `lst`
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
    "#]],
    );
    check_args(
        "list sr",
        expect![[r#"
        `sr` is neither a goal nor a target or path
          hint: did you mean the directory `src`?
          hint: `pants goals` lists all goals; a target is named as `path/to/directory:name`
    "#]],
    );
}

#[test]
fn a_bad_value_is_named_as_it_was_given() {
    check_args(
        "--compile-javac-worker-count=x",
        expect![[r#"
            `--compile-javac-worker-count`: `x` is not a whole number
        "#]],
    );
    check_args(
        "compile.javac --worker-count=x",
        expect![[r#"
            `--worker-count`: `x` is not a whole number
        "#]],
    );
    check_args(
        "--compile-javac-worker-count=1 compile.javac --worker-count=2",
        expect![[r#"
            the option of `--compile-javac-worker-count` and `--worker-count` is given twice, and takes one value
        "#]],
    );
    check_args(
        "--compile-javac-delete-scratch=maybe",
        expect![[r#"
            `--compile-javac-delete-scratch`: `maybe` is not `true` or `false`
        "#]],
    );
    check_args(
        "--no-compile-javac-delete-scratch=true",
        expect![[r#"
            `--no-compile-javac-delete-scratch` takes no value
              hint: `--compile-javac-delete-scratch` says yes, `--no-compile-javac-delete-scratch` says no
        "#]],
    );
    check_args(
        "--compile-javac-worker-count 3",
        expect![[r#"
            `--compile-javac-worker-count` needs a value
              hint: write `--compile-javac-worker-count=3`
        "#]],
    );
    check_args(
        "--source-unmatched=explode",
        expect![[r#"
            `--source-unmatched`: `explode` is not one of `create`, `fail`
        "#]],
    );
    check_args(
        "--jvm-platform-platforms=nonsense",
        expect![[r#"
            `--jvm-platform-platforms`: `nonsense` is not a dict
              hint: write `{'a': 'b'}` to replace, `+{'a': 'b'}` to add
        "#]],
    );
    check_args(
        "--level=loud",
        expect![[r#"
            `--level`: `loud` is not one of `trace`, `debug`, `info`, `warn`, `error`
        "#]],
    );
    check_args(
        "--jobs=0",
        expect![[r#"
            `--jobs`: 0 is less than 1
        "#]],
    );
    check(
        Case { env: &[("PANTS_COMPILE_JAVAC_ARGS", "[x]")], ..Case::default() },
        expect![[r#"
            `PANTS_COMPILE_JAVAC_ARGS`: `x` is not quoted at character 2
              hint: write a list as `['a', 'b']`, and one item that looks so as `["[x]"]`
        "#]],
    );
}

#[test]
fn of_many_unknown_flags_the_first_are_advised() {
    let dir = tempfile::tempdir().expect("a temp directory");
    write(dir.path(), "BUILDROOT", "");
    let args = (0..3_000).map(|number| format!("--levl={number}")).collect();
    let invocation = Invocation { args, environment: Arc::default(), cwd: dir.path().to_path_buf() };
    let error = run(&invocation).expect_err("the flags are unknown");
    let diagnostics = error.diagnostics();
    let advised = diagnostics.iter().filter(|one| one.hints.contains(&"did you mean `--level`?".to_owned()));
    assert_eq!((diagnostics.len(), advised.count()), (3_000, 20));
}

#[test]
fn a_deprecated_option_and_an_idle_shorthand_are_warnings() {
    check_args(
        "run --old",
        expect![[r#"
            goals: run
            run.old = True (--old)
            warning: `--old` is deprecated and goes away in 2.0: use `--new`
        "#]],
    );
    check_args(
        "compile.javac ::",
        expect![[r#"
            goals: compile
            specs: ::
            warning: `compile.javac` runs all of `compile`; naming one task only says whose flags follow, and none do
        "#]],
    );
    check_args(
        "compile.javac --level=debug ::",
        expect![[r#"
            goals: compile
            specs: ::
            level = 'debug' (--level)
        "#]],
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_unicode_is_an_error() {
    use std::os::unix::ffi::OsStringExt;
    let dir = tempfile::tempdir().expect("a temp directory");
    write(dir.path(), "BUILDROOT", "");
    let environment = BTreeMap::from([("PANTS_LEVEL".into(), OsString::from_vec(vec![0xff]))]);
    let invocation = Invocation { args: vec![], environment: Arc::new(environment), cwd: dir.path().to_path_buf() };
    let error = run(&invocation).expect_err("the variable is bad");
    assert_eq!(error.to_string(), "the environment variable `PANTS_LEVEL` is not valid Unicode");
}

#[test]
fn only_a_bool_has_a_negation() {
    check_args(
        "--no-level --no-tag=x --no-jvm-options --no-list-sep list",
        expect![[r#"
        `--level` takes a value; there is no `--no-level`
          hint: write `--level=<trace|debug|info|warn|error>`
        `--tag` takes a value; there is no `--no-tag`
          hint: write `--tag="['<str>', ...]"`
        `--jvm-options` takes a value; there is no `--no-jvm-options`
          hint: write `--jvm-options="['<str>', ...]"`
        `--list-sep` takes a value; there is no `--no-list-sep`
          hint: write `--list-sep=<str>`
    "#]],
    );
    check_args(
        "list --no-sep",
        expect![[r#"
        `--sep` takes a value; there is no `--no-sep`
          hint: write `--sep=<str>`
    "#]],
    );
}

#[test]
fn help_about_a_scope_that_is_not_there_names_those_that_are() {
    check_args(
        "help jvm.compile",
        expect![[r#"
        unknown goal or scope `jvm.compile`
          hint: there are `jvm.run`, `jvm.test.junit`
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
    "#]],
    );
    check_args(
        "help cache.nosuch",
        expect![[r#"
        unknown goal or scope `cache.nosuch`
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
    "#]],
    );
    check_args(
        "help kinds pick.x",
        expect![[r#"
        unknown goal or scope `pick.x`
          hint: did you mean `pick`?
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
    "#]],
    );
    check_args(
        "help jvm.test",
        expect![[r#"
        unknown goal or scope `jvm.test`
          hint: there is `jvm.test.junit`
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
    "#]],
    );
    check_args(
        "help jvm.test.junt",
        expect![[r#"
        unknown goal or scope `jvm.test.junt`
          hint: did you mean `jvm.test.junit`?
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
    "#]],
    );
    check_args(
        "help compile.javca",
        expect![[r#"
        unknown goal or scope `compile.javca`
          hint: did you mean `compile.javac`?
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
    "#]],
    );
    check_args(
        "help src/a.b list a.txt",
        expect![[r#"
        the goal `list` stands after a target, `src/a.b`
          hint: goals come first, then targets
          hint: a directory of that name is asked for as `./list`
    "#]],
    );
    check_args(
        "help-advanced GLOBAL",
        expect![[r#"
        help: Advanced
    "#]],
    );
}

#[test]
fn a_goal_in_the_wrong_place_is_named() {
    check_args(
        "./plugin list",
        expect![[r#"
        the goal `list` stands after a target, `./plugin`
          hint: goals come first, then targets
          hint: a directory of that name is asked for as `./list`
    "#]],
    );
    check_args(
        "-- list",
        expect![[r#"
        no goal was given
          hint: `list` stands after `--`, where arguments of programs stand: goals come first
    "#]],
    );
    check_args(
        "list::",
        expect![[r#"
        no goal was given
          hint: did you mean `list ::`?
          hint: goals come first, then targets
    "#]],
    );
    check_args(
        "-q list:x -- sort",
        expect![[r#"
        no goal was given
          hint: did you mean `list :x`?
          hint: goals come first, then targets
    "#]],
    );
    check_args(
        "test::",
        expect![[r#"
        specs: test::
    "#]],
    );
    check_args(
        "list -- sort",
        expect![[r#"
        goals: list
        passthrough: sort
    "#]],
    );
}

/// An invocation that goes on in spite of what is wrong, as that of whoever reads help does.
fn check_in_spite_of_all(args: &str, level: Option<&str>, expect: Expect) {
    let dir = tempfile::tempdir().expect("a temp directory");
    write(dir.path(), "BUILDROOT", "");
    let level = level.map(|level| ("PANTS_LEVEL".into(), level.into()));
    let environment = Arc::new([("PANTS_PANTSRC".into(), "false".into())].into_iter().chain(level).collect());
    let args = args.split(' ').map(str::to_owned).collect();
    let invocation = Invocation { args, environment, cwd: dir.path().to_path_buf() };
    let said = |title: &str, error: &OptionsError| format!("{title}: {}\n", error);
    let (mut got, bootstrap) = match bootstrap(&invocation) {
        Ok(bootstrap) => (String::new(), bootstrap),
        Err(error) => {
            let bootstrap = bootstrap_without_config(&invocation).expect("there is a build root");
            (said("first", &error), bootstrap.having_told(&error))
        }
    };
    got.push_str(&match read_command(&invocation, &bootstrap, &scopes()) {
        Ok(command) => format!("help: {:?}\n", command.help.map(|help| (help.kind, help.scopes))),
        Err(error) => said("no command", &error),
    });
    if let Err(error) = parse_with_disabled(&invocation, &bootstrap, &scopes(), &[]) {
        got.push_str(&said("then", &error));
    }
    expect.assert_eq(&got);
}

#[test]
fn what_is_wrong_is_told_once_to_whoever_reads_help() {
    check_in_spite_of_all(
        "--level=bogus help",
        None,
        expect![[r#"
        first: `--level`: `bogus` is not one of `trace`, `debug`, `info`, `warn`, `error`
        help: Some((Basic, []))
    "#]],
    );
    check_in_spite_of_all(
        "help",
        Some("bogus"),
        expect![[r#"
        first: `PANTS_LEVEL`: `bogus` is not one of `trace`, `debug`, `info`, `warn`, `error`
        help: Some((Basic, []))
    "#]],
    );
    check_in_spite_of_all(
        "--level=bogus --nosuch help",
        None,
        expect![[r#"
        first: `--level`: `bogus` is not one of `trace`, `debug`, `info`, `warn`, `error`
        help: Some((Basic, []))
        then: unknown option `--nosuch`
    "#]],
    );
    check_in_spite_of_all(
        "list --sep --help",
        None,
        expect![[r#"
        help: Some((Basic, ["list"]))
        then: `--sep` needs a value
    "#]],
    );
    check_in_spite_of_all(
        "help --nosuch compile.javca",
        None,
        expect![[r#"
        no command: unknown goal or scope `compile.javca`
        then: 2 things are wrong
    "#]],
    );
}

#[test]
fn flags_that_ask_for_help_are_advised_on() {
    check_args(
        "--help=compile",
        expect![[r#"
        `--help` takes no value
    "#]],
    );
    check_args(
        "list --version=1",
        expect![[r#"
        `--version` takes no value
    "#]],
    );
    check_args(
        "--quiet --no-quiet list",
        expect![[r#"
        the option of `--quiet` and `--no-quiet` is given twice, and takes one value
    "#]],
    );
    check_args(
        "-version",
        expect![[r#"
        unknown option `-version`
          hint: did you mean `--version`?
          hint: `pants help-advanced` lists all options
    "#]],
    );
    check_args(
        "help-all --man",
        expect![[r#"
        unknown option `--man`
          hint: `--man` goes with `help` only: `pants help --man`
          hint: `pants help-advanced` lists all options
    "#]],
    );
}
