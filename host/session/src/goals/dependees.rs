//! `dependees`: what depends on the roots, in the whole repository.

use super::asked::{Asked, TargetSet};
use super::console::{ConsoleGoal, flag, is_set};
use super::output::{Output, Shape, Stop};
use pants_engine::Context;
use pants_model::{OptionSpec, TargetId};

pub(crate) struct Dependees;

impl ConsoleGoal for Dependees {
    fn describe(&self) -> (&'static str, &'static str) {
        ("ReverseDepmap", "Print what depends on the targets, in the whole repository.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![
            flag("transitive", "Print all dependees, not only direct ones."),
            flag("closed", "Print the targets themselves, too, and before the others."),
        ]
    }

    fn shape(&self, _context: &Context) -> Shape {
        Shape::Object
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        if context.root_addresses().is_empty() {
            return Ok(());
        }
        context.load_all()?;
        let asked = Asked::of(context);
        let roots = asked.sorted(asked.roots.clone());
        if output.is_text() {
            return output.addresses(found(context, &asked, &roots).into_iter().map(|id| asked.address(id)));
        }
        for root in roots {
            let found: Vec<String> =
                found(context, &asked, &[root]).into_iter().map(|id| asked.address(id).to_string()).collect();
            output.entry(&asked.address(root).to_string(), &found)?;
        }
        Ok(())
    }
}

/// The dependees of some targets, sorted; with `--closed` after the targets themselves.
fn found(context: &Context, asked: &Asked, roots: &[TargetId]) -> Vec<TargetId> {
    let mut known = TargetSet::of(&asked.graph, roots);
    let mut dependees: Vec<TargetId> = match is_set(context, "transitive") {
        true => asked.graph.dependee_closure(roots),
        false => roots.iter().flat_map(|root| asked.graph.dependees(*root)).copied().collect(),
    };
    dependees.retain(|id| known.insert(*id));
    let before = if is_set(context, "closed") { roots } else { &[] };
    before.iter().copied().chain(asked.sorted(dependees)).collect()
}
