//! Bad input: each gives one message with its place, and does not hide the others.

use super::*;

#[test]
fn a_syntax_error_hides_no_other_file() {
    check("//- a/BUILD\ntarget(name = 'x'\n//- b/BUILD\ntarget(name = 'y')\n", expect![""]);
    check("//- a/BUILD\n<<<<<<< HEAD\ntarget(name = 'x')\n", expect![""]);
    check("//- a/BUILD\nprint 'hello'\n", expect![""]);
}

#[test]
fn names_that_are_not_defined() {
    check("//- a/BUILD\njava_libary(name = 'x')\ntarget(name = 'y')\n", expect![""]);
    check("//- a/BUILD\nx = nothing_like_it\ntarget(name = 'y')\n", expect![""]);
}

#[test]
fn keywords_that_a_type_does_not_have() {
    check("//- a/BUILD\njar_library(name = 'x', jarz = [], sources = [])\n", expect![""]);
}

#[test]
fn wrong_kinds_of_values() {
    check(
        "
//- a/BUILD
java_library(
  name = 'x',
  platform = 'java9',
  exports = [':y', 7],
  strict_deps = 1,
  args = ['a', None],
  timeout = '1',
  env = {1: 'a'},
  sources = [3],
  dependencies = 'y',
  tags = 1,
  description = [],
  no_cache = 'yes',
)
jar_library(name = 'j', jars = ['a:b:1'])
jar_library(name = 'k', jars = jar('o', 'n', 1))
jvm_binary(name = 'b', main = 'm', binary = 'a:')
",
        expect![""],
    );
}

#[test]
fn what_is_missing_or_too_much() {
    check(
        "//- a/BUILD\njvm_binary(name = 'b')\njar_library(name = 'j')\njar_library(name = 'k', jars = [jar('o')])\n",
        expect![""],
    );
    check(
        "//- a/BUILD\njar('a', 'b', 'c', True, 'e')\njar('a', 'b', org = 'c')\njar('a', 'b', revv = '1')\n",
        expect![""],
    );
    check(
        "//- a/x.java\n//- a/y.java\n//- a/BUILD\njvm_binary(name = 'b', main = 'm', sources = ['*.java'])\n",
        expect![""],
    );
    check("//- a/BUILD\ntarget('x')\n", expect![""]);
}

#[test]
fn names_of_targets() {
    check("//- BUILD\ntarget()\n", expect![""]);
    check("//- a/BUILD\ntarget(name = 'x')\n//- a/BUILD.more\n\ntarget(name = 'x')\n", expect![""]);
    check("//- a/BUILD\ntarget(name = 'x/y')\ntarget(name = '')\ntarget(name = 3)\n", expect![""]);
}

#[test]
fn dependencies_that_do_not_exist() {
    check(
        "
//- src/java/app/BUILD
target(name = 'app', dependencies = [
  'src/java/lib:libb',
  'src/java/lib:zzz',
  'src/java/empty',
  'src/java/nope:x',
])
//- src/java/lib/BUILD
target(name = 'lib')
//- src/java/empty/x.txt
",
        expect![""],
    );
    check("//- a/BUILD\nfor n in ['x', 'y']:\n  target(name = n, dependencies = [':%s1' % n])\n", expect![""]);
}

#[test]
fn a_broken_file_does_not_make_its_targets_missing() {
    check(
        "//- a/BUILD\ntarget(name = 'x', dependencies = ['b', 'c'])\n//- b/BUILD\n)\n//- c/BUILD\ntarget(nam = 'c')\n",
        expect![""],
    );
    check_specs("//- a/BUILD\ntarget(dependencies = ['b'])\n//- b/BUILD\n)\n", "a", expect![""]);
}

#[test]
fn dependencies_that_are_wrong() {
    check("//- a/BUILD\ntarget(name = 'x', dependencies = [':y', 'a:y', '../b'])\n", expect![""]);
    check("//- a/BUILD\ntarget(name = 'x', dependencies = [\n  ':y', 'a:y'])\ntarget(name = 'y')\n", expect![""]);
    check("//- a/BUILD\ntarget(name = 'x', dependencies = [target(name = 'y')])\n", expect![""]);
}

#[test]
fn cycles_are_shown_whole() {
    check(
        "
//- a/BUILD
target(dependencies = ['b'])
target(name = 'self', dependencies = [':self'])
//- b/BUILD
target(dependencies = [
  'c',
])
//- c/BUILD
target(dependencies = ['a', 'b'])
",
        expect![""],
    );
}

#[test]
fn sources_that_are_wrong() {
    check("//- a/BUILD\njava_library(sources = ['A.java', '../B.java'])\n", expect![""]);
    check("//- a/BUILD\njava_library(sources = ['A.java', '*.txt'])\n", expect![""]);
    check("//- a/BUILD\njava_library(sources = globs('/abs/*.java'))\n", expect![""]);
    check("//- a/BUILD\nx = globs('*.java', excludes = [])\n", expect![""]);
}

#[test]
fn what_evaluation_complains_about() {
    check_value("1 + 'a'", expect![""]);
    check_value("{}['k']", expect![""]);
    check_value("[1][3]", expect![""]);
    check_value("1 / 0", expect![""]);
    check_value("2 ** 100", expect![""]);
    check_value("99999999999999999999", expect![""]);
    check_value("'%d' % 'a'", expect![""]);
    check_value("(lambda a: a)(b = 1)", expect![""]);
    check_value("len(1)", expect![""]);
    check_value("sorted([1, 'a'])", expect![""]);
    check_value("'a'.nope()", expect![""]);
    check_value("{[]: 1}", expect![""]);
    check_value("(lambda: (yield))()", expect![""]);
    check_value("lambda: 1", expect![""]);
    check_body("import os\nx = os.environ['NOPE']", expect![""]);
    check_body("import os\nx = os.system('rm')", expect![""]);
    check_body("class A:\n  x = 1\n", expect![""]);
    check_body("assert False, 'no %s' % 'way'", expect![""]);
    check_body("def f(a):\n  return a + 1\nx = f('a')", expect![""]);
    check_body("x = open('w.txt', 'w')", expect![""]);
}

#[test]
fn a_macro_that_fails() {
    check("//- a/BUILD\nnumbered(1)\nfrom_file('nope.txt')\nfrom_file('../x')\n", expect![""]);
}

#[test]
fn a_file_that_is_not_utf8() {
    let fixture = Fixture::new("//- a/x\n");
    std::fs::write(fixture.root().join("a/BUILD"), b"# fine\n# caf\xe9\n").unwrap();
    expect![""].assert_eq(&load(&fixture, "::", &SpecFilters::default()).1);
}
