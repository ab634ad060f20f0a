//! What is wrong with what was asked for, told the same whatever was loaded before.
//!
//! Nothing is told of a target that the question does not reach, and of a BUILD file that takes no part in its answer.

use super::{Directory, Loaded, absolute, name_hint, shown_dir};
use crate::evaluate::built_in_names;
use crate::family::{Family, World};
use crate::hashing::FastSet;
use crate::places::Places;
use crate::source_roots::is_at_or_below;
use crate::unknown;
use pants_model::{Address, BuildGraph, Diagnostic, Order, Target, TargetId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many missing dependencies of one target are told of.
const MOST_MISSING: usize = 100;
/// For how many missing dependencies what was meant is looked for: each is compared with all names of a directory.
const MOST_SUGGESTIONS: usize = 200;
/// How many targets of a cycle are named.
const MOST_OF_CYCLE: usize = 20;

/// The directories that a question is about.
#[derive(Default)]
pub(crate) struct Asked {
    dirs: FastSet<Arc<str>>,
    /// With all that is below them.
    below: Vec<Box<str>>,
}

impl Asked {
    pub(crate) fn insert(&mut self, dir: &str) {
        if !self.dirs.contains(dir) {
            self.dirs.insert(dir.into());
        }
    }

    /// A directory and all that is below it.
    pub(crate) fn insert_below(&mut self, dir: &str) {
        self.below.push(dir.into());
    }

    fn covers(&self, dir: &str) -> bool {
        self.dirs.contains(dir) || self.below.iter().any(|above| is_at_or_below(dir, above))
    }
}

impl Loaded {
    /// Whether there is nothing to tell, whatever is asked.
    pub(crate) fn is_clean(&self) -> bool {
        self.unclean.is_empty() && self.links.are_clean()
    }

    /// What is wrong with what the roots reach, and in directories that were asked for.
    pub(crate) fn problems(
        &mut self,
        world: &World,
        graph: &BuildGraph,
        roots: &[Address],
        asked: &Asked,
    ) -> Vec<Diagnostic> {
        if self.is_clean() {
            return Vec::new();
        }
        let ids: Vec<TargetId> = roots.iter().filter_map(|root| graph.id(root)).collect();
        let reached = graph.closure(&ids, Order::Preorder);
        let families = self.told_families(graph, &reached, asked);
        let reached: FastSet<TargetId> = reached.into_iter().collect();
        let is_reached = |address: &Address| graph.id(address).is_some_and(|id| reached.contains(&id));
        let mut telling = Telling::new(world);
        let told = self.tell_links(&mut telling, graph, is_reached);
        if !world.prelude().has_errors() {
            let unknown = families.iter().flat_map(|family| &family.unknown);
            telling.problems.extend(unknown::describe(unknown, &known_names(world)));
        }
        self.tell_refused(&mut telling, &families, &told);
        telling.problems.extend(families.iter().flat_map(|family| family.diagnostics.iter().cloned()));
        telling.problems
    }

    /// The families that have something to tell, and take part in what was reached or asked for; sorted by directory.
    fn told_families(&self, graph: &BuildGraph, reached: &[TargetId], asked: &Asked) -> Vec<Arc<Family>> {
        if self.unclean.is_empty() {
            return Vec::new();
        }
        let mut dirs: FastSet<&str> = FastSet::default();
        for id in reached {
            let target = graph.target(*id);
            // A broken file may be why a dependency is not in the graph.
            let all = std::iter::once(target.address.dir()).chain(target.dependencies.iter().map(Address::dir));
            dirs.extend(all.filter(|dir| self.unclean.contains(*dir)));
        }
        let told = self.unclean.iter().filter(|dir| dirs.contains(&***dir) || asked.covers(dir));
        told.filter_map(|dir| self.family(dir).cloned()).collect()
    }

    /// Tells of edges and source roots; gives whose.
    fn tell_links(
        &mut self,
        telling: &mut Telling<'_>,
        graph: &BuildGraph,
        is_reached: impl Fn(&Address) -> bool,
    ) -> BTreeSet<Address> {
        let links = &self.links;
        let all = links.broken.iter().chain(links.of_roots.keys()).chain(links.cycles.iter().map(|cycle| &cycle[0]));
        let told: BTreeSet<Address> = all.filter(|address| is_reached(address)).cloned().collect();
        let is_missing = |dependency: &&Address| graph.id(dependency).is_none();
        let broken: Vec<Arc<Target>> = told.iter().filter_map(|address| graph.get(address).cloned()).collect();
        let missing = broken.iter().flat_map(|target| target.dependencies.iter().filter(is_missing));
        self.load_directories(telling.world, missing.map(Address::dir));
        for target in broken {
            telling.problems.extend(self.links.of_roots.get(&target.address).into_iter().flatten().cloned());
            telling.missing(self, &target, target.dependencies.iter().filter(is_missing));
            let cycle = self.links.cycles.iter().find(|cycle| cycle[0] == target.address);
            if let Some(cycle) = cycle {
                telling.cycle(&target, cycle);
            }
        }
        told
    }

    /// Tells which dependencies do not exist of targets that are not in the graph, because something is wrong with them.
    fn tell_refused(&mut self, telling: &mut Telling<'_>, families: &[Arc<Family>], told: &BTreeSet<Address>) {
        let refused = families.iter().flat_map(|family| &family.refused);
        let refused: Vec<&Arc<Target>> = refused.filter(|target| !told.contains(&target.address)).collect();
        self.load_directories(telling.world, refused.iter().flat_map(|target| &target.dependencies).map(Address::dir));
        for target in refused {
            let is_missing = |dependency: &&Address| self.target_or_default(telling.world, dependency).is_none();
            let missing: Vec<&Address> = target.dependencies.iter().filter(is_missing).collect();
            telling.missing(self, target, missing);
        }
    }
}

/// What is told so far.
struct Telling<'w> {
    world: &'w World,
    places: Places<'w>,
    suggestions: usize,
    problems: Vec<Diagnostic>,
}

impl<'w> Telling<'w> {
    fn new(world: &'w World) -> Self {
        let places = Places::new(world.tree.root(), world.config.limits.source);
        Self { world, places, suggestions: MOST_SUGGESTIONS, problems: Vec::new() }
    }

    /// Tells of dependencies of one target that do not exist, in directories that are loaded.
    fn missing<'a>(&mut self, loaded: &Loaded, target: &Target, missing: impl IntoIterator<Item = &'a Address>) {
        // Finding the place means looking through the call; nobody reads more than this of one.
        let mut left = MOST_MISSING;
        for dependency in missing {
            let hint = match loaded.directory(dependency.dir()) {
                // A target that a broken file did not get to declare is not missing.
                Some(Directory::Family(family)) if family.has_errors() => continue,
                Some(Directory::Family(_)) if self.suggestions == 0 => None,
                Some(Directory::Family(family)) => {
                    self.suggestions -= 1;
                    Some(name_hint(dependency, family, absolute))
                }
                Some(Directory::NoBuildFile) => Some(format!("{} has no BUILD file", shown_dir(dependency.dir()))),
                Some(Directory::Absent(why)) => Some(format!("{} {why}", shown_dir(dependency.dir()))),
                None => None,
            };
            if left == 0 {
                return;
            }
            left -= 1;
            let (name, shown) = (target.address.name(), absolute(dependency));
            let message = format!("target `:{name}` depends on `{shown}`, which does not exist");
            let mut diagnostic = self.places.error_at_address(target, dependency, message);
            diagnostic.hints.extend(hint);
            self.problems.push(diagnostic);
        }
    }

    /// Tells of a cycle, which starts with this target.
    fn cycle(&mut self, target: &Target, cycle: &[Address]) {
        let next = &cycle[1 % cycle.len()];
        let mut message = "these targets depend on each other".to_owned();
        if cycle.len() == 1 {
            message = format!("target `:{}` depends on itself", target.address.name());
        } else {
            for (at, address) in cycle.iter().take(MOST_OF_CYCLE).enumerate() {
                let arrow = if at == 0 { "   " } else { "-> " };
                message.push_str(&format!("\n  {arrow}{address}"));
            }
            if cycle.len() > MOST_OF_CYCLE {
                message.push_str(&format!("\n  -> {} more", cycle.len() - MOST_OF_CYCLE));
            }
            message.push_str(&format!("\n  -> {}", target.address));
        }
        self.problems.push(self.places.error_at_address(target, next, message));
    }
}

/// The names that a BUILD file can use.
fn known_names(world: &World) -> Vec<&str> {
    let mut names: Vec<&str> = world.symbols.names().collect();
    names.extend_from_slice(built_in_names());
    names.extend(world.prelude().names());
    names
}
