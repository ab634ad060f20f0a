//! Questions about the tutorial, and plans of everything that can be asked for.

use super::{run, tutorial};
use expect_test::{Expect, expect};

fn check(args: &[&str], expect: Expect) {
    expect.assert_eq(&tutorial().run(args).quiet_success());
}

#[test]
fn questions_need_no_tool() {
    check(
        &["--tag=release", "list", "::"],
        expect![[r#"
        //:apps
        src/java/org/example/app:app
        src/java/org/example/greet:greet
        src/python/example/app:app
    "#]],
    );
    check(
        &["dependees", "3rdparty/jvm:guava"],
        expect![[r#"
        src/java/org/example/greet:greet
    "#]],
    );
    check(
        &["filedeps", "--transitive", "//:tests"],
        expect![[r#"
            3rdparty/jvm/BUILD
            3rdparty/python/BUILD
            3rdparty/python/requirements.txt
            BUILD
            src/java/org/example/app/BUILD
            src/java/org/example/app/Main.java
            src/java/org/example/greet/BUILD
            src/java/org/example/greet/Greeter.java
            src/protobuf/org/example/wire/BUILD
            src/protobuf/org/example/wire/greeting.proto
            src/python/example/greet/BUILD
            src/python/example/greet/__init__.py
            src/python/example/greet/greeter.py
            src/resources/org/example/greet/BUILD
            src/resources/org/example/greet/salutation.txt
            tests/java/org/example/app/BUILD
            tests/java/org/example/app/MainTest.java
            tests/java/org/example/greet/BUILD
            tests/java/org/example/greet/GreeterTest.java
            tests/python/example/greet/BUILD
            tests/python/example/greet/test_greeter.py
        "#]],
    );
    check(
        &["depmap", "src/java/org/example/app"],
        expect![[r#"
        internal-src.java.org.example.app.app
          internal-src.java.org.example.app.lib
            internal-src.java.org.example.greet.greet
              internal-3rdparty.jvm.guava
                com.google.guava-guava-33.4.8-jre
              internal-src.protobuf.org.example.wire.java
                internal-3rdparty.jvm.protobuf-java
                  com.google.protobuf-protobuf-java-4.31.1
              internal-src.resources.org.example.greet.greet
    "#]],
    );
}

#[test]
fn specs_start_in_the_build_root_or_where_one_is() {
    let repository = tutorial();
    let below =
        |args: &[&str]| repository.pants(args).in_directory(&repository.root().join("src/java/org/example/app")).run();
    let lib = "src/java/org/example/app:lib\n";
    for spec in ["./:lib", ".:lib", "./Main.java", "src/java/org/example/app:lib"] {
        assert_eq!(below(&["list", spec]).quiet_success(), lib, "{spec}");
    }
    let greet = "src/java/org/example/greet:greet\n";
    assert_eq!(below(&["list", "../greet"]).quiet_success(), greet);
    assert_eq!(below(&["list", "../..::"]).quiet_success(), format!("src/java/org/example/app:app\n{lib}{greet}"));
    expect![[r#"
        error: `//:lib` does not match any targets
          hint: the build root declares `:apps`, `:tests`
          hint: targets are named from the build root; `./:lib` starts in the current directory
    "#]]
    .assert_eq(&below(&["list", ":lib"]).failure(1));
}

#[test]
fn generated_targets_are_not_listed() {
    let repository = tutorial();
    let before = repository.run(&["list", "::"]).quiet_success();
    let output = run(&repository, &["gen", "list", "::"]);
    assert_eq!(output.success(), before);
    assert_eq!(repository.run(&["list", "::"]).quiet_success(), before);
}

#[test]
fn every_goal_has_a_plan_that_touches_nothing() {
    let repository = tutorial();
    repository.git(&["init", "--quiet"]);
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message=first"]);
    let goals = [
        "list",
        "goals",
        "targets",
        "dependencies",
        "dependees",
        "depmap",
        "path",
        "paths",
        "peek",
        "filter",
        "sort",
        "minimize",
        "filedeps",
        "filemap",
        "list-owners",
        "roots",
        "cloc",
        "changed",
        "compile-changed",
        "test-changed",
        "gen",
        "resolve",
        "compile",
        "test",
        "run",
        "binary",
        "clean-all",
    ];
    for goal in goals {
        // Goals that look for changes choose their targets themselves.
        let specs: &[&str] = if goal.ends_with("changed") { &[] } else { &["::"] };
        let plan = repository.run(&[&["--explain", goal], specs].concat()).quiet_success();
        assert!(plan.starts_with("Phase Execution Order:\n\n"), "{goal}: {plan}");
        assert!(plan.contains(goal), "{goal}: {plan}");
        assert!(!repository.has_work(), "{goal} left a work directory");
        assert!(!repository.exists("dist"), "{goal} left something in dist");
        assert!(!repository.home().join("cache/pants/tools").exists(), "{goal} fetched a tool");
    }
}

#[test]
fn a_plan_shows_phases_goals_and_tasks() {
    check(
        &["--explain", "test", "binary", "::"],
        expect![[r#"
        Phase Execution Order:

        gen -> bootstrap -> resolve -> resources -> compile -> test -> binary

        Phase [Goal->Task] Order:

        gen [protoc->ProtobufGen, protoc-py->PythonProtobufGen]
        bootstrap [jvm-tools->BootstrapJvmTools]
        resolve [coursier->CoursierResolve, requirements->ResolveRequirements]
        resources [prepare->PrepareResources, services->PrepareServices]
        compile [jvm:javac->JavacCompile]
        test [junit->JunitRun, pytest->PytestRun]
        binary [jvm->BinaryCreate, py->PythonBinaryCreate]
    "#]],
    );
}

#[test]
fn a_plan_says_what_has_nothing_to_do() {
    let output = tutorial().run(&["--explain", "test", "src/python/example/app"]);
    expect![[r#"
        warning: goal `test` has nothing to do: none of the targets is of a type that it works on
    "#]]
    .assert_eq(&output.stderr);
}

#[test]
fn depmap_resolves_only_when_it_shows_what_was_resolved() {
    check(
        &["--explain", "depmap", "::"],
        expect![[r#"
        Phase Execution Order:

        depmap

        Phase [Goal->Task] Order:

        depmap [depmap->Depmap]
    "#]],
    );
    check(
        &["--explain", "depmap", "--project-info", "::"],
        expect![[r#"
            Phase Execution Order:

            gen -> bootstrap -> resolve -> depmap

            Phase [Goal->Task] Order:

            gen [protoc->ProtobufGen, protoc-py->PythonProtobufGen]
            bootstrap [jvm-tools->BootstrapJvmTools]
            resolve [coursier->CoursierResolve]
            depmap [depmap->Depmap]
        "#]],
    );
    let repository = tutorial();
    let text = run(&repository, &["depmap", "--project-info", "src/java/org/example/greet"]).success();
    let jar = ".pants.d/resolve/coursier/jars/com/google/guava/guava/33.4.8-jre/guava-33.4.8-jre.jar";
    assert!(text.contains(&format!("\"default\": \"{jar}\"")), "{text}");
    assert!(repository.exists(jar));
    assert!(!repository.exists(".pants.d/compile"), "nothing is compiled for that");
}
