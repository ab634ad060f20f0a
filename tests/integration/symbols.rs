//! Symbols of the Pants v1 years in BUILD files of their own style: they load, list, and build where something builds
//! them.

use crate::support::{Output, Repository};
use expect_test::{Expect, expect};

fn check(output: Output, expect: Expect) {
    expect.assert_eq(&output.success());
}

/// Python in the style of 2012 to 2020; data that code reads is listed beside it.
const PYTHON: &str = "\
//- 3rdparty/python/requirements.txt
--index-url https://example.org/simple
-f wheels
py_zipkin==0.17.0 # what traces
//- 3rdparty/python/BUILD
python_requirements()
egg('coverage-*.egg', name = 'coverage')
python_library(name = 'cov', dependencies = [egg('py-1.4.5-py2.6.egg'), ':coverage'])
pants_requirement(name = 'pants')
python_requirement_library(
  name = 'thrift',
  requirements = [python_requirement('thrift==0.9.1', repository = 'https://example.org', use_2to3 = True)],
)
//- src/python/acme/greet/__init__.py
//- src/python/acme/greet/greet.py
import pkgutil


def greet():
    return pkgutil.get_data('acme.greet', 'data/words.txt').decode().strip()
//- src/python/acme/greet/data/words.txt
hello
//- src/python/acme/greet/data/words.bak
//- src/python/acme/greet/BUILD
python_library(
  resources = rglobs('data/*') - ['data/words.bak'],
  provides = setup_py(
    name = 'acme.greet',
    version = '0.1.0',
    description = 'Greets',
    zip_safe = True,
  ).with_binaries(greet = ':bin'),
)
python_binary(name = 'bin', source = 'greet.py', dependencies = [':greet'], inherit_path = False)
python_app(
  name = 'app',
  basename = 'greet-app',
  binary = ':bin',
  archive = 'tgz',
  bundles = [bundle(relative_to = 'data', fileset = globs('data/*'))],
)
//- src/python/acme/native/setup.py
//- src/python/acme/native/a.c
//- src/python/acme/native/BUILD
ctypes_compatible_c_library(name = 'c', ctypes_native_library = native_artifact(lib_name = 'a'))
external_native_library(name = 'lzo', packages = [conan_requirement('lzo/2.10@twitter/stable', lib_names = ['lzo'])])
python_dist(dependencies = [':c', ':lzo'])
unpacked_whls(name = 'headers', module_name = 'x', libraries = ['3rdparty/python:thrift'])
//- src/thrift/acme/a.thrift
//- src/thrift/acme/BUILD
python_thrift_library(name = 'py', sources = globs('*.thrift'), provides = setup_py(name = 'a', version = '1'))
java_thrift_library(name = 'java', compiler = 'scrooge', language = 'scala', rpc_style = 'finagle')
//- src/antlr/acme/A.g
//- src/antlr/acme/BUILD
python_antlr_library(name = 'py', module = 'acme.a', sources = ['A.g'])
java_antlr_library(name = 'java', compiler = 'antlr3', sources = ['A.g'])
//- tests/python/acme/test_greet.py
from acme.greet.greet import greet


def test_greet():
    assert greet() == 'hello'
//- tests/python/acme/BUILD
python_tests(coverage = 'acme.greet', dependencies = ['src/python/acme/greet'], soft_dependencies = True)
python_test_suite(name = 'all', dependencies = [':acme'])
";

#[test]
fn python_of_all_years_loads() {
    let repository = Repository::new(PYTHON);
    check(
        repository.run(&["list", "::"]),
        expect![[r#"
            3rdparty/python:cov
            3rdparty/python:coverage
            3rdparty/python:pants
            3rdparty/python:py-zipkin
            3rdparty/python:requirements.txt
            3rdparty/python:thrift
            src/antlr/acme:java
            src/antlr/acme:py
            src/python/acme/greet:app
            src/python/acme/greet:bin
            src/python/acme/greet:greet
            src/python/acme/native:c
            src/python/acme/native:headers
            src/python/acme/native:lzo
            src/python/acme/native:native
            src/thrift/acme:java
            src/thrift/acme:py
            tests/python/acme:acme
            tests/python/acme:all
        "#]],
    );
    check(
        repository.run(&["dependencies", "--transitive", "src/python/acme/greet:app", "3rdparty/python:cov"]),
        expect![[r#"
            src/python/acme/greet:app
            src/python/acme/greet:bin
            src/python/acme/greet:greet
            3rdparty/python:cov
            3rdparty/python:cov.python_requirement.1
            3rdparty/python:coverage
        "#]],
    );
}

#[test]
fn data_files_of_a_library_are_its_own() {
    let repository = Repository::new(PYTHON);
    check(
        repository.run(&["filedeps", "src/python/acme/greet"]),
        expect![[r#"
        src/python/acme/greet/BUILD
        src/python/acme/greet/__init__.py
        src/python/acme/greet/data/words.txt
        src/python/acme/greet/greet.py
    "#]],
    );
    check(
        repository.run(&["list", "src/python/acme/greet/data/words.txt"]),
        expect![[r#"
        src/python/acme/greet:greet
    "#]],
    );
}

#[test]
fn a_program_without_a_beginning_is_refused_where_it_stands() {
    let repository = Repository::new(
        "//- a/BUILD\npython_binary(name = 'a')\npython_binary(name = 'gone', source = 'gone.py')\npython_app(name = 'b', basename = 'b', binary = ':a')\n",
    );
    let output = repository.run(&["list", "a:"]);
    assert_eq!(output.code, Some(1));
    expect![[r#"
        a/BUILD:2:39: warning: source `a/gone.py` does not exist
          |
        2 | python_binary(name = 'gone', source = 'gone.py')
          |                                       ^^^^^^^^^
        a/BUILD:1:1: `python_binary` must specify `sources` or `entry_point`
          |
        1 | python_binary(name = 'a')
          | ^^^^^^^^^^^^^^^^^^^^^^^^^
        a/BUILD:3:35: `basename` must not equal `name`
          |
        3 | python_app(name = 'b', basename = 'b', binary = ':a')
          |                                   ^^^
        error: 2 errors in 1 file
    "#]]
    .assert_eq(&output.stderr);
}

#[test]
fn tests_read_the_data_files_that_a_library_lists() {
    let repository = Repository::new(PYTHON);
    let test = || repository.pants(&["test", "tests/python/acme:all"]);
    check(
        test().with_real_tools_but_no_results().run(),
        expect![[r#"
            tests/python/acme:acme                                                          .....   SUCCESS
              report: .pants.d/test/pytest/tests.python.acme.acme/TEST-tests.python.acme.acme.xml
        "#]],
    );
    repository.write("src/python/acme/greet/data/words.txt", "good bye");
    let output = test().with_real_tools().run();
    assert_eq!(output.code, Some(1), "what the data files say counts: {}", output.stdout);
}

#[test]
fn what_nothing_is_generated_from_is_refused_by_name() {
    let repository = Repository::new(PYTHON);
    repository.append(
        "tests/python/acme/BUILD",
        "python_tests(name = 'rpc', sources = ['test_greet.py'], dependencies = ['src/thrift/acme:py'])\n",
    );
    let output = repository.run(&["test", "tests/python/acme:rpc"]);
    assert_eq!(output.code, Some(1));
    expect![[r#"
        error: goal `test` cannot build 1 of the targets:
          1 of type `python_thrift_library` (`pants.backend.codegen`), for which goal `gen` has no task here yet; it is `src/thrift/acme:py` at src/thrift/acme/BUILD:1:1
          hint: a plugin that brings tasks for these types builds them
          hint: `--keep-going` goes on without them and without what depends on them
    "#]].assert_eq(&output.stderr);
}
