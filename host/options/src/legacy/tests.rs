//! The names, the warning about them, and that the tables are in order.

use super::*;
use crate::error::ConfigPlace;
use expect_test::{Expect, expect};

#[test]
fn scopes_options_and_flags_of_pants_are_known() {
    let is_known = |section, option| last_release(section, option).is_some();
    assert!(is_known("GLOBAL", "v1") && is_known("compile.rsc", "incremental"));
    assert!(is_known("compile.rsc", "nailgun-server") && !is_known("compile.rsc", "incremenTal"));
    assert!(has_scope("cache.compile.rsc") && has_scope("jvm.test.junit") && !has_scope("compile.nope"));
    assert!(!has_scope("cache.compile.nope") && !has_scope("nope.compile.rsc"));
    assert!(has_flag("no-v1") && has_flag("compile-rsc-incremental") && !has_flag("compile-rsc"));
    assert!(is_silent_flag("no-v2") && is_silent("GLOBAL", "v1") && !is_silent("cache", "v1"));
}

#[test]
fn each_option_has_its_era() {
    assert_eq!(last_release("compile.rsc", "incremental"), Some("1.30"));
    assert_eq!(last_release("compile.zinc", "unused-deps"), Some("1.8"));
    assert_eq!(last_release("goals", "bootstrap-buildfiles"), Some("0.0.56"));
    assert_eq!(last_release("cache.resolve.ivy", "read-from"), Some("1.30"));
    assert_eq!(last_release("compile.zinc", "nope"), None);
}

#[test]
fn what_took_the_place_of_an_option_is_known() {
    assert_eq!(equivalent("compile.rsc", "warning-args"), Some(("compile.javac", "warning-args".to_owned())));
    assert_eq!(equivalent("python-repos", "indices"), Some(("python-repos", "indexes".to_owned())));
    assert_eq!(equivalent("compile.rsk", "args"), None);
}

#[test]
fn the_tables_are_sorted_and_fit_together() {
    let lines: Vec<&str> = DECLARED.lines().collect();
    assert!(lines.is_sorted() && lines.iter().all(|line| line.contains(':')));
    assert_eq!(scopes().count(), lines.len(), "no scope stands twice");
    for (scope, options) in scopes() {
        let names: Vec<&str> =
            options.releases().flat_map(|(_, options)| options).filter(|option| !option.is_empty()).collect();
        let is_name = |name: &&str| name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-' || char == '.');
        assert!(names.iter().all(is_name), "{scope}: {names:?}");
        for (index, name) in names.iter().enumerate() {
            assert!(!names[index + 1..].contains(name), "{scope}: `{name}` has two eras");
        }
        let releases: Vec<Vec<u32>> = options.releases().map(|(release, _)| numbers(release)).collect();
        assert!(releases.is_sorted_by(|newer, older| newer > older), "{scope}: {releases:?}");
    }
    let equivalents: Vec<&str> = EQUIVALENTS.lines().collect();
    assert!(equivalents.is_sorted());
    assert_eq!(super::equivalents().count(), equivalents.len());
    for [section, option, ..] in super::equivalents() {
        let is_known = if option == "*" { has_scope(section) } else { last_release(section, option).is_some() };
        assert!(is_known, "Pants had no `[{section}] {option}`");
    }
}

fn numbers(release: &str) -> Vec<u32> {
    release.split('.').map(|number| number.parse().expect("a release is numbers between dots")).collect()
}

fn check(flags: &[&str], keys: usize, detail: Detail, expect: Expect) {
    let keys: Vec<IdleKey> = (0..keys)
        .map(|index| IdleKey {
            place: ConfigPlace {
                file: "pants.ini".into(),
                line: u32::try_from(index * 2 + 2).expect("few"),
                column: 1,
                excerpt: String::new(),
            },
            section: format!("section-{}", index / 9),
            key: format!("key_{index}"),
            last_release: "1.19",
            instead: (index == 1).then(|| "[here] key".to_owned()),
        })
        .collect();
    let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    expect.assert_eq(&warning(&flags, &keys, detail).unwrap_or_default());
}

#[test]
fn few_idle_options_are_told_one_by_one_and_many_by_section() {
    check(&[], 0, Detail::Short, expect![[""]]);
    check(
        &["--no-x"],
        2,
        Detail::Short,
        expect![
            "known from Pants v1, without effect here: `--no-x`, `pants.ini:2 [section-0] key_0`, `pants.ini:4 [section-0] key_1` (`[here] key` is read here)"
        ],
    );
    check(
        &["--no-x", "--y"],
        40,
        Detail::Short,
        expect![[r#"
        known from Pants v1, without effect here: 42 options
          `--no-x`, `--y`
          pants.ini:2 `[section-0]`: `key_0`, `key_1`, `key_2`, `key_3`, `key_4`, `key_5` and 3 more
          pants.ini:20 `[section-1]`: `key_9`, `key_10`, `key_11`, `key_12`, `key_13`, `key_14` and 3 more
          pants.ini:38 `[section-2]`: `key_18`, `key_19`, `key_20`, `key_21`, `key_22`, `key_23` and 3 more
          pants.ini:56 `[section-3]`: `key_27`, `key_28`, `key_29`, `key_30`, `key_31`, `key_32` and 3 more
          pants.ini:74 `[section-4]`: `key_36`, `key_37`, `key_38`, `key_39`
          `--level=debug` shows each with its place and what is read instead"#]],
    );
    check(
        &[],
        300,
        Detail::Short,
        expect![[r#"
        known from Pants v1, without effect here: 300 options
          pants.ini:2 `[section-0]`: `key_0`, `key_1`, `key_2`, `key_3`, `key_4`, `key_5` and 3 more
          pants.ini:20 `[section-1]`: `key_9`, `key_10`, `key_11`, `key_12`, `key_13`, `key_14` and 3 more
          pants.ini:38 `[section-2]`: `key_18`, `key_19`, `key_20`, `key_21`, `key_22`, `key_23` and 3 more
          pants.ini:56 `[section-3]`: `key_27`, `key_28`, `key_29`, `key_30`, `key_31`, `key_32` and 3 more
          pants.ini:74 `[section-4]`: `key_36`, `key_37`, `key_38`, `key_39`, `key_40`, `key_41` and 3 more
          pants.ini:92 `[section-5]`: `key_45`, `key_46`, `key_47`, `key_48`, `key_49`, `key_50` and 3 more
          pants.ini:110 `[section-6]`: `key_54`, `key_55`, `key_56`, `key_57`, `key_58`, `key_59` and 3 more
          pants.ini:128 `[section-7]`: `key_63`, `key_64`, `key_65`, `key_66`, `key_67`, `key_68` and 3 more
          pants.ini:146 `[section-8]`: `key_72`, `key_73`, `key_74`, `key_75`, `key_76`, `key_77` and 3 more
          pants.ini:164 `[section-9]`: `key_81`, `key_82`, `key_83`, `key_84`, `key_85`, `key_86` and 3 more
          pants.ini:182 `[section-10]`: `key_90`, `key_91`, `key_92`, `key_93`, `key_94`, `key_95` and 3 more
          pants.ini:200 `[section-11]`: `key_99`, `key_100`, `key_101`, `key_102`, `key_103`, `key_104` and 3 more
          and 22 sections more
          `--level=debug` shows each with its place and what is read instead"#]],
    );
    check(
        &["--no-x"],
        3,
        Detail::Full,
        expect![[r#"
        known from Pants v1, without effect here: 4 options
          `--no-x`
          `pants.ini:2 [section-0] key_0`, last known to Pants 1.19
          `pants.ini:4 [section-0] key_1` (`[here] key` is read here), last known to Pants 1.19
          `pants.ini:6 [section-0] key_2`, last known to Pants 1.19"#]],
    );
}
