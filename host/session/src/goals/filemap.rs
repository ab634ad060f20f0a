//! `filemap`: which targets own which source files.

use super::asked::Asked;
use super::console::ConsoleGoal;
use super::output::{Output, Shape, Stop};
use pants_engine::Context;
use pants_model::Address;
use std::collections::BTreeMap;
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
        let mut owners: BTreeMap<&Path, Vec<&Address>> = BTreeMap::new();
        for id in asked.sorted(asked.roots.clone()) {
            for source in &asked.target(id).sources {
                owners.entry(source).or_default().push(asked.address(id));
            }
        }
        for (source, addresses) in owners {
            for address in &addresses {
                output.line(format_args!("{} {address}", source.display()))?;
            }
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            output.entry(&source.to_string_lossy(), &addresses)?;
        }
        Ok(())
    }
}
