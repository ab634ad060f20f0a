//! Snapshots after something happened: what is evaluated again, and what is shared.

use super::{Fixture, symbols};
use crate::{BuildFiles, Changes, Look};
use pants_model::Address;
use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

const REPO: &str = r#"
//- BUILD
target(name='all', dependencies=['a', 'b'])
//- a/BUILD
java_library(sources=['*.java'], dependencies=['c'])
//- a/A.java
//- a/BUILD.more
files(name='deep', sources=rglobs('*.txt'))
//- a/deep/er/x.txt
//- b/BUILD
import os
from_file('names.txt')
if os.environ.get('USER') == 'ann':
  target(name='ann')
if os.path.exists('out/marker'):
  target(name='marked')
//- b/names.txt
b
//- c/BUILD
java_library(sources=[])
//- .gitignore
/out/
"#;

/// A repository, and the last snapshot of it.
struct Watched {
    fixture: Fixture,
    files: Arc<BuildFiles>,
}

impl Watched {
    /// Everything is loaded.
    fn new() -> Self {
        let fixture = Fixture::new(REPO);
        let files = Arc::new(BuildFiles::new(fixture.config(), symbols()));
        assert_eq!(files.load_all(), []);
        Self { fixture, files }
    }

    /// The next snapshot after these paths changed, and how many directories were evaluated for it.
    fn after(&mut self, paths: &[&str]) -> usize {
        let changes = Changes { paths: paths.iter().map(Into::into).collect(), look: Look::Nothing };
        self.after_changes(&changes)
    }

    fn after_changes(&mut self, changes: &Changes) -> usize {
        let before = self.files.evaluations();
        self.files = self.files.renewed(changes, &self.files.environment());
        self.files.load_all();
        let fresh = BuildFiles::new(self.fixture.config(), symbols());
        assert_eq!(self.files.load_all(), fresh.load_all());
        assert_eq!(self.names(), names(&fresh));
        self.files.evaluations() - before
    }

    fn names(&self) -> Vec<String> {
        names(&self.files)
    }
}

fn names(files: &BuildFiles) -> Vec<String> {
    let graph = files.graph();
    let mut names: Vec<String> = graph.targets().map(|target| target.address.to_string()).collect();
    names.sort();
    names
}

#[test]
fn what_nobody_read_changes_nothing() {
    let mut watched = Watched::new();
    let before = watched.files.clone();
    watched.fixture.write("a/A.java", "class A {}");
    watched.fixture.write("out/x", "");
    assert_eq!(watched.after(&["a/A.java", "out/x", "out", "elsewhere/y"]), 0);
    assert!(Arc::ptr_eq(&before, &watched.files));
    let other = Arc::new(BTreeMap::from([("WINDOWID".into(), "1".into())]));
    let renewed = before.renewed(&Changes::default(), &other);
    assert!(Arc::ptr_eq(&renewed.graph(), &before.graph()) && renewed.evaluations() == before.evaluations());
    assert_eq!(renewed.environment(), other);
}

#[test]
fn what_changed_is_evaluated_and_no_more() {
    let mut watched = Watched::new();
    let change = |watched: &mut Watched, path: &str, content: &str, count: usize| {
        watched.fixture.write(path, content);
        assert_eq!(watched.after(&[path]), count, "{path}");
    };
    change(&mut watched, "a/B.java", "", 1);
    change(&mut watched, "c/C.java", "", 1);
    change(&mut watched, "a/deep/er/y.txt", "", 1);
    change(&mut watched, "b/names.txt", "b\nsecond\n", 1);
    change(&mut watched, "b/names.txt", "b\nsecond\n", 0);
    change(&mut watched, "out/marker", "", 1);
    change(&mut watched, "c/BUILD", "java_library(sources=[], dependencies=['d'])\n", 1);
    change(&mut watched, "d/BUILD", "target()\n", 1);
    change(&mut watched, ".gitignore", "/out/\n/d/\n", 0);
    assert!(!watched.names().contains(&"d:d".to_owned()));
    fs::remove_dir_all(watched.fixture.root().join("a/deep")).unwrap();
    assert_eq!(watched.after(&["a/deep"]), 1);
}

#[test]
fn what_comes_to_the_same_leaves_the_graph() {
    let mut watched = Watched::new();
    let graph = watched.files.graph();
    watched.fixture.write("c/BUILD", "java_library(sources=[])\n# The end.\n");
    assert_eq!(watched.after(&["c/BUILD"]), 1);
    assert!(Arc::ptr_eq(&graph, &watched.files.graph()));
}

#[test]
fn a_snapshot_stays_what_it_was() {
    let mut watched = Watched::new();
    let (before, names) = (watched.files.clone(), watched.names());
    watched.fixture.write("c/BUILD", "target(name='c', dependencies=['//:all'])\n");
    watched.fixture.write("b/names.txt", "other\n");
    watched.after(&["c/BUILD", "b/names.txt"]);
    assert_eq!(names, super::snapshots::names(&before));
    let c = Address::new("c", "c");
    assert_eq!(before.graph().get(&c).unwrap().type_name.as_ref(), "java_library");
    assert_eq!(watched.files.graph().get(&c).unwrap().type_name.as_ref(), "target");
}

#[test]
fn a_client_with_another_variable_that_is_read_sees_others() {
    let watched = Watched::new();
    let ann = Arc::new(BTreeMap::from([("USER".into(), "ann".into())]));
    let of_ann = watched.files.renewed(&Changes::default(), &ann);
    of_ann.load_all();
    assert_eq!(of_ann.evaluations(), watched.files.evaluations());
    assert!(names(&of_ann).contains(&"b:ann".to_owned()) && !watched.names().contains(&"b:ann".to_owned()));
    let back = of_ann.renewed(&Changes::default(), &watched.files.environment());
    assert_eq!(names(&back), watched.names());
}

#[test]
fn without_events_stamps_tell() {
    let mut watched = Watched::new();
    watched.fixture.write("a/B.java", "");
    watched.fixture.write("c/BUILD", "target()\n");
    fs::rename(watched.fixture.root().join("b"), watched.fixture.root().join("e")).unwrap();
    watched.after_changes(&Changes::unknown());
    assert!(watched.names().contains(&"e:b".to_owned()));
    fs::write(watched.fixture.root().join("c/BUILD"), "target(name='other')\n").unwrap();
    watched.after_changes(&Changes { look: Look::At(vec!["c".into()]), ..Changes::default() });
    assert!(watched.names().contains(&"c:other".to_owned()));
}

#[cfg(unix)]
#[test]
fn links_and_files_with_other_names_are_looked_at() {
    let mut watched = Watched::new();
    let root = watched.fixture.root().to_owned();
    fs::create_dir(root.join("out")).unwrap();
    fs::create_dir(root.join("out/real")).unwrap();
    fs::write(root.join("out/real/BUILD"), "target(name='one')\n").unwrap();
    fs::write(root.join("out/text"), "target(name='two')\n").unwrap();
    std::os::unix::fs::symlink("out/real", root.join("link")).unwrap();
    fs::create_dir(root.join("hard")).unwrap();
    fs::hard_link(root.join("out/text"), root.join("hard/BUILD")).unwrap();
    watched.after(&["link", "hard"]);
    assert!(watched.names().contains(&"link:one".to_owned()) && watched.names().contains(&"hard:two".to_owned()));
    assert!(!watched.files.directories_from(0).contains(&"link".into()), "nobody can watch a link");
    fs::write(root.join("out/real/BUILD"), "target(name='three')\n").unwrap();
    fs::write(root.join("out/text"), "target(name='four')\n").unwrap();
    watched.after(&[]);
    assert!(watched.names().contains(&"link:three".to_owned()) && watched.names().contains(&"hard:four".to_owned()));
}

#[test]
fn directories_are_named_once_and_again_when_they_are_others() {
    let mut watched = Watched::new();
    let count = watched.files.directories_from(0).len();
    watched.fixture.write("a/B.java", "");
    watched.after(&["a/B.java"]);
    assert_eq!(watched.files.directories_from(count), []);
    fs::rename(watched.fixture.root().join("c"), watched.fixture.root().join("d")).unwrap();
    fs::create_dir(watched.fixture.root().join("c")).unwrap();
    watched.after(&["c", "d"]);
    let mut new = watched.files.directories_from(count);
    new.sort();
    new.dedup();
    assert_eq!(new, ["c".into(), "d".into()]);
}
