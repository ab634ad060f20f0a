//! The first cases of the fuzzer (`examples/fuzz_build_files`), with every run of the tests, and what it found in longer ones.
//!
//! Here they run in this process: a panic fails the test and shows the case, and what is worse ends the test.

#[path = "../examples/fuzz_build_files/cases/mod.rs"]
mod cases;

use cases::{Corpus, Laboratory, Random, Subject};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// As many cases as a run has, unless the machine is too busy for them.
const CASES: usize = 2_000;
const LONGEST: Duration = Duration::from_secs(5);

fn check(subject: Subject) {
    let laboratory = Laboratory::new(subject);
    let mut corpus = Corpus::new(subject, Vec::new());
    let mut random = Random::new(1);
    let seeds = corpus.len();
    let start = Instant::now();
    for number in 0..CASES {
        let case = corpus.next(&mut random);
        let Ok(shown) = catch_unwind(AssertUnwindSafe(|| laboratory.run(&case))) else {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", subject.name()));
            fs::write(&path, &case).expect("the directory is there for tests");
            panic!("case {number} of `{}`: see above; it is saved in {}", subject.name(), path.display());
        };
        corpus.learn(case, &shown, &mut random);
        if start.elapsed() > LONGEST {
            break;
        }
    }
    assert!(corpus.len() > seeds, "cases show something new");
}

#[test]
fn the_parser_survives_a_short_run() {
    check(Subject::Parser);
}

#[test]
fn the_evaluator_survives_a_short_run() {
    check(Subject::Evaluator);
}

#[test]
fn any_address_or_spec_survives_a_short_run() {
    check(Subject::Names);
}

#[test]
fn globs_are_what_a_naive_matcher_says() {
    check(Subject::Globs);
}

/// What longer runs and people found, each once a panic, an overflow of the stack, or endless.
#[test]
fn what_was_found_once_stays_fixed() {
    let numbered = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let of_names = [
        "^".repeat(100_000) + "lib",
        "!".repeat(10_000),
        "//!:lib".to_owned(),
        "//^x::".to_owned(),
        ":/:::".to_owned(),
        "a:b:c".to_owned(),
        "\0".to_owned(),
        "lib:a\0".to_owned(),
        "/lib".repeat(5_000),
        "a/".repeat(2_000) + "b.java",
    ];
    let of_files = [
        // Each of many targets of a cycle told of all of them.
        numbered(10_000, &|at| format!("target(name='a{at}', dependencies=[':a{}'])\n", (at + 1) % 10_000)),
        // The place of each missing target was looked for in the whole file.
        numbered(1_000, &|at| format!("target(name='a{at}', dependencies=[':b{at}'])\n")),
        // Each wrong line was shown whole.
        numbered(1_000, &|_| "x = 1 + 'a'; ".to_owned()),
        // Messages quoted words as long as the file.
        format!("target(name='a', {}=1)\n{}(name='b')\n", "k".repeat(100_000), "u".repeat(100_000)),
        format!("target(name='a', dependencies=['{}'])\n", "d".repeat(100_000)),
        format!("target(name='a', dependencies=['x`{}'])\n", "`y".repeat(10_000)),
        format!("target(name='a', dependencies=['x/{}:a'])\n", "d".repeat(10_000)),
        // Orders to the terminal.
        "target(name='a\\x1b[31m/b', tags=1)\nopen('\\0\\x1b')\n".to_owned(),
        // Lines of another time.
        "target(\rname='a',\r)\r\rtarget(name='b', nope=1)\r".to_owned(),
        // Steps that look at a long text each.
        "x = 'ü' * 1000000\nfor i in range(40000):\n  y = len(x)\n".to_owned(),
    ];
    let of_globs = [format!("**/a\n={}b", "a/".repeat(2_000)), "*".repeat(14_336)];
    let all = [
        (Subject::Names, of_names.to_vec()),
        (Subject::Evaluator, of_files.to_vec()),
        (Subject::Globs, of_globs.to_vec()),
    ];
    for (subject, cases) in all {
        let laboratory = Laboratory::new(subject);
        for case in cases {
            laboratory.run(case.as_bytes());
        }
    }
}
