//! Evaluated BUILD files that are kept between runs.

use super::{Fixture, symbols};
use crate::{AddressSpec, BuildFiles, EvaluationStore, MissingFilesPolicy, SpecFilters, Stored, WorkspaceConfig};
use pants_model::Address;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A store in memory.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<String, Vec<u8>>>);

impl EvaluationStore for Memory {
    fn load(&self, name: &str, most: usize) -> Stored {
        match self.0.lock().unwrap().get(name) {
            None => Stored::Nothing,
            Some(bytes) if bytes.len() > most => Stored::TooLong,
            Some(bytes) => Stored::Bytes(bytes.clone()),
        }
    }

    fn save(&self, name: &str, bytes: &[u8]) {
        self.0.lock().unwrap().insert(name.to_owned(), bytes.to_vec());
    }
}

const REPO: &str = r#"
//- BUILD
target(name='all', dependencies=['a', 'b', 'c'])
//- a/BUILD
java_library(sources=['*.java'], dependencies=[scoped('b', scope='runtime')], tags={'x', 'y'}, description='a\nb')
//- a/A.java
//- a/BUILD.more
files(name='deep', sources=rglobs('*.txt'))
jar_library(name='jars', jars=[jar('org', 'name', '1.0', force=True, extras={'k': [1, -2, None, 2.5]})])
//- a/deep/er/x.txt
//- b/BUILD
import os
from_file('names.txt')
if os.environ.get('USER') == 'ann':
  target(name='ann')
if os.path.exists('marker'):
  target(name='marked')
//- b/names.txt
b
second
//- c/BUILD
import glob
files(name='c', sources=['nowhere.txt'])
for path in glob.glob('c/*.md'):
  target(name=path.split('/')[-1][:-3])
//- c/one.md
"#;

/// Runs over one repository that share a store.
struct Runs {
    fixture: Fixture,
    store: Arc<Memory>,
}

impl Runs {
    /// The repository, and a store that knows all of it.
    fn new() -> Self {
        let runs = Self { fixture: Fixture::new(REPO), store: Arc::default() };
        runs.check(4, "nothing is stored");
        runs
    }

    fn config(&self) -> WorkspaceConfig {
        let environment = Arc::new([("USER".into(), "ann".into())].into());
        WorkspaceConfig { environment, ..self.fixture.config() }
    }

    /// Checks that so many directories are evaluated now, and none in the run after it. Both must come to what a run
    /// without a store comes to.
    #[track_caller]
    fn check(&self, evaluated: usize, why: &str) {
        self.check_config(&self.config(), evaluated, why);
    }

    #[track_caller]
    fn check_config(&self, config: &WorkspaceConfig, evaluated: usize, why: &str) {
        let (alone, _) = load(config, &Arc::default());
        for (count, why) in [(evaluated, why.to_owned()), (0, format!("again, after: {why}"))] {
            let (now, evaluations) = load(config, &self.store);
            assert!(now == alone, "{why}: it must be\n{alone}\nand is\n{now}");
            assert_eq!(evaluations, count, "{why}");
        }
    }
}

/// A store of which any part is too long, and that counts how often it is asked.
#[derive(Default)]
struct TooLong(AtomicUsize);

impl EvaluationStore for TooLong {
    fn load(&self, _: &str, _: usize) -> Stored {
        self.0.fetch_add(1, Ordering::Relaxed);
        Stored::TooLong
    }

    fn save(&self, _: &str, _: &[u8]) {}
}

#[test]
fn nobody_looks_into_the_store_to_load_nothing() {
    let fixture = Fixture::new(
        r"
//- a/BUILD
for n in range(500):
    target(name='t%d' % n, dependencies=[':t%d' % (n + 1)])
target(name='t500', dependencies=['b'])
//- b/BUILD
target()
",
    );
    let store = Arc::new(TooLong::default());
    let build_files = BuildFiles::new(fixture.config(), symbols()).with_store(store.clone());
    let first = AddressSpec::Single(Address::new("a", "t0"));
    assert_eq!(build_files.resolve(&[first], &SpecFilters::default()), (vec![Address::new("a", "t0")], Vec::new()));
    assert_eq!(build_files.graph().len(), 502);
    assert_eq!(store.0.load(Ordering::Relaxed), 2, "once for each directory that is loaded by itself");
}

/// Loads everything: targets, complaints and reads in full, and how many directories were evaluated for that.
fn load(config: &WorkspaceConfig, store: &Arc<Memory>) -> (String, usize) {
    let build_files = BuildFiles::new(config.clone(), symbols()).with_store(store.clone());
    let diagnostics = build_files.load_all();
    build_files.save_evaluations();
    let graph = build_files.graph();
    let reads: Vec<_> = build_files.evaluated_dirs().iter().map(|dir| build_files.reads_of(dir)).collect();
    let targets: Vec<_> = graph.targets().collect();
    (format!("{targets:#?}\n{diagnostics:#?}\n{reads:#?}"), build_files.evaluations())
}

#[test]
fn only_what_changed_is_evaluated() {
    let runs = Runs::new();
    let change = |path: &str, content: &str, why: &str| {
        runs.fixture.write(path, content);
        runs.check(1, why);
    };
    change("c/BUILD", "files(name='c', sources=['other.txt'])\n", "a BUILD file has another content");
    change("a/Another.java", "", "a source came");
    change("a/deep/y.txt", "", "a source came that a pattern finds further down");
    change("b/names.txt", "b\nthird\n", "a file has another content that a macro reads");
    change("marker", "", "a path exists that was asked for");
    change("d/BUILD", "target()\n", "a directory is new");
}

#[test]
fn what_is_found_by_pattern_or_in_the_environment_counts() {
    let runs = Runs::new();
    runs.fixture.write("c/two.md", "");
    runs.check(1, "`glob` finds one more");
    let environment = Arc::new([("USER".into(), "bob".into()), ("OTHER".into(), "x".into())].into());
    let other_user = WorkspaceConfig { environment, ..runs.config() };
    runs.check_config(&other_user, 1, "a variable that is read has another value");
}

#[test]
fn another_configuration_has_evaluations_of_its_own() {
    let runs = Runs::new();
    let ignoring = WorkspaceConfig { missing_files: MissingFilesPolicy::Ignore, ..runs.config() };
    runs.check_config(&ignoring, 4, "missing files are no matter");
    runs.check(0, "the first configuration is still there");
    let mut platforms = ignoring.clone();
    platforms.option_keys.insert("jvm-platform", "platforms", vec!["java8".to_owned()]);
    runs.check_config(&platforms, 4, "an option has a key that rules ask for");
    platforms.option_keys.insert("jvm-platform", "platforms", vec!["java9".to_owned()]);
    runs.check_config(&platforms, 4, "it has another key");
    runs.fixture.write("prelude.py", "OWNER = 'x'\n");
    let prelude = WorkspaceConfig { prelude_globs: vec!["prelude.py".to_owned()], ..ignoring };
    runs.check_config(&prelude, 4, "there is a prelude");
    runs.fixture.write("prelude.py", "OWNER = 'y'\n");
    runs.check_config(&prelude, 4, "it has another content");
}

#[test]
fn what_has_errors_is_evaluated_and_told_every_time() {
    let runs = Runs::new();
    runs.fixture.write("c/BUILD", "target(name='c', nonsense=1)\nunheard_of()\n");
    let [first, second] = [(); 2].map(|()| load(&runs.config(), &runs.store));
    assert!(first.0.contains("`target` has no field `nonsense`"), "{}", first.0);
    assert_eq!(first, second);
    assert_eq!(first.1, 1);
}

#[test]
fn a_long_pack_is_not_read_for_little() {
    let runs = Runs::new();
    for number in 0..40 {
        let text = format!("target(description='{}', dependencies=['b'])\n", "x".repeat(4000));
        runs.fixture.write(&format!("many/m{number}/BUILD"), &text);
    }
    runs.check(40, "they are new");
    let build_files = BuildFiles::new(runs.config(), symbols()).with_store(runs.store.clone());
    let (found, _) = build_files.resolve(&[AddressSpec::Siblings("many/m0".to_owned())], &SpecFilters::default());
    assert_eq!((found.len(), build_files.evaluations()), (1, 2), "one directory, and the one that it depends on");
}

#[test]
fn what_is_damaged_is_as_if_it_was_not_there() {
    let runs = Runs::new();
    let whole = runs.store.0.lock().unwrap().clone();
    for at in (0..500).step_by(50) {
        let damaged = |damage: fn(&mut Vec<u8>, usize)| {
            let mut damaged = whole.clone();
            damaged.values_mut().for_each(|bytes| damage(bytes, at));
            *runs.store.0.lock().unwrap() = damaged;
        };
        damaged(|bytes, at| bytes[at] ^= 4);
        runs.check(4, "a bit is another");
        damaged(Vec::truncate);
        runs.check(4, "the end is missing");
    }
}
