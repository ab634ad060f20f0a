//! Long runs: what cannot be shown about the daemon in milliseconds, by whole processes in temporary directories.
//!
//!     cargo test -p pants-cli --test long                                     # a short form of each
//!     RUN_SLOW_TESTS=1 cargo test --release -p pants-cli --test long -- soak  # the long form of one
//!
//! docs/testing.md tells of each, with its last results. A program of its own, without the harness of tests: each run is
//! a process below this one, which adopts all that a run leaves behind and so sees whether it left anything.
//! `--seed=7` makes other choices. Times are judged in release builds only.

mod concurrency;
mod kill;
mod ng;
mod other_user;
mod soak;
mod stale;
mod support;

use std::fmt::Write as _;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use support::{Stage, wait_for};

/// A long run: its name, and what carries it out.
type LongRun = (&'static str, fn(&Scale) -> Closing);

const RUNS: [LongRun; 6] = [
    ("stale", stale::run),
    ("kill", kill::run),
    ("concurrency", concurrency::run),
    ("soak", soak::run),
    ("ng", ng::run),
    ("other_user", other_user::run),
];

/// How much is done.
pub(crate) struct Scale {
    is_long: bool,
    pub(crate) seed: u64,
}

impl Scale {
    /// The one number in the short form, the other in the long one.
    pub(crate) fn of<T>(&self, short: T, long: T) -> T {
        if self.is_long { long } else { short }
    }
}

/// How a run ended, with the counts that it closes with.
pub(crate) enum Closing {
    Shown(String),
    Missed(String),
    Skipped(String),
}

/// What a run carries out itself rather than its adopter, by an argument in front of the others.
const CARRY_OUT: &str = "--carry-out=";
/// What another user carries out.
const ASK_AS_STRANGER: &str = "--ask-as-stranger=";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value_of = |flag: &str| args.iter().find_map(|arg| arg.strip_prefix(flag));
    if let Some(socket) = value_of(ASK_AS_STRANGER) {
        return other_user::ask(socket.as_ref());
    }
    let seed = value_of("--seed=").map_or(1, |seed| seed.parse().expect("a seed is a number"));
    let scale = Scale { is_long: is_slow_wanted(), seed };
    if let Some(name) = value_of(CARRY_OUT) {
        let (_, run) = RUNS.iter().find(|(known, _)| *known == name).expect("the adopter names one of them");
        return close(name, run, &scale);
    }
    let filters: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let is_wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(&**filter));
    let stage = Stage::build();
    let missed = RUNS.iter().filter(|(name, _)| is_wanted(name)).filter(|(name, _)| !adopt(stage, name, &args)).count();
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::disallowed_methods, reason = "the switch for slow tests is a variable")]
fn is_slow_wanted() -> bool {
    std::env::var_os("RUN_SLOW_TESTS").is_some()
}

/// Starts one run as a process of its own and waits for it. Gives whether it succeeded and left nothing behind.
#[expect(clippy::zombie_processes, reason = "the stage waits for everybody")]
fn adopt(stage: Stage, name: &str, args: &[String]) -> bool {
    let own = std::env::current_exe().expect("this program has a path");
    let child = Command::new(own).arg(format!("{CARRY_OUT}{name}")).args(args).spawn().expect("it starts");
    let succeeded = stage.wait_for(&child);
    let is_alone = || {
        stage.reap();
        stage.others().is_empty().then_some(())
    };
    if wait_for(Duration::from_secs(5), is_alone).is_some() {
        return succeeded;
    }
    let mut text = format!("{name}: MISSED, these processes were left:");
    for process in stage.others().values() {
        write!(text, "\n    {} {}", process.id, process.words.join(" ")).expect("a string takes everything");
        support::kill(process.id);
    }
    print(&text);
    false
}

/// Carries out one run and prints its closing line.
fn close(name: &str, run: &fn(&Scale) -> Closing, scale: &Scale) -> ExitCode {
    let start = Instant::now();
    let closing = run(scale);
    let seconds = start.elapsed().as_secs();
    let (verdict, text, code) = match closing {
        Closing::Shown(text) => ("OK", text, ExitCode::SUCCESS),
        Closing::Missed(text) => ("MISSED", text, ExitCode::FAILURE),
        Closing::Skipped(text) => ("SKIPPED", text, ExitCode::SUCCESS),
    };
    let form = scale.of("short form", "long form");
    print(&format!("{name}: {verdict}, {text} ({form}, {seconds} s)"));
    code
}

#[allow(clippy::print_stdout)]
pub(crate) fn print(text: &str) {
    println!("{text}");
}
