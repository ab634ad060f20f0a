//! `export`: the document with which IDEs import a repository.

use crate::support::{Repository, checkout};
use expect_test::{Expect, expect};
use serde_json::Value as Json;
use std::os::unix::fs::PermissionsExt;

/// Java with tests and resources, protocol buffers, and a JDK that is known by what its `release` file says.
const FILES: &str = "
//- pants.toml
[jvm-distributions]
paths = { linux = ['jdk'] }
[jvm-platform]
default_platform = 'java8'
platforms = { java8 = { target = '1.8', args = ['-Xlint'] } }
[protoc]
path = 'tools/protoc'
[python-setup]
interpreter_search_paths = []
//- src/java/app/BUILD
java_library(dependencies=['proto', 'src/resources'], excludes=[exclude('x', 'y'), exclude('z')], scope='compile')
//- src/java/app/A.java
package app;
class A {}
//- src/resources/BUILD
resources(sources=['*.txt', '!b.txt'])
//- src/resources/a.txt
//- tests/java/app/BUILD
junit_tests(sources=['ATest.java'], dependencies=['src/java/app', ':data'])
resources(name='data', sources=['data.txt'])
//- tests/java/app/ATest.java
//- tests/java/app/data.txt
//- proto/BUILD
java_protobuf_library(sources=['a.proto'])
//- proto/a.proto
syntax = \"proto3\";
//- src/python/app/BUILD
python_library()
python_requirement_library(name='req', requirements=[python_requirement('Foo[bar]>=1')])
//- src/python/app/a.py
";

fn repository() -> Repository {
    let repository = Repository::new(FILES);
    repository.copy_tree_to(&checkout().join("tests/fixtures/fake-tools/jdk"), "jdk");
    let protoc = repository.root().join("tools/protoc");
    std::fs::create_dir_all(protoc.parent().expect("it has one")).expect("a directory");
    std::fs::copy(checkout().join("tests/fixtures/fake-tools/protoc"), &protoc).expect("the tool");
    std::fs::set_permissions(&protoc, std::fs::Permissions::from_mode(0o755)).expect("it may run");
    repository
}

fn export(repository: &Repository, args: &[&str]) -> Json {
    let text = repository.run(&[&["--quiet", "export"], args].concat()).success();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn check(repository: &Repository, args: &[&str], expect: Expect) {
    expect.assert_eq(&repository.run(&[&["--quiet", "export"], args].concat()).success());
}

#[test]
fn targets_of_every_backend_without_a_resolve() {
    let repository = repository();
    check(
        &repository,
        &["--no-libraries", "--sources", "src/java/app", "tests/java/app:"],
        expect![[r#"
        {
            "jvm_platforms": {
                "default_platform": "java8",
                "platforms": {
                    "java8": {
                        "args": [
                            "-Xlint"
                        ],
                        "source_level": "8",
                        "target_level": "8"
                    }
                }
            },
            "preferred_jvm_distributions": {
                "java8": {
                    "non_strict": "[ROOT]/jdk"
                }
            },
            "targets": {
                "//:junit_library": {
                    "id": "junit_library",
                    "is_code_gen": true,
                    "is_synthetic": true,
                    "is_target_root": false,
                    "libraries": [],
                    "pants_target_type": "jar_library",
                    "roots": [],
                    "scope": "forced",
                    "sources": [],
                    "target_type": "SOURCE",
                    "targets": [],
                    "transitive": true
                },
                "proto:proto": {
                    "globs": {
                        "globs": [
                            "proto/a.proto"
                        ]
                    },
                    "id": "proto.proto",
                    "is_code_gen": false,
                    "is_synthetic": false,
                    "is_target_root": false,
                    "libraries": [],
                    "pants_target_type": "java_protobuf_library",
                    "roots": [
                        {
                            "package_prefix": "",
                            "source_root": "[ROOT]/proto"
                        }
                    ],
                    "scope": "default",
                    "sources": [
                        "proto/a.proto"
                    ],
                    "target_type": "SOURCE",
                    "targets": [],
                    "transitive": true
                },
                "src/java/app:app": {
                    "excludes": [
                        "x:y",
                        "z"
                    ],
                    "globs": {
                        "exclude": [
                            {
                                "globs": [
                                    "src/java/app/*Test.java"
                                ]
                            }
                        ],
                        "globs": [
                            "src/java/app/*.java"
                        ]
                    },
                    "id": "src.java.app.app",
                    "is_code_gen": false,
                    "is_synthetic": false,
                    "is_target_root": true,
                    "libraries": [],
                    "pants_target_type": "java_library",
                    "platform": "java8",
                    "roots": [
                        {
                            "package_prefix": "app",
                            "source_root": "[ROOT]/src/java/app"
                        }
                    ],
                    "runtime_platform": "java8",
                    "scope": "compile",
                    "sources": [
                        "src/java/app/A.java"
                    ],
                    "target_type": "SOURCE",
                    "targets": [
                        "proto:proto",
                        "src/resources:resources"
                    ],
                    "transitive": true
                },
                "src/resources:resources": {
                    "globs": {
                        "exclude": [
                            {
                                "globs": [
                                    "src/resources/b.txt"
                                ]
                            }
                        ],
                        "globs": [
                            "src/resources/*.txt"
                        ]
                    },
                    "id": "src.resources.resources",
                    "is_code_gen": false,
                    "is_synthetic": false,
                    "is_target_root": false,
                    "libraries": [],
                    "pants_target_type": "resources",
                    "roots": [
                        {
                            "package_prefix": "",
                            "source_root": "[ROOT]/src/resources"
                        }
                    ],
                    "scope": "default",
                    "sources": [
                        "src/resources/a.txt"
                    ],
                    "target_type": "RESOURCE",
                    "targets": [],
                    "transitive": true
                },
                "tests/java/app:app": {
                    "excludes": [],
                    "globs": {
                        "globs": [
                            "tests/java/app/ATest.java"
                        ]
                    },
                    "id": "tests.java.app.app",
                    "is_code_gen": false,
                    "is_synthetic": false,
                    "is_target_root": true,
                    "libraries": [],
                    "pants_target_type": "junit_tests",
                    "platform": "java8",
                    "roots": [
                        {
                            "package_prefix": "app",
                            "source_root": "[ROOT]/tests/java/app"
                        }
                    ],
                    "runtime_platform": "java8",
                    "scope": "default",
                    "sources": [
                        "tests/java/app/ATest.java"
                    ],
                    "target_type": "TEST",
                    "targets": [
                        "src/java/app:app",
                        "tests/java/app:data",
                        "//:junit_library"
                    ],
                    "transitive": true
                },
                "tests/java/app:data": {
                    "globs": {
                        "globs": [
                            "tests/java/app/data.txt"
                        ]
                    },
                    "id": "tests.java.app.data",
                    "is_code_gen": false,
                    "is_synthetic": false,
                    "is_target_root": true,
                    "libraries": [],
                    "pants_target_type": "resources",
                    "roots": [
                        {
                            "package_prefix": "app",
                            "source_root": "[ROOT]/tests/java/app"
                        }
                    ],
                    "scope": "default",
                    "sources": [
                        "tests/java/app/data.txt"
                    ],
                    "target_type": "TEST_RESOURCE",
                    "targets": [],
                    "transitive": true
                }
            },
            "version": "1.1.0"
        }
    "#]],
    );
    assert!(!repository.has_work(), "nothing is generated or resolved");
}

#[test]
fn python_targets() {
    let output = repository().run(&["export", "--no-libraries", "--no-formatted", "src/python/app:"]);
    let document: Json = serde_json::from_str(&output.stdout).expect("it is JSON");
    assert_eq!(output.stdout.lines().count(), 1);
    let target = &document["targets"]["src/python/app:app"];
    assert_eq!(target["roots"][0]["package_prefix"], "app", "{target}");
    assert_eq!(document["targets"]["src/python/app:req"]["requirements"], serde_json::json!(["Foo"]));
    assert_eq!(document.get("python_setup"), None);
    expect![[r#"
        [export.python] warning: no Python interpreter found that satisfies `CPython>=3.9`; `src/python/app:app` has none
    "#]].assert_eq(&output.stderr);
}

#[test]
fn platforms_are_told_without_targets() {
    check(
        &repository(),
        &[],
        expect![[r#"
        {
            "jvm_platforms": {
                "default_platform": "java8",
                "platforms": {
                    "java8": {
                        "args": [
                            "-Xlint"
                        ],
                        "source_level": "8",
                        "target_level": "8"
                    }
                }
            },
            "libraries": {},
            "preferred_jvm_distributions": {
                "java8": {
                    "non_strict": "[ROOT]/jdk"
                }
            },
            "targets": {},
            "version": "1.1.0"
        }
    "#]],
    );
}

#[test]
fn generated_code_and_libraries_when_they_are_asked_for() {
    let repository = repository();
    let document = export(&repository, &["proto", "src/java/app"]);
    let targets = document["targets"].as_object().expect("an object");
    let generated: Vec<&String> = targets.keys().filter(|address| targets[*address]["is_code_gen"] == true).collect();
    let [generated] = generated[..] else { panic!("{document}") };
    assert_eq!(targets[generated]["target_type"], "SOURCE_GENERATED");
    let root = targets[generated]["roots"][0]["source_root"].as_str().expect("a path");
    assert!(root.starts_with("[ROOT]/.pants.d/gen/"), "{root}");
    let app = &targets["src/java/app:app"]["targets"];
    assert_eq!(*app, serde_json::json!(["proto:proto", "src/resources:resources", generated]));
    assert_eq!(document["libraries"], serde_json::json!({}));
}

#[test]
fn a_file_and_the_types() {
    let repository = repository();
    check(
        &repository,
        &["--no-libraries", "--available-target-types", "--output-file=export.json", "proto"],
        expect![[""]],
    );
    let document: Json = serde_json::from_str(&repository.read("export.json")).expect("it is JSON");
    let types: Vec<&str> =
        document["available_target_types"].as_array().expect("a list").iter().filter_map(Json::as_str).collect();
    assert!(types.is_sorted() && types.contains(&"java_library") && types.contains(&"python_tests"), "{types:?}");
    assert_eq!(
        document["targets"]["proto:proto"]["roots"][0]["source_root"],
        repository.root().join("proto").to_string_lossy().as_ref()
    );
}

#[test]
fn two_runs_print_the_same() {
    let repository = repository();
    let print = || repository.run(&["--quiet", "export", "--no-libraries", "::"]).success();
    assert_eq!(print(), print());
}
