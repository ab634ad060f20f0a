//! The goals that are always there: questions about the graph, and `clean-all`.
//!
//! They are struct tasks like any other: nothing here is known to the engine, and a plugin may replace each of them.

mod output;

mod asked;
mod console;
mod contributions;
mod path_order;
mod patterns;
mod third_party;
mod values;
mod ways;

mod changed;
mod clean_all;
mod cloc;
mod dependees;
mod dependencies;
mod depmap;
mod export;
mod filedeps;
mod filemap;
mod filter;
#[expect(clippy::module_inception, reason = "there is a goal of this name")]
mod goals;
mod list;
mod list_owners;
mod minimize;
mod options;
mod paths;
mod peek;
mod roots;
mod sort;
mod targets;

use crate::backends::SharedSymbols;
use pants_engine::{GoalSpec, PhaseSpec, Placement, PluginTag, RegisterError, Registry, TaskType};
use pants_model::Fingerprint;
use std::sync::Arc;

#[cfg(test)]
pub(crate) use asked::graph as graph_of;
pub(crate) use changed::ChangedTargets;
pub(crate) use goals::SharedScopes;
pub(crate) use values::Json;

/// The goals that mean the whole repository when no spec is given.
pub(crate) const WHOLE_REPOSITORY_GOALS: [&str; 4] = ["list", "peek", "filemap", "roots"];

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
        ("depmap", console::task_type(depmap::Depmap(third_party()))),
        ("path", console::task_type(paths::Path)),
        ("paths", console::task_type(paths::Paths)),
        ("filter", console::task_type(filter::Filter(symbols.clone()))),
        ("sort", console::task_type(sort::Sort)),
        ("minimize", console::task_type(minimize::Minimize)),
        ("filedeps", console::task_type(filedeps::Filedeps(symbols.clone()))),
        ("filemap", console::task_type(filemap::Filemap)),
        ("list-owners", console::task_type(list_owners::ListOwners)),
        ("roots", console::task_type(roots::Roots)),
        ("cloc", console::task_type(cloc::Cloc)),
        ("targets", console::task_type(targets::Targets(symbols.clone()))),
        ("goals", console::task_type(goals::Goals(scopes.clone()))),
        ("options", console::task_type(options::Options(scopes.clone()))),
        ("changed", console::task_type(changed::Changed)),
        ("compile-changed", changed::phase_on_changed("CompileChanged", "Compile the targets that changed.")),
        ("test-changed", changed::phase_on_changed("TestChanged", "Test the targets that changed.")),
        ("export", Arc::new(export::ExportType::new(symbols.clone()))),
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
