//! The first cases of the fuzzer (`examples/fuzz_options`), with every run of the tests, and what it found in longer ones.
//!
//! Here they run in this process: a panic fails the test and shows the case, and what is worse ends the test.

#[path = "../examples/fuzz_options/cases/mod.rs"]
mod cases;

use cases::{Corpus, Laboratory, Random, Subject};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// As many cases as a run has: of the same seed, so always the same ones.
const CASES: usize = 300;

fn check(subject: Subject) {
    let laboratory = Laboratory::new(subject);
    let mut corpus = Corpus::new(subject);
    let mut random = Random::new(1);
    let seeds = corpus.len();
    for number in 0..CASES {
        let case = corpus.next(&mut random);
        let Ok(shown) = catch_unwind(AssertUnwindSafe(|| laboratory.run(&case))) else {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", subject.name()));
            fs::write(&path, &case).expect("the directory is there for tests");
            panic!("case {number} of `{}`: see above; it is saved in {}", subject.name(), path.display());
        };
        corpus.learn(case, &shown);
    }
    assert!(corpus.len() > seeds, "cases show something new");
}

#[test]
fn every_subject_survives_a_short_run() {
    Subject::ALL.into_iter().for_each(check);
}

/// Nineteen variables, each of which is the one before it ten times.
fn multiplied(sign: &str) -> String {
    (1..20).map(|number| format!("a{number}{sign}'{}'\n", format!("%(a{})s", number - 1).repeat(10))).collect()
}

/// What longer runs and readers found.
#[test]
fn what_was_found_once_stays_fixed() {
    let cases = [
        // More tables in each other than TOML allows.
        (Subject::Ini, format!("[s]\n[j{}]\n", ".e".repeat(100))),
        // A comment on a key with a control character.
        (Subject::Ini, "[GLOBAL]\n\u{1f}:".to_owned()),
        // A line that nobody can read whole, shown whole.
        (Subject::Toml, format!("[{}\n", "%(local)s".repeat(100_000))),
        // Each key that stands a second time was looked for from the start.
        (Subject::Ini, format!("[s]\n{}", "key: 1\n".repeat(300))),
        // Each variable was read as often as something led to it.
        (Subject::Ini, format!("[DEFAULT]\na0: x\n{}[s]\nb: ['%(a19)s']\n", multiplied(": "))),
        // Each variable was written out as often.
        (Subject::Toml, format!("[DEFAULT]\na0 = 'x'\n{}[kinds]\nstring = '%(a19)s'\n", multiplied(" = "))),
        // An endless number is none.
        (Subject::Toml, "[kinds]\nfloat = inf\n".to_owned()),
    ];
    for (subject, case) in cases {
        Laboratory::new(subject).run(case.as_bytes());
    }
}

/// Values of ten megabytes are answered, with messages that do not repeat them. Nothing is counted squared: of a hundred
/// thousand items that would be without end. Without optimisation, one megabyte shows the same.
#[test]
fn large_values_are_answered() {
    const LARGE: usize = if cfg!(debug_assertions) { 1 << 20 } else { 10 << 20 };
    let items = |item: &dyn Fn(usize) -> String| (0..LARGE / 12).map(item).collect::<String>();
    let list = format!("[{}]", items(&|at| format!("'{at:08}',")));
    let dict = format!("{{{}}}", items(&|at| format!("{at}:{at},")));
    let word = "x".repeat(LARGE);
    let cases = [
        (Subject::CommandLine, format!("--kinds-list=+{list},-{list}")),
        (Subject::CommandLine, format!("--kinds-dict={dict}\n--kinds-dict=+{dict}")),
        (Subject::CommandLine, format!("--kinds-int={word}\n--kinds-dict={word}\n--kinds-list=[{word}")),
        (Subject::CommandLine, format!("--kinds-targets={word}\n--kinds-shell='{word}\n--kinds-file={word}")),
        (
            Subject::CommandLine,
            format!("--kinds-list=@{word}\n--kinds-float=1{word}\n--kinds-ints={}", "[".repeat(LARGE)),
        ),
        (Subject::CommandLine, format!("PANTS_KINDS_INT={word}\nlist")),
        (Subject::CommandLine, format!("--{word}\n{word}\n-{word}")),
        (Subject::Toml, format!("[kinds]\nint = '{word}'\n[{word}]\n{word} = 1\n")),
        (Subject::Toml, format!("[kinds]\nlist = [{word}\n")),
        (Subject::Ini, format!("[kinds]\nint: {word}\n{word}: 1\n[{word}]\n")),
    ];
    for (subject, case) in cases {
        Laboratory::new(subject).run(case.as_bytes());
    }
}
