//! Versions that are pinned, in a world in memory.

use super::*;
use crate::test_support::options;
use crate::third_party::declared::tests::jar_value;
use expect_test::{Expect, expect};
use plugin_api::testing::TestContext;

fn jar(name: &str, rev: &str) -> Value {
    jar_value(&[("org", "o".into()), ("name", name.into()), ("rev", rev.into())])
}

fn target(type_name: &str, name: &str, field: &str, items: Vec<Value>) -> Target {
    let mut target = Target::new(Address::new("3rdparty", name), type_name);
    target.fields.push((field.to_owned(), Value::List(items)));
    target
}

fn managed(name: &str, artifacts: Vec<Value>) -> Target {
    target(TYPE, name, "artifacts", artifacts)
}

fn library(name: &str, jars: Vec<Value>) -> Target {
    target("jar_library", name, "jars", jars)
}

fn world(targets: &[Target]) -> TestContext {
    let world = TestContext::new("resolve.coursier");
    options(&world);
    for target in targets {
        world.target(target.clone());
    }
    world
}

/// The jars of the libraries by what manages them, or the error, and what was logged.
fn check(world: &TestContext, expect: Expect) {
    let context = world.context().unwrap();
    let scala = ScalaPlatform::default();
    let groups = Management::load(&context, &scala).and_then(|mut management| {
        let targets = context.all_targets()?;
        management.groups(&targets)
    });
    let mut shown = match groups {
        Ok(groups) => groups.iter().map(|(manager, group)| show(manager, group)).collect(),
        Err(error) => [vec![error.message], error.causes, error.hints].concat().join("\n") + "\n",
    };
    shown.extend(world.logs().into_iter().map(|line| line + "\n"));
    expect.assert_eq(&shown);
}

fn show(manager: &str, group: &ManagedGroup) -> String {
    let libraries = group.libraries.iter().map(|(address, jars)| {
        let jars: Vec<String> = jars.iter().map(Jar::coordinate).collect();
        format!(" {}={}", address.name(), jars.join(","))
    });
    format!("[{manager}]{} forced {:?}\n", libraries.collect::<String>(), group.pins.forced_versions(&group.jars()))
}

#[test]
fn a_library_takes_the_version_of_what_it_names_or_of_the_default() {
    let mut named = library("named", vec![jar("a", ""), jar("b", "7")]);
    named.fields.push(("managed_dependencies".to_owned(), ":managed".into()));
    let targets = [managed("managed", vec![jar("a", "1")]), named, library("free", vec![jar("a", "")])];
    let world = world(&targets);
    check(
        &world,
        expect![[r#"
            [] free=o:a:latest.release forced {}
            [3rdparty:managed] named=o:a:1,o:b:7 forced {"o:a": "1"}
        "#]],
    );
    world.option_of(SCOPE, "default-target", "3rdparty:managed");
    check(
        &world,
        expect![[r#"
            [3rdparty:managed] free=o:a:1 named=o:a:1,o:b:7 forced {"o:a": "1"}
        "#]],
    );
}

#[test]
fn libraries_and_groups_of_them_pin_versions_too() {
    let mut group = target("target", "group", "x", vec![]);
    group.dependencies.push(Address::new("3rdparty", "b"));
    let targets = [
        library("a", vec![jar("a", "1")]),
        library("b", vec![jar("b", "2")]),
        group,
        managed("managed", vec!["3rdparty:a".into(), ":group".into(), jar("c", "3")]),
    ];
    let world = world(&targets);
    world.option_of(SCOPE, "default-target", "3rdparty:managed");
    check(
        &world,
        expect![[r#"
            [3rdparty:managed] a=o:a:1 b=o:b:2 forced {"o:a": "1", "o:b": "2", "o:c": "3"}
        "#]],
    );
}

#[test]
fn a_strategy_says_what_becomes_of_another_version() {
    let world = world(&[managed("managed", vec![jar("a", "1.9")]), library("a", vec![jar("a", "1.10")])]);
    world.option_of(SCOPE, "default-target", "3rdparty:managed");
    check(
        &world,
        expect![[r#"
            3rdparty/BUILD:3:5: jar `o:a` has another version here than the one that `3rdparty:managed` pins
            direct version: `1.10`
            managed version: `1.9`, at 3rdparty/BUILD:3:5
            leave `rev` out, or say what to do with `[jar-dependency-management] conflict_strategy`
        "#]],
    );
    world.option_of(SCOPE, "suppress-conflict-warnings", true);
    world.option_of(SCOPE, "conflict-strategy", "USE_DIRECT");
    check(
        &world,
        expect![[r#"
            [3rdparty:managed] a=o:a:1.10 forced {"o:a": "1.10"}
        "#]],
    );
    for strategy in ["USE_MANAGED", "USE_DIRECT_IF_FORCED"] {
        world.option_of(SCOPE, "conflict-strategy", strategy);
        check(
            &world,
            expect![[r#"
                [3rdparty:managed] a=o:a:1.9 forced {"o:a": "1.9"}
            "#]],
        );
    }
    world.option_of(SCOPE, "suppress-conflict-warnings", false);
    world.option_of(SCOPE, "conflict-strategy", "USE_NEWER");
    check(
        &world,
        expect![[r#"
            [3rdparty:managed] a=o:a:1.10 forced {"o:a": "1.10"}
            2: 3rdparty/BUILD:3:5: jar `o:a` has version `1.10` here, `3rdparty:managed` pins `1.9`; `1.10` is used
        "#]],
    );
}

#[test]
fn the_newest_of_other_versions_is_the_one_that_counts() {
    let library = |name: &str, rev: &str| library(name, vec![jar("a", rev)]);
    let world =
        world(&[managed("managed", vec![jar("a", "2")]), library("x", "1.10"), library("y", "1.9"), library("z", "2")]);
    world.option_of(SCOPE, "default-target", "3rdparty:managed");
    world.option_of(SCOPE, "suppress-conflict-warnings", true);
    world.option_of(SCOPE, "conflict-strategy", "USE_DIRECT");
    check(
        &world,
        expect![[r#"
            [3rdparty:managed] x=o:a:1.10 y=o:a:1.9 z=o:a:2 forced {"o:a": "1.10"}
        "#]],
    );
}

#[test]
fn what_is_wrong_with_a_library_is_told_to_who_needs_it() {
    let world = world(&[managed("managed", vec![jar("a", "2")]), library("x", vec![jar("a", "1")])]);
    world.option_of(SCOPE, "default-target", "3rdparty:managed");
    let context = world.context().unwrap();
    let scala = ScalaPlatform::default();
    let mut management = Management::load(&context, &scala).unwrap();
    assert!(management.sound_groups(&context.all_targets().unwrap()).is_empty());
    assert!(management.groups(&context.all_targets().unwrap()).is_err());
}

#[test]
fn what_cannot_be_pinned_is_refused() {
    let check_managed = |targets: &[Target], expect: Expect| {
        let world = world(targets);
        world.option_of(SCOPE, "default-target", "3rdparty:managed");
        check(&world, expect);
    };
    check_managed(
        &[managed("managed", vec![jar("a", "")])],
        expect![[r#"
            `[jar-dependency-management] default_target`
            3rdparty/BUILD:3:5: jar `o:a` has no `rev`, so no version can be pinned
        "#]],
    );
    check_managed(
        &[managed("managed", vec![jar("a", "1"), jar("a", "2")])],
        expect![[r#"
            `[jar-dependency-management] default_target`
            3rdparty/BUILD:3:5: `3rdparty:managed` pins jar `o:a` to `2` here and to `1` at 3rdparty/BUILD:3:5
        "#]],
    );
    let mut child = managed("managed", vec![jar("a", "2")]);
    child.dependencies.push(Address::new("3rdparty", "parent"));
    check_managed(
        &[managed("parent", vec![jar("a", "1")]), child],
        expect![[r#"
            `[jar-dependency-management] default_target`
            3rdparty/BUILD:3:5: `3rdparty:managed` pins jar `o:a` to `2`, and `3rdparty:parent`, which it builds on, to `1`
        "#]],
    );
    check_managed(
        &[library("managed", vec![jar("a", "2")])],
        expect![[r#"
            `[jar-dependency-management] default_target`
            neither `3rdparty:managed`, a `jar_library`, nor anything it depends on is a `managed_jar_dependencies`
        "#]],
    );
    check_managed(
        &[managed("managed", vec!["3rdparty:x".into()]), target("java_library", "x", "x", vec![])],
        expect![[r#"
            `[jar-dependency-management] default_target`
            : `artifacts` of `3rdparty:managed` takes jars, libraries of jars and groups of those, and `3rdparty:x` is a `java_library`
        "#]],
    );
}

#[test]
fn libraries_are_named_after_their_jars() {
    let object = |fields: &[(&str, Value)]| jar_value(fields).as_object().cloned().unwrap();
    let plain = object(&[("org", "o.p".into()), ("name", "a".into()), ("rev", "1".into())]);
    let special =
        object(&[("org", "o".into()), ("name", "a".into()), ("classifier", "tests".into()), ("ext", "zip".into())]);
    let names = library_names(&[plain.clone(), special]).unwrap();
    let names: Vec<&str> = names.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["o.p.a", "o.a.tests.zip"]);
    let error = library_names(&[plain.clone(), plain]).unwrap_err();
    assert_eq!(
        error.message,
        "3rdparty/BUILD:3:5: this jar and the one at 3rdparty/BUILD:3:5 would both be the library `o.p.a`"
    );
}
