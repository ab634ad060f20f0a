//! Options through the real binary: sources in; values with rank and place, or one clear message, out.
//!
//! Most of what is expected is data in `tests/fixtures/options`. The plugin `settings` has options of every kind.

mod bad_values;
mod goal;
mod pants_v1;
mod precedence;
mod readme;

use crate::plugins::{crates, install, pin};
use crate::support::{Output, Repository, checkout};
use expect_test::Expect;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// What gives values.
#[derive(Debug, Default, Deserialize)]
struct Sources {
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// An option, as `options --output-format=json` tells it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Told {
    value: serde_json::Value,
    source: String,
    place: Option<String>,
    history: Vec<Overridden>,
}

/// A value that was replaced or edited.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Overridden {
    value: serde_json::Value,
    rank: String,
    place: Option<String>,
}

/// All options of a run, and what it warned of.
struct Resolved {
    options: BTreeMap<String, Told>,
    stderr: String,
}

/// A repository that can have any source, one after the other.
struct Bench {
    repository: Repository,
    /// The variables of every run.
    env: BTreeMap<String, String>,
}

impl Bench {
    /// A repository with the bundled backends.
    fn new() -> Self {
        Self { repository: Repository::new("").without_daemon(), env: BTreeMap::new() }
    }

    /// One with the plugin of painters besides; no config file enables it, so that rows can say all that theirs hold.
    fn of_painters() -> Self {
        let mut bench = Self::new();
        let library = install(&bench.repository, &crates::build("settings"));
        pin(&bench.repository, "example.settings", &library);
        bench.env.insert("PANTS_PLUGINS".to_owned(), format!("['{library}']"));
        bench
    }

    /// Asks for all options; the error is what the run said instead.
    fn resolve(&self, sources: &Sources, question: &[&str]) -> Result<Resolved, String> {
        const ANSWER: &str = "options.json";
        let asked = ["options", "--show-history", "--output-format=json", "--output-file=options.json"];
        let output = self.run(sources, &[&asked, question].concat());
        if output.code != Some(0) {
            return Err(output.stderr);
        }
        let root = self.repository.root().to_string_lossy().into_owned();
        let home = self.repository.home().canonicalize().expect("it was made").to_string_lossy().into_owned();
        let answer = self.repository.read(ANSWER).replace(&root, "[ROOT]").replace(&home, "[HOME]");
        self.repository.remove(ANSWER);
        Ok(Resolved { options: serde_json::from_str(&answer).expect("it is JSON"), stderr: output.stderr })
    }

    /// Runs with these sources, and leaves no file of theirs behind.
    fn run(&self, sources: &Sources, question: &[&str]) -> Output {
        // Another file marks the build root then.
        if sources.files.contains_key("BUILDROOT") {
            self.repository.remove("pants.toml");
        }
        for (path, text) in &sources.files {
            self.repository.write(path, text);
        }
        let args: Vec<&str> = sources.args.iter().map(String::as_str).chain(question.iter().copied()).collect();
        let variables = self.env.iter().chain(&sources.env);
        // The shared caches hold the libraries of the backends, which a home of its own would have to be given first.
        // Whether a daemon is wanted is an option like any other: that none is started is said in another way.
        let run = self
            .repository
            .pants(&args)
            .with_real_tools()
            .without("PANTS_PANTSD")
            .env("PANTS_PARENT_BUILD_ID", "tests");
        let output = variables.fold(run, |run, (name, value)| run.env(name, value)).run();
        sources.files.keys().for_each(|path| self.repository.remove(path));
        self.repository.write("pants.toml", "");
        output
    }
}

/// A file of `tests/fixtures/options`.
fn data<T: DeserializeOwned>(name: &str) -> T {
    let path = checkout().join("tests/fixtures/options").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares all that a run said.
fn check(output: &Output, expect: Expect) {
    let code = output.code.map_or("a signal".to_owned(), |code| code.to_string());
    expect.assert_eq(&format!("{}{}exit {code}\n", output.stdout, output.stderr));
}

/// Fails with everything that is wrong, not only the first of it.
fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
