//! Targets that a run is asked to build and that nothing here can build: their types load, so that old BUILD files do,
//! but a phase that Pants v1 had for them has no task here yet; or they are opaque, and only their names are known.
//!
//! That is told before anything runs, once for all of them.

use crate::backends::Backends;
use crate::error::SessionError;
use crate::problems::plural;
use crate::repository::Repository;
use crate::soundness::{self, unsound_roots};
use pants_build_files::Symbols;
use pants_engine::{Registry, RoundPlan, TargetScope, Workspace};
use pants_model::{Address, BuildGraph, Diagnostic, Order, Predicate, TargetId, TargetTypeSpec};
use pants_options::OptionsError;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A complaint about the command line, in which a goal that Pants v1 had is told with the types of targets it was for.
pub(crate) fn with_goals_of_pants(error: OptionsError, symbols: &Symbols) -> OptionsError {
    match error {
        OptionsError::Several(errors) => {
            OptionsError::Several(errors.into_iter().map(|error| with_goals_of_pants(error, symbols)).collect())
        }
        OptionsError::UnknownGoal { word, suggestions } => match types_missing(&word, symbols) {
            types if types.is_empty() => OptionsError::UnknownGoal { word, suggestions },
            types => OptionsError::GoalWithoutTask { word, types },
        },
        OptionsError::GoalWithoutTask { word, .. } => {
            OptionsError::GoalWithoutTask { types: types_missing(&word, symbols), word }
        }
        error => error,
    }
}

/// The types of targets that wait for a phase of this name. A word with a dot, `compile.javca`, names a task: the phase may
/// well be there.
fn types_missing(phase: &str, symbols: &Symbols) -> Vec<String> {
    let misses = |spec: &&TargetTypeSpec| spec.missing_phases.iter().any(|missing| missing == phase);
    symbols.target_types().iter().filter(misses).map(|spec| spec.name.clone()).collect()
}

/// The target roots of a plan that the run goes on without; an error when it does not go on.
pub(crate) fn check(
    plan: &RoundPlan,
    backends: &Backends,
    repository: &Repository,
) -> Result<BTreeSet<Address>, SessionError> {
    let Some(building) = Building::of(plan, &backends.registry, repository.symbols()) else {
        return Ok(BTreeSet::new());
    };
    let graph = repository.graph();
    let roots: Vec<TargetId> = plan.roots().iter().filter_map(|root| graph.id(root)).collect();
    let refusal = building.refusal(&graph, &roots);
    if !repository.problems().keeps_going() {
        return match refusal {
            None => Ok(BTreeSet::new()),
            Some(refusal) => Err(SessionError::Repository(vec![
                refusal.hint("`--keep-going` goes on without them and without what depends on them"),
            ])),
        };
    }
    refusal.into_iter().for_each(|refusal| repository.note(refusal));
    let is_root: HashSet<TargetId> = roots.into_iter().collect();
    let left_out =
        unsound_roots(&graph, plan.roots(), |id| building.reason(&graph, id, is_root.contains(&id)).is_some());
    if !left_out.is_empty() {
        repository.tell(soundness::left_out(&left_out));
    }
    Ok(left_out)
}

/// What a run builds, and which types nothing builds in it.
struct Building<'a> {
    symbols: &'a Symbols,
    /// The phases of the run, and whether each is for the target roots alone.
    phases: BTreeMap<&'a str, TargetScope>,
    requested: &'a [String],
}

impl<'a> Building<'a> {
    /// What a plan builds; nothing when it only answers questions, also those that some building helps to answer.
    fn of(plan: &'a RoundPlan, registry: &'a Registry, symbols: &'a Symbols) -> Option<Self> {
        let asks = |phase: &&String| registry.goals(phase).any(|goal| goal.identity.spec.is_console);
        let building = plan.requested_phases().iter().filter(|phase| !asks(phase));
        if !reached(building, registry).into_iter().any(|phase| builds(registry, phase)) {
            return None;
        }
        // A phase that was left out because nothing concerns it may be one that should have been concerned.
        let pruned = plan.pruned().iter().map(|scope| scope.split('.').next().unwrap_or(scope));
        let phases = plan.phase_order().into_iter().chain(pruned);
        let phases = phases.map(|phase| (phase, scope_of(registry, phase))).collect();
        Some(Self { symbols, phases, requested: plan.requested_phases() })
    }

    /// Why a target cannot be built; `None` when it can, or need not.
    fn reason(&self, graph: &BuildGraph, id: TargetId, is_root: bool) -> Option<Reason<'a>> {
        let spec = self.symbols.target_type(&graph.target(id).type_name)?;
        if spec.is_opaque {
            return Some(Reason::Opaque(spec));
        }
        let is_missing = |phase: &&String| match self.phases.get(phase.as_str()) {
            Some(TargetScope::Closure) => true,
            Some(TargetScope::Roots) => is_root,
            None => false,
        };
        let missing: Vec<&str> = spec.missing_phases.iter().filter(is_missing).map(String::as_str).collect();
        (!missing.is_empty()).then_some(Reason::Missing(spec, missing))
    }

    /// The one error about all targets that nothing here builds.
    fn refusal(&self, graph: &BuildGraph, roots: &[TargetId]) -> Option<Diagnostic> {
        let is_root: HashSet<TargetId> = roots.iter().copied().collect();
        let mut found: BTreeMap<String, Vec<TargetId>> = BTreeMap::new();
        for id in graph.closure(roots, Order::Preorder) {
            if let Some(reason) = self.reason(graph, id, is_root.contains(&id)) {
                found.entry(reason.in_words()).or_default().push(id);
            }
        }
        let count: usize = found.values().map(Vec::len).sum();
        if count == 0 {
            return None;
        }
        let mut message = format!(
            "{} cannot build {count} of the targets:",
            match self.requested {
                [one] => format!("goal `{one}`"),
                many => format!("goals `{}`", many.join("`, `")),
            }
        );
        for (reason, ids) in &found {
            let place = |id: &&TargetId| {
                let target = graph.target(**id);
                (target.location.file.clone(), target.location.line, target.address.clone())
            };
            let first = ids.iter().min_by_key(place).expect("a reason is noted with a target");
            let first = graph.target(*first);
            let which = plural(ids.len(), "it is", "the first is");
            message.push_str(&format!("\n  {} {reason}; {which} `{}` at {}", ids.len(), first.address, first.location));
        }
        Some(Diagnostic::error_without_place(message).hint("a plugin that brings tasks for these types builds them"))
    }
}

/// Why nothing builds a target.
enum Reason<'a> {
    /// Nobody knows more than its name.
    Opaque(&'a TargetTypeSpec),
    /// Pants v1 had these phases for its type.
    Missing(&'a TargetTypeSpec, Vec<&'a str>),
}

impl Reason<'_> {
    fn in_words(&self) -> String {
        match self {
            Self::Opaque(spec) => {
                format!("of type `{}`, which `[build-files] opaque_types` made and nothing builds", spec.name)
            }
            Self::Missing(spec, phases) => {
                let backend = if spec.backend.is_empty() { String::new() } else { format!(" (`{}`)", spec.backend) };
                let goals = plural(phases.len(), "goal", "goals");
                let has = plural(phases.len(), "has", "have");
                format!(
                    "of type `{}`{backend}, for which {goals} `{}` {has} no task here yet",
                    spec.name,
                    phases.join("`, `")
                )
            }
        }
    }
}

/// These phases and those that their goals depend on as a whole.
fn reached<'a>(requested: impl Iterator<Item = &'a String>, registry: &'a Registry) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut pending: Vec<&str> = requested.map(String::as_str).collect();
    while let Some(phase) = pending.pop() {
        if reached.insert(phase) {
            pending.extend(registry.goals(phase).flat_map(|goal| &goal.depends_on_phases).map(String::as_str));
        }
    }
    reached
}

/// Whether a phase does something to targets because of what they are.
fn builds(registry: &Registry, phase: &str) -> bool {
    registry.goals(phase).any(|goal| goal.identity.spec.applies_to != Predicate::Any)
}

/// What the goals of a phase that build look at.
fn scope_of(registry: &Registry, phase: &str) -> TargetScope {
    let mut specs =
        registry.goals(phase).map(|goal| &goal.identity.spec).filter(|spec| spec.applies_to != Predicate::Any);
    let Some(first) = specs.next() else { return TargetScope::Closure };
    let is_for_roots = first.over == TargetScope::Roots && specs.all(|spec| spec.over == TargetScope::Roots);
    if is_for_roots { TargetScope::Roots } else { TargetScope::Closure }
}
