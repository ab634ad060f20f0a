//! What questions cost a warm session: the same few of them again and again, in one process, over one repository.
//!
//! `cargo run --release -p pants-session --example warm_questions -- <repository> <directory of plugins> [rounds [words]]`
//! prints the first, the median and the fastest time of each question, in milliseconds, and how much it answers. Nothing
//! happens to files meanwhile; the time is that of the session with a console, without a socket. With words, they are the
//! one question: for a profiler.

use pants_console::{ConsoleOptions, ConsoleSink};
use pants_model::EventSink;
use pants_options::{Invocation, bootstrap};
use pants_session::{Cancel, Changes, FileEvents, Outcome, Request, Warm, run};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 15;

/// The targets at the top and at the bottom of the repository stand in `GRAPH.json`, where there is one.
const QUESTIONS: [&str; 14] = [
    "list {bottom}",
    "list ::",
    "dependees --transitive {bottom}",
    "dependees {bottom}",
    "dependencies --transitive {top}",
    "dependencies {top}",
    "minimize ::",
    "sort ::",
    "filter --type=java_library ::",
    "roots ::",
    "peek {top}",
    "path {top} {bottom}",
    "filedeps --transitive {top}",
    "filemap ::",
];

/// A world in which nothing happens.
struct Quiet;

impl FileEvents for Quiet {
    fn watch(&self, _dirs: &[Arc<str>]) {}

    fn drain(&self) -> Changes {
        Changes::default()
    }
}

/// Takes bytes and counts them.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len(), Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [repository, plugins, rest @ ..] = &args[..] else { panic!("a repository and a directory of plugins") };
    let repository = PathBuf::from(repository).canonicalize().expect("the repository is there");
    let rounds = rest.first().map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let graph = std::fs::read_to_string(repository.join("GRAPH.json")).unwrap_or_default();
    let (top, bottom) = (text_of(&graph, "top"), text_of(&graph, "bottom"));
    let questions: Vec<String> = match rest.get(1..) {
        Some(words @ [_, ..]) => vec![words.join(" ")],
        _ => QUESTIONS.iter().map(|question| question.replace("{top}", &top).replace("{bottom}", &bottom)).collect(),
    };
    let warm = Warm::watching(Arc::new(Quiet));
    tell("   first  median fastest    bytes");
    for question in questions {
        let words: Vec<String> = question.split_whitespace().map(str::to_owned).collect();
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..rounds {
            let (took, written) = ask(&repository, Path::new(plugins), &words, &warm);
            times.push(took);
            bytes = written;
        }
        let first = times[0];
        times.sort_unstable();
        let [first, median, fastest] = [first, times[times.len() / 2], times[0]].map(|time| time.as_secs_f64() * 1e3);
        tell(&format!("{first:8.2} {median:7.2} {fastest:7.2} {bytes:8}  {question}"));
    }
}

#[allow(clippy::print_stdout)]
fn tell(line: &str) {
    println!("{line}");
}

/// The text of a key of a flat document.
fn text_of(document: &str, key: &str) -> String {
    let after = document.split_once(&format!("\"{key}\": \"")).map_or("", |(_, after)| after);
    after.split_once('"').map_or("", |(text, _)| text).to_owned()
}

#[expect(clippy::disallowed_methods, reason = "nobody else reads the environment here")]
fn variable(name: &str) -> OsString {
    std::env::var_os(name).unwrap_or_default()
}

fn ask(repository: &Path, plugins: &Path, words: &[String], warm: &Warm) -> (Duration, usize) {
    let environment = BTreeMap::from(["PATH", "HOME"].map(|name| (name.into(), variable(name))));
    let (stdout, stderr) = (Counter::default(), Counter::default());
    let start = Instant::now();
    let invocation =
        Invocation { args: words.to_vec(), environment: Arc::new(environment), cwd: repository.to_owned() };
    let bootstrap = bootstrap(&invocation).unwrap_or_else(|error| panic!("{error}"));
    let clock = Box::new(pants_console::ClockReading::default);
    let console = ConsoleSink::new(Box::new(stdout.clone()), Box::new(stderr), clock, ConsoleOptions::default());
    let console = Arc::new(console);
    let events: Arc<dyn EventSink> = console.clone();
    let request = Request {
        invocation,
        bootstrap,
        exe_dir: plugins.to_owned(),
        client_pid: std::process::id(),
        width: 80,
        is_coloured: false,
        run_id: "warm_questions".to_owned(),
        started: SystemTime::now(),
    };
    let outcome = run(&request, warm, &events, &Cancel::new()).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    console.flush();
    let took = start.elapsed();
    assert!(matches!(outcome, Outcome::Success), "{words:?} succeeds");
    (took, stdout.0.load(Ordering::Relaxed))
}
