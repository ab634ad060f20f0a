//! The ways from one target to another along dependencies.
//!
//! There may be more of them than anyone can count one by one, so they are counted without being walked, and walked
//! without being kept: a walk holds one way at a time, and enters only targets from which there is a way.

use super::asked::TargetSet;
use pants_model::{BuildGraph, TargetId};
use std::fmt;

/// The ways that lead to one target.
pub(crate) struct Ways<'g> {
    graph: &'g BuildGraph,
    to: TargetId,
    /// For each target, the length of the shortest way; `UNREACHED` where there is none.
    distances: Vec<u32>,
}

const UNREACHED: u32 = u32::MAX;

/// How many ways there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    Exactly(u128),
    MoreThan(u128),
    /// Targets that depend on each other have ways that do not end.
    Unknown,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(1) => f.write_str("1 path"),
            Self::Exactly(count) => write!(f, "{count} paths"),
            Self::MoreThan(count) => write!(f, "more than {count} paths"),
            Self::Unknown => f.write_str("paths through targets that depend on each other"),
        }
    }
}

impl<'g> Ways<'g> {
    /// Finds where there are ways to a target: breadth first, against the dependencies.
    pub(crate) fn to(graph: &'g BuildGraph, to: TargetId) -> Self {
        let mut distances = vec![UNREACHED; graph.len()];
        distances[to.index()] = 0;
        let mut level = vec![to];
        let mut distance = 0;
        while !level.is_empty() {
            distance += 1;
            let mut next = Vec::new();
            for dependee in level.into_iter().flat_map(|id| graph.dependees(id)) {
                if distances[dependee.index()] == UNREACHED {
                    distances[dependee.index()] = distance;
                    next.push(*dependee);
                }
            }
            level = next;
        }
        Self { graph, to, distances }
    }

    fn distance(&self, id: TargetId) -> u32 {
        self.distances[id.index()]
    }

    /// The dependencies that lead on, the shortest way first; those as short in the order they are named.
    fn onward(&self, id: TargetId) -> Vec<TargetId> {
        let dependencies = if id == self.to { &[] } else { self.graph.dependencies(id) };
        let mut onward: Vec<TargetId> =
            dependencies.iter().copied().filter(|id| self.distance(*id) != UNREACHED).collect();
        onward.sort_by_key(|id| self.distance(*id));
        onward
    }

    /// The shortest way; among several, the one that turns to what is named first.
    pub(crate) fn shortest(&self, from: TargetId) -> Option<Vec<TargetId>> {
        if self.distance(from) == UNREACHED {
            return None;
        }
        let mut way = vec![from];
        let mut at = from;
        while at != self.to {
            let nearer = |id: &&TargetId| self.distance(**id) < self.distance(at);
            at = *self.graph.dependencies(at).iter().find(nearer).expect("whoever is this far has a nearer dependency");
            way.push(at);
        }
        Some(way)
    }

    /// How many ways there are: the sum over the dependencies that lead on, each target once.
    pub(crate) fn count(&self, from: TargetId) -> Count {
        if self.distance(from) == UNREACHED {
            return Count::Exactly(0);
        }
        // `None` in the inner place: more than fit.
        let mut counts: Vec<Option<Option<u128>>> = vec![None; self.graph.len()];
        let mut on_path = TargetSet::of(self.graph, &[from]);
        let mut path = vec![(from, self.onward(from).into_iter())];
        while let Some((id, rest)) = path.last_mut() {
            let id = *id;
            match rest.next() {
                Some(next) if on_path.contains(next) => return Count::Unknown,
                Some(next) if counts[next.index()].is_none() => {
                    on_path.insert(next);
                    path.push((next, self.onward(next).into_iter()));
                }
                Some(_) => {}
                None => {
                    let mut below = self.onward(id).into_iter().map(|next| counts[next.index()].flatten());
                    let sum = below.try_fold(0_u128, |sum, count| sum.checked_add(count?));
                    counts[id.index()] = Some(if id == self.to { Some(1) } else { sum });
                    on_path.remove(id);
                    path.pop();
                }
            }
        }
        counts[from.index()].flatten().map_or(Count::MoreThan(u128::MAX), Count::Exactly)
    }

    /// Walks all ways, one of the shortest first; no target twice on any.
    pub(crate) fn walk(&self, from: TargetId) -> Walk<'_, 'g> {
        let is_there_any = self.distance(from) != UNREACHED;
        let start = if is_there_any { vec![from] } else { Vec::new() };
        Walk { ways: self, way: Vec::new(), rest: vec![start.into_iter()], on_way: TargetSet::new(self.graph) }
    }
}

/// Ways, one after another.
pub(crate) struct Walk<'w, 'g> {
    ways: &'w Ways<'g>,
    way: Vec<TargetId>,
    /// For each place of the way, and the one after it, what else may stand there.
    rest: Vec<std::vec::IntoIter<TargetId>>,
    on_way: TargetSet,
}

impl Walk<'_, '_> {
    /// The next way.
    pub(crate) fn next_way(&mut self) -> Option<&[TargetId]> {
        if self.way.last() == Some(&self.ways.to) {
            self.step_back();
        }
        while let Some(rest) = self.rest.last_mut() {
            match rest.next() {
                Some(next) if self.on_way.contains(next) => {}
                Some(next) => {
                    self.on_way.insert(next);
                    self.way.push(next);
                    self.rest.push(self.ways.onward(next).into_iter());
                    if next == self.ways.to {
                        return Some(&self.way);
                    }
                }
                None => self.step_back(),
            }
        }
        None
    }

    fn step_back(&mut self) {
        self.rest.pop();
        if let Some(last) = self.way.pop() {
            self.on_way.remove(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goals::asked::graph;
    use pants_model::Address;

    fn id(graph: &BuildGraph, name: &str) -> TargetId {
        graph.id(&Address::new("", name)).unwrap()
    }

    fn names(graph: &BuildGraph, way: &[TargetId]) -> String {
        way.iter().map(|id| graph.target(*id).address.name()).collect::<Vec<_>>().join(" ")
    }

    fn check(lines: &str, from: &str, to: &str, count: &str, expect: &[&str]) {
        let graph = graph(lines);
        let (from, to) = (id(&graph, from), id(&graph, to));
        let ways = Ways::to(&graph, to);
        let mut found = Vec::new();
        let mut walk = ways.walk(from);
        while let Some(way) = walk.next_way() {
            found.push(names(&graph, way));
        }
        assert_eq!(found, expect);
        assert_eq!(ways.count(from).to_string(), count);
        assert_eq!(ways.shortest(from).map(|way| names(&graph, &way)).as_deref(), expect.first().copied());
    }

    #[test]
    fn all_ways_are_found_the_shortest_first() {
        check("a -> b c d\nb -> c\nc -> d\nx", "a", "d", "3 paths", &["a d", "a c d", "a b c d"]);
        check("a -> b c d\nb -> c\nc -> d\nx", "b", "d", "1 path", &["b c d"]);
        check("a -> b\nx", "a", "x", "0 paths", &[]);
        check("a -> b", "b", "a", "0 paths", &[]);
    }

    #[test]
    fn what_leads_nowhere_is_not_entered() {
        check("a -> x b\nx -> y\nb -> c", "a", "c", "1 path", &["a b c"]);
    }

    #[test]
    fn targets_that_depend_on_each_other_end_every_way() {
        check("a -> b\nb -> c a\nc -> b d", "a", "d", "paths through targets that depend on each other", &["a b c d"]);
    }

    /// Diamonds one below the other: each doubles the ways.
    fn diamonds(levels: usize) -> String {
        (0..levels).map(|n| format!("t{n} -> l{n} r{n}\nl{n} -> t{m}\nr{n} -> t{m}\n", m = n + 1)).collect()
    }

    #[test]
    fn more_ways_than_anyone_can_walk_are_counted_and_begun() {
        let graph = graph(&diamonds(100));
        let ways = Ways::to(&graph, id(&graph, "t100"));
        assert_eq!(ways.count(id(&graph, "t0")), Count::Exactly(1 << 100));
        let mut walk = ways.walk(id(&graph, "t0"));
        for _ in 0..1000 {
            assert_eq!(walk.next_way().map(<[TargetId]>::len), Some(201));
        }
    }

    #[test]
    fn more_ways_than_a_number_holds_and_a_deep_graph() {
        let graph = graph(&diamonds(50_000));
        let ways = Ways::to(&graph, id(&graph, "t50000"));
        assert_eq!(ways.count(id(&graph, "t0")), Count::MoreThan(u128::MAX));
        assert_eq!(ways.walk(id(&graph, "t0")).next_way().map(<[TargetId]>::len), Some(100_001));
        assert_eq!(ways.shortest(id(&graph, "t0")).map(|way| way.len()), Some(100_001));
    }
}
