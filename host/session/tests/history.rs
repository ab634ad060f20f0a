//! What a session answers does not depend on what it was asked before, nor on what it is asked at the same time.
//!
//! Every question is asked in a session of its own first. Then sessions that stay warm are asked all of them, in one order
//! after the other and from several threads at once: the same bytes, the same complaints, the same end.

mod support;

use pants_session::Warm;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use support::{Repository, never_changing};

/// Questions about the tutorial, whose every target is all right.
const OF_TUTORIAL: &str = "
    list
    list ::
    list src/java/org/example/app:lib
    list tests:: src/python::
    list :: ^src/java:: ^3rdparty/python:
    list src/java/org/example/app/Main.java
    list --output-format=json src::
    list --documented ::
    list no/such:target
    list src/java/org/example/app:libs
    --tag=release list ::
    --exclude-target-regexp=.*app.* list ::
    --owner-of=src/java/org/example/app/Main.java list
    --owner-of=no/such/file list
    --changed-parent=HEAD list
    --changed-parent=HEAD --changed-include-dependees=direct list
    --changed-parent=HEAD --changed-include-dependees=transitive list
    changed
    changed --files
    changed --include-dependees=transitive
    --explain test-changed
    peek src/java/org/example/app:lib
    peek
    peek --output-format=jsonl src/protobuf::
    dependencies src/java/org/example/app
    dependencies --transitive src/java/org/example/app src/python/example/app
    dependencies --transitive //:apps
    dependencies --type=3rdparty --transitive src/java::
    dependees src/protobuf/org/example/wire:java
    dependees --transitive 3rdparty/jvm:guava
    dependees --transitive --closed 3rdparty/python:titlecase src/resources::
    dependees --transitive --output-format=json 3rdparty/jvm:guava 3rdparty/jvm:junit4
    dependees //:junit_library
    depmap src/java/org/example/app
    depmap --minimal //:tests
    depmap --graph //:apps
    depmap --external-only src::
    path tests/java/org/example/app 3rdparty/jvm:guava
    path 3rdparty/jvm:guava tests/java/org/example/app
    paths //:tests 3rdparty/python:titlecase
    filter --type=java_library ::
    filter --ancestor=src/java/org/example/greet //:apps
    filter --target=src/java/org/example/app: ::
    filter --regex=greet --tag-regex=release ::
    sort //:apps tests::
    sort --reverse ::
    minimize ::
    minimize src::
    filedeps src/java/org/example/app
    filedeps --transitive //:apps
    filedeps --globs tests::
    filemap
    filemap src/java::
    list-owners src/java/org/example/app/Main.java
    list-owners src/java/org/example/app/*.java
    roots
    roots src/java::
    cloc ::
    cloc --transitive --ignored src/java/org/example/app
    targets
    targets --details=java_library
    goals
    options --scope=compile
    options --only-overridden
    export --no-libraries src/java/org/example/app
    export --no-libraries --sources src/java:: src/resources:: 3rdparty::
    --explain compile ::
    --explain test tests/java/org/example/greet
    --explain test tests/python::
    --explain binary //:apps
    --explain list ::
    help list
    list --no-such-flag ::
    no-such-goal ::
    test
    test src/resources::
";

/// Questions about a repository in which much is wrong.
const OF_BROKEN: &str = "
    list ::
    --keep-going list ::
    list good:
    list good:alias
    list cycle/a
    list cycle/b
    list cycle/c:
    --keep-going list cycle::
    list missing
    --keep-going list missing:
    --max-errors=1 list ::
    --keep-going --max-errors=2 list ::
    list syntax
    list syntax:
    list refused:
    list refused:fine
    list dependent
    --keep-going list dependent
    list unmatched:
    list empty
    list empty:
    --keep-going dependees good
    --keep-going dependees --transitive good
    dependees good
    dependencies --transitive dependent
    --keep-going dependencies --transitive dependent
    --keep-going dependencies --transitive cycle/b
    --keep-going depmap cycle/c
    --keep-going paths cycle/c good
    --keep-going path cycle/a good
    --keep-going sort ::
    --keep-going minimize ::
    --keep-going peek
    --keep-going filedeps --transitive ::
    --keep-going filemap
    --keep-going roots
    --explain compile good:
    --explain compile good:alias
    --keep-going --explain compile ::
    --keep-going --explain test ::
    compile dependent
    compile cycle/a
    --keep-going compile missing refused:
    filter --target=good: good:
    filter --target=syntax: good:
    filter --ancestor=cycle/a good:
    list-owners good/Good.java
    list-owners syntax/BUILD
    --owner-of=refused/BUILD list
    --owner-of=cycle/a/A.java list
    list good/Good.java
    list tests:
    dependencies tests:
    list //:junit_library
    dependees //:junit_library
    list 'good:' cycle/b
    list unused:
";

const BROKEN: &str = r#"
//- BUILD
target(name = "all", dependencies = ["good", "dependent"])
//- good/BUILD
java_library(sources = ["*.java"], description = "All is well.")
alias(name = "alias", target = ":good")
//- good/Good.java
public final class Good {}
//- cycle/a/BUILD
java_library(sources = ["*.java"], dependencies = ["cycle/b", "good"])
//- cycle/a/A.java
//- cycle/b/BUILD
java_library(sources = [], dependencies = ["cycle/c", "cycle/a"])
//- cycle/c/BUILD
java_library(sources = [], dependencies = ["cycle/a", "cycle/c:self"])
java_library(name = "self", sources = [], dependencies = [":self"])
//- missing/BUILD
java_library(sources = [], dependencies = ["good:godo", "no/where", "empty", "unused:x"])
//- syntax/BUILD
java_library(name = "before", sources = [])
java_library(name = 
//- refused/BUILD
java_library(name = "fine", sources = [])
java_library(name = "refused", sources = [], no_such_field = 1, dependencies = ["nobody"])
java_libary(name = "unknown")
//- dependent/BUILD
java_library(sources = [], dependencies = ["syntax:before", "syntax:after", "refused", "good"])
//- unmatched/BUILD
java_library(sources = ["*.java", "No.java"])
//- empty/BUILD
//- unused/readme.txt
//- tests/BUILD
junit_tests(sources = ["*Test.java"], dependencies = ["good"])
//- tests/GoodTest.java
"#;

/// Questions about a repository whose config file is of the years of Pants v1.
const OF_OLD: &str = "
    --pants-config-files=pants.ini list ::
    --pants-config-files=pants.ini list good
    --pants-config-files=pants.ini goals
    --pants-config-files=pants.ini help goals
    --pants-config-files=pants.ini help list
    --pants-config-files=pants.ini options --scope=list
    --pants-config-files=pants.ini --explain compile ::
    --pants-config-files=pants.ini lint ::
    --pants-config-files=pants.ini no-such-goal
";

const OLD: &str = r#"
//- pants.ini
[GLOBAL]
backend_packages: ["pants.backend.jvm", "nobody.provides.this"]

[python-setup]
interpreter_constraints: ["CPython==2.7.*"]
//- good/BUILD
java_library(sources = ["*.java"])
//- good/Good.java
"#;

#[test]
fn what_is_doubtful_is_told_in_every_run() {
    let repository = Repository::of(OLD);
    let answer = repository.ask("--pants-config-files=pants.ini list ::", &never_changing());
    assert!(answer.contains("good:good") && answer.contains("nobody.provides.this"), "{answer}");
    check(&repository, OF_OLD);
}

#[test]
fn answers_about_the_tutorial_have_no_history() {
    let repository = Repository::copy_of("../../docs/tutorial");
    repository.commit();
    repository.write("src/resources/org/example/greet/greeting.txt", "Good evening");
    check(&repository, OF_TUTORIAL);
}

#[test]
fn answers_about_what_is_broken_have_no_history() {
    let repository = Repository::of(BROKEN);
    check(&repository, OF_BROKEN);
}

fn check(repository: &Repository, questions: &str) {
    let questions: Vec<&str> = questions.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let fresh: BTreeMap<&str, String> =
        questions.iter().map(|question| (*question, repository.ask(question, &never_changing()))).collect();
    let mut wrong = String::new();
    for (name, order) in orders(&questions) {
        let warm = never_changing();
        for question in order {
            compare(&mut wrong, &format!("asked {name}"), question, &fresh[question], &repository.ask(question, &warm));
        }
    }
    for (thread, question, answer) in at_once(repository, &questions) {
        compare(&mut wrong, &format!("asked at once, by thread {thread}"), question, &fresh[question], &answer);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn compare(wrong: &mut String, when: &str, question: &str, fresh: &str, warm: &str) {
    if fresh != warm {
        writeln!(wrong, "\n=== `{question}` {when}\n--- in a fresh session\n{fresh}--- in that one\n{warm}")
            .expect("a string takes everything");
    }
}

/// The questions in several orders.
fn orders<'q>(questions: &[&'q str]) -> Vec<(&'static str, Vec<&'q str>)> {
    const STEP: usize = 31;
    // A prime that divides no number of questions here: each is asked once.
    assert!(!questions.len().is_multiple_of(STEP));
    let mixed = (0..questions.len()).map(|at| questions[at * STEP % questions.len()]);
    let backwards = questions.iter().rev().copied();
    vec![("forwards", questions.to_vec()), ("backwards", backwards.collect()), ("mixed", mixed.collect())]
}

/// Each thread asks all of them, from another one on, in the same session.
fn at_once<'q>(repository: &Repository, questions: &[&'q str]) -> Vec<(usize, &'q str, String)> {
    const THREADS: usize = 4;
    let warm: &Warm = &never_changing();
    std::thread::scope(|scope| {
        let ask = |thread: usize| {
            let first = thread * questions.len() / THREADS;
            let mine = questions[first..].iter().chain(&questions[..first]);
            mine.map(|question| (thread, *question, repository.ask(question, warm))).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || ask(thread))).collect();
        let answers = threads.into_iter().flat_map(|thread| thread.join().expect("nobody panics")).collect();
        assert_eq!(warm.facts().backends, 1, "those of whoever was the first");
        answers
    })
}
