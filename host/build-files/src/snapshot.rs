//! Snapshots: the same build root after something happened in it.
//!
//! A snapshot answers as one that was just made, and shares with the one before it whatever is still right. First the
//! directories are listed again that may hold something else; then the families are evaluated again that may come to
//! something else; then the graph is mended where they did. Each step ends what the next one would do for nothing: a listing
//! that holds the same affects no family, and a family that comes to the same targets leaves the graph as it is.
//!
//! What is not told by events is looked at: what leads through links, files with several names, and what BUILD files read
//! where nobody watches. The prelude and `.gitignore`, on which everything depends, are read again each time.

mod affected;
mod happened;
mod regrow;

use crate::changes::Changes;
use crate::config::WorkspaceConfig;
use crate::family::World;
use crate::load::Loaded;
use affected::{Affected, affected};
use happened::Happened;
use pants_model::{BuildGraph, Diagnostic};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::{Arc, OnceLock};

/// What a new snapshot is made of.
pub(crate) struct Renewal {
    pub world: World,
    pub loaded: Loaded,
    pub graph: Arc<BuildGraph>,
    /// What is wrong with the ignore rules, if they are others.
    pub warnings_of_tree: Option<Vec<Diagnostic>>,
}

/// The snapshot after changes; nothing when the old one is still right.
pub(crate) fn renew(
    old: &World,
    loaded: &Loaded,
    graph: &Arc<BuildGraph>,
    changes: &Changes,
    environment: &Arc<BTreeMap<OsString, OsString>>,
) -> Option<Renewal> {
    let happened = Happened::new(changes, &old.tree);
    let (tree, mut tree_changes) = old.tree.renewed(&old.config, &happened.tree_suspects());
    let warnings_of_tree = tree_changes.warnings.take();
    let config = WorkspaceConfig { environment: environment.clone(), ..old.config.clone() };
    let prelude = old.prelude.get();
    let is_prelude_current = prelude.is_none_or(|prelude| prelude.is_current(&config, &tree, tree_changes.is_any));
    let world = World {
        config,
        symbols: old.symbols.clone(),
        tree,
        defaults: old.defaults.clone(),
        roots: old.roots.clone(),
        assigned_tags: old.assigned_tags.clone(),
        prelude: prelude.filter(|_| is_prelude_current).cloned().map_or_else(OnceLock::new, OnceLock::from),
    };
    if !is_prelude_current {
        let loaded = loaded.anew();
        return Some(Renewal { world, loaded, graph: Arc::default(), warnings_of_tree });
    }
    let Affected { dirs: affected, odd } = affected(old, &world, loaded, &happened, &tree_changes);
    let is_nothing = affected.is_empty() && odd.is_empty() && !tree_changes.is_any;
    if is_nothing && old.config.environment == *environment {
        return None;
    }
    let mut next = loaded.clone();
    if !odd.is_empty() {
        Arc::make_mut(&mut next.inputs).set_odd(&odd);
    }
    let graph = regrow::mend(&world, loaded, &mut next, graph, &affected, &tree_changes);
    Some(Renewal { world, loaded: next, graph, warnings_of_tree })
}
