//! Why a task failed, and how a panic of a task becomes an error.
//!
//! One type for everything a task may answer with, struct tasks and plugin tasks alike. It knows no plugin: the adapter
//! that calls a plugin fills in `plugin` and `place`.

use pants_model::{Address, Diagnostic};
use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What kind of failure a [`TaskError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskErrorKind {
    /// The task says so: a compile error, a failing test, a missing tool.
    Failed,
    /// The task panicked.
    Panicked,
    /// The run was cancelled, and the task with it; not a failure of its own.
    Cancelled,
    /// The task was asked for something it does not know (an older plugin).
    Unsupported,
}

/// Why a task failed.
///
/// A panic shows where it comes from: its message is for the plugin's author, and the user must know whom to tell.
#[derive(Debug, thiserror::Error)]
#[error("{message}{}", self.origin())]
pub struct TaskError {
    /// What is wrong: a lower-case fragment without a full stop.
    pub message: String,
    /// The exit code of the run, when this is its first failure.
    pub exit_code: i32,
    /// The targets it failed on; when there are any, later goals go on with the rest.
    pub failed_targets: Vec<Address>,
    /// The plugin it came from, when it came from one.
    pub plugin: Option<String>,
    /// The place in the plugin's source, when it panicked.
    pub place: Option<String>,
    /// What kind of failure this is.
    pub kind: TaskErrorKind,
    /// What the user may do, one line each.
    pub hints: Vec<String>,
    /// What is wrong in the repository, when that is why: all of it, where the message has room for the first only.
    pub diagnostics: Vec<Diagnostic>,
    /// What caused it.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl TaskError {
    /// A plain failure with exit code 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            exit_code: 1,
            failed_targets: Vec::new(),
            plugin: None,
            place: None,
            kind: TaskErrorKind::Failed,
            hints: Vec::new(),
            diagnostics: Vec::new(),
            source: None,
        }
    }

    /// The answer of work that ended because the run was cancelled.
    pub fn cancelled() -> Self {
        Self { kind: TaskErrorKind::Cancelled, ..Self::failed("cancelled") }
    }

    /// The answer to a request that the task does not know.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self { kind: TaskErrorKind::Unsupported, ..Self::failed(message) }
    }

    /// Sets the exit code.
    #[must_use]
    pub fn with_exit_code(mut self, exit_code: i32) -> Self {
        self.exit_code = exit_code;
        self
    }

    /// Sets the targets it failed on.
    #[must_use]
    pub fn with_failed_targets(mut self, failed_targets: Vec<Address>) -> Self {
        self.failed_targets = failed_targets;
        self
    }

    /// Sets what caused it.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Whether it only says that the run was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.kind == TaskErrorKind::Cancelled
    }

    /// The plugin and the place of a panic, to stand after its message.
    fn origin(&self) -> String {
        if self.kind != TaskErrorKind::Panicked {
            return String::new();
        }
        let plugin = self.plugin.as_ref().map(|plugin| format!("plugin `{plugin}`"));
        let place = self.place.clone().filter(|place| !place.is_empty());
        let known: Vec<String> = plugin.into_iter().chain(place).collect();
        if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) }
    }

    /// The message and what caused it, on one line: for an error that is part of another's text.
    pub(crate) fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        text
    }

    fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
            (Some(text), _) => text,
            (_, Some(text)) => text.as_str(),
            _ => "a value that is no text",
        };
        Self { kind: TaskErrorKind::Panicked, ..Self::failed(format!("the task panicked: {text}")) }
    }
}

/// Runs the code of a task; a panic becomes an error.
pub(crate) fn guarded<T>(code: impl FnOnce() -> Result<T, TaskError>) -> Result<T, TaskError> {
    // A panic ends the task, and nothing reads what it left half-changed except locks that recover (see `sync`).
    catch_unwind(AssertUnwindSafe(code)).unwrap_or_else(|payload| {
        let error = TaskError::panicked(&*payload);
        // A payload may panic again when it is dropped; it is a few bytes.
        std::mem::forget(payload);
        Err(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_text() {
        let error = guarded::<()>(|| panic!("index {} is wrong", 3)).unwrap_err();
        assert_eq!(
            (error.kind, error.to_string().as_str()),
            (TaskErrorKind::Panicked, "the task panicked: index 3 is wrong")
        );
        let error = TaskError { plugin: Some("acme".to_owned()), place: Some("src/lib.rs:3:5".to_owned()), ..error };
        assert_eq!(error.to_string(), "the task panicked: index 3 is wrong (plugin `acme`, src/lib.rs:3:5)");
        let error = guarded::<()>(|| std::panic::panic_any(3_u8)).unwrap_err();
        assert_eq!(error.to_string(), "the task panicked: a value that is no text");
    }
}
