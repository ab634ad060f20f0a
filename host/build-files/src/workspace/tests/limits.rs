//! Hostile BUILD files: each ends in an error that names it, and takes nothing else with it.

use super::*;
use proptest::prelude::*;

#[test]
fn endless_loops_and_recursion_end() {
    check(
        "//- a/BUILD\nwhile True:\n  pass\n//- b/BUILD\ntarget(name = 'y')\n",
        expect![[r#"
        target b:y at b/BUILD:1:1
        a/BUILD:1:7: this takes more steps than a BUILD file may
          |
        1 | while True:
          |       ^^^^
          hint: does a loop never end?
    "#]],
    );
    check(
        "//- a/BUILD\ndef f(n):\n  return f(n + 1)\nf(0)\n",
        expect![[r#"
        a/BUILD:2:12: calls are nested too deeply
          |
        2 |   return f(n + 1)
          |            ^^^^^
          hint: does a function call itself without end?
    "#]],
    );
    check(
        "//- a/BUILD\nfor i in range(10000000):\n  pass\n",
        expect![[r#"
        a/BUILD:1:10: this takes more steps than a BUILD file may
          |
        1 | for i in range(10000000):
          |          ^^^^^^^^^^^^^^^
          hint: does a loop never end?
    "#]],
    );
}

#[test]
fn texts_of_values_that_are_many_times_there_are_refused() {
    let bytes = format!("b'{}'", "a".repeat(10_000));
    for value in ["jar('a' * 10000, 'b')", "globs('a' * 10000)", "target(name = 'a' * 10000)", &bytes] {
        let fixture = Fixture::new(&format!("//- a/BUILD\nx = [{value}] * 1000\ny = str(x)\n"));
        let mut config = fixture.config();
        config.limits.memory = 1 << 20;
        let (_, out) = load_with(&fixture, config, symbols(), "a:", &SpecFilters::default());
        assert!(out.contains("a/BUILD:2:5: this makes more data than a BUILD file may hold"), "{value}: {out}");
    }
}

#[test]
fn huge_values_are_refused() {
    check_value(
        "'a' * 1000000000",
        expect![[r#"
        a/b/BUILD:1:5: this makes more data than a BUILD file may hold
          |
        1 | x = 'a' * 1000000000
          |     ^^^^^^^^^^^^^^^^
    "#]],
    );
    check_value(
        "[0] * 1000000000",
        expect![[r#"
        a/b/BUILD:1:5: this makes more data than a BUILD file may hold
          |
        1 | x = [0] * 1000000000
          |     ^^^^^^^^^^^^^^^^
    "#]],
    );
    check_value(
        "'%999999999d' % 1",
        expect![[r#"
        a/b/BUILD:1:5: 999999999 is too wide for a format
          |
        1 | x = '%999999999d' % 1
          |     ^^^^^^^^^^^^^^^^^
    "#]],
    );
    check_value(
        "'{:999999999}'.format(1)",
        expect![[r#"
        a/b/BUILD:1:5: 999999999 is too wide for a format
          |
        1 | x = '{:999999999}'.format(1)
          |     ^^^^^^^^^^^^^^^^^^^^^^^^
    "#]],
    );
    check_value(
        "range(9223372036854775807)",
        expect![[r#"
        a/b/BUILD:1:5: this takes more steps than a BUILD file may
          |
        1 | x = range(9223372036854775807)
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: does a loop never end?
    "#]],
    );
    check_body(
        "x = 'a'\nfor i in range(100):\n  x = x + x",
        expect![[r#"
        a/b/BUILD:3:7: this makes more data than a BUILD file may hold
          |
        3 |   x = x + x
          |       ^^^^^
    "#]],
    );
    check_body(
        "x = ['a']\nfor i in range(100):\n  x = x + x",
        expect![[r#"
        a/b/BUILD:3:7: this takes more steps than a BUILD file may
          |
        3 |   x = x + x
          |       ^^^^^
          hint: does a loop never end?
    "#]],
    );
    check_body(
        "x = [1]\nfor i in range(30):\n  x = [x, x]\nx = str(x)",
        expect![[r#"
            a/b/BUILD:4:5: this takes more steps than a BUILD file may
              |
            4 | x = str(x)
              |     ^^^^^^
              hint: does a loop never end?
        "#]],
    );
    check_value(
        "'a'.replace('', 'b' * 10000000).replace('b', 'c' * 10000000)",
        expect![[r#"
        a/b/BUILD:1:50: this makes more data than a BUILD file may hold
          |
        1 | x = 'a'.replace('', 'b' * 10000000).replace('b', 'c' * 10000000)
          |                                                  ^^^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn deep_and_circular_values_are_refused_where_they_are_looked_at() {
    check_body(
        "x = []\nfor i in range(100000):\n  x = [x]",
        expect![[r#"
        a/b/BUILD:4:51: values are nested too deeply
          |
        4 | java_library(name = 'v', sources = [], provides = x)
          |                                                   ^
    "#]],
    );
    check_body(
        "x = ()\nfor i in range(100000):\n  x = (x,)\nx = {x: 1}",
        expect![[r#"
        a/b/BUILD:4:6: values are nested too deeply
          |
        4 | x = {x: 1}
          |      ^
    "#]],
    );
    check_body(
        "x = []\nx.append(x)\nx = str(x)",
        expect![[r#"
        a/b/BUILD:3:5: values are nested too deeply
          |
        3 | x = str(x)
          |     ^^^^^^
    "#]],
    );
    check_body(
        "x = []\nx.append(x)\ny = []\ny.append(y)\nx = x == y",
        expect![[r#"
        a/b/BUILD:5:5: values are nested too deeply
          |
        5 | x = x == y
          |     ^^^^^^
    "#]],
    );
    check_body("x = 1\ny = []\nfor i in range(100000):\n  y = [y]", expect!["1"]);
}

#[test]
fn small_values_that_are_endless_to_go_through_are_refused() {
    let doubled = |first: &str, then: &str| {
        format!("x = {first}\ny = {first}\nfor i in range(45):\n  x = {}\n  y = {}\n{then}", "(x, x)", "(y, y)")
    };
    check_body(
        &doubled("1", "x = x == y"),
        expect![[r#"
        a/b/BUILD:6:5: this takes more steps than a BUILD file may
          |
        6 | x = x == y
          |     ^^^^^^
          hint: does a loop never end?
    "#]],
    );
    check_body(
        &doubled("1", "x = x < y"),
        expect![[r#"
        a/b/BUILD:6:5: this takes more steps than a BUILD file may
          |
        6 | x = x < y
          |     ^^^^^
          hint: does a loop never end?
    "#]],
    );
    check_body(
        &doubled("1", "x = {x: 1}"),
        expect![[r#"
        a/b/BUILD:6:6: this takes more steps than a BUILD file may
          |
        6 | x = {x: 1}
          |      ^
          hint: does a loop never end?
    "#]],
    );
    check_body(
        &doubled("1", "x = str(x)"),
        expect![[r#"
        a/b/BUILD:6:5: this takes more steps than a BUILD file may
          |
        6 | x = str(x)
          |     ^^^^^^
          hint: does a loop never end?
    "#]],
    );
    check_body(
        &doubled("1", ""),
        expect![[r#"
        a/b/BUILD:7:51: this takes more steps than a BUILD file may
          |
        7 | java_library(name = 'v', sources = [], provides = x)
          |                                                   ^
          hint: does a loop never end?
    "#]],
    );
}

#[test]
fn looking_at_large_values_is_counted() {
    for statement in [
        "a == b",
        "a < b",
        "{a: 1}",
        "a in [b]",
        "len(a)",
        "import os\n  os.path.basename(a)",
        "import os\n  os.path.exists(a)",
        "import os\n  os.environ.get(a)",
        "try:\n    open(a)\n  except IOError:\n    pass",
        "c.reverse()",
        "c.clear() or c.extend(d)",
        "isinstance(1, d)",
        "a.startswith(b)",
        "a.strip()",
        "'x' in a",
        "globs(a)",
    ] {
        check_end(&format!(
            "a = 'x' * 4000000\nb = 'x' * 4000000\nc = [1] * 400000\nd = (str,) * 400000\nwhile True:\n  {statement}\n"
        ));
    }
}

#[test]
fn small_files_that_grow_end() {
    for body in [
        "s = '{0}{0}'\nfor i in range(60):\n  s = s.format(s)",
        "s = '%(a)s%(a)s'\nfor i in range(60):\n  s = s % {'a': s}",
        "s = 'ab'\nfor i in range(60):\n  s = f'{s}{s}'",
        "s = 'a'\nfor i in range(60):\n  s = s.replace('a', 'aa')",
        "s = 'a'\nfor i in range(60):\n  s = repr([s, s])",
        "s = jar('o', 'n')\nfor i in range(60):\n  s = jar('o', 'n', extras = {'a': s, 'b': s})",
        "s = jar('o', 'n')\nfor i in range(100000):\n  s = s.exclude('a')",
        "s = globs('*')\nfor i in range(100000):\n  s = s - str(i)",
        "[1 for a in range(1000) for b in range(1000) for c in range(1000)]",
        "def f(n):\n  try:\n    return f(n)\n  finally:\n    f(n)\nf(0)",
        "def f(n):\n  return list(map(f, [n]))\nf(0)",
        "for i in range(1000000):\n  target(name = str(i))",
        "for i in range(1000000):\n  target(name = i)",
        "for i in range(1000000):\n  nobody_knows_this(i)",
        "t = ['b:x%d' % i for i in range(3000)]\nfor i in range(100000):\n  target(name = str(i), tags = t)",
    ] {
        check_end(body);
    }
}

/// Checks that a BUILD file hits a limit, is named with it, and hides no other.
#[track_caller]
fn check_end(body: &str) {
    let fixture = Fixture::new(&format!("//- a/BUILD\n{body}\n//- b/BUILD\ntarget(name = 'y')\n"));
    let mut config = fixture.config();
    config.limits.steps = 100_000;
    config.limits.memory = 16 << 20;
    let build_files = BuildFiles::new(config, symbols());
    let diagnostics = build_files.load_all();
    let is_limit = |diagnostic: &Diagnostic| {
        let place = diagnostic.location.as_ref().is_some_and(|location| &*location.file == "a/BUILD");
        let said = ["more steps than", "more data than", "nested too deeply", "too many problems"];
        place && said.iter().any(|said| diagnostic.message.contains(said))
    };
    assert!(diagnostics.iter().any(is_limit), "{body}: {:?}", diagnostics.first());
    assert!(build_files.graph().get(&Address::new("b", "y")).is_some(), "{body}");
}

#[test]
fn patterns_that_look_at_too_much_end() {
    let files: String = (0..30).map(|number| format!("//- a/d{number}/x.py\n")).collect();
    for body in [
        "for i in range(100000):\n  files(name = str(i), sources = ['**/*'])",
        "for i in range(100000):\n  len(rglobs('*'))",
        "from glob import glob\nfor i in range(100000):\n  glob('a/*/*')",
        "files(name = 'x', sources = ['**/*.txt'] * 10000)",
        "files(name = 'x', sources = globs('**/*', exclude = [['x%d*y' % i for i in range(10000)]]))",
        "for i in range(100000):\n  java_library(name = str(i), args = ['x'])",
    ] {
        let fixture = Fixture::new(&format!("{files}//- a/BUILD\n{body}\n//- b/BUILD\ntarget(name = 'y')\n"));
        let mut config = fixture.config();
        config.limits.looks = 20_000;
        let diagnostics = BuildFiles::new(config, symbols()).load_all();
        let first: Vec<String> = diagnostics.iter().take(1).map(|diagnostic| diagnostic.message.clone()).collect();
        assert_eq!(first, ["this looks at more files than a BUILD file may"], "{body}");
    }
}

#[test]
fn classes_that_extend_each_other_are_looked_up_at_once() {
    let classes: String = (0..60).map(|n| format!("class A{}(A{n}, A{n}):\n  pass\n", n + 1)).collect();
    check_body(&format!("class A0:\n  x = 1\n{classes}x = [A60.x, hasattr(A60, 'y')]"), expect!["[1, false]"]);
}

#[test]
fn numbers_at_the_end_of_their_range() {
    check_value(
        "range(-9223372036854775807, 9223372036854775807, 4611686018427387904)",
        expect!["[-9223372036854775807, -4611686018427387903, 1, 4611686018427387905]"],
    );
    check_value(
        "[2 ** 62 + (2 ** 62 - 1), -2 ** 63 + 1]",
        expect![[r#"
        a/b/BUILD:1:32: the number is too large
          |
        1 | x = [2 ** 62 + (2 ** 62 - 1), -2 ** 63 + 1]
          |                                ^^^^^^^
    "#]],
    );
}

#[test]
fn a_list_may_change_while_it_is_sorted() {
    check_body("x = [2, 1]\ndef f(n):\n  x.append(n)\n  return n\nx.sort(key = f)", expect!["[1, 2]"]);
}

#[test]
fn deep_sources_are_refused() {
    for piece in ["(", "[", "-", "not ", "lambda: ", "1+", "f(", "{", "x if y else "] {
        for count in [300, 100_000] {
            let fixture = Fixture::new(&format!("//- a/BUILD\nx = {}\n", piece.repeat(count)));
            let (_, out) = load(&fixture, "::", &SpecFilters::default());
            assert!(out.contains("a/BUILD"), "{piece} {count}: {out:.200}");
        }
    }
    let indents: String = (0..500).map(|depth| format!("{}if 1:\n", " ".repeat(depth))).collect();
    let fixture = Fixture::new(&format!("//- a/BUILD\n{indents}{}pass\n", " ".repeat(500)));
    let (_, out) = load(&fixture, "::", &SpecFilters::default());
    assert!(out.contains("a/BUILD"), "{out:.200}");
}

/// Evaluates a text as a BUILD file and as a prelude; the answer does not matter, that there is one does.
fn evaluate_text(text: &str) {
    let fixture = Fixture::new("//- b/BUILD\ntarget(name = x)\nf(x, y)\n");
    fixture.write("a/BUILD", text);
    fixture.write("p.py", text);
    let mut config = fixture.config();
    config.limits.steps = 20_000;
    config.limits.memory = 1 << 20;
    config.jobs = 1;
    config.prelude_globs = vec!["p.py".to_owned()];
    config.opaque_types = vec!["opaque".to_owned(), "y".to_owned()];
    let build_files = BuildFiles::new(config, symbols());
    build_files.load_all();
}

/// Pieces that make texts look like BUILD files more often than chance does.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "java_library(",
        "target(",
        "jar(",
        "globs(",
        "rglobs(",
        "numbered(",
        "name=",
        "dependencies=",
        "sources=",
        "exclude=",
        "jars=",
        "'a'",
        "':b'",
        "'*.py'",
        "'../x'",
        "'%s %5d'",
        "'{0} {x:>3}'",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ",",
        ":",
        "=",
        "+",
        "-",
        "*",
        "**",
        "%",
        "/",
        "//",
        "<",
        "==",
        " in ",
        " not ",
        " and ",
        " if ",
        " else ",
        " for ",
        "lambda x:",
        "def f(*a, **k):\n  ",
        "for i in range(9):\n  ",
        "while 1:\n  ",
        "class A(B):\n  ",
        "try:\n  ",
        "except IOError as e:\n  ",
        "finally:\n  ",
        "raise ",
        "unknown(",
        "opaque(",
        ".with_extras(",
        ".exclude(",
        ".add(",
        "from_target(",
        "source_root(",
        "source_root.here(",
        "scoped(",
        "bundle(",
        "A.b",
        "**x",
        "*y",
        "with open('a') as f:\n  ",
        "return ",
        "break\n",
        "import os\n",
        "import os.path as p\n",
        "os.path.join(",
        "os.environ",
        "from glob import glob\n",
        "f'{x!r:>4}'",
        "x",
        "y",
        "f",
        ".format(",
        ".split(",
        ".append(",
        ".items()",
        ".sort()",
        ".pop(",
        "len(",
        "sorted(",
        "dict(",
        "set(",
        "zip(",
        "map(",
        "str(",
        "range(",
        "x = ",
        "x += ",
        "del x\n",
        "[1:2]",
        "[::-1]",
        "[0]",
        "0",
        "-1",
        "9223372036854775807",
        "1.5",
        "1e308",
        "None",
        "True",
        "\n",
        "\t",
        "  ",
        "\\\n",
        "#c\n",
        "'",
        "\"\"\"",
        "ü",
        "b'\\xff'",
        "*",
        "...",
        ";",
        "@",
    ];
    prop_oneof![
        9 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        evaluate_text(&text);
    }

    #[test]
    fn no_almost_build_file_makes_it_panic(pieces in proptest::collection::vec(piece(), 0..40)) {
        evaluate_text(&pieces.concat());
    }

    #[test]
    fn no_spec_makes_it_panic(text in "[a-z:/.*!^\\[\\]ü-]{0,20}") {
        let fixture = Fixture::new("//- a/BUILD\ntarget()\n");
        if let Ok(spec) = AddressSpec::parse(&text, fixture.root(), fixture.root()) {
            let build_files = BuildFiles::new(fixture.config(), symbols());
            build_files.resolve(&[spec], &SpecFilters::default());
        }
    }
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_not_read() {
    let fixture = Fixture::new("//- a/BUILD\nx = open('a/endless').read()\n");
    std::os::unix::fs::symlink("/dev/zero", fixture.root().join("a/endless")).unwrap();
    let (_, text) = load(&fixture, "a::", &SpecFilters::default());
    assert!(text.contains("`a/endless` is no regular file"), "{text}");
}
