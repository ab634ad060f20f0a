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

fn time_of_day() -> Duration {
    let now = Zoned::now();
    let seconds = i64::from(now.hour()) * 3600 + i64::from(now.minute()) * 60 + i64::from(now.second());
    Duration::from_secs(seconds.unsigned_abs())
}
