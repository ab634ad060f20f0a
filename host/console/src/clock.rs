//! What the clock says, as a value: whoever reads the real one is the caller.

use std::time::Duration;

/// Reads the clock; called for each line that carries a time.
pub type Clock = Box<dyn Fn() -> ClockReading + Send + Sync>;

/// One look at the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockReading {
    /// The time since midnight, where the user is.
    pub of_day: Duration,
    /// The time since the run began.
    pub elapsed: Duration,
}

impl ClockReading {
    /// `HH:MM:SS MM:SS`: the time of the day, and that of the run.
    pub(crate) fn stamp(&self) -> String {
        let (day, run) = (self.of_day.as_secs(), self.elapsed.as_secs());
        format!("{:02}:{:02}:{:02} {:02}:{:02}", day / 3600 % 24, day / 60 % 60, day % 60, run / 60, run % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_shows_the_day_and_the_run() {
        let reading = ClockReading { of_day: Duration::from_secs(45_296), elapsed: Duration::from_secs(3_725) };
        assert_eq!(reading.stamp(), "12:34:56 62:05");
    }
}
