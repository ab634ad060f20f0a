//! A family: the `BUILD` and `BUILD.*` files of one directory, which share one namespace.

use crate::assigned_tags::AssignedTags;
use crate::config::WorkspaceConfig;
use crate::declare::Declarations;
use crate::defaults::Defaults;
use crate::evaluate::{Setting, evaluate};
use crate::parse::parse;
use crate::prelude::Prelude;
use crate::reads::{Expanded, Reads, RecordedRead};
use crate::source::{Source, read_stamped_source};
use crate::source_roots::{ConfiguredRoots, DeclaredRoot};
use crate::stamps::{Stamp, Stamps};
use crate::symbols::Symbols;
use crate::tree::{Listing, Tree, join};
use crate::unknown::UnknownSymbol;
use pants_model::{Diagnostic, Location, Severity, Target};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

/// What every evaluation needs: shared by all threads, never changed.
pub(crate) struct World {
    pub config: WorkspaceConfig,
    pub symbols: Arc<Symbols>,
    pub tree: Tree,
    pub defaults: Arc<Defaults>,
    pub roots: Arc<ConfiguredRoots>,
    pub assigned_tags: Arc<AssignedTags>,
    /// What every BUILD file sees; read when the first of them is.
    pub prelude: OnceLock<Arc<Prelude>>,
}

impl World {
    /// The prelude, which is read now if nobody needed it before.
    pub(crate) fn prelude(&self) -> &Prelude {
        self.prelude.get_or_init(|| Arc::new(Prelude::load(&self.config, &self.tree)))
    }
}

/// What the BUILD files of one directory came to.
pub(crate) struct Family {
    /// In the order of declaration, file by file.
    pub targets: Vec<Arc<Target>>,
    /// Those that something is wrong with.
    pub refused: Vec<Arc<Target>>,
    /// What is wrong with the files.
    pub diagnostics: Vec<Diagnostic>,
    /// What evaluation read besides the BUILD files.
    pub reads: Vec<RecordedRead>,
    /// The names that the files use and nobody knows.
    pub unknown: Vec<UnknownSymbol>,
    /// The source roots that the files declare.
    pub source_roots: Vec<DeclaredRoot>,
    /// Which patterns were expanded.
    pub patterns: Patterns,
    /// For each BUILD file, the stamp that it had before it was read.
    pub stamps: Stamps,
    /// The places of `targets`, sorted by name.
    by_name: Vec<u32>,
}

impl Family {
    pub(crate) fn new(
        targets: Vec<Arc<Target>>,
        diagnostics: Vec<Diagnostic>,
        reads: Vec<RecordedRead>,
        unknown: Vec<UnknownSymbol>,
        source_roots: Vec<DeclaredRoot>,
    ) -> Self {
        let mut by_name: Vec<u32> = (0..targets.len() as u32).collect();
        by_name.sort_unstable_by(|a, b| targets[*a as usize].address.name().cmp(targets[*b as usize].address.name()));
        let (patterns, stamps) = (Patterns::default(), Box::default());
        Self { targets, refused: Vec::new(), diagnostics, reads, unknown, source_roots, patterns, stamps, by_name }
    }

    /// The same, with the stamps of the BUILD files that it is of.
    pub(crate) fn with_stamps(self, texts: &[BuildText]) -> Self {
        Self { stamps: texts.iter().map(|text| text.stamp).collect(), ..self }
    }

    /// The target with this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Target>> {
        self.place_of(name).map(|at| &self.targets[at])
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        let found = self.by_name.binary_search_by(|at| self.targets[*at as usize].address.name().cmp(name)).ok()?;
        Some(self.by_name[found] as usize)
    }

    /// A target with another source root; if it is one of these, this family holds that one from now on.
    pub(crate) fn with_root(&mut self, target: Arc<Target>, root: Option<Arc<str>>) -> Arc<Target> {
        let own = self.place_of(target.address.name()).map(|at| &mut self.targets[at]);
        let Some(own) = own.filter(|own| Arc::ptr_eq(own, &target)) else {
            return Arc::new(Target { source_root: root, ..Arc::unwrap_or_clone(target) });
        };
        drop(target);
        Arc::make_mut(own).source_root = root;
        own.clone()
    }

    /// Holds this target instead of its own with the same name, if they differ in nothing but the source root.
    pub(crate) fn share(&mut self, target: &Arc<Target>) {
        let Some(own) = self.place_of(target.address.name()).map(|at| &mut self.targets[at]) else { return };
        if !Arc::ptr_eq(own, target) && is_same_but_root(own, target) {
            *own = target.clone();
        }
    }

    /// Whether targets may be missing that a corrected file would declare.
    pub(crate) fn has_errors(&self) -> bool {
        !self.unknown.is_empty() || self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is nothing to tell of.
    pub(crate) fn is_clean(&self) -> bool {
        self.diagnostics.is_empty() && self.unknown.is_empty()
    }

    /// The names of the targets, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.iter().map(|at| self.targets[*at as usize].address.name())
    }
}

/// Whether two targets differ in nothing but their source roots, which the directories above decide.
fn is_same_but_root(one: &Target, other: &Target) -> bool {
    // A new field does not compile until somebody decides whether it counts.
    let Target {
        address,
        type_name,
        fields,
        sources,
        dependencies,
        modifiers,
        tags,
        description,
        source_root: _,
        location,
        is_synthetic,
        derived_from,
    } = one;
    (address, type_name, dependencies, location)
        == (&other.address, &other.type_name, &other.dependencies, &other.location)
        && (fields, sources, modifiers) == (&other.fields, &other.sources, &other.modifiers)
        && (tags, description) == (&other.tags, &other.description)
        && (is_synthetic, derived_from) == (&other.is_synthetic, &other.derived_from)
}

/// Which patterns a family expanded: when the names that they were compared with are others, it may be another one.
#[derive(Default)]
pub(crate) struct Patterns {
    /// Whether some are compared with the names of the files beside the BUILD files, and with no others.
    pub are_beside: bool,
    /// The sets with patterns that are compared with others.
    pub further: Box<[Expanded]>,
}

impl Patterns {
    pub(crate) fn new(dir: &str, expanded: Vec<Expanded>) -> Self {
        let (beside, further): (Vec<_>, Vec<_>) = expanded.into_iter().partition(|expanded| expanded.is_beside(dir));
        Self { are_beside: !beside.is_empty(), further: further.into() }
    }
}

/// A BUILD file as it was read.
pub(crate) struct BuildText {
    /// Relative to the build root.
    pub path: Arc<str>,
    /// What it was like before it was read.
    pub stamp: Option<Stamp>,
    /// Its text, or why there is none.
    pub text: Result<String, String>,
}

/// Reads the BUILD files of a directory.
pub(crate) fn read_build_files(world: &World, listing: &Listing) -> Vec<BuildText> {
    let read = |name: &str| {
        let path = join(&listing.dir, name);
        let (stamp, text) = read_stamped_source(world.tree.root(), &path, world.config.limits.source);
        BuildText { path: path.into(), stamp, text }
    };
    listing.build_files.iter().map(|name| read(name)).collect()
}

/// Evaluates the BUILD files of a directory.
pub(crate) fn evaluate_family(world: &World, listing: &Listing, texts: Vec<BuildText>) -> Family {
    let reads = Reads::new(&world.tree, &world.config.environment, &listing.dir);
    let reads = reads.with_looks(world.config.limits.looks);
    let mut declarations = Declarations::new(&world.symbols, &world.config, reads);
    declarations.prelude = Some(world.prelude()).filter(|prelude| !prelude.is_empty());
    let stamps: Stamps = texts.iter().map(|text| text.stamp).collect();
    for text in texts {
        evaluate_file(world, text, &mut declarations);
    }
    let Declarations { mut targets, refused, diagnostics, unknown, source_roots, reads, .. } = declarations;
    world.assigned_tags.assign(&mut targets);
    let (reads, expanded) = reads.into_recorded();
    let family = Family::new(targets, diagnostics, reads, unknown.into_symbols(), source_roots);
    Family { refused, patterns: Patterns::new(&listing.dir, expanded), stamps, ..family }
}

fn evaluate_file(world: &World, text: BuildText, declarations: &mut Declarations<'_>) {
    let BuildText { path, stamp: _, text } = text;
    let text = match text {
        Ok(text) => text,
        Err(message) => {
            let location = Location { file: path, line: 0, column: 0 };
            declarations.diagnostics.push(Diagnostic::error(location, message));
            return;
        }
    };
    let source = Rc::new(Source::new(path.clone(), text));
    declarations.enter(source.clone());
    match parse(&source.text) {
        Ok(module) => {
            let setting = Setting {
                limits: world.config.limits,
                imports: world.config.build_file_imports,
                pants_version: &world.config.pants_version,
                build_root: &world.config.build_root,
                path: &path,
            };
            evaluate(&module, &setting, declarations);
        }
        Err(fault) => {
            let mut diagnostic = source.error(fault.span, fault.message);
            diagnostic.hints.extend(fault.hint);
            declarations.diagnostics.push(diagnostic);
        }
    }
}
