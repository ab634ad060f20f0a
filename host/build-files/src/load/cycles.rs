//! Cycles: targets that depend on each other.
//!
//! Of all targets that depend on each other one way around is told, the same whoever asks and whatever was loaded first:
//! a shortest one through the first of them.

use crate::hashing::FastSet;
use pants_model::{BuildGraph, TargetId};
use std::collections::{HashMap, VecDeque};

/// One way around for each set of these targets that depend on each other. No other target depends on these.
pub(super) fn cycles(graph: &BuildGraph, targets: &[TargetId]) -> Vec<Vec<TargetId>> {
    Components::of(graph, targets).into_iter().filter_map(|members| way_around(graph, &members)).collect()
}

/// The search for components, after Tarjan; with a stack of its own, so that a deep graph needs no deep one.
struct Components<'g> {
    graph: &'g BuildGraph,
    /// For each target of the graph, when it was found, counted from 1; 0 for one that was not found.
    found: Vec<u32>,
    /// For each, the first that it leads to and that is in no component yet.
    first: Vec<u32>,
    is_open: Vec<bool>,
    open: Vec<TargetId>,
    time: u32,
}

/// What marks a target that is in nobody's component.
const ELSEWHERE: u32 = u32::MAX;

impl<'g> Components<'g> {
    /// Components of two targets or more, and targets that depend on themselves.
    fn of(graph: &'g BuildGraph, targets: &[TargetId]) -> Vec<Vec<TargetId>> {
        let mut search = Self {
            graph,
            found: vec![ELSEWHERE; graph.len()],
            first: vec![0; graph.len()],
            is_open: vec![false; graph.len()],
            open: Vec::new(),
            time: 0,
        };
        targets.iter().for_each(|target| search.found[target.index()] = 0);
        let mut components = Vec::new();
        for target in targets {
            if search.found[target.index()] == 0 {
                search.follow(*target, &mut components);
            }
        }
        components
    }

    fn follow(&mut self, start: TargetId, components: &mut Vec<Vec<TargetId>>) {
        let graph = self.graph;
        let mut path = vec![(start, graph.dependencies(start).iter())];
        self.enter(start);
        while let Some((target, rest)) = path.last_mut() {
            let at = target.index();
            if let Some(next) = rest.next() {
                if self.found[next.index()] == 0 {
                    self.enter(*next);
                    path.push((*next, graph.dependencies(*next).iter()));
                } else if self.is_open[next.index()] {
                    self.first[at] = self.first[at].min(self.found[next.index()]);
                }
                continue;
            }
            let done = *target;
            path.pop();
            if let Some((above, _)) = path.last() {
                self.first[above.index()] = self.first[above.index()].min(self.first[at]);
            }
            if self.first[at] == self.found[at] {
                components.extend(self.close(done));
            }
        }
    }

    fn enter(&mut self, target: TargetId) {
        self.time += 1;
        self.found[target.index()] = self.time;
        self.first[target.index()] = self.time;
        self.is_open[target.index()] = true;
        self.open.push(target);
    }

    /// Takes the component out that starts with a target; nothing where that is by itself.
    fn close(&mut self, start: TargetId) -> Option<Vec<TargetId>> {
        let from = self.open.iter().rposition(|open| *open == start).expect("what is found is open until it is closed");
        let members = self.open.split_off(from);
        members.iter().for_each(|member| self.is_open[member.index()] = false);
        let is_cycle = members.len() > 1 || self.graph.dependencies(start).contains(&start);
        is_cycle.then_some(members)
    }
}

/// A shortest way from the first of these targets, by address, back to itself.
fn way_around(graph: &BuildGraph, members: &[TargetId]) -> Option<Vec<TargetId>> {
    let start = *members.iter().min_by(|a, b| graph.target(**a).address.cmp(&graph.target(**b).address))?;
    let inside: FastSet<TargetId> = members.iter().copied().collect();
    let mut came_from: HashMap<TargetId, TargetId> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(target) = queue.pop_front() {
        for next in graph.dependencies(target) {
            if *next == start {
                let mut way: Vec<TargetId> =
                    std::iter::successors(Some(target), |target| came_from.get(target).copied()).collect();
                way.reverse();
                return Some(way);
            }
            if inside.contains(next) && !came_from.contains_key(next) {
                came_from.insert(*next, target);
                queue.push_back(*next);
            }
        }
    }
    None
}
