//! `pants complete`: the scripts for shells, and the answers that they ask for.

use crate::words::Answer;
use clap::ArgMatches;
use pants_daemon::ClientWorld;
use pants_options::{Invocation, bootstrap, bootstrap_without_config};
use pants_session::Warm;

/// The script of a shell.
fn script(shell: &str) -> &'static str {
    match shell {
        "zsh" => include_str!("completion/pants.zsh"),
        "fish" => include_str!("completion/pants.fish"),
        _ => include_str!("completion/pants.bash"),
    }
}

/// Gives a script, or what the last of the words can become, one on a line.
pub(crate) fn carry_out(world: &ClientWorld, matches: &ArgMatches) -> Answer {
    if let Some(shell) = matches.get_one::<String>("shell") {
        return Answer::success(script(shell));
    }
    let words: Vec<String> = matches.get_many("line").into_iter().flatten().cloned().collect();
    Answer::success(answers(world, &words).unwrap_or_default())
}

/// `None` where something is wrong: a line that is not finished is no place for messages.
fn answers(world: &ClientWorld, words: &[String]) -> Option<String> {
    let invocation = Invocation { args: Vec::new(), ..world.invocation.clone() };
    let bootstrap = bootstrap(&invocation).or_else(|_| bootstrap_without_config(&invocation)).ok()?;
    let request = world.request(invocation, bootstrap);
    let found = pants_session::completions(&request, &Warm::empty(), words);
    // A name with a line break cannot be told in lines.
    Some(found.into_iter().filter(|word| !word.contains('\n')).map(|word| word + "\n").collect())
}
