//! `changed` and its relatives where the tutorial is a part of a larger git repository.

use super::{PYTHON_TEST, ran, unlike_any_other};
use crate::support::{Pants, Repository, git};
use expect_test::{Expect, expect};
use std::path::PathBuf;

/// A git repository with the tutorial in a directory of it.
fn monorepo() -> (Repository, PathBuf) {
    let tutorial = unlike_any_other();
    let whole = Repository::new("");
    whole.remove("pants.toml");
    whole.write("README", "outside the build root");
    whole.copy_tree_to(&tutorial.root(), "build");
    whole.git(&["init", "--quiet"]);
    whole.git(&["add", "."]);
    whole.git(&["commit", "--quiet", "--message=first"]);
    let root = whole.root().join("build");
    (whole, root)
}

fn check(directory: &std::path::Path, repository: &Repository, args: &[&str], expect: Expect) {
    expect.assert_eq(&Pants::new(directory, &repository.home(), args).run().quiet_success());
}

#[test]
fn changes_are_seen_below_the_top_of_the_git_repository() {
    let (whole, root) = monorepo();
    check(&root, &whole, &["changed"], expect![""]);
    // What the pattern of these resources still finds when the other file is gone.
    whole.write("build/src/resources/org/example/greet/kept.txt", "");
    whole.git(&["add", "build/src/resources"]);
    whole.git(&["commit", "--quiet", "--message=kept"]);
    whole.write("README", "changed, but outside");
    whole.git(&["mv", "build/src/java/org/example/app/Main.java", "build/src/java/org/example/app/Start.java"]);
    whole.write("build/src/python/example/greet/more.py", "");
    whole.remove("build/src/resources/org/example/greet/salutation.txt");
    check(
        &root,
        &whole,
        &["changed", "--files"],
        expect![[r#"
        src/java/org/example/app/Main.java
        src/java/org/example/app/Start.java
        src/python/example/greet/more.py
        src/resources/org/example/greet/salutation.txt
    "#]],
    );
    check(
        &root,
        &whole,
        &["changed"],
        expect![[r#"
        src/java/org/example/app:lib
        src/python/example/greet:greet
        src/resources/org/example/greet:greet
    "#]],
    );
    check(
        &root,
        &whole,
        &["changed", "--include-dependees=transitive"],
        expect![[r#"
        //:apps
        //:tests
        src/java/org/example/app:app
        src/java/org/example/app:lib
        src/java/org/example/greet:greet
        src/python/example/app:app
        src/python/example/greet:greet
        src/resources/org/example/greet:greet
        tests/java/org/example/app:app
        tests/java/org/example/greet:greet
        tests/python/example/greet:greet
    "#]],
    );
    whole.git(&["commit", "--quiet", "--all", "--message=second"]);
    check(
        &root,
        &whole,
        &["changed", "--diffspec=HEAD~1..HEAD"],
        expect![[r#"
        src/java/org/example/app:lib
        src/resources/org/example/greet:greet
    "#]],
    );
}

#[test]
fn a_worktree_has_changes_of_its_own() {
    let (whole, root) = monorepo();
    let elsewhere = whole.home().join("worktree");
    whole.git(&["worktree", "add", "--quiet", "-b", "topic", &elsewhere.to_string_lossy()]);
    let tutorial = elsewhere.join("build");
    let requirements = tutorial.join("3rdparty/python/requirements.txt");
    let text = std::fs::read_to_string(&requirements).expect("it was checked out");
    std::fs::write(&requirements, text + "six==1.17.0\n").expect("it can be written");
    let args = ["changed", "--parent=main"];
    check(
        &tutorial,
        &whole,
        &args,
        expect![[r#"
        3rdparty/python:requirements.txt
    "#]],
    );
    check(&root, &whole, &args, expect![[""]]);
    git(&elsewhere, &whole.home(), &["commit", "--quiet", "--all", "--message=more"]);
    check(&tutorial, &whole, &["changed"], expect![[""]]);
    check(
        &tutorial,
        &whole,
        &args,
        expect![[r#"
        3rdparty/python:requirements.txt
    "#]],
    );
}

#[test]
fn what_changed_is_compiled_and_tested() {
    let (whole, root) = monorepo();
    let changed = |args: &[&str]| run_in(&whole, &root, args);
    assert_eq!(ran(&changed(&["test-changed"])), [""; 0]);
    whole.append(&format!("build/{PYTHON_TEST}"), "\n\ndef test_more():\n    assert greet(\"x\").text\n");
    let output = changed(&["test-changed"]);
    assert_eq!(
        ran(&output),
        ["protoc src/protobuf/org/example/wire:python", "pytest tests/python/example/greet:greet"]
    );
    whole.write("build/src/resources/org/example/greet/salutation.txt", "Good day");
    let output = changed(&["compile-changed", "--include-dependees=transitive"]);
    assert!(ran(&output).contains(&"javac tests/java/org/example/greet:greet".to_owned()), "{output:?}");
    let output = changed(&["test-changed", "--include-dependees=transitive"]);
    assert_eq!(ran(&output), ["junit tests/java/org/example/app:app", "junit tests/java/org/example/greet:greet"]);
    let _ = output.failure(1);
}

fn run_in(repository: &Repository, root: &std::path::Path, args: &[&str]) -> crate::support::Output {
    Pants::new(root, &repository.home(), args).with_real_tools().run()
}
