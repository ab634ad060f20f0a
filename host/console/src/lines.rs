//! How each thing that a run tells is worded, with or without colours. Pure functions.

use pants_model::{Address, Diagnostic, LogLevel, RunEnding, Severity, TestStatus};
use std::time::Duration;

/// Whether and how texts are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Palette {
    /// Not at all.
    Plain,
    /// With the escape sequences of terminals.
    Ansi,
}

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Doubtful,
    Helpful,
    Strong,
}

impl Palette {
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        let code = match (self, tone) {
            (Self::Plain, _) => return text.to_owned(),
            (Self::Ansi, Tone::Good) => "32",
            (Self::Ansi, Tone::Bad) => "31",
            (Self::Ansi, Tone::Doubtful) => "33",
            (Self::Ansi, Tone::Helpful) => "36",
            (Self::Ansi, Tone::Strong) => "1",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// A diagnostic as it is shown, coloured or not; without a line break at its end.
pub fn render_diagnostic(diagnostic: &Diagnostic, colors: bool) -> String {
    self::diagnostic(diagnostic, if colors { Palette::Ansi } else { Palette::Plain })
}

/// Where, what, the excerpt, the hints.
pub(crate) fn diagnostic(diagnostic: &Diagnostic, palette: Palette) -> String {
    let mut text = String::new();
    if let Some(location) = &diagnostic.location {
        text.push_str(&palette.paint(Tone::Strong, &format!("{location}:")));
        text.push(' ');
    }
    // The place of an error says enough; a warning says that the run goes on.
    match (diagnostic.severity, &diagnostic.location) {
        (Severity::Warning, _) => text.push_str(&palette.paint(Tone::Doubtful, "warning: ")),
        (Severity::Error, None) => text.push_str(&palette.paint(Tone::Bad, "error: ")),
        (Severity::Error, Some(_)) => {}
    }
    text.push_str(&diagnostic.message);
    if let Some(excerpt) = &diagnostic.excerpt {
        text.push('\n');
        text.push_str(excerpt.trim_end());
    }
    for hint in &diagnostic.hints {
        text.push_str(&format!("\n  {} {hint}", palette.paint(Tone::Helpful, "hint:")));
    }
    text
}

/// A line of progress: when, who, what.
pub(crate) fn progress(stamp: &str, scope: &str, message: &str) -> String {
    let mut text = stamp.to_owned();
    if !scope.is_empty() {
        text.push_str(&format!(" [{scope}]"));
    }
    if !message.is_empty() {
        text.push(' ');
        text.push_str(message.trim_end());
    }
    text
}

/// A warning or an error of a log: it carries no time, so that it reads alike wherever it is told.
pub(crate) fn alarm(level: LogLevel, scope: &str, message: &str, palette: Palette) -> String {
    let who = if scope.is_empty() { String::new() } else { format!("[{scope}] ") };
    let what = match level {
        LogLevel::Error => palette.paint(Tone::Bad, "error:"),
        _ => palette.paint(Tone::Doubtful, "warning:"),
    };
    format!("{who}{what} {}", message.trim_end())
}

/// The result of one test target: the address in 80 columns, five dots, the result to the right of ten.
pub(crate) fn test_result(address: &Address, status: &TestStatus, report: Option<&str>, palette: Palette) -> String {
    let (word, tone, note) = match status {
        TestStatus::Success => ("SUCCESS", Tone::Good, ""),
        TestStatus::Cached => ("SUCCESS", Tone::Good, " (cached)"),
        TestStatus::Failure => ("FAILURE", Tone::Bad, ""),
        TestStatus::NotRun => ("NOT RUN", Tone::Doubtful, ""),
    };
    let mut text = format!("{:<80}.....{}{note}", address.to_string(), palette.paint(tone, &format!("{word:>10}")));
    if let Some(report) = report {
        text.push_str(&format!("\n  report: {report}"));
    }
    text
}

/// How the run ended; a program that takes the terminal over says itself how it goes.
pub(crate) fn outcome(ending: RunEnding, palette: Palette) -> Option<String> {
    match ending {
        RunEnding::Success => Some(palette.paint(Tone::Good, "SUCCESS")),
        RunEnding::Failure => Some(palette.paint(Tone::Bad, "FAILURE")),
        RunEnding::Interrupted => Some(palette.paint(Tone::Bad, "INTERRUPTED")),
        RunEnding::Foreground => None,
    }
}

/// How long each task took, the longest first, and the whole run.
pub(crate) fn timings(mut tasks: Vec<(String, Duration)>, whole: Duration) -> String {
    tasks.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let row = |(name, elapsed): (&str, Duration)| format!("{:>9.3}s  {name}", elapsed.as_secs_f64());
    let mut rows = vec!["how long everything took:".to_owned()];
    rows.extend(tasks.iter().map(|(scope, elapsed)| row((scope, *elapsed))));
    rows.push(row(("the whole run", whole)));
    rows.join("\n")
}
