//! `roots`: the source roots in use, with the languages below each.

use super::asked::Asked;
use super::cloc::language_of;
use super::console::ConsoleGoal;
use super::output::{Output, Shape, Stop};
use pants_engine::Context;
use pants_model::Target;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(crate) struct Roots;

impl ConsoleGoal for Roots {
    fn describe(&self) -> (&'static str, &'static str) {
        ("ListRoots", "List the source roots of the targets with their languages; without specs, of all targets.")
    }

    fn shape(&self, _context: &Context) -> Shape {
        Shape::Object
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let asked = Asked::of(context);
        let mut roots: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for target in asked.roots.iter().map(|id| asked.target(*id)) {
            for source in &target.sources {
                let languages = roots.entry(root_of(target, source)).or_default();
                languages.extend(language_of(source).map(|language| language.name));
            }
        }
        for (root, languages) in roots {
            let shown = if root.is_empty() { "." } else { root };
            let languages: BTreeSet<String> = languages.into_iter().map(str::to_lowercase).collect();
            let listed: Vec<&str> = languages.iter().map(String::as_str).collect();
            let listed = if listed.is_empty() { "*".to_owned() } else { listed.join(",") };
            output.line(format_args!("{shown}: {listed}"))?;
            output.entry(shown, &languages)?;
        }
        Ok(())
    }
}

/// The source root of a source: what the repository declares, or the convention, or the target's own directory.
fn root_of<'t>(target: &'t Target, source: &'t Path) -> &'t str {
    let conventional = || source.to_str().and_then(pants_plugin_loader::source_root);
    target.source_root.as_deref().or_else(conventional).unwrap_or(target.address.dir())
}
