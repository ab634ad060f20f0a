//! `list`: the addresses of the roots.

use super::console::{ConsoleGoal, flag, is_set};
use super::output::{Output, Stop};
use pants_engine::Context;
use pants_model::OptionSpec;

pub(crate) struct List;

impl ConsoleGoal for List {
    fn describe(&self) -> (&'static str, &'static str) {
        ("ListTargets", "List the targets that the specs stand for; without specs, all of them.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![flag("documented", "Only targets with a description, each with its description.")]
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let mut roots = context.target_roots();
        roots.retain(|target| !target.is_synthetic);
        roots.sort_by(|a, b| a.address.cmp(&b.address));
        if !is_set(context, "documented") {
            return roots.iter().try_for_each(|target| output.row(&target.address));
        }
        let documented = roots.iter().filter_map(|target| Some((target, target.description.as_deref()?)));
        for (target, description) in documented {
            let indented: Vec<String> = description.trim().lines().map(|line| format!("  {}", line.trim())).collect();
            output.row(format!("{}\n{}", target.address, indented.join("\n")))?;
        }
        Ok(())
    }
}
