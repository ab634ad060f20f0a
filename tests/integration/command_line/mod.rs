//! The command line beyond goals: help, the words that are no goals, completion, and slips that are answered at once.

mod completion;
mod help;
mod migrate_config;
mod slips;
mod words;

use crate::support::{Output, Repository, path};
use expect_test::Expect;
use std::io::Write;

/// Two directories with targets, and one that only leads to them.
const FILES: &str = "
//- src/java/app/BUILD
java_library(name = 'app', sources = [])
java_library(name = 'apple', sources = [])
//- src/java/lib/BUILD
java_library(sources = [])
//- src/python/BUILD
python_library(sources = [])
//- docs/a.txt
";

/// Everything that a run said, and its exit code.
fn shown(output: &Output) -> String {
    let code = output.code.map_or("killed".to_owned(), |code| format!("exit {code}"));
    let lines: Vec<&str> =
        [&output.stdout, &output.stderr].into_iter().flat_map(|text| text.lines()).chain([code.as_str()]).collect();
    lines.join("\n") + "\n"
}

fn check(repository: &Repository, args: &[&str], expect: Expect) {
    expect.assert_eq(&shown(&repository.run(args)));
}

/// Whether this machine has a program.
fn has_program(name: &str) -> bool {
    std::env::split_paths(&path()).any(|directory| directory.join(name).is_file())
}

/// Says that a test could not look, so that no run of all tests hides it: what is written to the stream itself, the test
/// runner does not keep back as it does what tests print.
fn not_checked(program: &str) {
    writeln!(std::io::stderr(), "NOT CHECKED: there is no `{program}` here").expect("standard error is open");
}
