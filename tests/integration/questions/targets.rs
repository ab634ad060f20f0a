//! Questions about targets alone: which there are, which of them, and everything about each.

use super::{check, repository};
use crate::support::Repository;
use expect_test::expect;

#[test]
fn list_prints_addresses() {
    check(
        &["list", "src/java::"],
        expect![[r#"
        src/java/app:app
        src/java/app:lib
        src/java/base:base
    "#]],
    );
    check(
        &["list"],
        expect![[r#"
        //:all
        3rdparty/jvm:guava
        3rdparty/jvm:junit
        3rdparty/python:six
        src/java/app:app
        src/java/app:lib
        src/java/base:base
        src/python/tool:lib
        src/python/tool:tool
        src/resources/conf:conf
    "#]],
    );
    check(
        &["--tag=core", "list", "::"],
        expect![[r#"
        src/java/base:base
    "#]],
    );
}

#[test]
fn list_shows_descriptions_and_what_is_published() {
    check(
        &["list", "--documented", "::"],
        expect![[r#"
        src/java/base:base
          What everything else is made of, in one place where nobody can miss it who
          looks for the things that all share.
          And no more.
    "#]],
    );
    check(
        &["list", "--documented", "--output-format=json", "::"],
        expect![[r#"
        {
            "src/java/base:base": "What everything else is made of, in one place where nobody can miss it who looks for the things that all share.\nAnd no more."
        }
    "#]],
    );
    check(
        &["list", "--provides", "::"],
        expect![[r#"
        src/java/base:base com.ex#base
        src/python/tool:lib demo.lib
    "#]],
    );
    let columns = "--provides-columns=repo_name,repo_url,push_db_basedir,address";
    check(
        &["list", "--provides", columns, "::"],
        expect![[r#"
        ours https://example.com build-support/pushdb src/java/base:base
        - - - src/python/tool:lib
    "#]],
    );
    check(
        &["list", "--provides", "--output-format=json", columns, "::"],
        expect![[r#"
        [
            {
                "address": "src/java/base:base",
                "push_db_basedir": "build-support/pushdb",
                "repo_name": "ours",
                "repo_url": "https://example.com"
            },
            {
                "address": "src/python/tool:lib",
                "push_db_basedir": null,
                "repo_name": null,
                "repo_url": null
            }
        ]
    "#]],
    );
}

#[test]
fn peek_tells_everything() {
    check(
        &["peek", "src/java/app:", "3rdparty/jvm:junit"],
        expect![[r#"
        [
            {
                "address": "3rdparty/jvm:junit",
                "type": "jar_library",
                "dependencies": [],
                "sources": [],
                "tags": [],
                "fields": {
                    "jars": [
                        {
                            "symbol": "jar",
                            "org": "junit",
                            "name": "junit",
                            "rev": "4.12",
                            "excludes": [
                                {
                                    "symbol": "exclude",
                                    "org": "org.hamcrest"
                                }
                            ]
                        }
                    ]
                },
                "file": "3rdparty/jvm/BUILD",
                "line": 2
            },
            {
                "address": "src/java/app:app",
                "type": "jvm_binary",
                "dependencies": [
                    "3rdparty/jvm:guava",
                    "src/java/app:lib"
                ],
                "sources": [
                    "src/java/app/Main.java"
                ],
                "tags": [
                    "app",
                    "release"
                ],
                "fields": {
                    "main": "app.Main",
                    "sources": [
                        "Main.java"
                    ]
                },
                "file": "src/java/app/BUILD",
                "line": 1
            },
            {
                "address": "src/java/app:lib",
                "type": "java_library",
                "dependencies": [
                    "3rdparty/jvm:guava",
                    "src/java/base:base"
                ],
                "sources": [
                    "src/java/app/Util.java"
                ],
                "tags": [],
                "fields": {
                    "sources": {
                        "globs": [
                            "*.java"
                        ],
                        "exclude": [
                            "Main.java"
                        ]
                    }
                },
                "file": "src/java/app/BUILD",
                "line": 2
            }
        ]
    "#]],
    );
    check(
        &["peek", "--output-format=jsonl", "src/java/base", "//:all"],
        expect![[r#"
        {"address":"//:all","type":"target","dependencies":["src/java/app:app","src/python/tool:tool"],"sources":[],"tags":[],"fields":{},"file":"BUILD","line":1}
        {"address":"src/java/base:base","type":"java_library","dependencies":["3rdparty/jvm:guava","src/resources/conf:conf"],"sources":["src/java/base/Base.java"],"tags":["core"],"fields":{"description":"What everything else is made of, in one place where nobody can miss it who looks for the things that all share.\nAnd no more.","provides":{"symbol":"artifact","org":"com.ex","name":"base","repo":{"symbol":"repository","name":"ours","url":"https://example.com","push_db_basedir":"build-support/pushdb"}}},"file":"src/java/base/BUILD","line":1}
    "#]],
    );
}

#[test]
fn peek_shows_how_dependencies_differ() {
    let repository = Repository::new(
        "
//- BUILD
target(name='a', dependencies=[scoped('b', scope='runtime'), intransitive(':c'), ':d'])
target(name='c')
target(name='d')
//- b/BUILD
target()
",
    );
    expect![[r#"
        {"address":"//:a","type":"target","dependencies":["//:c","//:d","b:b"],"sources":[],"tags":[],"fields":{},"modifiers":{"//:c":{"transitive":false},"b:b":{"scope":"runtime","transitive":true}},"file":"BUILD","line":1}
    "#]].assert_eq(&repository.run(&["peek", "--output-format=jsonl", "//:a"]).quiet_success());
}

#[test]
fn peek_without_specs_is_about_the_whole_repository() {
    let repository = repository();
    let all = repository.run(&["peek", "--output-format=jsonl"]).quiet_success();
    assert_eq!(all, repository.run(&["peek", "--output-format=jsonl", "::"]).quiet_success());
    let addresses: Vec<String> = all
        .lines()
        .map(|line| {
            let target: serde_json::Value = serde_json::from_str(line).expect("a line is a document");
            target["address"].as_str().expect("an address is text").to_owned()
        })
        .collect();
    assert_eq!(addresses.join("\n") + "\n", repository.run(&["list", "::"]).quiet_success());
}

#[test]
fn filter_keeps_what_passes_each_option() {
    check(
        &["filter", "--type=java_library,jvm_binary", "::"],
        expect![[r#"
        src/java/app:app
        src/java/app:lib
        src/java/base:base
    "#]],
    );
    check(
        &["filter", "--type=-java_library,jvm_binary", "src/java::", "src/python::"],
        expect![[r#"
        src/python/tool:lib
        src/python/tool:tool
    "#]],
    );
    check(
        &["filter", "--target=-src/java/base", "--type=+java_library", "::"],
        expect![[r#"
        src/java/app:lib
    "#]],
    );
    check(
        &["filter", "--ancestor=src/java/app:lib", "::"],
        expect![[r#"
        3rdparty/jvm:guava
        src/java/app:lib
        src/java/base:base
        src/resources/conf:conf
    "#]],
    );
    check(
        &["filter", "--regex=^src/.*:lib$", "::"],
        expect![[r#"
        src/java/app:lib
        src/python/tool:lib
    "#]],
    );
    check(
        &["filter", "--regex=lib", "--regex=-python,third", "::"],
        expect![[r#"
        src/java/app:lib
    "#]],
    );
    check(
        &["filter", "--tag-regex=^rel", "::"],
        expect![[r#"
        src/java/app:app
    "#]],
    );
}

#[test]
fn sort_puts_dependencies_first() {
    check(
        &["sort", "src/java::", "3rdparty/jvm:guava"],
        expect![[r#"
        3rdparty/jvm:guava
        src/java/base
        src/java/app:lib
        src/java/app
    "#]],
    );
    check(
        &["sort", "--reverse", "src/java::", "3rdparty/jvm:guava"],
        expect![[r#"
        src/java/app
        src/java/app:lib
        src/java/base
        3rdparty/jvm:guava
    "#]],
    );
    check(
        &["sort", "--output-format=json", "src/java/app:"],
        expect![[r#"
        [
            "src/java/app:lib",
            "src/java/app:app"
        ]
    "#]],
    );
}

#[test]
fn minimize_leaves_out_what_others_bring() {
    check(
        &["minimize", "src/java::", "3rdparty/jvm::"],
        expect![[r#"
        src/java/app:app
        3rdparty/jvm:junit
    "#]],
    );
}

#[test]
fn targets_shows_a_symbol() {
    check(
        &["targets", "--details=jar"],
        expect![[r#"
        jar (pants.backend.jvm)
          A third-party jar by its Maven coordinates.

          org: a string (required). Its Maven group.
          name: a string (required). Its Maven artifact.
          rev: a string. Its version; when not given, the managed one, or else the newest release.
          force: True or False. Use exactly this version, whatever else asks for.
          ext: a string. The extension of its file, when it is not `jar`.
          url: a string. Where its file is, when no repository has it: `file:` relative to the BUILD file, `http:` or `https:`. What it needs is not looked up.
          apidocs: a string. Where its documentation is. Accepted; has no effect.
          classifier: a string. Which of the artifacts of its version it is.
          mutable: True or False. Accepted; has no effect: the lock file pins its content.
          intransitive: True or False. Leave out what it depends on.
          excludes: a list of exclude or scala_exclude. What of its dependencies to leave out.
          type_: a string. Its type, in files of 2012 to 2014. Accepted; has no effect.
          configurations: a list of strings. Parts of it, in files of 2012 to 2014. Accepted; no effect.
          with_sources: True or False. Bring its sources, in files of 2012 to 2014. Accepted; no effect.
          with_docs: True or False. Bring its documentation, in files of 2012 to 2014. Accepted; no effect.
    "#]],
    );
    check(
        &["targets", "--details=alias", "--output-format=json"],
        expect![[r#"
        {
            "symbol": "alias",
            "kind": "target type",
            "description": "Another name of a target.",
            "backend": "",
            "fields": [
                {
                    "default": null,
                    "help": "The target that this name stands for.",
                    "kind": "an address",
                    "name": "target",
                    "required": true
                }
            ],
            "rules": [],
            "injected_dependencies": [],
            "missing_phases": []
        }
    "#]],
    );
}
