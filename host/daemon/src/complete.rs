//! Completion of a command line for a shell, wherever it is carried out.

use crate::run::Ended;
use crate::world::{ClientWorld, Streams};
use pants_options::{Invocation, bootstrap, bootstrap_without_config};
use pants_session::Warm;
use std::io::Write as _;

/// Writes what the last of the words can become, one on a line. The arguments of this world are the words, not finished.
pub fn complete(world: &ClientWorld, mut streams: Streams, warm: &Warm) -> Ended {
    // What is wrong means that there is less to say: a line that is not finished is no place for messages.
    let found = answers(world, warm).unwrap_or_default();
    let _ = streams.stdout.write_all(found.as_bytes()).and_then(|()| streams.stdout.flush());
    Ended::Exit(0)
}

fn answers(world: &ClientWorld, warm: &Warm) -> Option<String> {
    let words = &world.invocation.args;
    let invocation = Invocation { args: Vec::new(), ..world.invocation.clone() };
    let bootstrap = bootstrap(&invocation).or_else(|_| bootstrap_without_config(&invocation)).ok()?;
    let found = pants_session::completions(&world.request(invocation, bootstrap), warm, words);
    // A name with a line break cannot be told in lines.
    Some(found.into_iter().filter(|word| !word.contains('\n')).map(|word| word + "\n").collect())
}
