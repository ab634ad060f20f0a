//! Events to a log file: what a person would read, at the level of the log, without colours.

use crate::clock::Clock;
use crate::console_sink::{ConsoleOptions, ConsoleSink};
use pants_model::{Event, EventSink, LogLevel, Voice};
use std::fs::File;
use std::io;

/// Renders events for a log that is kept.
///
/// What goals print is no part of it: it is the answer to a question, and may be long.
pub struct LogSink(ConsoleSink);

impl LogSink {
    /// A sink at the end of a file; log lines below the level are dropped.
    pub fn new(file: File, clock: Clock, level: LogLevel) -> io::Result<Self> {
        let (stdout, stderr) = (Box::new(file.try_clone()?), Box::new(file));
        Ok(Self(ConsoleSink::new(stdout, stderr, clock, ConsoleOptions { level, ..ConsoleOptions::default() })))
    }

    /// Writes a text as lines of its own: for what is told outside of a run.
    pub fn line(&self, text: &str) {
        self.0.error_line(text);
    }

    /// Why the file could not be written, if it could not.
    pub fn failure(&self) -> Option<io::ErrorKind> {
        self.0.stderr_failure().or_else(|| self.0.stdout_failure())
    }
}

impl EventSink for LogSink {
    fn emit(&self, event: Event) {
        match event {
            Event::Output(_) => {}
            // A goal may be louder or lower than the run. How it looks on the terminal is no matter here, nor is `--quiet`.
            Event::Voice { scope, voice } => {
                let voice = Voice { is_quiet: false, has_colors: Some(false), ..voice };
                self.0.emit(Event::Voice { scope, voice });
            }
            event => self.0.emit(event),
        }
    }

    fn has_reader(&self) -> bool {
        // Nobody waits for what goals print here.
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ClockReading;
    use expect_test::expect;

    /// What a log at level `info` has of these events.
    fn logged(events: Vec<Event>) -> String {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("pants.log");
        let file = File::create(&path).expect("a new file");
        let sink = LogSink::new(file, Box::new(ClockReading::default), LogLevel::Info).expect("a second handle");
        events.into_iter().for_each(|event| sink.emit(event));
        std::fs::read_to_string(&path).expect("it was written")
    }

    #[test]
    fn a_goal_has_its_level_in_the_log_and_neither_colours_nor_silence() {
        let log = |level, message: &str| Event::Log { level, scope: "a.b".into(), message: message.into() };
        for (is_quiet, has_colors) in [(true, None), (false, Some(true)), (true, Some(true))] {
            let voice = Voice { level: LogLevel::Debug, is_quiet, has_colors };
            let text = logged(vec![
                Event::Voice { scope: "a.b".into(), voice },
                log(LogLevel::Debug, "seen"),
                log(LogLevel::Warn, "careful"),
                log(LogLevel::Error, "bad"),
            ]);
            assert_eq!(text, "00:00:00 00:00 [a.b] seen\n[a.b] warning: careful\n[a.b] error: bad\n", "{voice:?}");
        }
    }

    #[test]
    fn a_log_has_what_happens_and_not_what_goals_print() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("pants.log");
        let file = File::create(&path).expect("a new file");
        let sink = LogSink::new(file, Box::new(ClockReading::default), LogLevel::Info).expect("a second handle");
        let log = |level, message: &str| Event::Log { level, scope: "a.b".into(), message: message.into() };
        for event in [
            Event::PlanReady { phases: vec!["compile".into()] },
            Event::Output(b"an answer\n".to_vec()),
            log(LogLevel::Debug, "unseen"),
            log(LogLevel::Info, "seen"),
            log(LogLevel::Error, "bad"),
            Event::ToolOutput { scope: "a.b".into(), bytes: b"a tool\n".to_vec() },
        ] {
            sink.emit(event);
        }
        sink.line("the end");
        let text = std::fs::read_to_string(&path).expect("it was written");
        expect![[r#"
            00:00:00 00:00 compile
            00:00:00 00:00 [a.b] seen
            [a.b] error: bad
            a tool
            the end
        "#]]
        .assert_eq(&text);
        assert_eq!((sink.failure(), sink.has_reader()), (None, false));
    }
}
