//! Dependencies as indented lines, each target as often as something depends on it, repeated ones with a star.
//!
//! On a large graph that is more than anyone can read, and it is written as it is walked; `--minimal` is as long as the
//! graph is large. Artifacts stand below the target that names them and nowhere else; Pants v1 repeated them at every
//! level above.

use super::{Map, Node, TargetSet};
use crate::goals::output::{Output, Stop};
use pants_model::TargetId;
use std::collections::HashSet;

/// Draws what a root depends on.
pub(super) fn write(map: &Map<'_>, root: TargetId, output: &mut Output) -> Result<(), Stop> {
    let mut seen = TargetSet::of(&map.asked.graph, &[root]);
    let mut seen_artifacts = HashSet::new();
    let mut on_path = TargetSet::of(&map.asked.graph, &[root]);
    output.line(line(map, 0, &map.target_name(root), Standing::First))?;
    let mut path = vec![(root, map.below(root))];
    while let Some((id, rest)) = path.last_mut() {
        let Some(node) = rest.next() else {
            on_path.remove(*id);
            path.pop();
            continue;
        };
        let (name, is_new) = match &node {
            Node::Target(id) => (map.target_name(*id), seen.insert(*id)),
            Node::Artifact(artifact) => {
                let name = map.artifact_name(artifact);
                (name.clone(), seen_artifacts.insert(name))
            }
        };
        let standing = if is_new { Standing::First } else { Standing::Repeated };
        if standing == Standing::Repeated && map.style.is_minimal {
            continue;
        }
        output.line(line(map, path.len(), &name, standing))?;
        // Targets that depend on each other would never end.
        if let Node::Target(id) = node
            && on_path.insert(id)
        {
            path.push((id, map.below(id)));
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    First,
    Repeated,
}

/// A line of the picture: indented, or with branches.
fn line(map: &Map<'_>, depth: usize, name: &str, standing: Standing) -> String {
    let star = if standing == Standing::Repeated { "*" } else { "" };
    match map.style.is_tree {
        false => format!("{}{star}{name}", "  ".repeat(depth)),
        true => format!("{}--{star}{name}", "  |".repeat(depth)),
    }
}
