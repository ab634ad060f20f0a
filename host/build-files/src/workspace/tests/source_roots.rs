//! Source roots, as BUILD files and the configuration declare them.

use super::*;
use crate::config::{SourceRootsConfig, UnmatchedPolicy};

/// Checks the source root of each target that has one, and the complaints.
fn check_roots(fixture: &str, roots: SourceRootsConfig, specs: &str, expect: Expect) {
    let fixture = Fixture::new(fixture);
    // In fixtures that have one.
    let prelude_globs =
        if fixture.root().join("prelude.py").exists() { vec!["prelude.py".to_owned()] } else { Vec::new() };
    let config = WorkspaceConfig { source_roots: roots, prelude_globs, ..fixture.config() };
    let build_files = BuildFiles::new(config, symbols());
    let root = fixture.root();
    let specs: Vec<AddressSpec> =
        specs.split_whitespace().map(|text| AddressSpec::parse(text, root, root).expect("these are specs")).collect();
    let (_, diagnostics) = build_files.resolve(&specs, &SpecFilters::default());
    let graph = build_files.graph();
    let mut out: Vec<String> = graph
        .targets()
        .filter_map(|target| Some(format!("{} in `{}`", target.address, target.source_root.as_ref()?)))
        .collect();
    out.extend(diagnostics.iter().map(ToString::to_string));
    out.push(format!("evaluated: {}", build_files.evaluated_dirs().join(" ")));
    expect.assert_eq(&out.join("\n"));
}

const REPO: &str = "
//- BUILD
source_root('src/java', java_library, junit_tests)
source_root('lib')
//- src/BUILD
target(name = 'none', dependencies = ['src/java/a', 'src/py/a'])
//- src/py/BUILD
source_root.here()
//- src/java/a/BUILD
java_library()
python_library(name = 'py', sources = [])
python_library(name = 'strange', sources = ['x.py'])
//- src/java/a/x.py
//- src/py/a/BUILD
python_library()
//- lib/x/BUILD
java_library(name = 'x', dependencies = ['src/java/a'])
//- other/BUILD
java_library()
";

#[test]
fn calls_in_the_files_above_are_found() {
    check_roots(
        REPO,
        SourceRootsConfig::default(),
        "::",
        expect![[r#"
            lib/x:x in `lib`
            src/java/a:a in `src/java`
            src/java/a:py in `src/java`
            src/java/a:strange in `src/java`
            src/py/a:a in `src/py`
            src/java/a/BUILD:3:1: target type `python_library` is not allowed under source root `src/java`
              hint: BUILD:1:1 declares it for `java_library`, `junit_tests`
            evaluated:  lib/x other src src/java/a src/py src/py/a"#]],
    );
    check_roots(
        REPO,
        SourceRootsConfig::default(),
        "src/java/a",
        expect![[r#"
        src/java/a:a in `src/java`
        evaluated:  src/java/a"#]],
    );
    check_roots(REPO, SourceRootsConfig::default(), "other", expect!["evaluated:  other"]);
}

#[test]
fn calls_that_are_wrong() {
    check_roots(
        "
//- BUILD
source_root('src')
source_root('src')
source_root('lib', java_library)
//- src/BUILD
source_root('a', java_library)
source_root('../x')
source_root('/x')
source_root()
source_root('b', 'java_library')
source_root(1)
//- src/a/BUILD
java_library()
//- lib/BUILD
source_root.here(python_library)
java_library()
",
        SourceRootsConfig::default(),
        "::",
        expect![[r#"
            lib:lib in `lib`
            src/a:a in `src/a`
            lib/BUILD:1:1: source root `lib` is already declared at BUILD:3:1, for other types
              |
            1 | source_root.here(python_library)
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            src/BUILD:1:1: source root `src/a` is nested inside source root `src`; the other is declared at BUILD:1:1
              |
            1 | source_root('a', java_library)
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            src/BUILD:2:1: source root `../x` is not at or below the directory of its BUILD file
              |
            2 | source_root('../x')
              | ^^^^^^^^^^^^^^^^^^^
            src/BUILD:3:1: source root `/x` is not at or below the directory of its BUILD file
              |
            3 | source_root('/x')
              | ^^^^^^^^^^^^^^^^^
            src/BUILD:4:1: this takes at least 1 arguments, not 0
              |
            4 | source_root()
              | ^^^^^^^^^^^^^
            src/BUILD:5:18: a source root is for target types, not a string
              |
            5 | source_root('b', 'java_library')
              |                  ^^^^^^^^^^^^^^
            src/BUILD:6:13: this takes a string, not a number
              |
            6 | source_root(1)
              |             ^
            evaluated:  lib src src/a"#]],
    );
}

#[test]
fn a_maven_layout() {
    check_roots(
        "
//- proj/BUILD
maven_layout()
//- proj/src/main/java/a/BUILD
java_library()
//- proj/src/test/python/BUILD
python_library()
//- other/BUILD
maven_layout('sub/dir')
//- other/sub/dir/src/main/java/BUILD
java_library()
",
        SourceRootsConfig::default(),
        "::",
        expect![[r#"
            other/sub/dir/src/main/java:java in `other/sub/dir/src/main/java`
            proj/src/main/java/a:a in `proj/src/main/java`
            proj/src/test/python:python in `proj/src/test/python`
            evaluated: other other/sub/dir/src/main/java proj proj/src/main/java/a proj/src/test/python"#]],
    );
}

#[test]
fn the_configuration_says_the_rest() {
    let texts = |items: &[&str]| Some(items.iter().map(|item| (*item).to_owned()).collect());
    let patterns = SourceRootsConfig { root_patterns: texts(&["java", "/other"]), ..SourceRootsConfig::default() };
    check_roots(
        REPO,
        patterns.clone(),
        "lib/x src/py/a other",
        expect![[r#"
            lib/x:x in `lib`
            other:other in `other`
            src/java/a:a in `src/java`
            src/py/a:a in `src/py`
            evaluated:  lib/x other src/java/a src/py src/py/a"#]],
    );
    let failing = SourceRootsConfig { unmatched: UnmatchedPolicy::Fail, ..patterns };
    check_roots(
        "//- x/A.java\n//- x/BUILD\njava_library()\ntarget(name = 't')\n",
        failing,
        "x:",
        expect![[r#"
        x/BUILD:1:1: target `:x` has sources in no source root
          hint: `[source] root_patterns` says what source roots are called; with `unmatched = "create"` any directory is one
        evaluated: x"#]],
    );
    let marker = SourceRootsConfig { marker_filenames: vec!["ROOT".to_owned()], ..SourceRootsConfig::default() };
    check_roots(
        "//- x/ROOT\n//- x/y/z/BUILD\njava_library()\n//- w/BUILD\njava_library()\n",
        marker,
        "::",
        expect![[r#"
            x/y/z:z in `x`
            evaluated: w x/y/z"#]],
    );
}

#[test]
fn a_function_of_the_prelude_declares_roots() {
    check_roots(
        "
//- prelude.py
def project(dir):
  maven_layout(dir)
//- BUILD
project('lib')
//- lib/src/main/java/a/BUILD
java_library()
",
        SourceRootsConfig::default(),
        "lib/src/main/java/a:",
        expect![[r#"
            lib/src/main/java/a:a in `lib/src/main/java`
            evaluated:  lib/src/main/java/a"#]],
    );
}

#[test]
fn roots_inside_each_other_are_told_of_once() {
    check_roots(
        "
//- BUILD
source_root('src')
source_root('src/java/com')
source_root('src')
//- src/java/com/BUILD
source_root('x')
java_library()
//- src/java/com/x/BUILD
java_library()
",
        SourceRootsConfig::default(),
        "::",
        expect![[r#"
            src/java/com:com in `src/java/com`
            src/java/com/x:x in `src/java/com/x`
            BUILD:2:1: source root `src/java/com` is nested inside source root `src`; the other is declared at BUILD:1:1
              |
            2 | source_root('src/java/com')
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            BUILD:3:1: source root `src/java/com` is nested inside source root `src`; the other is declared at BUILD:2:1
              |
            3 | source_root('src')
              | ^^^^^^^^^^^^^^^^^^
            src/java/com/BUILD:1:1: source root `src/java/com/x` is nested inside source root `src/java/com`; the other is declared at BUILD:2:1
              |
            1 | source_root('x')
              | ^^^^^^^^^^^^^^^^
            evaluated:  src/java/com src/java/com/x"#]],
    );
}
