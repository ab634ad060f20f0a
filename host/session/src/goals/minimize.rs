//! `minimize`: the roots that no other root depends on. Whoever builds them builds all roots.

use super::asked::{Asked, TargetSet};
use super::console::ConsoleGoal;
use super::output::{Output, Stop};
use pants_engine::Context;
use pants_model::{Order, TargetId};

pub(crate) struct Minimize;

impl ConsoleGoal for Minimize {
    fn describe(&self) -> (&'static str, &'static str) {
        ("MinimalCover", "Print the targets without those that others among them depend on.")
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let asked = Asked::of(context);
        let below: Vec<TargetId> =
            asked.roots.iter().flat_map(|root| asked.graph.dependencies(*root)).copied().collect();
        let covered = TargetSet::of(&asked.graph, &asked.graph.closure(&below, Order::Preorder));
        let cover = asked.roots.iter().filter(|root| !covered.contains(**root));
        output.addresses(cover.map(|root| asked.address(*root)))
    }
}
