//! What Pants 1.30.4 made of files, arguments and variables, and what we make of them.
//!
//! `pants-1.30.4.toml` holds what Pants answered. We answer the same, or the data says how ours differs and why; the
//! table in docs/options.md says it to users.

use super::{Bench, Sources, Told, data, report};
use crate::support::checkout;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Cases {
    /// Options that are other in many cases: that one lists and the other does not, or with another default.
    everywhere: Vec<Difference>,
    case: Vec<Case>,
}

/// One row of the table in the documentation.
#[derive(Deserialize)]
struct Difference {
    what: String,
    pants: String,
    ours: String,
    why: String,
}

/// `note` says which option of ours stands in for one that is not here.
#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(flatten)]
    sources: Sources,
    /// Every option that somebody set.
    #[serde(default)]
    options: BTreeMap<String, Answer>,
    /// What Pants said instead, shortened.
    pants: Option<String>,
    /// What we say instead.
    stderr: Option<String>,
    /// In what we differ, and why.
    differs: Option<Differs>,
}

#[derive(Deserialize)]
struct Differs {
    pants: String,
    ours: String,
    why: String,
}

/// What Pants answered about one option.
#[derive(Deserialize)]
struct Answer {
    value: toml::Value,
    rank: String,
    /// The ranks that were overridden, the last first. Values are given for scalars alone: those that Pants gives for
    /// lists and dicts show its own structures, after later edits.
    history: Vec<Before>,
    /// What we answer, where that is something else.
    ours: Option<Box<Answer>>,
}

#[derive(Deserialize)]
struct Before {
    value: Option<toml::Value>,
    rank: String,
}

#[test]
fn each_case_is_answered_as_pants_did() {
    let cases: Cases = data("pants-1.30.4.toml");
    assert_eq!(cases.case.len(), 27);
    let bench = Bench::of_painters();
    let passed_over: Vec<&str> = cases.everywhere.iter().map(|difference| difference.what.as_str()).collect();
    let wrong: Vec<String> = cases.case.iter().flat_map(|case| faults(&bench, case, &passed_over)).collect();
    report(&wrong);
}

fn faults(bench: &Bench, case: &Case, passed_over: &[&str]) -> Vec<String> {
    let blame = |fault: String| format!("{}: {fault}", case.name);
    let resolved = match (bench.resolve(&case.sources, &["--only-overridden"]), &case.stderr) {
        (Err(stderr), Some(wanted)) if *wanted == stderr => return Vec::new(),
        (Err(stderr), _) => return vec![blame(format!("said\n{stderr}"))],
        (Ok(_), Some(_)) => return vec![blame("did not fail".to_owned())],
        (Ok(resolved), None) => resolved,
    };
    let mut wrong = Vec::new();
    for (name, answer) in &case.options {
        let wanted = shown(answer.ours.as_deref().unwrap_or(answer));
        let got = resolved.options.get(name).map_or("nothing".to_owned(), |told| shown_as(told, answer));
        if got != wanted {
            wrong.push(blame(format!("{name}\n  wanted {wanted}\n  got    {got}")));
        }
    }
    // How it is asked, without a daemon, and the plugin that lends its scopes.
    let is_question = |name: &str| name.starts_with("options.") || ["parent_build_id", "plugins"].contains(&name);
    let is_expected = |name: &str| case.options.contains_key(name) || is_question(name) || passed_over.contains(&name);
    let others = resolved.options.keys().filter(|name| !is_expected(name));
    wrong.extend(others.map(|name| blame(format!("nobody has set {name}"))));
    let has_other_answer =
        case.options.iter().any(|(name, answer)| answer.ours.is_some() && !passed_over.contains(&name.as_str()));
    if (has_other_answer || case.pants.is_some()) && case.differs.is_none() {
        wrong.push(blame("the difference has no reason".to_owned()));
    }
    wrong
}

fn shown(answer: &Answer) -> String {
    let json = |value: &toml::Value| serde_json::to_value(value).expect("a value of TOML is one of JSON").to_string();
    let before = answer.history.iter().map(|old| match &old.value {
        Some(value) => format!(" over {} {}", json(value), old.rank),
        None => format!(" over {}", old.rank),
    });
    format!("{} {}{}", json(&answer.value), answer.rank, before.collect::<String>())
}

/// The same of ours; values that were overridden are told where the case knows some. That there was no value is nothing
/// that Pants tells.
fn shown_as(told: &Told, answer: &Answer) -> String {
    let answer = answer.ours.as_deref().unwrap_or(answer);
    let has_values = answer.history.iter().any(|old| old.value.is_some());
    let before = told.history.iter().filter(|old| old.rank != "NONE").map(|old| match has_values {
        true => format!(" over {} {}", old.value, old.rank),
        false => format!(" over {}", old.rank),
    });
    format!("{} {}{}", told.value, told.source, before.collect::<String>())
}

#[test]
fn the_differences_are_documented() {
    let cases: Cases = data("pants-1.30.4.toml");
    let document = std::fs::read_to_string(checkout().join("docs/options.md")).expect("it is there");
    let of_cases = cases.case.iter().filter_map(|case| {
        let Differs { pants, ours, why } = case.differs.as_ref()?;
        Some(format!("| {} | {pants} | {ours} | {why} |", case.name))
    });
    let everywhere =
        cases.everywhere.iter().map(|row| format!("| `{}` | {} | {} | {} |", row.what, row.pants, row.ours, row.why));
    let missing: Vec<String> = everywhere.chain(of_cases).filter(|row| !document.contains(row)).collect();
    report(&missing);
}
