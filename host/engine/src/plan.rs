//! The plan: which goals a run carries out, on which target roots, and in what order.
//!
//! The plan grows in rounds. In each, the tasks that are new are asked for other target roots, then for the products they
//! need; the phases that produce those come in the next round, until nothing is new. Then the goals are ordered by what
//! they need, and those that have nothing to do on these roots are left out. Only the class side of tasks is called:
//! nothing is constructed, locked or run.

mod error;
mod order;
mod prune;
mod rounds;

pub use error::{CycleStep, PlanError, WaitReason};
pub use rounds::plan_rounds;

use crate::registry::RegisteredGoal;
use crate::task_spec::GoalIdentity;
use pants_model::Address;
use std::sync::Arc;

/// A goal of the plan.
#[derive(Clone, Debug)]
pub struct PlannedGoal {
    /// The goal.
    pub goal: RegisteredGoal,
    /// What other goals of the plan asked of the products it puts: product, scope of the consumer, document.
    pub(crate) requests: Vec<(String, String, Vec<u8>)>,
}

impl PlannedGoal {
    /// What is data about it.
    pub fn identity(&self) -> &GoalIdentity {
        &self.goal.identity
    }

    /// The scope of its options: what it is called in messages.
    pub fn scope(&self) -> &str {
        &self.goal.identity.scope
    }
}

/// Goals that are carried out as one: a single goal, or all members of a group.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// Indices of goals of the plan; the members of a group in the order of their phase.
    pub(crate) goals: Vec<usize>,
    pub(crate) is_group: bool,
    /// The units that are carried out before, by index; always smaller ones.
    pub(crate) after: Vec<usize>,
}

/// Which goals a run carries out, on which target roots, and in what order.
#[derive(Clone, Debug)]
pub struct RoundPlan {
    /// In order: each goal after everything that it waits for.
    pub(crate) goals: Vec<PlannedGoal>,
    pub(crate) units: Vec<Unit>,
    pub(crate) roots: Arc<[Address]>,
    pub(crate) pruned: Vec<String>,
    pub(crate) requested_phases: Vec<String>,
    pub(crate) rounds: usize,
}

impl RoundPlan {
    /// The goals in order: each after everything that it waits for.
    pub fn goals(&self) -> &[PlannedGoal] {
        &self.goals
    }

    /// The phases, each once, in the order of their first goals.
    pub fn phase_order(&self) -> Vec<&str> {
        let mut phases: Vec<&str> = Vec::new();
        for goal in &self.goals {
            let phase = goal.identity().phase.as_str();
            if !phases.contains(&phase) {
                phases.push(phase);
            }
        }
        phases
    }

    /// The target roots: those of the request, or what a task proposed.
    pub fn roots(&self) -> &[Address] {
        &self.roots
    }

    /// The scopes of the goals that were left out because nothing here concerns them, in the order of the plan.
    pub fn pruned(&self) -> &[String] {
        &self.pruned
    }

    /// The phases that were asked for, as typed.
    pub fn requested_phases(&self) -> &[String] {
        &self.requested_phases
    }

    /// The phases that were asked for and have nothing to do on these roots.
    pub fn idle_phases(&self) -> Vec<&str> {
        let busy = self.phase_order();
        self.requested_phases.iter().map(String::as_str).filter(|phase| !busy.contains(phase)).collect()
    }

    /// How many rounds it took.
    pub fn rounds(&self) -> usize {
        self.rounds
    }

    /// The scopes of the goals that a goal waits for directly.
    pub fn predecessors(&self, scope: &str) -> Vec<&str> {
        let is_of = |unit: &&Unit| unit.goals.iter().any(|goal| self.goals[*goal].scope() == scope);
        let units = self.units.iter().find(is_of).map(|unit| unit.after.as_slice()).unwrap_or_default();
        units.iter().flat_map(|unit| &self.units[*unit].goals).map(|goal| self.goals[*goal].scope()).collect()
    }
}

#[cfg(test)]
mod tests;
