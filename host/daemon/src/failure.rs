//! Failures: the one type that everything that stops a run becomes, with its hints and its exit code.

use pants_console::{ConsoleSink, LogSink, render_diagnostic};
use pants_model::Diagnostic;
use pants_options::OptionsError;
use pants_session::{Outcome, PlanError, SessionError, TaskError, TaskErrorKind};
use std::io::{self, Write};

/// The exit code of an internal error.
const INTERNAL: i32 = 70;

/// The exit code of a run that the user stopped.
pub const INTERRUPTED: i32 = 130;

/// What stopped a run before or beside its tasks.
#[derive(Debug)]
pub struct Failure {
    kind: FailureKind,
    reports: Vec<Diagnostic>,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailureKind {
    /// The command line, a config file, a BUILD file: what the user wrote.
    User,
    /// A plugin: its file, its version, what it registers, a panic in it.
    Plugin,
    /// The caches, or another part of the machine.
    Environment,
    /// The user stopped it.
    Interrupted,
    /// A bug of this program.
    Internal,
}

impl FailureKind {
    fn exit_code(self) -> i32 {
        match self {
            Self::User | Self::Plugin | Self::Environment => 1,
            Self::Interrupted => INTERRUPTED,
            Self::Internal => INTERNAL,
        }
    }
}

impl Failure {
    /// What the user wrote is wrong.
    pub fn user(message: String) -> Self {
        Self::of_user(Diagnostic::error_without_place(message))
    }

    /// The same, with hints.
    pub fn of_user(report: Diagnostic) -> Self {
        Self::one(FailureKind::User, report)
    }

    /// Standard output takes nothing more: a disk is full.
    pub fn unwritable_output(kind: io::ErrorKind) -> Self {
        Self::user(format!("cannot write to standard output: {kind}"))
    }

    /// A bug of this program.
    pub fn internal(message: String) -> Self {
        let report = Diagnostic::error_without_place(format!("internal error: {message}"));
        Self::one(
            FailureKind::Internal,
            report.hint("this is a bug; run again with `--print-exception-stacktrace` and report what it shows"),
        )
    }

    fn one(kind: FailureKind, report: Diagnostic) -> Self {
        Self { kind, reports: vec![report] }
    }

    /// Puts it into a log.
    pub(crate) fn log(&self, log: &LogSink) {
        self.reports.iter().for_each(|report| log.line(&render_diagnostic(report, false)));
    }

    /// Shows it where there is no console, and gives the exit code.
    pub fn show(&self, stderr: &mut dyn Write) -> u8 {
        show(&self.reports, stderr);
        code(self.kind.exit_code())
    }

    /// Shows it and gives the exit code.
    pub(crate) fn report(&self, console: &ConsoleSink) -> u8 {
        for report in &self.reports {
            console.error_line(&render_diagnostic(report, console.uses_colors()));
        }
        code(self.kind.exit_code())
    }
}

impl From<OptionsError> for Failure {
    fn from(error: OptionsError) -> Self {
        Self { kind: FailureKind::User, reports: error.diagnostics() }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        let kind = match &error {
            SessionError::Plan(PlanError::Task { source, .. }) if source.is_cancelled() => {
                return Self { kind: FailureKind::Interrupted, reports: Vec::new() };
            }
            SessionError::Task(error) => kind_of_task(error),
            SessionError::Plugins(_) | SessionError::Register(_) | SessionError::Scopes(_) => FailureKind::Plugin,
            SessionError::Store(_) => FailureKind::Environment,
            SessionError::Options(_)
            | SessionError::Repository(_)
            | SessionError::Plan(_)
            | SessionError::NoGoal
            | SessionError::NoTaker { .. }
            | SessionError::NothingToDo { .. } => FailureKind::User,
        };
        Self { kind, reports: error.diagnostics() }
    }
}

fn kind_of_task(error: &TaskError) -> FailureKind {
    match (error.kind, &error.plugin) {
        (TaskErrorKind::Cancelled, _) => FailureKind::Interrupted,
        (TaskErrorKind::Panicked, None) => FailureKind::Internal,
        (_, Some(_)) => FailureKind::Plugin,
        (_, None) => FailureKind::User,
    }
}

/// The exit code of a run that got as far as its tasks. Their failures were shown while it ran.
pub(crate) fn exit_code(outcome: &Outcome, console: &ConsoleSink) -> u8 {
    let outcome = match outcome {
        Outcome::Success | Outcome::Foreground(_) => 0,
        Outcome::Interrupted => INTERRUPTED,
        Outcome::Failed(failures) => failures.first().map_or(1, |(_, error)| code_of_task(error)),
    };
    match console.stdout_failure() {
        // Whoever read the output has seen enough (`pants list :: | head`).
        None | Some(io::ErrorKind::BrokenPipe) => code(outcome),
        Some(_) if outcome != 0 => code(outcome),
        Some(kind) => Failure::unwritable_output(kind).report(console),
    }
}

fn code_of_task(error: &TaskError) -> i32 {
    match (error.kind, &error.plugin) {
        (TaskErrorKind::Panicked, None) => INTERNAL,
        _ if error.exit_code == 0 => 1,
        _ => error.exit_code,
    }
}

/// A code outside what the system carries is shown as 1: the run failed.
fn code(code: i32) -> u8 {
    u8::try_from(code).unwrap_or(1)
}

/// Shows what is to be told while there is no console.
pub fn show(reports: &[Diagnostic], stderr: &mut dyn Write) {
    for report in reports {
        // There is nobody left to tell when standard error is gone.
        let _ = writeln!(stderr, "{}", render_diagnostic(report, false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panics;

    #[test]
    fn a_panic_of_this_program_is_an_internal_error_with_its_place() {
        panics::keep();
        let failure = panics::catching::<()>(|| panic!("on purpose")).expect_err("it panicked");
        assert_eq!(failure.kind.exit_code(), 70);
        let [report] = failure.reports.as_slice() else { panic!("{failure:?}") };
        assert!(report.message.starts_with("internal error: on purpose, at "), "{report}");
        assert!(report.message.contains("failure.rs:"), "{report}");
        assert!(report.hints[0].starts_with("this is a bug"), "{report}");
        assert_eq!(panics::catching(|| 7).expect("nothing went wrong"), 7);
    }

    #[test]
    fn a_task_has_its_own_exit_code_and_a_panic_of_a_built_in_one_is_internal() {
        let failed = TaskError::failed("it failed");
        assert_eq!(code_of_task(&failed), 1);
        assert_eq!(code_of_task(&failed.with_exit_code(7)), 7);
        let panicked = || TaskError { kind: TaskErrorKind::Panicked, ..TaskError::failed("it panicked") };
        assert_eq!(code_of_task(&panicked()), 70);
        let of_plugin = TaskError { plugin: Some("acme".into()), ..panicked() };
        assert_eq!(code_of_task(&of_plugin), 1);
    }
}
