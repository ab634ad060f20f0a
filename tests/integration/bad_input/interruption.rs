//! Runs that are stopped: at once, without a process, a lock or half a file left, and the next run is right.

use super::{set_protoc, shown, with_fake_jdk, with_protoc};
use crate::support::{Output, Repository, is_alive, wait_for};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// The process ids that a fake tool leaves when it has begun.
fn tool_processes(repository: &Repository) -> Vec<String> {
    let text = wait_for("the tool", || repository.exists("pids").then(|| repository.read("pids")));
    text.split_whitespace().map(str::to_owned).collect()
}

/// Stops a run in the middle of a tool that ignores the request to end.
fn stop(signal: Signal) -> (Repository, Output) {
    let repository = with_protoc("protoc-hangs");
    // Whoever runs the tests may have been started with `nohup`.
    let run = repository.pants(&["gen", "proto"]).within("env", &["--default-signal=HUP"]).start();
    let processes = tool_processes(&repository);
    assert!(processes.iter().all(|pid| is_alive(pid)), "{processes:?}");
    let start = Instant::now();
    run.signal(signal);
    let output = run.finish();
    // A second on a quiet machine; a tool has ten to end by itself after a timeout.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    wait_for("the end of the tool's processes", || (!processes.iter().any(|pid| is_alive(pid))).then_some(()));
    (repository, output)
}

fn check_stopped(signal: Signal) {
    let (repository, output) = stop(signal);
    assert_eq!(output.code, Some(130), "{}", shown(&output));
    assert!(!output.stderr.contains("error:"), "whoever stops a run knows why it stopped:\n{}", output.stderr);
    check_next_run(&repository);
}

/// The next run waits for nobody and does what was not done.
fn check_next_run(repository: &Repository) {
    set_protoc(repository, "protoc");
    let output = repository.run(&["gen", "proto"]);
    // A daemon may still be about to end the run of a client that was killed.
    assert!(repository.daemon().is_some() || !output.stderr.contains("waiting"), "{}", output.stderr);
    let _ = output.success();
    assert_eq!(repository.read(".pants.d/gen/protoc/proto.proto/A.java"), "class A {}\n");
}

#[test]
fn ctrl_c() {
    check_stopped(Signal::INT);
}

#[test]
fn impatience_leaves_no_process_either() {
    let repository = with_protoc("protoc-hangs");
    let run = repository.pants(&["gen", "proto"]).start();
    let processes = tool_processes(&repository);
    run.signal(Signal::INT);
    run.signal(Signal::INT);
    assert_eq!(run.finish().code, Some(130));
    wait_for("the end of the tool's processes", || (!processes.iter().any(|pid| is_alive(pid))).then_some(()));
}

#[test]
fn whoever_waits_for_the_value_of_an_option_can_be_stopped() {
    let repository = with_protoc("protoc");
    let words = repository.root().join("words");
    let made = std::process::Command::new("mkfifo").arg(&words).status().expect("there is mkfifo");
    assert!(made.success());
    let run = repository.pants(&["list", "--sep=@words", "::"]).start();
    // Opened like this, a pipe that nobody reads is an error.
    let flags = rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::NONBLOCK;
    let writer = wait_for("a reader", || rustix::fs::open(&words, flags, rustix::fs::Mode::empty()).ok());
    let start = Instant::now();
    run.signal(Signal::INT);
    assert_eq!(run.finish().code, Some(130));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    drop(writer);
}

#[test]
fn a_request_to_end() {
    check_stopped(Signal::TERM);
}

#[test]
fn a_terminal_that_goes_away() {
    check_stopped(Signal::HUP);
}

#[test]
fn whoever_waits_for_another_run_can_be_stopped() {
    let repository = with_protoc("protoc-waits");
    let first = repository.pants(&["gen", "proto"]).start();
    tool_processes(&repository);
    let second = repository.pants(&["gen", "proto:"]).start();
    second.wait_until_it_says("waiting for PID");
    second.signal(Signal::INT);
    assert_eq!(second.finish().code, Some(130));
    repository.write("go", "");
    let output = first.finish();
    assert_eq!(output.code, Some(0), "{}", shown(&output));
}

#[test]
fn a_killed_run_leaves_nothing_that_misleads_the_next() {
    let repository = with_protoc("protoc-waits");
    let run = repository.pants(&["gen", "proto"]).start();
    let processes = tool_processes(&repository);
    run.signal(Signal::KILL);
    assert_eq!(run.finish().code, None);
    // Nobody could tell the tool; it is let go, and ends.
    repository.write("go", "");
    wait_for("the end of the tool", || (!processes.iter().any(|pid| is_alive(pid))).then_some(()));
    assert!(!repository.exists(".pants.d/gen/protoc/proto.proto@valid"));
    check_next_run(&repository);
}

/// Stops a run while a compile worker is busy; its cache and build root are then built with the real JDK.
fn stop_in_mid_compile(signal: Signal) -> Output {
    let repository = with_fake_jdk();
    let run = repository.pants(&["compile", "src"]).start();
    let processes = tool_processes(&repository);
    run.signal(signal);
    let output = run.finish();
    wait_for("the end of the worker", || (!processes.iter().any(|pid| is_alive(pid))).then_some(()));
    assert!(!repository.exists(".pants.d/compile/javac/src.src@valid"));
    repository.write("pants.toml", "");
    let next = repository.pants(&["compile", "src"]).with_real_tools().run();
    assert!(repository.daemon().is_some() || !next.stderr.contains("waiting"), "{}", next.stderr);
    let _ = next.success();
    assert!(repository.exists(".pants.d/compile/javac/src.src/classes.jar"));
    output
}

#[test]
fn a_compile_can_be_interrupted() {
    assert_eq!(stop_in_mid_compile(Signal::INT).code, Some(130));
}

#[test]
fn a_run_that_is_killed_in_mid_compile_leaves_no_worker() {
    assert_eq!(stop_in_mid_compile(Signal::KILL).code, None);
}

#[test]
fn what_is_being_made_for_the_caches_is_not_left_half_made() {
    let repository = with_fake_jdk();
    let javac = repository.root().join("jdk/bin/javac");
    std::fs::copy(crate::support::checkout().join("tests/fixtures/fake-tools/protoc-hangs"), javac).expect("a tool");
    let run = repository.pants(&["compile", "src"]).start();
    let processes = tool_processes(&repository);
    run.signal(Signal::INT);
    assert_eq!(run.finish().code, Some(130));
    wait_for("the end of the tool's processes", || (!processes.iter().any(|pid| is_alive(pid))).then_some(()));
    let tools = std::fs::read_dir(repository.home().join("cache/pants/tools/jvm-programs")).expect("it was begun");
    let left: Vec<_> = tools.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_tool_that_hangs_is_stopped_when_its_time_is_over() {
    let repository = with_protoc("protoc-hangs");
    let args = ["--process-timeout=1", "--process-terminate-wait=1", "gen", "proto"];
    let run = repository.pants(&args).start();
    let processes = tool_processes(&repository);
    let output = run.finish();
    assert_eq!(output.code, Some(1), "{}", shown(&output));
    assert!(output.stderr.contains("protoc timed out after 1s"), "{}", output.stderr);
    assert!(!processes.iter().any(|pid| is_alive(pid)), "{processes:?}");
    check_next_run(&repository);
}
