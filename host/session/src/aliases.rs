//! Aliases among the target roots: who asks to build or test an alias means the target that it stands for.
//!
//! Goals that answer questions see the alias itself.

use crate::backends::Backends;
use pants_model::{Address, BuildGraph};
use std::collections::HashSet;
use std::sync::Arc;

/// The built-in type of targets that are another name of one.
const ALIAS: &str = "alias";

/// The roots for these phases: each once, and where a phase does more than answer questions, without aliases.
pub(crate) fn meant(
    backends: &Backends,
    phases: &[String],
    graph: &BuildGraph,
    roots: Arc<[Address]>,
) -> Arc<[Address]> {
    let answers = |phase: &String| backends.registry.goals(phase).all(|goal| goal.identity.spec.is_console);
    if phases.iter().all(answers) {
        return roots;
    }
    substituted(graph, roots)
}

/// The roots with what an alias stands for in its place; an alias may stand for another.
fn substituted(graph: &BuildGraph, roots: Arc<[Address]>) -> Arc<[Address]> {
    let is_alias = |address: &Address| graph.get(address).is_some_and(|target| &*target.type_name == ALIAS);
    if !roots.iter().any(is_alias) {
        return roots;
    }
    let mut meant = Vec::with_capacity(roots.len());
    let mut seen = HashSet::new();
    let mut pending: Vec<Address> = roots.iter().rev().cloned().collect();
    while let Some(address) = pending.pop() {
        if !seen.insert(address.clone()) {
            continue;
        }
        match graph.get(&address).filter(|_| is_alias(&address)) {
            Some(alias) => pending.extend(alias.dependencies.iter().rev().cloned()),
            None => meant.push(address),
        }
    }
    meant.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pants_model::Target;

    #[test]
    fn an_alias_stands_for_its_target() {
        let mut graph = BuildGraph::new();
        let mut add = |name: &str, type_name: &str, dependencies: &[&str]| {
            let mut target = Target::new(Address::new("a", name), type_name);
            target.dependencies = dependencies.iter().map(|name| Address::new("a", name)).collect();
            graph.insert(target.into()).expect("the addresses differ");
        };
        add("short", "alias", &["shorter"]);
        add("shorter", "alias", &["tests"]);
        add("endless", "alias", &["endless"]);
        add("tests", "junit_tests", &[]);
        add("group", "target", &["tests"]);
        let check = |roots: &[&str], expect: &str| {
            let roots = roots.iter().map(|name| Address::new("a", name)).collect();
            let meant = substituted(&graph, roots);
            assert_eq!(meant.iter().map(Address::name).collect::<Vec<_>>().join(" "), expect);
        };
        check(&["short", "group"], "tests group");
        check(&["group", "shorter", "tests"], "group tests");
        check(&["endless"], "");
        check(&["group"], "group");
    }
}
