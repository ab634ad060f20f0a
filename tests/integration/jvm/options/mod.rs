//! The options of the JVM backend do what they say: each test fails if its option did nothing.

mod compiling;
mod coverage;
mod programs;
mod testing;
mod third_party;

use super::run;
use crate::support::{Output, Repository};

/// The compilers and test runners that really ran, in the order in which they began.
fn ran(output: &Output) -> Vec<String> {
    let began = output.stderr.lines().filter_map(|line| line.strip_prefix("[TIME] [ELAPSED] [")?.split_once("] "));
    let works = began.map(|(_, text)| text).filter(|text| text.starts_with("javac ") || text.starts_with("junit "));
    works.map(str::to_owned).collect()
}

/// Runs with a config file and checks that it is refused before anything is built.
fn refused(repository: &Repository, config: &str, args: &[&str], expect: &str) {
    repository.write("pants.toml", config);
    let output = run(repository, args);
    assert_eq!(ran(&output), [""; 0]);
    let said = output.failure(1);
    assert!(said.contains(expect), "`{expect}` in {said}");
    repository.write("pants.toml", "");
}
