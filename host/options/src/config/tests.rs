//! Sections, keys, places and variables of config files.

use super::*;
use expect_test::{Expect, expect};

/// What some files give for a key of a section.
fn check(files: &[&str], section: &str, option: &str, expect: Expect) {
    let mut config = ConfigFiles::new(BTreeMap::from([("buildroot".to_owned(), "/root".to_owned())]));
    let mut read = || -> Result<String, OptionsError> {
        for (index, text) in files.iter().enumerate() {
            let name = format!("{}.toml", index + 1);
            config.add(&name, Path::new(&name), (*text).to_owned())?;
        }
        let lines = config.find(section, option)?.into_iter().map(|found| match found.raw {
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
