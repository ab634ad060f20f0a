//! `path` and `paths`: how one target comes to depend on another.

use super::asked::Asked;
use super::console::ConsoleGoal;
use super::output::{Output, Stop};
use super::ways::{Count, Ways};
use pants_engine::{Context, TaskError};
use pants_model::{Address, OptionKind, OptionSpec, TargetId};

pub(crate) struct Path;

impl ConsoleGoal for Path {
    fn describe(&self) -> (&'static str, &'static str) {
        ("PathFinder", "Print one of the shortest paths from a target to one that it depends on.")
    }

    fn needs_targets(&self) -> bool {
        false
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let asked = Asked::of(context);
        let [from, to] = two(context, &asked)?;
        if let Some(way) = Ways::to(&asked.graph, to).shortest(from) {
            output.line(shown(&asked, &way))?;
            return way.iter().try_for_each(|id| output.item(&asked.address(*id).to_string()));
        }
        let [from, to] = [from, to].map(|id| asked.address(id).reference());
        output.line(format_args!("No path found from {from} to {to}!"))
    }
}

pub(crate) struct Paths;

impl ConsoleGoal for Paths {
    fn describe(&self) -> (&'static str, &'static str) {
        ("PathsFinder", "Print all paths from a target to one that it depends on.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![OptionSpec::new("limit", OptionKind::Int, 0, "Print no more than this many paths; 0 means all.")]
    }

    fn needs_targets(&self) -> bool {
        false
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let asked = Asked::of(context);
        let limit = limit(context)?;
        let [from, to] = two(context, &asked)?;
        let ways = Ways::to(&asked.graph, to);
        let count = ways.count(from);
        let is_cut = limit.is_some_and(|limit| !matches!(count, Count::Exactly(count) if count <= limit.into()));
        match limit.filter(|_| is_cut) {
            Some(limit) => output.line(format_args!("Found {count}, the first {limit} of which are"))?,
            None => output.line(format_args!("Found {count}"))?,
        }
        if count == Count::Exactly(0) {
            return Ok(());
        }
        output.line("")?;
        let mut walk = ways.walk(from);
        let mut printed = 0;
        while limit.is_none_or(|limit| printed < limit)
            && let Some(way) = walk.next_way()
        {
            printed += 1;
            if output.is_text() {
                output.line(format_args!("\t{}", shown(&asked, way)))?;
            } else {
                output.item(&way.iter().map(|id| asked.address(*id).to_string()).collect::<Vec<_>>())?;
            }
        }
        Ok(())
    }
}

fn limit(context: &Context) -> Result<Option<u64>, TaskError> {
    let limit = context.option("limit").as_int().unwrap_or(0);
    let limit =
        u64::try_from(limit).map_err(|_| TaskError::failed(format!("`--limit={limit}` is less than nothing")))?;
    Ok(Some(limit).filter(|limit| *limit > 0))
}

/// The target where paths begin, and the one where they end.
fn two(context: &Context, asked: &Asked) -> Result<[TargetId; 2], TaskError> {
    asked.roots.as_slice().try_into().map_err(|_| {
        let (count, goal) = (asked.roots.len(), context.scope());
        let goal = goal.split_once('.').map_or(goal, |(phase, _)| phase);
        TaskError::failed(format!("`{goal}` takes two different targets, not {count}"))
            .hint(format!("`pants {goal} src/app 3rdparty:lib` follows dependencies from the first to the second"))
    })
}

/// A path as text: `[a, b:c, d]`.
fn shown(asked: &Asked, way: &[TargetId]) -> String {
    let references: Vec<String> = way.iter().map(|id| asked.address(*id)).map(Address::reference).collect();
    format!("[{}]", references.join(", "))
}
