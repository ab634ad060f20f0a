//! What can be wrong with the sources of options: each message has its place, and says what to do.
//!
//! How whole command lines and unreadable files are answered stands in `bad_input`.

use super::{Bench, Sources, check};
use expect_test::{Expect, expect};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// What a goal says when its options are wrong; none is asked to do anything.
fn told(sources: &Sources, expect: Expect) {
    check(&Bench::of_painters().run(sources, &["options", "--name=coats"]), expect);
}

fn in_file(text: &str, expect: Expect) {
    in_files(&[("pants.toml", text)], &[], expect);
}

fn in_files(files: &[(&str, &str)], args: &[&str], expect: Expect) {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let args = args.iter().map(|arg| (*arg).to_owned()).collect();
    told(&Sources { files, args, ..Sources::default() }, expect);
}

fn in_args(args: &[&str], expect: Expect) {
    in_files(&[], args, expect);
}

fn in_variable(name: &str, value: &str, expect: Expect) {
    let env = [(name.to_owned(), value.to_owned())].into_iter().collect();
    told(&Sources { env, ..Sources::default() }, expect);
}

// ---- the language of config files ----

#[test]
fn broken_files_show_the_line() {
    in_file(
        "[paint.wall]\ncoats = \n",
        expect![[r#"
        pants.toml:2:9: string values must be quoted, expected literal string
          2 | coats = 
            |         ^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall\ncoats = 2\n",
        expect![[r#"
        pants.toml:1:12: unclosed table, expected `]`
          1 | [paint.wall
            |            ^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\ncoats = 2\ncoats = 3\n",
        expect![[r#"
        pants.toml:3:1: duplicate key
          3 | coats = 3
            | ^^^^^
        exit 1
    "#]],
    );
    in_files(
        &[("BUILDROOT", ""), ("pants.ini", "[paint.wall]\ncoats\n")],
        &[],
        expect![[r#"
            pants.ini:2:1: neither a section nor `key: value`; the lines of a longer value are indented
              2 | coats
                | ^^^^^
              hint: a `pants.toml` beside it, be it empty, is read instead of `pants.ini`
            exit 1
        "#]],
    );
    in_files(
        &[("BUILDROOT", ""), ("pants.ini", "coats: 2\n")],
        &[],
        expect![[r#"
            pants.ini:1:1: this line stands above the first section
              1 | coats: 2
                | ^^^^^^^^
              hint: a `pants.toml` beside it, be it empty, is read instead of `pants.ini`
            exit 1
        "#]],
    );
    in_files(
        &[("BUILDROOT", ""), ("pants.ini", "[paint.wall]\nrooms: ['hall'\n")],
        &[],
        expect![[r#"
            pants.ini:2:1: `[paint.wall] rooms`: `,` or `]` is missing at character 8
              2 | rooms: ['hall'
                | ^^^^^
              hint: write a list as `['a', 'b']`, and one item that looks so as `["['hall'"]`
              hint: a `pants.toml` beside it, be it empty, is read instead of `pants.ini`
            exit 1
        "#]],
    );
}

#[test]
fn sections_and_keys_that_nobody_knows() {
    in_file(
        "[paint.walls]\ncoats = 2\n[paint.wall]\ncoast = 2\ncoats = 3\n",
        expect![[r#"
        pants.toml:1:8: unknown section `[paint.walls]`
          1 | [paint.walls]
            |        ^^^^^
          hint: did you mean `paint.wall`?
          hint: `--no-verify-config` disables this check
        pants.toml:4:1: unknown option `coast` in section `[paint.wall]`
          4 | coast = 2
            | ^^^^^
          hint: did you mean `coats`?
          hint: `--no-verify-config` disables this check
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nnothing_like_it = 2\n",
        expect![[r#"
        pants.toml:2:1: unknown option `nothing_like_it` in section `[paint.wall]`
          2 | nothing_like_it = 2
            | ^^^^^^^^^^^^^^^
          hint: `--no-verify-config` disables this check
        exit 1
    "#]],
    );
    in_file(
        "coats = 2\n",
        expect![[r#"
        pants.toml:1:1: `coats` stands outside of any section
          1 | coats = 2
            | ^^^^^
          hint: global options belong in `[GLOBAL]`
        exit 1
    "#]],
    );
    in_file(
        "[GLOBAL]\nlevle = 'warn'\n",
        expect![[r#"
        pants.toml:2:1: unknown option `levle` in section `[GLOBAL]`
          2 | levle = 'warn'
            | ^^^^^
          hint: did you mean `level`?
          hint: `--no-verify-config` disables this check
        exit 1
    "#]],
    );
    in_file(
        "[palette.paint.wall]\ndeep = 2\n",
        expect![[r#"
        pants.toml:2:1: unknown option `deep` in section `[palette.paint.wall]`
          2 | deep = 2
            | ^^^^
          hint: `--no-verify-config` disables this check
        exit 1
    "#]],
    );
    in_files(
        &[("pants.toml", "[paint.walls]\ncoats = 2\n")],
        &["--no-verify-config"],
        expect![[r#"
        paint.wall.coats = 1 (from HARDCODED)
        exit 0
    "#]],
    );
}

#[test]
fn a_section_of_a_backend_that_is_not_enabled_is_a_warning() {
    let args = ["--backend-packages=['pants.backend.jvm']"];
    in_files(
        &[("pants.toml", "[pytest]\nversion = 'pytest>=7'\n")],
        &args,
        expect![[r#"
            paint.wall.coats = 1 (from HARDCODED)
            warning: pants.toml:1: the section `[pytest]` has no effect: its backend `pants.backend.python` is not enabled; `backend_packages` in `[GLOBAL]` enables it
            exit 0
        "#]],
    );
    in_files(
        &[("pants.toml", "[test.pytest]\nskip = true\n")],
        &args,
        expect![[r#"
            paint.wall.coats = 1 (from HARDCODED)
            warning: pants.toml:1: the section `[test.pytest]` has no effect: its backend `pants.backend.python` is not enabled; `backend_packages` in `[GLOBAL]` enables it
            exit 0
        "#]],
    );
}

#[test]
fn names_in_values_that_are_not_defined() {
    in_file(
        "[paint.wall]\ncolour = '%(nope)s'\n",
        expect![[r#"
        pants.toml:2:1: `colour` uses `%(nope)s`, which is not defined in its section or in `[DEFAULT]`
          2 | colour = '%(nope)s'
            | ^^^^^^
          hint: `%%(` stands for a plain `%(`
        exit 1
    "#]],
    );
    in_file(
        "[DEFAULT]\na = '%(b)s'\nb = '%(a)s'\n[paint.wall]\ncolour = '%(a)s'\n",
        expect![[r#"
        pants.toml:5:1: `colour` uses `%(a)s`, which leads back to itself
          5 | colour = '%(a)s'
            | ^^^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nrooms = ['hall', '%(nope)s']\n",
        expect![[r#"
        pants.toml:2:1: `rooms` uses `%(nope)s`, which is not defined in its section or in `[DEFAULT]`
          2 | rooms = ['hall', '%(nope)s']
            | ^^^^^
          hint: `%%(` stands for a plain `%(`
        exit 1
    "#]],
    );
}

// ---- values of the wrong kind ----

#[test]
fn one_kind_where_another_belongs() {
    in_file(
        "[paint.wall]\nprices = ['red', 3]\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] prices`: a list stands where a dict belongs
          2 | prices = ['red', 3]
            | ^^^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nrooms = { hall = 1 }\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] rooms`: a dict stands where a list belongs
          2 | rooms = { hall = 1 }
            | ^^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nrooms = 5\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] rooms`: a number stands where a list belongs
          2 | rooms = 5
            | ^^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\ncoats = 'many'\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] coats`: `many` is not a whole number
          2 | coats = 'many'
            | ^^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\ncoats = 1.5\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] coats`: a fraction stands where a whole number belongs
          2 | coats = 1.5
            | ^^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\ncoats = [1]\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] coats`: a list stands where a whole number belongs
          2 | coats = [1]
            | ^^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall.coats]\nfirst = 1\n",
        expect![[r#"
        pants.toml:1:13: `[paint.wall] coats`: a dict stands where a whole number belongs
          1 | [paint.wall.coats]
            |             ^^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\ncolour = true\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] colour`: a bool stands where a string belongs
          2 | colour = true
            | ^^^^^^
          hint: put it in quotes
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nprimer = 'maybe'\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] primer`: `maybe` is not `true` or `false`
          2 | primer = 'maybe'
            | ^^^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nlitres = 'nan'\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] litres`: `nan` is not a number
          2 | litres = 'nan'
            | ^^^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nfinish = 'rough'\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] finish`: `rough` is not one of `matt`, `satin`, `gloss`
          2 | finish = 'rough'
            | ^^^^^^
        exit 1
    "#]],
    );
}

#[test]
fn members_of_the_wrong_kind() {
    in_file(
        "[paint.wall]\nhours = [8, 'noon']\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] hours`: item 2: `noon` is not a whole number
          2 | hours = [8, 'noon']
            | ^^^^^
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-hours=noon"],
        expect![[r#"
        error: `--paint-wall-hours`: `noon` is not a whole number
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-tools=+['spoon']"],
        expect![[r#"
        error: `--paint-wall-tools`: item 1: `spoon` is not one of `brush`, `roller`
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nrooms = ['hall', ['attic']]\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] rooms`: item 2: a list stands where a string belongs
          2 | rooms = ['hall', ['attic']]
            | ^^^^^
          hint: put it in quotes
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-mixer-args=--name='a b"],
        expect![[r#"
        error: `--paint-wall-mixer-args`: `--name='a b` has a quote that is not closed
        exit 1
    "#]],
    );
}

#[test]
fn lists_and_dicts_that_are_not_written_as_such() {
    in_args(
        &["--paint-wall-rooms=[hall, attic]"],
        expect![[r#"
        error: `--paint-wall-rooms`: `hall` is not quoted at character 2
          hint: write a list as `['a', 'b']`, and one item that looks so as `["[hall, attic]"]`
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-rooms=['hall'"],
        expect![[r#"
        error: `--paint-wall-rooms`: `,` or `]` is missing at character 8
          hint: write a list as `['a', 'b']`, and one item that looks so as `["['hall'"]`
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-rooms=+['hall'] -['attic']"],
        expect![[r#"
        error: `--paint-wall-rooms`: unexpected `-` at character 11
          hint: write a list as `['a', 'b']` and a dict as `{'a': 'b'}`
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-prices=nonsense"],
        expect![[r#"
        error: `--paint-wall-prices`: `nonsense` is not a dict
          hint: write `{'a': 'b'}` to replace, `+{'a': 'b'}` to add
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-prices=['red']"],
        expect![[r#"
        error: `--paint-wall-prices`: `['red']` is not a dict
          hint: write `{'a': 'b'}` to replace, `+{'a': 'b'}` to add
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-prices={'red': }"],
        expect![[r#"
        error: `--paint-wall-prices`: unexpected `}` at character 9
          hint: write a list as `['a', 'b']` and a dict as `{'a': 'b'}`
        exit 1
    "#]],
    );
    in_variable(
        "PANTS_PAINT_WALL_PRICES",
        "+[]",
        expect![[r#"
        error: `PANTS_PAINT_WALL_PRICES`: `+[]` is not a dict
          hint: write `{'a': 'b'}` to replace, `+{'a': 'b'}` to add
        exit 1
    "#]],
    );
}

#[test]
fn paths_and_targets_that_are_not_there() {
    in_args(
        &["--paint-wall-plan=nowhere.txt"],
        expect![[r#"
        error: `--paint-wall-plan`: the file `nowhere.txt` does not exist
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nsite = 'nowhere'\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] site`: the directory `nowhere` does not exist
          2 | site = 'nowhere'
            | ^^^^
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nplan = '.'\n",
        expect![[r#"
            pants.toml:2:1: `[paint.wall] plan`: `.` is a directory, and a file belongs here
              2 | plan = '.'
                | ^^^^
            exit 1
        "#]],
    );
    in_args(
        &["--paint-wall-ladder=a:b:c"],
        expect![[r#"
        error: `--paint-wall-ladder`: `a:b:c` is not an address: its name contains one of `@!?\:=`
          hint: write it as `path/to:name` or `//:name`
        exit 1
    "#]],
    );
}

// ---- variables and flags ----

#[test]
fn variables() {
    in_variable(
        "PANTS_PAINT_WALL_COATS",
        "many",
        expect![[r#"
        error: `PANTS_PAINT_WALL_COATS`: `many` is not a whole number
        exit 1
    "#]],
    );
    in_variable(
        "PANTS_PAINT_WALL_PRIMER",
        "yes",
        expect![[r#"
        error: `PANTS_PAINT_WALL_PRIMER`: `yes` is not `true` or `false`
        exit 1
    "#]],
    );
    in_variable(
        "PANTS_LEVEL",
        "loud",
        expect![[r#"
        error: `PANTS_LEVEL`: `loud` is not one of `trace`, `debug`, `info`, `warn`, `error`
        exit 1
    "#]],
    );
    let bench = Bench::of_painters();
    bench.repository.write("pants.toml", "[GLOBAL]\nplugins = ['plugins/libsettings_pants.so']\n");
    let run = bench.repository.pants(&["options", "--name=coats"]);
    check(
        &run.env("PANTS_PAINT_WALL_COLOUR", OsStr::from_bytes(b"r\xffd")).run(),
        expect![[r#"
        error: the environment variable `PANTS_PAINT_WALL_COLOUR` is not valid Unicode
        exit 1
    "#]],
    );
}

#[test]
fn flags_that_nobody_knows() {
    in_args(
        &["--paint-wall-coast=2"],
        expect![[r#"
        error: unknown option `--paint-wall-coast`
          hint: did you mean `--paint-wall-coats`?
          hint: `pants help-advanced` lists all options
        exit 1
    "#]],
    );
    in_args(
        &["paint.wall", "--coast=2"],
        expect![[r#"
        error: unknown option `--coast` of `paint.wall`
          hint: did you mean `--coats`?
          hint: `pants help-advanced paint.wall` lists all options
        exit 1
    "#]],
    );
    in_args(
        &["--no-paint-wall-colour"],
        expect![[r#"
            error: `--paint-wall-colour` takes a value; there is no `--no-paint-wall-colour`
              hint: write `--paint-wall-colour=<str>`
            exit 1
        "#]],
    );
    in_args(
        &["--coats=2"],
        expect![[r#"
        error: unknown option `--coats`
          hint: did you mean `--paint-wall-coats`?
          hint: `pants help-advanced` lists all options
        exit 1
    "#]],
    );
    in_args(
        &["paint.wall", "-z"],
        expect![[r#"
        error: unknown option `-z` of `paint.wall`
          hint: `pants help-advanced paint.wall` lists all options
        exit 1
    "#]],
    );
}

#[test]
fn flags_with_too_many_values_or_none() {
    in_args(
        &["--paint-wall-coats=1", "--paint-wall-coats=2"],
        expect![[r#"
        error: `--paint-wall-coats` is given twice, and takes one value
        exit 1
    "#]],
    );
    in_args(
        &["paint.wall", "--coats=1", "-c2"],
        expect![[r#"
        error: the option of `--coats` and `-c` is given twice, and takes one value
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-primer", "--no-paint-wall-primer"],
        expect![[r#"
        error: the option of `--paint-wall-primer` and `--no-paint-wall-primer` is given twice, and takes one value
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-coats"],
        expect![[r#"
        error: `--paint-wall-coats` needs a value
          hint: write `--paint-wall-coats=<int>`
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-coats", "2"],
        expect![[r#"
        error: `--paint-wall-coats` needs a value
          hint: write `--paint-wall-coats=2`
        exit 1
    "#]],
    );
    in_args(
        &["--no-paint-wall-primer=true"],
        expect![[r#"
        error: `--no-paint-wall-primer` takes no value
          hint: `--paint-wall-primer` says yes, `--no-paint-wall-primer` says no
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-primer=maybe"],
        expect![[r#"
        error: `--paint-wall-primer`: `maybe` is not `true` or `false`
        exit 1
    "#]],
    );
}

#[test]
fn options_that_exclude_each_other() {
    in_args(
        &["--paint-wall-indoors=hall", "--paint-wall-outdoors=fence"],
        expect![[r#"
        error: `--paint-wall-outdoors`: it excludes `--paint-wall-indoors`, and both are given
          hint: give one of the two
        exit 1
    "#]],
    );
    in_files(
        &[("pants.toml", "[paint.wall]\nindoors = 'hall'\n")],
        &["--paint-wall-outdoors=fence"],
        expect![[r#"
        paint.wall.coats = 1 (from HARDCODED)
        exit 0
    "#]],
    );
}

#[test]
fn options_that_are_gone() {
    in_args(
        &["--paint-wall-lead=much"],
        expect![[r#"
        error: `--paint-wall-lead`: the option is gone since version 1.0.0
          hint: there is none in paint any more
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nlead = 'much'\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] lead`: the option is gone since version 1.0.0
          2 | lead = 'much'
            | ^^^^
          hint: there is none in paint any more
        exit 1
    "#]],
    );
}

// ---- values of files ----

#[test]
fn files_of_values_that_cannot_be_read() {
    in_args(
        &["--paint-wall-rooms=@nowhere.json"],
        expect![[r#"
        error: `--paint-wall-rooms`: cannot read `nowhere.json`: there is no such file
          hint: a value that begins with `@` names a file; `@@` stands for `@`
        exit 1
    "#]],
    );
    in_file(
        "[paint.wall]\nrooms = '@nowhere.json'\n",
        expect![[r#"
        pants.toml:2:1: `[paint.wall] rooms`: cannot read `nowhere.json`: there is no such file
          2 | rooms = '@nowhere.json'
            | ^^^^^
          hint: a value that begins with `@` names a file; `@@` stands for `@`
        exit 1
    "#]],
    );
    in_args(
        &["--paint-wall-colour=@"],
        expect![[r#"
            error: `--paint-wall-colour`: `@` names no file
              hint: a value that begins with `@` names a file; `@@` stands for `@`
            exit 1
        "#]],
    );
    in_args(
        &["--paint-wall-colour=@plugins"],
        expect![[r#"
        error: `--paint-wall-colour`: cannot read `plugins`: it is a directory
          hint: a value that begins with `@` names a file; `@@` stands for `@`
        exit 1
    "#]],
    );
    let bench = Bench::of_painters();
    std::fs::write(bench.repository.root().join("colour.txt"), b"r\xffd").expect("a file");
    let args = ["--paint-wall-colour=@colour.txt", "options", "--name=coats"];
    check(
        &bench.run(&Sources::default(), &args),
        expect![[r#"
        error: `--paint-wall-colour`: cannot read `colour.txt`: it is no text in UTF-8
          hint: a value that begins with `@` names a file; `@@` stands for `@`
        exit 1
    "#]],
    );
}

#[test]
fn files_of_values_that_are_broken() {
    let rooms = |file: &str, text: &str, expect: Expect| {
        in_files(&[(file, text)], &[&format!("--paint-wall-rooms=@{file}")], expect);
    };
    rooms(
        "rooms.json",
        "[\n  \"hall\",\n  attic\n]\n",
        expect![[r#"
        error: `--paint-wall-rooms`: in `rooms.json`, line 3: expected value
        exit 1
    "#]],
    );
    rooms(
        "rooms.yaml",
        "- hall\n- [attic\n",
        expect![[r#"
        error: `--paint-wall-rooms`: in `rooms.yaml`, line 3: did not find expected ',' or ']', while parsing a flow sequence at line 2 column...
        exit 1
    "#]],
    );
    rooms(
        "rooms.json",
        "{\"hall\": 1}",
        expect![[r#"
        error: `--paint-wall-rooms`: in `rooms.json`: a dict stands where a list belongs
        exit 1
    "#]],
    );
    rooms(
        "rooms.txt",
        "['hall'",
        expect![[r#"
        error: `--paint-wall-rooms`: in `rooms.txt`, line 1: `,` or `]` is missing at character 8
          hint: write a list as `['a', 'b']`, and one item that looks so as `["['hall'"]`
        exit 1
    "#]],
    );
    in_files(
        &[("prices.toml", "red = \n")],
        &["--paint-wall-prices=@prices.toml"],
        expect![[r#"
        error: `--paint-wall-prices`: in `prices.toml`, line 1: string values must be quoted, expected literal string
        exit 1
    "#]],
    );
}

#[test]
fn files_of_values_that_name_each_other() {
    in_files(
        &[("a.txt", "@b.txt\n"), ("b.txt", "@a.txt\n")],
        &["--paint-wall-colour=@a.txt"],
        expect![[r#"
        error: `--paint-wall-colour`: the files name each other: `a.txt` -> `b.txt` -> `a.txt`
        exit 1
    "#]],
    );
    in_files(
        &[("a.txt", "@a.txt\n")],
        &["--paint-wall-colour=@a.txt"],
        expect![[r#"
        error: `--paint-wall-colour`: the files name each other: `a.txt` -> `a.txt`
        exit 1
    "#]],
    );
}

#[test]
fn a_value_of_ten_megabytes_is_not_repeated() {
    let long = "x".repeat(10 << 20);
    in_files(
        &[("long.txt", &long)],
        &["--paint-wall-coats=@long.txt"],
        expect![[r#"
        error: `--paint-wall-coats`: in `long.txt`: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...` is not a whole number
        exit 1
    "#]],
    );
    in_file(
        &format!("[paint.wall]\ncoats = '{long}'\n"),
        expect![[r#"
        pants.toml:2:1: `[paint.wall] coats`: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...` is not a whole number
          2 | coats = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
            | ^^^^^
        exit 1
    "#]],
    );
    in_file(
        &format!("[paint.wall]\nrooms = \"['{long}'\"\n"),
        expect![[r#"
        pants.toml:2:1: `[paint.wall] rooms`: `,` or `]` is missing at character 10485764
          2 | rooms = "['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
            | ^^^^^
          hint: write a list as `['a', 'b']` and a dict as `{'a': 'b'}`
        exit 1
    "#]],
    );
    let list = format!("[{}]", "'room', ".repeat(1 << 20));
    in_files(
        &[("rooms.txt", &list)],
        &["--paint-wall-rooms=@rooms.txt"],
        expect![[r#"
        paint.wall.coats = 1 (from HARDCODED)
        exit 0
    "#]],
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    in_files(
        &[("pants.toml", "[paint.wall]\ncoats = 'many'\nfinish = 'rough'\ncoast = 2\n[nowhere]\n")],
        &["--paint-wall-primer=maybe"],
        expect![[r#"
            error: `--paint-wall-primer`: `maybe` is not `true` or `false`
            pants.toml:2:1: `[paint.wall] coats`: `many` is not a whole number
              2 | coats = 'many'
                | ^^^^^
            pants.toml:3:1: `[paint.wall] finish`: `rough` is not one of `matt`, `satin`, `gloss`
              3 | finish = 'rough'
                | ^^^^^^
            pants.toml:4:1: unknown option `coast` in section `[paint.wall]`
              4 | coast = 2
                | ^^^^^
              hint: did you mean `coats`?
              hint: `--no-verify-config` disables this check
            pants.toml:5:2: unknown section `[nowhere]`
              5 | [nowhere]
                |  ^^^^^^^
              hint: `--no-verify-config` disables this check
            exit 1
        "#]],
    );
}
