//! What only a daemon has: a beginning and an end.

use super::{FILES, shown};
use crate::support::{Repository, is_alive, started_in, wait_for};
use rustix::process::{Pid, Signal};

/// How many daemons run here. Beside each there is a process that cleans up after it.
fn daemons(repository: &Repository) -> usize {
    let started = started_in(&repository.root());
    started.iter().filter(|process| process.command.contains(" --pantsd-serve")).count()
}

#[test]
fn ten_clients_at_once_start_one() {
    let repository = Repository::new(FILES).with_daemon();
    let runs: Vec<_> = (0..10).map(|_| repository.pants(&["list", "a", "b:"]).start()).collect();
    let answers: Vec<String> = runs.into_iter().map(|run| shown(&run.finish())).collect();
    let direct = shown(&repository.pants(&["--no-pantsd", "list", "a", "b:"]).run());
    assert!(answers.iter().all(|answer| *answer == direct), "{answers:#?}");
    assert_eq!(daemons(&repository), 1, "{:?}", started_in(&repository.root()));
}

#[test]
fn one_that_was_killed_is_replaced() {
    let repository = Repository::new(FILES).with_daemon();
    let mut pids = Vec::new();
    for _ in 0..3 {
        assert_eq!(repository.run(&["list", "b:"]).quiet_success(), "b:lib\n");
        let pid = repository.daemon().expect("it was started");
        let process = Pid::from_raw(pid.parse().expect("a number")).expect("it is not zero");
        rustix::process::kill_process(process, Signal::KILL).expect("it runs");
        wait_for("its end", || (!is_alive(&pid)).then_some(()));
        pids.push(pid);
    }
    pids.dedup();
    assert_eq!(pids.len(), 3);
}

#[test]
fn it_stays_from_run_to_run_and_ends_when_it_is_told_to() {
    let repository = Repository::new(FILES).with_daemon();
    assert_eq!(repository.run(&["list", "b:"]).quiet_success(), "b:lib\n");
    let daemon = repository.daemon();
    let _ = repository.run(&["list", "nosuch"]).failure(1);
    assert_eq!(repository.run(&["--tag=t", "list", "b:"]).quiet_success(), "");
    assert_eq!(repository.daemon(), daemon);
    assert_eq!(repository.run(&["kill-pantsd"]).code, Some(0));
    assert_eq!((repository.daemon(), started_in(&repository.root())), (None, Vec::new()));
    assert_eq!(repository.run(&["kill-pantsd"]).code, Some(0), "twice does no harm");
}

#[test]
fn other_options_of_the_daemon_start_another_one() {
    let repository = Repository::new(FILES).with_daemon();
    let _ = repository.run(&["list", "b:"]).quiet_success();
    let first = repository.daemon();
    let _ = repository.run(&["--pantsd-idle-timeout=77", "list", "b:"]).success();
    assert_ne!(repository.daemon(), first);
    wait_for("the end of the first", || (daemons(&repository) == 1).then_some(()));
}
