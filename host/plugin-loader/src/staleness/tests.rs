//! What makes loaded plugins stale, and what does not.

use crate::load::{LoadedPlugins, load_plugins};
use crate::store::CLOCK_TICK;
use crate::test_support::Sandbox;
use std::fs;
use std::time::SystemTime;

/// As if nothing had happened to the places of plugins for a while: what changes from now on looks different.
fn rest() {
    std::thread::sleep(CLOCK_TICK * 2);
}

#[track_caller]
fn check(loaded: &LoadedPlugins, expect: Option<&str>) {
    assert_eq!(loaded.staleness().as_deref(), expect);
    assert_eq!(loaded.staleness().as_deref(), expect, "asked again");
}

#[test]
fn no_plugins_are_never_stale() {
    check(&LoadedPlugins::none(), None);
    let sandbox = Sandbox::new();
    let loaded = load_plugins(&sandbox.request()).expect("nothing is wrong");
    check(&loaded, None);
    rest();
    check(&loaded, None);
}

#[test]
fn a_lock_file_counts_by_what_it_holds() {
    let sandbox = Sandbox::new();
    let lock_file = sandbox.write("repo/pants-plugins.lock", b"");
    let loaded = load_plugins(&sandbox.request()).expect("nothing is wrong");
    rest();
    check(&loaded, None);
    let touched = fs::File::options().append(true).open(&lock_file).expect("it is ours");
    touched.set_modified(SystemTime::now()).expect("it is ours");
    check(&loaded, None);
    fs::write(&lock_file, "# another one\n").expect("it is ours");
    check(&loaded, Some("`pants-plugins.lock` changed"));
    fs::write(&lock_file, "").expect("it is ours");
    check(&loaded, None);
    fs::remove_file(&lock_file).expect("it is ours");
    check(&loaded, Some("`pants-plugins.lock` changed"));
}

#[test]
fn a_new_file_in_a_directory_of_plugins_counts_when_it_is_one_of_them() {
    let sandbox = Sandbox::new();
    let mut request = sandbox.request();
    request.plugin_paths = vec!["plugins".into()];
    let loaded = load_plugins(&request).expect("nothing is wrong");
    rest();
    sandbox.write("repo/plugins/libother.so", b"not even a library");
    check(&loaded, None);
}
