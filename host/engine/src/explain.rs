//! What `--explain` prints: the plan, in the words that Pants v1 began with.

use crate::plan::RoundPlan;
use crate::task_spec::GoalIdentity;

impl RoundPlan {
    /// The phases in order, and for each its goals with their tasks; constructs nothing.
    pub fn explain(&self) -> String {
        let phases = self.phase_order();
        let mut text = format!("Phase Execution Order:\n\n{}\n\nPhase [Goal->Task] Order:\n\n", phases.join(" -> "));
        for phase in phases {
            let of_phase = self.goals().iter().filter(|goal| goal.identity().phase == phase);
            let goals: Vec<String> = of_phase
                .map(|planned| {
                    let GoalIdentity { goal, spec, .. } = planned.identity();
                    let group = planned.goal.group.as_ref().map(|group| format!("{group}:")).unwrap_or_default();
                    format!("{group}{goal}->{}", spec.type_name)
                })
                .collect();
            text.push_str(&format!("{phase} [{}]\n", goals.join(", ")));
        }
        text
    }
}
