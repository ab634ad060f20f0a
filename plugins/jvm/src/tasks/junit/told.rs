//! What is said about tests: what the console wrote, how long each took, which failed.

use super::report::Case;
use plugin_api::tasks::TestOutcome;
use plugin_api::{Exit, ProcessOutput, ResultOrigin, Target};

/// The exit code of the console when tests failed, and when it found none and was told that there must be some.
const TESTS_FAILED: Exit = Exit::Code(1);
const NO_TESTS: Exit = Exit::Code(2);

/// What is shown of what tests print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutputMode {
    /// All of it.
    All,
    /// That of targets with failures.
    FailureOnly,
    /// None: only why tests failed.
    None,
}

impl OutputMode {
    /// The names of the modes, and which holds when none is given.
    pub(super) const NAMES: [&str; 3] = ["ALL", "FAILURE_ONLY", "NONE"];
    pub(super) const DEFAULT: &str = "FAILURE_ONLY";

    pub(super) fn parse(name: &str) -> Self {
        match name {
            "ALL" => Self::All,
            "NONE" => Self::None,
            _ => Self::FailureOnly,
        }
    }
}

/// Whether the console says that it found none.
pub(super) fn has_no_tests(output: &ProcessOutput) -> bool {
    output.stdout_text().lines().any(|line| line.trim_start_matches(['[', ' ']).starts_with("0 tests found"))
}

/// How the tests of a target ended that ran in one JVM.
pub(super) fn outcome(target: &Target, output: &ProcessOutput, mode: OutputMode) -> TestOutcome {
    let address = &target.address;
    let details = match output.exit {
        Exit::Code(0) => String::new(),
        TESTS_FAILED => told(output, mode),
        NO_TESTS => format!("{}: no tests were found in `{address}`", target.location),
        // Whatever ended the JVM, somewhere in all of it is why.
        Exit::Code(_) | Exit::Signal(_) | Exit::TimedOut(_) => {
            let told = told(output, OutputMode::All);
            let told = without_usage(&told);
            format!("{told}\nthe JVM that runs `{address}` {}", output.describe_exit()).trim().to_owned()
        }
    };
    let is_cached = output.origin == ResultOrigin::Cached;
    TestOutcome { is_success: output.is_success(), is_cached, details: with_newline(details) }
}

/// What a JVM wrote whose tests all passed, as far as it is wanted.
pub(super) fn said_by_the_passing(output: &ProcessOutput, mode: OutputMode) -> String {
    if mode == OutputMode::All { with_newline(told(output, mode)) } else { String::new() }
}

/// Several JVMs of one target as one.
pub(super) fn together(outcomes: Vec<TestOutcome>) -> TestOutcome {
    TestOutcome {
        is_success: outcomes.iter().all(|outcome| outcome.is_success),
        is_cached: !outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.is_cached),
        details: outcomes.into_iter().map(|outcome| outcome.details).collect(),
    }
}

fn told(output: &ProcessOutput, mode: OutputMode) -> String {
    let stdout = output.stdout_text();
    // After this line come counts, which the report holds, and which say nothing about what failed.
    let told = stdout.split("\nTest run finished after").next().unwrap_or_default();
    // The console tells failures last; before them stands what tests printed.
    match told.rfind("\nFailures (").filter(|_| mode == OutputMode::None) {
        Some(at) => told[at..].trim().to_owned(),
        None => [told.trim(), output.stderr_text().trim()].join("\n").trim().to_owned(),
    }
}

/// What the console said about an argument that it refuses, without the list of all that it takes.
fn without_usage(told: &str) -> &str {
    told.split_once("\nUsage: junit ").map_or(told, |(refusal, _)| refusal)
}

fn with_newline(text: String) -> String {
    if text.is_empty() { text } else { text + "\n" }
}

/// How long each test took.
pub(super) fn times(cases: &[Case]) -> String {
    cases.iter().map(|case| format!("  {} {}s\n", case.name(), case.seconds)).collect()
}

/// The tests that failed, by target.
pub(super) fn summary(targets: &[(String, Vec<Case>)]) -> String {
    let mut text = String::new();
    for (address, cases) in targets {
        let mut failed = cases.iter().filter(|case| case.failure.is_some()).peekable();
        if failed.peek().is_some() {
            text.push_str(&format!("  {address}\n"));
            text.extend(failed.map(|case| format!("    {}\n", case.name())));
        }
    }
    if text.is_empty() { text } else { format!("failed tests:\n{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_are_told_when_no_output_is_wanted() {
        let stdout = "printed by a test\n\nFailures (1):\n  ATest:bad()\n\nTest run finished after 9 ms\n";
        let output = ProcessOutput {
            exit: Exit::Code(1),
            stdout: stdout.into(),
            stderr: "to stderr\n".into(),
            ..ProcessOutput::default()
        };
        let details =
            |mode| outcome(&Target::new(plugin_api::Address::new("a", "b"), "junit_tests"), &output, mode).details;
        assert_eq!(details(OutputMode::None), "Failures (1):\n  ATest:bad()\n");
        let all = "printed by a test\n\nFailures (1):\n  ATest:bad()\nto stderr\n";
        assert_eq!((details(OutputMode::FailureOnly).as_str(), details(OutputMode::All).as_str()), (all, all));
        let passing = ProcessOutput { stdout: "printed\n".into(), ..ProcessOutput::default() };
        assert_eq!(said_by_the_passing(&passing, OutputMode::All), "printed\n");
        assert_eq!(said_by_the_passing(&passing, OutputMode::FailureOnly), "");
    }

    #[test]
    fn the_summary_names_failed_tests_by_target() {
        let case = |name: &str, failure: Option<&str>| Case {
            class: "a.ATest".to_owned(),
            test: name.to_owned(),
            seconds: "0.5".to_owned(),
            failure: failure.map(str::to_owned),
            is_skipped: false,
        };
        let cases = vec![case("good()", None), case("bad()", Some("no"))];
        assert_eq!(times(&cases), "  a.ATest#good() 0.5s\n  a.ATest#bad() 0.5s\n");
        assert_eq!(summary(&[("a:a".to_owned(), cases)]), "failed tests:\n  a:a\n    a.ATest#bad()\n");
        assert_eq!(summary(&[]), "");
    }
}
