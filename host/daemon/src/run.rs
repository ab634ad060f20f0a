//! One run, from the world of its client to an exit code: what comes before and after [`pants_session::run`].
//!
//! Options that must be known before anything else, the log file, the console, and failures as text. Direct mode and the
//! daemon call the same functions; they differ in where the streams lead, and in what is warm.

use crate::clock;
use crate::failure::{Failure, exit_code};
use crate::log;
use crate::panics::{self, Backtraces};
use crate::world::{ClientWorld, Streams, level};
use pants_console::{ConsoleSink, FanOut, LogSink};
use pants_model::{Diagnostic, Event, EventSink};
use pants_options::{Bootstrap, Invocation, OptionsError, bootstrap, bootstrap_without_config, help_of};
use pants_session::{Cancel, Foreground, Outcome, Warm};
use std::fs::File;
use std::io;
use std::sync::Arc;

/// How a run ended for its client.
#[derive(Debug)]
pub enum Ended {
    /// With this exit code; everything was told.
    Exit(u8),
    /// All is done and unlocked; the client becomes this process, in its own terminal.
    Foreground(Foreground),
}

/// A run whose bootstrap options are known: enough to decide who carries it out.
pub struct Run {
    bootstrap: Bootstrap,
    /// What is wrong with the config files, where the run goes on all the same.
    faults: Vec<Diagnostic>,
}

impl Run {
    /// Reads what must be known before any plugin. Whoever asks for help gets it whatever the config files say; what is
    /// wrong with them is told as warnings.
    pub fn prepare(invocation: &Invocation) -> Result<Self, OptionsError> {
        match bootstrap(invocation) {
            Ok(bootstrap) => Ok(Self { bootstrap, faults: Vec::new() }),
            Err(error @ OptionsError::NoBuildRoot { .. }) => Err(error),
            Err(error) if help_of(&invocation.args).is_some() => {
                let faults = error.diagnostics().into_iter().map(Diagnostic::as_warning).collect();
                let bootstrap = bootstrap_without_config(invocation)?;
                Ok(Self { bootstrap: bootstrap.having_told(&error), faults })
            }
            Err(error) => Err(error),
        }
    }

    /// The options that are known.
    pub fn bootstrap(&self) -> &Bootstrap {
        &self.bootstrap
    }

    /// Carries the run out and tells how it ended.
    pub fn carry_out(self, world: &ClientWorld, mut streams: Streams, warm: &Warm, cancel: &Cancel) -> Ended {
        let Self { bootstrap, faults } = self;
        let log_file = match open_log(world, &bootstrap) {
            Ok(log_file) => log_file,
            Err(failure) => return Ended::Exit(failure.show(&mut streams.stderr)),
        };
        let console = Arc::new(world.console(&bootstrap, streams));
        let events: Arc<dyn EventSink> = match &log_file {
            Some(log) => Arc::new(FanOut::new(vec![console.clone(), log.clone()])),
            None => console.clone(),
        };
        let listening = log::listen(level(&bootstrap), {
            let (console, log) = (console.clone(), log_file.clone());
            Arc::new(move |text| {
                console.error_line(text);
                log.iter().for_each(|log| log.line(text));
            })
        });
        faults.into_iter().for_each(|fault| events.emit(Event::Diagnostic(fault)));
        let backtraces = backtraces(&bootstrap);
        let request = world.request(world.invocation.clone(), bootstrap);
        let run = || pants_session::run(&request, warm, &events, cancel);
        let ended = panics::catching_in_run(listening.span(), backtraces, run);
        let ended = ended.and_then(|outcome| outcome.map_err(Failure::from));
        console.flush();
        if let (Err(failure), Some(log)) = (&ended, &log_file) {
            failure.log(log);
        }
        conclude(ended, &console)
    }
}

/// Carries out the run that a client asks for.
pub fn serve(world: &ClientWorld, mut streams: Streams, warm: &Warm, cancel: &Cancel) -> Ended {
    match Run::prepare(&world.invocation) {
        Ok(run) => run.carry_out(world, streams, warm, cancel),
        Err(error) => Ended::Exit(Failure::from(error).show(&mut streams.stderr)),
    }
}

fn conclude(ended: Result<Outcome, Failure>, console: &ConsoleSink) -> Ended {
    match ended {
        Ok(Outcome::Foreground(process)) => Ended::Foreground(process),
        Ok(outcome) => Ended::Exit(exit_code(&outcome, console)),
        Err(failure) => Ended::Exit(failure.report(console)),
    }
}

/// The log file that `--logdir` asks for, if it does, with a line that says which run begins here.
fn open_log(world: &ClientWorld, bootstrap: &Bootstrap) -> Result<Option<Arc<LogSink>>, Failure> {
    let Some(path) = bootstrap.log_file() else { return Ok(None) };
    let open = || -> io::Result<LogSink> {
        let directory = path.parent().expect("the file is in the directory");
        if directory.is_file() {
            return Err(io::Error::other(format!("`{}` is a file", directory.display())));
        }
        std::fs::create_dir_all(directory)?;
        let file = File::options().append(true).create(true).open(&path)?;
        let sink = LogSink::new(file, clock::since(world.started), level(bootstrap))?;
        sink.line(&format!("{}: pants {}", world.run_id, world.invocation.args.join(" ")));
        Ok(sink)
    };
    open().map(|log| Some(Arc::new(log))).map_err(|error| {
        let problem = format!("`{}` cannot be written: {error}", path.display());
        Failure::of_user(bootstrap.about_value("logdir", &problem))
    })
}

/// Whether internal errors show how the program came there.
fn backtraces(bootstrap: &Bootstrap) -> Backtraces {
    match bootstrap.values.value("", "print-exception-stacktrace").as_bool() {
        Some(true) => Backtraces::Shown,
        _ => Backtraces::Hidden,
    }
}
