//! How runs and tasks go: locks, failures, numbers of processes, which targets count.

use super::{GEN, count, generate, repository, set_tool};
use crate::support::{Repository, wait_for};

#[test]
fn without_locks_nobody_waits() {
    let repository = repository("");
    set_tool(&repository, "protoc-waits");
    let pid = || repository.exists("pids").then(|| repository.read("pids"));
    let first = repository.pants(&GEN).start();
    let of_first = wait_for("the tool of the first run", pid);
    let second = repository.pants(&["--no-lock", "gen", "proto"]).start();
    wait_for("the tool of the second run", || pid().filter(|pid| *pid != of_first));
    repository.write("go", "");
    let (first, second) = (first.finish(), second.finish());
    assert!(!second.stderr.contains("waiting for"), "{second:?}");
    let _ = (first.success(), second.success());
}

#[test]
fn a_failure_stops_the_run_or_the_goals_that_say_so() {
    let failures = |config: &str, flags: &[&str]| {
        let repository = repository(config);
        repository.write("other/BUILD", "java_protobuf_library(sources=['b.proto'])\n");
        repository.write("other/b.proto", "syntax = \"proto3\";\n");
        set_tool(&repository, "protoc-fails");
        let told = repository.run(&[flags, &["--jobs=1", "gen", "proto", "other"]].concat()).failure(1);
        told.matches("a.proto:1:1: this is refused").count()
    };
    let global = "[GLOBAL]\nfail_fast = true\n";
    assert_eq!(failures("", &[]), failures(global, &["--no-fail-fast"]));
    let stopped = failures("", &["--fail-fast"]);
    assert!(stopped < failures("", &[]), "{stopped}");
    for (config, flag) in
        [(global, "--fail-fast"), ("[gen]\nfail_fast = true\n", "-linfo"), ("", "--gen-protoc-fail-fast")]
    {
        assert_eq!(failures(config, &[flag]), stopped, "{config} {flag}");
    }
    assert_eq!(failures("", &["--resolve-fail-fast"]), failures("", &[]));
}

#[test]
fn the_number_of_processes_has_the_name_of_pants_too() {
    let told = |flag: &str| repository("").run(&[flag, "list", "odd"]).failure(1);
    assert!(told("--process-execution-local-parallelism=0").contains("--process-execution-local-parallelism"));
    let record = "[run-tracker]\nstats_local_json_file = \"s\"\nstats_option_scopes_to_record = [\"GLOBAL^jobs\"]\n";
    let repository = repository(&format!("[GLOBAL]\nprocess_execution_local_parallelism = 3\n{record}"));
    generate(&repository, &[]);
    let told: serde_json::Value = serde_json::from_str(&repository.read("s")).expect("it is JSON");
    assert_eq!(told["recorded_options"]["GLOBAL"]["jobs"], 3);
}

/// Which of `proto` and `odd` a run lists.
fn listed(repository: &Repository, args: &[&str]) -> String {
    repository.run(&[&["-q"], args, &["list", "::"]].concat()).success()
}

#[test]
fn targets_are_left_out_by_config_and_by_flag() {
    let usual = repository("");
    assert_eq!(listed(&usual, &[]), "odd:odd\nproto:proto\n");
    assert_eq!(listed(&usual, &["--exclude-target-regexp=^odd"]), "proto:proto\n");
    assert_eq!(listed(&repository("[GLOBAL]\nexclude_target_regexp = [\"^odd\"]\n"), &[]), "proto:proto\n");
    usual.write("odd/BUILD", "files(name='odd', tags=['strange'])\n");
    assert_eq!(listed(&usual, &["--tag=strange"]), "odd:odd\n");
    assert_eq!(listed(&usual, &["--tag=-strange"]), "proto:proto\n");
    super::set_config(&usual, "[GLOBAL]\ntag = [\"-strange\"]\n");
    assert_eq!(listed(&usual, &[]), "proto:proto\n");
}

#[test]
fn files_nobody_has_are_told_as_asked() {
    let code = |config: &str, args: &[&str]| repository(config).run(args).code;
    let odd: &[&str] = &["list", "odd"];
    assert_eq!(code("[GLOBAL]\nfiles_not_found_behavior = \"error\"\n", odd), Some(1));
    assert_eq!(code("", &[&["--files-not-found-behavior=error"], odd].concat()), Some(1));
    let quiet = repository("[GLOBAL]\nfiles_not_found_behavior = \"ignore\"\n");
    assert_eq!(quiet.run(odd).quiet_success(), "odd:odd\n");

    let file: &[&str] = &["list", "tools/protoc"];
    assert_eq!(code("", file), Some(1));
    assert_eq!(code("[GLOBAL]\nowners_not_found_behavior = \"ignore\"\n", file), Some(0));
    assert_eq!(code("", &[&["--owners-not-found-behavior=ignore"], file].concat()), Some(0));
}

#[test]
fn files_of_specs_are_named_as_the_shell_names_files() {
    let repository = repository("[GLOBAL]\nsubproject_roots = [\"elsewhere\"]\n");
    repository.write("odd/specs", "proto\n");
    let run = |args: &[&str]| repository.pants(args).in_directory(&repository.root().join("odd")).run();
    assert_eq!(run(&["--spec-file=specs", "list"]).success(), "proto:proto\n");
    assert_eq!(count(&repository), 0);
}
