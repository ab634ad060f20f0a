//! Goals that were asked for and have nothing to work on: when that is a mistake, and when it is only worth a word.
//!
//! Whoever names targets expects something to happen to them. Whoever lets git, tags or a file choose expects that the
//! choice may be empty, in a script most of all.

use crate::error::SessionError;
use crate::say;
use crate::selection::Selection;
use pants_engine::RoundPlan;
use pants_model::{EventSink, LogLevel, OptionValues};

/// Who chose the targets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// Nobody.
    Nobody,
    /// Specs of the command line.
    Specs,
    /// Specs, and filters that take away from what they name.
    Filters,
    /// Git, or a file.
    Computed,
}

impl Choice {
    fn of(selection: &Selection, options: &OptionValues) -> Self {
        let is_given = |name: &str| !options.value("", name).as_strings().is_empty();
        match selection {
            Selection::Nothing | Selection::Everything => Self::Nobody,
            Selection::Specs { files, .. } if !files.is_empty() => Self::Computed,
            Selection::Specs { .. } if is_given("tag") || is_given("exclude-target-regexp") => Self::Filters,
            Selection::Specs { .. } => Self::Specs,
            Selection::OwnersOf(_) | Selection::Changed(_) | Selection::OfGoal => Self::Computed,
        }
    }
}

/// Fails when a person chose targets, or forgot to, and none of the goals has anything to do.
pub(crate) fn check(plan: &RoundPlan, selection: &Selection, options: &OptionValues) -> Result<(), SessionError> {
    let idle = plan.idle_phases();
    let choice = Choice::of(selection, options);
    let is_mistake = matches!(choice, Choice::Nobody | Choice::Specs);
    if !is_mistake || idle.is_empty() || idle.len() < plan.requested_phases().len() {
        return Ok(());
    }
    let goals = idle.into_iter().map(str::to_owned).collect();
    Err(SessionError::NothingToDo { goals, reason: reason(plan, choice) })
}

/// Says which goals have nothing to do, and why.
pub(crate) fn warn(plan: &RoundPlan, selection: &Selection, options: &OptionValues, events: &dyn EventSink) {
    let choice = Choice::of(selection, options);
    for phase in plan.idle_phases() {
        say(events, LogLevel::Warn, format!("goal `{phase}` has nothing to do: {}", reason(plan, choice)));
    }
}

fn reason(plan: &RoundPlan, choice: Choice) -> &'static str {
    match choice {
        _ if !plan.roots().is_empty() => "none of the targets is of a type that it works on",
        Choice::Nobody => "no targets were given (`::` means all of them)",
        Choice::Specs => "the targets that were given are all taken away again",
        Choice::Filters => "no target passes `--tag` and `--exclude-target-regexp`",
        Choice::Computed => "no targets were selected",
    }
}
