//! What families were made from besides their BUILD files, turned round: for a path, a variable or a directory, the
//! families that depend on it.

use crate::family::{Family, World};
use crate::reads::{Expanded, ReadKind};
use crate::source_roots::at_and_above;
use crate::tree::join;
use crate::wildcard::{Part, Pattern};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Bound;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

/// The directories of families.
type Users = Vec<Arc<str>>;

/// Who depends on what.
#[derive(Clone, Default)]
pub(crate) struct Inputs {
    /// Files and directories that were read, and paths that were asked for.
    paths: BTreeMap<Arc<str>, PathInput>,
    /// Variables of the environment.
    variables: BTreeMap<Box<str>, Users>,
    /// Patterns that are compared with names of other directories, by the deepest directory that they name.
    patterns: BTreeMap<Arc<str>, Vec<PatternInput>>,
    /// Families with BUILD files that can change with nothing happening beside them: links, and files with other names.
    pub odd_builds: BTreeSet<Arc<str>>,
}

#[derive(Clone, Default)]
struct PathInput {
    users: Users,
    /// Whether it can change with nothing happening at its path.
    is_odd: bool,
    /// Whether the names in it were read.
    has_names: bool,
}

#[derive(Clone)]
struct PatternInput {
    user: Arc<str>,
    /// How many levels of directories are looked into.
    depth: usize,
}

impl Inputs {
    /// Whether a family has inputs besides the names in its own directory.
    pub(crate) fn has_any(world: &World, dir: &str, family: &Family) -> bool {
        !family.reads.is_empty() || !family.patterns.further.is_empty() || has_odd_build(world, dir, family)
    }

    /// Adds a family.
    pub(crate) fn add(&mut self, world: &World, dir: &Arc<str>, family: &Family) {
        for read in &family.reads {
            match read.kind {
                ReadKind::File | ReadKind::Existence | ReadKind::Directory => {
                    if !self.paths.contains_key(&*read.name) {
                        let is_odd = is_odd(world.tree.root(), &read.name);
                        self.paths.insert(read.name.as_str().into(), PathInput { is_odd, ..PathInput::default() });
                    }
                    let input = self.paths.get_mut(&*read.name).expect("it is there or was put there");
                    add_user(&mut input.users, dir);
                    input.has_names |= read.kind == ReadKind::Directory;
                }
                ReadKind::Environment => {
                    add_user(self.variables.entry(read.name.as_str().into()).or_default(), dir);
                }
                // What patterns expand to is told below.
                ReadKind::Globs => {}
            }
        }
        for (base, depth) in family.patterns.further.iter().flat_map(bases) {
            let inputs = self.patterns.entry(base.into()).or_default();
            if !inputs.iter().any(|input| input.user == *dir && input.depth >= depth) {
                inputs.push(PatternInput { user: dir.clone(), depth });
            }
        }
        if has_odd_build(world, dir, family) {
            self.odd_builds.insert(dir.clone());
        }
    }

    /// Takes a family away.
    pub(crate) fn remove(&mut self, dir: &str, family: &Family) {
        for read in &family.reads {
            match read.kind {
                ReadKind::File | ReadKind::Existence | ReadKind::Directory => {
                    let Some(input) = self.paths.get_mut(&*read.name) else { continue };
                    input.users.retain(|user| **user != *dir);
                    if input.users.is_empty() {
                        self.paths.remove(&*read.name);
                    }
                }
                ReadKind::Environment => {
                    let Some(users) = self.variables.get_mut(&*read.name) else { continue };
                    users.retain(|user| **user != *dir);
                    if users.is_empty() {
                        self.variables.remove(&*read.name);
                    }
                }
                ReadKind::Globs => {}
            }
        }
        for (base, _) in family.patterns.further.iter().flat_map(bases) {
            let Some(inputs) = self.patterns.get_mut(&*base) else { continue };
            inputs.retain(|input| *input.user != *dir);
            if inputs.is_empty() {
                self.patterns.remove(&*base);
            }
        }
        self.odd_builds.remove(dir);
    }

    /// All paths that were read.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        self.paths.keys()
    }

    /// Paths that were read at or below this one.
    pub(crate) fn paths_at_or_below(&self, path: &str) -> impl Iterator<Item = &Arc<str>> {
        let at = self.paths.get_key_value(path).map(|(path, _)| path);
        at.into_iter().chain(below(&self.paths, path).map(|(path, _)| path))
    }

    /// Paths that can change with nothing happening at them, and those in directories that nobody listed, so that nobody
    /// watches them.
    pub(crate) fn odd_paths<'i>(&'i self, is_listed: impl Fn(&str) -> bool + 'i) -> impl Iterator<Item = &'i Arc<str>> {
        let is_watched = move |path: &str, input: &PathInput| {
            let is_above_listed = is_listed(path.rsplit_once('/').map_or("", |(dir, _)| dir));
            is_above_listed && (!input.has_names || is_listed(path))
        };
        let odd = self.paths.iter().filter(move |(path, input)| input.is_odd || !is_watched(path, input));
        odd.map(|(path, _)| path)
    }

    /// Whether a path is known to be one that can change with nothing happening at it.
    pub(crate) fn knows_as_odd(&self, path: &str) -> bool {
        self.paths.get(path).is_some_and(|input| input.is_odd)
    }

    /// Says of paths whether they can change with nothing happening at them.
    pub(crate) fn set_odd(&mut self, paths: &[(Arc<str>, bool)]) {
        for (path, is_odd) in paths {
            if let Some(input) = self.paths.get_mut(path) {
                input.is_odd = *is_odd;
            }
        }
    }

    /// The families that read a path.
    pub(crate) fn users_of_path(&self, path: &str) -> &[Arc<str>] {
        self.paths.get(path).map_or(&[], |input| &input.users)
    }

    /// The variables that were read, with the families that did.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &[Arc<str>])> {
        self.variables.iter().map(|(name, users)| (&**name, &**users))
    }

    /// The families with patterns that are compared with the names in a directory.
    pub(crate) fn users_of_names(&self, dir: &str) -> impl Iterator<Item = &Arc<str>> {
        at_and_above(dir).filter_map(|base| Some((base, self.patterns.get(base)?))).flat_map(move |(base, inputs)| {
            let way = dir[base.len()..].trim_start_matches('/');
            let levels = if way.is_empty() { 0 } else { 1 + way.matches('/').count() };
            inputs.iter().filter(move |input| levels < input.depth).map(|input| &input.user)
        })
    }

    /// The families with patterns that name a directory, or one below it.
    pub(crate) fn users_of_directory(&self, dir: &str) -> impl Iterator<Item = &Arc<str>> {
        let at = self.patterns.get(dir);
        let all = at.into_iter().chain(below(&self.patterns, dir).map(|(_, inputs)| inputs));
        all.flatten().map(|input| &input.user)
    }
}

fn add_user(users: &mut Users, dir: &Arc<str>) {
    if !users.iter().any(|user| user == dir) {
        users.push(dir.clone());
    }
}

/// What a map has for paths below this one.
fn below<'m, V>(map: &'m BTreeMap<Arc<str>, V>, path: &str) -> impl Iterator<Item = (&'m Arc<str>, &'m V)> {
    let start = if path.is_empty() { String::new() } else { format!("{path}/") };
    let range = map.range::<str, _>((Bound::Excluded(&*start), Bound::Unbounded));
    range.take_while(move |(path, _)| path.starts_with(&start))
}

/// For each pattern of sets, the deepest directory that it names, and into how many levels from there it looks.
fn bases(expanded: &Expanded) -> impl Iterator<Item = (String, usize)> {
    let patterns = expanded.sets.iter().flat_map(|set| &set.include).filter_map(|text| Pattern::parse(text).ok());
    patterns.map(|pattern| {
        let parts = pattern.parts();
        let mut base = expanded.dir.to_string();
        let mut named = 0;
        for part in &parts[..parts.len().saturating_sub(1)] {
            let Part::Name(name) = part else { break };
            base = join(&base, name);
            named += 1;
        }
        let rest = &parts[named..];
        let is_deep = rest.iter().any(|part| matches!(part, Part::Deep));
        (base, if is_deep { usize::MAX } else { rest.len() })
    })
}

/// Whether a BUILD file of a family is reached by a link, or has other names.
fn has_odd_build(world: &World, dir: &str, family: &Family) -> bool {
    let has_other_names = family.stamps.iter().flatten().any(|stamp| stamp.has_other_names());
    let is_odd = |listing: &crate::tree::Listing| {
        listing.is_aside || listing.build_files.iter().any(|name| listing.has_link(name))
    };
    has_other_names || world.tree.listed(dir).is_some_and(|listing| is_odd(&listing))
}

/// Whether a path leads through a link, or to a file with other names.
pub(crate) fn is_odd(root: &Path, path: &str) -> bool {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let mut all = ends.filter_map(|end| fs::symlink_metadata(root.join(&path[..end])).ok());
    all.any(|metadata| metadata.is_symlink() || (metadata.is_file() && metadata.nlink() > 1))
}
