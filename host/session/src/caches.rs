//! The scope `cache`, with an instance for every goal that builds something: whether and where results of processes are
//! kept.
//!
//! What a goal finds unchanged in its own work directory is no cache: it is not done again whatever stands here.

use crate::request::Request;
use pants_engine::{Registry, RoundPlan};
use pants_model::{OptionKind, OptionSpec, OptionValue, OptionValues, ScopeSpec, Value};
use pants_process::{Caching, Reads, Writes, obstacle_to_writing};
use std::collections::BTreeSet;
use std::path::PathBuf;

const SCOPE: &str = "cache";

/// The scope, and those of its instances.
pub(crate) fn scopes(registry: &Registry) -> Vec<ScopeSpec> {
    let whole = ScopeSpec {
        name: SCOPE.to_owned(),
        description: "Which results of processes are kept, and where.".to_owned(),
        options: options(),
        ..ScopeSpec::default()
    };
    let goals = registry.phases().iter().flat_map(|phase| registry.goals(&phase.name));
    let building = goals.map(|goal| &goal.identity).filter(|identity| !identity.spec.is_console);
    let instances = building.map(|identity| ScopeSpec {
        name: instance(&identity.scope),
        description: format!("`{SCOPE}` for `{}` alone.", identity.scope),
        instance_of: Some(SCOPE.to_owned()),
        backend: identity.plugin.name.clone(),
        ..ScopeSpec::default()
    });
    std::iter::once(whole).chain(instances).collect()
}

fn instance(scope: &str) -> String {
    format!("{SCOPE}.{scope}")
}

fn options() -> Vec<OptionSpec> {
    let flag = |name, default: bool, help| OptionSpec::new(name, OptionKind::Bool, default, help);
    let directories = |name, help| OptionSpec {
        is_advanced: true,
        ..OptionSpec::new(name, OptionKind::StringList, Value::List(Vec::new()), help)
    };
    vec![
        flag("ignore", false, "Take no results from caches, and put none there."),
        flag("read", true, "Take results from caches."),
        flag("write", true, "Put results into caches."),
        OptionSpec {
            is_advanced: true,
            ..flag("overwrite", false, "Put results into caches in place of those that are there.")
        },
        directories("read-from", "Directories of further caches to take results from, after those of the user."),
        directories("write-to", "Directories of further caches to put results into, besides those of the user."),
    ]
}

/// How the processes of a goal use caches.
pub(crate) fn caching(request: &Request, options: &OptionValues, scope: &str, generation: String) -> Caching {
    let instance = instance(scope);
    let flag = |name: &str| options.value(&instance, name).as_bool();
    let is_ignored = flag("ignore") == Some(true);
    let directories = |name: &str| {
        let values = options.value(&instance, name).as_strings().into_iter();
        values.filter(|value| !is_remote(value)).map(|value| request.bootstrap.expanded(value)).collect()
    };
    let (read_from, write_to): (Vec<PathBuf>, Vec<PathBuf>) = (directories("read-from"), directories("write-to"));
    Caching {
        reads: if is_ignored || flag("read") == Some(false) { Reads::No } else { Reads::Yes },
        writes: match flag("overwrite") {
            _ if is_ignored || flag("write") == Some(false) => Writes::No,
            Some(true) => Writes::All,
            _ => Writes::Missing,
        },
        read_from,
        write_to,
        generation,
    }
}

/// What the caches of a plan's goals name and cannot be used, each once, the way the user wrote it.
pub(crate) fn unusable_ones(plan: &RoundPlan, request: &Request, options: &OptionValues) -> Vec<String> {
    let mut told = BTreeSet::new();
    for goal in plan.goals() {
        let instance = instance(goal.scope());
        let writes = caching(request, options, goal.scope(), String::new()).writes;
        for name in ["read-from", "write-to"] {
            let Some(OptionValue { value, source, .. }) = options.get(&instance, name) else { continue };
            let problem = |cache: &str| match name {
                _ if is_remote(cache) => Some("is passed over: remote caches are not supported yet".to_owned()),
                "write-to" if writes != Writes::No => {
                    let obstacle = obstacle_to_writing(&request.bootstrap.expanded(cache));
                    obstacle.map(|error| format!("gets no results: {error}"))
                }
                _ => None,
            };
            let tell = |cache| problem(cache).map(|problem| format!("{source}: `{cache}` {problem}"));
            told.extend(value.as_strings().into_iter().filter_map(tell));
        }
    }
    told.into_iter().collect()
}

fn is_remote(place: &str) -> bool {
    place.contains("://")
}
