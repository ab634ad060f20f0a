//! Services with a clock of the test's own, and the bundle with real threads that wait for each other.

use super::*;
use crate::lifecycle::Lifetime;
use crate::watcher::{Watcher, WatcherConfig};
use pants_session::FileEvents as _;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Runs that a test begins and ends.
#[derive(Default)]
struct FakeRuns(Mutex<Option<Instant>>);

impl FakeRuns {
    fn idle_since(moment: Instant) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(moment))))
    }

    fn set(&self, idle_since: Option<Instant>) {
        *self.0.lock().unwrap() = idle_since;
    }
}

impl Runs for FakeRuns {
    fn idle_since(&self) -> Option<Instant> {
        *self.0.lock().unwrap()
    }
}

/// What was asked of what is warm.
#[derive(Default)]
struct FakeWarmth {
    refreshed: AtomicUsize,
    evicted: AtomicUsize,
    told: Option<Mutex<Sender<()>>>,
}

impl Warmth for FakeWarmth {
    fn refresh(&self) {
        self.refreshed.fetch_add(1, Ordering::SeqCst);
        if let Some(told) = &self.told {
            // The test may be over.
            let _ = told.lock().unwrap().send(());
        }
    }

    fn evict(&self) {
        self.evicted.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_burst_of_changes_is_applied_once_when_it_is_over() {
    let warm = Arc::new(FakeWarmth::default());
    let mut service = SchedulerService::new(warm.clone());
    let start = Instant::now();
    let mut check = |after: u64, letters: &[Letter], next: Next, refreshed: usize| {
        assert_eq!(service.tick(start + milliseconds(after), letters), Ok(next));
        assert_eq!(warm.refreshed.load(Ordering::SeqCst), refreshed);
    };
    let changed = &[Letter::FilesChanged];
    check(0, &[], Next::OnLetter, 0);
    check(10, changed, Next::In(milliseconds(100)), 0);
    check(60, changed, Next::In(milliseconds(100)), 0);
    check(110, &[], Next::In(milliseconds(50)), 0);
    check(160, &[], Next::OnLetter, 1);
    check(500, &[], Next::OnLetter, 1);
}

#[test]
fn changes_that_never_end_are_applied_now_and_then() {
    let warm = Arc::new(FakeWarmth::default());
    let mut service = SchedulerService::new(warm.clone());
    let start = Instant::now();
    for after in (0..=3000).step_by(50) {
        service.tick(start + milliseconds(after), &[Letter::FilesChanged]).unwrap();
    }
    assert_eq!(warm.refreshed.load(Ordering::SeqCst), 2);
}

#[test]
fn what_is_warm_is_forgotten_on_request() {
    let warm = Arc::new(FakeWarmth::default());
    SchedulerService::new(warm.clone()).tick(Instant::now(), &[Letter::Evict]).unwrap();
    assert_eq!((warm.evicted.load(Ordering::SeqCst), warm.refreshed.load(Ordering::SeqCst)), (1, 0));
}

#[test]
fn an_unused_daemon_ends_and_a_used_one_does_not() {
    let start = Instant::now();
    let (runs, lifetime) = (FakeRuns::idle_since(start), Arc::new(Lifetime::new()));
    let mut service = IdleService::new(runs.clone(), lifetime.clone(), seconds(100));
    assert_eq!(service.tick(start + seconds(30), &[]), Ok(Next::In(seconds(70))));
    runs.set(None);
    assert_eq!(service.tick(start + seconds(100), &[]), Ok(Next::In(seconds(100))));
    runs.set(Some(start + seconds(150)));
    assert_eq!(service.tick(start + seconds(200), &[]), Ok(Next::In(seconds(50))));
    assert!(!lifetime.is_draining());
    assert_eq!(service.tick(start + seconds(250), &[]), Ok(Next::OnLetter));
    assert_eq!(lifetime.reason().as_deref(), Some("it was not used for 100 seconds"));
}

/// A daemon whose memory a test sets, in megabytes.
struct MemoryScene {
    service: MemoryService,
    resident: Arc<AtomicU64>,
    runs: Arc<FakeRuns>,
    lifetime: Arc<Lifetime>,
}

impl MemoryScene {
    fn new(limit: u64) -> Self {
        let (runs, lifetime) = (FakeRuns::idle_since(Instant::now()), Arc::new(Lifetime::new()));
        let resident = Arc::new(AtomicU64::new(0));
        let told = resident.clone();
        let tell = Box::new(move || Some(told.load(Ordering::SeqCst) * 1_000_000));
        let service = MemoryService::new(limit * 1_000_000, tell, runs.clone(), lifetime.clone(), Post::new());
        Self { service, resident, runs, lifetime }
    }

    fn tick(&mut self, resident: u64) -> Option<String> {
        self.resident.store(resident, Ordering::SeqCst);
        self.service.tick(Instant::now(), &[]).unwrap();
        self.lifetime.reason()
    }
}

#[test]
fn a_daemon_that_is_too_large_forgets_first_and_ends_if_that_does_not_help() {
    let mut scene = MemoryScene::new(100);
    assert_eq!(scene.tick(100), None);
    assert_eq!(scene.tick(101), None);
    let reason = "it used 102 MB of memory, and `--pantsd-max-memory-usage` allows 100";
    assert_eq!(scene.tick(102).as_deref(), Some(reason));
}

#[test]
fn a_daemon_that_forgot_enough_goes_on() {
    let mut scene = MemoryScene::new(100);
    for _ in 0..3 {
        assert_eq!(scene.tick(150), None);
        assert_eq!(scene.tick(90), None);
    }
}

#[test]
fn memory_is_no_reason_to_end_while_something_runs() {
    let mut scene = MemoryScene::new(100);
    scene.runs.set(None);
    for _ in 0..3 {
        assert_eq!(scene.tick(150), None);
    }
    scene.runs.set(Some(Instant::now()));
    assert!(scene.tick(150).is_some());
}

#[test]
fn where_memory_is_not_told_nothing_is_done() {
    let (runs, lifetime) = (FakeRuns::idle_since(Instant::now()), Arc::new(Lifetime::new()));
    let mut service = MemoryService::new(1, Box::new(|| None), runs, lifetime.clone(), Post::new());
    assert_eq!(service.tick(Instant::now(), &[]), Ok(Next::OnLetter));
    assert!(!lifetime.is_draining());
}

#[cfg(target_os = "linux")]
#[test]
fn linux_tells_how_much_memory_there_is() {
    let resident = resident_bytes().unwrap();
    assert!((100_000..10_000_000_000).contains(&resident), "{resident}");
}

/// Caches that are never empty.
struct FakeStores {
    collected: Arc<AtomicUsize>,
    runs: Arc<FakeRuns>,
    is_interrupted: bool,
}

impl Stores for FakeStores {
    fn collect(&mut self, may_go_on: &dyn Fn() -> bool) -> bool {
        assert!(may_go_on());
        self.collected.fetch_add(1, Ordering::SeqCst);
        if self.is_interrupted {
            self.runs.set(None);
        }
        may_go_on()
    }
}

#[test]
fn caches_are_collected_once_an_hour_and_not_beside_runs() {
    let start = Instant::now();
    let runs = FakeRuns::idle_since(start);
    let collected = Arc::new(AtomicUsize::new(0));
    let stores = FakeStores { collected: collected.clone(), runs: runs.clone(), is_interrupted: false };
    let mut service = StoreGcService::new(Box::new(stores), runs.clone(), Arc::new(Lifetime::new()));
    let mut check = |minute: u64, next: u64, times: usize| {
        assert_eq!(service.tick(start + seconds(minute * 60), &[]), Ok(Next::In(seconds(next * 60))));
        assert_eq!(collected.load(Ordering::SeqCst), times);
    };
    check(0, 10, 0);
    runs.set(None);
    check(10, 1, 0);
    runs.set(Some(start));
    check(11, 60, 1);
    check(70, 1, 1);
    check(71, 60, 2);
}

#[test]
fn a_collection_that_a_run_has_ended_goes_on_soon() {
    let start = Instant::now();
    let runs = FakeRuns::idle_since(start);
    let stores = FakeStores { collected: Arc::default(), runs: runs.clone(), is_interrupted: true };
    let mut service = StoreGcService::new(Box::new(stores), runs, Arc::new(Lifetime::new()));
    service.tick(start, &[]).unwrap();
    assert_eq!(service.tick(start + seconds(600), &[]), Ok(Next::In(seconds(60))));
}

#[derive(Default)]
struct FakePailgun {
    is_dead: AtomicBool,
    pauses: AtomicUsize,
    resumes: AtomicUsize,
}

impl Pailgun for FakePailgun {
    fn is_alive(&self) -> bool {
        !self.is_dead.load(Ordering::SeqCst)
    }

    fn pause(&self) {
        self.pauses.fetch_add(1, Ordering::SeqCst);
    }

    fn resume(&self) {
        self.resumes.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn the_death_of_the_server_is_noticed() {
    let server = Arc::new(FakePailgun::default());
    let mut service = PailgunService::new(server.clone());
    assert!(service.tick(Instant::now(), &[]).is_ok());
    server.is_dead.store(true, Ordering::SeqCst);
    assert_eq!(service.tick(Instant::now(), &[]), Err("the server has died".into()));
}

/// A service that tells the test what it is called with, and does what the test says.
struct Told {
    name: &'static str,
    calls: Sender<String>,
    fails: fn(&[Letter]) -> Result<(), String>,
}

impl Service for Told {
    fn name(&self) -> &'static str {
        self.name
    }

    fn set_up(&mut self) -> Result<(), String> {
        self.calls.send(format!("{} set up", self.name)).map_err(|error| error.to_string())
    }

    fn tick(&mut self, _: Instant, letters: &[Letter]) -> Result<Next, String> {
        let _ = self.calls.send(format!("{} {letters:?}", self.name));
        (self.fails)(letters).map(|()| Next::OnLetter)
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.calls.send(format!("{} dropped", self.name));
    }
}

/// Services of these names; the test gets their calls, and the reasons why the daemon must end.
fn start(
    names: &[&'static str],
    fails: fn(&[Letter]) -> Result<(), String>,
) -> (Services, Post, Receiver<String>, Receiver<String>) {
    let (calls, called) = channel();
    let (deaths, died) = channel();
    let service = |name: &&'static str| Box::new(Told { name, calls: calls.clone(), fails }) as Box<dyn Service>;
    let post = Post::new();
    let on_death = move |reason: &str| drop(deaths.send(reason.to_owned()));
    let services = Services::start(names.iter().map(service).collect(), &post, on_death).unwrap();
    (services, post, called, died)
}

/// The next calls, in any order.
fn calls(called: &Receiver<String>, count: usize) -> Vec<String> {
    let mut calls: Vec<_> = (0..count).map(|_| called.recv_timeout(PATIENCE).unwrap()).collect();
    calls.sort();
    calls
}

#[test]
fn services_are_set_up_in_order_called_for_letters_and_ended() {
    let (services, post, called, died) = start(&["b", "a"], |_| Ok(()));
    assert_eq!([called.recv().unwrap(), called.recv().unwrap()], ["b set up", "a set up"]);
    assert_eq!(calls(&called, 2), ["a []", "b []"]);
    post.send("a", Letter::Evict);
    assert_eq!(calls(&called, 1), ["a [Evict]"]);
    post.send("nobody", Letter::Evict);
    assert_eq!(services.phases(), [("b", Phase::Running), ("a", Phase::Running)]);
    assert_eq!(services.terminate(PATIENCE), [""; 0]);
    assert_eq!(calls(&called, 2), ["a dropped", "b dropped"]);
    assert!(died.try_recv().is_err(), "nobody has died");
}

#[test]
fn a_paused_service_does_nothing_until_it_goes_on() {
    let (services, post, called, _died) = start(&["a"], |_| Ok(()));
    assert_eq!(calls(&called, 2), ["a []", "a set up"]);
    assert!(services.pause(PATIENCE));
    assert_eq!(services.phases(), [("a", Phase::Paused)]);
    post.send("a", Letter::Evict);
    post.send("a", Letter::Evict);
    assert!(called.try_recv().is_err());
    services.resume();
    let resumed = [called.recv_timeout(PATIENCE).unwrap(), called.recv_timeout(PATIENCE).unwrap()];
    assert!(resumed.contains(&"a [Evict]".to_owned()), "{resumed:?}");
    assert!(services.pause(PATIENCE));
    assert_eq!(services.terminate(PATIENCE), [""; 0], "a paused one can be ended, too");
}

#[test]
fn the_server_pauses_with_its_service() {
    let server = Arc::new(FakePailgun::default());
    let services = Services::start(vec![Box::new(PailgunService::new(server.clone()))], &Post::new(), |_| ()).unwrap();
    assert!(services.pause(PATIENCE));
    assert_eq!((server.pauses.load(Ordering::SeqCst), server.resumes.load(Ordering::SeqCst)), (1, 0));
    services.resume();
    assert_eq!(services.terminate(PATIENCE), [""; 0]);
    assert_eq!(server.resumes.load(Ordering::SeqCst), 1);
}

#[test]
fn a_service_that_fails_or_panics_is_the_end_with_its_reason() {
    fn check(fails: fn(&[Letter]) -> Result<(), String>, expected: &str) {
        let (services, post, _called, died) = start(&["bad", "good"], fails);
        post.send("bad", Letter::Evict);
        assert_eq!(died.recv_timeout(PATIENCE).unwrap(), expected);
        assert_eq!(services.terminate(PATIENCE), [""; 0]);
        assert!(died.try_recv().is_err(), "the other one is well");
    }
    let fails: fn(&[Letter]) -> Result<(), String> =
        |letters| if letters.is_empty() { Ok(()) } else { Err("the disk is full".into()) };
    check(fails, "the bad service failed: the disk is full");
    let panics: fn(&[Letter]) -> Result<(), String> = |letters| if letters.is_empty() { Ok(()) } else { panic!("oh") };
    check(panics, "the bad service failed: it has panicked: oh");
}

#[test]
fn a_service_that_cannot_be_set_up_starts_none() {
    struct Unwilling;
    impl Service for Unwilling {
        fn name(&self) -> &'static str {
            "unwilling"
        }
        fn set_up(&mut self) -> Result<(), String> {
            Err("there is no disk".into())
        }
        fn tick(&mut self, _: Instant, _: &[Letter]) -> Result<Next, String> {
            unreachable!("it was not set up")
        }
    }
    let started = Services::start(vec![Box::new(Unwilling)], &Post::new(), |_| ());
    assert_eq!(started.err().as_deref(), Some("the unwilling service failed: there is no disk"));
}

#[test]
fn a_service_that_does_not_end_in_time_is_named() {
    let (hold, held) = channel::<()>();
    struct Stubborn(Receiver<()>);
    impl Service for Stubborn {
        fn name(&self) -> &'static str {
            "stubborn"
        }
        fn tick(&mut self, _: Instant, _: &[Letter]) -> Result<Next, String> {
            let _ = self.0.recv();
            Ok(Next::OnLetter)
        }
    }
    let services = Services::start(vec![Box::new(Stubborn(held))], &Post::new(), |_| ()).unwrap();
    assert!(!services.pause(Duration::ZERO));
    assert_eq!(services.terminate(Duration::ZERO), ["stubborn"]);
    drop(hold);
}

#[test]
fn changes_of_files_reach_what_is_warm_and_the_loss_of_the_root_ends_the_daemon() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    std::fs::create_dir(&root).unwrap();
    let watcher = Arc::new(Watcher::open(WatcherConfig::new(root.clone(), directory.path().join("cookies"))));
    let (told, refreshed) = channel();
    let warm = Arc::new(FakeWarmth { told: Some(Mutex::new(told)), ..FakeWarmth::default() });
    let post = Post::new();
    let services: Vec<Box<dyn Service>> =
        vec![Box::new(FileEventService::new(watcher.clone(), post.clone())), Box::new(SchedulerService::new(warm))];
    let (deaths, died) = channel();
    let on_death = move |reason: &str| drop(deaths.send(reason.to_owned()));
    let services = Services::start(services, &post, on_death).unwrap();
    watcher.watch(&["".into()]);
    refreshed.recv_timeout(PATIENCE).expect("the root is watched now, which is news");
    std::fs::write(root.join("BUILD"), "").unwrap();
    refreshed.recv_timeout(PATIENCE).unwrap();
    std::fs::remove_dir_all(&root).unwrap();
    let reason = died.recv_timeout(PATIENCE).unwrap();
    let expected = format!("the file event service failed: the build root `{}` was moved or removed", root.display());
    assert_eq!(reason, expected);
    assert_eq!(services.terminate(PATIENCE), [""; 0]);
}
