//! From specs to the addresses they name.

use crate::config::MissingFilesPolicy;
use crate::family::World;
use crate::filters::CompiledFilters;
use crate::globs::{CompiledGlobs, Wanted};
use crate::hashing::FastSet;
use crate::load::{Asked, Below, Directory, Loaded, name_hint, shown_dir};
use crate::owners::{directories_above, owners_of};
use crate::source_roots::is_at_or_below;
use crate::specs::AddressSpec;
use crate::suggest::suggest;
use crate::tree::{NoListing, join};
use crate::wildcard::{Pattern, has_wildcard};
use pants_model::{Address, Diagnostic, Globs, Target};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What specs came to.
#[derive(Default)]
pub(crate) struct Selection {
    /// In the order of the specs, and sorted inside each.
    pub addresses: Vec<Address>,
    /// The directories that were looked into.
    pub asked: Asked,
    /// What is wrong with the specs, and what could not be listed.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the graph is known to have all of the addresses.
    pub are_linked: bool,
    /// Whether they are those of the whole repository.
    pub is_whole: bool,
}

/// Finds the targets that specs name, loading the directories they ask for.
pub(crate) fn select(
    loaded: &mut Loaded,
    world: &World,
    specs: &[AddressSpec],
    filters: &CompiledFilters,
) -> Selection {
    let mut selection = Selection::default();
    if let [AddressSpec::Descendants(dir)] = specs
        && filters.admit_all()
    {
        // The answers to these are known as they are, and may be long.
        let Below { addresses, are_linked, .. } = selection.descendants(loaded, world, &specs[0], dir);
        return Selection { addresses, are_linked, is_whole: dir.is_empty(), ..selection };
    }
    if !specs.is_empty() && specs.iter().all(|spec| matches!(spec, AddressSpec::Exclude(_))) {
        let problem = Diagnostic::error_without_place("there is nothing to take targets away from");
        selection.diagnostics.push(problem.hint("specs with `^` or `!` take away what other specs name, such as `::`"));
    }
    let excluded = Excluded::new(specs);
    let mut seen: FastSet<Address> = FastSet::default();
    for spec in specs {
        let mut addresses = match spec {
            AddressSpec::Exclude(_) => continue,
            AddressSpec::Single(address) => selection.single(loaded, world, address),
            AddressSpec::Siblings(dir) => selection.siblings(loaded, world, spec, dir),
            AddressSpec::Descendants(dir) => selection.descendants(loaded, world, spec, dir).addresses,
            AddressSpec::Files(pattern) => selection.files(loaded, world, pattern, &excluded),
        };
        addresses.sort_unstable();
        addresses.retain(|address| {
            !excluded.covers(address)
                && loaded.target_or_default(world, address).is_some_and(|target| filters.admit(target))
                && seen.insert(address.clone())
        });
        selection.addresses.append(&mut addresses);
    }
    selection
}

/// What the specs take away.
#[derive(Default)]
struct Excluded<'s> {
    addresses: Vec<&'s AddressSpec>,
    files: Vec<Pattern>,
}

impl<'s> Excluded<'s> {
    fn new(specs: &'s [AddressSpec]) -> Self {
        let mut excluded = Self::default();
        for spec in specs {
            let AddressSpec::Exclude(inner) = spec else { continue };
            match &**inner {
                AddressSpec::Files(pattern) => excluded.files.extend(Pattern::parse(pattern)),
                spec => excluded.addresses.push(spec),
            }
        }
        excluded
    }

    fn covers(&self, address: &Address) -> bool {
        self.addresses.iter().any(|spec| match spec {
            AddressSpec::Single(single) => single == address,
            AddressSpec::Siblings(dir) => dir == address.dir(),
            AddressSpec::Descendants(dir) => is_at_or_below(address.dir(), dir),
            AddressSpec::Files(_) | AddressSpec::Exclude(_) => false,
        })
    }
}

impl Selection {
    fn single(&mut self, loaded: &mut Loaded, world: &World, address: &Address) -> Vec<Address> {
        let dir = address.dir();
        loaded.load_directories(world, [dir]);
        self.asked.insert(dir);
        if loaded.target_or_default(world, address).is_some() {
            return vec![address.clone()];
        }
        let family = loaded.family(dir);
        if family.is_some_and(|family| family.has_errors()) {
            return Vec::new();
        }
        self.diagnostics.extend(world.tree.listing(dir).iter().flat_map(|listing| listing.warnings.iter().cloned()));
        let hint = match family {
            Some(family) => Some(name_hint(address, family, Address::to_string)),
            None => similar_target(loaded, world, address).or_else(|| reason_of_absence(loaded, dir)),
        };
        self.no_match(&address.to_string(), hint);
        Vec::new()
    }

    fn siblings(&mut self, loaded: &mut Loaded, world: &World, spec: &AddressSpec, dir: &str) -> Vec<Address> {
        loaded.load_directories(world, [dir]);
        self.asked.insert(dir);
        self.diagnostics.extend(world.tree.listing(dir).iter().flat_map(|listing| listing.warnings.iter().cloned()));
        let Some(family) = loaded.family(dir) else {
            let hint = similar_family(loaded, world, dir).or_else(|| reason_of_absence(loaded, dir));
            self.no_match(&spec.to_string(), hint);
            return Vec::new();
        };
        if family.targets.is_empty() && !family.has_errors() {
            self.no_match(&spec.to_string(), Some(format!("{} declares no targets", shown_dir(dir))));
        }
        addresses(&family.targets)
    }

    fn descendants(&mut self, loaded: &mut Loaded, world: &World, spec: &AddressSpec, dir: &str) -> Below {
        self.asked.insert_below(dir);
        match loaded.below(dir).filter(|below| !below.addresses.is_empty()) {
            Some(below) => {
                self.diagnostics.extend(below.warnings.iter().cloned());
                below
            }
            None => self.walked(loaded, world, spec, dir),
        }
    }

    /// Looks for the targets in a directory and below.
    fn walked(&mut self, loaded: &mut Loaded, world: &World, spec: &AddressSpec, dir: &str) -> Below {
        let mut found = Below::default();
        let listings = match world.tree.walk(dir) {
            Ok(listings) => listings,
            Err(why) => {
                loaded.load_directories(world, [dir]);
                let similar = similar_dir(world, dir).map(|dir| format!("did you mean `{dir}::`?"));
                let hint = similar.or_else(|| reason_of_absence(loaded, dir));
                match why {
                    NoListing::Unreadable(why) => self.no_match(&spec.to_string(), Some(why.to_string())),
                    NoListing::Missing | NoListing::Ignored | NoListing::StrangeLink => {
                        self.no_match(&spec.to_string(), hint);
                    }
                }
                return found;
            }
        };
        loaded.load_listings(world, &listings);
        self.diagnostics.extend(listings.iter().flat_map(|listing| &listing.warnings).cloned());
        let families = listings.iter().filter_map(|listing| loaded.family(&listing.dir));
        found.addresses = families.flat_map(|family| addresses(&family.targets)).collect();
        found.addresses.par_sort_unstable();
        if dir.is_empty() {
            loaded.keep_whole(&listings, &found.addresses);
        }
        if found.addresses.is_empty() && !loaded.has_errors_below(dir) {
            self.no_match(
                &spec.to_string(),
                Some(format!("{} and what is below it declare no targets", shown_dir(dir))),
            );
        }
        found
    }

    /// The targets that own the files of a path or pattern.
    fn files(&mut self, loaded: &mut Loaded, world: &World, text: &str, excluded: &Excluded<'_>) -> Vec<Address> {
        let globs = Globs { include: vec![text.to_owned()], exclude: Vec::new() };
        let mut files = match CompiledGlobs::compile(&globs) {
            Ok(globs) => globs.expand(&world.tree, "", Wanted::Files).files,
            Err(error) => {
                self.diagnostics.push(Diagnostic::error_without_place(error.to_string()));
                return Vec::new();
            }
        };
        if files.is_empty() {
            self.no_owner(world, format!("`{text}` does not match any files"));
            return Vec::new();
        }
        files.retain(|file| !excluded.files.iter().any(|pattern| pattern.matches(file)));
        let mut owners = BTreeSet::new();
        for file in &files {
            owners.extend(owners_of(loaded, world, file));
            directories_above(file).for_each(|dir| self.asked.insert(dir));
        }
        if owners.is_empty() && !files.is_empty() {
            let message = match has_wildcard(text) {
                true => format!("no target owns the files of `{text}`"),
                false => format!("no target owns `{text}`"),
            };
            self.no_owner(world, message);
        }
        owners.into_iter().collect()
    }

    fn no_owner(&mut self, world: &World, message: String) {
        match world.config.missing_owners {
            MissingFilesPolicy::Ignore => {}
            MissingFilesPolicy::Warn => self.diagnostics.push(Diagnostic::warning_without_place(message)),
            MissingFilesPolicy::Error => self.diagnostics.push(Diagnostic::error_without_place(message)),
        }
    }

    fn no_match(&mut self, spec: &str, hint: Option<String>) {
        let mut problem = Diagnostic::error_without_place(format!("`{spec}` does not match any targets"));
        problem.hints.extend(hint);
        self.diagnostics.push(problem);
    }
}

fn addresses(targets: &[Arc<Target>]) -> Vec<Address> {
    targets.iter().filter(|target| !target.is_synthetic).map(|target| target.address.clone()).collect()
}

/// Why a loaded directory has no targets.
fn reason_of_absence(loaded: &Loaded, dir: &str) -> Option<String> {
    match loaded.directory(dir)? {
        Directory::Family(_) => None,
        Directory::NoBuildFile => Some(format!("{} has no BUILD file", shown_dir(dir))),
        Directory::Absent(why) => Some(format!("{} {why}", shown_dir(dir))),
    }
}

/// The directory with targets that was meant by one that does not exist.
fn similar_with_targets(loaded: &mut Loaded, world: &World, dir: &str) -> Option<String> {
    let is_absent = matches!(loaded.directory(dir)?, Directory::Absent(_));
    let similar = similar_dir(world, dir).filter(|_| is_absent)?;
    loaded.load_directories(world, [&*similar]);
    let has_targets = loaded.family(&similar).is_some_and(|family| !family.targets.is_empty());
    has_targets.then_some(similar)
}

/// What `dir:` was meant to be.
fn similar_family(loaded: &mut Loaded, world: &World, dir: &str) -> Option<String> {
    similar_with_targets(loaded, world, dir).map(|similar| format!("did you mean `{similar}:`?"))
}

/// The target that exists and whose directory looks alike; one that is named after its directory stays so.
fn similar_target(loaded: &mut Loaded, world: &World, address: &Address) -> Option<String> {
    let dir = similar_with_targets(loaded, world, address.dir())?;
    let family = loaded.family(&dir)?;
    let last_of = |dir: &str| dir.rsplit('/').next().unwrap_or_default().to_owned();
    let is_default = address.name() == last_of(address.dir());
    let name = if is_default { last_of(&dir) } else { address.name().to_owned() };
    let meant = Address::new(&dir, &name);
    match family.get(&name) {
        Some(_) => Some(format!("did you mean `{meant}`?")),
        None => Some(name_hint(&meant, family, Address::to_string)),
    }
}

/// The directory that exists and differs in one part that looks alike.
fn similar_dir(world: &World, dir: &str) -> Option<String> {
    let parts: Vec<&str> = dir.split('/').collect();
    let mut path = String::new();
    for (at, part) in parts.iter().enumerate() {
        let next = join(&path, part);
        if world.tree.listing(&next).is_ok() {
            path = next;
            continue;
        }
        let listing = world.tree.listing(&path).ok()?;
        let similar = suggest(part, listing.dirs.iter().map(|name| &**name))?;
        let rest = parts[at + 1..].iter().fold(join(&path, similar), |path, part| join(&path, part));
        return world.tree.listing(&rest).is_ok().then_some(rest);
    }
    None
}
