//! What all questions have in common: separators, files, JSON.

use super::repository;
use expect_test::expect;

#[test]
fn rows_may_be_separated_by_anything() {
    let separated = |separator: &str| repository().run(&["list", separator, "src/python::"]).quiet_success();
    assert_eq!(separated(r"--sep=,\t"), "src/python/tool:lib,\tsrc/python/tool:tool,\t");
    assert_eq!(separated(r"--sep=\0"), "src/python/tool:lib\0src/python/tool:tool\0");
    assert_eq!(separated("--sep="), "src/python/tool:libsrc/python/tool:tool");
}

#[test]
fn a_file_takes_the_output() {
    let repository = repository();
    repository.write("dist/list.txt", "old");
    assert_eq!(repository.run(&["list", "--output-file=dist/list.txt", "src/python::"]).quiet_success(), "");
    assert_eq!(repository.read("dist/list.txt"), "src/python/tool:lib\nsrc/python/tool:tool\n");
    // The device stays what it is.
    assert_eq!(repository.run(&["list", "--output-file=/dev/null", "::"]).quiet_success(), "");
    let output = repository.run(&["list", "--output-file=nowhere/list.txt", "::"]).failure(1);
    expect![[r#"
        error: list: cannot write `nowhere/list.txt`: there is no directory `nowhere`
          hint: `--output-file` is relative to the build root, and its directory must exist
    "#]]
    .assert_eq(&output);
    let output = repository.run(&["list", "--output-file=src", "::"]).failure(1);
    expect![[r#"
        error: list: cannot write `src`: it is a directory
    "#]]
    .assert_eq(&output);
}

/// Every question, with what it needs.
const QUESTIONS: [&[&str]; 20] = [
    &["list", "::"],
    &["peek", "::"],
    &["dependencies", "::"],
    &["dependees", "::"],
    &["depmap", "::"],
    &["depmap", "--external-only", "::"],
    &["path", "src/java/app", "src/java/base"],
    &["paths", "src/java/app", "src/java/base"],
    &["filter", "--type=target", "::"],
    &["sort", "::"],
    &["minimize", "::"],
    &["filedeps", "::"],
    &["filemap", "::"],
    &["list-owners", "src/java/app/Main.java"],
    &["roots", "::"],
    &["cloc", "::"],
    &["targets"],
    &["targets", "--details=java_library"],
    &["goals"],
    &["list", "--provides", "::"],
];

#[test]
fn every_answer_can_be_json() {
    let repository = repository();
    for question in QUESTIONS {
        let (goal, rest) = question.split_first().expect("a question has a goal");
        let args: Vec<&str> = [goal, &"--output-format=json"].into_iter().chain(rest).copied().collect();
        let output = repository.run(&args).quiet_success();
        let document: serde_json::Value =
            serde_json::from_str(&output).unwrap_or_else(|error| panic!("{question:?}: {error}"));
        let size = document.as_array().map(Vec::len).or(document.as_object().map(serde_json::Map::len));
        assert!(size.is_some_and(|size| size > 0), "{question:?}: {output}");
    }
}

#[test]
fn nothing_is_json_too() {
    let repository = repository();
    for (goal, nothing) in [("list", "[]\n"), ("peek", "[]\n"), ("filemap", "{}\n")] {
        let args = ["--tag=nobody", goal, "--output-format=json", "::"];
        assert_eq!(repository.run(&args).success(), nothing, "{goal}");
    }
}
