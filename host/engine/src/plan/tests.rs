//! Plans: rounds, requirements, order, root proposals, pruning, errors.

use crate::GoalSpec;
use crate::registry::Placement;
use crate::testing::{Journal, World, addresses, goal, options, shown, task};
use expect_test::{Expect, expect};
use pants_model::{Predicate, Value};
use std::sync::Arc;

/// Java over Python over protobuf, as small as it can be.
const REPO: &str = "
    jar:jar jar_library
    lib:lib java_library -> jar:jar
    test:java junit_tests -> lib:lib
    py:py python_library
    test:py python_tests -> py:py
    proto:proto java_protobuf_library
";

fn backends() -> Vec<GoalSpec> {
    vec![
        goal("bootstrap", "jvm-tools", task("BootstrapJvmTools").produces("jvm_tools")),
        goal(
            "gen",
            "protoc",
            task("ProtocGen").types(&["java_protobuf_library"]).injects("java_library").produces("generated"),
        ),
        goal(
            "resolve",
            "coursier",
            task("CoursierResolve").types(&["jar_library"]).produces("jars").requires("jvm_tools"),
        ),
        goal("resolve", "requirements", task("ResolveRequirements").types(&["python_library"]).produces("environment")),
        goal(
            "compile",
            "javac",
            task("JavacCompile")
                .types(&["java_library"])
                .produces("classpath")
                .optional("jars")
                .optional("generated")
                .requires("jvm_tools"),
        ),
        goal("test", "junit", task("JUnitRun").root_types(&["junit_tests"]).requires("classpath")),
        goal(
            "test",
            "pytest",
            task("PytestRun").root_types(&["python_tests"]).requires("environment").optional("generated"),
        ),
    ]
}

/// The plan as `--explain` prints it, without its headers, then who waits for whom; or the error with its hints.
fn planned(world: &World, phases: &[&str], roots: &[&str]) -> String {
    match world.plan(phases, roots) {
        Ok(plan) => {
            let explained = plan.explain();
            let (_, rest) = explained.split_once("\n\n").unwrap();
            let (order, goals) = rest.split_once("\n\nPhase [Goal->Task] Order:\n\n").unwrap();
            let mut text = format!("{order}\n{goals}");
            for planned in plan.goals() {
                let before = plan.predecessors(planned.scope());
                if !before.is_empty() {
                    text.push_str(&format!("{} after {}\n", planned.scope(), before.join(" ")));
                }
            }
            if !plan.pruned().is_empty() {
                text.push_str(&format!("without {}\n", plan.pruned().join(" ")));
            }
            if !plan.idle_phases().is_empty() {
                text.push_str(&format!("nothing to do in {}\n", plan.idle_phases().join(" ")));
            }
            text
        }
        Err(error) => {
            let mut text = format!("{error}\n");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                text.push_str(&format!("  because {cause}\n"));
                source = cause.source();
            }
            error.hints().iter().for_each(|hint| text.push_str(&format!("  hint: {hint}\n")));
            text
        }
    }
}

#[track_caller]
fn check(goals: &[GoalSpec], phases: &[&str], roots: &[&str], expect: Expect) {
    expect.assert_eq(&planned(&World::new(REPO, goals), phases, roots));
}

#[test]
fn explain_prints_both_blocks_and_touches_nothing() {
    let world = World::new(REPO, &backends());
    expect![[r#"
        Phase Execution Order:

        bootstrap -> resolve -> compile -> test

        Phase [Goal->Task] Order:

        bootstrap [jvm-tools->BootstrapJvmTools]
        resolve [coursier->CoursierResolve]
        compile [javac->JavacCompile]
        test [junit->JUnitRun]
    "#]]
    .assert_eq(&world.plan(&["test"], &["test:java"]).unwrap().explain());
    assert_eq!(std::fs::read_dir(world.build_root()).unwrap().count(), 0);
}

#[test]
fn a_phase_stands_where_its_first_goal_does_and_group_members_name_their_group() {
    let goals = [
        goal("compile", "annotations", task("Annotations").produces("annotations")),
        goal("compile", "scalac", task("Scalac").requires("sources")).in_group("jvm"),
        goal("compile", "javac", task("Javac").requires("annotations")).in_group("jvm"),
        goal("gen", "gen", task("Gen").requires("annotations").produces("sources")),
    ];
    check(
        &goals,
        &["compile"],
        &[],
        expect![[r#"
        compile -> gen
        compile [annotations->Annotations, jvm:scalac->Scalac, jvm:javac->Javac]
        gen [gen->Gen]
        gen after compile.annotations
        compile.scalac after compile.annotations gen
        compile.javac after compile.annotations gen
    "#]],
    );
}

#[test]
fn rounds_ask_each_class_side_once_in_install_order() {
    let journal = Journal::default();
    let noted = |phase, name, task: crate::testing::FakeTask| goal(phase, name, task.noted_in(&journal));
    let goals = [
        noted("test", "test", task("Test").requires("classes")),
        noted("compile", "late", task("Late").produces("classes")),
        noted("compile", "early", task("Early").requires("jars")).placed(Placement::First),
        noted("resolve", "resolve", task("Resolve").produces("jars")),
        noted("prepare", "prepare", task("Prepare")),
        noted("other", "other", task("Other").produces("unwanted")),
        goal("checks", "checks", task("Checks").noted_in(&journal)).after_phase("prepare"),
    ];
    let world = World::new("a:a", &goals);
    expect![[r#"
        Test register_options
        Test product_types
        Late register_options
        Late product_types
        Early register_options
        Early product_types
        Resolve register_options
        Resolve product_types
        Prepare register_options
        Prepare product_types
        Other register_options
        Other product_types
        Checks register_options
        Checks product_types
    "#]]
    .assert_eq(&journal.text());
    let plan = world.plan(&["test", "checks", "test"], &["a:a"]).unwrap();
    assert_eq!(plan.rounds(), 3);
    expect![[r#"
        Test alternate_target_roots, roots are [a]
        Prepare alternate_target_roots, roots are [a]
        Checks alternate_target_roots, roots are [a]
        Test prepare, roots are [a]
        Prepare prepare, roots are [a]
        Checks prepare, roots are [a]
        Late alternate_target_roots, roots are [a]
        Early alternate_target_roots, roots are [a]
        Late prepare, roots are [a]
        Early prepare, roots are [a]
        Resolve alternate_target_roots, roots are [a]
        Resolve prepare, roots are [a]
    "#]]
    .assert_eq(&journal.text());
}

#[test]
fn an_optional_product_schedules_its_producers_if_there_are_any() {
    let goals = [
        goal("use", "use", task("Use").optional("made").optional("unmade")),
        goal("make", "one", task("One").produces("made")),
        goal("make", "two", task("Two")),
    ];
    check(
        &goals,
        &["use"],
        &[],
        expect![[r#"
        make -> use
        make [one->One, two->Two]
        use [use->Use]
        use after make.one
    "#]],
    );
}

#[test]
fn a_product_may_be_required_only_under_an_option() {
    let goals = [
        goal("depmap", "depmap", task("Depmap").requires_if("project-info", "jars")),
        goal("resolve", "coursier", task("CoursierResolve").produces("jars")),
    ];
    let mut world = World::new(REPO, &goals);
    expect![[r#"
        depmap
        depmap [depmap->Depmap]
    "#]]
    .assert_eq(&planned(&world, &["depmap"], &["lib:lib"]));
    world.options = Arc::new(options(&[("depmap", "project-info", Value::Bool(true))]));
    expect![[r#"
        resolve -> depmap
        resolve [coursier->CoursierResolve]
        depmap [depmap->Depmap]
        depmap after resolve.coursier
    "#]]
    .assert_eq(&planned(&world, &["depmap"], &["lib:lib"]));
}

#[test]
fn goals_wait_for_the_phases_they_depend_on() {
    let goals = [
        goal("a", "a", task("A")).after_phase("b"),
        goal("b", "x", task("X")).after_phase("c"),
        goal("b", "y", task("Y")),
        goal("c", "c", task("C")),
    ];
    check(
        &goals,
        &["a"],
        &[],
        expect![[r#"
        b -> c -> a
        b [y->Y, x->X]
        c [c->C]
        a [a->A]
        b.x after c
        a after b.y b.x
    "#]],
    );
}

#[test]
fn who_adds_to_a_product_comes_between_those_that_begin_it_and_those_that_use_it() {
    let goals = [
        goal("p", "adds-early", task("AddsEarly").requires("classpath").produces("classpath")),
        goal("p", "begins", task("Begins").produces("classpath")),
        goal("p", "uses", task("Uses").requires("classpath")),
        goal("p", "adds-late", task("AddsLate").requires("classpath").produces("classpath")),
    ];
    check(
        &goals,
        &["p"],
        &[],
        expect![[r#"
        p
        p [begins->Begins, adds-early->AddsEarly, adds-late->AddsLate, uses->Uses]
        p.adds-early after p.begins
        p.adds-late after p.begins p.adds-early
        p.uses after p.begins p.adds-early p.adds-late
    "#]],
    );
}

#[test]
fn explicit_places_are_orders() {
    let goals = [
        goal("p", "a", task("A")),
        goal("p", "b", task("B")).placed(Placement::Before("a".to_owned())),
        goal("p", "c", task("C")),
        goal("p", "d", task("D")).placed(Placement::After("a".to_owned())),
    ];
    check(
        &goals,
        &["p"],
        &[],
        expect![[r#"
        p
        p [b->B, a->A, d->D, c->C]
        p.a after p.b
        p.d after p.a
    "#]],
    );
}

#[test]
fn what_was_typed_first_is_done_before_anything_that_only_later_phases_need() {
    let goals = [
        goal("test", "test", task("Test").requires("classes")),
        goal("compile", "compile", task("Compile").produces("classes").requires("jars")),
        goal("resolve", "resolve", task("Resolve").produces("jars")),
        goal("clean-all", "clean-all", task("Clean")),
    ];
    check(
        &goals,
        &["clean-all", "test"],
        &[],
        expect![[r#"
        clean-all -> resolve -> compile -> test
        clean-all [clean-all->Clean]
        resolve [resolve->Resolve]
        compile [compile->Compile]
        test [test->Test]
        resolve after clean-all
        compile after clean-all resolve
        test after clean-all compile
    "#]],
    );
    check(
        &goals,
        &["test", "compile", "clean-all"],
        &[],
        expect![[r#"
        resolve -> compile -> test -> clean-all
        resolve [resolve->Resolve]
        compile [compile->Compile]
        test [test->Test]
        clean-all [clean-all->Clean]
        compile after resolve
        test after compile
        clean-all after test
    "#]],
    );
}

#[test]
fn goals_of_one_phase_do_not_wait_for_each_other() {
    check(
        &backends(),
        &["test"],
        &["test:java", "test:py"],
        expect![[r#"
        bootstrap -> resolve -> compile -> test
        bootstrap [jvm-tools->BootstrapJvmTools]
        resolve [coursier->CoursierResolve, requirements->ResolveRequirements]
        compile [javac->JavacCompile]
        test [junit->JUnitRun, pytest->PytestRun]
        resolve.coursier after bootstrap.jvm-tools
        compile.javac after bootstrap.jvm-tools resolve.coursier
        test.junit after compile.javac
        test.pytest after resolve.requirements
        without gen.protoc
    "#]],
    );
}

#[test]
fn a_python_target_touches_no_jvm_tool() {
    check(
        &backends(),
        &["test"],
        &["test:py"],
        expect![[r#"
        resolve -> test
        resolve [requirements->ResolveRequirements]
        test [pytest->PytestRun]
        test.pytest after resolve.requirements
        without bootstrap.jvm-tools gen.protoc resolve.coursier compile.javac test.junit
    "#]],
    );
}

#[test]
fn a_proto_alone_still_compiles_its_java() {
    check(
        &backends(),
        &["compile"],
        &["proto:proto"],
        expect![[r#"
        bootstrap -> gen -> compile
        bootstrap [jvm-tools->BootstrapJvmTools]
        gen [protoc->ProtocGen]
        compile [javac->JavacCompile]
        compile.javac after bootstrap.jvm-tools gen.protoc
        without resolve.coursier resolve.requirements
    "#]],
    );
}

#[test]
fn a_phase_without_work_is_no_error_but_known_and_takes_its_producers_along() {
    check(
        &backends(),
        &["test"],
        &["jar:jar"],
        expect![[r#"

        without bootstrap.jvm-tools gen.protoc resolve.coursier resolve.requirements compile.javac test.junit test.pytest
        nothing to do in test
    "#]],
    );
    // A phase that was asked for keeps what it has to do, and what that needs.
    check(
        &backends(),
        &["test", "resolve"],
        &["jar:jar"],
        expect![[r#"
        bootstrap -> resolve
        bootstrap [jvm-tools->BootstrapJvmTools]
        resolve [coursier->CoursierResolve]
        resolve.coursier after bootstrap.jvm-tools
        without gen.protoc resolve.requirements compile.javac test.junit test.pytest
        nothing to do in test
    "#]],
    );
}

#[test]
fn a_phase_that_came_for_a_product_leaves_out_what_nobody_wants() {
    check(
        &backends(),
        &["compile"],
        &["lib:lib", "py:py"],
        expect![[r#"
        bootstrap -> resolve -> compile
        bootstrap [jvm-tools->BootstrapJvmTools]
        resolve [coursier->CoursierResolve]
        compile [javac->JavacCompile]
        resolve.coursier after bootstrap.jvm-tools
        compile.javac after bootstrap.jvm-tools resolve.coursier
        without gen.protoc resolve.requirements
    "#]],
    );
    check(
        &backends(),
        &["compile", "resolve"],
        &["lib:lib", "py:py"],
        expect![[r#"
        bootstrap -> resolve -> compile
        bootstrap [jvm-tools->BootstrapJvmTools]
        resolve [coursier->CoursierResolve, requirements->ResolveRequirements]
        compile [javac->JavacCompile]
        resolve.coursier after bootstrap.jvm-tools
        compile.javac after bootstrap.jvm-tools resolve.coursier
        resolve.requirements after compile.javac
        without gen.protoc
    "#]],
    );
}

#[test]
fn whoever_waited_for_a_pruned_goal_waits_for_what_that_waited_for() {
    let goals = [
        goal("p", "a", task("A")),
        goal("p", "b", task("B").types(&["nothing"])).placed(Placement::After("a".to_owned())),
        goal("p", "c", task("C")).placed(Placement::After("b".to_owned())),
    ];
    check(
        &goals,
        &["p"],
        &["lib:lib"],
        expect![[r#"
        p
        p [a->A, c->C]
        p.c after p.a
        without p.b
    "#]],
    );
}

#[test]
fn predicates_look_at_fields_and_tags_and_roots_at_roots_only() {
    let any_of = |parts| task("T").spec(|spec| spec.applies_to = Predicate::AnyOf(parts));
    let goals = [
        goal("p", "tagged", any_of(vec![Predicate::HasTag("x".to_owned())])),
        goal("p", "roots", task("R").root_types(&["jar_library"])),
        goal(
            "p",
            "not",
            task("N").spec(|spec| spec.applies_to = Predicate::Not(Box::new(Predicate::HasField("main".to_owned())))),
        ),
    ];
    check(
        &goals,
        &["p"],
        &["lib:lib"],
        expect![[r#"
        p
        p [not->N]
        without p.tagged p.roots
    "#]],
    );
}

#[test]
fn no_targets_is_a_proposal_and_prunes() {
    let mut goals = backends();
    goals.push(goal("test-changed", "changed", task("TestChanged").proposes(&[])).after_phase("test"));
    check(
        &goals,
        &["test-changed"],
        &["test:java"],
        expect![[r#"
        test-changed
        test-changed [changed->TestChanged]
        without bootstrap.jvm-tools gen.protoc resolve.coursier resolve.requirements compile.javac test.junit test.pytest
    "#]],
    );
}

#[test]
fn a_proposal_stands_from_prepare_of_its_round_on() {
    let journal = Journal::default();
    let noted = |phase, name, task: crate::testing::FakeTask| goal(phase, name, task.noted_in(&journal));
    let goals = [
        noted("changed", "first", task("First").requires("p")),
        noted("changed", "proposes", task("Proposes").proposes(&["lib:lib", "jar:jar", "lib:lib"])),
        noted("changed", "agrees", task("Agrees").proposes(&["jar:jar", "lib:lib"])),
        noted("later", "later", task("Later").produces("p").proposes(&["lib:lib", "jar:jar"])),
    ];
    let world = World::new(REPO, &goals);
    journal.take();
    let plan = world.plan(&["changed"], &["py:py"]).unwrap();
    assert_eq!(plan.roots(), addresses(&["lib:lib", "jar:jar"]));
    expect![[r#"
        First alternate_target_roots, roots are [py]
        Proposes alternate_target_roots, roots are [py]
        Agrees alternate_target_roots, roots are [py]
        First prepare, roots are [lib jar]
        Proposes prepare, roots are [lib jar]
        Agrees prepare, roots are [lib jar]
        Later alternate_target_roots, roots are [lib jar]
        Later prepare, roots are [lib jar]
    "#]]
    .assert_eq(&journal.text());
}

#[test]
fn different_proposals_name_both_tasks_in_whichever_round() {
    let proposes = |name: &'static str, roots: &[&str]| task(name).proposes(roots);
    let same_round = [goal("p", "a", proposes("A", &["lib:lib"])), goal("p", "b", proposes("B", &[]))];
    check(
        &same_round,
        &["p"],
        &[],
        expect![[r#"
        `A (p.a)` and `B (p.b)` propose different target roots: `lib:lib` and no targets
    "#]],
    );
    let later_round =
        [goal("p", "a", proposes("A", &[]).requires("x")), goal("q", "b", proposes("B", &["lib:lib"]).produces("x"))];
    check(
        &later_round,
        &["p"],
        &[],
        expect![[r#"
        `A (p.a)` and `B (q.b)` propose different target roots: no targets and `lib:lib`
    "#]],
    );
}

#[test]
fn proposed_roots_are_loaded_and_must_exist() {
    let goals = |root| [goal("p", "a", task("A").proposes(&[root]))];
    let repo = "a:a\n ? b:b java_library -> a:a";
    let plan = World::new(repo, &goals("b:b")).plan(&["p"], &[]).unwrap();
    assert_eq!(shown(plan.roots()), "b:b");
    expect![[r#"
        `A (p.a)` proposes target root `c:c`, which cannot be loaded
          because target `c:c` does not exist
    "#]]
    .assert_eq(&planned(&World::new(repo, &goals("c:c")), &["p"], &[]));
}

#[test]
fn a_missing_producer_is_an_error_that_knows_similar_products() {
    let mut goals = backends();
    goals.push(goal("run", "jvm", task("JvmRun").requires("clathpath")));
    goals.push(goal("bench", "bench", task("Bench").requires("benchmarks")));
    goals.push(goal("amend", "amend", task("Amend").requires("amended").produces("amended")));
    check(
        &goals,
        &["run"],
        &[],
        expect![[r#"
        goal `jvm` of phase `run` (task `JvmRun`) requires product `clathpath`, which nobody produces
          hint: `compile.javac` produces `classpath`
    "#]],
    );
    check(
        &goals,
        &["bench"],
        &[],
        expect![[r#"
        goal `bench` of phase `bench` (task `Bench`) requires product `benchmarks`, which nobody produces
          hint: is the backend that produces it enabled?
    "#]],
    );
    check(
        &goals,
        &["amend"],
        &[],
        expect![[r#"
        goal `amend` of phase `amend` (task `Amend`) requires product `amended`, which nobody produces
          hint: the task itself adds to `amended`, and needs another that begins it
    "#]],
    );
}

#[test]
fn a_cycle_is_named_whole() {
    let goals = [
        goal("a", "x", task("X").requires("from-b").produces("from-x")),
        goal("a", "other", task("Other").requires("from-x")),
        goal("b", "b", task("B").produces("from-b")).after_phase("c"),
        goal("c", "y", task("Y").requires("from-x")),
    ];
    check(
        &goals,
        &["a"],
        &[],
        expect![[r#"
        goals wait for each other: `a.x` (product `from-b`) -> `b` (phase `c`) -> `c.y` (product `from-x`) -> `a.x`
    "#]],
    );
    let placed =
        [goal("p", "a", task("A").produces("x")), goal("p", "b", task("B").requires("x")).placed(Placement::First)];
    check(
        &placed,
        &["p"],
        &[],
        expect![[r#"
        goals wait for each other: `p.a` (placement) -> `p.b` (product `x`) -> `p.a`
    "#]],
    );
}

#[test]
fn an_unknown_phase_is_named_with_a_suggestion() {
    check(
        &backends(),
        &["compiel"],
        &[],
        expect![[r#"
        unknown goal `compiel`
          hint: did you mean `compile`?
    "#]],
    );
    check(
        &[goal("a", "b", task("B")).after_phase("aa")],
        &["a"],
        &[],
        expect![[r#"
        goal `a.b` (installed by `test`) depends on phase `aa`, which nobody registered
          hint: did you mean `a`?
    "#]],
    );
}

#[test]
fn a_failing_class_side_names_its_task() {
    let goals = [goal("p", "a", task("A").requires("x")), goal("q", "b", task("B").produces("x"))];
    let mut world = World::new(REPO, &goals);
    world.registry = {
        let mut registry = crate::Registry::new();
        registry
            .install(GoalSpec { task: Arc::new(Panics(crate::TaskSpec::new("Panics"))), ..goals[0].clone() })
            .unwrap();
        registry.finish().unwrap();
        registry
    };
    expect![[r#"
        `prepare` of task `Panics` (goal `a` of phase `p`) failed
          because the task panicked: unprepared
    "#]]
    .assert_eq(&planned(&world, &["p"], &[]));
}

struct Panics(crate::TaskSpec);

impl crate::TaskType for Panics {
    fn spec(&self) -> &crate::TaskSpec {
        &self.0
    }

    fn prepare(&self, _: &crate::Planning<'_>, _: &mut crate::RoundManager) -> Result<(), crate::TaskError> {
        panic!("unprepared")
    }

    fn construct(&self, _: &crate::Context) -> Result<Box<dyn crate::Task>, crate::TaskError> {
        unreachable!("plans construct nothing")
    }
}

#[test]
fn a_thousand_plans_are_one() {
    // Every plan makes its own hash maps, and each of those has its own random seed.
    let mut goals = backends();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        goals.push(goal("many", name, task(name).optional("classpath").optional("environment").produces("thing")));
        goals.push(goal("more", name, task(name).optional("thing")).in_group("all"));
    }
    let world = World::new(REPO, &goals);
    let plan = || planned(&world, &["more", "test", "many"], &["test:java", "test:py", "proto:proto"]);
    let first = plan();
    assert!((1..1000).all(|_| plan() == first));
}
