//! How `run` ends: the process becomes the user's program, in the user's own terminal.

use crate::failure::Failure;
use pants_console::ConsoleSink;
use pants_session::Foreground;
use std::process::{Command, ExitCode};

/// Becomes the program: its input, its signals and its exit code are its own. Returns only when that fails.
pub(crate) fn become_it(process: &Foreground, console: &ConsoleSink) -> ExitCode {
    let Some((program, args)) = process.argv.split_first() else {
        return Failure::internal("the process to run has no program".to_owned()).report(console);
    };
    let mut command = Command::new(program);
    command.args(args).envs(&process.env).current_dir(&process.working_directory);
    run(command, program, console)
}

#[cfg(unix)]
fn run(mut command: Command, program: &str, console: &ConsoleSink) -> ExitCode {
    use std::os::unix::process::CommandExt;
    // Returns only with an error: the program took this process over otherwise.
    let error = command.exec();
    Failure::user(format!("cannot run `{program}`: {error}")).report(console)
}

#[cfg(not(unix))]
fn run(mut command: Command, program: &str, console: &ConsoleSink) -> ExitCode {
    match command.status() {
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(error) => Failure::user(format!("cannot run `{program}`: {error}")).report(console),
    }
}
