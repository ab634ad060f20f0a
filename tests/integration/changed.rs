//! `changed` and its relatives against real git repositories.

use crate::support::Repository;
use expect_test::{Expect, expect};

const FILES: &str = r#"
//- a/BUILD
files(name='a', sources=['a.txt', 'old.txt'])
//- a/a.txt
a
//- a/old.txt
old
//- b/BUILD
files(name='b', sources=['b.txt'], dependencies=['a'])
//- b/b.txt
b
//- c/BUILD
target(name='c', dependencies=['b'])
"#;

/// A repository with one commit.
fn committed() -> Repository {
    let repository = Repository::new(FILES);
    repository.git(&["init", "--quiet"]);
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message=first"]);
    repository
}

fn check(repository: &Repository, args: &[&str], expect: Expect) {
    expect.assert_eq(&repository.run(args).success());
}

#[test]
fn nothing_changed_means_no_targets() {
    check(&committed(), &["changed"], expect![""]);
    let output = committed().run(&["compile-changed"]);
    assert_eq!(output.code, Some(0), "{output:?}");
}

#[test]
fn dependees_are_added_when_asked_for() {
    let repository = committed();
    repository.write("a/a.txt", "changed");
    check(
        &repository,
        &["changed"],
        expect![[r#"
        a:a
    "#]],
    );
    check(
        &repository,
        &["changed", "--include-dependees=direct"],
        expect![[r#"
        a:a
        b:b
    "#]],
    );
    check(
        &repository,
        &["changed", "--include-dependees=transitive"],
        expect![[r#"
        a:a
        b:b
        c:c
    "#]],
    );
    check(
        &repository,
        &["changed", "--files"],
        expect![[r#"
        a/a.txt
    "#]],
    );
    check(
        &repository,
        &["--changed-parent=HEAD", "list"],
        expect![[r#"
        a:a
    "#]],
    );
}

#[test]
fn deleted_renamed_and_untracked_files_count() {
    let repository = committed();
    repository.git(&["mv", "a/old.txt", "b/moved.txt"]);
    repository.write("b/untracked.txt", "");
    check(
        &repository,
        &["changed", "--files"],
        expect![[r#"
        a/old.txt
        b/moved.txt
        b/untracked.txt
    "#]],
    );
}

#[test]
fn a_range_says_what_commits_changed() {
    let repository = committed();
    repository.write("b/b.txt", "changed");
    repository.git(&["commit", "--quiet", "--all", "--message=second"]);
    repository.write("a/a.txt", "not committed");
    check(
        &repository,
        &["changed", "--diffspec=HEAD~1..HEAD"],
        expect![[r#"
        b:b
    "#]],
    );
    check(
        &repository,
        &["changed", "--diffspec=HEAD"],
        expect![[r#"
        b:b
    "#]],
    );
    check(
        &repository,
        &["changed", "--parent=HEAD~1"],
        expect![[r#"
        a:a
        b:b
    "#]],
    );
}

#[test]
fn what_git_does_not_know_is_told_without_its_way() {
    let told = |repository: &Repository, args: &[&str], expect: Expect| {
        expect.assert_eq(&repository.run(args).failure(1));
    };
    told(
        &committed(),
        &["changed", "--parent=nope"],
        expect![[r#"
        error: git knows no commit `nope`
    "#]],
    );
    told(
        &committed(),
        &["changed", "--diffspec=nope"],
        expect![[r#"
        error: git knows no commit `nope`
    "#]],
    );
    told(
        &committed(),
        &["changed", "--diffspec=nope..HEAD"],
        expect![[r#"
        error: `git diff` failed: bad revision 'nope..HEAD'
    "#]],
    );
    told(
        &committed(),
        &["--changed-parent=nope", "list"],
        expect![[r#"
        error: git knows no commit `nope`
    "#]],
    );
    told(
        &Repository::new(FILES),
        &["changed"],
        expect![[r#"
        error: the build root is in no git repository, so nothing is known to have changed
    "#]],
    );
    told(
        &Repository::new(FILES),
        &["test-changed"],
        expect![[r#"
        error: the build root is in no git repository, so nothing is known to have changed
    "#]],
    );
}
