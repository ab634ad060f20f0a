//! What long runs and benchmarks of the daemon share: repositories, whole runs of the binary, and looks into `/proc`.
//!
//! Knows nothing of the product but its command line and the files in `.pids`.

// Each of the programs uses a part of it.
#![allow(dead_code, unused_imports)]

mod chance;
mod pants;
mod processes;
mod repository;

pub(crate) use chance::Chance;
pub(crate) use pants::{Answer, Pants, kill, machine_path};
pub(crate) use processes::{Process, Stage, descriptors, is_in, is_run_by, is_there, processes, resident, threads};
pub(crate) use repository::{Repository, copy_tree, git, tutorial};

use std::time::{Duration, Instant};

/// How long anything may take before it counts as a hang.
pub(crate) const DEADLINE: Duration = Duration::from_secs(120);

/// Looks again and again until there is something to be seen; `None` when that takes too long.
pub(crate) fn wait_for<T>(most: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        if let Some(seen) = look() {
            return Some(seen);
        }
        if start.elapsed() >= most {
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The time that a share of them stayed below: 0.5 is the median, 0.99 all but the slowest hundredth.
pub(crate) fn percentile(times: &[Duration], share: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().saturating_sub(1);
    sorted.get(((last as f64) * share).round() as usize).copied().unwrap_or_default()
}

/// A time as it stands in tables.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
