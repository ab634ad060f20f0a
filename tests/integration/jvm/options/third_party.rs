//! `[resolve.coursier]` and `[coursier]`.

use super::run;
use crate::support::Repository;
use expect_test::expect;

fn library() -> Repository {
    Repository::new("\n//- 3rdparty/BUILD\njar_library(name='junit', jars=[jar('junit', 'junit', '4.12')])\n")
}

#[test]
fn what_jars_came_to_is_written_down() {
    let repository = library();
    let report = ".pants.d/resolve/coursier/report.txt";
    let _ = run(&repository, &["resolve", "3rdparty:junit"]).success();
    assert!(!repository.exists(report));
    let output = run(&repository, &["resolve", "--resolve-coursier-report", "3rdparty:junit"]);
    assert!(output.stderr.contains(report), "{}", output.stderr);
    let _ = output.success();
    let expect = "3rdparty:junit\n  junit:junit:4.12\n    org.hamcrest:hamcrest-core:1.3\n";
    assert_eq!(repository.read(report), expect);
}

#[test]
fn coursier_keeps_what_it_fetched_where_it_is_told_to() {
    let repository = library();
    let _ = run(&repository, &["resolve", "--coursier-cache-dir=fetched", "3rdparty:junit"]).success();
    assert!(repository.exists("fetched"), "{:?}", repository.names());
}

#[test]
fn the_jvm_of_coursier_takes_options() {
    let repository = library();
    let said = run(&repository, &["resolve", "--resolve-coursier-jvm-options=-Xno-such", "3rdparty:junit"]).failure(1);
    assert!(said.contains("-Xno-such"), "{said}");
}

#[test]
fn the_older_name_of_the_scope_of_scala_is_understood() {
    let repository = library();
    repository.write("pants.toml", "[scala-platform]\nversion = 'custom'\nsuffix_version = '3'\n");
    let output = run(&repository, &["options", "--scope=scala", "--only-overridden"]);
    expect![[r#"
        warning: `pants.toml [scala-platform]` is deprecated: it is called `[scala]` now
    "#]]
    .assert_eq(&output.stderr);
    expect![[r#"
        scala.suffix_version = 3 (from CONFIG in pants.toml:3 [scala-platform] suffix_version)
        scala.version = custom (from CONFIG in pants.toml:2 [scala-platform] version)
    "#]]
    .assert_eq(&output.success());
}
