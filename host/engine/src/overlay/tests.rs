//! The two views of a graph with synthetic targets.

use super::{Base, GraphView, RunGraph, Snapshot};
use crate::LoadedTargets;
use crate::Workspace;
use crate::products::Place;
use crate::testing::{Repo, address, addresses, names, shown};
use expect_test::{Expect, expect};
use pants_model::{Address, Target};
use std::collections::HashSet;
use std::sync::Arc;

const REPO: &str = "
    runtime:runtime jar_library
    base:proto java_protobuf_library
    api:proto java_protobuf_library -> base:proto
    app:lib java_library -> api:proto runtime:runtime
    app:bin jvm_binary -> app:lib
";

/// A graph and three goals: 0 and 1 generate, 2 comes after 0 only.
struct Fixture {
    repo: Arc<Repo>,
    graph: RunGraph,
}

impl Fixture {
    fn new() -> Self {
        Self { repo: Repo::new(REPO), graph: RunGraph::default() }
    }

    fn inject(&self, goal: usize, name: &str, dependencies: &[&str], derived_from: &str) -> String {
        let mut target = Target::new(address(name), "java_library");
        target.dependencies = addresses(dependencies);
        let place = Place { goal, steps: vec![0] };
        let all = Arc::from([true, true, true]);
        match self.graph.inject(&Base::of(&*self.repo), &all, place, target, &address(derived_from)) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    fn seen(&self, visible: [bool; 3]) -> Snapshot {
        self.graph.snapshot(Base::of(&*self.repo), Arc::from(visible))
    }

    fn all(&self) -> Snapshot {
        self.seen([true; 3])
    }
}

/// Both views of everything that can be reached from the binary.
fn views(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for (name, view) in [("build", GraphView::Build), ("declared", GraphView::Declared)] {
        text.push_str(&format!("{name}:\n"));
        for target in snapshot.closure(&addresses(&["app:bin"]), view) {
            let dependencies = snapshot.dependencies(&target.address, view);
            text.push_str(&format!("  {} -> {}\n", target.address, shown(dependencies)).replace(" -> \n", "\n"));
        }
    }
    text
}

#[track_caller]
fn check(snapshot: &Snapshot, expect: Expect) {
    expect.assert_eq(&views(snapshot));
}

#[test]
fn edges_move_in_the_build_view_and_stay_in_the_declared_one() {
    let fixture = Fixture::new();
    fixture.inject(0, "gen:base", &["runtime:runtime"], "base:proto");
    fixture.inject(0, "gen:api", &["runtime:runtime", "api:proto"], "api:proto");
    check(
        &fixture.all(),
        expect![[r#"
        build:
          runtime:runtime
          gen:base -> runtime:runtime
          gen:api -> runtime:runtime gen:base
          app:lib -> gen:api runtime:runtime
          app:bin -> app:lib
        declared:
          base:proto
          api:proto -> base:proto
          runtime:runtime
          app:lib -> api:proto runtime:runtime
          app:bin -> app:lib
    "#]],
    );
    let synthetic = fixture.all().target(&address("gen:api")).unwrap();
    assert!(synthetic.is_synthetic);
    assert_eq!(synthetic.derived_from, Some(address("api:proto")));
    assert_eq!(shown(fixture.all().dependees(&addresses(&["api:proto"]), true)), "app:lib app:bin");
}

#[test]
fn a_task_works_on_replaced_targets_too() {
    let fixture = Fixture::new();
    fixture.inject(0, "gen:api", &[], "api:proto");
    let targets = |roots: &[&str]| names(&fixture.all().targets(&addresses(roots), &HashSet::new()));
    assert_eq!(targets(&["app:bin"]), "proto proto api runtime lib bin");
    // A root brings what was generated from it.
    assert_eq!(targets(&["api:proto"]), "proto proto api");
    assert_eq!(names(&fixture.all().closure(&addresses(&["api:proto"]), GraphView::Build)), "proto proto api");
}

#[test]
fn a_failure_blocks_everything_that_depends_on_it_also_through_generated_code() {
    let fixture = Fixture::new();
    fixture.inject(0, "gen:base", &[], "base:proto");
    fixture.inject(0, "gen:api", &[], "api:proto");
    let left = |failed: &str| {
        let failed: HashSet<Address> = HashSet::from([address(failed)]);
        shown(fixture.all().targets(&addresses(&["app:bin"]), &failed).iter().map(|target| target.address.clone()))
    };
    assert_eq!(left("gen:base"), "base:proto runtime:runtime");
    assert_eq!(left("base:proto"), "runtime:runtime");
    assert_eq!(left("gen:api"), "base:proto gen:base api:proto runtime:runtime");
}

#[test]
fn a_task_sees_only_what_goals_before_it_injected() {
    let fixture = Fixture::new();
    fixture.inject(1, "gen:b", &[], "api:proto");
    fixture.inject(0, "gen:a", &[], "api:proto");
    let dependencies = |visible| shown(fixture.seen(visible).dependencies(&address("app:lib"), GraphView::Build));
    assert_eq!(dependencies([true, false, true]), "gen:a runtime:runtime");
    assert_eq!(dependencies([false, false, true]), "api:proto runtime:runtime");
    // In the order of the plan, not in that of time.
    assert_eq!(dependencies([true, true, true]), "gen:a gen:b runtime:runtime");
    assert!(fixture.seen([true, false, true]).target(&address("gen:b")).is_none());
}

#[test]
fn what_is_generated_may_be_generated_from() {
    let fixture = Fixture::new();
    fixture.inject(0, "gen:idl", &["runtime:runtime"], "api:proto");
    fixture.inject(1, "gen:java", &["gen:idl"], "gen:idl");
    check(
        &fixture.all(),
        expect![[r#"
        build:
          runtime:runtime
          base:proto
          gen:java -> runtime:runtime base:proto
          app:lib -> gen:java runtime:runtime
          app:bin -> app:lib
        declared:
          base:proto
          api:proto -> base:proto
          runtime:runtime
          app:lib -> api:proto runtime:runtime
          app:bin -> app:lib
    "#]],
    );
}

#[test]
fn what_cannot_be_injected_is_named() {
    let fixture = Fixture::new();
    expect!["synthetic target `gen:x` is derived from `no:no`, which does not exist"].assert_eq(&fixture.inject(
        0,
        "gen:x",
        &[],
        "no:no",
    ));
    expect!["synthetic target `gen:x` depends on `no:no`, which does not exist"].assert_eq(&fixture.inject(
        0,
        "gen:x",
        &["no:no"],
        "api:proto",
    ));
    expect!["a target `app:lib` exists already"].assert_eq(&fixture.inject(0, "app:lib", &[], "api:proto"));
    expect!["synthetic target `gen:x` depends on `app:bin`, which depends on `api:proto`, from which it is generated"]
        .assert_eq(&fixture.inject(0, "gen:x", &["runtime:runtime", "app:bin"], "api:proto"));
    assert_eq!(fixture.inject(0, "gen:x", &[], "api:proto"), "");
    expect!["a target `gen:x` exists already"].assert_eq(&fixture.inject(0, "gen:x", &[], "api:proto"));
}

#[test]
fn what_another_run_loaded_is_not_there() {
    let repo = Repo::new(
        "
        z:lib java_library
        y:lib java_library -> z:lib
        b:lib java_library -> z:lib y:lib
        a:lib java_library -> z:lib
        ",
    );
    let graph = repo.graph();
    let seen = |hidden: &[&str]| {
        let is_there = |id| !hidden.iter().any(|hidden| graph.target(id).address == address(hidden));
        let loaded = LoadedTargets::new(graph.ids().map(is_there).collect());
        RunGraph::default().snapshot(Base { graph: graph.clone(), loaded }, Arc::from([true]))
    };
    assert!(seen(&["a:lib"]).target(&address("a:lib")).is_none());
    assert!(seen(&["a:lib"]).target(&address("b:lib")).is_some());
    // By address among those that are as near, whatever was loaded first.
    let dependees = |hidden: &[&str], transitive| shown(seen(hidden).dependees(&[address("z:lib")], transitive));
    assert_eq!(dependees(&[], false), "a:lib b:lib y:lib");
    assert_eq!(dependees(&["a:lib"], true), "b:lib y:lib");

    // Its address is free.
    let hidden = LoadedTargets::new([true, true, false, true].into());
    let base = Base { graph: graph.clone(), loaded: hidden };
    let (all, place) = (Arc::from([true]), Place { goal: 0, steps: vec![0] });
    let run = RunGraph::default();
    run.inject(&base, &all, place, Target::new(address("b:lib"), "java_library"), &address("z:lib"))
        .expect("nobody in this run asked for the other one");
    let target = run.snapshot(base, all).target(&address("b:lib")).expect("it was injected");
    assert!(target.is_synthetic);
}
