//! The repository of a run: BUILD files behind the engine's `Workspace`, and the roots that a command line selects.

use crate::error::SessionError;
use crate::goals::{ChangedTargets, NoBase, WHOLE_REPOSITORY_GOALS};
use crate::request::Request;
use pants_build_files::{AddressSpec, BuildFiles, SpecFilters};
use pants_engine::{Workspace, WorkspaceError};
use pants_model::{Address, BuildGraph, Diagnostic, Event, EventSink, Globs, OptionValues, Severity};
use pants_options::CommandLine;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// BUILD files, as the engine and its tasks see them. Warnings go to the user, each once; errors go to who asked.
pub(crate) struct Repository {
    files: BuildFiles,
    build_root: PathBuf,
    cwd: PathBuf,
    environment: Arc<BTreeMap<OsString, OsString>>,
    events: Arc<dyn EventSink>,
    warned: Mutex<HashSet<String>>,
}

impl Repository {
    pub(crate) fn new(request: &Request, files: BuildFiles, events: Arc<dyn EventSink>) -> Self {
        Self {
            files,
            build_root: request.bootstrap.build_root.clone(),
            cwd: request.invocation.cwd.clone(),
            environment: request.invocation.environment.clone(),
            events,
            warned: Mutex::default(),
        }
    }

    /// The target roots of a command line: its specs, what `--changed-*` says, or nothing.
    pub(crate) fn select(&self, command: &CommandLine, values: &OptionValues) -> Result<Vec<Address>, SessionError> {
        let mut specs = command.specs.clone();
        for file in values.value("", "spec-file").as_strings() {
            specs.extend(self.read_spec_file(file)?);
        }
        let is_changed_goal = command.goals.iter().any(|goal| goal.ends_with("changed"));
        match ChangedTargets::of_flags(values) {
            Ok(_) if !specs.is_empty() && !is_changed_goal => {
                let message = "targets were selected twice: by specs and by `--changed-*`";
                Err(error(Diagnostic::error_without_place(message).hint("use one of them")))
            }
            Ok(changed) if !is_changed_goal => {
                changed.addresses(&self.build_root, self).map_err(|error| SessionError::Repository(error.diagnostics))
            }
            Ok(_) | Err(NoBase) => {
                if specs.is_empty() && command.goals.iter().any(|goal| WHOLE_REPOSITORY_GOALS.contains(&goal.as_str()))
                {
                    specs.push("::".to_owned());
                }
                let found = self.expand(&specs, &filters(values));
                found
                    .map_err(|problems| SessionError::Repository(self.with_hint_on_directory(&command.specs, problems)))
            }
        }
    }

    /// Who stands below the build root may expect specs to start there.
    fn with_hint_on_directory(&self, typed: &[String], mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let is_below = self.cwd != self.build_root && self.cwd.starts_with(&self.build_root);
        let from_root = typed.iter().find(|spec| !spec.starts_with(['.', '/', '^', '!']));
        if let (true, Some(spec), Some(last)) = (is_below, from_root, problems.last_mut()) {
            last.hints
                .push(format!("targets are named from the build root; `./{spec}` starts in the current directory"));
        }
        problems
    }

    fn read_spec_file(&self, file: &str) -> Result<Vec<String>, SessionError> {
        let text = std::fs::read_to_string(self.cwd.join(file)).map_err(|source| {
            error(Diagnostic::error_without_place(format!("cannot read the spec file `{file}`: {source}")))
        })?;
        let lines = text.lines().map(str::trim);
        Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect())
    }

    fn expand(&self, specs: &[String], filters: &SpecFilters) -> Result<Vec<Address>, Vec<Diagnostic>> {
        if specs.is_empty() {
            return Ok(Vec::new());
        }
        let parsed: Result<Vec<AddressSpec>, _> =
            specs.iter().map(|spec| AddressSpec::parse(spec, &self.build_root, &self.cwd)).collect();
        let parsed = parsed.map_err(|error| vec![Diagnostic::error_without_place(error.to_string())])?;
        let (addresses, diagnostics) = self.files.resolve(&parsed, filters);
        self.judge(diagnostics).map(|()| addresses)
    }

    /// Shows the warnings; fails when there is an error.
    fn judge(&self, diagnostics: Vec<Diagnostic>) -> Result<(), Vec<Diagnostic>> {
        let (errors, warnings): (Vec<_>, Vec<_>) =
            diagnostics.into_iter().partition(|diagnostic| diagnostic.severity == Severity::Error);
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        for warning in warnings {
            if warned.insert(warning.to_string()) {
                self.events.emit(Event::Diagnostic(warning));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

fn error(diagnostic: Diagnostic) -> SessionError {
    SessionError::Repository(vec![diagnostic])
}

fn filters(values: &OptionValues) -> SpecFilters {
    let strings = |name: &str| values.value("", name).as_strings().into_iter().map(str::to_owned).collect::<Vec<_>>();
    SpecFilters { exclude_target_regexps: strings("exclude-target-regexp"), tags: strings("tag") }
}

impl Workspace for Repository {
    fn graph(&self) -> Arc<BuildGraph> {
        self.files.graph()
    }

    fn resolve(&self, specs: &[String]) -> Result<Vec<Address>, WorkspaceError> {
        Ok(self.expand(specs, &SpecFilters::default())?)
    }

    fn load_all(&self) -> Result<(), WorkspaceError> {
        Ok(self.judge(self.files.load_all())?)
    }

    fn owners(&self, paths: &[PathBuf]) -> Result<Vec<Address>, WorkspaceError> {
        let (owners, diagnostics) = self.files.owners(paths);
        self.judge(diagnostics)?;
        Ok(owners.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn expand_globs(&self, dir: &str, globs: &Globs) -> Result<Vec<PathBuf>, WorkspaceError> {
        self.files.expand_globs(dir, globs).map_err(|diagnostic| WorkspaceError::from(vec![diagnostic]))
    }

    fn environment(&self, name: &str) -> Option<OsString> {
        self.environment.get(OsStr::new(name)).cloned()
    }
}
