//! Files about a run: the invalidation report and the statistics.

use super::{generate, repository, set_tool, with_flags};
use crate::support::Repository;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The reports of all runs.
fn reports(repository: &Repository, directory: &str) -> Vec<PathBuf> {
    let runs = std::fs::read_dir(repository.root().join(directory)).expect("reports were written");
    let mut reports: Vec<PathBuf> =
        runs.map(|run| run.expect("an entry").path().join("invalidation-report.csv")).collect();
    reports.sort();
    reports
}

#[test]
fn the_invalidation_report_says_what_was_up_to_date() {
    let repository = repository("[reporting]\ninvalidation_report = true\n");
    generate(&repository, &[]);
    generate(&repository, &["--reporting-reports-dir=reports"]);
    let rows = |directory: &str| {
        let [report] = &reports(&repository, directory)[..] else { panic!("one run") };
        let text = std::fs::read_to_string(report).expect("it is there");
        let (header, rows) = text.split_once('\n').expect("a header");
        assert_eq!(header, "invocation_id,task_name,targets_hash,target_id,cache_key_id,cache_key_hash,phase,valid");
        let rows = rows.lines().map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
        let rows = rows.filter(|row| row[1] == "gen.protoc");
        rows.map(|row| [&row[3], &row[6], &row[7]].map(String::clone).join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(rows(".pants.d/reports"), ["proto.proto pre-check False", "proto.proto post-check True"]);
    assert_eq!(rows("reports"), ["proto.proto pre-check True"]);
    let silent = super::repository("");
    generate(&silent, &[]);
    assert!(!silent.exists(".pants.d/reports"));
}

fn statistics(repository: &Repository) -> Value {
    serde_json::from_str(&repository.read("stats.json")).expect("it is JSON")
}

const STATISTICS: &str = "[run-tracker]\nstats_local_json_file = \"stats.json\"\n\
                          stats_option_scopes_to_record = [\"cache\", \"GLOBAL^jobs\", \"nowhere\"]\n";

#[test]
fn statistics_tell_what_was_asked_and_how_it_went() {
    let repository = repository(STATISTICS);
    generate(&repository, &["--jobs=1", "--parent-build-id=nightly-7"]);
    let told = statistics(&repository);
    let info = &told["run_info"];
    assert!(info["id"].as_str().is_some_and(|id| id.starts_with("pants_run_")), "{told}");
    assert_eq!(info["cmd_line"], "pants --jobs=1 --parent-build-id=nightly-7 gen proto");
    assert_eq!(info["specs_from_command_line"], json!(["proto"]));
    assert_eq!(info["computed_goals"], json!(["gen"]));
    assert_eq!((&info["outcome"], &info["parent_build_id"]), (&json!("SUCCESS"), &json!("nightly-7")));
    assert!(info["timestamp"].as_f64().is_some_and(|seconds| seconds > 1.0e9), "{told}");

    let options = &told["recorded_options"];
    assert_eq!(options["GLOBAL"], json!({ "jobs": 1 }));
    assert_eq!((&options["cache"]["read"], &options["cache"]["overwrite"]), (&json!(true), &json!(false)));
    assert!(options.get("nowhere").is_none());

    let labels: Vec<&str> =
        told["cumulative_timings"].as_array().expect("a list").iter().filter_map(|row| row["label"].as_str()).collect();
    assert_eq!(labels[0], "main");
    assert!(labels.contains(&"main:gen") && labels.contains(&"main:gen:protoc"), "{labels:?}");
    assert_eq!(told["outcomes"]["main:gen:protoc"], "SUCCESS");
}

#[test]
fn statistics_count_what_caches_spared() {
    let repository = repository(STATISTICS);
    let counts = |flags: &[&str]| {
        let _ = std::fs::remove_dir_all(repository.root().join(".pants.d"));
        generate(&repository, flags);
        let told = statistics(&repository);
        let of_goal = told["artifact_cache_stats"].as_array().and_then(|rows| rows.first()).expect("one goal").clone();
        assert_eq!(of_goal["cache_name"], "gen.protoc");
        (of_goal["num_hits"].clone(), of_goal["num_misses"].clone())
    };
    assert_eq!(counts(&[]), (json!(0), json!(1)));
    assert_eq!(counts(&[]), (json!(1), json!(0)));
    assert_eq!(counts(&["--cache-ignore"]), (json!(0), json!(1)));
}

#[test]
fn a_failure_has_statistics_too() {
    let repository = repository(STATISTICS);
    set_tool(&repository, "protoc-fails");
    let _ = repository.run(&with_flags(&[])).failure(1);
    let told = statistics(&repository);
    assert_eq!(
        (&told["run_info"]["outcome"], &told["outcomes"]["main:gen:protoc"]),
        (&json!("FAILURE"), &json!("FAILURE"))
    );
    let _ = repository.run(&["gen", "nothing:here"]).failure(1);
    assert_eq!(statistics(&repository)["run_info"]["outcome"], "FAILURE");
    assert_eq!(statistics(&repository)["outcomes"], json!({ "main": "FAILURE" }));
}

#[test]
fn statistics_that_cannot_be_written_are_a_warning() {
    let repository = repository("[run-tracker]\nstats_local_json_file = \"proto/a.proto/stats\"\n");
    let told = generate(&repository, &[]);
    assert!(told.contains("warning: `[ROOT]/proto/a.proto/stats` cannot be written"), "{told}");
}
