//! Plugins built against older and newer minors of plugin-api work beside each other, in any order.

use super::crates::{api_with_another_layout, build_against, build_for_every_minor};
use super::repository;
use expect_test::expect;
use std::path::{Path, PathBuf};

#[test]
fn every_minor_works_beside_the_others_in_any_order() {
    let plugins = build_for_every_minor("hello");
    let oldest_first: Vec<&Path> = plugins.iter().map(PathBuf::as_path).collect();
    let newest_first: Vec<&Path> = oldest_first.iter().copied().rev().collect();
    let mut newest_in_the_middle = oldest_first.clone();
    newest_in_the_middle.swap(1, plugins.len() - 1);
    let orders = [oldest_first, newest_first, newest_in_the_middle];
    for order in orders {
        let output = repository(&order, "//- BUILD\ntarget(name='a')").run(&["hello", "::"]).quiet_success();
        let mut lines: Vec<&str> = output.lines().collect();
        lines.sort_unstable();
        let versions: Vec<&str> = lines.iter().map(|line| line.rsplit(' ').next().unwrap_or_default()).collect();
        assert_eq!(lines.len(), plugins.len(), "{output}");
        assert!(lines.iter().all(|line| line.contains(": 1 targets, plugin-api ")), "{output}");
        assert!(versions.is_sorted() && versions.first() < versions.last(), "different minors: {output}");
    }
}

#[test]
fn a_layout_that_differs_in_spite_of_the_version_is_refused_in_one_line() {
    let plugin = build_against(&api_with_another_layout(), "acme", "other-layout");
    let message = repository(&[&plugin], "").run(&["list", "::"]).failure(1);
    expect![[r#"
        error: [ROOT]/plugins/libacme_pants_other_layout.so: its type `AbiError` differs from the host's in spite of a matching version
    "#]].assert_eq(&message);
}
