//! Warnings that nobody wants to see (`ignore_pants_warnings`): dropped before any sink hears them.

use crate::error::SessionError;
use crate::request::Request;
use pants_model::{Event, EventSink, LogLevel, Severity};
use regex::{RegexSet, RegexSetBuilder};
use std::sync::Arc;

const OPTION: &str = "ignore-pants-warnings";

/// The sink, behind one that drops the warnings that the user does not want to see.
pub(crate) fn without_ignored(
    request: &Request,
    events: &Arc<dyn EventSink>,
) -> Result<Arc<dyn EventSink>, SessionError> {
    let ignored = request.bootstrap.values.value("", OPTION).as_strings();
    if ignored.is_empty() {
        return Ok(events.clone());
    }
    // As in Pants: the pattern stands for the beginning of a warning, in upper or lower case.
    let patterns = ignored.iter().map(|pattern| format!("^(?:{pattern})"));
    let ignored = RegexSetBuilder::new(patterns).case_insensitive(true).build().map_err(|error| {
        let problem = format!("a regular expression cannot be read: {error}");
        SessionError::Repository(vec![request.bootstrap.about_value(OPTION, &problem)])
    })?;
    Ok(Arc::new(WithoutIgnored { events: events.clone(), ignored }))
}

struct WithoutIgnored {
    events: Arc<dyn EventSink>,
    ignored: RegexSet,
}

impl EventSink for WithoutIgnored {
    fn emit(&self, event: Event) {
        let is_ignored = match &event {
            Event::Log { level: LogLevel::Warn, scope: _, message } => self.ignored.is_match(message),
            // With its place, too: `src/old/.*` silences a directory.
            Event::Diagnostic(diagnostic) if diagnostic.severity == Severity::Warning => {
                self.ignored.is_match(&diagnostic.message) || self.ignored.is_match(&diagnostic.to_string())
            }
            _ => false,
        };
        if !is_ignored {
            self.events.emit(event);
        }
    }

    fn has_reader(&self) -> bool {
        self.events.has_reader()
    }
}
