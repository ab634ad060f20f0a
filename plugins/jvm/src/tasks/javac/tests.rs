//! Real compiles of small graphs.

use super::*;
use crate::jar::read_entries;
use crate::test_support::{add_target, world};
use plugin_api::Value;
use plugin_api::testing::TestContext;
use std::path::Path;

const LIBRARY: &str = "package a; public class Lib { public int one() { return 1; } }";
const USER: &str = "package a; public class User { int two() { return new Lib().one() + 1; } }";

/// A library and a target that uses it.
fn two_targets(root: &Path, library: &str, user: &str) -> (TestContext, [Address; 2]) {
    let world = world("compile.javac", root);
    let lib = add_target(&world, root, "java_library", "lib", &[("a/Lib.java", library)], &[]);
    let user = add_target(&world, root, "java_library", "user", &[("a/User.java", user)], &["lib"]);
    (world, [lib, user])
}

/// Carries the task out for one chunk.
fn compile(world: &TestContext, chunk: &[Address]) -> Result<()> {
    world.plan::<JavacCompile>()?;
    let context = world.context()?;
    let mut task = JavacCompile::new(&context)?;
    task.execute(&context)?;
    task.execute_chunk(&context, chunk)
}

fn javac_processes(world: &TestContext) -> Vec<Process> {
    world.processes().into_iter().filter(|process| process.argv[0] == "javac").collect()
}

fn abi_jar(root: &Path, name: &str) -> Vec<u8> {
    std::fs::read(root.join(format!(".pants.d/compile/javac/src.java.{name}/abi.jar"))).unwrap()
}

#[test]
fn a_dependent_is_compiled_against_the_interface() {
    let root = tempfile::tempdir().unwrap();
    let (world, chunk) = two_targets(root.path(), LIBRARY, USER);
    compile(&world, &chunk).unwrap();
    let processes = javac_processes(&world);
    let abi = ".pants.d/compile/javac/src.java.lib/abi.jar";
    assert_eq!(processes[1].inputs, ["src/java/a/User.java", abi]);
    assert_eq!(processes[1].cache, CachePolicy::Success);
    let runtime = world.produced::<RuntimeClasspath>().unwrap().unwrap();
    let classes = runtime.paths(&chunk);
    let mut names = Vec::new();
    for path in &classes {
        read_entries(&root.path().join(path), |name, _| names.push(name)).unwrap();
    }
    assert_eq!(names, ["a/Lib.class", "a/User.class"]);
    let compile_time = world.produced::<CompileClasspath>().unwrap().unwrap();
    assert_eq!(compile_time.paths(&chunk[..1]), [abi]);
}

#[test]
fn a_changed_body_leaves_the_key_of_dependents_alone() {
    let root = tempfile::tempdir().unwrap();
    let (world, chunk) = two_targets(root.path(), LIBRARY, USER);
    compile(&world, &chunk).unwrap();
    let (before, interface) = (javac_processes(&world).remove(1), abi_jar(root.path(), "lib"));
    let (world, chunk) = two_targets(root.path(), &LIBRARY.replace("return 1", "return 2"), USER);
    compile(&world, &chunk).unwrap();
    assert_eq!(javac_processes(&world).remove(1), before);
    assert_eq!(abi_jar(root.path(), "lib"), interface);
}

#[test]
fn the_compiler_s_own_words_are_shown_once_with_relative_paths() {
    let root = tempfile::tempdir().unwrap();
    let (world, chunk) = two_targets(root.path(), &LIBRARY.replace("return 1", "return x"), USER);
    let error = compile(&world, &chunk).unwrap_err();
    assert_eq!(error.message, "`src/java:lib` does not compile");
    assert_eq!((error.causes.len(), error.failed_targets), (0, vec![chunk[0].clone()]));
    let said = world.tool_output();
    assert_eq!(said.matches("cannot find symbol").count(), 1);
    // The worker of the tests runs elsewhere, so it names sources absolutely.
    assert!(said.contains("src/java/a/Lib.java:1: error: cannot find symbol"), "{said}");
    let runtime = world.produced::<RuntimeClasspath>().unwrap().unwrap();
    assert!(runtime.entries.is_empty(), "nothing is contributed");
}

#[test]
fn a_platform_decides_the_level_of_java() {
    let root = tempfile::tempdir().unwrap();
    let (world, chunk) = two_targets(root.path(), LIBRARY, USER);
    let java11 = Value::Dict(vec![("target".into(), "11".into())]);
    world.option_of(platform::SCOPE, "platforms", Value::Dict(vec![("java11".into(), java11)]));
    world.option_of(platform::SCOPE, "default-platform", "java11");
    compile(&world, &chunk).unwrap();
    assert!(javac_processes(&world)[0].argv.join(" ").contains("--release 11"));
}

#[test]
fn names_of_files_may_have_any_letters() {
    let root = tempfile::tempdir().unwrap();
    let world = world("compile.javac", root.path());
    let source = ("ä/Ä.java", "package ä; public class Ä {}");
    let chunk = [add_target(&world, root.path(), "java_library", "lib", &[source], &[])];
    compile(&world, &chunk).unwrap();
    let worker = javac_processes(&world).remove(0).worker.unwrap();
    assert_eq!(worker.env["LC_ALL"], "C.UTF-8");
}

const PROCESSOR: &str = r#"
package p;
import java.io.Writer;
import java.util.Set;
import javax.annotation.processing.*;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
@SupportedAnnotationTypes("p.Make")
public class Maker extends AbstractProcessor {
    @Override public SourceVersion getSupportedSourceVersion() { return SourceVersion.latest(); }
    @Override public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        if (annotations.isEmpty()) return false;
        try (Writer out = processingEnv.getFiler().createSourceFile("a.Made").openWriter()) {
            out.write(Text.of());
        } catch (java.io.IOException failed) {
            throw new IllegalStateException(failed);
        }
        return true;
    }
}"#;

/// A processor that needs a library to run, and a target that needs what it makes.
fn processor_and_user(root: &Path, made: &str) -> (TestContext, [Address; 3]) {
    let world = world("compile.javac", root);
    let text = format!(r#"package p; public class Text {{ public static String of() {{ return "{made}"; }} }}"#);
    let library = add_target(&world, root, "java_library", "text", &[("p/Text.java", &text)], &[]);
    let annotation = ("p/Make.java", "package p; public @interface Make {}");
    let sources = [annotation, ("p/Maker.java", PROCESSOR)];
    let processor = add_target(&world, root, "annotation_processor", "maker", &sources, &["text"]);
    let mut target = world.context().unwrap().target(&processor).unwrap().unwrap();
    target.fields.push(("processors".to_owned(), Value::strings(["p.Maker"])));
    world.target(target);
    let source = ("a/User.java", "package a; @p.Make class User { int one() { return Made.ONE; } }");
    let user = add_target(&world, root, "java_library", "user", &[source], &["maker"]);
    (world, [library, processor, user])
}

#[test]
fn who_depends_on_a_processor_runs_it() {
    let root = tempfile::tempdir().unwrap();
    let (world, chunk) = processor_and_user(root.path(), "package a; class Made { static final int ONE = 1; }");
    compile(&world, &chunk).unwrap();
    let runtime = world.produced::<RuntimeClasspath>().unwrap().unwrap();
    let mut names = Vec::new();
    for path in runtime.paths(&chunk[1..]) {
        read_entries(&root.path().join(path), |name, _| names.push(name)).unwrap();
    }
    let declaration = "META-INF/services/javax.annotation.processing.Processor";
    assert_eq!(names, ["p/Make.class", "p/Maker.class", declaration, "a/Made.class", "a/User.class"]);
    let processes = javac_processes(&world);
    assert!(processes[1].argv.contains(&"-proc:none".to_owned()), "a processor is not compiled with itself");
    let classes = |name: &str| format!(".pants.d/compile/javac/src.java.{name}/classes.jar");
    assert!(processes[2].inputs.contains(&classes("maker")) && processes[2].inputs.contains(&classes("text")));
}

#[test]
fn another_body_of_what_a_processor_needs_compiles_its_users_again() {
    let of = |value: u8| {
        let root = tempfile::tempdir().unwrap();
        let made = format!("package a; class Made {{ static final int ONE = {value}; }}");
        let (world, chunk) = processor_and_user(root.path(), &made);
        compile(&world, &chunk).unwrap();
        let runtime = world.produced::<RuntimeClasspath>().unwrap().unwrap();
        std::fs::read(root.path().join(&runtime.paths(&chunk[2..])[0])).unwrap()
    };
    assert_ne!(of(1), of(2));
}

#[test]
fn scala_is_refused_by_name() {
    let root = tempfile::tempdir().unwrap();
    let world = world("compile.javac", root.path());
    let sources = [("a/A.java", "package a; class A {}"), ("a/B.scala", "package a; object B")];
    let chunk = [add_target(&world, root.path(), "junit_tests", "mixed", &sources, &[])];
    let error = compile(&world, &chunk).unwrap_err();
    assert_eq!(error.message, "`src/java:mixed` cannot be compiled");
    assert!(
        error.causes[0].ends_with("it has Scala sources, and there is no Scala compiler yet"),
        "{:?}",
        error.causes
    );
}
