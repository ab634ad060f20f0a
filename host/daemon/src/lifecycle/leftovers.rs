//! What processes leave that were killed: metadata, sockets, tools, workers. Whoever comes next clears it away.

use super::handle::{Handle, handle_of};
use super::site::Site;
use pants_process::{KnownProcess, ManagedProcessError, ProcessManager, TERMINATE_THEN_KILL};
use std::fs;

/// Removes what daemons left that are gone, and ends what they left running. Under the lock.
pub(super) fn clear_away(site: &Site) -> Result<(), ManagedProcessError> {
    for manager in site.managers()? {
        let process = manager.process()?;
        if process.as_ref().is_some_and(KnownProcess::is_running) {
            continue;
        }
        if let Some(process) = process {
            process.end_session();
        }
        remove_socket(site, &manager);
        manager.purge_stale()?;
    }
    end_lost_workers(site)?;
    ProcessManager::remove_litter(&site.subprocess_dir);
    Ok(())
}

/// Removes the socket that this metadata names.
pub(super) fn remove_socket(site: &Site, manager: &ProcessManager) {
    let Ok(Some(Handle { socket, .. })) = handle_of(site, manager) else { return };
    if site.is_socket(&socket) {
        // The daemon itself removes it when it ends well, and the directory is removed with the last one in it.
        let _ = fs::remove_file(&socket);
        let _ = socket.parent().map(fs::remove_dir);
    }
}

/// Ends the workers whose host is gone.
pub(super) fn end_lost_workers(site: &Site) -> Result<Vec<u32>, ManagedProcessError> {
    let mut ended = Vec::new();
    for worker in ProcessManager::all(&site.subprocess_dir)? {
        let is_lost = worker.owner()?.is_some_and(|owner| !owner.is_running());
        if is_lost {
            let running = worker.running()?;
            worker.terminate(&TERMINATE_THEN_KILL)?;
            ended.extend(running.map(|process| process.pid));
        }
    }
    Ok(ended)
}
