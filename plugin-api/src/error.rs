//! Errors of tasks.

use crate::Address;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The result of everything a plugin does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a task failed, in words for the user.
///
/// The first line of [`Error::message`] says where first, then what, as a lower-case fragment without a full stop.
/// Any `std` error turns into one with `?`; its sources become [`Error::causes`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Error {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// What went wrong.
    pub message: String,
    /// The chain of causes, outermost first.
    pub causes: Vec<String>,
    /// What the user may do, one line each.
    pub hints: Vec<String>,
    /// The exit code the run should end with; 0 stands for 1.
    pub exit_code: i32,
    /// The targets that failed. When given, tasks after this one go on with the targets that do not depend on these.
    pub failed_targets: Vec<Address>,
    /// The place in the plugin's source, for a panic: `file:line:column`.
    pub place: Box<str>,
}

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorKind {
    /// The task found something wrong, or a tool failed.
    #[default]
    Failed,
    /// The plugin panicked; the boundary caught it.
    Panicked,
    /// The run was cancelled.
    Cancelled,
    /// The other side of the boundary is older and does not know the operation.
    Unsupported,
}

impl Error {
    /// A failure with a message.
    pub fn msg(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// The error of a cancelled run.
    pub fn cancelled() -> Self {
        Self { kind: ErrorKind::Cancelled, ..Self::msg("cancelled") }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Puts a sentence in front; what was the message becomes the first cause.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        let inner = std::mem::replace(&mut self.message, message.into());
        self.causes.insert(0, inner);
        self
    }

    /// Names the targets that failed.
    #[must_use]
    pub fn failed_targets(mut self, targets: impl IntoIterator<Item = Address>) -> Self {
        self.failed_targets.extend(targets);
        self
    }

    /// Sets the exit code of the run.
    #[must_use]
    pub fn exit_code(mut self, code: i32) -> Self {
        self.exit_code = code;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        Self { causes, ..Self::msg(error.to_string()) }
    }
}
