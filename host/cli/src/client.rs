//! The client's world, read once.

use crate::failure::Failure;
use crate::panics::Backtraces;
use jiff::Zoned;
use pants_console::{ClockReading, ConsoleOptions, ConsoleSink, parse_level};
use pants_model::{LogLevel, OptionSource};
use pants_options::{Bootstrap, HelpKind, HelpRequest, Invocation, VERSION, global_scope, render_help};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The arguments, the environment, the place and the terminal of whoever started the program.
pub(crate) struct Client {
    pub(crate) invocation: Invocation,
    pub(crate) exe_dir: PathBuf,
    pub(crate) width: usize,
    pub(crate) run_id: String,
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
            invocation: Invocation { args, environment: Arc::new(environment), cwd },
            exe_dir: exe.parent().map(PathBuf::from).unwrap_or_default(),
            width: terminal_width().unwrap_or(DEFAULT_WIDTH),
            run_id: run_id(),
            start: Instant::now(),
        })
    }

    /// Whether the version is all that is asked for: that needs no build root.
    pub(crate) fn asks_for_the_version(&self) -> bool {
        self.invocation.args.first().is_some_and(|arg| ["--version", "-V"].contains(&arg.as_str()))
    }

    /// Whether help is all that is asked for.
    pub(crate) fn asks_for_help(&self) -> bool {
        matches!(self.invocation.args.as_slice(), [word] if ["help", "-h", "--help"].contains(&word.as_str()))
    }

    /// Shows what is known of the command line where there is no repository, and so no backend.
    pub(crate) fn show_help(&self) -> ExitCode {
        let request = HelpRequest { kind: HelpKind::Basic, scopes: Vec::new() };
        print(&render_help(&request, &[global_scope()], self.width))
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
        print(&text)
    }

    /// The console of this client.
    pub(crate) fn console(&self, bootstrap: &Bootstrap) -> ConsoleSink {
        let values = &bootstrap.values;
        let flag = |name: &str| values.value("", name).as_bool().unwrap_or(false);
        let level = values.value("", "level").as_str().and_then(parse_level).unwrap_or(LogLevel::Info);
        let is_terminal = io::stderr().is_terminal();
        let options = ConsoleOptions {
            level,
            colors: self.uses_colors(bootstrap, is_terminal),
            quiet: flag("quiet"),
            width: self.width,
            live_status: is_terminal && !self.has_variable("CI") && level >= LogLevel::Info,
            timings: flag("time"),
        };
        let start = self.start;
        let clock = Box::new(move || ClockReading { of_day: time_of_day(), elapsed: start.elapsed() });
        ConsoleSink::new(Box::new(io::stdout()), Box::new(io::stderr()), clock, options)
    }

    /// What the user said, or else what the terminal can and `NO_COLOR` allows.
    fn uses_colors(&self, bootstrap: &Bootstrap, is_terminal: bool) -> bool {
        match bootstrap.values.get("", "colors") {
            Some(colors) if colors.source != OptionSource::Default => colors.value.as_bool().unwrap_or(false),
            _ => is_terminal && io::stdout().is_terminal() && !self.has_variable("NO_COLOR"),
        }
    }

    fn has_variable(&self, name: &str) -> bool {
        self.invocation.environment.get(std::ffi::OsStr::new(name)).is_some_and(|value| !value.is_empty())
    }
}

/// Prints before there is a console.
fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
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

fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}
