//! Questions about what depends on what.

use super::check;
use crate::support::Repository;
use expect_test::expect;

#[test]
fn dependencies_are_direct_or_all() {
    check(
        &["dependencies", "src/java/app"],
        expect![[r#"
        src/java/app:lib
        3rdparty/jvm:guava
    "#]],
    );
    check(
        &["dependencies", "--transitive", "src/java/app"],
        expect![[r#"
        src/java/app:app
        src/java/app:lib
        src/java/base:base
        3rdparty/jvm:guava
        src/resources/conf:conf
    "#]],
    );
    check(
        &["dependencies", "--type=3rdparty", "--transitive", "::"],
        expect![[r#"
        com.google.guava:guava:18.0
        six==1.15.0
        junit:junit:4.12
    "#]],
    );
    check(
        &["dependencies", "--transitive", "--type=source-and-3rdparty", "src/python::"],
        expect![[r#"
        src/python/tool:lib
        3rdparty/python:six
        six==1.15.0
        src/python/tool:tool
    "#]],
    );
    check(
        &["dependencies", "--output-format=json", "src/java/app"],
        expect![[r#"
        [
            "src/java/app:lib",
            "3rdparty/jvm:guava"
        ]
    "#]],
    );
}

#[test]
fn dependees_are_looked_for_everywhere() {
    check(
        &["dependees", "3rdparty/jvm:guava"],
        expect![[r#"
        src/java/app:app
        src/java/app:lib
        src/java/base:base
    "#]],
    );
    check(
        &["dependees", "--transitive", "src/java/base"],
        expect![[r#"
        //:all
        src/java/app:app
        src/java/app:lib
    "#]],
    );
    check(
        &["dependees", "--closed", "src/java/base", "src/java/app:lib"],
        expect![[r#"
        src/java/app:lib
        src/java/base:base
        src/java/app:app
    "#]],
    );
    check(
        &["dependees", "--closed", "--output-format=json", "src/java/base", "src/java/app:lib"],
        expect![[r#"
        {
            "src/java/app:lib": [
                "src/java/app:lib",
                "src/java/app:app"
            ],
            "src/java/base:base": [
                "src/java/base:base",
                "src/java/app:lib"
            ]
        }
    "#]],
    );
}

#[test]
fn depmap_draws_what_it_is_told_to() {
    check(
        &["depmap", "src/java/app"],
        expect![[r#"
        internal-src.java.app.app
          internal-3rdparty.jvm.guava
            com.google.guava-guava-18.0
          internal-src.java.app.lib
            *internal-3rdparty.jvm.guava
              *com.google.guava-guava-18.0
            internal-src.java.base.base
              *internal-3rdparty.jvm.guava
                *com.google.guava-guava-18.0
              internal-src.resources.conf.conf
    "#]],
    );
    check(
        &["depmap", "--minimal", "src/java/app", "src/python/tool:lib"],
        expect![[r#"
        internal-src.java.app.app
          internal-3rdparty.jvm.guava
            com.google.guava-guava-18.0
          internal-src.java.app.lib
            internal-src.java.base.base
              internal-src.resources.conf.conf
        internal-src.python.tool.lib
          internal-3rdparty.python.six
            six==1.15.0
    "#]],
    );
    check(
        &["depmap", "--tree", "--internal-only", "--separator=/", "src/java/app"],
        expect![[r#"
        --internal/src.java.app.app
          |--internal/3rdparty.jvm.guava
          |--internal/src.java.app.lib
          |  |--*internal/3rdparty.jvm.guava
          |  |--internal/src.java.base.base
          |  |  |--*internal/3rdparty.jvm.guava
          |  |  |--internal/src.resources.conf.conf
    "#]],
    );
    check(
        &["depmap", "--external-only", "//:all"],
        expect![[r#"
        com.google.guava-guava-18.0
        six==1.15.0
    "#]],
    );
    check(
        &["depmap", "--output-format=json", "src/java/base"],
        expect![[r#"
        {
            "src/java/base:base": {
                "type": "java_library",
                "dependencies": [
                    "3rdparty/jvm:guava",
                    "src/resources/conf:conf"
                ],
                "libraries": []
            },
            "3rdparty/jvm:guava": {
                "type": "jar_library",
                "dependencies": [],
                "libraries": [
                    "com.google.guava:guava:18.0"
                ]
            },
            "src/resources/conf:conf": {
                "type": "resources",
                "dependencies": [],
                "libraries": []
            }
        }
    "#]],
    );
    check(
        &["depmap", "--output-format=json", "--external-only", "//:all"],
        expect![[r#"
        [
            "com.google.guava-guava-18.0",
            "six==1.15.0"
        ]
    "#]],
    );
}

#[test]
fn depmap_writes_for_graphviz() {
    check(
        &["depmap", "--graph", "src/java/app"],
        expect![[r#"
        digraph "src.java.app.app" {
          node [shape=rectangle, colorscheme=set312;];
          rankdir=LR;
          "internal-src.java.app.app" [style=filled, fillcolor=1];
          "internal-3rdparty.jvm.guava" [style=filled, fillcolor=2];
          "com.google.guava-guava-18.0" [style=filled, fillcolor=3, shape=ellipse];
          "internal-3rdparty.jvm.guava" -> "com.google.guava-guava-18.0" [style=dashed];
          "internal-src.java.app.app" -> "internal-3rdparty.jvm.guava";
          "internal-src.java.app.lib" [style=filled, fillcolor=4];
          "internal-src.java.app.lib" -> "internal-3rdparty.jvm.guava";
          "internal-src.java.base.base" [style=filled, fillcolor=4];
          "internal-src.java.base.base" -> "internal-3rdparty.jvm.guava";
          "internal-src.resources.conf.conf" [style=filled, fillcolor=5];
          "internal-src.java.base.base" -> "internal-src.resources.conf.conf";
          "internal-src.java.app.lib" -> "internal-src.java.base.base";
          "internal-src.java.app.app" -> "internal-src.java.app.lib";
        }
    "#]],
    );
    check(
        &["depmap", "--graph", "--show-types", "--internal-only", "src/java/base"],
        expect![[r#"
        digraph "src.java.base.base" {
          node [shape=rectangle, colorscheme=set312;];
          rankdir=LR;
          "internal-src.java.base.base\njava_library" [style=filled, fillcolor=1];
          "internal-3rdparty.jvm.guava\njar_library" [style=filled, fillcolor=2];
          "internal-src.java.base.base\njava_library" -> "internal-3rdparty.jvm.guava\njar_library";
          "internal-src.resources.conf.conf\nresources" [style=filled, fillcolor=3];
          "internal-src.java.base.base\njava_library" -> "internal-src.resources.conf.conf\nresources";
        }
    "#]],
    );
}

#[test]
fn paths_lead_from_the_first_target_to_the_second() {
    check(
        &["path", "src/java/app", "3rdparty/jvm:guava"],
        expect![[r#"
        [src/java/app, 3rdparty/jvm:guava]
    "#]],
    );
    check(
        &["path", "3rdparty/jvm:guava", "src/java/app"],
        expect![[r#"
        No path found from 3rdparty/jvm:guava to src/java/app!
    "#]],
    );
    check(
        &["path", "--output-format=json", "src/java/app:lib", "src/resources/conf"],
        expect![[r#"
        [
            "src/java/app:lib",
            "src/java/base:base",
            "src/resources/conf:conf"
        ]
    "#]],
    );
    check(
        &["paths", "src/java/app", "3rdparty/jvm:guava"],
        expect![[r#"
        Found 3 paths

        	[src/java/app, 3rdparty/jvm:guava]
        	[src/java/app, src/java/app:lib, 3rdparty/jvm:guava]
        	[src/java/app, src/java/app:lib, src/java/base, 3rdparty/jvm:guava]
    "#]],
    );
    check(
        &["paths", "--limit=2", "src/java/app", "3rdparty/jvm:guava"],
        expect![[r#"
        Found 3 paths, the first 2 of which are

        	[src/java/app, 3rdparty/jvm:guava]
        	[src/java/app, src/java/app:lib, 3rdparty/jvm:guava]
    "#]],
    );
    check(
        &["paths", "3rdparty/jvm:guava", "src/java/app"],
        expect![[r#"
        Found 0 paths
    "#]],
    );
    check(
        &["paths", "--output-format=json", "--limit=1", "src/java/app", "3rdparty/jvm:guava"],
        expect![[r#"
        [
            [
                "src/java/app:app",
                "3rdparty/jvm:guava"
            ]
        ]
    "#]],
    );
    check(
        &["paths", "--output-format=json", "3rdparty/jvm:guava", "src/java/app"],
        expect![[r#"
        []
    "#]],
    );
}

/// Two hundred diamonds, one below the other.
const DIAMONDS: &str = r"
//- BUILD
for n in range(200):
    target(name='t%d' % n, dependencies=[':l%d' % n, ':r%d' % n])
    target(name='l%d' % n, dependencies=[':t%d' % (n + 1)])
    target(name='r%d' % n, dependencies=[':t%d' % (n + 1)])
target(name='t200')
";

#[test]
fn more_paths_than_anyone_can_hold_are_counted_and_begun() {
    let repository = Repository::new(DIAMONDS);
    let output = repository.run(&["paths", "--limit=3", "//:t0", "//:t200"]).quiet_success();
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines[0], format!("Found more than {} paths, the first 3 of which are", u128::MAX));
    assert_eq!(lines.len(), 5);
    let output = repository.run(&["paths", "--limit=1", "//:t100", "//:t200"]).quiet_success();
    assert!(output.starts_with(&format!("Found {} paths,", 1_u128 << 100)), "{output}");
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_question() {
    let repository = Repository::new(DIAMONDS);
    for question in ["paths //:t0 //:t200", "depmap //:t0"] {
        let line = format!("\"$0\" {question} | head -3");
        let pants = repository.pants(&[]).within("sh", &["-c", &line]);
        assert_eq!(pants.run().success().lines().count(), 3, "{question}");
    }
}

#[test]
fn a_question_without_an_end_can_be_stopped() {
    let repository = Repository::new(DIAMONDS);
    let run = repository.pants(&["paths", "--output-file=paths.txt", "//:t0", "//:t200"]).start();
    let is_temporary = |name: &str| name.starts_with(".pants-");
    crate::support::wait_for("the first paths", || {
        repository.names().iter().any(|name| is_temporary(name)).then_some(())
    });
    run.signal(rustix::process::Signal::INT);
    assert_eq!(run.finish().code, Some(130));
    let left = repository.names();
    assert!(!left.iter().any(|name| is_temporary(name) || name == "paths.txt"), "{left:?}");
}

#[test]
fn a_deep_graph_is_as_good_as_a_wide_one() {
    let chain = r"
//- BUILD
for n in range(20000):
    target(name='t%d' % n, dependencies=[':t%d' % (n + 1)])
target(name='t20000')
";
    let repository = Repository::new(chain);
    let lines = |args: &[&str]| repository.run(args).quiet_success().lines().count();
    assert_eq!(lines(&["dependencies", "--transitive", "//:t0"]), 20_001);
    assert_eq!(lines(&["dependees", "--transitive", "//:t20000"]), 20_000);
    assert_eq!(lines(&["sort", "::"]), 20_001);
    assert_eq!(lines(&["minimize", "::"]), 1);
    assert_eq!(lines(&["paths", "//:t0", "//:t20000"]), 3);
    assert_eq!(lines(&["depmap", "--graph", "--internal-only", "//:t0"]), 40_005);
}
