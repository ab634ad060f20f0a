//! Targets into the graph, with their edges, and what is known of edges that are wrong.

use super::Loaded;
use super::cycles::cycles;
use pants_model::{Address, BuildGraph, Diagnostic, Target, TargetId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known of the edges of a graph besides itself.
#[derive(Clone, Default)]
pub(super) struct Links {
    /// Targets that name dependencies which do not exist.
    pub broken: BTreeSet<Address>,
    /// Targets that depend on each other: for each set of them, one way around.
    pub cycles: Vec<Vec<Address>>,
    /// What is wrong with the source roots of targets.
    pub of_roots: BTreeMap<Address, Vec<Diagnostic>>,
}

impl Links {
    /// Whether there is nothing to tell.
    pub(super) fn are_clean(&self) -> bool {
        self.broken.is_empty() && self.cycles.is_empty() && self.of_roots.is_empty()
    }

    /// Keeps what is wrong with the source root of a target.
    pub(super) fn note_roots(&mut self, target: &Target, problems: Vec<Diagnostic>) {
        match problems.is_empty() {
            true if self.of_roots.is_empty() => {}
            true => _ = self.of_roots.remove(&target.address),
            false => _ = self.of_roots.insert(target.address.clone(), problems),
        }
    }
}

impl Loaded {
    /// Puts targets into the graph that were not in it, with their edges. No target that was there depends on them.
    pub(crate) fn link(&mut self, graph: &mut BuildGraph, mut targets: Vec<Arc<Target>>) {
        // Dependees are in the order of their addresses, and are added fastest in it.
        targets.sort_by(|a, b| a.address.cmp(&b.address));
        let ids: Vec<TargetId> =
            targets.into_iter().map(|target| graph.insert(target).unwrap_or_else(|there| there)).collect();
        ids.iter().for_each(|id| self.connect(graph, *id));
        self.links.cycles.extend(addresses_of(graph, cycles(graph, &ids)));
    }

    /// Adds the edges from a target to its dependencies.
    fn connect(&mut self, graph: &mut BuildGraph, id: TargetId) {
        let target = graph.target(id).clone();
        for dependency in &target.dependencies {
            match graph.id(dependency) {
                Some(dependency) => graph.add_dependency(id, dependency),
                None => _ = self.links.broken.insert(target.address.clone()),
            }
        }
    }
}

fn addresses_of(graph: &BuildGraph, cycles: Vec<Vec<TargetId>>) -> impl Iterator<Item = Vec<Address>> {
    cycles.into_iter().map(|cycle| cycle.into_iter().map(|id| graph.target(id).address.clone()).collect())
}
