//! Counting, cutting and telling once.

use super::*;
use expect_test::{Expect, expect};
use pants_model::Location;
use std::sync::Arc;

fn error(file: &str, line: u32) -> Diagnostic {
    let location = Location { file: Arc::from(file), line, column: 1 };
    Diagnostic::error(location, "wrong")
}

fn check(errors: Vec<Diagnostic>, limit: i64, expect: Expect) {
    let shown: String = shown(errors, Limit::new(limit)).iter().map(|error| format!("{error}\n")).collect();
    expect.assert_eq(&shown);
}

#[test]
fn one_error_is_not_counted() {
    check(
        vec![error("a", 1), error("a", 1)],
        1,
        expect![[r#"
        a:1:1: wrong
    "#]],
    );
}

#[test]
fn several_are_counted_with_their_files() {
    check(
        vec![error("a", 1), error("a", 2), error("b", 1)],
        0,
        expect![[r#"
        a:1:1: wrong
        a:2:1: wrong
        b:1:1: wrong
        3 errors in 2 files
    "#]],
    );
    check(
        vec![Diagnostic::error_without_place("no"), error("a", 2)],
        0,
        expect![[r#"
        no
        a:2:1: wrong
        2 errors, 1 of them in 1 file
    "#]],
    );
    check(
        vec![Diagnostic::error_without_place("no"), Diagnostic::error_without_place("nor this")],
        0,
        expect![[r#"
        no
        nor this
        2 errors
    "#]],
    );
}

#[test]
fn thousands_are_cut() {
    check(
        (1..=5000).map(|line| error("a", line)).collect(),
        2,
        expect![[r#"
        a:1:1: wrong
        a:2:1: wrong
        5000 errors in 1 file; the last 4998 are not shown
          hint: `--max-errors=0` shows all of them
    "#]],
    );
}

/// Takes events down.
#[derive(Default)]
struct Recorder(Mutex<Vec<Event>>);

impl EventSink for Recorder {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Recorder {
    fn text(self) -> String {
        let events = self.0.into_inner().unwrap();
        let line = |event: &Event| match event {
            Event::Diagnostic(diagnostic) => format!("{:?} {diagnostic}\n", diagnostic.severity),
            event => format!("{event:?}\n"),
        };
        events.iter().map(line).collect()
    }
}

fn warning(line: u32) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..error("a", line) }
}

#[test]
fn who_keeps_going_is_shown_each_thing_once() {
    let events = Recorder::default();
    let problems = Problems::new(OnErrors::KeepGoing, Limit::new(1));
    let found = || vec![error("a", 1), warning(3), warning(4), error("b", 1)];
    assert_eq!(problems.judge(found(), &events), Ok(()));
    assert_eq!(problems.judge(found(), &events), Ok(()));
    problems.count().into_iter().for_each(|count| events.emit(Event::Diagnostic(count)));
    expect![[r#"
        Warning a:3:1: wrong
        Warning 1 more warning is not shown
          hint: `--max-errors=0` shows all of them
        Error a:1:1: wrong
        Error 2 errors in 2 files; the last 1 is not shown
          hint: `--max-errors=0` shows all of them
    "#]]
    .assert_eq(&events.text());
}

#[test]
fn otherwise_errors_go_to_who_asked() {
    let events = Recorder::default();
    let problems = Problems::new(OnErrors::Fail, Limit::new(0));
    assert_eq!(problems.judge(vec![warning(1), error("a", 2)], &events), Err(vec![error("a", 2)]));
    assert_eq!(problems.count(), None);
    expect![[r#"
        Warning a:1:1: wrong
    "#]]
    .assert_eq(&events.text());
}
