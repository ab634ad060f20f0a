//! Names that nobody knows: one error for all of a run, and nothing that only follows from them.

use super::*;

#[test]
fn all_unknown_symbols_of_a_run_are_one_error() {
    check(
        "
//- a/BUILD
scrooge_library(name = 'x', sources = globs('*.thrift'), dependencies = ['b:gone', ':y'])
java_libary(name = 'y', provides = scala_artifact_v2('o', repo = public))
target(name = 'z', dependencies = [':x', 'b'])
//- b/BUILD
[scrooge_library(name = n) for n in ['one', 'two']]
target(dependencies = [':one', ':nobody_knows'])
",
        expect![[r#"
            target a:z at a/BUILD:3:1
              needs: b:b
            target b:b at b/BUILD:2:1
            BUILD files use 4 symbols that are not defined
              `scrooge_library`: 3 times, first at a/BUILD:1:1
              `java_libary`: once, at a/BUILD:2:1 (did you mean `java_library`?)
              `public`: once, at a/BUILD:2:66
              `scala_artifact_v2`: once, at a/BUILD:2:36
              hint: if a plugin defined it, `opaque_types = ["scrooge_library"]` in `[build-files]` loads the targets without it
              hint: a file of `build_file_prelude_globs` can define `public`, `scala_artifact_v2`
        "#]],
    );
}

#[test]
fn one_symbol_is_shown_at_its_first_place() {
    check(
        "//- b/BUILD\nfetch(name = 'x')\nfetch(name = 'y')\n//- a/BUILD\nfetch(name = 'x')\n",
        expect![[r#"
            a/BUILD:1:1: `fetch` is not defined; it is used 3 times, first here
              |
            1 | fetch(name = 'x')
              | ^^^^^
              hint: if a plugin defined it, `opaque_types = ["fetch"]` in `[build-files]` loads the targets without it
              hint: a file of `build_file_prelude_globs` can define it
        "#]],
    );
}

#[test]
fn only_what_was_asked_for_is_told_of() {
    check_specs(
        "//- a/BUILD\nfetch(name = 'x')\n//- b/BUILD\ntarget(name = 'y')\n",
        "b::",
        expect!["target b:y at b/BUILD:1:1\n"],
    );
    check_specs(
        "//- a/BUILD\nfetch(name = 'x')\n//- b/BUILD\ntarget(name = 'y', dependencies = ['a:x'])\n",
        "b::",
        expect![[r#"
            target b:y at b/BUILD:1:1
            a/BUILD:1:1: `fetch` is not defined
              |
            1 | fetch(name = 'x')
              | ^^^^^
              hint: if a plugin defined it, `opaque_types = ["fetch"]` in `[build-files]` loads the targets without it
              hint: a file of `build_file_prelude_globs` can define it
        "#]],
    );
}

/// Checks that a statement about an unknown name says nothing but that it is not known, and what follows is evaluated.
#[track_caller]
fn check_quiet(statement: &str) {
    let fixture = Fixture::new(&format!("//- a/BUILD\nu = unknown_thing\n{statement}\ntarget(name = 'after')\n"));
    let (_, out) = load(&fixture, "::", &SpecFilters::default());
    let lines: Vec<&str> = out.lines().filter(|line| line.starts_with(['a', 't', 'B'])).collect();
    let after = format!("target a:after at a/BUILD:{}:1", statement.lines().count() + 2);
    assert_eq!(lines, [after.as_str(), "a/BUILD:1:5: `unknown_thing` is not defined"], "{statement}\n{out}");
}

#[test]
fn what_needs_an_unknown_value_fails_without_another_word() {
    for statement in [
        "u.a.b(1).with_binaries(x = ':y')",
        "target(name = 'x', tags = [u])",
        "target(name = 'x', dependencies = ['a'] + u.deps)",
        "target(name = 'x', dependencies = [d for d in u])",
        "target(name = u)",
        "target(**u)",
        "target(*u)",
        "x = 'a %s' % u\ntarget(name = x)",
        "x = 'a {}'.format(u)\ntarget(name = x)",
        "x = f'a {u}'\ntarget(name = x)",
        "x = str(u) + u['a'] + u[1:] + -u\ntarget(name = x)",
        "x = [1]\nx += u\nx.append(u)\ntarget(name = 'x', tags = x)",
        "x = {u: 1}\ny = {'a': u}\ntarget(name = x['q'] + y['a'])",
        "a, b = u\ntarget(name = a)",
        "for n in u:\n  m = n\ntarget(name = m)",
        "with u as fp:\n  m = fp.read()\ntarget(name = m)",
        "x = globs('*.py', exclude = [u]) - u\njava_library(name = 'x', sources = x)",
        "if u == 1 and u < 2 or u in []:\n  pass",
        "def f(x):\n  target(name = x)\n  return x + 'a'\ntarget(name = f(u))",
        "jar_library(name = 'x', jars = [jar('a', u)])",
        "import os\nx = os.path.join(u, 'a')\nos.listdir(u)\ntarget(name = x)",
        "numbered(u)",
        "del u",
        "u['a'] = 1",
        "x = [1][u:]\ny = {**u}\ntarget(name = x[0] + y['a'])",
        "def f(**kw):\n  pass\nf(**u)\nf(a = u)",
        "u()()(u)",
        "x = ', '.join(u) + ''.join([u])\ntarget(name = x)",
        "x = [n for n in [1] if u]\nx = sorted([u, 1])\ntarget(name = x)",
        "x = dict(u)\nx.update(u)\ny = set([u])\ntarget(tags = y, **x)",
        "open(u)\nfor line in open(u):\n  pass",
        "assert u",
    ] {
        check_quiet(statement);
    }
}

#[test]
fn what_a_failed_statement_would_have_assigned_is_not_missed() {
    check(
        "//- a/BUILD\nx = [1][3]\nfor y in 5:\n  z = 1\nimport re.what\ntarget(name = x + y + z)\nre.compile(1)\ntarget(name = 'after')\n",
        expect![[r#"
            target a:after at a/BUILD:7:1
            a/BUILD:1:5: the index is out of range
              |
            1 | x = [1][3]
              |     ^^^^^^
            a/BUILD:2:1: a number has no items to go through
              |
            2 | for y in 5:
              | ^^^^^^^^^^^
            a/BUILD:4:1: `re.what` cannot be imported: BUILD files have `os` and `glob` only
              |
            4 | import re.what
              | ^^^^^^^^^^^^^^
              hint: `build_file_imports = "warn"` in `[GLOBAL]` passes over other imports
        "#]],
    );
}

#[test]
fn what_python_has_and_we_do_not_is_said_so() {
    check(
        "//- a/BUILD\nx = eval('1')\n",
        expect![[r#"
            a/BUILD:1:5: `eval` is not available in BUILD files
              |
            1 | x = eval('1')
              |     ^^^^
        "#]],
    );
}
