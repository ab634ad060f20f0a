//! `filedeps`: the files that the roots are made of.

use super::asked::Asked;
use super::console::{ConsoleGoal, flag, is_set};
use super::output::{Output, Stop};
use super::path_order::by_parts;
use super::patterns::source_patterns;
use crate::backends::SharedSymbols;
use pants_engine::Context;
use pants_model::{OptionSpec, Order, Target};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

pub(crate) struct Filedeps(pub(crate) SharedSymbols);

impl ConsoleGoal for Filedeps {
    fn describe(&self) -> (&'static str, &'static str) {
        ("FileDeps", "Print the source and BUILD files of the targets.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![
            flag("transitive", "Print the files of all dependencies, too."),
            flag("globs", "Print the patterns of the sources instead of what they match."),
            flag("absolute", "Print absolute paths."),
        ]
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let asked = Asked::of(context);
        let targets = match is_set(context, "transitive") {
            true => asked.graph.closure(&asked.roots, Order::Preorder),
            false => asked.roots.clone(),
        };
        let prints_patterns = is_set(context, "globs");
        let mut files: Vec<Cow<'_, Path>> = Vec::new();
        for target in targets.into_iter().map(|id| asked.target(id)) {
            match prints_patterns {
                true => files.extend(self.patterns(target).map(Cow::Owned)),
                false => files.extend(target.sources.iter().map(|source| Cow::Borrowed(source.as_path()))),
            }
            // A target that the host made stands in no file.
            if !target.is_synthetic && !target.location.file.is_empty() {
                files.push(Cow::Borrowed(Path::new(&*target.location.file)));
            }
        }
        files.sort_by(|a, b| by_parts(a, b));
        files.dedup();
        let base = if is_set(context, "absolute") { context.build_root() } else { "".as_ref() };
        let shown = files.iter().map(|file| base.join(file));
        if output.is_text() {
            return output.lines(shown.map(|file| file.display().to_string()));
        }
        shown.into_iter().try_for_each(|file| output.row(file.display()))
    }
}

impl Filedeps {
    fn patterns(&self, target: &Target) -> impl Iterator<Item = PathBuf> {
        let patterns = self.0.get().map(|symbols| source_patterns(target, symbols)).unwrap_or_default();
        patterns.include.into_iter().map(PathBuf::from)
    }
}
