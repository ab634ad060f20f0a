//! Questions about files: what targets are made of, and whose they are.

use super::{check, repository};
use expect_test::expect;

#[test]
fn filedeps_names_sources_and_build_files() {
    check(
        &["filedeps", "src/java/app"],
        expect![[r#"
        src/java/app/BUILD
        src/java/app/Main.java
    "#]],
    );
    check(
        &["filedeps", "--transitive", "src/java/app"],
        expect![[r#"
        3rdparty/jvm/BUILD
        src/java/app/BUILD
        src/java/app/Main.java
        src/java/app/Util.java
        src/java/base/BUILD
        src/java/base/Base.java
        src/resources/conf/BUILD
        src/resources/conf/a.txt
    "#]],
    );
    check(
        &["filedeps", "--globs", "src/java/app:", "src/java/base"],
        expect![[r#"
        src/java/app/*.java
        src/java/app/BUILD
        src/java/app/Main.java
        src/java/base/*.java
        src/java/base/BUILD
    "#]],
    );
    check(
        &["filedeps", "--absolute", "src/resources/conf"],
        expect![[r#"
        [ROOT]/src/resources/conf/BUILD
        [ROOT]/src/resources/conf/a.txt
    "#]],
    );
}

#[test]
fn filemap_names_the_owner_of_each_file() {
    check(
        &["filemap"],
        expect![[r#"
        src/java/app/Main.java src/java/app:app
        src/java/app/Util.java src/java/app:lib
        src/java/base/Base.java src/java/base:base
        src/python/tool/lib.py src/python/tool:lib
        src/python/tool/main.py src/python/tool:tool
        src/resources/conf/a.txt src/resources/conf:conf
    "#]],
    );
    check(
        &["filemap", "--output-format=json", "src/java::"],
        expect![[r#"
        {
            "src/java/app/Main.java": [
                "src/java/app:app"
            ],
            "src/java/app/Util.java": [
                "src/java/app:lib"
            ],
            "src/java/base/Base.java": [
                "src/java/base:base"
            ]
        }
    "#]],
    );
}

#[test]
fn list_owners_names_the_owners_of_files() {
    check(
        &["list-owners", "src/java/app/Main.java", "src/java/app/*.java"],
        expect![[r#"
        src/java/app:app
        src/java/app:lib
    "#]],
    );
    check(
        &["list-owners", "--output-format=json", "src/java/*/*.java"],
        expect![[r#"
        {
            "src/java/app/Main.java": [
                "src/java/app:app"
            ],
            "src/java/app/Util.java": [
                "src/java/app:lib"
            ],
            "src/java/base/Base.java": [
                "src/java/base:base"
            ]
        }
    "#]],
    );
    check(
        &["list-owners", "--output-format=json", "--", "src/java/app/Main.java", "src/nobody.txt"],
        expect![[r#"
        {
            "src/java/app/Main.java": [
                "src/java/app:app"
            ],
            "src/nobody.txt": []
        }
    "#]],
    );
    let repository = repository();
    let from_below = repository.pants(&["list-owners", "--", "./Main.java", "./U*.java"]);
    let from_below = from_below.in_directory(&repository.root().join("src/java/app")).run();
    assert_eq!(from_below.quiet_success(), "src/java/app:app\nsrc/java/app:lib\n");
    repository.write("files", "src/java/base/Base.java\n");
    let of_file = repository.run(&["--spec-file=files", "list-owners"]);
    assert_eq!(of_file.quiet_success(), "src/java/base:base\n");
    check(
        &["--owner-of=src/java/base/Base.java", "list-owners", "--output-format=json"],
        expect![[r#"
        {
            "src/java/base/Base.java": [
                "src/java/base:base"
            ]
        }
    "#]],
    );
}

#[test]
fn roots_are_those_in_use() {
    check(
        &["roots"],
        expect![[r#"
        src/java: java
        src/python: python
        src/resources: *
    "#]],
    );
    check(
        &["roots", "--output-format=json", "src/resources::"],
        expect![[r#"
        {
            "src/resources": []
        }
    "#]],
    );
}

#[test]
fn cloc_counts_by_language() {
    check(
        &["cloc", "::"],
        expect![[r#"
        -------------------------------------------------------------------------------
        Language                      files          blank        comment          code
        -------------------------------------------------------------------------------
        Java                              3              3              3             6
        Python                            2              0              2             1
        -------------------------------------------------------------------------------
        SUM                               5              3              5             7
        -------------------------------------------------------------------------------
    "#]],
    );
    check(
        &["cloc", "--transitive", "--ignored", "--output-format=json", "src/java/base"],
        expect![[r#"
        {
            "Java": {
                "files": 1,
                "blank": 1,
                "comment": 0,
                "code": 2
            },
            "SUM": {
                "files": 1,
                "blank": 1,
                "comment": 0,
                "code": 2
            },
            "ignored": [
                "src/resources/conf/a.txt"
            ]
        }
    "#]],
    );
}
