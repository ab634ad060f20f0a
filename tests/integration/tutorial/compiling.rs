//! `gen`, `resolve` and `compile`: what a change costs, and what a failure leaves alone.

use super::{GREETER, PROTO, ran, run, unlike_any_other};
use crate::support::Repository;
use expect_test::{Expect, expect};

const WIRE: &str = "javac .pants.d/gen/protoc/src.protobuf.org.example.wire.java:src.protobuf.org.example.wire.java";

fn compile(repository: &Repository) -> Vec<String> {
    let output = run(repository, &["compile", "src/java::", "tests/java::"]);
    let lines = ran(&output);
    let _ = output.success();
    lines
}

#[test]
fn a_changed_body_is_compiled_alone_and_a_changed_signature_with_its_dependers() {
    let repository = unlike_any_other();
    compile(&repository);
    assert_eq!(compile(&repository), [""; 0]);

    repository.edit(GREETER, "salutation + \", \"", "salutation + \",\" + \" \"");
    assert_eq!(compile(&repository), ["javac src/java/org/example/greet:greet"]);

    repository.edit(GREETER, "public Greeter() {", "public int count() {\n    return 1;\n  }\n\n  public Greeter() {");
    assert_eq!(
        compile(&repository),
        [
            "javac src/java/org/example/app:lib",
            "javac src/java/org/example/greet:greet",
            "javac tests/java/org/example/app:app",
            "javac tests/java/org/example/greet:greet",
        ]
    );
    assert_eq!(compile(&repository), [""; 0]);
}

#[test]
fn a_message_definition_is_generated_for_both_languages_and_compiled_alone() {
    let repository = unlike_any_other();
    let java = "src/protobuf/org/example/wire:java";
    let output = run(&repository, &["compile", java]);
    assert_eq!(ran(&output), [WIRE, "protoc src/protobuf/org/example/wire:java"]);
    let _ = output.success();
    let compiled = std::fs::read_dir(repository.root().join(".pants.d/compile/javac")).expect("it was compiled");
    let jars = compiled.map(|entry| entry.expect("an entry").path().join("classes.jar")).filter(|jar| jar.is_file());
    let [jar] = &jars.collect::<Vec<_>>()[..] else { panic!("one target was compiled") };
    let jar = std::fs::read(jar).expect("the generated code was compiled");
    assert!(String::from_utf8_lossy(&jar).contains("org/example/wire/Greeting.class"));

    let both = ["protoc src/protobuf/org/example/wire:java", "protoc src/protobuf/org/example/wire:python"];
    let output = run(&repository, &["gen", "::"]);
    assert_eq!(ran(&output), both[1..]);
    let _ = output.success();
    repository.edit(PROTO, "string name = 1;", "string name = 1;\n  string title = 4;");
    let output = run(&repository, &["gen", "::"]);
    assert_eq!(ran(&output), both);
    let _ = output.success();
    assert!(ran(&run(&repository, &["gen", "::"])).is_empty());
    let module = ".pants.d/gen/protoc-py/src.protobuf.org.example.wire.python/org/example/wire/greeting_pb2.py";
    assert!(repository.read(module).contains("title"), "{module}");
}

#[test]
fn a_failed_compile_is_told_once_and_stops_only_what_needs_it() {
    let repository = unlike_any_other();
    repository.edit(GREETER, "return new String", "return 1 + neww String");
    let output = run(&repository, &["test", "::"]);
    let place = "src/java/org/example/greet/Greeter.java:28";
    assert_eq!(output.stderr.matches(place).count(), 1, "{}", output.stderr);
    assert!(output.stdout.contains("tests/python/example/greet:greet"), "{}", output.stdout);
    assert_eq!(output.stdout.matches("SUCCESS").count(), 1, "{}", output.stdout);
    let _ = output.failure(1);
}

#[test]
fn compiling_everything_resolves_nothing_that_no_compiler_needs() {
    let plan = super::tutorial().run(&["--explain", "compile", "::"]).quiet_success();
    expect![[r#"
        Phase Execution Order:

        gen -> bootstrap -> resolve -> compile

        Phase [Goal->Task] Order:

        gen [protoc->ProtobufGen, protoc-py->PythonProtobufGen]
        bootstrap [jvm-tools->BootstrapJvmTools]
        resolve [coursier->CoursierResolve]
        compile [jvm:javac->JavacCompile]
    "#]]
    .assert_eq(&plan);
}

#[test]
fn resolve_and_compile_work_on_each_language() {
    let check = |args: &[&str], expect: Expect| {
        let output = run(&super::tutorial(), args);
        let phases = output.stderr.lines().next().unwrap_or_default().to_owned();
        expect.assert_eq(&phases);
        assert_eq!(output.success(), "");
    };
    check(&["resolve", "src/java::"], expect!["[TIME] [ELAPSED] gen -> bootstrap -> resolve"]);
    check(&["resolve", "tests/python::"], expect!["[TIME] [ELAPSED] gen -> resolve"]);
    let said = run(&super::tutorial(), &["compile", "tests/python::"]).failure(1);
    expect!["error: goal `compile` has nothing to do: none of the targets is of a type that it works on"]
        .assert_eq(said.trim_end());
}
