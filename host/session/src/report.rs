//! The failure of a task, in words for the user.

use crate::problems::{Limit, shown};
use pants_engine::TaskError;
use pants_model::Diagnostic;
use std::error::Error;

/// What is wrong in the repository, when that is why; else where, what, its causes, and hints.
pub(crate) fn of_task(scope: &str, error: &TaskError, limit: Limit) -> Vec<Diagnostic> {
    if !error.diagnostics.is_empty() {
        return shown(error.diagnostics.clone(), limit);
    }
    let mut message = format!("{scope}: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(&format!("\n  {}", error.to_string().replace('\n', "\n  ")));
        cause = error.source();
    }
    vec![Diagnostic { hints: error.hints.clone(), ..Diagnostic::error_without_place(message) }]
}
