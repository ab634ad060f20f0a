//! The binary `pants`: argv in, exit code out.
//!
//! The one place that reads arguments, environment, current directory and clock, and that installs signal handlers. It
//! holds no build logic.

mod client;
mod failure;
mod foreground;
mod log;
mod panics;
mod signals;

use client::Client;
use failure::{Failure, exit_code};
use pants_model::EventSink;
use pants_options::OptionsError;
use pants_session::{Cancel, Outcome, Request};
use std::process::ExitCode;
use std::sync::Arc;

/// Loading a repository makes millions of small values on all cores: a fifth of a cold run goes into the system's allocator
/// on top of this one. Plugins have their own; what crosses the boundary is freed by who made it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let client = match Client::here() {
        Ok(client) => client,
        Err(failure) => return failure::without_console(&failure),
    };
    if client.asks_for_the_version() {
        return client.show_the_version();
    }
    let bootstrap = match pants_options::bootstrap(&client.invocation) {
        Ok(bootstrap) => bootstrap,
        Err(OptionsError::NoBuildRoot { .. }) if client.asks_for_help() => return client.show_help(),
        Err(error) => return failure::without_console(&Failure::from(error)),
    };
    log::install(&bootstrap);
    panics::keep(client::backtraces(&bootstrap));
    let console = Arc::new(client.console(&bootstrap));
    let cancel = Cancel::new();
    signals::watch(cancel.clone());

    let request = Request {
        invocation: client.invocation,
        bootstrap,
        exe_dir: client.exe_dir,
        client_pid: std::process::id(),
        width: client.width,
        run_id: client.run_id,
    };
    let events: Arc<dyn EventSink> = console.clone();
    let ended = panics::catching(|| pants_daemon::carry_out(&request, &events, &cancel));
    let ended = ended.and_then(|outcome| outcome.map_err(Failure::from));
    console.flush();
    match ended {
        Ok(Outcome::Foreground(process)) => foreground::become_it(&process, &console),
        Ok(outcome) => exit_code(&outcome, &console),
        Err(failure) => failure.report(&console),
    }
}
