//! The daemon's own life: what the program does when its first argument is [`SERVE`].
//!
//! It is born with settings on its standard input and a pipe on its standard error, on which it says why it does not start.
//! Whatever it is made of (server, services, what is warm) is its body, which this module does not know.

use super::announcement::Announcement;
use super::last_words;
use super::lifetime::Lifetime;
use super::settings::{SERVE, Settings};
use super::undertaker::Undertaker;
use super::{listeners, signals, with_cause};
use crate::panics;
use crate::server::Listeners;
use pants_process::{Cancel, CancelReason, ManagedProcessError, ProcessHooks};
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How often a daemon looks whether it can still be found.
const WATCH_METADATA: Duration = Duration::from_secs(5);

/// How long what it is made of may take to end, once it was told to stop. Whoever told it waits a little longer.
const STOP_WAIT: Duration = Duration::from_secs(4);

/// A wait that something else ends.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

/// What a daemon is made of.
pub trait DaemonBody: Sync {
    /// Gets ready, before the daemon is announced: the log, what is warm. An error is one line for the user.
    fn begin(&self, settings: &Settings) -> Result<(), String>;

    /// Serves until the lifetime says otherwise and nothing is left to do: returns at the end of the last run after
    /// `drain`, and within seconds after `stop`.
    fn serve(&self, announced: Announced) -> Result<(), String>;

    /// Writes a line into the daemon's log.
    fn log(&self, line: &str);
}

/// A daemon that clients can find.
pub struct Announced {
    /// What it was started with.
    pub settings: Settings,
    /// Where it listens.
    pub listeners: Listeners,
    /// How far its life has come.
    pub lifetime: Arc<Lifetime>,
    /// When it was started.
    pub started: SystemTime,
}

/// Lives the life of a daemon and gives its exit code.
pub fn run_daemon(body: &dyn DaemonBody) -> u8 {
    let started = SystemTime::now();
    let born = read_settings().and_then(|settings| {
        let detached = settings.site.manager().detach(&mut Born { body, settings: &settings });
        detached.map(|()| settings).map_err(|error| match error {
            // That it did not start is what whoever reads this says himself.
            ManagedProcessError::Spawn { source, .. } => source.to_string(),
            error => with_cause(&error),
        })
    });
    let lived = born.and_then(|settings| {
        let lifetime = Arc::new(Lifetime::new());
        signals::watch(&lifetime).map_err(|error| format!("cannot watch for signals: {error}"))?;
        let (listeners, token) = listeners::open(&settings, std::process::id())?;
        let announcement = Announcement::publish(&settings, &listeners, token.as_ref());
        let Some(announcement) = announcement.map_err(|error| with_cause(&error))? else {
            body.log("another daemon was faster");
            return Ok(());
        };
        let undertaker = Undertaker::hire(&settings);
        let undertaker = undertaker.inspect_err(|error| body.log(&format!("nobody stays when it is killed: {error}")));
        close_standard_streams().map_err(|error| format!("cannot close the standard streams: {error}"))?;
        live(body, Announced { settings, listeners, lifetime, started }, &announcement);
        undertaker.into_iter().for_each(Undertaker::dismiss);
        body.log("exiting.");
        Ok(())
    });
    match lived {
        Ok(()) => 0,
        Err(reason) => {
            body.log(&reason);
            // Whoever started it reads one line. When nobody does, the log has it.
            let _ = writeln!(io::stderr(), "{reason}");
            1
        }
    }
}

/// What the child does that was Pants's `post_fork_child`.
struct Born<'a> {
    body: &'a dyn DaemonBody,
    settings: &'a Settings,
}

impl ProcessHooks for Born<'_> {
    fn post_fork_child(&mut self) -> io::Result<()> {
        // For `ps` and `top`, where they show the name of the first thread.
        let _ = rustix::thread::set_name(c"pantsd");
        self.body.begin(self.settings).map_err(io::Error::other)?;
        self.body.log("initializing pantsd...");
        Ok(())
    }
}

fn read_settings() -> Result<Settings, String> {
    let mut document = Vec::new();
    io::stdin().lock().read_to_end(&mut document).map_err(|error| format!("cannot read its settings: {error}"))?;
    serde_json::from_slice(&document).map_err(|error| format!("{SERVE} is for the program itself: {error}"))
}

/// What happens when the standard error is closed is that whoever started the daemon goes on.
fn close_standard_streams() -> io::Result<()> {
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    rustix::stdio::dup2_stderr(&nothing)?;
    Ok(())
}

/// From the announcement to the end.
fn live(body: &dyn DaemonBody, announced: Announced, announcement: &Announcement) {
    let lifetime = announced.lifetime.clone();
    let is_over = Cancel::new();
    std::thread::scope(|scope| {
        scope.spawn(|| watch_metadata(announcement, &lifetime, &is_over));
        scope.spawn(|| force_end(announcement, body, &lifetime, &is_over));
        let served = panics::catching(|| body.serve(announced));
        let ended = served.unwrap_or_else(|failure| Err(format!("{failure:?}")));
        if let Some(reason) = announcement.replaced().or_else(|| lifetime.reason()) {
            body.log(&format!("it ends: {reason}"));
        }
        if let Err(reason) = &ended {
            last_words::leave(announcement.site(), reason);
        }
        body.log(&format!("Server exiting with {ended:?}"));
        is_over.cancel(CancelReason::Interrupted);
    });
    announcement.end_tools();
    announcement.withdraw();
}

/// A daemon that no client can find serves nobody, and another one may be there already.
fn watch_metadata(announcement: &Announcement, lifetime: &Lifetime, is_over: &Cancel) {
    while !is_over.wait_timeout(WATCH_METADATA) {
        if !announcement.stands() {
            lifetime.drain("its files are gone");
            return;
        }
    }
}

/// Ends the process when it does not end by itself after it was told to stop, and its tools with it.
fn force_end(announcement: &Announcement, body: &dyn DaemonBody, lifetime: &Lifetime, is_over: &Cancel) {
    // Either of the two wakes.
    let woken = Cancel::new();
    let [by_stop, by_end] = [woken.clone(), woken.clone()];
    let _stop = lifetime.stop_token().on_cancel(move |reason| by_stop.cancel(reason));
    let _end = is_over.on_cancel(move |reason| by_end.cancel(reason));
    while !woken.wait_timeout(LONG) {}
    if !is_over.wait_timeout(STOP_WAIT) {
        body.log("exiting with runs that do not end.");
        announcement.end_tools();
        announcement.withdraw();
        std::process::exit(1);
    }
}
