//! Events for programs: one JSON object on a line for each.

use crate::streams::Stream;
use pants_model::{Diagnostic, Event, EventSink, LogLevel, ResultMoment, RunEnding, Severity, TestStatus, Voice};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// Writes each event as a JSON object; `event` names its kind.
///
/// Bytes are given as `text` where they are UTF-8, else as `bytes`, a list of numbers.
pub struct JsonSink {
    level: LogLevel,
    stream: Mutex<Stream>,
}

impl JsonSink {
    /// A sink over a writer; log lines below the level are dropped.
    pub fn new(writer: Box<dyn Write + Send>, level: LogLevel) -> Self {
        Self { level, stream: Mutex::new(Stream::new(writer)) }
    }

    /// Why the writer failed, if it did.
    pub fn failure(&self) -> Option<io::ErrorKind> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner).failure()
    }
}

impl EventSink for JsonSink {
    fn emit(&self, event: Event) {
        if matches!(&event, Event::Log { level, .. } if *level < self.level) {
            return;
        }
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.line(&object_of(event).to_string());
        stream.flush();
    }
}

fn object_of(event: Event) -> Value {
    match event {
        Event::Output(bytes) => with_bytes(json!({ "event": "output" }), bytes),
        Event::ToolOutput { scope, bytes } => with_bytes(json!({ "event": "tool_output", "scope": scope }), bytes),
        Event::Log { level, scope, message } => {
            json!({ "event": "log", "level": level_word(level), "scope": scope, "message": message })
        }
        Event::Diagnostic(diagnostic) => diagnostic_object(diagnostic),
        Event::PlanReady { phases } => json!({ "event": "plan_ready", "phases": phases }),
        Event::TaskStarted { scope } => json!({ "event": "task_started", "scope": scope }),
        Event::TaskFinished { scope, is_success, elapsed } => {
            json!({ "event": "task_finished", "scope": scope, "success": is_success, "seconds": elapsed.as_secs_f64() })
        }
        Event::WorkunitStarted { id, scope, name } => {
            json!({ "event": "workunit_started", "id": id, "scope": scope, "name": name })
        }
        Event::WorkunitFinished { id, is_success } => {
            json!({ "event": "workunit_finished", "id": id, "success": is_success })
        }
        Event::Voice { scope, voice: Voice { level, is_quiet, has_colors } } => json!({
            "event": "voice", "scope": scope, "level": level_word(level), "quiet": is_quiet, "colors": has_colors,
        }),
        Event::ResultJudged { scope, address, fingerprint, moment, is_valid } => json!({
            "event": "result_judged", "scope": scope, "address": address.to_string(),
            "fingerprint": fingerprint.to_hex(), "moment": moment_word(moment), "valid": is_valid,
        }),
        Event::ProcessCached { scope, description } => {
            json!({ "event": "process_cached", "scope": scope, "description": description })
        }
        Event::ProcessStarted { scope, description } => {
            json!({ "event": "process_started", "scope": scope, "description": description })
        }
        Event::Waiting { scope, holder } => json!({ "event": "waiting", "scope": scope, "holder": holder }),
        Event::TestResult { address, status, report } => json!({
            "event": "test_result", "address": address.to_string(), "status": status_word(status), "report": report,
        }),
        Event::RunFinished { ending } => json!({ "event": "run_finished", "ending": ending_word(ending) }),
    }
}

fn with_bytes(mut object: Value, bytes: Vec<u8>) -> Value {
    match String::from_utf8(bytes) {
        Ok(text) => object["text"] = text.into(),
        Err(error) => object["bytes"] = error.into_bytes().into(),
    }
    object
}

fn diagnostic_object(diagnostic: Diagnostic) -> Value {
    let Diagnostic { severity, location, message, excerpt, hints } = diagnostic;
    let severity = match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let location = location.map(|at| json!({ "file": &*at.file, "line": at.line, "column": at.column }));
    json!({
        "event": "diagnostic",
        "severity": severity,
        "location": location,
        "message": message,
        "excerpt": excerpt,
        "hints": hints,
    })
}

fn moment_word(moment: ResultMoment) -> &'static str {
    match moment {
        ResultMoment::Before => "before",
        ResultMoment::After => "after",
    }
}

fn status_word(status: TestStatus) -> &'static str {
    match status {
        TestStatus::Success => "success",
        TestStatus::Cached => "cached",
        TestStatus::Failure => "failure",
        TestStatus::NotRun => "not_run",
    }
}

fn ending_word(ending: RunEnding) -> &'static str {
    match ending {
        RunEnding::Success => "success",
        RunEnding::Failure => "failure",
        RunEnding::Interrupted => "interrupted",
        RunEnding::Foreground => "foreground",
    }
}

fn level_word(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Trace => "trace",
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console_sink::test_support::Buffer;
    use expect_test::{Expect, expect};
    use pants_model::{Address, Location};
    use std::time::Duration;

    fn check(events: Vec<Event>, expect: Expect) {
        let buffer = Buffer::default();
        let sink = JsonSink::new(Box::new(buffer.clone()), LogLevel::Info);
        for event in events {
            sink.emit(event);
        }
        expect.assert_eq(&buffer.text());
    }

    #[test]
    fn every_event_is_one_object() {
        let location = Location { file: "BUILD".into(), line: 3, column: 1 };
        let log = |level, message: &str| Event::Log { level, scope: "a.b".into(), message: message.into() };
        check(
            vec![
                Event::PlanReady { phases: vec!["compile".into()] },
                Event::TaskStarted { scope: "a.b".into() },
                Event::WorkunitStarted { id: 1, scope: "a.b".into(), name: "compiling".into() },
                Event::ToolOutput { scope: "a.b".into(), bytes: vec![0xff, b'\n'] },
                Event::Output(b"two\nlines".to_vec()),
                log(LogLevel::Debug, "unseen"),
                log(LogLevel::Warn, "seen"),
                Event::Diagnostic(Diagnostic::error(location, "bad").hint("good")),
                Event::Waiting { scope: "a.b".into(), holder: "PID 1".into() },
                Event::WorkunitFinished { id: 1, is_success: false },
                Event::TestResult { address: Address::new("a", "b"), status: TestStatus::NotRun, report: None },
                Event::TaskFinished { scope: "a.b".into(), is_success: true, elapsed: Duration::from_millis(1500) },
                Event::RunFinished { ending: RunEnding::Success },
            ],
            expect![[r#"
                {"event":"plan_ready","phases":["compile"]}
                {"event":"task_started","scope":"a.b"}
                {"event":"workunit_started","id":1,"name":"compiling","scope":"a.b"}
                {"bytes":[255,10],"event":"tool_output","scope":"a.b"}
                {"event":"output","text":"two\nlines"}
                {"event":"log","level":"warn","message":"seen","scope":"a.b"}
                {"event":"diagnostic","excerpt":null,"hints":["good"],"location":{"column":1,"file":"BUILD","line":3},"message":"bad","severity":"error"}
                {"event":"waiting","holder":"PID 1","scope":"a.b"}
                {"event":"workunit_finished","id":1,"success":false}
                {"address":"a:b","event":"test_result","report":null,"status":"not_run"}
                {"event":"task_finished","scope":"a.b","seconds":1.5,"success":true}
                {"ending":"success","event":"run_finished"}
            "#]],
        );
    }
}
