//! What the options say of single goals: on which terms they are carried out, and how loud they are.

use crate::caches;
use crate::request::Request;
use pants_engine::{Locking, OnFailure, RoundPlan, TaskTerms, TermsOfTasks};
use pants_model::{
    Event, EventSink, LogLevel, OptionKind, OptionSource, OptionSpec, OptionValues, ScopeSpec, Value, Voice,
};

/// The subsystem of tasks that look at targets one by one, linters for example.
const TARGET_FILTER: &str = "target-filter";

/// Its scope. Tasks that name it among their subsystems have an instance.
pub(crate) fn target_filter() -> ScopeSpec {
    let help = "Targets with one of these tags are left out.";
    let exclude = OptionSpec::new("exclude-tags", OptionKind::StringList, Value::List(Vec::new()), help);
    ScopeSpec {
        name: TARGET_FILTER.to_owned(),
        description: "Which targets linters and their like leave out.".to_owned(),
        options: vec![OptionSpec { is_fingerprinted: true, ..exclude }],
        ..ScopeSpec::default()
    }
}

/// The terms of the goals of a plan.
pub(crate) fn of(plan: &RoundPlan, request: &Request, options: &OptionValues) -> TermsOfTasks {
    let terms = |scope: &str| {
        // The generation that is declared is that of all results so far.
        let generation = options.get(scope, "cache-key-gen-version").filter(|option| option.value != *option.default());
        let generation = generation.and_then(|option| option.value.as_str()).unwrap_or_default();
        let is_first_failure_enough = options.value(scope, "fail-fast").as_bool().unwrap_or(false);
        TaskTerms {
            on_failure: if is_first_failure_enough { OnFailure::Stop } else { OnFailure::GoOn },
            caching: caches::caching(request, options, scope, generation.to_owned()),
            // A task that has no such instance works on all targets: of a compiler, what depends on them would fail.
            tags_left_out: options.value(&format!("{TARGET_FILTER}.{scope}"), "exclude-tags").to_strings(),
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
