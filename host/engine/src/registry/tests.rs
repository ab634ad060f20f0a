//! Installing goals: placements, conflicts, and what each task is asked once.

use super::{PhaseSpec, Placement, Registry};
use crate::suggest::similar;
use crate::testing::{FakeTask, Journal, goal, task};
use crate::{GoalSpec, ProductDecl, RegisterError, Task, TaskError, TaskSpec, TaskType};
use expect_test::{Expect, expect};
use pants_model::{OptionKind, OptionSpec, Value};
use std::sync::Arc;

fn finish(goals: Vec<GoalSpec>) -> Result<Registry, Vec<RegisterError>> {
    let mut registry = Registry::new();
    for goal in goals {
        registry.install(goal).map_err(|error| vec![error])?;
    }
    registry.finish().map(|()| registry)
}

/// Checks the goals of phase `p` with their tasks, and which explicit placements put in order; or the errors.
#[track_caller]
fn check(goals: Vec<GoalSpec>, expect: Expect) {
    let text = match finish(goals) {
        Ok(registry) => {
            let order =
                registry.goals("p").map(|goal| format!("{}->{}", goal.identity.goal, goal.identity.spec.type_name));
            let name = |index: usize| registry.all_goals()[index].identity.goal.clone();
            let pairs = &registry.order_of("p").unwrap().ordered;
            let pairs = pairs.iter().map(|(before, after)| format!("{}<{}", name(*before), name(*after)));
            format!("{}\n{}\n", order.collect::<Vec<_>>().join(" "), pairs.collect::<Vec<_>>().join(" "))
        }
        Err(errors) => {
            let mut text = String::new();
            for error in errors {
                text.push_str(&format!("{error}\n"));
                error.hints().iter().for_each(|hint| text.push_str(&format!("  hint: {hint}\n")));
            }
            text
        }
    };
    expect.assert_eq(&text);
}

fn named(name: &str) -> GoalSpec {
    goal("p", name, task(&name.to_uppercase()))
}

fn before(name: &str) -> Placement {
    Placement::Before(name.to_owned())
}

fn after(name: &str) -> Placement {
    Placement::After(name.to_owned())
}

fn replace(name: &str) -> Placement {
    Placement::Replace(name.to_owned())
}

#[test]
fn goals_stand_in_install_order_without_waiting_for_each_other() {
    check(
        vec![named("a"), named("b")],
        expect![[r#"
        a->A b->B

    "#]],
    );
}

#[test]
fn first_stands_before_all_and_is_carried_out_before_all() {
    check(
        vec![named("a"), named("b").placed(Placement::First), named("c"), named("d").placed(Placement::First)],
        expect![[r#"
            d->D b->B a->A c->C
            d<b d<a d<c b<a b<c
        "#]],
    );
}

#[test]
fn neighbours_may_be_installed_later() {
    check(
        vec![
            named("b").placed(before("c")),
            named("e").placed(after("d")),
            named("a"),
            named("c"),
            named("d").placed(after("c")),
            named("f").placed(after("c")),
        ],
        expect![[r#"
            a->A b->B c->C d->D e->E f->F
            b<c c<d d<e c<f
        "#]],
    );
}

#[test]
fn a_replacement_takes_place_order_and_name() {
    check(
        vec![
            named("a"),
            named("b").placed(before("a")),
            named("c").placed(after("b")),
            goal("p", "b", task("Better")).placed(replace("b")),
        ],
        expect![[r#"
            b->Better c->C a->A
            b<a b<c
        "#]],
    );
}

#[test]
fn a_replacement_may_have_another_name_come_first_and_be_replaced() {
    check(
        vec![
            named("z").placed(replace("y")),
            named("y").placed(replace("x")),
            named("w"),
            named("x"),
            named("v").placed(before("x")),
        ],
        expect![[r#"
            w->W v->V z->Z
            v<z
        "#]],
    );
}

#[test]
fn a_duplicate_goal_names_both_who_installed_it() {
    check(
        vec![named("a").by_plugin("one"), named("a").by_plugin("two")],
        expect![[r#"
            phase `p` has two goals `a`: one is installed by `one`, one by `two`
        "#]],
    );
}

#[test]
fn an_unknown_neighbour_is_named_with_a_suggestion() {
    check(
        vec![
            named("javac"),
            named("a").placed(before("javca")),
            named("b").placed(after("zinc")),
            named("c").placed(replace("jvac")),
        ],
        expect![[r#"
            goal `c` of phase `p` (installed by `test`) is placed `replace=jvac`, and the phase has no such goal
              hint: did you mean `javac`?
        "#]],
    );
    check(
        vec![named("javac"), named("a").placed(before("javca")), named("b").placed(after("zinc"))],
        expect![[r#"
            goal `a` of phase `p` (installed by `test`) is placed `before=javca`, and the phase has no such goal
              hint: did you mean `javac`?
            goal `b` of phase `p` (installed by `test`) is placed `after=zinc`, and the phase has no such goal
              hint: the goals of `p` are `javac`, `a`
        "#]],
    );
}

#[test]
fn placements_in_a_loop_are_named() {
    check(
        vec![named("a").placed(before("b")), named("b").placed(after("a")), named("c")],
        expect![[r#"
            goals of phase `p` are placed in a loop: `a`, `b`
        "#]],
    );
    check(
        vec![named("a").placed(replace("b")), named("b").placed(replace("a"))],
        expect![[r#"
            goals of phase `p` are placed in a loop: `a`, `b`
        "#]],
    );
}

#[test]
fn two_replacements_of_one_goal_are_named() {
    check(
        vec![
            named("a"),
            named("a").placed(replace("a")).by_plugin("one"),
            named("b").placed(replace("a")).by_plugin("two"),
        ],
        expect![[r#"
            goal `a` of phase `p` is replaced twice: by `one` and by `two`
              hint: enable only one of `one` and `two`
        "#]],
    );
}

#[test]
fn every_registered_task_is_asked_once_and_a_replaced_one_never() {
    let journal = Journal::default();
    let noted = |name: &str, task: FakeTask| goal("p", name, task.noted_in(&journal));
    finish(vec![noted("a", task("A")), noted("b", task("B")), noted("a", task("Better")).placed(replace("a"))])
        .unwrap();
    expect![[r#"
        B register_options
        B product_types
        Better register_options
        Better product_types
    "#]]
    .assert_eq(&journal.text());
}

#[test]
fn scopes_are_those_of_phases_and_goals() {
    let mut registry = Registry::new();
    registry.add_phase(PhaseSpec { name: "list".to_owned(), description: "Lists targets.".to_owned() });
    registry.add_phase(PhaseSpec { name: "compile".to_owned(), description: "Compiles.".to_owned() });
    registry.install(goal("list", "list", task("List").requires_if("x", "p"))).unwrap();
    registry.install(goal("compile", "javac", task("Javac").requires_if("y", "p")).by_plugin("jvm")).unwrap();
    registry.finish().unwrap();
    let text: String = registry
        .scopes()
        .iter()
        .map(|scope| {
            let options = scope.options.iter().map(|option| option.name.as_str()).collect::<Vec<_>>().join(" ");
            format!("{} [{options}] `{}` by {:?}\n", scope.name, scope.description, scope.backend)
        })
        .collect();
    expect![[r#"
        list [x] `Lists targets.` by "test"
        compile [] `Compiles.` by ""
        compile.javac [y] `` by "jvm"
    "#]]
    .assert_eq(&text);
}

/// Gives the phase `run` the option `args` twice, by `jvm` as it is and by `python` with an edit: what help says of it, or
/// the error.
fn twice(edit: impl FnOnce(&mut OptionSpec)) -> String {
    let mut first = OptionSpec::new("args", OptionKind::ShellList, Value::List(Vec::new()), "Of the JVM.");
    first.is_recursive = true;
    let mut second = OptionSpec { help: "Of Python.".to_owned(), is_advanced: true, ..first.clone() };
    edit(&mut second);
    let mut registry = Registry::new();
    registry.add_phase(PhaseSpec { name: "run".to_owned(), description: "Runs.".to_owned() });
    registry.add_phase_options("run", vec![first], "jvm").unwrap();
    if let Err(error) = registry.add_phase_options("run", vec![second], "python") {
        return format!("{error}\n");
    }
    let options = registry.scopes().into_iter().flat_map(|scope| scope.options);
    options.map(|option| format!("{}: {} {}\n", option.name, option.help, option.is_advanced)).collect()
}

#[test]
fn an_option_that_two_backends_give_a_phase_is_one_however_they_word_it() {
    expect![[r#"
        args: Of the JVM. false
    "#]]
    .assert_eq(&twice(|_| {}));
}

#[test]
fn an_option_of_a_phase_means_one_thing() {
    let all = [
        twice(|option| option.kind = OptionKind::StringList),
        twice(|option| option.default = Value::strings(["-x"])),
        twice(|option| option.is_fingerprinted = true),
        twice(|option| option.is_recursive = false),
    ];
    expect![[r#"
        option `args` of the phase `run`: `python` gives it another kind than `jvm`, which registered it first
        option `args` of the phase `run`: `python` gives it another default than `jvm`, which registered it first
        option `args` of the phase `run`: `python` gives it another part in fingerprints than `jvm`, which registered it first
        option `args` of the phase `run`: `python` gives it another meaning for inner scopes than `jvm`, which registered it first
    "#]].assert_eq(&all.concat());
}

/// A task whose class side panics.
struct Broken(TaskSpec);

impl TaskType for Broken {
    fn spec(&self) -> &TaskSpec {
        &self.0
    }

    fn register_options(&self) -> Result<Vec<OptionSpec>, TaskError> {
        Ok(vec![OptionSpec::new("x", OptionKind::Bool, false, "")])
    }

    fn product_types(&self) -> Result<Vec<ProductDecl>, TaskError> {
        panic!("no products today")
    }

    fn construct(&self, _: &crate::Context) -> Result<Box<dyn Task>, TaskError> {
        Err(TaskError::failed("never"))
    }
}

#[test]
fn a_panic_while_registering_names_the_task() {
    let broken = GoalSpec { task: Arc::new(Broken(TaskSpec::new("Broken"))), ..named("a") };
    let errors = finish(vec![broken]).err().unwrap();
    let source = std::error::Error::source(&errors[0]).unwrap().to_string();
    expect!["`product_types` of task `Broken` (goal `a` of phase `p`, installed by `test`) failed"]
        .assert_eq(&errors[0].to_string());
    expect!["the task panicked: no products today"].assert_eq(&source);
}

#[test]
fn suggestions_are_deterministic() {
    assert_eq!(similar("tset", ["test", "tests"]), Some("test".to_owned()));
}
