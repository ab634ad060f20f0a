//! Config files, variables, and the build root itself.

use super::{check, shown};
use crate::support::Repository;
use expect_test::{Expect, expect};

fn check_config(text: &str, expect: Expect) {
    let repository = Repository::new("//- BUILD\ntarget(name='a')\n");
    repository.write("pants.toml", text);
    check(&repository, &["list", "::"], expect);
}

#[test]
fn syntax() {
    check_config(
        "[GLOBAL\nlevel = 'info'\n",
        expect![[r#"
        pants.toml:1:8: unclosed table, expected `]`
          1 | [GLOBAL
            |        ^
        exit 1
    "#]],
    );
    check_config(
        "[GLOBAL]\nlevel = \n",
        expect![[r#"
        pants.toml:2:9: string values must be quoted, expected literal string
          2 | level = 
            |         ^
        exit 1
    "#]],
    );
    check_config(
        "[GLOBAL]\nlevel = 'info'\nlevel = 'warn'\n",
        expect![[r#"
        pants.toml:3:1: duplicate key
          3 | level = 'warn'
            | ^^^^^
        exit 1
    "#]],
    );
    check_config(
        "level = 'info'\n",
        expect![[r#"
        pants.toml:1:1: `level` stands outside of any section
          1 | level = 'info'
            | ^^^^^
          hint: global options belong in `[GLOBAL]`
        exit 1
    "#]],
    );
}

#[test]
fn unknown_sections_and_keys() {
    check_config(
        "[GLOBL]\nlevel = 'info'\n",
        expect![[r#"
        pants.toml:1:2: unknown section `[GLOBL]`
          1 | [GLOBL]
            |  ^^^^^
          hint: did you mean `GLOBAL`?
          hint: `--no-verify-config` disables this check
        exit 1
    "#]],
    );
    check_config(
        "[compile.javca]\nargs = []\n",
        expect![[r#"
        pants.toml:1:10: unknown section `[compile.javca]`
          1 | [compile.javca]
            |          ^^^^^
          hint: did you mean `compile.javac`?
          hint: `--no-verify-config` disables this check
        exit 1
    "#]],
    );
    check_config(
        "[GLOBAL]\nlevl = 'info'\n",
        expect![[r#"
        pants.toml:2:1: unknown option `levl` in section `[GLOBAL]`
          2 | levl = 'info'
            | ^^^^
          hint: did you mean `level`?
          hint: `--no-verify-config` disables this check
        exit 1
    "#]],
    );
    check_config(
        "[compile.javac]\nargs = ['-g']\nagrs = []\n",
        expect![[r#"
        pants.toml:3:1: unknown option `agrs` in section `[compile.javac]`
          3 | agrs = []
            | ^^^^
          hint: did you mean `args`?
          hint: `--no-verify-config` disables this check
        exit 1
    "#]],
    );
}

#[test]
fn values() {
    check_config(
        "[GLOBAL]\nlevel = 'loud'\n",
        expect![[r#"
        pants.toml:2:1: `[GLOBAL] level`: `loud` is not one of `trace`, `debug`, `info`, `warn`, `error`
          2 | level = 'loud'
            | ^^^^^
        exit 1
    "#]],
    );
    check_config(
        "[GLOBAL]\njobs = 0\n",
        expect![[r#"
        pants.toml:2:1: `[GLOBAL] jobs`: 0 is less than 1
          2 | jobs = 0
            | ^^^^
        exit 1
    "#]],
    );
    check_config(
        "[test.junit]\ntimeout_default = 'soon'\n",
        expect![[r#"
        pants.toml:2:1: `[test.junit] timeout_default`: `soon` is not a whole number
          2 | timeout_default = 'soon'
            | ^^^^^^^^^^^^^^^
        exit 1
    "#]],
    );
    check_config(
        "[GLOBAL]\ntag = '%(nobody)s'\n",
        expect![[r#"
        pants.toml:2:1: `tag` uses `%(nobody)s`, which is not defined in its section or in `[DEFAULT]`
          2 | tag = '%(nobody)s'
            | ^^^
          hint: `%%(` stands for a plain `%(`
        exit 1
    "#]],
    );
}

#[test]
fn unknown_backends() {
    check_config(
        "[GLOBAL]\nbackend_packages = ['pants.backend.jmv']\n",
        expect![[r#"
        pants.toml:2:1: `[GLOBAL] backend_packages`: no plugin provides the backend `pants.backend.jmv`
          2 | backend_packages = ['pants.backend.jmv']
            | ^^^^^^^^^^^^^^^^
          hint: did you mean `pants.backend.jvm`?
          hint: searched [DIRECTORIES]
          hint: name the plugin's file in `[GLOBAL] plugins`, or its directory in `[GLOBAL] plugin_paths`
        exit 1
    "#]],
    );
    check_config(
        "[GLOBAL]\nplugins = ['missing.so']\n",
        expect![[r#"
        error: [ROOT]/missing.so: there is no such file
        exit 1
    "#]],
    );
}

#[test]
fn versions() {
    check_config(
        "[GLOBAL]\npants_version = '1.30.4'\n",
        expect![[r#"
        //:a
        exit 0
    "#]],
    );
    check_config(
        "[GLOBAL]\npants_version = '2.1.0'\n",
        expect![[r#"
        pants.toml:2:1: `[GLOBAL] pants_version`: `2.1.0` is not a version of Pants v1
          2 | pants_version = '2.1.0'
            | ^^^^^^^^^^^^^
          hint: versions 0.x and 1.x are understood
        exit 1
    "#]],
    );
    check_config(
        "[GLOBAL]\npants_min_version = '999.0'\n",
        expect![[r#"
        pants.toml:2:1: `[GLOBAL] pants_min_version`: version 999.0 or newer is needed, and this is 0.1.0
          2 | pants_min_version = '999.0'
            | ^^^^^^^^^^^^^^^^^
        exit 1
    "#]],
    );
    check_config(
        "[GLOBAL]\npants_min_version = 'newest'\n",
        expect![[r#"
        pants.toml:2:1: `[GLOBAL] pants_min_version`: `newest` is not a version
          2 | pants_min_version = 'newest'
            | ^^^^^^^^^^^^^^^^^
          hint: write it as `1.2.3`
        exit 1
    "#]],
    );
}

#[test]
fn the_version_that_a_repository_was_written_for_is_shown() {
    let repository = Repository::new("//- pants.toml\n[GLOBAL]\npants_version = '1.30.4'\n");
    check(
        &repository,
        &["--version"],
        expect![[r#"
        0.1.0
        for a repository written for Pants 1.30.4 (pants.toml:2 [GLOBAL] pants_version)
        exit 0
    "#]],
    );
    repository.write("pants.toml", "nonsense");
    check(
        &repository,
        &["--version"],
        expect![[r#"
        0.1.0
        exit 0
    "#]],
    );
}

#[test]
fn what_is_wrong_is_named_as_the_user_wrote_it() {
    let repository = Repository::new("//- BUILD\ntarget(name='a')\n");
    let with = |name: &str, value: &str| shown(&repository.pants(&["list", "::"]).env(name, value).run());
    expect![[r#"
        error: `PANTS_LEVEL`: `loud` is not one of `trace`, `debug`, `info`, `warn`, `error`
        exit 1
    "#]]
    .assert_eq(&with("PANTS_LEVEL", "loud"));
    expect![[r#"
        error: `PANTS_JOBS`: 0 is less than 1
        exit 1
    "#]]
    .assert_eq(&with("PANTS_JOBS", "0"));
    expect![[r#"
        error: `PANTS_BACKEND_PACKAGES`: no plugin provides the backend `pants.backend.jmv`
          hint: did you mean `pants.backend.jvm`?
          hint: searched [DIRECTORIES]
          hint: name the plugin's file in `[GLOBAL] plugins`, or its directory in `[GLOBAL] plugin_paths`
        exit 1
    "#]]
    .assert_eq(&with("PANTS_BACKEND_PACKAGES", "['pants.backend.jmv']"));
    std::fs::write(repository.home().join(".pants.rc"), "[GLOBAL]\nlevl = 'info'\n").expect("the user's file");
    check(
        &repository,
        &["list", "::"],
        expect![[r#"
        ~/.pants.rc:2:1: unknown option `levl` in section `[GLOBAL]`
          2 | levl = 'info'
            | ^^^^
          hint: did you mean `level`?
          hint: `--no-verify-config` disables this check
        exit 1
    "#]],
    );
}

#[test]
fn files_that_cannot_be_read() {
    let repository = Repository::new("//- BUILD\ntarget(name='a')\n");
    check(
        &repository,
        &["--pants-config-files=nowhere.toml", "list"],
        expect![[r#"
            error: `--pants-config-files`: the file `nowhere.toml` does not exist
            exit 1
        "#]],
    );
    check(
        &repository,
        &["--spec-file=nowhere.txt", "list"],
        expect![[r#"
        error: cannot read the spec file `nowhere.txt`: No such file or directory (os error 2)
        exit 1
    "#]],
    );
    std::fs::write(repository.root().join("pants.toml"), b"[GLOBAL]\nlevel = '\xff'\n").expect("the file");
    check(
        &repository,
        &["list", "::"],
        expect![[r#"
        pants.toml:2:10: the file is not valid UTF-8 from here on
          2 | level = '�'
            |          ^
        exit 1
    "#]],
    );
}

#[test]
fn no_build_root() {
    let repository = Repository::new("");
    repository.remove("pants.toml");
    check(
        &repository,
        &["list", "::"],
        expect![[r#"
        error: no build root found in `[ROOT]` or above it
          hint: a build root holds a file named `pants.toml`, `pants`, `BUILDROOT` or `BUILD_ROOT`
        exit 1
    "#]],
    );
    let help = repository.run(&["help"]).quiet_success();
    assert!(help.starts_with("usage:") && help.contains("--level"), "{help}");
}
