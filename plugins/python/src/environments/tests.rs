//! Which targets share an environment, and what uv is asked for.

use super::*;
use crate::test_support::{fake_tool, parse, requirement, target, text_of, world};
use plugin_api::testing::TestContext;
use plugin_api::{Exit, Process, ProcessOutput, Value};

fn targets() -> Vec<Target> {
    vec![
        requirement("3rdparty/python:six", "six==1.17.0"),
        requirement("3rdparty/python:attrs", "attrs"),
        target("src/python/a:a", "python_library", &["a.py"], &["3rdparty/python:six"]),
        target("src/python/b:b", "python_library", &["b.py"], &["3rdparty/python:attrs"]),
        target("tests/python/a:a", "python_tests", &["test_a.py"], &["src/python/a:a"]),
        target("tests/python/a2:a2", "python_tests", &["test_a2.py"], &["src/python/a:a"]),
        target("src/python/app:app", "python_binary", &["main.py"], &["src/python/a:a", "src/python/b:b"]),
    ]
}

/// The requirements that uv was asked to lock, and how often environments were made.
fn locked(world: &TestContext) -> (Vec<String>, usize) {
    let processes = world.processes();
    let subcommand = |process: &&Process, name: &str| process.argv.get(2).is_some_and(|argument| argument == name);
    let is_uv = |process: &&Process| process.argv[0].ends_with("/uv");
    let compiled = processes.iter().filter(is_uv).filter(|process| subcommand(process, "compile"));
    let texts = compiled.map(|process| {
        let directory = process.tools.iter().find(|tool| tool.name == "lock").map(|tool| tool.path.clone());
        let path = directory.expect("uv is told where the lock goes").join("requirements.in");
        std::fs::read_to_string(path).expect("it was written").trim().replace('\n', ", ")
    });
    let made = processes.iter().filter(is_uv).filter(|process| process.argv[1] == "venv").count();
    (texts.collect(), made)
}

fn roots(addresses: &[&str]) -> Vec<Address> {
    addresses.iter().map(|address| parse(address)).collect()
}

#[test]
fn roots_with_the_same_requirements_share_an_environment_and_tests_get_pytest() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = world("resolve.requirements", directory.path(), &targets());
    world.roots(&roots(&["tests/python/a:a", "tests/python/a2:a2", "src/python/app:app"]));
    world.run::<ResolveRequirements>().expect("every fake tool succeeds");
    let (locked, made) = locked(&world);
    assert_eq!(
        locked,
        [
            "six==1.17.0, pytest==8.4.2 ; python_full_version < '3.10', pytest==9.2.0 ; python_full_version >= '3.10'",
            "attrs, six==1.17.0",
        ]
    );
    assert_eq!(made, 2);
    let environments = world.produced::<PythonEnvironments>().expect("it can be read").expect("it was left");
    let of = |address: &str| &environments.environments[&parse(address)];
    assert_eq!(of("tests/python/a:a"), of("tests/python/a2:a2"));
    assert_eq!(of("src/python/app:app").requirements, ["attrs", "six==1.17.0"]);
    assert_ne!(of("src/python/app:app").directory, of("tests/python/a:a").directory);
}

#[test]
fn only_roots_of_the_types_that_were_asked_for_get_environments() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = world("resolve.requirements", directory.path(), &targets());
    let request = EnvironmentRequest::for_type("python_binary");
    world.request::<PythonEnvironments>("binary.py", &request).expect("it can be encoded");
    world.run::<ResolveRequirements>().expect("every fake tool succeeds");
    assert_eq!(locked(&world).0, ["attrs, six==1.17.0"]);
}

#[test]
fn pip_is_asked_for_its_settings_once() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = world("resolve.requirements", directory.path(), &targets());
    world.roots(&roots(&["tests/python/a:a", "src/python/app:app"]));
    world.run::<ResolveRequirements>().expect("every fake tool succeeds");
    let asks = |process: &&Process| process.argv.ends_with(&["config".to_owned(), "list".to_owned()]);
    assert_eq!(world.processes().iter().filter(asks).count(), 1);
}

#[test]
fn a_second_run_asks_no_registry() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let run = || {
        let world = world("resolve.requirements", directory.path(), &targets());
        world.roots(&roots(&["src/python/app:app"]));
        world.run::<ResolveRequirements>().expect("every fake tool succeeds");
        world.processes().into_iter().filter(|process| process.argv[0] != "{tool:candidate}").count()
    };
    assert!(run() > 0);
    assert_eq!(run(), 0);
}

#[test]
fn a_set_that_cannot_be_resolved_fails_its_roots_and_leaves_the_others_their_environments() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = world("resolve.requirements", directory.path(), &targets());
    world.roots(&roots(&["tests/python/a:a", "src/python/app:app"]));
    let interpreter = directory.path().join("bin/python3");
    world.fake_tool(move |process| {
        let lock = process.tools.iter().find(|tool| tool.name == "lock").map(|tool| tool.path.join("requirements.in"));
        let wants_attrs =
            lock.is_some_and(|file| std::fs::read_to_string(file).is_ok_and(|text| text.contains("attrs")));
        if process.argv[0].ends_with("/uv") && wants_attrs {
            let stderr = b"error: Because there is no version of attrs and you require attrs, no.\n".to_vec();
            return Ok(ProcessOutput { exit: Exit::Code(1), stderr, ..ProcessOutput::default() });
        }
        fake_tool(process, &interpreter)
    });
    let error = world.run::<ResolveRequirements>().expect_err("one set cannot be resolved");
    assert_eq!(
        text_of(&error),
        "3rdparty/python/BUILD:1:1: cannot resolve requirement `attrs` of target `3rdparty/python:attrs`\n  \
         error: Because there is no version of attrs and you require attrs, no.\n"
    );
    assert_eq!(error.failed_targets, roots(&["src/python/app:app"]));
    let environments = world.produced::<PythonEnvironments>().expect("it can be read").expect("it was left");
    assert_eq!(environments.environments.keys().cloned().collect::<Vec<_>>(), roots(&["tests/python/a:a"]));
}

#[test]
fn a_program_that_needs_a_project_of_its_own_is_refused_by_name() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut targets = targets();
    targets.push(target("src/python/native:native", "python_dist", &["setup.py"], &[]));
    let app = targets.iter_mut().find(|target| target.address == parse("src/python/app:app")).expect("it is there");
    app.dependencies.push(parse("src/python/native:native"));
    let world = world("resolve.requirements", directory.path(), &targets);
    world.roots(&roots(&["src/python/app:app"]));
    let error = world.run::<ResolveRequirements>().expect_err("it cannot be built");
    assert_eq!(
        error.message,
        "src/python/app/BUILD:1:1: `src/python/app:app` needs the python_dist `src/python/native:native`, which cannot be \
         built yet"
    );
    assert_eq!(error.failed_targets, roots(&["src/python/app:app"]));
}

#[test]
fn a_target_may_ask_for_another_interpreter() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut targets = targets();
    targets[2].fields.push(("compatibility".to_owned(), Value::strings(["CPython>=3.13"])));
    let world = world("resolve.requirements", directory.path(), &targets);
    world.roots(&roots(&["tests/python/a:a"]));
    let error = world.run::<ResolveRequirements>().expect_err("there is only 3.11");
    let text = text_of(&error).replace(&directory.path().display().to_string(), "[ROOT]");
    assert_eq!(
        text,
        "no Python interpreter found that satisfies `CPython>=3.9` and `CPython>=3.13`\n  searched: [ROOT]/bin\n  \
         `[ROOT]/bin/python3` is cpython 3.11.7, which the constraints exclude\n"
    );
}

#[test]
fn an_option_of_pip_is_no_requirement() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut targets = targets();
    targets[0] = requirement("3rdparty/python:six", "--index-url=http://elsewhere");
    let world = world("resolve.requirements", directory.path(), &targets);
    world.roots(&roots(&["tests/python/a:a"]));
    let error = world.run::<ResolveRequirements>().expect_err("it is refused");
    assert_eq!(
        error.message,
        "3rdparty/python/BUILD:1:1: `--index-url=http://elsewhere` is an option, not a requirement"
    );
}

#[test]
fn different_reasons_are_all_told_and_cancelled_sets_are_none() {
    let recipe = |name: &str| Recipe {
        interpreter: Requirements::default(),
        request: LockRequest::default(),
        roots: roots(&[&format!("{name}:{name}")]),
    };
    let recipes = ["a", "b", "c", "d"].map(recipe);
    let states = [Error::cancelled(), Error::msg("no x"), Error::msg("no x"), Error::msg("no y")];
    let outcome = JobsOutcome { states: states.into_iter().map(plugin_api::JobState::Failed).collect() };
    let error = judge(&outcome, &recipes).expect_err("three failed");
    assert_eq!((error.message.as_str(), error.causes), ("no x", vec!["no y".to_owned()]));
    assert_eq!(error.failed_targets, roots(&["b:b", "c:c", "d:d"]));
}
