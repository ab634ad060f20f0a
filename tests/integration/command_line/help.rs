//! Help: what is asked for is given, whatever is wrong with the configuration.

use super::{FILES, check, has_program, not_checked, shown};
use crate::support::Repository;
use expect_test::{Expect, expect};

/// The first lines of what a run says.
fn check_head(repository: &Repository, args: &[&str], lines: usize, expect: Expect) {
    let said = shown(&repository.run(args));
    expect.assert_eq(&said.lines().take(lines).map(|line| format!("{line}\n")).collect::<String>());
}

#[test]
fn a_goal_says_whose_it_is_and_what_else_counts() {
    let repository = Repository::new(FILES);
    check_head(
        &repository,
        &["help", "resolve"],
        12,
        expect![[r#"
        `resolve` options
        -----------------
        Resolve third-party dependencies.

          no options

        `resolve.coursier` options
        --------------------------
        Resolve third-party jars with Coursier. Provided by `pants.backend.jvm`.

          --resolve-coursier-lockfile=<str>
              The lock file, relative to the build root; commit it. Empty: none, every
    "#]],
    );
    check_head(
        &repository,
        &["help", "sort"],
        8,
        expect![[r#"
        `sort` options
        --------------
        Sort the targets by their dependencies: each comes after what it depends on.

          --sort-sep=<str>
              What to print after each row of text; `\n`, `\t`, `\r`, `\0` and `\\` are
              understood.
              default: \n
    "#]],
    );
    check_head(
        &repository,
        &["help-advanced", "sort"],
        9,
        expect![[r#"
        `sort` options
        --------------
        Sort the targets by their dependencies: each comes after what it depends on.

          --sort-sep=<str>
              What to print after each row of text; `\n`, `\t`, `\r`, `\0` and `\\` are
              understood.
              default: \n
              config: [sort] sep; environment: PANTS_SORT_SEP
    "#]],
    );
}

#[test]
fn what_nobody_knows() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["help", "nosuch"],
        expect![[r#"
        error: unknown goal or scope `nosuch`
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
        exit 1
    "#]],
    );
    check(
        &repository,
        &["help", "compiel"],
        expect![[r#"
        error: unknown goal or scope `compiel`
          hint: did you mean `compile`?
          hint: `pants goals` lists all goals, `pants help-all` shows all scopes
        exit 1
    "#]],
    );
    check(
        &repository,
        &["help", "lint"],
        expect![[r#"
        error: goal `lint` of Pants v1 has no task here yet
          hint: a plugin may bring it; `pants goals` lists all goals that there are
        exit 1
    "#]],
    );
}

#[test]
fn help_is_given_in_spite_of_a_broken_configuration() {
    let repository = Repository::new(FILES);
    for (toml, warning) in [
        ("[GLOBAL\n", "pants.toml:1:"),
        ("[nosuch]\nkey = 1\n", "unknown section `[nosuch]`"),
        ("[GLOBAL]\nbackend_packages = ['nosuch']\n", "no plugin provides the backend `nosuch`"),
        ("[GLOBAL]\njobs = 'many'\n", "is not a whole number"),
    ] {
        repository.write("pants.toml", toml);
        for (args, answer) in
            [(&["goals"][..], "  compile "), (&["help", "list"], "--list-sep"), (&["help"], "usage:"), (&["-v"], "0.")]
        {
            let output = repository.run(args);
            assert_eq!(output.code, Some(0), "{args:?}: {output:?}");
            assert!(output.stdout.contains(answer), "{args:?}: {output:?}");
            assert!(output.stderr.contains("warning: ") && output.stderr.contains(warning), "{args:?}: {output:?}");
        }
        assert_eq!(repository.run(&["list", "::"]).code, Some(1), "{toml}");
    }
}

#[test]
fn help_needs_no_build_root() {
    let repository = Repository::new("");
    repository.remove("pants.toml");
    for (args, answer) in [(&["help"][..], "usage:"), (&["help-advanced"], "advanced:"), (&["--version"], "0.")] {
        let output = repository.run(args).quiet_success();
        assert!(output.contains(answer), "{output}");
    }
}

#[test]
fn colours_are_for_terminals_or_for_who_asks() {
    let repository = Repository::new(FILES);
    let is_coloured = |output: String| output.contains('\x1b');
    assert!(!is_coloured(repository.run(&["help", "list"]).quiet_success()));
    assert!(is_coloured(repository.run(&["--colors", "help", "list"]).quiet_success()));
    // `script` runs a command in a terminal of its own.
    if !has_program("script") {
        return not_checked("script");
    }
    let in_terminal = |args: &str| {
        let line = format!("script -qec \"$1 {args}\" /dev/null");
        repository.pants(&[]).within("sh", &["-c", &line, "sh"])
    };
    assert!(is_coloured(in_terminal("help list").run().success()));
    assert!(!is_coloured(in_terminal("--no-colors help list").run().success()));
    assert!(!is_coloured(in_terminal("help list").env("NO_COLOR", "1").run().success()));
}

#[test]
fn lines_are_as_wide_as_columns_says() {
    let repository = Repository::new(FILES);
    for columns in [60, 100] {
        let text = repository.pants(&["help-advanced"]).env("COLUMNS", columns.to_string()).run().quiet_success();
        let options = text.lines().skip_while(|line| !line.starts_with("global options"));
        // A word that is longer than the line stands alone.
        let is_broken = |line: &&str| line.starts_with("      ") && line.trim().contains(' ');
        let widest = options.filter(is_broken).map(|line| line.chars().count()).max();
        assert!(widest.is_some_and(|widest| widest <= columns && widest + 15 > columns), "{columns}: {widest:?}");
    }
}
