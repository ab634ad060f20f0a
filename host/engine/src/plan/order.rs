//! The order of the goals of a plan: who waits for whom, and why.
//!
//! The order is between goals, not phases, so that goals with nothing between them may run at the same time. A goal waits
//! for the producers of what it uses, for the phases it depends on, for neighbours when it was placed beside them, and
//! for the phases that were typed before its own: `clean-all test` cleans first, and everything that only `test` needs
//! comes after that. The members of a group are one node. Ties go by registration order.

use super::rounds::Planned;
use super::{CycleStep, PlanError, Unit, WaitReason};
use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};

/// All goals of a plan in order; goals are indices of the registry, units of this list.
pub(super) struct GoalOrder {
    pub(super) goals: Vec<usize>,
    units: Vec<OrderedUnit>,
}

struct OrderedUnit {
    goals: Vec<usize>,
    is_group: bool,
    after: BTreeSet<usize>,
}

/// Edges from a goal to those that wait for it.
type WaitGraph = DiGraph<UnitGoals, Wait>;

struct UnitGoals {
    /// In the order of their phase.
    goals: Vec<usize>,
    is_group: bool,
}

/// Why one goal of a unit waits for one of another.
struct Wait {
    before: usize,
    after: usize,
    reason: WaitReason,
}

/// Orders the goals of a plan.
pub(super) fn order_goals(planned: &Planned<'_>) -> Result<GoalOrder, PlanError> {
    let (mut graph, unit_of) = units(planned);
    for wait in waits(planned) {
        let (before, after) = (unit_of[&wait.before], unit_of[&wait.after]);
        if before != after {
            graph.add_edge(before, after, wait);
        }
    }
    if let Some(steps) = find_cycle(planned, &graph) {
        return Err(PlanError::Cycle { steps });
    }
    add_typed_order(planned, &mut graph, &unit_of);
    Ok(sorted(planned, &graph))
}

/// Leaves goals out. Whoever waited for one of them waits for what that one waited for.
pub(super) fn restrict(order: GoalOrder, is_kept: &[bool]) -> (Vec<usize>, Vec<Unit>) {
    let kept: BTreeMap<usize, bool> = order.goals.iter().copied().zip(is_kept.iter().copied()).collect();
    let mut goals: Vec<usize> = Vec::new();
    let mut units: Vec<Unit> = Vec::new();
    // For each unit, what to wait for instead of it: itself, or if it is gone, what it waited for.
    let mut stand_ins: Vec<BTreeSet<usize>> = Vec::new();
    for OrderedUnit { goals: members, is_group, after } in order.units {
        let after: BTreeSet<usize> = after.iter().flat_map(|unit| stand_ins[*unit].iter().copied()).collect();
        let members: Vec<usize> = members.into_iter().filter(|goal| kept[goal]).collect();
        if members.is_empty() {
            stand_ins.push(after);
            continue;
        }
        stand_ins.push(BTreeSet::from([units.len()]));
        let places = goals.len()..goals.len() + members.len();
        goals.extend(members);
        units.push(Unit { goals: places.collect(), is_group, after: after.into_iter().collect() });
    }
    (goals, units)
}

fn units(planned: &Planned<'_>) -> (WaitGraph, HashMap<usize, NodeIndex>) {
    let mut graph = WaitGraph::new();
    let mut groups: BTreeMap<(&str, &str), NodeIndex> = BTreeMap::new();
    let mut unit_of = HashMap::new();
    for phase in planned.phases {
        for &goal in planned.registry.order_of(phase).map_or(&[][..], |order| &order.goals) {
            let unit = match &planned.goal(goal).group {
                None => graph.add_node(UnitGoals { goals: Vec::new(), is_group: false }),
                Some(group) => *groups
                    .entry((phase, group))
                    .or_insert_with(|| graph.add_node(UnitGoals { goals: Vec::new(), is_group: true })),
            };
            graph[unit].goals.push(goal);
            unit_of.insert(goal, unit);
        }
    }
    (graph, unit_of)
}

/// All waits but those of the typed order.
fn waits(planned: &Planned<'_>) -> Vec<Wait> {
    let mut waits = Vec::new();
    for goal in planned.goals() {
        for need in planned.needs(goal) {
            let producers = planned.goals().filter(|other| is_before(planned, *other, goal, &need.product));
            let wait = |before| Wait { before, after: goal, reason: WaitReason::Product(need.product.clone()) };
            waits.extend(producers.map(wait));
        }
        for phase in &planned.goal(goal).depends_on_phases {
            let goals = planned.registry.order_of(phase).map_or(&[][..], |order| &order.goals);
            let others = goals.iter().copied().filter(|other| *other != goal);
            waits.extend(others.map(|before| Wait { before, after: goal, reason: WaitReason::Phase(phase.clone()) }));
        }
    }
    for phase in planned.phases {
        let ordered = planned.registry.order_of(phase).map_or(&[][..], |order| &order.ordered);
        waits.extend(ordered.iter().map(|&(before, after)| Wait { before, after, reason: WaitReason::Placement }));
    }
    waits
}

/// Whether a goal that uses a product waits for another that puts it. Of two that both use and put it, such as two that
/// add to a classpath, the later installed waits for the earlier; those that only put it come before both.
fn is_before(planned: &Planned<'_>, producer: usize, consumer: usize, product: &str) -> bool {
    let puts = |goal: usize| planned.goal(goal).identity.product(product).is_some();
    let uses = |goal: usize| planned.needs(goal).iter().any(|need| need.product == product);
    producer != consumer && puts(producer) && (!puts(consumer) || !uses(producer) || producer < consumer)
}

/// The shortest loop through the goal of a loop that was installed first.
fn find_cycle(planned: &Planned<'_>, graph: &WaitGraph) -> Option<Vec<CycleStep>> {
    let loops = tarjan_scc(graph).into_iter().filter(|units| units.len() > 1);
    let first = |unit: &NodeIndex| graph[*unit].goals.iter().min().copied();
    let start = loops.flatten().min_by_key(first)?;
    // Breadth-first, from a goal to those it waits for, until the start is reached again.
    let mut reached_by: HashMap<NodeIndex, &Wait> = HashMap::new();
    let mut next_of: HashMap<NodeIndex, NodeIndex> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    'search: while let Some(unit) = queue.pop_front() {
        let mut edges: Vec<_> = graph.edges_directed(unit, Direction::Incoming).collect();
        edges.sort_by_key(|edge| (first(&edge.source()), edge.id()));
        for edge in edges {
            let before = edge.source();
            if let Entry::Vacant(unreached) = reached_by.entry(before) {
                unreached.insert(edge.weight());
                next_of.insert(before, unit);
                queue.push_back(before);
            }
            if before == start {
                break 'search;
            }
        }
    }
    let mut steps = Vec::new();
    let mut unit = start;
    loop {
        let wait = reached_by[&unit];
        let scope = planned.goal(wait.after).identity.scope.clone();
        steps.push(CycleStep { scope, reason: wait.reason.clone() });
        unit = next_of[&unit];
        if unit == start {
            break;
        }
    }
    steps.reverse();
    Some(steps)
}

/// Makes everything that only a later typed phase needs wait for the phase typed before it.
fn add_typed_order(planned: &Planned<'_>, graph: &mut WaitGraph, unit_of: &HashMap<usize, NodeIndex>) {
    let mut needed: BTreeSet<NodeIndex> = BTreeSet::new();
    let mut earlier: Vec<usize> = Vec::new();
    for phase in planned.requested {
        let goals = planned.registry.order_of(phase).map_or(&[][..], |order| &order.goals);
        let units = goals.iter().map(|goal| unit_of[goal]).collect();
        let fresh: Vec<NodeIndex> = reach(graph, units).into_iter().filter(|unit| !needed.contains(unit)).collect();
        for &unit in &fresh {
            let after = graph[unit].goals[0];
            for &before in &earlier {
                graph.add_edge(unit_of[&before], unit, Wait { before, after, reason: WaitReason::Typed });
            }
        }
        needed.extend(&fresh);
        // A phase that earlier ones needed anyway holds nobody up.
        if goals.iter().any(|goal| fresh.contains(&unit_of[goal])) {
            earlier = goals.to_vec();
        }
    }
}

/// Some units and all they wait for.
fn reach(graph: &WaitGraph, mut rest: Vec<NodeIndex>) -> BTreeSet<NodeIndex> {
    let mut reached = BTreeSet::new();
    while let Some(unit) = rest.pop() {
        if reached.insert(unit) {
            rest.extend(graph.neighbors_directed(unit, Direction::Incoming));
        }
    }
    reached
}

/// Kahn's algorithm; of the units that may come next, the one that was registered first.
fn sorted(planned: &Planned<'_>, graph: &WaitGraph) -> GoalOrder {
    let rank = |unit: NodeIndex| {
        let goal = graph[unit].goals[0];
        let phase = &planned.goal(goal).identity.phase;
        let position = planned.registry.order_of(phase).and_then(|order| order.goals.iter().position(|g| *g == goal));
        Reverse((planned.registry.phase_index(phase), position, unit))
    };
    let mut missing: HashMap<NodeIndex, usize> =
        graph.node_indices().map(|unit| (unit, graph.edges_directed(unit, Direction::Incoming).count())).collect();
    let mut ready: BinaryHeap<_> = graph.node_indices().filter(|unit| missing[unit] == 0).map(rank).collect();
    let mut places: HashMap<NodeIndex, usize> = HashMap::new();
    let mut order = GoalOrder { goals: Vec::new(), units: Vec::new() };
    while let Some(Reverse((_, _, unit))) = ready.pop() {
        places.insert(unit, order.units.len());
        let UnitGoals { goals, is_group } = &graph[unit];
        let after = graph.neighbors_directed(unit, Direction::Incoming).map(|before| places[&before]).collect();
        order.goals.extend(goals);
        order.units.push(OrderedUnit { goals: goals.clone(), is_group: *is_group, after });
        for edge in graph.edges(unit) {
            let waiting = missing.get_mut(&edge.target()).expect("every unit was counted");
            *waiting -= 1;
            if *waiting == 0 {
                ready.push(rank(edge.target()));
            }
        }
    }
    order
}
