//! The daemon: what [`run_daemon`](crate::lifecycle::run_daemon) gives life to.
//!
//! Puts the parts together and knows none of them from inside: the watcher tells what is warm of changes, the pailgun server
//! hands requests to it, and its lifetime says when all of it ends.

mod household;
mod journal;

use crate::lifecycle::{Announced, DaemonBody, Lifetime, Settings};
use crate::log::{Listening, install, listen_to_the_process};
use crate::server::{PailgunServer, ServerConfig};
use crate::watcher::{Watcher, WatcherConfig};
use crate::wire::Limits;
use household::Household;
use journal::Journal;
use pants_process::CancelReason;
use pants_session::Warm;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How many requests are carried out at the same time.
const MOST_RUNS: usize = 64;
/// How long runs may take to end when the daemon is to stop.
const STOP_GRACE: Duration = Duration::from_secs(3);
/// How often whoever waits for the end looks for other reasons to end.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// The first argument of the process that stands in for a run where an old client signals a process group.
pub const SIGNAL_PROXY: &str = "--pantsd-signal-proxy";

/// The daemon of one build root.
#[derive(Default)]
pub struct PantsDaemon {
    journal: OnceLock<(Arc<Journal>, Listening)>,
}

impl PantsDaemon {
    /// One that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves until there is a reason to end; then until the last run is over, or was made to end.
    fn live(server: &PailgunServer, watcher: &Watcher, lifetime: &Lifetime) -> Result<(), String> {
        while !lifetime.drain_token().wait_timeout(LOOK_AGAIN) {
            if let Some(trouble) = watcher.trouble() {
                lifetime.drain(&trouble.to_string());
            } else if !server.is_alive() {
                return Err("the server died".to_owned());
            }
        }
        server.drain(&lifetime.reason().unwrap_or_else(|| "it ends".to_owned()));
        tracing::info!(target: "pantsd", "waiting for ongoing runs to complete before exiting...");
        while !lifetime.is_stopping() && !server.wait_idle(LOOK_AGAIN) {}
        if lifetime.is_stopping() {
            server.cancel_runs(CancelReason::Interrupted);
        }
        match server.terminate(STOP_GRACE) {
            true => Ok(()),
            false => Err("runs did not end in time".to_owned()),
        }
    }
}

impl DaemonBody for PantsDaemon {
    fn begin(&self, settings: &Settings) -> Result<(), String> {
        let path = &settings.site.log_file;
        let journal = Journal::open(path).map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
        let journal = Arc::new(journal);
        install();
        let listening = listen_to_the_process({
            let journal = journal.clone();
            Arc::new(move |text| journal.write(text))
        });
        // It begins once.
        let _ = self.journal.set((journal, listening));
        Ok(())
    }

    fn serve(&self, announced: Announced) -> Result<(), String> {
        let Announced { settings, listeners, lifetime, started } = announced;
        let site = &settings.site;
        let cookies = site.manager().metadata_dir().join("cookies");
        let watcher = Arc::new(Watcher::open(WatcherConfig::new(site.build_root.clone(), cookies)));
        let warm = Arc::new(Warm::watching(watcher.clone()));
        let program = &settings.identity.program.path;
        let config = ServerConfig {
            limits: Limits::default(),
            runs: MOST_RUNS,
            exe_dir: program.parent().map(Path::to_owned).unwrap_or_default(),
            signal_proxy: vec![program.clone().into(), SIGNAL_PROXY.into()],
        };
        let household = Household::new(&settings, &listeners, &lifetime, started, &watcher, &warm);
        let server = PailgunServer::start(listeners, config, Arc::new(household)).map_err(|error| error.to_string())?;
        let lived = Self::live(&server, &watcher, &lifetime);
        warm.shutdown();
        lived
    }

    fn log(&self, line: &str) {
        if let Some((journal, _)) = self.journal.get() {
            journal.write(line);
        }
    }
}
