//! `dependencies`: what the roots depend on.

use super::console::{ConsoleGoal, choice, flag, is_set};
use super::output::{Output, Stop};
use super::third_party::ThirdParty;
use pants_engine::{Context, GraphView};
use pants_model::{Address, OptionSpec};
use std::collections::HashSet;

pub(crate) struct Dependencies(pub(crate) ThirdParty);

impl ConsoleGoal for Dependencies {
    fn describe(&self) -> (&'static str, &'static str) {
        ("Dependencies", "Print what the targets depend on.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![
            choice("type", &["source", "3rdparty", "source-and-3rdparty"], "source", "Which dependencies to print."),
            flag("transitive", "Print all dependencies, the targets themselves included, not only direct ones."),
        ]
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let kind = context.option("type").as_str().unwrap_or("source").to_owned();
        let mut lines = Vec::new();
        for target in self.dependencies(context).iter().filter_map(|address| context.target(address)) {
            if kind != "3rdparty" {
                lines.push(target.address.to_string());
            }
            if kind != "source" {
                lines.extend(self.0.coordinates(&target).iter().map(|parts| parts.join(":")));
            }
        }
        let mut seen = HashSet::new();
        lines.retain(|line| seen.insert(line.clone()));
        lines.into_iter().try_for_each(|line| output.row(line))
    }
}

impl Dependencies {
    fn dependencies(&self, context: &Context) -> Vec<Address> {
        let roots: Vec<Address> = context.target_roots().iter().map(|target| target.address.clone()).collect();
        let mut seen = HashSet::new();
        if is_set(context, "transitive") {
            let graph = context.graph();
            let ids: Vec<_> = roots.iter().filter_map(|root| graph.id(root)).collect();
            let closure = graph.closure(&ids, pants_model::Order::Preorder);
            return closure.into_iter().map(|id| graph.target(id).address.clone()).collect();
        }
        let direct = roots.iter().flat_map(|root| context.dependencies(root, GraphView::Declared));
        direct.filter(|address| seen.insert(address.clone())).collect()
    }
}
