//! `changed`, `compile-changed` and `test-changed`: what git says was changed, as target roots.
//!
//! They are built on `alternate_target_roots`: the phase they stand for knows nothing of git.

use super::console::{ConsoleGoal, any_target_spec, choice, flag, is_set};
use super::output::{Output, Stop};
use crate::git::{self, ChangeSpec};
use crate::repository::{admitted, filters};
use pants_build_files::{CompiledFilters, SpecFilters};
use pants_engine::{Context, Planning, ProductDecl, RoundManager, Task, TaskError, TaskSpec, TaskType};
use pants_engine::{Workspace, WorkspaceError};
use pants_model::{Address, OptionKind, OptionSource, OptionSpec, OptionValues, Value};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The scope whose options the other goals fall back to.
const SCOPE: &str = "changed";

fn options() -> Vec<OptionSpec> {
    let text = |name, help| OptionSpec::new(name, OptionKind::String, Value::None, help);
    let mut parent = text("parent", "Compare with this commit instead of the last one.");
    parent.aliases = vec!["changes-since".to_owned(), "since".to_owned()];
    vec![
        parent,
        text("diffspec", "Take what this commit or range changed (`main..HEAD`), not what the working tree did."),
        choice("include-dependees", &["none", "direct", "transitive"], "none", "Add what depends on changed targets."),
        flag("fast", "Stop at the nearest directory with a target that owns a file."),
    ]
}

/// Which changes a scope asks for; what it leaves open is taken from `changed`.
pub(crate) struct ChangedTargets {
    spec: ChangeSpec,
    dependees: Dependees,
    owners: Owners,
    filters: SpecFilters,
    /// Where runs leave files of their own, which nobody changed.
    of_runs: Vec<PathBuf>,
}

/// Which owners of a changed file count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owners {
    All,
    /// Those of the directory that is nearest to the file.
    Nearest,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dependees {
    None,
    Direct,
    Transitive,
}

impl ChangedTargets {
    /// What a scope asks for.
    fn of_scope(options: &OptionValues, scope: &str) -> Self {
        let text = |name: &str| {
            let own = options.get(scope, name).filter(|option| option.source != OptionSource::Default);
            let value = own.or_else(|| options.get(SCOPE, name)).map(|option| &option.value);
            value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let spec = match (text("diffspec"), text("parent")) {
            (Some(range), _) => ChangeSpec::Range(range),
            (None, parent) => ChangeSpec::WorkingTree { parent },
        };
        let dependees = match text("include-dependees").as_deref() {
            Some("direct") => Dependees::Direct,
            Some("transitive") => Dependees::Transitive,
            _ => Dependees::None,
        };
        let is_fast = |scope: &str| options.value(scope, "fast").as_bool().unwrap_or(false);
        let owners = if is_fast(scope) || is_fast(SCOPE) { Owners::Nearest } else { Owners::All };
        let of_runs = ["pants-workdir", "pants-subprocessdir"];
        let of_runs = of_runs.iter().filter_map(|name| options.value("", name).as_str().map(PathBuf::from)).collect();
        Self { spec, dependees, owners, filters: filters(options), of_runs }
    }

    /// What `--changed-parent` and `--changed-diffspec` ask of any goal; nothing when neither is given.
    pub(crate) fn of_flags(options: &OptionValues) -> Option<Self> {
        let is_given = |name| options.value(SCOPE, name).as_str().is_some_and(|text| !text.is_empty());
        (is_given("parent") || is_given("diffspec")).then(|| Self::of_scope(options, SCOPE))
    }

    /// The changed targets, sorted.
    pub(crate) fn addresses(
        &self,
        build_root: &Path,
        workspace: &dyn Workspace,
    ) -> Result<Vec<Address>, WorkspaceError> {
        let (filters, wrong) = CompiledFilters::compile(&self.filters);
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        let files = self.files(build_root, workspace)?;
        let owners = self.owners(&files, workspace)?;
        if self.dependees == Dependees::None {
            return Ok(admitted(&workspace.graph(), owners, &filters));
        }
        workspace.load_all()?;
        let graph = workspace.graph();
        let ids: Vec<_> = owners.iter().filter_map(|owner| graph.id(owner)).collect();
        let with_dependees: Vec<_> = match self.dependees {
            Dependees::Transitive => graph.dependee_closure(&ids),
            _ => ids.iter().flat_map(|id| graph.dependees(*id)).chain(&ids).copied().collect(),
        };
        let mut sorted = graph.sorted(with_dependees);
        sorted.dedup();
        let admitted = sorted.into_iter().map(|id| graph.target(id)).filter(|target| filters.admit(target));
        Ok(admitted.map(|target| target.address.clone()).collect())
    }

    /// The targets that own the files, sorted.
    fn owners(&self, files: &[PathBuf], workspace: &dyn Workspace) -> Result<BTreeSet<Address>, WorkspaceError> {
        let all = workspace.owners(files)?;
        if self.owners == Owners::All {
            return Ok(all.into_iter().collect());
        }
        let mut nearest = BTreeSet::new();
        for file in files {
            let owners = workspace.owners(std::slice::from_ref(file))?;
            let depth = owners.iter().map(|owner| owner.dir().len()).max();
            nearest.extend(owners.into_iter().filter(|owner| Some(owner.dir().len()) == depth));
        }
        Ok(nearest)
    }

    fn files(&self, build_root: &Path, workspace: &dyn Workspace) -> Result<Vec<PathBuf>, WorkspaceError> {
        let mut files = git::changed_files(build_root, &self.spec, &|name| workspace.environment(name))
            .map_err(|error| WorkspaceError::from(vec![error.into_diagnostic()]))?;
        let is_of_a_run =
            |file: &PathBuf| self.of_runs.iter().any(|place| build_root.join(file).starts_with(build_root.join(place)));
        files.retain(|file| !is_of_a_run(file));
        Ok(files)
    }
}

fn proposal(planning: &Planning<'_>) -> Result<Option<Vec<Address>>, TaskError> {
    let changed = ChangedTargets::of_scope(planning.options(), planning.scope());
    Ok(Some(changed.addresses(planning.build_root(), planning.workspace())?))
}

pub(crate) struct Changed;

impl ConsoleGoal for Changed {
    fn describe(&self) -> (&'static str, &'static str) {
        ("WhatChanged", "Print the targets, or the files, that changed.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        let mut all = options();
        all.push(flag("files", "Print changed files instead of targets."));
        all
    }

    fn alternate_target_roots(&self, planning: &Planning<'_>) -> Result<Option<Vec<Address>>, TaskError> {
        proposal(planning)
    }

    fn needs_targets(&self) -> bool {
        false
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        if is_set(context, "files") {
            let changed = ChangedTargets::of_scope(context.options(), context.scope());
            let files = changed.files(context.build_root(), context.workspace()).map_err(TaskError::from)?;
            return files.iter().try_for_each(|file| output.row(file.display()));
        }
        let mut lines: Vec<String> = context.target_roots().iter().map(|target| target.address.to_string()).collect();
        lines.sort();
        lines.into_iter().try_for_each(|line| output.row(line))
    }
}

/// A goal that only proposes the changed targets as roots; the phase it depends on does the work.
pub(crate) fn phase_on_changed(type_name: &str, description: &str) -> Arc<dyn TaskType> {
    let spec = TaskSpec { is_console: true, ..any_target_spec(type_name, description) };
    Arc::new(PhaseOnChanged(spec))
}

struct PhaseOnChanged(TaskSpec);

impl TaskType for PhaseOnChanged {
    fn spec(&self) -> &TaskSpec {
        &self.0
    }

    fn register_options(&self) -> Result<Vec<OptionSpec>, TaskError> {
        Ok(options())
    }

    fn product_types(&self) -> Result<Vec<ProductDecl>, TaskError> {
        Ok(Vec::new())
    }

    fn alternate_target_roots(&self, planning: &Planning<'_>) -> Result<Option<Vec<Address>>, TaskError> {
        proposal(planning)
    }

    fn prepare(&self, _planning: &Planning<'_>, _round: &mut RoundManager) -> Result<(), TaskError> {
        Ok(())
    }

    fn construct(&self, _context: &Context) -> Result<Box<dyn Task>, TaskError> {
        Ok(Box::new(Nothing))
    }
}

struct Nothing;

impl Task for Nothing {
    fn execute(&mut self, _context: &Context) -> Result<(), TaskError> {
        Ok(())
    }
}
