//! Killing: again and again something of a build of the tutorial is killed with SIGKILL at a moment that nobody chose:
//! the daemon, the client, or one of the tools. The next run must be right, what had been finished must not be done
//! again, nobody may be left without a parent to care for him, and nothing in `.pids` may stand in the way.

use crate::support::{Answer, Chance, Pants, Process, Repository, Stage, is_run_by, kill, tutorial, wait_for};
use crate::{Closing, Scale, print};
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::time::Duration;

const GREETER: &str = "src/java/org/example/greet/Greeter.java";
const PYTHON_GREETER: &str = "src/python/example/greet/greeter.py";
/// How soon nothing may be left of a run whose client or daemon is gone.
const GONE: Duration = Duration::from_secs(5);
/// So often the daemon is ended by command, after which nobody may be there and nothing in `.pids`.
const BETWEEN_ENDS: usize = 10;
/// What may stay in `.pids`: the file that clients lock while they start a daemon.
const LOCK: &str = ".lock.pantsd";
/// After so many faults there is enough to look at.
const ENOUGH: usize = 5;

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Daemon,
    Client,
    Tool,
}

pub(crate) fn run(scale: &Scale) -> Closing {
    let rounds = scale.of(9, 300);
    let mut scene = Scene::new(scale.seed);
    // Tools are fetched, workers have their archives, and a round takes what it takes.
    let first = scene.pants.run(&["test", "::"]);
    if first.code != Some(0) {
        return Closing::Missed(format!("the first run: {first:?}"));
    }
    for round in 0..rounds {
        scene.round(round);
        if scene.faults.len() >= ENOUGH {
            break;
        }
    }
    scene.end();
    let text = format!("{rounds} rounds (seed {}): {}", scale.seed, scene.counts);
    if scene.faults.is_empty() { Closing::Shown(text) } else { Closing::Missed(format!("{text}; {:?}", scene.faults)) }
}

/// How often what happened.
#[derive(Default)]
struct Counts {
    daemons: usize,
    clients: usize,
    tools: usize,
    /// The kills that came when the run was over.
    late: usize,
    /// The actions of which the killed run showed that they were finished.
    finished: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { daemons, clients, tools, late, finished } = self;
        write!(to, "killed {daemons} daemons, {clients} clients and {tools} tools, {late} times too late; ")?;
        write!(to, "{finished} actions had been finished")
    }
}

struct Scene {
    stage: Stage,
    repository: Repository,
    pants: Pants,
    chance: Chance,
    counts: Counts,
    faults: Vec<String>,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let repository = tutorial();
        let pants = repository.pants().with_tools();
        let (chance, stage) = (Chance::new(seed), Stage::of_parent());
        Self { stage, repository, pants, chance, counts: Counts::default(), faults: Vec::new() }
    }

    fn round(&mut self, round: usize) {
        self.edit(round);
        let victim = *self.chance.pick(&[Victim::Daemon, Victim::Client, Victim::Tool]);
        let delay = Duration::from_millis(self.chance.below(3_500) as u64);
        let killed = self.kill_in_mid_run(victim, delay);
        let place = format!("round {round}, {victim:?} after {} ms", delay.as_millis());
        // Half of the time, the next run comes before anybody had time to clean up.
        let is_hasty = self.chance.is_one_in(2);
        if !is_hasty {
            self.expect_nobody_left(&place);
        }
        let next = self.pants.run(&["test", "::"]);
        self.judge(&place, &killed, &next);
        self.expect_nobody_left(&place);
        let again = self.pants.run(&["test", "::"]);
        if again.text().matches("SUCCESS (cached)").count() != 3 || !actions(&again).is_empty() {
            self.fault(format!("{place}: finished results are not cached: {again:?}"));
        }
        if round % BETWEEN_ENDS == BETWEEN_ENDS - 1 {
            self.end();
        }
    }

    /// Makes something to do: for the Java compiler and its tests, for Python's, or for both.
    fn edit(&mut self, round: usize) {
        let which = self.chance.below(3);
        if which != 0 {
            // A comment alone would compile to the same class, and the tests were not run again.
            let end = format!("  static final String ROUND = \"{round}\";\n}}\n");
            self.replace_end(GREETER, "  static final String ROUND", "}\n", &end);
        }
        if which != 1 {
            self.replace_end(PYTHON_GREETER, "# round", "", &format!("# round {round}\n"));
        }
    }

    /// Replaces the end of a file: what an earlier round wrote, from where it begins, or what stands there at first.
    fn replace_end(&self, path: &str, earlier: &str, first: &str, end: &str) {
        let text = self.repository.read(path);
        let kept = text.find(earlier).map_or_else(|| text.strip_suffix(first), |at| Some(&text[..at]));
        let kept = kept.unwrap_or_else(|| panic!("{path} ends with `{first}`"));
        self.repository.write(path, &format!("{kept}{end}"));
    }

    /// Starts a build and kills somebody. Gives what the client had printed.
    fn kill_in_mid_run(&mut self, victim: Victim, delay: Duration) -> Answer {
        let client = self.pants.start(&["test", "::"]);
        std::thread::sleep(delay);
        let tools = || -> Vec<Process> {
            let others = self.stage.others();
            // What executes the binary is a part of the product itself.
            let is_tool = |process: &&Process| !is_run_by(process.id, env!("CARGO_BIN_EXE_pants").as_ref());
            others.values().filter(is_tool).cloned().collect()
        };
        let (killed, count) = match victim {
            Victim::Daemon => (self.pants.daemon(), &mut self.counts.daemons),
            Victim::Client => (Some(client.id()), &mut self.counts.clients),
            Victim::Tool => {
                let tools = tools();
                let tool = (!tools.is_empty()).then(|| self.chance.pick(&tools).id);
                (tool, &mut self.counts.tools)
            }
        };
        if let Some(process) = killed {
            kill(process);
            *count += 1;
        }
        let answer = Pants::finish(client, "test ::");
        let is_over = answer.code == Some(0);
        self.counts.late += usize::from(is_over && victim != Victim::Tool);
        answer
    }

    /// The run after a kill: it is right, and does nothing that the killed one had finished.
    fn judge(&mut self, place: &str, killed: &Answer, next: &Answer) {
        let successes = next.text().lines().filter(|line| line.contains("SUCCESS")).count();
        if next.code != Some(0) || successes != 3 {
            self.fault(format!("{place}: the next run is wrong: {next:?}\nafter {killed:?}\n{}", self.pants.log()));
        }
        let warnings: Vec<String> =
            next.errors().lines().filter(|line| line.contains("warning")).map(String::from).collect();
        if warnings.len() > 1 {
            self.fault(format!("{place}: more than one warning: {warnings:?}"));
        }
        let finished = finished(&actions(killed));
        self.counts.finished += finished.len();
        let repeated = actions(next);
        let lost: Vec<&String> = repeated.intersection(&finished).collect();
        if !lost.is_empty() {
            self.fault(format!("{place}: done again although finished: {lost:?}"));
        }
    }

    /// Everybody who is there is below the daemon.
    fn expect_nobody_left(&mut self, place: &str) {
        let left = || {
            let roots: Vec<u32> = self.pants.daemon().into_iter().collect();
            self.stage.others_but(&roots)
        };
        if wait_for(GONE, || left().is_empty().then_some(())).is_none() {
            let left = left();
            left.iter().for_each(|process| kill(process.id));
            self.fault(format!("{place}: left behind: {left:?}"));
        }
    }

    /// Ends the daemon by command: nobody is there any more, and nothing in `.pids`.
    fn end(&mut self) {
        self.pants.kill_daemon();
        if wait_for(GONE, || self.stage.others().is_empty().then_some(())).is_none() {
            self.fault(format!("`kill-pantsd` left {:?}", self.stage.others()));
        }
        let litter = names_in(&self.pants.root().join(".pids"));
        if litter.iter().any(|name| name != LOCK) {
            self.fault(format!("litter in .pids: {litter:?}"));
        }
    }

    fn fault(&mut self, text: String) {
        print(&text);
        let first = text.lines().next().unwrap_or_default().to_owned();
        self.faults.push(first);
    }
}

/// The tools that a run started, as its log says: `javac tests/java/org/example/app:app`.
fn actions(answer: &Answer) -> BTreeSet<String> {
    let kinds = ["javac ", "protoc ", "junit ", "pytest "];
    let errors = answer.errors();
    let texts = errors.lines().filter_map(|line| line.split_once("] ").map(|(_, text)| text));
    texts.filter(|text| kinds.iter().any(|kind| text.starts_with(kind))).map(ToOwned::to_owned).collect()
}

/// Those of a run's actions that had been finished, because one that needs them was started.
fn finished(started: &BTreeSet<String>) -> BTreeSet<String> {
    const NEEDS: [(&str, &[&str]); 4] = [
        ("javac tests/java/org/example/greet:greet", &["javac src/java/org/example/greet:greet"]),
        ("javac tests/java/org/example/app:app", &["javac src/java/org/example/greet:greet"]),
        ("junit tests/java/org/example/greet:greet", &["javac tests/java/org/example/greet:greet"]),
        ("junit tests/java/org/example/app:app", &["javac tests/java/org/example/app:app"]),
    ];
    let needed = NEEDS.iter().filter(|(action, _)| started.contains(*action)).flat_map(|(_, needs)| *needs);
    needed.map(|action| (*action).to_owned()).collect()
}

fn names_in(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect()
}
