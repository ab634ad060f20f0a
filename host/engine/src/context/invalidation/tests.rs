//! Invalidation: what makes a target invalid, and that the reason names it.

use crate::testing::{Repo, World, address, goal, options, task};
use crate::{Context, GoalSpec, InvalidateOptions, PluginTag, Task, TaskError, TaskSpec, TaskType, Versioned};
use expect_test::{Expect, expect};
use pants_model::{Address, Fingerprint, Globs, Location, Object, Target, Value};
use pants_process::Process;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A task that asks what is invalid, and marks all but one target valid.
struct Versions {
    spec: TaskSpec,
    query: InvalidateOptions,
    unmarked: Option<Address>,
    found: Arc<Mutex<Vec<Versioned>>>,
}

struct Instance {
    query: InvalidateOptions,
    unmarked: Option<Address>,
    found: Arc<Mutex<Vec<Versioned>>>,
}

impl TaskType for Versions {
    fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    fn construct(&self, _: &Context) -> Result<Box<dyn Task>, TaskError> {
        let Self { spec: _, query, unmarked, found } = self;
        Ok(Box::new(Instance { query: query.clone(), unmarked: unmarked.clone(), found: found.clone() }))
    }
}

impl Task for Instance {
    fn execute(&mut self, context: &Context) -> Result<(), TaskError> {
        let targets: Vec<Address> = context.targets().iter().map(|target| target.address.clone()).collect();
        let versions = context.invalidated(&targets, &self.query)?;
        for version in &versions {
            assert!(version.results_dir.is_dir());
            if self.unmarked.as_ref() != Some(&version.address) {
                context.mark_valid(version)?;
            }
        }
        *self.found.lock().unwrap() = versions;
        Ok(())
    }
}

/// `app:app` depends on `lib:lib`; each has one source. A test changes what it likes between two runs.
struct Fixture {
    app: Target,
    lib: Target,
    spec: TaskSpec,
    query: InvalidateOptions,
    unmarked: Option<Address>,
    plugin: PluginTag,
    passthrough: Vec<String>,
    options: Vec<(&'static str, &'static str, Value)>,
    world: World,
}

impl Fixture {
    fn new() -> Self {
        let target = |name: &str, dependencies: Vec<Address>| Target {
            sources: vec![PathBuf::from(format!("{name}/a.java"))],
            dependencies,
            ..Target::new(address(name), "java_library")
        };
        let GoalSpec { plugin, .. } = goal("p", "p", task("T"));
        let fixture = Self {
            app: target("app", vec![address("lib")]),
            lib: target("lib", Vec::new()),
            spec: TaskSpec { fingerprinted_scopes: vec!["jvm".to_owned()], ..TaskSpec::new("Javac") },
            query: InvalidateOptions::default(),
            unmarked: None,
            plugin,
            passthrough: Vec::new(),
            options: vec![
                ("compile.javac", "args", Value::strings(["-g"])),
                ("jvm", "jdk", "17".into()),
                ("other", "x", true.into()),
            ],
            world: World::new("", &[]),
        };
        fixture.write("app/a.java", "class App {}");
        fixture.write("lib/a.java", "class Lib {}");
        fixture
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.world.build_root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Runs the task; one line a target that is invalid, with the reasons.
    fn run(&self) -> String {
        let found = Arc::default();
        let versions = Versions {
            spec: self.spec.clone(),
            query: self.query.clone(),
            unmarked: self.unmarked.clone(),
            found: Arc::clone(&found),
        };
        let goals =
            [GoalSpec { task: Arc::new(versions), plugin: self.plugin.clone(), ..goal("compile", "javac", task("T")) }];
        let mut world = World::of(Repo::of(vec![self.lib.clone(), self.app.clone()], Vec::new()), &goals);
        world.share_directory(&self.world);
        world.options = Arc::new(options(&self.options));
        world.passthrough = self.passthrough.clone();
        let outcome = world.run(&["compile"], &["app"]);
        if let Some((_, error)) = outcome.failures.first() {
            return format!("{error}\n");
        }
        let mut text = String::new();
        for version in found.lock().unwrap().iter().filter(|version| !version.is_valid) {
            version.why.iter().for_each(|why| text.push_str(&format!("{}: {why}\n", version.address)));
        }
        text
    }
}

/// Builds, changes something, and checks what is invalid then, and that nothing is after that.
#[track_caller]
fn check(change: impl FnOnce(&mut Fixture), expect: Expect) {
    check_from(Fixture::new(), change, expect);
}

#[track_caller]
fn check_from(mut fixture: Fixture, change: impl FnOnce(&mut Fixture), expect: Expect) {
    fixture.run();
    assert_eq!(fixture.run(), "", "nothing changed");
    change(&mut fixture);
    expect.assert_eq(&redacted(&fixture.run()));
    assert_eq!(fixture.run(), "", "the change was seen");
}

/// Short digests as `[HASH]`.
fn redacted(text: &str) -> String {
    let is_digest = |word: &str| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let redact =
        |word: &str| if is_digest(word.trim_end()) { word.replace(word.trim_end(), "[HASH]") } else { word.to_owned() };
    text.split_inclusive([' ', '\n']).map(redact).collect()
}

#[test]
fn what_was_never_done_is_invalid() {
    expect![[r#"
        lib:lib: there is no finished result of an earlier run
        app:app: there is no finished result of an earlier run
    "#]]
    .assert_eq(&Fixture::new().run());
}

#[test]
fn a_changed_file_is_named_with_old_and_new() {
    check(
        |fixture| fixture.write("lib/a.java", "class Lib { int x; }"),
        expect![[r#"
            lib:lib: file `lib/a.java` changed: [HASH] -> [HASH]
        "#]],
    );
}

#[test]
fn a_new_and_a_lost_file_are_named() {
    check(
        |fixture| {
            fixture.write("lib/b.java", "class B {}");
            fixture.lib.sources = vec!["lib/b.java".into()];
        },
        expect![[r#"
            lib:lib: file `lib/b.java` is new: [HASH]
            lib:lib: file `lib/a.java` is gone; it was [HASH]
        "#]],
    );
}

#[test]
fn a_missing_source_is_an_error_that_names_it() {
    let fixture = Fixture::new();
    std::fs::remove_file(fixture.world.build_root().join("lib/a.java")).unwrap();
    expect![[r#"
        input `lib/a.java` does not exist
    "#]]
    .assert_eq(&fixture.run());
}

#[test]
fn fingerprinted_options_count_those_of_other_scopes_do_not() {
    check(
        |fixture| {
            fixture.options = vec![
                ("compile.javac", "args", Value::strings(["-g", "-Xlint"])),
                ("jvm", "jdk", "21".into()),
                ("other", "x", false.into()),
            ];
        },
        expect![[r#"
            lib:lib: option `args` of `compile.javac` changed: ["-g"] -> ["-g", "-Xlint"]
            lib:lib: option `jdk` of `jvm` changed: "17" -> "21"
            app:app: option `args` of `compile.javac` changed: ["-g"] -> ["-g", "-Xlint"]
            app:app: option `jdk` of `jvm` changed: "17" -> "21"
        "#]],
    );
}

/// The task has an instance of one subsystem, and counts neither the subsystem itself nor the instances of others.
#[test]
fn the_options_of_the_own_instance_of_a_subsystem_count() {
    let mut fixture = Fixture::new();
    fixture.spec.subsystems = vec!["jvm".to_owned()];
    fixture.spec.fingerprinted_scopes.clear();
    let options = |own: &str, other: &str, outer: &str| {
        let [own, other, outer] = [own, other, outer].map(|option| Value::strings([option]));
        vec![("jvm.compile.javac", "options", own), ("jvm.test.junit", "options", other), ("jvm", "options", outer)]
    };
    fixture.options = options("-Xmx1g", "-Xmx1g", "-Xmx1g");
    check_from(
        fixture,
        |fixture| fixture.options = options("-Xmx2g", "-Xmx3g", "-Xmx4g"),
        expect![[r#"
            lib:lib: option `options` of `jvm.compile.javac` changed: ["-Xmx1g"] -> ["-Xmx2g"]
            app:app: option `options` of `jvm.compile.javac` changed: ["-Xmx1g"] -> ["-Xmx2g"]
        "#]],
    );
}

#[test]
fn dependencies_count_if_asked_for() {
    let change = |fixture: &mut Fixture| fixture.write("lib/a.java", "class Changed {}");
    check(
        change,
        expect![[r#"
            lib:lib: file `lib/a.java` changed: [HASH] -> [HASH]
        "#]],
    );
    let mut fixture = Fixture::new();
    fixture.query.transitive = true;
    check_from(
        fixture,
        change,
        expect![[r#"
            lib:lib: file `lib/a.java` changed: [HASH] -> [HASH]
            app:app: dependency `lib:lib` changed: [HASH] -> [HASH]
        "#]],
    );
}

#[test]
fn the_list_of_dependencies_counts_always() {
    check(
        |fixture| fixture.app.dependencies = Vec::new(),
        expect![[r#"
            app:app: list of dependencies changed: lib:lib -> 
        "#]],
    );
}

#[test]
fn fields_count_places_tags_and_descriptions_do_not() {
    let object = |line| {
        let location = Location { file: "BUILD".into(), line, column: 1 };
        Value::Object(Box::new(Object {
            symbol: "jar".to_owned(),
            fields: vec![("rev".to_owned(), "1".into()), ("excludes".to_owned(), Value::List(vec![Value::None]))],
            location,
        }))
    };
    let mut fixture = Fixture::new();
    fixture.app.fields = vec![("jars".into(), object(1)), ("main".into(), "App".into())];
    check_from(
        fixture,
        |fixture| {
            let globs = Globs { include: vec!["*.java".to_owned()], exclude: Vec::new() };
            let dict = Value::Dict(vec![("a".into(), Value::Float(0.5)), (1.into(), Value::Bytes(b"\0b".to_vec()))]);
            fixture.app.fields = vec![
                ("jars".into(), object(7)),
                ("main".into(), "Main".into()),
                ("sources".into(), Value::Globs(Box::new(globs))),
                ("extra".into(), dict),
            ];
            fixture.app.tags = vec!["x".to_owned()];
            fixture.app.description = Some("An app.".to_owned());
            fixture.app.location.line = 7;
        },
        expect![[r#"
            app:app: field `main` changed: "App" -> "Main"
            app:app: field `sources` is new: globs(["*.java"], exclude=[])
            app:app: field `extra` is new: {"a": 0.5, 1: b'\x00b'}
        "#]],
    );
}

#[test]
fn the_task_its_version_its_plugin_and_the_parts_of_its_author_count() {
    check(
        |fixture| {
            fixture.spec.version = 2;
            fixture.plugin.fingerprint = Fingerprint::of_bytes(b"another build");
            fixture.query.extra = vec![("abi of lib".to_owned(), "12ab".to_owned())];
            fixture.app.sources.clear();
        },
        expect![[r#"
            lib:lib: task version changed: 1 -> 2
            lib:lib: plugin `test` changed: [HASH] -> [HASH]
            lib:lib: `abi of lib` is new: 12ab
            app:app: task version changed: 1 -> 2
            app:app: plugin `test` changed: [HASH] -> [HASH]
            app:app: `abi of lib` is new: 12ab
            app:app: file `app/a.java` is gone; it was [HASH]
        "#]],
    );
}

#[test]
fn arguments_count_for_a_task_that_takes_them() {
    let change = |fixture: &mut Fixture| fixture.passthrough = vec!["-x".to_owned()];
    check(change, expect![""]);
    let mut fixture = Fixture::new();
    fixture.spec.takes_passthrough = true;
    check_from(
        fixture,
        change,
        expect![[r#"
            lib:lib: argument 1 after `--` is new: -x
            app:app: argument 1 after `--` is new: -x
        "#]],
    );
}

#[test]
fn what_is_not_marked_stays_invalid() {
    let mut fixture = Fixture::new();
    fixture.unmarked = Some(address("lib"));
    fixture.run();
    let expected = "lib:lib: there is no finished result of an earlier run\n";
    assert_eq!(fixture.run(), expected);
    fixture.unmarked = None;
    assert_eq!(fixture.run(), expected);
    assert_eq!(fixture.run(), "");
}

#[test]
fn a_lost_result_and_a_damaged_record_are_invalid() {
    let at = |fixture: &Fixture, name: &str| fixture.world.build_root().join(".pants.d/compile/javac").join(name);
    check(
        |fixture| std::fs::remove_dir_all(at(fixture, "lib.lib")).unwrap(),
        expect![[r#"
            lib:lib: the earlier result was removed
        "#]],
    );
    check(
        |fixture| std::fs::write(at(fixture, "lib.lib@valid"), "pants-validity 1 0000\n").unwrap(),
        expect![[r#"
            lib:lib: the record of the earlier result is damaged
        "#]],
    );
}

#[test]
fn a_source_that_becomes_a_program_is_another_one() {
    let make_executable = |fixture: &mut Fixture| {
        let path = fixture.world.build_root().join("lib/a.java");
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    };
    check(
        make_executable,
        expect![[r#"
        lib:lib: file `lib/a.java` changed: [HASH] -> [HASH]
    "#]],
    );
}

/// Carries a task out for `lib:lib` and for `app:app`, which depends on it, while `disturb` is going on; then whether a
/// second run finds each of them valid.
fn valid_after(disturb: impl Fn(&Context) -> Result<(), TaskError> + Send + Sync + 'static) -> Vec<bool> {
    let fixture = Fixture::new();
    let found = Arc::new(Mutex::new(Vec::new()));
    let (runs, seen) = (AtomicUsize::new(0), found.clone());
    let works = task("Javac").does(move |context| {
        let query = InvalidateOptions { transitive: true, ..InvalidateOptions::default() };
        let versions = context.invalidated(&[address("lib"), address("app")], &query)?;
        if runs.fetch_add(1, Ordering::Relaxed) == 0 {
            disturb(context)?;
        }
        versions.iter().try_for_each(|version| context.mark_valid(version))?;
        *seen.lock().unwrap() = versions.iter().map(|version| version.is_valid).collect();
        Ok(())
    });
    let repo = Repo::of(vec![fixture.lib.clone(), fixture.app.clone()], Vec::new());
    let mut world = World::of(repo, &[goal("compile", "javac", works)]);
    world.share_directory(&fixture.world);
    for _ in 0..2 {
        let outcome = world.run(&["compile"], &["app"]);
        assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
        // Whatever was changed is what it was when its fingerprint was made.
        fixture.write("lib/a.java", "class Lib {}");
    }
    found.lock().unwrap().clone()
}

fn edit(context: &Context) {
    std::fs::write(context.build_root().join("lib/a.java"), "class Lib { int x; }").unwrap();
}

#[test]
fn what_was_made_while_its_sources_changed_is_not_kept() {
    assert_eq!(valid_after(|_| Ok(())), [true, true]);
    // Its own source, still changed when it is marked.
    assert!(
        !valid_after(|context| {
            edit(context);
            Ok(())
        })[0]
    );
    // A source of a dependency, changed back, but used meanwhile: as an input, or under a process.
    let used = |context: &Context| {
        edit(context);
        context.capture(&["lib/a.java".into()])?;
        std::fs::write(context.build_root().join("lib/a.java"), "class Lib {}").unwrap();
        Ok(())
    };
    assert_eq!(valid_after(used), [false, false]);
    let under_a_process = |context: &Context| {
        let inputs = context.capture(&["lib/a.java".into()])?;
        let argv = ["/bin/sh", "-c", "echo >> lib/a.java"].map(str::to_owned).to_vec();
        context.run(&Process { argv, inputs, ..Process::default() })?;
        std::fs::write(context.build_root().join("lib/a.java"), "class Lib {}").unwrap();
        Ok(())
    };
    assert_eq!(valid_after(under_a_process), [false, false]);
}

#[test]
fn long_values_are_shown_short_and_still_differ() {
    let long = |end: &str| format!("{}{end}", "x".repeat(200));
    let mut fixture = Fixture::new();
    fixture.query.extra = vec![("classpath".to_owned(), long("a"))];
    fixture.run();
    fixture.query.extra = vec![("classpath".to_owned(), long("b"))];
    let why = fixture.run();
    assert!(why.contains("`classpath` changed: xxxx") && why.contains("xxx... ["), "{why}");
}

#[test]
fn a_foreign_mark_is_refused() {
    let world = World::new(
        "a:a",
        &[goal(
            "p",
            "a",
            task("A").does(|context| {
                let mut version = context.invalidated(&[address("a")], &InvalidateOptions::default())?.remove(0);
                version.fingerprint = Fingerprint::of_bytes(b"made up");
                context.mark_valid(&version)
            }),
        )],
    );
    let outcome = world.run(&["p"], &["a:a"]);
    expect!["`a:a` is marked valid with a fingerprint that `invalidated` did not give"]
        .assert_eq(&outcome.failures[0].1.to_string());
}
