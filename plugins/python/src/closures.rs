//! The closures of many targets, from one look at the graph.
//!
//! Asking the host for the closure of each test target would carry the same libraries over the plugin boundary as often
//! as there are tests.

use plugin_api::{Address, Context, GraphView, Result, Target};
use std::collections::BTreeMap;

/// The targets of a run with their dependencies as a build has them.
pub(crate) struct Closures {
    targets: Vec<Target>,
    positions: BTreeMap<Address, usize>,
    dependencies: Vec<Vec<usize>>,
}

impl Closures {
    /// Looks at all targets of the run, without those that depend on something that failed.
    pub(crate) fn load(context: &Context) -> Result<Self> {
        let targets = context.targets()?;
        let positions: BTreeMap<Address, usize> =
            targets.iter().enumerate().map(|(position, target)| (target.address.clone(), position)).collect();
        let mut dependencies = Vec::with_capacity(targets.len());
        for target in &targets {
            let addresses = context.dependencies(&target.address, GraphView::Build)?;
            dependencies.push(addresses.iter().filter_map(|address| positions.get(address).copied()).collect());
        }
        Ok(Self { targets, positions, dependencies })
    }

    /// Whether a target is among them.
    pub(crate) fn contains(&self, address: &Address) -> bool {
        self.positions.contains_key(address)
    }

    /// A target and all it depends on, dependencies first.
    pub(crate) fn of(&self, root: &Address) -> Vec<&Target> {
        let mut is_member = vec![false; self.targets.len()];
        let mut pending: Vec<usize> = self.positions.get(root).copied().into_iter().collect();
        while let Some(position) = pending.pop() {
            if !std::mem::replace(&mut is_member[position], true) {
                pending.extend(&self.dependencies[position]);
            }
        }
        // The host lists dependencies before their dependers.
        self.targets.iter().zip(is_member).filter_map(|(target, is_member)| is_member.then_some(target)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{parse, target};
    use plugin_api::testing::TestContext;

    #[test]
    fn a_closure_holds_what_its_root_reaches_and_lists_dependencies_first() {
        let world = TestContext::new("test.pytest");
        for (address, dependencies) in [
            ("a:a", vec!["b:b", "c:c"]),
            ("b:b", vec!["d:d"]),
            ("c:c", vec!["d:d"]),
            ("d:d", vec![]),
            ("e:e", vec!["d:d"]),
        ] {
            world.target(target(address, "python_library", &[], &dependencies));
        }
        let closures = Closures::load(&world.context().expect("a world has a context")).expect("it can be read");
        let addresses = |root: &str| -> Vec<String> {
            closures.of(&parse(root)).iter().map(|target| target.address.to_string()).collect()
        };
        assert_eq!(addresses("a:a"), ["d:d", "b:b", "c:c", "a:a"]);
        assert_eq!(addresses("e:e"), ["d:d", "e:e"]);
        assert_eq!(addresses("x:x"), Vec::<String>::new());
        assert!(closures.contains(&parse("b:b")) && !closures.contains(&parse("x:x")));
    }
}
