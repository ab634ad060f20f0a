//! The client's world, read once.

use crate::failure::{self, Failure};
use crate::panics::Backtraces;
use jiff::Zoned;
use pants_console::{Clock, ClockReading, ConsoleOptions, ConsoleSink, LogSink};
use pants_model::{LogLevel, OptionSource};
use pants_options::{
    Bootstrap, HelpKind, HelpRequest, HelpStyle, Invocation, VERSION, global_scope, help_of, render_help,
};
use pants_session::Request;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// The arguments, the environment, the place and the terminal of whoever started the program.
pub(crate) struct Client {
    pub(crate) invocation: Invocation,
    pub(crate) exe_dir: PathBuf,
    pub(crate) width: usize,
    pub(crate) run_id: String,
    pub(crate) started: SystemTime,
    start: Instant,
}

const DEFAULT_WIDTH: usize = 80;

impl Client {
    /// Reads the world of this process.
    #[expect(clippy::disallowed_methods, reason = "this is where the environment and the directory are read")]
    pub(crate) fn here() -> Result<Self, Failure> {
        let args = std::env::args_os().skip(1).map(|arg| {
            let shown = arg.to_string_lossy().into_owned();
            arg.into_string().map_err(|_| Failure::user(format!("the argument `{shown}` is not UTF-8")))
        });
        let args = args.collect::<Result<Vec<_>, _>>()?;
        let environment: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
        let cwd = std::env::current_dir()
            .map_err(|error| Failure::user(format!("the current directory cannot be found: {error}")))?;
        let exe = std::env::current_exe().and_then(|path| path.canonicalize());
        let exe = exe.map_err(|error| Failure::internal(format!("the program cannot find itself: {error}")))?;
        Ok(Self {
            width: terminal_width().or_else(|| columns(&environment)).unwrap_or(DEFAULT_WIDTH),
            invocation: Invocation { args, environment: Arc::new(environment), cwd },
            exe_dir: exe.parent().map(PathBuf::from).unwrap_or_default(),
            run_id: run_id(),
            started: SystemTime::now(),
            start: Instant::now(),
        })
    }

    /// Whether the version is all that is asked for: that needs no build root.
    pub(crate) fn asks_for_the_version(&self) -> bool {
        self.invocation.args.first().is_some_and(|arg| ["--version", "-V"].contains(&arg.as_str()))
    }

    /// Whether the manual page is asked for: `pants help --man`.
    pub(crate) fn asks_for_the_manual(&self) -> bool {
        self.invocation.args == ["help", "--man"]
    }

    /// Whether help in general is all that is asked for.
    pub(crate) fn asks_for_help(&self) -> bool {
        self.invocation.args.len() == 1 && help_of(&self.invocation.args).is_some_and(|kind| kind != HelpKind::Goals)
    }

    /// Shows what is known of the command line where there is no repository, and so no backend.
    pub(crate) fn show_help(&self) -> ExitCode {
        let kind = help_of(&self.invocation.args).unwrap_or(HelpKind::Basic);
        let is_coloured = io::stdout().is_terminal() && !self.has_variable("NO_COLOR");
        let style = HelpStyle { width: self.width, is_coloured };
        let help = render_help(&HelpRequest { kind, scopes: Vec::new() }, &[global_scope()], style);
        print(help.as_bytes())
    }

    /// The request for one run of this client.
    pub(crate) fn request(&self, invocation: Invocation, bootstrap: Bootstrap) -> Request {
        Request {
            is_coloured: self.uses_colors(&bootstrap, io::stderr().is_terminal()),
            invocation,
            bootstrap,
            exe_dir: self.exe_dir.clone(),
            client_pid: std::process::id(),
            width: self.width,
            run_id: self.run_id.clone(),
            started: self.started,
        }
    }

    /// Shows the version, and below it the version of Pants v1 that the repository here, if any, was written for.
    pub(crate) fn show_the_version(&self) -> ExitCode {
        let mut text = format!("{VERSION}\n");
        if let Ok(bootstrap) = pants_options::bootstrap(&self.invocation)
            && let Some(version) = bootstrap.values.get("", "pants-version")
            && let Some(name) = version.value.as_str()
        {
            text.push_str(&format!("for a repository written for Pants {name} ({})\n", version.source));
        }
        print(text.as_bytes())
    }

    /// The console of this client.
    pub(crate) fn console(&self, bootstrap: &Bootstrap) -> ConsoleSink {
        let values = &bootstrap.values;
        let flag = |name: &str| values.value("", name).as_bool().unwrap_or(false);
        let level = level(bootstrap);
        let is_terminal = io::stderr().is_terminal();
        let options = ConsoleOptions {
            level,
            colors: self.uses_colors(bootstrap, is_terminal),
            quiet: flag("quiet"),
            width: self.width,
            live_status: is_terminal && !self.has_variable("CI") && level >= LogLevel::Info,
            timings: flag("time"),
        };
        ConsoleSink::new(Box::new(io::stdout()), Box::new(io::stderr()), self.clock(), options)
    }

    /// The log file that `--logdir` asks for, if it does, with a line that says which run begins here.
    pub(crate) fn log_file(&self, bootstrap: &Bootstrap) -> Result<Option<LogFile>, Failure> {
        let Some(path) = bootstrap.log_file() else { return Ok(None) };
        let open = || -> io::Result<LogFile> {
            let directory = path.parent().expect("the file is in the directory");
            if directory.is_file() {
                return Err(io::Error::other(format!("`{}` is a file", directory.display())));
            }
            std::fs::create_dir_all(directory)?;
            let file = File::options().append(true).create(true).open(&path)?;
            let sink = LogSink::new(file.try_clone()?, self.clock(), level(bootstrap))?;
            sink.line(&format!("{}: pants {}", self.run_id, self.invocation.args.join(" ")));
            Ok(LogFile { sink: Arc::new(sink), file })
        };
        open().map(Some).map_err(|error| {
            let problem = format!("`{}` cannot be written: {error}", path.display());
            Failure::of_user(bootstrap.about_value("logdir", &problem))
        })
    }

    fn clock(&self) -> Clock {
        let start = self.start;
        Box::new(move || ClockReading { of_day: time_of_day(), elapsed: start.elapsed() })
    }

    /// What the user said, or else what the terminal can and `NO_COLOR` allows.
    fn uses_colors(&self, bootstrap: &Bootstrap, is_terminal: bool) -> bool {
        match bootstrap.values.get("", "colors") {
            Some(colors) if colors.source != OptionSource::Default => colors.value.as_bool().unwrap_or(false),
            _ => is_terminal && io::stdout().is_terminal() && !self.has_variable("NO_COLOR"),
        }
    }

    fn has_variable(&self, name: &str) -> bool {
        self.invocation.environment.get(OsStr::new(name)).is_some_and(|value| !value.is_empty())
    }
}

/// A log file: for the events of a run, and for what the program logs of itself.
pub(crate) struct LogFile {
    pub(crate) sink: Arc<LogSink>,
    pub(crate) file: File,
}

fn level(bootstrap: &Bootstrap) -> LogLevel {
    bootstrap.values.value("", "level").as_str().and_then(LogLevel::parse).unwrap_or(LogLevel::Info)
}

/// Prints before there is a console. A reader that has seen enough is no failure.
pub(crate) fn print(text: &[u8]) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            failure::without_console(&Failure::unwritable_output(error.kind()))
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Whether internal errors show how the program came there.
pub(crate) fn backtraces(bootstrap: &Bootstrap) -> Backtraces {
    match bootstrap.values.value("", "print-exception-stacktrace").as_bool() {
        Some(true) => Backtraces::Shown,
        _ => Backtraces::Hidden,
    }
}

fn time_of_day() -> Duration {
    let now = Zoned::now();
    let seconds = i64::from(now.hour()) * 3600 + i64::from(now.minute()) * 60 + i64::from(now.second());
    Duration::from_secs(seconds.unsigned_abs())
}

/// `pants_run_YYYY_MM_DD_HH_MM_SS_mmm_<process id>`: what Pants v1 called its runs, unique in a build root.
fn run_id() -> String {
    let now = Zoned::now();
    let pid = std::process::id();
    format!("pants_run_{}_{:03}_{pid:x}", now.strftime("%Y_%m_%d_%H_%M_%S"), now.millisecond())
}

/// What a shell says of the width, for help that is read through a pager.
fn columns(environment: &BTreeMap<OsString, OsString>) -> Option<usize> {
    let columns = environment.get(OsStr::new("COLUMNS"))?.to_str()?.parse().ok()?;
    Some(columns).filter(|columns| *columns > 0)
}

fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}
