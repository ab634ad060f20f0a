//! Which program a run ends with, and which roots are refused.

use super::*;
use crate::test_support::{environments, parse, target, world};
use plugin_api::Value;
use plugin_api::testing::TestContext;
use std::path::Path;

fn run_world(root: &Path, roots: &[&str]) -> TestContext {
    let mut function = target("src/python/acme/f:f", "python_binary", &[], &["src/python/acme:acme"]);
    function.fields.push(("entry_point".to_owned(), Value::from("acme.a:main")));
    let targets = [
        target("src/python/acme:acme", "python_library", &["a.py"], &[]),
        target("src/python/acme/app:app", "python_binary", &["main.py"], &["src/python/acme:acme"]),
        function,
    ];
    let world = world("run.py", root, &targets);
    world.roots(&roots.iter().map(|root| parse(root)).collect::<Vec<_>>());
    world.product("resolve.requirements", environments(roots, &[])).expect("it can be left");
    world.passthrough(&["a", "b c"]);
    world
}

fn check(root: &str, expect: &str) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = run_world(directory.path(), &[root]);
    world.option("args", Value::strings(["first"]));
    world.run::<PythonRun>().expect("there is one binary");
    let program = world.foreground().expect("the run ends with it");
    assert_eq!(program.argv, ["{tool:venv}/bin/python", "-c", expect, "first", "a", "b c"]);
    let sources = Path::new(&program.env["PYTHONPATH"]);
    assert!(sources.starts_with(directory.path()) && sources.join("acme/a.py").is_file(), "{}", sources.display());
}

#[test]
fn a_program_does_not_import_from_the_current_directory() {
    check(
        "src/python/acme/app:app",
        "import sys; sys.path[:1] == [''] and sys.path.pop(0); import runpy; \
         runpy.run_module(\"acme.app.main\", run_name='__main__', alter_sys=True)",
    );
    check(
        "src/python/acme/f:f",
        "import sys; sys.path[:1] == [''] and sys.path.pop(0); sys.argv[0] = \"f\"; import acme.a as m; \
         sys.exit(m.main())",
    );
}

#[test]
fn of_several_roots_the_binaries_are_named() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = run_world(directory.path(), &["src/python/acme/app:app", "src/python/acme/f:f"]);
    let error = world.run::<PythonRun>().expect_err("there are two");
    assert_eq!(error.message, "`run` takes exactly one target, and was given 2");
    assert_eq!(error.hints, ["name one: `src/python/acme/app:app`", "name one: `src/python/acme/f:f`"]);
}
