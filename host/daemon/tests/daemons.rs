//! The life of daemons, with real processes: launched, found, replaced, killed.
//!
//! The daemon is this binary, which executes itself as `pants` does; its body does what the variable `BODY` says. That is
//! why the harness is our own.
#![allow(clippy::print_stdout, reason = "a harness says what it ran")]
#![expect(clippy::disallowed_methods, reason = "the test stands in for the cli, which reads the environment")]

use pants_daemon::lifecycle::{
    Announced, DaemonBody, Handle, Identity, Launch, LaunchError, Program, SERVE, START_TIMEOUT, Settings, Site,
    UNDERTAKER, Unwanted, kill, maybe_launch, run_daemon, stop, undertake,
};
use pants_model::LogLevel;
use pants_options::Invocation;
use pants_process::{Cancel, KnownProcess, ProcessManager};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

const TESTS: &[(&str, fn())] = &[
    ("ten_clients_at_once_start_one_daemon", ten_clients_at_once_start_one_daemon),
    ("a_daemon_is_found_with_all_that_is_needed", a_daemon_is_found_with_all_that_is_needed),
    ("what_the_client_has_open_is_not_kept_open", what_the_client_has_open_is_not_kept_open),
    ("another_option_replaces_it_and_it_finishes_its_runs", another_option_replaces_it_and_it_finishes_its_runs),
    ("one_that_refused_is_replaced", one_that_refused_is_replaced),
    ("why_it_did_not_start_is_told_and_remembered", why_it_did_not_start_is_told_and_remembered),
    ("one_that_dies_at_once_is_told_of", one_that_dies_at_once_is_told_of),
    ("one_that_does_not_start_is_not_waited_for", one_that_does_not_start_is_not_waited_for),
    ("after_kill_nine_the_next_one_cleans_up", after_kill_nine_the_next_one_cleans_up),
    ("what_a_killed_one_leaves_does_not_wait_for_the_next", what_a_killed_one_leaves_does_not_wait_for_the_next),
    ("kill_ends_everything", kill_ends_everything),
    ("stop_waits_for_its_runs", stop_waits_for_its_runs),
    ("a_deep_build_root_has_its_socket_elsewhere", a_deep_build_root_has_its_socket_elsewhere),
    ("a_place_that_cannot_be_used_is_named", a_place_that_cannot_be_used_is_named),
    ("two_that_start_without_a_lock_are_one", two_that_start_without_a_lock_are_one),
    ("one_that_does_not_end_is_ended", one_that_does_not_end_is_ended),
    ("one_whose_files_are_gone_ends", one_whose_files_are_gone_ends),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if first.as_deref() == Some(SERVE) {
        return ExitCode::from(run_daemon(&Body::default()));
    }
    if first.as_deref() == Some(UNDERTAKER) {
        return ExitCode::from(undertake());
    }
    let filter = first.filter(|argument| !argument.starts_with('-'));
    let is_asked_for = |name: &str| filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()));
    for (name, test) in TESTS.iter().filter(|(name, _)| is_asked_for(name)) {
        test();
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}

/// What a daemon of these tests is made of.
#[derive(Default)]
struct Body {
    log_file: OnceLock<PathBuf>,
}

fn does(what: &str) -> bool {
    std::env::var("BODY").is_ok_and(|body| body.split(' ').any(|word| word == what))
}

impl DaemonBody for Body {
    fn begin(&self, settings: &Settings) -> Result<(), String> {
        if does("refuse") {
            return Err("there is no luck today".to_owned());
        }
        if does("die") {
            std::process::abort();
        }
        if does("dream") {
            std::thread::sleep(Duration::from_secs(100));
        }
        let directory = settings.site.log_file.parent().expect("it has one");
        fs::create_dir_all(directory).map_err(|error| error.to_string())?;
        self.log_file.set(settings.site.log_file.clone()).map_err(|_| "twice".to_owned())
    }

    fn serve(&self, announced: Announced) -> Result<(), String> {
        let root = announced.settings.site.build_root.clone();
        if does("tool") {
            let tool = Command::new("sleep").arg("1000").spawn().map_err(|error| error.to_string())?;
            fs::write(root.join("tool"), tool.id().to_string()).map_err(|error| error.to_string())?;
        }
        while !announced.lifetime.drain_token().wait_timeout(Duration::from_secs(60)) {}
        // A run that ends when somebody says so, or when it is cancelled.
        while does("busy") && !announced.lifetime.is_stopping() && !root.join("release").exists() {
            announced.lifetime.stop_token().wait_timeout(Duration::from_millis(5));
        }
        while does("stubborn") {
            std::thread::sleep(Duration::from_secs(1));
        }
        Ok(())
    }

    fn log(&self, line: &str) {
        let Some(path) = self.log_file.get() else { return };
        let file = fs::File::options().append(true).create(true).open(path);
        file.and_then(|mut file| writeln!(file, "{line}")).expect("the log can be written");
    }
}

/// A build root; whatever runs for it ends with it.
struct Root {
    directory: tempfile::TempDir,
    path: PathBuf,
    environment: BTreeMap<OsString, OsString>,
    told: Mutex<Vec<String>>,
}

impl Root {
    fn new(body: &str) -> Self {
        Self::below(body, "")
    }

    fn below(body: &str, inside: &str) -> Self {
        let directory = tempfile::tempdir().expect("tests have a temporary directory");
        let mut path = directory.path().canonicalize().expect("it is there");
        path.extend((!inside.is_empty()).then_some(inside));
        fs::create_dir_all(&path).expect("the directory is ours");
        fs::write(path.join("pants.toml"), "").expect("the directory is ours");
        let temporary = directory.path().join("t");
        fs::create_dir(&temporary).expect("the directory is ours");
        let environment = [("BODY", body.into()), ("PATH", std::env::var_os("PATH").unwrap_or_default())];
        let mut environment: BTreeMap<OsString, OsString> =
            environment.into_iter().map(|(name, value)| (name.into(), value)).collect();
        environment.insert("TMPDIR".into(), temporary.into());
        Self { directory, path, environment, told: Mutex::default() }
    }

    fn settings(&self, args: &[&str]) -> Settings {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let environment = Arc::new(self.environment.clone());
        let invocation = Invocation { args, environment, cwd: self.path.clone() };
        let bootstrap = pants_options::bootstrap(&invocation).expect("nothing is wrong");
        let identity = Identity::of(&bootstrap, Program::here().expect("it is running"));
        Settings::of(&bootstrap, Site::of(&bootstrap, &self.environment), identity)
    }

    fn site(&self) -> Site {
        self.settings(&[]).site
    }

    fn launch(&self, args: &[&str]) -> Result<Handle, LaunchError> {
        self.launch_instead(args, None, START_TIMEOUT)
    }

    fn launch_instead(
        &self,
        args: &[&str],
        unwanted: Option<Unwanted>,
        start_timeout: Duration,
    ) -> Result<Handle, LaunchError> {
        let tell = |_: LogLevel, line: &str| self.told.lock().expect("nobody panicked").push(line.to_owned());
        let (environment, cancel) = (&self.environment, &Cancel::new());
        let settings = self.settings(args);
        maybe_launch(&Launch { settings, environment, unwanted, tell: &tell, start_timeout, cancel })
    }

    fn error(&self) -> String {
        let error = self.launch(&[]).expect_err("it cannot start").to_string();
        error.replace(&self.path.display().to_string(), "[ROOT]")
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock().expect("nobody panicked"))
    }

    fn log(&self) -> String {
        fs::read_to_string(self.site().log_file).unwrap_or_default()
    }

    /// What is in `.pids`.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path.join(".pids")).into_iter().flatten().filter_map(Result::ok);
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn tool(&self) -> KnownProcess {
        let file = self.path.join("tool");
        wait_for("the tool", || fs::read_to_string(&file).is_ok_and(|text| !text.is_empty()));
        KnownProcess::with_id(fs::read_to_string(&file).expect("it is there").parse().expect("a number"))
    }

    fn release(&self) {
        fs::write(self.path.join("release"), "").expect("the directory is ours");
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let site = self.site();
        if let Err(error) = kill(&site, &Cancel::new()) {
            println!("{error}");
        }
        let _ = self.directory.path();
    }
}

#[track_caller]
fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_there() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what} did not come");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn process(handle: &Handle) -> KnownProcess {
    KnownProcess::with_id(handle.pid)
}

fn send(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a process id")).expect("it is not zero");
    kill_process(pid, signal).expect("it is ours");
}

fn ten_clients_at_once_start_one_daemon() {
    let root = Root::new("");
    let handles: Vec<Handle> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..10).map(|_| scope.spawn(|| root.launch(&[]).expect("it starts"))).collect();
        clients.into_iter().map(|client| client.join().expect("it does not panic")).collect()
    });
    assert!(handles.iter().all(|handle| *handle == handles[0]), "{handles:?}");
    assert_eq!(root.log().matches("initializing pantsd...").count(), 1);
    assert_eq!(root.files(), [".lock.pantsd", "pantsd", "pantsd.sock"]);
}

fn a_daemon_is_found_with_all_that_is_needed() {
    let root = Root::new("");
    let handle = root.launch(&[]).expect("it starts");
    UnixStream::connect(&handle.socket).expect("it listens");
    assert_eq!(handle.log_file, root.path.join(".pants.d/pantsd/pantsd.log"));
    let manager = ProcessManager::new(&root.path.join(".pids"), "pantsd");
    assert_eq!(manager.pid().expect("it can be read"), Some(handle.pid));
    for key in ["pid", "start_time", "fingerprint", "options", "socket"] {
        assert!(manager.read_metadata(key).expect("it can be read").is_some_and(|value| !value.is_empty()), "{key}");
    }
    // It heads a session of its own, in the build root, and nothing of ours is open in it.
    let of = |name: &str| fs::read_link(format!("/proc/{}/{name}", handle.pid));
    assert_eq!(of("cwd").expect("it is alive"), root.path);
    for stream in ["fd/0", "fd/1", "fd/2"] {
        assert_eq!(of(stream).expect("it is alive"), Path::new("/dev/null"));
    }
    let title = fs::read_to_string(format!("/proc/{}/cmdline", handle.pid)).expect("it is alive");
    assert!(title.starts_with(&format!("pantsd [{}]", root.path.display())), "{title}");
    assert_eq!(root.launch(&["-ldebug", "--tag=x"]).expect("it runs"), handle);
    assert_eq!(root.told(), [""; 0]);
    send(handle.pid, Signal::TERM);
    wait_for("its end", || !process(&handle).is_running());
    assert_eq!(root.files(), [".lock.pantsd"]);
    assert!(
        root.log().ends_with("it ends: it was told to end\nServer exiting with Ok(())\nexiting.\n"),
        "{}",
        root.log()
    );
}

fn what_the_client_has_open_is_not_kept_open() {
    let (mut reader, writer) = std::io::pipe().expect("there are pipes");
    // As a shell leaves it to its children.
    rustix::io::fcntl_setfd(&writer, rustix::io::FdFlags::empty()).expect("it is open");
    let root = Root::new("");
    root.launch(&[]).expect("it starts");
    drop(writer);
    assert_eq!(reader.read(&mut [0]).expect("it is open"), 0, "nobody else can write into it");
}

fn another_option_replaces_it_and_it_finishes_its_runs() {
    let root = Root::new("busy");
    let old = root.launch(&[]).expect("it starts");
    let new = root.launch(&["--pantsd-idle-timeout=7"]).expect("it starts");
    assert_ne!(old.pid, new.pid);
    let reason = "option `pantsd-idle-timeout` changed from `10800` to `7`";
    assert_eq!(root.told(), [format!("pantsd (pid {}) is replaced: {reason}", old.pid)]);
    assert!(process(&old).is_running(), "it has a run");
    let draining = format!("pantsd-draining-{}", old.pid);
    assert_eq!(root.files(), [".lock.pantsd", "pantsd", &draining, "pantsd.sock"]);
    UnixStream::connect(&old.socket).expect("its clients reach it");
    root.release();
    wait_for("its end", || !process(&old).is_running());
    assert!(root.log().contains(&format!("it ends: it is replaced: {reason}\n")), "{}", root.log());
    assert_eq!(root.files(), [".lock.pantsd", "pantsd", "pantsd.sock"]);
    UnixStream::connect(&new.socket).expect("it listens");
}

fn one_that_refused_is_replaced() {
    let root = Root::new("");
    let old = root.launch(&[]).expect("it starts");
    let unwanted = || Some(Unwanted { pid: old.pid, reason: "plugin `x` changed".to_owned() });
    let new = root.launch_instead(&[], unwanted(), START_TIMEOUT).expect("it starts");
    assert_ne!(old.pid, new.pid);
    assert_eq!(root.told(), [format!("pantsd (pid {}) is replaced: plugin `x` changed", old.pid)]);
    // Another client was refused by the same one.
    assert_eq!(root.launch_instead(&[], unwanted(), START_TIMEOUT).expect("it runs"), new);
    wait_for("its end", || !process(&old).is_running());
}

fn why_it_did_not_start_is_told_and_remembered() {
    let mut root = Root::new("refuse");
    assert_eq!(root.error(), "it did not start: there is no luck today");
    root.environment.insert("BODY".into(), "".into());
    let again = root.error();
    assert!(again.ends_with("there is no luck today (tried a moment ago)"), "{again}");
    let handle = root.launch(&["--pantsd-idle-timeout=7"]).expect("another one is tried at once");
    assert_eq!(root.launch(&["--pantsd-idle-timeout=7"]).expect("it runs"), handle);
    assert_eq!(root.files(), [".lock.pantsd", "pantsd", "pantsd.sock"], "it is forgotten");
}

fn one_that_dies_at_once_is_told_of() {
    let error = Root::new("die").error();
    assert!(error.starts_with("it did not start: it ended with signal: 6"), "{error}");
}

fn one_that_does_not_start_is_not_waited_for() {
    let root = Root::new("dream");
    let error = root.launch_instead(&[], None, Duration::from_millis(300)).expect_err("it dreams");
    assert_eq!(error.to_string(), "it did not start within 300ms");
    assert_eq!(root.files(), [".failed.pantsd", ".lock.pantsd"]);
}

fn after_kill_nine_the_next_one_cleans_up() {
    let root = Root::new("tool");
    let killed = root.launch(&[]).expect("it starts");
    let tool = root.tool();
    fs::write(root.path.join(".pids/pantsd/.unfinished-4194300-1"), "half").expect("the directory is ours");
    // With whoever would do it before.
    send(undertaker_of(killed.pid), Signal::KILL);
    send(killed.pid, Signal::KILL);
    wait_for("its end", || !process(&killed).is_running());
    assert!(killed.socket.exists() && tool.is_running());
    let next = root.launch(&[]).expect("it starts");
    assert_ne!(next.pid, killed.pid);
    assert!(!killed.socket.exists() && !tool.is_running(), "nothing is left of the killed one");
    assert_eq!(root.files(), [".lock.pantsd", "pantsd", "pantsd.sock"]);
}

/// The process that stays when a daemon is killed.
fn undertaker_of(daemon: u32) -> u32 {
    let is_it = |pid: u32| {
        let [stat, words] = ["stat", "cmdline"].map(|name| fs::read_to_string(format!("/proc/{pid}/{name}")));
        let is_child = stat.is_ok_and(|stat| stat.contains(&format!(" S {daemon} ")));
        is_child && words.is_ok_and(|words| words.contains(UNDERTAKER))
    };
    let mut found = None;
    wait_for("the undertaker", || {
        let processes = fs::read_dir("/proc").expect("it is there").filter_map(Result::ok);
        let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        found = pids.find(|pid| is_it(*pid));
        found.is_some()
    });
    found.expect("it was waited for")
}

fn what_a_killed_one_leaves_does_not_wait_for_the_next() {
    let root = Root::new("tool");
    let killed = root.launch(&[]).expect("it starts");
    let tool = root.tool();
    send(killed.pid, Signal::KILL);
    wait_for("the end of its tool", || !tool.is_running());
    wait_for("the end of its files", || root.files() == [".lock.pantsd"]);
}

fn kill_ends_everything() {
    let root = Root::new("busy tool");
    let old = root.launch(&[]).expect("it starts");
    let tools = [root.tool(), {
        fs::remove_file(root.path.join("tool")).expect("it is ours");
        root.launch(&["--pantsd-idle-timeout=7"]).expect("it starts");
        root.tool()
    }];
    let mut worker = Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().expect("there is a `sleep`");
    let manager = ProcessManager::new(&root.path.join(".pids"), "ng_javac");
    manager.write_pid(worker.id()).expect("the directory is ours");
    manager.write_owner(&KnownProcess::with_id(4_194_300)).expect("the directory is ours");
    let killed = kill(&root.site(), &Cancel::new()).expect("all of them are ours");
    assert_eq!((killed.daemons.len(), killed.workers.as_slice()), (2, &[worker.id()][..]));
    worker.wait().expect("it is our child");
    assert!(killed.daemons.contains(&old.pid) && tools.iter().all(|tool| !tool.is_running()));
    assert!(!root.path.join(".pids").exists(), "{:?}", root.files());
    assert_eq!(kill(&root.site(), &Cancel::new()).expect("there is nothing to end"), Default::default());
}

fn stop_waits_for_its_runs() {
    let root = Root::new("busy");
    let handle = root.launch(&[]).expect("it starts");
    std::thread::scope(|scope| {
        let stopping = scope.spawn(|| stop(&root.site(), &Cancel::new()).expect("it is ours"));
        // It is told, and has a run.
        std::thread::sleep(Duration::from_millis(50));
        assert!(!stopping.is_finished() && process(&handle).is_running());
        root.release();
        assert_eq!(stopping.join().expect("it does not panic"), Some(handle.pid));
    });
    assert!(!process(&handle).is_running());
    assert_eq!(stop(&root.site(), &Cancel::new()).expect("there is none"), None);
}

fn a_deep_build_root_has_its_socket_elsewhere() {
    let root = Root::below("", &["x"; 100].join("/"));
    let handle = root.launch(&[]).expect("it starts");
    assert!(handle.socket.starts_with(root.directory.path().join("t")), "{handle:?}");
    UnixStream::connect(&handle.socket).expect("it listens");
    kill(&root.site(), &Cancel::new()).expect("it is ours");
    assert_eq!(fs::read_dir(root.directory.path().join("t")).expect("it is there").count(), 0, "no litter");
}

fn a_place_that_cannot_be_used_is_named() {
    let root = Root::new("");
    fs::write(root.path.join(".pids"), "").expect("the directory is ours");
    assert_eq!(root.error(), "cannot use `[ROOT]/.pids`: File exists (os error 17)");
}

fn two_that_start_without_a_lock_are_one() {
    let root = Root::new("");
    let settings = serde_json::to_vec(&root.settings(&[])).expect("it is a document");
    fs::create_dir(root.path.join(".pids")).expect("the directory is ours");
    let mut starting: Vec<_> = (0..4)
        .map(|_| {
            let mut command = Command::new(std::env::current_exe().expect("it is running"));
            command.arg(SERVE).envs(&root.environment).current_dir(&root.path).stdin(Stdio::piped());
            let mut child = command.spawn().expect("it is there");
            child.stdin.take().expect("it is a pipe").write_all(&settings).expect("it reads");
            child
        })
        .collect();
    wait_for("all but one to end", || {
        let ended = starting.iter_mut().filter_map(|child| child.try_wait().expect("it is ours"));
        // Each is asked in each round.
        ended.filter(|status| status.success()).count() == 3
    });
    let handle = root.launch(&[]).expect("it runs");
    assert!(starting.iter().any(|child| child.id() == handle.pid));
    assert_eq!(root.files(), ["pantsd", "pantsd.sock"]);
    kill(&root.site(), &Cancel::new()).expect("it is ours");
    starting.iter_mut().for_each(|child| assert!(child.wait().is_ok()));
}

/// What takes seconds.
fn is_slow() -> bool {
    std::env::var_os("RUN_SLOW_TESTS").is_none()
}

fn one_that_does_not_end_is_ended() {
    if is_slow() {
        return;
    }
    let root = Root::new("stubborn tool");
    let stubborn = root.launch(&[]).expect("it starts");
    let tool = root.tool();
    send(stubborn.pid, Signal::TERM);
    wait_for("its end", || !process(&stubborn).is_running());
    assert!(!tool.is_running());
    assert_eq!(root.files(), [".lock.pantsd"]);
    let stopped = root.launch(&[]).expect("it starts");
    send(stopped.pid, Signal::STOP);
    kill(&root.site(), &Cancel::new()).expect("it is ours");
    assert!(!process(&stopped).is_running() && !root.path.join(".pids").exists());
}

fn one_whose_files_are_gone_ends() {
    if is_slow() {
        return;
    }
    let root = Root::new("");
    let handle = root.launch(&[]).expect("it starts");
    fs::remove_dir_all(root.path.join(".pids")).expect("it is ours");
    wait_for("its end", || !process(&handle).is_running());
    assert!(root.log().contains("it ends: its files are gone\n"));
}
