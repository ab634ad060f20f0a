//! Does the daemon pay? Whole runs of the real binary, from `fork` to the end, with the daemon and without it.
//!
//! Each question is asked both ways in turn, round after round, so that a busy machine is busy for both; what is judged
//! is the median with the daemon against a limit, and against the median of the direct runs: never slower. Limits that
//! depend on the machine are measured here, too: what it takes to write an answer through a Unix socket, and what git
//! takes for what a run asks of it. `cargo bench -p pants-cli --bench daemon`; what is missed fails. A number after
//! `--` takes the repository of that size alone.

mod generated;
#[path = "../long/support/mod.rs"]
mod support;

use generated::Generated;
use std::io::{Read, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use support::{Pants, git, machine_path, milliseconds, percentile, resident};

const SIZES: [usize; 3] = [1_000, 5_000, 20_000];
const ROUNDS: usize = 21;
/// What is slow in a direct run is asked less often.
const ROUNDS_OF_STARTS: usize = 7;
/// A run that has nothing to do.
const NO_OP: Duration = Duration::from_millis(10);
/// For each time that it takes to write an answer through a socket.
const WRITING: u32 = 3;
/// On top of what git takes.
const CHANGED: Duration = Duration::from_millis(50);
/// What starting the daemon costs the run that does it.
const START: Duration = Duration::from_millis(100);
const COMPLETION: Duration = Duration::from_millis(50);
/// The size at which the daemon must pay, and how well.
const PAYING: (usize, f64) = (5_000, 5.0);
/// The size at which memory is judged.
const LARGEST: usize = 20_000;
const MOST_MEMORY: u64 = 150_000_000;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let (numbers, filters): (Vec<&String>, Vec<&String>) =
        words.into_iter().partition(|word| word.parse::<usize>().is_ok());
    let is_wanted = filters.is_empty() || filters.iter().any(|filter| "daemon".contains(&***filter));
    if !args.iter().any(|arg| arg == "--bench") || !is_wanted {
        return ExitCode::SUCCESS;
    }
    let mut is_missed = false;
    for modules in SIZES {
        if numbers.is_empty() || numbers.iter().any(|number| number.parse() == Ok(modules)) {
            let mut report = Report::new(modules);
            measure(modules, &mut report);
            is_missed |= report.is_missed;
        }
    }
    if is_missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

#[allow(clippy::print_stdout)]
fn print(text: &str) {
    println!("{text}");
}

/// What a median with the daemon may be.
#[derive(Clone, Copy)]
enum Limit {
    /// Only never slower than a direct run.
    Direct,
    /// At most so long, and never slower than a direct run.
    Time(Duration),
    /// At most so long, and so many times faster than a direct run.
    Paying(Duration, f64),
    /// At most so much longer than a direct run.
    Over(Duration),
}

fn measure(modules: usize, report: &mut Report) {
    let repository = Generated::new(modules);
    let bench = Bench::new(&repository);
    let bottom = repository.bottom();
    let everything = bench.output_of(&["list", "::"]);
    let dependees = bench.output_of(&["dependees", "--transitive", &bottom]);
    let written = |output: &[u8]| NO_OP + WRITING * time_to_write(output);
    let paying = |limit| if modules == PAYING.0 { Limit::Paying(limit, PAYING.1) } else { Limit::Time(limit) };

    report.row("list TARGET", &bench.ask(&["list", &bottom]), Limit::Time(NO_OP));
    report.row("list ::", &bench.ask(&["list", "::"]), paying(written(&everything)));
    let args = ["dependees", "--transitive", &bottom];
    report.row("dependees --transitive", &bench.ask(&args), paying(written(&dependees)));
    let top = "src/java/org/gen/l9::";
    let (below, of_it) = (format!("{bottom}::"), format!("{bottom}:"));
    let highest = format!("src/java/org/gen/l9/m{}", modules - 1);
    let questions: [(&str, &[&str]); 7] = [
        ("dependencies --transitive", &["dependencies", "--transitive", top]),
        ("dependees", &["dependees", &bottom]),
        ("filedeps", &["filedeps", &below]),
        ("list DIRECTORY:", &["list", &of_it]),
        ("roots", &["roots"]),
        ("minimize", &["minimize", "src/java/org/gen/l1::"]),
        ("paths", &["paths", &highest, &bottom]),
    ];
    for (name, args) in questions {
        report.row(name, &bench.ask(args), Limit::Direct);
    }
    let args = ["complete", "--words", "--", "list", &of_it];
    report.row("complete", &bench.ask(&args), Limit::Time(COMPLETION));

    let directory = repository.root().join(&bottom);
    let edit = |file: &str, mark: &str| append(&directory.join(file), mark);
    report.row("list ::, a BUILD file edited", &bench.after(|| edit("BUILD", "#\n"), &["list", "::"]), Limit::Direct);
    let source = || std::fs::write(directory.join("New.java"), Instant::now().elapsed().as_nanos().to_string());
    let edited = || source().expect("a source");
    report.row("filedeps, a source edited", &bench.after(edited, &["filedeps", &below]), Limit::Direct);
    let args = ["--changed-parent=HEAD", "--changed-include-dependees=transitive", "list"];
    let changed = bench.after(edited, &args);
    let git = time_of_git(repository.root());
    print(&format!("  git for --changed-parent takes {:.1} ms", milliseconds(git)));
    report.row("--changed-parent=HEAD, one edit", &changed, Limit::Time(CHANGED + git));

    report.row("list TARGET, starts the daemon", &bench.start(&["list", &bottom]), Limit::Over(START));
    report.row("list ::, starts the daemon", &bench.start(&["list", "::"]), Limit::Over(START));
    report.memory(modules, bench.memory());
}

/// A repository and both ways to ask about it.
struct Bench {
    daemon: Pants,
    direct: Pants,
}

/// What was measured: runs with the daemon, and without it.
struct Times {
    daemon: Vec<Duration>,
    direct: Vec<Duration>,
}

impl Bench {
    fn new(repository: &Generated) -> Self {
        let (root, home) = (repository.root(), repository.cache());
        std::fs::create_dir_all(&home).expect("a directory for caches");
        git(root, &home, &["init", "--quiet"]);
        std::fs::write(root.join(".git/info/exclude"), ".pids\n.pants.d\n").expect("git has made the directory");
        git(root, &home, &["add", "--all"]);
        git(root, &home, &["commit", "--quiet", "--message", "generated"]);
        let daemon = Pants::new(root, &home);
        let direct = daemon.clone().direct();
        let answers = [daemon.run(&["list", "::"]), direct.run(&["list", "::"])];
        assert!(answers[0].is_quiet_success() && answers[0].says_what(&answers[1]), "{answers:?}");
        assert!(daemon.daemon().is_some(), "a daemon serves: {}", daemon.log());
        Self { daemon, direct }
    }

    fn output_of(&self, args: &[&str]) -> Vec<u8> {
        self.direct.run(args).stdout
    }

    /// Asks a question that is warm both ways: the daemon has answered it, and the direct run has its caches.
    fn ask(&self, args: &[&str]) -> Times {
        run(self.daemon.command(args));
        run(self.direct.command(args));
        self.after(|| (), args)
    }

    /// Asks a question each time after something was done.
    fn after(&self, before: impl Fn(), args: &[&str]) -> Times {
        let mut times = Times { daemon: Vec::new(), direct: Vec::new() };
        for _ in 0..ROUNDS {
            before();
            times.daemon.push(run(self.daemon.command(args)));
            before();
            times.direct.push(run(self.direct.command(args)));
        }
        times
    }

    /// Asks where no daemon is yet.
    fn start(&self, args: &[&str]) -> Times {
        let mut times = Times { daemon: Vec::new(), direct: Vec::new() };
        for _ in 0..ROUNDS_OF_STARTS {
            self.daemon.kill_daemon();
            times.daemon.push(run(self.daemon.command(args)));
            self.daemon.kill_daemon();
            times.direct.push(run(self.direct.command(args)));
        }
        run(self.daemon.command(args));
        times
    }

    /// What the daemon has resident after all kinds of questions.
    fn memory(&self) -> u64 {
        for args in [&["list", "::"][..], &["roots"], &["filedeps", "::"]] {
            run(self.daemon.command(args));
        }
        self.daemon.daemon().and_then(resident).expect("a daemon serves")
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.daemon.command(&["kill-pantsd"]).status();
    }
}

/// One run of the binary, from its start to its end.
fn run(mut command: Command) -> Duration {
    let start = Instant::now();
    let status = command.status().expect("pants is there");
    let elapsed = start.elapsed();
    assert!(status.success(), "{command:?} succeeds");
    elapsed
}

fn append(path: &Path, text: &str) {
    let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("a file of the repository");
    file.write_all(text.as_bytes()).expect("there is room");
}

/// What this machine takes to write so many bytes through a Unix socket to somebody who reads them.
fn time_to_write(output: &[u8]) -> Duration {
    let times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let (mut writer, mut reader) = UnixStream::pair().expect("a pair of sockets");
            let read = std::thread::spawn(move || {
                let mut buffer = vec![0; 1 << 16];
                while reader.read(&mut buffer).expect("a socket") > 0 {}
            });
            let start = Instant::now();
            writer.write_all(output).expect("somebody reads");
            drop(writer);
            read.join().expect("it only reads");
            start.elapsed()
        })
        .collect();
    percentile(&times, 0.5)
}

/// What git takes for all that a run asks of it for `--changed-parent=HEAD`, one command after the other.
fn time_of_git(root: &Path) -> Duration {
    let commands: [&[&str]; 5] = [
        &["rev-parse", "--verify", "--quiet", "HEAD"],
        &["diff", "--name-only", "--no-renames", "--relative", "-z", "HEAD", "--"],
        &["ls-files", "--others", "--exclude-standard", "-z"],
        &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"],
        &["diff", "--name-only", "--no-renames", "--relative", "-z", "HEAD...HEAD", "--"],
    ];
    let all = || {
        let start = Instant::now();
        for args in commands {
            let mut command = Command::new("git");
            command.current_dir(root).args(args).env_clear().env("PATH", machine_path());
            command.env("GIT_OPTIONAL_LOCKS", "0").stdout(Stdio::null());
            assert!(command.status().expect("git runs").success(), "git {args:?}");
        }
        start.elapsed()
    };
    let times: Vec<Duration> = (0..ROUNDS).map(|_| all()).collect();
    percentile(&times, 0.5)
}

/// The table of results for one size, printed row by row, and whether something is not as it must be.
struct Report {
    is_missed: bool,
}

impl Report {
    fn new(modules: usize) -> Self {
        let head = ["daemon", "(fastest)", "direct", "(fastest)", "ratio", "limit"];
        let [daemon, fastest, direct, fastest_direct, ratio, limit] = head;
        print(&format!("{modules} modules, medians in milliseconds"));
        print(&format!("  {:32}{daemon:>8}{fastest:>11}{direct:>9}{fastest_direct:>11}{ratio:>7}  {limit}", ""));
        Self { is_missed: false }
    }

    fn row(&mut self, name: &str, times: &Times, limit: Limit) {
        let (daemon, direct) = (percentile(&times.daemon, 0.5), percentile(&times.direct, 0.5));
        let ratio = direct.as_secs_f64() / daemon.as_secs_f64();
        let (most, least) = match limit {
            Limit::Direct => (None, 1.0),
            Limit::Time(most) => (Some(most), 1.0),
            Limit::Paying(most, ratio) => (Some(most), ratio),
            Limit::Over(most) => (Some(direct + most), 0.0),
        };
        let is_within = most.is_none_or(|most| daemon <= most) && ratio >= least;
        let [fastest, fastest_direct] =
            [&times.daemon, &times.direct].map(|times| milliseconds(percentile(times, 0.0)));
        let most = most.map_or_else(String::new, |most| format!("{:.1} ms", milliseconds(most)));
        let least = match limit {
            Limit::Paying(_, least) => format!("{least} times"),
            Limit::Direct | Limit::Time(_) => "no slower".to_owned(),
            Limit::Over(_) => String::new(),
        };
        let verdict = self.judge(is_within);
        print(&format!(
            "  {name:32}{:>8.1}{fastest:>11.1}{:>9.1}{fastest_direct:>11.1}{ratio:>7.1}  {most:>9} {least:10}{verdict}",
            milliseconds(daemon),
            milliseconds(direct),
        ));
    }

    fn memory(&mut self, modules: usize, bytes: u64) {
        let is_within = modules != LARGEST || bytes <= MOST_MEMORY;
        let verdict = self.judge(is_within);
        let (bytes, most) = (bytes as f64 / 1e6, MOST_MEMORY / 1_000_000);
        let limit = if modules == LARGEST { format!(" of at most {most} MB") } else { String::new() };
        print(&format!("  resident memory of the daemon {bytes:.0} MB{limit}  {verdict}"));
    }

    fn judge(&mut self, is_within: bool) -> &'static str {
        self.is_missed |= !is_within;
        if is_within { "OK" } else { "MISSED" }
    }
}
