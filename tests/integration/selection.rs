//! In which ways a command line selects targets, against a real repository.

use crate::support::Repository;
use expect_test::{Expect, expect};

const FILES: &str = "
//- a/BUILD
files(name='a', sources=['a.txt'], tags=['x', 'y'])
files(name='rest', sources=['*.txt', '!a.txt'], tags=['x'])
//- a/a.txt
//- a/b.txt
//- a/below/BUILD
files(name='below', sources=['*.txt'])
//- a/below/c.txt
//- BUILD
files(name='all', sources=['a/below/*.txt'], dependencies=['a'])
//- specs
# a comment
a:

a/below
//- empty
";

/// A repository with one commit.
fn committed() -> Repository {
    let repository = Repository::new(FILES);
    repository.git(&["init", "--quiet"]);
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message=first"]);
    repository
}

fn check(repository: &Repository, args: &[&str], expect: Expect) {
    let output = repository.run(args);
    let code = output.code.map_or("killed".to_owned(), |code| format!("exit {code}"));
    expect.assert_eq(&format!("{}{}{code}\n", output.stdout, output.stderr));
}

#[test]
fn spec_files_by_both_names() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["--spec-file=specs", "list"],
        expect![[r#"
        a:a
        a:rest
        a/below:below
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--target-spec-file=specs", "--tag=y", "list", "//:all"],
        expect![[r#"
        a:a
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--spec-file=empty", "list"],
        expect![[r#"
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--spec-file=gone", "--spec-file=away", "list"],
        expect![[r#"
        error: cannot read the spec file `gone`: No such file or directory (os error 2)
        error: cannot read the spec file `away`: No such file or directory (os error 2)
        error: 2 errors
        exit 1
    "#]],
    );
}

#[test]
fn owners_of_files() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["--owner-of=a/below/c.txt", "list"],
        expect![[r#"
        //:all
        a/below:below
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--owner-of=a/below/deleted.txt", "--owner-of=a/BUILD", "--tag=-y", "list"],
        expect![[r#"
        //:all
        a:rest
        a/below:below
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--owner-of=specs", "--owner-of=a", "list"],
        expect![[r#"
        error: no target owns `specs`
        error: no target owns `a`
          hint: it is a directory; `--owner-of` takes files
        error: 2 errors
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--owner-of=specs", "--owner-of=a/a.txt", "--owners-not-found-behavior=warn", "list"],
        expect![[r#"
            a:a
            warning: no target owns `specs`
            exit 0
        "#]],
    );
    check(
        &repository,
        &["--owner-of=specs", "--owners-not-found-behavior=ignore", "list"],
        expect![[r#"
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--owner-of=../elsewhere", "list"],
        expect![[r#"
        error: `../elsewhere` is not inside the build root `[ROOT]`
        exit 1
    "#]],
    );
}

#[test]
fn files_are_named_from_the_build_root() {
    let repository = Repository::new(FILES);
    let output = repository.pants(&["--owner-of=b.txt", "list"]).in_directory(&repository.root().join("a")).run();
    expect![[r#"
        error: no target owns `b.txt`
          hint: files are named from the build root; `./b.txt` starts in the current directory
    "#]]
    .assert_eq(&output.failure(1));
    let output = repository.pants(&["--owner-of=./b.txt", "list"]).in_directory(&repository.root().join("a")).run();
    assert_eq!(output.quiet_success(), "a:rest\n");
}

#[test]
fn file_arguments_without_an_owner() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["list", "specs", "a/*.md"],
        expect![[r#"
        error: no target owns `specs`
        error: `a/*.md` does not match any files
        error: 2 errors
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--owners-not-found-behavior=warn", "list", "specs", "a/*.md", "a/a.txt"],
        expect![[r#"
        a:a
        warning: no target owns `specs`
        warning: `a/*.md` does not match any files
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--owners-not-found-behavior=ignore", "list", "specs", "a/*.md"],
        expect![[r#"
        exit 0
    "#]],
    );
}

#[test]
fn changed_targets_are_filtered_like_others() {
    let repository = committed();
    repository.write("a/a.txt", "changed");
    repository.write("a/b.txt", "changed");
    repository.write("a/below/c.txt", "changed");
    check(
        &repository,
        &["--changed-parent=HEAD", "list"],
        expect![[r#"
        //:all
        a:a
        a:rest
        a/below:below
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--changed-since=HEAD", "--changed-fast", "list"],
        expect![[r#"
        a:a
        a:rest
        a/below:below
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--changed-parent=HEAD", "--tag=x", "--exclude-target-regexp=rest", "list"],
        expect![[r#"
        a:a
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--tag=y", "changed"],
        expect![[r#"
        a:a
        exit 0
    "#]],
    );
    check(
        &repository,
        &["changed", "--fast", "--include-dependees=direct"],
        expect![[r#"
        //:all
        a/below:below
        a:a
        a:rest
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--exclude-target-regexp=a(", "changed"],
        expect![[r#"
            error: `a(` is not a regular expression: unclosed group
            exit 1
        "#]],
    );
}

#[test]
fn two_ways_at_once() {
    let repository = committed();
    check(
        &repository,
        &["--changed-parent=HEAD", "--owner-of=a/a.txt", "list", "a"],
        expect![[r#"
        error: targets are selected in 3 ways: by specs, `--owner-of` and `--changed-*`
          hint: use one of them
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--changed-parent=HEAD", "--spec-file=specs", "list"],
        expect![[r#"
        error: targets are selected in 2 ways: by `--spec-file` and `--changed-*`
          hint: use one of them
        exit 1
    "#]],
    );
    check(
        &repository,
        &["changed", "a"],
        expect![[r#"
        error: targets are selected in 2 ways: by specs and goal `changed`
          hint: use one of them
        exit 1
    "#]],
    );
}

#[test]
fn nothing_selected_is_no_error() {
    let repository = committed();
    for goal in ["list", "dependencies", "dependees", "filedeps", "depmap"] {
        check(
            &repository,
            &["--changed-parent=HEAD", goal],
            expect![[r#"
            exit 0
        "#]],
        );
    }
    check(
        &repository,
        &["--tag=nobody-has-it", "list", "::"],
        expect![[r#"
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--level=warn", "--changed-parent=HEAD", "compile"],
        expect![[r#"
        warning: goal `compile` has nothing to do: no targets were selected
        exit 0
    "#]],
    );
}

#[test]
fn filters_go_with_every_goal_and_take_from_roots_only() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["--tag=x", "--tag=-y", "filedeps", "::"],
        expect![[r#"
        a/BUILD
        a/b.txt
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--exclude-target-regexp=^a:", "dependencies", "::"],
        expect![[r#"
        a:a
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--tag=x,y", "--tag=+y", "dependees", "::"],
        expect![[r#"
        //:all
        exit 0
    "#]],
    );
}
