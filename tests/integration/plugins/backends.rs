//! `backend_packages`: none, all, one more, unknown ones, and those of the Pants v1 years.

use super::crates::{build, build_against, current_api};
use super::{install, pin, repository, with_backends};
use crate::support::Repository;
use expect_test::{Expect, expect};

fn check(config: &str, args: &[&str], code: i32, expect: Expect) {
    let repository = Repository::new(&format!("//- pants.toml\n{config}\n//- BUILD\ntarget(name='a')\n"));
    let output = repository.run(args);
    let searched = output.stderr.lines().map(|line| match line.split_once("hint: searched ") {
        Some((start, _)) => format!("{start}hint: searched [DIRECTORIES]\n"),
        None => format!("{line}\n"),
    });
    expect.assert_eq(&(output.stdout.clone() + &searched.collect::<String>()));
    assert_eq!(output.code, Some(code));
}

/// The scopes of goals that backends add to the host's.
fn backends_of(repository: &Repository) -> Vec<String> {
    let text = repository.run(&["targets"]).success();
    let has = |word: &str| text.lines().any(|line| line.trim_start().starts_with(word));
    let all = [("jvm", "java_library"), ("python", "python_library"), ("codegen", "java_protobuf_library")];
    let acme = [("acme", "alpha_library")];
    all.into_iter().chain(acme).filter(|(_, word)| has(word)).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn absent_means_the_bundled_ones_and_empty_means_none() {
    assert_eq!(backends_of(&Repository::new("")), ["jvm", "python", "codegen"]);
    assert_eq!(backends_of(&Repository::new("//- pants.toml\n[GLOBAL]\nbackend_packages = []")), [""; 0]);
    let one = "//- pants.toml\n[GLOBAL]\nbackend_packages = ['pants.backend.python']";
    assert_eq!(backends_of(&Repository::new(one)), ["python"]);
}

#[test]
fn a_plugin_is_added_to_the_bundled_ones_by_its_id() {
    let repository = Repository::new("//- BUILD\ntarget(name='a')");
    let file = install(&repository, &build("acme"));
    pin(&repository, "example.acme", &file);
    repository.write("pants.toml", "[GLOBAL]\nbackend_packages.add = ['example.acme']\nplugin_paths = ['plugins']\n");
    assert_eq!(backends_of(&repository), ["jvm", "python", "codegen", "acme"]);
    let config =
        "[GLOBAL]\nbackend_packages = \"+['example.acme'],-['pants.backend.jvm']\"\nplugin_paths = ['plugins']\n";
    repository.write("pants.toml", config);
    assert_eq!(backends_of(&repository), ["python", "codegen", "acme"]);
}

#[test]
fn only_what_pants_toml_enables_loads() {
    let repository = repository(&[], "");
    let file = install(&repository, &build("acme"));
    pin(&repository, "example.acme", &file);
    let global = "[GLOBAL]\nbackend_packages = []\nplugin_paths = ['plugins']\n";
    repository.write("pants.toml", global);
    assert_eq!(backends_of(&repository), [""; 0], "a plugin that lies beside is not loaded");
    repository.write("pants.toml", &format!("{global}plugins = ['acme-pants']\n"));
    assert_eq!(backends_of(&repository), ["acme"], "a plugin is found by the name of its package");
}

#[test]
fn an_unknown_id_is_an_error_with_the_nearest_one() {
    check(
        "[GLOBAL]\nbackend_packages = ['pants.backend.jvn']",
        &["list", "::"],
        1,
        expect![[r#"
        pants.toml:2:1: `[GLOBAL] backend_packages`: no plugin provides the backend `pants.backend.jvn`
          2 | backend_packages = ['pants.backend.jvn']
            | ^^^^^^^^^^^^^^^^
          hint: did you mean `pants.backend.jvm`?
          hint: searched [DIRECTORIES]
          hint: name the plugin's file in `[GLOBAL] plugins`, or its directory in `[GLOBAL] plugin_paths`
    "#]],
    );
    check(
        "[GLOBAL]\nbackend_packages = ['com.example.unheard']",
        &["list", "::"],
        1,
        expect![[r#"
        pants.toml:2:1: `[GLOBAL] backend_packages`: no plugin provides the backend `com.example.unheard`
          2 | backend_packages = ['com.example.unheard']
            | ^^^^^^^^^^^^^^^^
          hint: searched [DIRECTORIES]
          hint: name the plugin's file in `[GLOBAL] plugins`, or its directory in `[GLOBAL] plugin_paths`
    "#]],
    );
    check(
        "[GLOBAL]\nplugins = ['unheard']",
        &["list", "::"],
        1,
        expect![[r#"
        pants.toml:2:1: `[GLOBAL] plugins`: no plugin provides the backend `unheard`
          2 | plugins = ['unheard']
            | ^^^^^^^
          hint: searched [DIRECTORIES]
          hint: name the plugin's file in `[GLOBAL] plugins`, or its directory in `[GLOBAL] plugin_paths`
    "#]],
    );
}

#[test]
fn ids_of_older_versions_lead_to_their_heirs() {
    let old = "//- pants.toml\n[GLOBAL]\nbackend_packages = ['pants.backend.graph_info', 'pants.backend.project_info',
        'pants.backend.codegen.thrift.java', 'pants.backend.codegen.protobuf.java', 'pants.core_tasks']";
    assert_eq!(backends_of(&Repository::new(old)), ["codegen"]);
}

#[test]
fn what_has_no_heir_is_a_warning_until_a_goal_needs_it() {
    let config = "[GLOBAL]\nbackend_packages = ['pants.backend.docgen', 'pants.contrib.go']";
    check(
        config,
        &["list", "::"],
        0,
        expect![[r#"
            //:a
            warning: backends of older Pants versions have no counterpart here, and their goals are missing: `pants.backend.docgen`, `pants.contrib.go`
        "#]],
    );
    check(
        config,
        &["markdown", "::"],
        1,
        expect![[r#"
            warning: backends of older Pants versions have no counterpart here, and their goals are missing: `pants.backend.docgen`, `pants.contrib.go`
            error: goal `markdown` of Pants v1 has no task here yet
              hint: a plugin may bring it; `pants goals` lists all goals that there are
        "#]],
    );
}

#[test]
fn two_files_with_one_id_in_one_place_are_ambiguous() {
    let acme = build("acme");
    let repository = repository(&[], "");
    let first = install(&repository, &acme);
    std::fs::copy(repository.root().join(&first), repository.root().join("plugins/libz.so")).expect("a copy");
    let config = "[GLOBAL]\nbackend_packages = ['example.acme']\nplugin_paths = ['plugins']\n";
    repository.write("pants.toml", config);
    expect![[r#"
        error: the backend `example.acme` is provided by two files: [ROOT]/plugins/libacme_pants.so and [ROOT]/plugins/libz.so
          hint: remove one of them, or name the one you want in `[GLOBAL] plugins`
    "#]].assert_eq(&repository.run(&["list", "::"]).failure(1));
    repository.write("pants.toml", &format!("{config}plugins = ['plugins/libz.so']\n"));
    pin(&repository, "example.acme", "plugins/libz.so");
    assert_eq!(backends_of(&repository), ["acme"], "the one that is named by its path is meant");
}

#[test]
fn two_plugins_with_the_same_goals_are_a_conflict_that_names_both_files() {
    let (acme, twin) = (build("acme"), build_against(&current_api(), "acme", "twin"));
    let repository = with_backends("[]", &[&acme, &twin], "");
    expect![[r#"
        error: [ROOT]/plugins/libacme_pants_twin.so: the goal `alpha` of the phase `translate` is already registered by [ROOT]/plugins/libacme_pants.so
          hint: a goal is replaced on purpose with the placement `replace`
    "#]].assert_eq(&repository.run(&["list", "::"]).failure(1));
}
