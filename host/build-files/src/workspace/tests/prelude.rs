//! `build_file_prelude_globs`: files whose names every BUILD file sees.

use super::*;

/// Checks everything in a fixture whose prelude these patterns name.
fn check_prelude(globs: &[&str], fixture: &str, expect: Expect) {
    expect.assert_eq(&load_prelude(globs, &Fixture::new(fixture)).1);
}

fn load_prelude(globs: &[&str], fixture: &Fixture) -> (BuildFiles, String) {
    let mut config = fixture.config();
    config.prelude_globs = globs.iter().map(|pattern| (*pattern).to_owned()).collect();
    load_with(fixture, config, symbols(), "::", &SpecFilters::default())
}

#[test]
fn functions_values_and_classes_are_seen_by_every_build_file() {
    check_prelude(
        &["build/*.py"],
        "
//- build/a.py
import os
class Versions:
  guava = '18.0'
COMMON = [':common']
def guava(name = 'guava'):
  '''The one version that we use.'''
  jar_library(name = name, jars = [jar('com.google', 'guava', rev = Versions.guava)])
def library(name, deps = [], **kwargs):
  guava(name + '-guava')
  java_library(name = name, dependencies = deps + COMMON, sources = globs('*.java'), **kwargs)
  return ':' + name
//- build/b.py
def notice():
  with open('NOTICE') as fp:
    return [os.path.join(os.path.dirname(buildfile_path()), line.strip()) for line in fp]
//- a/A.java
//- a/NOTICE
from a
//- a/BUILD
COMMON.append(':more')
[target(name = 'common'), target(name = 'more')]
x = library(
  'x',
  strict_deps = True)
target(name = 'all', dependencies = [x])
//- b/B.java
//- b/NOTICE
from b
//- b/BUILD
target(name = 'common')
library('y', ['a:x'], args = notice())
",
        expect![[r#"
            target a:all at a/BUILD:6:1
              needs: a:x
            target a:common at a/BUILD:2:2
            target a:more at a/BUILD:2:27
            java_library a:x at a/BUILD:3:5
              strict_deps = true
              sources = ["*.java"] - []
              files: a/A.java
              needs: a:common a:more
            jar_library a:x-guava at a/BUILD:3:5
              jars = [jar(org="com.google", name="guava", rev="18.0")]
            target b:common at b/BUILD:1:1
            java_library b:y at b/BUILD:2:1
              args = ["b/from b"]
              sources = ["*.java"] - []
              files: b/B.java
              needs: a:x b:common
            jar_library b:y-guava at b/BUILD:2:1
              jars = [jar(org="com.google", name="guava", rev="18.0")]
        "#]],
    );
}

#[test]
fn a_prelude_can_replace_a_symbol_and_use_what_it_replaces() {
    check_prelude(
        &["p.py"],
        "
//- p.py
registered = java_library
def java_library(name, tags = []):
  registered(name = name, tags = tags + ['ours'], sources = [])
def numbered(name):
  target(name = name)
//- a/BUILD
java_library('x', ['t'])
numbered('y')
python_library(name = 'z', sources = [])
",
        expect![[r#"
            java_library a:x at a/BUILD:1:1
              sources = []
              tags: ours t
            target a:y at a/BUILD:2:1
            python_library a:z at a/BUILD:3:1
              sources = []
        "#]],
    );
}

#[test]
fn a_build_file_can_have_names_of_its_own() {
    check_prelude(
        &["p.py"],
        "//- p.py\nname = 'of-prelude'\n//- a/BUILD\nname = 'own'\ntarget(name = name)\n//- b/BUILD\ntarget(name = name)\n",
        expect![[r#"
            target a:own at a/BUILD:2:1
            target b:of-prelude at b/BUILD:1:1
        "#]],
    );
}

#[test]
fn errors_of_the_prelude_are_placed_in_it() {
    check_prelude(
        &["p.py"],
        "
//- p.py
def wrong(name):
  return name + 1
def misspelled(name):
  target(name = name, dependencis = [])
  jar_library(name = name, jars = ['a'])
def unknown(name):
  nobody_knows_this(name = name)
VALUE = {}['nope']
def later():
  target(name = VALUE)
//- a/BUILD
wrong('a')
misspelled('a')
unknown('a')
later()
wrong()
//- b/BUILD
wrong('b')
misspelled('b')
unknown('b')
target(name = 'fine')
",
        expect![[r#"
            target b:fine at b/BUILD:4:1
            a/BUILD:5:1: `wrong` needs `name`
              |
            5 | wrong()
              | ^^^^^^^
            p.py:2:10: `+` does not apply to a string and a number
              |
            2 |   return name + 1
              |          ^^^^^^^^
              hint: `str(..)` makes a string of a value
              hint: it is called at a/BUILD:1:1
            p.py:4:23: `target` has no field `dependencis`
              |
            4 |   target(name = name, dependencis = [])
              |                       ^^^^^^^^^^^^^^^^
              hint: did you mean `dependencies`?
              hint: `target` takes name, dependencies, tags, description, no_cache, scope
              hint: it is called at a/BUILD:2:1
            p.py:5:36: `jars` takes a list of `jar(..)`, and item 1 is a string
              |
            5 |   jar_library(name = name, jars = ['a'])
              |                                    ^^^
              hint: it is called at a/BUILD:2:1
            p.py:7:3: `nobody_knows_this` is not defined; it is used 2 times, first here
              |
            7 |   nobody_knows_this(name = name)
              |   ^^^^^^^^^^^^^^^^^
              hint: if a plugin defined it, `opaque_types = ["nobody_knows_this"]` in `[build-files]` loads the targets without it
              hint: a file of `build_file_prelude_globs` can define it
            p.py:8:9: the dict has no key 'nope'
              |
            8 | VALUE = {}['nope']
              |         ^^^^^^^^^^
        "#]],
    );
}

#[test]
fn what_a_build_file_gives_to_the_prelude_is_wrong_in_the_build_file() {
    check_prelude(
        &["p.py"],
        "
//- p.py
def library(name, sources, dependencies):
  java_library(name = name, sources = sources, dependencies = dependencies, tags = ['t'])
//- a/BUILD
library(name = 'x', sources = ['nope.java'], dependencies = [])
library(name = 'y', sources = [], dependencies = [7])
library(name = 'z', sources = [], dependencies = ['a:gone'])
library(name = 'z', sources = [], dependencies = [])
",
        expect![[r#"
            java_library a:x at a/BUILD:1:1
              sources = ["nope.java"]
              tags: t
            java_library a:z at a/BUILD:3:1
              sources = []
              tags: t
            warning: a/BUILD:1:1: source `a/nope.java` does not exist
              |
            1 | library(name = 'x', sources = ['nope.java'], dependencies = [])
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            a/BUILD:2:1: `dependencies` takes addresses, and item 1 is a number
              |
            2 | library(name = 'y', sources = [], dependencies = [7])
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            a/BUILD:4:1: target `z` is already declared at a/BUILD:3:1
              |
            4 | library(name = 'z', sources = [], dependencies = [])
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn a_broken_prelude_is_one_error() {
    check_prelude(
        &["p.py", "nothing/*.py", "../up.py", "q.py"],
        "//- p.py\ndef library(:\n  pass\n//- q.py\ndef other():\n  target(name = 'q')\n//- a/BUILD\nlibrary('x')\nother()\n",
        expect![[r#"
            target a:q at a/BUILD:2:1
            `nothing/*.py` of `build_file_prelude_globs` matches no file
              hint: the patterns are relative to the build root, as in `build-support/*.py`
            `../up.py` of `build_file_prelude_globs` is no pattern of files below the build root
              hint: the patterns are relative to the build root, as in `build-support/*.py`
            p.py:1:13: syntax error: expected a parameter or the end of the parameter list
              |
            1 | def library(:
              |             ^
        "#]],
    );
}

#[test]
fn a_prelude_declares_nothing_by_itself() {
    check_prelude(
        &["p.py"],
        "//- p.py\nX = 1\ndef f():\n  target(name = 'x')\nf()\nnumbered('n')\n//- a/BUILD\ntarget(name = 'y', tags = [str(X)])\n",
        expect![[r#"
            target a:y at a/BUILD:1:1
              tags: 1
            p.py:3:3: `target` is called by the prelude itself, and not for a BUILD file
              |
            3 |   target(name = 'x')
              |   ^^^^^^^^^^^^^^^^^^
              hint: a prelude declares targets inside of functions, which BUILD files call
            p.py:5:1: `numbered` is called by the prelude itself, and not for a BUILD file
              |
            5 | numbered('n')
              | ^^^^^^^^^^^^^
              hint: a prelude declares targets inside of functions, which BUILD files call
        "#]],
    );
}

#[test]
fn a_prelude_that_never_ends_is_one_error() {
    let files: String = (0..200).map(|number| format!("//- d{number}/BUILD\ntarget(name = X)\n")).collect();
    check_prelude(
        &["p.py"],
        &format!("//- p.py\nX = 'x'\nwhile True:\n  pass\n{files}"),
        expect![[r#"
            p.py:2:1: this takes more steps than a BUILD file may
              |
            2 | while True:
              | ^^^^^^^^^^^
              hint: does a loop never end?
        "#]],
    );
}

#[test]
fn the_prelude_is_a_read_of_every_directory() {
    let fixture =
        Fixture::new("//- p.py\nX = 1\n//- a/BUILD\ntarget()\n//- b/data.txt\n//- b/BUILD\nopen('data.txt')\n");
    let (build_files, _) = load_prelude(&["*.py"], &fixture);
    for (dir, wanted) in [
        ("a", expect!["File p.py, Globs :*.py!"]),
        ("b", expect!["File b/data.txt, File p.py, Existence data.txt, Globs :*.py!"]),
    ] {
        let mut reads = build_files.reads_of(dir);
        reads.sort_unstable();
        let shown: Vec<String> = reads.iter().map(|read| format!("{:?} {}", read.kind, read.name)).collect();
        wanted.assert_eq(&shown.join(", "));
    }
    let seen = |build_files: &BuildFiles| build_files.reads_of("a");
    let before = seen(&build_files);
    fixture.write("p.py", "X = 2\n");
    assert_ne!(before, seen(&load_prelude(&["*.py"], &fixture).0));
}

#[test]
fn opaque_symbols_work_in_a_prelude() {
    let fixture = Fixture::new(
        "//- p.py\npublic = repo('central')\ndef lib(name):\n  scrooge(name = name, repo = public)\n//- a/BUILD\nlib('x')\n",
    );
    let mut config = fixture.config();
    config.prelude_globs = vec!["p.py".to_owned()];
    config.opaque_types = vec!["repo".to_owned(), "scrooge".to_owned()];
    expect![[r#"
        scrooge a:x at a/BUILD:1:1
          repo = "repo('central')"
    "#]]
    .assert_eq(&load_with(&fixture, config, symbols(), "::", &SpecFilters::default()).1);
}

#[test]
fn what_a_build_file_did_before_is_not_the_preludes() {
    let mut fixture = String::from("//- p.py\nfor i in range(300000):\n  pass\nX = ['x']\n");
    // It has hardly a step left when it asks for the prelude, and is not why others do without.
    fixture.push_str("//- a/BUILD\nfor i in range(300000):\n  pass\ntarget(tags = X)\n");
    for dir in ["b", "c"] {
        fixture.push_str(&format!("//- {dir}/BUILD\ntarget(tags = X)\n"));
    }
    check_prelude(
        &["p.py"],
        &fixture,
        expect![[r#"
            target a:a at a/BUILD:3:1
              tags: x
            target b:b at b/BUILD:1:1
              tags: x
            target c:c at c/BUILD:1:1
              tags: x
        "#]],
    );
}

#[test]
fn an_endless_prelude_takes_nothing_else_along() {
    check_prelude(
        &["p.py"],
        "//- p.py\nX = 1\nwhile True:\n  pass\n//- a/BUILD\ntarget(name = X)\ntarget(name = 'rest')\n//- b/BUILD\ntarget(name = X)\ntarget(name = 'rest')\n",
        expect![[r#"
            target a:rest at a/BUILD:2:1
            target b:rest at b/BUILD:2:1
            p.py:2:1: this takes more steps than a BUILD file may
              |
            2 | while True:
              | ^^^^^^^^^^^
              hint: does a loop never end?
        "#]],
    );
}
