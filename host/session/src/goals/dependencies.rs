//! `dependencies`: what the roots depend on.

use super::asked::{Asked, TargetSet};
use super::console::{ConsoleGoal, choice, flag, is_set, text_option};
use super::output::{Output, Stop};
use super::third_party::ThirdParty;
use pants_engine::Context;
use pants_model::{OptionSpec, Order, TargetId};
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
        let kind = text_option(context, "type").unwrap_or_default();
        let asked = Asked::of(context);
        let found = match is_set(context, "transitive") {
            true => asked.graph.closure(&asked.roots, Order::Preorder),
            false => direct(&asked),
        };
        if kind == "source" {
            return output.addresses(found.into_iter().map(|id| asked.address(id)));
        }
        let mut seen = HashSet::new();
        for id in found {
            if kind != "3rdparty" {
                output.row(asked.address(id))?;
            }
            for artifact in self.0.artifacts(asked.target(id)) {
                let coordinate = artifact.parts.join(":");
                if seen.insert(coordinate.clone()) {
                    output.row(coordinate)?;
                }
            }
        }
        Ok(())
    }
}

/// What the roots name, each once, in the order in which they name it.
fn direct(asked: &Asked) -> Vec<TargetId> {
    let mut seen = TargetSet::new(&asked.graph);
    let named = asked.roots.iter().flat_map(|root| asked.graph.dependencies(*root));
    named.copied().filter(|id| seen.insert(*id)).collect()
}
