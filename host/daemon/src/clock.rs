//! The clock of a run: the time of day, and how long ago its client was started.

use jiff::Zoned;
use pants_console::{Clock, ClockReading};
use std::time::{Duration, Instant, SystemTime};

/// The clock of a run whose client was started then.
pub(crate) fn since(started: SystemTime) -> Clock {
    // A clock that was set back meanwhile makes no time negative.
    let already = SystemTime::now().duration_since(started).unwrap_or_default();
    let now = Instant::now();
    Box::new(move || ClockReading { of_day: time_of_day(), elapsed: already + now.elapsed() })
}

/// `pants_run_YYYY_MM_DD_HH_MM_SS_mmm_<process id>`: what Pants v1 called its runs, unique in a build root.
pub fn run_id(pid: u32) -> String {
    let now = Zoned::now();
    format!("pants_run_{}_{:03}_{pid:x}", now.strftime("%Y_%m_%d_%H_%M_%S"), now.millisecond())
}

fn time_of_day() -> Duration {
    let now = Zoned::now();
    let seconds = i64::from(now.hour()) * 3600 + i64::from(now.minute()) * 60 + i64::from(now.second());
    Duration::from_secs(seconds.unsigned_abs())
}
