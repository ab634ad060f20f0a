//! The build graph: targets and the edges between them.

use crate::{Address, Target};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The place of a target in its [`BuildGraph`]; stays valid when the graph grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TargetId(u32);

impl TargetId {
    /// A dense number from 0, in the order of insertion.
    pub fn index(self) -> usize {
        self.0 as usize
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
    nodes: Vec<Node>,
    /// From here on nodes are in the order of their addresses.
    sorted_from: usize,
    ids: HashMap<Address, TargetId, foldhash::fast::RandomState>,
    /// For each target, how many stand before it by address; once somebody asked.
    ranks: OnceLock<Arc<[u32]>>,
}

/// Of so many targets, one at least must be among those to sort, or ranking all of them costs more than it spares.
const WORTH_RANKING: usize = 16;

#[derive(Clone, Debug)]
struct Node {
    target: Arc<Target>,
    /// In the order in which the target names them.
    dependencies: Vec<TargetId>,
    /// In the order of their addresses, whatever came first; that most are added in it keeps adding cheap.
    dependees: Vec<TargetId>,
}

impl BuildGraph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many targets it holds.
    pub fn len(&self) -> usize {
        self.nodes.len()
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
        let id = TargetId(u32::try_from(self.nodes.len()).expect("a target takes more memory than its number"));
        if self.nodes.last().is_some_and(|last| last.target.address > target.address) {
            self.sorted_from = id.index();
        }
        self.ids.insert(target.address.clone(), id);
        self.ranks.take();
        self.nodes.push(Node { target, dependencies: Vec::new(), dependees: Vec::new() });
        Ok(id)
    }

    /// Adds an edge; a second one between the same two targets is left out.
    pub fn add_dependency(&mut self, dependent: TargetId, dependency: TargetId) {
        let place = self.dependees(dependency).binary_search_by(|other| self.order(*other, dependent));
        if let Err(place) = place {
            self.nodes[dependency.index()].dependees.insert(place, dependent);
            self.nodes[dependent.index()].dependencies.push(dependency);
        }
    }

    /// Puts another target in the place of the one with its address; the edges stay.
    ///
    /// # Panics
    ///
    /// When the address is another one.
    pub fn replace(&mut self, id: TargetId, target: Arc<Target>) {
        let node = &mut self.nodes[id.index()];
        assert_eq!(node.target.address, target.address, "a target keeps its address");
        node.target = target;
    }

    /// Takes the edges from a target to its dependencies out.
    pub fn remove_dependencies(&mut self, id: TargetId) {
        for dependency in std::mem::take(&mut self.nodes[id.index()].dependencies) {
            self.nodes[dependency.index()].dependees.retain(|dependee| *dependee != id);
        }
    }

    /// Takes a target out, with the edges from and to it. The last target takes its id.
    pub fn remove(&mut self, id: TargetId) {
        self.remove_dependencies(id);
        for dependee in std::mem::take(&mut self.nodes[id.index()].dependees) {
            self.nodes[dependee.index()].dependencies.retain(|dependency| *dependency != id);
        }
        let removed = self.nodes.swap_remove(id.index());
        self.ids.remove(&removed.target.address);
        self.ranks.take();
        let last = TargetId(u32::try_from(self.nodes.len()).expect("there were as many ids"));
        if last != id {
            self.renumber(last, id);
            self.sorted_from = self.sorted_from.max(id.index() + 1);
        }
        self.sorted_from = self.sorted_from.min(self.nodes.len());
    }

    /// Names a target that has another place now by its new id.
    fn renumber(&mut self, old: TargetId, new: TargetId) {
        let rename = |ids: &mut [TargetId]| ids.iter_mut().filter(|id| **id == old).for_each(|id| *id = new);
        let node = &mut self.nodes[new.index()];
        self.ids.insert(node.target.address.clone(), new);
        rename(&mut node.dependencies);
        rename(&mut node.dependees);
        let Node { dependencies, dependees, .. } = node.clone();
        dependencies.iter().for_each(|id| rename(&mut self.nodes[id.index()].dependees));
        dependees.iter().for_each(|id| rename(&mut self.nodes[id.index()].dependencies));
    }

    /// The order of two targets by address. Of most, their places tell it.
    fn order(&self, one: TargetId, other: TargetId) -> Ordering {
        match one.index().min(other.index()) >= self.sorted_from {
            true => one.cmp(&other),
            false => self.target(one).address.cmp(&self.target(other).address),
        }
    }

    /// The id of an address.
    pub fn id(&self, address: &Address) -> Option<TargetId> {
        self.ids.get(address).copied()
    }

    /// The target with an id.
    pub fn target(&self, id: TargetId) -> &Arc<Target> {
        &self.nodes[id.index()].target
    }

    /// The target with an address.
    pub fn get(&self, address: &Address) -> Option<&Arc<Target>> {
        self.id(address).map(|id| self.target(id))
    }

    /// All ids in the order of insertion.
    pub fn ids(&self) -> impl Iterator<Item = TargetId> + use<> {
        (0..self.nodes.len() as u32).map(TargetId)
    }

    /// All targets in the order of insertion.
    pub fn targets(&self) -> impl Iterator<Item = &Arc<Target>> {
        self.nodes.iter().map(|node| &node.target)
    }

    /// These by address, whatever was inserted first. A graph that is asked again and again compares no text for it.
    pub fn sorted(&self, mut ids: Vec<TargetId>) -> Vec<TargetId> {
        if ids.len() >= self.len() / WORTH_RANKING {
            let ranks = self.ranks.get_or_init(|| self.ranked());
            ids.sort_unstable_by_key(|id| ranks[id.index()]);
        } else {
            ids.sort_unstable_by(|a, b| self.target(*a).address.cmp(&self.target(*b).address));
        }
        ids
    }

    fn ranked(&self) -> Arc<[u32]> {
        let mut order: Vec<TargetId> = self.ids().collect();
        // Most were inserted in this order.
        order.sort_by(|a, b| self.target(*a).address.cmp(&self.target(*b).address));
        let mut ranks = vec![0; order.len()];
        for (rank, id) in (0..).zip(order) {
            ranks[id.index()] = rank;
        }
        ranks.into()
    }

    /// The direct dependencies, in the order the target names them.
    pub fn dependencies(&self, id: TargetId) -> &[TargetId] {
        &self.nodes[id.index()].dependencies
    }

    /// The targets that directly depend on this one, in the order of their addresses.
    pub fn dependees(&self, id: TargetId) -> &[TargetId] {
        &self.nodes[id.index()].dependees
    }

    /// The roots and all they depend on, each once.
    pub fn closure(&self, roots: &[TargetId], order: Order) -> Vec<TargetId> {
        walk(self.len(), roots, order, |id| self.dependencies(id))
    }

    /// The roots and all that depend on them, each once, roots first.
    pub fn dependee_closure(&self, roots: &[TargetId]) -> Vec<TargetId> {
        walk(self.len(), roots, Order::Preorder, |id| self.dependees(id))
    }
}

/// Depth-first walk, each node once; iterative, so that a deep graph needs no deep stack.
fn walk<'g>(
    count: usize,
    roots: &[TargetId],
    order: Order,
    neighbours: impl Fn(TargetId) -> &'g [TargetId],
) -> Vec<TargetId> {
    let mut seen = vec![false; count];
    let mut is_new = |id: TargetId| !std::mem::replace(&mut seen[id.index()], true);
    let mut out = Vec::new();
    let mut path: Vec<(TargetId, std::slice::Iter<'g, TargetId>)> = Vec::new();
    for &root in roots {
        if !is_new(root) {
            continue;
        }
        if order == Order::Preorder {
            out.push(root);
        }
        path.push((root, neighbours(root).iter()));
        while let Some((id, rest)) = path.last_mut() {
            let id = *id;
            match rest.next() {
                Some(&next) if is_new(next) => {
                    if order == Order::Preorder {
                        out.push(next);
                    }
                    path.push((next, neighbours(next).iter()));
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
        assert_eq!(names(&graph, &graph.dependee_closure(&[d])), "d b a c");
    }

    #[test]
    fn what_is_taken_out_leaves_no_edge() {
        let mut graph = graph(&[("a", "c"), ("b", "c"), ("e", "b"), ("e", "c"), ("f", "f"), ("f", "b")]);
        let id = |graph: &BuildGraph, name: &str| graph.id(&Address::new(name, name)).unwrap();
        graph.remove(id(&graph, "a"));
        assert_eq!(names(&graph, graph.dependees(id(&graph, "c"))), "b e");
        assert_eq!(names(&graph, graph.dependencies(id(&graph, "f"))), "f b");
        graph.remove(id(&graph, "c"));
        assert_eq!(names(&graph, graph.dependencies(id(&graph, "e"))), "b");
        assert_eq!(names(&graph, graph.dependees(id(&graph, "b"))), "e f");
        let a = graph.insert(Arc::new(Target::new(Address::new("a", "a"), "target"))).unwrap();
        graph.add_dependency(a, id(&graph, "b"));
        assert_eq!(names(&graph, graph.dependees(id(&graph, "b"))), "a e f");
        graph.remove_dependencies(id(&graph, "e"));
        assert_eq!(names(&graph, graph.dependees(id(&graph, "b"))), "a f");
        assert_eq!((graph.len(), graph.get(&Address::new("a", "c"))), (4, None));
    }

    #[test]
    fn targets_are_sorted_by_address_and_those_inserted_later_too() {
        let mut graph = graph(&[("d", "b"), ("c", "a")]);
        let check = |graph: &BuildGraph, ids: Vec<TargetId>, expect: &str| {
            assert_eq!(names(graph, &graph.sorted(ids)), expect);
        };
        check(&graph, graph.ids().collect(), "a b c d");
        let copy = graph.clone();
        let last = graph.insert(Arc::new(Target::new(Address::new("aa", "aa"), "target"))).unwrap();
        check(&graph, graph.ids().collect(), "a aa b c d");
        check(&copy, copy.ids().collect(), "a b c d");
        // Few among many are compared one with the other.
        for number in 0..100 {
            graph.insert(Arc::new(Target::new(Address::new("z", number.to_string()), "target"))).unwrap();
        }
        let d = graph.id(&Address::new("d", "d")).unwrap();
        check(&graph, vec![d, last], "aa d");
    }

    #[test]
    fn an_edge_counts_once_and_dependees_come_in_the_order_of_their_addresses() {
        let graph = graph(&[("c", "z"), ("b", "c"), ("a", "z"), ("b", "z"), ("a", "z")]);
        let id = |name: &str| graph.id(&Address::new(name, name)).unwrap();
        assert_eq!(names(&graph, graph.dependencies(id("a"))), "z");
        assert_eq!(names(&graph, graph.dependees(id("z"))), "a b c");
    }
}
