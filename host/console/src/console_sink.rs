//! Events to a person: progress and faults on standard error, what goals print and how tests ended on standard output.
//!
//! A run that builds something announces its plan, and only then are there lines of progress and an outcome line: what
//! `list` or `depmap` print stands alone.

use crate::clock::Clock;
use crate::lines::{self, Palette};
use crate::status::StatusLine;
use crate::streams::Stream;
use pants_model::{Address, Diagnostic, Event, EventSink, LogLevel, RunEnding, Severity, TestStatus, Voice};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How things are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsoleOptions {
    /// Log lines below this level are dropped.
    pub level: LogLevel,
    /// Whether to colour.
    pub colors: bool,
    /// Whether to show only what goals and tools print and what goes wrong: no progress, no warnings.
    pub quiet: bool,
    /// The width of the terminal in columns.
    pub width: usize,
    /// Whether a line on the terminal shows what is running; pieces of work then leave no line of their own.
    pub live_status: bool,
    /// Whether the run ends with how long each task took.
    pub timings: bool,
}

impl Default for ConsoleOptions {
    fn default() -> Self {
        Self { level: LogLevel::Info, colors: false, quiet: false, width: 80, live_status: false, timings: false }
    }
}

/// Renders events for a person.
pub struct ConsoleSink {
    options: ConsoleOptions,
    palette: Palette,
    clock: Clock,
    screen: Mutex<Screen>,
}

struct Screen {
    stdout: Stream,
    stderr: Stream,
    status: StatusLine,
    /// How tests ended, until all are known.
    tests: BTreeMap<Address, (TestStatus, Option<String>)>,
    has_plan: bool,
    /// How loud scopes are that are not as loud as the run.
    voices: BTreeMap<String, Voice>,
    /// The tasks that ended, in that order.
    timings: Vec<(String, Duration)>,
}

impl ConsoleSink {
    /// A sink over these writers.
    pub fn new(
        stdout: Box<dyn Write + Send>,
        stderr: Box<dyn Write + Send>,
        clock: Clock,
        options: ConsoleOptions,
    ) -> Self {
        let palette = if options.colors { Palette::Ansi } else { Palette::Plain };
        let screen = Screen {
            stdout: Stream::new(stdout),
            stderr: Stream::new(stderr),
            status: StatusLine::default(),
            tests: BTreeMap::new(),
            has_plan: false,
            voices: BTreeMap::new(),
            timings: Vec::new(),
        };
        Self { options, palette, clock, screen: Mutex::new(screen) }
    }

    /// Why standard output could not be written, if it could not: a broken pipe means that its reader has enough.
    pub fn stdout_failure(&self) -> Option<io::ErrorKind> {
        self.screen().stdout.failure()
    }

    /// Why standard error could not be written, if it could not.
    pub fn stderr_failure(&self) -> Option<io::ErrorKind> {
        self.screen().stderr.failure()
    }

    /// Writes a text on standard error as lines of its own: for what is told outside of a run.
    pub fn error_line(&self, text: &str) {
        let mut screen = self.screen();
        screen.err(text);
        screen.stderr.flush();
    }

    /// Whether it colours: for those who render beside it.
    pub fn uses_colors(&self) -> bool {
        self.options.colors
    }

    /// Writes out what is buffered, and takes the status line away.
    pub fn flush(&self) {
        let mut screen = self.screen();
        let Screen { stdout, stderr, status, .. } = &mut *screen;
        status.hide(stderr);
        stdout.flush();
        stderr.flush();
    }

    fn screen(&self) -> MutexGuard<'_, Screen> {
        // A panic elsewhere cannot leave a stream half-changed in a way that matters more than its own message.
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a scope is heard at a level. A quiet one says only what goes wrong.
    fn shows(&self, screen: &Screen, level: LogLevel, scope: &str) -> bool {
        let ConsoleOptions { level: of_run, quiet, .. } = self.options;
        let (least, is_quiet) = screen.voices.get(scope).map_or((of_run, quiet), |voice| (voice.level, voice.is_quiet));
        level >= least && (!is_quiet || level >= LogLevel::Error)
    }

    fn palette(&self, screen: &Screen, scope: &str) -> Palette {
        match screen.voices.get(scope).and_then(|voice| voice.has_colors) {
            Some(true) => Palette::Ansi,
            Some(false) => Palette::Plain,
            None => self.palette,
        }
    }

    fn progress(&self, screen: &mut Screen, level: LogLevel, scope: &str, message: &str) {
        if self.shows(screen, level, scope) {
            screen.err(&lines::progress(&(self.clock)().stamp(), scope, message));
        }
    }

    fn log(&self, screen: &mut Screen, level: LogLevel, scope: &str, message: &str) {
        if level < LogLevel::Warn {
            self.progress(screen, level, scope, message);
        } else if self.shows(screen, level, scope) {
            let palette = self.palette(screen, scope);
            screen.err(&lines::alarm(level, scope, message, palette));
        }
    }

    /// What is wrong in the repository: errors always, warnings as those of a log.
    fn diagnostic(&self, screen: &mut Screen, diagnostic: &Diagnostic) {
        if diagnostic.severity == Severity::Error || self.shows(screen, LogLevel::Warn, "") {
            screen.err(&lines::diagnostic(diagnostic, self.palette));
        }
    }

    fn run_finished(&self, screen: &mut Screen, ending: RunEnding) {
        for (address, (status, report)) in std::mem::take(&mut screen.tests) {
            screen.out(
                format!("{}\n", lines::test_result(&address, &status, report.as_deref(), self.palette)).as_bytes(),
            );
        }
        screen.stdout.flush();
        let timings = std::mem::take(&mut screen.timings);
        if self.options.timings {
            screen.err(&lines::timings(timings, (self.clock)().elapsed));
        }
        if std::mem::take(&mut screen.has_plan)
            && let Some(outcome) = lines::outcome(ending, self.palette)
        {
            self.progress(screen, LogLevel::Info, "", &outcome);
        }
    }

    fn workunit_started(&self, screen: &mut Screen, id: u64, scope: &str, name: &str) {
        screen.status.started(id, scope, name);
        self.progress(screen, LogLevel::Debug, scope, name);
    }

    /// A line for each process that runs; where there is a status line, that is enough.
    fn process_started(&self, screen: &mut Screen, scope: &str, description: &str) {
        let level = if self.options.live_status { LogLevel::Debug } else { LogLevel::Info };
        self.progress(screen, level, scope, description);
    }

    fn render(&self, screen: &mut Screen, event: Event) {
        match event {
            Event::Output(bytes) => screen.out(&bytes),
            Event::ToolOutput { scope: _, bytes } => screen.err_bytes(&bytes),
            Event::Log { level, scope, message } => self.log(screen, level, &scope, &message),
            Event::Diagnostic(diagnostic) => self.diagnostic(screen, &diagnostic),
            Event::Voice { scope, voice } => _ = screen.voices.insert(scope, voice),
            Event::PlanReady { phases } => {
                screen.has_plan = true;
                self.progress(screen, LogLevel::Info, "", &phases.join(" -> "));
            }
            Event::TaskStarted { scope } => self.progress(screen, LogLevel::Debug, &scope, "started"),
            Event::TaskFinished { scope, is_success, elapsed } => {
                let how = if is_success { "done" } else { "failed" };
                let message = format!("{how} after {:.1}s", elapsed.as_secs_f64());
                self.progress(screen, LogLevel::Debug, &scope, &message);
                screen.timings.push((scope, elapsed));
            }
            Event::WorkunitStarted { id, scope, name } => self.workunit_started(screen, id, &scope, &name),
            // For reports; whoever waits for a build cares for what it does, not for what it spares him.
            Event::ResultJudged { .. } | Event::ProcessCached { .. } => {}
            Event::ProcessStarted { scope, description } => self.process_started(screen, &scope, &description),
            Event::WorkunitFinished { id, is_success } => {
                if let Some(what) = screen.status.finished(id).filter(|_| !is_success) {
                    self.progress(screen, LogLevel::Info, "", &format!("{what} failed"));
                }
            }
            Event::Waiting { scope, holder } => {
                self.progress(screen, LogLevel::Info, &scope, &format!("waiting for {holder}"));
            }
            Event::TestResult { address, status, report } => {
                screen.tests.insert(address, (status, report));
            }
            Event::RunFinished { ending } => self.run_finished(screen, ending),
        }
    }
}

impl EventSink for ConsoleSink {
    fn emit(&self, event: Event) {
        let mut screen = self.screen();
        // Output is flushed when something else happens: a goal that prints line by line costs no write per line.
        if !matches!(event, Event::Output(_)) {
            screen.stdout.flush();
        }
        let is_last = matches!(event, Event::RunFinished { .. });
        self.render(&mut screen, event);
        let Screen { stderr, status, .. } = &mut *screen;
        if self.options.live_status && !self.options.quiet && !is_last {
            status.show(stderr, self.options.width);
        } else {
            status.hide(stderr);
        }
        stderr.flush();
    }

    fn has_reader(&self) -> bool {
        self.stdout_failure().is_none()
    }
}

impl Screen {
    /// Bytes on standard output; the status line of the same terminal gives way.
    fn out(&mut self, bytes: &[u8]) {
        self.status.hide(&mut self.stderr);
        self.stderr.flush();
        self.stdout.bytes(bytes);
    }

    /// Lines on standard error.
    fn err(&mut self, text: &str) {
        self.status.hide(&mut self.stderr);
        self.stderr.line(text);
    }

    /// A tool's own words on standard error.
    fn err_bytes(&mut self, bytes: &[u8]) {
        self.status.hide(&mut self.stderr);
        self.stderr.bytes(bytes);
    }
}

#[cfg(test)]
pub(crate) mod test_support;
#[cfg(test)]
mod tests;
