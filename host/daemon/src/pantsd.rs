//! The daemon: what [`run_daemon`](crate::lifecycle::run_daemon) gives life to.
//!
//! Puts the parts together and knows none of them from inside: the watcher tells what is warm of changes, the pailgun server
//! hands requests to it, services see to the rest, and its lifetime says when all of it ends.

mod household;

use crate::lifecycle::{Announced, DaemonBody, Lifetime, Settings, with_cause};
use crate::log::{Listening, install, listen_to_the_process};
use crate::server::{PailgunServer, ServerConfig};
use crate::services::{
    CacheDirectories, FileEventService, IdleService, MemoryService, PailgunService, Post, RotatingLog,
    SchedulerService, Service, Services, StoreGcService, resident_bytes,
};
use crate::watcher::{Watcher, WatcherConfig};
use crate::wire::Limits;
use household::Household;
use jiff::Zoned;
use pants_process::CancelReason;
use pants_session::Warm;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How many requests are carried out at the same time.
const MOST_RUNS: usize = 64;
/// How long runs may take to end when the daemon is to stop.
const STOP_GRACE: Duration = Duration::from_secs(3);
/// How long services may take to end.
const SERVICES_GRACE: Duration = Duration::from_secs(1);
/// How often whoever waits for the end of runs looks whether they are to be cancelled.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// A wait that something else ends.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);
/// How many bytes the log grows to before it is kept as a predecessor.
const LOG_LIMIT: u64 = 10 << 20;
/// How many predecessors are kept.
const LOG_PREDECESSORS: usize = 3;

/// The first argument of the process that stands in for a run where an old client signals a process group.
pub const SIGNAL_PROXY: &str = "--pantsd-signal-proxy";

/// The daemon of one build root.
#[derive(Default)]
pub struct PantsDaemon {
    journal: OnceLock<(Arc<RotatingLog>, Listening)>,
}

impl PantsDaemon {
    /// One that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves until there is a reason to end; then until the last run is over, or was made to end.
    fn live(server: &PailgunServer, lifetime: &Lifetime) -> Result<(), String> {
        while !lifetime.drain_token().wait_timeout(LONG) {}
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

/// All services, in the order in which they are started.
fn services(
    settings: &Settings,
    lifetime: &Arc<Lifetime>,
    watcher: &Arc<Watcher>,
    warm: &Arc<Warm>,
    server: &Arc<PailgunServer>,
    post: &Post,
) -> Vec<Box<dyn Service>> {
    let mut services: Vec<Box<dyn Service>> = vec![
        Box::new(FileEventService::new(watcher.clone(), post.clone())),
        Box::new(SchedulerService::new(warm.clone())),
        Box::new(PailgunService::new(server.clone())),
    ];
    let caches = CacheDirectories::new({
        let warm = warm.clone();
        move || warm.cache_dirs()
    });
    services.push(Box::new(StoreGcService::new(Box::new(caches), server.clone(), lifetime.clone())));
    if let Some(limit) = settings.max_memory {
        let resident = Box::new(resident_bytes);
        services.push(Box::new(MemoryService::new(limit, resident, server.clone(), lifetime.clone(), post.clone())));
    }
    if let Some(timeout) = settings.idle_timeout {
        services.push(Box::new(IdleService::new(server.clone(), lifetime.clone(), timeout)));
    }
    services
}

impl DaemonBody for PantsDaemon {
    fn begin(&self, settings: &Settings) -> Result<(), String> {
        let path = &settings.site.log_file;
        let opened = path.parent().map_or(Ok(()), fs::create_dir_all);
        let opened = opened.and_then(|()| RotatingLog::open(path.clone(), LOG_LIMIT, LOG_PREDECESSORS));
        let journal = Arc::new(opened.map_err(|error| format!("cannot write `{}`: {error}", path.display()))?);
        install();
        let listening = listen_to_the_process({
            let journal = journal.clone();
            Arc::new(move |text| note(&journal, text))
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
        let household = Arc::new(Household::new(&settings, &listeners, &lifetime, started, &watcher, &warm));
        let server = PailgunServer::start(listeners, config, household.clone());
        let server = Arc::new(server.map_err(|error| with_cause(&error))?);
        let (post, death) = (Post::new(), Arc::new(OnceLock::new()));
        let services = services(&settings, &lifetime, &watcher, &warm, &server, &post);
        let services = Services::start(services, &post, {
            let (lifetime, death) = (lifetime.clone(), death.clone());
            move |reason| {
                // The first one counts.
                let _ = death.set(reason.to_owned());
                lifetime.drain(reason);
            }
        })?;
        household.set_services(services.states());
        let lived = Self::live(&server, &lifetime);
        for name in services.terminate(SERVICES_GRACE) {
            tracing::warn!(target: "pantsd", "the {name} service does not end");
        }
        warm.shutdown();
        match death.get() {
            Some(reason) => Err(reason.clone()),
            None => lived,
        }
    }

    fn log(&self, line: &str) {
        if let Some((journal, _)) = self.journal.get() {
            note(journal, line);
        }
    }
}

/// Writes lines into the log, with the time and the process before them.
fn note(journal: &RotatingLog, text: &str) {
    let stamp = Zoned::now().strftime("%Y-%m-%d %H:%M:%S").to_string();
    // There is nobody to tell of a log that cannot be written.
    let _ = journal.write(format!("{stamp} [pid {}] {text}\n", std::process::id()).as_bytes());
}
