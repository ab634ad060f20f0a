//! `dependees`: what depends on the roots, in the whole repository.

use super::console::{ConsoleGoal, choice, flag, is_set};
use pants_engine::{Context, TaskError};
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
            choice("output-format", &["text", "json"], "text", "How to print."),
        ]
    }

    fn lines(&self, context: &Context) -> Result<Vec<String>, TaskError> {
        context.load_all()?;
        let roots: BTreeSet<Address> = context.target_roots().iter().map(|target| target.address.clone()).collect();
        if context.option("output-format").as_str() == Some("json") {
            let of_root = |root: &Address| {
                let found = self.found(context, &BTreeSet::from([root.clone()]));
                (root.to_string(), found.iter().map(ToString::to_string).collect::<Vec<_>>())
            };
            let document: std::collections::BTreeMap<_, _> = roots.iter().map(of_root).collect();
            return Ok(vec![crate::json::pretty(&document)]);
        }
        Ok(self.found(context, &roots).iter().map(ToString::to_string).collect())
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
