//! What config files are refused for, and how it is said.

use super::*;

fn check_toml(toml: &str, args: &str, expect: Expect) {
    check(Case { files: &[("pants.toml", toml)], args, ..Case::default() }, expect);
}

#[test]
fn unknown_sections_and_keys_are_shown_with_what_was_meant() {
    check_toml(
        "[compile.javaq]\nworker_count = 7\n",
        "",
        expect![[r#"
            pants.toml:1:10: unknown section `[compile.javaq]`
              1 | [compile.javaq]
                |          ^^^^^
              hint: did you mean `compile.javac`?
              hint: `--no-verify-config` disables this check
        "#]],
    );
    check_toml(
        "[compile.javac]\nworker_cuont = 7\n",
        "",
        expect![[r#"
            pants.toml:2:1: unknown option `worker_cuont` in section `[compile.javac]`
              2 | worker_cuont = 7
                | ^^^^^^^^^^^^
              hint: did you mean `worker_count`?
              hint: `--no-verify-config` disables this check
        "#]],
    );
    check_toml(
        "[GLOBAL]\nlevle = 'debug'\n[nope]\n[sort]\nreverze.add = ['x']\n",
        "",
        expect![[r#"
            pants.toml:2:1: unknown option `levle` in section `[GLOBAL]`
              2 | levle = 'debug'
                | ^^^^^
              hint: did you mean `level`?
              hint: `--no-verify-config` disables this check
            pants.toml:3:2: unknown section `[nope]`
              3 | [nope]
                |  ^^^^
              hint: `--no-verify-config` disables this check
            pants.toml:5:1: unknown option `reverze` in section `[sort]`
              5 | reverze.add = ['x']
                | ^^^^^^^
              hint: did you mean `reverse`?
              hint: `--no-verify-config` disables this check
        "#]],
    );
    check_toml(
        "level = 'debug'\n",
        "",
        expect![[r#"
            pants.toml:1:1: `level` stands outside of any section
              1 | level = 'debug'
                | ^^^^^
              hint: global options belong in `[GLOBAL]`
        "#]],
    );
    check_toml(
        "[compile.javac.deeper]\nx = 1\n",
        "",
        expect![[r#"
            pants.toml:1:16: unknown section `[compile.javac.deeper]`
              1 | [compile.javac.deeper]
                |                ^^^^^^
              hint: `--no-verify-config` disables this check
        "#]],
    );
    check_toml(
        "[compile.javaq]\nx = 1\n",
        "--no-verify-config",
        expect![[r#"
            verify-config = False (--no-verify-config)
        "#]],
    );
}

#[test]
fn a_section_of_a_backend_that_is_not_enabled_is_a_warning() {
    check_toml(
        "[fmt.go]\nargs = ['x']\n",
        "",
        expect![[r#"
            warning: pants.toml:1: the section `[fmt.go]` has no effect: its backend `pants.backend.go` is not enabled; `backend_packages` in `[GLOBAL]` enables it
        "#]],
    );
}

#[test]
fn a_bad_value_shows_its_line() {
    check_toml(
        "[compile.javac]\nworker_count = 'x'\n",
        "",
        expect![[r#"
            pants.toml:2:1: `[compile.javac] worker_count`: `x` is not a whole number
              2 | worker_count = 'x'
                | ^^^^^^^^^^^^
        "#]],
    );
    check_toml(
        "[compile.javac]\nargs = { a = 1 }\n",
        "",
        expect![[r#"
            pants.toml:2:1: `[compile.javac] args`: a dict stands where a list belongs
              2 | args = { a = 1 }
                | ^^^^
        "#]],
    );
    check_toml(
        "[jvm-platform]\nplatforms = ['a']\n",
        "",
        expect![[r#"
            pants.toml:2:1: `[jvm-platform] platforms`: a list stands where a dict belongs
              2 | platforms = ['a']
                | ^^^^^^^^^
        "#]],
    );
    check_toml(
        "[compile.javac]\nworker_count.add = ['a']\n",
        "",
        expect![[r#"
            pants.toml:2:1: `[compile.javac] worker_count`: a list edit stands where a whole number belongs
              2 | worker_count.add = ['a']
                | ^^^^^^^^^^^^
        "#]],
    );
    check_toml(
        "[GLOBAL]\nlevel = 'loud'\n",
        "",
        expect![[r#"
            pants.toml:2:1: `[GLOBAL] level`: `loud` is not one of `trace`, `debug`, `info`, `warn`, `error`
              2 | level = 'loud'
                | ^^^^^
        "#]],
    );
    check_toml(
        "[GLOBAL]\npants_version = 1.30\n",
        "",
        expect![[r#"
            pants.toml:2:1: `[GLOBAL] pants_version`: a fraction stands where a string belongs
              2 | pants_version = 1.30
                | ^^^^^^^^^^^^^
              hint: put it in quotes
        "#]],
    );
}

#[test]
fn a_file_that_is_no_toml_shows_its_line() {
    check_toml(
        "[GLOBAL]\nlevel = debug\n",
        "",
        expect![[r#"
            pants.toml:2:9: string values must be quoted, expected literal string
              2 | level = debug
                |         ^^^^^
        "#]],
    );
}

#[test]
fn a_known_variable_is_replaced() {
    let toml = "\
[DEFAULT]
mine = '%(buildroot)s/mine'
[GLOBAL]
pants_workdir = 'w'
[cache]
read_from = ['%(mine)s/c', '%(pants_workdir)s/c']
";
    check_toml(
        toml,
        "",
        expect![[r#"
            pants-workdir = 'w' (pants.toml:4 [GLOBAL] pants_workdir)
            cache.read-from = ['[ROOT]/mine/c', '[ROOT]/w/c'] (pants.toml:6 [cache] read_from)
        "#]],
    );
}

#[test]
fn what_only_pants_v1_knew_is_one_warning() {
    let toml = "\
[GLOBAL]
v1 = true
[bundle.jvm]
archive = 'zip'
[compile.javac]
use_classpath_jars = true
[cache.compile.javac]
read = false
";
    check_toml(
        toml,
        "--no-v2 --compile-rsc-incremental list",
        expect![[r#"
            goals: list
            warning: known from Pants v1, without effect here: `--compile-rsc-incremental`, `pants.toml:4 [bundle.jvm] archive`, `pants.toml:6 [compile.javac] use_classpath_jars`, `pants.toml:8 [cache.compile.javac] read`
        "#]],
    );
}

#[test]
fn a_section_in_other_cases_is_suggested() {
    check_toml(
        "[global]\nlevel = 'debug'\n",
        "",
        expect![[r#"
        pants.toml:1:2: unknown section `[global]`
          1 | [global]
            |  ^^^^^^
          hint: did you mean `GLOBAL`?
          hint: `--no-verify-config` disables this check
    "#]],
    );
}

#[test]
fn an_edit_that_there_is_not_is_named() {
    check_toml(
        "[jvm]\noptions.add = ['-a']\noptions.remov = ['-b']\n",
        "",
        expect![[r#"
        pants.toml:2:1: `[jvm] options`: unknown edit `remov`: `add` and `remove` are
          2 | options.add = ['-a']
            | ^^^^^^^
    "#]],
    );
}
