//! The fuzzer of snapshots: random operations in a repository, and after each burst of them a snapshot that was renewed
//! must answer as one that was just made.
//!
//!     cargo run -p pants-build-files --example fuzz_snapshots -- --operations 100000 --seed 1
//!
//! A difference is printed with the operations of its scenario. docs/testing.md says more.

// A program prints; the house's rule is for libraries.
#![allow(clippy::print_stdout)]

mod scenario;

use scenario::{Scenario, Tally};
use std::error::Error;
use std::time::Instant;

/// How many operations one repository sees.
const OPERATIONS_OF_SCENARIO: usize = 400;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut operations, mut seed) = (10_000, 1);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("`{word}` takes a value"))?;
        match word.as_str() {
            "--operations" => operations = value.parse()?,
            "--seed" => seed = value.parse()?,
            _ => return Err(format!("`{word}` is no option").into()),
        }
    }
    let start = Instant::now();
    let mut tally = Tally::default();
    while tally.operations < operations {
        let scenario = Scenario::new(seed).run(OPERATIONS_OF_SCENARIO).inspect_err(|told| println!("{told}"));
        let scenario = scenario.map_err(|_| format!("scenario {seed} differs"))?;
        if tally.scenarios % 25 == 24 {
            println!("{} operations, {:.0} s", tally.operations, start.elapsed().as_secs_f64());
        }
        tally += scenario;
        seed += 1;
    }
    println!("{tally} in {:.0} s: no difference", start.elapsed().as_secs_f64());
    Ok(())
}
