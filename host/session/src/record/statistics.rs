//! The statistics of a run, in the shape of version 1 of those that Pants v1 wrote.

use crate::error::SessionError;
use crate::goals::Json;
use crate::json::pretty;
use crate::request::{Outcome, Request};
use pants_model::{Event, OptionValues, RunEnding};
use pants_options::{CommandLine, VERSION, key_of, option_of_key, scope_of_section};
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::time::{Duration, UNIX_EPOCH};

/// The root of all pieces of work.
const MAIN: &str = "main";

/// What was seen of a run.
#[derive(Default)]
pub(super) struct Statistics {
    /// The tasks that ended, in that order.
    tasks: Vec<TaskEnd>,
    /// The processes of each task.
    processes: BTreeMap<String, Processes>,
}

struct TaskEnd {
    scope: String,
    elapsed: Duration,
    is_success: bool,
}

/// What processes do, as phrases.
#[derive(Default)]
struct Processes {
    cached: Vec<String>,
    ran: Vec<String>,
}

impl Statistics {
    pub(super) fn note(&mut self, event: &Event) {
        match event {
            Event::TaskFinished { scope, is_success, elapsed } => {
                self.tasks.push(TaskEnd { scope: scope.clone(), elapsed: *elapsed, is_success: *is_success });
            }
            Event::ProcessCached { scope, description } => {
                self.processes.entry(scope.clone()).or_default().cached.push(description.clone());
            }
            Event::ProcessStarted { scope, description } => {
                self.processes.entry(scope.clone()).or_default().ran.push(description.clone());
            }
            _ => {}
        }
    }

    /// The document.
    pub(super) fn document(
        &self,
        request: &Request,
        command: &CommandLine,
        options: &OptionValues,
        ended: &Result<Outcome, SessionError>,
    ) -> String {
        let elapsed = request.started.elapsed().unwrap_or_default();
        let document = json!({
            "run_info": run_info(request, command, options, ended),
            "cumulative_timings": self.timings(elapsed),
            "outcomes": self.outcomes(outcome(ended)),
            "artifact_cache_stats": self.cache_stats(),
            "recorded_options": recorded(options),
        });
        pretty(&document) + "\n"
    }

    /// How long each goal, each phase and the whole run took, the longest first. A phase took as long as its goals
    /// together, even if they ran at the same time.
    fn timings(&self, whole: Duration) -> Vec<Value> {
        let mut of_labels = BTreeMap::from([(MAIN.to_owned(), whole)]);
        for TaskEnd { scope, elapsed, .. } in &self.tasks {
            let label = label(scope);
            let phase = scope.split('.').next().filter(|phase| phase != scope).map(self::label);
            for label in phase.into_iter().chain([label]) {
                *of_labels.entry(label).or_default() += *elapsed;
            }
        }
        let mut sorted: Vec<(String, Duration)> = of_labels.into_iter().collect();
        sorted.sort_by_key(|(_, elapsed)| Reverse(*elapsed));
        let row = |(label, elapsed): (String, Duration)| json!({ "label": label, "timing": elapsed.as_secs_f64() });
        sorted.into_iter().map(row).collect()
    }

    fn outcomes(&self, whole: &str) -> Map<String, Value> {
        let of_task = |task: &TaskEnd| (label(&task.scope), if task.is_success { "SUCCESS" } else { "FAILURE" }.into());
        self.tasks.iter().map(of_task).chain([(MAIN.to_owned(), whole.into())]).collect()
    }

    fn cache_stats(&self) -> Vec<Value> {
        let row = |(scope, Processes { cached, ran }): (&String, &Processes)| {
            json!({
                "cache_name": scope, "num_hits": cached.len(), "num_misses": ran.len(), "hits": cached, "misses": ran,
            })
        };
        self.processes.iter().map(row).collect()
    }
}

/// `main:compile:javac`
fn label(scope: &str) -> String {
    format!("{MAIN}:{}", scope.replace('.', ":"))
}

fn outcome(ended: &Result<Outcome, SessionError>) -> &'static str {
    match ended.as_ref().map(Outcome::ending) {
        Ok(RunEnding::Success | RunEnding::Foreground) => "SUCCESS",
        Ok(RunEnding::Interrupted) => "ABORTED",
        Ok(RunEnding::Failure) | Err(_) => "FAILURE",
    }
}

fn run_info(
    request: &Request,
    command: &CommandLine,
    options: &OptionValues,
    ended: &Result<Outcome, SessionError>,
) -> Value {
    let Request { invocation, bootstrap, run_id, started, .. } = request;
    let variable = |name: &str| invocation.environment.get(OsStr::new(name)).map(|value| value.to_string_lossy());
    let mut info = json!({
        "id": run_id,
        "timestamp": started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64(),
        "user": variable("USER").or_else(|| variable("LOGNAME")),
        "path": invocation.cwd.to_string_lossy(),
        "buildroot": bootstrap.build_root.to_string_lossy(),
        "version": VERSION,
        "cmd_line": format!("pants {}", invocation.args.join(" ")),
        "specs_from_command_line": command.specs,
        "computed_goals": command.goals,
        "outcome": outcome(ended),
    });
    if let Some(parent) = options.value("", "parent-build-id").as_str() {
        info["parent_build_id"] = parent.into();
    }
    info
}

/// The options that are to be recorded, by scope; scopes and options that do not exist are left out.
fn recorded(options: &OptionValues) -> Map<String, Value> {
    let mut of_scopes = Map::new();
    for wanted in options.value(super::TRACKER, "stats-option-scopes-to-record").as_strings() {
        let (section, name) = wanted.split_once('^').map_or((wanted, None), |(scope, name)| (scope, Some(name)));
        let scope = scope_of_section(section);
        let is_wanted = |option: &str| name.is_none_or(|name| option_of_key(name) == option);
        let values = options.scope(scope).filter(|(option, _)| is_wanted(option));
        let values: Map<String, Value> =
            values.map(|(option, value)| (key_of(option), json!(Json(&value.value)))).collect();
        if let (false, Value::Object(entry)) = (values.is_empty(), &mut *of_scopes.entry(section).or_insert(json!({})))
        {
            entry.extend(values);
        }
    }
    of_scopes.retain(|_, values| values.as_object().is_some_and(|values| !values.is_empty()));
    of_scopes
}
