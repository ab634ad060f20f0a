//! The source roots of loaded targets, from what BUILD files above them declare and the configuration says.
//!
//! A source root is declared at or above the directories that it is for. So the BUILD files above a target matter, though
//! nobody asked for them; they are read for the words, and evaluated only when they have them.

use super::Loaded;
use crate::family::{World, read_build_files};
use crate::hashing::FastSet;
use crate::source_roots::{ConfiguredRoot, DeclaredRoot, at_and_above};
use crate::stamps::Stamps;
use pants_model::{Diagnostic, Target};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a BUILD file has that declares source roots.
const WORDS: [&str; 2] = ["source_root", "maven_layout"];

/// How many source roots that stand inside each other are told of for one directory.
const MOST_NESTED: usize = 20;

/// What is known of the source roots of a directory, besides what is known of those above.
pub(super) struct RootsOfDir {
    above: Option<Arc<RootsOfDir>>,
    /// Declared in its BUILD files, by their directories.
    declared: BTreeMap<Arc<str>, DeclaredRoot>,
    configured: ConfiguredRoot,
    problems: Vec<Diagnostic>,
}

impl RootsOfDir {
    /// This directory, then the one above it, up to the build root.
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |roots| roots.above.as_deref())
    }

    /// The innermost declared root that a directory is in.
    fn declared_root(&self, dir: &str) -> Option<&DeclaredRoot> {
        self.chain()
            .filter_map(|roots| at_and_above(dir).find_map(|dir| roots.declared.get(dir)))
            .max_by_key(|root| root.dir.len())
    }

    /// A root that another one is inside of, or that is inside of it, or that is the same and does not agree about its types.
    fn in_conflict_with(&self, root: &DeclaredRoot) -> Option<&DeclaredRoot> {
        let differs = |other: &&DeclaredRoot| other.dir != root.dir || other.types != root.types;
        self.chain().find_map(|roots| {
            let outer = at_and_above(&root.dir).filter_map(|dir| roots.declared.get(dir)).find(differs);
            outer.or_else(|| roots.declared_below(&root.dir))
        })
    }

    /// A root that is declared here, and is inside of a directory.
    fn declared_below(&self, dir: &str) -> Option<&DeclaredRoot> {
        let start: Arc<str> = if dir.is_empty() { dir.into() } else { format!("{dir}/").into() };
        let mut below = self.declared.range(start.clone()..).map(|(_, root)| root).filter(|root| *root.dir != *dir);
        below.next().filter(|root| root.dir.starts_with(&*start))
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
        let words = declaring_words(world);
        let unloaded: Vec<&str> = new.iter().filter(|dir| !self.directories.contains_key(**dir)).copied().collect();
        let read: Vec<(&str, WithoutRoots)> =
            unloaded.par_iter().map(|dir| (*dir, without_roots(world, dir, &words))).collect();
        self.load_directories(world, read.iter().filter(|(_, read)| read.is_none()).map(|(dir, _)| *dir));
        if read.iter().any(|(_, read)| read.is_some()) {
            let passed_over = read.into_iter().filter_map(|(dir, stamps)| Some((dir.into(), stamps?)));
            Arc::make_mut(&mut self.passed_over).extend(passed_over);
        }
        let configured = |dir: &&str| world.roots.root_of(dir, &|dir, name| has_file(world, dir, name));
        let configured: Vec<ConfiguredRoot> = new.par_iter().map(configured).collect();
        for (dir, configured) in new.into_iter().zip(configured) {
            let roots = self.roots_of(dir, configured);
            Arc::make_mut(&mut self.roots).insert(dir.into(), Arc::new(roots));
        }
    }

    /// What is known of a directory; that of the one above is known.
    fn roots_of(&self, dir: &str, configured: ConfiguredRoot) -> RootsOfDir {
        let mut roots = RootsOfDir {
            above: at_and_above(dir).nth(1).and_then(|above| self.roots.get(above)).cloned(),
            declared: BTreeMap::new(),
            configured,
            problems: Vec::new(),
        };
        for root in self.family(dir).map(|family| &family.source_roots[..]).unwrap_or_default() {
            if roots.problems.len() < MOST_NESTED {
                let conflict = roots.in_conflict_with(root).map(|other| nested(other, root));
                roots.problems.extend(conflict);
            }
            roots.declared.entry(root.dir.clone()).or_insert_with(|| root.clone());
        }
        roots
    }

    /// The target with the source root that something in the repository says it has, and what is wrong with that.
    pub(super) fn with_source_root(&mut self, world: &World, target: Arc<Target>) -> (Arc<Target>, Vec<Diagnostic>) {
        let dir = target.address.dir();
        let takes_sources =
            world.symbols.target_type(&target.type_name).is_some_and(|spec| spec.default_sources.is_some());
        let Some(roots) = self.roots.get(dir).filter(|_| takes_sources && !target.is_synthetic).cloned() else {
            return (target, Vec::new());
        };
        let mut problems: Vec<Diagnostic> = roots.chain().flat_map(|roots| roots.problems.iter().cloned()).collect();
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
        // One that was found before may be another one now.
        if root == target.source_root {
            return (target, problems);
        }
        (self.with_root(target, root), problems)
    }
}

/// The words without which a BUILD file declares no source root: the functions for it, and where the prelude has these, the
/// names of the prelude.
fn declaring_words(world: &World) -> Vec<&str> {
    let prelude = world.prelude();
    let mut words = WORDS.to_vec();
    if prelude.files().iter().any(|file| has_any(&file.source.text, &WORDS)) {
        words.extend(prelude.names());
    }
    words
}

fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// The stamps of the BUILD files of a directory, where none of them has one of the words.
type WithoutRoots = Option<Stamps>;

/// The stamps of the BUILD files of a directory, where none of them may declare a source root.
pub(super) fn stamps_without_roots(world: &World, dir: &str) -> WithoutRoots {
    without_roots(world, dir, &declaring_words(world))
}

/// Reads the BUILD files of a directory for the words.
fn without_roots(world: &World, dir: &str, words: &[&str]) -> WithoutRoots {
    let Ok(listing) = world.tree.listing(dir) else { return Some(Box::default()) };
    let texts = read_build_files(world, &listing);
    // What is no text is for evaluation to tell of.
    let may_declare = texts.iter().any(|text| text.text.as_ref().map_or(true, |text| has_any(text, words)));
    (!may_declare).then(|| texts.iter().map(|text| text.stamp).collect())
}

fn has_file(world: &World, dir: &str, name: &str) -> bool {
    world.tree.listing(dir).is_ok_and(|listing| listing.has_file(name))
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
    Some(Diagnostic::warning(target.location.clone(), message).hint(hint))
}

fn in_no_root(target: &Target) -> Diagnostic {
    let message = format!("target `:{}` has sources in no source root", target.address.name());
    let hint = "`[source] root_patterns` says what source roots are called; with `unmatched = \"create\"` any directory is one";
    Diagnostic::error(target.location.clone(), message).hint(hint)
}
