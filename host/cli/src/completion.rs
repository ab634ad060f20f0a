//! `pants complete`: the scripts for shells, and the answers that they ask for.

use crate::words::Answer;
use clap::ArgMatches;
use pants_daemon::{ClientWorld, Ended, Streams, complete, remote};
use pants_options::{Invocation, bootstrap};
use pants_session::Warm;
use std::io;

/// The script of a shell.
fn script(shell: &str) -> &'static str {
    match shell {
        "zsh" => include_str!("completion/pants.zsh"),
        "fish" => include_str!("completion/pants.fish"),
        _ => include_str!("completion/pants.bash"),
    }
}

/// Gives a script; or prints what the last of the words can become, one on a line.
pub(crate) fn carry_out(world: &ClientWorld, matches: &ArgMatches) -> Answer {
    if let Some(shell) = matches.get_one::<String>("shell") {
        return Answer::success(script(shell));
    }
    let words = matches.get_many("line").into_iter().flatten().cloned().collect();
    let world = &ClientWorld { invocation: Invocation { args: words, ..world.invocation.clone() }, ..world.clone() };
    let ended = bootstrap(&Invocation { args: Vec::new(), ..world.invocation.clone() }).ok();
    let ended = ended.and_then(|bootstrap| remote::complete(world, &bootstrap));
    let ended = ended.unwrap_or_else(|| {
        let streams = Streams { stdout: Box::new(io::stdout()), stderr: Box::new(io::stderr()) };
        complete(world, streams, &Warm::empty())
    });
    match ended {
        Ended::Exit(code) => Answer { code, ..Answer::success("") },
        Ended::Foreground(_) => Answer::success(""),
    }
}
