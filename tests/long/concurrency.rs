//! Many clients of one daemon: every answer is right, a question does not wait for a test, and ten clients that come at
//! once start one daemon.
//!
//! The build root is a copy of the tutorial in which each client has an area of its own: he edits it, so he knows what
//! every answer about it must be, whatever the others do at the same time.

mod areas;

use crate::support::{
    Answer, Chance, Pants, Repository, is_in, is_run_by, milliseconds, percentile, processes, tutorial, wait_for,
};
use crate::{Closing, Scale, print};
use areas::{Area, Deed};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 8;
/// How many start at once where no daemon is.
const STARTERS: usize = 10;
/// For all but the slowest hundredth of `list` runs while one test sleeps.
const LIST: Duration = Duration::from_millis(20);

pub(crate) fn run(scale: &Scale) -> Closing {
    let repository = tutorial();
    let pants = repository.pants().with_tools();
    let parts =
        [mixed(&repository, &pants, scale), beside_a_test(&repository, &pants, scale), start_at_once(&pants, scale)];
    pants.kill_daemon();
    let mut texts = Vec::new();
    let mut is_missed = false;
    for part in parts {
        is_missed |= part.is_err();
        texts.push(part.unwrap_or_else(|fault| format!("MISSED: {fault}")));
    }
    let text = texts.join("; ");
    if is_missed { Closing::Missed(text) } else { Closing::Shown(text) }
}

/// What was done, and what was wrong about it.
#[derive(Default)]
struct Done {
    times: BTreeMap<&'static str, Vec<Duration>>,
    faults: Vec<String>,
}

/// Clients who edit, build and ask, each in his own area.
fn mixed(repository: &Repository, pants: &Pants, scale: &Scale) -> Result<String, String> {
    let areas: Vec<Area> = (0..CLIENTS).map(|number| Area::new(repository, number)).collect();
    let first = pants.run(&["compile", "area0::"]);
    if first.code != Some(0) {
        return Err(format!("the first build: {first:?}"));
    }
    let end = Instant::now() + Duration::from_secs(scale.of(6, 60));
    let client = |mut area: Area, mut chance: Chance| {
        let mut done = Done::default();
        while Instant::now() < end {
            let deed = Deed::any(&mut chance);
            let (answer, verdict) = area.carry_out(deed, pants);
            done.times.entry(deed.name()).or_default().push(answer.took);
            done.faults.extend(verdict.err());
        }
        done
    };
    let all: Vec<Done> = std::thread::scope(|scope| {
        let seeds = (0_u64..).map(|number| scale.seed.wrapping_add(number));
        let start = |(area, seed)| scope.spawn(move || client(area, Chance::new(seed)));
        let clients: Vec<_> = areas.into_iter().zip(seeds).map(start).collect();
        clients.into_iter().map(|client| client.join().expect("a client does not panic")).collect()
    });
    let mut total = Done::default();
    for done in all {
        for (name, times) in done.times {
            total.times.entry(name).or_default().extend(times);
        }
        total.faults.extend(done.faults);
    }
    total.faults.iter().take(5).for_each(|fault| print(fault));
    let answers: usize = total.times.values().map(Vec::len).sum();
    let rows: Vec<String> = total.times.iter().map(|(name, times)| row(name, times)).collect();
    let text = format!("{CLIENTS} clients, {answers} answers, {} wrong: {}", total.faults.len(), rows.join(", "));
    if total.faults.is_empty() { Ok(text) } else { Err(text) }
}

/// The number of runs of a kind, and how long they took.
fn row(name: &str, times: &[Duration]) -> String {
    let [p50, p99] = [0.5, 0.99].map(|share| milliseconds(percentile(times, share)));
    format!("{} {name} (p50 {p50:.0} ms, p99 {p99:.0} ms)", times.len())
}

/// `list` while one test sleeps and nothing else runs.
fn beside_a_test(repository: &Repository, pants: &Pants, scale: &Scale) -> Result<String, String> {
    let (sleeping, wake) = (repository.beside("sleeping"), repository.beside("wake"));
    repository.write(
        "tests/java/org/example/greet/SleepTest.java",
        &format!(
            "package org.example.greet;\n\nimport java.nio.file.*;\nimport org.junit.Test;\n\npublic class SleepTest {{\n  \
             @Test\n  public void sleeps() throws Exception {{\n    Files.createFile(Path.of(\"{}\"));\n    \
             while (!Files.exists(Path.of(\"{}\"))) Thread.sleep(50);\n  }}\n}}\n",
            sleeping.display(),
            wake.display()
        ),
    );
    let test = pants.start(&["test", "tests/java/org/example/greet"]);
    if wait_for(Duration::from_secs(60), || sleeping.exists().then_some(())).is_none() {
        std::fs::write(&wake, "").expect("a new file");
        return Err(format!("the test never began: {:?}", Pants::finish(test, "test")));
    }
    let question = ["list", "src/java/org/example/greet"];
    let mut times = Vec::new();
    let mut wrong = 0;
    for number in 0..scale.of(60, 1_010) {
        let answer = pants.run(&question);
        wrong += usize::from(answer.text() != "src/java/org/example/greet:greet\n" || answer.code != Some(0));
        // The very first ones look at the new files.
        if number >= 10 {
            times.push(answer.took);
        }
    }
    std::fs::write(&wake, "").expect("a new file");
    let tested = Pants::finish(test, "test");
    if wrong > 0 || tested.code != Some(0) {
        return Err(format!("{wrong} wrong answers beside a test that ended so: {tested:?}"));
    }
    let text = format!("while a test sleeps: {}", row("list", &times));
    // What a debug build takes says nothing.
    let is_judged = !cfg!(debug_assertions);
    if is_judged && percentile(&times, 0.99) > LIST { Err(text) } else { Ok(text) }
}

/// Clients that come at once where there is no daemon.
fn start_at_once(pants: &Pants, scale: &Scale) -> Result<String, String> {
    let rounds = scale.of(2, 30);
    for round in 0..rounds {
        pants.kill_daemon();
        let (barrier, is_over) = (Barrier::new(STARTERS), AtomicBool::new(false));
        // Clients may be done before a thread comes to look for the first time.
        let before: BTreeSet<u32> = processes().into_keys().collect();
        let (answers, seen) = std::thread::scope(|scope| {
            let client = || {
                barrier.wait();
                pants.run(&["list", "src/java/org/example/greet"])
            };
            let clients: Vec<_> = (0..STARTERS).map(|_| scope.spawn(client)).collect();
            let watcher = scope.spawn(|| daemons_of(pants, &before, &is_over));
            let answers: Vec<_> = clients.into_iter().map(|client| client.join().expect("it only runs")).collect();
            is_over.store(true, Ordering::Relaxed);
            (answers, watcher.join().expect("it only looks"))
        });
        let is_right =
            |answer: &Answer| answer.is_quiet_success() && answer.text() == "src/java/org/example/greet:greet\n";
        if let Some(wrong) = answers.iter().find(|answer| !is_right(answer)) {
            return Err(format!("round {round}, one of {STARTERS} clients at once: {wrong:?}"));
        }
        if seen.len() != 1 || pants.daemon().is_none_or(|daemon| !seen.contains(&daemon)) {
            return Err(format!("round {round}: {STARTERS} clients at once started the daemons {seen:?}"));
        }
    }
    Ok(format!("{STARTERS} clients at once started one daemon, {rounds} times"))
}

/// The daemons of a build root that were not there before and are seen until it is over, and a moment longer: leaders of sessions of their own that
/// run the binary there.
fn daemons_of(pants: &Pants, before: &BTreeSet<u32>, is_over: &AtomicBool) -> BTreeSet<u32> {
    let program = Path::new(env!("CARGO_BIN_EXE_pants"));
    let mut seen = BTreeSet::new();
    let mut looks_after = 0;
    while looks_after < 20 {
        looks_after += usize::from(is_over.load(Ordering::Relaxed));
        let new = processes().into_values().filter(|process| !before.contains(&process.id));
        let leaders = new.filter(|process| process.id == process.session).map(|process| process.id);
        seen.extend(leaders.filter(|id| is_run_by(*id, program) && is_in(*id, pants.root())));
        std::thread::sleep(Duration::from_millis(1));
    }
    seen
}
