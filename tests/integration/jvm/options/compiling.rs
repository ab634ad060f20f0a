//! `[compile.javac]` and `[java]`.

use super::{ran, refused, run};
use crate::support::Repository;

/// Three targets that need nothing, with sources like no other's: one long line, many lines, many files.
fn three() -> Repository {
    let repository = Repository::new(
        "
//- src/java/a/BUILD
java_library(name='long', sources=['Long.java'])
java_library(name='lines', sources=['Lines.java'])
java_library(name='files', sources=['One.java', 'Two.java', 'Three.java'])
",
    );
    let mark = repository.mark();
    let class = |name: &str, rest: &str| {
        repository
            .write(&format!("src/java/a/{name}.java"), &format!("package a; class {name} {{}} // {mark}{rest}\n"));
    };
    class("Long", &"x".repeat(2000));
    class("Lines", &"\n".repeat(100));
    ["One", "Two", "Three"].iter().for_each(|name| class(name, ""));
    repository
}

#[test]
fn the_greatest_work_begins_first_and_one_at_a_time() {
    let check = |estimator: &str, first: &str| {
        let repository = three();
        let size = format!("--compile-javac-size-estimator={estimator}");
        let output = run(&repository, &["--jobs=2", "compile", &size, "--compile-javac-worker-count=1", "::"]);
        assert_eq!(ran(&output)[0], format!("javac src/java/a:{first}"), "{estimator}: {}", output.stderr);
        assert_eq!(ran(&output).len(), 3);
        let _ = output.success();
    };
    check("filesize", "long");
    check("linecount", "lines");
    check("filecount", "files");
}

#[test]
fn options_compile_again_that_change_classes_and_no_others() {
    let repository = three();
    let compile = |arg: &str| {
        let output = run(&repository, &["compile", arg, "src/java/a:long"]);
        let count = ran(&output).len();
        let _ = output.success();
        count
    };
    assert_eq!(compile("--jobs=2"), 1);
    assert_eq!(compile("--compile-javac-worker-count=1"), 0);
    assert_eq!(compile("--compile-javac-size-estimator=random"), 0);
    assert_eq!(compile("--compile-javac-debug-symbols"), 1);
    assert_eq!(compile("--compile-javac-default-compiler-option-sets=fatal_warnings"), 1);
}

#[test]
fn what_a_target_was_compiled_against_is_written_down() {
    let repository = three();
    repository.edit("src/java/a/BUILD", "name='lines', ", "name='lines', dependencies=[':files'], ");
    let written = ".pants.d/compile/javac/src.java.a.lines/classpath.txt";
    let _ = run(&repository, &["compile", "--no-compile-javac-capture-classpath", "src/java/a:lines"]).success();
    assert!(!repository.exists(written));
    let _ = run(&repository, &["compile", "src/java/a:lines"]).success();
    assert_eq!(repository.read(written), ".pants.d/compile/javac/src.java.a.files/abi.jar\n");
}

#[test]
fn sets_of_options_are_switched_on_by_options_and_targets() {
    let repository = Repository::new(
        "
//- src/java/a/BUILD
java_library()
//- src/java/a/A.java
package a; class A { java.util.List<String> list() { return new java.util.ArrayList(); } }
",
    );
    let build = "src/java/a/BUILD";
    let compile = |flags: &[&str]| run(&repository, &[&["compile", "src/java/a"], flags].concat());
    let output = compile(&[]);
    assert!(output.stderr.contains("warning: [unchecked]"), "{}", output.stderr);
    let _ = output.success();
    let quiet = compile(&["--no-compile-javac-warnings"]);
    assert!(!quiet.stderr.contains("warning: [unchecked]"), "{}", quiet.stderr);
    let loud = compile(&["--no-compile-javac-warnings", "--compile-javac-no-warning-args=['-Xlint:unchecked']"]);
    assert!(loud.stderr.contains("warning: [unchecked]"), "{}", loud.stderr);

    let fails = |flags: &[&str]| {
        let said = compile(flags).failure(1);
        assert!(said.contains("-Werror"), "{said}");
    };
    let fatal = "--java-compiler-option-sets=fatal_warnings";
    fails(&[fatal]);
    repository.write("pants.toml", "[java]\ncompiler_option_sets = [\"fatal_warnings\"]\n");
    fails(&[]);
    repository.write(build, "java_library(compiler_option_sets=[])\n");
    let _ = compile(&[]).success();
    fails(&[fatal]);
    repository.write("pants.toml", "");
    repository.write(build, "java_library(fatal_warnings=True)\n");
    fails(&[]);
    repository.write(build, "java_library(compiler_option_sets={'quiet'})\n");
    let sets = r#"{ quiet = ["-C-Xlint:-unchecked", "-S-Xlint"] }"#;
    repository.write("pants.toml", &format!("[compile.javac]\ncompiler_option_sets_enabled_args = {sets}\n"));
    let quiet = compile(&[]);
    assert!(!quiet.stderr.contains("warning: [unchecked]"), "{}", quiet.stderr);
    let _ = quiet.success();
}

#[test]
fn what_cannot_be_meant_is_refused_where_it_stands() {
    let repository = three();
    let refused = |config: &str, expect: &str| refused(&repository, config, &["compile", "::"], expect);
    refused(
        "[compile.javac]\nworker_count = 0\n",
        "pants.toml:2 [compile.javac] worker_count: `0` is no number of compiles",
    );
    refused(
        "[jvm-platform]\ndefault_platform = \"java5\"\n",
        "pants.toml:2 [jvm-platform] default_platform: the platform `java5` is not defined",
    );
    refused(
        "[jvm-distributions]\nminimum_version = \"new\"\n",
        "pants.toml:2 [jvm-distributions] minimum_version: `new` is no version of a JDK",
    );
    refused(
        "[java]\ncompiler_option_sets = [\"fatal\"]\n",
        "pants.toml:2 [java] compiler_option_sets: there is no set of compiler options `fatal`",
    );
    refused(
        "[compile.javac]\ncompiler_option_sets_disabled_args = { x = 1 }\n",
        "pants.toml:2 [compile.javac] compiler_option_sets_disabled_args: `x` must be a list of options",
    );
}
