//! What a generator asks protoc for, what it injects, and how it fails, with a protoc that writes what the test says.

use super::*;
use expect_test::{Expect, expect};
use plugin_api::products::GeneratedSources;
use plugin_api::tasks::Codegen;
use plugin_api::testing::TestContext;
use plugin_api::{Exit, ProcessOutput, Task};

/// A world with a proto that imports another one, and a runtime; the fake protoc writes one file.
fn world(directory: &std::path::Path, scope: &str, target_type: &str) -> TestContext {
    let world = TestContext::new(scope);
    world.build_root(directory);
    let root = directory.to_owned();
    world.fake_tool(move |process| {
        let output = root.join(&process.output_paths[0]);
        std::fs::create_dir_all(output.join("acme"))?;
        std::fs::write(output.join("acme/generated"), "")?;
        Ok(ProcessOutput::default())
    });
    let runtime = Address::new("3rdparty", "runtime");
    let base = Address::new("src/protobuf/base", "base");
    world.target(Target::new(runtime.clone(), "library"));
    for (address, dependencies) in [(base.clone(), vec![]), (Address::new("src/protobuf/acme", "acme"), vec![base])] {
        let mut target = Target::new(address.clone(), target_type);
        target.sources = vec![format!("{}/{}.proto", address.dir(), address.name())];
        target.dependencies = dependencies;
        target.dependencies.push(runtime.clone());
        for field in ["scope", "no_cache"] {
            target.fields.push((field.to_owned(), Value::from("x")));
        }
        world.target(target);
    }
    world.option_of(protoc::SCOPE, "path", plugin_api::Value::None);
    world.option_of(protoc::SCOPE, "version", plugin_api::Value::None);
    world.option_of(protoc::SCOPE, "import-paths", plugin_api::Value::List(vec![]));
    world
}

fn check<T: Task>(scope: &str, target_type: &str, expect: Expect) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = world(directory.path(), scope, target_type);
    world.run::<T>().expect("the fake protoc succeeds");
    let mut text = String::new();
    for process in world.processes() {
        text.push_str(&format!("{}\n  inputs {:?}\n", process.argv.join(" "), process.inputs));
    }
    for (target, derived_from) in world.injected() {
        let dependencies: Vec<String> = target.dependencies.iter().map(ToString::to_string).collect();
        let fields: Vec<&str> = target.fields.iter().map(|(name, _)| name.as_str()).collect();
        text.push_str(&format!(
            "{} {}\n  from {derived_from}\n  fields {fields:?}\n  sources {:?}\n  dependencies {dependencies:?}\n",
            target.type_name, target.address, target.sources
        ));
    }
    let generated = world.produced::<GeneratedSources>().expect("it can be read").expect("it was left");
    text.push_str(&format!("generated from {} targets\n", generated.targets.len()));
    expect.assert_eq(&text);
}

#[test]
fn python_targets_become_python_libraries() {
    check::<Codegen<PythonProtobufGen>>(
        "gen.protoc-py",
        symbols::PYTHON,
        expect![[r#"
            {tool:protoc}/bin/protoc --proto_path=src/protobuf --python_out=.pants.d/gen/protoc-py/src.protobuf.base.base src/protobuf/base/base.proto
              inputs ["src/protobuf/base/base.proto"]
            {tool:protoc}/bin/protoc --proto_path=src/protobuf --python_out=.pants.d/gen/protoc-py/src.protobuf.acme.acme src/protobuf/acme/acme.proto
              inputs ["src/protobuf/base/base.proto", "src/protobuf/acme/acme.proto"]
            python_library .pants.d/gen/protoc-py/src.protobuf.base.base:src.protobuf.base.base
              from src/protobuf/base:base
              fields ["scope"]
              sources [".pants.d/gen/protoc-py/src.protobuf.base.base/acme/generated"]
              dependencies ["3rdparty:runtime"]
            python_library .pants.d/gen/protoc-py/src.protobuf.acme.acme:src.protobuf.acme.acme
              from src/protobuf/acme:acme
              fields ["scope"]
              sources [".pants.d/gen/protoc-py/src.protobuf.acme.acme/acme/generated"]
              dependencies ["src/protobuf/base:base", "3rdparty:runtime"]
            generated from 2 targets
        "#]],
    );
}

#[test]
fn what_an_import_path_holds_is_an_input() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = world(directory.path(), "gen.protoc", symbols::JAVA);
    world.option_of(protoc::SCOPE, "import-paths", ["vendor"]);
    let write = |text: &str| {
        std::fs::create_dir_all(directory.path().join("vendor")).expect("it can be made");
        std::fs::write(directory.path().join("vendor/x.proto"), text).expect("it can be written");
        let context = world.context().expect("a world has a context");
        let protoc = Protoc::locate(&context).expect("it is embedded");
        fingerprint_parts(&context, &protoc).expect("all can be read")
    };
    assert_ne!(write("one"), write("two"));
    world.run::<Codegen<ProtobufGen>>().expect("the fake protoc succeeds");
    assert_eq!(world.processes()[0].inputs, ["src/protobuf/base/base.proto", "vendor/x.proto"]);
}

#[test]
fn java_targets_become_java_libraries() {
    check::<Codegen<ProtobufGen>>(
        "gen.protoc",
        symbols::JAVA,
        expect![[r#"
            {tool:protoc}/bin/protoc --proto_path=src/protobuf --java_out=.pants.d/gen/protoc/src.protobuf.base.base src/protobuf/base/base.proto
              inputs ["src/protobuf/base/base.proto"]
            {tool:protoc}/bin/protoc --proto_path=src/protobuf --java_out=.pants.d/gen/protoc/src.protobuf.acme.acme src/protobuf/acme/acme.proto
              inputs ["src/protobuf/base/base.proto", "src/protobuf/acme/acme.proto"]
            java_library .pants.d/gen/protoc/src.protobuf.base.base:src.protobuf.base.base
              from src/protobuf/base:base
              fields ["scope"]
              sources [".pants.d/gen/protoc/src.protobuf.base.base/acme/generated"]
              dependencies ["3rdparty:runtime"]
            java_library .pants.d/gen/protoc/src.protobuf.acme.acme:src.protobuf.acme.acme
              from src/protobuf/acme:acme
              fields ["scope"]
              sources [".pants.d/gen/protoc/src.protobuf.acme.acme/acme/generated"]
              dependencies ["src/protobuf/base:base", "3rdparty:runtime"]
            generated from 2 targets
        "#]],
    );
}

#[test]
fn what_protoc_finds_wrong_is_told_once_in_its_own_words() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = world(directory.path(), "gen.protoc", symbols::JAVA);
    world.fake_tool(|_| {
        Ok(ProcessOutput {
            exit: Exit::Code(1),
            stderr: b"src/protobuf/acme/acme.proto:3:1: Expected \";\".\n".to_vec(),
            ..ProcessOutput::default()
        })
    });
    let error = world.run::<Codegen<ProtobufGen>>().expect_err("protoc fails");
    expect![[r#"
        src/protobuf/acme/acme.proto:3:1: Expected ";".
        src/protobuf/acme/acme.proto:3:1: Expected ";".
        code generation failed
        generate from src/protobuf/base:base: protoc exited with 1
        generate from src/protobuf/acme:acme: protoc exited with 1
    "#]]
    .assert_eq(&format!("{}{}\n{}\n", world.tool_output(), error.message, error.causes.join("\n")));
}
