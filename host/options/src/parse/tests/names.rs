//! Scopes inside others and under older names, options that go away or exclude each other.

use super::*;

fn check_toml(toml: &str, args: &str, expect: Expect) {
    check(Case { files: &[("pants.toml", toml)], args, ..Case::default() }, expect);
}

#[test]
fn an_instance_has_the_values_of_its_subsystem_unless_it_has_its_own() {
    check_toml(
        "[jvm]\noptions = ['-Xmx2g']\n[jvm.test.junit]\noptions.add = ['-Da=b']\n",
        "--jvm-run-debug-port=1",
        expect![[r#"
            jvm.options = ['-Xmx2g'] (pants.toml:2 [jvm] options)
            jvm.run.debug-port = 1 (--jvm-run-debug-port)
            jvm.run.options = ['-Xmx2g'] (pants.toml:2 [jvm] options)
            jvm.test.junit.options = ['-Xmx2g', '-Da=b'] (pants.toml:4 [jvm.test.junit] options)
        "#]],
    );
    // An outer flag beats an inner section.
    check_toml(
        "[jvm.test.junit]\ndebug_port = 1\n",
        "--jvm-debug-port=2",
        expect![[r#"
            jvm.debug-port = 2 (--jvm-debug-port)
            jvm.run.debug-port = 2 (--jvm-debug-port)
            jvm.test.junit.debug-port = 2 (--jvm-debug-port)
        "#]],
    );
}

#[test]
fn an_instance_for_which_nobody_says_anything_copies_nothing() {
    let dir = tempfile::tempdir().expect("a temp directory");
    write(dir.path(), "BUILDROOT", "");
    let environment = Arc::new(BTreeMap::from([("PANTS_PANTSRC".into(), "false".into())]));
    let args = vec!["--jvm-run-debug-port=1".to_owned()];
    let parsed = run(&Invocation { args, environment, cwd: dir.path().to_path_buf() }).expect("all is right");
    let value = |scope: &str| parsed.values.get(scope, "options").expect("it is declared");
    assert!(std::ptr::eq(value("jvm"), value("jvm.test.junit")));
    assert!(!std::ptr::eq(value("jvm"), value("jvm.run")));
}

#[test]
fn an_older_name_of_a_scope_is_understood() {
    check(
        Case {
            files: &[("pants.toml", "[java]\noptions = ['-Xmx2g']\ndebug_port = 1\n[java.run]\ndebug_port = 3\n")],
            env: &[("PANTS_JAVA_DEBUG_PORT", "2"), ("PANTS_JAVA_TEST_JUNIT_DEBUG_PORT", "4")],
            args: "--java-options=-g",
            ..Case::default()
        },
        expect![[r#"
            jvm.debug-port = 2 (PANTS_JAVA_DEBUG_PORT)
            jvm.options = ['-Xmx2g', '-g'] (--java-options)
            jvm.run.debug-port = 2 (PANTS_JAVA_DEBUG_PORT)
            jvm.run.options = ['-Xmx2g', '-g'] (--java-options)
            jvm.test.junit.debug-port = 4 (PANTS_JAVA_TEST_JUNIT_DEBUG_PORT)
            jvm.test.junit.options = ['-Xmx2g', '-g'] (--java-options)
            warning: `pants.toml [java]` is deprecated: it is called `[jvm]` now
            warning: `--java-options` is deprecated: it is called `--jvm-options` now
            warning: `PANTS_JAVA_DEBUG_PORT` is deprecated: it is called `PANTS_JVM_DEBUG_PORT` now
            warning: `pants.toml [java.run]` is deprecated: it is called `[jvm.run]` now
            warning: `PANTS_JAVA_TEST_JUNIT_DEBUG_PORT` is deprecated: it is called `PANTS_JVM_TEST_JUNIT_DEBUG_PORT` now
        "#]],
    );
}

#[test]
fn the_newer_name_wins_at_equal_rank() {
    check(
        Case {
            files: &[("pants.toml", "[jvm]\ndebug_port = 1\n[java]\ndebug_port = 2\n")],
            args: "--jvm-options=-a --java-options=-b",
            ..Case::default()
        },
        expect![[r#"
            jvm.debug-port = 1 (pants.toml:2 [jvm] debug_port)
            jvm.options = ['-Xmx1g', '-b', '-a'] (--jvm-options)
            jvm.run.debug-port = 1 (pants.toml:2 [jvm] debug_port)
            jvm.run.options = ['-Xmx1g', '-b', '-a'] (--jvm-options)
            jvm.test.junit.debug-port = 1 (pants.toml:2 [jvm] debug_port)
            jvm.test.junit.options = ['-Xmx1g', '-b', '-a'] (--jvm-options)
            warning: `--java-options` is deprecated: it is called `--jvm-options` now
            warning: `pants.toml [java]` is deprecated: it is called `[jvm]` now
        "#]],
    );
    check(
        Case {
            files: &[("pants.toml", "[jvm]\ndebug_port = 1\n")],
            env: &[("PANTS_JAVA_DEBUG_PORT", "2")],
            ..Case::default()
        },
        expect![[r#"
            jvm.debug-port = 2 (PANTS_JAVA_DEBUG_PORT)
            jvm.run.debug-port = 2 (PANTS_JAVA_DEBUG_PORT)
            jvm.test.junit.debug-port = 2 (PANTS_JAVA_DEBUG_PORT)
            warning: `PANTS_JAVA_DEBUG_PORT` is deprecated: it is called `PANTS_JVM_DEBUG_PORT` now
        "#]],
    );
}

#[test]
fn a_deprecated_option_is_told_once() {
    check(
        Case { files: &[("pants.toml", "[run]\nold = true\n")], env: &[("PANTS_RUN_OLD", "true")], ..Case::default() },
        expect![[r#"
            run.old = True (PANTS_RUN_OLD)
            warning: `PANTS_RUN_OLD` is deprecated and goes away in 2.0: use `--new`
        "#]],
    );
}

#[test]
fn an_option_whose_time_is_over_is_an_error() {
    check_toml(
        "[run]\ngone = true\n",
        "",
        expect![[r#"
        pants.toml:2:1: `[run] gone`: the option is gone since version 0.1
          2 | gone = true
            | ^^^^
          hint: nothing needs it
    "#]],
    );
    check_toml(
        "",
        "--run-gone",
        expect![[r#"
        `--run-gone`: the option is gone since version 0.1
          hint: nothing needs it
    "#]],
    );
}

#[test]
fn of_a_group_the_highest_rank_counts() {
    check_toml(
        "[pick]\nthis = 'a'\n",
        "--pick-that=b",
        expect![[r#"
            pick.that = 'b' (--pick-that)
        "#]],
    );
}

#[test]
fn two_of_a_group_at_one_rank_are_an_error() {
    check_toml(
        "",
        "--pick-this=a --pick-that=b",
        expect![[r#"
        `--pick-that`: it excludes `--pick-this`, and both are given
          hint: give one of the two
    "#]],
    );
    check_toml(
        "[pick]\nthis = 'a'\nthat = 'b'\n",
        "",
        expect![[r#"
        pants.toml:3:1: `[pick] that`: it excludes `pants.toml:2 [pick] this`, and both are given
          3 | that = 'b'
            | ^^^^
          hint: give one of the two
    "#]],
    );
    // Only the strongest are compared.
    check_toml(
        "[pick]\nthis = 'a'\nthat = 'b'\n",
        "--pick-this=c",
        expect![[r#"
        pick.this = 'c' (--pick-this)
    "#]],
    );
}

#[test]
fn the_words_of_a_shell_are_taken_apart_where_they_are_a_text() {
    check(
        Case {
            files: &[("pants.toml", "[kinds]\nwords = ['a b']\n")],
            env: &[("PANTS_KINDS_WORDS", "-c 'd e'")],
            args: "--kinds-words=-f␣\"g␣h\"",
            ..Case::default()
        },
        expect![[r#"
            kinds.words = ['a b', '-c', 'd e', '-f', 'g h'] (--kinds-words)
        "#]],
    );
}

#[test]
fn numbers_of_the_host_are_not_negative() {
    check_toml(
        "[GLOBAL]\nmax_errors = -1\n",
        "--jobs=0",
        expect![[r#"
        `--jobs`: 0 is less than 1
        pants.toml:2:1: `[GLOBAL] max_errors`: -1 is less than 0
          2 | max_errors = -1
            | ^^^^^^^^^^
    "#]],
    );
}
