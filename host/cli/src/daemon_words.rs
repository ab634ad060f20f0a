//! `kill-pantsd` and `daemon status|log|stop`: what a person asks of the daemon itself.

use crate::words::Answer;
use clap::ArgMatches;
use pants_daemon::client::{self, Endpoint};
use pants_daemon::lifecycle::{
    Handle, Killed, ManagedProcessError, Site, Status, finishing, found, kill, stop, tail_of_log, with_cause,
};
use pants_daemon::{ClientWorld, Failure};
use pants_model::Diagnostic;
use pants_options::{OptionsError, bootstrap, bootstrap_without_config};
use pants_session::Cancel;
use std::error::Error;
use std::time::{Duration, SystemTime};

/// How long a daemon may take to say how it is.
const STATUS_PATIENCE: Duration = Duration::from_secs(5);

const NO_DAEMON: &str = "no daemon runs\n";

/// Ends all daemons of the build root.
pub(crate) fn kill_pantsd(world: &ClientWorld) -> Result<Answer, Failure> {
    let (site, warnings) = site(world)?;
    let Killed { daemons, workers } = kill(&site, &Cancel::new()).map_err(|error| not_ended(&error))?;
    let mut text = String::new();
    for pid in daemons {
        text.push_str(&format!("pantsd (pid {pid}) has ended\n"));
    }
    for pid in workers {
        text.push_str(&format!("a worker of a daemon that was killed (pid {pid}) has ended\n"));
    }
    Ok(Answer { warnings, ..Answer::success(if text.is_empty() { NO_DAEMON } else { &text }) })
}

/// What the word behind `daemon` asks for.
pub(crate) fn carry_out(world: &ClientWorld, matches: &ArgMatches) -> Result<Answer, Failure> {
    let (site, warnings) = site(world)?;
    let answer = match matches.subcommand() {
        Some(("status", _)) => status(world, &site),
        Some(("log", matches)) => log(&site, *matches.get_one("lines").expect("it has a default")),
        Some(("stop", _)) => match stop(&site, &Cancel::new()).map_err(|error| not_ended(&error))? {
            Some(pid) => Ok(Answer::success(format!("pantsd (pid {pid}) has ended\n"))),
            None => Ok(Answer::success(NO_DAEMON)),
        },
        _ => Err(Failure::internal("`daemon` needs a word, and none was found".to_owned())),
    };
    answer.map(|answer| Answer { warnings, ..answer })
}

fn status(world: &ClientWorld, site: &Site) -> Result<Answer, Failure> {
    let handle = found(site).map_err(|error| failed(&error))?;
    let (mut text, code) = match handle {
        Some(handle) => (ask(world, &handle)?.render(SystemTime::now()), 0),
        None => (NO_DAEMON.to_owned(), 1),
    };
    for pid in finishing(site).map_err(|error| failed(&error))? {
        text.push_str(&format!("pantsd (pid {pid}) takes no more runs, and finishes those that it has\n"));
    }
    Ok(Answer { code, ..Answer::success(text) })
}

fn ask(world: &ClientWorld, handle: &Handle) -> Result<Status, Failure> {
    let Handle { pid, socket, log_file } = handle;
    let silent = |reason: String| {
        let report = Diagnostic::error_without_place(format!("pantsd (pid {pid}) does not say how it is: {reason}"));
        let report = report.hint(format!("its log is `{}`", log_file.display()));
        Failure::of_user(report.hint("`pants kill-pantsd` ends it"))
    };
    let document = client::status(world, &Endpoint::Unix(socket.clone()), STATUS_PATIENCE);
    let document = document.map_err(|error| silent(with_cause(&error)))?;
    Status::from_document(document).map_err(|error| silent(error.to_string()))
}

fn log(site: &Site, lines: usize) -> Result<Answer, Failure> {
    let path = site.log_file.display();
    match tail_of_log(&site.log_file, lines) {
        Ok(Some(tail)) => Ok(Answer::success(format!("{path}:\n{tail}"))),
        Ok(None) => Ok(Answer { code: 1, ..Answer::success(format!("there is no log yet: {path}\n")) }),
        Err(error) => Err(Failure::user(format!("cannot read `{path}`: {error}"))),
    }
}

/// The daemon's site. Where the config files are wrong, it is where it is by default: a daemon can be ended all the same.
fn site(world: &ClientWorld) -> Result<(Site, Vec<Diagnostic>), Failure> {
    let (bootstrap, warnings) = match bootstrap(&world.invocation) {
        Ok(bootstrap) => (bootstrap, Vec::new()),
        Err(error @ OptionsError::NoBuildRoot { .. }) => return Err(error.into()),
        Err(error) => {
            let warnings = error.diagnostics().into_iter().map(Diagnostic::as_warning).collect();
            (bootstrap_without_config(&world.invocation)?, warnings)
        }
    };
    Ok((Site::of(&bootstrap, &world.invocation.environment), warnings))
}

fn not_ended(error: &ManagedProcessError) -> Failure {
    let report = Diagnostic::error_without_place(with_cause(error));
    Failure::of_user(match error.is_permission_denied() {
        true => report.hint("it belongs to another user, who can end it"),
        false => report,
    })
}

fn failed(error: &dyn Error) -> Failure {
    Failure::user(with_cause(error))
}
