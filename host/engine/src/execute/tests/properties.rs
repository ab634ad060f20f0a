//! Properties over random target graphs and failures: if A depends on B, each phase is carried out on B before A, and a
//! failure takes exactly what depends on it out of the later phases.

use crate::TaskError;
use crate::testing::{FakeTask, Journal, Repo, World, address, goal, task};
use crate::{Context, GraphView, Job};
use pants_model::{Address, Target};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Up to 16 targets whose dependencies have smaller numbers, and on which of them compiling fails.
fn graphs() -> impl Strategy<Value = (Vec<Vec<usize>>, Vec<bool>)> {
    let row = (proptest::collection::vec(any::<prop::sample::Index>(), 0..3), prop::bool::weighted(0.1));
    proptest::collection::vec(row, 1..16).prop_map(|rows| {
        let edges = |(target, (picks, _)): (usize, &(Vec<prop::sample::Index>, bool))| {
            let below: BTreeSet<usize> =
                picks.iter().filter(|_| target > 0).map(|pick| pick.index(target.max(1))).collect();
            below.into_iter().collect()
        };
        (rows.iter().enumerate().map(edges).collect(), rows.iter().map(|(_, fails)| *fails).collect())
    })
}

fn name(target: usize) -> String {
    format!("t{target}:t{target}")
}

/// A task that does one job for each of its targets, in dependency order, and notes it.
fn works(type_name: &str, journal: &Journal, failing: Vec<Address>) -> FakeTask {
    let journal = journal.clone();
    let type_name = type_name.to_owned();
    task(&type_name).does(move |context: &Context| {
        let targets = context.targets();
        let position = |address: &Address| targets.iter().position(|target| target.address == *address);
        let job = |target: &std::sync::Arc<Target>| Job {
            name: target.address.to_string(),
            dependencies: context.dependencies(&target.address, GraphView::Build).iter().filter_map(position).collect(),
            size: 1,
            target: Some(target.address.clone()),
        };
        let jobs: Vec<Job> = targets.iter().map(job).collect();
        let work = |index: usize, _: &Context| {
            let address = &targets[index].address;
            if failing.contains(address) {
                return Err(TaskError::failed("bad"));
            }
            journal.note(format!("{type_name} {address}"));
            Ok(())
        };
        context.parallel(&jobs, &work)?.into_result(&jobs)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn phases_are_carried_out_on_dependencies_first_and_failures_take_exactly_their_dependents(
        (edges, fails) in graphs(),
        jobs in 1..4_usize,
    ) {
        let journal = Journal::default();
        let failing = (0..edges.len()).filter(|target| fails[*target]).map(|target| address(&name(target))).collect();
        let goals = [
            goal("compile", "compile", works("Compile", &journal, failing).produces("classes")),
            goal("test", "test", works("Test", &journal, Vec::new()).requires("classes")),
        ];
        let targets = edges.iter().enumerate().map(|(target, dependencies)| Target {
            dependencies: dependencies.iter().map(|below| address(&name(*below))).collect(),
            ..Target::new(address(&name(target)), "target")
        });
        let mut world = World::of(Repo::of(targets.collect(), Vec::new()), &goals);
        world.jobs = jobs;
        let roots: Vec<String> = (0..edges.len()).map(name).collect();
        let outcome = world.run(&["test"], &roots.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(outcome.exit_code, i32::from(fails.contains(&true)));

        // What is left: neither failed nor dependent on a failed one.
        let mut is_left: Vec<bool> = Vec::new();
        for (target, dependencies) in edges.iter().enumerate() {
            is_left.push(!fails[target] && dependencies.iter().all(|below| is_left[*below]));
        }
        let lines = journal.take();
        let at = |phase: &str, target: usize| lines.iter().position(|line| *line == format!("{phase} {}", name(target)));
        for (target, dependencies) in edges.iter().enumerate() {
            prop_assert_eq!(at("Compile", target).is_some(), is_left[target]);
            prop_assert_eq!(at("Test", target).is_some(), is_left[target]);
            prop_assert!(at("Compile", target) <= at("Test", target));
            for below in dependencies.iter().filter(|_| is_left[target]) {
                prop_assert!(at("Compile", *below) < at("Compile", target));
                prop_assert!(at("Test", *below) < at("Test", target));
            }
        }
    }
}
