//! Which goals of a plan have something to do on the final target roots.
//!
//! A goal whose predicate matches a target is kept, and so is one whose predicate may match what a kept code generator
//! injects. A goal for any target does not depend on targets but on being needed: it is kept if its phase was asked for
//! or a kept goal needs the phase. Last, what only left-out goals needed is left out, too, and so is, in a phase that is
//! there for products only, a goal none of whose products anybody wants. So `test` on a Python target bootstraps no JVM
//! tool, and `compile` on a Java and a Python target resolves jars and no Python requirements.

use crate::task_spec::{TargetScope, TaskSpec};
use pants_model::{Address, BuildGraph, Order, Predicate, Target, TargetId};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A goal that may be left out.
pub(super) struct Candidate<'a> {
    pub(super) phase: &'a str,
    pub(super) spec: &'a TaskSpec,
    /// The phases that must be carried out for it: those of its producers, and those it depends on.
    pub(super) needed_phases: BTreeSet<&'a str>,
    /// Of these, the ones that it depends on as a whole.
    pub(super) declared_phases: BTreeSet<&'a str>,
    /// The products it wants, and those it makes.
    pub(super) wanted: BTreeSet<&'a str>,
    pub(super) products: BTreeSet<&'a str>,
}

/// For each candidate, whether it is kept.
pub(super) fn kept_goals(
    candidates: &[Candidate<'_>],
    requested_phases: &[String],
    roots: &[Address],
    graph: &BuildGraph,
) -> Vec<bool> {
    let targets = Present::new(roots, graph);
    let mut is_kept: Vec<bool> =
        candidates.iter().map(|goal| goal.spec.applies_to != Predicate::Any && targets.match_any(goal.spec)).collect();
    let mut live: BTreeSet<&str> = requested_phases.iter().map(String::as_str).collect();
    let mut injected: BTreeSet<&str> = BTreeSet::new();
    // Everything only grows: more kept goals make more phases live and inject more types.
    loop {
        for (goal, _) in candidates.iter().zip(&is_kept).filter(|(_, is_kept)| **is_kept) {
            live.extend(&goal.needed_phases);
            injected.extend(goal.spec.injects.iter().map(String::as_str));
        }
        let has_work = |goal: &Candidate<'_>| match (&goal.spec.applies_to, goal.spec.over) {
            (Predicate::Any, _) => live.contains(goal.phase),
            (predicate, TargetScope::Closure) => injected.iter().any(|name| predicate.may_match_type(name)),
            (_, TargetScope::Roots) => false,
        };
        let more: Vec<usize> =
            (0..candidates.len()).filter(|index| !is_kept[*index] && has_work(&candidates[*index])).collect();
        if more.is_empty() {
            break;
        }
        more.into_iter().for_each(|index| is_kept[index] = true);
    }
    leave_out_what_nobody_needs(candidates, requested_phases, &mut is_kept);
    is_kept
}

/// Keeps the phases that were asked for and those that a kept goal declares; of the other phases, the goals that make
/// what a kept goal wants, and those that make no product at all.
fn leave_out_what_nobody_needs(candidates: &[Candidate<'_>], requested_phases: &[String], is_kept: &mut [bool]) {
    let mut whole: BTreeSet<&str> = requested_phases.iter().map(String::as_str).collect();
    let mut needed = whole.clone();
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    let mut is_needed = vec![false; candidates.len()];
    // Everything only grows, as above.
    loop {
        let is_new = |index: &usize| {
            let goal = &candidates[*index];
            let is_of_use = goal.products.is_empty() || !goal.products.is_disjoint(&wanted);
            let has_place = whole.contains(goal.phase) || (needed.contains(goal.phase) && is_of_use);
            is_kept[*index] && !is_needed[*index] && has_place
        };
        let new: Vec<usize> = (0..candidates.len()).filter(is_new).collect();
        if new.is_empty() {
            break;
        }
        for index in new {
            is_needed[index] = true;
            let goal = &candidates[index];
            whole.extend(&goal.declared_phases);
            needed.extend(&goal.needed_phases);
            wanted.extend(&goal.wanted);
        }
    }
    is_kept.copy_from_slice(&is_needed);
}

/// The targets of a run by type, so that a predicate over types passes over most of them.
struct Present<'a> {
    graph: &'a BuildGraph,
    addresses: &'a [Address],
    ids: OnceCell<Vec<TargetId>>,
    roots: OnceCell<ByType<'a>>,
    closure: OnceCell<ByType<'a>>,
}

type ByType<'a> = BTreeMap<&'a str, Vec<&'a Arc<Target>>>;

impl<'a> Present<'a> {
    /// Nothing is looked at before a predicate asks: goals for any target never do, and roots may be many.
    fn new(addresses: &'a [Address], graph: &'a BuildGraph) -> Self {
        Self { graph, addresses, ids: OnceCell::new(), roots: OnceCell::new(), closure: OnceCell::new() }
    }

    fn match_any(&self, spec: &TaskSpec) -> bool {
        let is_match = |targets: &ByType<'_>| {
            let mut types = targets.iter().filter(|(name, _)| spec.applies_to.may_match_type(name));
            types.any(|(_, targets)| targets.iter().any(|target| spec.applies_to.matches(target)))
        };
        // The closure of many roots is large: ask the roots first.
        is_match(self.roots()) || (spec.over == TargetScope::Closure && is_match(self.closure()))
    }

    fn ids(&self) -> &[TargetId] {
        self.ids.get_or_init(|| self.addresses.iter().filter_map(|root| self.graph.id(root)).collect())
    }

    fn roots(&self) -> &ByType<'a> {
        self.roots.get_or_init(|| by_type(self.graph, self.ids()))
    }

    fn closure(&self) -> &ByType<'a> {
        self.closure.get_or_init(|| by_type(self.graph, &self.graph.closure(self.ids(), Order::Preorder)))
    }
}

fn by_type<'a>(graph: &'a BuildGraph, ids: &[TargetId]) -> ByType<'a> {
    let mut targets: ByType<'a> = BTreeMap::new();
    for &id in ids {
        let target = graph.target(id);
        targets.entry(&target.type_name).or_default().push(target);
    }
    targets
}
