//! Bad input, bad surroundings, bad luck: one clear message with place and hint, the right exit code, nothing left over.
//!
//! Tools that misbehave are scripts of `tests/fixtures/fake-tools`. They stand in for protoc, which any program can:
//! the `[protoc] path` of these repositories is `tools/protoc`.

mod build_files;
mod command_line;
mod concurrency;
mod configuration;
mod failures;
mod interruption;
mod keep_going;
mod machine;
mod tools;
mod unbuilt;

use crate::support::{Output, Repository, checkout};
use expect_test::Expect;
use std::fs;

/// A repository for a fake protoc, with one target to generate code from: `proto`.
pub(crate) const GENERATED: &str = "
//- pants.toml
[protoc]
path = \"tools/protoc\"
//- proto/BUILD
java_protobuf_library(sources=['a.proto'])
//- proto/a.proto
syntax = \"proto3\";
";

/// A repository whose protoc is one of the fake ones.
pub(crate) fn with_protoc(name: &str) -> Repository {
    let repository = Repository::new(GENERATED);
    set_protoc(&repository, name);
    repository
}

/// Puts another fake protoc into the place of the one that is there.
pub(crate) fn set_protoc(repository: &Repository, name: &str) {
    let tool = repository.root().join("tools/protoc");
    fs::create_dir_all(tool.parent().expect("it has one")).expect("its directory");
    fs::copy(checkout().join("tests/fixtures/fake-tools").join(name), tool).expect("the tool");
}

/// A repository with a class to compile, and a JDK whose compile worker never answers.
pub(crate) fn with_fake_jdk() -> Repository {
    let repository = Repository::new(COMPILED);
    repository.copy_tree_to(&checkout().join("tests/fixtures/fake-tools/jdk"), "jdk");
    repository
}

/// A repository for a fake JDK, with one target to compile: `src`.
const COMPILED: &str = "
//- pants.toml
[jvm-distributions]
paths = { linux = ['jdk'] }
//- src/BUILD
java_library(sources=['A.java'])
//- src/A.java
class A {}
";

/// Everything that a run said, and its exit code.
fn shown(output: &Output) -> String {
    let code = output.code.map_or("killed".to_owned(), |code| format!("exit {code}"));
    let lines: String =
        [&output.stdout, &output.stderr].into_iter().flat_map(|text| text.lines()).map(redacted).collect();
    format!("{lines}{code}\n")
}

/// A line without the directories of this machine where plugins are looked for.
fn redacted(line: &str) -> String {
    match line.split_once("hint: searched /") {
        Some((indent, _)) => format!("{indent}hint: searched [DIRECTORIES]\n"),
        None => format!("{line}\n"),
    }
}

fn check(repository: &Repository, args: &[&str], expect: Expect) {
    expect.assert_eq(&shown(&repository.run(args)));
}
