//! Which targets can be built in a repository that is partly broken: those whose whole closure is there.
//!
//! A target is unsound when it names a dependency that no BUILD file declares (any more, or yet: its file may be broken),
//! when it depends on itself around a cycle, when there is a reason of its own, and when it depends on one that is
//! unsound.

use crate::problems::plural;
use pants_model::{Address, BuildGraph, Diagnostic, Order, TargetId};
use std::collections::{BTreeSet, HashMap};

/// The targets among the roots that cannot be built; `is_refused` has reasons of its own.
pub(crate) fn unsound_roots(
    graph: &BuildGraph,
    roots: &[Address],
    is_refused: impl Fn(TargetId) -> bool,
) -> BTreeSet<Address> {
    let ids: Vec<TargetId> = roots.iter().filter_map(|root| graph.id(root)).collect();
    let closure = graph.closure(&ids, Order::Postorder);
    let is_whole = |id: TargetId| graph.target(id).dependencies.iter().all(|address| graph.id(address).is_some());
    // A target is found sound when the last of its dependencies is; around a cycle, nobody is the first.
    let mut waits_for: HashMap<TargetId, usize> =
        closure.iter().map(|id| (*id, graph.dependencies(*id).len())).collect();
    let mut sound = BTreeSet::new();
    let mut ready: Vec<TargetId> = closure.iter().copied().filter(|id| waits_for[id] == 0).collect();
    while let Some(id) = ready.pop() {
        if !is_whole(id) || is_refused(id) {
            continue;
        }
        sound.insert(id);
        for dependee in graph.dependees(id) {
            if let Some(count) = waits_for.get_mut(dependee) {
                *count -= 1;
                if *count == 0 {
                    ready.push(*dependee);
                }
            }
        }
    }
    ids.into_iter().filter(|id| !sound.contains(id)).map(|id| graph.target(id).address.clone()).collect()
}

/// How many addresses a message names.
const NAMED: usize = 20;

/// Says which targets a run goes on without.
pub(crate) fn left_out(addresses: &BTreeSet<Address>) -> Diagnostic {
    let count = addresses.len();
    let mut message = format!(
        "{count} {} left out, because {} on cannot be built:",
        plural(count, "target is", "targets are"),
        plural(count, "it or what it depends", "they or what they depend"),
    );
    for address in addresses.iter().take(NAMED) {
        message.push_str(&format!("\n  {address}"));
    }
    if count > NAMED {
        message.push_str(&format!("\n  and {} more", count - NAMED));
    }
    Diagnostic::error_without_place(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pants_model::Target;
    use std::sync::Arc;

    /// The unsound roots of a graph of `name: dependencies` lines, all of which are roots.
    fn check(lines: &[&str], refused: &str, expect: &str) {
        let address = |name: &str| Address::new(name, name);
        let mut graph = BuildGraph::new();
        let edges: Vec<(&str, Vec<&str>)> = lines
            .iter()
            .map(|line| line.split_once(':').expect("a colon"))
            .map(|(name, needs)| (name, needs.split_whitespace().collect()))
            .collect();
        for (name, needs) in &edges {
            let mut target = Target::new(address(name), "target");
            target.dependencies = needs.iter().map(|need| address(need)).collect();
            graph.insert(Arc::new(target)).expect("each name once");
        }
        for (name, needs) in &edges {
            for need in needs.iter().filter_map(|need| graph.id(&address(need))).collect::<Vec<_>>() {
                graph.add_dependency(graph.id(&address(name)).expect("it is there"), need);
            }
        }
        let roots: Vec<Address> = edges.iter().map(|(name, _)| address(name)).collect();
        let unsound = unsound_roots(&graph, &roots, |id| graph.target(id).address.name() == refused);
        assert_eq!(unsound.iter().map(Address::name).collect::<Vec<_>>().join(" "), expect);
    }

    #[test]
    fn what_depends_on_what_is_not_there_is_unsound() {
        check(&["a: b", "b: c d", "c:", "d: gone", "e: c"], "", "a b d");
    }

    #[test]
    fn so_is_a_cycle_and_what_depends_on_it() {
        check(&["a: b", "b: c", "c: b", "d:", "self: self"], "", "a b c self");
    }

    #[test]
    fn and_what_somebody_refuses() {
        check(&["a: b c", "b:", "c:", "d: c"], "b", "a b");
    }

    #[test]
    fn many_are_counted_instead_of_named() {
        let addresses = |count: usize| (0..count).map(|at| Address::new(format!("{at:02}"), "x")).collect();
        let text = left_out(&addresses(22)).to_string();
        assert!(
            text.starts_with("22 targets are left out, because they or what they depend on cannot be built:\n  00:x\n")
        );
        assert!(text.ends_with("\n  19:x\n  and 2 more"), "{text}");
        assert_eq!(
            left_out(&addresses(1)).to_string(),
            "1 target is left out, because it or what it depends on cannot be built:\n  00:x"
        );
    }
}
