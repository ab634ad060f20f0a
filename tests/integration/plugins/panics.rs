//! A panic in a plugin is an error of that plugin: it names plugin, file and line, and takes nothing else with it.

use super::crates::{build, build_with_feature};
use super::{repository, without_lines};
use expect_test::{Expect, expect};

const FILES: &str = "
//- BUILD
alpha_library(name='a', sources=['a.alpha'])
//- a.alpha
A.
";

/// What a run of `evil`, of a goal beside it and of a goal of another plugin prints to standard error.
fn check(place: &str, code: i32, expect: Expect) {
    let repository = repository(&[&build("evil"), &build("acme")], FILES);
    let output = repository.run(&[&format!("--evil-at={place}"), "translate", "evil", "::"]);
    let message = output.stderr.clone();
    assert_eq!(output.code, Some(code), "{place}: {output:?}");
    expect.assert_eq(&without_lines(&message));
    for result in ["dist/translated/a.txt", "dist/bystander.txt"] {
        let is_planned = place != "prepare";
        assert_eq!(repository.root().join(result).exists(), is_planned, "{place}: {result}");
    }
}

#[test]
fn nothing_happens_without_being_asked_for() {
    check(
        "nowhere",
        0,
        expect![[r#"
        [TIME] [ELAPSED] translate -> evil
        [TIME] [ELAPSED] SUCCESS
    "#]],
    );
}

#[test]
fn in_prepare() {
    check(
        "prepare",
        1,
        expect![[r#"
        error: `prepare` of task `Evil` (goal `evil` of phase `evil`) failed
          because: panicked: in prepare (plugin `example.evil`, src/lib.rs:[LINE])
    "#]],
    );
}

#[test]
fn in_new() {
    check(
        "new",
        1,
        expect![[r#"
        [TIME] [ELAPSED] translate -> evil
        error: evil: panicked: in new (plugin `example.evil`, src/lib.rs:[LINE])
        [TIME] [ELAPSED] FAILURE
    "#]],
    );
}

#[test]
fn in_execute() {
    check(
        "execute",
        1,
        expect![[r#"
        [TIME] [ELAPSED] translate -> evil
        error: evil: panicked: in execute (plugin `example.evil`, src/lib.rs:[LINE])
        [TIME] [ELAPSED] FAILURE
    "#]],
    );
}

#[test]
fn in_a_job() {
    check(
        "job",
        1,
        expect![[r#"
        [TIME] [ELAPSED] translate -> evil
        [TIME] [ELAPSED] [evil] evil failed
        error: evil: a job failed (plugin `example.evil`)
          evil: panicked: in a job (src/lib.rs:[LINE])
        [TIME] [ELAPSED] FAILURE
    "#]],
    );
}

#[test]
fn in_a_thread_of_its_own() {
    check(
        "thread",
        0,
        expect![[r#"
            [TIME] [ELAPSED] translate -> evil
            error: a thread of the plugin panicked: in a thread of the plugin plugin="example.evil" place="src/lib.rs:[LINE]"
            [TIME] [ELAPSED] SUCCESS
        "#]],
    );
}

#[test]
fn in_drop() {
    check(
        "drop",
        1,
        expect![[r#"
        [TIME] [ELAPSED] translate -> evil
        error: evil: a task panicked: in drop while it was dropped (plugin `example.evil`, src/lib.rs:[LINE])
        [TIME] [ELAPSED] FAILURE
    "#]],
    );
}

#[test]
fn in_the_drop_of_a_product() {
    check(
        "payload",
        0,
        expect![[r#"
            [TIME] [ELAPSED] translate -> evil
            error: a product panicked: in the drop of a product while it was dropped plugin="example.evil" place="src/lib.rs:[LINE]"
            [TIME] [ELAPSED] SUCCESS
        "#]],
    );
}

#[test]
fn in_register() {
    let evil = build_with_feature("evil", "panic-in-register");
    let message = repository(&[&build("acme"), &evil], FILES).run(&["translate", "::"]).failure(1);
    expect![[r#"
        error: [ROOT]/plugins/libevil_pants_panic_in_register.so: register panicked at src/lib.rs:[LINE] panicked: in register
    "#]].assert_eq(&without_lines(&message));
}

#[test]
fn an_ordinary_error_has_its_exit_code_and_its_hints() {
    check(
        "error",
        7,
        expect![[r#"
        [TIME] [ELAPSED] translate -> evil
        error: evil: an ordinary error
          hint: nothing panicked
        [TIME] [ELAPSED] FAILURE
    "#]],
    );
}
