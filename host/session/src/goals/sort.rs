//! `sort`: the roots, what is depended on before what depends on it.

use super::asked::{Asked, TargetSet};
use super::console::{ConsoleGoal, flag, is_set};
use super::output::{Output, Stop};
use pants_engine::Context;
use pants_model::{OptionSpec, Order};

pub(crate) struct Sort;

impl ConsoleGoal for Sort {
    fn describe(&self) -> (&'static str, &'static str) {
        ("SortTargets", "Sort the targets by their dependencies: each comes after what it depends on.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![flag("reverse", "Each target before what it depends on.")]
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let asked = Asked::of(context);
        let is_root = TargetSet::of(&asked.graph, &asked.roots);
        let mut order = asked.graph.closure(&asked.roots, Order::Postorder);
        order.retain(|id| is_root.contains(*id));
        if is_set(context, "reverse") {
            order.reverse();
        }
        output.references(order.into_iter().map(|id| asked.address(id)))
    }
}
