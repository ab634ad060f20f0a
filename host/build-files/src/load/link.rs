//! Targets into the graph, with their edges, and what is known of edges that are wrong.

use super::Loaded;
use super::cycles::cycles;
use crate::family::World;
use crate::hashing::FastSet;
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
    /// For each type that injects dependencies, those that its targets got.
    pub injections: BTreeMap<Arc<str>, Vec<Option<Address>>>,
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

    /// Mends a graph in which these targets are others than they were, or came, or went; and adds new ones with what they
    /// reach.
    pub(crate) fn mend_links(
        &mut self,
        world: &World,
        graph: &mut BuildGraph,
        others: &FastSet<Address>,
        added: &[Address],
    ) {
        // A target that names one that is missing may find it now.
        let mut to_connect: BTreeSet<Address> = std::mem::take(&mut self.links.broken);
        let mut are_edges_other = !to_connect.is_empty();
        let mut replaced: FastSet<Address> = FastSet::default();
        for address in others {
            let Some(id) = graph.id(address) else { continue };
            if self.target_or_default(world, address).is_some() {
                replaced.insert(address.clone());
                continue;
            }
            let dependees = graph.dependees(id).iter().map(|id| graph.target(*id).address.clone());
            to_connect.extend(dependees);
            to_connect.remove(address);
            self.links.of_roots.remove(address);
            graph.remove(id);
            are_edges_other = true;
        }
        to_connect.retain(|address| graph.id(address).is_some());
        let named: Vec<Address> = to_connect
            .iter()
            .filter_map(|address| graph.get(address))
            .flat_map(|target| target.dependencies.clone())
            .collect();
        let is_known = |address: &Address| graph.id(address).is_some() && !replaced.contains(address);
        let reached = self.reach(world, is_known, replaced.iter().chain(added).chain(&named));
        for target in reached {
            let address = target.address.clone();
            let Some(id) = graph.id(&address) else {
                graph.insert(target).expect("its address is not there");
                to_connect.insert(address);
                continue;
            };
            if graph.target(id).dependencies != target.dependencies {
                to_connect.insert(address);
            }
            graph.replace(id, target);
        }
        are_edges_other |= !to_connect.is_empty();
        for address in &to_connect {
            let Some(id) = graph.id(address) else { continue };
            graph.remove_dependencies(id);
            self.connect(graph, id);
        }
        self.remove_needless_defaults(world, graph);
        if are_edges_other {
            let all: Vec<TargetId> = graph.ids().collect();
            self.links.cycles = addresses_of(graph, cycles(graph, &all)).collect();
        }
    }

    /// Takes default targets out that nobody depends on any more.
    fn remove_needless_defaults(&mut self, world: &World, graph: &mut BuildGraph) {
        loop {
            let is_needless = |id: &TargetId| graph.target(*id).is_synthetic && graph.dependees(*id).is_empty();
            let Some(id) = world.defaults.addresses().filter_map(|address| graph.id(address)).find(is_needless) else {
                return;
            };
            self.links.broken.remove(&graph.target(id).address);
            graph.remove(id);
        }
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
