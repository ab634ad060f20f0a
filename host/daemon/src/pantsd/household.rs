//! What the server asks of the daemon: runs on what is warm, completions, how it is, and its end.

use crate::complete::complete;
use crate::failure::show;
use crate::lifecycle::{Lifetime, RunStatus, Settings, Status, WatchStatus};
use crate::run::{Ended, Run, serve};
use crate::server::{ActiveRun, Ending, Listeners, Runner};
use crate::services::{ServiceState, resident_bytes};
use crate::watcher::Watcher;
use crate::world::{ClientWorld, Streams};
use pants_model::Diagnostic;
use pants_options::VERSION;
use pants_process::Cancel;
use pants_session::{Warm, WarmFacts, stale_plugins};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// A service by its name.
type ServiceOfDaemon = (&'static str, Arc<ServiceState>);

/// What requests find in a daemon.
pub(super) struct Household {
    warm: Arc<Warm>,
    watcher: Arc<Watcher>,
    lifetime: Arc<Lifetime>,
    log_file: PathBuf,
    socket: PathBuf,
    port: Option<u16>,
    started: SystemTime,
    /// Set when they were started.
    services: OnceLock<Vec<ServiceOfDaemon>>,
    /// Whether a client was told that there are no events of files.
    has_told: AtomicBool,
    /// How many runs are over.
    runs_before: AtomicU64,
}

impl Household {
    pub(super) fn new(
        settings: &Settings,
        listeners: &Listeners,
        lifetime: &Arc<Lifetime>,
        started: SystemTime,
        watcher: &Arc<Watcher>,
        warm: &Arc<Warm>,
    ) -> Self {
        Self {
            warm: warm.clone(),
            watcher: watcher.clone(),
            lifetime: lifetime.clone(),
            log_file: settings.site.log_file.clone(),
            socket: listeners.path().to_owned(),
            port: listeners.tcp_address().map(|address: SocketAddr| address.port()),
            started,
            services: OnceLock::new(),
            has_told: AtomicBool::new(false),
            runs_before: AtomicU64::new(0),
        }
    }

    /// Says which services there are.
    pub(super) fn set_services(&self, services: Vec<ServiceOfDaemon>) {
        // They are started once.
        let _ = self.services.set(services);
    }
}

impl Runner for Household {
    fn run(&self, world: &ClientWorld, mut streams: Streams, cancel: &Cancel) -> Ended {
        if let Some(reason) = self.watcher.degraded().filter(|_| !self.has_told.swap(true, Ordering::Relaxed)) {
            let told = Diagnostic::warning_without_place(reason);
            show(&[told], &mut streams.stderr);
        }
        let ended = serve(world, streams, &self.warm, cancel);
        self.runs_before.fetch_add(1, Ordering::Relaxed);
        ended
    }

    fn complete(&self, world: &ClientWorld, streams: Streams, _cancel: &Cancel) -> Ended {
        complete(world, streams, &self.warm)
    }

    fn status(&self, runs: &[ActiveRun]) -> serde_json::Value {
        let status = Status {
            pid: std::process::id(),
            version: VERSION.to_owned(),
            started: self.started,
            ending: self.lifetime.reason(),
            resident_bytes: resident_bytes().unwrap_or_default(),
            socket: self.socket.clone(),
            port: self.port,
            log_file: self.log_file.clone(),
            watches: WatchStatus { directories: self.watcher.watched() as u64, fallback: self.watcher.degraded() },
            runs: runs.iter().map(run_status).collect(),
            runs_before: self.runs_before.load(Ordering::Relaxed),
            warm: in_words(&self.warm.facts()),
            services: self
                .services
                .get()
                .into_iter()
                .flatten()
                .map(|(name, state)| format!("{name}: {}", state.phase()))
                .collect(),
        };
        serde_json::to_value(status).expect("it is made of texts and numbers")
    }

    fn stale(&self, world: &ClientWorld) -> Option<String> {
        let run = Run::prepare(&world.invocation).ok()?;
        stale_plugins(&world.request(world.invocation.clone(), run.bootstrap().clone()), &self.warm)
    }

    fn stop(&self, ending: Ending) {
        match ending {
            Ending::AfterRuns => self.lifetime.drain("it was told to end after its runs"),
            Ending::Now => self.lifetime.stop("it was told to end"),
        }
    }
}

fn run_status(run: &ActiveRun) -> RunStatus {
    let ActiveRun { id, pid, wish: _, command_line, started } = run;
    RunStatus { id: id.to_string(), command: command_line.clone(), client_pid: *pid, started: *started }
}

/// What is warm, without what there is none of.
fn in_words(facts: &WarmFacts) -> Vec<String> {
    let WarmFacts { backends, snapshots, targets, directories } = *facts;
    let counted = [
        (backends, "set of backends", "sets of backends"),
        (snapshots, "configuration of the repository", "configurations of the repository"),
        (targets, "target", "targets"),
        (directories, "directory", "directories"),
    ];
    let shown = counted.into_iter().filter(|(count, ..)| *count > 0);
    shown.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many })).collect()
}
