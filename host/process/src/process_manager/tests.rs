//! Metadata of long-lived processes: written, judged, and ended with them.

use super::*;
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
    manager.terminate(Duration::ZERO).expect("there is nothing to end");
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
    manager.terminate(Duration::ZERO).expect("we are not ended");
    assert!(!manager.metadata_dir().exists());
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
        manager.terminate(Duration::from_millis(wait)).expect("it ends");
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
