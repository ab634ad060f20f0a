//! What is wrong in the repository, as a run tells of it: each thing once, file by file, no more of it than anybody
//! reads, with a count in the end.

use pants_model::{Diagnostic, Event, EventSink, Severity};
use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

/// What a run does about errors of the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnErrors {
    /// Whoever asked gets them instead of an answer.
    Fail,
    /// They are shown, and the run goes on without what they break (`--keep-going`).
    KeepGoing,
}

/// How many errors, and how many warnings, are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(Option<usize>);

impl Limit {
    /// So many; 0 means all.
    pub(crate) fn new(count: i64) -> Self {
        Self(usize::try_from(count).ok().filter(|count| *count > 0))
    }

    fn left(self, shown: usize) -> usize {
        self.0.map_or(usize::MAX, |limit| limit.saturating_sub(shown))
    }
}

/// What has been told of in a run.
pub(crate) struct Problems {
    on_errors: OnErrors,
    limit: Limit,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    /// The texts of warnings and errors: what two questions find is told once.
    seen: HashSet<String>,
    warnings: usize,
    errors: Vec<Diagnostic>,
}

impl Problems {
    pub(crate) fn new(on_errors: OnErrors, limit: Limit) -> Self {
        Self { on_errors, limit, told: Mutex::default() }
    }

    /// Whether the run goes on without what is broken.
    pub(crate) fn keeps_going(&self) -> bool {
        self.on_errors == OnErrors::KeepGoing
    }

    /// How many errors are shown.
    pub(crate) fn limit(&self) -> Limit {
        self.limit
    }

    /// Shows the warnings; gives the errors back, or shows them and goes on.
    pub(crate) fn judge(&self, diagnostics: Vec<Diagnostic>, events: &dyn EventSink) -> Result<(), Vec<Diagnostic>> {
        let (errors, warnings): (Vec<_>, Vec<_>) =
            diagnostics.into_iter().partition(|diagnostic| diagnostic.severity == Severity::Error);
        self.warn(warnings, events);
        match self.on_errors {
            _ if errors.is_empty() => Ok(()),
            OnErrors::Fail => Err(errors),
            OnErrors::KeepGoing => {
                self.note(errors, events);
                Ok(())
            }
        }
    }

    fn warn(&self, warnings: Vec<Diagnostic>, events: &dyn EventSink) {
        let mut told = self.told();
        let mut new: Vec<Diagnostic> = Vec::new();
        for warning in warnings {
            if told.seen.insert(warning.to_string()) {
                new.push(warning);
            }
        }
        let shown = self.limit.left(told.warnings).min(new.len());
        told.warnings += new.len();
        drop(told);
        let hidden = new.len() - shown;
        new.truncate(shown);
        new.into_iter().for_each(|warning| events.emit(Event::Diagnostic(warning)));
        if hidden > 0 {
            let message = format!("{hidden} more {} not shown", plural(hidden, "warning is", "warnings are"));
            let more = Diagnostic { severity: Severity::Warning, ..Diagnostic::error_without_place(message) };
            events.emit(Event::Diagnostic(more.hint(SHOW_ALL)));
        }
    }

    /// Shows errors with which the run goes on.
    pub(crate) fn note(&self, errors: Vec<Diagnostic>, events: &dyn EventSink) {
        let mut told = self.told();
        for error in errors {
            if told.seen.insert(error.to_string()) {
                if self.limit.left(told.errors.len()) > 0 {
                    events.emit(Event::Diagnostic(error.clone()));
                }
                told.errors.push(error);
            }
        }
    }

    /// Whether the run went on with errors.
    pub(crate) fn has_errors(&self) -> bool {
        !self.told().errors.is_empty()
    }

    /// The errors with which the run went on, counted; nothing when there is nothing to count.
    pub(crate) fn count(&self) -> Option<Diagnostic> {
        match &self.told().errors[..] {
            [] => None,
            [only] if only.location.is_none() => None,
            errors => Some(counted(errors, self.limit)),
        }
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        // Nobody panics while holding it; what is told is only ever added to.
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const SHOW_ALL: &str = "`--max-errors=0` shows all of them";

/// Errors that end a run, as they are shown: each once, file by file, as many as the limit allows, and their count when
/// there are several.
pub(crate) fn shown(errors: Vec<Diagnostic>, limit: Limit) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    let mut errors: Vec<Diagnostic> = errors.into_iter().filter(|error| seen.insert(error.to_string())).collect();
    if errors.len() < 2 {
        return errors;
    }
    let count = counted(&errors, limit);
    errors.truncate(limit.left(0));
    errors.push(count);
    errors
}

/// `12 errors in 5 files`, and how many of them are not shown.
fn counted(errors: &[Diagnostic], limit: Limit) -> Diagnostic {
    let files: BTreeSet<&str> = errors.iter().filter_map(|error| Some(&*error.location.as_ref()?.file)).collect();
    let in_files = errors.iter().filter(|error| error.location.is_some()).count();
    let mut message = format!("{} {}", errors.len(), plural(errors.len(), "error", "errors"));
    let places = format!("in {} {}", files.len(), plural(files.len(), "file", "files"));
    match in_files {
        0 => {}
        all if all == errors.len() => message.push_str(&format!(" {places}")),
        some => message.push_str(&format!(", {some} of them {places}")),
    }
    let hidden = errors.len().saturating_sub(limit.left(0));
    if hidden == 0 {
        return Diagnostic::error_without_place(message);
    }
    message.push_str(&format!("; the last {hidden} {} not shown", plural(hidden, "is", "are")));
    Diagnostic::error_without_place(message).hint(SHOW_ALL)
}

/// The word for one, or that for several.
pub(crate) fn plural<'w>(count: usize, one: &'w str, many: &'w str) -> &'w str {
    if count == 1 { one } else { many }
}

#[cfg(test)]
mod tests;
