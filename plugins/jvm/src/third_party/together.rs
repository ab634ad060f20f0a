//! All jars of a repository, resolved together as far as they can be.
//!
//! Versions are chosen together, so that every run of a repository sees the same ones. A jar that cannot be had, or that is
//! forced to another version than its namesake, stands in nobody's way who does not need it: it is left out, and said.

use super::declared::{Jar, conflicting_forced};
use super::lock::LockedGroup;
use super::managed::ManagedGroup;
use super::resolver::{ResolveError, Resolver};
use plugin_api::{Context, LogLevel, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// Resolves a group of libraries; what the run wants must be among what is found.
pub(crate) fn resolve_together(
    context: &Context,
    resolver: &Resolver<'_>,
    group: &ManagedGroup,
    wanted: &[Jar],
    directory: &Path,
) -> Result<LockedGroup> {
    if let Some(conflict) = conflicting_forced(wanted) {
        return Err(conflict.error());
    }
    let mut jars = without_conflicts(context, group.jars(), wanted)?;
    loop {
        let (missing, error) = match resolver.resolve(&jars, &group.pins, directory) {
            Ok(locked) => return Ok(locked),
            Err(ResolveError::Missing { coordinates, error }) => (coordinates, error),
            Err(ResolveError::Other(error)) => return Err(error),
        };
        if jars == wanted {
            return Err(error);
        }
        let is_missing = |jar: &Jar| missing.contains(&jar.coordinate());
        let count = jars.len();
        jars.retain(|jar| !is_missing(jar));
        if wanted.iter().any(is_missing) || jars.len() == count {
            // The run fails, or something that nobody declares is missing, and who needs it is not known: the jars of the
            // run alone tell which it is.
            jars = wanted.to_vec();
            continue;
        }
        for line in error.message.lines() {
            context.log(LogLevel::Warn, format!("{line}; it is left out"))?;
        }
    }
}

/// The jars without those that are forced to another version than others of their module, unless they are wanted.
fn without_conflicts(context: &Context, mut jars: Vec<Jar>, wanted: &[Jar]) -> Result<Vec<Jar>> {
    let wanted: BTreeSet<String> = wanted.iter().map(Jar::declaration).collect();
    while let Some(conflict) = conflicting_forced(&jars) {
        let (module, count) = (conflict.module(), jars.len());
        jars.retain(|jar| !jar.is_forced || jar.module() != module || wanted.contains(&jar.declaration()));
        if jars.len() == count {
            // Wanted ones do not conflict with each other, so this cannot be; it is told all the same.
            return Err(conflict.error());
        }
        context
            .log(LogLevel::Warn, format!("{}; what this run does not need is left out", conflict.error().message))?;
    }
    Ok(jars)
}
