//! `filedeps`: the files that the roots are made of.

use super::console::{ConsoleGoal, flag, is_set};
use super::output::{Output, Stop};
use pants_engine::{Context, GraphView};
use pants_model::{Address, OptionSpec};
use std::collections::BTreeSet;
use std::path::PathBuf;

pub(crate) struct Filedeps;

impl ConsoleGoal for Filedeps {
    fn describe(&self) -> (&'static str, &'static str) {
        ("FileDeps", "Print the source and BUILD files of the targets.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![flag("transitive", "Print the files of all dependencies, too."), flag("absolute", "Print absolute paths.")]
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let roots: Vec<Address> = context.target_roots().iter().map(|target| target.address.clone()).collect();
        let targets = match is_set(context, "transitive") {
            true => context.closure(&roots, GraphView::Declared),
            false => context.target_roots(),
        };
        let mut files: BTreeSet<PathBuf> = BTreeSet::new();
        for target in targets {
            files.extend(target.sources.iter().cloned());
            files.insert(PathBuf::from(&*target.location.file));
        }
        let absolute = is_set(context, "absolute");
        let show = |file: PathBuf| if absolute { context.build_root().join(file) } else { file };
        files.into_iter().try_for_each(|file| output.row(show(file).display()))
    }
}
