//! Slips and habits from elsewhere, with the options of the real backends.

use super::{FILES, check};
use crate::support::Repository;
use expect_test::expect;

#[test]
fn flags() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["--output-format=json", "list", "::"],
        expect![[r#"
        error: unknown option `--output-format`
          hint: did you mean `--list-output-format`?
          hint: `--output-format` alone is understood after the word `list`
          hint: `pants help-advanced` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["compile", "--test-junit-tset=x", "::"],
        expect![[r#"
        error: unknown option `--test-junit-tset` of `compile`
          hint: did you mean `--test-junit-test`?
          hint: `pants help-advanced compile` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["test", "--jnuit-test=x", "::"],
        expect![[r#"
        error: unknown option `--jnuit-test` of `test`
          hint: `pants help-advanced test` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["test", "--worker-count=3", "::"],
        expect![[r#"
        error: unknown option `--worker-count` of `test`
          hint: did you mean `--compile-javac-worker-count`?
          hint: `pants help-advanced test` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["-Dkey=value", "test", "::"],
        expect![[r#"
        error: unknown option `-Dkey`
          hint: options of the programs that goals start are given as `--jvm-options=-Dkey`
          hint: `pants help-advanced` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["-qx", "list"],
        expect![[r#"
        error: unknown option `-qx`
          hint: one-letter flags stand apart: `-q -x`
          hint: `pants help-advanced` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--colours", "list"],
        expect![[r#"
        error: unknown option `--colours`
          hint: did you mean `--colors`?
          hint: `pants help-advanced` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--option-name-check-distance=0", "--colours", "list"],
        expect![[r#"
        error: unknown option `--colours`
          hint: `pants help-advanced` lists all options
        exit 1
    "#]],
    );
    check(
        &repository,
        &["--no-colors=false", "list"],
        expect![[r#"
        error: `--no-colors` takes no value
          hint: `--colors` says yes, `--no-colors` says no
        exit 1
    "#]],
    );
}

#[test]
fn words() {
    let repository = Repository::new(FILES);
    check(
        &repository,
        &["lint", "::"],
        expect![[r#"
        error: goal `lint` of Pants v1 has no task here yet
          hint: a plugin may bring it; `pants goals` lists all goals that there are
        exit 1
    "#]],
    );
    check(
        &repository,
        &["bundle", "::"],
        expect![[r#"
        error: goal `bundle` of Pants v1 has no task here yet
          hint: it was for targets of type `jvm_binary`, `jvm_app`, `python_app`
          hint: a plugin may bring it; `pants goals` lists all goals that there are
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "nosuch"],
        expect![[r#"
        error: `nosuch` is neither a goal nor a target or path
          hint: `pants goals` lists all goals; a target is named as `path/to/directory:name`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "doc"],
        expect![[r#"
            error: goal `doc` of Pants v1 has no task here yet
              hint: it was for targets of type `java_library`, `annotation_processor`, `java_agent` and 10 others
              hint: a plugin may bring it; `pants goals` lists all goals that there are
            exit 1
        "#]],
    );
    check(
        &repository,
        &["list", "dosc"],
        expect![[r#"
        error: `dosc` is neither a goal nor a target or path
          hint: did you mean the directory `docs`?
          hint: `pants goals` lists all goals; a target is named as `path/to/directory:name`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["list", "kill-pantsd"],
        expect![[r#"
        error: `kill-pantsd` is no goal: it stands alone, as the first word
          hint: a directory of that name is asked for as `./kill-pantsd`
        exit 1
    "#]],
    );
    check(
        &repository,
        &["goal", "lsit", "::"],
        expect![[r#"
        error: unknown goal `lsit`
          hint: did you mean `list`?
          hint: `pants goals` lists all goals
        exit 1
    "#]],
    );
}
