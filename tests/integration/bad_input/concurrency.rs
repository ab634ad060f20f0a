//! Two runs in one repository.

use super::{shown, with_protoc};
use crate::support::{Repository, wait_for};

fn wait_for_the_tool(repository: &Repository) {
    wait_for("the tool", || repository.exists("pids").then_some(()));
}

#[test]
fn the_second_building_run_waits_and_says_for_whom() {
    let repository = with_protoc("protoc-waits");
    let first = repository.pants(&["gen", "proto"]).start();
    wait_for_the_tool(&repository);
    let second = repository.pants(&["gen", "proto:"]).start();
    second.wait_until_it_says("waiting for PID");
    repository.write("go", "");
    let (first, second) = (first.finish(), second.finish());
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{first:?}\n{second:?}");
    let waiting = "[gen.protoc] waiting for PID ";
    assert!(!first.stderr.contains(waiting), "{}", first.stderr);
    assert_eq!(second.stderr.matches(waiting).count(), 1, "{}", second.stderr);
    assert!(second.stderr.contains("(pants gen proto)"), "{}", second.stderr);
    assert!(!second.stderr.contains("] protoc proto:proto"), "what the first did is done:\n{}", second.stderr);
}

#[test]
fn questions_never_wait() {
    let repository = with_protoc("protoc-waits");
    let building = repository.pants(&["gen", "proto"]).start();
    wait_for_the_tool(&repository);
    assert_eq!(repository.run(&["list", "::"]).quiet_success(), "proto:proto\n");
    assert_eq!(repository.run(&["dependencies", "proto"]).quiet_success(), "");
    let plan = repository.run(&["--explain", "gen", "proto"]).quiet_success();
    assert!(plan.contains("gen"), "{plan}");
    repository.write("go", "");
    let output = building.finish();
    assert_eq!(output.code, Some(0), "{}", shown(&output));
}
