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
        let name = output.file_name().expect("a directory for each target").to_owned();
        std::fs::create_dir_all(output.join("acme"))?;
        std::fs::write(output.join("acme").join(name), "")?;
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
    for none in ["import-paths", protoc::RUNTIME] {
        world.option_of(protoc::SCOPE, none, plugin_api::Value::List(vec![]));
    }
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
              sources [".pants.d/gen/protoc-py/src.protobuf.base.base/acme/src.protobuf.base.base"]
              dependencies ["3rdparty:runtime"]
            python_library .pants.d/gen/protoc-py/src.protobuf.acme.acme:src.protobuf.acme.acme
              from src/protobuf/acme:acme
              fields ["scope"]
              sources [".pants.d/gen/protoc-py/src.protobuf.acme.acme/acme/src.protobuf.acme.acme"]
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
        let generator = Generator {
            language: Language::Java,
            protoc: Protoc::locate(&context).expect("it is embedded"),
            plugins: Vec::new(),
            imports_from_root: false,
            allows_empty: true,
            allows_duplicates: false,
        };
        fingerprint_parts(&context, &generator).expect("all can be read")
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
              sources [".pants.d/gen/protoc/src.protobuf.base.base/acme/src.protobuf.base.base"]
              dependencies ["3rdparty:runtime"]
            java_library .pants.d/gen/protoc/src.protobuf.acme.acme:src.protobuf.acme.acme
              from src/protobuf/acme:acme
              fields ["scope"]
              sources [".pants.d/gen/protoc/src.protobuf.acme.acme/acme/src.protobuf.acme.acme"]
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

/// What generating Java says and leaves, with options set.
fn check_java(set: impl Fn(&TestContext, &std::path::Path), expect: Expect) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let world = world(directory.path(), "gen.protoc", symbols::JAVA);
    set(&world, directory.path());
    let ending = match world.run::<Codegen<ProtobufGen>>() {
        Ok(()) => "generated\n".to_owned(),
        Err(error) => format!("{}\n{}\n{}\n", error.message, error.causes.join("\n"), error.hints.join("\n")),
    };
    let processes = world.processes();
    let last = processes.last().map(|process| process.argv.join(" ")).unwrap_or_default();
    let tools: Vec<String> = processes
        .last()
        .map(|process| process.tools.iter().map(|tool| tool.name.clone()).collect())
        .unwrap_or_default();
    let sources: Vec<Vec<String>> = world.injected().into_iter().map(|(target, _)| target.sources).collect();
    expect.assert_eq(&format!("{ending}{}\n{last}\ntools {tools:?}\nsources {sources:?}\n", world.logs().join("\n")));
}

/// Makes each run write the same file.
fn same_files(world: &TestContext, root: &std::path::Path) {
    let root = root.to_owned();
    world.fake_tool(move |process| {
        std::fs::create_dir_all(root.join(&process.output_paths[0]))?;
        std::fs::write(root.join(&process.output_paths[0]).join("Same.java"), "")?;
        Ok(ProcessOutput::default())
    });
}

#[test]
fn a_file_that_two_targets_generate_is_refused_or_left_to_the_dependency() {
    check_java(
        same_files,
        expect![[r#"
        code generation failed
        generate from src/protobuf/acme:acme: `src/protobuf/acme:acme` generates `Same.java`, and so does `src/protobuf/base:base`, which it depends on
        let one of them have the sources
        or set `[gen.protoc] allow_dups`, which leaves such files to the dependency

        {tool:protoc}/bin/protoc --proto_path=src/protobuf --java_out=.pants.d/gen/protoc/src.protobuf.acme.acme src/protobuf/acme/acme.proto
        tools ["protoc"]
        sources [[".pants.d/gen/protoc/src.protobuf.base.base/Same.java"]]
    "#]],
    );
    check_java(
        |world, root| {
            same_files(world, root);
            world.option("allow-dups", true);
        },
        expect![[r#"
            generated
            2: `src/protobuf/acme:acme` generates `Same.java`, and so does `src/protobuf/base:base`, which it depends on
            {tool:protoc}/bin/protoc --proto_path=src/protobuf --java_out=.pants.d/gen/protoc/src.protobuf.acme.acme src/protobuf/acme/acme.proto
            tools ["protoc"]
            sources [[".pants.d/gen/protoc/src.protobuf.base.base/Same.java"], []]
        "#]],
    );
}

#[test]
fn a_target_without_sources_is_passed_over_or_refused() {
    let empty = |world: &TestContext| {
        let mut target = Target::new(Address::new("src/protobuf/empty", "empty"), symbols::JAVA);
        target.location.file = "src/protobuf/empty/BUILD".to_owned();
        world.target(target);
        world.roots(&[Address::new("src/protobuf/empty", "empty")]);
    };
    check_java(
        |world, _| empty(world),
        expect![[r#"
        generated


        tools []
        sources [[]]
    "#]],
    );
    check_java(
        |world, _| {
            empty(world);
            world.option("allow-empty", false);
        },
        expect![[r#"
            code generation failed
            generate from src/protobuf/empty:empty: src/protobuf/empty/BUILD: `src/protobuf/empty:empty` has no sources
            `[gen.protoc] allow_empty` passes over such targets


            tools []
            sources []
        "#]],
    );
}

#[test]
fn plugins_are_found_under_either_name_and_near_first() {
    let plugin = |root: &std::path::Path, path: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        std::fs::write(path, "").expect("it can be written");
    };
    check_java(
        |world, root| {
            plugin(root, "tools/protoc-gen-a_protobuf");
            plugin(root, "tools/protoc-gen-b");
            world.option("protoc-plugins", Value::strings(["a", "b"])).option("extra-path", Value::strings(["tools"]));
        },
        expect![[r#"
            generated

            {tool:protoc}/bin/protoc --plugin=protoc-gen-a_protobuf={tool:protoc-gen-a_protobuf} --a_protobuf_out=.pants.d/gen/protoc/src.protobuf.acme.acme --plugin=protoc-gen-b={tool:protoc-gen-b} --b_out=.pants.d/gen/protoc/src.protobuf.acme.acme --proto_path=src/protobuf --java_out=.pants.d/gen/protoc/src.protobuf.acme.acme src/protobuf/acme/acme.proto
            tools ["protoc", "protoc-gen-a_protobuf", "protoc-gen-b"]
            sources [[".pants.d/gen/protoc/src.protobuf.base.base/acme/src.protobuf.base.base"], [".pants.d/gen/protoc/src.protobuf.acme.acme/acme/src.protobuf.acme.acme"]]
        "#]],
    );
    check_java(
        |world, _| {
            world.option("protoc-plugins", Value::strings(["missing"]));
        },
        expect![[r#"
            test: there is no program `protoc-gen-missing`

            it is looked for in the directories of `extra_path`, then in those of PATH


            tools []
            sources []
        "#]],
    );
}

#[test]
fn another_protoc_is_not_pretended() {
    check_java(
        |world, _| {
            world.option_of(protoc::SCOPE, "version", "3.11.4");
        },
        expect![[r#"
            generated
            2: test: protoc 3.11.4 is not here; 31.1 generates instead (`[protoc] path` names a protoc of another version)
            {tool:protoc}/bin/protoc --proto_path=src/protobuf --java_out=.pants.d/gen/protoc/src.protobuf.acme.acme src/protobuf/acme/acme.proto
            tools ["protoc"]
            sources [[".pants.d/gen/protoc/src.protobuf.base.base/acme/src.protobuf.base.base"], [".pants.d/gen/protoc/src.protobuf.acme.acme/acme/src.protobuf.acme.acme"]]
        "#]],
    );
}
