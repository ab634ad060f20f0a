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

/// Evaluates a text as a BUILD file; the answer does not matter, that there is one does.
fn evaluate_text(text: &str) {
    let fixture = Fixture::new("");
    fixture.write("a/BUILD", text);
    let mut config = fixture.config();
    config.limits.steps = 20_000;
    config.limits.memory = 1 << 20;
    config.jobs = 1;
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
