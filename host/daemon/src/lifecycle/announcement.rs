//! A daemon announces itself: its metadata is written under another name, and the name is changed.
//!
//! So a client finds all of it or none, whoever is killed when; and of two daemons that start at once (a client was killed
//! and lost its lock) one is announced and the other one ends.

use super::identity::{DOCUMENT, Identity};
use super::listeners;
use super::settings::Settings;
use super::site::{DRAINING, PANTSD, REPLACED, STARTING, Site};
use crate::server::Listeners;
use crate::wire::Token;
use pants_process::{KnownProcess, ManagedProcessError, ProcessManager};
use std::path::PathBuf;

/// What clients on the TCP port must send, when they must.
const TOKEN: &str = "token";

/// The metadata of this process, and its socket.
pub(super) struct Announcement {
    site: Site,
    socket: PathBuf,
    pid: u32,
}

impl Announcement {
    /// Announces this process. `None` when another daemon is there already.
    pub(super) fn publish(
        settings: &Settings,
        listeners: &Listeners,
        token: Option<&Token>,
    ) -> Result<Option<Self>, ManagedProcessError> {
        let (pid, socket) = (std::process::id(), listeners.path().to_owned());
        let announcement = Self { site: settings.site.clone(), socket, pid };
        let published = announcement.write(&settings.identity, listeners, token);
        match &published {
            Ok(true) => Ok(Some(announcement)),
            _ => {
                announcement.withdraw();
                published.map(|_| None)
            }
        }
    }

    /// Writes the metadata; `false` when another daemon is there already.
    fn write(
        &self,
        identity: &Identity,
        listeners: &Listeners,
        token: Option<&Token>,
    ) -> Result<bool, ManagedProcessError> {
        let Self { site, pid, socket: _ } = self;
        let starting = ProcessManager::new(&site.subprocess_dir, &format!("{STARTING}{pid}"));
        // One that was killed had the same id.
        starting.purge()?;
        starting.write_pid(*pid)?;
        starting.write_fingerprint(&identity.fingerprint())?;
        starting.write_metadata(DOCUMENT, &identity.to_document())?;
        if let Some(token) = token {
            starting.write_metadata(TOKEN, token.as_text())?;
        }
        starting.write_socket(&listeners::to_metadata(listeners))?;
        match starting.clone().rename(PANTSD) {
            Ok(_) => Ok(true),
            Err(_) if !site.manager().purge_stale()? => Ok(false),
            // What was there is gone.
            Err(_) => starting.rename(PANTSD).map(|_| true),
        }
    }

    /// Where it is announced.
    pub(super) fn site(&self) -> &Site {
        &self.site
    }

    /// Whether the metadata of this process is still there, under one of the names that it may have.
    pub(super) fn stands(&self) -> bool {
        self.managers().iter().any(|manager| self.is_ours(manager))
    }

    /// In the order in which one follows the other: whoever looks while the name changes finds it.
    fn managers(&self) -> [ProcessManager; 3] {
        let Self { site: Site { subprocess_dir, .. }, pid, socket: _ } = self;
        [format!("{STARTING}{pid}"), PANTSD.to_owned(), format!("{DRAINING}{pid}")]
            .map(|name| ProcessManager::new(subprocess_dir, &name))
    }

    fn is_ours(&self, manager: &ProcessManager) -> bool {
        manager.pid().is_ok_and(|pid| pid == Some(self.pid))
    }

    /// Why another daemon takes the place of this one, if one does.
    pub(super) fn replaced(&self) -> Option<String> {
        let managers = self.managers();
        let ours = managers.iter().find(|manager| self.is_ours(manager))?;
        Some(format!("it is replaced: {}", ours.read_metadata(REPLACED).ok()??))
    }

    /// Ends what this process has running: tools and workers that nobody ended.
    pub(super) fn end_tools(&self) {
        KnownProcess::with_id(self.pid).end_session();
    }

    /// Removes the metadata and the socket, unless they are somebody else's by now.
    pub(super) fn withdraw(&self) {
        listeners::remove(&self.socket);
        for manager in self.managers().iter().filter(|manager| self.is_ours(manager)) {
            if let Err(error) = manager.purge() {
                tracing::debug!(%error, "metadata of this daemon remains");
            }
        }
    }
}
