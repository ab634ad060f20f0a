//! The targets of a run as a classpath sees them: who needs whom in a build, for what, and in which order.

use crate::scala::{self, ScalaPlatform};
use crate::third_party::declared::Exclude;
use plugin_api::products::ClasspathEntry;
use plugin_api::{Address, Context, GraphView, OptionRegistrar, Result, Target};
use std::collections::HashMap;

/// The option scope of Java.
pub(crate) const SCOPE: &str = "java";

/// Declares the options of [`SCOPE`].
pub(crate) fn register_options(options: &mut OptionRegistrar) {
    options
        .bool(
            "strict-deps",
            false,
            "Whether Java sources see their direct dependencies and what those export only, where a target does not say.",
        )
        .fingerprinted();
}

/// The closure of the roots with its edges, loaded once for all targets of a task.
#[derive(Debug, Default)]
pub(crate) struct JvmGraph {
    /// Dependencies first.
    pub(crate) targets: Vec<Target>,
    places: HashMap<Address, usize>,
    scopes: Vec<Scopes>,
    dependencies: Vec<Vec<Edge>>,
    excludes: HashMap<usize, Vec<Exclude>>,
    /// Whether targets with `.java` and with `.scala` sources are strict that do not say.
    strict: [bool; 2],
}

/// A dependency.
#[derive(Clone, Copy, Debug)]
struct Edge {
    place: usize,
    /// In which scopes it counts, besides those of the target itself.
    scopes: Scopes,
    /// Whether those who depend on the dependent see it, too.
    is_transitive: bool,
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

/// A set of the scopes that mean something to this backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scopes(u8);

impl Scopes {
    /// By their bits: 1, 2, 4, 8, 16.
    const NAMES: [&str; 5] = ["default", "forced", "compile", "runtime", "test"];
    const DEFAULT: Self = Self(1);

    /// Reads names with spaces between them; none are the default one, and unknown ones count nowhere.
    fn parse(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default().to_lowercase();
        let mut names = text.split_whitespace().peekable();
        if names.peek().is_none() {
            return Self::DEFAULT;
        }
        let bit = |name: &str| Self::NAMES.iter().position(|known| *known == name).map_or(0, |at| 1 << at);
        Self(names.map(bit).fold(0, |bits, bit| bits | bit))
    }
}

impl Purpose {
    fn accepts(self, scopes: Scopes) -> bool {
        let wanted = match self {
            Self::Compile => 0b00111,
            Self::Run => 0b01011,
            Self::Test => 0b11011,
        };
        scopes.0 & wanted != 0
    }
}

/// Types that only group others, which stand for them.
fn is_group(target: &Target) -> bool {
    matches!(&*target.type_name, "target" | "alias")
}

/// Types that bring all they need even under `strict_deps`: compilers run them.
fn is_run_by_compilers(target: &Target) -> bool {
    matches!(&*target.type_name, "annotation_processor" | "javac_plugin" | "scalac_plugin")
}

impl JvmGraph {
    /// The targets that a task works on and all they need, as they stand now.
    pub(crate) fn load(context: &Context) -> Result<Self> {
        let edges_of = |target: &Target| context.dependencies(&target.address, GraphView::Build);
        let scala = ScalaPlatform::load(context)?;
        let mut graph = Self::of(context.targets()?, edges_of, &scala)?;
        for (place, scope) in [SCOPE, scala::SCOPE].into_iter().enumerate() {
            graph.strict[place] = context.option_of(scope, "strict-deps")?.value.as_bool() == Some(true);
        }
        Ok(graph)
    }

    fn of(
        targets: Vec<Target>,
        edges_of: impl Fn(&Target) -> Result<Vec<Address>>,
        scala: &ScalaPlatform,
    ) -> Result<Self> {
        let mut graph = Self { targets, ..Self::default() };
        let places = graph.targets.iter().enumerate();
        graph.places = places.map(|(place, target)| (target.address.clone(), place)).collect();
        for (place, target) in graph.targets.iter().enumerate() {
            let addresses = edges_of(target)?;
            let edges = addresses.iter().filter_map(|address| graph.edge(target, address)).collect();
            graph.dependencies.push(edges);
            graph.scopes.push(Scopes::parse(target.text("scope")));
            if !target.field("excludes").is_none() {
                graph.excludes.insert(place, Exclude::of_field(target.field("excludes"), scala)?);
            }
        }
        Ok(graph)
    }

    /// An edge to a target of the graph. What was generated from another is needed as that other is.
    fn edge(&self, target: &Target, address: &Address) -> Option<Edge> {
        let place = self.place(address)?;
        let origin = self.targets[place].derived_from.as_ref();
        let modifier = target.modifier(address).or_else(|| target.modifier(origin?));
        let Some(modifier) = modifier else {
            return Some(Edge { place, scopes: Scopes::DEFAULT, is_transitive: true });
        };
        let scopes = Scopes::parse(modifier.scope.as_deref());
        Some(Edge { place, scopes, is_transitive: modifier.is_transitive })
    }

    /// The place of a target in [`JvmGraph::targets`].
    pub(crate) fn place(&self, address: &Address) -> Option<usize> {
        self.places.get(address).copied()
    }

    /// A target and all it needs for a purpose, in classpath order: itself first, whatever is needed after all that need
    /// it, otherwise as BUILD files list it. The order depends on nothing outside the closure: another run with other
    /// roots sees the same.
    pub(crate) fn closure(&self, root: usize, purpose: Purpose) -> Vec<usize> {
        self.closure_of(root, |from, edge| self.follows(root, from, edge, purpose))
    }

    /// Whether the closure of a root for a purpose goes along an edge.
    fn follows(&self, root: usize, from: usize, edge: Edge, purpose: Purpose) -> bool {
        purpose.accepts(edge.scopes) && purpose.accepts(self.scopes[edge.place]) && (edge.is_transitive || from == root)
    }

    fn closure_of(&self, root: usize, follows: impl Fn(usize, Edge) -> bool) -> Vec<usize> {
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
            let edge = self.dependencies[*place][next];
            if !is_reached[edge.place] && follows(*place, edge) {
                is_reached[edge.place] = true;
                open.push((edge.place, self.dependencies[edge.place].len()));
            }
        }
        order.reverse();
        order
    }

    /// What a target is compiled against, itself first, as it and the options say.
    pub(crate) fn compile_closure(&self, root: usize) -> Vec<usize> {
        if self.is_strict(&self.targets[root]) {
            self.strict_closure(root)
        } else {
            self.closure(root, Purpose::Compile)
        }
    }

    fn is_strict(&self, target: &Target) -> bool {
        let has = |extension: &str| target.sources.iter().any(|source| source.ends_with(extension));
        let default = (self.strict[0] && has(".java")) || (self.strict[1] && has(".scala"));
        target.field("strict_deps").as_bool().unwrap_or(default)
    }

    /// What a target may be compiled against under `strict_deps`, itself first: its direct dependencies, and what those
    /// export. A target that only groups others stands for them, and what compilers run brings all it needs.
    fn strict_closure(&self, root: usize) -> Vec<usize> {
        let mut is_seen = vec![false; self.targets.len()];
        is_seen[root] = true;
        let mut pending: Vec<usize> = vec![root];
        while let Some(place) = pending.pop() {
            if place != root && is_run_by_compilers(&self.targets[place]) {
                self.closure(place, Purpose::Compile).into_iter().for_each(|needed| is_seen[needed] = true);
            }
            for edge in &self.dependencies[place] {
                let is_exported = place == root || self.exports(&self.targets[place], edge.place);
                if is_exported && self.follows(root, place, *edge, Purpose::Compile) && !is_seen[edge.place] {
                    is_seen[edge.place] = true;
                    pending.push(edge.place);
                }
            }
        }
        self.closure_of(root, |_, edge| is_seen[edge.place])
    }

    /// Whether who depends on a target directly sees one of its dependencies, too.
    fn exports(&self, target: &Target, dependency: usize) -> bool {
        if is_group(target) || target.type_name == "jar_library" {
            return true;
        }
        let dependency = &self.targets[dependency];
        let exports = target.field("exports").to_strings();
        exports.iter().filter_map(|export| Address::parse(export)).any(|export| {
            // What was generated from an exported target is exported in its place.
            dependency.address == export || dependency.derived_from.as_ref() == Some(&export)
        })
    }

    /// The targets among some that a target needs directly or through others that are not among them.
    pub(crate) fn nearest(&self, root: usize, is_wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut seen = vec![false; self.targets.len()];
        let needed = |place: usize| self.dependencies[place].iter().map(|edge| edge.place);
        let mut pending: Vec<usize> = needed(root).collect();
        let mut nearest = Vec::new();
        while let Some(place) = pending.pop() {
            if std::mem::replace(&mut seen[place], true) {
                continue;
            }
            if is_wanted(place) { nearest.push(place) } else { pending.extend(needed(place)) }
        }
        nearest
    }

    /// The classpath entries of a closure, each once, without what its targets exclude.
    pub(crate) fn classpath<'a>(
        &self,
        closure: &[usize],
        entries_of: impl Fn(&Address) -> Option<&'a [ClasspathEntry]>,
    ) -> Vec<ClasspathEntry> {
        let excludes: Vec<&Exclude> = closure.iter().filter_map(|place| self.excludes.get(place)).flatten().collect();
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
    use plugin_api::{DependencyModifier, Object, Value};
    use std::collections::BTreeMap;

    /// Targets of `(name, scope, needs)`, dependencies first.
    fn targets(nodes: &[(&str, &str, &[usize])]) -> Vec<Target> {
        let target = |(name, scope, needs): &(&str, &str, &[usize])| {
            let mut target = Target::new(Address::new("a", *name), "java_library");
            target.fields.push(("scope".to_owned(), (*scope).into()));
            target.dependencies = needs.iter().map(|place| Address::new("a", nodes[*place].0)).collect();
            target
        };
        nodes.iter().map(target).collect()
    }

    fn of(targets: Vec<Target>) -> JvmGraph {
        JvmGraph::of(targets, |target| Ok(target.dependencies.clone()), &ScalaPlatform::default()).unwrap()
    }

    fn graph(nodes: &[(&str, &str, &[usize])]) -> JvmGraph {
        of(targets(nodes))
    }

    /// Says how a target needs another.
    fn modify(target: &mut Target, name: &str, scope: Option<&str>, is_transitive: bool) {
        let modifier = DependencyModifier { scope: scope.map(str::to_owned), is_transitive };
        target.modifiers.push((Address::new("a", name), modifier));
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
        let mut targets =
            targets(&[("x", "", &[]), ("y", "", &[]), ("b", "", &[0, 1]), ("group", "", &[2]), ("a", "", &[3])]);
        targets[2].fields.push(("exports".to_owned(), Value::strings(["a:y"])));
        targets[3].type_name = "target".to_owned();
        assert_eq!(names(&of(targets.clone()), &of(targets.clone()).compile_closure(4)), "a group b x y");
        targets[4].fields.push(("strict_deps".to_owned(), true.into()));
        assert_eq!(names(&of(targets.clone()), &of(targets.clone()).compile_closure(4)), "a group b y");
        targets[4].fields.pop();
        targets[4].sources.push("a/A.java".to_owned());
        let mut graph = of(targets);
        graph.strict[0] = true;
        assert_eq!(names(&graph, &graph.compile_closure(4)), "a group b y", "the option counts where no target says");
    }

    #[test]
    fn jars_and_processors_bring_all_they_need_to_strict_targets() {
        let nodes: &[(&str, &str, &[usize])] =
            &[("x", "", &[]), ("y", "", &[0]), ("jars", "", &[0]), ("processor", "", &[1]), ("a", "", &[2, 3])];
        let mut targets = targets(nodes);
        targets[2].type_name = "jar_library".to_owned();
        targets[3].type_name = "annotation_processor".to_owned();
        targets[4].fields.push(("strict_deps".to_owned(), true.into()));
        let graph = of(targets);
        assert_eq!(names(&graph, &graph.compile_closure(4)), "a jars processor y x");
    }

    #[test]
    fn what_was_generated_is_exported_and_needed_as_its_origin_is() {
        let mut targets = targets(&[("code", "", &[]), ("b", "", &[0]), ("a", "", &[1])]);
        targets[0].derived_from = Some(Address::new("a", "idl"));
        targets[1].fields.push(("exports".to_owned(), Value::strings(["a:idl"])));
        targets[2].fields.push(("strict_deps".to_owned(), true.into()));
        let graph = of(targets.clone());
        assert_eq!(names(&graph, &graph.compile_closure(2)), "a b code");
        modify(&mut targets[1], "idl", None, false);
        let graph = of(targets);
        assert_eq!(names(&graph, &graph.closure(2, Purpose::Run)), "a b");
    }

    #[test]
    fn an_intransitive_dependency_is_for_its_dependent_alone() {
        let mut targets = targets(&[("x", "", &[]), ("b", "", &[0]), ("a", "", &[1])]);
        modify(&mut targets[1], "x", None, false);
        let graph = of(targets);
        assert_eq!(names(&graph, &graph.closure(1, Purpose::Run)), "b x");
        assert_eq!(names(&graph, &graph.closure(2, Purpose::Run)), "a b");
        assert_eq!(names(&graph, &graph.compile_closure(2)), "a b");
    }

    #[test]
    fn the_scope_of_a_dependency_counts_beside_that_of_the_target() {
        let mut targets = targets(&[("p", "", &[]), ("r", "", &[]), ("c", "compile", &[]), ("a", "", &[0, 1, 2])]);
        modify(&mut targets[3], "p", Some("compile test"), false);
        modify(&mut targets[3], "r", Some("runtime"), true);
        modify(&mut targets[3], "c", Some("runtime"), true);
        let graph = of(targets);
        let check = |purpose, expect| assert_eq!(names(&graph, &graph.closure(3, purpose)), expect, "{purpose:?}");
        check(Purpose::Compile, "a p");
        check(Purpose::Run, "a r");
        check(Purpose::Test, "a p r");
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
        let mut targets = targets(&[("jars", "", &[]), ("lib", "", &[0]), ("top", "", &[1])]);
        let fields = vec![("org".to_owned(), Value::from("x")), ("name".to_owned(), Value::from("y"))];
        let exclude = Value::Object(Object { symbol: "exclude".to_owned(), fields, ..Object::default() });
        targets[1].fields.push(("excludes".to_owned(), Value::List(vec![exclude])));
        let graph = of(targets);
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
