//! The source roots of loaded targets, from what BUILD files above them declare and the configuration says.
//!
//! A source root is declared at or above the directories that it is for. So the BUILD files above a target matter, though
//! nobody asked for them; they are read for the words, and evaluated only when they have them.

use super::Loaded;
use crate::family::World;
use crate::hashing::FastSet;
use crate::source_roots::{ConfiguredRoot, DeclaredRoot, at_and_above, is_at_or_below};
use crate::tree::join;
use pants_model::{Diagnostic, Severity, Target};
use rayon::prelude::*;
use std::fs;
use std::sync::Arc;

/// What a BUILD file has that declares source roots.
const WORDS: [&str; 2] = ["source_root", "maven_layout"];

/// What is known of the source roots of a directory.
pub(super) struct RootsOfDir {
    /// Declared in its BUILD files and those above it, from the build root down.
    declared: Vec<DeclaredRoot>,
    configured: ConfiguredRoot,
    problems: Vec<Diagnostic>,
}

impl RootsOfDir {
    /// The innermost declared root that a directory is in.
    fn declared_root(&self, dir: &str) -> Option<&DeclaredRoot> {
        self.declared.iter().filter(|root| is_at_or_below(dir, &root.dir)).max_by_key(|root| root.dir.len())
    }
}

impl Loaded {
    /// Finds the source roots of the directories of these targets, those that have not been looked for yet.
    pub(super) fn find_roots(&mut self, world: &World, targets: &[Arc<Target>]) {
        let takes_sources = |target: &&Arc<Target>| {
            world.symbols.target_type(&target.type_name).is_some_and(|spec| spec.default_sources.is_some())
        };
        let dirs = targets.iter().filter(|target| !target.is_synthetic).filter(takes_sources);
        let mut new: FastSet<&str> = FastSet::default();
        for target in dirs {
            // Where one is known, so are those above.
            let unknown = at_and_above(target.address.dir()).take_while(|dir| !self.roots.contains_key(*dir));
            let _ = unknown.map(|dir| new.insert(dir)).find(|is_new| !is_new);
        }
        if new.is_empty() {
            return;
        }
        let mut new: Vec<&str> = new.into_iter().collect();
        // What is above comes first.
        new.sort_unstable();
        let declaring: Vec<&str> = new
            .par_iter()
            .filter(|dir| !self.directories.contains_key(**dir) && may_declare_roots(world, dir))
            .copied()
            .collect();
        self.load_directories(world, declaring);
        let configured = |dir: &&str| world.roots.root_of(dir, &|dir, name| has_file(world, dir, name));
        let configured: Vec<ConfiguredRoot> = new.par_iter().map(configured).collect();
        for (dir, configured) in new.into_iter().zip(configured) {
            let roots = self.roots_of(dir, configured);
            self.roots.insert(dir.into(), Arc::new(roots));
        }
    }

    /// What is known of a directory; that of the one above is known.
    fn roots_of(&self, dir: &str, configured: ConfiguredRoot) -> RootsOfDir {
        let above = at_and_above(dir).nth(1).and_then(|above| self.roots.get(above));
        let mut roots = RootsOfDir {
            declared: above.map(|above| above.declared.clone()).unwrap_or_default(),
            configured,
            problems: above.map(|above| above.problems.clone()).unwrap_or_default(),
        };
        let own = self.family(dir).map(|family| &family.source_roots[..]).unwrap_or_default();
        for root in own {
            let outer = roots.declared.iter().find(|other| are_nested(other, root));
            roots.problems.extend(outer.map(|other| nested(other, root)));
            roots.declared.push(root.clone());
        }
        roots
    }

    /// The target with the source root that something in the repository says it has, and what is wrong with that.
    pub(super) fn with_source_root(&self, world: &World, target: Arc<Target>) -> (Arc<Target>, Vec<Diagnostic>) {
        let dir = target.address.dir();
        let takes_sources =
            world.symbols.target_type(&target.type_name).is_some_and(|spec| spec.default_sources.is_some());
        let Some(roots) = self.roots.get(dir).filter(|_| takes_sources && !target.is_synthetic) else {
            return (target, Vec::new());
        };
        let mut problems = roots.problems.clone();
        let declared = roots.declared_root(dir);
        let root = match (declared, &roots.configured) {
            (Some(declared), _) => {
                problems.extend(not_allowed(declared, &target));
                Some(declared.dir.clone())
            }
            (None, ConfiguredRoot::Root(root)) => Some(root.clone()),
            (None, ConfiguredRoot::Missing) if !target.sources.is_empty() => {
                problems.push(in_no_root(&target));
                None
            }
            (None, ConfiguredRoot::Missing | ConfiguredRoot::Unsaid) => None,
        };
        if root.is_none() {
            return (target, problems);
        }
        let mut target = Arc::unwrap_or_clone(target);
        target.source_root = root;
        (Arc::new(target), problems)
    }
}

/// Whether a BUILD file of a directory has the words for it.
fn may_declare_roots(world: &World, dir: &str) -> bool {
    let Ok(listing) = world.tree.listing(dir) else { return false };
    let has_words = |name: &str| {
        let text = fs::read(world.tree.root().join(join(dir, name))).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        WORDS.iter().any(|word| text.contains(word))
    };
    listing.build_files.iter().any(|name| has_words(name))
}

fn has_file(world: &World, dir: &str, name: &str) -> bool {
    let listing = world.tree.listing(dir);
    listing.is_ok_and(|listing| listing.files.binary_search_by(|file| (**file).cmp(name)).is_ok())
}

/// Whether one of two roots is inside the other, or they are one and do not agree about its types.
fn are_nested(one: &DeclaredRoot, other: &DeclaredRoot) -> bool {
    if one.dir == other.dir {
        return one.types != other.types;
    }
    is_at_or_below(&one.dir, &other.dir) || is_at_or_below(&other.dir, &one.dir)
}

fn nested(first: &DeclaredRoot, second: &DeclaredRoot) -> Diagnostic {
    let message = match first.dir == second.dir {
        true => format!("source root `{}` is already declared at {}, for other types", second.dir, first.location),
        false => {
            let (inner, outer) = if first.dir.len() > second.dir.len() { (first, second) } else { (second, first) };
            let other = &first.location;
            format!(
                "source root `{}` is nested inside source root `{}`; the other is declared at {other}",
                inner.dir, outer.dir
            )
        }
    };
    Diagnostic { excerpt: second.excerpt.clone(), ..Diagnostic::error(second.location.clone(), message) }
}

/// A warning that a source root is for other types than this target's.
fn not_allowed(root: &DeclaredRoot, target: &Target) -> Option<Diagnostic> {
    if root.types.is_empty() || root.types.contains(&target.type_name) || target.sources.is_empty() {
        return None;
    }
    let message = format!("target type `{}` is not allowed under source root `{}`", target.type_name, root.dir);
    let types: Vec<String> = root.types.iter().map(|name| format!("`{name}`")).collect();
    let hint = format!("{} declares it for {}", root.location, types.join(", "));
    Some(Diagnostic { severity: Severity::Warning, ..Diagnostic::error(target.location.clone(), message) }.hint(hint))
}

fn in_no_root(target: &Target) -> Diagnostic {
    let message = format!("target `:{}` has sources in no source root", target.address.name());
    let hint = "`[source] root_patterns` says what source roots are called; with `unmatched = \"create\"` any directory is one";
    Diagnostic::error(target.location.clone(), message).hint(hint)
}
