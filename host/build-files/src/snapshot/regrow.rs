//! Families again where they are affected, and the graph where that makes a difference.

use crate::family::{Family, World};
use crate::load::Loaded;
use crate::source_roots::DeclaredRoot;
use crate::tree::{Relisted, TreeChanges};
use pants_model::{Address, BuildGraph};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Loads the affected directories again and gives the graph that follows.
pub(super) fn mend(
    old: &World,
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
    let mut differs = false;
    let mut are_roots_other = before.have_other_markers(new, &changes.relisted);
    for dir in affected {
        if let Some(family) = before.family(dir) {
            after.adopt(dir, family);
        }
        let (was, is) = (before.family(dir).map(|family| &**family), after.family(dir).map(|family| &**family));
        differs |= has_other_targets(was, is);
        are_roots_other |= before.has_roots(dir) && source_roots(was) != source_roots(is);
        are_roots_other |= after.read_for_roots_again(new, before, dir);
    }
    let gone = changes.relisted.iter().filter(|relisted| relisted.new.is_none());
    after.drop_gone(gone.map(|Relisted { old, .. }| &*old.dir));
    differs |= before.injections(old) != after.injections(new);
    if are_roots_other {
        after.forget_roots();
    }
    if !(differs || are_roots_other || after.can_mend_links(new, graph)) {
        return graph.clone();
    }
    let asked: Vec<Address> =
        graph.targets().filter(|target| !target.is_synthetic).map(|target| target.address.clone()).collect();
    after.forget_links();
    let reached = after.reach(new, |_| false, &asked);
    let mut graph = BuildGraph::new();
    after.link(&mut graph, reached);
    Arc::new(graph)
}

fn has_other_targets(was: Option<&Family>, is: Option<&Family>) -> bool {
    let targets = |family: Option<&Family>| family.map_or(0, |family| family.targets.len());
    let mut of_was = was.into_iter().flat_map(|family| &family.targets);
    targets(was) != targets(is)
        || of_was.any(|target| {
            let same = is.and_then(|is| is.get(target.address.name()));
            !same.is_some_and(|same| Arc::ptr_eq(same, target))
        })
}

fn source_roots(family: Option<&Family>) -> &[DeclaredRoot] {
    family.map_or(&[], |family| &family.source_roots)
}
