//! Targets, sources, dependencies, macros, specs and owners.

use super::*;

const REPO: &str = "
//- 3rdparty/BUILD
jar_library(name = 'guava', jars = [jar('com.google.guava', 'guava', rev = '18.0'), jar(org = 'o', name = 'n', force = True)])
//- src/java/lib/BUILD
java_library(
  tags = {'public', 'lib'},
  description = 'The library.',
  dependencies = ['3rdparty:guava'],
)
junit_tests(name = 'tests', dependencies = [':lib'])
//- src/java/lib/Lib.java
//- src/java/lib/LibTest.java
//- src/java/app/BUILD
jvm_binary(name = 'app', main = 'a.App', sources = 'App.java', dependencies = ['src/java/lib', ':data'])
//- src/java/app/BUILD.tools
files(name = 'data', sources = ['data/**', '!**/*.tmp'], tags = ['tools'], no_cache = True, scope = 'runtime')
//- src/java/app/App.java
//- src/java/app/data/a.txt
//- src/java/app/data/sub/b.txt
//- src/java/app/data/sub/c.tmp
//- BUILD
target(name = 'junit')
alias(name = 'lib', target = 'src/java/lib')
";

#[test]
fn a_repository_loads() {
    check(
        REPO,
        expect![[r#"
        target //:junit at BUILD:1:1
        alias //:lib at BUILD:2:1
          target = "src/java/lib:lib"
          needs: src/java/lib:lib
        jar_library 3rdparty:guava at 3rdparty/BUILD:1:1
          jars = [jar(org="com.google.guava", name="guava", rev="18.0"), jar(org="o", name="n", force=true)]
        jvm_binary src/java/app:app at src/java/app/BUILD:1:1
          main = "a.App"
          sources = "App.java"
          files: src/java/app/App.java
          needs: src/java/lib:lib src/java/app:data
        files src/java/app:data at src/java/app/BUILD.tools:1:1
          sources = ["data/**", "!**/*.tmp"]
          scope = "runtime"
          no_cache = true
          files: src/java/app/data/a.txt src/java/app/data/sub/b.txt
          tags: tools
        java_library src/java/lib:lib at src/java/lib/BUILD:1:1
          files: src/java/lib/Lib.java
          needs: 3rdparty:guava
          tags: lib public
          about: The library.
        junit_tests src/java/lib:tests at src/java/lib/BUILD:6:1
          files: src/java/lib/LibTest.java
          needs: src/java/lib:lib //:junit
    "#]],
    );
}

#[test]
fn only_what_is_reached_is_evaluated() {
    let fixture = Fixture::new(&format!("{REPO}//- broken/BUILD\nthis is no python\n"));
    let (build_files, out) = load(&fixture, "src/java/lib", &SpecFilters::default());
    assert!(!out.contains("broken"), "{out}");
    assert_eq!(build_files.evaluated_dirs(), ["3rdparty", "src/java/lib"]);
    let (_, diagnostics) =
        build_files.resolve(&[AddressSpec::Siblings("src/java/app".to_owned())], &SpecFilters::default());
    assert_eq!(diagnostics, []);
    assert_eq!(build_files.evaluated_dirs(), ["3rdparty", "src/java/app", "src/java/lib"]);
    assert_eq!(build_files.load_all().len(), 1, "the broken file is found when everything is loaded");
}

#[test]
fn a_graph_is_the_same_however_it_was_scheduled() {
    let fixture = Fixture::new(REPO);
    let (_, first) = load(&fixture, "::", &SpecFilters::default());
    for _ in 0..10 {
        assert_eq!(load(&fixture, "::", &SpecFilters::default()).1, first);
    }
}

/// Checks which addresses specs name, and the complaints.
fn check_named(specs: &str, filters: SpecFilters, expect: Expect) {
    let fixture = Fixture::new(REPO);
    let build_files = BuildFiles::new(fixture.config(), symbols());
    let root = fixture.root();
    let cwd = root.join("src/java");
    let mut parsed = Vec::new();
    let mut out = Vec::new();
    for text in specs.split_whitespace() {
        match AddressSpec::parse(&text.replace("[ROOT]", &root.to_string_lossy()), root, &cwd) {
            Ok(spec) => parsed.push(spec),
            Err(error) => out.push(error.to_string()),
        }
    }
    let (addresses, diagnostics) = build_files.resolve(&parsed, &filters);
    out.extend(addresses.iter().map(ToString::to_string));
    out.extend(diagnostics.iter().map(ToString::to_string));
    expect.assert_eq(&out.join("\n").replace(&*root.to_string_lossy(), "[ROOT]"));
}

#[test]
fn specs_of_every_form() {
    let named = |specs, expect| check_named(specs, SpecFilters::default(), expect);
    named("src/java/lib", expect!["src/java/lib:lib"]);
    named(
        "src/java/lib:tests src/java/lib/ //src/java/lib:lib",
        expect![[r#"
        src/java/lib:tests
        src/java/lib:lib"#]],
    );
    named(
        ":lib //:junit",
        expect![[r#"
        //:lib
        //:junit"#]],
    );
    named(
        "src/java/app:",
        expect![[r#"
        src/java/app:app
        src/java/app:data"#]],
    );
    named(
        ": src/java::",
        expect![[r#"
        //:junit
        //:lib
        src/java/app:app
        src/java/app:data
        src/java/lib:lib
        src/java/lib:tests"#]],
    );
    named(
        "./lib:tests ./app: .::",
        expect![[r#"
        src/java/lib:tests
        src/java/app:app
        src/java/app:data
        src/java/lib:lib"#]],
    );
    named("[ROOT]/src/java/lib", expect!["src/java/lib:lib"]);
    named("src/java/app/App.java", expect!["src/java/app:app"]);
    named("src/java/lib/*.java !src/java/lib/*Test.java", expect!["src/java/lib:lib"]);
    named("src/java/app/BUILD.tools", expect!["src/java/app:data"]);
    named(
        ":: ^src/java:: ^//:junit",
        expect![[r#"
        //:lib
        3rdparty:guava"#]],
    );
    named("src/java:: !src/java/app:: !src/java/lib:tests", expect!["src/java/lib:lib"]);
}

#[test]
fn specs_that_name_nothing() {
    let named = |specs, expect| check_named(specs, SpecFilters::default(), expect);
    named(
        "src/java/lib:lob",
        expect![[r#"
            `src/java/lib:lob` does not match any targets
              hint: did you mean `src/java/lib:lib`?"#]],
    );
    named(
        "src/java/lib:other",
        expect![[r#"
        `src/java/lib:other` does not match any targets
          hint: directory `src/java/lib` declares `:lib`, `:tests`"#]],
    );
    named(
        "src/java",
        expect![[r#"
        `src/java:java` does not match any targets
          hint: directory `src/java` has no BUILD file"#]],
    );
    named(
        "src/jav/lib src/jav/lib:: src/nope:",
        expect![[r#"
            `src/jav/lib:lib` does not match any targets
              hint: did you mean `src/java/lib:lib`?
            `src/jav/lib::` does not match any targets
              hint: did you mean `src/java/lib::`?
            `src/nope:` does not match any targets
              hint: directory `src/nope` does not exist"#]],
    );
    named(
        "src/java/libb src/java/libb:test src/java/libb:x src/java/ap/data:",
        expect![[r#"
        `src/java/libb:libb` does not match any targets
          hint: did you mean `src/java/lib:lib`?
        `src/java/libb:test` does not match any targets
          hint: did you mean `src/java/lib:tests`?
        `src/java/libb:x` does not match any targets
          hint: directory `src/java/lib` declares `:lib`, `:tests`
        `src/java/ap/data:` does not match any targets
          hint: directory `src/java/ap/data` does not exist"#]],
    );
    named(
        "src/java/app/data::",
        expect![[r#"
        `src/java/app/data::` does not match any targets
          hint: directory `src/java/app/data` and what is below it declare no targets"#]],
    );
    named(
        "src/nope.txt *.txt src/java/app/data/sub/c.tmp",
        expect![[r#"
            `src/nope.txt` does not match any files
            `*.txt` does not match any files
            no target owns `src/java/app/data/sub/c.tmp`"#]],
    );
    named(
        "^src:: !3rdparty:",
        expect![[r#"
        there is nothing to take targets away from
          hint: specs with `^` or `!` take away what other specs name, such as `::`"#]],
    );
    named(
        "// [ROOT]",
        expect![[r#"
        `//` is the build root, whose targets are named: `//:name`, `:` for all there, `::` for all there are
        `[ROOT]` is the build root, whose targets are named: `//:name`, `:` for all there, `::` for all there are"#]],
    );
    named(
        "/elsewhere ../../../x a:b=c",
        expect![[r#"
            `/elsewhere` is not inside the build root `[ROOT]`
            `../../../x` is not inside the build root `[ROOT]`
            `a:b=c` is not an address: its name contains one of `@!?\:=`"#]],
    );
}

#[test]
fn filters_apply_to_the_roots() {
    let tags = |tags: &[&str]| SpecFilters {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..SpecFilters::default()
    };
    check_named(
        "::",
        tags(&["public,tools"]),
        expect![[r#"
        src/java/app:data
        src/java/lib:lib"#]],
    );
    check_named("::", tags(&["+lib", "public"]), expect!["src/java/lib:lib"]);
    check_named(
        "::",
        tags(&["-lib,tools"]),
        expect![[r#"
        //:junit
        //:lib
        3rdparty:guava
        src/java/app:app
        src/java/lib:tests"#]],
    );
    let regexps = |text: &str| SpecFilters { exclude_target_regexps: vec![text.to_owned()], ..SpecFilters::default() };
    check_named(
        "::",
        regexps("^src/.*"),
        expect![[r#"
        //:junit
        //:lib
        3rdparty:guava"#]],
    );
    check_named(
        "src/java/lib",
        regexps("("),
        expect![[r#"
        src/java/lib:lib
        `(` is not a regular expression: unclosed group"#]],
    );
}

#[test]
fn owners_of_files() {
    let fixture = Fixture::new(REPO);
    let check = |path: &str, expect: Expect| {
        let build_files = BuildFiles::new(fixture.config(), symbols());
        let (owners, diagnostics) = build_files.owners(&[PathBuf::from(path)]);
        assert_eq!(diagnostics, []);
        expect.assert_eq(&owners.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    };
    check("src/java/lib/Lib.java", expect!["src/java/lib:lib"]);
    check("src/java/lib/DeletedTest.java", expect!["src/java/lib:tests"]);
    check("src/java/app/data/deleted/x.txt", expect!["src/java/app:data"]);
    check("src/java/app/data/sub/c.tmp", expect![""]);
    check("src/java/app/BUILD", expect!["src/java/app:app"]);
    check("nobody/x.txt", expect![""]);
}

#[test]
fn globs_and_their_arithmetic() {
    let check = |sources: &str, expect: Expect| {
        let fixture = Fixture::new(&format!(
            "//- a/x.py\n//- a/y.py\n//- a/x_test.py\n//- a/b/z.py\n//- a/b/z.txt\n//- a/BUILD\npython_library(sources = {sources})\n"
        ));
        let (build_files, out) = load(&fixture, "a", &SpecFilters::default());
        let graph = build_files.graph();
        let Some(target) = graph.targets().next() else { return expect.assert_eq(&out) };
        let files: Vec<String> = target.sources.iter().map(|path| path.display().to_string()).collect();
        expect.assert_eq(&format!("{}  from {}", files.join(" "), shown_value(target.field("sources"))));
    };
    check("globs('*.py')", expect![[r#"a/x.py a/x_test.py a/y.py  from ["*.py"] - []"#]]);
    check("rglobs('*.py')", expect![[r#"a/b/z.py a/x.py a/x_test.py a/y.py  from ["**/*.py"] - []"#]]);
    check("zglobs('**/*.txt')", expect![[r#"a/b/z.txt  from ["**/*.txt"] - []"#]]);
    check("globs('*.py') - 'x.py'", expect![[r#"a/x_test.py a/y.py  from ["*.py"] - ["x.py"]"#]]);
    check("globs('*.py') - ['x.py', 'y.py']", expect![[r#"a/x_test.py  from ["*.py"] - ["x.py", "y.py"]"#]]);
    check("globs('*.py') - globs('*_test.py')", expect![[r#"a/x.py a/y.py  from ["*.py"] - ["*_test.py"]"#]]);
    check(
        "globs('*.py', exclude = [globs('*_test.py')])",
        expect![[r#"a/x.py a/y.py  from ["*.py"] - ["*_test.py"]"#]],
    );
    check("rglobs('*.py', exclude = [['y.py'], 'x*'])", expect![[r#"a/b/z.py  from ["**/*.py"] - ["y.py", "x*"]"#]]);
    check(
        "globs('*.py') - globs('x*') + ['x.py']",
        expect![[r#"a/x.py a/y.py  from [["*.py"] - ["x*"], ["x.py"] - []]"#]],
    );
    check("['x.py'] + globs('y*')", expect![[r#"a/x.py a/y.py  from ["x.py", "y*"] - []"#]]);
    check(
        "globs('*.py') - (globs('*') - 'x.py')",
        expect![[r#"a/x.py  from ["*.py"] - ["BUILD", "x_test.py", "y.py"]"#]],
    );
    check("[f for f in globs('*.py') if not f.startswith('x')]", expect![[r#"a/y.py  from ["y.py"]"#]]);
    check("['*.py', '!x*']", expect![[r#"a/y.py  from ["*.py", "!x*"]"#]]);
    check("'x.py'", expect![[r#"a/x.py  from "x.py""#]]);
    check("[globs('x.py'), 'y.py']", expect![[r#"a/x.py a/y.py  from [["x.py"] - [], "y.py"]"#]]);
}

#[test]
fn macros_make_targets_and_read() {
    check(
        "
//- a/names.txt
first
second
//- a/BUILD
target(name = 'all', dependencies = numbered('t', count = 2))
from_file('names.txt')
",
        expect![[r#"
            target a:all at a/BUILD:1:1
              needs: a:t1 a:t2
            target a:first at a/BUILD:2:1
            target a:second at a/BUILD:2:1
            target a:t1 at a/BUILD:1:37
            target a:t2 at a/BUILD:1:37
        "#]],
    );
}

#[test]
fn loading_more_keeps_what_is_there() {
    let fixture = Fixture::new(REPO);
    let (build_files, _) = load(&fixture, "3rdparty:guava", &SpecFilters::default());
    let before = build_files.graph();
    build_files.load_all();
    assert_eq!(before.len(), 1, "a snapshot does not change");
    let after = build_files.graph();
    assert_eq!(after.len(), 7);
    assert!(Arc::ptr_eq(before.targets().next().unwrap(), after.targets().next().unwrap()));
    assert_eq!(build_files.build_file_of(&Address::new("", "lib")), Some(PathBuf::from("BUILD")));
}

#[test]
fn a_single_source_may_be_called_source() {
    check(
        "
//- a/A.java
//- a/BUILD
jvm_binary(name = 'x', main = 'm', source = 'A.java')
jvm_binary(name = 'y', main = 'm', source = 'A.java', sources = ['A.java'])
",
        expect![[r#"
            jvm_binary a:x at a/BUILD:1:1
              main = "m"
              sources = "A.java"
              files: a/A.java
            a/BUILD:2:36: `source` and `sources` are both given
              |
            2 | jvm_binary(name = 'y', main = 'm', source = 'A.java', sources = ['A.java'])
              |                                    ^^^^^^^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn objects_grow_with_fluent_calls() {
    check_value(
        "jar('o', 'n').with_extras(a = ':b').with_extras({'a': 1, 'c': 2})",
        expect![[r#"jar(org="o", name="n", extras={"a": 1, "c": 2})"#]],
    );
    check_value("jar('o', 'n', rev = '1').rev", expect![[r#""1""#]]);
    check_value(
        "jar('o', 'n').with_force(True)",
        expect![[r#"
        a/b/BUILD:1:5: `jar` has no method `with_force`
          |
        1 | x = jar('o', 'n').with_force(True)
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn an_alias_may_be_positional() {
    check(
        "//- a/BUILD\nalias('x', ':y')\ntarget(name = 'y')\nalias('z', ':y', 'more')\n",
        expect![[r#"
            alias a:x at a/BUILD:1:1
              target = "a:y"
              needs: a:y
            target a:y at a/BUILD:2:1
            a/BUILD:3:18: `alias` takes 2 values without a keyword at the most
              |
            3 | alias('z', ':y', 'more')
              |                  ^^^^^^
        "#]],
    );
}

#[test]
fn files_of_other_fields_are_sources_too() {
    check(
        "//- a/x.py\n//- a/data/y.txt\n//- a/data/z.bin\n//- a/BUILD\n\
         python_library(resources = rglobs('data/*') - ['data/z.bin'])\n\
         python_library(name = 'b', sources = [], resources = 'x.py')\n\
         python_library(name = 'c', resources = [1])\n",
        expect![[r#"
            python_library a:a at a/BUILD:1:1
              resources = ["data/**/*"] - ["data/z.bin"]
              files: a/data/y.txt a/x.py
            python_library a:b at a/BUILD:2:1
              sources = []
              resources = "x.py"
              files: a/x.py
            a/BUILD:3:41: `resources` takes file names, patterns and globs, not a number
              |
            3 | python_library(name = 'c', resources = [1])
              |                                         ^
        "#]],
    );
}

#[test]
fn sources_of_another_target_are_a_dependency() {
    check(
        "//- a/x.py\n//- a/BUILD\ntarget(name = 'y')\npython_library(name = 'x', sources = from_target(':y'))\npython_library(name = 'z', sources = ['x.py', from_target(':y')], dependencies = [':y'])\npython_library(name = 'w', sources = from_target(1))\n",
        expect![[r#"
            python_library a:x at a/BUILD:2:1
              sources = []
              needs: a:y
            target a:y at a/BUILD:1:1
            python_library a:z at a/BUILD:3:1
              sources = ["x.py"]
              files: a/x.py
              needs: a:y
            a/BUILD:4:38: `from_target` takes an address
              |
            4 | python_library(name = 'w', sources = from_target(1))
              |                                      ^^^^^^^^^^^^^^
        "#]],
    );
}
