//! The graph that a question is about, and the targets it starts from.

use pants_engine::Context;
use pants_model::{Address, BuildGraph, Target, TargetId};
use std::sync::Arc;

/// The loaded graph, as BUILD files declare it, with the roots in it.
pub(crate) struct Asked {
    pub(crate) graph: Arc<BuildGraph>,
    /// In the order of the specs that name them.
    pub(crate) roots: Vec<TargetId>,
}

impl Asked {
    /// What is loaded so far.
    pub(crate) fn of(context: &Context) -> Self {
        let graph = context.graph();
        let roots = context.root_addresses().iter().filter_map(|root| graph.id(root)).collect();
        Self { graph, roots }
    }

    pub(crate) fn target(&self, id: TargetId) -> &Target {
        self.graph.target(id)
    }

    pub(crate) fn address(&self, id: TargetId) -> &Address {
        &self.target(id).address
    }

    /// Targets by their addresses.
    pub(crate) fn sorted(&self, ids: Vec<TargetId>) -> Vec<TargetId> {
        self.graph.sorted(ids)
    }
}

/// A set of targets of one graph.
pub(crate) struct TargetSet(Vec<bool>);

impl TargetSet {
    /// The empty set.
    pub(crate) fn new(graph: &BuildGraph) -> Self {
        Self(vec![false; graph.len()])
    }

    /// The set of these.
    pub(crate) fn of(graph: &BuildGraph, ids: &[TargetId]) -> Self {
        let mut set = Self::new(graph);
        ids.iter().for_each(|id| {
            set.insert(*id);
        });
        set
    }

    pub(crate) fn contains(&self, id: TargetId) -> bool {
        self.0[id.index()]
    }

    /// Adds a target; says whether it is new.
    pub(crate) fn insert(&mut self, id: TargetId) -> bool {
        !std::mem::replace(&mut self.0[id.index()], true)
    }

    pub(crate) fn remove(&mut self, id: TargetId) {
        self.0[id.index()] = false;
    }
}

/// A graph of targets `//:a` from lines `a -> b c`.
#[cfg(test)]
pub(crate) fn graph(lines: &str) -> BuildGraph {
    let mut graph = BuildGraph::new();
    let id = |graph: &mut BuildGraph, name: &str| {
        let target = Target::new(Address::new("", name), "target");
        graph.insert(Arc::new(target)).unwrap_or_else(|there| there)
    };
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let (from, to) = line.split_once("->").unwrap_or((line, ""));
        let from = id(&mut graph, from.trim());
        for name in to.split_whitespace() {
            let to = id(&mut graph, name);
            graph.add_dependency(from, to);
        }
    }
    graph
}
