//! `filedeps`: the files that the roots are made of.

use super::asked::Asked;
use super::console::{ConsoleGoal, flag, is_set};
use super::output::{Output, Stop};
use crate::backends::SharedSymbols;
use pants_engine::Context;
use pants_model::{OptionSpec, Order, Target, Value};
use std::collections::BTreeSet;
use std::path::PathBuf;

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
        let mut files: BTreeSet<PathBuf> = BTreeSet::new();
        for target in targets.into_iter().map(|id| asked.target(id)) {
            match prints_patterns {
                true => files.extend(self.patterns(target)),
                false => files.extend(target.sources.iter().cloned()),
            }
            // A target that the host made stands in no file.
            if !target.is_synthetic && !target.location.file.is_empty() {
                files.insert(PathBuf::from(&*target.location.file));
            }
        }
        let base = if is_set(context, "absolute") { context.build_root() } else { "".as_ref() };
        files.iter().try_for_each(|file| output.row(base.join(file).display()))
    }
}

impl Filedeps {
    /// The names and patterns that add sources to a target, relative to the build root. What others take away again
    /// does not make them wrong, only wide.
    fn patterns(&self, target: &Target) -> Vec<PathBuf> {
        let given = match target.field("sources") {
            Value::None => Value::strings(self.default_sources(target)),
            given => given.clone(),
        };
        let mut patterns = Vec::new();
        includes(&given, &mut patterns);
        patterns.into_iter().map(|pattern| PathBuf::from(target.address.dir()).join(pattern)).collect()
    }

    fn default_sources(&self, target: &Target) -> Vec<String> {
        let spec = self.0.get().and_then(|symbols| symbols.target_type(&target.type_name));
        spec.and_then(|spec| spec.default_sources.clone()).unwrap_or_default()
    }
}

/// The patterns of a `sources` value that add files.
fn includes<'v>(value: &'v Value, patterns: &mut Vec<&'v str>) {
    match value {
        Value::Str(text) if !text.starts_with('!') => patterns.push(text),
        Value::Globs(globs) => patterns.extend(globs.include.iter().map(String::as_str)),
        Value::List(items) => items.iter().for_each(|item| includes(item, patterns)),
        _ => {}
    }
}
