//! Collections from a real cache directory, at a time that each test says.

use super::*;
use crate::content_store::ContentStore;
use crate::digest::Digest;
use crate::process::ResultOrigin;
use crate::test_support::{Fixture, run, script};
use crate::{CachePolicy, ProcessService};
use pants_model::Fingerprint;
use std::path::PathBuf;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

struct Scene {
    fixture: Fixture,
    store: ContentStore,
    terms: CollectionTerms,
}

impl Scene {
    fn new() -> Self {
        let fixture = Fixture::new("");
        let store = ContentStore::new(&fixture.cache());
        let terms = CollectionTerms { interval: Duration::ZERO, ..CollectionTerms::default() };
        Self { fixture, store, terms }
    }

    /// Stores a blob of a hundred bytes that was last used so many days ago.
    fn blob(&self, name: &str, days: u32) -> Digest {
        let digest = self.store.put_bytes(format!("{name:>100}").as_bytes()).expect("the directory is ours");
        age(&self.blob_path(&digest), days);
        digest
    }

    fn blob_path(&self, digest: &Digest) -> PathBuf {
        let hash = digest.hash.to_hex();
        self.fixture.cache().join("content").join(&hash[..2]).join(hash)
    }

    fn tool(&self, service: &ProcessService, name: &str) -> PathBuf {
        let key = Fingerprint::of_bytes(name.as_bytes());
        service.tool_dir("uv", &key, &Cancel::new(), &mut |_| Ok(())).expect("nothing is built")
    }

    fn collect(&self) -> Collected {
        collect_caches(&self.fixture.cache(), &self.terms, SystemTime::now(), &|| true)
    }
}

/// As if a file had not been used for so many days.
fn age(path: &Path, days: u32) {
    let file = File::open(path).expect("the file is there");
    file.set_modified(SystemTime::now() - days * DAY - Duration::from_secs(60)).expect("the file is ours");
}

#[test]
fn the_longest_unused_blobs_go_until_the_rest_fits() {
    let mut scene = Scene::new();
    let blobs = [3, 5, 7, 9].map(|days| scene.blob(&days.to_string(), days));
    scene.terms.content_size = 250;
    let collected = scene.collect();
    assert_eq!((collected.blobs, collected.bytes, collected.is_unfinished), (2, 200, false));
    assert_eq!(blobs.map(|blob| scene.store.holds(&blob)), [true, true, false, false]);
    assert_eq!(scene.collect().blobs, 0);
}

#[test]
fn what_was_used_lately_stays_however_much_there_is() {
    let mut scene = Scene::new();
    let blobs = [0, 1, 4].map(|days| scene.blob(&days.to_string(), days));
    scene.terms.content_size = 0;
    assert_eq!(scene.collect().blobs, 1);
    assert_eq!(blobs.map(|blob| scene.store.holds(&blob)), [true, true, false]);
}

#[test]
fn what_nobody_uses_for_months_goes_even_though_there_is_room() {
    let scene = Scene::new();
    let blobs = [59, 61].map(|days| scene.blob(&days.to_string(), days));
    assert_eq!(scene.collect().blobs, 1);
    assert_eq!(blobs.map(|blob| scene.store.holds(&blob)), [true, false]);
}

#[test]
fn a_use_is_noted() {
    let scene = Scene::new();
    let uses: [fn(&ContentStore, &Digest); 2] = [
        |store, digest| assert!(store.contains(digest)),
        |store, digest| assert_eq!(store.put_bytes(format!("{:>100}", "a").as_bytes()).expect("it is there"), *digest),
    ];
    for use_it in uses {
        let blob = scene.blob("a", 100);
        use_it(&scene.store, &blob);
        assert_eq!(scene.collect().blobs, 0);
        age(&scene.blob_path(&blob), 100);
        assert!(scene.store.holds(&blob));
        assert_eq!(scene.collect().blobs, 1, "to look is not to use");
    }
}

#[test]
fn the_rest_of_a_write_that_was_killed_goes() {
    let scene = Scene::new();
    scene.blob("a", 0);
    let content = scene.fixture.cache().join("content");
    for (name, days) in [(".tmp-new", 0), (".tmp-old", 3)] {
        fs::write(content.join(name), "half").expect("the directory is ours");
        age(&content.join(name), days);
    }
    assert_eq!(scene.collect().blobs, 1);
    assert!(content.join(".tmp-new").exists() && !content.join(".tmp-old").exists());
}

#[test]
fn a_result_goes_with_its_blobs_and_the_process_is_run_again() {
    let scene = Scene::new();
    let process = |name: &str| {
        let text = format!("mkdir -p out/{name} && echo {name} > out/{name}/file");
        crate::Process { cache: CachePolicy::Success, ..script(&text, &[&format!("out/{name}")]) }
    };
    let run = |name: &str| run(&scene.fixture.service(), &process(name)).expect("it can be run").origin;
    assert_eq!((run("a"), run("b")), (ResultOrigin::Ran, ResultOrigin::Ran));
    assert_eq!(scene.collect(), Collected::default());
    let blob = Digest::of_bytes(b"a\n");
    fs::remove_file(scene.blob_path(&blob)).expect("it was stored");
    fs::remove_dir_all(scene.fixture.root().join("out")).expect("they were made");
    assert_eq!(scene.collect().results, 1);
    assert_eq!((run("a"), run("b")), (ResultOrigin::Ran, ResultOrigin::LocalCache));
    assert_eq!(scene.fixture.read("out/a/file").as_deref(), Some("a\n"));
}

#[test]
fn tools_that_nobody_uses_go_and_are_made_anew() {
    let scene = Scene::new();
    let service = scene.fixture.service();
    let [used, unused] = ["used", "unused"].map(|name| scene.tool(&service, name));
    for directory in [&used, &unused] {
        age(&directory.join(".pants-complete"), 100);
    }
    assert_eq!(scene.tool(&service, "used"), used, "which notes the use");
    assert_eq!(scene.collect().tools, 1);
    assert!(used.exists() && !unused.exists());
    assert_eq!(scene.tool(&service, "unused"), unused);
    assert!(unused.exists());
}

#[test]
fn what_is_left_of_a_tool_goes_unless_somebody_is_making_it() {
    let scene = Scene::new();
    let tools = scene.fixture.cache().join("tools/uv");
    let [left, made, new] = ["left", "made", "new"].map(|name| tools.join(name));
    for directory in [&left, &made, &new] {
        fs::create_dir_all(directory).expect("the directory is ours");
    }
    age(&left, 2);
    age(&made, 2);
    let lock = made.with_extension("lock");
    let _making = WorkdirLock::acquire(&lock, &"a maker".into(), &Cancel::new(), &mut |_| ()).expect("nobody has it");
    assert_eq!(scene.collect().tools, 1);
    assert!(!left.exists() && made.exists() && new.exists());
}

#[test]
fn an_interrupted_collection_says_so_and_the_next_one_goes_on() {
    let scene = Scene::new();
    let blobs = ["a", "b"].map(|name| scene.blob(name, 100));
    let collected = collect_caches(&scene.fixture.cache(), &scene.terms, SystemTime::now(), &|| false);
    assert_eq!(collected, Collected { is_unfinished: true, ..Collected::default() });
    assert_eq!(blobs.map(|blob| scene.store.holds(&blob)), [true, true]);
    assert_eq!(scene.collect().blobs, 2);
}

#[test]
fn one_process_collects_at_a_time_and_not_again_soon() {
    let mut scene = Scene::new();
    scene.blob("a", 100);
    let lock = scene.fixture.cache().join("collection.lock");
    let other = WorkdirLock::acquire(&lock, &"another".into(), &Cancel::new(), &mut |_| ()).expect("nobody has it");
    assert_eq!(scene.collect(), Collected::default());
    drop(other);
    assert_eq!(scene.collect().blobs, 1);
    scene.terms.interval = Duration::from_secs(3600);
    scene.blob("a", 100);
    assert_eq!(scene.collect().blobs, 0);
    let later = SystemTime::now() + Duration::from_secs(7200);
    assert_eq!(collect_caches(&scene.fixture.cache(), &scene.terms, later, &|| true).blobs, 1);
}

#[test]
fn a_cache_that_is_not_there_is_left_so() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let missing = directory.path().join("cache");
    let terms = CollectionTerms::default();
    assert_eq!(collect_caches(&missing, &terms, SystemTime::now(), &|| true), Collected::default());
    assert!(!missing.exists());
}
