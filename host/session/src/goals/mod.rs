//! The goals that are always there: questions about the graph, and `clean-all`.
//!
//! They are struct tasks like any other: nothing here is known to the engine, and a plugin may replace each of them.

mod changed;
mod clean_all;
mod console;
mod dependees;
mod dependencies;
mod depmap;
mod filedeps;
mod help;
mod list;
mod output;
mod peek;
mod third_party;
mod values;

use crate::backends::SharedSymbols;
use pants_engine::{GoalSpec, PhaseSpec, Placement, PluginTag, RegisterError, Registry, TaskType};
use pants_model::Fingerprint;
use std::sync::Arc;

pub(crate) use changed::ChangedTargets;
pub(crate) use help::SharedScopes;

/// The goals that mean the whole repository when no spec is given.
pub(crate) const WHOLE_REPOSITORY_GOALS: [&str; 2] = ["list", "peek"];

/// The goals whose targets are those that changed.
pub(crate) const CHANGED_GOALS: [&str; 3] = ["changed", "compile-changed", "test-changed"];

/// Installs the built-in goals; first, so that plugins may place theirs before, after or instead of them.
pub(crate) fn install(
    registry: &mut Registry,
    symbols: &SharedSymbols,
    scopes: &SharedScopes,
) -> Result<(), RegisterError> {
    let third_party = || third_party::ThirdParty::new(symbols.clone());
    let goals: Vec<(&str, Arc<dyn TaskType>)> = vec![
        ("list", console::task_type(list::List)),
        ("peek", console::task_type(peek::Peek)),
        ("dependencies", console::task_type(dependencies::Dependencies(third_party()))),
        ("dependees", console::task_type(dependees::Dependees)),
        ("filedeps", console::task_type(filedeps::Filedeps)),
        ("depmap", console::task_type(depmap::Depmap(third_party()))),
        ("targets", console::task_type(help::Targets(symbols.clone()))),
        ("goals", console::task_type(help::Goals(scopes.clone()))),
        ("changed", console::task_type(changed::Changed)),
        ("compile-changed", changed::phase_on_changed("CompileChanged", "Compile the targets that changed.")),
        ("test-changed", changed::phase_on_changed("TestChanged", "Test the targets that changed.")),
        ("clean-all", Arc::new(clean_all::CleanAllType::new())),
    ];
    for (name, task) in goals {
        let description = task.spec().description.clone();
        registry.add_phase(PhaseSpec { name: name.to_owned(), description });
        let depends_on_phases = name.strip_suffix("-changed").map(str::to_owned).into_iter().collect();
        registry.install(GoalSpec {
            phase: name.to_owned(),
            name: name.to_owned(),
            task,
            placement: Placement::Last,
            group: None,
            depends_on_phases,
            plugin: PluginTag { name: String::new(), fingerprint: Fingerprint::of_bytes(b"built in") },
        })?;
    }
    Ok(())
}
