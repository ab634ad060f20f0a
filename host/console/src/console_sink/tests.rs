//! What a person sees of a run.

use super::test_support::Buffer;
use super::*;
use crate::ClockReading;
use expect_test::{Expect, expect};
use pants_model::{Diagnostic, Location};
use std::time::Duration;

/// What is shown of some events, standard error first, then standard output below a rule.
fn check(options: ConsoleOptions, events: Vec<Event>, expect: Expect) {
    let (stdout, stderr) = (Buffer::default(), Buffer::default());
    let sink = ConsoleSink::new(Box::new(stdout.clone()), Box::new(stderr.clone()), clock(), options);
    for event in events {
        sink.emit(event);
    }
    expect.assert_eq(&format!("{}-- stdout:\n{}", stderr.text(), stdout.text()));
}

fn clock() -> Clock {
    Box::new(|| ClockReading { of_day: Duration::from_secs(36_000), elapsed: Duration::from_secs(61) })
}

fn scope() -> String {
    "compile.javac".to_owned()
}

fn log(level: LogLevel, scope: &str, message: &str) -> Event {
    Event::Log { level, scope: scope.to_owned(), message: message.to_owned() }
}

fn test(name: &str, status: TestStatus, report: Option<&str>) -> Event {
    Event::TestResult { address: Address::new("tests", name), status, report: report.map(str::to_owned) }
}

/// A run that compiles one thing and tests three.
fn a_build() -> Vec<Event> {
    let location = Location { file: "src/BUILD".into(), line: 12, column: 3 };
    let mut warning = Diagnostic::warning(location, "`sources` matches nothing").hint("remove it");
    warning.excerpt = Some("  12 | sources=[]\n     | ^^^^^^^".to_owned());
    vec![
        Event::PlanReady { phases: vec!["compile".into(), "test".into()] },
        Event::Diagnostic(warning),
        Event::TaskStarted { scope: scope() },
        Event::Waiting { scope: scope(), holder: "PID 12 (pants test ::)".into() },
        Event::WorkunitStarted { id: 1, scope: scope(), name: "compiling src:lib".into() },
        Event::ProcessStarted { scope: scope(), description: "javac src:lib".into() },
        Event::WorkunitStarted { id: 2, scope: scope(), name: "compiling src:app".into() },
        Event::ToolOutput { scope: scope(), bytes: b"Lib.java:3: error: x".to_vec() },
        Event::WorkunitFinished { id: 1, is_success: false },
        Event::WorkunitFinished { id: 2, is_success: true },
        log(LogLevel::Debug, "compile.javac", "javac -d classes"),
        log(LogLevel::Info, "", "two targets"),
        log(LogLevel::Warn, "compile.javac", "old Java"),
        log(LogLevel::Error, "", "compilation failed"),
        Event::TaskFinished { scope: scope(), is_success: false, elapsed: Duration::from_millis(1540) },
        test("z", TestStatus::Failure, Some("dist/test/z.xml")),
        test("b", TestStatus::Cached, None),
        test("a", TestStatus::Success, Some("dist/test/a.xml")),
        test("c", TestStatus::NotRun, None),
        Event::RunFinished { ending: RunEnding::Failure },
    ]
}

#[test]
fn a_build_shows_progress_faults_results_and_outcome() {
    check(
        ConsoleOptions::default(),
        a_build(),
        expect![[r#"
            10:00:00 01:01 compile -> test
            src/BUILD:12:3: warning: `sources` matches nothing
              12 | sources=[]
                 | ^^^^^^^
              hint: remove it
            10:00:00 01:01 [compile.javac] waiting for PID 12 (pants test ::)
            10:00:00 01:01 [compile.javac] javac src:lib
            Lib.java:3: error: x
            10:00:00 01:01 [compile.javac] compiling src:lib failed
            10:00:00 01:01 two targets
            [compile.javac] warning: old Java
            error: compilation failed
            10:00:00 01:01 FAILURE
            -- stdout:
            tests:a                                                                         .....   SUCCESS
              report: dist/test/a.xml
            tests:b                                                                         .....   SUCCESS (cached)
            tests:c                                                                         .....   NOT RUN
            tests:z                                                                         .....   FAILURE
              report: dist/test/z.xml
        "#]],
    );
}

#[test]
fn debug_shows_tasks_and_command_lines() {
    check(
        ConsoleOptions { level: LogLevel::Debug, ..ConsoleOptions::default() },
        a_build(),
        expect![[r#"
            10:00:00 01:01 compile -> test
            src/BUILD:12:3: warning: `sources` matches nothing
              12 | sources=[]
                 | ^^^^^^^
              hint: remove it
            10:00:00 01:01 [compile.javac] started
            10:00:00 01:01 [compile.javac] waiting for PID 12 (pants test ::)
            10:00:00 01:01 [compile.javac] compiling src:lib
            10:00:00 01:01 [compile.javac] javac src:lib
            10:00:00 01:01 [compile.javac] compiling src:app
            Lib.java:3: error: x
            10:00:00 01:01 [compile.javac] compiling src:lib failed
            10:00:00 01:01 [compile.javac] javac -d classes
            10:00:00 01:01 two targets
            [compile.javac] warning: old Java
            error: compilation failed
            10:00:00 01:01 [compile.javac] failed after 1.5s
            10:00:00 01:01 FAILURE
            -- stdout:
            tests:a                                                                         .....   SUCCESS
              report: dist/test/a.xml
            tests:b                                                                         .....   SUCCESS (cached)
            tests:c                                                                         .....   NOT RUN
            tests:z                                                                         .....   FAILURE
              report: dist/test/z.xml
        "#]],
    );
}

#[test]
fn quiet_leaves_results_and_faults() {
    check(
        ConsoleOptions { quiet: true, ..ConsoleOptions::default() },
        a_build(),
        expect![[r#"
            Lib.java:3: error: x
            error: compilation failed
            -- stdout:
            tests:a                                                                         .....   SUCCESS
              report: dist/test/a.xml
            tests:b                                                                         .....   SUCCESS (cached)
            tests:c                                                                         .....   NOT RUN
            tests:z                                                                         .....   FAILURE
              report: dist/test/z.xml
        "#]],
    );
}

#[test]
fn colours_mark_what_is_good_and_bad() {
    check(
        ConsoleOptions { colors: true, ..ConsoleOptions::default() },
        a_build(),
        expect![[r#"
            10:00:00 01:01 compile -> test
            ESC[1msrc/BUILD:12:3:ESC[0m ESC[33mwarning: ESC[0m`sources` matches nothing
              12 | sources=[]
                 | ^^^^^^^
              ESC[36mhint:ESC[0m remove it
            10:00:00 01:01 [compile.javac] waiting for PID 12 (pants test ::)
            10:00:00 01:01 [compile.javac] javac src:lib
            Lib.java:3: error: x
            10:00:00 01:01 [compile.javac] compiling src:lib failed
            10:00:00 01:01 two targets
            [compile.javac] ESC[33mwarning:ESC[0m old Java
            ESC[31merror:ESC[0m compilation failed
            10:00:00 01:01 ESC[31mFAILUREESC[0m
            -- stdout:
            tests:a                                                                         .....ESC[32m   SUCCESSESC[0m
              report: dist/test/a.xml
            tests:b                                                                         .....ESC[32m   SUCCESSESC[0m (cached)
            tests:c                                                                         .....ESC[33m   NOT RUNESC[0m
            tests:z                                                                         .....ESC[31m   FAILUREESC[0m
              report: dist/test/z.xml
        "#]],
    );
}

#[test]
fn a_status_line_shows_what_runs_and_gives_way() {
    check(
        ConsoleOptions { live_status: true, width: 30, ..ConsoleOptions::default() },
        a_build(),
        expect![[r#"
            10:00:00 01:01 compile -> test
            src/BUILD:12:3: warning: `sources` matches nothing
              12 | sources=[]
                 | ^^^^^^^
              hint: remove it
            10:00:00 01:01 [compile.javac] waiting for PID 12 (pants test ::)
            [compile.javac] compiling srcCRESC[2K[compile.javac] compiling srcCRESC[2K[compile.javac] compiling srcCRESC[2KLib.java:3: error: x
            [compile.javac] compiling srcCRESC[2K10:00:00 01:01 [compile.javac] compiling src:lib failed
            [compile.javac] compiling srcCRESC[2K10:00:00 01:01 two targets
            [compile.javac] warning: old Java
            error: compilation failed
            10:00:00 01:01 FAILURE
            -- stdout:
            tests:a                                                                         .....   SUCCESS
              report: dist/test/a.xml
            tests:b                                                                         .....   SUCCESS (cached)
            tests:c                                                                         .....   NOT RUN
            tests:z                                                                         .....   FAILURE
              report: dist/test/z.xml
        "#]],
    );
}

#[test]
fn a_console_goal_prints_its_own_words_alone() {
    let events = vec![
        Event::TaskStarted { scope: "list".into() },
        Event::Output(b"src:lib\n".to_vec()),
        Event::Output(b"src:app\n".to_vec()),
        Event::TaskFinished { scope: "list".into(), is_success: true, elapsed: Duration::ZERO },
        Event::RunFinished { ending: RunEnding::Success },
    ];
    check(
        ConsoleOptions::default(),
        events,
        expect![[r#"
            -- stdout:
            src:lib
            src:app
        "#]],
    );
}

#[test]
fn a_reader_that_went_away_stops_only_its_stream() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let stderr = Buffer::default();
    let sink = ConsoleSink::new(Box::new(Closed), Box::new(stderr.clone()), clock(), ConsoleOptions::default());
    sink.emit(Event::Output(b"src:lib\n".to_vec()));
    sink.error_line("still here");
    assert_eq!(sink.stdout_failure(), Some(io::ErrorKind::BrokenPipe));
    assert_eq!(sink.stderr_failure(), None);
    assert_eq!(stderr.text(), "still here\n");
}

#[test]
fn a_diagnostic_says_how_bad_it_is_unless_its_place_does() {
    let check = |diagnostic: Diagnostic, expect: &str| {
        assert_eq!(crate::render_diagnostic(&diagnostic.hint("look"), false), expect);
    };
    let at = || Location { file: "BUILD".into(), line: 3, column: 0 };
    check(Diagnostic::error_without_place("no goal"), "error: no goal\n  hint: look");
    check(Diagnostic::error(at(), "bad"), "BUILD:3: bad\n  hint: look");
    check(Diagnostic::warning(at(), "odd"), "BUILD:3: warning: odd\n  hint: look");
}

#[test]
fn timings_stand_at_the_end_the_longest_first() {
    let ended = |scope: &str, milliseconds| Event::TaskFinished {
        scope: scope.into(),
        is_success: true,
        elapsed: Duration::from_millis(milliseconds),
    };
    let events = vec![
        ended("resolve.coursier", 20),
        ended("compile.javac", 1500),
        Event::RunFinished { ending: RunEnding::Success },
    ];
    check(
        ConsoleOptions { timings: true, ..ConsoleOptions::default() },
        events,
        expect![[r#"
        how long everything took:
            1.500s  compile.javac
            0.020s  resolve.coursier
           61.000s  the whole run
        -- stdout:
    "#]],
    );
}

#[test]
fn warnings_of_the_repository_are_warnings() {
    let location = Location { file: "BUILD".into(), line: 1, column: 1 };
    let events =
        || vec![Event::Diagnostic(Diagnostic::warning(location.clone(), "odd")), log(LogLevel::Warn, "", "old")];
    let errors_only = ConsoleOptions { level: LogLevel::Error, ..ConsoleOptions::default() };
    check(errors_only, events(), expect![["-- stdout:\n"]]);
    check(ConsoleOptions { quiet: true, ..ConsoleOptions::default() }, events(), expect![["-- stdout:\n"]]);
    check(
        ConsoleOptions { level: LogLevel::Warn, ..ConsoleOptions::default() },
        events(),
        expect![[r#"
            BUILD:1:1: warning: odd
            warning: old
            -- stdout:
        "#]],
    );
}

#[test]
fn a_scope_may_be_louder_or_quieter_than_the_run() {
    let voice = |scope: &str, level, is_quiet| Event::Voice {
        scope: scope.to_owned(),
        voice: Voice { level, is_quiet, has_colors: Some(true) },
    };
    check(
        ConsoleOptions::default(),
        vec![
            voice("loud", LogLevel::Debug, false),
            voice("quiet", LogLevel::Info, true),
            log(LogLevel::Debug, "loud", "heard"),
            log(LogLevel::Debug, "usual", "unheard"),
            log(LogLevel::Warn, "quiet", "unheard"),
            log(LogLevel::Error, "quiet", "bad"),
            log(LogLevel::Warn, "usual", "odd"),
        ],
        expect![[r#"
            10:00:00 01:01 [loud] heard
            [quiet] ESC[31merror:ESC[0m bad
            [usual] warning: odd
            -- stdout:
        "#]],
    );
}
