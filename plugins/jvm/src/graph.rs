//! The targets of a run as a classpath sees them: who needs whom in a build, and in which order.

use crate::third_party::declared::Exclude;
use plugin_api::products::ClasspathEntry;
use plugin_api::{Address, Context, GraphView, Result, Target};
use std::collections::HashMap;

/// The closure of the roots with its edges, loaded once for all targets of a task.
#[derive(Debug, Default)]
pub(crate) struct JvmGraph {
    /// Dependencies first.
    pub(crate) targets: Vec<Target>,
    places: HashMap<Address, usize>,
    dependencies: Vec<Vec<usize>>,
}

/// What a classpath is for: which dependencies count follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Dependencies of scope `default`, `forced` and `compile`.
    Compile,
    /// Dependencies of scope `default`, `forced` and `runtime`.
    Run,
    /// Dependencies of scope `default`, `forced`, `runtime` and `test`.
    Test,
}

impl Purpose {
    fn accepts(self, target: &Target) -> bool {
        let Some(scope) = target.text("scope") else { return true };
        let wanted: &[&str] = match self {
            Self::Compile => &["default", "forced", "compile"],
            Self::Run => &["default", "forced", "runtime"],
            Self::Test => &["default", "forced", "runtime", "test"],
        };
        scope.is_empty() || scope.to_lowercase().split_whitespace().any(|scope| wanted.contains(&scope))
    }
}

impl JvmGraph {
    /// The targets that a task works on and all they need, as they stand now.
    pub(crate) fn load(context: &Context) -> Result<Self> {
        let targets = context.targets()?;
        let places: HashMap<Address, usize> =
            targets.iter().enumerate().map(|(place, target)| (target.address.clone(), place)).collect();
        let mut dependencies = Vec::with_capacity(targets.len());
        for target in &targets {
            let addresses = context.dependencies(&target.address, GraphView::Build)?;
            dependencies.push(addresses.iter().filter_map(|address| places.get(address).copied()).collect());
        }
        Ok(Self { targets, places, dependencies })
    }

    /// The place of a target in [`JvmGraph::targets`].
    pub(crate) fn place(&self, address: &Address) -> Option<usize> {
        self.places.get(address).copied()
    }

    /// A target and all it needs for a purpose, in classpath order: itself first, whatever is needed after all that need
    /// it, otherwise as BUILD files list it. The order depends on nothing outside the closure: another run with other
    /// roots sees the same.
    pub(crate) fn closure(&self, root: usize, purpose: Purpose) -> Vec<usize> {
        self.closure_of(root, |place| purpose.accepts(&self.targets[place]))
    }

    fn closure_of(&self, root: usize, accepts: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut is_reached = vec![false; self.targets.len()];
        is_reached[root] = true;
        // Dependencies are visited from the last to the first, since the result is turned round in the end.
        let mut order = Vec::new();
        let mut open = vec![(root, self.dependencies[root].len())];
        while let Some((place, left)) = open.last_mut() {
            let Some(next) = left.checked_sub(1) else {
                order.push(*place);
                open.pop();
                continue;
            };
            *left = next;
            let dependency = self.dependencies[*place][next];
            if !is_reached[dependency] && accepts(dependency) {
                is_reached[dependency] = true;
                open.push((dependency, self.dependencies[dependency].len()));
            }
        }
        order.reverse();
        order
    }

    /// What a target may be compiled against under `strict_deps`, itself first: its direct dependencies, and what those
    /// export. A target that only groups others stands for them.
    pub(crate) fn strict_closure(&self, root: usize) -> Vec<usize> {
        let mut is_reached = vec![false; self.targets.len()];
        is_reached[root] = true;
        let mut pending = self.dependencies[root].clone();
        while let Some(place) = pending.pop() {
            let target = &self.targets[place];
            if is_reached[place] || !Purpose::Compile.accepts(target) {
                continue;
            }
            is_reached[place] = true;
            if matches!(&*target.type_name, "target" | "alias") {
                pending.extend(&self.dependencies[place]);
            }
            let exports = target.field("exports").to_strings();
            pending.extend(exports.iter().filter_map(|export| self.place(&Address::parse(export)?)));
        }
        self.closure_of(root, |place| is_reached[place])
    }

    /// The targets among some that a target needs directly or through others that are not among them.
    pub(crate) fn nearest(&self, root: usize, is_wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut seen = vec![false; self.targets.len()];
        let mut pending = self.dependencies[root].clone();
        let mut nearest = Vec::new();
        while let Some(place) = pending.pop() {
            if std::mem::replace(&mut seen[place], true) {
                continue;
            }
            if is_wanted(place) { nearest.push(place) } else { pending.extend(&self.dependencies[place]) }
        }
        nearest
    }

    /// The third-party jars that the targets of a closure want to be without.
    pub(crate) fn excludes(&self, closure: &[usize]) -> Vec<Exclude> {
        closure.iter().flat_map(|place| Exclude::of_field(self.targets[*place].field("excludes"))).collect()
    }

    /// The classpath entries of a closure, each once, without what its targets exclude.
    pub(crate) fn classpath<'a>(
        &self,
        closure: &[usize],
        entries_of: impl Fn(&Address) -> Option<&'a [ClasspathEntry]>,
    ) -> Vec<ClasspathEntry> {
        let excludes = self.excludes(closure);
        let mut seen = std::collections::HashSet::new();
        let mut classpath = Vec::new();
        for place in closure {
            for entry in entries_of(&self.targets[*place].address).unwrap_or_default() {
                let is_excluded =
                    !entry.coordinate.is_empty() && excludes.iter().any(|exclude| exclude.matches(&entry.coordinate));
                if !is_excluded && seen.insert(&entry.path) {
                    classpath.push(entry.clone());
                }
            }
        }
        classpath
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::{Object, Value};
    use std::collections::BTreeMap;

    /// A graph of `(name, scope, needs)`, dependencies first.
    fn graph(nodes: &[(&str, &str, &[usize])]) -> JvmGraph {
        let mut graph = JvmGraph::default();
        for (place, (name, scope, needs)) in nodes.iter().enumerate() {
            let mut target = Target::new(Address::new("a", *name), "java_library");
            target.fields.push(("scope".to_owned(), (*scope).into()));
            graph.places.insert(target.address.clone(), place);
            graph.targets.push(target);
            graph.dependencies.push(needs.to_vec());
        }
        graph
    }

    fn names(graph: &JvmGraph, places: &[usize]) -> String {
        let names: Vec<&str> = places.iter().map(|place| graph.targets[*place].address.name()).collect();
        names.join(" ")
    }

    #[test]
    fn what_needs_comes_before_what_is_needed() {
        let graph = graph(&[("d", "", &[]), ("b", "", &[0]), ("c", "", &[0]), ("x", "", &[]), ("a", "", &[1, 2])]);
        assert_eq!(names(&graph, &graph.closure(4, Purpose::Compile)), "a b c d");
    }

    #[test]
    fn strict_dependencies_are_direct_ones_and_what_they_export() {
        let mut graph =
            graph(&[("x", "", &[]), ("y", "", &[]), ("b", "", &[0, 1]), ("group", "", &[2]), ("a", "", &[3])]);
        graph.targets[2].fields.push(("exports".to_owned(), Value::strings(["a:y"])));
        graph.targets[3].type_name = "target".to_owned();
        assert_eq!(names(&graph, &graph.strict_closure(4)), "a group b y");
    }

    #[test]
    fn the_nearest_are_found_through_others() {
        let graph = graph(&[("x", "", &[]), ("y", "", &[0]), ("b", "", &[1]), ("group", "", &[2]), ("a", "", &[3, 0])]);
        let nearest = graph.nearest(4, |place| [0, 2].contains(&place));
        assert_eq!(names(&graph, &nearest), "x b");
    }

    #[test]
    fn scopes_decide_who_is_on_which_classpath() {
        let nodes: &[(&str, &str, &[usize])] = &[
            ("below", "", &[]),
            ("compile", "compile", &[0]),
            ("runtime", "runtime", &[]),
            ("test", "compile test", &[]),
            ("root", "compile", &[1, 2, 3]),
        ];
        let graph = graph(nodes);
        let check = |purpose, expect| assert_eq!(names(&graph, &graph.closure(4, purpose)), expect, "{purpose:?}");
        check(Purpose::Compile, "root compile below test");
        check(Purpose::Run, "root runtime");
        check(Purpose::Test, "root runtime test");
    }

    #[test]
    fn an_exclude_anywhere_in_the_closure_keeps_a_jar_away() {
        let mut graph = graph(&[("jars", "", &[]), ("lib", "", &[0]), ("top", "", &[1])]);
        let fields = vec![("org".to_owned(), Value::from("x")), ("name".to_owned(), Value::from("y"))];
        let exclude = Value::Object(Object { symbol: "exclude".to_owned(), fields, ..Object::default() });
        graph.targets[1].fields.push(("excludes".to_owned(), Value::List(vec![exclude])));
        let entry =
            |path: &str, coordinate: &str| ClasspathEntry { path: path.to_owned(), coordinate: coordinate.to_owned() };
        let entries = BTreeMap::from([
            (Address::new("a", "jars"), vec![entry("y.jar", "x:y:1"), entry("z.jar", "x:z:1")]),
            (Address::new("a", "lib"), vec![entry("lib.jar", ""), entry("z.jar", "x:z:1")]),
        ]);
        let classpath = |place| {
            let closure = graph.closure(place, Purpose::Run);
            let entries = graph.classpath(&closure, |address| entries.get(address).map(Vec::as_slice));
            entries.into_iter().map(|entry| entry.path).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(classpath(2), "lib.jar z.jar");
        assert_eq!(classpath(0), "y.jar z.jar");
    }
}
