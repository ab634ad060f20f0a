//! Console goals on a small repository without any tool.

use crate::support::Repository;
use expect_test::{Expect, expect};

const FILES: &str = r#"
//- src/BUILD
target(name='a', dependencies=[':b', ':c'], description='The first.\nAnd only.', tags={'t1'})
target(name='b', dependencies=[':c'])
target(name='c')
//- 3rdparty/BUILD
jar_library(name='guava', jars=[jar('com.google.guava', 'guava', '18.0')])
//- lib/BUILD
java_library(name='lib', dependencies=['3rdparty:guava', 'src:c'])
//- lib/A.java
class A {}
//- lib/ATest.java
class ATest {}
"#;

fn check(args: &[&str], expect: Expect) {
    expect.assert_eq(&Repository::new(FILES).run(args).quiet_success());
}

#[test]
fn list_prints_addresses() {
    check(
        &["list", "src:"],
        expect![[r#"
        src:a
        src:b
        src:c
    "#]],
    );
    check(
        &["list"],
        expect![[r#"
        3rdparty:guava
        lib:lib
        src:a
        src:b
        src:c
    "#]],
    );
    check(
        &["--tag=t1", "list", "::"],
        expect![[r#"
        src:a
    "#]],
    );
    check(
        &["list", "--documented", "::"],
        expect![[r#"
        src:a
          The first.
          And only.
    "#]],
    );
}

#[test]
fn dependencies_and_dependees_follow_the_graph() {
    check(
        &["dependencies", "src:a"],
        expect![[r#"
        src:b
        src:c
    "#]],
    );
    check(
        &["dependencies", "--transitive", "--type=source-and-3rdparty", "lib"],
        expect![[r#"
        lib:lib
        3rdparty:guava
        com.google.guava:guava:18.0
        src:c
    "#]],
    );
    check(
        &["dependees", "src:c"],
        expect![[r#"
        lib:lib
        src:a
        src:b
    "#]],
    );
    check(
        &["dependees", "--closed", "--output-format=json", "src:b"],
        expect![[r#"
        {
            "src:b": [
                "src:a",
                "src:b"
            ]
        }
    "#]],
    );
}

#[test]
fn filedeps_names_sources_and_build_files() {
    check(
        &["filedeps", "--transitive", "lib"],
        expect![[r#"
        3rdparty/BUILD
        lib/A.java
        lib/BUILD
        src/BUILD
    "#]],
    );
}

#[test]
fn depmap_draws_each_target_once_with_its_artifacts() {
    check(
        &["depmap", "lib", "src:a"],
        expect![[r#"
        internal-lib.lib
          internal-3rdparty.guava
            com.google.guava-guava-18.0
          internal-src.c
        internal-src.a
          internal-src.b
            internal-src.c
          *internal-src.c
    "#]],
    );
    check(
        &["depmap", "--tree", "--internal-only", "src:a"],
        expect![[r#"
        --internal-src.a
          |--internal-src.b
          |  |--internal-src.c
          |--*internal-src.c
    "#]],
    );
}
