//! A repository in the style of the Pants v1 years: its graph, and questions about it answered independently.
//!
//! The same programs compare whole real repositories; docs/compatibility.md says how.

use crate::support::{Repository, checkout, path, real_python};
use std::path::Path;
use std::process::Command;

/// The repository, and the graph of it, written by hand.
const REPOSITORY: &str = "tests/fixtures/repositories/old-monorepo";
const GRAPH: &str = "tests/fixtures/repositories/old-monorepo.jsonl";

fn pants() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_pants"))
}

fn repository() -> Repository {
    let repository = Repository::new("");
    repository.copy_tree(&checkout().join(REPOSITORY));
    repository
}

/// Runs a program of tests/compatibility, which must succeed.
fn check(program: &str, repository: &Repository, args: &[&Path]) {
    let mut command = Command::new(real_python());
    command.arg("-B").arg(checkout().join("tests/compatibility").join(program)).args(args);
    command.env_clear().env("PATH", path()).env("HOME", repository.home());
    command.env("PANTS_PLUGIN_PATH", pants().with_file_name("deps"));
    let output = command.output().expect("python3 runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{program}:\n{}\n{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn the_graph_of_an_old_repository_is_what_pants_made_of_it() {
    let repository = repository();
    repository.write("peek.json", &repository.run(&["peek", "::"]).quiet_success());
    check("graphs.py", &repository, &[&checkout().join(GRAPH), &repository.root().join("peek.json")]);
}

#[test]
fn questions_about_it_have_the_answers_of_an_independent_program() {
    let repository = repository();
    let few = Path::new("12");
    check("questions.py", &repository, &[&checkout().join(GRAPH), pants(), &repository.root(), few]);
}
