//! First words that are no goals.

use super::{FILES, check};
use crate::support::Repository;
use expect_test::expect;

#[test]
fn the_daemon_is_not_there() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["kill-pantsd"],
        expect![[r#"
        no daemon runs
        exit 0
    "#]],
    );
    check(
        &repository,
        &["-q", "daemon", "status"],
        expect![[r#"
        no daemon runs
        exit 1
    "#]],
    );
    check(
        &repository,
        &["daemon", "stop"],
        expect![[r#"
        no daemon runs
        exit 0
    "#]],
    );
    check(
        &repository,
        &["daemon", "log"],
        expect![[r#"
        there is no log yet: [ROOT]/.pants.d/pantsd/pantsd.log
        exit 1
    "#]],
    );
    check(
        &repository,
        &["daemon", "log", "--lines=many"],
        expect![[r#"
        error: `--lines`: `many` is not a whole number
        exit 1
    "#]],
    );
    check(
        &repository,
        &["daemon"],
        expect![[r#"
        error: a word is missing
          hint: usage: `pants daemon status|log|stop`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["daemon", "sttaus"],
        expect![[r#"
        error: unknown word `sttaus`
          hint: usage: `pants daemon status|log|stop`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["kill-pantsd", "now"],
        expect![[r#"
        error: `now` is one word too many
          hint: usage: `pants kill-pantsd`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--nosuch", "kill-pantsd"],
        expect![[r#"
        error: unknown option `--nosuch`
          hint: usage: `pants [options] goal [its options] ... [target ...] [-- tool arguments]`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--level=loud", "kill-pantsd"],
        expect![[r#"
        error: `--level`: `loud` is not one of `trace`, `debug`, `info`, `warn`, `error`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--jobs=x", "kill-pantsd"],
        expect![[r#"
        error: `--jobs`: `x` is not a whole number
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--no-colors=x", "kill-pantsd"],
        expect![[r#"
        error: `--no-colors` takes no value
          hint: usage: `pants [options] goal [its options] ... [target ...] [-- tool arguments]`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--colors=maybe", "kill-pantsd"],
        expect![[r#"
            error: `--colors`: `maybe` is not one of `true`, `false`, `True`, `False`
            exit 1
        "#]],
    );
    check(
        &repository,
        &["help", "daemon"],
        expect![[r#"
        Ask about the daemon of this build root, or end it

        Usage: pants daemon status|log|stop

        Commands:
          status  Say how the daemon is and what it does; exit code 1 when none runs
          log     Show the last lines of its log, and where that is
          stop    End it after the runs that it has
        exit 0
    "#]],
    );
}

#[test]
fn a_flag_takes_no_word_for_its_value() {
    let repository = Repository::new(FILES);
    for (args, flag) in [
        (["-d", "daemon"], "--logdir"),
        (["--logdir", "kill-pantsd"], "--logdir"),
        (["-d", "complete"], "--logdir"),
        (["-l", "migrate-config"], "--level"),
        (["--jobs", "daemon"], "--jobs"),
        (["--config-override", "kill-pantsd"], "--config-override"),
    ] {
        let output = repository.run(&args);
        assert_eq!(output.code, Some(1), "{args:?}: {output:?}");
        assert!(output.stderr.starts_with(&format!("error: `{flag}` needs a value\n")), "{args:?}: {output:?}");
    }
    assert_eq!(repository.run(&["-lwarn", "-d=logs", "kill-pantsd"]).code, Some(0));
}

#[test]
fn a_directory_of_that_name_is_asked_for_with_a_dot() {
    let repository = Repository::new(
        "
//- plugin/BUILD
target(name = 'plugin')
",
    );
    check(
        &repository,
        &["plugin"],
        expect![[r#"
        error: there is no `plugin` command in this version
          hint: plugins are named by `[GLOBAL] plugins` of pants.toml
          hint: a directory of that name is asked for as `./plugin`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "./plugin"],
        expect![[r#"
        plugin:plugin
        exit 0
    "#]],
    );
    check(
        &repository,
        &["list", "plugin"],
        expect![[r#"
        plugin:plugin
        exit 0
    "#]],
    );
}
