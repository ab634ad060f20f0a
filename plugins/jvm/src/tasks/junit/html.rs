//! The report for people: one page with all tests of a run.

use super::report::Case;
use plugin_api::{CachePolicy, Context, LogLevel, Process, Result};

/// The name of the page in the work directory of the task.
const PAGE: &str = "report.html";

/// Variables without which no desktop finds a browser.
const DESKTOP_VARIABLES: &[&str] =
    &["PATH", "HOME", "BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "XDG_*"];

/// Writes the page; answers where it is, relative to the build root.
pub(super) fn write(context: &Context, targets: &[(String, Vec<Case>)]) -> Result<String> {
    let page = format!("{}/{PAGE}", context.workdir());
    let text = render(targets);
    crate::files::write_text(context, &page, &text)?;
    context.log(LogLevel::Info, format!("the tests as a page: {page}"))?;
    Ok(page)
}

/// Opens the page as the desktop opens files. A machine without a desktop is no reason to fail.
pub(super) fn open(context: &Context, page: &str) -> Result<()> {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut process = Process::new(["/usr/bin/env", opener, page], format!("open {page}"))
        .passthrough_env(DESKTOP_VARIABLES)
        .local_only();
    process.cache = CachePolicy::Never;
    let output = context.run(&process)?;
    if output.is_success() {
        return Ok(());
    }
    let told = format!("cannot open {page}: {opener} {}\n{}", output.describe_exit(), output.stderr_text());
    context.log(LogLevel::Warn, told.trim_end())
}

fn render(targets: &[(String, Vec<Case>)]) -> String {
    let all = || targets.iter().flat_map(|(_, cases)| cases);
    let failed = all().filter(|case| case.failure.is_some()).count();
    let skipped = all().filter(|case| case.is_skipped).count();
    let mut page = String::from(HEAD);
    page.push_str(&format!("<h1>{} tests, {failed} failed, {skipped} skipped</h1>\n", all().count()));
    for (address, cases) in targets {
        page.push_str(&format!("<h2>{}</h2>\n<table>\n", escaped(address)));
        for case in cases {
            let (kind, sign) = match (&case.failure, case.is_skipped) {
                (Some(_), _) => ("failed", "✗"),
                (None, true) => ("skipped", "–"),
                (None, false) => ("passed", "✓"),
            };
            let why = case.failure.as_ref().map(|why| format!("<pre>{}</pre>", escaped(why))).unwrap_or_default();
            let (name, seconds) = (escaped(&case.name()), escaped(&case.seconds));
            page.push_str(&format!("<tr class=\"{kind}\"><td>{sign}<td>{name}{why}<td>{seconds}s\n"));
        }
        page.push_str("</table>\n");
    }
    page
}

const HEAD: &str = "<!DOCTYPE html>
<meta charset=\"utf-8\">
<title>Tests</title>
<style>
body { font-family: sans-serif; margin: 2em }
td { padding: 0.1em 0.6em; vertical-align: top }
.failed { color: #a00000 }
.skipped { color: #707070 }
</style>
";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_shown_with_their_reason_and_nothing_is_markup() {
        let case = |test: &str, failure: Option<&str>, is_skipped| Case {
            class: "a.A".to_owned(),
            test: test.to_owned(),
            seconds: "1".to_owned(),
            failure: failure.map(str::to_owned),
            is_skipped,
        };
        let cases = vec![case("b()", Some("<1> & 2"), false), case("c()", None, true), case("d()", None, false)];
        let page = render(&[("x:y".to_owned(), cases)]);
        assert!(page.contains("<h1>3 tests, 1 failed, 1 skipped</h1>\n<h2>x:y</h2>"), "{page}");
        assert!(page.contains("<tr class=\"failed\"><td>✗<td>a.A#b()<pre>&lt;1&gt; &amp; 2</pre><td>1s"), "{page}");
    }
}
