//! Processes: what a task asks the host to run.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// A process to run, or to answer from a cache.
///
/// It runs in the build root. Every path in it (arguments, inputs, outputs) is relative to the build root and uses `/`,
/// so that the same process has the same key on every machine. What lies elsewhere is named: `{tool:NAME}` in an
/// argument or a variable stands for the path of a [`Tool`], `{cache:NAME}` for an append-only cache directory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Process {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// The complete environment; part of the key.
    pub env: BTreeMap<String, String>,
    /// Variables taken from the user's environment, by name or by prefix (`PIP_*`); not part of the key.
    pub passthrough_env: Vec<String>,
    /// Where it runs, relative to the build root.
    pub working_directory: String,
    /// Files and directories it reads; directories count with all they hold.
    pub inputs: Vec<String>,
    /// Files and directories it writes, relative to the working directory; removed before it runs. One that ends in `/`
    /// is a directory that is there, empty, when it starts.
    pub output_paths: Vec<String>,
    /// What it uses from outside the build root.
    pub tools: Vec<Tool>,
    /// Names of append-only caches it uses.
    pub named_caches: Vec<String>,
    /// What it reads from standard input.
    #[serde(with = "serde_bytes")]
    pub stdin: Vec<u8>,
    /// When it is killed, in milliseconds; 0 means the user's default.
    pub timeout_ms: u64,
    /// How long it may take to end after it was asked to, in milliseconds, before it is killed; 0 means the user's default.
    /// Since 1.1.
    pub terminate_wait_ms: u64,
    /// Runs it in a process that stays up instead of one of its own.
    pub worker: Option<Worker>,
    /// Whether its result may be stored.
    pub cache: CachePolicy,
    /// Where it may run.
    pub locality: Locality,
    /// What it does, as a phrase (`javac src/java/lib:lib`).
    pub description: String,
    /// Passes its output on to the user while it runs.
    pub stream_output: bool,
}

impl Process {
    /// A process with arguments.
    pub fn new<S: Into<String>>(argv: impl IntoIterator<Item = S>, description: impl Into<String>) -> Self {
        Self { argv: argv.into_iter().map(Into::into).collect(), description: description.into(), ..Self::default() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.argv.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.argv.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Takes variables from the user's environment.
    #[must_use]
    pub fn passthrough_env(mut self, names: &[&str]) -> Self {
        self.passthrough_env.extend(names.iter().map(|name| (*name).to_owned()));
        self
    }

    /// Adds inputs.
    #[must_use]
    pub fn inputs<S: Into<String>>(mut self, paths: impl IntoIterator<Item = S>) -> Self {
        self.inputs.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds outputs.
    #[must_use]
    pub fn outputs<S: Into<String>>(mut self, paths: impl IntoIterator<Item = S>) -> Self {
        self.output_paths.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds a tool.
    #[must_use]
    pub fn tool(mut self, tool: Tool) -> Self {
        self.tools.push(tool);
        self
    }

    /// Uses an append-only cache.
    #[must_use]
    pub fn named_cache(mut self, name: impl Into<String>) -> Self {
        self.named_caches.push(name.into());
        self
    }

    /// Kills it after this long.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = timeout.as_millis().try_into().unwrap_or(u64::MAX);
        self
    }

    /// How long it may take to end after it was asked to, before it is killed. Since 1.1.
    #[must_use]
    pub fn terminate_wait(mut self, wait: Duration) -> Self {
        self.terminate_wait_ms = wait.as_millis().try_into().unwrap_or(u64::MAX).max(1);
        self
    }

    /// Runs it in a worker.
    #[must_use]
    pub fn worker(mut self, worker: Worker) -> Self {
        self.worker = Some(worker);
        self
    }

    /// Stores its result when it exits with 0.
    #[must_use]
    pub fn cache(mut self, policy: CachePolicy) -> Self {
        self.cache = policy;
        self
    }

    /// Runs on this machine only.
    #[must_use]
    pub fn local_only(mut self) -> Self {
        self.locality = Locality::LocalOnly;
        self
    }

    /// Passes its output on to the user while it runs.
    #[must_use]
    pub fn streaming(mut self) -> Self {
        self.stream_output = true;
        self
    }
}

/// Something immutable from outside the build root: a JDK, an environment, a tool's jar.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tool {
    /// The name that `{tool:NAME}` uses.
    pub name: String,
    /// Where it is on this machine.
    pub path: PathBuf,
    /// What it is, in text that changes when it changes (a version, a hash): part of the key.
    pub identity: String,
}

impl Tool {
    /// A tool with a name, a path and an identity.
    pub fn new(name: impl Into<String>, path: impl Into<PathBuf>, identity: impl Into<String>) -> Self {
        Self { name: name.into(), path: path.into(), identity: identity.into() }
    }
}

/// A process that stays up and takes requests: [`Process::argv`] then is the request (the main class or command first).
///
/// It speaks the nailgun protocol on its standard input and output: chunks `A` (argument), `E` (variable), `D`
/// (working directory), `C` (command) make a request; `1`, `2` and `X` answer it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Worker {
    /// How it is started; may hold `{tool:NAME}`.
    pub argv: Vec<String>,
    /// Its environment.
    pub env: BTreeMap<String, String>,
    /// The tools it is started with.
    pub tools: Vec<Tool>,
}

/// Whether the result of a process may be stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CachePolicy {
    /// Never: it has effects, or reads what is not an input.
    #[default]
    Never,
    /// When it exits with 0.
    Success,
    /// Whatever it exits with.
    Always,
}

/// Where a process may run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Locality {
    /// Anywhere.
    #[default]
    Any,
    /// On this machine: it uses something that cannot be moved.
    LocalOnly,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// It exited.
    Code(i32),
    /// A signal killed it.
    Signal(i32),
    /// It was killed after this many milliseconds.
    TimedOut(u64),
}

impl Default for Exit {
    fn default() -> Self {
        Self::Code(0)
    }
}

/// Where a result came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResultOrigin {
    /// The process ran just now.
    #[default]
    Ran,
    /// A cache had it.
    Cached,
}

/// The result of a process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcessOutput {
    /// How it ended.
    pub exit: Exit,
    /// What it wrote to standard output.
    #[serde(with = "serde_bytes")]
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    #[serde(with = "serde_bytes")]
    pub stderr: Vec<u8>,
    /// Where the result came from.
    pub origin: ResultOrigin,
    /// How long it ran, in milliseconds.
    pub elapsed_ms: u64,
}

impl ProcessOutput {
    /// Whether it exited with 0.
    pub fn is_success(&self) -> bool {
        self.exit == Exit::Code(0)
    }

    /// Standard output as text; bytes that are no UTF-8 are replaced.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text; bytes that are no UTF-8 are replaced.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// How it ended, as a phrase: `exited with 2`, `was killed by signal 9`, `timed out after 60s`.
    pub fn describe_exit(&self) -> String {
        match self.exit {
            Exit::Code(code) => format!("exited with {code}"),
            Exit::Signal(signal) => format!("was killed by signal {signal}"),
            Exit::TimedOut(ms) => format!("timed out after {}s", ms / 1000),
        }
    }
}
