//! Standard streams that are closed, full, or slow.

use super::{check_twice, shown};
use crate::support::{Pants, Repository};
use std::fs::File;

const MANY: &str = "
//- many/BUILD
for number in range(20000):
    target(name='a-target-with-a-rather-long-name-%05d' % number)
//- few/BUILD
target()
";

/// Runs it in a pipe, and says how each end of that ended.
fn in_pipe(pants: Pants, reader: &str) -> String {
    let script = format!("set -o pipefail; \"$@\" | {reader}; echo \"${{PIPESTATUS[@]}}\"");
    shown(&pants.within("/bin/bash", &["-c", &script, "bash"]).run())
}

#[test]
fn a_reader_that_has_seen_enough() {
    let scene = |repository: &Repository| {
        let list = || repository.pants(&["list", "::"]);
        [in_pipe(list(), "head -n 1"), in_pipe(list(), "true"), in_pipe(list(), "tail -n 1")].concat()
    };
    let said = check_twice(|| Repository::new(MANY), scene);
    assert!(said.contains("few:few\n0 0\n"), "{said}");
}

#[test]
fn a_slow_reader_gets_all_of_it() {
    let scene = |repository: &Repository| {
        let reader = "(read -r first; sleep 0.3; echo \"$first\"; wc -l)";
        in_pipe(repository.pants(&["list", "::"]), reader)
    };
    let said = check_twice(|| Repository::new(MANY), scene);
    assert!(said.contains("few:few\n20000\n0 0\n"), "{said}");
}

#[test]
fn a_full_disk() {
    let full = || File::options().write(true).open("/dev/full").expect("there is a full disk");
    let scene = |repository: &Repository| {
        let many = repository.pants(&["list", "::"]).stdout_to(full()).run();
        let few = repository.pants(&["list", "few"]).stdout_to(full()).run();
        let none = repository.pants(&["list", "nosuch"]).stdout_to(full()).run();
        [many, few, none].iter().map(shown).collect()
    };
    let said = check_twice(|| Repository::new(MANY), scene);
    assert!(said.contains("error: cannot write to standard output: no storage space"), "{said}");
}

#[test]
fn streams_that_are_closed() {
    let scene = |repository: &Repository| {
        let closed = |how: &str| {
            let script = format!("\"$@\" {how}; echo \"exit $?\" > said");
            let output = repository.pants(&["list", "few", "nosuch"]).within("/bin/sh", &["-c", &script, "sh"]).run();
            format!("{how}\n{}{}", shown(&output), repository.read("said"))
        };
        let said = [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"].map(closed).concat();
        repository.remove("said");
        said
    };
    check_twice(|| Repository::new(MANY), scene);
}
