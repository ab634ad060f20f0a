//! `list-owners`: the targets that own files.

use super::console::ConsoleGoal;
use super::output::{Output, Shape, Stop};
use pants_engine::{Context, TaskError};
use pants_model::{Address, Globs};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub(crate) struct ListOwners;

impl ConsoleGoal for ListOwners {
    fn describe(&self) -> (&'static str, &'static str) {
        ("ListOwners", "List the targets that own files: of specs, of `--owner-of`, or after `--`.")
    }

    fn needs_targets(&self) -> bool {
        false
    }

    fn takes_passthrough(&self) -> bool {
        true
    }

    fn shape(&self, _context: &Context) -> Shape {
        Shape::Object
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let files = files(context)?;
        let mut owners: BTreeMap<String, Vec<Address>> = BTreeMap::new();
        for file in files {
            let of_file = context.workspace().owners(&[PathBuf::from(&file)]).map_err(TaskError::from)?;
            owners.insert(file, of_file);
        }
        let all: BTreeSet<&Address> = owners.values().flatten().collect();
        all.into_iter().try_for_each(|address| output.line(address))?;
        for (file, of_file) in &owners {
            let addresses: Vec<String> = of_file.iter().map(ToString::to_string).collect();
            output.entry(file, &addresses)?;
        }
        Ok(())
    }
}

/// The files that are asked about, relative to the build root; those of patterns are looked up.
fn files(context: &Context) -> Result<Vec<String>, TaskError> {
    let after_dashes = context.passthrough().iter().map(|typed| context.workspace().typed_file(typed));
    let mut named = after_dashes.collect::<Result<Vec<_>, _>>()?;
    named.extend(context.workspace().asked_files());
    if named.is_empty() {
        return Err(TaskError::failed("`list-owners` takes files, and got none")
            .hint("`pants list-owners src/app/Main.java` lists the targets that own it"));
    }
    let mut files = Vec::new();
    for name in named {
        if !name.contains(['*', '?', '[']) {
            files.push(name);
            continue;
        }
        let globs = Globs { include: vec![name], exclude: Vec::new() };
        let found = context.workspace().expand_globs("", &globs)?;
        files.extend(found.into_iter().map(|file| file.to_string_lossy().into_owned()));
    }
    Ok(files)
}
