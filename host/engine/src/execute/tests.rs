//! Carrying out plans: the lifecycle, concurrency, failures, products, groups, locks, cancelling.

use crate::registry::Placement;
use crate::testing::{FakeTask, Journal, World, address, addresses, goal, names, products, put, shown, summary, task};
use crate::{Context, GoalSpec, GraphView, Job, JobState, Task, TaskError, TaskErrorKind, TaskSpec, TaskType};
use expect_test::{Expect, expect};
use pants_model::{Event, Target};
use pants_process::{CachePolicy, CancelReason, Foreground, Process};
use std::collections::BTreeMap;
use std::sync::{Arc, Barrier, Mutex};

/// Runs one phase `p` on `a:a` and checks how it ended.
#[track_caller]
fn check(goals: &[GoalSpec], expect: Expect) {
    expect.assert_eq(&summary(&World::new("a:a", goals).run(&["p"], &["a:a"])));
}

fn fails(message: &'static str) -> impl Fn(&Context) -> Result<(), TaskError> {
    move |_| Err(TaskError::failed(message))
}

fn foreground() -> Foreground {
    Foreground { argv: vec!["app".to_owned()], env: BTreeMap::new(), working_directory: "/".into() }
}

#[test]
fn the_lifecycle_is_exact() {
    let journal = Journal::default();
    let noted = |phase, name, task: FakeTask| goal(phase, name, task.noted_in(&journal));
    let goals = [
        noted("test", "test", task("Test").requires("classes")),
        noted("compile", "javac", task("Javac").produces("classes").requires("jars")),
        noted("compile", "check", task("Check")).placed(Placement::After("javac".to_owned())),
        noted("resolve", "resolve", task("Resolve").produces("jars")),
    ];
    let world = World::new("a:a", &goals);
    let outcome = world.run(&["test"], &["a:a"]);
    assert_eq!(outcome.exit_code, 0);
    let lines = journal.take();
    // `check` and `test` both wait for `javac` only; which of them is faster is open.
    let (test, rest): (Vec<String>, Vec<String>) = lines
        .into_iter()
        .partition(|line| line.starts_with("Test ") && (line.ends_with("struct") || line.ends_with("execute")));
    assert_eq!(test, ["Test construct", "Test execute"]);
    expect![[r#"
        Test register_options
        Test product_types
        Javac register_options
        Javac product_types
        Check register_options
        Check product_types
        Resolve register_options
        Resolve product_types
        Test alternate_target_roots, roots are [a]
        Test prepare, roots are [a]
        Javac alternate_target_roots, roots are [a]
        Check alternate_target_roots, roots are [a]
        Javac prepare, roots are [a]
        Check prepare, roots are [a]
        Resolve alternate_target_roots, roots are [a]
        Resolve prepare, roots are [a]
        Resolve construct
        Resolve execute
        Javac construct
        Javac execute
        Check construct
        Check execute"#]]
    .assert_eq(&rest.join("\n"));
}

#[test]
fn events_tell_of_tasks_and_work() {
    let work = |context: &Context| {
        let jobs = [Job { name: "compile a:a".to_owned(), ..Job::default() }];
        context.log(pants_model::LogLevel::Info, "hello");
        context.parallel(&jobs, &|_, _| Err(TaskError::failed("no")))?.into_result(&jobs)
    };
    let world = World::new("a:a", &[goal("p", "a", task("A").does(work))]);
    world.run(&["p"], &["a:a"]);
    let shown: Vec<String> = world
        .events
        .take()
        .into_iter()
        .map(|event| match event {
            Event::TaskFinished { scope, is_success, elapsed: _ } => format!("finished {scope} {is_success}"),
            event => format!("{event:?}"),
        })
        .collect();
    expect![[r#"
        TaskStarted { scope: "p.a" }
        Log { level: Info, scope: "p.a", message: "hello" }
        WorkunitStarted { id: 1, scope: "p.a", name: "compile a:a" }
        WorkunitFinished { id: 1, is_success: false }
        finished p.a false"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn independent_goals_run_at_the_same_time() {
    let barrier = Arc::new(Barrier::new(3));
    let meets = |name: &str| {
        let barrier = barrier.clone();
        task(name).does(move |_| {
            barrier.wait();
            Ok(())
        })
    };
    let goals = [
        goal("test", "junit", meets("JUnit").requires("y")),
        goal("test", "pytest", meets("Pytest")),
        goal("x", "x", meets("X").produces("x")),
        goal("y", "y", task("Y").produces("y")),
        goal("test", "last", task("Last").requires("x")),
    ];
    // One slot is enough: tasks hold none.
    let mut world = World::new("a:a", &goals);
    world.jobs = 1;
    assert_eq!(world.run(&["test"], &["a:a"]).exit_code, 0);
}

#[test]
fn one_job_slot_finishes_everything() {
    let nested = |context: &Context| {
        let jobs = [0, 1, 2].map(|_| Job { name: "job".to_owned(), ..Job::default() });
        let run = Process {
            argv: vec!["true".to_owned()],
            env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
            cache: CachePolicy::Never,
            ..Process::default()
        };
        let inner = |_: usize, context: &Context| context.run(&run).map(drop);
        context
            .parallel(&jobs, &|_, context| context.parallel(&jobs, &inner)?.into_result(&jobs))?
            .into_result(&jobs)?;
        context.run(&run).map(drop)
    };
    let goals = ["a", "b", "c"].map(|name| goal("p", name, task("T").does(nested)));
    let mut world = World::new("a:a", &goals);
    world.jobs = 1;
    assert_eq!(summary(&world.run(&["p"], &["a:a"])), "exit code 0\n");
}

#[test]
fn a_failure_cancels_what_waits_for_it_and_the_rest_finishes() {
    check(
        &[
            goal("p", "a", task("A").produces("x").does(|_| Err(TaskError::failed("it is bad").with_exit_code(7)))),
            goal("p", "b", task("B").requires("x").produces("y")),
            goal("p", "c", task("C").requires("y")),
            goal("p", "d", task("D").does(fails("so is this"))),
            goal("p", "e", task("E")),
        ],
        expect![[r#"
            p.a failed: it is bad
            p.d failed: so is this
            p.b cancelled
            p.c cancelled
            exit code 7
        "#]],
    );
}

#[test]
fn a_failure_that_names_targets_leaves_the_others() {
    let journal = Journal::default();
    let noted = journal.clone();
    let goals = [
        goal(
            "compile",
            "javac",
            task("Javac")
                .produces("classes")
                .does(|_| Err(TaskError::failed("b does not compile").with_failed_targets(addresses(&["b:b"])))),
        ),
        goal(
            "test",
            "test",
            task("Test").requires("classes").does(move |context| {
                noted.note(names(&context.targets()));
                Ok(())
            }),
        ),
    ];
    let world = World::new("a:a -> b:b c:c\n b:b -> c:c\n c:c\n d:d -> c:c", &goals);
    let outcome = world.run(&["test"], &["a:a", "d:d"]);
    expect![[r#"
        compile.javac failed: b does not compile
        exit code 1
    "#]]
    .assert_eq(&summary(&outcome));
    assert_eq!(journal.take(), ["c d"]);
}

#[test]
fn fail_fast_cancels_the_rest() {
    let other_has_begun = Arc::new(Barrier::new(2));
    let (begins, waits) = (other_has_begun.clone(), other_has_begun);
    let goals = [
        goal(
            "p",
            "bad",
            task("Bad").does(move |_| {
                begins.wait();
                Err(TaskError::failed("bad"))
            }),
        ),
        goal(
            "p",
            "long",
            task("Long").does(move |context| {
                waits.wait();
                while !context.cancel().wait_timeout(std::time::Duration::from_secs(60)) {}
                context.check_cancelled()
            }),
        ),
        goal("p", "next", task("Next")).placed(Placement::After("long".to_owned())),
    ];
    let mut world = World::new("a:a", &goals);
    world.fail_fast = true;
    let outcome = world.run(&["p"], &["a:a"]);
    expect![[r#"
        p.bad failed: bad
        p.long cancelled
        p.next cancelled
        exit code 1
    "#]]
    .assert_eq(&summary(&outcome));
    assert_eq!(outcome.cancel_reason, Some(CancelReason::FailFast));
    // Whoever shares the caller's token goes on.
    assert!(!world.cancel.is_cancelled());
}

/// A task that panics in one of its hooks.
struct Panics {
    spec: TaskSpec,
    hook: &'static str,
}

struct PanicsOnDrop(&'static str);

impl TaskType for Panics {
    fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    fn construct(&self, _: &Context) -> Result<Box<dyn Task>, TaskError> {
        assert!(self.hook != "construct", "in construct");
        Ok(Box::new(PanicsOnDrop(self.hook)))
    }
}

impl Task for PanicsOnDrop {
    fn execute(&mut self, _: &Context) -> Result<(), TaskError> {
        assert!(self.0 != "execute", "in execute");
        Ok(())
    }
}

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        assert!(self.0 != "drop", "in drop");
    }
}

#[test]
fn panics_are_failures_of_their_tasks() {
    let panics = |hook| GoalSpec {
        task: Arc::new(Panics { spec: TaskSpec::new("Panics"), hook }),
        ..goal("p", hook, task("Panics"))
    };
    let goals = [panics("construct"), panics("execute"), panics("drop"), goal("p", "good", task("Good"))];
    let outcome = World::new("a:a", &goals).run(&["p"], &["a:a"]);
    assert!(outcome.failures.iter().all(|(_, error)| error.kind == TaskErrorKind::Panicked));
    expect![[r#"
        p.construct failed: the task panicked: in construct
        p.execute failed: the task panicked: in execute
        p.drop failed: the task panicked: in drop
        exit code 1
    "#]]
    .assert_eq(&summary(&outcome));
}

#[test]
fn products_come_in_the_order_of_the_plan_never_in_that_of_time() {
    let journal = Journal::default();
    let noted = journal.clone();
    let second_is_done = Arc::new(Barrier::new(2));
    let (after, done) = (second_is_done.clone(), second_is_done);
    let goals = [
        goal(
            "p",
            "first",
            task("First").produces("x").does(move |context| {
                after.wait();
                // The first job puts last.
                let order = Barrier::new(2);
                let jobs = [0, 1].map(|_| Job { name: "job".to_owned(), ..Job::default() });
                put(context, "x", "start")?;
                context
                    .parallel(&jobs, &|index, context| {
                        if index == 0 {
                            order.wait();
                        }
                        put(context, "x", format!("job{index}"))?;
                        if index == 1 {
                            order.wait();
                        }
                        Ok(())
                    })?
                    .into_result(&jobs)?;
                put(context, "x", "end")
            }),
        ),
        goal(
            "p",
            "second",
            task("Second").produces("x").does(move |context| {
                put(context, "x", "second")?;
                done.wait();
                Ok(())
            }),
        ),
        goal("p", "amends", task("Amends").requires("x").produces("x").does(|context| put(context, "x", "more"))),
        goal(
            "p",
            "uses",
            task("Uses").requires("x").does(move |context| {
                noted.note(products(context, "x"));
                Ok(())
            }),
        ),
    ];
    assert_eq!(World::new("a:a", &goals).run(&["p"], &["a:a"]).exit_code, 0);
    assert_eq!(journal.take(), ["p.first=start p.first=job0 p.first=job1 p.first=end p.second=second p.amends=more"]);
}

#[test]
fn only_declared_products_may_be_put() {
    check(
        &[
            goal("p", "a", task("A").does(|context| put(context, "x", ""))),
            goal(
                "p",
                "b",
                task("B")
                    .produces("x")
                    .does(|context| context.put_product("x", 2, Arc::new(crate::testing::Text(String::new())))),
            ),
        ],
        expect![[r#"
            p.a failed: task `A` puts product `x`, which its `product_types` does not declare
            p.b failed: task `B` puts version 2 of product `x` and declares version 1
            exit code 1
        "#]],
    );
}

/// A task that asks the producer of tools for one.
struct Asks(TaskSpec, &'static str);

impl TaskType for Asks {
    fn spec(&self) -> &TaskSpec {
        &self.0
    }

    fn prepare(&self, _: &crate::Planning<'_>, round: &mut crate::RoundManager) -> Result<(), TaskError> {
        round.require_with("tools", self.1.into());
        Ok(())
    }

    fn construct(&self, context: &Context) -> Result<Box<dyn Task>, TaskError> {
        context.check_cancelled()?;
        Ok(Box::new(PanicsOnDrop("")))
    }
}

#[test]
fn producers_see_the_requests_of_goals_that_are_carried_out() {
    let journal = Journal::default();
    let noted = journal.clone();
    let asks = |name: &str, types: &str, tool| {
        let spec =
            TaskSpec { applies_to: pants_model::Predicate::Types(vec![types.to_owned()]), ..TaskSpec::new(name) };
        GoalSpec { task: Arc::new(Asks(spec, tool)), ..goal("p", name, task(name)) }
    };
    let goals = [
        goal(
            "tools",
            "tools",
            task("Tools").produces("tools").does(move |context| {
                let requests = context.requests("tools");
                noted.note(shown(
                    requests.iter().map(|(scope, tool)| format!("{scope}={}", String::from_utf8_lossy(tool))),
                ));
                Ok(())
            }),
        ),
        asks("junit", "target", "junit.jar"),
        asks("scala", "scala_library", "scala.jar"),
        asks("checkstyle", "target", "checkstyle.jar"),
    ];
    assert_eq!(World::new("a:a", &goals).run(&["p"], &["a:a"]).exit_code, 0);
    assert_eq!(journal.take(), ["p.junit=junit.jar p.checkstyle=checkstyle.jar"]);
}

#[test]
fn the_context_is_closed_when_its_task_ends() {
    let kept = Arc::new(Mutex::new(None));
    let keeps = kept.clone();
    let world = World::new(
        "a:a",
        &[goal(
            "p",
            "a",
            task("A").produces("x").does(move |context| {
                *keeps.lock().unwrap() = Some(context.clone());
                Ok(())
            }),
        )],
    );
    world.run(&["p"], &["a:a"]);
    let context = kept.lock().unwrap().take().unwrap();
    let errors = [
        put(&context, "x", "late").unwrap_err(),
        context.run(&Process::default()).unwrap_err(),
        context.parallel(&[], &|_, _| Ok(())).unwrap_err(),
        context.load_all().unwrap_err(),
        context.set_foreground(foreground()).unwrap_err(),
        context.invalidated(&[], &crate::InvalidateOptions::default()).unwrap_err(),
        context.inject_target(Target::new(address("x:x"), "t"), Vec::new(), &address("a:a")).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.to_string(), "the context of `p.a` was used after its task ended");
    }
}

#[test]
fn a_run_ends_in_the_terminal_only_if_all_went_well() {
    let ends = || task("Ends").does(|context| context.set_foreground(foreground()));
    let run = |goals: &[GoalSpec]| World::new("a:a", goals).run(&["p"], &["a:a"]);
    assert_eq!(run(&[goal("p", "a", ends())]).foreground, Some(foreground()));
    assert_eq!(run(&[goal("p", "a", ends()), goal("p", "b", task("B").does(fails("no")))]).foreground, None);
    let both = [goal("p", "a", ends()), goal("p", "b", ends()).placed(Placement::After("a".to_owned()))];
    expect![[r#"
        p.b failed: `p.b` and `p.a` both want to end the run in the terminal
        exit code 1
    "#]]
    .assert_eq(&summary(&run(&both)));
}

const CHAIN: &str = "
    c:c lang1
    b:b lang2 -> c:c
    a:a lang1 -> b:b
    z:z lang2
    y:y lang1 -> alias:alias
    alias:alias target -> z:z
";

fn compilers(journal: &Journal, bad: &'static str) -> [GoalSpec; 3] {
    let compiler = |name: &'static str, language: &str| {
        task(name).types(&[language]).noted_in(journal).produces("classes").does_chunks(move |context, chunk| {
            put(context, "classes", shown(chunk.iter().map(pants_model::Address::name)))?;
            if chunk.contains(&address("c:c")) && bad == "c" { Err(TaskError::failed("c is bad")) } else { Ok(()) }
        })
    };
    let seen = journal.clone();
    [
        goal("compile", "one", compiler("One", "lang1")).in_group("languages"),
        goal("compile", "two", compiler("Two", "lang2")).in_group("languages"),
        goal(
            "test",
            "test",
            task("Test").requires("classes").does(move |context| {
                seen.note(format!("tests {} with {}", names(&context.targets()), products(context, "classes")));
                Ok(())
            }),
        ),
    ]
}

#[test]
fn members_of_a_group_work_on_chunks_in_dependency_order() {
    let journal = Journal::default();
    let world = World::new(CHAIN, &compilers(&journal, ""));
    journal.take();
    let outcome = world.run(&["test"], &["a:a", "y:y"]);
    assert_eq!(summary(&outcome), "exit code 0\n");
    let lines: Vec<String> = journal.take().into_iter().filter(|line| !line.contains("roots are")).collect();
    expect![[r#"
        One construct
        One execute
        Two construct
        Two execute
        One chunk c
        Two chunk b z
        One chunk a y
        tests c b a z alias y with compile.one=c compile.one=a y compile.two=b z"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn a_failed_chunk_cancels_the_chunks_that_depend_on_it() {
    let journal = Journal::default();
    let world = World::new(CHAIN, &compilers(&journal, "c"));
    journal.take();
    let outcome = world.run(&["test"], &["a:a", "y:y"]);
    expect![[r#"
        compile.one failed: c is bad
        exit code 1
    "#]]
    .assert_eq(&summary(&outcome));
    assert_eq!(outcome.failures[0].1.failed_targets, addresses(&["c:c"]));
    let lines: Vec<String> =
        journal.take().into_iter().filter(|line| line.contains("chunk") || line.contains("tests")).collect();
    expect![[r#"
        One chunk c
        Two chunk z
        One chunk y
        tests z alias y with compile.one=c compile.one=y compile.two=z"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn a_member_that_cannot_be_set_up_loses_its_targets_only() {
    let journal = Journal::default();
    let [one, two, _] = compilers(&journal, "");
    let broken = GoalSpec { task: Arc::new(task("One").types(&["lang1"]).does(fails("no compiler"))), ..one };
    let world = World::new(CHAIN, &[broken, two]);
    journal.take();
    let outcome = world.run(&["compile"], &["a:a", "y:y"]);
    assert_eq!(summary(&outcome), "compile.one failed: no compiler\nexit code 1\n");
    let chunks: Vec<String> = journal.take().into_iter().filter(|line| line.contains("chunk")).collect();
    assert_eq!(chunks, ["Two chunk z"]);
}

fn generator(inject: impl Fn(&Context) -> Result<(), TaskError> + Send + Sync + 'static) -> FakeTask {
    task("ProtocGen").types(&["proto"]).injects("java_library").produces("generated").does(inject)
}

#[test]
fn generated_targets_take_the_place_of_their_origin_in_builds_only() {
    let journal = Journal::default();
    let (compiles, lists) = (journal.clone(), journal.clone());
    let goals = [
        goal(
            "gen",
            "protoc",
            generator(|context| {
                let target = Target::new(address("gen:api"), "java_library");
                context.inject_target(target, addresses(&["rt:rt"]), &address("api:api"))
            }),
        ),
        goal(
            "compile",
            "javac",
            task("Javac").types(&["java_library"]).optional("generated").does(move |context| {
                compiles.note(format!("compiles {}", shown(context.targets().iter().map(|target| &target.address))));
                compiles.note(format!("lib -> {}", shown(context.dependencies(&address("lib:lib"), GraphView::Build))));
                compiles.note(format!("gen -> {}", shown(context.dependencies(&address("gen:api"), GraphView::Build))));
                compiles.note(format!(
                    "declared: lib -> {}",
                    shown(context.dependencies(&address("lib:lib"), GraphView::Declared))
                ));
                compiles.note(format!(
                    "derived from {}",
                    context.target(&address("gen:api")).unwrap().derived_from.clone().unwrap()
                ));
                Ok(())
            }),
        ),
        goal(
            "list",
            "list",
            task("List").console().optional("generated").does(move |context| {
                lists.note(format!("lists {}", shown(context.graph().targets().map(|target| &target.address))));
                Ok(())
            }),
        ),
    ];
    let world =
        World::new("base:base proto\n api:api proto -> base:base\n rt:rt\n lib:lib java_library -> api:api", &goals);
    let outcome = world.run(&["compile", "list"], &["lib:lib"]);
    assert_eq!(summary(&outcome), "exit code 0\n");
    expect![[r#"
        compiles base:base api:api rt:rt gen:api lib:lib
        lib -> gen:api
        gen -> rt:rt base:base
        declared: lib -> api:api
        derived from api:api
        lists base:base api:api rt:rt lib:lib
    "#]]
    .assert_eq(&journal.text());
}

#[test]
fn an_injected_type_must_be_declared() {
    let goals = [goal(
        "p",
        "gen",
        task("ProtocGen").injects("java_library").does(|context| {
            context.inject_target(Target::new(address("gen:x"), "scala_library"), Vec::new(), &address("a:a"))
        }),
    )];
    check(
        &goals,
        expect![[r#"
        p.gen failed: task `ProtocGen` injects `gen:x` of type `scala_library`, which it does not declare in `injects`
        exit code 1
    "#]],
    );
}

#[test]
fn a_run_waits_for_the_work_directory_and_says_for_whom_but_console_goals_do_not() {
    let (holds, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (held, gone) = (holds.clone(), go_on.clone());
    let first = World::new(
        "a:a",
        &[goal(
            "compile",
            "javac",
            task("Javac").does(move |_| {
                held.wait();
                gone.wait();
                Ok(())
            }),
        )],
    );
    let mut second = World::new(
        "a:a",
        &[
            goal("compile", "javac", task("Javac")),
            goal(
                "list",
                "list",
                task("List").console().does(|context| {
                    context.print(b"a:a\n");
                    Ok(())
                }),
            ),
        ],
    );
    second.share_directory(&first);
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(first.run(&["compile"], &["a:a"]).exit_code, 0));
        holds.wait();
        let waiting = scope.spawn(|| second.run(&["list", "compile"], &["a:a"]));
        second.events.wait_for(|event| *event == Event::Output(b"a:a\n".to_vec()));
        let wanted = Event::Waiting { scope: "compile.javac".to_owned(), holder: "PID 1 (pants test)".to_owned() };
        second.events.wait_for(|event| *event == wanted);
        go_on.wait();
        assert_eq!(waiting.join().unwrap().exit_code, 0);
    });
}

#[test]
fn an_exclusive_goal_waits_for_other_runs_and_never_for_its_own() {
    let (holds, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (held, gone) = (holds.clone(), go_on.clone());
    let builds = task("Javac").does(move |_| {
        held.wait();
        gone.wait();
        Ok(())
    });
    let first = World::new("a:a", &[goal("compile", "javac", builds)]);
    let journal = Journal::default();
    let goals = [
        goal("compile", "compile", task("Compile").noted_in(&journal)),
        goal("clean-all", "clean-all", task("Clean").exclusive().noted_in(&journal)),
    ];
    let mut second = World::new("a:a", &goals);
    second.share_directory(&first);
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(first.run(&["compile"], &["a:a"]).exit_code, 0));
        holds.wait();
        journal.take();
        let waiting = scope.spawn(|| second.run(&["clean-all", "compile"], &["a:a"]));
        let wanted = Event::Waiting { scope: "clean-all".to_owned(), holder: "PID 1 (pants test)".to_owned() };
        second.events.wait_for(|event| *event == wanted);
        assert!(!journal.take().iter().any(|line| line.ends_with("execute")));
        go_on.wait();
        assert_eq!(waiting.join().unwrap().exit_code, 0);
    });
    assert_eq!(journal.take(), ["Clean construct", "Clean execute", "Compile construct", "Compile execute"]);
    // Also when it comes last, and when nobody ever built anything.
    assert_eq!(second.run(&["compile", "clean-all"], &["a:a"]).exit_code, 0);
    let fresh = World::new("a:a", &goals);
    assert_eq!(fresh.run(&["clean-all"], &[]).exit_code, 0);
    assert!(!fresh.build_root().join(".pants.d").exists());
}

#[test]
fn a_task_that_gives_up_by_itself_has_failed() {
    check(
        &[goal("p", "a", task("A").does(|_| Err(TaskError::cancelled())))],
        expect![[r#"
            p.a failed: cancelled
            exit code 1
        "#]],
    );
}

#[test]
fn fail_fast_ends_a_group_at_its_first_failure() {
    let journal = Journal::default();
    let member = |name: &str, types: &str| task(name).types(&[types]).noted_in(&journal);
    let one = member("One", "lang1").does_chunks(|_, _| Err(TaskError::failed("no")));
    let goals =
        [goal("p", "one", one).in_group("languages"), goal("p", "two", member("Two", "lang2")).in_group("languages")];
    let mut world = World::new("a:a lang1\nb:b lang2", &goals);
    world.fail_fast = true;
    let outcome = world.run(&["p"], &["a:a", "b:b"]);
    assert_eq!(summary(&outcome), "p.one failed: no\np.two cancelled\nexit code 1\n");
    assert!(!journal.take().iter().any(|line| line.starts_with("Two chunk")));
}

#[test]
fn a_work_directory_that_cannot_be_made_is_named() {
    let world = World::new("a:a", &[goal("p", "a", task("A")), goal("list", "list", task("List").console())]);
    std::fs::create_dir_all(world.build_root().join(".pants.d")).unwrap();
    std::fs::write(world.build_root().join(".pants.d/p"), "in the way").unwrap();
    let outcome = world.run(&["list", "p"], &["a:a"]);
    let text = summary(&outcome).replace(&world.build_root().display().to_string(), "[ROOT]");
    expect![[r#"
        p.a failed: cannot create `[ROOT]/.pants.d/p/a`
        exit code 1
    "#]]
    .assert_eq(&text);
}

#[test]
fn an_interrupt_ends_processes_and_everything_else() {
    let sleeps = |context: &Context| {
        let process = Process {
            argv: ["sh", "-c", "echo begun; exec sleep 600"].map(str::to_owned).to_vec(),
            env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
            ..Process::default()
        };
        context.run_streaming(&process).map(drop)
    };
    let goals =
        [goal("p", "sleeps", task("Sleeps").does(sleeps).produces("x")), goal("p", "next", task("Next").requires("x"))];
    let world = World::new("a:a", &goals);
    let outcome = std::thread::scope(|scope| {
        let run = scope.spawn(|| world.run(&["p"], &["a:a"]));
        world.events.wait_for(|event| matches!(event, Event::ToolOutput { .. }));
        world.cancel.cancel(CancelReason::Interrupted);
        run.join().unwrap()
    });
    expect![[r#"
        p.sleeps cancelled
        p.next cancelled
        exit code 130
    "#]]
    .assert_eq(&summary(&outcome));
    assert_eq!(outcome.cancel_reason, Some(CancelReason::Interrupted));
}

#[test]
fn passthrough_arguments_reach_those_who_take_them() {
    let journal = Journal::default();
    let (some, none) = (journal.clone(), journal.clone());
    let goals = [
        goal(
            "p",
            "takes",
            task("Takes").spec(|spec| spec.takes_passthrough = true).does(move |context| {
                some.note(format!("takes {}", context.passthrough().join(" ")));
                Ok(())
            }),
        ),
        goal(
            "p",
            "ignores",
            task("Ignores").does(move |context| {
                none.note(format!("ignores {}", context.passthrough().len()));
                Ok(())
            }),
        )
        .placed(Placement::After("takes".to_owned())),
    ];
    let mut world = World::new("a:a", &goals);
    world.passthrough = vec!["-x".to_owned(), "y".to_owned()];
    world.run(&["p"], &["a:a"]);
    assert_eq!(journal.take(), ["takes -x y", "ignores 0"]);
}

#[test]
fn the_outcome_of_jobs_lists_every_job() {
    let journal = Journal::default();
    let noted = journal.clone();
    let goals = [goal(
        "p",
        "a",
        task("A").does(move |context| {
            let job = |dependencies: &[usize], target: &str| Job {
                name: target.to_owned(),
                dependencies: dependencies.to_vec(),
                size: 1,
                target: Some(address(target)),
            };
            let jobs = [job(&[], "a:a"), job(&[0], "b:b"), job(&[], "c:c")];
            let outcome =
                context.parallel(&jobs, &|index, _| if index == 0 { Err(TaskError::failed("bad")) } else { Ok(()) })?;
            let letter = |state: &JobState| match state {
                JobState::Done => 'd',
                JobState::Failed(_) => 'f',
                JobState::Cancelled => 'c',
            };
            noted.note(outcome.states.iter().map(letter).collect::<String>());
            outcome.into_result(&jobs)
        }),
    )];
    let outcome = World::new("a:a", &goals).run(&["p"], &["a:a"]);
    assert_eq!(journal.take(), ["fcd"]);
    assert_eq!(outcome.failures[0].1.failed_targets, addresses(&["a:a"]));
}

mod properties;
