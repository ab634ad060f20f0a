//! Sections, keys, places and variables of config files.

use super::*;
use crate::names::is_key_of;
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// What some files give for a key of a section.
fn check(files: &[&str], section: &str, option: &str, expect: Expect) {
    check_as("toml", files, section, option, expect);
}

fn check_as(extension: &str, files: &[&str], section: &str, option: &str, expect: Expect) {
    let mut config = ConfigFiles::new(BTreeMap::from([("buildroot".to_owned(), "/root".to_owned())]));
    let mut read = || -> Result<String, OptionsError> {
        for (index, text) in files.iter().enumerate() {
            let name = format!("{}.{extension}", index + 1);
            config.add(&name, Path::new(&name), (*text).to_owned())?;
        }
        let lines = config.find(section, |key| is_key_of(key, option))?.into_iter().map(|found| match found.raw {
            Raw::Text(text) => format!("{}: text {text}", found.source),
            Raw::Plain(value) => format!("{}: {}", found.source, crate::render_literal(&value)),
            Raw::Edit { add, remove } => {
                let render = |value: Option<Value>| value.map_or("-".to_owned(), |value| crate::render_literal(&value));
                format!("{}: add {} remove {}", found.source, render(add), render(remove))
            }
        });
        Ok(lines.collect::<Vec<_>>().join("\n"))
    };
    let got = read().unwrap_or_else(|error| error.diagnostics()[0].to_string());
    expect.assert_eq(&got);
}

#[test]
fn a_section_is_found_however_its_header_is_written() {
    check(
        &[
            "[compile.javac]\nworker_count = 1",
            "[\"compile.javac\"]\nworker-count = 2",
            "[compile]\njavac.worker_count = 3",
        ],
        "compile.javac",
        "worker-count",
        expect![[r#"
            1.toml:2 [compile.javac] worker_count: 1
            2.toml:2 [compile.javac] worker-count: 2
            3.toml:2 [compile.javac] worker_count: 3"#]],
    );
}

#[test]
fn tables_are_dicts_and_edits() {
    check(
        &["[jvm-platform.platforms.java8]\nsource = '8'\n[jvm-platform.platforms.java11]\nsource = '11'"],
        "jvm-platform",
        "platforms",
        expect!["1.toml:1 [jvm-platform] platforms: {'java8': {'source': '8'}, 'java11': {'source': '11'}}"],
    );
    check(
        &["[compile.javac]\nargs.add = ['-g']\nargs.remove = ['-x']"],
        "compile.javac",
        "args",
        expect!["1.toml:2 [compile.javac] args: add ['-g'] remove ['-x']"],
    );
}

#[test]
fn variables_come_from_the_section_from_default_and_from_the_host() {
    check(
        &[
            "[DEFAULT]\nmine = '%(buildroot)s/mine'\n[cache]\nsub = 'c'\nread_from = ['%(mine)s/%(sub)s', '100%', '%%(x)s']",
        ],
        "cache",
        "read-from",
        expect!["1.toml:5 [cache] read_from: ['/root/mine/c', '100%', '%(x)s']"],
    );
    check(
        &["[cache]\nread_from = ['%(nope)s/cache']"],
        "cache",
        "read-from",
        expect![[r#"
            1.toml:2:1: `read_from` uses `%(nope)s`, which is not defined in its section or in `[DEFAULT]`
              2 | read_from = ['%(nope)s/cache']
                | ^^^^^^^^^
              hint: `%%(` stands for a plain `%(`"#]],
    );
    check(
        &["[cache]\na = '%(b)s'\nb = '%(a)s'"],
        "cache",
        "a",
        expect![[r#"
            1.toml:2:1: `a` uses `%(b)s`, which leads back to itself
              2 | a = '%(b)s'
                | ^"#]],
    );
}

#[test]
fn broken_toml_shows_its_line() {
    check(
        &["[GLOBAL]\n\tlevel = debug\n"],
        "GLOBAL",
        "level",
        expect![[r#"
            1.toml:2:10: string values must be quoted, expected literal string
              2 |  level = debug
                |          ^^^^^"#]],
    );
    check(
        &["[GLOBAL]\nä = 'ö"],
        "GLOBAL",
        "level",
        expect![[r#"
            1.toml:2:1: invalid unquoted key, expected letters, numbers, `-`, `_`
              2 | ä = 'ö
                | ^"#]],
    );
    check(
        &["[GLOBAL\n"],
        "GLOBAL",
        "level",
        expect![[r#"
            1.toml:1:8: unclosed table, expected `]`
              1 | [GLOBAL
                |        ^"#]],
    );
    check(
        &["[[jvm]]\noptions = ['-a']\n"],
        "jvm",
        "options",
        expect![[r#"
        1.toml:1:3: this is a list of sections; write `[jvm]`
          1 | [[jvm]]
            |   ^^^"#]],
    );
    check(
        &["a = 99999999999999999999"],
        "GLOBAL",
        "level",
        expect![[r#"
            1.toml:1:5: this number is out of range
              1 | a = 99999999999999999999
                |     ^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        &["[GLOBAL]\na = 1\na = 2"],
        "GLOBAL",
        "level",
        expect![[r#"
            1.toml:3:1: duplicate key
              3 | a = 2
                | ^"#]],
    );
}

#[test]
fn tables_and_edits_of_toml_are_what_they_look_like() {
    check(
        &["[x]\ny = 2020-01-01\n"],
        "x",
        "y",
        expect![[r#"
        1.toml:2:5: no option is a date or time; put it in quotes to make it a string
          2 | y = 2020-01-01
            |     ^^^^^^^^^^"#]],
    );
    check(
        &["[x]\ny = 1\n[x]\nz = 1\n"],
        "x",
        "y",
        expect![[r#"
        1.toml:3:2: this section stands here a second time
          3 | [x]
            |  ^"#]],
    );
    check(&["[x]\ny = { add = ['a'], remove = ['b'] }\n"], "x", "y", expect!["1.toml:2 [x] y: add ['a'] remove ['b']"]);
    check(&["[x.y]\nadd = ['a']\n"], "x", "y", expect!["1.toml:1 [x] y: add ['a'] remove -"]);
    check(
        &["[x]\ny = { k = { l = [1, 2.5, true] } }\n"],
        "x",
        "y",
        expect!["1.toml:2 [x] y: {'k': {'l': [1, 2.5, True]}}"],
    );
    check(&["[x]\ny = \"+{'k': 1}\"\n"], "x", "y", expect![[r#"1.toml:2 [x] y: '+{\'k\': 1}'"#]]);
    check(&["[\"x.z\"]\ny = 1\n[x.z.deep]\ny = 2\n"], "x.z.deep", "y", expect!["1.toml:4 [x.z.deep] y: 2"]);
}

#[test]
fn variables_lead_to_variables_and_some_stay_what_they_are() {
    let toml = "[DEFAULT]\na = '%(B)s/%(buildroot)s'\nb = '%(c)s'\nc = 7\n[x]\ny = '%(a)s 50% %%(b)s %(open %(b)d'\n";
    check(&[toml], "x", "y", expect!["1.toml:6 [x] y: '7//root 50% %(b)s %(open %(b)d'"]);
    let cycle = "[x]\ny = '%(z)s'\nz = ['%(y)s']\n";
    check(
        &[cycle],
        "x",
        "y",
        expect![[r#"
        1.toml:2:1: `y` uses `%(z)s`, which is not defined in its section or in `[DEFAULT]`
          2 | y = '%(z)s'
            | ^
          hint: `%%(` stands for a plain `%(`"#]],
    );
    check(&["[DEFAULT]\na = 'first'\n", "[x]\ny = '%(a)s'\n"], "x", "y", expect!["2.toml:2 [x] y: 'first'"]);
}

#[test]
fn variables_that_multiply_have_a_limit() {
    let ten = |name: &str| format!("%({name})s").repeat(10);
    let chain = |first: &str| {
        let lines = (1..20).map(|number| format!("a{number} = '{}'\n", ten(&format!("a{}", number - 1))));
        format!("[DEFAULT]\na0 = '{first}'\n{}[x]\ny = '%(a19)s'\n", lines.collect::<String>())
    };
    check(
        &[&chain("x")],
        "x",
        "y",
        expect![[r#"
            1.toml:23:1: `y` is longer than 1048576 bytes when its variables are replaced
              23 | y = '%(a19)s'
                 | ^
              hint: each variable that stands several times in another one multiplies its length"#]],
    );
    check(&[&chain("")], "x", "y", expect!["1.toml:23 [x] y: ''"]);
    // All items of a list together, and of an edit.
    let item = format!("[x]\nlong = '{}'\ny.add = [{}]\n", "x".repeat(1 << 18), "'%(long)s',".repeat(5));
    check(
        &[&item],
        "x",
        "y",
        expect![[r#"
            1.toml:3:1: `y` is longer than 1048576 bytes when its variables are replaced
              3 | y.add = ['%(long)s','%(long)s','%(long)s','%(long)s','%(long)s',]
                | ^
              hint: each variable that stands several times in another one multiplies its length"#]],
    );
}

/// A `pants.ini` as repositories had it.
const INI: &str = "\
# A comment.
[DEFAULT]
local: x

[compile.javac]
worker_count = 7
args: [
    '-g',  # why
    ; not this
    '-D%(local)s', '100%%', '%%(x)s',
  ]
empty:
[source]
root_patterns: +['lib']
";

#[test]
fn an_ini_file_is_sections_of_texts() {
    check_as("ini", &[INI], "compile.javac", "worker-count", expect!["1.ini:6 [compile.javac] worker_count: '7'"]);
    check_as(
        "ini",
        &[INI],
        "compile.javac",
        "args",
        expect![[r#"1.ini:7 [compile.javac] args: '[\n\'-g\',  # why\n\'-Dx\', \'100%\', \'%(x)s\',\n]'"#]],
    );
    check_as("ini", &[INI], "compile.javac", "empty", expect!["1.ini:12 [compile.javac] empty: ''"]);
    check_as(
        "rc",
        &[INI, "[source]\nroot_patterns = ['a']"],
        "source",
        "root-patterns",
        expect![[r#"
            1.rc:14 [source] root_patterns: '+[\'lib\']'
            2.rc:2 [source] root_patterns: ['a']"#]],
    );
}

#[test]
fn an_ini_file_is_read_as_python_read_it() {
    let ini = "\u{feff}[x] ; the first\r\nUpper: 1 ; one\r\nquoted = 'a ; b'  \r\n[y]\r\n\tkey: [\r\n\t\t'a',\r\n\r\n# none\r\n\t\t'b']\r\n";
    check_as("ini", &[ini], "x", "upper", expect!["1.ini:2 [x] upper: '1'"]);
    check_as("ini", &[ini], "x", "quoted", expect![[r#"1.ini:3 [x] quoted: '\'a ; b\''"#]]);
    check_as("ini", &[ini], "y", "key", expect![[r#"1.ini:5 [y] key: '[\n\'a\',\n\n\'b\']'"#]]);
    let twice = "[x]\na: 1\nb: \"\"\n[y]\n[x]\na= 2\nc : :d=e\n more\n  ; not this\n  [z]\n\n";
    check_as("ini", &[twice], "x", "a", expect!["1.ini:6 [x] a: '2'"]);
    check_as("ini", &[twice], "x", "b", expect!["1.ini:3 [x] b: ''"]);
    check_as("ini", &[twice], "x", "c", expect![[r#"1.ini:7 [x] c: ':d=e\nmore\n[z]'"#]]);
    let oddities = |text: &str| ini::parse(text).expect("an ini file").1;
    assert_eq!(oddities(twice), [(23..24, "`a` stands here a second time, and this one counts".to_owned())]);
    assert_eq!(oddities(ini), []);
}

#[test]
fn two_percent_signs_are_one_except_before_a_bracket() {
    let check = |text: &str, expect: &str| assert_eq!(ini::unescape(text), expect, "for {text}");
    check("a%b", "a%b");
    check("100%%", "100%");
    check("%%%", "%%");
    check("%%%%", "%%");
    check("%(x)s", "%(x)s");
    check("%%(x)s%%", "%%(x)s%");
    check("%%%(x)s", "%%%(x)s");
    check("%%%%(x)s", "%%%%(x)s");
    check("\0%%", "\0%");
}

#[test]
fn of_thousands_of_keys_and_sections_each_is_found() {
    let many = |line: &dyn Fn(usize) -> String| (0..20_000).map(line).collect::<String>();
    let count = |text: &str| {
        let (root, oddities) = ini::parse(text).expect("an ini file");
        let keys = root.entries.iter().map(|entry| match &entry.value {
            Node::Table(table) => table.entries.len(),
            Node::Plain(_) => 0,
        });
        (root.entries.len(), keys.sum::<usize>(), oddities.len())
    };
    let keys = many(&|number| format!("key{number}: 1\n"));
    assert_eq!(count(&format!("[s]\n{keys}")), (1, 20_000, 0));
    assert_eq!(count(&format!("[s]\n{keys}{keys}")), (1, 20_000, 20_000));
    assert_eq!(count(&many(&|number| format!("[s{number}]\na: 1\n"))), (20_000, 20_000, 0));
}

#[test]
fn a_broken_ini_file_shows_its_line() {
    check_as(
        "ini",
        &["a: 1\n"],
        "x",
        "y",
        expect![[r#"
            1.ini:1:1: this line stands above the first section
              1 | a: 1
                | ^^^^"#]],
    );
    check_as(
        "ini",
        &["[x]\nnothing\n"],
        "x",
        "y",
        expect![[r#"
            1.ini:2:1: neither a section nor `key: value`; the lines of a longer value are indented
              2 | nothing
                | ^^^^^^^"#]],
    );
    check_as(
        "ini",
        &["[GLOBAL\nlevel: debug\n"],
        "x",
        "y",
        expect![[r#"
        1.ini:1:1: a `]` is missing behind the name of this section
          1 | [GLOBAL
            | ^^^^^^^"#]],
    );
    check_as(
        "ini",
        &["[x]\ny: 1\n[z"],
        "x",
        "y",
        expect![[r#"
        1.ini:3:1: a `]` is missing behind the name of this section
          3 | [z
            | ^^"#]],
    );
    check_as(
        "ini",
        &["[x]\n: 1\n"],
        "x",
        "y",
        expect![[r#"
        1.ini:2:1: a key is missing before this
          2 | : 1
            | ^^^"#]],
    );
    check_as(
        "ini",
        &["[]\n"],
        "x",
        "y",
        expect![[r#"
        1.ini:1:1: a section without a name
          1 | []
            | ^^"#]],
    );
    check_as(
        "ini",
        &["[x]\ny: [\n'a',\n"],
        "x",
        "y",
        expect![[r#"
        1.ini:3:1: neither a section nor `key: value`; the lines of a longer value are indented
          3 | 'a',
            | ^^^^"#]],
    );
    check_as(
        "rc",
        &["[x]\nnothing\n"],
        "x",
        "y",
        expect![[r#"
            1.rc:2:8: key with no value, expected `=`
              2 | nothing
                |        ^"#]],
    );
    check_as(
        "rc",
        &["; mine\n[x]\ny: 1\n\n[z\na: 2\nnothing\n"],
        "x",
        "y",
        expect![[r#"
            1.rc:5:1: a `]` is missing behind the name of this section
              5 | [z
                | ^^"#]],
    );
    check_as(
        "rc",
        &["[x]\ny = 'a:b\n[z]\nnothing\n"],
        "x",
        "y",
        expect![[r#"
            1.rc:4:8: key with no value, expected `=`
              4 | nothing
                |        ^"#]],
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in "(\\[[a-z.%\"]{0,6}\\]?|[a-zé_.]{1,4} ?[=:]|'[a-z%()s]{0,8}'|[ \\t\\n#;\\[\\]{},+-]){0,24}") {
        for extension in ["toml", "ini", "rc"] {
            let mut config = ConfigFiles::default();
            let name = format!("pants.{extension}");
            let outcome = config.add(&name, Path::new(&name), text.clone());
            if outcome.is_ok() {
                let _ = config.find("a", |key| key == "a");
            }
            let _ = crate::migrate_config(&text, &name);
        }
    }
}

#[test]
fn signs_before_a_variable_are_read_in_pairs() {
    let read = |name: &str, file: String| {
        let mut config = ConfigFiles::default();
        config.add(name, Path::new(name), file).expect("the file is well-formed");
        match config.find("s", |key| key == "a").expect("`x` is defined").remove(0).raw {
            Raw::Plain(Value::Str(text)) => text,
            other => panic!("{other:?} is no text"),
        }
    };
    let check = |text: &str, expect: &str| {
        assert_eq!(read("c.toml", format!("[s]\nx = 'v'\na = '{text}'\n")), expect, "{text} in TOML");
        assert_eq!(read("c.ini", format!("[s]\nx: v\na: {text}\n")), expect, "{text} in an ini");
    };
    check("%(x)s", "v");
    check("%%(x)s", "%(x)s");
    check("%%%(x)s", "%v");
    check("%%%%(x)s", "%%(x)s");
    check("%%%%%(x)s", "%%v");
    check("%(x)s%%%(x)s", "v%v");
}

#[test]
fn bytes_that_are_no_text_have_a_line() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("pants.toml");
    std::fs::write(&path, b"[GLOBAL]\n# \xc3\xa9\nlevel = '\xff\xfe'\n").expect("the directory is ours");
    let error = ConfigFiles::default().read("pants.toml", &path).expect_err("it is no text");
    expect![[r#"
        pants.toml:3:10: the file is not valid UTF-8 from here on
          3 | level = '��'
            |          ^"#]]
    .assert_eq(&error.diagnostics()[0].to_string());
}
