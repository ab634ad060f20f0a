//! The same cases without a daemon and with one: the same bytes, the same exit codes.
//!
//! A scene is played three times: directly, with a daemon that it starts, and again with that one, which is warm by then.
//! Where a scene cannot be repeated in the same repository, the last is left out. What only a daemon has is tested beside.

mod answers;
mod builds;
mod ends;
mod foreground;
mod life;
mod nested;
mod places;
mod streams;
mod terminals;

use crate::support::{Output, Repository};

/// Some targets, and a warning.
const FILES: &str = "
//- BUILD
target(name='all', dependencies=['a', 'b:lib'])
//- a/BUILD
target(dependencies=['b:lib'], tags=['t'])
files(name='odd', sources=['*.missing'])
//- b/BUILD
target(name='lib')
";

/// Plays a scene directly and with a new daemon, and compares what there is to be seen; gives what that is.
fn check_once(repository: impl Fn() -> Repository, scene: impl Fn(&Repository) -> String) -> String {
    check(repository, scene, 1)
}

/// The same, and once more with the daemon, in the same repository.
fn check_twice(repository: impl Fn() -> Repository, scene: impl Fn(&Repository) -> String) -> String {
    check(repository, scene, 2)
}

fn check(repository: impl Fn() -> Repository, scene: impl Fn(&Repository) -> String, times: usize) -> String {
    let direct = scene(&repository().without_daemon());
    let served = repository().with_daemon();
    for time in 0..times {
        let answer = scene(&served);
        assert!(served.daemon().is_some(), "there was no daemon:\n{answer}");
        let warmth = ["new", "warm"][time];
        assert_eq!(answer, direct, "\nwith a {warmth} daemon (left) and without one (right)");
    }
    direct
}

/// Everything that runs with these arguments say.
fn all_of(repository: &Repository, questions: &[&[&str]]) -> String {
    let answer = |args: &&[&str]| format!("$ pants {}\n{}", args.join(" "), shown(&repository.run(args)));
    questions.iter().map(answer).collect()
}

/// What a run said, without process ids.
fn shown(output: &Output) -> String {
    without_pids(&output.shown())
}

fn without_pids(text: &str) -> String {
    let mut parts = text.split("PID ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| shown + "PID [PID]" + part.trim_start_matches(|char: char| char.is_ascii_digit()))
}
