//! The build graph: targets and the edges between them.

use crate::{Address, Target};
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The place of a target in its [`BuildGraph`]; stays valid when the graph grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TargetId(NodeIndex<u32>);

impl TargetId {
    /// A dense number from 0, in the order of insertion.
    pub fn index(self) -> usize {
        self.0.index()
    }
}

/// The order of a walk along dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// A target before its dependencies.
    Preorder,
    /// A target after its dependencies.
    Postorder,
}

/// Targets and their dependencies. Grows by appending; a run shares it behind an `Arc`.
///
/// Invariant: each address occurs once; edges of a target keep the order in which it names its dependencies.
#[derive(Clone, Debug, Default)]
pub struct BuildGraph {
    graph: DiGraph<Arc<Target>, u32, u32>,
    ids: HashMap<Address, TargetId>,
}

impl BuildGraph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many targets it holds.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether it holds no target.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a target without edges; the id of the one that has its address already is returned as an error.
    pub fn insert(&mut self, target: Arc<Target>) -> Result<TargetId, TargetId> {
        if let Some(id) = self.ids.get(&target.address) {
            return Err(*id);
        }
        let address = target.address.clone();
        let id = TargetId(self.graph.add_node(target));
        self.ids.insert(address, id);
        Ok(id)
    }

    /// Adds an edge; a second one between the same two targets is left out.
    pub fn add_dependency(&mut self, dependent: TargetId, dependency: TargetId) {
        if self.graph.find_edge(dependent.0, dependency.0).is_none() {
            let position = self.graph.edges(dependent.0).count() as u32;
            self.graph.add_edge(dependent.0, dependency.0, position);
        }
    }

    /// The id of an address.
    pub fn id(&self, address: &Address) -> Option<TargetId> {
        self.ids.get(address).copied()
    }

    /// The target with an id.
    pub fn target(&self, id: TargetId) -> &Arc<Target> {
        &self.graph[id.0]
    }

    /// The target with an address.
    pub fn get(&self, address: &Address) -> Option<&Arc<Target>> {
        self.id(address).map(|id| self.target(id))
    }

    /// All ids in the order of insertion.
    pub fn ids(&self) -> impl Iterator<Item = TargetId> + use<> {
        (0..self.graph.node_count()).map(|index| TargetId(NodeIndex::new(index)))
    }

    /// All targets in the order of insertion.
    pub fn targets(&self) -> impl Iterator<Item = &Arc<Target>> {
        self.graph.node_weights()
    }

    /// The direct dependencies, in the order the target names them.
    pub fn dependencies(&self, id: TargetId) -> Vec<TargetId> {
        let mut edges: Vec<_> = self.graph.edges(id.0).map(|edge| (*edge.weight(), TargetId(edge.target()))).collect();
        edges.sort_unstable();
        edges.into_iter().map(|(_, id)| id).collect()
    }

    /// The targets that directly depend on this one, in the order of insertion.
    pub fn dependees(&self, id: TargetId) -> Vec<TargetId> {
        let mut ids: Vec<_> = self.graph.neighbors_directed(id.0, Direction::Incoming).map(TargetId).collect();
        ids.sort_unstable();
        ids
    }

    /// The roots and all they depend on, each once.
    pub fn closure(&self, roots: &[TargetId], order: Order) -> Vec<TargetId> {
        walk(roots, order, |id| self.dependencies(id))
    }

    /// The roots and all that depend on them, each once, roots first.
    pub fn dependee_closure(&self, roots: &[TargetId]) -> Vec<TargetId> {
        walk(roots, Order::Preorder, |id| self.dependees(id))
    }

    /// A cycle that can be reached from the roots: the addresses around it, the first one again at the end.
    pub fn find_cycle(&self, roots: &[TargetId]) -> Option<Vec<Address>> {
        let mut done = HashSet::new();
        for &root in roots {
            let mut path: Vec<(TargetId, Vec<TargetId>)> = Vec::new();
            let mut on_path = HashSet::new();
            if done.contains(&root) {
                continue;
            }
            path.push((root, self.reversed_dependencies(root)));
            on_path.insert(root);
            while let Some((id, rest)) = path.last_mut() {
                let Some(next) = rest.pop() else {
                    done.insert(*id);
                    on_path.remove(id);
                    path.pop();
                    continue;
                };
                if on_path.contains(&next) {
                    let start = path.iter().position(|(id, _)| *id == next).expect("on_path holds what path holds");
                    let mut cycle: Vec<Address> =
                        path[start..].iter().map(|(id, _)| self.target(*id).address.clone()).collect();
                    cycle.push(self.target(next).address.clone());
                    return Some(cycle);
                }
                if !done.contains(&next) {
                    path.push((next, self.reversed_dependencies(next)));
                    on_path.insert(next);
                }
            }
        }
        None
    }

    fn reversed_dependencies(&self, id: TargetId) -> Vec<TargetId> {
        let mut dependencies = self.dependencies(id);
        dependencies.reverse();
        dependencies
    }
}

/// Depth-first walk, each node once; iterative, so that a deep graph needs no deep stack.
fn walk(roots: &[TargetId], order: Order, neighbours: impl Fn(TargetId) -> Vec<TargetId>) -> Vec<TargetId> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    let mut path: Vec<(TargetId, std::vec::IntoIter<TargetId>)> = Vec::new();
    for &root in roots {
        if !seen.insert(root) {
            continue;
        }
        if order == Order::Preorder {
            out.push(root);
        }
        path.push((root, neighbours(root).into_iter()));
        while let Some((id, rest)) = path.last_mut() {
            let id = *id;
            match rest.next() {
                Some(next) if seen.insert(next) => {
                    if order == Order::Preorder {
                        out.push(next);
                    }
                    path.push((next, neighbours(next).into_iter()));
                }
                Some(_) => {}
                None => {
                    if order == Order::Postorder {
                        out.push(id);
                    }
                    path.pop();
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a graph from `a -> b c` lines; returns it with the names of a result joined.
    fn graph(edges: &[(&str, &str)]) -> BuildGraph {
        let mut graph = BuildGraph::new();
        for (from, to) in edges {
            let mut ids = [from, to].map(|name| {
                let target = Arc::new(Target::new(Address::new(*name, *name), "target"));
                graph.insert(target).unwrap_or_else(|id| id)
            });
            ids.reverse();
            graph.add_dependency(ids[1], ids[0]);
        }
        graph
    }

    fn names(graph: &BuildGraph, ids: &[TargetId]) -> String {
        ids.iter().map(|id| graph.target(*id).address.name()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn closures_keep_the_declared_order() {
        let graph = graph(&[("a", "c"), ("a", "b"), ("b", "d"), ("c", "d")]);
        let a = graph.id(&Address::new("a", "a")).unwrap();
        let d = graph.id(&Address::new("d", "d")).unwrap();
        assert_eq!(names(&graph, &graph.closure(&[a], Order::Preorder)), "a c d b");
        assert_eq!(names(&graph, &graph.closure(&[a], Order::Postorder)), "d c b a");
        assert_eq!(names(&graph, &graph.dependee_closure(&[d])), "d c a b");
        assert_eq!(graph.find_cycle(&[a]), None);
    }

    #[test]
    fn a_cycle_is_named_whole() {
        let graph = graph(&[("a", "b"), ("b", "c"), ("c", "b")]);
        let a = graph.id(&Address::new("a", "a")).unwrap();
        let cycle: Vec<String> = graph.find_cycle(&[a]).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(cycle, ["b:b", "c:c", "b:b"]);
    }
}
