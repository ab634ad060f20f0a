//! What a run has loaded of a graph that outlives runs.
//!
//! The graph may hold more than this run asked for. Whether it does must not show: a target that nobody in this run asked
//! for, and nothing that was asked for depends on, is not there for its tasks, as it would not be in a fresh session.

use pants_engine::LoadedTargets;
use pants_model::{Address, BuildGraph, Order, TargetId};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a run has asked for. What that comes to is found out when somebody wants to know: most questions do not.
#[derive(Default)]
pub(crate) struct Loaded(Mutex<Asked>);

#[derive(Default)]
struct Asked {
    /// These and all they depend on.
    targets: Vec<Arc<[Address]>>,
    /// Whether all BUILD files were loaded.
    is_everything: bool,
    /// What it comes to, until more is asked for.
    known: Option<LoadedTargets>,
}

impl Loaded {
    /// Takes down that targets were loaded, and all they depend on.
    pub(crate) fn note(&self, targets: &Arc<[Address]>) {
        let mut asked = self.asked();
        asked.targets.push(targets.clone());
        asked.known = None;
    }

    /// Takes down that every BUILD file was loaded.
    pub(crate) fn note_everything(&self) {
        let mut asked = self.asked();
        asked.is_everything = true;
        asked.known = None;
    }

    /// The targets of the graph that the run has loaded. The graph holds all that it asked for.
    pub(crate) fn targets(&self, graph: &BuildGraph) -> LoadedTargets {
        let mut asked = self.asked();
        if let Some(known) = &asked.known {
            return known.clone();
        }
        let mut by_id = vec![false; graph.len()];
        let ids: Vec<TargetId> =
            asked.targets.iter().flat_map(|targets| targets.iter()).filter_map(|a| graph.id(a)).collect();
        graph.closure(&ids, Order::Preorder).into_iter().for_each(|id| by_id[id.index()] = true);
        if asked.is_everything {
            // A target that no BUILD file declares is there for those that depend on it, or for who asked for it.
            let is_there = |id: TargetId| !graph.target(id).is_synthetic || !graph.dependees(id).is_empty();
            graph.ids().filter(|id| is_there(*id)).for_each(|id| by_id[id.index()] = true);
        }
        asked.known.insert(LoadedTargets::new(by_id.into())).clone()
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        // What is in there is whole even if somebody panicked: it is only ever added to.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goals::graph_of;
    use pants_model::Target;

    fn check(graph: &BuildGraph, loaded: &Loaded, expect: &str) {
        let targets = loaded.targets(graph);
        let there = graph.ids().filter(|id| targets.contains(*id));
        let names: Vec<&str> = there.map(|id| graph.target(id).address.name()).collect();
        assert_eq!(names.join(" "), expect);
    }

    #[test]
    fn what_others_asked_for_is_not_there() {
        let mut graph = graph_of("a -> b\nc -> b\nd");
        let asked: Arc<[Address]> = [Address::new("", "a")].into();
        let loaded = Loaded::default();
        check(&graph, &loaded, "");
        loaded.note(&asked);
        check(&graph, &loaded, "a b");
        loaded.note(&[Address::new("", "d")].into());
        check(&graph, &loaded, "a b d");

        // What no BUILD file declares is there for who needs it.
        let mut target = Target::new(Address::new("", "default"), "target");
        target.is_synthetic = true;
        graph.insert(target.into()).expect("it is new");
        loaded.note_everything();
        check(&graph, &loaded, "a b c d");
        loaded.note(&[Address::new("", "default")].into());
        check(&graph, &loaded, "a b c d default");
    }
}
