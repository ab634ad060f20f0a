//! Runs of the binary: a complete environment in, bytes and an exit code out.

use super::Running;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The checkout.
pub(crate) fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the manifest stands in the checkout")
}

/// The PATH of the machine, which holds the real tools.
#[expect(clippy::disallowed_methods, reason = "tests pass the machine's PATH on, and nothing else")]
pub(crate) fn path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// The interpreter behind the machine's `python3`, which may be a script that picks one.
pub(crate) fn real_python() -> PathBuf {
    let mut command = Command::new("python3");
    command.args(["-c", "import os, sys; print(os.path.realpath(sys.executable))"]);
    let output = command.output().expect("python3 runs");
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}

/// Variables without which the machine's package clients reach nothing: proxies, certificates, indexes.
fn network() -> impl Iterator<Item = (OsString, OsString)> {
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "JAVA_HOME"];
    let prefixes = ["PIP_", "UV_", "SSL_CERT_", "MAVEN_", "PYENV_"];
    std::env::vars_os().filter(move |(name, _)| {
        let name = name.to_string_lossy();
        names.contains(&&*name) || prefixes.iter().any(|prefix| name.starts_with(prefix))
    })
}

/// The caches that tests with real tools share, so that each tool is fetched once.
pub(crate) fn real_tools() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// Where the plugins of this build are.
pub(crate) fn plugins() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_pants")).with_file_name("deps")
}

/// One run of the binary.
#[must_use = "a run that was not started shows nothing"]
pub(crate) struct Pants {
    command: Command,
    home: PathBuf,
    stdin: Vec<u8>,
    stdout: Stdio,
    redactions: Redactions,
}

/// What a run says without what is different each time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redactions {
    paths: BTreeMap<String, &'static str>,
}

impl Redactions {
    pub(crate) fn redact(&self, bytes: &[u8]) -> String {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        // Longer paths first, so that a path below another is not cut short.
        for (path, name) in self.paths.iter().rev() {
            text = text.replace(path.as_str(), name);
        }
        without_times(&text)
    }
}

impl Pants {
    pub(crate) fn new(directory: &Path, home: &Path, args: &[&str]) -> Self {
        std::fs::create_dir_all(home).expect("HOME");
        let mut command = Command::new(env!("CARGO_BIN_EXE_pants"));
        command.current_dir(directory).args(args).env_clear();
        command
            .env("PATH", path())
            .env("HOME", home)
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("LC_ALL", "C.UTF-8")
            // Whoever wants a daemon says so: see `Repository::with_daemon`.
            .env("PANTS_PANTSD", "false");
        command.env("PANTS_PLUGIN_PATH", plugins());
        let root = directory.to_string_lossy().into_owned();
        let shown_home = home.to_string_lossy().into_owned();
        let home = home.to_owned();
        Self {
            command,
            home,
            stdin: Vec::new(),
            stdout: Stdio::piped(),
            redactions: Redactions { paths: BTreeMap::from([(root, "[ROOT]"), (shown_home, "[HOME]")]) },
        }
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Unsets a variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Uses the shared caches and the machine's way to the registries.
    pub(crate) fn with_real_tools(mut self) -> Self {
        self.command.env("XDG_CACHE_HOME", real_tools()).envs(network());
        self
    }

    /// Uses the tools that are in the shared caches by now, and no result that is.
    pub(crate) fn with_real_tools_but_no_results(self) -> Self {
        let cache = self.home.join("tools-only");
        std::fs::create_dir_all(cache.join("pants")).expect("a directory");
        for shared in ["tools", "named"] {
            let place = cache.join("pants").join(shared);
            std::os::unix::fs::symlink(real_tools().join("pants").join(shared), place).expect("a new link");
        }
        self.with_real_tools().env("XDG_CACHE_HOME", cache)
    }

    /// Runs in a directory of the repository.
    pub(crate) fn in_directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// One more argument, which need not be text.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Runs it through another program, which gets it as its last arguments.
    pub(crate) fn within(mut self, program: &str, args: &[&str]) -> Self {
        let inner = std::mem::replace(&mut self.command, Command::new(program));
        self.command.args(args).arg(inner.get_program()).args(inner.get_args()).env_clear();
        self.command.current_dir(inner.get_current_dir().expect("it is always set"));
        self.command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        self
    }

    /// The command as a shell takes it.
    pub(crate) fn shown(&self) -> String {
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
    }

    /// Another program in the same surroundings.
    pub(crate) fn replaced_by(mut self, program: &str, args: &[&str]) -> Self {
        let inner = std::mem::replace(&mut self.command, Command::new(program));
        self.command.args(args).env_clear();
        self.command.current_dir(inner.get_current_dir().expect("it is always set"));
        self.command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        self
    }

    /// Sends standard output elsewhere.
    pub(crate) fn stdout_to(mut self, stdout: impl Into<Stdio>) -> Self {
        self.stdout = stdout.into();
        self
    }

    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.as_bytes().to_vec();
        self
    }

    /// Starts it and gives it to the caller, who may write to its standard input.
    pub(crate) fn spawn(mut self) -> Child {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command.spawn().expect("the binary starts")
    }

    /// Starts it in the background.
    pub(crate) fn start(self) -> Running {
        let redactions = self.redactions.clone();
        Running::new(self.spawn(), redactions)
    }

    /// Starts it at the head of a process group of its own, as a shell starts a job.
    pub(crate) fn start_as_job(mut self) -> Running {
        self.command.process_group(0);
        self.start()
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Output {
        self.command.stdin(Stdio::piped()).stdout(self.stdout).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the binary starts");
        // A program that does not read its input closes it.
        let _ = child.stdin.take().expect("it is piped").write_all(&self.stdin);
        let output = child.wait_with_output().expect("it ends");
        let redact = |bytes: &[u8]| self.redactions.redact(bytes);
        Output { stdout: redact(&output.stdout), stderr: redact(&output.stderr), code: output.status.code() }
    }
}

/// Lines of progress without the time of day and the time since the start: `11:47:34 00:02 compile`.
fn without_times(text: &str) -> String {
    let is_time = |word: &str, parts: usize| {
        let is_part = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        word.split(':').count() == parts && word.split(':').all(is_part)
    };
    let redacted = text.split_inclusive('\n').map(|line| match line.splitn(3, ' ').collect::<Vec<_>>()[..] {
        [time, elapsed, rest] if is_time(time, 3) && is_time(elapsed, 2) => format!("[TIME] [ELAPSED] {rest}"),
        _ => line.to_owned(),
    });
    redacted.collect()
}

/// What a run left; look at it.
#[must_use = "assert the exit code, or compare what it printed"]
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// `None`: killed by a signal.
    pub(crate) code: Option<i32>,
}

impl Output {
    /// Everything that it said, and how it ended.
    pub(crate) fn shown(&self) -> String {
        let Self { stdout, stderr, code } = self;
        let code = code.map_or("killed".to_owned(), |code| format!("exit {code}"));
        format!("{stdout}--- standard error\n{stderr}--- {code}\n")
    }

    /// Standard output of a run that must have succeeded without saying anything else.
    pub(crate) fn quiet_success(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self.stdout
    }

    /// Standard output of a run that must have succeeded.
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Standard error of a run that must have failed with this code.
    pub(crate) fn failure(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self.stderr
    }
}
