//! Metadata of long-lived processes: written, judged, and ended with them.

use super::*;
use crate::CancelReason;
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};

/// A process that lives until it is told to end, or its test does.
struct Sleeper(Child);

impl Sleeper {
    fn start(script: &str) -> Self {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut sleeper = Self(command.spawn().expect("there is a shell"));
        // The script says when it is ready.
        let mut ready = [0];
        let stdout = sleeper.0.stdout.as_mut().expect("it is a pipe");
        std::io::Read::read_exact(stdout, &mut ready).expect("the script writes a byte");
        sleeper
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn manager() -> (tempfile::TempDir, ProcessManager) {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let manager = ProcessManager::new(directory.path(), "pantsd");
    (directory, manager)
}

#[test]
fn nothing_is_known_before_it_is_written() {
    let (_directory, manager) = manager();
    assert_eq!(manager.pid().expect("it can be read"), None);
    assert!(!manager.is_alive().expect("it can be read"));
    assert!(manager.needs_restart(&Fingerprint::of_bytes(b"")).expect("it can be read"));
    manager.terminate(&TERMINATE_THEN_KILL).expect("there is nothing to end");
}

#[test]
fn it_is_alive_with_the_right_fingerprint() {
    let (_directory, manager) = manager();
    manager.write_pid(std::process::id()).expect("the directory is ours");
    let (ours, other) = (Fingerprint::of_bytes(b"ours"), Fingerprint::of_bytes(b"other"));
    manager.write_fingerprint(&ours).expect("the directory is ours");
    assert!(manager.is_alive().expect("it can be read"));
    assert!(!manager.needs_restart(&ours).expect("it can be read"));
    assert!(manager.needs_restart(&other).expect("it can be read"));
    assert!(!manager.purge_stale().expect("it can be read"));
    assert!(manager.metadata_dir().join("pid").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_reused_pid_is_nobody_we_know() {
    let (_directory, manager) = manager();
    manager.write_pid(std::process::id()).expect("the directory is ours");
    manager.write_metadata("start_time", "1 another-boot").expect("the directory is ours");
    assert!(!manager.is_alive().expect("it can be read"));
    manager.terminate(&TERMINATE_THEN_KILL).expect("we are not ended");
    assert!(!manager.metadata_dir().exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_pid_without_a_time_is_nobody_we_know() {
    // Pants v1 wrote no more than this, years ago perhaps.
    let (_directory, manager) = manager();
    manager.write_metadata("pid", &std::process::id().to_string()).expect("the directory is ours");
    assert!(!manager.is_alive().expect("it can be read"));
    manager.signal(Signal::KILL).expect("we are not ended");
    assert!(manager.purge_stale().expect("it can be removed"));
    // Nor is one that was gone when it was asked for.
    manager.write_pid(ended()).expect("the directory is ours");
    assert!(!manager.is_alive().expect("it can be read"));
}

#[test]
fn pids_that_make_no_sense_are_dead() {
    let (_directory, manager) = manager();
    for pid in ["0", "1", "-1", "4294967295", "x", ""] {
        manager.write_metadata("pid", pid).expect("the directory is ours");
        assert!(!manager.is_alive().expect("it can be read"), "{pid}");
    }
    assert!(manager.purge_stale().expect("it can be removed"));
}

// A zombie is dead, though its parent has not reaped it; elsewhere than on Linux that cannot be told.
#[cfg(target_os = "linux")]
#[test]
fn terminate_asks_first_and_kills_then() {
    let (_directory, manager) = manager();
    for (script, wait) in [("echo; read x", 10_000), ("trap '' TERM; echo; while :; do sleep 1; done", 20)] {
        let sleeper = Sleeper::start(script);
        manager.write_pid(sleeper.0.id()).expect("the directory is ours");
        assert!(manager.is_alive().expect("it can be read"));
        manager.terminate(&[Asking::terminate(Duration::from_millis(wait)), Asking::kill()]).expect("it ends");
        assert!(!is_running(sleeper.0.id(), ""));
        assert_eq!(manager.pid().expect("it can be read"), None, "its metadata is gone");
    }
}

#[test]
fn waiting_ends_with_the_value_the_timeout_or_a_cancel() {
    let (_directory, manager) = manager();
    let cancel = Cancel::new();
    let error = manager.await_socket(Duration::ZERO, &cancel).expect_err("nobody writes it");
    assert_eq!(error.to_string(), "`pantsd` did not write its socket within 0ns");
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| manager.await_socket(Duration::from_secs(60), &cancel));
        manager.write_socket("/run/pantsd.sock").expect("the directory is ours");
        let socket = waiter.join().expect("it does not panic").expect("it is written");
        assert_eq!(socket, "/run/pantsd.sock");
    });
    manager.write_pid(std::process::id()).expect("the directory is ours");
    assert_eq!(manager.await_pid(Duration::ZERO, &cancel).expect("it is written"), std::process::id());
    manager.purge().expect("the directory is ours");
    cancel.cancel(CancelReason::Interrupted);
    let waited = manager.await_pid(Duration::from_secs(60), &cancel);
    assert!(matches!(waited, Err(ManagedProcessError::Cancelled(CancelReason::Interrupted))));
}

/// The names of what is in a directory.
fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("it is there");
    let names = entries.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    names.collect::<BTreeSet<String>>().into_iter().collect()
}

/// A process that has ended: its id, which nobody has.
fn ended() -> u32 {
    let mut child = Command::new("/bin/true").spawn().expect("there is such a program");
    child.wait().expect("it ends");
    child.id()
}

#[test]
fn what_a_killed_writer_left_goes_and_what_a_living_one_writes_stays() {
    let (root, manager) = manager();
    manager.write_pid(std::process::id()).expect("the directory is ours");
    let (dead, living) = (format!(".unfinished-{}-0", ended()), format!(".unfinished-{}-9", std::process::id()));
    for name in [&dead, &living] {
        fs::write(manager.metadata_dir().join(name), "ha").expect("the directory is ours");
    }
    fs::create_dir(root.path().join(format!(".purged-{}-0", ended()))).expect("the directory is ours");
    assert!(!manager.purge_stale().expect("it can be read"), "we are alive");
    assert_eq!(names_in(manager.metadata_dir()), [living.as_str(), "pid", "start_time"]);
    ProcessManager::remove_litter(root.path());
    assert_eq!(names_in(root.path()), ["pantsd"]);
}

#[test]
fn two_who_purge_at_once_never_remove_what_lives() {
    let (root, manager) = manager();
    for _ in 0..50 {
        manager.write_pid(ended()).expect("the directory is ours");
        let is_started = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    if manager.purge_stale().expect("it can be removed")
                        && !is_started.swap(true, std::sync::atomic::Ordering::SeqCst)
                    {
                        // The next one: made beside its place and renamed, as the daemon does it.
                        let next = ProcessManager::new(root.path(), "next");
                        next.write_pid(std::process::id()).expect("the directory is ours");
                        // Somebody is looking at what was there; he will not keep it.
                        while next.clone().rename("pantsd").is_err() {
                            std::thread::yield_now();
                        }
                    }
                });
            }
        });
        assert_eq!(manager.pid().expect("it can be read"), Some(std::process::id()));
        manager.purge().expect("the directory is ours");
        assert_eq!(names_in(root.path()), [""; 0]);
    }
}

#[test]
fn a_name_is_given_away_once() {
    let (root, manager) = manager();
    manager.write_pid(std::process::id()).expect("the directory is ours");
    let other = ProcessManager::new(root.path(), "other");
    other.write_pid(std::process::id()).expect("the directory is ours");
    other.clone().rename("pantsd").expect_err("there is one");
    assert_eq!(other.rename("third").expect("there is none").name(), "third");
    let all = ProcessManager::all(root.path()).expect("it can be read");
    assert_eq!(all.iter().map(ProcessManager::name).collect::<Vec<_>>(), ["pantsd", "third"]);
    assert!(ProcessManager::all(&root.path().join("none")).expect("nothing is fine").is_empty());
}

/// Writes down what happens.
#[derive(Default)]
struct Recorded(Vec<String>, bool);

impl ProcessHooks for Recorded {
    fn pre_fork(&mut self) -> io::Result<()> {
        self.0.push("pre_fork".to_owned());
        if self.1 { Err(io::Error::other("not today")) } else { Ok(()) }
    }

    fn post_fork_parent(&mut self, pid: u32) -> io::Result<()> {
        self.0.push(format!("post_fork_parent {}", exists(pid)));
        Ok(())
    }
}

use super::liveness::exists;

#[test]
fn hooks_stand_around_the_birth_of_a_process() {
    let (_root, manager) = manager();
    let mut hooks = Recorded::default();
    let mut child = manager.spawn(&mut Command::new("/bin/true"), &mut hooks).expect("there is such a program");
    child.wait().expect("it ends");
    assert_eq!(hooks.0, ["pre_fork", "post_fork_parent true"]);
    let mut refusing = Recorded(Vec::new(), true);
    let error = manager.spawn(&mut Command::new("/bin/true"), &mut refusing).expect_err("a hook refuses");
    assert_eq!((error.to_string().as_str(), refusing.0.len()), ("cannot start `pantsd`", 1));
}

#[test]
fn a_process_may_work_for_another_one() {
    let (_root, manager) = manager();
    assert_eq!(manager.owner().expect("it can be read"), None);
    manager.write_owner(&KnownProcess::with_id(std::process::id())).expect("the directory is ours");
    assert!(manager.owner().expect("it can be read").expect("it was written").is_running());
    manager.write_owner(&KnownProcess::with_id(ended())).expect("the directory is ours");
    assert!(!manager.owner().expect("it can be read").expect("it was written").is_running());
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_process_left_in_its_session_is_ended() {
    let (root, manager) = manager();
    // A head of a session with a child that nobody told to end; it says who it is when both are there.
    let said = root.path().join("said");
    let script = format!("sleep 1000 & echo $$ $! > {0}.new && mv {0}.new {0}; wait", said.display());
    let mut starter = Command::new("setsid").args(["sh", "-c", &script]).spawn().expect("there is a `setsid`");
    while !said.exists() {
        std::thread::yield_now();
    }
    let pids = fs::read_to_string(&said).expect("it was written");
    let pids: Vec<u32> = pids.split_whitespace().map(|pid| pid.parse().expect("a number")).collect();
    manager.write_pid(pids[0]).expect("the directory is ours");
    manager.signal(Signal::KILL).expect("it is ours");
    starter.wait().expect("it ends");
    assert!(is_running(pids[1], ""), "nobody told it");
    manager.process().expect("it can be read").expect("it was written").end_session();
    assert!(!is_running(pids[1], ""));
    manager.terminate(&TERMINATE_THEN_KILL).expect("it is gone");
}
