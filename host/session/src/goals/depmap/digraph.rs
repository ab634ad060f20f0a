//! Dependencies in the language of Graphviz: each target and each edge once, coloured by type.

use super::{Map, Node, TargetSet};
use crate::goals::output::{Output, Stop};
use pants_model::TargetId;
use std::collections::HashSet;

/// Prints the graph of what a root depends on: a target, then what it depends on, then the edge that led to it.
pub(super) fn write(map: &Map<'_>, root: TargetId, output: &mut Output) -> Result<(), Stop> {
    output.line(format_args!("digraph \"{}\" {{", map.asked.address(root).id()))?;
    output.line("  node [shape=rectangle, colorscheme=set312;];")?;
    output.line("  rankdir=LR;")?;
    let mut digraph = Digraph { map, kinds: Vec::new(), artifacts: HashSet::new() };
    digraph.target(root, output)?;
    let mut seen = TargetSet::of(&map.asked.graph, &[root]);
    let mut path = vec![(root, map.below(root))];
    while let Some((id, rest)) = path.last_mut() {
        let id = *id;
        match rest.next() {
            Some(Node::Target(next)) if seen.insert(next) => {
                digraph.target(next, output)?;
                path.push((next, map.below(next)));
            }
            Some(Node::Target(next)) => output.line(digraph.edge(id, next))?,
            Some(Node::Artifact(artifact)) => {
                let name = digraph.label(map.artifact_name(&artifact), &artifact.symbol);
                if digraph.artifacts.insert(name.clone()) {
                    let color = digraph.color(&artifact.symbol);
                    output.line(format_args!("  \"{name}\" [style=filled, fillcolor={color}, shape=ellipse];"))?;
                }
                output.line(format_args!("  \"{}\" -> \"{name}\" [style=dashed];", digraph.name(id)))?;
            }
            None => {
                path.pop();
                if let Some((parent, _)) = path.last() {
                    output.line(digraph.edge(*parent, id))?;
                }
            }
        }
    }
    output.line("}")
}

struct Digraph<'m> {
    map: &'m Map<'m>,
    /// The types met so far, in the order of their colours.
    kinds: Vec<String>,
    artifacts: HashSet<String>,
}

impl Digraph<'_> {
    fn target(&mut self, id: TargetId, output: &mut Output) -> Result<(), Stop> {
        let color = self.color(&self.map.asked.target(id).type_name);
        output.line(format_args!("  \"{}\" [style=filled, fillcolor={color}];", self.name(id)))
    }

    fn edge(&self, from: TargetId, to: TargetId) -> String {
        format!("  \"{}\" -> \"{}\";", self.name(from), self.name(to))
    }

    fn name(&self, id: TargetId) -> String {
        self.label(self.map.target_name(id), &self.map.asked.target(id).type_name)
    }

    fn label(&self, name: String, kind: &str) -> String {
        if self.map.style.shows_types { format!("{name}\\n{kind}") } else { name }
    }

    /// One of the twelve colours of the scheme.
    fn color(&mut self, kind: &str) -> usize {
        let index = self.kinds.iter().position(|known| known == kind).unwrap_or_else(|| {
            self.kinds.push(kind.to_owned());
            self.kinds.len() - 1
        });
        index % 12 + 1
    }
}
