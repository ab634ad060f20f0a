//! Symbols of plugins that are not here: `[build-files] opaque_types`.

use super::*;

/// Checks everything in a fixture, with these names as opaque types.
fn check_opaque(names: &[&str], fixture: &str, expect: Expect) {
    let fixture = Fixture::new(fixture);
    let mut config = fixture.config();
    config.opaque_types = names.iter().map(|name| (*name).to_owned()).collect();
    expect.assert_eq(&load_with(&fixture, config, symbols(), "::", &SpecFilters::default()).1);
}

#[test]
fn an_opaque_type_makes_targets_and_keeps_every_keyword_as_text() {
    check_opaque(
        &["scrooge_library"],
        "
//- a/x.thrift
//- a/BUILD
scrooge_library(
  name = 'x',
  sources = globs('*.thrift'),
  dependencies = [':y'],
  tags = {'t'},
  description = 'd',
  scope = 'compile',
  no_cache = True,
  language = 'scala',
  with_finagle = True,
  level = 3,
  nothing = None,
  include_paths = ['b', ('c', 1)],
  namespaces = {'a': {'b'}},
  jar = jar('o', 'n', rev = '1', extras = {'k': [None, b'x']}),
  files = rglobs('*.q', exclude = ['x.q']) + ['y'],
)
target(name = 'y', dependencies = ['b'])
//- b/BUILD
scrooge_library()
",
        expect![[r#"
            scrooge_library a:x at a/BUILD:1:1
              sources = ["*.thrift"] - []
              scope = "compile"
              no_cache = true
              language = "scala"
              with_finagle = "True"
              level = "3"
              include_paths = "['b', ('c', 1)]"
              namespaces = "{'a': {'b'}}"
              jar = "jar(org='o', name='n', rev='1', extras={'k': [None, b'x']})"
              files = "globs('**/*.q', exclude=['x.q']) + globs('y')"
              files: a/x.thrift
              needs: a:y
              tags: t
              about: d
            target a:y at a/BUILD:18:1
              needs: b:b
            scrooge_library b:b at b/BUILD:1:1
        "#]],
    );
}

#[test]
fn an_opaque_symbol_inside_a_field_is_a_value() {
    check_opaque(
        &["repo", "public", "my_jar", "my_sources", "Thing"],
        "
//- a/BUILD
java_library(name = 'x', sources = my_sources('a'), provides = my_jar(repo = public, thing = Thing.KIND))
central = repo('central', push = [Thing.of(1).with_more(a = 2)])
jar_library(name = 'y', jars = [my_jar('a', 'b'), jar('o', 'n')], dependencies = [':x'] + my_sources('b'))
java_library(name = 'z', sources = [], provides = central, args = [public])
",
        expect![[r#"
            java_library a:x at a/BUILD:1:1
              sources = "my_sources('a')"
              provides = "my_jar(repo=public, thing=Thing.KIND)"
            jar_library a:y at a/BUILD:3:1
              dependencies = "[':x'] + my_sources('b')"
              jars = ["my_jar('a', 'b')", jar(org="o", name="n")]
            java_library a:z at a/BUILD:4:1
              provides = "repo('central', push=[Thing.of(1).with_more(a=2)])"
              args = ["public"]
              sources = []
        "#]],
    );
}

#[test]
fn what_is_reached_from_a_call_stays_with_its_target() {
    check_opaque(
        &["plugin"],
        "
//- a/BUILD
plugin('positional', name = 'x').with_binaries(b = ':y')
for n in ['one', 'two']:
  plugin(name = n)
def make(name):
  return plugin(name = name, about = 'made')
make('three')
t = make('four')
",
        expect![[r#"
            plugin a:four at a/BUILD:5:10
              about = "made"
            plugin a:one at a/BUILD:3:3
            plugin a:three at a/BUILD:5:10
              about = "made"
            plugin a:two at a/BUILD:3:3
            plugin a:x at a/BUILD:1:1
              args = "('positional',)"
              with_binaries = "b=':y'"
        "#]],
    );
}

#[test]
fn common_fields_of_an_opaque_type_are_checked() {
    check_opaque(
        &["plugin"],
        "//- a/BUILD\nplugin(name = 'x', dependencies = 7, tags = [8])\nplugin(name = 'y')\nplugin(name = 'y')\n",
        expect![[r#"
            plugin a:y at a/BUILD:2:1
            a/BUILD:1:35: `dependencies` takes a list of addresses, not a number
              |
            1 | plugin(name = 'x', dependencies = 7, tags = [8])
              |                                   ^
            a/BUILD:1:45: `tags` takes strings
              |
            1 | plugin(name = 'x', dependencies = 7, tags = [8])
              |                                             ^^^
            a/BUILD:3:15: target `y` is already declared at a/BUILD:2:1
              |
            3 | plugin(name = 'y')
              |               ^^^
        "#]],
    );
}

#[test]
fn a_registered_name_need_not_be_opaque() {
    check_opaque(
        &["java_library", "jar", "target"],
        "//- a/BUILD\njava_library(sources = [], provides = jar('o', 'n'))\n",
        expect![[r#"
            java_library a:a at a/BUILD:1:1
              provides = jar(org="o", name="n")
              sources = []
            warning: `java_library` need not stand in `[build-files] opaque_types`: the symbol is there by backend `test`
            warning: `jar` need not stand in `[build-files] opaque_types`: the symbol is there by backend `test`
            warning: `target` need not stand in `[build-files] opaque_types`: the symbol is always there
        "#]],
    );
}
