//! Plugins built against older and newer minors of plugin-api load beside each other, in any order.

use crate::crates::{api_with_another_layout, build, build_against, build_for_every_minor};
use crate::world::World;
use expect_test::expect;
use std::path::{Path, PathBuf};

#[test]
fn every_minor_loads_in_any_order() {
    let plugins = build_for_every_minor("acme");
    let world = World::new();
    for order in permutations(&plugins) {
        let loaded = world.load(&order).unwrap_or_else(|error| panic!("{order:?}: {error}"));
        let (first, last) = (loaded.plugins.iter().map(|plugin| plugin.api.minor).min(), order.len());
        let newest = loaded.plugins.iter().map(|plugin| plugin.api.minor).max();
        assert_eq!((loaded.plugins.len(), newest > first), (last, true), "different minors, all loaded");
    }
}

#[test]
fn every_minor_registers_and_works() {
    for plugin in build_for_every_minor("acme") {
        let mut world = World::new();
        world.target("alpha_library", "top", "top.alpha", "Top.\n", &["bottom"]);
        world.target("beta_library", "bottom", "bottom.beta", "Bottom.\n", &[]);
        assert_eq!(world.run(&plugin, "translate").failures(), [""; 0], "{}", plugin.display());
        assert_eq!(world.read("dist/translated/top.txt"), "see //:bottom\nTOP.\n");
        assert_eq!(world.run(&plugin, "lint").failures(), [""; 0], "{}", plugin.display());
    }
}

#[test]
fn a_layout_that_differs_in_spite_of_the_version_is_refused_in_one_line() {
    let plugin = build_against(&api_with_another_layout(), "acme", "other-layout");
    let error = World::new().load(&[&plugin]).unwrap_err().to_string();
    let path = format!("{}: ", plugin.canonicalize().unwrap().display());
    expect!["its type `AbiError` differs from the host's in spite of a matching version"]
        .assert_eq(error.strip_prefix(&path).unwrap_or(&error));
}

fn permutations(plugins: &[PathBuf]) -> Vec<Vec<&Path>> {
    let Some((first, rest)) = plugins.split_first() else { return vec![Vec::new()] };
    let mut orders = Vec::new();
    for order in permutations(rest) {
        for at in 0..=order.len() {
            let mut order = order.clone();
            order.insert(at, first.as_path());
            orders.push(order);
        }
    }
    orders
}

#[test]
fn a_plugin_whose_file_changed_is_stale_and_one_that_was_touched_is_not() {
    let world = World::new();
    let plugin = world.root().join("libacme.so");
    std::fs::copy(build("acme"), &plugin).unwrap();
    let loaded = world.load(&[&plugin]).unwrap();
    assert_eq!(loaded.staleness(), None);
    let file = std::fs::File::options().append(true).open(&plugin).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(loaded.staleness(), None);
    std::io::Write::write_all(&mut &file, b"another version").unwrap();
    assert_eq!(loaded.staleness().as_deref(), Some("plugin `example.acme` changed"));
    std::fs::remove_file(&plugin).unwrap();
    assert_eq!(loaded.staleness().as_deref(), Some("plugin `example.acme` is gone"));
}
