//! One repository that random operations go through, with a snapshot that is renewed after each burst of them.

mod config;
mod questions;
#[path = "../../fuzz_build_files/cases/random.rs"]
mod random;
mod repository;
mod texts;
mod watcher;

use pants_build_files::{BuildFiles, Changes, EvaluationStore, Stored};
use questions::Question;
pub use random::Random;
use repository::Repository;
use std::collections::HashMap;
use std::fmt;
use std::ops::AddAssign;
use std::sync::{Arc, Mutex};
use watcher::Watcher;

/// The most operations between two questions.
const LONGEST_BURST: usize = 8;

/// A repository, and what watches it.
pub struct Scenario {
    seed: u64,
    random: Random,
    repository: Repository,
    watcher: Watcher,
    files: Arc<BuildFiles>,
    store: Option<Arc<Memory>>,
    log: Vec<String>,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub scenarios: usize,
    pub operations: usize,
    pub renewals: usize,
    pub questions: usize,
    /// Snapshots that were right as they were.
    pub unchanged: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        let Self { scenarios, operations, renewals, questions, unchanged } = other;
        self.scenarios += scenarios;
        self.operations += operations;
        self.renewals += renewals;
        self.questions += questions;
        self.unchanged += unchanged;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenarios, operations, renewals, questions, unchanged } = self;
        write!(
            f,
            "{operations} operations in {scenarios} repositories, {renewals} renewals ({unchanged} needed none), {questions} questions"
        )
    }
}

impl Scenario {
    /// The scenario with a number: the same in every run.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let repository = Repository::new(&mut random);
        let store = random.one_in(3).then(Arc::<Memory>::default);
        let files = Arc::new(made(&repository, store.as_ref()));
        Self { seed, random, repository, watcher: Watcher::default(), files, store, log: Vec::new() }
    }

    /// Does so many operations; the first difference is an error.
    pub fn run(mut self, operations: usize) -> Result<Tally, String> {
        let mut tally = Tally { scenarios: 1, ..Tally::default() };
        while tally.operations < operations {
            let burst = self.random.below(LONGEST_BURST);
            for _ in 0..burst {
                let told = self.repository.operate(&mut self.random, &mut self.watcher);
                self.log.push(told);
            }
            tally.operations += burst;
            if self.random.one_in(6) {
                self.repository.change_environment(&mut self.random);
                self.log.push("the environment".to_owned());
            }
            let changes = self.watcher.drain(&mut self.random);
            self.log.push(format!("== {changes:?}"));
            tally.unchanged += usize::from(self.renew(&changes));
            tally.renewals += 1;
            for _ in 0..self.random.below(3) {
                self.ask().map_err(|difference| self.told(&difference))?;
                tally.questions += 1;
            }
            self.files.save_evaluations();
            let new = self.watcher.watch(&self.files, &mut self.random);
            self.log.push(format!("watching {new:?}"));
        }
        Ok(tally)
    }

    /// Whether the snapshot was right as it was.
    fn renew(&mut self, changes: &Changes) -> bool {
        let renewed = self.files.renewed(changes, &self.repository.config.environment);
        let is_same = Arc::ptr_eq(&renewed, &self.files);
        self.files = renewed;
        is_same
    }

    fn ask(&mut self) -> Result<(), String> {
        let question = Question::any(&mut self.random);
        self.log.push(format!("?? {question:?}"));
        let store = self.store.as_ref().filter(|_| self.random.one_in(2));
        question.compare(&self.files, &made(&self.repository, store)).map_err(|difference| {
            // Who is right, the one that took evaluations from the store or the other one?
            let with_store = store.is_some();
            let again = question.compare(&self.files, &made(&self.repository, None)).err();
            let fresh = question.compare(&made(&self.repository, store), &made(&self.repository, None)).err();
            format!("{difference}\nwith a store: {with_store}; again, without one: {again:?}; without the snapshot: {fresh:?}")
        })
    }

    fn told(&self, difference: &str) -> String {
        format!("scenario {}:\n{}\n{difference}", self.seed, self.log.join("\n"))
    }
}

/// A workspace that knows nothing yet.
fn made(repository: &Repository, store: Option<&Arc<Memory>>) -> BuildFiles {
    let files = BuildFiles::new(repository.config.clone(), repository.symbols.clone());
    match store {
        Some(store) => files.with_store(store.clone()),
        None => files,
    }
}

/// A store in memory.
#[derive(Default)]
struct Memory(Mutex<HashMap<String, Vec<u8>>>);

impl EvaluationStore for Memory {
    fn load(&self, name: &str, most: usize) -> Stored {
        match self.0.lock().expect("nobody panics here").get(name) {
            None => Stored::Nothing,
            Some(bytes) if bytes.len() > most => Stored::TooLong,
            Some(bytes) => Stored::Bytes(bytes.clone()),
        }
    }

    fn save(&self, name: &str, bytes: &[u8]) {
        self.0.lock().expect("nobody panics here").insert(name.to_owned(), bytes.to_vec());
    }
}
