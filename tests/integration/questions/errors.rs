//! Questions that cannot be answered say why, in one message.

use super::{check_error, repository};
use expect_test::expect;

#[test]
fn a_path_has_two_ends() {
    check_error(
        &["path", "src/java/app"],
        expect![[r#"
        error: path: `path` takes two different targets, not 1
          hint: `pants path src/app 3rdparty:lib` follows dependencies from the first to the second
    "#]],
    );
    check_error(
        &["paths", "src/java::"],
        expect![[r#"
        error: paths: `paths` takes two different targets, not 3
          hint: `pants paths src/app 3rdparty:lib` follows dependencies from the first to the second
    "#]],
    );
    check_error(
        &["paths", "--limit=-1", "src/java/app", "src/java/base"],
        expect![[r#"
        error: paths: `--limit=-1` is less than nothing
    "#]],
    );
}

#[test]
fn a_filter_names_what_there_is() {
    check_error(
        &["filter", "--type=java_librari", "::"],
        expect![[r#"
        error: filter: `--type=java_librari`: there is no target type `java_librari`
          hint: `pants targets` lists all of them
    "#]],
    );
    check_error(
        &["filter", "--target=-src/java/nope", "::"],
        expect![[r#"
        error: `src/java/nope:nope` does not match any targets
          hint: directory `src/java/nope` does not exist
    "#]],
    );
    check_error(
        &["filter", "--ancestor=src/java/app:nope", "::"],
        expect![[r#"
        error: `src/java/app:nope` does not match any targets
          hint: directory `src/java/app` declares `:app`, `:lib`
    "#]],
    );
    check_error(
        &["filter", "--regex=a(", "::"],
        expect![[r#"
        error: filter: `--regex=a(`: not a regular expression: unclosed group
    "#]],
    );
    check_error(
        &["filter", "--tag-regex=-a{", "::"],
        expect![[r#"
            error: filter: `--tag-regex=a{`: not a regular expression: unclosed counted repetition
        "#]],
    );
    check_error(
        &["filter", "--type=-", "::"],
        expect![[r#"
        error: filter: `--type=-` names nothing
    "#]],
    );
}

#[test]
fn no_targets_at_all_is_worth_a_word() {
    let output = repository().run(&["dependencies"]);
    expect![[r#"
        [dependencies] warning: there are no targets to answer about (`::` means all of them)
    "#]]
    .assert_eq(&output.stderr);
    assert_eq!(output.success(), "");
    assert_eq!(repository().run(&["--tag=nobody", "sort", "--output-format=json", "::"]).quiet_success(), "[]\n");
}

#[test]
fn options_that_exclude_each_other_or_say_nothing() {
    check_error(
        &["depmap", "--internal-only", "--external-only", "::"],
        expect![[r#"
        error: depmap: `--internal-only` and `--external-only` leave nothing to print
    "#]],
    );
    check_error(
        &["list", "--provides", "--provides-columns=address,size", "::"],
        expect![[r#"
        error: list: `--provides-columns=address,size`: there is no column `size`
          hint: columns are `address`, `artifact_id`, `repo_name`, `repo_url`, `push_db_basedir`
    "#]],
    );
    check_error(
        &["list", "--output-format=yaml", "::"],
        expect![[r#"
        error: `--output-format`: `yaml` is not one of `text`, `json`
    "#]],
    );
    check_error(
        &["targets", "--details=java_librari"],
        expect![[r#"
        error: targets: unknown BUILD symbol `java_librari`
          hint: `pants targets` lists all of them
    "#]],
    );
    check_error(
        &["list-owners"],
        expect![[r#"
        error: list-owners: `list-owners` takes files, and got none
          hint: `pants list-owners src/app/Main.java` lists the targets that own it
    "#]],
    );
    check_error(
        &["list-owners", "src/java"],
        expect![[r#"
        error: `src/java:java` does not match any targets
          hint: directory `src/java` has no BUILD file
    "#]],
    );
}
