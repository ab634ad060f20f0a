//! One build from top to bottom. Read [`run`] first: it is the whole flow.
//!
//! The only place that knows the order of the steps. It owns [`Warm`], what outlives a run. It must not know: sockets,
//! terminals, the layout of dylibs, any language. Direct mode and the daemon call the same function.

mod aliases;
mod backends;
mod caches;
mod complete;
mod error;
mod evaluations;
mod file_events;
mod git;
mod goals;
mod help;
mod idle;
mod json;
mod loaded;
mod migration;
mod older_config;
mod physical_workdir;
mod problems;
mod record;
mod report;
mod repository;
mod repository_options;
mod request;
mod room_configs;
mod selection;
#[cfg(test)]
mod silence;
mod soundness;
mod terms;
mod unbuilt;
mod warm;
mod warnings;
mod whole_file;

pub use backends::stale_plugins;
pub use complete::completions;
pub use error::SessionError;
pub use file_events::FileEvents;
pub use migration::{MigrateError, MigratedFile, Migration, migrate_config};
pub use pants_build_files::{Changes, Look};
pub use pants_engine::{PlanError, TaskError, TaskErrorKind};
pub use pants_process::{Cancel, CancelReason, Foreground};
pub use request::{Outcome, Request};
pub use warm::{Warm, WarmFacts};

use backends::{BackendKey, Backends};
use evaluations::Evaluations;
use pants_engine::{ExecuteOutcome, ExecuteRequest, PlanRequest, RoundPlan, Workspace, execute, plan_rounds};
use pants_model::{Event, EventSink, LogLevel, OptionValues};
use pants_options::CommandLine;
use pants_process::Claimant;
use problems::{Limit, OnErrors, Problems};
use record::Record;
use repository::Repository;
use selection::Selection;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The width of help that is not for a terminal.
pub(crate) const DOCUMENT_WIDTH: usize = 100;

/// Carries one run out: argv to options, options to backends, specs to a graph, goals to a plan, the plan to an outcome.
pub fn run(
    request: &Request,
    warm: &Warm,
    events: &Arc<dyn EventSink>,
    cancel: &Cancel,
) -> Result<Outcome, SessionError> {
    if help::answer(request, warm, &**events)?.is_some() {
        return Ok(Outcome::Success);
    }
    let events = &warnings::without_ignored(request, events)?;
    let backends = backends_of(request, warm)?;
    backends.tell(&**events);
    let parsed = older_config::parse(request, &backends)?;
    for warning in parsed.warnings {
        say(&**events, LogLevel::Warn, warning);
    }
    let (mut command, options) = (parsed.command, Arc::new(parsed.values));
    help::as_goal(&mut command);
    if command.goals.is_empty() {
        return Err(SessionError::NoGoal);
    }
    backends.check_passthrough(&command)?;
    repository_options::check(&options)?;
    physical_workdir::link(request)?;

    let Some(record) = Record::asked(request, &options, events) else {
        return carry_out(request, &backends, &command, options, warm, events, cancel);
    };
    let recorded: Arc<dyn EventSink> = record.clone();
    let ended = carry_out(request, &backends, &command, options.clone(), warm, &recorded, cancel);
    record.write(request, &command, &options, &ended);
    ended
}

/// The second half of a run, from what was understood to the outcome: the repository, the plan, and what the plan does.
fn carry_out(
    request: &Request,
    backends: &Arc<Backends>,
    command: &CommandLine,
    options: Arc<OptionValues>,
    warm: &Warm,
    events: &Arc<dyn EventSink>,
    cancel: &Cancel,
) -> Result<Outcome, SessionError> {
    let selection = Selection::of(command, &options)?;
    let repository = repository_of(request, backends, &options, warm, events);
    let roots = repository.select(&selection, &options)?;
    let roots = aliases::meant(backends, &command.goals, &repository.graph(), roots);
    let asked = PlanRequest {
        phases: command.goals.clone(),
        roots,
        left_out: BTreeSet::new(),
        options: options.clone(),
        passthrough: command.passthrough.clone(),
        build_root: request.bootstrap.build_root.clone(),
    };
    let plan = match plan_of(asked, backends, &repository, &selection, &**events)? {
        Planned::Explained => return Ok(repository.conclude(Outcome::Success)),
        Planned::ToDo(plan) => plan,
    };

    terms::tell_voices(&plan, &options, &**events);
    for warning in caches::unusable_ones(&plan, request, &options) {
        say(&**events, LogLevel::Warn, warning);
    }
    let processes = warm.processes(room_configs::process_config(request, &options))?.of_run(&request.run_id);
    if plan.goals().iter().any(|goal| !goal.identity().spec.is_console) {
        let phases = plan.phase_order().into_iter().map(str::to_owned).collect();
        events.emit(Event::PlanReady { phases });
    }
    let executed = execute(ExecuteRequest {
        terms: terms::of(&plan, request, &options),
        locking: terms::locking(&options),
        plan,
        workspace: repository.clone(),
        processes,
        events: events.clone(),
        cancel: cancel.clone(),
        passthrough: command.passthrough.clone(),
        build_root: request.bootstrap.build_root.clone(),
        workdir: request.bootstrap.workdir(),
        dist_dir: request.bootstrap.dist_dir(),
        who: claimant(request, &options),
        options,
        run_id: request.run_id.clone(),
    });
    let outcome = conclude(executed, &repository, cancel, &**events);
    warm.watch_what_was_read();
    free(repository);
    Ok(outcome)
}

/// Who takes the locks of work directories.
fn claimant(request: &Request, options: &OptionValues) -> Claimant {
    Claimant {
        shown: format!("PID {} (pants {})", request.client_pid, request.invocation.args.join(" ")),
        run: Some(request.run_id.clone()),
        outer_run: options.value("", "parent-build-id").as_str().map(str::to_owned),
    }
}

/// The repository as BUILD files and options make it; nothing of it is loaded yet.
fn repository_of(
    request: &Request,
    backends: &Arc<Backends>,
    options: &OptionValues,
    warm: &Warm,
    events: &Arc<dyn EventSink>,
) -> Arc<Repository> {
    let config = room_configs::workspace_config(request, options, &backends.symbols);
    let files = warm.build_files(config, &backends.symbols, || Arc::new(Evaluations::new(request, backends)));
    let problems = Problems::new(on_errors(options), limit(options));
    Arc::new(Repository::new(request, files, events.clone(), problems))
}

/// What became of planning.
enum Planned {
    /// It was only to be shown, and was.
    Explained,
    /// It is to be carried out.
    ToDo(RoundPlan),
}

/// Plans what is asked for, without the targets that no goal can work on where the run goes on without them, and tells
/// what will be idle.
fn plan_of(
    mut asked: PlanRequest,
    backends: &Backends,
    repository: &Repository,
    selection: &Selection,
    events: &dyn EventSink,
) -> Result<Planned, SessionError> {
    let options = asked.options.clone();
    let plan_of = |asked: &PlanRequest| {
        plan_rounds(&backends.registry, asked, repository)
            .map_err(|error| SessionError::of_plan(error, limit(&options)))
    };
    let mut plan = plan_of(&asked)?;
    if is_set(&options, "explain") {
        idle::warn(&plan, selection, &options, events);
        events.emit(Event::Output(plan.explain().into_bytes()));
        return Ok(Planned::Explained);
    }
    asked.left_out = unbuilt::check(&plan, backends, repository)?;
    if asked.left_out.is_empty() {
        idle::check(&plan, selection, &options)?;
    } else {
        plan = plan_of(&asked)?;
    }
    // Where everything is left out, that was told.
    if asked.left_out.is_empty() || !plan.roots().is_empty() {
        idle::warn(&plan, selection, &options, events);
    }
    Ok(Planned::ToDo(plan))
}

/// Frees a repository that nobody needs any more, without anybody waiting for it: for a large graph that takes as long as
/// a tenth of loading it.
fn free(repository: Arc<Repository>) {
    if repository.is_kept() {
        return;
    }
    // Without a thread, it is freed here.
    let _ = std::thread::Builder::new().name("free".to_owned()).spawn(move || drop(repository));
}

/// Tells of what failed and that the run is over.
fn conclude(executed: ExecuteOutcome, repository: &Repository, cancel: &Cancel, events: &dyn EventSink) -> Outcome {
    for (scope, error) in &executed.failures {
        report::of_task(scope, error, repository.problems().limit())
            .into_iter()
            .for_each(|report| events.emit(Event::Diagnostic(report)));
    }
    let is_interrupted = matches!(cancel.reason(), Some(CancelReason::Interrupted | CancelReason::ClientGone));
    let outcome = match executed.foreground {
        _ if is_interrupted => Outcome::Interrupted,
        _ if !executed.failures.is_empty() => Outcome::Failed(executed.failures),
        Some(foreground) => Outcome::Foreground(foreground),
        None => Outcome::Success,
    };
    let outcome = repository.conclude(outcome);
    say(events, LogLevel::Debug, format!("BUILD files of {} directories were evaluated", repository.evaluations()));
    events.emit(Event::RunFinished { ending: outcome.ending() });
    outcome
}

/// The backends that are warm, or newly loaded ones.
fn backends_of(request: &Request, warm: &Warm) -> Result<Arc<Backends>, SessionError> {
    let key = BackendKey::of(request);
    if let Some(backends) = warm.backends(&key) {
        return Ok(backends);
    }
    Ok(warm.keep_backends(key, backends::load(request)?))
}

fn on_errors(options: &OptionValues) -> OnErrors {
    if is_set(options, "keep-going") { OnErrors::KeepGoing } else { OnErrors::Fail }
}

fn limit(options: &OptionValues) -> Limit {
    Limit::new(options.value("", "max-errors").as_int().unwrap_or(0))
}

fn is_set(options: &OptionValues, name: &str) -> bool {
    options.value("", name).as_bool().unwrap_or(false)
}

pub(crate) fn say(events: &dyn EventSink, level: LogLevel, message: impl Into<String>) {
    events.emit(Event::Log { level, scope: String::new(), message: message.into() });
}
