//! Errors of plugins as the engine's, and the other way round.

use super::values::{model_addresses, wire_addresses};
use pants_engine::{TaskError, TaskErrorKind};
use plugin_api::{Error, ErrorKind};

/// What a plugin answered with, as a task's error: says which plugin, and for a panic where in its source.
pub(crate) fn task_error(error: Error, plugin: &str) -> TaskError {
    let causes = error.causes.join("\n");
    TaskError {
        message: error.message,
        exit_code: if error.exit_code == 0 { 1 } else { error.exit_code },
        failed_targets: model_addresses(&error.failed_targets),
        plugin: Some(plugin.to_owned()),
        place: (!error.place.is_empty()).then(|| error.place.into()),
        kind: match error.kind {
            ErrorKind::Failed => TaskErrorKind::Failed,
            ErrorKind::Panicked => TaskErrorKind::Panicked,
            ErrorKind::Cancelled => TaskErrorKind::Cancelled,
            ErrorKind::Unsupported => TaskErrorKind::Unsupported,
        },
        hints: error.hints,
        diagnostics: Vec::new(),
        source: (!causes.is_empty()).then(|| causes.into()),
    }
}

/// An error of the host for a plugin; one that came from a plugin keeps what it says.
pub(crate) fn wire_error(error: &TaskError) -> Error {
    let TaskError { message, exit_code, failed_targets, plugin: _, place, kind, hints, diagnostics: _, source } = error;
    let mut causes = Vec::new();
    let mut next = source.as_deref().map(|source| source as &dyn std::error::Error);
    while let Some(cause) = next {
        causes.extend(cause.to_string().lines().map(str::to_owned));
        next = cause.source();
    }
    Error {
        kind: match kind {
            TaskErrorKind::Failed => ErrorKind::Failed,
            TaskErrorKind::Panicked => ErrorKind::Panicked,
            TaskErrorKind::Cancelled => ErrorKind::Cancelled,
            TaskErrorKind::Unsupported => ErrorKind::Unsupported,
        },
        message: message.clone(),
        causes,
        hints: hints.clone(),
        exit_code: *exit_code,
        failed_targets: wire_addresses(failed_targets),
        place: place.clone().unwrap_or_default().into(),
    }
}

/// An error of a plugin where only one line can be shown.
pub(crate) fn error_text(error: &Error) -> String {
    let mut text = error.message.clone();
    for cause in &error.causes {
        text.push_str(": ");
        text.push_str(cause);
    }
    if !error.place.is_empty() {
        text = format!("{text} (at {})", error.place);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::Address;

    #[test]
    fn a_plugins_error_survives_the_way_through_the_engine() {
        let error =
            Error::msg("one target failed").hint("look at it").failed_targets([Address::new("a", "b")]).exit_code(7);
        let error = Error { causes: vec!["because".into(), "of this".into()], ..error };
        let through = wire_error(&task_error(error.clone(), "example.acme"));
        assert_eq!(format!("{through:?}"), format!("{error:?}"));
    }

    #[test]
    fn a_panic_keeps_its_place_and_names_the_plugin() {
        let error = Error { kind: ErrorKind::Panicked, place: "src/lib.rs:3:5".into(), ..Error::msg("panicked: boom") };
        let error = task_error(error, "example.acme");
        assert_eq!(error.kind, TaskErrorKind::Panicked);
        assert_eq!((error.plugin.as_deref(), error.place.as_deref()), (Some("example.acme"), Some("src/lib.rs:3:5")));
    }
}
