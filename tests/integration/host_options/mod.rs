//! Options of the host that change what a run does: each test would fail if its option did nothing.
//!
//! The tool is a fake protoc, which notes in the file `ran` that it ran.

mod caching;
mod loudness;
mod places;
mod records;
mod terms;

use crate::support::{Repository, checkout};

/// A target to generate code for, a second one that nothing knows, and a BUILD file with a warning.
const FILES: &str = "
//- proto/BUILD
java_protobuf_library(sources=['a.proto'])
//- proto/a.proto
syntax = \"proto3\";
//- odd/BUILD
files(name='odd', sources=['*.missing'])
";

/// The config file of every repository here; sections may follow.
const TOOL: &str = "[protoc]\npath = \"tools/protoc\"\n";

const GEN: [&str; 2] = ["gen", "proto"];

/// A repository with these sections in its pants.toml, the global one first.
fn repository(config: &str) -> Repository {
    let repository = Repository::new(FILES);
    set_config(&repository, config);
    set_tool(&repository, "protoc");
    repository
}

fn set_config(repository: &Repository, config: &str) {
    repository.write("pants.toml", &format!("{config}\n{TOOL}"));
}

/// Puts one of the fake tools in place of protoc.
fn set_tool(repository: &Repository, name: &str) {
    let tool = repository.root().join("tools/protoc");
    std::fs::create_dir_all(tool.parent().expect("it has one")).expect("its directory");
    std::fs::copy(checkout().join("tests/fixtures/fake-tools").join(name), tool).expect("the tool");
}

/// Runs with these arguments, from the work directory of nobody, and says how often the tool has run since the start.
fn runs_after(repository: &Repository, args: &[&str]) -> usize {
    let _ = std::fs::remove_dir_all(repository.root().join(".pants.d"));
    let _ = repository.run(args).success();
    count(repository)
}

fn count(repository: &Repository) -> usize {
    if repository.exists("ran") { repository.read("ran").lines().count() } else { 0 }
}

/// The arguments of `gen`, after flags.
fn with_flags<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [flags, &GEN].concat()
}

/// What a run with flags and `gen` says, which must succeed.
fn generate(repository: &Repository, flags: &[&str]) -> String {
    let output = repository.run(&with_flags(flags));
    assert_eq!(output.code, Some(0), "{output:?}");
    output.stderr
}
