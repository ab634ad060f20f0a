//! How a group's members share one target set: chunks in dependency order, each of one member.
//!
//! A chunk is as large as it can be: it takes all targets of its member that wait for nothing but targets of earlier
//! chunks or of its own. So a library written in two languages that use each other becomes few runs of each compiler.

use std::collections::BTreeSet;

/// A run of targets of one member.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// The index of the member.
    pub(crate) member: usize,
    /// The targets, dependencies first.
    pub(crate) targets: Vec<usize>,
}

/// A target of the set; targets are numbered dependencies first.
pub(crate) struct ChunkTarget {
    /// The member that works on it; nobody may.
    pub(crate) member: Option<usize>,
    /// The targets that it depends on directly.
    pub(crate) dependencies: Vec<usize>,
}

/// Cuts the targets into chunks. Of the members that could go on, the first does.
pub(crate) fn cut(members: usize, targets: &[ChunkTarget]) -> Vec<Chunk> {
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); targets.len()];
    let mut missing: Vec<usize> = Vec::with_capacity(targets.len());
    for (index, target) in targets.iter().enumerate() {
        // Targets come dependencies first, so an edge forward could only be part of a loop.
        let dependencies: BTreeSet<usize> =
            target.dependencies.iter().copied().filter(|other| *other < index).collect();
        dependencies.iter().for_each(|dependency| dependents[*dependency].push(index));
        missing.push(dependencies.len());
    }
    let mut ready = Ready { of_member: vec![BTreeSet::new(); members], of_nobody: Vec::new() };
    (0..targets.len()).filter(|index| missing[*index] == 0).for_each(|index| ready.add(index, targets));

    let mut chunks: Vec<Chunk> = Vec::new();
    let mut member = None;
    while let Some(index) = ready.next(&mut member) {
        if let Some(member) = targets[index].member {
            match chunks.last_mut() {
                Some(chunk) if chunk.member == member => chunk.targets.push(index),
                Some(_) | None => chunks.push(Chunk { member, targets: vec![index] }),
            }
        }
        for &dependent in &dependents[index] {
            missing[dependent] -= 1;
            if missing[dependent] == 0 {
                ready.add(dependent, targets);
            }
        }
    }
    chunks
}

/// The targets that wait for nothing any more.
struct Ready {
    of_member: Vec<BTreeSet<usize>>,
    of_nobody: Vec<usize>,
}

impl Ready {
    fn add(&mut self, index: usize, targets: &[ChunkTarget]) {
        match targets[index].member {
            Some(member) => drop(self.of_member[member].insert(index)),
            None => self.of_nobody.push(index),
        }
    }

    /// Targets of nobody first, because others wait for them only in passing; then the current member's, then those of
    /// the first member that has any.
    fn next(&mut self, current: &mut Option<usize>) -> Option<usize> {
        if let Some(index) = self.of_nobody.pop() {
            return Some(index);
        }
        let goes_on = current.filter(|member| !self.of_member[*member].is_empty());
        *current = goes_on.or_else(|| self.of_member.iter().position(|ready| !ready.is_empty()));
        self.of_member[(*current)?].pop_first()
    }
}

#[cfg(test)]
mod tests;
