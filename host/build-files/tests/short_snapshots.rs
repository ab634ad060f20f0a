//! The first scenarios of the fuzzer of snapshots (`examples/fuzz_snapshots`), with every run of the tests.

#[path = "../examples/fuzz_snapshots/scenario/mod.rs"]
mod scenario;

use scenario::{Scenario, Tally};
use std::time::{Duration, Instant};

/// As many as a run has, unless the machine is too busy for them.
const SCENARIOS: u64 = 10;
const OPERATIONS: usize = 300;
const LONGEST: Duration = Duration::from_secs(8);

#[test]
fn a_renewed_snapshot_answers_as_one_that_was_just_made() {
    let start = Instant::now();
    let mut tally = Tally::default();
    for seed in 0..SCENARIOS {
        match Scenario::new(seed).run(OPERATIONS) {
            Ok(done) => tally += done,
            Err(difference) => panic!("{difference}"),
        }
        if start.elapsed() > LONGEST {
            break;
        }
    }
    assert!(tally.questions > 0 && tally.unchanged > 0, "{tally}");
}
