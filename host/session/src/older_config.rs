//! What config files of the Pants v1 years ask of a session: backends that nobody provides any more, sections of backends
//! that are not enabled, and a `pants.toml` in the place of a `pants.ini`.

use crate::backends::{self, Backends};
use crate::backends_of;
use crate::request::Request;
use crate::unbuilt;
use crate::warm::Warm;
use pants_model::{OptionSource, ScopeSpec};
use pants_options::{DisabledScope, Migrated, OptionsError, Parsed, migrate_config_for, parse_with_disabled};
use pants_plugin_loader::{BUNDLED_BACKENDS, INSTEAD_OF_PYTHON_PACKAGES, is_known_backend, is_python_package};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Why a backend that nobody provides is a comment in the `pants.toml`.
const INSTEAD_OF_BACKEND: &str =
    "no plugin provides this backend; the types of its targets may be listed in `[build-files] opaque_types`";

/// The text of the `pants.toml` that means what this text of a `pants.ini` means; `name` is for messages.
///
/// What counts are the options of all backends that come with the program, and of those that this repository has.
pub(crate) fn migrate(request: &Request, text: &str, name: &str) -> Result<Migrated, OptionsError> {
    let own = backends_of(request, &Warm::empty());
    let bundled = backends::bundled(request).map(Arc::new);
    let mut scopes: Vec<ScopeSpec> = Vec::new();
    for backends in [&own, &bundled].into_iter().flatten() {
        let is_new = |scope: &&ScopeSpec| !scopes.iter().any(|have| have.name == scope.name);
        let new: Vec<ScopeSpec> = backends.scopes.iter().filter(is_new).cloned().collect();
        scopes.extend(new);
    }
    let has_backend = |id: &str| is_known_backend(id) || scopes.iter().any(|scope| scope.backend == id);
    let idle_item = |option: &str, item: &str| match option {
        "plugins" if is_python_package(item) => Some(INSTEAD_OF_PYTHON_PACKAGES),
        "backend-packages" if !has_backend(item) => Some(INSTEAD_OF_BACKEND),
        _ => None,
    };
    migrate_config_for(text, name, &scopes, &idle_item)
}

/// Whether a backend or plugin may be named by a config file of Pants v1.
pub(crate) fn names(request: &Request, id: &str) -> bool {
    let is_ini = |source: &OptionSource| match source {
        OptionSource::Config { file, .. } => file.ends_with(".ini"),
        _ => false,
    };
    ["backend-packages", "plugins"].iter().filter_map(|option| request.bootstrap.values.get("", option)).any(|value| {
        let sources = value.overridden.iter().map(|earlier| &earlier.source);
        value.value.as_strings().contains(&id) && sources.chain([&value.source]).any(is_ini)
    })
}

/// The scopes of backends that come with the program and are not enabled, where a config file may speak of them.
pub(crate) fn disabled_scopes(request: &Request, enabled: &Backends) -> Vec<DisabledScope> {
    if request.bootstrap.config.has_section_beside(&enabled.scopes) {
        all_disabled_scopes(request, enabled)
    } else {
        Vec::new()
    }
}

/// Understands an invocation. What is not understood may be of a backend that is not enabled: those are asked only then.
pub(crate) fn parse(request: &Request, enabled: &Backends) -> Result<Parsed, OptionsError> {
    let parse = |disabled: &[DisabledScope]| {
        parse_with_disabled(&request.invocation, &request.bootstrap, &enabled.scopes, disabled)
    };
    let parsed = parse(&disabled_scopes(request, enabled));
    match &parsed {
        Ok(understood) if !understood.idle_flags.is_empty() => parse(&all_disabled_scopes(request, enabled)),
        _ => parsed.map_err(|error| explained(error, request, enabled)),
    }
}

/// A complaint about the command line, with the backends named that would explain what was not understood.
pub(crate) fn explained(error: OptionsError, request: &Request, enabled: &Backends) -> OptionsError {
    if !error.has_unknown_words() {
        return error;
    }
    let mut disabled = all_disabled_scopes(request, enabled);
    let phases: Vec<DisabledScope> = disabled.iter().filter_map(|scope| phase_of(scope, enabled)).collect();
    disabled.extend(phases);
    unbuilt::with_goals_of_pants(error.with_disabled(&disabled), &enabled.symbols)
}

/// The phase of a goal, which nobody provides without that goal's backend.
fn phase_of(goal: &DisabledScope, enabled: &Backends) -> Option<DisabledScope> {
    let (phase, _) = goal.name.split_once('.')?;
    let is_there = enabled.scopes.iter().any(|scope| scope.name == phase);
    let phase = || DisabledScope { name: phase.to_owned(), backend: goal.backend.clone(), flags: Vec::new() };
    (!is_there).then(phase)
}

/// The scopes of backends that come with the program and are not enabled.
fn all_disabled_scopes(request: &Request, enabled: &Backends) -> Vec<DisabledScope> {
    let backends: BTreeSet<&str> = enabled.scopes.iter().map(|scope| scope.backend.as_str()).collect();
    if BUNDLED_BACKENDS.iter().all(|id| backends.contains(id)) {
        return Vec::new();
    }
    let Some(bundled) = enabled.bundled_scopes(request) else { return Vec::new() };
    let is_disabled = |scope: &&ScopeSpec| {
        !scope.backend.is_empty()
            && !backends.contains(scope.backend.as_str())
            && !enabled.scopes.iter().any(|have| have.name == scope.name)
    };
    let disabled = bundled.iter().filter(is_disabled);
    disabled.map(DisabledScope::of).collect()
}
