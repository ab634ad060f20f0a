//! What a run leaves in files about itself: the scopes `reporting` and `run-tracker`.
//!
//! A record listens to the run's events on their way to the user, and is written when the run is over. A file that cannot
//! be written is one warning: what was built is built.

mod invalidation;
mod statistics;

use crate::error::SessionError;
use crate::request::{Outcome, Request};
use crate::say;
use crate::whole_file;
use invalidation::Judgement;
use pants_model::{Event, EventSink, LogLevel, OptionKind, OptionSpec, OptionValues, ScopeSpec, Value};
use pants_options::CommandLine;
use statistics::Statistics;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

const REPORTING: &str = "reporting";
const TRACKER: &str = "run-tracker";

/// The scopes with their options.
pub(crate) fn scopes() -> Vec<ScopeSpec> {
    let scope = |name: &str, description: &str, options| ScopeSpec {
        name: name.to_owned(),
        description: description.to_owned(),
        options,
        ..ScopeSpec::default()
    };
    let advanced = |name, kind, default, help| OptionSpec {
        is_advanced: true,
        ..OptionSpec::new(name, kind, Value::clone(&default), help)
    };
    let report = "Write a CSV file that says which results of which targets were up to date.";
    vec![
        scope(
            REPORTING,
            "Reports of runs.",
            vec![
                OptionSpec::new("invalidation-report", OptionKind::Bool, false, report),
                advanced(
                    "reports-dir",
                    OptionKind::String,
                    Value::None,
                    "Where reports are put, each run in a directory of its own; by default `reports` of the work directory.",
                ),
            ],
        ),
        scope(
            TRACKER,
            "Statistics of runs.",
            vec![
                advanced(
                    "stats-local-json-file",
                    OptionKind::String,
                    Value::None,
                    "Write the statistics of the run to this file, as JSON.",
                ),
                advanced(
                    "stats-option-scopes-to-record",
                    OptionKind::StringList,
                    Value::List(Vec::new()),
                    "Scopes whose options stand in the statistics (`GLOBAL`, `compile.javac`), or single options (`GLOBAL^jobs`).",
                ),
            ],
        ),
    ]
}

/// A run that is recorded.
pub(crate) struct Record {
    events: Arc<dyn EventSink>,
    report: Option<PathBuf>,
    statistics: Option<PathBuf>,
    seen: Mutex<Seen>,
}

/// What was seen so far; only what somebody asked for is kept.
#[derive(Default)]
struct Seen {
    judgements: Vec<Judgement>,
    statistics: Statistics,
}

impl Record {
    /// The record that the options ask for, if they do.
    pub(crate) fn asked(request: &Request, options: &OptionValues, events: &Arc<dyn EventSink>) -> Option<Arc<Self>> {
        let path = |scope: &str, name: &str| {
            let given = options.value(scope, name).as_str().filter(|path| !path.is_empty());
            given.map(|path| request.bootstrap.expanded(path))
        };
        let reports = || path(REPORTING, "reports-dir").unwrap_or_else(|| request.bootstrap.workdir().join("reports"));
        let is_reported = options.value(REPORTING, "invalidation-report").as_bool() == Some(true);
        let report = is_reported.then(|| reports().join(&request.run_id).join("invalidation-report.csv"));
        let statistics = path(TRACKER, "stats-local-json-file");
        let is_asked = report.is_some() || statistics.is_some();
        is_asked.then(|| Arc::new(Self { events: events.clone(), report, statistics, seen: Mutex::default() }))
    }

    /// Writes the files; the run is over.
    pub(crate) fn write(
        &self,
        request: &Request,
        command: &CommandLine,
        options: &OptionValues,
        ended: &Result<Outcome, SessionError>,
    ) {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        let report = self.report.as_ref().map(|path| (path, invalidation::report(&request.run_id, &seen.judgements)));
        let statistics =
            self.statistics.as_ref().map(|path| (path, seen.statistics.document(request, command, options, ended)));
        for (path, text) in report.into_iter().chain(statistics) {
            if let Err(error) = whole_file::replace(path, &text) {
                say(&*self.events, LogLevel::Warn, format!("`{}` cannot be written: {error}", path.display()));
            }
        }
    }
}

impl EventSink for Record {
    fn emit(&self, event: Event) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if self.report.is_some() {
            seen.judgements.extend(Judgement::of(&event));
        }
        if self.statistics.is_some() {
            seen.statistics.note(&event);
        }
        drop(seen);
        self.events.emit(event);
    }

    fn has_reader(&self) -> bool {
        self.events.has_reader()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::silence::Silence;
    use pants_model::{Address, Fingerprint, ResultMoment};

    #[test]
    fn a_run_without_a_report_keeps_no_judgements() {
        let judgements = |report: Option<PathBuf>| {
            let statistics = Some(PathBuf::from("statistics"));
            let record = Record { events: Arc::new(Silence), report, statistics, seen: Mutex::default() };
            let (address, fingerprint) = (Address::new("a", "b"), Fingerprint::of_bytes(b""));
            let moment = ResultMoment::Before;
            record.emit(Event::ResultJudged { scope: "c".into(), address, fingerprint, moment, is_valid: true });
            record.seen.lock().expect("nothing panicked").judgements.len()
        };
        assert_eq!([judgements(None), judgements(Some("report".into()))], [0, 1]);
    }
}
