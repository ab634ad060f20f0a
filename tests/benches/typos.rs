//! How soon the real binary answers a slip, in a repository of 50,000 targets: at most 10 ms, because nobody walks it for
//! that. What shells ask for completion is as quick for who waits with a finger on a key. Without a daemon, which has a
//! benchmark of its own.
//!
//! `cargo bench -p pants-cli --bench typos`; what takes too long fails.

mod generated;

use generated::Generated;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// With the tests of every tenth, 50,000 targets.
const MODULES: usize = 45_455;
const ROUNDS: usize = 30;
const SLIP: Duration = Duration::from_millis(10);
const COMPLETION: Duration = Duration::from_millis(50);

/// What is typed, and the exit code that answers it.
const CASES: [(&str, &[&str], i32, Duration); 7] = [
    ("unknown flag", &["--levl=debug", "list", "::"], 1, SLIP),
    ("unknown flag of a goal", &["list", "--output-fromat=json", "::"], 1, SLIP),
    ("unknown goal", &["lits", "::"], 1, SLIP),
    ("unknown scope", &["help", "compile.javca"], 1, SLIP),
    ("neither goal nor path", &["list", "srcc"], 1, SLIP),
    ("completed goal", &["complete", "--words", "--", "comp"], 0, COMPLETION),
    ("completed target", &["complete", "--words", "--", "list", "src/java/org/gen/l0/m0:"], 0, COMPLETION),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let filter = args.iter().find(|arg| !arg.starts_with('-'));
    let is_wanted = args.iter().any(|arg| arg == "--bench") && filter.is_none_or(|filter| "typos".contains(&**filter));
    if !is_wanted {
        return ExitCode::SUCCESS;
    }
    let repository = Generated::new(MODULES);
    let mut report = String::new();
    let mut is_within_limits = true;
    for (what, args, code, most) in CASES {
        // The first one copies the plugins to where they are opened.
        run(&repository, args, code);
        let fastest = (0..ROUNDS).map(|_| run(&repository, args, code)).min().expect("there was a round");
        let is_within = fastest <= most;
        is_within_limits &= is_within;
        let verdict = if is_within { "" } else { "  TOO MUCH" };
        let (fastest, most) = (fastest.as_secs_f64() * 1e3, most.as_millis());
        writeln!(report, "{what:24} {fastest:5.1} ms of at most {most}{verdict}").expect("a string takes everything");
    }
    print(&report);
    if is_within_limits { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[allow(clippy::print_stdout)]
fn print(text: &str) {
    print!("{text}");
}

/// One run of the binary, from its start to its end.
fn run(repository: &Generated, args: &[&str], code: i32) -> Duration {
    let exe = PathBuf::from(env!("CARGO_BIN_EXE_pants"));
    let mut command = Command::new(&exe);
    command.args(args).current_dir(repository.root()).env_clear().env("PANTS_PANTSD", "false");
    command.env("XDG_CACHE_HOME", repository.cache()).env("PANTS_PLUGIN_PATH", exe.with_file_name("deps"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("pants is there");
    let elapsed = start.elapsed();
    assert_eq!(status.code(), Some(code), "{command:?}");
    elapsed
}
