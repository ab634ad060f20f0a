//! What tasks do to the target graph during one run: synthetic targets over the loaded graph, which never changes.
//!
//! Two views of the same targets. Declared: what BUILD files say; queries use it. Build: whoever depends on a target
//! from which others were generated depends on those instead; compile closures use it. A synthetic target keeps the
//! dependencies of what it was generated from, moved in the same way. The overlay dies with the run.
//!
//! An edge that is moved keeps its meaning: its modifier is that of the edge to what the target was generated from, and
//! whoever follows edges looks it up by `derived_from`.
//!
//! A task sees the synthetic targets of the goals that come before its own in the plan, and nobody else's: what it sees
//! must not depend on who happens to be faster.

use crate::products::Place;
use crate::sync::{read, write};
use crate::workspace::{LoadedTargets, Workspace};
use pants_model::{Address, BuildGraph, Order, Target, TargetId};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, RwLock};

/// Which edges a question about dependencies follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphView {
    /// Edges moved to synthetic targets: what a build needs.
    Build,
    /// Edges as BUILD files declare them: what a query answers.
    Declared,
}

/// Why a target cannot be injected.
#[derive(Debug, thiserror::Error)]
pub enum InjectError {
    /// There is a target with this address.
    #[error("a target `{address}` exists already")]
    Exists {
        /// The address.
        address: Address,
    },
    /// What it names does not exist.
    #[error("synthetic target `{address}` {relation} `{missing}`, which does not exist")]
    Missing {
        /// The synthetic target.
        address: Address,
        /// `depends on` or `is derived from`.
        relation: &'static str,
        /// What does not exist.
        missing: Address,
    },
    /// It would depend on itself, because what it was generated from is among the dependencies of a dependency.
    #[error(
        "synthetic target `{address}` depends on `{through}`, which depends on `{derived_from}`, from which it is generated"
    )]
    Cycle {
        /// The synthetic target.
        address: Address,
        /// The dependency that leads back.
        through: Address,
        /// What it was generated from.
        derived_from: Address,
    },
}

/// The graph below the overlay, and what of it is there for this run.
#[derive(Clone)]
pub(crate) struct Base {
    graph: Arc<BuildGraph>,
    loaded: LoadedTargets,
}

impl Base {
    /// What a workspace has loaded so far.
    pub(crate) fn of(workspace: &dyn Workspace) -> Self {
        let loaded = workspace.loaded();
        Self { graph: workspace.graph(), loaded }
    }

    fn id(&self, address: &Address) -> Option<TargetId> {
        self.graph.id(address).filter(|id| self.loaded.contains(*id))
    }
}

/// The synthetic targets of a run.
#[derive(Default)]
pub(crate) struct RunGraph {
    overlay: RwLock<Arc<Overlay>>,
}

#[derive(Clone, Default)]
struct Overlay {
    synthetics: Vec<Synthetic>,
    by_address: HashMap<Address, usize>,
    /// What was generated from a target, in the order of the plan.
    derivatives: HashMap<Node, Vec<(Place, usize)>>,
}

#[derive(Clone)]
struct Synthetic {
    target: Arc<Target>,
    dependencies: Vec<Node>,
    derived_from: Node,
    goal: usize,
}

/// A target of either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Node {
    Loaded(TargetId),
    Synthetic(usize),
}

impl Node {
    fn loaded(self) -> Option<TargetId> {
        match self {
            Self::Loaded(id) => Some(id),
            Self::Synthetic(_) => None,
        }
    }
}

/// How a walk treats targets that were replaced by what was generated from them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edges {
    Declared,
    /// The build view.
    Moved,
    /// The build view, with the replaced targets still in it.
    MovedAndKept,
}

impl From<GraphView> for Edges {
    fn from(view: GraphView) -> Self {
        match view {
            GraphView::Build => Self::Moved,
            GraphView::Declared => Self::Declared,
        }
    }
}

impl RunGraph {
    /// What a task sees now: the loaded graph, and the synthetic targets of the goals that `is_visible` lets through.
    pub(crate) fn snapshot(&self, base: Base, visible: Arc<[bool]>) -> Snapshot {
        Snapshot { base, overlay: read(&self.overlay).clone(), visible }
    }

    /// Adds a synthetic target that was generated from another.
    pub(crate) fn inject(
        &self,
        base: &Base,
        visible: &Arc<[bool]>,
        place: Place,
        mut target: Target,
        derived_from: &Address,
    ) -> Result<(), InjectError> {
        let mut overlay = write(&self.overlay);
        let snapshot = Snapshot { base: base.clone(), overlay: overlay.clone(), visible: visible.clone() };
        let address = target.address.clone();
        if overlay.by_address.contains_key(&address) || base.id(&address).is_some() {
            return Err(InjectError::Exists { address });
        }
        let find = |relation, wanted: &Address| {
            let missing = || InjectError::Missing { address: address.clone(), relation, missing: wanted.clone() };
            snapshot.node(wanted).ok_or_else(missing)
        };
        let origin = find("is derived from", derived_from)?;
        let dependencies =
            target.dependencies.iter().map(|wanted| find("depends on", wanted)).collect::<Result<Vec<_>, _>>()?;
        if let Some(through) = snapshot.first_that_reaches(&dependencies, origin) {
            let through = snapshot.at(through).address.clone();
            return Err(InjectError::Cycle { address, through, derived_from: derived_from.clone() });
        }
        drop(snapshot);

        target.is_synthetic = true;
        target.derived_from = Some(derived_from.clone());
        let overlay = Arc::make_mut(&mut overlay);
        let index = overlay.synthetics.len();
        overlay.by_address.insert(address, index);
        let siblings = overlay.derivatives.entry(origin).or_default();
        let at = siblings.partition_point(|(sibling, _)| *sibling < place);
        siblings.insert(at, (place.clone(), index));
        let target = Arc::new(target);
        overlay.synthetics.push(Synthetic { target, dependencies, derived_from: origin, goal: place.goal });
        Ok(())
    }
}

/// The target graph as one task sees it at one moment.
pub(crate) struct Snapshot {
    base: Base,
    overlay: Arc<Overlay>,
    visible: Arc<[bool]>,
}

impl Snapshot {
    pub(crate) fn target(&self, address: &Address) -> Option<Arc<Target>> {
        self.node(address).map(|node| self.at(node).clone())
    }

    pub(crate) fn dependencies(&self, address: &Address, view: GraphView) -> Vec<Address> {
        let neighbours = self.node(address).map(|node| self.neighbours(node, view.into()));
        neighbours.into_iter().flatten().map(|node| self.at(node).address.clone()).collect()
    }

    /// The roots and all they depend on, dependencies first. In the build view a root brings what was generated from
    /// it, as it would to somebody who depends on it.
    pub(crate) fn closure(&self, roots: &[Address], view: GraphView) -> Vec<Arc<Target>> {
        let roots = self.roots(roots, view);
        self.walk(&roots, view.into()).into_iter().map(|node| self.at(node).clone()).collect()
    }

    /// What a task works on: the build view of the roots' closure, dependencies first, together with the targets that
    /// others were generated from (a second generator needs them), without those that depend on a failed one.
    pub(crate) fn targets(&self, roots: &[Address], failed: &HashSet<Address>) -> Vec<Arc<Target>> {
        let closure = self.walk(&self.roots(roots, GraphView::Build), Edges::MovedAndKept);
        if failed.is_empty() {
            return closure.into_iter().map(|node| self.at(node).clone()).collect();
        }
        let is_failed = |node: &Node| failed.contains(&self.at(*node).address);
        let mut blocked: HashSet<Node> = HashSet::new();
        for &node in &closure {
            let is_failed = is_failed(&node) || self.origins(node).iter().any(is_failed);
            if is_failed || self.neighbours(node, Edges::MovedAndKept).iter().any(|next| blocked.contains(next)) {
                blocked.insert(node);
            }
        }
        closure.into_iter().filter(|node| !blocked.contains(node)).map(|node| self.at(node).clone()).collect()
    }

    /// The loaded targets that depend on these as BUILD files declare it: the nearest first, those as near by address.
    pub(crate) fn dependees(&self, addresses: &[Address], transitive: bool) -> Vec<Address> {
        let Base { graph, loaded } = &self.base;
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        let mut next: Vec<TargetId> = addresses.iter().filter_map(|address| self.base.id(address)).collect();
        while !next.is_empty() {
            let level = next.iter().flat_map(|id| graph.dependees(*id)).copied();
            let level = graph.sorted(level.filter(|id| loaded.contains(*id) && seen.insert(*id)).collect());
            found.extend(level.iter().map(|id| graph.target(*id).address.clone()));
            next = if transitive { level } else { Vec::new() };
        }
        found
    }

    fn roots(&self, addresses: &[Address], view: GraphView) -> Vec<Node> {
        let nodes: Vec<Node> = addresses.iter().filter_map(|root| self.node(root)).collect();
        match view {
            GraphView::Declared => nodes,
            GraphView::Build => self.with_derivatives(&nodes, Edges::MovedAndKept),
        }
    }

    fn node(&self, address: &Address) -> Option<Node> {
        if let Some(id) = self.base.id(address) {
            return Some(Node::Loaded(id));
        }
        let index = *self.overlay.by_address.get(address)?;
        self.is_visible(index).then_some(Node::Synthetic(index))
    }

    fn at(&self, node: Node) -> &Arc<Target> {
        match node {
            Node::Loaded(id) => self.base.graph.target(id),
            Node::Synthetic(index) => &self.overlay.synthetics[index].target,
        }
    }

    fn is_visible(&self, synthetic: usize) -> bool {
        self.visible[self.overlay.synthetics[synthetic].goal]
    }

    fn derivatives(&self, node: Node) -> Vec<Node> {
        let derivatives = self.overlay.derivatives.get(&node).into_iter().flatten();
        derivatives.filter(|(_, index)| self.is_visible(*index)).map(|(_, index)| Node::Synthetic(*index)).collect()
    }

    /// What a target was generated from, and what that was generated from, and so on.
    fn origins(&self, mut node: Node) -> Vec<Node> {
        let mut origins = Vec::new();
        while let Node::Synthetic(index) = node {
            node = self.overlay.synthetics[index].derived_from;
            origins.push(node);
        }
        origins
    }

    fn neighbours(&self, node: Node, edges: Edges) -> Vec<Node> {
        let own = match node {
            Node::Loaded(id) => self.base.graph.dependencies(id).iter().copied().map(Node::Loaded).collect(),
            Node::Synthetic(index) if edges == Edges::Declared => self.overlay.synthetics[index].dependencies.clone(),
            Node::Synthetic(_) => self.inherited_dependencies(node),
        };
        let mut moved = self.with_derivatives(&own, edges);
        moved.retain(|next| *next != node);
        moved
    }

    /// What a synthetic target names itself, then what its origins depend on; never an origin.
    fn inherited_dependencies(&self, node: Node) -> Vec<Node> {
        let origins = self.origins(node);
        let mut dependencies = Vec::new();
        for source in std::iter::once(node).chain(origins.iter().copied()) {
            match source {
                Node::Loaded(id) => {
                    dependencies.extend(self.base.graph.dependencies(id).iter().copied().map(Node::Loaded));
                }
                Node::Synthetic(index) => dependencies.extend(&self.overlay.synthetics[index].dependencies),
            }
        }
        dependencies.retain(|next| !origins.contains(next));
        dependencies
    }

    /// Nodes with what was generated from them beside or instead of them, each once.
    fn with_derivatives(&self, nodes: &[Node], edges: Edges) -> Vec<Node> {
        if edges == Edges::Declared || self.overlay.synthetics.is_empty() {
            return nodes.to_vec();
        }
        let mut moved = Vec::with_capacity(nodes.len());
        let mut seen = HashSet::new();
        let mut rest: Vec<Node> = nodes.iter().rev().copied().collect();
        while let Some(node) = rest.pop() {
            let derivatives = self.derivatives(node);
            let is_kept = derivatives.is_empty() || edges == Edges::MovedAndKept;
            if is_kept && seen.insert(node) {
                moved.push(node);
            }
            rest.extend(derivatives.into_iter().rev());
        }
        moved
    }

    fn walk(&self, roots: &[Node], edges: Edges) -> Vec<Node> {
        if self.overlay.synthetics.is_empty() {
            let ids: Vec<TargetId> = roots.iter().filter_map(|node| node.loaded()).collect();
            return self.base.graph.closure(&ids, Order::Postorder).into_iter().map(Node::Loaded).collect();
        }
        postorder(roots, |node| self.neighbours(node, edges))
    }

    /// The first of some nodes whose dependencies lead to another node; the node itself does not count.
    fn first_that_reaches(&self, nodes: &[Node], goal: Node) -> Option<Node> {
        let others = nodes.iter().filter(|node| **node != goal);
        others.copied().find(|node| self.walk(&[*node], Edges::MovedAndKept).contains(&goal))
    }
}

/// Depth-first, each node once, neighbours before the node; iterative, so that a deep graph needs no deep stack.
fn postorder(roots: &[Node], neighbours: impl Fn(Node) -> Vec<Node>) -> Vec<Node> {
    let mut seen = HashSet::new();
    let mut order = Vec::new();
    let mut path: Vec<(Node, std::vec::IntoIter<Node>)> = Vec::new();
    for &root in roots {
        if seen.insert(root) {
            path.push((root, neighbours(root).into_iter()));
        }
        while let Some((node, rest)) = path.last_mut() {
            let node = *node;
            match rest.next() {
                Some(next) if seen.insert(next) => path.push((next, neighbours(next).into_iter())),
                Some(_) => {}
                None => {
                    order.push(node);
                    path.pop();
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests;
