//! The client's world: everything about whoever started the program that a run needs to know.
//!
//! The cli reads it once; a daemon gets it over its socket. What is made of it here, a request and a console, is the same
//! on either side, so that a run cannot tell where it is carried out.

use crate::clock;
use pants_console::{ConsoleOptions, ConsoleSink};
use pants_model::{LogLevel, OptionSource};
use pants_options::{Bootstrap, Invocation};
use pants_session::Request;
use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

/// The arguments, the environment, the place and the terminal of whoever started the program.
#[derive(Clone, Debug)]
pub struct ClientWorld {
    /// The command line, the environment and the directory.
    pub invocation: Invocation,
    /// The directory of the program, where bundled backends stand.
    pub exe_dir: PathBuf,
    /// The process id.
    pub pid: u32,
    /// Which of its streams are terminals.
    pub terminals: Terminals,
    /// The width of its terminal, in columns.
    pub width: usize,
    /// What its run is called: unique in a build root.
    pub run_id: String,
    /// When it was started.
    pub started: SystemTime,
}

/// Which standard streams are terminals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminals {
    /// Standard input.
    pub stdin: bool,
    /// Standard output.
    pub stdout: bool,
    /// Standard error.
    pub stderr: bool,
}

/// Where the bytes of a run go.
pub struct Streams {
    /// Standard output of the client.
    pub stdout: Box<dyn Write + Send>,
    /// Standard error of the client.
    pub stderr: Box<dyn Write + Send>,
}

impl ClientWorld {
    /// The request for one run.
    pub fn request(&self, invocation: Invocation, bootstrap: Bootstrap) -> Request {
        Request {
            is_coloured: self.uses_colors(&bootstrap, self.terminals.stderr),
            invocation,
            bootstrap,
            exe_dir: self.exe_dir.clone(),
            client_pid: self.pid,
            width: self.width,
            run_id: self.run_id.clone(),
            started: self.started,
        }
    }

    /// Whether a variable is set to something.
    pub fn has_variable(&self, name: &str) -> bool {
        self.invocation.environment.get(OsStr::new(name)).is_some_and(|value| !value.is_empty())
    }

    /// The console of this client, over its streams.
    pub(crate) fn console(&self, bootstrap: &Bootstrap, streams: Streams) -> ConsoleSink {
        let values = &bootstrap.values;
        let flag = |name: &str| values.value("", name).as_bool().unwrap_or(false);
        let level = level(bootstrap);
        let is_terminal = self.terminals.stderr;
        let options = ConsoleOptions {
            level,
            colors: self.uses_colors(bootstrap, is_terminal),
            quiet: flag("quiet"),
            width: self.width,
            live_status: is_terminal && !self.has_variable("CI") && level >= LogLevel::Info,
            timings: flag("time"),
        };
        ConsoleSink::new(streams.stdout, streams.stderr, clock::since(self.started), options)
    }

    /// What the user said, or else what the terminal can and `NO_COLOR` allows.
    fn uses_colors(&self, bootstrap: &Bootstrap, is_terminal: bool) -> bool {
        match bootstrap.values.get("", "colors") {
            Some(colors) if colors.source != OptionSource::Default => colors.value.as_bool().unwrap_or(false),
            _ => is_terminal && self.terminals.stdout && !self.has_variable("NO_COLOR"),
        }
    }
}

/// How much is told, as `--level` says.
pub(crate) fn level(bootstrap: &Bootstrap) -> LogLevel {
    bootstrap.values.value("", "level").as_str().and_then(LogLevel::parse).unwrap_or(LogLevel::Info)
}
