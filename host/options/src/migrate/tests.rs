//! `pants.ini` in, `pants.toml` out; and both mean the same.

use super::*;
use crate::config::{ConfigFiles, toml_tree};
use crate::resolve::resolve_all;
use crate::sources::Sources;
use expect_test::{Expect, expect};
use pants_model::OptionKind;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

fn check(ini: &str, expect: Expect) {
    check_migrated(migrate_config(ini, "pants.ini"), expect);
}

fn check_migrated(migrated: Result<Migrated, OptionsError>, expect: Expect) {
    let got = match migrated {
        Ok(migrated) => {
            let notes: String = migrated.notes.iter().map(|note| format!("note: {note}\n")).collect();
            format!("{}{notes}", migrated.toml)
        }
        Err(error) => error.diagnostics().iter().map(|diagnostic| format!("{diagnostic}\n")).collect(),
    };
    expect.assert_eq(&got);
}

#[test]
fn lists_dicts_and_words_become_toml() {
    check(
        "\
; All of it.
[DEFAULT]
jvm_options: ['-Xmx1g', \"-Da=\\\"b\\\"\"]
[jvm-platform]
default_platform: java8
platforms: {
    # The old one.
    'java7': {'source': '7', 'args': [] },
    'java8': {'source': '8',  # the new one
      'target': '8'},
  }
[compile.zinc]
worker_count = 7
unused_deps: True
args: [
    '-C-encoding', '-CUTF-8',   # two

    # of its own
;    '-S-deprecation',
    '-S-g:vars' ]
skip: false ; why
",
        expect![[r##"
            # All of it.
            [DEFAULT]
            jvm_options = ["-Xmx1g", '-Da="b"']
            [jvm-platform]
            default_platform = "java8"
            # The old one.
            platforms.java7 = { source = "7", args = [] }
            # the new one
            platforms.java8 = { source = "8", target = "8" }
            [compile.zinc]
            worker_count = 7
            unused_deps = true
            args = [
                "-C-encoding", "-CUTF-8",  # two
                # of its own
                #    '-S-deprecation',
                "-S-g:vars",
            ]
            # why
            skip = false
        "##]],
    );
}

#[test]
fn what_toml_cannot_say_stays_a_text() {
    check(
        "\
[a.b]
paths: {('darwin', '17'): ('mac', '10.12')}
none: [None]
joined: ','.join(%(xs)s)
xs = ['a']
postscript:
  # Said to the server.
  [ci skip]

  twice
  ; and this
quoted: it's \"so\" \\d
[a]
b: 1
[strange name]
a b: 'x'
[a.b.paths]
x: 1
",
        expect![[r#"
            ["a.b"]
            paths = "{('darwin', '17'): ('mac', '10.12')}"
            none = "[None]"
            joined = "','.join(%(xs)s)"
            xs = "['a']"
            # Said to the server.
            postscript = '''
            [ci skip]

            twice'''
            # and this
            quoted = "it's \"so\" \\d"
            [a]
            b = 1
            ["strange name"]
            "a b" = "'x'"
            ["a.b.paths"]
            x = 1
        "#]],
    );
}

#[test]
fn edits_become_add_and_remove() {
    check(
        "\
[x]
added: +['a']
removed: -['a', 'b']
both: +['a'], -['b']
twice: +['a'], +['b']
updated: +{'k': [1]}
nothing: {}
words: {'add': 1}
",
        expect![[r#"
            [x]
            added.add = ["a"]
            removed.remove = ["a", "b"]
            both.add = ["a"]
            both.remove = ["b"]
            twice = "+['a'], +['b']"
            updated.add.k = [1]
            nothing = {}
            words = "{'add': 1}"
        "#]],
    );
}

#[test]
fn variables_stay_where_they_mean_the_same() {
    check(
        "\
[DEFAULT]
cache: %(buildroot)s/c
quoted: \"%(buildroot)s/c\"
flag: True
percent: 50%%
[x]
plain: ['%(cache)s/x', '100%%', '%%(no)s']
list: [%(quoted)s]
in_quotes: ['%(quoted)s']
uses: %(flag)s %(percent)s
",
        expect![[r#"
            [DEFAULT]
            cache = "%(buildroot)s/c"
            quoted = '"%(buildroot)s/c"'
            flag = "True"
            percent = "50%"
            [x]
            plain = ["%(cache)s/x", "100%", "%%(no)s"]
            list = "[%(quoted)s]"
            in_quotes = "['%(quoted)s']"
            uses = "%(flag)s %(percent)s"
        "#]],
    );
}

#[test]
fn a_key_that_stands_twice_and_a_section_that_goes_on_are_one() {
    check(
        "# first\n[a]\nx: 1\n\n# second\n[b]\ny: 1\n# third\n[a]\n# fourth\nX: 2\n; last\n",
        expect![[r#"
            # first
            # third
            [a]
            # x: it stands below a second time, and the last one counts.
            # x = 1
            # fourth
            x = 2

            # second
            [b]
            y = 1
            # last
            note: pants.ini:3: `[a] x` is a comment: it stands below a second time, and the last one counts
        "#]],
    );
}

/// Stands for what those above know.
fn idle_item(option: &str, item: &str) -> Option<&'static str> {
    match option {
        "plugins" if item.contains("==") => Some("a Python package"),
        "backend-packages" if item != "pants.backend.jvm" => Some("no backend"),
        _ => None,
    }
}

#[test]
fn what_nobody_reads_becomes_a_comment() {
    let migrated = migrate_config_for(KNOWN, "pants.ini", &scopes(), &idle_item);
    check_migrated(
        migrated,
        expect![[r#"
            [GLOBAL]
            pants_version = "1.11.0"
            # a Python package.
            plugins = [
                # "acme.plugins==%(pants_version)s",
                "libours.so",
            ]
            # no backend.
            backend_packages.add = [
                "pants.backend.jvm",  # ours
                # "acme.backend",
            ]
            # v1: an option of Pants up to 1.30, without effect here.
            # v1 = true
            # pythonpath: an option of Pants up to 1.30, without effect here; `[GLOBAL] plugin_paths` is read here.
            # pythonpath = ["%(buildroot)s/plugins"]
            [a]
            # version: nobody reads this here.
            # version = "2"
            names = ["2"]
            # [compile.zinc]
            # Why.
            # args: an option of Pants up to 1.19, without effect here.
            # args = [
            #     "-C-g",
            #     "-S-g",
            # ]
            # [nobody]
            # x: nobody reads this here.
            # x = 1
            # [cache.compile.zinc]
            note: pants.ini:3: of `[GLOBAL] plugins` some items are comments: a Python package
            note: pants.ini:4: of `[GLOBAL] backend_packages` some items are comments: no backend
            note: pants.ini:8: `[GLOBAL] v1` is a comment: an option of Pants up to 1.30, without effect here
            note: pants.ini:9: `[GLOBAL] pythonpath` is a comment: an option of Pants up to 1.30, without effect here; `[GLOBAL] plugin_paths` is read here
            note: pants.ini:11: `[a] version` is a comment: nobody reads this here
            note: pants.ini:15: `[compile.zinc] args` is a comment: an option of Pants up to 1.19, without effect here
            note: pants.ini:21: `[nobody] x` is a comment: nobody reads this here
        "#]],
    );
}

#[test]
fn items_are_judged_where_the_global_options_stand() {
    let ini = "[DEFAULT]\nplugins: ['a==1']\n[a]\nplugins: ['a==1']\n";
    check_migrated(
        migrate_config_for(ini, "pants.ini", &[], &idle_item),
        expect![[r#"
            [DEFAULT]
            # a Python package.
            plugins = [
                # "a==1",
            ]
            # [a]
            # plugins: nobody reads this here.
            # plugins = ["a==1"]
            note: pants.ini:2: of `[DEFAULT] plugins` some items are comments: a Python package
            note: pants.ini:4: `[a] plugins` is a comment: nobody reads this here
        "#]],
    );
}

#[test]
fn what_is_no_ini_is_an_error() {
    check(
        "[a]\nx: 1\nnothing\n",
        expect![[r#"
            pants.ini:3:1: neither a section nor `key: value`; the lines of a longer value are indented
              3 | nothing
                | ^^^^^^^
              hint: a `pants.toml` beside it, be it empty, is read instead of `pants.ini`
        "#]],
    );
}

#[test]
fn values_are_written_for_the_options_that_read_them() {
    let ini = "\
[DEFAULT]
name: 7
count: 7
[a]
name: True
names: one
ratio: 1
maybe: yes
[a.inner]
flag: false
";
    check_migrated(
        migrate_config_for(ini, "pants.ini", &scopes(), &|_, _| None),
        expect![[r#"
        [DEFAULT]
        name = "7"
        count = 7
        [a]
        name = "True"
        names = "one"
        ratio = 1
        maybe = "yes"
        [a.inner]
        flag = false
    "#]],
    );
}

/// A file as one of 2018.
const KNOWN: &str = "\
[GLOBAL]
pants_version: 1.11.0
plugins: ['acme.plugins==%(pants_version)s', 'libours.so']
backend_packages: +[
    'pants.backend.jvm',  # ours
    'acme.backend',
  ]
v1: True
pythonpath: ['%(buildroot)s/plugins']
[a]
version: 2
names: ['%(version)s']
[compile.zinc]
# Why.
args: [
    '-C-g',

    '-S-g'
  ]
[nobody]
x: 1
[cache.compile.zinc]
";

/// Looked up each time that something leads to it, a variable would be read more often than there is time for.
#[test]
fn every_variable_is_read_once_however_many_lead_to_it() {
    let layer = |number: usize| {
        let next: String = (0..5).map(|at| format!("%(v{}_{at})s", number + 1)).collect();
        (0..5).map(|at| format!("v{number}_{at}: {next}\n")).collect::<String>()
    };
    let layers: String = (0..19).map(layer).collect();
    let last = |value: &str| (0..5).map(|at| format!("v19_{at}: {value}\n")).collect::<String>();
    let chain: String = (1..20).map(|number| format!("a{number}: %(a{})s\n", number - 1)).collect();
    let lines = |ini: &str| migrate_config(ini, "pants.ini").expect("an ini file").toml.lines().count();
    assert_eq!(lines(&format!("[s]\n{layers}{}list: ['%(v0_0)s']\n", last("x"))), 102);
    assert_eq!(lines(&format!("[DEFAULT]\na0: x\n{chain}[s]\nlist: ['%(a19)s', '%(a19)s']\n")), 23);
    // What is odd behind all of them is found all the same: the list stays a text.
    let odd = migrate_config(&format!("[s]\n{layers}{}list: ['%(v0_0)s']\n", last("it's")), "pants.ini");
    assert!(odd.expect("an ini file").toml.contains("list = \"['%(v0_0)s']\"\n"));
    let circle = migrate_config("[s]\na: %(b)s\nb: %(a)s\nlist: ['%(a)s']\n", "pants.ini");
    assert!(circle.expect("an ini file").toml.ends_with("list = [\"%(a)s\"]\n"));
}

#[test]
fn thousands_of_keys_and_sections_are_written() {
    let lines = |ini: &str| migrate_config(ini, "pants.ini").expect("an ini file").toml.lines().count();
    assert_eq!(lines(&format!("[s]\n{}", "key: ['x']\n".repeat(5_000))), 1 + 2 * 4_999 + 1);
    let many = |line: &dyn Fn(usize) -> String| (0..5_000).map(line).collect::<String>();
    assert_eq!(lines(&format!("[s]\n{}", many(&|number| format!("key{number}: 1\n")))), 5_001);
    assert_eq!(lines(&many(&|number| format!("[s.t{number}]\nkey: 1\n"))), 10_000);
}

#[test]
fn a_section_gets_the_name_that_its_scope_has_now() {
    let renamed = ScopeSpec { older_names: vec!["old".into(), "oldest".into()], ..scopes().remove(0) };
    let check = |ini: &str, toml: &str| {
        let migrated = migrate_config_for(ini, "pants.ini", std::slice::from_ref(&renamed), &|_, _| None);
        assert_eq!(migrated.expect("an ini file").toml, toml);
    };
    check("[old]\ncount: 1\n", "[a]\ncount = 1\n");
    check("[old]\ncount: 1\n[a]\nflag: True\n", "[old]\ncount = 1\n[a]\nflag = true\n");
    check("[old]\ncount: 1\n[oldest]\nflag: True\n", "[old]\ncount = 1\n[oldest]\nflag = true\n");
}

fn scopes() -> Vec<ScopeSpec> {
    let option = |name: &str, kind: OptionKind| OptionSpec::new(name, kind, pants_model::Value::None, "");
    let options = vec![
        option("name", OptionKind::String),
        option("names", OptionKind::StringList),
        option("count", OptionKind::Int),
        option("ratio", OptionKind::Float),
        option("maybe", OptionKind::Bool),
        option("flag", OptionKind::Bool),
        option("table", OptionKind::Dict),
    ];
    let scope = |name: &str| ScopeSpec { name: name.into(), options: options.clone(), ..ScopeSpec::default() };
    vec![scope("a"), scope("a.inner"), scope("b")]
}

/// Every value of every option, or what is wrong with it, when a repository has one config file.
fn resolved(name: &str, text: &str) -> Vec<String> {
    let mut config = ConfigFiles::new(BTreeMap::from([("buildroot".to_owned(), "/root".to_owned())]));
    if let Err(error) = config.add(name, Path::new(name), text.to_owned()) {
        return vec![error.to_string()];
    }
    let specs = scopes();
    let environment = BTreeMap::new();
    let sources = Sources {
        config: &config,
        environment: &environment,
        flags: &[],
        cwd: Path::new("/"),
        build_root: Path::new("/"),
    };
    let (values, errors) = resolve_all(&Scopes::new(&specs), &sources);
    let mut lines: Vec<String> = Vec::new();
    for scope in values.scopes() {
        for (option, value) in values.scope(scope) {
            lines.push(format!("{scope}.{option} = {}", crate::render_literal(&value.value)));
        }
    }
    // Places differ, and so may the words about a value of the wrong kind; which options are wrong does not.
    lines.push(format!("{} errors", errors.len()));
    lines
}

fn check_equal(ini: &str) {
    let Ok(migrated) = migrate_config_for(ini, "pants.ini", &scopes(), &|_, _| None) else { return };
    let (old, new) = (resolved("pants.ini", ini), resolved("pants.toml", &migrated.toml));
    assert_eq!(old, new, "\n--- pants.ini\n{ini}\n--- pants.toml\n{}", migrated.toml);
    // Where nothing is known the kinds of values are guessed, but it is TOML all the same.
    let guessed = migrate_config(ini, "pants.ini").expect("an ini file");
    assert!(toml_tree::parse(&guessed.toml).is_ok(), "\n--- pants.ini\n{ini}\n--- pants.toml\n{}", guessed.toml);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn both_languages_mean_the_same(sections in prop::collection::vec((SECTION, prop::collection::vec((KEY, value(), COMMENT), 0..6)), 0..4)) {
        let mut ini = String::new();
        for (section, settings) in sections {
            ini.push_str(&format!("[{section}]\n"));
            for (key, value, comment) in settings {
                ini.push_str(&format!("{comment}{key}: {}\n", value.replace('\n', "\n    ")));
            }
        }
        check_equal(&ini);
    }

    #[test]
    fn no_ini_breaks_what_is_written(ini in "(\\[(a|a\\.inner|DEFAULT)\\]\n|(names|name|table|count)[:=]|['\"\\[\\]{}(),:%s+#;x1\\\\ -]|%\\(name\\)s|\n {0,3}|True){0,40}") {
        check_equal(&ini);
    }
}

const SECTION: &str = "(DEFAULT|a|a\\.inner|b|GLOBAL|compile\\.zinc)";
const KEY: &str = "(name|names|count|ratio|maybe|flag|table|x|Y)";
const COMMENT: &str = "(|# why\n|; why\n|\n\n# why\n\n)";

/// Values as files have them, and others.
fn value() -> impl Strategy<Value = String> {
    let word = "([a-z%/.-]{0,5}|%\\(name\\)s|%\\(buildroot\\)s/x|%%|[0-9]{1,3}|[0-9]\\.[0-9]|True|false|None|'\"\\\\)";
    let literal = prop_oneof![
        "'[a-z %.#,:é]{0,6}'",
        "\"[a-z'\\\\]{0,6}\"",
        "u'[a-z]{0,3}'",
        "('%\\(name\\)s'|'%\\(x\\)s/a'|[0-9]{1,2}|True|None|1\\.5)",
    ];
    let item = literal.prop_recursive(3, 12, 4, |inner| {
        let separator = "(, |,|,\n|,  # why\n|,\n\n# why\n|,\n; why\n)";
        let list = prop::collection::vec((inner.clone(), separator), 0..4)
            .prop_map(|items| format!("[{}]", items.into_iter().map(|(item, end)| item + &end).collect::<String>()));
        let dict = prop::collection::vec(("'[a-z.]{1,4}'", inner, separator), 0..3).prop_map(|entries| {
            let entries = entries.into_iter().map(|(key, value, end)| format!("{key}: {value}{end}"));
            format!("{{{}}}", entries.collect::<String>())
        });
        prop_oneof![list, dict]
    });
    prop_oneof![
        word.prop_map(|word| word),
        ("(|\\+|-)", item.clone()).prop_map(|(sign, item)| sign + &item),
        (item.clone(), item).prop_map(|(add, remove)| format!("+{add}, -{remove}")),
    ]
}
