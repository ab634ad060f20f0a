//! The rounds: from the phases that were asked for to all that they need.

use super::order::{order_goals, restrict};
use super::prune::{Candidate, kept_goals};
use super::{PlanError, PlannedGoal, RoundPlan};
use crate::planning::{PlanRequest, Planning, Requirement, RoundManager};
use crate::registry::{RegisteredGoal, Registry};
use crate::suggest::{related, similar};
use crate::task_error::{TaskError, guarded};
use crate::workspace::Workspace;
use pants_model::Address;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Plans a run; see the module for how.
pub fn plan_rounds(
    registry: &Registry,
    request: &PlanRequest,
    workspace: &dyn Workspace,
) -> Result<RoundPlan, PlanError> {
    let mut rounds = Rounds::new(registry, request, workspace);
    let mut requested_phases = request.phases.clone();
    dedup(&mut requested_phases);
    for phase in &requested_phases {
        rounds.enter_requested(phase)?;
    }
    let mut count = 0;
    while let Some(new) = rounds.next_round() {
        count += 1;
        rounds.propose_roots(&new)?;
        rounds.prepare(&new)?;
        rounds.enter_producers(&new)?;
    }
    let Rounds { phases, needs, roots, .. } = rounds;

    let planned: Planned<'_> = Planned { registry, requested: &requested_phases, phases: &phases, needs: &needs };
    let order = order_goals(&planned)?;
    let candidates: Vec<Candidate<'_>> = order.goals.iter().map(|goal| planned.candidate(*goal)).collect();
    let is_kept = kept_goals(&candidates, &requested_phases, &roots, &workspace.graph());
    let scope = |goal: &usize| registry.all_goals()[*goal].identity.scope.clone();
    let pruned = order.goals.iter().zip(&is_kept).filter(|(_, is_kept)| !**is_kept).map(|(goal, _)| scope(goal));
    let pruned = pruned.collect();
    let (kept, units) = restrict(order, &is_kept);
    let goals = kept.iter().map(|goal| planned.goal_with_requests(*goal, &kept)).collect();
    Ok(RoundPlan { goals, units, roots, pruned, requested_phases, rounds: count })
}

/// What the rounds found; goals are indices of the registry, in install order.
pub(super) struct Planned<'a> {
    pub(super) registry: &'a Registry,
    pub(super) requested: &'a [String],
    /// The phases of the plan, in the order in which they came in.
    pub(super) phases: &'a [String],
    pub(super) needs: &'a BTreeMap<usize, Vec<Requirement>>,
}

impl Planned<'_> {
    pub(super) fn goal(&self, goal: usize) -> &RegisteredGoal {
        &self.registry.all_goals()[goal]
    }

    pub(super) fn needs(&self, goal: usize) -> &[Requirement] {
        &self.needs[&goal]
    }

    /// The goals of the plan, in install order.
    pub(super) fn goals(&self) -> impl Iterator<Item = usize> {
        self.needs.keys().copied()
    }

    fn candidate(&self, goal: usize) -> Candidate<'_> {
        let RegisteredGoal { identity, depends_on_phases, .. } = self.goal(goal);
        let wanted: BTreeSet<&str> = self.needs(goal).iter().map(|need| need.product.as_str()).collect();
        let declared_phases: BTreeSet<&str> = depends_on_phases.iter().map(String::as_str).collect();
        let needed_phases = self
            .goals()
            .map(|other| &self.goal(other).identity)
            .filter(|other| other.products.iter().any(|product| wanted.contains(product.name.as_str())))
            .map(|other| other.phase.as_str())
            .chain(declared_phases.iter().copied())
            .collect();
        let products = identity.products.iter().map(|product| product.name.as_str()).collect();
        Candidate { phase: &identity.phase, spec: &identity.spec, needed_phases, declared_phases, wanted, products }
    }

    fn goal_with_requests(&self, goal: usize, kept: &[usize]) -> PlannedGoal {
        let registered = self.goal(goal);
        let mut requests = Vec::new();
        for &consumer in kept {
            for Requirement { product, is_optional: _, request } in self.needs(consumer) {
                if let Some(document) = request
                    && registered.identity.product(product).is_some()
                {
                    requests.push((product.clone(), self.goal(consumer).identity.scope.clone(), document.clone()));
                }
            }
        }
        PlannedGoal { goal: registered.clone(), requests }
    }
}

/// The state of the rounds.
struct Rounds<'a> {
    registry: &'a Registry,
    request: &'a PlanRequest,
    workspace: &'a dyn Workspace,
    phases: Vec<String>,
    /// The goals that came in since the last round.
    new: BTreeSet<usize>,
    needs: BTreeMap<usize, Vec<Requirement>>,
    roots: Arc<[Address]>,
    /// Who proposed the roots, and what: sorted.
    proposal: Option<(String, Vec<Address>)>,
}

impl<'a> Rounds<'a> {
    fn new(registry: &'a Registry, request: &'a PlanRequest, workspace: &'a dyn Workspace) -> Self {
        let roots = match request.left_out.is_empty() {
            true => request.roots.clone(),
            false => request.roots.iter().filter(|root| !request.left_out.contains(root)).cloned().collect(),
        };
        Self {
            registry,
            request,
            workspace,
            phases: Vec::new(),
            new: BTreeSet::new(),
            needs: BTreeMap::new(),
            roots,
            proposal: None,
        }
    }

    fn goal(&self, goal: usize) -> &'a RegisteredGoal {
        &self.registry.all_goals()[goal]
    }

    /// The goals that are new, in install order; `None` when nothing is.
    fn next_round(&mut self) -> Option<Vec<usize>> {
        if self.new.is_empty() { None } else { Some(std::mem::take(&mut self.new).into_iter().collect()) }
    }

    fn enter_requested(&mut self, phase: &str) -> Result<(), PlanError> {
        if self.registry.phase_index(phase).is_none() {
            return Err(PlanError::UnknownPhase { phase: phase.to_owned(), suggestion: self.similar_phase(phase) });
        }
        self.enter(phase)
    }

    /// Takes a phase into the plan, and the phases that its goals declare.
    fn enter(&mut self, phase: &str) -> Result<(), PlanError> {
        let mut entering = vec![phase.to_owned()];
        while let Some(phase) = entering.pop() {
            if self.phases.contains(&phase) {
                continue;
            }
            let goals = self.registry.order_of(&phase).map_or(&[][..], |order| &order.goals);
            self.new.extend(goals);
            for &goal in goals.iter().rev() {
                let RegisteredGoal { identity, depends_on_phases, .. } = self.goal(goal);
                for declared in depends_on_phases.iter().rev() {
                    if self.registry.phase_index(declared).is_none() {
                        return Err(PlanError::UnknownDeclaredPhase {
                            scope: identity.scope.clone(),
                            plugin: identity.plugin.name.clone(),
                            phase: declared.clone(),
                            suggestion: self.similar_phase(declared),
                        });
                    }
                    entering.push(declared.clone());
                }
            }
            self.phases.push(phase);
        }
        Ok(())
    }

    fn similar_phase(&self, phase: &str) -> Option<String> {
        similar(phase, self.registry.phases().iter().map(|known| known.name.as_str()))
    }

    /// Asks every new task for other roots. All see the roots of the round's beginning.
    fn propose_roots(&mut self, new: &[usize]) -> Result<(), PlanError> {
        let mut roots = None;
        for &goal in new {
            let proposed =
                self.ask(goal, "alternate_target_roots", |task, planning| task.task.alternate_target_roots(planning))?;
            if let Some(mut proposed) = proposed {
                dedup(&mut proposed);
                proposed.retain(|root| !self.request.left_out.contains(root));
                self.accept(goal, &proposed)?;
                roots.get_or_insert(proposed);
            }
        }
        // Of equal proposals the first stands, in this round and over all.
        if let Some(roots) = roots
            && !same_targets(&roots, &self.roots)
        {
            self.roots = roots.into();
        }
        Ok(())
    }

    fn accept(&mut self, goal: usize, proposed: &[Address]) -> Result<(), PlanError> {
        let identity = &self.goal(goal).identity;
        let proposer = format!("{} ({})", identity.spec.type_name, identity.scope);
        match &self.proposal {
            Some((_, standing)) if same_targets(standing, proposed) => return Ok(()),
            Some((first, standing)) => {
                return Err(PlanError::ConflictingRoots {
                    first: first.clone(),
                    first_roots: standing.clone(),
                    second: proposer,
                    second_roots: proposed.to_vec(),
                });
            }
            None => {}
        }
        for address in proposed {
            self.load_root(&proposer, address)?;
        }
        self.proposal = Some((proposer, proposed.to_vec()));
        Ok(())
    }

    fn load_root(&self, proposer: &str, address: &Address) -> Result<(), PlanError> {
        let is_loaded = || {
            let loaded = self.workspace.loaded();
            self.workspace.graph().id(address).is_some_and(|id| loaded.contains(id))
        };
        if is_loaded() {
            return Ok(());
        }
        let source = self.workspace.resolve(&[address.to_string()]).err();
        if is_loaded() {
            return Ok(());
        }
        Err(PlanError::UnknownRoot { proposer: proposer.to_owned(), address: address.clone(), source })
    }

    /// Asks every new task for what it needs.
    fn prepare(&mut self, new: &[usize]) -> Result<(), PlanError> {
        for &goal in new {
            let requirements = self.ask(goal, "prepare", |task, planning| {
                let mut round = RoundManager::new();
                task.task.prepare(planning, &mut round)?;
                Ok(round.requirements)
            })?;
            self.needs.insert(goal, requirements);
        }
        Ok(())
    }

    fn ask<T>(
        &self,
        goal: usize,
        hook: &'static str,
        question: impl FnOnce(&RegisteredGoal, &Planning<'_>) -> Result<T, TaskError>,
    ) -> Result<T, PlanError> {
        let registered = self.goal(goal);
        let identity = &registered.identity;
        let passthrough = if identity.spec.takes_passthrough { &self.request.passthrough[..] } else { &[] };
        let planning = Planning {
            scope: &identity.scope,
            request: self.request,
            passthrough,
            roots: &self.roots,
            workspace: self.workspace,
        };
        guarded(|| question(registered, &planning)).map_err(|source| PlanError::Task {
            hook,
            type_name: identity.spec.type_name.clone(),
            phase: identity.phase.clone(),
            goal: identity.goal.clone(),
            source: Box::new(source),
        })
    }

    /// Takes the phases into the plan that produce what the new tasks need.
    fn enter_producers(&mut self, new: &[usize]) -> Result<(), PlanError> {
        for &goal in new {
            for Requirement { product, is_optional, request: _ } in self.needs[&goal].clone() {
                let is_producer =
                    |other: &usize| *other != goal && self.goal(*other).identity.product(&product).is_some();
                let producers: Vec<usize> = (0..self.registry.all_goals().len()).filter(is_producer).collect();
                if producers.is_empty() && !is_optional {
                    return Err(self.no_producer(goal, &product));
                }
                for producer in producers {
                    self.enter(&self.goal(producer).identity.phase)?;
                }
            }
        }
        Ok(())
    }

    fn no_producer(&self, goal: usize, product: &str) -> PlanError {
        let identity = &self.goal(goal).identity;
        let mut produced: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for other in self.registry.all_goals() {
            for declared in &other.identity.products {
                produced.entry(&declared.name).or_default().push(other.identity.scope.clone());
            }
        }
        let similar = related(product, produced.keys().copied().filter(|name| *name != product));
        PlanError::NoProducer {
            phase: identity.phase.clone(),
            goal: identity.goal.clone(),
            type_name: identity.spec.type_name.clone(),
            product: product.to_owned(),
            similar: similar.into_iter().map(|name| (name.clone(), produced[name.as_str()].clone())).collect(),
            is_own: identity.product(product).is_some(),
        }
    }
}

/// Removes later occurrences.
fn dedup<T: Ord + Clone>(items: &mut Vec<T>) {
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(item.clone()));
}

fn same_targets(left: &[Address], right: &[Address]) -> bool {
    left.iter().collect::<BTreeSet<_>>() == right.iter().collect::<BTreeSet<_>>()
}
