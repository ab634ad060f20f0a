//! Loading: families in waves, then their targets into the graph.
//!
//! A wave evaluates all directories that the last one asked for, in parallel; what enters the graph, and in which order,
//! depends on addresses alone. Only what can be reached from the asked targets enters. So every target of the graph has
//! all its dependencies there, and a second load adds only what is new.
//!
//! What is wrong is a matter of the question that is asked, not of the order in which things were loaded: see `problems`.

mod cycles;
mod inputs;
mod link;
mod problems;
mod renewal;
mod roots;
mod whole;

use crate::cache::EvaluationCache;
use crate::family::{Family, World};
use crate::hashing::{FastMap, FastSet};
use crate::stamps::Stamps;
use crate::suggest::suggest;
use crate::tree::{Listing, NoListing};
pub(crate) use inputs::{Inputs, is_odd};
use link::Links;
use pants_model::{Address, InjectedDependency, Target};
pub(crate) use problems::Asked;
use rayon::prelude::*;
use roots::RootsOfDir;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tracing::Span;
pub(crate) use whole::Below;
use whole::Whole;

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

/// Everything loaded so far, but the graph. Clones share what they hold until one of them loads more.
#[derive(Clone, Default)]
pub(crate) struct Loaded {
    pub cache: Arc<EvaluationCache>,
    directories: Arc<FastMap<Arc<str>, Directory>>,
    /// What the families were made from besides their BUILD files.
    pub inputs: Arc<Inputs>,
    /// The directories whose families have something to tell.
    unclean: BTreeSet<Arc<str>>,
    /// The directories that do not exist.
    absent: BTreeSet<Arc<str>>,
    /// For a directory of targets that take sources, what is known of its source root.
    roots: Arc<FastMap<Arc<str>, Arc<RootsOfDir>>>,
    /// Directories that were not loaded, because no word in their BUILD files declares a source root, with the stamps of
    /// these.
    passed_over: Arc<FastMap<Arc<str>, Stamps>>,
    /// What is known of the edges of the graph.
    links: Links,
    /// All targets, once everything is loaded.
    whole: Option<Whole>,
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
        // What is logged on other threads is logged by whoever asks.
        let asking = Span::current();
        let load = |dir: &&str| -> (Arc<str>, Directory) {
            asking.in_scope(|| match world.tree.listing(dir) {
                Ok(listing) => (listing.dir.clone(), family_of(cache, world, &listing)),
                Err(why) => ((*dir).into(), Directory::Absent(describe(&why).into())),
            })
        };
        let loaded: Vec<_> = missing.par_iter().map(load).collect();
        self.keep(world, loaded);
    }

    /// Loads the directories of listings, those that are not loaded yet, in parallel.
    pub(crate) fn load_listings(&mut self, world: &World, listings: &[Arc<Listing>]) {
        let missing: Vec<&Arc<Listing>> =
            listings.iter().filter(|listing| !self.directories.contains_key(&listing.dir)).collect();
        self.cache.prepare(world, missing.iter().filter(|listing| !listing.build_files.is_empty()).count());
        let cache = &self.cache;
        let asking = Span::current();
        let load =
            |listing: &&Arc<Listing>| asking.in_scope(|| (listing.dir.clone(), family_of(cache, world, listing)));
        let loaded: Vec<_> = missing.par_iter().map(load).collect();
        self.keep(world, loaded);
    }

    /// Takes in what was loaded.
    fn keep(&mut self, world: &World, loaded: Vec<(Arc<str>, Directory)>) {
        if loaded.is_empty() {
            return;
        }
        for (dir, directory) in &loaded {
            let family = match directory {
                Directory::Family(family) => family,
                Directory::NoBuildFile => continue,
                Directory::Absent(_) => {
                    self.absent.insert(dir.clone());
                    continue;
                }
            };
            if Inputs::has_any(world, dir, family) {
                Arc::make_mut(&mut self.inputs).add(world, dir, family);
            }
            if !family.is_clean() {
                self.unclean.insert(dir.clone());
            }
        }
        Arc::make_mut(&mut self.directories).extend(loaded);
    }

    /// Evaluates what the roots reach, wave by wave; gives the targets that are not known yet.
    pub(crate) fn reach<'r>(
        &mut self,
        world: &World,
        is_known: impl Fn(&Address) -> bool,
        roots: impl IntoIterator<Item = &'r Address>,
    ) -> Vec<Arc<Target>> {
        let mut reached = Vec::new();
        let mut seen: FastSet<Address> = FastSet::default();
        let mut wave: Vec<Address> = Vec::new();
        let mut ask = |wave: &mut Vec<Address>, address: &Address| {
            if !is_known(address) && !seen.contains(address) {
                seen.insert(address.clone());
                wave.push(address.clone());
            }
        };
        roots.into_iter().for_each(|root| ask(&mut wave, root));
        while !wave.is_empty() {
            wave.sort_unstable();
            self.load_directories(world, wave.iter().map(Address::dir));
            let found = wave.iter().filter_map(|address| self.target_or_default(world, address).cloned());
            let found: Vec<Arc<Target>> = found.collect();
            let injected = injected_dependencies(world, &found);
            self.load_directories(world, injected.values().flatten().map(|injected| injected.address.dir()));
            for (name, injected) in &injected {
                let injections = self.injections(injected);
                self.links.injections.insert(name.clone(), injections);
            }
            self.find_roots(world, &found);
            wave = Vec::new();
            for target in found {
                let (target, problems) = self.with_source_root(world, self.with_injected(target, &injected));
                self.links.note_roots(&target, problems);
                target.dependencies.iter().for_each(|dependency| ask(&mut wave, dependency));
                reached.push(target);
            }
        }
        reached
    }

    /// The target with another source root. Its family holds that one from now on, if it can: or memory would hold each
    /// target twice. A family that older snapshots have, too, stays as it is.
    fn with_root(&mut self, target: Arc<Target>, root: Option<Arc<str>>) -> Arc<Target> {
        let directories = Arc::get_mut(&mut self.directories);
        let directory = directories.and_then(|directories| directories.get_mut(target.address.dir()));
        if let Some(Directory::Family(family)) = directory
            && let Some(family) = Arc::get_mut(family)
        {
            return family.with_root(target, root);
        }
        Arc::new(Target { source_root: root, ..Arc::unwrap_or_clone(target) })
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

    /// For each of these, the address that is injected in this repository.
    fn injections(&self, injected: &[Injected]) -> Vec<Option<Address>> {
        injected.iter().map(|injected| self.what_stands_for(injected).cloned()).collect()
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
}

fn family_of(cache: &EvaluationCache, world: &World, listing: &Listing) -> Directory {
    match cache.family(world, listing) {
        Some(family) => Directory::Family(Arc::new(family)),
        None => Directory::NoBuildFile,
    }
}

/// Why a directory has no listing, as the end of a sentence about it.
pub(crate) fn describe(why: &NoListing) -> String {
    match why {
        NoListing::Missing => "does not exist".to_owned(),
        NoListing::Ignored => "is hidden by an ignore rule".to_owned(),
        NoListing::StrangeLink => "is a link out of the build root, or back to where it stands".to_owned(),
        NoListing::Unreadable(why) => format!("cannot be read: {why}"),
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
