//! The binary `pants`: argv in, exit code out.
//!
//! The one place that reads arguments, environment, current directory and clock, and that installs signal handlers. It
//! holds no build logic.

mod client;
mod completion;
mod description;
mod failure;
mod foreground;
mod log;
mod migrate_config;
mod panics;
mod signals;
mod words;

use client::{Client, LogFile};
use failure::{Failure, exit_code};
use panics::Backtraces;
use pants_console::FanOut;
use pants_model::{Diagnostic, Event, EventSink};
use pants_options::{Bootstrap, Invocation, OptionsError, bootstrap_without_config, help_of};
use pants_session::{Cancel, Outcome};
use std::process::ExitCode;
use std::sync::Arc;

/// Loading a repository makes millions of small values on all cores: a fifth of a cold run goes into the system's allocator
/// on top of this one. Plugins have their own; what crosses the boundary is freed by who made it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Whether backtraces are wanted is not known before the options are.
    panics::keep(Backtraces::Hidden);
    panics::catching(serve).unwrap_or_else(|failure| failure::without_console(&failure))
}

/// Does what the arguments ask for.
fn serve() -> ExitCode {
    let client = match Client::here() {
        Ok(client) => client,
        Err(failure) => return failure::without_console(&failure),
    };
    if client.asks_for_the_version() {
        return client.show_the_version();
    }
    if client.asks_for_the_manual() {
        return client::print(&description::manual());
    }
    if let Some(answered) = words::answer(&client) {
        return words::tell(answered);
    }
    let (bootstrap, faults) = match bootstrap(&client.invocation) {
        Ok(found) => found,
        Err(OptionsError::NoBuildRoot { .. }) if client.asks_for_help() => return client.show_help(),
        Err(error) => return failure::without_console(&Failure::from(error)),
    };
    let (log, log_file) = match client.log_file(&bootstrap) {
        Ok(log) => log.map(|LogFile { sink, file }| (sink, file)).unzip(),
        Err(failure) => return failure::without_console(&failure),
    };
    log::install(&bootstrap, log_file);
    panics::keep(client::backtraces(&bootstrap));
    let console = Arc::new(client.console(&bootstrap));
    let cancel = Cancel::new();
    signals::watch(cancel.clone());

    let request = client.request(client.invocation.clone(), bootstrap);
    let events: Arc<dyn EventSink> = match &log {
        Some(log) => Arc::new(FanOut::new(vec![console.clone(), log.clone()])),
        None => console.clone(),
    };
    faults.into_iter().for_each(|fault| events.emit(Event::Diagnostic(fault)));
    let ended = panics::catching(|| pants_daemon::carry_out(&request, &events, &cancel));
    let ended = ended.and_then(|outcome| outcome.map_err(Failure::from));
    console.flush();
    if let (Err(failure), Some(log)) = (&ended, &log) {
        failure.log(log);
    }
    match ended {
        Ok(Outcome::Foreground(process)) => foreground::become_it(&process, &console),
        Ok(outcome) => exit_code(&outcome, &console),
        Err(failure) => failure.report(&console),
    }
}

/// What must be known before any plugin. Whoever asks for help gets it whatever the config files say; what is wrong with
/// them is told as warnings.
fn bootstrap(invocation: &Invocation) -> Result<(Bootstrap, Vec<Diagnostic>), OptionsError> {
    match pants_options::bootstrap(invocation) {
        Ok(bootstrap) => Ok((bootstrap, Vec::new())),
        Err(error @ OptionsError::NoBuildRoot { .. }) => Err(error),
        Err(error) if help_of(&invocation.args).is_some() => {
            let faults = error.diagnostics().into_iter().map(Diagnostic::as_warning).collect();
            bootstrap_without_config(invocation).map(|bootstrap| (bootstrap.having_told(&error), faults))
        }
        Err(error) => Err(error),
    }
}
