//! Persistent workers, with a worker that does what a request asks for, good or bad.
//!
//! The worker is this binary, started with `worker` as its argument, so the tests need no JVM and no interpreter. That
//! is why the harness is our own: the standard one writes to the standard output that frames are read from.
#![allow(clippy::print_stdout, reason = "a harness says what it ran")]

use pants_process::nailgun::{Chunk, ChunkKind, read_chunk, write_chunk};
use pants_process::{
    CachePolicy, Cancel, CancelReason, Exit, OutputStream, Process, ProcessConfig, ProcessResult, ProcessService,
    ResultOrigin, RunError, Unheard, WorkdirLock, WorkerSpec,
};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

const TESTS: &[(&str, fn())] = &[
    ("a_request_gets_its_answer", a_request_gets_its_answer),
    ("stdin_is_sent_when_asked_for", stdin_is_sent_when_asked_for),
    ("an_idle_worker_is_used_again", an_idle_worker_is_used_again),
    ("workers_with_other_keys_are_others", workers_with_other_keys_are_others),
    ("results_are_cached_like_any_other", results_are_cached_like_any_other),
    ("a_worker_that_died_idle_is_replaced_silently", a_worker_that_died_idle_is_replaced_silently),
    ("a_crash_is_explained_and_not_the_end", a_crash_is_explained_and_not_the_end),
    ("a_worker_that_breaks_the_protocol_is_ended", a_worker_that_breaks_the_protocol_is_ended),
    ("a_timeout_ends_the_worker", a_timeout_ends_the_worker),
    ("a_cancel_ends_the_worker", a_cancel_ends_the_worker),
    ("a_long_request_and_a_long_answer_do_not_block", a_long_request_and_a_long_answer_do_not_block),
    ("no_more_workers_than_jobs", no_more_workers_than_jobs),
    ("workers_end_with_the_service", workers_end_with_the_service),
    ("workers_end_when_the_host_is_killed", workers_end_when_the_host_is_killed),
    ("others_can_find_a_worker_while_it_lives", others_can_find_a_worker_while_it_lives),
    ("a_worker_that_cannot_be_started_is_named", a_worker_that_cannot_be_started_is_named),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let filter = arguments.next();
    match filter.as_deref() {
        Some("worker") => return worker::serve(),
        Some("host") => return be_a_host(Path::new(&arguments.next().expect("the test says where"))),
        _ => {}
    }
    let is_asked_for = |name: &str| filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()));
    for (name, test) in TESTS.iter().filter(|(name, _)| is_asked_for(name)) {
        test();
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}

/// The worker's side: serves requests until its standard input ends.
mod worker {
    use super::*;

    pub(super) fn serve() -> ExitCode {
        let (mut stdin, mut stdout) = (std::io::stdin().lock(), std::io::stdout().lock());
        let mut request = Vec::new();
        while let Some(Chunk { kind, payload }) = read_chunk(&mut stdin).expect("the host keeps to the protocol") {
            let payload = String::from_utf8(payload).expect("the tests use text");
            if kind != ChunkKind::Command {
                request.push((kind, payload));
                continue;
            }
            carry_out(&payload, &std::mem::take(&mut request), &mut stdin, &mut stdout);
        }
        ExitCode::SUCCESS
    }

    fn carry_out(command: &str, request: &[(ChunkKind, String)], stdin: &mut impl Read, stdout: &mut impl Write) {
        let all = |kind| request.iter().filter(move |(other, _)| *other == kind).map(|(_, text)| text.as_str());
        let arguments: Vec<_> = all(ChunkKind::Argument).collect();
        let mut say = |kind, text: &str| {
            write_chunk(stdout, kind, text.as_bytes()).expect("the host reads");
            stdout.flush().expect("the host reads");
        };
        match command {
            "show" => {
                say(ChunkKind::Stdout, &format!("{arguments:?} {:?}", all(ChunkKind::Environment).collect::<Vec<_>>()));
                say(ChunkKind::Stderr, all(ChunkKind::WorkingDirectory).next().unwrap_or_default());
                say(ChunkKind::Exit, "3\n");
            }
            "pid" => {
                say(ChunkKind::Stdout, &std::process::id().to_string());
                say(ChunkKind::Exit, "0");
            }
            "stdin" => {
                say(ChunkKind::StartStdin, "");
                let mut length = 0;
                while let Some(Chunk { kind: ChunkKind::Stdin, payload }) = read_chunk(stdin).expect("frames") {
                    length += payload.len();
                }
                say(ChunkKind::Stdout, &length.to_string());
                say(ChunkKind::Exit, "0");
            }
            "write" => {
                let directory = Path::new(all(ChunkKind::WorkingDirectory).next().unwrap_or_default());
                std::fs::write(directory.join(arguments[0]), "written").expect("the build root can be written");
                say(ChunkKind::Exit, "0");
            }
            "repeat" => {
                for _ in 0..200 {
                    say(ChunkKind::Stdout, &"x".repeat(10_000));
                }
                say(ChunkKind::Exit, &(arguments.len() % 100).to_string());
            }
            "lock" => {
                let lock = WorkdirLock::acquire(Path::new(arguments[0]), &"worker".into(), &Cancel::new(), &mut |_| ());
                std::mem::forget(lock.expect("nobody else holds it"));
                say(ChunkKind::Exit, "0");
            }
            "leave" => {
                say(ChunkKind::Exit, "0");
                std::process::exit(0);
            }
            "crash" => {
                say(ChunkKind::Stdout, "so far, so good");
                std::io::stderr().write_all(b"out of memory\n").expect("the host reads");
                std::process::exit(9);
            }
            "hang" => {
                say(ChunkKind::Stdout, &std::process::id().to_string());
                loop {
                    std::thread::park();
                }
            }
            "babble" => {
                stdout.write_all(b"usage: java [options]").and_then(|()| stdout.flush()).expect("the host reads")
            }
            "go-on" => {
                let mut frames = Vec::new();
                write_chunk(&mut frames, ChunkKind::Exit, b"0").expect("memory does not fail");
                write_chunk(&mut frames, ChunkKind::Stdout, b"more").expect("memory does not fail");
                stdout.write_all(&frames).and_then(|()| stdout.flush()).expect("the host reads");
            }
            "no-number" => say(ChunkKind::Exit, "fine"),
            other => panic!("unknown command {other}"),
        }
    }
}

struct Host {
    directory: tempfile::TempDir,
    service: ProcessService,
}

impl Host {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("tests have a temporary directory");
        let service = Self::open(directory.path());
        Self { directory, service }
    }

    fn open(directory: &Path) -> ProcessService {
        let service = ProcessService::open(ProcessConfig {
            build_root: directory.to_owned(),
            workdir: directory.join(".pants.d"),
            cache_dir: directory.join("cache"),
            subprocess_dir: directory.join(".pids"),
            jobs: 2,
            environment: Arc::default(),
            kill_wait: Duration::from_secs(10),
            default_timeout: None,
        });
        service.expect("the cache directory can be made")
    }

    fn run(&self, process: &Process) -> Result<ProcessResult, RunError> {
        self.service.run(process, None, &Cancel::new(), &Unheard)
    }

    /// The pid of the worker that serves now.
    fn pid(&self) -> u32 {
        self.pid_of(&request("pid", &[]))
    }

    fn pid_of(&self, process: &Process) -> u32 {
        let result = self.run(process).expect("the worker answers");
        String::from_utf8_lossy(&result.stdout).parse().expect("it is a pid")
    }

    /// Runs a request that goes wrong, and shows the error with a worker's path as `[WORKER]`.
    fn error(&self, process: &Process) -> String {
        let error = self.run(process).expect_err("it goes wrong");
        error.to_string().replace(&this_binary(), "[WORKER]")
    }
}

fn this_binary() -> String {
    std::env::current_exe().expect("it is running").to_str().expect("its path is text").to_owned()
}

fn request(command: &str, arguments: &[&str]) -> Process {
    Process {
        argv: [command].iter().chain(arguments).map(|word| (*word).to_owned()).collect(),
        worker: Some(WorkerSpec { argv: vec![this_binary(), "worker".to_owned()], ..WorkerSpec::default() }),
        cache: CachePolicy::Never,
        description: command.to_owned(),
        ..Process::default()
    }
}

fn is_running(pid: u32) -> bool {
    let root = tempfile::tempdir().expect("tests have a temporary directory");
    let manager = pants_process::ProcessManager::new(root.path(), "worker");
    manager.write_pid(pid).expect("the directory is ours");
    manager.is_alive().expect("it can be read")
}

fn a_request_gets_its_answer() {
    let host = Host::new();
    let mut process = request("show", &["-d", "", "é"]);
    process.env = BTreeMap::from([("LANG".to_owned(), "C=x".to_owned())]);
    let result = host.run(&process).expect("the worker answers");
    assert_eq!(result.exit, Exit::Code(3));
    assert_eq!(String::from_utf8_lossy(&result.stdout), r#"["-d", "", "é"] ["LANG=C=x"]"#);
    assert_eq!(Path::new(&*String::from_utf8_lossy(&result.stderr)), host.directory.path());
}

fn stdin_is_sent_when_asked_for() {
    let host = Host::new();
    let process = Process { stdin: vec![b'x'; 300_000], ..request("stdin", &[]) };
    assert_eq!(host.run(&process).expect("the worker answers").stdout, b"300000");
    let unasked = Process { stdin: b"not read".to_vec(), ..request("pid", &[]) };
    assert_eq!(host.pid_of(&unasked), host.pid());
}

fn an_idle_worker_is_used_again() {
    let host = Host::new();
    assert_eq!(host.pid(), host.pid());
}

fn workers_with_other_keys_are_others() {
    let host = Host::new();
    let mut other = request("pid", &[]);
    let spec = other.worker.as_mut().expect("the request is for a worker");
    spec.env.insert("OTHER".to_owned(), "1".to_owned());
    assert_ne!(host.pid(), host.pid_of(&other));
}

fn results_are_cached_like_any_other() {
    let host = Host::new();
    let process =
        Process { cache: CachePolicy::Success, output_paths: vec!["out".to_owned()], ..request("write", &["out"]) };
    let read = || std::fs::read_to_string(host.directory.path().join("out")).expect("it was written or restored");
    assert_eq!(host.run(&process).expect("the worker answers").origin, ResultOrigin::Ran);
    std::fs::remove_file(host.directory.path().join("out")).expect("it was written");
    assert_eq!(host.run(&process).expect("it is known").origin, ResultOrigin::Memory);
    assert_eq!(read(), "written");
    let fresh = Host::open(host.directory.path()).run(&process, None, &Cancel::new(), &Unheard);
    assert_eq!(fresh.expect("it is stored").origin, ResultOrigin::LocalCache);
}

fn a_worker_that_died_idle_is_replaced_silently() {
    let host = Host::new();
    let first = host.pid();
    host.run(&request("leave", &[])).expect("it answers before it leaves");
    let second = host.pid();
    assert_ne!(first, second);
    let kill = std::process::Command::new("/bin/sh").args(["-c", &format!("kill -KILL {second}")]).status();
    assert!(kill.expect("there is a shell").success());
    assert_ne!(host.pid(), second);
}

fn a_crash_is_explained_and_not_the_end() {
    let host = Host::new();
    let expect = "worker `[WORKER]` died in the middle of a request (exit status: 9); its last words:\nout of memory";
    assert_eq!(host.error(&request("crash", &[])), expect);
    host.pid();
    assert_eq!(host.error(&request("crash", &[])), expect, "also when it was idle before");
    host.pid();
}

fn a_worker_that_breaks_the_protocol_is_ended() {
    let host = Host::new();
    for (command, expect) in [
        ("babble", "unknown frame kind 0x65"),
        ("go-on", "it went on after its exit code"),
        ("no-number", "`fine` is not an exit code"),
    ] {
        let before = host.pid();
        let error = host.error(&request(command, &[]));
        assert_eq!(error, format!("worker `[WORKER]` broke the protocol: {expect}"));
        assert!(!is_running(before));
    }
}

fn a_timeout_ends_the_worker() {
    let host = Host::new();
    let before = host.pid();
    let process = Process { timeout: Some(Duration::from_millis(100)), ..request("hang", &[]) };
    let result = host.run(&process).expect("a timeout is a result");
    assert_eq!(result.exit, Exit::TimedOut(Duration::from_millis(100)));
    assert!(before.to_string().as_bytes().starts_with(&result.stdout), "what it said in time is kept");
    assert!(!is_running(before));
    assert_ne!(host.pid(), before);
}

fn a_cancel_ends_the_worker() {
    let host = Host::new();
    let before = host.pid();
    let cancel = Cancel::new();
    let on_output = |_: OutputStream, _: &[u8]| cancel.cancel(CancelReason::Interrupted);
    let process = Process { output_paths: vec!["out".to_owned()], ..request("hang", &[]) };
    let error = host.service.run(&process, None, &cancel, &on_output).expect_err("it was cancelled");
    assert!(matches!(error, RunError::Cancelled(CancelReason::Interrupted)));
    assert!(!is_running(before));
}

fn a_long_request_and_a_long_answer_do_not_block() {
    let host = Host::new();
    let argument = "a".repeat(100_000);
    let arguments = vec![argument.as_str(); 30];
    let result = host.run(&request("repeat", &arguments)).expect("the worker answers");
    assert_eq!((result.exit, result.stdout.len()), (Exit::Code(30), 2_000_000));
}

fn no_more_workers_than_jobs() {
    let host = Host::new();
    let pids: Vec<_> = (0..4)
        .map(|number| {
            let mut process = request("pid", &[]);
            let spec = process.worker.as_mut().expect("the request is for a worker");
            spec.env.insert("NUMBER".to_owned(), number.to_string());
            host.pid_of(&process)
        })
        .collect();
    assert_eq!(pids.iter().filter(|pid| is_running(**pid)).count(), 2);
    assert!(is_running(pids[3]) && is_running(pids[2]), "those that were idle longest went");
}

fn workers_end_with_the_service() {
    let host = Host::new();
    let first = host.pid();
    host.service.shutdown();
    assert!(!is_running(first));
    let late = host.pid();
    assert!(!is_running(late), "after that a worker lives for one request");
    let other = Host::new();
    let pid = other.pid();
    drop(other);
    assert!(!is_running(pid));
}

/// A host that gets a worker to hold a lock, says so, and waits to be killed.
fn be_a_host(directory: &Path) -> ExitCode {
    let service = Host::open(directory);
    let lock = directory.join("lock");
    let process = request("lock", &[lock.to_str().expect("its path is text")]);
    service.run(&process, None, &Cancel::new(), &Unheard).expect("the worker answers");
    println!("locked");
    loop {
        std::thread::park();
    }
}

fn others_can_find_a_worker_while_it_lives() {
    let host = Host::new();
    let pid = host.pid();
    let root = host.directory.path().join(".pids");
    let found = pants_process::ProcessManager::all(&root).expect("it can be read");
    let [worker] = found.as_slice() else { panic!("one worker is there: {found:?}") };
    assert!(worker.name().starts_with("ng_workers"), "{worker:?}");
    assert_eq!(worker.pid().expect("it can be read"), Some(pid));
    assert!(worker.owner().expect("it can be read").is_some_and(|owner| owner.pid == std::process::id()));
    host.service.shutdown();
    assert!(pants_process::ProcessManager::all(&root).expect("it can be read").is_empty());
}

fn workers_end_when_the_host_is_killed() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let mut host = std::process::Command::new(this_binary());
    host.arg("host").arg(directory.path()).stdout(std::process::Stdio::piped());
    let mut host = host.spawn().expect("this binary can be started");
    let mut said = [0; 7];
    host.stdout.take().expect("it is a pipe").read_exact(&mut said).expect("the host says that it is ready");
    assert_eq!(&said, b"locked\n");
    let (lock, mut holder) = (directory.path().join("lock"), String::new());
    WorkdirLock::acquire(&lock, &"test".into(), &Cancel::new(), &mut |text| {
        holder.push_str(text);
        host.kill().expect("it is our child");
    })
    .expect("the kernel gives the lock of a dead worker back");
    assert_eq!(holder, "worker");
    host.wait().expect("it is our child");
}

fn a_worker_that_cannot_be_started_is_named() {
    let host = Host::new();
    let mut process = request("pid", &[]);
    process.worker = Some(WorkerSpec { argv: vec!["/no/such/worker".to_owned()], ..WorkerSpec::default() });
    assert_eq!(host.error(&process), "executable `/no/such/worker` not found");
    process.worker = Some(WorkerSpec::default());
    assert_eq!(host.error(&process), "bad process `pid`: its worker has no program");
}
