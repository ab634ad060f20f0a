//! `cloc`: lines of code of the roots, by language.

mod count;
mod languages;

pub(crate) use languages::language_of;

use super::asked::Asked;
use super::console::{ConsoleGoal, flag, is_set};
use super::output::{Output, Shape, Stop};
use count::{Lines, count_lines};
use pants_engine::{Context, TaskError};
use pants_model::{OptionSpec, Order};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(crate) struct Cloc;

impl ConsoleGoal for Cloc {
    fn describe(&self) -> (&'static str, &'static str) {
        ("CountLinesOfCode", "Count the lines of code of the targets, by language.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![
            flag("transitive", "Count the sources of all dependencies, too."),
            flag("ignored", "Print the files that were not counted, too."),
        ]
    }

    fn shape(&self, _context: &Context) -> Shape {
        Shape::Object
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let asked = Asked::of(context);
        let targets = match is_set(context, "transitive") {
            true => asked.graph.closure(&asked.roots, Order::Preorder),
            false => asked.roots.clone(),
        };
        let sources: BTreeSet<&Path> =
            targets.iter().flat_map(|id| &asked.target(*id).sources).map(|source| source.as_path()).collect();
        let mut languages: BTreeMap<&str, Tally> = BTreeMap::new();
        let mut ignored = Vec::new();
        for source in sources {
            context.check_cancelled()?;
            let Some(language) = language_of(source) else {
                ignored.push(source);
                continue;
            };
            let text = std::fs::read(context.build_root().join(source))
                .map_err(|error| TaskError::failed(format!("cannot read `{}`", source.display())).caused_by(error))?;
            languages.entry(language.name).or_default().add(count_lines(language, &text));
        }
        table(languages, output)?;
        if is_set(context, "ignored") {
            output.line("Ignored:")?;
            ignored.iter().try_for_each(|file| output.line(file.display()))?;
            let ignored: Vec<_> = ignored.iter().map(|file| file.to_string_lossy()).collect();
            output.entry("ignored", &ignored)?;
        }
        Ok(())
    }
}

/// What the files of a language add up to.
#[derive(Clone, Copy, Default, Serialize)]
struct Tally {
    files: u64,
    #[serde(flatten)]
    lines: Lines,
}

impl Tally {
    fn add(&mut self, lines: Lines) {
        self.files += 1;
        self.lines += lines;
    }
}

/// The languages, the one with the most code first, and their sum.
fn table(languages: BTreeMap<&str, Tally>, output: &mut Output) -> Result<(), Stop> {
    let sum = languages
        .values()
        .fold(Tally::default(), |sum, tally| Tally { files: sum.files + tally.files, lines: sum.lines + tally.lines });
    let mut languages: Vec<(&str, Tally)> = languages.into_iter().collect();
    languages.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.lines.code));
    let rule = "-".repeat(79);
    output.line(&rule)?;
    output.line(format_args!("{:<24}{:>11}{:>15}{:>15}{:>14}", "Language", "files", "blank", "comment", "code"))?;
    output.line(&rule)?;
    for (name, tally) in &languages {
        row(name, tally, output)?;
    }
    output.line(&rule)?;
    row("SUM", &sum, output)?;
    output.line(&rule)
}

fn row(name: &str, tally: &Tally, output: &mut Output) -> Result<(), Stop> {
    let Tally { files, lines: Lines { blank, comment, code } } = tally;
    output.line(format_args!("{name:<24}{files:>11}{blank:>15}{comment:>15}{code:>14}"))?;
    output.entry(name, tally)
}
