//! Bad input: each gives one message with its place, and does not hide the others.

use super::*;
use crate::config::{MissingFilesPolicy, WorkspaceConfig};
use pants_model::Severity;
use std::path::Path;

#[test]
fn a_syntax_error_hides_no_other_file() {
    check(
        "//- a/BUILD\ntarget(name = 'x'\n//- b/BUILD\ntarget(name = 'y')\n",
        expect![[r#"
        target b:y at b/BUILD:1:1
        a/BUILD:1:18: syntax error: unexpected EOF while parsing
          |
        1 | target(name = 'x'
          |                  ^
    "#]],
    );
    check(
        "//- a/BUILD\n<<<<<<< HEAD\ntarget(name = 'x')\n",
        expect![[r#"
            a/BUILD:1:1: syntax error: `<<<<<<< HEAD` is the mark of a merge conflict
              |
            1 | <<<<<<< HEAD
              | ^^^^^^^^^^^^
              hint: somebody committed the file before the conflict was resolved
        "#]],
    );
    check(
        "//- a/BUILD\nprint 'hello'\n",
        expect![[r#"
        a/BUILD:1:7: syntax error: simple statements must be separated by newlines or semicolons
          |
        1 | print 'hello'
          |       ^^^^^^^
    "#]],
    );
}

#[test]
fn names_that_are_not_defined() {
    check(
        "//- a/BUILD\njava_libary(name = 'x')\ntarget(name = 'y')\n",
        expect![[r#"
        target a:y at a/BUILD:2:1
        a/BUILD:1:1: `java_libary` is not defined
          |
        1 | java_libary(name = 'x')
          | ^^^^^^^^^^^
          hint: did you mean `java_library`?
    "#]],
    );
    check(
        "//- a/BUILD\nx = nothing_like_it\ntarget(name = 'y')\n",
        expect![[r#"
            target a:y at a/BUILD:2:1
            a/BUILD:1:5: `nothing_like_it` is not defined
              |
            1 | x = nothing_like_it
              |     ^^^^^^^^^^^^^^^
              hint: a file of `build_file_prelude_globs` can define it
        "#]],
    );
}

#[test]
fn keywords_that_a_type_does_not_have() {
    check(
        "//- a/BUILD\njar_library(name = 'x', jarz = [], sources = [])\n",
        expect![[r#"
        a/BUILD:1:1: `jar_library` needs `jars`
          |
        1 | jar_library(name = 'x', jarz = [], sources = [])
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        a/BUILD:1:25: `jar_library` has no field `jarz`
          |
        1 | jar_library(name = 'x', jarz = [], sources = [])
          |                         ^^^^^^^^^
          hint: did you mean `jars`?
          hint: `jar_library` takes name, dependencies, tags, description, no_cache, scope, jars
        a/BUILD:1:36: `jar_library` has no field `sources`
          |
        1 | jar_library(name = 'x', jarz = [], sources = [])
          |                                    ^^^^^^^^^^^^
          hint: `jar_library` takes name, dependencies, tags, description, no_cache, scope, jars
    "#]],
    );
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
        expect![[r#"
            a/BUILD:3:14: `platform` takes one of `java8`, `java11`, not `java9`
              |
            3 |   platform = 'java9',
              |              ^^^^^^^
              hint: did you mean `java8`?
            a/BUILD:4:20: `exports` takes addresses, and item 2 is a number
              |
            4 |   exports = [':y', 7],
              |                    ^
            a/BUILD:5:17: `strict_deps` takes `True` or `False`, not a number
              |
            5 |   strict_deps = 1,
              |                 ^
            a/BUILD:6:16: `args` takes strings, and item 2 is None
              |
            6 |   args = ['a', None],
              |                ^^^^
            a/BUILD:7:13: `timeout` takes a whole number, not a string
              |
            7 |   timeout = '1',
              |             ^^^
            a/BUILD:8:9: `env` takes a dict with strings as keys, and one of its keys is a number
              |
            8 |   env = {1: 'a'},
              |         ^^^^^^^^
            a/BUILD:9:14: `sources` takes file names, patterns and globs, not a number
              |
            9 |   sources = [3],
              |              ^
            a/BUILD:10:18: `dependencies` takes a list of addresses, not a string
               |
            10 |   dependencies = 'y',
               |                  ^^^
            a/BUILD:11:10: `tags` takes strings
               |
            11 |   tags = 1,
               |          ^
            a/BUILD:12:17: `description` takes a string, not a list
               |
            12 |   description = [],
               |                 ^^
            a/BUILD:13:14: `no_cache` takes `True` or `False`, not a string
               |
            13 |   no_cache = 'yes',
               |              ^^^^^
            a/BUILD:15:33: `jars` takes a list of `jar(..)`, and item 1 is a string
               |
            15 | jar_library(name = 'j', jars = ['a:b:1'])
               |                                 ^^^^^^^
            a/BUILD:16:46: `rev` takes a string, not a number
               |
            16 | jar_library(name = 'k', jars = jar('o', 'n', 1))
               |                                              ^
            a/BUILD:17:45: `a:` is not an address: its name is empty
               |
            17 | jvm_binary(name = 'b', main = 'm', binary = 'a:')
               |                                             ^^^^
        "#]],
    );
}

#[test]
fn what_is_missing_or_too_much() {
    check(
        "//- a/BUILD\njvm_binary(name = 'b')\njar_library(name = 'j')\njar_library(name = 'k', jars = [jar('o')])\n",
        expect![[r#"
            a/BUILD:1:1: `jvm_binary` needs `main`
              |
            1 | jvm_binary(name = 'b')
              | ^^^^^^^^^^^^^^^^^^^^^^
            a/BUILD:2:1: `jar_library` needs `jars`
              |
            2 | jar_library(name = 'j')
              | ^^^^^^^^^^^^^^^^^^^^^^^
            a/BUILD:3:33: `jar` needs `name`
              |
            3 | jar_library(name = 'k', jars = [jar('o')])
              |                                 ^^^^^^^^
        "#]],
    );
    check(
        "//- a/BUILD\njar('a', 'b', 'c', True, {}, [], 'e')\njar('a', 'b', org = 'c')\njar('a', 'b', revv = '1')\n",
        expect![[r#"
            a/BUILD:1:34: `jar` takes 6 values at the most
              |
            1 | jar('a', 'b', 'c', True, {}, [], 'e')
              |                                  ^^^
            a/BUILD:2:21: `org` of `jar` is given twice
              |
            2 | jar('a', 'b', org = 'c')
              |                     ^^^
            a/BUILD:3:15: `jar` has no field `revv`
              |
            3 | jar('a', 'b', revv = '1')
              |               ^^^^^^^^^^
              hint: did you mean `rev`?
              hint: `jar` takes org, name, rev, force, extras, excludes
        "#]],
    );
    check(
        "//- a/x.java\n//- a/y.java\n//- a/BUILD\njvm_binary(name = 'b', main = 'm', sources = ['*.java'])\n",
        expect![[r#"
            a/BUILD:1:46: `jvm_binary` takes 1 source at the most, not 2
              |
            1 | jvm_binary(name = 'b', main = 'm', sources = ['*.java'])
              |                                              ^^^^^^^^^^
              hint: they are x.java, y.java
        "#]],
    );
    check(
        "//- a/BUILD\ntarget('x')\n",
        expect![[r#"
        a/BUILD:1:8: `target` takes keywords only
          |
        1 | target('x')
          |        ^^^
          hint: write `name = 'x'`
    "#]],
    );
}

#[test]
fn names_of_targets() {
    check(
        "//- BUILD\ntarget()\n",
        expect![[r#"
        BUILD:1:1: a target of the build root needs a `name`
          |
        1 | target()
          | ^^^^^^^^
    "#]],
    );
    check(
        "//- a/BUILD\ntarget(name = 'x')\n//- a/BUILD.more\n\ntarget(name = 'x')\n",
        expect![[r#"
        target a:x at a/BUILD:1:1
        a/BUILD.more:2:15: target `x` is already declared at a/BUILD:1:1
          |
        2 | target(name = 'x')
          |               ^^^
    "#]],
    );
    check(
        "//- a/BUILD\ntarget(name = 'x/y')\ntarget(name = '')\ntarget(name = 3)\n",
        expect![[r#"
            target a:x/y at a/BUILD:1:1
            warning: a/BUILD:1:15: the name `x/y` contains `/`, which Pants deprecated
              |
            1 | target(name = 'x/y')
              |               ^^^^^
            a/BUILD:2:15: `name` is empty
              |
            2 | target(name = '')
              |               ^^
            a/BUILD:3:15: `name` takes a string, not a number
              |
            3 | target(name = 3)
              |               ^
        "#]],
    );
}

#[test]
fn a_target_with_another_problem_is_asked_for_its_dependencies_too() {
    check(
        "
//- a/BUILD
target(name = 'a', scope = 'never', dependencies = ['b:missing', 'b', 'nowhere'])
//- b/BUILD
target(name = 'b')
",
        expect![[r#"
            target b:b at b/BUILD:1:1
            a/BUILD:1:28: `never` is not a scope; scopes are `default`, `compile`, `runtime`, `test`, `forced`
              |
            1 | target(name = 'a', scope = 'never', dependencies = ['b:missing', 'b', 'nowhere'])
              |                            ^^^^^^^
            a/BUILD:1:53: target `:a` depends on `//b:missing`, which does not exist
              |
            1 | target(name = 'a', scope = 'never', dependencies = ['b:missing', 'b', 'nowhere'])
              |                                                     ^^^^^^^^^^^
              hint: directory `b` declares `:b`
            a/BUILD:1:71: target `:a` depends on `//nowhere:nowhere`, which does not exist
              |
            1 | target(name = 'a', scope = 'never', dependencies = ['b:missing', 'b', 'nowhere'])
              |                                                                       ^^^^^^^^^
              hint: directory `nowhere` does not exist
        "#]],
    );
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
        expect![[r#"
            target src/java/app:app at src/java/app/BUILD:1:1
            target src/java/lib:lib at src/java/lib/BUILD:1:1
            src/java/app/BUILD:2:3: target `:app` depends on `//src/java/lib:libb`, which does not exist
              |
            2 |   'src/java/lib:libb',
              |   ^^^^^^^^^^^^^^^^^^^
              hint: did you mean `//src/java/lib:lib`?
            src/java/app/BUILD:3:3: target `:app` depends on `//src/java/lib:zzz`, which does not exist
              |
            3 |   'src/java/lib:zzz',
              |   ^^^^^^^^^^^^^^^^^^
              hint: directory `src/java/lib` declares `:lib`
            src/java/app/BUILD:4:3: target `:app` depends on `//src/java/empty:empty`, which does not exist
              |
            4 |   'src/java/empty',
              |   ^^^^^^^^^^^^^^^^
              hint: directory `src/java/empty` has no BUILD file
            src/java/app/BUILD:5:3: target `:app` depends on `//src/java/nope:x`, which does not exist
              |
            5 |   'src/java/nope:x',
              |   ^^^^^^^^^^^^^^^^^
              hint: directory `src/java/nope` does not exist
        "#]],
    );
    check(
        "//- a/BUILD\nfor n in ['x', 'y']:\n  target(name = n, dependencies = [':%s1' % n])\n",
        expect![[r#"
        target a:x at a/BUILD:2:3
        target a:y at a/BUILD:2:3
        a/BUILD:2:35: target `:x` depends on `//a:x1`, which does not exist
          |
        2 |   target(name = n, dependencies = [':%s1' % n])
          |                                   ^^^^^^^^^^^^
          hint: did you mean `//a:x`?
        a/BUILD:2:35: target `:y` depends on `//a:y1`, which does not exist
          |
        2 |   target(name = n, dependencies = [':%s1' % n])
          |                                   ^^^^^^^^^^^^
          hint: did you mean `//a:y`?
    "#]],
    );
}

#[test]
fn a_broken_file_does_not_make_its_targets_missing() {
    check(
        "//- a/BUILD\ntarget(name = 'x', dependencies = ['b', 'c'])\n//- b/BUILD\n)\n//- c/BUILD\ntarget(nam = 'c')\n",
        expect![[r#"
            target a:x at a/BUILD:1:1
            b/BUILD:1:1: syntax error: expected a statement
              |
            1 | )
              | ^
            c/BUILD:1:8: `target` has no field `nam`
              |
            1 | target(nam = 'c')
              |        ^^^^^^^^^
              hint: did you mean `name`?
              hint: `target` takes name, dependencies, tags, description, no_cache, scope
        "#]],
    );
    check_specs(
        "//- a/BUILD\ntarget(dependencies = ['b'])\n//- b/BUILD\n)\n",
        "a",
        expect![[r#"
        target a:a at a/BUILD:1:1
        b/BUILD:1:1: syntax error: expected a statement
          |
        1 | )
          | ^
    "#]],
    );
}

#[test]
fn dependencies_that_are_wrong() {
    check(
        "//- a/BUILD\ntarget(name = 'x', dependencies = [':y', 'a:y', '../b'])\n",
        expect![[r#"
        a/BUILD:1:42: `a:y` is named more than once in `dependencies`
          |
        1 | target(name = 'x', dependencies = [':y', 'a:y', '../b'])
          |                                          ^^^^^
    "#]],
    );
    check(
        "//- a/BUILD\ntarget(name = 'x', dependencies = [\n  ':y', 'a:y'])\ntarget(name = 'y')\n",
        expect![[r#"
        target a:y at a/BUILD:3:1
        a/BUILD:2:9: `a:y` is named more than once in `dependencies`
          |
        2 |   ':y', 'a:y'])
          |         ^^^^^
    "#]],
    );
    check(
        "//- a/BUILD\ntarget(name = 'x', dependencies = [target(name = 'y')])\n",
        expect![[r#"
        target a:y at a/BUILD:1:36
        a/BUILD:1:36: a target is not a value; a target is named by its address
          |
        1 | target(name = 'x', dependencies = [target(name = 'y')])
          |                                    ^^^^^^^^^^^^^^^^^^
          hint: write `':y'`
    "#]],
    );
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
        expect![[r#"
            target a:a at a/BUILD:1:1
              needs: b:b
            target a:self at a/BUILD:2:1
              needs: a:self
            target b:b at b/BUILD:1:1
              needs: c:c
            target c:c at c/BUILD:1:1
              needs: a:a b:b
            a/BUILD:1:24: these targets depend on each other
                 a:a
              -> b:b
              -> c:c
              -> a:a
              |
            1 | target(dependencies = ['b'])
              |                        ^^^
            a/BUILD:2:39: target `:self` depends on itself
              |
            2 | target(name = 'self', dependencies = [':self'])
              |                                       ^^^^^^^
        "#]],
    );
}

#[test]
fn sources_that_are_wrong() {
    check(
        "//- a/BUILD\njava_library(sources = ['A.java', '../B.java'])\n",
        expect![[r#"
            java_library a:a at a/BUILD:1:1
              sources = ["A.java", "../B.java"]
            warning: a/BUILD:1:25: source `a/A.java` does not exist
              |
            1 | java_library(sources = ['A.java', '../B.java'])
              |                         ^^^^^^^^
            warning: a/BUILD:1:35: source `../B.java` is left out: it leads up with `..`, and sources stand beside or below their BUILD file
              |
            1 | java_library(sources = ['A.java', '../B.java'])
              |                                   ^^^^^^^^^^^
        "#]],
    );
    check(
        "//- a/BUILD\njava_library(sources = ['A.java', '*.txt'])\n",
        expect![[r#"
            java_library a:a at a/BUILD:1:1
              sources = ["A.java", "*.txt"]
            warning: a/BUILD:1:25: source `a/A.java` does not exist
              |
            1 | java_library(sources = ['A.java', '*.txt'])
              |                         ^^^^^^^^
            warning: a/BUILD:1:35: source pattern `a/*.txt` matches no file
              |
            1 | java_library(sources = ['A.java', '*.txt'])
              |                                   ^^^^^^^
        "#]],
    );
    check(
        "//- a/BUILD\njava_library(sources = globs('/abs/*.java'))\n",
        expect![[r#"
        a/BUILD:1:30: `/abs/*.java` is not a pattern of sources: it is absolute, and sources stand beside or below their BUILD file
          |
        1 | java_library(sources = globs('/abs/*.java'))
          |                              ^^^^^^^^^^^^^
    "#]],
    );
    check(
        "//- a/BUILD\nx = globs('*.java', excludes = [])\n",
        expect![[r#"
        a/BUILD:1:21: there is no argument `excludes`
          |
        1 | x = globs('*.java', excludes = [])
          |                     ^^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn what_evaluation_complains_about() {
    check_value(
        "1 + 'a'",
        expect![[r#"
        a/b/BUILD:1:5: `+` does not apply to a number and a string
          |
        1 | x = 1 + 'a'
          |     ^^^^^^^
          hint: `str(..)` makes a string of a value
    "#]],
    );
    check_value(
        "{}['k']",
        expect![[r#"
        a/b/BUILD:1:5: the dict has no key 'k'
          |
        1 | x = {}['k']
          |     ^^^^^^^
    "#]],
    );
    check_value(
        "[1][3]",
        expect![[r#"
        a/b/BUILD:1:5: the index is out of range
          |
        1 | x = [1][3]
          |     ^^^^^^
    "#]],
    );
    check_value(
        "1 / 0",
        expect![[r#"
        a/b/BUILD:1:5: a division by zero
          |
        1 | x = 1 / 0
          |     ^^^^^
    "#]],
    );
    check_value(
        "2 ** 100",
        expect![[r#"
        a/b/BUILD:1:5: the number is too large
          |
        1 | x = 2 ** 100
          |     ^^^^^^^^
    "#]],
    );
    check_value(
        "99999999999999999999",
        expect![[r#"
        a/b/BUILD:1:5: a whole number has 64 bits at the most
          |
        1 | x = 99999999999999999999
          |     ^^^^^^^^^^^^^^^^^^^^
    "#]],
    );
    check_value(
        "'%d' % 'a'",
        expect![[r#"
        a/b/BUILD:1:5: this format takes a number, not a string
          |
        1 | x = '%d' % 'a'
          |     ^^^^^^^^^^
    "#]],
    );
    check_value(
        "(lambda a: a)(b = 1)",
        expect![[r#"
        a/b/BUILD:1:19: `<lambda>` has no argument `b`
          |
        1 | x = (lambda a: a)(b = 1)
          |                   ^^^^^
    "#]],
    );
    check_value(
        "len(1)",
        expect![[r#"
        a/b/BUILD:1:5: a number has no length
          |
        1 | x = len(1)
          |     ^^^^^^
    "#]],
    );
    check_value(
        "sorted([1, 'a'])",
        expect![[r#"
        a/b/BUILD:1:5: a string and a number have no order
          |
        1 | x = sorted([1, 'a'])
          |     ^^^^^^^^^^^^^^^^
    "#]],
    );
    check_value(
        "'a'.nope()",
        expect![[r#"
        a/b/BUILD:1:5: a string has no method `nope`
          |
        1 | x = 'a'.nope()
          |     ^^^^^^^^^^
    "#]],
    );
    check_value(
        "{[]: 1}",
        expect![[r#"
        a/b/BUILD:1:6: a list cannot be in a set or be a key
          |
        1 | x = {[]: 1}
          |      ^^
    "#]],
    );
    check_value(
        "(lambda: (yield))()",
        expect![[r#"
        a/b/BUILD:1:15: `yield` is not supported in BUILD files
          |
        1 | x = (lambda: (yield))()
          |               ^^^^^
    "#]],
    );
    check(
        "//- a/BUILD\njava_library(args = [lambda: 1], sources = [])\njava_library(name = 'y', dependencies = [target])\n",
        expect![[r#"
            a/BUILD:1:21: a function is not a value of this field
              |
            1 | java_library(args = [lambda: 1], sources = [])
              |                     ^^^^^^^^^^^
            a/BUILD:2:41: `target` is not a value without being called
              |
            2 | java_library(name = 'y', dependencies = [target])
              |                                         ^^^^^^^^
        "#]],
    );
    check_body(
        "import os\nx = os.environ['NOPE']",
        expect![[r#"
        a/b/BUILD:2:5: the environment variable `NOPE` is not set
          |
        2 | x = os.environ['NOPE']
          |     ^^^^^^^^^^^^^^^^^^
          hint: `os.environ.get('NOPE')` is `None` then
    "#]],
    );
    check_body(
        "import os\nx = os.system('rm')",
        expect![[r#"
        a/b/BUILD:2:5: `os.system` is not available in BUILD files
          |
        2 | x = os.system('rm')
          |     ^^^^^^^^^^^^^^^
    "#]],
    );
    check_body(
        "class A:\n  x = 1\n",
        expect![[r#"
            a/b/BUILD:4:51: `x` is not defined
              |
            4 | java_library(name = 'v', sources = [], provides = x)
              |                                                   ^
              hint: a file of `build_file_prelude_globs` can define it
        "#]],
    );
    check_body(
        "assert False, 'no %s' % 'way'",
        expect![[r#"
            a/b/BUILD:1:1: this assertion does not hold: no way
              |
            1 | assert False, 'no %s' % 'way'
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            a/b/BUILD:2:51: `x` is not defined
              |
            2 | java_library(name = 'v', sources = [], provides = x)
              |                                                   ^
              hint: a file of `build_file_prelude_globs` can define it
        "#]],
    );
    check_body(
        "def f(a):\n  return a + 1\nx = f('a')",
        expect![[r#"
        a/b/BUILD:2:10: `+` does not apply to a string and a number
          |
        2 |   return a + 1
          |          ^^^^^
          hint: `str(..)` makes a string of a value
    "#]],
    );
    check_body(
        "x = open('w.txt', 'w')",
        expect![[r#"
        a/b/BUILD:1:5: a BUILD file cannot write files
          |
        1 | x = open('w.txt', 'w')
          |     ^^^^^^^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn a_macro_that_fails() {
    check(
        "//- a/BUILD\nnumbered(1)\nfrom_file('nope.txt')\nfrom_file('../x')\n",
        expect![[r#"
        a/BUILD:1:1: `numbered`: takes a prefix
          |
        1 | numbered(1)
          | ^^^^^^^^^^^
        a/BUILD:2:1: `from_file`: `a/nope.txt` cannot be read: it does not exist
          |
        2 | from_file('nope.txt')
          | ^^^^^^^^^^^^^^^^^^^^^
        a/BUILD:3:1: `from_file`: `x` cannot be read: it does not exist
          |
        3 | from_file('../x')
          | ^^^^^^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn a_file_that_is_not_utf8() {
    let fixture = Fixture::new("//- a/x\n");
    std::fs::write(fixture.root().join("a/BUILD"), b"# fine\n# caf\xe9\n").unwrap();
    expect![[r#"
        a/BUILD: line 2 is not UTF-8 text
    "#]]
    .assert_eq(&load(&fixture, "::", &SpecFilters::default()).1);
}

#[test]
fn a_missing_source_is_what_the_policy_says() {
    let told = |sources: &str, missing_files| {
        let build = format!("//- src/A.java\n//- src/BUILD\njava_library(name = 'a', sources = {sources})\n");
        let fixture = Fixture::new(&build);
        let config = WorkspaceConfig { missing_files, ..fixture.config() };
        let diagnostics = BuildFiles::new(config, symbols()).load_all();
        diagnostics.iter().map(|diagnostic| (diagnostic.severity, diagnostic.message.clone())).collect::<Vec<_>>()
    };
    let message = "source `src/Gone.java` does not exist".to_owned();
    assert_eq!(told("['Gone.java']", MissingFilesPolicy::Ignore), []);
    assert_eq!(told("['Gone.java']", MissingFilesPolicy::Warn), [(Severity::Warning, message.clone())]);
    assert_eq!(told("['Gone.java']", MissingFilesPolicy::Error), [(Severity::Error, message)]);
    let message = "source pattern `src/Gone*.java` matches no file".to_owned();
    assert_eq!(told("['Gone*.java', '*.java']", MissingFilesPolicy::Error), [(Severity::Error, message)]);
    assert_eq!(told("['*.java', '!A.java']", MissingFilesPolicy::Error), []);
}

#[test]
fn a_long_cycle_is_shown_by_its_start() {
    let targets = (0..30).map(|at| format!("target(name = 't{at}', dependencies = [':t{}'])\n", (at + 1) % 30));
    let (_, out) =
        load(&Fixture::new(&format!("//- BUILD\n{}", targets.collect::<String>())), "::", &SpecFilters::default());
    assert!(out.contains("-> //:t19\n  -> 10 more\n  -> //:t0\n"), "{out}");
}

#[test]
fn what_is_taken_away_from_what_is_taken_away_is_no_spec_of_its_own() {
    let root = Path::new("/nowhere");
    let parse = |text: &str| AddressSpec::parse(text, root, root).map(|spec| format!("{spec:?}"));
    assert_eq!(parse("^^a::"), Ok(r#"Exclude(Descendants("^a"))"#.to_owned()));
    let written = AddressSpec::parse("//^a::", root, root).map(|spec| spec.to_string());
    assert_eq!(written, Ok("//^a::".to_owned()), "it is written as what it is");
    assert!(parse(&"^".repeat(1_000_000)).is_ok(), "however many there are");
}

/// In one file, so that whatever is done for each of them is done once more for each other one.
#[test]
fn thousands_of_things_that_are_wrong_are_told_of_in_time() {
    let count = 3_000;
    let missing = (0..count).map(|at| format!("target(name = 't{at}', dependencies = ['x:m{at}'])\n"));
    let missing: String = missing.collect();
    let sources: Vec<String> = (0..20_000).map(|at| format!("'s{at}.java'")).collect();
    let sources = format!("java_library(name = 's', sources = [{}])", sources.join(", "));
    let exports = "java_library(name = 'e', sources = [], exports = [':t%d' % at for at in range(20000)])";
    let jars = "target(name = 'j', dependencies = [jar('o', 'n%d' % at) for at in range(3000)])";
    let kinds = "target(name = 'k', dependencies = [provided(':t%d' % at) for at in range(20000)])";
    let declared = "[target(name = 't%d' % at) for at in range(20000)]";
    let fixture = Fixture::new(&format!(
        "//- a/BUILD\n{missing}//- x/BUILD\ntarget()\n//- b/BUILD\n{sources}\n//- c/BUILD\n{exports}\n{kinds}\n{declared}\n//- d/BUILD\n{jars}\n"
    ));
    let build_files = BuildFiles::new(fixture.config(), symbols());
    let diagnostics = build_files.load_all();
    let told = |what: &str| diagnostics.iter().filter(|diagnostic| diagnostic.message.contains(what)).count();
    assert_eq!(told("which does not exist"), count);
    assert_eq!(told("source `b/s"), 100);
    assert_eq!(told("19900 more"), 1);
    assert_eq!(diagnostics.len(), count + 101, "{}", diagnostics[count + 101]);
    assert_eq!(build_files.graph().len(), count + 20_000 + 3_000 + 5);
}
