//! The order of the goals of one phase, from where each wants to stand.
//!
//! Goals without a neighbour are seated first, in install order; then those that name one, again in install order, as
//! soon as their neighbour sits. A replacement takes the seat, and what it says about order, of the goal it replaces,
//! and still answers to its name when others ask for a place beside it.

use super::error::quoted;
use super::{GoalSpec, PhaseOrder, Placement, RegisterError};
use crate::suggest::similar;
use std::collections::{BTreeMap, BTreeSet};

/// Seats the goals of a phase; indices are those of `installed`.
pub(super) fn resolve(phase: &str, installed: &[GoalSpec]) -> Result<PhaseOrder, Vec<RegisterError>> {
    let goals: Vec<usize> = (0..installed.len()).filter(|index| installed[*index].phase == phase).collect();
    let replacements = find_replacements(phase, installed, &goals)?;
    let seats = Seats { phase, installed, seats: replacements };
    let names = seats.names();
    let errors: Vec<RegisterError> =
        seats.seats.iter().filter_map(|seat| seats.unknown_neighbour(seat, &names)).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let order = seats.order(&names).map_err(|error| vec![error])?;
    let ordered = seats.ordered_pairs(&order, &names);
    Ok(PhaseOrder { goals: order.iter().map(|seat| seats.seats[*seat].holder).collect(), ordered })
}

/// A place in the phase.
struct Seat {
    /// The goal that was installed for it; says where it is.
    original: usize,
    /// The goal that has it.
    holder: usize,
    /// All that had it, the holder included.
    claimants: Vec<usize>,
}

struct Seats<'a> {
    phase: &'a str,
    installed: &'a [GoalSpec],
    seats: Vec<Seat>,
}

/// One seat for each goal that replaces nothing; replacements follow each other into it.
fn find_replacements(phase: &str, installed: &[GoalSpec], goals: &[usize]) -> Result<Vec<Seat>, Vec<RegisterError>> {
    let mut errors = Vec::new();
    let mut replaced_by: BTreeMap<usize, usize> = BTreeMap::new();
    for &goal in goals {
        let Placement::Replace(name) = &installed[goal].placement else { continue };
        let is_original = |other: &usize| {
            let GoalSpec { name: other_name, placement, .. } = &installed[*other];
            *other != goal && other_name == name && *placement != Placement::Replace(other_name.clone())
        };
        let Some(&replaced) = goals.iter().find(|other| is_original(other)) else {
            errors.push(unknown(phase, installed, goals, goal, "replace", name));
            continue;
        };
        if let Some(first) = replaced_by.insert(replaced, goal) {
            errors.push(RegisterError::ReplacedTwice {
                phase: phase.to_owned(),
                goal: name.clone(),
                first: installed[first].plugin.name.clone(),
                second: installed[goal].plugin.name.clone(),
            });
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let is_replacement = |goal: &&usize| matches!(installed[**goal].placement, Placement::Replace(_));
    let seats: Vec<Seat> = goals
        .iter()
        .filter(|goal| !is_replacement(goal))
        .map(|&original| {
            let claimants: Vec<usize> =
                std::iter::successors(Some(original), |goal| replaced_by.get(goal).copied()).collect();
            let holder = *claimants.last().expect("successors begin with the original");
            Seat { original, holder, claimants }
        })
        .collect();
    let seated: BTreeSet<usize> = seats.iter().flat_map(|seat| seat.claimants.iter().copied()).collect();
    let lost: Vec<String> =
        goals.iter().filter(|goal| !seated.contains(goal)).map(|goal| installed[*goal].name.clone()).collect();
    if !lost.is_empty() {
        return Err(vec![RegisterError::PlacementLoop { phase: phase.to_owned(), goals: lost }]);
    }
    Ok(seats)
}

impl Seats<'_> {
    fn placement(&self, seat: &Seat) -> &Placement {
        &self.installed[seat.original].placement
    }

    /// The seat that answers to each name.
    fn names(&self) -> BTreeMap<&str, usize> {
        let mut names = BTreeMap::new();
        for (index, seat) in self.seats.iter().enumerate() {
            for &goal in &seat.claimants {
                names.insert(self.installed[goal].name.as_str(), index);
            }
        }
        names
    }

    fn unknown_neighbour(&self, seat: &Seat, names: &BTreeMap<&str, usize>) -> Option<RegisterError> {
        let (relation, anchor) = match self.placement(seat) {
            Placement::Before(anchor) => ("before", anchor),
            Placement::After(anchor) => ("after", anchor),
            Placement::First | Placement::Last | Placement::Replace(_) => return None,
        };
        let goals: Vec<usize> = self.seats.iter().flat_map(|seat| seat.claimants.iter().copied()).collect();
        (!names.contains_key(anchor.as_str()))
            .then(|| unknown(self.phase, self.installed, &goals, seat.original, relation, anchor))
    }

    fn order(&self, names: &BTreeMap<&str, usize>) -> Result<Vec<usize>, RegisterError> {
        let mut order: Vec<usize> = Vec::new();
        let mut waiting: Vec<usize> = Vec::new();
        for (index, seat) in self.seats.iter().enumerate() {
            match self.placement(seat) {
                Placement::First => order.insert(0, index),
                Placement::Last => order.push(index),
                Placement::Before(_) | Placement::After(_) => waiting.push(index),
                Placement::Replace(_) => unreachable!("a replacement has no seat of its own"),
            }
        }
        while !waiting.is_empty() {
            let count = waiting.len();
            waiting.retain(|&index| match self.place_beside(index, &order, names) {
                Some(at) => {
                    order.insert(at, index);
                    false
                }
                None => true,
            });
            if waiting.len() == count {
                let goals = waiting.iter().map(|index| self.installed[self.seats[*index].original].name.clone());
                return Err(RegisterError::PlacementLoop { phase: self.phase.to_owned(), goals: goals.collect() });
            }
        }
        Ok(order)
    }

    /// Where a seat beside a neighbour goes, once the neighbour sits.
    fn place_beside(&self, index: usize, order: &[usize], names: &BTreeMap<&str, usize>) -> Option<usize> {
        let sits = |anchor: &str| order.iter().position(|seat| *seat == names[anchor]);
        match self.placement(&self.seats[index]) {
            Placement::Before(anchor) => sits(anchor),
            Placement::After(anchor) => {
                let earlier = |seat: &&usize| matches!(self.placement(&self.seats[**seat]), Placement::After(other) if names[other.as_str()] == names[anchor.as_str()]);
                let behind = sits(anchor)? + 1;
                Some(behind + order[behind..].iter().take_while(earlier).count())
            }
            Placement::First | Placement::Last | Placement::Replace(_) => None,
        }
    }

    /// Which goals are carried out before which, because somebody said so.
    fn ordered_pairs(&self, order: &[usize], names: &BTreeMap<&str, usize>) -> Vec<(usize, usize)> {
        let holder = |seat: usize| self.seats[seat].holder;
        let mut pairs = Vec::new();
        for (position, &seat) in order.iter().enumerate() {
            match self.placement(&self.seats[seat]) {
                Placement::First => {
                    pairs.extend(order[position + 1..].iter().map(|later| (holder(seat), holder(*later))))
                }
                Placement::Before(anchor) => pairs.push((holder(seat), holder(names[anchor.as_str()]))),
                Placement::After(anchor) => pairs.push((holder(names[anchor.as_str()]), holder(seat))),
                Placement::Last | Placement::Replace(_) => {}
            }
        }
        pairs
    }
}

fn unknown(
    phase: &str,
    installed: &[GoalSpec],
    goals: &[usize],
    goal: usize,
    relation: &str,
    anchor: &str,
) -> RegisterError {
    let known: Vec<String> =
        goals.iter().filter(|other| **other != goal).map(|other| installed[*other].name.clone()).collect();
    let hint = match similar(anchor, known.iter().map(String::as_str)) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if known.is_empty() => None,
        None => Some(format!("the goals of `{phase}` are {}", quoted(&known))),
    };
    RegisterError::UnknownNeighbour {
        phase: phase.to_owned(),
        goal: installed[goal].name.clone(),
        plugin: installed[goal].plugin.name.clone(),
        placement: format!("{relation}={anchor}"),
        hint,
    }
}
