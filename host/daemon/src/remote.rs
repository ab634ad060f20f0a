//! A run by way of the daemon: finds or starts one, asks it, and says what to do when it cannot be had.
//!
//! The rule for all trouble: before the daemon has accepted a run, one warning, and the run is carried out here; after that,
//! one error, and never a second run.

use crate::client::{Answer, Asking, Endpoint, Signals, Terminal, Unavailable, ask, stop};
use crate::failure::{Failure, INTERRUPTED};
use crate::lifecycle::{
    Decision, DirectReason, Handle, Identity, Launch, LaunchError, Program, START_TIMEOUT, Settings, Site, Unwanted,
    decide, kill, maybe_launch, running, with_cause,
};
use crate::run::{Ended, Run};
use crate::server::Ending;
use crate::wire::{Refusal, RefusalKind, Wish};
use crate::world::ClientWorld;
use pants_model::{Diagnostic, LogLevel, Value};
use pants_options::Bootstrap;
use pants_process::Cancel;
use std::io::{self, Write as _};
use std::os::fd::AsFd;
use std::time::Duration;

/// How long to try to reach a daemon that has announced itself.
const CONNECT_PATIENCE: Duration = Duration::from_millis(500);
/// How long a daemon may take to accept a request.
const ACCEPT_PATIENCE: Duration = Duration::from_secs(10);
/// `--pantsd-pailgun-quit-timeout` where it makes no sense.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);
/// How many daemons are asked for one run: the one that is there, one in its place, and one more for good measure.
const MOST_ATTEMPTS: usize = 3;

/// Carries a run out by way of the daemon; `None` where this process is to do it. The user was told when that is not what
/// was asked for.
pub fn carry_out(world: &ClientWorld, run: &Run) -> Option<Ended> {
    let remote = Remote { world, bootstrap: run.bootstrap() };
    match decide(&world.invocation, run.bootstrap()) {
        Decision::Daemon => remote.carry_out(),
        Decision::Direct(DirectReason::CleanAll) => {
            // What it works on is removed.
            let ended = kill(&remote.site(), &Cancel::new());
            ended.err().and_then(|error| remote.do_without(&with_cause(&error)))
        }
        Decision::Direct(_) => None,
    }
}

/// Asks the daemon that is there, if it is the right one, to complete a command line; none is started for that. The
/// arguments of this world are the words, not finished.
pub fn complete(world: &ClientWorld, bootstrap: &Bootstrap) -> Option<Ended> {
    if decide(&world.invocation, bootstrap) != Decision::Daemon {
        return None;
    }
    let remote = Remote { world, bootstrap };
    let Settings { site, identity, .. } = remote.settings().ok()?;
    let handle = running(&site, &identity).ok()??;
    match remote.ask(Wish::Complete, &handle, &Signals::for_an_end().ok()?) {
        Answer::Ended(ended) => Some(ended),
        Answer::Unavailable(_) | Answer::Refused(_) | Answer::Lost(_) => None,
        Answer::Left(_) => Some(Ended::Exit(interrupted())),
    }
}

/// One client of the daemon.
struct Remote<'a> {
    world: &'a ClientWorld,
    bootstrap: &'a Bootstrap,
}

impl Remote<'_> {
    fn carry_out(&self) -> Option<Ended> {
        let settings = match self.settings() {
            Ok(settings) => settings,
            Err(error) => return self.do_without(&format!("the program cannot be found: {error}")),
        };
        let (mut unwanted, mut signals) = (None, None);
        for _ in 0..MOST_ATTEMPTS {
            let launch = Launch {
                settings: settings.clone(),
                environment: &self.world.invocation.environment,
                unwanted: unwanted.take(),
                tell: &|level, line| self.tell(level, line),
                start_timeout: START_TIMEOUT,
                cancel: &Cancel::new(),
            };
            let handle = match maybe_launch(&launch) {
                Ok(handle) => handle,
                Err(LaunchError::Cancelled) => return Some(Ended::Exit(interrupted())),
                Err(error) => return self.do_without(&error.to_string()),
            };
            // Until something may run, a signal ends this process as any other; then none is lost between two attempts.
            let signals = match signals.take().map_or_else(Signals::for_an_end, Ok) {
                Ok(watched) => signals.insert(watched),
                Err(error) => return self.do_without(&format!("signals cannot be watched: {error}")),
            };
            let pid = handle.pid;
            match self.ask(Wish::Run, &handle, signals) {
                Answer::Ended(ended) => {
                    self.shut_down_if_asked(&handle);
                    return Some(ended);
                }
                Answer::Left(waited) => return Some(self.leave(waited)),
                Answer::Lost(lost) => return Some(self.lose(&with_cause(&lost), &handle)),
                Answer::Refused(Refusal { kind: RefusalKind::Stale | RefusalKind::Ending, reason }) => {
                    unwanted = Some(Unwanted { pid, reason });
                }
                Answer::Refused(Refusal { kind: RefusalKind::Busy | RefusalKind::Request, reason }) => {
                    return self.do_without(&reason);
                }
                // It was there a moment ago; what is there now is looked at anew.
                Answer::Unavailable(error @ Unavailable::Connect(_)) => {
                    unwanted = Some(Unwanted { pid, reason: with_cause(&error) });
                }
                Answer::Unavailable(error) => return self.do_without(&with_cause(&error)),
            }
        }
        let reason = unwanted.map_or_else(|| "it cannot be reached".to_owned(), |unwanted| unwanted.reason);
        self.do_without(&reason)
    }

    fn ask(&self, wish: Wish, handle: &Handle, signals: &Signals) -> Answer {
        let asking = Asking {
            endpoint: &Endpoint::Unix(handle.socket.clone()),
            connect_patience: CONNECT_PATIENCE,
            accept_patience: ACCEPT_PATIENCE,
            quit_timeout: self.quit_timeout(),
            signals,
        };
        let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
        let terminal = Terminal { stdin: stdin.as_fd(), stdout: stdout.as_fd(), stderr: stderr.as_fd() };
        ask(self.world, wish, &asking, terminal)
    }

    fn site(&self) -> Site {
        Site::of(self.bootstrap, &self.world.invocation.environment)
    }

    fn settings(&self) -> io::Result<Settings> {
        let identity = Identity::of(self.bootstrap, Program::here()?);
        Ok(Settings::of(self.bootstrap, self.site(), identity))
    }

    fn quit_timeout(&self) -> Duration {
        let seconds = match self.bootstrap.values.value("", "pantsd-pailgun-quit-timeout") {
            Value::Float(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
            value => value.as_int().and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs),
        };
        seconds.unwrap_or(QUIT_TIMEOUT)
    }

    /// `--shutdown-pantsd-after-run`.
    fn shut_down_if_asked(&self, handle: &Handle) {
        if self.bootstrap.values.value("", "shutdown-pantsd-after-run").as_bool().unwrap_or(false) {
            let endpoint = Endpoint::Unix(handle.socket.clone());
            if let Err(error) = stop(self.world, Ending::AfterRuns, &endpoint, ACCEPT_PATIENCE) {
                self.tell(LogLevel::Warn, &format!("pantsd was not told to end: {}", with_cause(&error)));
            }
        }
    }

    /// Warns that this process carries the run out.
    fn do_without(&self, reason: &str) -> Option<Ended> {
        self.tell(LogLevel::Warn, &format!("this run goes without pantsd: {reason}"));
        None
    }

    fn lose(&self, reason: &str, handle: &Handle) -> Ended {
        let report =
            Diagnostic::error_without_place(format!("pantsd (pid {}) was lost in mid-run: {reason}", handle.pid))
                .hint(format!("its log is `{}`", handle.log_file.display()))
                .hint("how far the run came is not known, so it is not carried out again");
        Ended::Exit(Failure::of_user(report).show(&mut io::stderr().lock()))
    }

    fn leave(&self, waited: Option<Duration>) -> Ended {
        if let Some(waited) = waited {
            let line = format!("pantsd did not end the run within {} s; it goes on ending it", waited.as_secs_f64());
            self.tell(LogLevel::Warn, &line);
        }
        Ended::Exit(interrupted())
    }

    /// A line for the user, if he wants to hear as much.
    fn tell(&self, level: LogLevel, line: &str) {
        let is_quiet = self.bootstrap.values.value("", "quiet").as_bool().unwrap_or(false);
        if is_quiet || level < crate::world::level(self.bootstrap) {
            return;
        }
        let mut stderr = io::stderr().lock();
        // There is nobody left to tell when standard error is gone.
        let _ = match level {
            LogLevel::Warn => writeln!(stderr, "warning: {line}"),
            _ => writeln!(stderr, "{line}"),
        };
    }
}

fn interrupted() -> u8 {
    u8::try_from(INTERRUPTED).expect("it is a small number")
}
