//! Which source wins, and what lists and dicts make of several.

use super::*;

const JAVAC: &str = "[compile.javac]\nworker_count = 7\n";

fn check_files(files: &[(&str, &str)], args: &str, expect: Expect) {
    check(Case { files, args, ..Case::default() }, expect);
}

#[test]
fn a_section_beats_default_and_default_beats_the_declaration() {
    check_files(
        &[("pants.toml", "[DEFAULT]\nworker_count = 3\n[compile.rsc]\nworker_count = 9\n")],
        "",
        expect![[r#"
            compile.javac.worker-count = 3 (pants.toml:2 [DEFAULT] worker_count)
            compile.rsc.worker-count = 9 (pants.toml:4 [compile.rsc] worker_count)
        "#]],
    );
}

#[test]
fn the_environment_beats_config_and_a_flag_beats_both() {
    let env = &[("PANTS_COMPILE_JAVAC_WORKER_COUNT", "8")];
    check(
        Case { files: &[("pants.toml", JAVAC)], env, ..Case::default() },
        expect![[r#"
            compile.javac.worker-count = 8 (PANTS_COMPILE_JAVAC_WORKER_COUNT)
        "#]],
    );
    let args = "--compile-javac-worker-count=11 --no-compile-javac-delete-scratch";
    check(
        Case { files: &[("pants.toml", JAVAC)], env, args, ..Case::default() },
        expect![[r#"
            compile.javac.delete-scratch = False (--no-compile-javac-delete-scratch)
            compile.javac.worker-count = 11 (--compile-javac-worker-count)
        "#]],
    );
}

#[test]
fn a_global_option_has_three_variables() {
    let env =
        &[("PANTS_GLOBAL_COLORS", "true"), ("PANTS_LEVEL", "debug"), ("PANTS_WORKDIR", "w"), ("PANTS_COLORS", "x")];
    check(
        Case { env, ..Case::default() },
        expect![[r#"
            colors = True (PANTS_GLOBAL_COLORS)
            level = 'debug' (PANTS_LEVEL)
            pants-workdir = 'w' (PANTS_WORKDIR)
        "#]],
    );
}

#[test]
fn an_alias_is_the_option_in_every_source() {
    check_files(
        &[("pants.toml", "[GLOBAL]\nenable_pantsd = false\n")],
        "--changed-changes-since=HEAD",
        expect![[r#"
            pantsd = False (pants.toml:2 [GLOBAL] enable_pantsd)
            changed.parent = 'HEAD' (--changed-changes-since)
        "#]],
    );
    let rc = &[("pants.toml", "[GLOBAL]\nenable_pantsd = false\n"), ("~/rc", "[GLOBAL]\npantsd = true\n")];
    check_files(
        rc,
        "--pantsrc --pantsrc-files=['~/rc']",
        expect![[r#"
        pantsd = True (~/rc:2 [GLOBAL] pantsd)
        pantsrc-files = ['~/rc'] (--pantsrc-files)
    "#]],
    );
    check(
        Case { env: &[("PANTS_ENABLE_PANTSD", "false")], ..Case::default() },
        expect![[r#"
            pantsd = False (PANTS_ENABLE_PANTSD)
        "#]],
    );
}

#[test]
fn lists_of_all_ranks_are_merged() {
    let toml = "\
[source]
root_patterns.add = ['lib']
[compile.javac]
args.add = ['-g']
args.remove = ['-encoding']
[cache]
read_from = ['a', 'b']
";
    let args = "--compile-javac-args=+['-Xlint'] --cache-read-from=c --cache-read-from=-['a']";
    check_files(
        &[("pants.toml", toml)],
        args,
        expect![[r#"
            cache.read-from = ['b', 'c'] (--cache-read-from)
            compile.javac.args = ['UTF-8', '-g', '-Xlint'] (--compile-javac-args)
            source.root-patterns = ['src', 'lib'] (pants.toml:2 [source] root_patterns)
        "#]],
    );
    let case = Case {
        files: &[("pants.toml", "[compile.javac]\nargs = ['one']\n")],
        env: &[("PANTS_COMPILE_JAVAC_ARGS", "+['two']")],
        args: "--compile-javac-args=+['three']",
        ..Case::default()
    };
    check(
        case,
        expect![[r#"
            compile.javac.args = ['one', 'two', 'three'] (--compile-javac-args)
        "#]],
    );
}

#[test]
fn config_files_are_read_in_order_and_rc_files_last() {
    let files = &[
        ("pants.toml", "[compile.javac]\nworker_count = 7\nargs = ['a']\n"),
        ("over.toml", "[compile.javac]\nworker_count = 8\nargs.add = ['b']\n"),
        ("~/.pants.rc", "[compile.javac]\nworker_count = 9\n[GLOBAL]\nquiet = true\n"),
    ];
    check_files(
        files,
        "--pants-config-files=['pants.toml','over.toml']",
        expect![[r#"
            pants-config-files = ['pants.toml', 'over.toml'] (--pants-config-files)
            compile.javac.args = ['a', 'b'] (over.toml:3 [compile.javac] args)
            compile.javac.worker-count = 8 (over.toml:2 [compile.javac] worker_count)
        "#]],
    );
    check_files(
        files,
        "--pantsrc --pantsrc-files=['~/.pants.rc']",
        expect![[r#"
            pantsrc-files = ['~/.pants.rc'] (--pantsrc-files)
            quiet = True (~/.pants.rc:4 [GLOBAL] quiet)
            compile.javac.args = ['a'] (pants.toml:3 [compile.javac] args)
            compile.javac.worker-count = 9 (~/.pants.rc:2 [compile.javac] worker_count)
        "#]],
    );
    check_files(
        files,
        "--pants-config-files=['nope.toml']",
        expect![[r#"
            `--pants-config-files`: the file `nope.toml` does not exist
        "#]],
    );
}

#[test]
fn config_files_may_be_added_and_overridden() {
    let files = &[
        ("pants.toml", "[compile.javac]\nworker_count = 7\nargs = ['a']\n"),
        ("conf/over.toml", "[compile.javac]\nworker_count = 8\nargs.add = ['b']\n"),
        ("conf/last.toml", "[compile.javac]\nworker_count = 9\n"),
    ];
    check(
        Case { files, args: "--pants-config-files=over.toml", cwd: "conf", ..Case::default() },
        expect![[r#"
            pants-config-files = ['pants.toml', 'conf/over.toml'] (--pants-config-files)
            compile.javac.args = ['a', 'b'] (conf/over.toml:3 [compile.javac] args)
            compile.javac.worker-count = 8 (conf/over.toml:2 [compile.javac] worker_count)
        "#]],
    );
    let env = &[("PANTS_CONFIG_FILES", "['conf/over.toml']")];
    check(
        Case { files, args: "--config-override=conf/last.toml", env, ..Case::default() },
        expect![[r#"
            config-override = ['conf/last.toml'] (--config-override)
            pants-config-files = ['conf/over.toml'] (PANTS_CONFIG_FILES)
            compile.javac.args = ['-encoding', 'UTF-8', 'b'] (conf/over.toml:3 [compile.javac] args)
            compile.javac.worker-count = 9 (conf/last.toml:2 [compile.javac] worker_count)
        "#]],
    );
    check_files(
        &[("pants.ini", "[compile.javac]\ndelete_scratch: false\n"), files[1]],
        "--pants-config-files=conf/over.toml",
        expect![[r#"
            pants-config-files = ['pants.toml', 'conf/over.toml'] (--pants-config-files)
            compile.javac.args = ['-encoding', 'UTF-8', 'b'] (conf/over.toml:3 [compile.javac] args)
            compile.javac.delete-scratch = False (pants.ini:2 [compile.javac] delete_scratch)
            compile.javac.worker-count = 8 (conf/over.toml:2 [compile.javac] worker_count)
        "#]],
    );
    check_files(
        &files[1..],
        "--pants-config-files=pants.toml",
        expect![[r#"
        pants-config-files = ['pants.toml', 'pants.toml'] (--pants-config-files)
    "#]],
    );
    check_files(
        &files[1..],
        "--pants-config-files=['pants.toml']",
        expect![[r#"
        cannot read the config file `pants.toml`: No such file or directory (os error 2)
    "#]],
    );
    check_files(
        files,
        "--config-override=nope.toml",
        expect![[r#"
        `--config-override`: the file `nope.toml` does not exist
    "#]],
    );
    check_files(
        &[("conf/over.toml/x", "")],
        "--config-override=conf/over.toml",
        expect![[r#"
            `--config-override`: `conf/over.toml` is a directory, and a file belongs here
        "#]],
    );
}

#[test]
fn a_config_file_cannot_replace_the_config_files_but_name_more() {
    let over = ("over.toml", "[GLOBAL]\nquiet = true\n");
    check_files(
        &[("pants.toml", "[GLOBAL]\nconfig_override = ['over.toml']\n"), over],
        "",
        expect![[r#"
        config-override = ['over.toml'] (pants.toml:2 [GLOBAL] config_override)
        quiet = True (over.toml:2 [GLOBAL] quiet)
    "#]],
    );
    check_files(
        &[("pants.toml", "[GLOBAL]\npants_config_files = ['over.toml']\n"), over],
        "",
        expect![[r#"
        pants-config-files = ['over.toml'] (pants.toml:2 [GLOBAL] pants_config_files)
        warning: `pants.toml:2 [GLOBAL] pants_config_files` has no effect: a flag or a variable names them, or `config_override` more
    "#]],
    );
}

#[test]
fn dicts_come_from_tables_and_texts_and_are_updated() {
    let tables = "\
[jvm-platform.platforms.java8]
source = '8'
args = []
[jvm-platform.platforms]
java11 = { source = '11' }
";
    check_files(
        &[("pants.toml", tables)],
        "--jvm-platform-platforms=+{'java8':␣1}",
        expect![[r#"
            jvm-platform.platforms = {'java8': 1, 'java11': {'source': '11'}} (--jvm-platform-platforms)
        "#]],
    );
    let text = "[jvm-platform]\nplatforms = \"\"\"{'a': ['x']}\"\"\"\n";
    check_files(
        &[("pants.toml", text)],
        "",
        expect![[r#"
            jvm-platform.platforms = {'a': ['x']} (pants.toml:2 [jvm-platform] platforms)
        "#]],
    );
}

#[test]
fn a_recursive_option_reaches_inner_scopes() {
    let toml = "[GLOBAL]\nlevel = 'warn'\n[compile.javac]\nlevel = 'debug'\n[compile]\ndepth = 1\n";
    check_files(
        &[("pants.toml", toml)],
        "",
        expect![[r#"
            level = 'warn' (pants.toml:2 [GLOBAL] level)
            compile.depth = 1 (pants.toml:6 [compile] depth)
            compile.javac.depth = 1 (pants.toml:6 [compile] depth)
            compile.javac.level = 'debug' (pants.toml:4 [compile.javac] level)
            compile.rsc.depth = 1 (pants.toml:6 [compile] depth)
        "#]],
    );
    check_files(
        &[("pants.toml", toml)],
        "--level=error",
        expect![[r#"
            level = 'error' (--level)
            compile.depth = 1 (pants.toml:6 [compile] depth)
            compile.javac.depth = 1 (pants.toml:6 [compile] depth)
            compile.rsc.depth = 1 (pants.toml:6 [compile] depth)
        "#]],
    );
    check_files(
        &[("pants.toml", toml)],
        "--compile-depth=4",
        expect![[r#"
            level = 'warn' (pants.toml:2 [GLOBAL] level)
            compile.depth = 4 (--compile-depth)
            compile.javac.depth = 4 (--compile-depth)
            compile.javac.level = 'debug' (pants.toml:4 [compile.javac] level)
            compile.rsc.depth = 4 (--compile-depth)
        "#]],
    );
    check_files(
        &[("pants.toml", toml)],
        "--compile-rsc-depth=4",
        expect![[r#"
            level = 'warn' (pants.toml:2 [GLOBAL] level)
            compile.depth = 1 (pants.toml:6 [compile] depth)
            compile.javac.depth = 1 (pants.toml:6 [compile] depth)
            compile.javac.level = 'debug' (pants.toml:4 [compile.javac] level)
            compile.rsc.depth = 4 (--compile-rsc-depth)
        "#]],
    );
}

#[test]
fn a_value_may_stand_in_a_file() {
    let files = &[
        ("pants.toml", "[compile.javac]\nargs = '@conf/args.json'\n"),
        ("conf/args.json", "[\"-from\", \"-file\"]"),
        ("conf/args.yml", "- a"),
        ("conf/sub/wc.txt", "13\n"),
        ("conf/platforms.toml", "java8 = { source = '8' }"),
    ];
    let args =
        "--compile-javac-worker-count=@sub/wc.txt --changed-parent=@@literal --jvm-platform-platforms=@platforms.toml";
    check(
        Case { files, args, cwd: "conf", ..Case::default() },
        expect![[r#"
            changed.parent = '@literal' (--changed-parent)
            compile.javac.args = ['-from', '-file'] (pants.toml:2 [compile.javac] args)
            compile.javac.worker-count = 13 (--compile-javac-worker-count)
            jvm-platform.platforms = {'java8': {'source': '8'}} (--jvm-platform-platforms)
        "#]],
    );
    check_files(
        files,
        "--compile-javac-args=@conf/args.yml",
        expect![[r#"
            compile.javac.args = ['a'] (--compile-javac-args)
        "#]],
    );
    check_files(
        files,
        "--compile-javac-args=@nope.json",
        expect![[r#"
            `--compile-javac-args`: cannot read `nope.json`: there is no such file
              hint: a value that begins with `@` names a file; `@@` stands for `@`
        "#]],
    );
}

#[test]
fn a_path_is_kept_relative_to_the_build_root_and_must_exist() {
    check(
        Case { args: "--run-cwd", cwd: "a/b", ..Case::default() },
        expect![[r#"
            run.cwd = 'a/b' (--run-cwd)
        "#]],
    );
    check_files(
        &[("pants.toml", "[run]\ncwd = 'nope'\n")],
        "",
        expect![[r#"
            pants.toml:2:1: `[run] cwd`: the directory `nope` does not exist
              2 | cwd = 'nope'
                | ^^^
        "#]],
    );
}

#[test]
fn versions_of_pants_v1_are_accepted() {
    check_files(
        &[("pants.toml", "[GLOBAL]\npants_version = '1.30.4'\n")],
        "",
        expect![[r#"
            pants-version = '1.30.4' (pants.toml:2 [GLOBAL] pants_version)
        "#]],
    );
    check_files(
        &[("pants.toml", "[GLOBAL]\npants_version = '2.1.0'\n")],
        "",
        expect![[r#"
            pants.toml:2:1: `[GLOBAL] pants_version`: `2.1.0` is not a version of Pants v1
              2 | pants_version = '2.1.0'
                | ^^^^^^^^^^^^^
              hint: versions 0.x and 1.x are understood
        "#]],
    );
    check_files(
        &[("pants.toml", "[GLOBAL]\npants_min_version = '999.0'\n")],
        "",
        expect![[r#"
            pants.toml:2:1: `[GLOBAL] pants_min_version`: version 999.0 or newer is needed, and this is 0.1.0
              2 | pants_min_version = '999.0'
                | ^^^^^^^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn a_pants_ini_is_read_where_there_is_no_pants_toml() {
    let ini = "[GLOBAL]\npants_version: 1.30.4\npantsd: False\n[compile.javac]\nworker_count: 7\nargs: [\n    '-g',\n  ]\n[source]\nroot_patterns: +['lib']\n";
    check_files(
        &[("pants.ini", ini)],
        "",
        expect![[r#"
            pants-version = '1.30.4' (pants.ini:2 [GLOBAL] pants_version)
            pantsd = False (pants.ini:3 [GLOBAL] pantsd)
            compile.javac.args = ['-g'] (pants.ini:6 [compile.javac] args)
            compile.javac.worker-count = 7 (pants.ini:5 [compile.javac] worker_count)
            source.root-patterns = ['src', 'lib'] (pants.ini:10 [source] root_patterns)
        "#]],
    );
    check_files(
        &[("pants.ini", ini), ("pants.toml", JAVAC)],
        "",
        expect![[r#"
            compile.javac.worker-count = 7 (pants.toml:2 [compile.javac] worker_count)
        "#]],
    );
}
