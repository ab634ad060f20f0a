//! Runs that are stopped: by the terminal, by another program, by the death of the client.

use super::{check_once, shown};
use crate::bad_input::{set_protoc, with_protoc};
use crate::support::{Output, Repository, Running, is_alive, is_stopped, wait_for};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// How long a run may take to end at the first request, with a tool that does not listen: a second on a quiet machine.
const SOON: Duration = Duration::from_secs(4);

/// The process ids that a fake tool leaves when it has begun.
fn tool(repository: &Repository) -> Vec<String> {
    let text = wait_for("the tool", || repository.exists("pids").then(|| repository.read("pids")));
    repository.remove("pids");
    text.split_whitespace().map(str::to_owned).collect()
}

/// Starts a run, stops it in the midst of a tool, and gives what it said; nothing of the tool is left, and the next run
/// does what was not done.
fn stopped(repository: &Repository, stop: impl Fn(&Running)) -> Output {
    set_protoc(repository, "protoc-hangs");
    // Whoever runs the tests may have been started with `nohup`.
    let run = repository.pants(&["gen", "proto"]).within("env", &["--default-signal=HUP"]).start_as_job();
    let processes = tool(repository);
    assert!(processes.iter().all(|pid| is_alive(pid)), "{processes:?}");
    let start = Instant::now();
    stop(&run);
    let output = run.finish();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    wait_for("the end of the tool", || (!processes.iter().any(|pid| is_alive(pid))).then_some(()));
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    set_protoc(repository, "protoc");
    let _ = repository.run(&["gen", "proto"]).success();
    assert_eq!(repository.read(".pants.d/gen/protoc/proto.proto/A.java"), "class A {}\n");
    std::fs::remove_dir_all(repository.root().join(".pants.d")).expect("it was built");
    output
}

#[test]
fn a_signal_stops_a_run() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let scene = |repository: &Repository| shown(&stopped(repository, |run| run.signal_group(signal)));
        let said = check_once(|| with_protoc("protoc"), scene);
        assert!(said.ends_with("--- exit 130\n"), "{signal:?}: {said}");
    }
}

#[test]
fn a_second_signal_stops_it_at_once() {
    let scene = |repository: &Repository| {
        let output = stopped(repository, |run| {
            run.signal_group(Signal::INT);
            run.signal_group(Signal::INT);
        });
        // Nobody waits for the last words.
        output.code.map_or_else(String::new, |code| code.to_string())
    };
    assert_eq!(check_once(|| with_protoc("protoc"), scene), "130");
}

#[test]
fn a_client_that_is_killed_takes_its_run_with_it() {
    let repository = with_protoc("protoc").with_daemon();
    let _ = repository.run(&["list", "::"]).quiet_success();
    for _ in 0..2 {
        assert_eq!(stopped(&repository, |run| run.signal(Signal::KILL)).code, None);
    }
}

#[test]
fn the_daemon_outlives_the_terminal_of_its_first_client() {
    let repository = with_protoc("protoc").with_daemon();
    let _ = stopped(&repository, |run| run.signal_group(Signal::HUP));
    let daemon = repository.daemon();
    let _ = stopped(&repository, |run| run.signal_group(Signal::INT));
    assert!(daemon.is_some());
    assert_eq!(repository.daemon(), daemon);
}

#[test]
fn a_stopped_job_goes_on() {
    let scene = |repository: &Repository| {
        set_protoc(repository, "protoc-waits");
        let run = repository.pants(&["gen", "proto"]).start_as_job();
        tool(repository);
        run.signal_group(Signal::TSTP);
        wait_for("the stop", || is_stopped(&run.pid()).then_some(()));
        repository.write("go", "");
        wait_for("the tool", || repository.read(".pants.d/gen/protoc/proto.proto/A.java").contains("{}").then_some(()));
        assert!(is_stopped(&run.pid()));
        run.signal_group(Signal::CONT);
        shown(&run.finish())
    };
    let said = check_once(|| with_protoc("protoc"), scene);
    assert!(said.ends_with("--- exit 0\n"), "{said}");
}

#[test]
fn nohup() {
    let scene = |repository: &Repository| {
        set_protoc(repository, "protoc-waits");
        let run = repository.pants(&["gen", "proto"]).within("nohup", &[]).start_as_job();
        tool(repository);
        run.signal_group(Signal::HUP);
        repository.write("go", "");
        shown(&run.finish())
    };
    let said = check_once(|| with_protoc("protoc"), scene);
    assert!(said.ends_with("--- exit 0\n"), "{said}");
}
