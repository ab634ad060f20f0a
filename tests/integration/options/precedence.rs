//! The table of precedence: each row gives sources, and says which value one option has, of which rank, and from where.

use super::{Bench, Sources, Told, data, report};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    /// What it shows.
    what: String,
    #[serde(flatten)]
    sources: Sources,
    option: String,
    /// Absent for none.
    value: Option<toml::Value>,
    rank: String,
    place: Option<String>,
    /// What it was before, the last first: ranks with values. Not compared where it is absent.
    history: Option<Vec<Before>>,
    /// The warnings that the run gives; none where it is absent.
    warns: Option<String>,
}

#[derive(Deserialize)]
struct Before {
    value: Option<toml::Value>,
    rank: String,
}

#[test]
fn every_row_of_the_table_holds() {
    let table: Table = data("precedence.toml");
    assert!(table.row.len() >= 60, "the table has {} rows", table.row.len());
    let bench = Bench::of_painters();
    let wrong: Vec<String> = table.row.iter().filter_map(|row| fault(&bench, row)).collect();
    report(&wrong);
}

/// What is wrong with a row.
fn fault(bench: &Bench, row: &Row) -> Option<String> {
    let wanted = told(&row.value, &row.rank, row.place.as_deref());
    let (got, stderr) = match bench.resolve(&row.sources, &["--no-skip-inherited"]) {
        Ok(resolved) => (resolved.options.get(&row.option).cloned(), resolved.stderr),
        Err(error) => (None, error),
    };
    let got_text = got.as_ref().map_or("nothing".to_owned(), shown);
    let mut faults = Vec::new();
    if got_text != wanted {
        faults.push(format!("  wanted {wanted}\n  got    {got_text}"));
    }
    if stderr != row.warns.as_deref().unwrap_or_default() {
        faults.push(format!("  said {stderr}"));
    }
    if let (Some(wanted), Some(got)) = (&row.history, &got) {
        let wanted: Vec<String> = wanted.iter().map(|before| told(&before.value, &before.rank, None)).collect();
        let got: Vec<String> = got.history.iter().map(|old| format!("{} from {}", old.value, old.rank)).collect();
        if got != wanted {
            faults.push(format!("  wanted before {wanted:?}\n  got before    {got:?}"));
        }
    }
    (!faults.is_empty()).then(|| format!("{}: {}\n{}", row.what, row.option, faults.join("\n")))
}

fn told(value: &Option<toml::Value>, rank: &str, place: Option<&str>) -> String {
    let value = serde_json::to_value(value).expect("a value of TOML is one of JSON");
    let place = place.map(|place| format!(" in {place}")).unwrap_or_default();
    format!("{value} from {rank}{place}")
}

fn shown(told: &Told) -> String {
    let place = told.place.as_ref().map(|place| format!(" in {place}")).unwrap_or_default();
    format!("{} from {}{place}", told.value, told.source)
}

#[test]
fn rows_are_told_apart() {
    let table: Table = data("precedence.toml");
    let mut seen = BTreeMap::new();
    for row in &table.row {
        assert!(seen.insert(&row.what, ()).is_none(), "two rows are called `{}`", row.what);
    }
}
