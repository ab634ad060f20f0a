//! What is exported, from a world in memory.

use super::*;
use crate::test_support::{parse, requirement, target, world};
use plugin_api::Value;

fn exported(targets: &[Target]) -> ExportFragment {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = world("export.python", directory.path(), targets);
    world.option_of("export", "libraries", false);
    world.roots(&targets.iter().map(|target| target.address.clone()).collect::<Vec<_>>());
    world.run::<ExportPython>().expect("it is exported");
    let fragment = world.produced::<ExportFragment>().expect("it can be read").expect("it was put");
    (*fragment).clone()
}

#[test]
fn targets_have_their_roots_their_interpreter_and_their_requirements() {
    let targets = [
        target("src/python/app:app", "python_library", &["a.py", "b/c.py"], &["3rdparty:requests"]),
        target("tests/python/app:app", "python_tests", &["test_a.py"], &["src/python/app:app"]),
        requirement("3rdparty:requests", "requests[socks]>=2"),
    ];
    let fragment = exported(&targets);
    let library = &fragment.targets["src/python/app:app"];
    let roots: Vec<(&str, &str)> =
        library.roots.iter().map(|root| (root.directory.as_str(), root.package.as_str())).collect();
    assert_eq!(roots, [("src/python/app", "app"), ("src/python/app/b", "app.b")]);
    assert_eq!(fragment.targets["tests/python/app:app"].target_type, "TEST");
    assert_eq!(fragment.targets["3rdparty:requests"].keys["requirements"], "[\"requests\"]");
    let setup: Json = serde_json::from_str(&fragment.document["python_setup"]).expect("it is JSON");
    let name = setup["default_interpreter"].as_str().expect("a name");
    assert_eq!(library.keys["python_interpreter"], format!("{name:?}"));
    assert!(setup["interpreters"][name]["binary"].as_str().expect("a path").ends_with("python3"), "{setup}");
}

#[test]
fn a_target_without_an_interpreter_is_exported_all_the_same() {
    let mut old = target("old:old", "python_library", &["a.py"], &[]);
    old.fields.push(("compatibility".to_owned(), Value::strings(["CPython>=2.7,<3"])));
    let fragment = exported(&[old]);
    assert!(fragment.targets[&parse("old:old").to_string()].keys.is_empty());
    assert!(fragment.document.is_empty(), "{:?}", fragment.document);
}
