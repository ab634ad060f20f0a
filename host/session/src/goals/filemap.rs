//! `filemap`: which targets own which source files.

use super::asked::Asked;
use super::console::ConsoleGoal;
use super::output::{Output, Shape, Stop};
use super::path_order::by_parts;
use pants_engine::Context;
use pants_model::Address;
use std::fmt;
use std::path::Path;

pub(crate) struct Filemap;

impl ConsoleGoal for Filemap {
    fn describe(&self) -> (&'static str, &'static str) {
        ("Filemap", "Print each source file with the target that owns it; without specs, of all targets.")
    }

    fn shape(&self, _context: &Context) -> Shape {
        Shape::Object
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let asked = Asked::of(context);
        let mut owned: Vec<(&Path, &Address)> = Vec::new();
        for target in asked.sorted(asked.roots.clone()).into_iter().map(|id| asked.target(id)) {
            owned.extend(target.sources.iter().map(|source| (source.as_path(), &target.address)));
        }
        // Nearly all come in this order; several owners of a file keep theirs.
        owned.sort_by(|(a, _), (b, _)| by_parts(a, b));
        if output.is_text() {
            return output.lines(owned.into_iter().map(Line));
        }
        for of_source in owned.chunk_by(|(a, _), (b, _)| a == b) {
            let addresses: Vec<String> = of_source.iter().map(|(_, address)| address.to_string()).collect();
            output.entry(&of_source[0].0.to_string_lossy(), &addresses)?;
        }
        Ok(())
    }
}

/// A source and one of its owners.
struct Line<'o>((&'o Path, &'o Address));

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, address) = self.0;
        write!(f, "{} {address}", source.display())
    }
}
