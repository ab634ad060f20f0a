//! Values that stand in files.

use super::*;

fn check_files(files: &[(&str, &str)], args: &str, expect: Expect) {
    check(Case { files, args, ..Case::default() }, expect);
}

#[test]
fn the_ending_says_how_a_file_is_read() {
    let files = &[
        ("a.json", "[\"-g\", 8]"),
        ("a.yaml", "- -g\n- \"8\"\n# why\n- yes\n"),
        ("a.yml", "java8: {source: 8, args: [-g]}\njava11: &eleven\n  source: '11'\nother: *eleven\n"),
        ("a.toml", "[java8]\nsource = '8'\n"),
        ("a.txt", "\n  -g\n"),
        ("literal", "['-g', # why\n '8']\n"),
        ("n", "12\n"),
    ];
    for (args, expect) in [
        (
            "--compile-javac-args=@a.json",
            expect![[r#"
            compile.javac.args = ['-g', '8'] (--compile-javac-args)
        "#]],
        ),
        (
            "--compile-javac-args=@a.yaml",
            expect![[r#"
            compile.javac.args = ['-g', '8', 'yes'] (--compile-javac-args)
        "#]],
        ),
        (
            "--jvm-platform-platforms=@a.yml",
            expect![[r#"
            jvm-platform.platforms = {'java8': {'source': 8, 'args': ['-g']}, 'java11': {'source': '11'}, 'other': {'source': '11'}} (--jvm-platform-platforms)
        "#]],
        ),
        (
            "--jvm-platform-platforms=@a.toml",
            expect![[r#"
            jvm-platform.platforms = {'java8': {'source': '8'}} (--jvm-platform-platforms)
        "#]],
        ),
        (
            "--compile-javac-args=@a.txt",
            expect![[r#"
            compile.javac.args = ['-encoding', 'UTF-8', '-g'] (--compile-javac-args)
        "#]],
        ),
        (
            "--compile-javac-args=@literal",
            expect![[r#"
            compile.javac.args = ['-g', '8'] (--compile-javac-args)
        "#]],
        ),
        (
            "--compile-javac-worker-count=@n",
            expect![[r#"
            compile.javac.worker-count = 12 (--compile-javac-worker-count)
        "#]],
        ),
    ] {
        check_files(files, args, expect);
    }
}

#[test]
fn a_file_may_name_a_further_one() {
    let files = &[("a", "@dir/b\n"), ("dir/b", "@c.json"), ("c.json", "[\"-g\"]"), ("at", "@@c.json")];
    check_files(
        files,
        "--compile-javac-args=@a",
        expect![[r#"
            compile.javac.args = ['-g'] (--compile-javac-args)
        "#]],
    );
    check_files(
        files,
        "--changed-parent=@at",
        expect![[r#"
            changed.parent = '@c.json' (--changed-parent)
        "#]],
    );
}

#[test]
fn two_at_signs_are_one_and_some_options_take_values_as_they_are() {
    check_files(
        &[],
        "--changed-parent=@@x --kinds-text=@x",
        expect![[r#"
            changed.parent = '@x' (--changed-parent)
            kinds.text = '@x' (--kinds-text)
        "#]],
    );
}

#[test]
fn a_file_is_relative_to_where_it_is_named() {
    let files = &[
        ("pants.toml", "[compile.javac]\nargs = '@root'\nworker_count = '@root-count'\n"),
        ("root", "['r']"),
        ("root-count", "3"),
        ("sub/typed", "+['t']"),
    ];
    check(
        Case { files, args: "--compile-javac-args=@typed", cwd: "sub", ..Case::default() },
        expect![[r#"
            compile.javac.args = ['r', 't'] (--compile-javac-args)
            compile.javac.worker-count = 3 (pants.toml:3 [compile.javac] worker_count)
        "#]],
    );
}

#[test]
fn what_is_wrong_with_a_file_says_where() {
    let files = &[
        ("a", "@b"),
        ("b", "@a"),
        ("bad.json", "[\n  'x'\n]"),
        ("bad.yaml", "a: 1\nb: [\n"),
        ("bad.toml", "\n\n= 1\n"),
        ("bad.txt", "[\n 'a',\n b]\n"),
        ("dict.json", "{\"a\": 1}"),
        ("numbers.json", "[1, [2]]"),
        ("dir/x", ""),
        ("n", "twelve\n"),
    ];
    let check_arg = |value: &str, expect: Expect| check_files(files, &format!("--compile-javac-args=@{value}"), expect);
    check_arg(
        "a",
        expect![[r#"
        `--compile-javac-args`: the files name each other: `a` -> `b` -> `a`
    "#]],
    );
    check_arg(
        "bad.json",
        expect![[r#"
        `--compile-javac-args`: in `bad.json`, line 2: expected value
    "#]],
    );
    check_arg(
        "bad.yaml",
        expect![[r#"
        `--compile-javac-args`: in `bad.yaml`, line 3: did not find expected node content, while parsing a flow node
    "#]],
    );
    check_arg(
        "bad.txt",
        expect![[r#"
        `--compile-javac-args`: in `bad.txt`, line 3: `b` is not quoted at character 2
          hint: write a list as `['a', 'b']` and a dict as `{'a': 'b'}`
    "#]],
    );
    check_arg(
        "dict.json",
        expect![[r#"
        `--compile-javac-args`: in `dict.json`: a dict stands where a list belongs
    "#]],
    );
    check_arg(
        "numbers.json",
        expect![[r#"
        `--compile-javac-args`: in `numbers.json`: item 2: a list stands where a string belongs
          hint: put it in quotes
    "#]],
    );
    check_arg(
        "dir",
        expect![[r#"
        `--compile-javac-args`: cannot read `dir`: it is a directory
          hint: a value that begins with `@` names a file; `@@` stands for `@`
    "#]],
    );
    check_arg(
        "",
        expect![[r#"
        `--compile-javac-args`: `@` names no file
          hint: a value that begins with `@` names a file; `@@` stands for `@`
    "#]],
    );
    check_arg(
        "nope",
        expect![[r#"
        `--compile-javac-args`: cannot read `nope`: there is no such file
          hint: a value that begins with `@` names a file; `@@` stands for `@`
    "#]],
    );
    check_files(
        files,
        "--jvm-platform-platforms=@bad.toml",
        expect![[r#"
        `--jvm-platform-platforms`: in `bad.toml`, line 3: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`
    "#]],
    );
    check_files(
        files,
        "--compile-javac-worker-count=@n",
        expect![[r#"
        `--compile-javac-worker-count`: in `n`: `twelve` is not a whole number
    "#]],
    );
    let toml = ("pants.toml", "[compile.javac]\nargs = '@bad.json'\n");
    check_files(
        &[toml, files[2]],
        "",
        expect![[r#"
        pants.toml:2:1: `[compile.javac] args`: in `bad.json`, line 2: expected value
          2 | args = '@bad.json'
            | ^^^^
    "#]],
    );
}

#[test]
fn aliases_of_yaml_do_not_grow_without_end() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..12 {
        let before = format!("*a{}, ", at - 1).repeat(9);
        text.push_str(&format!("a{at}: &a{at} [{before}]\n"));
    }
    check_files(
        &[("bomb.yaml", &text)],
        "--jvm-platform-platforms=@bomb.yaml",
        expect![[r#"
        `--jvm-platform-platforms`: in `bomb.yaml`: repetition limit exceeded
    "#]],
    );
}

#[test]
fn a_file_has_a_largest_size_and_is_text() {
    let dir = tempfile::tempdir().expect("a temp directory");
    for (name, bytes) in [("large", vec![b'x'; 17 << 20]), ("binary", vec![0xff, 0xfe])] {
        let path = dir.path().join(name);
        fs::write(&path, bytes).expect("a file");
        let error = crate::at_file::read_text(&path, name).expect_err("it cannot be read");
        let expect = match name {
            "large" => "cannot read `large`: it is larger than 16 MB",
            _ => "cannot read `binary`: it is no text in UTF-8",
        };
        assert_eq!(error.to_string(), expect);
    }
}

#[test]
fn values_of_a_dict_with_files_are_what_the_files_hold() {
    let files = &[
        ("pants.toml", "[kinds.contents]\na = 'notes/a.txt'\nb = 'no file'\nc = 3\n"),
        ("notes/a.txt", "text of a\n"),
        ("sub/d", "text of d"),
    ];
    check(
        Case { files, args: "--kinds-contents=+{'d':'d'}", cwd: "sub", ..Case::default() },
        expect![[r#"
            kinds.contents = {'a': 'text of a\n', 'b': 'no file', 'c': 3, 'd': 'text of d'} (--kinds-contents)
        "#]],
    );
}

#[test]
fn files_of_a_list_are_each_relative_to_their_source_and_must_exist() {
    let files = &[("pants.toml", "[kinds]\nfiles = ['a', 'sub/b']\n"), ("a", ""), ("sub/b", ""), ("sub/c", "")];
    check(
        Case { files, args: "--kinds-files=c --kinds-files=-['b']", cwd: "sub", ..Case::default() },
        expect![[r#"
            kinds.files = ['a', 'sub/c'] (--kinds-files)
        "#]],
    );
    check(
        Case { files, args: "--kinds-files=a", cwd: "sub", ..Case::default() },
        expect![[r#"
            `--kinds-files`: the file `sub/a` does not exist
        "#]],
    );
    check_files(
        files,
        "--kinds-files=sub",
        expect![[r#"
        `--kinds-files`: `sub` is a directory, and a file belongs here
    "#]],
    );
    check_files(
        files,
        "--run-cwd=a",
        expect![[r#"
        `--run-cwd`: `a` is a file, and a directory belongs here
    "#]],
    );
}
