//! What is made of the answers of Coursier.

use super::*;
use expect_test::expect;
use plugin_api::Location;

fn remotes() -> Remotes {
    let repository = |id: &str| maven::Repository {
        id: id.to_owned(),
        url: format!("https://{id}.test"),
        user: String::new(),
        password: String::new(),
    };
    Remotes { repositories: vec![repository("corp"), repository("central")], proxy: None }
}

#[test]
fn the_answer_becomes_artifacts() {
    let answer = Answer::parse(
        "jar\ta:b:1\ta:b\t1\t\tjar\tff\ta/b/1/b-1.jar\tc:d:2,e:f:3\njar\tc:d:2\tc:d\t2\t\t\t\t\t\nnoise\n",
    );
    assert!(answer.is_complete());
    expect![[r#"{"a:b:1":{"files":[{"sha256":"ff"}],"needs":["c:d:2","e:f:3"]},"c:d:2":{}}"#]]
        .assert_eq(&serde_json::to_string(&answer.artifacts).unwrap());
}

#[test]
fn what_is_missing_is_named_with_its_place_and_the_repositories() {
    let mut jar = Jar::parse("a:b:1").unwrap();
    jar.location = Location { file: "3rdparty/BUILD".to_owned(), line: 2, column: 9 };
    let answer = Answer::parse(
        "missing\ta:b:1\tnot found: https://corp.test/b\nmissing\ta:b:1\tnot found: https://central.test/b\n\
         missing\tc:d:2\tnot found: https://corp.test/d\n",
    );
    let error = unresolved(&answer, &[jar], &remotes());
    let shown = [error.message, error.causes.join("\n"), error.hints.join("\n")].join("\n");
    expect![[r#"
        3rdparty/BUILD:2:9: jar `a:b:1` cannot be fetched
        jar `c:d:2`, which others need, cannot be fetched
        not found: https://corp.test/b
        not found: https://central.test/b
        not found: https://corp.test/d
        searched the repositories `corp`, `central`; the option `[coursier] repos` and Maven's settings.xml name them"#]]
    .assert_eq(&shown);
}

#[test]
fn a_file_that_is_not_the_locked_one_is_an_error_of_its_own() {
    let answer = Answer::parse("mismatch\ta:b:1\thttps://corp.test/b.jar\taa\tbb\n");
    let error = unresolved(&answer, &[], &remotes());
    assert_eq!(error.message, "a repository gives another file than the lock file names");
    assert_eq!(error.causes, ["`a:b:1` from https://corp.test/b.jar: SHA-256 bb, locked aa"]);
}
