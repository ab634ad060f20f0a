//! The binary `pants`: argv in, exit code out.
//!
//! The one place that reads arguments, environment, current directory and clock, and that installs signal handlers. It
//! holds no build logic.

mod client;
mod completion;
mod daemon_words;
mod description;
mod foreground;
mod migrate_config;
mod signals;
mod words;

use pants_daemon::lifecycle::{SERVE, UNDERTAKER, run_daemon, undertake};
use pants_daemon::{
    ClientWorld, Ended, Failure, PantsDaemon, Run, SIGNAL_PROXY, Streams, catching, install_log, keep_panics, remote,
    server,
};
use pants_options::OptionsError;
use pants_session::{Cancel, Warm};
use std::io;
use std::process::ExitCode;

/// Loading a repository makes millions of small values on all cores: a fifth of a cold run goes into the system's allocator
/// on top of this one. Plugins have their own; what crosses the boundary is freed by who made it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    keep_panics();
    catching(serve).unwrap_or_else(|failure| client::fail(&failure))
}

/// Does what the arguments ask for.
fn serve() -> ExitCode {
    let world = match client::here() {
        Ok(world) => world,
        Err(failure) => return client::fail(&failure),
    };
    match world.invocation.args.first().map(String::as_str) {
        Some(SERVE) => return run_daemon(&PantsDaemon::new()).into(),
        Some(UNDERTAKER) => return undertake().into(),
        Some(SIGNAL_PROXY) => return stand_in(),
        _ => {}
    }
    if client::asks_for_the_version(&world) {
        return client::show_the_version(&world);
    }
    if client::asks_for_the_manual(&world) {
        return client::print(&description::manual());
    }
    if let Some(answered) = words::answer(&world) {
        return words::tell(answered);
    }
    match Run::prepare(&world.invocation) {
        Ok(run) => match remote::carry_out(&world, &run).unwrap_or_else(|| carry_out(run, &world)) {
            Ended::Exit(code) => code.into(),
            Ended::Foreground(process) => foreground::become_it(&process),
        },
        Err(OptionsError::NoBuildRoot { .. }) if client::asks_for_help(&world) => client::show_help(&world),
        Err(error) => client::fail(&Failure::from(error)),
    }
}

/// Is the process that an old client signals in the place of a run.
fn stand_in() -> ExitCode {
    match server::signal_proxy(&mut io::stdin().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => client::fail(&Failure::internal(error.to_string())),
    }
}

/// Carries a run out in this process, with nothing warm.
fn carry_out(run: Run, world: &ClientWorld) -> Ended {
    install_log();
    let cancel = Cancel::new();
    signals::watch(cancel.clone());
    let warm = Warm::empty();
    let streams = Streams { stdout: Box::new(io::stdout()), stderr: Box::new(io::stderr()) };
    let ended = run.carry_out(world, streams, &warm, &cancel);
    warm.shutdown();
    ended
}
