//! `depmap`: the dependencies of the roots as a picture in text, as a graph, or as a document with `--project-info`.

mod digraph;
mod picture;
mod project_info;

use super::asked::{Asked, TargetSet};
use super::console::{ConsoleGoal, flag, is_set, text, text_option};
use super::contributions::RESOLVED_LIBRARIES;
use super::output::{Output, Shape, Stop};
use super::third_party::{Artifact, ThirdParty};
use pants_engine::{Context, Planning, RoundManager, TaskError};
use pants_model::{OptionSpec, Order, TargetId};
use serde::Serialize;
use std::collections::HashSet;

pub(crate) struct Depmap(pub(crate) ThirdParty);

impl ConsoleGoal for Depmap {
    fn describe(&self) -> (&'static str, &'static str) {
        ("Depmap", "Depict the dependencies of the targets.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![
            flag("internal-only", "Leave out third-party artifacts."),
            flag("external-only", "Print third-party artifacts only, in a flat list."),
            flag("minimal", "Print each target once, and leave it out where it would be repeated."),
            flag("tree", "Draw branches."),
            flag("graph", "Print a graph in the language of Graphviz."),
            flag("show-types", "Show the type of each target in a graph."),
            flag("project-info", "Print a document for IDEs, with the third-party libraries resolved."),
            text("separator", "-", "What joins the parts of a name."),
        ]
    }

    fn shape(&self, context: &Context) -> Shape {
        match is_set(context, "external-only") && !is_set(context, "project-info") {
            true => Shape::Array,
            false => Shape::Object,
        }
    }

    fn prepare(&self, planning: &Planning<'_>, round: &mut RoundManager) -> Result<(), TaskError> {
        if planning.option("project-info").as_bool() == Some(true) {
            round.require(RESOLVED_LIBRARIES);
        }
        Ok(())
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        if is_set(context, "project-info") {
            return project_info::write(context, &self.0, output);
        }
        let map = Map { asked: Asked::of(context), third_party: &self.0, style: Style::of(context)? };
        if map.style.is_external_only {
            return map.external(output);
        }
        if !output.is_text() {
            return map.document(output);
        }
        map.asked.roots.iter().try_for_each(|root| match map.style.is_graph {
            true => digraph::write(&map, *root, output),
            false => picture::write(&map, *root, output),
        })
    }
}

struct Style {
    separator: String,
    is_internal_only: bool,
    is_external_only: bool,
    is_minimal: bool,
    is_tree: bool,
    is_graph: bool,
    shows_types: bool,
}

impl Style {
    fn of(context: &Context) -> Result<Self, TaskError> {
        let style = Self {
            separator: text_option(context, "separator").unwrap_or_default(),
            is_internal_only: is_set(context, "internal-only"),
            is_external_only: is_set(context, "external-only"),
            is_minimal: is_set(context, "minimal"),
            is_tree: is_set(context, "tree"),
            is_graph: is_set(context, "graph"),
            shows_types: is_set(context, "show-types"),
        };
        match style.is_internal_only && style.is_external_only {
            true => Err(TaskError::failed("`--internal-only` and `--external-only` leave nothing to print")),
            false => Ok(style),
        }
    }
}

/// What is drawn, and how.
struct Map<'m> {
    asked: Asked,
    third_party: &'m ThirdParty,
    style: Style,
}

/// What a target is drawn above of.
enum Node {
    Target(TargetId),
    Artifact(Artifact),
}

/// A target as a document.
#[derive(Serialize)]
struct Mapped<'m> {
    #[serde(rename = "type")]
    type_name: &'m str,
    dependencies: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    libraries: Option<Vec<String>>,
}

impl Map<'_> {
    /// What stands below a target: what it depends on by address, then its artifacts by coordinate.
    fn below(&self, id: TargetId) -> std::vec::IntoIter<Node> {
        let dependencies = self.asked.sorted(self.asked.graph.dependencies(id).to_vec());
        let mut artifacts = self.artifacts(id);
        artifacts.sort_unstable();
        let below: Vec<Node> =
            dependencies.into_iter().map(Node::Target).chain(artifacts.into_iter().map(Node::Artifact)).collect();
        below.into_iter()
    }

    fn artifacts(&self, id: TargetId) -> Vec<Artifact> {
        if self.style.is_internal_only { Vec::new() } else { self.third_party.artifacts(self.asked.target(id)) }
    }

    fn target_name(&self, id: TargetId) -> String {
        format!("internal{}{}", self.style.separator, self.asked.address(id).id())
    }

    fn artifact_name(&self, artifact: &Artifact) -> String {
        artifact.parts.join(&self.style.separator)
    }

    /// The artifacts alone, each once.
    fn external(&self, output: &mut Output) -> Result<(), Stop> {
        let mut seen = HashSet::new();
        for id in self.asked.graph.closure(&self.asked.roots, Order::Preorder) {
            for artifact in self.artifacts(id) {
                let name = self.artifact_name(&artifact);
                if seen.insert(name.clone()) {
                    output.row(name)?;
                }
            }
        }
        Ok(())
    }

    /// What the roots reach, each target with what it depends on.
    fn document(&self, output: &mut Output) -> Result<(), Stop> {
        for id in self.asked.graph.closure(&self.asked.roots, Order::Preorder) {
            let dependencies = self.asked.sorted(self.asked.graph.dependencies(id).to_vec());
            let libraries = || self.artifacts(id).iter().map(|artifact| artifact.parts.join(":")).collect();
            let mapped = Mapped {
                type_name: &self.asked.target(id).type_name,
                dependencies: dependencies.into_iter().map(|id| self.asked.address(id).to_string()).collect(),
                libraries: (!self.style.is_internal_only).then(libraries),
            };
            output.entry(&self.asked.address(id).to_string(), &mapped)?;
        }
        Ok(())
    }
}
