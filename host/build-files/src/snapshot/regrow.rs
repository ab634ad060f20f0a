//! Families again where they are affected, and the graph where that makes a difference.
//!
//! Most changes are mended in a copy of the graph: targets that are others, those that came and went, and the edges of those
//! that name them. Where all targets may be affected, by what a type injects or by source roots, the graph is grown anew
//! from the families, of which nearly all are there.

use crate::family::{Family, World};
use crate::hashing::FastSet;
use crate::load::Loaded;
use crate::source_roots::DeclaredRoot;
use crate::tree::{Relisted, TreeChanges};
use pants_model::{Address, BuildGraph};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Loads the affected directories again and gives the graph that follows.
pub(super) fn mend(
    new: &World,
    before: &Loaded,
    after: &mut Loaded,
    graph: &Arc<BuildGraph>,
    affected: &BTreeSet<Arc<str>>,
    changes: &TreeChanges,
) -> Arc<BuildGraph> {
    after.forget(affected);
    let loaded_before = affected.iter().filter(|dir| before.directory(dir).is_some());
    after.load_directories(new, loaded_before.map(|dir| &**dir));
    let mut others = Others::default();
    let mut are_all_affected = before.have_other_markers(new, &changes.relisted);
    for dir in affected {
        if let Some(family) = before.family(dir) {
            after.adopt(dir, family);
        }
        let (was, is) = (before.family(dir).map(|family| &**family), after.family(dir).map(|family| &**family));
        others.compare(was, is);
        are_all_affected |= before.has_roots(dir) && source_roots(was) != source_roots(is);
        are_all_affected |= after.read_for_roots_again(new, before, dir);
    }
    let gone = changes.relisted.iter().filter(|relisted| relisted.new.is_none());
    after.drop_gone(gone.map(|Relisted { old, .. }| &*old.dir));
    if are_all_affected {
        after.forget_roots();
    }
    are_all_affected |= after.have_other_injections(new);
    let added = after.renew_whole(new, affected, &changes.relisted);
    if are_all_affected {
        return Arc::new(regrown(new, after, graph));
    }
    let are_links_other = after.can_mend_links(new, graph);
    if others.is_empty() && added.is_empty() && !are_links_other {
        return graph.clone();
    }
    let added = if after.is_whole_linked() { added } else { Vec::new() };
    let mut graph = (**graph).clone();
    after.mend_links(new, &mut graph, &others.addresses, &added);
    Arc::new(graph)
}

/// The graph again, from the families.
fn regrown(world: &World, loaded: &mut Loaded, before: &BuildGraph) -> BuildGraph {
    let asked = before.targets().filter(|target| !target.is_synthetic).map(|target| &target.address);
    let mut asked: Vec<Address> = asked.cloned().collect();
    if loaded.is_whole_linked() {
        asked.extend(loaded.below("").map(|below| below.addresses).unwrap_or_default());
    }
    loaded.forget_links();
    let reached = loaded.reach(world, |_| false, &asked);
    let mut graph = BuildGraph::new();
    loaded.link(&mut graph, reached);
    graph
}

/// The targets that are others than they were, or came, or went.
#[derive(Default)]
struct Others {
    addresses: FastSet<Address>,
}

impl Others {
    fn compare(&mut self, was: Option<&Family>, is: Option<&Family>) {
        let mut note = |one: Option<&Family>, other: Option<&Family>| {
            for target in one.into_iter().flat_map(|family| &family.targets) {
                let same = other.and_then(|other| other.get(target.address.name()));
                if !same.is_some_and(|same| Arc::ptr_eq(same, target)) {
                    self.addresses.insert(target.address.clone());
                }
            }
        };
        note(was, is);
        note(is, was);
    }

    fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }
}

fn source_roots(family: Option<&Family>) -> &[DeclaredRoot] {
    family.map_or(&[], |family| &family.source_roots)
}
