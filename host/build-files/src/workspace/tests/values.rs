//! Rules for fields, and values that are nearly right.

use super::*;
use pants_model::FieldRule;

fn all(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|field| (*field).to_owned()).collect()
}

fn key_of(field: &str, option: &str) -> FieldRule {
    FieldRule::KeyOfOption { field: field.to_owned(), scope: "jvm-platform".to_owned(), option: option.to_owned() }
}

/// Checks what comes of BUILD files with symbols that have rules.
fn check_rules(build: &str, expect: Expect) {
    let mut symbols = Symbols::clone(&symbols());
    let string = |name: &str| field(name, FieldKind::String);
    let types = [
        TargetTypeSpec {
            rules: vec![FieldRule::NonEmpty("jars".to_owned())],
            ..target_type("jars", None, vec![field("jars", FieldKind::ObjectList(all(&["jar"])))])
        },
        TargetTypeSpec {
            rules: vec![
                FieldRule::AtLeastOneOf(all(&["sources", "entry_point"])),
                FieldRule::AtMostOneOf(all(&["a", "b", "c"])),
                FieldRule::NotTheName("basename".to_owned()),
            ],
            ..target_type(
                "binary",
                Some(&[]),
                vec![string("entry_point"), string("basename"), string("a"), string("b"), string("c")],
            )
        },
        TargetTypeSpec {
            rules: vec![FieldRule::ExactlyOneOf(all(&["a", "b"]))],
            ..target_type("either", None, vec![string("a"), string("b")])
        },
        TargetTypeSpec {
            rules: vec![FieldRule::AmongDependencies("exports".to_owned()), FieldRule::NonEmpty("sources".to_owned())],
            ..target_type("library", Some(&["*.java"]), vec![field("exports", FieldKind::AddressList)])
        },
        TargetTypeSpec {
            rules: vec![key_of("platform", "platforms"), key_of("other", "of-nobody")],
            ..target_type("compiled", None, vec![string("platform"), string("other")])
        },
    ];
    for spec in types {
        symbols.add_target_type(spec).expect("the names differ");
    }
    let license = ObjectSpec {
        name: "pack".to_owned(),
        fields: vec![string("mapper"), string("relative_to")],
        rules: vec![FieldRule::AtMostOneOf(all(&["mapper", "relative_to"]))],
        ..ObjectSpec::default()
    };
    let artifact = ObjectSpec {
        name: "built".to_owned(),
        fields: vec![string("platform")],
        rules: vec![key_of("platform", "platforms")],
        ..ObjectSpec::default()
    };
    symbols.add_object(license).expect("the names differ");
    symbols.add_object(artifact).expect("the names differ");
    let fixture = Fixture::new(&format!("//- a/X.java\n//- b/BUILD\ntarget()\n//- a/BUILD\n{build}"));
    let mut config = fixture.config();
    config.option_keys.insert("jvm-platform", "platforms", all(&["java8", "java11"]));
    config.option_keys.insert("jvm-platform", "of-nobody", Vec::new());
    expect.assert_eq(&load_with(&fixture, config, Arc::new(symbols), "a:", &SpecFilters::default()).1);
}

#[test]
fn fields_that_keep_the_rules() {
    check_rules(
        "
jars(name = 'j', jars = [jar('o', 'n')])
binary(name = 'b1', entry_point = 'x', basename = 'c', a = '1')
binary(name = 'b2', sources = ['X.java'])
either(name = 'e', b = '')
library(name = 'l', dependencies = ['b', ':j'], exports = [':j'])
java_library(name = 'p', sources = [], provides = pack(mapper = 'm'))
",
        expect![[r#"
            named: a:b1 a:b2 a:e a:j a:l a:p
            binary a:b1 at a/BUILD:3:1
              entry_point = "x"
              basename = "c"
              a = "1"
            binary a:b2 at a/BUILD:4:1
              sources = ["X.java"]
              files: a/X.java
            either a:e at a/BUILD:5:1
              b = ""
            jars a:j at a/BUILD:2:1
              jars = [jar(org="o", name="n")]
            library a:l at a/BUILD:6:1
              exports = ["a:j"]
              files: a/X.java
              needs: b:b a:j
            java_library a:p at a/BUILD:7:1
              provides = pack(mapper="m")
              sources = []
            target b:b at b/BUILD:1:1
        "#]],
    );
}

#[test]
fn fields_that_break_the_rules() {
    check_rules(
        "
jars(name = 'j1')
jars(name = 'j2', jars = [])
binary(name = 'b1', basename = 'b1')
binary(name = 'b2', entry_point = 'x', b = '1',
       c = '2')
either(name = 'e1')
either(name = 'e2', a = '1', b = '2')
library(name = 'l1', dependencies = [':j'], exports = ['b', ':j', ':k'])
library(name = 'l2', sources = [])
java_library(name = 'p', sources = [], provides = pack(mapper = 'm', relative_to = 'r'))
",
        expect![[r#"
            a/BUILD:2:1: `jars` must have a non-empty list of `jars`
              |
            2 | jars(name = 'j1')
              | ^^^^^^^^^^^^^^^^^
            a/BUILD:3:26: `jars` must have a non-empty list of `jars`
              |
            3 | jars(name = 'j2', jars = [])
              |                          ^^
            a/BUILD:4:1: `binary` must specify `sources` or `entry_point`
              |
            4 | binary(name = 'b1', basename = 'b1')
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            a/BUILD:4:32: `basename` must not equal `name`
              |
            4 | binary(name = 'b1', basename = 'b1')
              |                                ^^^^
            a/BUILD:6:12: `b` and `c` are both given
              |
            6 |        c = '2')
              |            ^^^
            a/BUILD:7:1: `either` must specify either `a` or `b`
              |
            7 | either(name = 'e1')
              | ^^^^^^^^^^^^^^^^^^^
            a/BUILD:8:34: `a` and `b` are both given
              |
            8 | either(name = 'e2', a = '1', b = '2')
              |                                  ^^^
            a/BUILD:9:55: invalid `exports`: these must also be dependencies: `b:b`, `a:k`
              |
            9 | library(name = 'l1', dependencies = [':j'], exports = ['b', ':j', ':k'])
              |                                                       ^^^^^^^^^^^^^^^^^
            a/BUILD:10:32: `library` must have a non-empty list of `sources`
               |
            10 | library(name = 'l2', sources = [])
               |                                ^^
            a/BUILD:11:51: `mapper` and `relative_to` are both given
               |
            11 | java_library(name = 'p', sources = [], provides = pack(mapper = 'm', relative_to = 'r'))
               |                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn keys_of_options() {
    check_rules(
        "
compiled(name = 'c', platform = 'java8', other = 'any')
compiled(name = 'd', platform = '')
compiled(name = 'e')
java_library(name = 'p', sources = [], provides = built(platform = 'java11'))
",
        expect![[r#"
            compiled a:c at a/BUILD:2:1
              platform = "java8"
              other = "any"
            compiled a:d at a/BUILD:3:1
              platform = ""
            compiled a:e at a/BUILD:4:1
            java_library a:p at a/BUILD:5:1
              provides = built(platform="java11")
              sources = []
        "#]],
    );
    check_rules(
        "
for level in ['8', '7', 'eleven']:
    compiled(name = 'c' + level, other = 'any',
             platform = 'java' + level)
java_library(name = 'p', sources = [], provides = built(platform = 'jawa8'))
",
        expect![[r#"
            compiled a:c8 at a/BUILD:3:5
              platform = "java8"
              other = "any"
            a/BUILD:4:25: the `platform` `java7` of target `a:c7` is not defined
              |
            4 |              platform = 'java' + level)
              |                         ^^^^^^^^^^^^^^
              hint: did you mean `java8`?
              hint: `[jvm-platform] platforms` defines `java8`, `java11`
            a/BUILD:4:25: the `platform` `javaeleven` of target `a:celeven` is not defined
              |
            4 |              platform = 'java' + level)
              |                         ^^^^^^^^^^^^^^
              hint: `[jvm-platform] platforms` defines `java8`, `java11`
            a/BUILD:5:51: the `platform` `jawa8` of `built` is not defined
              |
            5 | java_library(name = 'p', sources = [], provides = built(platform = 'jawa8'))
              |                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^
              hint: did you mean `java8`?
              hint: `[jvm-platform] platforms` defines `java8`, `java11`
        "#]],
    );
}

#[test]
fn values_that_are_taken_with_a_warning() {
    check(
        "
//- a/BUILD
target(name = 'google/rpc')
java_library(dependencies = [':google/rpc'], sources = ['../b/X.java', 'Y.java', '!../Z.java'], strict_deps = 'True', args = {})
//- a/Y.java
//- b/X.java
",
        expect![[r#"
            java_library a:a at a/BUILD:2:1
              strict_deps = true
              args = []
              sources = ["../b/X.java", "Y.java", "!../Z.java"]
              files: a/Y.java
              needs: a:google/rpc
            target a:google/rpc at a/BUILD:1:1
            warning: a/BUILD:1:15: the name `google/rpc` contains `/`, which Pants deprecated
              |
            1 | target(name = 'google/rpc')
              |               ^^^^^^^^^^^^
            warning: a/BUILD:2:57: source `../b/X.java` is left out: it leads up with `..`, and sources stand beside or below their BUILD file
              |
            2 | java_library(dependencies = [':google/rpc'], sources = ['../b/X.java', 'Y.java', '!../Z.java'], strict_deps = 'True', args = {})
              |                                                         ^^^^^^^^^^^^^
            warning: a/BUILD:2:82: source `../Z.java` is left out: it leads up with `..`, and sources stand beside or below their BUILD file
              |
            2 | java_library(dependencies = [':google/rpc'], sources = ['../b/X.java', 'Y.java', '!../Z.java'], strict_deps = 'True', args = {})
              |                                                                                  ^^^^^^^^^^^^
            warning: a/BUILD:2:111: `strict_deps` takes `True` or `False`; a string is taken as `True`
              |
            2 | java_library(dependencies = [':google/rpc'], sources = ['../b/X.java', 'Y.java', '!../Z.java'], strict_deps = 'True', args = {})
              |                                                                                                               ^^^^^^
            warning: a/BUILD:2:126: `args` takes a list of strings; a dict is taken as an empty list
              |
            2 | java_library(dependencies = [':google/rpc'], sources = ['../b/X.java', 'Y.java', '!../Z.java'], strict_deps = 'True', args = {})
              |                                                                                                                              ^^
        "#]],
    );
}

#[test]
fn values_that_are_refused() {
    check(
        "
//- a/BUILD
target('x')
target(1)
target(name = 'a', name = 'b')
target(name = 'c', dependencies = 'b')
target(name = 'd', dependencies = globs('*'))
target(name = 'e', strict_deps = 'Yes')
java_library(name = 'f', strict_deps = 'Yes', args = {'a': 1}, env = {1: 2})
java_library(name = 'g', sources = ['/etc/passwd'])
java_library(name = 'h', exports = ['a::'])
target(name = 'i/../j')
target(name = 'k/\\nl')
//- a/x=y/BUILD
target()
",
        expect![[r#"
            a/BUILD:1:8: `target` takes keywords only
              |
            1 | target('x')
              |        ^^^
              hint: write `name = 'x'`
            a/BUILD:2:8: `target` takes keywords only
              |
            2 | target(1)
              |        ^
            a/BUILD:3:20: `name` is given twice
              |
            3 | target(name = 'a', name = 'b')
              |                    ^^^^^^^^^^
            a/BUILD:4:35: `dependencies` takes a list of addresses, not a string
              |
            4 | target(name = 'c', dependencies = 'b')
              |                                   ^^^
            a/BUILD:5:35: `dependencies` takes a list of addresses, not globs
              |
            5 | target(name = 'd', dependencies = globs('*'))
              |                                   ^^^^^^^^^^
            a/BUILD:6:20: `target` has no field `strict_deps`
              |
            6 | target(name = 'e', strict_deps = 'Yes')
              |                    ^^^^^^^^^^^^^^^^^^^
              hint: `target` takes name, dependencies, tags, description, no_cache, scope
            a/BUILD:7:40: `strict_deps` takes `True` or `False`, not a string
              |
            7 | java_library(name = 'f', strict_deps = 'Yes', args = {'a': 1}, env = {1: 2})
              |                                        ^^^^^
            a/BUILD:7:54: `args` takes a list of strings, not a dict
              |
            7 | java_library(name = 'f', strict_deps = 'Yes', args = {'a': 1}, env = {1: 2})
              |                                                      ^^^^^^^^
            a/BUILD:7:70: `env` takes a dict with strings as keys, and one of its keys is a number
              |
            7 | java_library(name = 'f', strict_deps = 'Yes', args = {'a': 1}, env = {1: 2})
              |                                                                      ^^^^^^
            a/BUILD:8:37: `/etc/passwd` is not a pattern of sources: it is absolute, and sources stand beside or below their BUILD file
              |
            8 | java_library(name = 'g', sources = ['/etc/passwd'])
              |                                     ^^^^^^^^^^^^^
            a/BUILD:9:37: `a::` is not an address: its name contains one of `@!?\:=`
              |
            9 | java_library(name = 'h', exports = ['a::'])
              |                                     ^^^^^
            a/BUILD:10:15: the name `i/../j` contains `.`, `..` or an empty part, which no name may
               |
            10 | target(name = 'i/../j')
               |               ^^^^^^^^
            a/BUILD:11:15: the name `k/\nl` contains `\n`, which no name may
               |
            11 | target(name = 'k/\nl')
               |               ^^^^^^^
            a/x=y/BUILD:1:1: the name `x=y` contains `=`, which no name may
              |
            1 | target()
              | ^^^^^^^^
        "#]],
    );
}

#[test]
fn ignored_arguments_are_passed_over() {
    let fixture = Fixture::new(
        "
//- a/BUILD
target(name = 'x', use_scalafmt = True, tags = ['t'])
java_library(name = 'y', sources = [], use_scalafmt = True)
",
    );
    let mut config = fixture.config();
    config.ignored_arguments = [("target".to_owned(), all(&["use_scalafmt", "tags"]))].into_iter().collect();
    let (_, out) = load_with(&fixture, config, symbols(), "a:", &SpecFilters::default());
    expect![[r#"
        target a:x at a/BUILD:1:1
          tags: t
        a/BUILD:2:40: `java_library` has no field `use_scalafmt`
          |
        2 | java_library(name = 'y', sources = [], use_scalafmt = True)
          |                                        ^^^^^^^^^^^^^^^^^^^
          hint: `java_library` takes name, dependencies, tags, description, no_cache, scope, sources, provides, platform, exports, strict_deps, args, timeout, env
    "#]].assert_eq(&out);
}

#[test]
fn the_configuration_gives_tags() {
    let fixture = Fixture::new(
        "//- a/BUILD\ntarget(tags = ['own', 'x'])\ntarget(name = 'b')\n//- a/c/BUILD\ntarget()\n//- BUILD\ntarget(name = 'r')\n",
    );
    let mut config = fixture.config();
    let mapping = |tag: &str, texts: &[&str]| (tag.to_owned(), all(texts));
    config.assigned_tags = [
        mapping("x", &["a", "a:b"]),
        mapping("below", &["a::"]),
        mapping("beside", &["a:", "//:"]),
        mapping("bad", &["a:b:c"]),
    ]
    .into_iter()
    .collect();
    let filters = SpecFilters { tags: all(&["beside", "-x"]), ..SpecFilters::default() };
    let (_, out) = load_with(&fixture, config.clone(), symbols(), "::", &SpecFilters::default());
    expect![[r#"
        target //:r at BUILD:1:1
          tags: beside
        target a:a at a/BUILD:1:1
          tags: below beside own x
        target a:b at a/BUILD:2:1
          tags: below beside x
        target a/c:c at a/c/BUILD:1:1
          tags: below
        tag `bad` of `[target-tag-assignments] tag_targets_mappings`: `a:b:c` is not an address: its name contains one of `@!?\:=`
    "#]].assert_eq(&out);
    let (_, out) = load_with(&fixture, config, symbols(), "::", &filters);
    expect![[r#"
        target //:r at BUILD:1:1
          tags: beside
        tag `bad` of `[target-tag-assignments] tag_targets_mappings`: `a:b:c` is not an address: its name contains one of `@!?\:=`
    "#]].assert_eq(&out);
}

#[test]
fn one_star_takes_the_rest() {
    check_body("a, *b, c = [1, 2, 3, 4]\nx = b", expect!["[2, 3]"]);
    check_body(
        "*a, *b = [1, 2, 3]\nx = b",
        expect![[r#"
        a/b/BUILD:1:5: there is one `*` already
          |
        1 | *a, *b = [1, 2, 3]
          |     ^^
    "#]],
    );
}
