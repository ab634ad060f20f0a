//! Questions to a snapshot, and the comparison of its answer with that of a workspace which was just made.

use super::Random;
use super::repository::{DIRS, FILES};
use pants_build_files::{AddressSpec, BuildFiles, SpecFilters};
use pants_model::{Address, BuildGraph, Diagnostic, Globs, Order, TargetId};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// One question.
#[derive(Debug)]
pub enum Question {
    Everything,
    Specs(Vec<AddressSpec>),
    Owners(Vec<PathBuf>),
    Declared(&'static str),
    Globs(&'static str, &'static str),
}

impl Question {
    /// One of many; those about everything are asked most.
    pub fn any(random: &mut Random) -> Self {
        let dir = *random.pick(&DIRS);
        let file = match dir {
            "" => (*random.pick(&FILES)).to_owned(),
            dir => format!("{dir}/{}", random.pick(&FILES)),
        };
        match random.below(10) {
            0..=3 => Self::Everything,
            4 => Self::Specs(vec![AddressSpec::Descendants(String::new())]),
            5 => Self::Specs(vec![AddressSpec::Descendants(dir.to_owned()), AddressSpec::Siblings("a".to_owned())]),
            6 => {
                let name = *random.pick(&["t", "u", "v", "lib", "junit"]);
                Self::Specs(vec![AddressSpec::Single(Address::new(dir, name)), AddressSpec::Siblings(dir.to_owned())])
            }
            7 => Self::Specs(vec![AddressSpec::Files(file), AddressSpec::Files("**/*.java".to_owned())]),
            8 => Self::Owners(vec![file.into(), "a/A.java".into()]),
            _ if random.one_in(2) => Self::Declared(dir),
            _ => Self::Globs(dir, random.pick::<&str>(&["*", "**/*.java", "*/BUILD", "x/**"])),
        }
    }

    /// Asks both; the difference is an error.
    pub fn compare(&self, warm: &BuildFiles, fresh: &BuildFiles) -> Result<(), String> {
        match self {
            Self::Everything => {
                let all = Globs { include: vec!["**".to_owned()], exclude: Vec::new() };
                same("files", &warm.expand_globs("", &all), &fresh.expand_globs("", &all))?;
                same("diagnostics", &warm.load_all(), &fresh.load_all())?;
                same_graph(&warm.graph(), &fresh.graph())?;
                let dirs = fresh.evaluated_dirs();
                dirs.iter().try_for_each(|dir| same(dir, &warm.reads_of(dir), &fresh.reads_of(dir)))
            }
            Self::Specs(specs) => {
                let filters = SpecFilters::default();
                let (of_warm, of_fresh) = (warm.resolve(specs, &filters), fresh.resolve(specs, &filters));
                same_answer(of_warm, of_fresh, warm, fresh)
            }
            Self::Owners(paths) => same_answer(warm.owners(paths), fresh.owners(paths), warm, fresh),
            Self::Declared(dir) => same("declared", &warm.declared_in(dir), &fresh.declared_in(dir)),
            Self::Globs(dir, pattern) => {
                let globs = Globs { include: vec![(*pattern).to_owned()], exclude: Vec::new() };
                same("files", &warm.expand_globs(dir, &globs), &fresh.expand_globs(dir, &globs))
            }
        }
    }
}

type Answer = (Vec<Address>, Vec<Diagnostic>);

fn same_answer(of_warm: Answer, of_fresh: Answer, warm: &BuildFiles, fresh: &BuildFiles) -> Result<(), String> {
    same("addresses", &of_warm.0, &of_fresh.0)?;
    same("diagnostics", &of_warm.1, &of_fresh.1)?;
    let (warm, fresh) = (warm.graph(), fresh.graph());
    let closure = |graph: &BuildGraph| {
        let roots: Vec<TargetId> = of_warm.0.iter().filter_map(|address| graph.id(address)).collect();
        graph.closure(&roots, Order::Preorder).into_iter().map(|id| shown(graph, id)).collect::<Vec<_>>()
    };
    same("what they reach", &closure(&warm), &closure(&fresh))
}

/// Compares whole graphs. A target that nobody declares and nobody depends on may be left from another question.
fn same_graph(warm: &BuildGraph, fresh: &BuildGraph) -> Result<(), String> {
    let all = |graph: &BuildGraph| {
        let counts = |id: &TargetId| !(graph.target(*id).is_synthetic && graph.dependees(*id).is_empty());
        let with_dependees = |id: TargetId| {
            let dependees = graph.dependees(id).iter().map(|id| graph.target(*id).address.to_string());
            format!("{} <- {}", shown(graph, id), dependees.collect::<Vec<_>>().join(" "))
        };
        graph.ids().filter(counts).map(with_dependees).collect::<BTreeSet<_>>()
    };
    let (warm, fresh) = (all(warm), all(fresh));
    let only =
        |one: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> { one.difference(other).cloned().collect() };
    same("targets", &only(&warm, &fresh), &only(&fresh, &warm))
}

fn shown(graph: &BuildGraph, id: TargetId) -> String {
    let dependencies = graph.dependencies(id).iter().map(|id| graph.target(*id).address.to_string());
    format!("{:?} -> {}", graph.target(id), dependencies.collect::<Vec<_>>().join(" "))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, warm: &T, fresh: &T) -> Result<(), String> {
    if warm == fresh {
        return Ok(());
    }
    let [warm, fresh] = [warm, fresh].map(|answer| format!("{answer:#?}"));
    // Long answers are shown from where they differ.
    let first = warm.lines().zip(fresh.lines()).take_while(|(warm, fresh)| warm == fresh).count().saturating_sub(10);
    let [warm, fresh] = [warm, fresh].map(|text| text.lines().skip(first).take(40).collect::<Vec<_>>().join("\n"));
    Err(format!("{what}: from line {first} on the snapshot says\n{warm}\nand it is\n{fresh}"))
}
