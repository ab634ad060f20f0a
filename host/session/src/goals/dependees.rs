//! `dependees`: what depends on the roots, in the whole repository.

use super::console::{ConsoleGoal, flag, is_set};
use super::output::{Output, Shape, Stop};
use pants_engine::Context;
use pants_model::{Address, OptionSpec};
use std::collections::BTreeSet;

pub(crate) struct Dependees;

impl ConsoleGoal for Dependees {
    fn describe(&self) -> (&'static str, &'static str) {
        ("ReverseDepmap", "Print what depends on the targets, in the whole repository.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![
            flag("transitive", "Print all dependees, not only direct ones."),
            flag("closed", "Print the targets themselves, too."),
        ]
    }

    fn shape(&self, _context: &Context) -> Shape {
        Shape::Object
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        context.load_all()?;
        let roots: BTreeSet<Address> = context.target_roots().iter().map(|target| target.address.clone()).collect();
        if output.is_text() {
            return self.found(context, &roots).iter().try_for_each(|address| output.line(address));
        }
        for root in &roots {
            let found = self.found(context, &BTreeSet::from([root.clone()]));
            let addresses: Vec<String> = found.iter().map(ToString::to_string).collect();
            output.entry(&root.to_string(), &addresses)?;
        }
        Ok(())
    }
}

impl Dependees {
    fn found(&self, context: &Context, roots: &BTreeSet<Address>) -> BTreeSet<Address> {
        let addresses: Vec<Address> = roots.iter().cloned().collect();
        let mut found: BTreeSet<Address> =
            context.dependees(&addresses, is_set(context, "transitive")).into_iter().collect();
        match is_set(context, "closed") {
            true => found.extend(addresses),
            false => found.retain(|address| !roots.contains(address)),
        }
        found
    }
}
