//! What a pex is made of, and which binaries are refused, with tools that write what the test says.

use super::*;
use crate::test_support::{environments, fake_tool, parse, requirement, target, text_of, world, write};
use expect_test::expect;
use plugin_api::Value;
use plugin_api::testing::TestContext;
use std::path::Path;

fn targets() -> Vec<Target> {
    vec![
        target("src/python/acme:acme", "python_library", &["a.py"], &[]),
        target("src/python/acme/app:app", "python_binary", &["main.py"], &["src/python/acme:acme"]),
    ]
}

fn binary_world(root: &Path, targets: &[Target], requirements: &[&str]) -> TestContext {
    let world = world("binary.py", root, targets);
    let binaries = targets.iter().filter(|target| target.type_name == "python_binary");
    let roots: Vec<Address> = binaries.map(|target| target.address.clone()).collect();
    world.roots(&roots);
    let roots: Vec<String> = roots.iter().map(ToString::to_string).collect();
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    world.product("resolve.requirements", environments(&roots, requirements)).expect("it can be left");
    let build_root = root.to_owned();
    world.fake_tool(move |process| {
        if let Some(output) = process.output_paths.first() {
            write(&build_root, output, "a pex");
        }
        fake_tool(process, &build_root.join("bin/python3"))
    });
    world
}

#[test]
fn a_pex_is_made_of_the_environment_and_the_sources_and_put_into_dist() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut targets = targets();
    targets[0].dependencies.push(parse("3rdparty/python:six"));
    targets.push(requirement("3rdparty/python:six", "six==1.17.0"));
    let world = binary_world(directory.path(), &targets, &["six==1.17.0", "only-here==1"]);
    world.run::<PythonBinaryCreate>().expect("the fake pex succeeds");
    let processes = world.processes();
    let pex = processes.last().expect("pex ran");
    expect![[r#"
        {tool:python-tools}/bin/python
        -I
        -m
        pex
        --rcfile=/dev/null
        --no-pypi
        --no-compile
        --no-use-system-time
        --sources-directory=.pants.d/binary/py/src.python.acme.app.app/sources
        --python-shebang=/usr/bin/env python3
        --output-file=.pants.d/binary/py/src.python.acme.app.app/app.pex
        --entry-point=acme.app.main
        --venv-repository={tool:venv}
        six==1.17.0"#]]
    .assert_eq(&pex.argv.join("\n"));
    assert_eq!(std::fs::read_to_string(directory.path().join("dist/app.pex")).expect("it is there"), "a pex");
    for file in ["acme/a.py", "acme/app/main.py"] {
        assert!(directory.path().join(&pex.inputs[0]).join(file).is_file(), "{file}");
    }
    assert_eq!(world.logs(), ["3: created pex dist/app.pex"]);
}

fn check_refused(targets: &[Target], expect: &str) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = binary_world(directory.path(), targets, &[]);
    let error = world.run::<PythonBinaryCreate>().expect_err("it is refused");
    assert_eq!(text_of(&error), expect);
    assert!(!directory.path().join("dist").exists(), "nothing is half-written");
}

#[test]
fn what_cannot_be_made_says_so() {
    let mut same = targets();
    same.push(target("src/python/other:app", "python_binary", &["main.py"], &[]));
    check_refused(&same, "two binaries have the same name: `src/python/acme/app:app` and `src/python/other:app`\n");
    let mut foreign = targets();
    foreign[1].fields.push(("platforms".to_owned(), Value::strings(["current", "macosx-11-arm64"])));
    check_refused(
        &foreign,
        "cannot make every Python binary\n  make the pex of src/python/acme/app:app: src/python/acme/app/BUILD:1:1: \
         platform `macosx-11-arm64` is not supported, only `current`\n",
    );
}
