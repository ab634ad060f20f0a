//! No stale answer: random changes of a build root, and between bursts of them a random question to the daemon, which
//! must say byte for byte what a direct run says that has never seen the build root.
//!
//! The direct run has a cache directory of its own, emptied each time, so no memory is shared. The daemon is asked
//! first, at once after the last change: what it has not been told of by then, it must find out.

mod questions;
mod tree;

use crate::support::{Answer, Chance, Pants, Repository};
use crate::{Closing, Scale, print};
use questions::Question;
use std::fmt::Write as _;
use tree::Tree;

/// How the one line of a daemon begins that cannot rely on file events, which is no difference.
const WITHOUT_EVENTS: &str = "warning: files are looked at before each run: ";
/// After so many differences there is enough to look at.
const ENOUGH: usize = 5;

pub(crate) fn run(scale: &Scale) -> Closing {
    let operations = scale.of(1_200, 100_000);
    let mut round = Round::new(scale);
    while round.operations < operations && round.differences < ENOUGH {
        round.burst();
        round.compare();
    }
    round.daemon.kill_daemon();
    let Round { operations, questions, daemons, failures, differences, told, .. } = round;
    let text = format!(
        "{operations} operations, {questions} questions (seed {}), {failures} answers with errors, {differences} \
         differences, {daemons} daemons, which said {told} times that there are no events",
        scale.seed
    );
    if differences > 0 {
        let kept = round.repository.keep();
        Closing::Missed(format!("{text}; see {}", kept.display()))
    } else if daemons == 0 || told > daemons {
        Closing::Missed(text)
    } else {
        Closing::Shown(text)
    }
}

/// The build root, both ways to ask about it, and what came of it so far.
struct Round {
    repository: Repository,
    tree: Tree,
    chance: Chance,
    daemon: Pants,
    direct: Pants,
    /// What was done since the last question.
    burst: Vec<String>,
    served_by: Option<u32>,
    daemons: usize,
    /// So often a daemon said that it cannot rely on file events.
    told: usize,
    operations: usize,
    questions: usize,
    failures: usize,
    differences: usize,
}

impl Round {
    fn new(scale: &Scale) -> Self {
        let repository = Repository::new(tree::CONFIGS[0]);
        let tree = Tree::new(&repository, Chance::new(scale.seed));
        let daemon = repository.pants();
        let direct = Pants::new(&repository.root(), &repository.beside("home-of-direct-runs")).direct();
        Self {
            tree,
            chance: Chance::new(!scale.seed),
            daemon,
            direct,
            burst: Vec::new(),
            served_by: None,
            daemons: 0,
            told: 0,
            operations: 0,
            questions: 0,
            failures: 0,
            differences: 0,
            repository,
        }
    }

    /// Changes the build root a few times, rarely often, sometimes not at all.
    fn burst(&mut self) {
        let most = *self.chance.weighted(&[(2, 1), (4, 10), (4, 30), (1, 120)]);
        self.burst.clear();
        for _ in 0..self.chance.below(most + 1) {
            self.burst.push(self.tree.change());
        }
        self.operations += self.burst.len();
    }

    /// Asks a question both ways.
    fn compare(&mut self) {
        self.questions += 1;
        let question = Question::any(&mut self.chance, &self.tree.places());
        let mut warm = question.ask(&self.daemon);
        let said = warm.errors();
        let others: String = said.split_inclusive('\n').filter(|line| !line.starts_with(WITHOUT_EVENTS)).collect();
        if others != said {
            self.told += 1;
            warm.stderr = others.into_bytes();
        }
        self.direct.forget_evaluations();
        let fresh = question.ask(&self.direct);
        self.failures += usize::from(fresh.code != Some(0));
        let server = self.daemon.daemon();
        if server != self.served_by {
            self.served_by = server;
            self.daemons += usize::from(server.is_some());
        }
        if !warm.says_what(&fresh) {
            self.differences += 1;
            self.report(&question, &warm, &fresh);
        }
    }

    fn report(&self, question: &Question, warm: &Answer, fresh: &Answer) {
        let again = question.ask(&self.daemon);
        let verdict = if again.says_what(fresh) { "is right" } else { "is as wrong" };
        let mut text = format!("difference after {} operations: {question}\n", self.operations);
        for change in &self.burst {
            writeln!(text, "  {change}").expect("a string takes everything");
        }
        let warm_lines = lines_but(warm, fresh);
        let fresh_lines = lines_but(fresh, warm);
        write!(text, "the daemon alone, exit code {:?}:\n{warm_lines}", warm.code).expect("a string takes everything");
        write!(text, "the direct run alone, exit code {:?}:\n{fresh_lines}", fresh.code).expect("as above");
        print(&format!("{text}asked again, the daemon {verdict}"));
    }
}

/// The lines of one that the other does not have.
fn lines_but(one: &Answer, other: &Answer) -> String {
    let mut text = String::new();
    for (name, one, other) in [("stdout", one.text(), other.text()), ("stderr", one.errors(), other.errors())] {
        let known: Vec<&str> = other.lines().collect();
        for line in one.lines().filter(|line| !known.contains(line)).take(30) {
            writeln!(text, "  {name}: {line}").expect("a string takes everything");
        }
    }
    text
}

/// What questions may be about.
struct Places {
    directories: Vec<String>,
}
