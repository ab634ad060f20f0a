//! Questions, and what cannot be answered.

use super::{FILES, all_of, check_once, check_twice, shown};
use crate::support::Repository;

fn check_answers(files: &str, questions: &[&[&str]]) -> String {
    check_twice(|| Repository::new(files), |repository| all_of(repository, questions))
}

#[test]
fn questions() {
    let answers = check_answers(
        FILES,
        &[
            &["list", "a", "b:"],
            &["list", "a::", "b::", "//:"],
            &["--tag=t", "list", "a", "b:"],
            &["list", "--sep=,", "b:"],
            &["dependencies", "--transitive", "//:all"],
            &["dependees", "b:lib"],
            &["dependees", "--transitive", "--closed", "b:lib"],
            &["paths", "//:all", "b:lib"],
            &["filter", "--target=b:lib", "//:all", "b:"],
            &["peek", "b:"],
            &["roots"],
            &["sort", "//:all", "a:a", "b:lib"],
        ],
    );
    assert!(answers.contains("$ pants dependees b:lib\n//:all\na:a\n"), "{answers}");
}

#[test]
fn help() {
    check_answers(
        FILES,
        &[
            &["help"],
            &["help", "list"],
            &["goals"],
            &["help-advanced", "list"],
            &["list", "--help"],
            &["targets"],
            &["help", "nosuch"],
            &["--help", "--nosuch"],
            &["--version"],
        ],
    );
}

#[test]
fn what_cannot_be_answered() {
    let answers = check_answers(
        &format!("{FILES}\n//- broken/BUILD\ntarget(name='x'\n"),
        &[
            &["list", "nosuch"],
            &["list", "b:nosuch"],
            &["list", "::"],
            &["list", "broken"],
            &["--keep-going", "list", "::"],
            &["nosuch", "::"],
            &["list", "--nosuch", "::"],
            &["--level=loud", "list", "b:"],
            &["--owner-of=b/none", "list"],
            &["compile"],
            &[],
        ],
    );
    assert!(answers.contains("broken/BUILD:"), "{answers}");
}

#[test]
fn warnings_are_said_each_time() {
    let answers =
        check_answers(FILES, &[&["list", "a"], &["-q", "list", "a"], &["list", "a:odd"], &["-lerror", "list", "a"]]);
    assert_eq!(answers.matches("warning: ").count(), 2, "{answers}");
}

#[test]
fn configuration_that_is_wrong() {
    let files = |config: &str| format!("{FILES}\n//- pants.toml\n{config}\n");
    for config in ["[GLOBAL]\njobs = 'x'", "[GLOBAL]\nnosuch = 1", "[nosuch]\nx = 1", "not TOML"] {
        let scene = |repository: &Repository| all_of(repository, &[&["list", "b:"], &["help"]]);
        // Where options cannot be read, nobody knows that a daemon is wanted.
        let direct = scene(&Repository::new(&files(config)).without_daemon());
        let served = Repository::new(&files(config)).with_daemon();
        assert_eq!([scene(&served), scene(&served)], [direct.clone(), direct], "{config}");
    }
}

#[test]
fn changes_are_seen_at_once() {
    let scene = |repository: &Repository| {
        let mut text = all_of(repository, &[&["list", "b:"], &["dependees", "b:lib"]]);
        repository.write("c/BUILD", "target(dependencies=['b:lib'])\n");
        repository.write("b/BUILD", "target(name='lib')\ntarget(name='more')\n");
        text += &all_of(repository, &[&["list", "b:", "c"], &["dependees", "b:lib"]]);
        repository.remove("c/BUILD");
        repository.write("b/BUILD", "target(name='lib', tags=['t'])\n");
        text += &all_of(repository, &[&["list", "b:", "c"], &["--tag=t", "list", "b:"], &["dependees", "b:lib"]]);
        repository.write("pants.toml", "[list]\nsep = ';'\n");
        text += &all_of(repository, &[&["list", "a", "b:"]]);
        repository.write("pants.toml", "");
        text + &all_of(repository, &[&["list", "b:"]])
    };
    check_once(|| Repository::new(FILES), scene);
}

#[test]
fn the_environment_and_the_directory_are_those_of_the_client() {
    let files = "
//- BUILD
target(name=env('NAME', 'nobody'))
//- below/BUILD
target()
";
    let scene = |repository: &Repository| {
        let named = |name: &str| shown(&repository.pants(&["list", "//:"]).env("NAME", name).run());
        let below = shown(&repository.pants(&["list", "below"]).in_directory(&repository.root().join("below")).run());
        let here = shown(&repository.pants(&["list", ":"]).in_directory(&repository.root().join("below")).run());
        let plain = shown(&repository.pants(&["list", "//:"]).run());
        let option = shown(&repository.pants(&["list", "//:", "below"]).env("PANTS_LIST_SEP", "+").run());
        [named("one"), named("two"), below, here, plain, option].concat()
    };
    check_twice(|| Repository::new(files), scene);
}

#[test]
fn what_changed_since_a_commit() {
    let repository = || {
        let repository = Repository::new(
            "//- a/BUILD\ntarget(sources=['a.txt'])\n//- a/a.txt\n//- b/BUILD\ntarget(dependencies=['a'])\n",
        );
        repository.git(&["init", "-q"]);
        repository.git(&["add", "."]);
        repository.git(&["commit", "-q", "-m", "first"]);
        repository
    };
    let changed: [&[&str]; 2] = [
        &["--changed-parent=HEAD", "list"],
        &["--changed-parent=HEAD", "--changed-include-dependees=transitive", "list"],
    ];
    let scene = |repository: &Repository| {
        let before = all_of(repository, &changed);
        repository.write("a/a.txt", "changed\n");
        let after = all_of(repository, &changed);
        repository.git(&["commit", "-q", "-a", "-m", "second"]);
        [before, after, all_of(repository, &changed)].concat()
    };
    check_once(repository, scene);
}

#[test]
fn standard_input_named_as_a_file_is_read_here() {
    let scene = |repository: &Repository| {
        let listed = |text: &str| shown(&repository.pants(&["--spec-file=/dev/stdin", "list"]).stdin(text).run());
        [listed("a:a\n"), shown(&repository.run(&["list", "b:"])), listed("b:lib\n")].concat()
    };
    let answers = check_twice(|| Repository::new(FILES), scene);
    assert!(answers.starts_with("a:a\n"), "{answers}");
}
