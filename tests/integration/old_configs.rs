//! Config files of the Pants v1 years, as they are and as `migrate-config` writes them.
//!
//! The files in `tests/fixtures/old-configs` are written in the style of their years. A `pants.ini` may name what this
//! program cannot have; then it says so, and goes on.

use crate::support::{Repository, checkout};
use expect_test::{Expect, expect};
use serde_json::Value;
use std::collections::BTreeMap;

/// Lists of which migration makes comments.
const OF_PLUGINS: [&str; 2] = ["backend-packages", "plugins"];

/// A repository with this pants.ini and no pants.toml.
fn repository(ini: &str) -> Repository {
    let repository = Repository::new("");
    repository.remove("pants.toml");
    repository.write("BUILDROOT", "");
    repository.write("pants.ini", ini);
    repository
}

/// The value of every option.
fn values(repository: &Repository) -> BTreeMap<String, Value> {
    let told = repository.run(&["--no-verify-config", "options", "--output-format=json"]).success();
    let told: BTreeMap<String, Value> = serde_json::from_str(&told).expect("JSON");
    let is_compared = |name: &String| !OF_PLUGINS.contains(&name.replace('_', "-").as_str());
    let compared = told.into_iter().filter(|(name, _)| is_compared(name));
    compared.map(|(name, mut option)| (name, option["value"].take())).collect()
}

#[test]
fn an_old_config_means_the_same_when_it_is_migrated() {
    let directory = checkout().join("tests/fixtures/old-configs");
    let mut files: Vec<_> =
        std::fs::read_dir(directory).expect("the fixtures").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(files.len() >= 12, "{files:?}");
    for file in files {
        let repository = repository(&std::fs::read_to_string(&file).expect("a fixture"));
        let old = values(&repository);
        let _ = repository.run(&["migrate-config"]).success();
        repository.remove("pants.ini");
        let new = values(&repository);
        let toml = repository.read("pants.toml");
        for (name, value) in &old {
            assert_eq!(Some(value), new.get(name), "{name} of {}\n{toml}", file.display());
        }
        // What is written is not complained about.
        let options = repository.run(&["options"]);
        assert_eq!(options.code, Some(0), "{}\n{toml}\n{}", file.display(), options.stderr);
        assert_eq!(options.stderr, "", "{}\n{toml}", file.display());
    }
}

/// What is said about a pants.ini by a run that succeeds or does not.
fn check(ini: &str, args: &[&str], expect: Expect) {
    expect.assert_eq(&repository(ini).run(args).stderr);
}

#[test]
fn what_only_pants_could_load_is_passed_over() {
    check(
        "[GLOBAL]\nplugins: ['acme.checks==1.2']\nbackend_packages: +['acme.backend', 'pants.contrib.go']\nv1: True\n",
        &["options", "--scope=source"],
        expect![[r#"
            warning: backends of Pants v1 that nobody provides are passed over: `acme.backend`
            warning: backends of older Pants versions have no counterpart here, and their goals are missing: `pants.contrib.go`
            warning: plugins of Pants v1 are passed over: `acme.checks==1.2`; a plugin here is a library, named in `[GLOBAL] plugins` by its path or its name, and target types without one may be listed in `[build-files] opaque_types`
        "#]],
    );
}

#[test]
fn a_section_of_a_backend_that_is_not_enabled_says_how_to_enable_it() {
    let repository = Repository::new(
        "
//- pants.toml
[GLOBAL]
backend_packages = ['pants.backend.python']
[compile.javac]
args = ['-g']
[jvm-platform.platforms.java8]
source = '8'
[compile.nope]
args = ['-g']
",
    );
    expect![[r#"
        pants.toml:7:10: unknown section `[compile.nope]`
          7 | [compile.nope]
            |          ^^^^
          hint: `--no-verify-config` disables this check
    "#]]
    .assert_eq(&repository.run(&["options", "--scope=source"]).stderr);
    repository.edit("pants.toml", "[compile.nope]\nargs = ['-g']\n", "");
    expect![[r#"
        warning: pants.toml:3: the section `[compile.javac]` has no effect: its backend `pants.backend.jvm` is not enabled; `backend_packages` in `[GLOBAL]` enables it
        warning: pants.toml:5: the section `[jvm-platform]` has no effect: its backend `pants.backend.jvm` is not enabled; `backend_packages` in `[GLOBAL]` enables it
    "#]].assert_eq(&repository.run(&["options", "--scope=source"]).stderr);
}

#[test]
fn a_word_of_a_backend_that_is_not_enabled_says_how_to_enable_it() {
    let repository = Repository::new("");
    repository.write("pants.toml", "[GLOBAL]\nbackend_packages = ['pants.backend.python']\n");
    let said: String = [
        &["--jvm-options=x", "options", "--scope=source"][..],
        &["--compile-javac-args=x", "options", "--scope=source"],
        &["--compile-javac-nothing=x", "options", "--scope=source"],
        &["compile", "::"],
        &["list", "compile", "::"],
        &["help", "jvm"],
        &["help", "compile"],
        &["lint", "::"],
    ]
    .iter()
    .map(|args| format!("{}\n{}", args.join(" "), repository.run(args).stderr))
    .collect();
    expect![[r#"
        --jvm-options=x options --scope=source
        warning: `--jvm-options` has no effect: its backend `pants.backend.jvm` is not enabled; `backend_packages` in `[GLOBAL]` enables it
        --compile-javac-args=x options --scope=source
        warning: `--compile-javac-args` has no effect: its backend `pants.backend.jvm` is not enabled; `backend_packages` in `[GLOBAL]` enables it
        --compile-javac-nothing=x options --scope=source
        error: unknown option `--compile-javac-nothing`
          hint: `pants help-advanced` lists all options
        compile ::
        error: the goal `compile` is of the backend `pants.backend.jvm`, which is not enabled
          hint: `[GLOBAL] backend_packages` enables it
        list compile ::
        error: the goal `compile` is of the backend `pants.backend.jvm`, which is not enabled
          hint: `[GLOBAL] backend_packages` enables it
        help jvm
        error: the scope `jvm` is of the backend `pants.backend.jvm`, which is not enabled
          hint: `[GLOBAL] backend_packages` enables it
        help compile
        error: the scope `compile` is of the backend `pants.backend.jvm`, which is not enabled
          hint: `[GLOBAL] backend_packages` enables it
        lint ::
        error: goal `lint` of Pants v1 has no task here yet
          hint: a plugin may bring it; `pants goals` lists all goals that there are
    "#]].assert_eq(&said);
}

#[test]
fn an_error_in_an_old_config_says_what_helps() {
    check(
        "[GLOBAL]\nlevle: debug\n[acme]\nx: 1\n",
        &["list", "::"],
        expect![[r#"
        pants.ini:2:1: unknown option `levle` in section `[GLOBAL]`
          2 | levle: debug
            | ^^^^^
          hint: did you mean `level`?
          hint: `--no-verify-config` disables this check
        pants.ini:3:1: unknown section `[acme]`
          3 | [acme]
            | ^^^^^^
          hint: `--no-verify-config` disables this check
          hint: `pants migrate-config` writes a `pants.toml` in which what nobody reads is a comment
    "#]],
    );
    check(
        "[GLOBAL]\nlevel: loud\n",
        &["list", "::"],
        expect![[r#"
        pants.ini:2:1: `[GLOBAL] level`: `loud` is not one of `trace`, `debug`, `info`, `warn`, `error`
          2 | level: loud
            | ^^^^^
          hint: a `pants.toml` beside it, be it empty, is read instead of `pants.ini`
    "#]],
    );
    check(
        "[GLOBAL]\nlevel\n",
        &["list", "::"],
        expect![[r#"
        pants.ini:2:1: neither a section nor `key: value`; the lines of a longer value are indented
          2 | level
            | ^^^^^
          hint: a `pants.toml` beside it, be it empty, is read instead of `pants.ini`
    "#]],
    );
}
