//! The BUILD files of one build root, as the rooms above see them.

use crate::assigned_tags::AssignedTags;
use crate::cache::{EvaluationCache, EvaluationStore};
use crate::changes::Changes;
use crate::config::WorkspaceConfig;
use crate::defaults::Defaults;
use crate::family::World;
use crate::filters::CompiledFilters;
use crate::globs::{CompiledGlobs, Wanted};
use crate::load::{Asked, Loaded};
use crate::owners::{directories_above, owners_of};
use crate::reads::RecordedRead;
use crate::select::{Selection, select};
use crate::snapshot::{Renewal, renew};
use crate::source_roots::ConfiguredRoots;
use crate::specs::{AddressSpec, SpecFilters};
use crate::symbols::Symbols;
use crate::tree::{Tree, join};
use pants_model::{Address, BuildGraph, Diagnostic, Globs, Severity};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use tracing::Span;

/// The stack of a thread that evaluates. Depth is limited in levels, and this holds as many of the largest ones.
/// It is reserved, not used.
const STACK: usize = 64 << 20;

/// The BUILD files of one build root: what has been loaded so far, and how to load more.
///
/// Shared between threads. Loading is done by one caller at a time, on threads of its own; [`BuildFiles::graph`] never
/// waits for it.
pub struct BuildFiles {
    world: World,
    /// What is wrong with ignore rules.
    warnings_of_tree: Vec<Diagnostic>,
    /// What is wrong with the rest of the configuration and with what backends declare.
    warnings: Arc<[Diagnostic]>,
    loaded: Mutex<Loaded>,
    graph: RwLock<Arc<BuildGraph>>,
    /// Shared by all snapshots.
    pool: Arc<OnceLock<ThreadPool>>,
}

impl BuildFiles {
    /// A workspace in which nothing has been loaded.
    pub fn new(config: WorkspaceConfig, symbols: Arc<Symbols>) -> Self {
        let (tree, warnings_of_tree) = Tree::new(&config);
        let mut warnings = Vec::new();
        let symbols = with_opaque_types(symbols, &config.opaque_types, &mut warnings);
        let (defaults, problems) = Defaults::new(&config, &symbols, &tree);
        warnings.extend(problems);
        let (roots, problems) = ConfiguredRoots::new(&config.source_roots);
        warnings.extend(problems);
        let (assigned_tags, problems) = AssignedTags::new(&config.assigned_tags);
        warnings.extend(problems);
        let world = World {
            config,
            symbols,
            tree,
            defaults: Arc::new(defaults),
            roots: Arc::new(roots),
            assigned_tags: Arc::new(assigned_tags),
            prelude: OnceLock::new(),
        };
        Self {
            world,
            warnings_of_tree,
            warnings: warnings.into(),
            loaded: Mutex::default(),
            graph: RwLock::default(),
            pool: Arc::default(),
        }
    }

    /// The same build root after changes, for a client with this environment; shares all that they do not reach. It answers
    /// as one that was just made, and this one goes on answering as before.
    #[must_use]
    pub fn renewed(
        self: &Arc<Self>,
        changes: &Changes,
        environment: &Arc<BTreeMap<OsString, OsString>>,
    ) -> Arc<BuildFiles> {
        let renewal = self.on_threads(|loaded| renew(&self.world, loaded, &self.graph(), changes, environment));
        let Some(Renewal { world, loaded, graph, warnings_of_tree }) = renewal else { return self.clone() };
        Arc::new(Self {
            world,
            warnings_of_tree: warnings_of_tree.unwrap_or_else(|| self.warnings_of_tree.clone()),
            warnings: self.warnings.clone(),
            loaded: Mutex::new(loaded),
            graph: RwLock::new(graph),
            pool: self.pool.clone(),
        })
    }

    /// The client's environment.
    pub fn environment(&self) -> Arc<BTreeMap<OsString, OsString>> {
        self.world.config.environment.clone()
    }

    /// The directories that the answers depend on, relative to the build root, from the n-th on, in the order in which they
    /// were first read.
    pub fn directories_from(&self, n: usize) -> Vec<Arc<str>> {
        self.world.tree.directories_from(n)
    }

    /// Keeps evaluated BUILD files in a store, and takes them from there. Only a workspace in which nothing has been loaded
    /// gains by it.
    #[must_use]
    pub fn with_store(self, store: Arc<dyn EvaluationStore>) -> Self {
        self.loaded().cache = Arc::new(EvaluationCache::new(Some(store)));
        self
    }

    /// Stores what was evaluated, where there is a store and it is worth the time.
    pub fn save_evaluations(&self) {
        self.loaded().cache.save(&self.world);
    }

    /// How many directories had their BUILD files evaluated so far, and not taken from the store.
    pub fn evaluations(&self) -> usize {
        self.loaded().cache.evaluated()
    }

    /// The targets that the specs name, each once, with all they depend on loaded into the graph.
    ///
    /// Diagnostics are about the specs, and about every BUILD file that took part; targets that are all right are
    /// answered all the same.
    pub fn resolve(&self, specs: &[AddressSpec], filters: &SpecFilters) -> (Vec<Address>, Vec<Diagnostic>) {
        self.load(|loaded| {
            let (filters, mut diagnostics) = CompiledFilters::compile(filters);
            let mut selection = select(loaded, &self.world, specs, &filters);
            diagnostics.append(&mut selection.diagnostics);
            diagnostics.extend(self.complete_selection(loaded, &selection));
            (selection.addresses, sorted(diagnostics))
        })
    }

    /// The targets that the BUILD files of one directory declare, sorted, whatever is wrong with others there. Evaluates
    /// nothing else: what they depend on is not loaded.
    pub fn declared_in(&self, dir: &str) -> Vec<Address> {
        let specs = [AddressSpec::Siblings(dir.to_owned())];
        self.load(|loaded| select(loaded, &self.world, &specs, &CompiledFilters::default()).addresses)
    }

    /// Loads every BUILD file.
    pub fn load_all(&self) -> Vec<Diagnostic> {
        self.load(|loaded| {
            let everything = [AddressSpec::Descendants(String::new())];
            let selection = select(loaded, &self.world, &everything, &CompiledFilters::default());
            let mut diagnostics = self.complete_selection(loaded, &selection);
            // A repository without targets is no error here: nobody asked for one.
            let is_warning = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Warning;
            diagnostics.extend(selection.diagnostics.into_iter().filter(is_warning));
            sorted(diagnostics)
        })
    }

    /// What has been loaded so far. Every target in it has all its dependencies in it, but those that do not exist.
    pub fn graph(&self) -> Arc<BuildGraph> {
        self.graph.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The targets that own these files (relative to the build root), sorted, with all they depend on loaded.
    ///
    /// The files may have been deleted. A file that nobody owns is passed over.
    pub fn owners(&self, paths: &[PathBuf]) -> (Vec<Address>, Vec<Diagnostic>) {
        self.load(|loaded| {
            let paths: Vec<&str> = paths.iter().filter_map(|path| path.to_str()).collect();
            let mut owners: Vec<Address> = paths.iter().flat_map(|path| owners_of(loaded, &self.world, path)).collect();
            owners.sort_unstable();
            owners.dedup();
            let mut asked = Asked::default();
            paths.iter().flat_map(|path| directories_above(path)).for_each(|dir| asked.insert(dir));
            let diagnostics = self.complete(loaded, &owners, &asked);
            (owners, sorted(diagnostics))
        })
    }

    /// The files of a set, relative to the build root, sorted; `dir` is what its patterns are relative to.
    pub fn expand_globs(&self, dir: &str, globs: &Globs) -> Result<Vec<PathBuf>, Diagnostic> {
        let compiled =
            CompiledGlobs::compile(globs).map_err(|error| Diagnostic::error_without_place(error.to_string()))?;
        let files = compiled.expand(&self.world.tree, dir, Wanted::Files).files;
        Ok(files.iter().map(|file| PathBuf::from(join(dir, file))).collect())
    }

    /// The BUILD file that declares a loaded target, relative to the build root.
    pub fn build_file_of(&self, address: &Address) -> Option<PathBuf> {
        self.graph().get(address).map(|target| PathBuf::from(&*target.location.file))
    }

    /// What the BUILD files of a loaded directory read besides themselves: their targets depend on it.
    pub fn reads_of(&self, dir: &str) -> Vec<RecordedRead> {
        let loaded = self.loaded();
        let Some(family) = loaded.family(dir) else { return Vec::new() };
        // Reading the prelude needs the stacks of our threads; a family that is loaded has had it read.
        let of_prelude = self.world.prelude.get().map(|prelude| prelude.reads.as_slice()).unwrap_or_default();
        family.reads.iter().chain(of_prelude).cloned().collect()
    }

    /// The directories whose BUILD files have been evaluated so far, sorted.
    pub fn evaluated_dirs(&self) -> Vec<String> {
        self.loaded().evaluated().into_iter().map(str::to_owned).collect()
    }

    /// The symbols that BUILD files have here.
    pub fn symbols(&self) -> &Arc<Symbols> {
        &self.world.symbols
    }

    /// Loads what a selection reaches; gives what is wrong with that and with the directories that it looked into.
    fn complete_selection(&self, loaded: &mut Loaded, selection: &Selection) -> Vec<Diagnostic> {
        if selection.are_linked {
            return self.problems(loaded, &selection.addresses, &selection.asked);
        }
        let problems = self.complete(loaded, &selection.addresses, &selection.asked);
        if selection.is_whole {
            loaded.note_whole_is_linked();
        }
        problems
    }

    /// Loads what the roots reach; gives what is wrong with that and with the asked directories.
    fn complete(&self, loaded: &mut Loaded, roots: &[Address], asked: &Asked) -> Vec<Diagnostic> {
        let known = self.graph();
        let reached = loaded.reach(&self.world, |address| known.id(address).is_some(), roots);
        drop(known);
        if !reached.is_empty() {
            let mut graph = self.graph.write().unwrap_or_else(PoisonError::into_inner);
            loaded.link(Arc::make_mut(&mut graph), reached);
        }
        self.problems(loaded, roots, asked)
    }

    /// What is wrong with the configuration, with what the roots reach, and with the asked directories.
    fn problems(&self, loaded: &mut Loaded, roots: &[Address], asked: &Asked) -> Vec<Diagnostic> {
        let mut diagnostics = self.warnings_of_tree.clone();
        diagnostics.extend(self.warnings.iter().cloned());
        diagnostics.extend(self.world.prelude().diagnostics.iter().cloned());
        diagnostics.extend(loaded.problems(&self.world, &self.graph(), roots, asked));
        diagnostics
    }

    fn loaded(&self) -> MutexGuard<'_, Loaded> {
        // What is loaded is only ever added to, so it is whole even if somebody panicked.
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is loaded, with the prelude read.
    fn load<T: Send>(&self, run: impl FnOnce(&mut Loaded) -> T + Send) -> T {
        self.on_threads(|loaded| {
            // Before anybody evaluates: a thread that waits here could be given evaluation that waits for this.
            self.world.prelude();
            run(loaded)
        })
    }

    /// Has what is loaded to itself, on threads whose stacks are deep enough for evaluation.
    ///
    /// The lock is taken outside of the pool: a thread of it that waits for others' work may pick up the next caller's.
    fn on_threads<T: Send>(&self, run: impl FnOnce(&mut Loaded) -> T + Send) -> T {
        let mut guard = self.loaded();
        let loaded = &mut *guard;
        let build = |threads: usize| {
            ThreadPoolBuilder::new()
                .num_threads(threads)
                .stack_size(STACK)
                .thread_name(|index| format!("build-files-{index}"))
                .build()
        };
        if self.pool.get().is_none()
            && let Ok(pool) = build(self.world.config.jobs).or_else(|_| build(1))
        {
            // Another snapshot may have made one at the same time.
            let _ = self.pool.set(pool);
        }
        match self.pool.get() {
            Some(pool) => {
                let asking = Span::current();
                pool.install(|| asking.in_scope(|| run(loaded)))
            }
            // The system gives us no thread at all; the caller's own is what there is.
            None => run(loaded),
        }
    }
}

/// The symbols with those of `[build-files] opaque_types`; names that need not stand there become warnings.
fn with_opaque_types(symbols: Arc<Symbols>, names: &[String], warnings: &mut Vec<Diagnostic>) -> Arc<Symbols> {
    if names.is_empty() {
        return symbols;
    }
    let (symbols, needless) = symbols.with_opaque_types(names);
    warnings.extend(needless.into_iter().map(|(name, backend)| {
        let owner =
            if backend.is_empty() { "always there".to_owned() } else { format!("there by backend `{backend}`") };
        let message = format!("`{name}` need not stand in `[build-files] opaque_types`: the symbol is {owner}");
        Diagnostic::warning_without_place(message)
    }));
    Arc::new(symbols)
}

/// By place, each once; what has no place comes first, in the order in which it was noticed.
fn sorted(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let place = |diagnostic: &Diagnostic| {
        diagnostic.location.as_ref().map(|location| (location.file.clone(), location.line, location.column))
    };
    let mut diagnostics: Vec<Diagnostic> = diagnostics.into_iter().map(Diagnostic::legible).collect();
    let mut seen = HashSet::new();
    diagnostics.retain(|diagnostic| seen.insert((place(diagnostic), diagnostic.message.clone())));
    diagnostics.sort_by_cached_key(place);
    diagnostics
}

#[cfg(test)]
mod tests;
