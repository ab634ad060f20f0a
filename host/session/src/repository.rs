//! The repository of a run: BUILD files behind the engine's `Workspace`, and the roots that a command line selects.

use crate::error::SessionError;
use crate::goals::ChangedTargets;
use crate::loaded::Loaded;
use crate::problems::{self, Problems};
use crate::request::{Outcome, Request};
use crate::room_configs::missing_files_policy;
use crate::selection::Selection;
use pants_build_files::{AddressSpec, BuildFiles, CompiledFilters, MissingFilesPolicy, SpecFilters, Symbols};
use pants_engine::{LoadedTargets, Workspace, WorkspaceError};
use pants_model::{Address, BuildGraph, Diagnostic, Event, EventSink, Globs, OptionValues, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// BUILD files, as the engine and its tasks see them. Warnings go to the user, each once; errors go to who asked, or to
/// the user where the run goes on without what they break.
pub(crate) struct Repository {
    files: Arc<BuildFiles>,
    build_root: PathBuf,
    cwd: PathBuf,
    environment: Arc<BTreeMap<OsString, OsString>>,
    events: Arc<dyn EventSink>,
    problems: Problems,
    /// What was selected by naming files.
    asked_files: OnceLock<Vec<String>>,
    loaded: Loaded,
    /// How many directories had been evaluated when the run began.
    evaluated_before: usize,
}

impl Repository {
    pub(crate) fn new(
        request: &Request,
        files: Arc<BuildFiles>,
        events: Arc<dyn EventSink>,
        problems: Problems,
    ) -> Self {
        Self {
            evaluated_before: files.evaluations(),
            files,
            build_root: request.bootstrap.build_root.clone(),
            cwd: request.invocation.cwd.clone(),
            environment: request.invocation.environment.clone(),
            events,
            problems,
            asked_files: OnceLock::new(),
            loaded: Loaded::default(),
        }
    }

    /// The symbols of its BUILD files.
    pub(crate) fn symbols(&self) -> &Symbols {
        self.files.symbols()
    }

    /// Whether its BUILD files outlive it.
    pub(crate) fn is_kept(&self) -> bool {
        Arc::strong_count(&self.files) > 1
    }

    /// How many directories had their BUILD files evaluated since the run began, and not remembered from an earlier one.
    pub(crate) fn evaluations(&self) -> usize {
        self.files.evaluations() - self.evaluated_before
    }

    /// What the run has told of the repository.
    pub(crate) fn problems(&self) -> &Problems {
        &self.problems
    }

    /// How the run ends, with the errors counted that it went on with: it fails then, even if everything else was done.
    pub(crate) fn conclude(&self, outcome: Outcome) -> Outcome {
        if !self.problems.has_errors() {
            return outcome;
        }
        self.problems.count().into_iter().for_each(|count| self.tell(count));
        if matches!(outcome, Outcome::Success) { Outcome::Failed(Vec::new()) } else { outcome }
    }

    /// Tells of an error with which the run goes on.
    pub(crate) fn note(&self, error: Diagnostic) {
        self.problems.note(vec![error], &*self.events);
    }

    /// Tells what follows from errors that were told.
    pub(crate) fn tell(&self, consequence: Diagnostic) {
        self.events.emit(Event::Diagnostic(consequence));
    }

    /// The target roots that are selected.
    pub(crate) fn select(&self, selection: &Selection, values: &OptionValues) -> Result<Arc<[Address]>, SessionError> {
        let found = match selection {
            // A goal that proposes roots is asked when the plan is made.
            Selection::Nothing | Selection::OfGoal => Ok(Arc::default()),
            Selection::Everything => self.expand(&["::".to_owned()], &filters(values)),
            Selection::Specs { typed, files } => self.specs(typed, files, values),
            Selection::OwnersOf(files) => self.owners_of(files, values),
            Selection::Changed(changed) => self.changed(changed),
        };
        found.map_err(|errors| SessionError::Repository(problems::shown(errors, self.problems.limit())))
    }

    fn specs(
        &self,
        typed: &[String],
        files: &[String],
        values: &OptionValues,
    ) -> Result<Arc<[Address]>, Vec<Diagnostic>> {
        let mut specs = typed.to_vec();
        let mut unreadable = Vec::new();
        for file in files {
            match self.read_spec_file(file) {
                Ok(lines) => specs.extend(lines),
                Err(error) => unreadable.push(error),
            }
        }
        self.problems.judge(unreadable, &*self.events)?;
        // What cannot be parsed is told when the specs are expanded.
        let of_spec = |spec: &String| match AddressSpec::parse(spec, &self.build_root, &self.cwd) {
            Ok(AddressSpec::Files(file)) => Some(file),
            _ => None,
        };
        self.note_asked_files(specs.iter().filter_map(of_spec).collect());
        self.expand(&specs, &filters(values))
            .map_err(|problems| self.with_hint_on_directory("targets", typed, problems))
    }

    fn note_asked_files(&self, files: Vec<String>) {
        self.asked_files.set(files).expect("a run selects once");
    }

    /// Who stands below the build root may expect that what is typed starts there.
    fn with_hint_on_directory(&self, what: &str, typed: &[String], mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let is_below = self.cwd != self.build_root && self.cwd.starts_with(&self.build_root);
        let from_root = typed.iter().find(|typed| !typed.starts_with(['.', '/', '^', '!']));
        let of_command_line = problems.iter_mut().rev().find(|problem| problem.location.is_none());
        if let (true, Some(typed), Some(last)) = (is_below, from_root, of_command_line) {
            last.hints
                .push(format!("{what} are named from the build root; `./{typed}` starts in the current directory"));
        }
        problems
    }

    fn read_spec_file(&self, file: &str) -> Result<Vec<String>, Diagnostic> {
        let text = std::fs::read_to_string(self.cwd.join(file)).map_err(|source| {
            Diagnostic::error_without_place(format!("cannot read the spec file `{file}`: {source}"))
        })?;
        let lines = text.lines().map(str::trim);
        Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect())
    }

    fn expand(&self, specs: &[String], filters: &SpecFilters) -> Result<Arc<[Address]>, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let mut parsed = Vec::new();
        for spec in specs {
            match AddressSpec::parse(spec, &self.build_root, &self.cwd) {
                Ok(spec) => parsed.push(spec),
                Err(error) => diagnostics.push(Diagnostic::error_without_place(error.to_string())),
            }
        }
        let mut addresses: Arc<[Address]> = Arc::default();
        if !parsed.is_empty() {
            let (found, problems) = self.files.resolve(&parsed, filters);
            self.files.save_evaluations();
            diagnostics.extend(problems);
            addresses = found.into();
            self.loaded.note(&addresses);
        }
        self.judge(diagnostics).map(|()| addresses)
    }

    /// The targets that own files of the command line.
    fn owners_of(&self, files: &[String], values: &OptionValues) -> Result<Arc<[Address]>, Vec<Diagnostic>> {
        let policy = missing_files_policy(values, "owners-not-found-behavior");
        let mut diagnostics = Vec::new();
        let mut owners = BTreeSet::new();
        let mut paths = Vec::new();
        for typed in files {
            let path = match self.path_below_root(typed) {
                Ok(path) => path,
                Err(error) => {
                    diagnostics.push(error);
                    continue;
                }
            };
            let (found, problems) = self.files.owners(std::slice::from_ref(&path));
            // What a broken BUILD file does not get to declare may own it.
            let is_broken = problems.iter().any(|problem| problem.severity == Severity::Error);
            if found.is_empty() && !is_broken {
                diagnostics.extend(self.without_owner(typed, &path, policy));
            }
            diagnostics.extend(problems);
            owners.extend(found);
            paths.push(path);
        }
        self.note_asked_files(paths.iter().map(|path| path.to_string_lossy().into_owned()).collect());
        let owners: Arc<[Address]> = owners.into_iter().collect();
        self.loaded.note(&owners);
        let (filters, wrong) = CompiledFilters::compile(&filters(values));
        diagnostics.extend(wrong);
        self.judge(diagnostics).map_err(|problems| self.with_hint_on_directory("files", files, problems))?;
        Ok(admitted(&self.files.graph(), owners.iter().cloned(), &filters).into())
    }

    fn without_owner(&self, typed: &str, path: &Path, policy: MissingFilesPolicy) -> Option<Diagnostic> {
        let mut problem = Diagnostic::error_without_place(format!("no target owns `{typed}`"));
        if self.build_root.join(path).is_dir() {
            problem.hints.push("it is a directory; `--owner-of` takes files".to_owned());
        }
        match policy {
            MissingFilesPolicy::Ignore => None,
            MissingFilesPolicy::Warn => Some(Diagnostic { severity: Severity::Warning, ..problem }),
            MissingFilesPolicy::Error => Some(problem),
        }
    }

    /// A file of the command line relative to the build root; like a spec, it starts there unless it starts with a dot.
    fn path_below_root(&self, typed: &str) -> Result<PathBuf, Diagnostic> {
        let base = if typed.starts_with("./") || typed.starts_with("../") { &self.cwd } else { &self.build_root };
        let mut path = PathBuf::new();
        for component in base.join(typed).components() {
            match component {
                Component::ParentDir => _ = path.pop(),
                Component::CurDir => {}
                component => path.push(component),
            }
        }
        path.strip_prefix(&self.build_root).map(Path::to_owned).map_err(|_| {
            let root = self.build_root.display();
            Diagnostic::error_without_place(format!("`{typed}` is not inside the build root `{root}`"))
        })
    }

    fn changed(&self, changed: &ChangedTargets) -> Result<Arc<[Address]>, Vec<Diagnostic>> {
        match changed.addresses(&self.build_root, self) {
            Ok(addresses) => Ok(addresses.into()),
            Err(error) => Err(error.diagnostics),
        }
    }

    /// Shows the warnings; fails when there is an error, unless the run goes on.
    fn judge(&self, diagnostics: Vec<Diagnostic>) -> Result<(), Vec<Diagnostic>> {
        self.problems.judge(diagnostics, &*self.events)
    }
}

/// What `--tag` and `--exclude-target-regexp` say.
pub(crate) fn filters(values: &OptionValues) -> SpecFilters {
    let strings = |name: &str| values.value("", name).to_strings();
    SpecFilters { exclude_target_regexps: strings("exclude-target-regexp"), tags: strings("tag") }
}

/// The addresses whose targets the filters let through.
pub(crate) fn admitted(
    graph: &BuildGraph,
    addresses: impl IntoIterator<Item = Address>,
    filters: &CompiledFilters,
) -> Vec<Address> {
    let is_admitted = |address: &Address| graph.get(address).is_some_and(|target| filters.admit(target));
    addresses.into_iter().filter(is_admitted).collect()
}

impl Workspace for Repository {
    fn graph(&self) -> Arc<BuildGraph> {
        self.files.graph()
    }

    fn resolve(&self, specs: &[String]) -> Result<Vec<Address>, WorkspaceError> {
        Ok(self.expand(specs, &SpecFilters::default())?.to_vec())
    }

    fn loaded(&self) -> LoadedTargets {
        self.loaded.targets(&self.files.graph())
    }

    fn load_all(&self) -> Result<(), WorkspaceError> {
        let diagnostics = self.files.load_all();
        self.files.save_evaluations();
        self.loaded.note_everything();
        Ok(self.judge(diagnostics)?)
    }

    fn owners(&self, paths: &[PathBuf]) -> Result<Vec<Address>, WorkspaceError> {
        let (owners, diagnostics) = self.files.owners(paths);
        let owners: Arc<[Address]> = owners.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        self.loaded.note(&owners);
        self.judge(diagnostics)?;
        Ok(owners.to_vec())
    }

    fn asked_files(&self) -> Vec<String> {
        self.asked_files.get().cloned().unwrap_or_default()
    }

    fn typed_file(&self, typed: &str) -> Result<String, WorkspaceError> {
        let path = self.path_below_root(typed).map_err(|error| vec![error])?;
        path.into_os_string()
            .into_string()
            .map_err(|_| WorkspaceError::new(format!("`{typed}` stands in a directory whose name is not UTF-8")))
    }

    fn expand_globs(&self, dir: &str, globs: &Globs) -> Result<Vec<PathBuf>, WorkspaceError> {
        self.files.expand_globs(dir, globs).map_err(|diagnostic| WorkspaceError::from(vec![diagnostic]))
    }

    fn environment(&self, name: &str) -> Option<OsString> {
        self.environment.get(OsStr::new(name)).cloned()
    }
}
