//! The watcher on real directories, over both sources. Nothing sleeps: a drain is the fence.

use super::source::{Event, NotWatched, Purpose, WatchId, Watches, What};
use super::*;
use pants_session::Look;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::mpsc::{Receiver, Sender, channel};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

type Open = fn() -> io::Result<Source>;

const SOURCES: &[(&str, Open)] = &[("inotify", inotify::open), ("notify", portable::open)];

/// A build root with a watcher that has settled.
struct Scene {
    watcher: Watcher,
    directory: TempDir,
}

impl Scene {
    fn new(open: Open, directories: &[&str]) -> Self {
        Self::with(open, directories, |config| config)
    }

    fn with(open: Open, directories: &[&str], settings: impl FnOnce(WatcherConfig) -> WatcherConfig) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        for name in directories {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let config = WatcherConfig { patience: PATIENCE, ..WatcherConfig::new(root, directory.path().join("cookies")) };
        let scene = Self { watcher: Watcher::with_source(settings(config), open()), directory };
        scene.watch(directories);
        scene.watcher.drain();
        scene
    }

    fn watch(&self, directories: &[&str]) {
        self.watcher.watch(&directories.iter().map(|name| Arc::from(*name)).collect::<Vec<_>>());
        self.settle();
    }

    fn settle(&self) {
        assert!(self.watcher.await_settled(PATIENCE));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("root").join(name)
    }

    fn write(&self, name: &str) {
        fs::write(self.path(name), name).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// The paths that changed; nothing else may have to be looked at.
    fn changed(&self) -> Vec<String> {
        let Changes { paths, look } = self.watcher.drain();
        assert_eq!(look, Look::Nothing, "besides {paths:?}");
        paths.iter().map(|path| path.to_str().unwrap().to_owned()).collect()
    }

    /// What must be looked at.
    fn look(&self) -> Vec<String> {
        match self.watcher.drain().look {
            Look::Nothing => Vec::new(),
            Look::At(names) => names.iter().map(ToString::to_string).collect(),
            Look::Everywhere => vec!["everywhere".to_owned()],
        }
    }
}

fn with_each_source(test: impl Fn(Open)) {
    for (name, open) in SOURCES {
        eprintln_source(name);
        test(*open);
    }
}

/// Says in the output of a failed test which source it was.
#[expect(clippy::print_stderr, reason = "a test says what it was doing when it failed")]
fn eprintln_source(name: &str) {
    eprintln!("with {name}");
}

#[test]
fn all_that_changes_a_file_is_told_of_under_its_name() {
    with_each_source(|open| {
        let scene = Scene::new(open, &["src/a"]);
        let check = |expected: &[&str]| {
            let changed = scene.changed();
            assert_eq!(changed, expected);
        };
        check(&[]);
        scene.write("src/a/BUILD");
        check(&["src/a/BUILD"]);
        fs::set_permissions(scene.path("src/a/BUILD"), fs::Permissions::from_mode(0o600)).unwrap();
        check(&["src/a/BUILD"]);
        scene.rename("src/a/BUILD", "src/a/BUILD.x");
        check(&["src/a/BUILD", "src/a/BUILD.x"]);
        fs::hard_link(scene.path("src/a/BUILD.x"), scene.path("src/hard")).unwrap();
        assert!(scene.changed().contains(&"src/hard".to_owned()));
        std::os::unix::fs::symlink("hard", scene.path("src/soft")).unwrap();
        check(&["src/soft"]);
        fs::remove_file(scene.path("src/a/BUILD.x")).unwrap();
        assert!(scene.changed().contains(&"src/a/BUILD.x".to_owned()));
        check(&[]);
    });
}

#[test]
fn what_was_not_asked_for_costs_no_watch_and_no_event() {
    with_each_source(|open| {
        let scene = Scene::new(open, &["a"]);
        fs::create_dir_all(scene.path("ignored/deep")).unwrap();
        assert_eq!(scene.changed(), ["ignored"]);
        scene.write("ignored/deep/file");
        assert_eq!(scene.changed(), [""; 0]);
        assert_eq!(scene.watcher.watched(), 2, "the root and `a`");
    });
}

#[test]
fn a_directory_is_looked_at_until_it_is_watched_and_once_more() {
    with_each_source(|open| {
        let scene = Scene::new(open, &[""]);
        fs::create_dir_all(scene.path("a/b")).unwrap();
        assert_eq!(scene.changed(), ["a"]);
        scene.watcher.watch(&["a/b".into()]);
        scene.settle();
        assert_eq!(scene.look(), ["a", "a/b"]);
        assert_eq!(scene.look(), [""; 0]);
        scene.watch(&["a/b", "a", ""]);
        assert_eq!(scene.look(), [""; 0]);
    });
}

#[test]
fn a_directory_that_moves_is_told_of_at_both_ends_and_watched_where_it_is() {
    with_each_source(|open| {
        let scene = Scene::new(open, &["a/x", "b"]);
        scene.rename("a", "b/c");
        let changes = scene.watcher.drain();
        for path in ["a", "a/x", "b/c"] {
            assert!(changes.paths.contains(Path::new(path)), "{path} is not in {changes:?}");
        }
        scene.settle();
        scene.watcher.drain();
        scene.write("b/c/x/file");
        assert_eq!(scene.changed(), [""; 0], "nobody has asked for it under this name");
        scene.watch(&["b/c/x"]);
        assert_eq!(scene.look(), ["b/c", "b/c/x"]);
        scene.write("b/c/x/file");
        assert_eq!(scene.changed(), ["b/c/x/file"]);
    });
}

#[test]
fn a_directory_that_comes_back_is_watched_again_with_those_below_it() {
    with_each_source(|open| {
        let scene = Scene::new(open, &["a/b/c"]);
        fs::remove_dir_all(scene.path("a")).unwrap();
        scene.settle();
        let changed = scene.watcher.drain();
        assert!(changed.paths.contains(Path::new("a/b/c")), "{changed:?}");
        assert_eq!(scene.watcher.watched(), 1);
        fs::create_dir_all(scene.path("a/b/c")).unwrap();
        let told = scene.watcher.drain();
        scene.settle();
        let told_later = scene.look();
        assert!(told.paths.contains(Path::new("a")));
        assert!(told.look != Look::Nothing || told_later.contains(&"a/b/c".to_owned()));
        assert_eq!(scene.watcher.watched(), 4);
        scene.write("a/b/c/file");
        assert_eq!(scene.changed(), ["a/b/c/file"]);
    });
}

#[test]
fn directories_that_change_places_do_not_confuse_it() {
    let scene = Scene::new(inotify::open, &["a/x", "b/x"]);
    scene.rename("a", "t");
    scene.rename("b", "a");
    scene.rename("t", "b");
    scene.watcher.drain();
    scene.settle();
    scene.watcher.drain();
    scene.write("a/x/file");
    assert_eq!(scene.changed(), ["a/x/file"]);
    scene.write("b/x/file");
    assert_eq!(scene.changed(), ["b/x/file"]);
}

#[test]
fn links_are_not_watched_and_always_looked_at() {
    with_each_source(|open| {
        let scene = Scene::new(open, &["a"]);
        std::os::unix::fs::symlink("a", scene.path("link")).unwrap();
        assert_eq!(scene.changed(), ["link"]);
        scene.watch(&["link", "link/b"]);
        assert_eq!(scene.look(), ["link", "link/b"]);
        assert_eq!(scene.look(), ["link", "link/b"]);
        scene.write("a/file");
        assert_eq!(scene.watcher.drain().paths, BTreeSet::from(["a/file".into()]), "under its own name");
    });
}

#[test]
fn names_that_lead_out_of_the_build_root_are_not_watched() {
    let scene = Scene::new(inotify::open, &["a"]);
    scene.watch(&["..", "a/../..", "/", "a//b", "./a"]);
    assert_eq!(scene.watcher.watched(), 2);
}

#[test]
fn a_build_root_may_be_a_link() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("real/a")).unwrap();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink("real", &link).unwrap();
    let watcher = Watcher::open(WatcherConfig::new(link.clone(), directory.path().join("cookies")));
    watcher.watch(&["a".into()]);
    assert!(watcher.await_settled(PATIENCE));
    watcher.drain();
    fs::write(directory.path().join("real/a/file"), "").unwrap();
    assert_eq!(watcher.drain().paths, BTreeSet::from(["a/file".into()]));
    fs::create_dir(directory.path().join("other")).unwrap();
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("other", &link).unwrap();
    assert_eq!(watcher.drain(), Changes::unknown());
    assert_eq!(watcher.trouble(), Some(Trouble::RootGone(link)));
}

#[test]
fn a_build_root_that_is_moved_or_removed_is_the_end() {
    type Gone = fn(&Scene) -> io::Result<()>;
    let ways: [Gone; 2] = [
        |scene| fs::rename(scene.path(""), scene.directory.path().join("elsewhere")),
        |scene| fs::remove_dir_all(scene.path("")),
    ];
    for gone in ways {
        let scene = Scene::new(inotify::open, &["a"]);
        let (sender, told) = channel();
        scene.watcher.on_news(move || _ = sender.send(()));
        gone(&scene).unwrap();
        while scene.watcher.trouble().is_none() {
            told.recv_timeout(PATIENCE).expect("it is told of");
        }
        assert_eq!(scene.look(), ["everywhere"]);
        assert!(scene.watcher.trouble().unwrap().to_string().contains("was moved or removed"));
    }
}

#[test]
fn fences_leave_nothing_behind_and_their_directory_may_be_removed() {
    with_each_source(|open| {
        let scene = Scene::new(open, &["a"]);
        let cookies = scene.directory.path().join("cookies");
        for _ in 0..20 {
            scene.changed();
        }
        assert_eq!(fs::read_dir(&cookies).unwrap().count(), 0);
        fs::remove_dir_all(&cookies).unwrap();
        scene.write("a/file");
        assert_eq!(scene.look(), ["everywhere"]);
        scene.write("a/file");
        scene.look();
        scene.write("a/file");
        assert_eq!(scene.changed(), ["a/file"]);
        drop(scene.watcher);
        assert!(!cookies.exists());
    });
}

#[test]
fn what_a_killed_daemon_left_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let cookies = directory.path().join("cookies");
    fs::create_dir(&cookies).unwrap();
    fs::write(cookies.join("fence-7"), "").unwrap();
    drop(Watcher::open(WatcherConfig::new(directory.path().to_owned(), cookies.clone())));
    assert!(!cookies.exists());
}

#[test]
fn of_many_who_ask_at_once_each_gets_what_happened_before() {
    let scene = Scene::new(inotify::open, &["a"]);
    let told = Mutex::new(BTreeSet::new());
    std::thread::scope(|threads| {
        for writer in 0..4 {
            let (scene, told) = (&scene, &told);
            threads.spawn(move || {
                for round in 0..100 {
                    let name = PathBuf::from(format!("a/{writer}-{round}"));
                    scene.write(name.to_str().unwrap());
                    // As the state of whoever asks, which others ask for, too.
                    let mut told = told.lock().unwrap();
                    let Changes { paths, look } = scene.watcher.drain();
                    assert_eq!(look, Look::Nothing);
                    told.extend(paths);
                    assert!(told.contains(&name), "{name:?}");
                }
            });
        }
    });
    assert_eq!(told.into_inner().unwrap().len(), 400);
}

#[test]
fn fences_pass_in_any_order() {
    let scene = Scene::new(inotify::open, &["a"]);
    let paths = Mutex::new(BTreeSet::new());
    std::thread::scope(|threads| {
        for writer in 0..4 {
            let (scene, paths) = (&scene, &paths);
            threads.spawn(move || {
                for round in 0..100 {
                    scene.write(&format!("a/{writer}-{round}"));
                    let changes = scene.watcher.drain();
                    assert_eq!(changes.look, Look::Nothing);
                    paths.lock().unwrap().extend(changes.paths);
                }
            });
        }
    });
    assert_eq!(paths.into_inner().unwrap().len(), 400, "each is told of to somebody");
}

#[test]
fn thousands_of_changes_at_once_are_all_told_of() {
    let scene = Scene::new(inotify::open, &["a", "b"]);
    for index in 0..4000 {
        scene.write(&format!("a/{index}"));
    }
    for index in 0..2000 {
        scene.rename(&format!("a/{index}"), &format!("b/{index}"));
    }
    let Changes { paths, look } = scene.watcher.drain();
    assert!(look == Look::Everywhere || (look == Look::Nothing && paths.len() == 6000), "{look:?} {}", paths.len());
}

#[test]
fn more_paths_than_anybody_wants_are_everything() {
    let mut ledger = Ledger::new("/root".into(), "/cookies".into(), Box::new(Scripted { added: 0 }), usize::MAX);
    ledger.ask(&["".into()]);
    let names = ledger.next_to_arm(1);
    ledger.arm(&names[0], None);
    let mut changes = |count: usize| {
        for index in 0..count {
            let name = index.to_string();
            ledger.apply(Event { watch: WatchId(1), name: Some(name.as_ref()), what: What::Appeared });
        }
        let (fence, _) = ledger.begin_fence();
        ledger.give_up_fence(fence)
    };
    assert_eq!(changes(50_001), Changes::unknown());
    assert_eq!(changes(3).look, Look::Everywhere, "a fence that is given up is a look everywhere, too");
}

#[test]
fn beyond_the_limit_directories_are_looked_at_each_time_and_the_reason_is_given() {
    with_each_source(|open| {
        let scene = Scene::with(open, &["a/b", "c", "d"], |config| WatcherConfig { most_watches: 3, ..config });
        assert_eq!(scene.watcher.watched(), 3);
        assert_eq!(scene.look(), ["c", "d"]);
        assert_eq!(scene.look(), ["c", "d"]);
        let reason = scene.watcher.degraded().unwrap();
        assert!(
            reason.starts_with("2 of 5 directories are not watched and are looked at before each run: "),
            "{reason}"
        );
        assert!(reason.contains("fs.inotify.max_user_watches"), "{reason}");
    });
}

#[test]
fn on_a_network_file_system_nothing_is_watched_and_the_reason_is_given() {
    let nfs: FileSystemOf = |_| Ok(FileSystem::Remote("NFS"));
    let scene = Scene::with(inotify::open, &["a"], |config| WatcherConfig { file_system_of: nfs, ..config });
    assert_eq!((scene.look(), scene.watcher.watched()), (vec!["everywhere".to_owned()], 0));
    assert_eq!(scene.look(), ["everywhere"]);
    assert!(scene.watcher.degraded().unwrap().contains("(NFS) that does not tell of changes"));
}

#[test]
fn a_system_without_events_is_one_without_watches() {
    let none: Open = || Err(io::Error::from_raw_os_error(24));
    let scene = Scene::new(none, &["a"]);
    assert_eq!(scene.look(), ["everywhere"]);
    assert!(scene.watcher.degraded().unwrap().contains("fs.inotify.max_user_instances"));
}

/// A source that says what a test wants, and takes each directory.
struct Scripted {
    added: i64,
}

impl Watches for Scripted {
    fn add(&mut self, _: &Path, _: Purpose) -> Result<WatchId, NotWatched> {
        self.added += 1;
        Ok(WatchId(self.added))
    }

    fn remove(&mut self, _: WatchId) {}
}

struct Script(Receiver<Option<What>>, Vec<What>);

impl Events for Script {
    fn wait(&mut self) -> io::Result<Woken> {
        match self.0.recv() {
            Ok(Some(what)) => {
                self.1.push(what);
                Ok(Woken::Events)
            }
            Ok(None) | Err(_) => Ok(Woken::Closed),
        }
    }

    fn read(&mut self, apply: &mut dyn FnMut(Event<'_>)) -> io::Result<()> {
        for what in self.1.drain(..) {
            if what == What::Ended {
                return Err(io::Error::other("the disk is on fire"));
            }
            apply(Event { watch: WatchId(0), name: None, what });
        }
        Ok(())
    }
}

struct HangUp(Sender<Option<What>>);

impl Drop for HangUp {
    fn drop(&mut self) {
        let _ = self.0.send(None);
    }
}

/// A watcher whose events a test makes, and which waits for fences that never pass for as long as it is told to.
fn scripted(patience: Duration) -> (TempDir, Watcher, Sender<Option<What>>) {
    let directory = tempfile::tempdir().unwrap();
    let (sender, script) = channel();
    let source = Source {
        watches: Box::new(Scripted { added: 0 }),
        events: Box::new(Script(script, Vec::new())),
        close: Box::new(HangUp(sender.clone())),
    };
    let config = WatcherConfig::new(directory.path().to_owned(), directory.path().join("cookies"));
    let watcher = Watcher::with_source(WatcherConfig { patience, ..config }, Ok(source));
    (directory, watcher, sender)
}

#[test]
fn lost_events_are_a_look_everywhere_for_whoever_waits() {
    let (_directory, watcher, events) = scripted(PATIENCE);
    std::thread::scope(|threads| {
        let waiting: Vec<_> = (0..2).map(|_| threads.spawn(|| watcher.drain())).collect();
        // Until both wait for their fences, the loss is no news to them, but to the next that is told of it.
        while waiting.iter().any(|thread| !thread.is_finished()) {
            events.send(Some(What::Overflow)).unwrap();
            std::thread::yield_now();
        }
        for thread in waiting {
            assert_eq!(thread.join().unwrap().look, Look::Everywhere);
        }
    });
    assert_eq!(watcher.trouble(), None);
    assert_eq!(watcher.degraded(), None);
}

#[test]
fn events_that_never_come_are_waited_for_once() {
    let (_directory, watcher, _events) = scripted(Duration::from_millis(1));
    assert_eq!(watcher.degraded(), None);
    assert_eq!(watcher.drain(), Changes::unknown());
    assert!(watcher.degraded().unwrap().contains("no file events come"));
    assert_eq!(watcher.drain(), Changes::unknown());
}

#[test]
fn events_that_come_no_more_are_waited_for_three_times() {
    let (directory, watcher, events) = scripted(Duration::from_millis(200));
    std::thread::scope(|threads| {
        threads.spawn(|| watcher.drain());
        while fs::read_dir(directory.path().join("cookies")).unwrap().next().is_none() {
            std::thread::yield_now();
        }
        events.send(Some(What::Overflow)).unwrap();
    });
    for _ in 0..2 {
        assert_eq!(watcher.drain(), Changes::unknown());
        assert_eq!(watcher.degraded(), None);
    }
    assert_eq!(watcher.drain(), Changes::unknown());
    assert!(watcher.degraded().is_some());
}

#[test]
fn cookies_that_cannot_be_written_cost_a_look_everywhere_and_no_more() {
    let scene = Scene::new(inotify::open, &["a"]);
    let cookies = scene.directory.path().join("cookies");
    for _ in 0..5 {
        // A file in the place of the directory: not even root can write there.
        fs::remove_dir_all(&cookies).unwrap();
        fs::write(&cookies, "").unwrap();
        assert_eq!(scene.look(), ["everywhere"]);
        fs::remove_file(&cookies).unwrap();
        assert_eq!(scene.look(), ["everywhere"]);
        scene.look();
    }
    scene.write("a/file");
    assert_eq!(scene.changed(), ["a/file"]);
    assert_eq!(scene.watcher.degraded(), None);
}

#[test]
fn events_that_cannot_be_read_are_trouble_and_nobody_waits() {
    let (_directory, watcher, events) = scripted(PATIENCE);
    let (sender, told) = channel();
    watcher.on_news(move || _ = sender.send(()));
    events.send(Some(What::Ended)).unwrap();
    told.recv_timeout(PATIENCE).unwrap();
    assert_eq!(watcher.trouble(), Some(Trouble::Failed("the disk is on fire".into())));
    assert_eq!(watcher.drain(), Changes::unknown());
}
