//! `kill-pantsd` and `pants daemon stop`: no process outlives the one, no run is cut short by the other.

use super::last_words;
use super::leftovers::{clear_away, end_lost_workers, remove_socket};
use super::setback::Setback;
use super::site::{DRAIN, Site};
use pants_process::{Cancel, ManagedProcessError, ProcessManager, TERMINATE_THEN_KILL, WorkdirLock};
use rustix::process::Signal;
use std::fs;
use std::time::Duration;

/// How long a client may take that is starting a daemon, before it is passed over.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// How often somebody who waits for the end of a daemon looks whether he still should.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What was ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Killed {
    /// The processes of daemons.
    pub daemons: Vec<u32>,
    /// The processes of workers that had lost theirs.
    pub workers: Vec<u32>,
}

/// Ends the daemons of a build root, whatever they are doing, with their tools and workers.
pub fn kill(site: &Site, cancel: &Cancel) -> Result<Killed, ManagedProcessError> {
    let mut ended = Killed::default();
    if !site.subprocess_dir.is_dir() {
        return Ok(ended);
    }
    let lock = lock(site, cancel);
    let daemons = site.managers()?;
    // All are asked first, so that they end at the same time.
    let running = daemons.iter().map(ProcessManager::running).collect::<Result<Vec<_>, _>>()?;
    for daemon in &daemons {
        daemon.signal(Signal::TERM)?;
    }
    for (daemon, running) in daemons.iter().zip(running) {
        remove_socket(site, daemon);
        daemon.terminate(&TERMINATE_THEN_KILL)?;
        ended.daemons.extend(running.map(|process| process.pid));
    }
    ended.workers = end_lost_workers(site)?;
    clear_away(site)?;
    Setback::forget(site);
    last_words::forget(site);
    if lock.is_some() {
        // Whoever waits for the lock sees that its file is another one now.
        let _ = fs::remove_file(site.lock_file());
    }
    drop(lock);
    // When nothing is left in it.
    let _ = fs::remove_dir(&site.subprocess_dir);
    Ok(ended)
}

/// Keeps clients from starting a daemon meanwhile. One that hangs keeps nobody from ending what it started.
fn lock(site: &Site, cancel: &Cancel) -> Option<WorkdirLock> {
    let who = format!("process {}, which ends it,", std::process::id());
    WorkdirLock::acquire_within(&site.lock_file(), &who, cancel, LOCK_TIMEOUT, &mut |_| {}).ok().flatten()
}

/// Tells the daemon of a build root to take no more runs, and waits until it has ended: its pid, or nothing when there is
/// none.
pub fn stop(site: &Site, cancel: &Cancel) -> Result<Option<u32>, ManagedProcessError> {
    let daemon = site.manager();
    let Some(process) = daemon.running()? else { return Ok(None) };
    daemon.signal(DRAIN)?;
    while !process.await_end(LOOK_AGAIN) {
        if let Some(reason) = cancel.reason() {
            return Err(ManagedProcessError::Cancelled(reason));
        }
    }
    Ok(Some(process.pid))
}
