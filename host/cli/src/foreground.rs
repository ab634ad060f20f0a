//! How `run` ends: the process becomes the user's program, in the user's own terminal.

use crate::client::fail;
use pants_daemon::Failure;
use pants_session::Foreground;
use std::process::{Command, ExitCode};

/// Becomes the program: its input, its signals and its exit code are its own. Returns only when that fails.
pub(crate) fn become_it(process: &Foreground) -> ExitCode {
    let Some((program, args)) = process.argv.split_first() else {
        return fail(&Failure::internal("the process to run has no program".to_owned()));
    };
    let mut command = Command::new(program);
    command.args(args).envs(&process.env).current_dir(&process.working_directory);
    run(command, program)
}

#[cfg(unix)]
fn run(mut command: Command, program: &str) -> ExitCode {
    use std::os::unix::process::CommandExt;
    // Returns only with an error: the program took this process over otherwise.
    let error = command.exec();
    fail(&Failure::user(format!("cannot run `{program}`: {error}")))
}

#[cfg(not(unix))]
fn run(mut command: Command, program: &str) -> ExitCode {
    match command.status() {
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(error) => fail(&Failure::user(format!("cannot run `{program}`: {error}"))),
    }
}
