//! Cold runs of the real binary, without a daemon, against their floor, each with the ratio that it must keep.
//!
//! The floor is one thread of `std::fs` that walks the tree and reads the same BUILD files, from a warm page cache, plus
//! what a process with its plugins may take. What is compared is measured in turn, round after round, so that a busy
//! machine is busy for both. `cargo bench -p pants-cli --bench cold`; a ratio that is too high fails.

mod generated;

use generated::{Generated, walk_and_read};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The numbers of modules, ascending: growth is judged from one to the next.
const SIZES: [usize; 3] = [1_000, 5_000, 20_000];
const ROUNDS: usize = 15;
/// For the process and its plugins, on top of the walk.
const START: Duration = Duration::from_millis(10);
/// How much slower a module may get from one size to the next, for what does not fit into the processor's caches.
const GROWTH: f64 = 1.25;
const MOST_MEMORY: u64 = 300 << 20;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let filter = args.iter().find(|arg| !arg.starts_with('-'));
    let is_wanted = args.iter().any(|arg| arg == "--bench") && filter.is_none_or(|filter| "cold".contains(&**filter));
    if !is_wanted {
        return ExitCode::SUCCESS;
    }
    let mut report = Report::default();
    for modules in SIZES {
        report.add(modules, &measure(&Generated::new(modules)));
    }
    print(&report.text);
    if report.is_within_limits { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[allow(clippy::print_stdout)]
fn print(text: &str) {
    print!("{text}");
}

/// What was measured in one repository: the fastest round of each, because what else runs on a machine only adds to it.
struct Measured {
    floor: Duration,
    list: Duration,
    list_again: Duration,
    dependees: Duration,
    memory: u64,
}

fn measure(repository: &Generated) -> Measured {
    let bottom = repository.bottom();
    let list = ["list", "::"];
    let dependees = ["dependees", "--transitive", &bottom];
    // The tree is in the page cache now, and the plugins among the private copies.
    walk_and_read(repository.root());
    let lines = pants(repository, &list).output().expect("pants is there").stdout;
    let targets = lines.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(targets, repository.modules() + repository.modules() / 10, "every target is listed");

    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..ROUNDS {
        times[0].push(time(|| assert!(walk_and_read(repository.root()) > 0)));
        repository.forget_evaluations();
        times[1].push(time(|| run(pants(repository, &list))));
        times[2].push(time(|| run(pants(repository, &list))));
        repository.forget_evaluations();
        times[3].push(time(|| run(pants(repository, &dependees))));
    }
    repository.forget_evaluations();
    let memory = peak_memory(pants(repository, &list)).max(peak_memory(pants(repository, &dependees)));
    let [floor, list, list_again, dependees] = times.map(fastest);
    Measured { floor, list, list_again, dependees, memory }
}

fn pants(repository: &Generated, args: &[&str]) -> Command {
    let exe = PathBuf::from(env!("CARGO_BIN_EXE_pants"));
    let mut command = Command::new(&exe);
    command.args(args).current_dir(repository.root()).env_clear().env("PANTS_PANTSD", "false");
    command.env("XDG_CACHE_HOME", repository.cache()).env("PANTS_PLUGIN_PATH", exe.with_file_name("deps"));
    command
}

fn run(mut command: Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.expect("pants is there").success(), "{command:?} succeeds");
}

/// The most that a process had resident. Asked for again and again while it runs, because a parent cannot learn it
/// afterwards: what `wait4` tells counts the parent's own pages from before `exec`.
fn peak_memory(mut command: Command) -> u64 {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().expect("pants is there");
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().expect("it is our child").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        most = most.max(kib.unwrap_or(0) << 10);
        std::thread::yield_now();
    }
    most
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn fastest(times: Vec<Duration>) -> Duration {
    times.into_iter().min().expect("there was a round")
}

/// The table of results, and whether all of them are as they must be.
struct Report {
    text: String,
    is_within_limits: bool,
    /// The size before, and what its `list ::` took.
    before: Option<(usize, Duration)>,
}

impl Default for Report {
    fn default() -> Self {
        Self { text: String::new(), is_within_limits: true, before: None }
    }
}

impl Report {
    fn add(&mut self, modules: usize, measured: &Measured) {
        let floor = measured.floor + START;
        self.line(&format!("{modules} modules"));
        self.line(&format!("  floor                        {:7.1} ms, with the start", milliseconds(floor)));
        self.ratio("list ::", measured.list, floor, 2.0);
        self.ratio("list :: again", measured.list_again, measured.list, 1.1);
        self.ratio("dependees --transitive", measured.dependees, floor, 2.5);
        if let Some((size, list)) = self.before.replace((modules, measured.list)) {
            let linear = list.mul_f64(modules as f64 / size as f64);
            self.ratio(&format!("list ::, {size} scaled"), measured.list, linear, GROWTH);
        }
        let verdict = self.judge(measured.memory <= MOST_MEMORY);
        self.line(&format!("  peak memory                  {:7} MiB{verdict}", measured.memory >> 20));
    }

    fn ratio(&mut self, what: &str, time: Duration, floor: Duration, most: f64) {
        let ratio = time.as_secs_f64() / floor.as_secs_f64();
        let verdict = self.judge(ratio <= most);
        self.line(&format!("  {what:28} {:7.1} ms  {ratio:.2} of at most {most}{verdict}", milliseconds(time)));
    }

    fn judge(&mut self, is_within: bool) -> &'static str {
        self.is_within_limits &= is_within;
        if is_within { "" } else { "  TOO MUCH" }
    }

    fn line(&mut self, line: &str) {
        writeln!(self.text, "{line}").expect("a string takes everything");
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
