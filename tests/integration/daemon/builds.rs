//! Runs that build: what is said, what is left, what a log file holds.

use super::{all_of, check_once, check_twice, shown};
use crate::bad_input::{set_protoc, with_protoc};
use crate::support::Repository;

const GEN: [&str; 2] = ["gen", "proto"];

#[test]
fn a_build_and_another_one_that_finds_it_done() {
    let scene = |repository: &Repository| {
        let _ = std::fs::remove_dir_all(repository.root().join(".pants.d"));
        let said = all_of(
            repository,
            &[&["--cache-ignore", "gen", "proto"], &GEN, &["-q", "gen", "proto"], &["--explain", "gen", "proto"]],
        );
        said + &repository.read(".pants.d/gen/protoc/proto.proto/A.java")
    };
    check_twice(|| with_protoc("protoc"), scene);
}

#[test]
fn builds_that_fail() {
    for tool in ["protoc-fails", "protoc-dies"] {
        let scene = |repository: &Repository| {
            let failed = all_of(repository, &[&GEN, &GEN]);
            set_protoc(repository, "protoc");
            let mended = all_of(repository, &[&GEN]);
            set_protoc(repository, tool);
            failed + &mended
        };
        check_once(|| with_protoc(tool), scene);
    }
}

#[test]
fn a_log_file_tells_the_same() {
    let scene = |repository: &Repository| {
        let said = shown(&repository.run(&["--logdir=logs", "--cache-ignore", "gen", "proto"]));
        let log = repository.read("logs/pants.log");
        repository.remove("logs/pants.log");
        let _ = std::fs::remove_dir_all(repository.root().join(".pants.d"));
        let lines = log.lines().map(|line| match line.split_once(": pants ") {
            Some((run, args)) if run.starts_with("pants_run_") => format!("[RUN]: pants {args}\n"),
            _ => line.split(' ').skip(2).collect::<Vec<_>>().join(" ") + "\n",
        });
        said + &lines.collect::<String>()
    };
    check_twice(|| with_protoc("protoc"), scene);
}

/// Two runs at once: what one of them logs is not in what the other one says.
#[test]
fn loud_runs_beside_quiet_ones() {
    let repository = with_protoc("protoc-waits").with_daemon();
    let loud = repository.pants(&["--level=debug", "gen", "proto"]).start();
    loud.wait_until_it_says("running");
    assert_eq!(repository.run(&["list", "::"]).quiet_success(), "proto:proto\n");
    let waiting = repository.pants(&GEN).start();
    waiting.wait_until_it_says("waiting for PID");
    repository.write("go", "");
    let (loud, waiting) = (loud.finish(), waiting.finish());
    assert_eq!((loud.code, waiting.code), (Some(0), Some(0)), "{loud:?}\n{waiting:?}");
    assert!(loud.stderr.contains("DEBUG"), "{}", loud.stderr);
    assert!(!waiting.stderr.contains("DEBUG"), "{}", waiting.stderr);
    assert!(waiting.stderr.contains("(pants --level=debug gen proto)"), "{}", waiting.stderr);
}
