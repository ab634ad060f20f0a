//! Dependencies that are not plain: scoped, intransitive, injected.

use super::*;
use pants_model::{DefaultTarget, InjectedDependency};

#[test]
fn a_dependency_may_be_of_a_kind() {
    check(
        "
//- a/BUILD
target(dependencies = [
  'b',
  intransitive('b:c'),
  scoped('b:d', scope = 'RUNTIME  test'),
  provided(':e'),
  scoped(intransitive('b:f'), 'forced'),
  scoped('b:g'),
])
target(name = 'e')
//- b/BUILD
target()
[target(name = name) for name in ['c', 'd', 'f', 'g']]
",
        expect![[r#"
            target a:a at a/BUILD:1:1
              needs: b:b b:c b:d a:e b:f b:g
              of a kind: b:c (any scope, intransitive) b:d (runtime test) a:e (compile test, intransitive) b:f (forced, intransitive) b:g (default)
            target a:e at a/BUILD:9:1
            target b:b at b/BUILD:1:1
            target b:c at b/BUILD:2:2
            target b:d at b/BUILD:2:2
            target b:f at b/BUILD:2:2
            target b:g at b/BUILD:2:2
        "#]],
    );
}

#[test]
fn kinds_of_one_dependency_come_together() {
    check(
        "
//- a/BUILD
target(name = 'both', dependencies = [scoped(':x', 'compile'), scoped(':x', 'runtime')])
target(name = 'plain', dependencies = [provided(':x'), ':x'])
target(name = 'all', dependencies = [intransitive(':x'), scoped(':x', scope = 'runtime'), provided(':x')])
target(name = 'twice', dependencies = [scoped(':x', 'test'), scoped(':x', 'test')])
target(name = 'x')
alias('short', intransitive(':x'))
java_library(name = 'exports', sources = [], exports = [intransitive(':x')])
",
        expect![[r#"
            target a:all at a/BUILD:3:1
              needs: a:x
            target a:both at a/BUILD:1:1
              needs: a:x
              of a kind: a:x (compile runtime)
            java_library a:exports at a/BUILD:7:1
              exports = ["a:x"]
              sources = []
              needs: a:x
              of a kind: a:x (any scope, intransitive)
            target a:plain at a/BUILD:2:1
              needs: a:x
            alias a:short at a/BUILD:6:1
              target = "a:x"
              needs: a:x
              of a kind: a:x (any scope, intransitive)
            target a:x at a/BUILD:5:1
            a/BUILD:4:62: `a:x` is named more than once in `dependencies`
              |
            4 | target(name = 'twice', dependencies = [scoped(':x', 'test'), scoped(':x', 'test')])
              |                                                              ^^^^^^^^^^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn a_kind_of_dependency_used_badly() {
    check(
        "
//- a/BUILD
target(name = '1', dependencies = [scoped(':x', scope = 'runtme')])
target(name = '2', dependencies = [scoped(scoped(':x', scope = 'runtime'), scope = 'test')])
target(name = '3', dependencies = [intransitive(1)])
target(name = '4', dependencies = [provided()])
target(name = '5', dependencies = [provided(':x', scope = 'test')])
target(name = '6', dependencies = [7])
target(name = '7', dependencies = scoped(':x', scope = 'test'))
target(name = '8', dependencies = [intransitive('../x')])
target(name = '9', dependencies = [intransitive(':y')])
target(name = '10', scope = 'bogus')
target(name = '11', scope = ['Runtime', 'TEST'])
target(name = '12', scope = 7)
target(name = 'x')
",
        expect![[r#"
            target a:11 at a/BUILD:11:1
              scope = "runtime test"
            target a:9 at a/BUILD:9:1
              of a kind: a:y (any scope, intransitive)
            target a:x at a/BUILD:13:1
            a/BUILD:1:36: `runtme` is not a scope; scopes are `default`, `compile`, `runtime`, `test`, `forced`
              |
            1 | target(name = '1', dependencies = [scoped(':x', scope = 'runtme')])
              |                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              hint: did you mean `runtime`?
            a/BUILD:2:36: `scoped` is given a dependency that has a scope already
              |
            2 | target(name = '2', dependencies = [scoped(scoped(':x', scope = 'runtime'), scope = 'test')])
              |                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            a/BUILD:3:36: `intransitive` takes an address
              |
            3 | target(name = '3', dependencies = [intransitive(1)])
              |                                    ^^^^^^^^^^^^^^^
            a/BUILD:4:36: `provided` needs `address`
              |
            4 | target(name = '4', dependencies = [provided()])
              |                                    ^^^^^^^^^^
            a/BUILD:5:51: `provided` has no field `scope`
              |
            5 | target(name = '5', dependencies = [provided(':x', scope = 'test')])
              |                                                   ^^^^^^^^^^^^^^
              hint: `provided` takes address
            a/BUILD:6:36: `dependencies` takes addresses, and item 1 is a number
              |
            6 | target(name = '6', dependencies = [7])
              |                                    ^
            a/BUILD:7:35: `dependencies` takes a list of addresses, not an object
              |
            7 | target(name = '7', dependencies = scoped(':x', scope = 'test'))
              |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            a/BUILD:8:36: `../x` is not an address: its path contains `.`, `..` or an empty part
              |
            8 | target(name = '8', dependencies = [intransitive('../x')])
              |                                    ^^^^^^^^^^^^^^^^^^^^
            a/BUILD:10:29: `bogus` is not a scope; scopes are `default`, `compile`, `runtime`, `test`, `forced`
               |
            10 | target(name = '10', scope = 'bogus')
               |                             ^^^^^^^
            a/BUILD:12:29: `scope` takes a string, not a number
               |
            12 | target(name = '12', scope = 7)
               |                             ^
        "#]],
    );
}

/// Symbols in which types inject targets that may have to be made.
fn symbols_with_defaults() -> Arc<Symbols> {
    let mut symbols = Symbols::clone(&symbols());
    let jar = Value::Object(Box::new(pants_model::Object {
        symbol: "jar".to_owned(),
        fields: vec![("org".to_owned(), Value::from("junit")), ("name".to_owned(), Value::from("junit"))],
        location: pants_model::Location::default(),
    }));
    let injects = |address: &str, default: &str| InjectedDependency {
        address: address.to_owned(),
        otherwise: Some(DefaultTarget {
            address: default.to_owned(),
            type_name: "jar_library".to_owned(),
            fields: vec![("jars".to_owned(), Value::List(vec![jar.clone()]))],
        }),
    };
    for name in ["tests", "more_tests"] {
        let spec = TargetTypeSpec {
            injected_dependencies: vec![
                injects("//:junit_library", "//:junit_library"),
                injects("tools:scala", "//:scala-synthetic"),
            ],
            ..target_type(name, Some(&["*Test.java"]), Vec::new())
        };
        symbols.add_target_type(spec).expect("the names differ");
    }
    Arc::new(symbols)
}

fn check_defaults(fixture: &str, specs: &str, expect: Expect) {
    let fixture = Fixture::new(fixture);
    let (_, out) = load_with(&fixture, fixture.config(), symbols_with_defaults(), specs, &SpecFilters::default());
    expect.assert_eq(&out);
}

#[test]
fn what_is_injected_and_not_declared_is_made() {
    check_defaults(
        "
//- a/BUILD
tests(name = 'one', sources = [], dependencies = ['//:junit_library'])
more_tests(name = 'two', sources = [])
target(name = 'plain', dependencies = ['//:junit_library'])
",
        "::",
        expect![[r#"
            named: a:one a:plain a:two
            jar_library //:junit_library at default target `//:junit_library`
              jars = [jar(org="junit", name="junit")]
            jar_library //:scala-synthetic at default target `//:scala-synthetic`
              jars = [jar(org="junit", name="junit")]
            tests a:one at a/BUILD:1:1
              sources = []
              needs: //:junit_library //:scala-synthetic
            target a:plain at a/BUILD:3:1
              needs: //:junit_library
            more_tests a:two at a/BUILD:2:1
              sources = []
              needs: //:junit_library //:scala-synthetic
        "#]],
    );
}

#[test]
fn what_is_declared_is_not_made() {
    check_defaults(
        "
//- BUILD
target(name = 'junit_library')
//- tools/BUILD
target(name = 'scala')
//- a/BUILD
tests(sources = [])
",
        "a",
        expect![[r#"
            named: a:a
            target //:junit_library at BUILD:1:1
            tests a:a at a/BUILD:1:1
              sources = []
              needs: //:junit_library tools:scala
            target tools:scala at tools/BUILD:1:1
        "#]],
    );
}

#[test]
fn a_default_target_has_an_address_and_no_directory() {
    let repo = "//- a/BUILD\ntarget()\n//- BUILD\ntarget(name = 'x')\n";
    check_defaults(
        repo,
        "//:scala-synthetic",
        expect![[r#"
        jar_library //:scala-synthetic at default target `//:scala-synthetic`
          jars = [jar(org="junit", name="junit")]
    "#]],
    );
    check_defaults(
        repo,
        "//:",
        expect![[r#"
        target //:x at BUILD:1:1
    "#]],
    );
    check_defaults(
        repo,
        "//:junit_librar",
        expect![[r#"
        `//:junit_librar` does not match any targets
          hint: the build root declares `:x`
    "#]],
    );
}

#[test]
fn a_broken_file_that_may_declare_what_is_injected_is_told_of() {
    check_defaults(
        "//- BUILD\n)\n//- a/BUILD\ntests(sources = [])\n",
        "a",
        expect![[r#"
            named: a:a
            jar_library //:junit_library at default target `//:junit_library`
              jars = [jar(org="junit", name="junit")]
            jar_library //:scala-synthetic at default target `//:scala-synthetic`
              jars = [jar(org="junit", name="junit")]
            tests a:a at a/BUILD:1:1
              sources = []
              needs: //:junit_library //:scala-synthetic
            BUILD:1:1: syntax error: expected a statement
              |
            1 | )
              | ^
        "#]],
    );
}

#[test]
fn a_default_target_that_is_none() {
    let mut symbols = Symbols::clone(&symbols());
    let default = |type_name: &str, fields: Vec<(String, Value)>| InjectedDependency {
        address: "//:x".to_owned(),
        otherwise: Some(DefaultTarget { address: "//:x".to_owned(), type_name: type_name.to_owned(), fields }),
    };
    let types = [
        ("first", default("nope", Vec::new())),
        ("second", default("target", Vec::new())),
        (
            "third",
            InjectedDependency {
                otherwise: Some(DefaultTarget {
                    address: "//:y".to_owned(),
                    type_name: "jar_library".to_owned(),
                    fields: Vec::new(),
                }),
                ..default("target", Vec::new())
            },
        ),
    ];
    for (name, injected) in types {
        let spec = TargetTypeSpec { injected_dependencies: vec![injected], ..target_type(name, None, Vec::new()) };
        symbols.add_target_type(spec).expect("the names differ");
    }
    let fixture = Fixture::new("//- a/BUILD\nfirst()\n");
    let (_, out) = load_with(&fixture, fixture.config(), Arc::new(symbols), "a", &SpecFilters::default());
    expect![[r#"
        first a:a at a/BUILD:1:1
        target type `first`: its default target `//:x` is no target: `nope` is no target type
        target type `second`: another type has another default target `//:x`
        target type `third`: its default target `//:y` is no target: `jar_library` needs `jars`
    "#]]
    .assert_eq(&out);
}

#[test]
fn an_artifact_among_dependencies_is_a_library_that_specs_do_not_select() {
    let build = "
//- a/BUILD
target(name = 'x', dependencies = [jar('o', 'n', rev = '1'), ':y', jar('o', 'm')])
target(name = 'y', dependencies = [jar('o', 'n', rev = '1')])
";
    check(
        build,
        expect![[r#"
            named: a:x a:y
            target a:x at a/BUILD:1:1
              needs: a:x.jar.1 a:y a:x.jar.2
            jar_library a:x.jar.1 at a/BUILD:1:36
              jars = [jar(org="o", name="n", rev="1")]
            jar_library a:x.jar.2 at a/BUILD:1:68
              jars = [jar(org="o", name="m")]
            target a:y at a/BUILD:2:1
              needs: a:y.jar.1
            jar_library a:y.jar.1 at a/BUILD:2:36
              jars = [jar(org="o", name="n", rev="1")]
        "#]],
    );
    let fixture = Fixture::new(build);
    let build_files = BuildFiles::new(fixture.config(), symbols());
    let root = fixture.root();
    let selected = |spec: &str| -> Vec<String> {
        let spec = AddressSpec::parse(spec, root, root).expect("this is a spec");
        let (addresses, _) = build_files.resolve(&[spec], &SpecFilters::default());
        addresses.iter().map(ToString::to_string).collect()
    };
    assert_eq!(selected("::"), ["a:x", "a:y"]);
    assert_eq!(selected("a:x.jar.2"), ["a:x.jar.2"]);
}

#[test]
fn an_embedded_project_has_addresses_of_its_own() {
    let fixture = Fixture::new(
        "
//- BUILD
target(name = 'r', dependencies = ['sub/proj/a', 'a'])
//- a/BUILD
target()
//- sub/proj/BUILD
target(name = 'root')
//- sub/proj/a/BUILD
target(dependencies = ['//:root', ':x', 'b', '//b:y', scoped('b:z', 'test')])
target(name = 'x')
java_library(name = 'j', sources = [], exports = ['b'])
//- sub/proj/b/BUILD
target()
target(name = 'y')
",
    );
    let config =
        WorkspaceConfig { subproject_roots: vec!["sub/proj/".to_owned(), "sub".to_owned()], ..fixture.config() };
    let (_, out) = load_with(&fixture, config, symbols(), "::", &SpecFilters::default());
    expect![[r#"
        target //:r at BUILD:1:1
          needs: sub/proj/a:a a:a
        target a:a at a/BUILD:1:1
        target sub/proj:root at sub/proj/BUILD:1:1
        target sub/proj/a:a at sub/proj/a/BUILD:1:1
          needs: sub/proj:root sub/proj/a:x sub/proj/b:b sub/proj/b:y
          of a kind: sub/proj/b:z (test)
        java_library sub/proj/a:j at sub/proj/a/BUILD:3:1
          exports = ["sub/proj/b:b"]
          sources = []
          needs: sub/proj/b:b
        target sub/proj/a:x at sub/proj/a/BUILD:2:1
        target sub/proj/b:b at sub/proj/b/BUILD:1:1
        target sub/proj/b:y at sub/proj/b/BUILD:2:1
        sub/proj/a/BUILD:1:23: target `:a` depends on `//sub/proj/b:z`, which does not exist
          |
        1 | target(dependencies = ['//:root', ':x', 'b', '//b:y', scoped('b:z', 'test')])
          |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: did you mean `//sub/proj/b:b`?
    "#]]
    .assert_eq(&out);
}
