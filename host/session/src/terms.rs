//! What the options say of single goals: on which terms they are carried out, and how loud they are.

use crate::caches;
use crate::request::Request;
use pants_engine::{Locking, OnFailure, RoundPlan, TaskTerms, TermsOfTasks};
use pants_model::{Event, EventSink, LogLevel, OptionSource, OptionValues, Voice};

/// The generation of results when nobody says another: that of all results so far.
pub(crate) const GENERATION: &str = "200";

/// The terms of the goals of a plan.
pub(crate) fn of(plan: &RoundPlan, request: &Request, options: &OptionValues) -> TermsOfTasks {
    let terms = |scope: &str| {
        let generation = options.value(scope, "cache-key-gen-version").as_str().unwrap_or(GENERATION);
        let generation = if generation == GENERATION { "" } else { generation };
        let is_first_failure_enough = options.value(scope, "fail-fast").as_bool().unwrap_or(false);
        TaskTerms {
            on_failure: if is_first_failure_enough { OnFailure::Stop } else { OnFailure::GoOn },
            caching: caches::caching(request, options, scope, generation.to_owned()),
        }
    };
    plan.goals().iter().map(|goal| (goal.scope().to_owned(), terms(goal.scope()))).collect()
}

/// Whether the work directories are locked.
pub(crate) fn locking(options: &OptionValues) -> Locking {
    match options.value("", "lock").as_bool() {
        Some(false) => Locking::Nothing,
        _ => Locking::WorkDirectories,
    }
}

/// Tells of the goals of a plan that are not as loud as the run.
pub(crate) fn tell_voices(plan: &RoundPlan, options: &OptionValues, events: &dyn EventSink) {
    let of_run = voice(options, "");
    for goal in plan.goals() {
        let voice = voice(options, goal.scope());
        if voice != of_run {
            events.emit(Event::Voice { scope: goal.scope().to_owned(), voice });
        }
    }
}

fn voice(options: &OptionValues, scope: &str) -> Voice {
    let colors = options.get(scope, "colors").filter(|colors| colors.source != OptionSource::Default);
    Voice {
        level: options.value(scope, "level").as_str().and_then(LogLevel::parse).unwrap_or(LogLevel::Info),
        is_quiet: options.value(scope, "quiet").as_bool().unwrap_or(false),
        has_colors: colors.and_then(|colors| colors.value.as_bool()),
    }
}
