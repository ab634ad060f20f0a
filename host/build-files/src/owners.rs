//! Which targets own a file: those whose `sources` have it, and for a BUILD file those it declares.
//!
//! Sources stand beside or below their BUILD file, so only the directories above a file can own it. A deleted file is
//! owned by whoever's patterns it would match.

use crate::family::{Family, World};
use crate::globs::CompiledGlobs;
use crate::load::Loaded;
use crate::sources::declared_sources;
use crate::tree::join;
use pants_model::{Address, Target};

/// No system has longer paths, in bytes; one of a megabyte would have as many directories above it.
const LONGEST_PATH: usize = 4_096;

/// The targets that own a file, sorted.
pub(crate) fn owners_of(loaded: &mut Loaded, world: &World, path: &str) -> Vec<Address> {
    if path.len() > LONGEST_PATH {
        return Vec::new();
    }
    let dirs: Vec<&str> = directories_above(path).collect();
    loaded.load_directories(world, dirs.iter().copied());
    let mut owners = Vec::new();
    for dir in dirs {
        let Some(family) = loaded.family(dir) else { continue };
        owners.extend(owners_in_family(family, world, dir, path));
    }
    owners.sort_unstable();
    owners.dedup();
    owners
}

/// The directory of a file and all above it, up to the build root.
pub(crate) fn directories_above(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(at, _)| &path[..at]).chain(std::iter::once(""))
}

fn owners_in_family(family: &Family, world: &World, dir: &str, path: &str) -> Vec<Address> {
    let below = if dir.is_empty() { path } else { &path[dir.len() + 1..] };
    let owns = |target: &Target| *target.location.file == *path || has_source(target, world, below);
    family.targets.iter().filter(|target| owns(target)).map(|target| target.address.clone()).collect()
}

/// Whether a path, relative to the target's directory, is among its sources or would be if it existed.
fn has_source(target: &Target, world: &World, below: &str) -> bool {
    let Some(spec) = world.symbols.target_type(&target.type_name) else { return false };
    let path = join(target.address.dir(), below);
    if target.sources.binary_search_by(|source| source.as_os_str().cmp(path.as_ref())).is_ok() {
        return true;
    }
    declared_sources(target, spec)
        .iter()
        .any(|set| CompiledGlobs::compile(set).is_ok_and(|globs| globs.contains(below)))
}
