//! `peek`: everything that is known of the roots, as JSON.

use super::console::ConsoleGoal;
use super::output::{Format, Output, Stop};
use super::values::Fields;
use pants_engine::Context;
use pants_model::{Address, DependencyModifier, Target};
use serde::Serialize;
use std::collections::BTreeMap;

pub(crate) struct Peek;

impl ConsoleGoal for Peek {
    fn describe(&self) -> (&'static str, &'static str) {
        ("Peek", "Print everything that is known of the targets, as JSON; without specs, of all of them.")
    }

    fn formats(&self) -> &'static [Format] {
        &[Format::Json, Format::JsonLines]
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let mut roots = context.target_roots();
        roots.sort_by(|a, b| a.address.cmp(&b.address));
        roots.iter().try_for_each(|target| output.item(&Peeked::of(target)))
    }
}

/// A target as a document.
#[derive(Serialize)]
struct Peeked<'t> {
    address: String,
    #[serde(rename = "type")]
    type_name: &'t str,
    /// The direct ones, sorted.
    dependencies: Vec<String>,
    sources: Vec<String>,
    tags: &'t [String],
    fields: Fields<'t>,
    /// How some of the dependencies differ from plain ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    modifiers: BTreeMap<String, Modifier<'t>>,
    /// Absent for a target that no BUILD file declares.
    #[serde(skip_serializing_if = "str::is_empty")]
    file: &'t str,
    #[serde(skip_serializing_if = "is_nowhere")]
    line: u32,
}

#[derive(Serialize)]
struct Modifier<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'t str>,
    transitive: bool,
}

fn is_nowhere(line: &u32) -> bool {
    *line == 0
}

impl<'t> Peeked<'t> {
    fn of(target: &'t Target) -> Self {
        let mut dependencies: Vec<&Address> = target.dependencies.iter().collect();
        dependencies.sort_unstable();
        dependencies.dedup();
        Self {
            address: target.address.to_string(),
            type_name: &target.type_name,
            dependencies: dependencies.into_iter().map(Address::to_string).collect(),
            sources: target.sources.iter().map(|source| source.to_string_lossy().into_owned()).collect(),
            tags: &target.tags,
            fields: Fields(target),
            modifiers: target.modifiers.iter().map(modifier).collect(),
            file: &target.location.file,
            line: target.location.line,
        }
    }
}

fn modifier((address, modifier): &(Address, DependencyModifier)) -> (String, Modifier<'_>) {
    let DependencyModifier { scope, is_transitive } = modifier;
    (address.to_string(), Modifier { scope: scope.as_deref(), transitive: *is_transitive })
}
