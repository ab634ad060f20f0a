//! Jobs: order, failures, concurrency.

use super::{Job, JobState, JobsOutcome, Slots, Stops, run_jobs};
use crate::task_error::TaskError;
use crate::testing::address;
use expect_test::expect;
use pants_process::{Cancel, CancelReason, JobPool};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Barrier, Mutex};

fn job(name: &str, dependencies: &[usize], size: u64) -> Job {
    Job { name: name.to_owned(), dependencies: dependencies.to_vec(), size, target: None }
}

/// As many at once as a pool has slots.
fn all_of(pool: &JobPool) -> Slots<'_> {
    Slots::Pool { pool, at_most: usize::MAX }
}

/// Runs jobs; gives the order in which they began, and for each `d`one, `f`ailed or `c`ancelled.
fn run(jobs: &[Job], slots: usize, fail_fast: bool, fails: &dyn Fn(usize) -> bool) -> (Vec<usize>, String) {
    let began = Mutex::new(Vec::new());
    let cancel = Cancel::new();
    let fails: BTreeSet<usize> = (0..jobs.len()).filter(|index| fails(*index)).collect();
    let work = |index: usize, slot| {
        began.lock().unwrap().push(index);
        drop(slot);
        if fails.contains(&index) { Err(TaskError::failed("no")) } else { Ok(()) }
    };
    let pool = JobPool::new(slots);
    let outcome = run_jobs(jobs, &all_of(&pool), &Stops { cancel: &cancel, fail_fast }, &work).unwrap();
    let letter = |state: &JobState| match state {
        JobState::Done => 'd',
        JobState::Failed(_) => 'f',
        JobState::Cancelled => 'c',
    };
    (began.into_inner().unwrap(), outcome.states.iter().map(letter).collect())
}

#[test]
fn the_longest_chain_runs_first() {
    let jobs = [job("short", &[], 1), job("long", &[], 1), job("big", &[], 3), job("after long", &[1], 5)];
    assert_eq!(run(&jobs, 1, false, &|_| false), (vec![1, 3, 2, 0], "dddd".to_owned()));
}

#[test]
fn a_failure_cancels_what_depends_on_it_and_fail_fast_the_rest() {
    let jobs = [job("a", &[], 9), job("b", &[0], 1), job("c", &[1], 1), job("d", &[], 1)];
    assert_eq!(run(&jobs, 1, false, &|index| index == 0).1, "fccd");
    assert_eq!(run(&jobs, 1, true, &|index| index == 0).1, "fccc");
}

#[test]
fn fewer_may_run_at_once_than_the_pool_has_slots() {
    let jobs: Vec<Job> = (0..8).map(|index| job(&format!("job {index}"), &[], 1)).collect();
    let (pool, cancel, running) = (JobPool::new(4), Cancel::new(), Mutex::new(()));
    let stops = Stops { cancel: &cancel, fail_fast: false };
    let outcome = run_jobs(&jobs, &Slots::Pool { pool: &pool, at_most: 1 }, &stops, &|_, _slot| {
        let _alone = running.try_lock().map_err(|_| TaskError::failed("two at once"))?;
        std::thread::yield_now();
        Ok(())
    });
    assert_eq!(outcome.unwrap().done().count(), jobs.len());
}

#[test]
fn a_failed_job_without_a_target_holds_up_everything() {
    let of_target = |name: &str| Job { target: Some(address(name)), ..job(name, &[], 1) };
    let result = |jobs: &[Job]| {
        let states = jobs.iter().map(|_| JobState::Failed(TaskError::failed("no"))).collect();
        JobsOutcome { states }.into_result(jobs).unwrap_err().failed_targets
    };
    assert_eq!(result(&[of_target("a"), of_target("b")]), [address("a"), address("b")]);
    assert_eq!(result(&[of_target("a"), job("link", &[], 1)]), []);
}

#[test]
fn independent_jobs_run_at_the_same_time() {
    let barrier = Barrier::new(4);
    let jobs: Vec<Job> = (0..4).map(|_| job("j", &[], 1)).collect();
    let pool = JobPool::new(4);
    let stops = Stops { cancel: &Cancel::new(), fail_fast: false };
    let outcome = run_jobs(&jobs, &all_of(&pool), &stops, &|_, _slot| {
        barrier.wait();
        Ok(())
    });
    assert_eq!(outcome.unwrap().done().count(), 4);
}

#[test]
fn a_cancel_ends_what_waits() {
    let cancel = Cancel::new();
    let jobs = [job("a", &[], 2), job("b", &[], 1)];
    let pool = JobPool::new(1);
    let outcome = run_jobs(&jobs, &all_of(&pool), &Stops { cancel: &cancel, fail_fast: false }, &|_, _slot| {
        cancel.cancel(CancelReason::Interrupted);
        Err(TaskError::cancelled())
    });
    assert_eq!(outcome.unwrap().cancelled().collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_panic_is_a_failure_of_its_job() {
    let jobs = [job("a", &[], 1), job("b", &[0], 1), job("c", &[], 1)];
    let pool = JobPool::new(2);
    let stops = Stops { cancel: &Cancel::new(), fail_fast: false };
    let outcome = run_jobs(&jobs, &all_of(&pool), &stops, &|index, _slot| {
        assert!(index != 0, "job {index} is bad");
        Ok(())
    })
    .unwrap();
    let failures: Vec<_> = outcome.failed().map(|(index, error)| (index, error.to_string())).collect();
    assert_eq!(failures, [(0, "the task panicked: job 0 is bad".to_owned())]);
    assert_eq!(outcome.cancelled().collect::<Vec<_>>(), [1]);
}

#[test]
fn impossible_orders_are_named() {
    let message = |jobs: &[Job]| {
        let stops = Stops { cancel: &Cancel::new(), fail_fast: false };
        run_jobs(jobs, &Slots::OfTheCaller, &stops, &|_, _| Ok(())).unwrap_err().to_string()
    };
    expect!["jobs depend on each other in a loop: b -> c -> b"].assert_eq(&message(&[
        job("a", &[1], 1),
        job("b", &[2], 1),
        job("c", &[1], 1),
    ]));
    expect!["job `a` depends on job number 7, and there are only 1"].assert_eq(&message(&[job("a", &[7], 1)]));
}

#[test]
fn the_error_of_all_names_each() {
    let jobs = [job("compile a", &[], 1), job("compile b", &[], 1), job("compile c", &[], 1)];
    let pool = JobPool::new(1);
    let stops = Stops { cancel: &Cancel::new(), fail_fast: false };
    let fail = |index: usize, _slot| {
        if index < 2 { Err(TaskError::failed(format!("bad {index}")).with_exit_code(3)) } else { Ok(()) }
    };
    let error = run_jobs(&jobs, &all_of(&pool), &stops, &fail).unwrap().into_result(&jobs).unwrap_err();
    assert_eq!(error.exit_code, 3);
    expect![[r#"
        2 of 3 jobs failed
        compile a: bad 0
        compile b: bad 1"#]]
    .assert_eq(&error.to_string());
}

/// A graph of up to 24 jobs whose dependencies have smaller numbers, and which of them fail.
fn graphs() -> impl Strategy<Value = (Vec<Vec<usize>>, Vec<bool>)> {
    let row = (proptest::collection::vec(any::<prop::sample::Index>(), 0..4), prop::bool::weighted(0.15));
    proptest::collection::vec(row, 1..24).prop_map(|rows| {
        let edges = |(job, (picks, _)): (usize, &(Vec<prop::sample::Index>, bool))| {
            let dependencies: BTreeSet<usize> =
                picks.iter().filter(|_| job > 0).map(|pick| pick.index(job.max(1))).collect();
            dependencies.into_iter().collect()
        };
        (rows.iter().enumerate().map(edges).collect(), rows.iter().map(|(_, fails)| *fails).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn jobs_follow_their_dependencies_and_failures_cancel_exactly_what_depends_on_them(
        (edges, fails) in graphs(),
        slots in 1..4_usize,
    ) {
        let jobs: Vec<Job> = edges.iter().map(|dependencies| job("j", dependencies, 1)).collect();
        let (began, states) = run(&jobs, slots, false, &|index| fails[index]);
        let mut expected = String::new();
        for (index, dependencies) in edges.iter().enumerate() {
            let is_cancelled = dependencies.iter().any(|dependency| &expected[*dependency..=*dependency] != "d");
            expected.push(if is_cancelled { 'c' } else if fails[index] { 'f' } else { 'd' });
        }
        prop_assert_eq!(states, expected);
        for (place, index) in began.iter().enumerate() {
            for dependency in &edges[*index] {
                prop_assert!(began[..place].contains(dependency), "{} began before {}", index, dependency);
            }
        }
    }
}
