//! What to run, and what came of it: the nouns of this crate.

use crate::CancelReason;
use crate::digest::Digest;
use crate::input_tree::{InputFile, InputTree};
use pants_model::{Fingerprint, FingerprintBuilder};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A process to run, described so completely that equal descriptions give equal results.
///
/// Paths in `argv`, `env` and `output_paths` are relative; what lies outside the build root is named by the
/// placeholders `{tool:NAME}` and `{cache:NAME}`, which are expanded just before execution and stand in the key as
/// they are.
#[derive(Clone, Debug, Default)]
pub struct Process {
    /// The program and its arguments; with a worker, the command the worker is asked for and its arguments.
    pub argv: Vec<String>,
    /// The complete environment.
    pub env: BTreeMap<String, String>,
    /// Names (or `PREFIX*`) taken from the client's environment; not part of the key.
    pub passthrough_env: Vec<String>,
    /// Where it runs, relative to the build root; empty for the build root.
    pub working_directory: String,
    /// Every file it may read, apart from tools and caches.
    pub inputs: InputTree,
    /// Files or directories that it writes, relative to the working directory; removed before it runs, and the
    /// directories around them made. One that ends in a slash is there as an empty directory when it starts.
    pub output_paths: Vec<String>,
    /// Immutable inputs with an identity of their own.
    pub tools: Vec<Tool>,
    /// Append-only directories that survive; their content is not part of the key.
    pub named_caches: Vec<String>,
    /// What it reads from standard input.
    pub stdin: Vec<u8>,
    /// How long it may take; part of the key, as the Remote Execution API has it.
    pub timeout: Option<Duration>,
    /// How long it may take to end after it was asked to, before it is killed; not part of the key.
    pub terminate_wait: Option<Duration>,
    /// The persistent worker to ask, instead of starting a program.
    pub worker: Option<WorkerSpec>,
    /// Which results may be stored.
    pub cache: CachePolicy,
    /// Where it may run.
    pub locality: Locality,
    /// What it does, in a few words for the user; not part of the key.
    pub description: String,
}

/// A file or directory outside the build root that a process uses and never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The name in `{tool:NAME}`.
    pub name: String,
    /// Where it is on this machine; absolute, not part of the key.
    pub path: PathBuf,
    /// Its identity; part of the key.
    pub digest: Fingerprint,
}

/// Which results of a process may be stored and used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CachePolicy {
    /// None: it always runs.
    Never,
    /// Those with exit code 0.
    #[default]
    Success,
    /// Those with any exit code; never a death by signal or a timeout.
    Always,
}

impl CachePolicy {
    /// Whether a result that ended like this may be stored, or used again.
    pub(crate) fn accepts(self, exit: Exit) -> bool {
        match (self, exit) {
            (CachePolicy::Never, _) | (_, Exit::Signal(_) | Exit::TimedOut(_)) => false,
            (CachePolicy::Success, Exit::Code(code)) => code == 0,
            (CachePolicy::Always, Exit::Code(_)) => true,
        }
    }
}

/// Where a process may run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locality {
    /// Anywhere.
    #[default]
    Any,
    /// On this machine, because something that it uses cannot be moved (a venv).
    LocalOnly,
}

/// A program that stays up and takes requests in Nailgun frames on its standard input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkerSpec {
    /// The program and its arguments; may hold placeholders.
    pub argv: Vec<String>,
    /// The complete environment that it is started with.
    pub env: BTreeMap<String, String>,
    /// The tools that its placeholders name.
    pub tools: Vec<Tool>,
}

impl WorkerSpec {
    /// What tells workers apart: requests with equal keys may be served by the same worker.
    pub fn key(&self) -> Fingerprint {
        let Self { argv, env, tools } = self;
        let mut key = FingerprintBuilder::new("worker");
        key.add(argv.len().to_le_bytes());
        for argument in argv {
            key.add(argument);
        }
        key.add(env.len().to_le_bytes());
        for (name, value) in env {
            key.add(name).add(value);
        }
        for Tool { name, path: _, digest } in tools {
            key.add(name).add_fingerprint(digest);
        }
        key.finish()
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal, which we did not send.
    Signal(i32),
    /// It was killed because it took longer than this.
    TimedOut(Duration),
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => write!(f, "exit code {code}"),
            Exit::Signal(signal) => match SIGNALS.iter().find(|(number, _)| number == signal) {
                Some((_, name)) => write!(f, "killed by {name}"),
                None => write!(f, "killed by signal {signal}"),
            },
            Exit::TimedOut(timeout) => write!(f, "killed after {timeout:?}"),
        }
    }
}

/// The signals that tools die by, where their numbers are the same on every system.
const SIGNALS: [(i32, &str); 8] = [
    (1, "SIGHUP"),
    (2, "SIGINT"),
    (3, "SIGQUIT"),
    (6, "SIGABRT"),
    (8, "SIGFPE"),
    (9, "SIGKILL"),
    (11, "SIGSEGV"),
    (15, "SIGTERM"),
];

impl Exit {
    /// Whether the exit code is 0.
    pub fn is_success(self) -> bool {
        self == Exit::Code(0)
    }
}

/// Where a result came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultOrigin {
    /// The process ran.
    Ran,
    /// This service ran it, or looked it up, before.
    Memory,
    /// It is from the local action cache.
    LocalCache,
}

/// What came of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessResult {
    /// How it ended.
    pub exit: Exit,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
    /// Where this result came from.
    pub origin: ResultOrigin,
    /// How long it took to get this result, waiting for a job slot not included.
    pub elapsed: Duration,
}

/// Which of its two outputs a process wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A process to be executed in the user's own terminal: what `run` and `repl` end with. Everything is expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreground {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Added to the client's environment.
    pub env: BTreeMap<String, String>,
    /// Where it runs; absolute.
    pub working_directory: PathBuf,
}

/// Why a process has no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The run was cancelled; whatever the process wrote is removed.
    #[error("{0}")]
    Cancelled(CancelReason),
    /// Its description makes no sense; a mistake of whoever made it.
    #[error("bad process `{description}`: {reason}")]
    Invalid {
        /// The process.
        description: String,
        /// What is wrong.
        reason: String,
    },
    /// Its program is not there.
    #[error("executable `{program}` not found{}", searched.as_ref().map(|path| format!(" on PATH `{path}`")).unwrap_or_default())]
    ExecutableNotFound {
        /// The program as it was named.
        program: String,
        /// The PATH that was searched, if one was.
        searched: Option<String>,
    },
    /// Its program could not be started.
    #[error("cannot start `{program}`")]
    Spawn {
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its working directory is not there, or not usable.
    #[error("cannot use working directory `{}`", path.display())]
    WorkingDirectory {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Talking to the running program failed.
    #[error("lost `{program}`")]
    Supervise {
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An output path could not be removed, written or read.
    #[error("cannot {activity} output `{}`", path.display())]
    Output {
        /// `remove`, `write` or `read`.
        activity: &'static str,
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A persistent worker died, or did not keep to the protocol.
    #[error("worker `{program}` {reason}{}", shown_stderr(stderr))]
    Worker {
        /// The worker's program.
        program: String,
        /// What happened.
        reason: String,
        /// The last of what it wrote to standard error.
        stderr: String,
    },
    /// A named cache could not be made.
    #[error(transparent)]
    Store(#[from] crate::content_store::StoreError),
}

fn shown_stderr(stderr: &str) -> String {
    let stderr = stderr.trim_end();
    if stderr.is_empty() { String::new() } else { format!("; its last words:\n{stderr}") }
}

impl Process {
    /// The digest of the inputs' Directory tree.
    pub fn input_digest(&self) -> Digest {
        self.inputs.digest()
    }

    /// What to call it in messages: its description, or else its program.
    pub fn name(&self) -> &str {
        match (self.description.as_str(), self.argv.first()) {
            ("", Some(program)) => program,
            (description, _) => description,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_said_in_words() {
        let check = |exit: Exit, expect: &str| assert_eq!(exit.to_string(), expect);
        check(Exit::Code(3), "exit code 3");
        check(Exit::Signal(9), "killed by SIGKILL");
        check(Exit::Signal(31), "killed by signal 31");
        check(Exit::TimedOut(Duration::from_secs(90)), "killed after 90s");
    }

    #[test]
    fn a_worker_key_frames_its_parts() {
        let spec = |argv: &[&str], env: &[(&str, &str)]| WorkerSpec {
            argv: argv.iter().map(|word| (*word).to_owned()).collect(),
            env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            tools: Vec::new(),
        };
        assert_eq!(spec(&["a"], &[("b", "c")]).key(), spec(&["a"], &[("b", "c")]).key());
        assert_ne!(spec(&["a", "b", "c"], &[]).key(), spec(&["a"], &[("b", "c")]).key());
        assert_ne!(spec(&["ab"], &[]).key(), spec(&["a", "b"], &[]).key());
    }
}

/// Hears how a process runs. Of a result that comes from a cache it hears nothing.
///
/// A function of a stream and bytes is one that hears the output only.
pub trait RunObserver: Sync {
    /// The process is about to start.
    fn started(&self) {}

    /// The process wrote something.
    fn output(&self, stream: OutputStream, bytes: &[u8]);

    /// The process has ended by itself, and these inputs are not what they were when they were captured: nobody knows
    /// which of the two it read, so its result is not stored.
    fn inputs_changed(&self, changed: &[&InputFile]) {
        let _ = changed;
    }
}

impl<F: Fn(OutputStream, &[u8]) + Sync> RunObserver for F {
    fn output(&self, stream: OutputStream, bytes: &[u8]) {
        self(stream, bytes);
    }
}

/// Hears nothing.
#[derive(Clone, Copy, Debug)]
pub struct Unheard;

impl RunObserver for Unheard {
    fn output(&self, _stream: OutputStream, _bytes: &[u8]) {}
}
