//! Events: what a run tells its user.

use crate::{Address, Diagnostic, Fingerprint};
use std::time::Duration;

/// How loud a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For the developers of a task.
    Trace,
    /// Full command lines and decisions.
    Debug,
    /// Progress.
    Info,
    /// Something the user should see; the run goes on.
    Warn,
    /// Something failed.
    Error,
}

impl LogLevel {
    /// The level that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "trace" => Self::Trace,
            "debug" => Self::Debug,
            "info" => Self::Info,
            "warn" => Self::Warn,
            "error" => Self::Error,
            _ => return None,
        })
    }
}

/// How the tests of one target ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestStatus {
    /// All tests passed.
    Success,
    /// All tests passed in an earlier run with the same inputs; no tool ran.
    Cached,
    /// At least one test failed, or the tool did.
    Failure,
    /// No test ran, because something before it failed.
    NotRun,
}

/// How loud one scope is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice {
    /// Log lines below this level are dropped.
    pub level: LogLevel,
    /// Whether only what goes wrong is shown.
    pub is_quiet: bool,
    /// Whether it is coloured; when this says nothing, as the run is.
    pub has_colors: Option<bool>,
}

/// When a task compared what it has of a target with what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultMoment {
    /// Before its work.
    Before,
    /// When it had done its work and marked the result.
    After,
}

/// Something that a run tells its user; a closed set, so that every sink can render each.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Bytes for standard output: what a console goal prints.
    Output(Vec<u8>),
    /// What a tool printed, whole lines where possible: shown as the tool's own words.
    ToolOutput {
        /// The scope of the task that ran it (`compile.javac`).
        scope: String,
        /// The bytes, as the tool wrote them.
        bytes: Vec<u8>,
    },
    /// A line of a log.
    Log {
        /// How loud.
        level: LogLevel,
        /// The scope of the task that says it; empty for the host.
        scope: String,
        /// The text, one or more lines.
        message: String,
    },
    /// Something wrong in a file of the repository.
    Diagnostic(Diagnostic),
    /// How loud a scope is shown from now on; told only of those that are not as loud as the run.
    Voice {
        /// The scope of a task.
        scope: String,
        /// How loud.
        voice: Voice,
    },
    /// The plan stands: the phases in order.
    PlanReady {
        /// The phases that will be carried out, in order.
        phases: Vec<String>,
    },
    /// A task begins.
    TaskStarted {
        /// Its scope (`compile.javac`).
        scope: String,
    },
    /// A task ended.
    TaskFinished {
        /// Its scope.
        scope: String,
        /// Whether it succeeded.
        is_success: bool,
        /// How long it took, waiting included.
        elapsed: Duration,
    },
    /// Part of a task begins: a named piece of work worth showing (`compiling src/java/lib:lib`).
    WorkunitStarted {
        /// Unique in the run.
        id: u64,
        /// The scope of its task.
        scope: String,
        /// What is being done, as a phrase.
        name: String,
    },
    /// A task compared the result that it has of a target with what counts for it.
    ResultJudged {
        /// The scope of the task.
        scope: String,
        /// The target.
        address: Address,
        /// The fingerprint of everything that counts.
        fingerprint: Fingerprint,
        /// When it was compared.
        moment: ResultMoment,
        /// Whether the result is one for that fingerprint.
        is_valid: bool,
    },
    /// A process need not run: its result is known.
    ProcessCached {
        /// The scope of the task that asks for it.
        scope: String,
        /// What it does, as a phrase (`javac src/java/lib:lib`).
        description: String,
    },
    /// A process is about to run; one whose result is cached is never told.
    ProcessStarted {
        /// The scope of the task that runs it.
        scope: String,
        /// What it does, as a phrase (`javac src/java/lib:lib`).
        description: String,
    },
    /// A piece of work ended.
    WorkunitFinished {
        /// The id of its start.
        id: u64,
        /// Whether it succeeded.
        is_success: bool,
    },
    /// A work directory is held by another run.
    Waiting {
        /// The scope of the task that waits.
        scope: String,
        /// For whom: `PID 12 (pants test ::)`.
        holder: String,
    },
    /// The result of one test target.
    TestResult {
        /// The test target.
        address: Address,
        /// How it ended.
        status: TestStatus,
        /// Where the JUnit XML report stands, relative to the build root.
        report: Option<String>,
    },
    /// The run is over.
    RunFinished {
        /// How it ended.
        ending: RunEnding,
    },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnding {
    /// Everything asked for was done.
    Success,
    /// Something failed.
    Failure,
    /// The user or the client stopped it.
    Interrupted,
    /// Everything was done but for the program that now runs in the user's terminal.
    Foreground,
}

/// Takes events; called from many threads.
pub trait EventSink: Send + Sync {
    /// Takes one event.
    fn emit(&self, event: Event);

    /// Whether somebody still reads [`Event::Output`]; when nobody does, there is no use in printing more.
    fn has_reader(&self) -> bool {
        true
    }
}
