//! Plugins built against older and newer minors of plugin-api work beside each other, in any order.

use super::crates::{
    api_with_another_layout, build_against, build_for_every_minor, cargo_build, current_api, frozen_apis, minor,
    package,
};
use super::repository;
use expect_test::expect;
use std::path::{Path, PathBuf};

#[test]
fn every_minor_works_beside_the_others_in_any_order() {
    let plugins = build_for_every_minor("hello");
    let oldest_first: Vec<&Path> = plugins.iter().map(PathBuf::as_path).collect();
    let newest_first: Vec<&Path> = oldest_first.iter().copied().rev().collect();
    let mut newest_in_the_middle = oldest_first.clone();
    newest_in_the_middle.swap(1, plugins.len() - 1);
    let orders = [oldest_first, newest_first, newest_in_the_middle];
    for order in orders {
        let output = repository(&order, "//- BUILD\ntarget(name='a')").run(&["hello", "::"]).quiet_success();
        let mut lines: Vec<&str> = output.lines().collect();
        lines.sort_unstable();
        let versions: Vec<&str> = lines.iter().map(|line| line.rsplit(' ').next().unwrap_or_default()).collect();
        assert_eq!(lines.len(), plugins.len(), "{output}");
        assert!(lines.iter().all(|line| line.contains(": 1 targets, plugin-api ")), "{output}");
        assert!(versions.is_sorted() && versions.first() < versions.last(), "different minors: {output}");
    }
}

#[test]
fn a_layout_that_differs_in_spite_of_the_version_is_refused_in_one_line() {
    let plugin = build_against(&api_with_another_layout(), "acme", "other-layout");
    let message = repository(&[&plugin], "").run(&["list", "::"]).failure(1);
    expect![[r#"
        error: [ROOT]/plugins/libacme_pants_other_layout.so: its type `AbiError` differs from the host's in spite of a matching version
    "#]].assert_eq(&message);
}

/// Registers `acme` and `acme.python`, which declare one option alike, and prints what each has of it.
const NESTED_SCOPES: &str = r#"
use plugin_api::tasks::{Console, ConsoleTask, Lines};
use plugin_api::{Backend, Context, Registrar, Result, TaskSpec, export_backend};

struct Versions;

impl ConsoleTask for Versions {
    fn spec() -> TaskSpec {
        TaskSpec::new("Versions", "Say what is used.")
    }

    fn new(_: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn console_output(&mut self, context: &Context, lines: &mut Lines) -> Result<()> {
        for scope in ["acme", "acme.python"] {
            let version = context.option_of(scope, "version")?;
            lines.line(format!("{scope}: {:?} ({})", version.value, version.source));
        }
        Ok(())
    }
}

struct Acme;

impl Backend for Acme {
    fn register(registrar: &mut Registrar) -> Result<()> {
        registrar.scope("acme", "All of it.", |options| {
            options.string("version", "1", "Which one.");
            options.int("jobs", 2, "How many at once.");
        });
        registrar.scope("acme.python", "A part.", |options| {
            options.string("version", "3", "Which one.");
        });
        registrar.phase("versions", "Say what is used.");
        registrar.task::<Console<Versions>>("versions").install("versions");
        Ok(())
    }
}

export_backend!(Acme, id = "example.nested");
"#;

#[test]
fn a_scope_of_a_plugin_stands_alone_though_its_name_begins_with_that_of_another() {
    for api in frozen_apis().into_iter().chain([current_api()]) {
        let name = format!("nested-scopes-{}", minor(&api));
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\n\
             crate-type = [\"cdylib\"]\n\n[dependencies]\nplugin-api = {{ path = \"{}\" }}\n\n[workspace]\n",
            api.display()
        );
        let files = [
            ("Cargo.toml", manifest),
            ("src/lib.rs", NESTED_SCOPES.replace("example.nested", &format!("example.{name}"))),
        ];
        let plugin = cargo_build(&package(&api, &name, &files), &[]);
        let repository = repository(&[&plugin], "//- BUILD\ntarget(name='a')");
        let arguments = ["--acme-version=2", "versions", "::"];
        expect![[r#"
            acme: Str("2") (--acme-version)
            acme.python: Str("3") (default)
        "#]]
        .assert_eq(&repository.run(&arguments).quiet_success());
        let message = repository.run(&["--acme-python-jobs=1", "versions", "::"]).failure(1);
        assert!(message.contains("`--acme-python-jobs`"), "{message}");
    }
}
