//! The failure of a task, in words for the user.

use pants_engine::TaskError;
use pants_model::Diagnostic;
use std::error::Error;

/// Where, what, its causes, and hints.
pub(crate) fn of_task(scope: &str, error: &TaskError) -> Diagnostic {
    let mut message = format!("{scope}: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(&format!("\n  {}", error.to_string().replace('\n', "\n  ")));
        cause = error.source();
    }
    Diagnostic { hints: error.hints.clone(), ..Diagnostic::error_without_place(message) }
}
