//! Help that is asked for instead of a run.
//!
//! Whoever reads help may do so because something is wrong with the configuration: that is told as a warning, and the help
//! is given all the same.

use crate::backends::{self, Backends};
use crate::error::SessionError;
use crate::older_config::{self, explained};
use crate::request::Request;
use crate::warm::Warm;
use crate::{backends_of, say};
use pants_model::{Event, EventSink, LogLevel};
use pants_options::{CommandLine, HelpKind, HelpStyle, help_of, read_command, render_help};
use std::sync::Arc;

/// The word that asks for help and is a goal, too.
const GOALS: &str = "goals";

/// Help was given.
pub(crate) struct Answered;

/// Gives the help that was asked for; `None` when none was, or when a goal gives it.
pub(crate) fn answer(request: &Request, warm: &Warm, events: &dyn EventSink) -> Result<Option<Answered>, SessionError> {
    if help_of(&request.invocation.args).is_none() {
        return Ok(None);
    }
    let (backends, state) = backends_in_spite_of_all(request, warm, events)?;
    let (invocation, bootstrap, scopes) = (&request.invocation, &request.bootstrap, &backends.scopes);
    let command = read_command(invocation, bootstrap, scopes).map_err(|error| explained(error, request, &backends))?;
    let Some(help) = command.help else { return Ok(None) };
    let parsed = older_config::parse(request, &backends);
    if parsed.is_ok() && help.kind == HelpKind::Goals && state == State::AsConfigured {
        return Ok(None);
    }
    backends.tell(events);
    match parsed {
        Ok(parsed) => parsed.warnings.into_iter().for_each(|warning| say(events, LogLevel::Warn, warning)),
        Err(error) => warn(&error.into(), events),
    }
    let style = HelpStyle { width: request.width, is_coloured: request.is_coloured };
    events.emit(Event::Output(render_help(&help, scopes, style).into_bytes()));
    Ok(Some(Answered))
}

/// Turns a request for help that a goal gives into one for the goal.
pub(crate) fn as_goal(command: &mut CommandLine) {
    if command.help.take().is_some() {
        command.goals = vec![GOALS.to_owned()];
    }
}

/// Which backends help is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Those that are enabled.
    AsConfigured,
    /// Those that come with the program, because the others cannot be loaded.
    Bundled,
}

fn backends_in_spite_of_all(
    request: &Request,
    warm: &Warm,
    events: &dyn EventSink,
) -> Result<(Arc<Backends>, State), SessionError> {
    match backends_of(request, warm) {
        Ok(backends) => Ok((backends, State::AsConfigured)),
        Err(error) => {
            warn(&error, events);
            Ok((Arc::new(backends::bundled(request)?), State::Bundled))
        }
    }
}

fn warn(error: &SessionError, events: &dyn EventSink) {
    error.diagnostics().into_iter().for_each(|report| events.emit(Event::Diagnostic(report.as_warning())));
}
