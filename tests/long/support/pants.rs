//! Whole runs of the binary in one repository: with the daemon, or without it.

use super::{DEADLINE, is_there, wait_for};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// The PATH of the machine, which holds the real tools.
#[expect(clippy::disallowed_methods, reason = "tests pass the machine's PATH on")]
pub(crate) fn machine_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
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

/// How the binary is run in a repository.
#[derive(Clone)]
pub(crate) struct Pants {
    root: PathBuf,
    home: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Pants {
    pub(crate) fn new(root: &Path, home: &Path) -> Self {
        let exe = Path::new(env!("CARGO_BIN_EXE_pants"));
        let environment = [
            ("PATH", machine_path()),
            ("HOME", home.into()),
            ("XDG_CACHE_HOME", home.join("cache").into()),
            ("LC_ALL", "C.UTF-8".into()),
            ("PANTS_PLUGIN_PATH", exe.with_file_name("deps").into()),
        ];
        let environment = environment.map(|(name, value)| (name.into(), value)).to_vec();
        Self { root: root.to_owned(), home: home.to_owned(), environment }
    }

    /// With one more variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// With the machine's way to the registries and the tools that earlier runs fetched, but none of their results.
    pub(crate) fn with_tools(mut self) -> Self {
        let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/pants");
        let own = self.home.join("cache/pants");
        std::fs::create_dir_all(&own).expect("a cache directory");
        for part in ["tools", "named"] {
            std::fs::create_dir_all(shared.join(part)).expect("a directory for tools");
            if let Err(error) = std::os::unix::fs::symlink(shared.join(part), own.join(part)) {
                assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists, "{}: {error}", own.join(part).display());
            }
        }
        self.environment.extend(network());
        self
    }

    /// Never with a daemon.
    pub(crate) fn direct(self) -> Self {
        self.env("PANTS_PANTSD", "false")
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A run, still to be started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pants"));
        command.args(args).current_dir(&self.root).env_clear().envs(self.environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Starts a run whose output can be collected by [`finish`](Self::finish).
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the binary starts")
    }

    /// Runs the binary. What does not end in time ends this whole program: that is what it is here to find.
    pub(crate) fn run(&self, args: &[&str]) -> Answer {
        let start = Instant::now();
        let answer = Self::finish(self.start(args), &args.join(" "));
        Answer { took: start.elapsed(), ..answer }
    }

    /// Waits for the end of a run and of all that it says.
    pub(crate) fn finish(child: Child, what: &str) -> Answer {
        let (ended, watched) = channel::<()>();
        let process = child.id();
        let shown = format!("`pants {what}` (process {process})");
        let watchdog = std::thread::spawn(move || {
            if watched.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout) {
                give_up(&format!("{shown} did not end within {} s", DEADLINE.as_secs()));
            }
        });
        let output = child.wait_with_output().expect("it is our child");
        drop(ended);
        watchdog.join().expect("it only waits");
        Answer { stdout: output.stdout, stderr: output.stderr, code: output.status.code(), took: Duration::ZERO }
    }

    /// Removes what is known of BUILD files from the cache, so that the next direct run looks at everything itself.
    pub(crate) fn forget_evaluations(&self) {
        let _ = std::fs::remove_dir_all(self.home.join("cache/pants/build-files"));
    }

    /// Where the daemon's metadata stands.
    pub(crate) fn metadata(&self) -> PathBuf {
        self.root.join(".pids/pantsd")
    }

    /// The daemon's process, when one is alive.
    pub(crate) fn daemon(&self) -> Option<u32> {
        let pid = std::fs::read_to_string(self.metadata().join("pid")).ok()?.trim().parse().ok()?;
        is_there(pid).then_some(pid)
    }

    /// Where the daemon listens: the path of a socket.
    pub(crate) fn socket(&self) -> Option<PathBuf> {
        let text = std::fs::read_to_string(self.metadata().join("socket")).ok()?;
        text.lines().map(PathBuf::from).find(|path| path.is_absolute())
    }

    /// Ends the daemon as a user would.
    pub(crate) fn kill_daemon(&self) -> Answer {
        let daemon = self.daemon();
        let answer = self.run(&["kill-pantsd"]);
        let is_gone = || daemon.is_none_or(|pid| !is_there(pid)).then_some(());
        assert!(wait_for(DEADLINE, is_gone).is_some(), "`kill-pantsd` left the daemon: {answer:?}");
        answer
    }

    /// The end of the daemon's log.
    pub(crate) fn log(&self) -> String {
        let text = std::fs::read_to_string(self.root.join(".pants.d/pantsd/pantsd.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// Ends the program at once, from whatever thread.
#[allow(clippy::print_stderr)]
fn give_up(why: &str) -> ! {
    eprintln!("{why}");
    std::process::exit(1);
}

/// Kills a process, unless it is gone by now.
pub(crate) fn kill(process: u32) {
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
    let _ = kill_process(pid.expect("a process has a positive id"), Signal::KILL);
}

/// What a run left.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// `None`: killed by a signal.
    pub(crate) code: Option<i32>,
    pub(crate) took: Duration,
}

impl Answer {
    /// Whether both say the same.
    pub(crate) fn says_what(&self, other: &Self) -> bool {
        (&self.stdout, &self.stderr, self.code) == (&other.stdout, &other.stderr, other.code)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn errors(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Whether it succeeded without another word than its answer.
    pub(crate) fn is_quiet_success(&self) -> bool {
        self.code == Some(0) && self.stderr.is_empty()
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(to, "exit code {:?} after {:?}", self.code, self.took)?;
        for (name, text) in [("stdout", self.text()), ("stderr", self.errors())] {
            for line in text.lines() {
                writeln!(to, "    {name}: {line}")?;
            }
        }
        Ok(())
    }
}
