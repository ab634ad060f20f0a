//! The language: what real BUILD files contain.

use super::*;
use crate::ImportsPolicy;

#[test]
fn literals_and_collections() {
    check_value(
        "[None, True, 1, -2, 1.5, 'a' \"b\", '''c\nd''', b'x', (1,), {'k': [2]}, {1, 1, 2}]",
        expect![[r#"[None, true, 1, -2, Float(1.5), "ab", "c\nd", Bytes([120]), [1], {"k": [2]}, [1, 2]]"#]],
    );
    check_value("[*[1, 2], 3] + [4] * 2", expect!["[1, 2, 3, 4, 4]"]);
    check_value("dict(a = 1, **{'b': 2})", expect![[r#"{"a": 1, "b": 2}"#]]);
}

#[test]
fn operators() {
    check_value(
        "[1 + 2 * 3, 7 // 2, -7 // 2, -7 % 3, 7 % -3, 2 ** 10, 1 << 4, 5 & 3, 5 | 3, 5 ^ 3, ~5, 7 / 2]",
        expect!["[7, 3, -4, 2, -2, 1024, 16, 1, 7, 6, -6, Float(3.5)]"],
    );
    check_value(
        "[1 < 2 < 3, 1 == True, 'a' in 'cat', 'x' not in ['y'], not [], None is None, (1, 2) < (1, 3)]",
        expect!["[true, true, true, true, true, true, true]"],
    );
    check_value("['' or 'b', 'a' and 'b', 1 if [] else 2]", expect![[r#"["b", "b", 2]"#]]);
    check_value(
        "[sorted({1, 2, 3} - {2}), sorted({1} | {2}), {1, 2} & {2}, {1, 2} == {2, 1}]",
        expect!["[[1, 3], [1, 2], [2], true]"],
    );
}

#[test]
fn items_and_slices() {
    check_value(
        "['abc'[0], 'abc'[-1], [1, 2, 3][1:], 'abcdef'[::2], 'abc'[::-1], (1, 2, 3)[:-1], {'a': 1}['a'], [1, 2, 3][5:]]",
        expect![[r#"["a", "c", [2, 3], "ace", "cba", [1, 2], 1, []]"#]],
    );
}

#[test]
fn text_methods_and_formats() {
    check_value(
        "['a-b'.replace('-', '_'), ' x '.strip(), 'a,b'.split(','), '/'.join(['a', 'b']), 'A'.lower(), 'x.py'.endswith(('.py', '.txt'))]",
        expect![[r#"["a_b", "x", ["a", "b"], "a/b", "a", true]"#]],
    );
    check_value(
        "['%s-%d' % ('a', 1), '%(x)s' % {'x': 1}, '%05.1f|%-4s|%x%%' % (3.14159, 'ab', 255), '%s' % [1, 'a']]",
        expect![[r#"["a-1", "1", "003.1|ab  |ff%", "[1, 'a']"]"#]],
    );
    check_value(
        "['{}-{}'.format(1, 2), '{a}{0!r:>5}{{}}'.format('x', a = 1), '{0[k]}'.format({'k': 2}), f'{1 + 1:03}{\"a\"!r}']",
        expect![[r#"["1-2", "1  'x'{}", "2", "002'a'"]"#]],
    );
    check_value(
        "['a b  c'.split(), 'a b c'.split(None, 1), 'a.b.c'.rsplit('.', 1), 'ab'.partition('b'), 'abc'.find('c'), 'x'.zfill(3)]",
        expect![[r#"[["a", "b", "c"], ["a", "b c"], ["a.b", "c"], ["a", "b", ""], 2, "00x"]"#]],
    );
}

#[test]
fn functions_loops_and_conditions() {
    check_body(
        "
def make(first, second = 'd', *rest, **more):
  if second == 'd':
    return [first, second, rest, more]
  elif rest:
    pass
  else:
    return None
  for i in range(10):
    if i == 1:
      continue
    if i == 3:
      break
    first += str(i)
  return first
x = [make(1), make('a', 2), make('a', 2, 3), make(1, k = 2), make(second = 1, first = 'q')]
",
        expect![[r#"[[1, "d", [], {}], None, "a02", [1, "d", [], {"k": 2}], None]"#]],
    );
    check_body("x = [i * j for i in range(4) if i % 2 for j in (1, 2)]", expect!["[1, 2, 3, 6]"]);
    check_body("x = {k: v for k, v in zip('ab', [1, 2])}\nx['c'] = 3\ndel x['a']", expect![[r#"{"b": 2, "c": 3}"#]]);
    check_body("x = list(map(lambda n, m = 1: n + m, filter(None, [0, 1, 2])))", expect!["[2, 3]"]);
    check_body(
        "a, (b, *c) = 1, [2, 3, 4]\nx = [c, b, a]\nx += [9]\nx.append(sorted('ba'))",
        expect![[r#"[[3, 4], 2, 1, 9, ["a", "b"]]"#]],
    );
    check_body("x = 0\nwhile x < 5:\n  x += 2\nelse:\n  x = [x]\nassert x, 'message'", expect!["[6]"]);
    check_body("\nx = [\n\t'tab',\n        'spaces']", expect![[r#"["tab", "spaces"]"#]]);
}

#[test]
fn builtins() {
    check_value(
        "[len('ü'), max(1, 3), min([2, 1]), sum([1, 2]), abs(-1), int('7'), str(1), bool([]), any([0, 1]), all([])]",
        expect![[r#"[1, 3, 1, 3, 1, 7, "1", false, true, true]"#]],
    );
    check_value(
        "[list(enumerate('ab', 1)), list(reversed([1, 2])), sorted([3, 1, 2], key = lambda n: -n), isinstance('a', (list, str))]",
        expect![[r#"[[[1, "a"], [2, "b"]], [2, 1], [3, 2, 1], true]"#]],
    );
    check_value("[range(3), range(1, 6, 2), range(3, 0, -1)]", expect!["[[0, 1, 2], [1, 3, 5], [3, 2, 1]]"]);
}

#[test]
fn what_a_file_may_read() {
    check_body(
        "import os\nx = [os.path.join('a', '/b', 'c'), os.path.dirname(__file__), os.path.basename('a/b')]",
        expect![[r#"["/b/c", "[ROOT]/a/b", "b"]"#]],
    );
    check_body(
        "import os\nx = [os.environ['USER'], os.environ.get('NOPE', 'n'), 'NOPE' in os.environ]",
        expect![[r#"["ann", "n", false]"#]],
    );
    check_body("with open('a/b/data.txt') as fp:\n  x = [line.strip() for line in fp]", expect![[r#"["one", "two"]"#]]);
    check_body("x = open('data.txt').read()", expect![[r#""one\ntwo\n""#]]);
    check_body(
        "import os\nx = [os.listdir('a/b'), os.path.exists('a/b/BUILD'), os.path.isdir('data.txt')]",
        expect![[r#"[["BUILD", "data.txt", "sub"], true, false]"#]],
    );
    check_body(
        "from glob import glob\nimport os\nx = [glob('a/b/*'), glob(os.path.join(get_buildroot(), 'a/*/*.txt'))]",
        expect![[r#"[["a/b/BUILD", "a/b/data.txt", "a/b/sub"], ["[ROOT]/a/b/data.txt"]]"#]],
    );
    check_body(
        "from __future__ import print_function\nx = [get_buildroot(), buildfile_path(), pants_version(), __file__]",
        expect![[r#"["[ROOT]", "a/b/BUILD", "1.30.4", "[ROOT]/a/b/BUILD"]"#]],
    );
    check_body(
        "x = open('/etc/passwd').read()",
        expect![[r#"
        a/b/BUILD:1:5: `/etc/passwd` is outside the build root
          |
        1 | x = open('/etc/passwd').read()
          |     ^^^^^^^^^^^^^^^^^^^
    "#]],
    );
    check_body(
        "x = open('../../../etc/passwd').read()",
        expect![[r#"
        a/b/BUILD:1:5: `a/b/../../../etc/passwd` is outside the build root
          |
        1 | x = open('../../../etc/passwd').read()
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#]],
    );
    check_body(
        "import re\nx = re.compile('a')",
        expect![[r#"
        a/b/BUILD:1:1: `re` cannot be imported: BUILD files have `os` and `glob` only
          |
        1 | import re
          | ^^^^^^^^^
          hint: `build_file_imports = "warn"` in `[GLOBAL]` passes over other imports
    "#]],
    );
}

#[test]
fn imports_of_every_form() {
    let forms = [
        "import re",
        "import a.b",
        "import a.b as c",
        "from a import b",
        "from a import b as c",
        "from . import x",
        "from a import *",
    ];
    for (policy, expect) in [
        (
            ImportsPolicy::Allow,
            expect![[r#"
            target a:after at a/BUILD:8:1
            a/BUILD:9:1: `re.compile` is not available in BUILD files"#]],
        ),
        (
            ImportsPolicy::Warn,
            expect![[r#"
            target a:after at a/BUILD:8:1
            warning: a/BUILD:1:1: `re` is not imported: BUILD files have `os` and `glob` only
            warning: a/BUILD:2:1: `a.b` is not imported: BUILD files have `os` and `glob` only
            warning: a/BUILD:3:1: `a.b` is not imported: BUILD files have `os` and `glob` only
            warning: a/BUILD:4:1: `a` is not imported: BUILD files have `os` and `glob` only
            warning: a/BUILD:5:1: `a` is not imported: BUILD files have `os` and `glob` only
            warning: a/BUILD:6:1: `.` is not imported: BUILD files have `os` and `glob` only
            warning: a/BUILD:7:1: `a` is not imported: BUILD files have `os` and `glob` only
            a/BUILD:9:1: `re.compile` is not available in BUILD files"#]],
        ),
        (
            ImportsPolicy::Error,
            expect![[r#"
            target a:after at a/BUILD:8:1
            a/BUILD:1:1: `re` cannot be imported: BUILD files have `os` and `glob` only
            a/BUILD:2:1: `a.b` cannot be imported: BUILD files have `os` and `glob` only
            a/BUILD:3:1: `a.b` cannot be imported: BUILD files have `os` and `glob` only
            a/BUILD:4:1: `a` cannot be imported: BUILD files have `os` and `glob` only
            a/BUILD:5:1: `a` cannot be imported: BUILD files have `os` and `glob` only
            a/BUILD:6:1: `.` cannot be imported: BUILD files have `os` and `glob` only
            a/BUILD:7:1: `a` cannot be imported: BUILD files have `os` and `glob` only"#]],
        ),
    ] {
        let fixture =
            Fixture::new(&format!("//- a/BUILD\n{}\ntarget(name = 'after')\nre.compile('x')\n", forms.join("\n")));
        let mut config = fixture.config();
        config.build_file_imports = policy;
        let (_, out) = load_with(&fixture, config, symbols(), "::", &SpecFilters::default());
        let lines: Vec<&str> = out.lines().filter(|line| !line.starts_with("  ") && !line.contains(" | ")).collect();
        expect.assert_eq(&lines.join("\n"));
    }
    check_body(
        "import os, os.path as p, glob as g\nfrom os import environ, path\nfrom os.path import join as j, dirname\nfrom io import open\nx = [p.basename('a/b'), g.glob('a/b/sub/**', recursive = True), environ.get('USER'), path.relpath('a/b'), j('a', 'b'), dirname('a/b')]",
        expect![[r#"["b", ["a/b/sub/c.txt"], "ann", "a/b", "a/b", "a"]"#]],
    );
}

#[test]
fn what_the_lexer_meets() {
    check_body(
        "x = ['a' 'b'\n  \"c\",\n'd\\\ne', u'f', r'g\\h', \\\n 1]",
        expect![[r#"["abc", "de", "f", "g\\h", 1]"#]],
    );
    check_body("\u{feff}# -*- coding: utf-8 -*-\r\nx = 'ü'\r\n", expect![[r#""ü""#]]);
    check_body("if True:\n\tx = 1\n\tif x:\n\t\tx = [x]", expect!["[1]"]);
    check_body("\x0cx = [0x1F, 0o17, 0b11, 1_000, 1e3]; y = 2", expect!["[31, 15, 3, 1000, Float(1000.0)]"]);
}

#[test]
fn arguments_of_every_form() {
    check_body(
        "
def f(a, b = 2, *rest, c = 3, **more):
  return [a, b, rest, c, sorted(more.items())]
p, k = [1, 2, 3], {'c': 4, 'd': 5}
x = [f(*p, **k), f(0, *[1], *[2], **{'q': 1}, **{'r': 2}), (lambda *a, **b: [a, b])(1, z = 2)]
",
        expect![[r#"[[1, 2, [3], 4, [["d", 5]]], [0, 1, [2], 3, [["q", 1], ["r", 2]]], [[1], {"z": 2}]]"#]],
    );
}

#[test]
fn globs_of_every_form() {
    let body = |sources: &str| {
        let files = ["x.py", "y.py", "z_test.py", "sub/w.py", "sub/v_test.py", "data.txt"];
        let files: String = files.iter().map(|file| format!("//- a/{file}\n")).collect();
        let fixture = Fixture::new(&format!("{files}//- a/BUILD\npython_library(name = 't', sources = {sources})\n"));
        let (build_files, out) = load(&fixture, "::", &SpecFilters::default());
        let graph = build_files.graph();
        let target = graph.targets().next().map(|target| target.sources.clone());
        target
            .map_or(out, |sources| sources.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" "))
    };
    for (sources, expect) in [
        ("globs('*.py') - 'x.py'", expect!["a/y.py a/z_test.py"]),
        ("globs('*.py') - ['x.py', 'y.py']", expect!["a/z_test.py"]),
        ("globs('*.py', exclude = ['x.py', ['y.py'], globs('*_test.py')])", expect![[""]]),
        ("globs('*.py', exclude = [['x.py']]) + ['data.txt']", expect!["a/data.txt a/y.py a/z_test.py"]),
        (
            "['data.txt'] + globs('x*') + rglobs('sub/*') - globs('*.nope')",
            expect!["a/data.txt a/sub/v_test.py a/sub/w.py a/x.py"],
        ),
        ("rglobs('*.py') - rglobs('*_test.py')", expect!["a/sub/w.py a/x.py a/y.py"]),
        ("rglobs('*.py', exclude = [rglobs('*_test.py')])", expect!["a/sub/w.py a/x.py a/y.py"]),
        ("rglobs('*.py', exclude = ['*_test.py'])", expect!["a/sub/w.py a/x.py a/y.py"]),
        ("zglobs('**/*_test.py')", expect!["a/sub/v_test.py a/z_test.py"]),
        ("globs('*.py') | rglobs('sub/*.py')", expect!["a/sub/v_test.py a/sub/w.py a/x.py a/y.py a/z_test.py"]),
        (
            "globs('x.py') + globs('y.py') + globs('*.txt') - globs('*.txt') + ['sub/w.py']",
            expect!["a/sub/w.py a/x.py a/y.py"],
        ),
        ("globs(['x.py', 'y.py'])", expect!["a/x.py a/y.py"]),
        ("[globs('x.py'), 'y.py']", expect!["a/x.py a/y.py"]),
        ("['*.py', '!*_test.py']", expect!["a/x.py a/y.py"]),
        ("{'x.py', 'y.py'}", expect!["a/x.py a/y.py"]),
        ("[f for f in globs('*.py') if not f.startswith('x')]", expect!["a/y.py a/z_test.py"]),
        ("globs('*.py') - (globs('*.py') - ['x.py'])", expect!["a/x.py"]),
        ("'x.py'", expect!["a/x.py"]),
    ] {
        expect.assert_eq(&body(sources));
    }
}

#[test]
fn what_was_read_is_recorded() {
    let fixture = Fixture::new(
        "//- a/data.txt\n//- a/BUILD\nimport os\nt = open('a/data.txt').read() + os.environ.get('USER')\nfrom_file('data.txt')\n",
    );
    let (build_files, _) = load(&fixture, "::", &SpecFilters::default());
    let reads = build_files.reads_of("a");
    let shown: Vec<String> = reads.iter().map(|read| format!("{:?} {}", read.kind, read.name)).collect();
    expect![[r#"
        File a/data.txt
        Environment USER"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn classes_hold_constants() {
    check_body(
        "
class Base:
  '''Where things are.'''
  root = 'r'
  dirs = [root + d for d in ('a', 'b')]
class Versions(Base, object):
  guava = '18.0'
  class Nested(object):
    deep = {'k': 1}
  def unused(self):
    return self.guava
x = [Versions.guava, Versions.Nested.deep['k'], Versions.root, getattr(Versions, 'nope', None), hasattr(Base, 'root')]
",
        expect![[r#"["18.0", 1, "r", None, true]"#]],
    );
    check_body(
        "class A:\n  def f(self):\n    pass\n  x = 1\nx = A.f()\nx = A().x\nx = A.y\nx = A.x.y.z()",
        expect![[r#"
            a/b/BUILD:5:5: `A.f` is a method
              |
            5 | x = A.f()
              |     ^^^
              hint: a class of a BUILD file holds constants; a function can stand outside of it
            a/b/BUILD:6:5: `A` cannot be called
              |
            6 | x = A().x
              |     ^^^
              hint: a class of a BUILD file holds constants, and no objects are made of it
            a/b/BUILD:7:5: class `A` has no `y`
              |
            7 | x = A.y
              |     ^^^
            a/b/BUILD:8:5: a function has no method `z`
              |
            8 | x = A.x.y.z()
              |     ^^^^^^^^^
        "#]],
    );
}

#[test]
fn exceptions_are_handled_by_name() {
    check_body(
        "
import os
x = []
try:
  x.append(os.environ['NOPE'])
except (IOError, KeyError) as error:
  x.append(error)
else:
  x.append('not here')
finally:
  x.append('finally')
try:
  x.append(open('nope.txt').read())
except OSError:
  x.append('no file')
try:
  nobody_knows
except NameError:
  x.append('no name')
def f(v):
  try:
    if v > 1:
      raise ValueError('too %s' % 'big')
    return v
  except TypeError:
    return 'wrong handler'
try:
  x.append(f(1))
  x.append(f(2))
except ValueError as e:
  x.append(str(e))
try:
  try:
    {}['k']
  except Exception:
    x.append('again')
    raise
except:
  x.append('outer')
",
        expect![[
            r#"["the environment variable `NOPE` is not set", "finally", "no file", "no name", 1, "too big", "again", "outer"]"#
        ]],
    );
    check_body(
        "try:\n  x = {}['k']\nexcept ImportError:\n  x = 1\nraise Exception('no way')\nraise NoArguments\nraise",
        expect![[r#"
            a/b/BUILD:2:7: the dict has no key 'k'
              |
            2 |   x = {}['k']
              |       ^^^^^^^
            a/b/BUILD:5:1: no way
              |
            5 | raise Exception('no way')
              | ^^^^^^^^^^^^^^^^^^^^^^^^^
            a/b/BUILD:6:1: `NoArguments` is raised
              |
            6 | raise NoArguments
              | ^^^^^^^^^^^^^^^^^
            a/b/BUILD:7:1: there is nothing to raise again
              |
            7 | raise
              | ^^^^^
        "#]],
    );
    check_body(
        "try:\n  while True:\n    pass\nexcept:\n  x = 1",
        expect![[r#"
            a/b/BUILD:3:5: this takes more steps than a BUILD file may
              |
            3 |     pass
              |     ^^^^
              hint: does a loop never end?
        "#]],
    );
}

#[test]
fn objects_are_built_up_by_methods() {
    check_value(
        "jar('o', 'n').force().exclude(org = 'x').exclude('y', 'z').with_extras(a = 1)",
        expect![[
            r#"jar(org="o", name="n", force=true, extras={"a": 1}, excludes=[exclude(org="x"), exclude(org="y", name="z")])"#
        ]],
    );
    check_value(
        "parcel(fileset = ['a']).add(globs('*.py'), 'b')",
        expect![[r#"parcel(fileset=["a", ["*.py"] - [], "b"])"#]],
    );
    check_value(
        "parcel(dup = parcel.SKIP, fileset = [parcel.FAIL])",
        expect![[r#"parcel(fileset=["FAIL"], dup="SKIP")"#]],
    );
    check_value("parcel.standard()", expect!["parcel.standard()"]);
    check_value(
        "[parcel, parcel.other, len, lambda a: a, jar('o', 'n').force]",
        expect![[r#"["parcel", "parcel.other", "len", "<lambda>", "jar(org='o', name='n').force"]"#]],
    );
}
