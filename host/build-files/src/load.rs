//! Loading: families in waves, then their targets into the graph.
//!
//! A wave evaluates all directories that the last one asked for, in parallel; what enters the graph, and in which order,
//! depends on addresses alone. Only what can be reached from the asked targets enters. So every target of the graph has
//! all its dependencies there, and a second load adds only what is new.

mod roots;

use crate::cache::EvaluationCache;
use crate::evaluate::built_in_names;
use crate::family::{Family, World};
use crate::hashing::{FastMap, FastSet};
use crate::places::Places;
use crate::suggest::suggest;
use crate::tree::{Listing, NoListing};
use crate::unknown;
use pants_model::{Address, BuildGraph, Diagnostic, InjectedDependency, Target, TargetId};
use rayon::prelude::*;
use roots::RootsOfDir;
use std::collections::HashMap;
use std::sync::Arc;

/// How many missing dependencies of one target are told of.
const MOST_MISSING: usize = 100;
/// For how many missing dependencies what was meant is looked for: each is compared with all names of a directory.
const MOST_SUGGESTIONS: usize = 200;
/// How many targets of a cycle are named.
const MOST_OF_CYCLE: usize = 20;

/// What became of a directory that was asked for.
#[derive(Clone)]
pub(crate) enum Directory {
    Family(Arc<Family>),
    /// It exists, and has no BUILD file.
    NoBuildFile,
    /// It has no listing: why, as the end of a sentence about it.
    Absent(Arc<str>),
}

impl Directory {
    pub(crate) fn family(&self) -> Option<&Arc<Family>> {
        match self {
            Self::Family(family) => Some(family),
            Self::NoBuildFile | Self::Absent(_) => None,
        }
    }
}

/// Everything loaded so far, but the graph.
#[derive(Default)]
pub(crate) struct Loaded {
    pub cache: EvaluationCache,
    directories: FastMap<Arc<str>, Directory>,
    /// What is wrong between targets, by the target whose BUILD file it is about.
    link_problems: HashMap<Address, Vec<Diagnostic>>,
    /// For a directory of targets that take sources, what is known of its source root.
    roots: FastMap<Arc<str>, Arc<RootsOfDir>>,
}

impl Loaded {
    /// A directory that has been loaded.
    pub(crate) fn directory(&self, dir: &str) -> Option<&Directory> {
        self.directories.get(dir)
    }

    /// The family of a directory that has been loaded.
    pub(crate) fn family(&self, dir: &str) -> Option<&Arc<Family>> {
        self.directories.get(dir)?.family()
    }

    /// A target of a directory that has been loaded.
    pub(crate) fn target(&self, address: &Address) -> Option<&Arc<Target>> {
        self.family(address.dir())?.get(address.name())
    }

    /// A target of a directory that has been loaded, or else the default target with this address.
    pub(crate) fn target_or_default<'l>(&'l self, world: &'l World, address: &Address) -> Option<&'l Arc<Target>> {
        self.target(address).or_else(|| world.defaults.get(address))
    }

    /// The directories whose BUILD files have been evaluated, sorted.
    pub(crate) fn evaluated(&self) -> Vec<&str> {
        let families = self.directories.iter().filter(|(_, directory)| directory.family().is_some());
        let mut dirs: Vec<&str> = families.map(|(dir, _)| &**dir).collect();
        dirs.sort_unstable();
        dirs
    }

    /// Loads directories, those that are not loaded yet, in parallel.
    pub(crate) fn load_directories<'d>(&mut self, world: &World, dirs: impl IntoIterator<Item = &'d str>) {
        let mut missing: Vec<&str> = dirs.into_iter().filter(|dir| !self.directories.contains_key(*dir)).collect();
        missing.sort_unstable();
        missing.dedup();
        self.cache.prepare(world, missing.len());
        let cache = &self.cache;
        let load = |dir: &&str| -> (Arc<str>, Directory) {
            match world.tree.listing(dir) {
                Ok(listing) => (listing.dir.clone(), family_of(cache, world, &listing)),
                Err(why) => ((*dir).into(), Directory::Absent(describe(&why).into())),
            }
        };
        let loaded: Vec<_> = missing.par_iter().map(load).collect();
        self.directories.extend(loaded);
    }

    /// Loads the directories of listings, those that are not loaded yet, in parallel.
    pub(crate) fn load_listings(&mut self, world: &World, listings: &[Arc<Listing>]) {
        let missing: Vec<&Arc<Listing>> =
            listings.iter().filter(|listing| !self.directories.contains_key(&listing.dir)).collect();
        self.cache.prepare(world, missing.iter().filter(|listing| !listing.build_files.is_empty()).count());
        let cache = &self.cache;
        let load = |listing: &&Arc<Listing>| (listing.dir.clone(), family_of(cache, world, listing));
        let loaded: Vec<_> = missing.par_iter().map(load).collect();
        self.directories.extend(loaded);
    }

    /// Evaluates what the roots reach, wave by wave; gives the targets that `known` does not hold yet.
    pub(crate) fn reach(&mut self, world: &World, known: &BuildGraph, roots: &[Address]) -> Vec<Arc<Target>> {
        let mut reached = Vec::new();
        let mut seen: FastSet<Address> = FastSet::default();
        let mut wave: Vec<Address> = Vec::new();
        let mut ask = |wave: &mut Vec<Address>, address: &Address| {
            if known.id(address).is_none() && !seen.contains(address) {
                seen.insert(address.clone());
                wave.push(address.clone());
            }
        };
        roots.iter().for_each(|root| ask(&mut wave, root));
        while !wave.is_empty() {
            wave.sort_unstable();
            self.load_directories(world, wave.iter().map(Address::dir));
            let found = wave.iter().filter_map(|address| self.target_or_default(world, address).cloned());
            let found: Vec<Arc<Target>> = found.collect();
            let injected = injected_dependencies(world, &found);
            self.load_directories(world, injected.values().flatten().map(|injected| injected.address.dir()));
            self.find_roots(world, &found);
            wave = Vec::new();
            let complete = |target| self.with_source_root(world, self.with_injected(target, &injected));
            let found: Vec<_> = found.into_par_iter().map(complete).collect();
            for (target, problems) in found {
                if !problems.is_empty() {
                    self.link_problems.entry(target.address.clone()).or_default().extend(problems);
                }
                target.dependencies.iter().for_each(|dependency| ask(&mut wave, dependency));
                reached.push(target);
            }
        }
        reached
    }

    /// Adds what the target's type injects, and it does not name itself.
    fn with_injected(&self, target: Arc<Target>, injected: &HashMap<Arc<str>, Vec<Injected>>) -> Arc<Target> {
        let Some(injected) = injected.get(&target.type_name) else { return target };
        let mut new: Vec<Address> = Vec::new();
        for address in injected.iter().filter_map(|injected| self.what_stands_for(injected)) {
            if *address != target.address && !target.dependencies.contains(address) && !new.contains(address) {
                new.push(address.clone());
            }
        }
        if new.is_empty() {
            return target;
        }
        let mut target = Arc::unwrap_or_clone(target);
        target.dependencies.extend(new);
        Arc::new(target)
    }

    /// The address that is injected in this repository, if any is.
    fn what_stands_for<'i>(&self, injected: &'i Injected) -> Option<&'i Address> {
        // Whether a broken file declares it is not known, and what is wrong with the file is to be told of.
        let may_be_declared = self.family(injected.address.dir()).is_some_and(|family| family.has_errors());
        if may_be_declared || self.target(&injected.address).is_some() {
            return Some(&injected.address);
        }
        injected.otherwise.as_ref()
    }

    /// Puts targets into the graph with their edges, and finds what is wrong between them.
    pub(crate) fn link(&mut self, world: &World, graph: &mut BuildGraph, targets: Vec<Arc<Target>>) {
        let ids: Vec<TargetId> =
            targets.into_iter().map(|target| graph.insert(target).unwrap_or_else(|there| there)).collect();
        let mut places = Places::new(world.tree.root(), world.config.limits.source);
        let mut suggestions = MOST_SUGGESTIONS;
        for id in &ids {
            let target = graph.target(*id).clone();
            for dependency in &target.dependencies {
                match graph.id(dependency) {
                    Some(dependency) => graph.add_dependency(*id, dependency),
                    None => self.report_missing(&mut places, &mut suggestions, &target, dependency),
                }
            }
        }
        for cycle in cycles(graph, &ids) {
            self.report_cycle(&mut places, graph, &cycle);
        }
    }

    fn report_missing(
        &mut self,
        places: &mut Places<'_>,
        suggestions: &mut usize,
        target: &Target,
        dependency: &Address,
    ) {
        let mut hint = None;
        match self.directory(dependency.dir()) {
            // A target that a broken file did not get to declare is not missing.
            Some(Directory::Family(family)) if family.has_errors() => return,
            Some(Directory::Family(_)) if *suggestions == 0 => {}
            Some(Directory::Family(family)) => {
                *suggestions -= 1;
                hint = Some(name_hint(dependency, family, absolute));
            }
            Some(Directory::NoBuildFile) => hint = Some(format!("{} has no BUILD file", shown_dir(dependency.dir()))),
            Some(Directory::Absent(why)) => hint = Some(format!("{} {why}", shown_dir(dependency.dir()))),
            None => {}
        }
        let message =
            format!("target `:{}` depends on `{}`, which does not exist", target.address.name(), absolute(dependency));
        let problems = self.link_problems.entry(target.address.clone()).or_default();
        // Finding the place means looking through the call; nobody reads more than this of one.
        if problems.len() < MOST_MISSING {
            let mut diagnostic = places.error_at_address(target, dependency, message);
            diagnostic.hints.extend(hint);
            problems.push(diagnostic);
        }
    }

    fn report_cycle(&mut self, places: &mut Places<'_>, graph: &BuildGraph, cycle: &[TargetId]) {
        let target = graph.target(cycle[0]).clone();
        let next = &graph.target(cycle[1 % cycle.len()]).address;
        let mut message = "these targets depend on each other".to_owned();
        if cycle.len() == 1 {
            message = format!("target `:{}` depends on itself", target.address.name());
        } else {
            for (at, id) in cycle.iter().take(MOST_OF_CYCLE).enumerate() {
                let arrow = if at == 0 { "   " } else { "-> " };
                message.push_str(&format!("\n  {arrow}{}", graph.target(*id).address));
            }
            if cycle.len() > MOST_OF_CYCLE {
                message.push_str(&format!("\n  -> {} more", cycle.len() - MOST_OF_CYCLE));
            }
            message.push_str(&format!("\n  -> {}", target.address));
        }
        let diagnostic = places.error_at_address(&target, next, message);
        for id in cycle {
            // Whoever asks for any of them hears of it.
            let problems = self.link_problems.entry(graph.target(*id).address.clone()).or_default();
            problems.push(diagnostic.clone());
        }
    }

    /// Finds which dependencies do not exist of targets that are not in the graph, because something is wrong with them.
    fn check_refused(&mut self, world: &World, dirs: &[&str]) {
        let families = dirs.iter().filter_map(|dir| self.family(dir));
        let refused: Vec<Arc<Target>> = families.flat_map(|family| family.refused.iter().cloned()).collect();
        let unchecked: Vec<Arc<Target>> =
            refused.into_iter().filter(|target| !self.link_problems.contains_key(&target.address)).collect();
        self.load_directories(world, unchecked.iter().flat_map(|target| &target.dependencies).map(Address::dir));
        let mut places = Places::new(world.tree.root(), world.config.limits.source);
        let mut suggestions = MOST_SUGGESTIONS;
        for target in unchecked {
            for dependency in &target.dependencies {
                if self.target_or_default(world, dependency).is_none() {
                    self.report_missing(&mut places, &mut suggestions, &target, dependency);
                }
            }
        }
    }

    /// What is wrong with what the roots reach, and in directories that were asked for.
    pub(crate) fn problems<'d>(
        &mut self,
        world: &World,
        graph: &BuildGraph,
        roots: &[Address],
        asked: impl IntoIterator<Item = &'d str>,
    ) -> Vec<Diagnostic> {
        let mut dirs: FastSet<&str> = asked.into_iter().collect();
        let mut problems = Vec::new();
        let is_clean = |directory: &Directory| directory.family().is_none_or(|family| family.is_clean());
        if self.link_problems.is_empty() && self.directories.values().all(is_clean) {
            return problems;
        }
        let ids: Vec<TargetId> = roots.iter().filter_map(|root| graph.id(root)).collect();
        for id in graph.closure(&ids, pants_model::Order::Preorder) {
            let target = graph.target(id);
            problems.extend(self.link_problems.get(&target.address).into_iter().flatten().cloned());
            dirs.insert(target.address.dir());
            // A broken file may be why a dependency is not in the graph.
            dirs.extend(target.dependencies.iter().map(Address::dir));
        }
        let mut dirs: Vec<&str> = dirs.into_iter().collect();
        // Of equal problems the first one is told.
        dirs.sort_unstable();
        self.check_refused(world, &dirs);
        let families: Vec<&Arc<Family>> = dirs.into_iter().filter_map(|dir| self.family(dir)).collect();
        if !world.prelude().has_errors() {
            problems.extend(unknown::describe(families.iter().flat_map(|family| &family.unknown), &known_names(world)));
        }
        let refused = families.iter().flat_map(|family| &family.refused);
        problems.extend(refused.filter_map(|target| self.link_problems.get(&target.address)).flatten().cloned());
        problems.extend(families.into_iter().flat_map(|family| family.diagnostics.iter().cloned()));
        problems
    }
}

/// The names that a BUILD file can use.
fn known_names(world: &World) -> Vec<&str> {
    let mut names: Vec<&str> = world.symbols.names().collect();
    names.extend_from_slice(built_in_names());
    names.extend(world.prelude().names());
    names
}

fn family_of(cache: &EvaluationCache, world: &World, listing: &Listing) -> Directory {
    match cache.family(world, listing) {
        Some(family) => Directory::Family(Arc::new(family)),
        None => Directory::NoBuildFile,
    }
}

fn describe(why: &NoListing) -> String {
    match why {
        NoListing::Missing => "does not exist".to_owned(),
        NoListing::Ignored => "is hidden by an ignore rule".to_owned(),
        NoListing::StrangeLink => "is a link out of the build root, or back to where it stands".to_owned(),
        NoListing::Unreadable(error) => format!("cannot be read: {error}"),
    }
}

/// A directory as a message names it.
pub(crate) fn shown_dir(dir: &str) -> String {
    if dir.is_empty() { "the build root".to_owned() } else { format!("directory `{dir}`") }
}

/// An address with its slashes, so that it is right wherever it is pasted.
pub(crate) fn absolute(address: &Address) -> String {
    format!("//{}:{}", address.dir(), address.name())
}

/// Which name of a family was meant, written as `shown` does, or which there are.
pub(crate) fn name_hint(address: &Address, family: &Family, shown: fn(&Address) -> String) -> String {
    if let Some(name) = suggest(address.name(), family.names()) {
        return format!("did you mean `{}`?", shown(&Address::new(address.dir(), name)));
    }
    let names: Vec<&str> = family.names().collect();
    let shown: Vec<String> = names.iter().take(10).map(|name| format!("`:{name}`")).collect();
    let more = if names.len() > 10 { format!(" and {} more", names.len() - 10) } else { String::new() };
    match shown.is_empty() {
        true => format!("{} declares no targets", shown_dir(address.dir())),
        false => format!("{} declares {}{more}", shown_dir(address.dir()), shown.join(", ")),
    }
}

/// A dependency that a type injects.
struct Injected {
    address: Address,
    /// Its default target.
    otherwise: Option<Address>,
}

/// For the types of these targets, what they inject.
fn injected_dependencies(world: &World, targets: &[Arc<Target>]) -> HashMap<Arc<str>, Vec<Injected>> {
    let mut injected: HashMap<Arc<str>, Vec<Injected>> = HashMap::new();
    for target in targets {
        if injected.contains_key(&target.type_name) {
            continue;
        }
        let Some(spec) = world.symbols.target_type(&target.type_name) else { continue };
        if spec.injected_dependencies.is_empty() {
            continue;
        }
        let parse = |injected: &InjectedDependency| {
            let otherwise = injected.otherwise.as_ref().and_then(|default| Address::parse(&default.address, "").ok());
            let otherwise = otherwise.filter(|address| world.defaults.get(address).is_some());
            Some(Injected { address: Address::parse(&injected.address, "").ok()?, otherwise })
        };
        injected.insert(target.type_name.clone(), spec.injected_dependencies.iter().filter_map(parse).collect());
    }
    injected
}

/// How far a walk has come with a target.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    /// It is this far down the path.
    OnPath(usize),
    Done,
}

/// Cycles among new targets, no two of which share a target. Targets that were there before depend on none of them.
fn cycles(graph: &BuildGraph, new: &[TargetId]) -> Vec<Vec<TargetId>> {
    let mut marks: FastMap<TargetId, Mark> = new.iter().map(|id| (*id, Mark::New)).collect();
    let mut in_cycle: FastSet<TargetId> = FastSet::default();
    let mut cycles = Vec::new();
    for start in new {
        if marks[start] != Mark::New {
            continue;
        }
        let mut path = vec![(*start, graph.dependencies(*start).iter())];
        marks.insert(*start, Mark::OnPath(0));
        while let Some((id, rest)) = path.last_mut() {
            let id = *id;
            let Some(&next) = rest.next() else {
                marks.insert(id, Mark::Done);
                path.pop();
                continue;
            };
            match marks.get(&next) {
                Some(Mark::New) => {
                    marks.insert(next, Mark::OnPath(path.len()));
                    path.push((next, graph.dependencies(next).iter()));
                }
                Some(Mark::OnPath(first)) => {
                    let cycle = path[*first..].iter().map(|(id, _)| *id);
                    if !cycle.clone().any(|id| in_cycle.contains(&id)) {
                        let cycle: Vec<TargetId> = cycle.collect();
                        in_cycle.extend(&cycle);
                        cycles.push(cycle);
                    }
                }
                Some(Mark::Done) | None => {}
            }
        }
    }
    cycles
}
