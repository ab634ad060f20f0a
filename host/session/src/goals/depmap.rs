//! `depmap`: the dependencies of the roots as a picture in text, or as a document with `--project-info`.

use super::console::{ConsoleGoal, flag, is_set};
use super::output::{Output, Stop};
use super::third_party::ThirdParty;
use pants_engine::{Context, GraphView, Planning, RoundManager, TaskError};
use pants_model::{Address, OptionKind, OptionSpec, Target};
use serde_json::{Map, Value as Json, json};
use std::collections::HashSet;

/// The product with the third-party libraries on disk; any backend may produce it.
const RESOLVED_LIBRARIES: &str = "resolved_libraries";

pub(crate) struct Depmap(pub(crate) ThirdParty);

impl ConsoleGoal for Depmap {
    fn describe(&self) -> (&'static str, &'static str) {
        ("Depmap", "Depict the dependencies of the targets.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![
            flag("internal-only", "Leave out third-party artifacts."),
            flag("external-only", "Print third-party artifacts only, in a flat list."),
            flag("minimal", "Print each target once."),
            flag("tree", "Draw branches."),
            flag("graph", "Print a graph in the language of Graphviz."),
            flag("show-types", "Show the type of each target in a graph."),
            flag("project-info", "Print a document for IDEs, with the third-party libraries resolved."),
            OptionSpec::new("separator", OptionKind::String, "-", "What joins the parts of a name."),
        ]
    }

    fn prepare(&self, planning: &Planning<'_>, round: &mut RoundManager) -> Result<(), TaskError> {
        if planning.option("project-info").as_bool() == Some(true) {
            round.require(RESOLVED_LIBRARIES);
        }
        Ok(())
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let roots = context.target_roots();
        if is_set(context, "project-info") {
            return output.line(crate::json::pretty(&self.project_info(context)?));
        }
        let style = Style::of(context);
        let mut lines = Vec::new();
        for root in &roots {
            if style.is_graph {
                self.graph(context, &style, root, &mut lines);
            } else if style.is_external_only {
                self.external(context, &style, root, &mut lines);
            } else {
                self.tree(context, &style, root, &mut lines);
            }
        }
        lines.into_iter().try_for_each(|line| output.row(line))
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
    fn of(context: &Context) -> Self {
        Self {
            separator: context.option("separator").as_str().unwrap_or("-").to_owned(),
            is_internal_only: is_set(context, "internal-only"),
            is_external_only: is_set(context, "external-only"),
            is_minimal: is_set(context, "minimal"),
            is_tree: is_set(context, "tree"),
            is_graph: is_set(context, "graph"),
            shows_types: is_set(context, "show-types"),
        }
    }

    fn internal(&self, address: &Address) -> String {
        format!("internal{}{}", self.separator, address.id())
    }

    /// A line of the picture: indented, or with branches.
    fn line(&self, depth: usize, name: &str, is_repeated: bool) -> String {
        let star = if is_repeated { "*" } else { "" };
        match (self.is_tree, depth) {
            (false, _) => format!("{}{star}{name}", "  ".repeat(depth)),
            (true, 0) => format!("--{star}{name}"),
            (true, _) => format!("{}  |--{star}{name}", "  |".repeat(depth - 1)),
        }
    }
}

/// What is still to print, last first: a target, or a third-party artifact, at a depth.
enum Node {
    Target(Address),
    Artifact(String),
}

impl Depmap {
    fn artifacts(&self, style: &Style, target: &Target) -> Vec<String> {
        self.0.coordinates(target).iter().map(|parts| parts.join(&style.separator)).collect()
    }

    fn tree(&self, context: &Context, style: &Style, root: &Target, lines: &mut Vec<String>) {
        let mut seen = HashSet::new();
        let mut stack = vec![(0, Node::Target(root.address.clone()))];
        while let Some((depth, node)) = stack.pop() {
            let (name, target) = match node {
                Node::Target(address) => (style.internal(&address), context.target(&address)),
                Node::Artifact(name) => (name, None),
            };
            let is_repeated = !seen.insert(name.clone());
            if is_repeated && style.is_minimal {
                continue;
            }
            lines.push(style.line(depth, &name, is_repeated));
            // What stands below a repeated target was printed where it stood first.
            let Some(target) = target.filter(|_| !is_repeated) else { continue };
            let targets = context.dependencies(&target.address, GraphView::Declared).into_iter().map(Node::Target);
            let mut below: Vec<Node> = targets.collect();
            if !style.is_internal_only {
                below.extend(self.artifacts(style, &target).into_iter().map(Node::Artifact));
            }
            stack.extend(below.into_iter().rev().map(|node| (depth + 1, node)));
        }
    }

    fn external(&self, context: &Context, style: &Style, root: &Target, lines: &mut Vec<String>) {
        let mut seen: HashSet<String> = lines.iter().cloned().collect();
        for target in context.closure(std::slice::from_ref(&root.address), GraphView::Declared) {
            lines.extend(self.artifacts(style, &target).into_iter().filter(|name| seen.insert(name.clone())));
        }
    }

    fn graph(&self, context: &Context, style: &Style, root: &Target, lines: &mut Vec<String>) {
        let mut kinds: Vec<String> = Vec::new();
        let mut color = |kind: &str| {
            let index = kinds.iter().position(|known| known == kind).unwrap_or_else(|| {
                kinds.push(kind.to_owned());
                kinds.len() - 1
            });
            index % 12 + 1
        };
        let label =
            |name: &str, kind: &str| if style.shows_types { format!("{name}\\n{kind}") } else { name.to_owned() };
        lines.push(format!("digraph \"{}\" {{", root.address.id()));
        lines.push("  node [shape=rectangle, colorscheme=set312;];".to_owned());
        lines.push("  rankdir=LR;".to_owned());
        let mut closure = context.closure(std::slice::from_ref(&root.address), GraphView::Declared);
        closure.reverse();
        let mut drawn = HashSet::new();
        for target in &closure {
            let name = label(&style.internal(&target.address), &target.type_name);
            lines.push(format!("  \"{name}\" [style=filled, fillcolor={}];", color(&target.type_name)));
        }
        for target in &closure {
            let name = label(&style.internal(&target.address), &target.type_name);
            for dependency in context.dependencies(&target.address, GraphView::Declared) {
                let kind = context.target(&dependency).map(|target| target.type_name.to_string()).unwrap_or_default();
                lines.push(format!("  \"{name}\" -> \"{}\";", label(&style.internal(&dependency), &kind)));
            }
            if style.is_internal_only {
                continue;
            }
            for artifact in self.artifacts(style, target) {
                let artifact = label(&artifact, "artifact");
                if drawn.insert(artifact.clone()) {
                    let color = color("artifact");
                    lines.push(format!("  \"{artifact}\" [style=filled, fillcolor={color}, shape=ellipse];"));
                }
                lines.push(format!("  \"{name}\" -> \"{artifact}\" [style=dashed];"));
            }
        }
        lines.push("}".to_owned());
    }

    fn project_info(&self, context: &Context) -> Result<Json, TaskError> {
        let roots: Vec<Address> = context.target_roots().iter().map(|target| target.address.clone()).collect();
        let is_root: HashSet<&Address> = roots.iter().collect();
        let mut targets = Map::new();
        for target in context.closure(&roots, GraphView::Declared) {
            let dependencies = context.dependencies(&target.address, GraphView::Declared);
            let strings = |items: &[Address]| items.iter().map(ToString::to_string).collect::<Vec<_>>();
            let libraries: Vec<String> = self.0.coordinates(&target).iter().map(|parts| parts.join(":")).collect();
            let document = json!({
                "id": target.address.id(),
                "pants_target_type": &*target.type_name,
                "is_target_root": is_root.contains(&target.address),
                "is_code_gen": target.is_synthetic,
                "sources": target.sources,
                "targets": strings(&dependencies),
                "libraries": libraries,
            });
            targets.insert(target.address.to_string(), document);
        }
        Ok(json!({ "version": "1.0.0", "targets": targets, "libraries": resolved_libraries(context)? }))
    }
}

/// Coordinate to artifact kind to path, from every backend that resolved something.
fn resolved_libraries(context: &Context) -> Result<Map<String, Json>, TaskError> {
    let mut libraries = Map::new();
    for contribution in context.products(RESOLVED_LIBRARIES) {
        let encoded = contribution.payload.encoded()?;
        let document: Json = rmp_serde::from_slice(&encoded).map_err(|error| {
            TaskError::failed(format!("`{}` left a `{RESOLVED_LIBRARIES}` that cannot be read", contribution.scope))
                .caused_by(error)
        })?;
        if let Some(Json::Object(found)) = document.get("libraries") {
            libraries.extend(found.clone());
        }
    }
    Ok(libraries)
}
