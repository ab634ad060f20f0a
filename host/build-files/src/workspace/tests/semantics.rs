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
    check(REPO, expect![""]);
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
    named("src/java/lib", expect![""]);
    named("src/java/lib:tests src/java/lib/ //src/java/lib:lib", expect![""]);
    named(":lib //:junit", expect![""]);
    named("src/java/app:", expect![""]);
    named(": src/java::", expect![""]);
    named("./lib:tests ./app: .::", expect![""]);
    named("[ROOT]/src/java/lib", expect![""]);
    named("src/java/app/App.java", expect![""]);
    named("src/java/lib/*.java !src/java/lib/*Test.java", expect![""]);
    named("src/java/app/BUILD.tools", expect![""]);
    named(":: ^src/java:: ^//:junit", expect![""]);
}

#[test]
fn specs_that_name_nothing() {
    let named = |specs, expect| check_named(specs, SpecFilters::default(), expect);
    named("src/java/lib:lob", expect![""]);
    named("src/java/lib:other", expect![""]);
    named("src/java", expect![""]);
    named("src/jav/lib src/jav/lib:: src/nope:", expect![""]);
    named("src/java/app/data::", expect![""]);
    named("src/nope.txt *.txt src/java/app/data/sub/c.tmp", expect![""]);
    named("/elsewhere ../../../x a:b=c", expect![""]);
}

#[test]
fn filters_apply_to_the_roots() {
    let tags = |tags: &[&str]| SpecFilters {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..SpecFilters::default()
    };
    check_named("::", tags(&["public,tools"]), expect![""]);
    check_named("::", tags(&["+lib", "public"]), expect![""]);
    check_named("::", tags(&["-lib,tools"]), expect![""]);
    let regexps = |text: &str| SpecFilters { exclude_target_regexps: vec![text.to_owned()], ..SpecFilters::default() };
    check_named("::", regexps("^src/.*"), expect![""]);
    check_named("src/java/lib", regexps("("), expect![""]);
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
    check("src/java/lib/Lib.java", expect![""]);
    check("src/java/lib/DeletedTest.java", expect![""]);
    check("src/java/app/data/deleted/x.txt", expect![""]);
    check("src/java/app/data/sub/c.tmp", expect![""]);
    check("src/java/app/BUILD", expect![""]);
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
    check("globs('*.py')", expect![""]);
    check("rglobs('*.py')", expect![""]);
    check("zglobs('**/*.txt')", expect![""]);
    check("globs('*.py') - 'x.py'", expect![""]);
    check("globs('*.py') - ['x.py', 'y.py']", expect![""]);
    check("globs('*.py') - globs('*_test.py')", expect![""]);
    check("globs('*.py', exclude = [globs('*_test.py')])", expect![""]);
    check("rglobs('*.py', exclude = [['y.py'], 'x*'])", expect![""]);
    check("globs('*.py') - globs('x*') + ['x.py']", expect![""]);
    check("['x.py'] + globs('y*')", expect![""]);
    check("globs('*.py') - (globs('*') - 'x.py')", expect![""]);
    check("[f for f in globs('*.py') if not f.startswith('x')]", expect![""]);
    check("['*.py', '!x*']", expect![""]);
    check("'x.py'", expect![""]);
    check("[globs('x.py'), 'y.py']", expect![""]);
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
        expect![""],
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
    assert_eq!(after.len(), 8);
    assert!(Arc::ptr_eq(before.targets().next().unwrap(), after.targets().next().unwrap()));
    assert_eq!(build_files.build_file_of(&Address::new("", "lib")), Some(PathBuf::from("BUILD")));
}
