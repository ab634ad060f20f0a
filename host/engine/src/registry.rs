//! Which phases and goals there are, and the order of the goals inside a phase.
//!
//! Backends install goals in any order; a goal may name a neighbour that another backend installs later. So `install`
//! only takes down, and `finish` resolves the placements and asks every task, once, for its options and products.

mod error;
mod placement;

pub use error::RegisterError;

use crate::task::TaskType;
use crate::task_error::{TaskError, guarded};
use crate::task_spec::{GoalIdentity, PluginTag, scope_of};
use pants_model::{OptionSpec, ScopeSpec};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A phase: what a person names on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseSpec {
    /// Its name.
    pub name: String,
    /// One sentence for help.
    pub description: String,
}

/// A goal to be installed: a task at a place.
#[derive(Clone)]
pub struct GoalSpec {
    /// The phase it becomes part of.
    pub phase: String,
    /// Its name, unique in the phase.
    pub name: String,
    /// The task that does its work.
    pub task: Arc<dyn TaskType>,
    /// Where in the phase it stands.
    pub placement: Placement,
    /// The group whose members work on one target set together, chunk by chunk.
    pub group: Option<String>,
    /// Phases that are carried out before it.
    pub depends_on_phases: Vec<String>,
    /// Who installs it.
    pub plugin: PluginTag,
}

/// Where in its phase a goal stands. Explicit places are orders of execution, too; `Last` is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// After those that are installed before it.
    Last,
    /// Before all others; of two, the later installed stands first.
    First,
    /// Immediately before another goal of the phase.
    Before(String),
    /// After another goal of the phase, and after those that came to stand after it earlier.
    After(String),
    /// In the place of another goal of the phase, which is gone.
    Replace(String),
}

/// A goal that is installed for good.
#[derive(Clone)]
pub struct RegisteredGoal {
    /// What is data about it.
    pub identity: GoalIdentity,
    /// Its task.
    pub task: Arc<dyn TaskType>,
    /// Its group, if it is in one.
    pub group: Option<String>,
    /// Phases that are carried out before it.
    pub depends_on_phases: Vec<String>,
}

impl fmt::Debug for RegisteredGoal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { identity, task: _, group, depends_on_phases } = self;
        f.debug_struct("RegisteredGoal")
            .field("identity", identity)
            .field("group", group)
            .field("depends_on_phases", depends_on_phases)
            .finish_non_exhaustive()
    }
}

/// All phases and goals. A clone is a scratch copy: whoever installs many may throw it away.
#[derive(Clone, Default)]
pub struct Registry {
    phases: Vec<PhaseSpec>,
    installed: Vec<GoalSpec>,
    /// In install order; filled by `finish`.
    goals: Vec<RegisteredGoal>,
    options: Vec<Vec<OptionSpec>>,
    by_phase: BTreeMap<String, PhaseOrder>,
    /// The options of phases themselves, each with who registered it first.
    phase_options: BTreeMap<String, Vec<(OptionSpec, String)>>,
}

/// The goals of one phase.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhaseOrder {
    /// In the order of the phase.
    pub(crate) goals: Vec<usize>,
    /// Pairs that explicit placements put in order: the first is carried out before the second.
    pub(crate) ordered: Vec<(usize, usize)>,
}

impl Registry {
    /// No phase, no goal.
    pub fn new() -> Self {
        Self::default()
    }

    /// Describes a phase; the first description that is not empty stands.
    pub fn add_phase(&mut self, phase: PhaseSpec) {
        match self.phases.iter_mut().find(|known| known.name == phase.name) {
            Some(known) if known.description.is_empty() => known.description = phase.description,
            Some(_) => {}
            None => self.phases.push(phase),
        }
    }

    /// Gives a phase options of a plugin. One that the phase has already stays as it was registered first; the plugin must
    /// mean the same by it.
    pub fn add_phase_options(
        &mut self,
        phase: &str,
        options: Vec<OptionSpec>,
        plugin: &str,
    ) -> Result<(), RegisterError> {
        let have = self.phase_options.entry(phase.to_owned()).or_default();
        for option in options {
            let Some((known, first)) = have.iter().find(|(known, _)| known.name == option.name) else {
                have.push((option, plugin.to_owned()));
                continue;
            };
            if let Some(difference) = difference(known, &option) {
                return Err(RegisterError::PhaseOptionDiffers {
                    phase: phase.to_owned(),
                    option: option.name,
                    difference,
                    first: first.clone(),
                    second: plugin.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Installs a goal; its phase begins to exist if it does not yet.
    pub fn install(&mut self, goal: GoalSpec) -> Result<(), RegisterError> {
        let takes_name = |goal: &GoalSpec| goal.placement != Placement::Replace(goal.name.clone());
        let same = |other: &&GoalSpec| other.phase == goal.phase && other.name == goal.name && takes_name(other);
        if takes_name(&goal)
            && let Some(other) = self.installed.iter().find(same)
        {
            return Err(RegisterError::DuplicateGoal {
                phase: goal.phase,
                goal: goal.name,
                first: other.plugin.name.clone(),
                second: goal.plugin.name,
            });
        }
        self.add_phase(PhaseSpec { name: goal.phase.clone(), description: String::new() });
        self.installed.push(goal);
        Ok(())
    }

    /// Resolves the placements, and asks each task for its options and products. Nothing may be installed afterwards.
    pub fn finish(&mut self) -> Result<(), Vec<RegisterError>> {
        let mut errors = Vec::new();
        let mut orders = Vec::new();
        for phase in &self.phases {
            match placement::resolve(&phase.name, &self.installed) {
                Ok(order) => orders.push((phase.name.clone(), order)),
                Err(found) => errors.extend(found),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        // Install order for everything that is left; replaced goals are gone for good.
        let mut alive: Vec<usize> = orders.iter().flat_map(|(_, order)| order.goals.iter().copied()).collect();
        alive.sort_unstable();
        let position = |installed: usize| alive.binary_search(&installed).expect("placements name goals that are left");
        for (phase, order) in orders {
            let goals = order.goals.iter().map(|goal| position(*goal)).collect();
            let ordered = order.ordered.iter().map(|(before, after)| (position(*before), position(*after))).collect();
            self.by_phase.insert(phase, PhaseOrder { goals, ordered });
        }
        for index in alive {
            match register(&self.installed[index]) {
                Ok((goal, options)) => {
                    self.goals.push(goal);
                    self.options.push(options);
                }
                Err(error) => errors.push(error),
            }
        }
        self.installed.clear();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// All phases, in the order in which they were first named.
    pub fn phases(&self) -> &[PhaseSpec] {
        &self.phases
    }

    /// The goals of a phase in its order; none for an unknown phase.
    pub fn goals(&self, phase: &str) -> impl Iterator<Item = &RegisteredGoal> {
        self.by_phase.get(phase).into_iter().flat_map(|order| &order.goals).map(|index| &self.goals[*index])
    }

    /// One scope for each phase and each goal, with the options of the goal's task; and behind that of a goal one for each
    /// instance of a subsystem that its task has.
    pub fn scopes(&self) -> Vec<ScopeSpec> {
        let mut scopes = Vec::new();
        for PhaseSpec { name: phase, description } in &self.phases {
            let indices = self.by_phase.get(phase).map_or(&[][..], |order| &order.goals);
            let scope = |index: &usize| (&self.goals[*index].identity, &self.options[*index]);
            let own = indices.iter().map(scope).find(|(identity, _)| identity.scope == *phase);
            let of_phase = self.phase_options.get(phase).into_iter().flatten();
            let mut options: Vec<OptionSpec> = of_phase.map(|(option, _)| option.clone()).collect();
            options.extend(own.iter().flat_map(|(_, options)| options.iter().cloned()));
            scopes.push(ScopeSpec {
                name: phase.clone(),
                description: description.clone(),
                options,
                is_goal: true,
                backend: own.map(|(identity, _)| identity.plugin.name.clone()).unwrap_or_default(),
                ..ScopeSpec::default()
            });
            let inner = indices.iter().map(scope).filter(|(identity, _)| identity.scope != *phase);
            scopes.extend(inner.map(|(identity, options)| ScopeSpec {
                name: identity.scope.clone(),
                description: identity.spec.description.clone(),
                options: options.clone(),
                is_goal: true,
                backend: identity.plugin.name.clone(),
                ..ScopeSpec::default()
            }));
            scopes.extend(indices.iter().map(scope).flat_map(|(identity, _)| instances(identity)));
        }
        scopes
    }

    /// The index of a phase in the order of registration.
    pub(crate) fn phase_index(&self, phase: &str) -> Option<usize> {
        self.phases.iter().position(|known| known.name == phase)
    }

    pub(crate) fn order_of(&self, phase: &str) -> Option<&PhaseOrder> {
        self.by_phase.get(phase)
    }

    /// All goals in install order.
    pub(crate) fn all_goals(&self) -> &[RegisteredGoal] {
        &self.goals
    }
}

/// In what two declarations of one option mean different things; how they are worded is not asked.
fn difference(one: &OptionSpec, other: &OptionSpec) -> Option<&'static str> {
    [
        (one.kind == other.kind, "kind"),
        (one.default == other.default, "default"),
        (one.is_fingerprinted == other.is_fingerprinted, "part in fingerprints"),
        (one.is_recursive == other.is_recursive, "meaning for inner scopes"),
    ]
    .into_iter()
    .find_map(|(is_same, what)| (!is_same).then_some(what))
}

/// The scopes of a goal's own instances of subsystems.
fn instances(identity: &GoalIdentity) -> impl Iterator<Item = ScopeSpec> {
    identity.instances().zip(&identity.spec.subsystems).map(|(name, subsystem)| ScopeSpec {
        name,
        description: format!("`{subsystem}` for `{}` alone.", identity.scope),
        instance_of: Some(subsystem.clone()),
        backend: identity.plugin.name.clone(),
        ..ScopeSpec::default()
    })
}

/// Asks a task for everything that it says once.
fn register(goal: &GoalSpec) -> Result<(RegisteredGoal, Vec<OptionSpec>), RegisterError> {
    let GoalSpec { phase, name, task, placement: _, group, depends_on_phases, plugin } = goal;
    let spec = task.spec().clone();
    let failed = |hook: &'static str| {
        let (type_name, phase, goal, plugin) =
            (spec.type_name.clone(), phase.clone(), name.clone(), plugin.name.clone());
        move |source: TaskError| RegisterError::Task { hook, type_name, phase, goal, plugin, source: Box::new(source) }
    };
    let options = guarded(|| task.register_options()).map_err(failed("register_options"))?;
    let products = guarded(|| task.product_types()).map_err(failed("product_types"))?;
    let scope = scope_of(phase, name);
    let identity =
        GoalIdentity { phase: phase.clone(), goal: name.clone(), scope, spec, products, plugin: plugin.clone() };
    let goal = RegisteredGoal {
        identity,
        task: task.clone(),
        group: group.clone(),
        depends_on_phases: depends_on_phases.clone(),
    };
    Ok((goal, options))
}

#[cfg(test)]
mod tests;
