//! A plugin that panics wherever a plugin can: each is an error with the plugin, the file and the line.

use crate::crates::{build, build_with_feature};
use crate::world::{World, without_line};
use pants_plugin_loader::{LoadError, PluginFault};

fn check(place: &str, expect: &[&str]) -> String {
    let mut world = World::new();
    world.option("evil", "at", place);
    let ran = world.run(&build("evil"), "evil");
    assert_eq!(ran.failures(), expect, "{place}");
    ran.printed
}

#[test]
fn nothing_happens_without_being_asked_for() {
    check("nowhere", &[]);
}

#[test]
fn a_panic_is_an_error_that_names_plugin_and_place() {
    check(
        "prepare",
        &["plan: `prepare` of task `Evil` (goal `evil` of phase `evil`) failed: \
           panicked: in prepare (plugin `example.evil`, src/lib.rs)"],
    );
    check("new", &["evil: panicked: in new (Panicked, example.evil, src/lib.rs)"]);
    check("execute", &["evil: panicked: in execute (Panicked, example.evil, src/lib.rs)"]);
    check("drop", &["evil: a task panicked: in drop while it was dropped (Panicked, example.evil, src/lib.rs)"]);
}

#[test]
fn a_panic_in_a_job_fails_its_task() {
    check("job", &["evil: a job failed: evil: panicked: in a job (src/lib.rs) (Panicked, example.evil, )"]);
}

#[test]
fn a_panic_in_a_thread_of_the_plugin_stays_there() {
    assert_eq!(check("thread", &[]), "joined a thread that panicked: true\n");
}

#[test]
fn a_panic_in_the_drop_of_a_product_does_not_end_the_process() {
    check("payload", &[]);
}

#[test]
fn an_ordinary_error_keeps_its_exit_code_and_hints() {
    let mut world = World::new();
    world.option("evil", "at", "error");
    let outcome = world.run(&build("evil"), "evil").outcome.unwrap();
    assert_eq!((outcome.exit_code, &*outcome.failures[0].1.hints), (7, &["nothing panicked".to_owned()][..]));
}

#[test]
fn a_panic_in_register_leaves_nothing_registered() {
    let evil = build_with_feature("evil", "panic-in-register");
    let Err(error) = World::new().register(&[&evil]) else { panic!("register panics") };
    let LoadError::Plugin { file, fault: PluginFault::RegisterPanicked { place, message } } = &error else {
        panic!("{error}")
    };
    assert_eq!(*file, evil.canonicalize().unwrap());
    assert_eq!((without_line(place), message.as_str()), ("src/lib.rs", "panicked: in register"));
}
