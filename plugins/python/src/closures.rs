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
        self.reached(root, |_, _| true)
    }

    /// A target and what it takes along when it leaves the repository: not what is there to compile against only.
    ///
    /// Nothing else of Pants v1's Python looked at scopes, nor at whether a dependency was transitive.
    pub(crate) fn packaged(&self, root: &Address) -> Vec<&Target> {
        self.reached(root, |target, dependency| {
            let of_edge = target.modifier(&dependency.address).and_then(|modifier| modifier.scope.as_deref());
            !names_compile(of_edge) && !names_compile(dependency.text("scope"))
        })
    }

    fn reached(&self, root: &Address, is_followed: impl Fn(&Target, &Target) -> bool) -> Vec<&Target> {
        let mut is_member = vec![false; self.targets.len()];
        let mut pending: Vec<usize> = self.positions.get(root).copied().into_iter().collect();
        while let Some(position) = pending.pop() {
            if !std::mem::replace(&mut is_member[position], true) {
                let target = &self.targets[position];
                let dependencies = self.dependencies[position].iter().copied();
                pending.extend(dependencies.filter(|dependency| is_followed(target, &self.targets[*dependency])));
            }
        }
        // The host lists dependencies before their dependers.
        self.targets.iter().zip(is_member).filter_map(|(target, is_member)| is_member.then_some(target)).collect()
    }
}

fn names_compile(scope: Option<&str>) -> bool {
    scope.is_some_and(|scope| scope.split_whitespace().any(|word| word.eq_ignore_ascii_case("compile")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{parse, target};
    use plugin_api::testing::TestContext;
    use plugin_api::{DependencyModifier, Value};

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

    #[test]
    fn what_is_there_to_compile_against_stays_behind() {
        let world = TestContext::new("binary.py");
        let mut binary = target("a:a", "python_binary", &[], &["b:b", "c:c", "d:d"]);
        let provided = DependencyModifier { scope: Some("compile test".to_owned()), is_transitive: false };
        binary.modifiers.push((parse("b:b"), provided));
        let mut compiled = target("c:c", "python_library", &[], &["e:e"]);
        compiled.fields.push(("scope".to_owned(), Value::from("compile")));
        world.target(target("b:b", "python_library", &[], &[]));
        world.target(target("e:e", "python_library", &[], &[]));
        world.target(compiled);
        world.target(target("d:d", "python_library", &[], &["e:e"]));
        world.target(binary);
        let closures = Closures::load(&world.context().expect("a world has a context")).expect("it can be read");
        let addresses: Vec<String> =
            closures.packaged(&parse("a:a")).iter().map(|target| target.address.to_string()).collect();
        assert_eq!(addresses, ["e:e", "d:d", "a:a"]);
        assert_eq!(closures.of(&parse("a:a")).len(), 5);
    }
}
