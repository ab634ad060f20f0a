//! `docs/reference/` says what the binary says; `UPDATE_EXPECT=1` writes it anew.

use crate::support::Repository;
use expect_test::expect_file;

/// A repository with all bundled backends and nothing else.
fn empty() -> Repository {
    Repository::new("")
}

fn page(title: &str, about: &str, text: &str) -> String {
    let indented: Vec<String> = text.lines().map(|line| format!("    {line}").trim_end().to_owned()).collect();
    format!("# {title}\n\n{about}\nGenerated from what the binary prints.\n\n{}\n", indented.join("\n"))
}

#[test]
fn goals() {
    let text = empty().run(&["goals"]).quiet_success();
    expect_file!["../../docs/reference/goals.md"].assert_eq(&page("Goals", "`pants goals`.", &text));
}

#[test]
fn options() {
    let text = empty().run(&["help-all"]).quiet_success();
    expect_file!["../../docs/reference/options.md"].assert_eq(&page("Options", "`pants help-all`.", &text));
}

#[test]
fn manual() {
    let page = empty().run(&["help", "--man"]).quiet_success();
    expect_file!["../../docs/reference/pants.1"].assert_eq(&page);
}

#[test]
fn symbols_of_build_files() {
    let repository = empty();
    let overview = repository.run(&["targets"]).quiet_success();
    let symbols = overview.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    let details = symbols.map(|symbol| repository.run(&["targets", &format!("--details={symbol}")]).quiet_success());
    let text = format!("{overview}\n{}", details.collect::<Vec<_>>().join("\n"));
    let about = "`pants targets`, and `pants targets --details=SYMBOL` for each of them.";
    expect_file!["../../docs/reference/targets.md"].assert_eq(&page("Symbols of BUILD files", about, &text));
}
