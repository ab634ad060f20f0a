//! Thousands of runs against one daemon: its memory, files and threads stay what they were.
//!
//! Most runs are questions, a few are wrong, now and then a BUILD file or a source changes between them, so that
//! snapshots come and go as they do in a day's work. What the daemon has is looked at early, when everything has been
//! asked for many times, and at the end.

use crate::support::{Chance, Pants, descriptors, resident, threads, wait_for};
use crate::{Closing, Scale};
use std::time::Duration;

#[path = "../benches/generated.rs"]
mod generated;

use generated::Generated;

/// How much more memory the daemon may have in the end, in percent.
const GROWTH: f64 = 3.0;
/// Of a short run: an allocator settles slowly.
const GROWTH_AT_FIRST: f64 = 12.0;

pub(crate) fn run(scale: &Scale) -> Closing {
    let (early, last) = scale.of((200, 400), (1_000, 10_000));
    let repository = Generated::new(scale.of(100, 1_000));
    let pants = Pants::new(repository.root(), &repository.cache());
    let mut user = User { chance: Chance::new(scale.seed), bottom: repository.bottom(), pants };
    for _ in 0..early {
        user.act();
    }
    let Some(first) = Held::by(&user.pants) else {
        return Closing::Missed(format!("no daemon serves: {}", user.pants.log()));
    };
    for _ in early..last {
        user.act();
    }
    let end = Held::by(&user.pants);
    user.pants.kill_daemon();
    let Some(end) = end else { return Closing::Missed("the daemon is gone".to_owned()) };
    let growth = (end.memory as f64 / first.memory as f64 - 1.0) * 100.0;
    let text = format!(
        "{last} runs; after run {early} and {last}: {:.1} and {:.1} MiB ({growth:+.1}%), {} and {} files, {} and {} threads",
        mebibytes(first.memory),
        mebibytes(end.memory),
        first.files,
        end.files,
        first.threads,
        end.threads,
    );
    if first.process != end.process {
        return Closing::Missed(format!("another daemon than in the beginning; {text}"));
    }
    let is_flat = growth <= scale.of(GROWTH_AT_FIRST, GROWTH);
    if is_flat && (first.files, first.threads) == (end.files, end.threads) {
        Closing::Shown(text)
    } else {
        Closing::Missed(text)
    }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Who asks, and sometimes edits.
struct User {
    chance: Chance,
    bottom: String,
    pants: Pants,
}

impl User {
    fn act(&mut self) {
        if self.chance.is_one_in(25) {
            self.edit();
        }
        let bottom = self.bottom.clone();
        let forms: &[(usize, (&[&str], i32))] = &[
            (8, (&["list", &bottom], 0)),
            (4, (&["list", "::"], 0)),
            (4, (&["dependees", "--transitive", &bottom], 0)),
            (2, (&["dependencies", "--transitive", "src/java/org/gen/l9::"], 0)),
            (2, (&["filedeps", &bottom], 0)),
            (1, (&["roots"], 0)),
            (1, (&["minimize", "src/java/org/gen/l1::"], 0)),
            (1, (&["list", "src/java/nowhere"], 1)),
            (1, (&["lits", "::"], 1)),
        ];
        let (args, code) = *self.chance.weighted(forms);
        let answer = self.pants.run(args);
        assert_eq!(answer.code, Some(code), "{args:?}: {answer:?}");
    }

    /// Changes a BUILD file or a source back and forth.
    fn edit(&mut self) {
        let file = *self.chance.pick(&["BUILD", "Extra.java"]);
        let path = self.pants.root().join(&self.bottom).join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let mark = "# edited\n";
        let edited = text.strip_suffix(mark).map_or_else(|| format!("{text}{mark}"), ToOwned::to_owned);
        std::fs::write(&path, edited).expect("the file");
    }
}

/// What the daemon holds.
struct Held {
    process: u32,
    memory: u64,
    files: usize,
    threads: u64,
}

impl Held {
    /// What it holds when the last run is over for it, too: its files and threads are the same twice, a moment apart.
    fn by(pants: &Pants) -> Option<Self> {
        let process = pants.daemon()?;
        let mut before = None;
        wait_for(Duration::from_secs(5), || {
            std::thread::sleep(Duration::from_millis(100));
            let now = (descriptors(process)?, threads(process)?);
            (before.replace(now) == Some(now)).then_some(())
        })?;
        let (files, threads) = before?;
        Some(Self { process, memory: resident(process)?, files, threads })
    }
}
