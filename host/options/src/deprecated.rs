//! What is set under a name that goes away: deprecated options, and the older names of scopes.
//!
//! Everything is told once a run, with the place where it was set. An option whose time is over is an error, which says what
//! to use instead; so is never one that nobody sets.

use crate::config::ConfigFiles;
use crate::error::OptionsError;
use crate::global::VERSION;
use crate::names::{environment_variables, names_of, qualified, section_of};
use crate::scopes::{Declared, Scopes};
use crate::value::ValueError;
use crate::version::is_at_least;
use pants_model::{OptionSource, OptionSpec, OptionValue, OptionValues, ScopeSpec};
use std::collections::BTreeSet;

/// What is said about names that go away.
#[derive(Debug, Default)]
pub(crate) struct Farewell {
    pub(crate) errors: Vec<OptionsError>,
    pub(crate) warnings: Vec<String>,
}

/// Looks through all values that somebody set.
pub(crate) fn say_farewell(scopes: &Scopes<'_>, values: &OptionValues, config: &ConfigFiles) -> Farewell {
    let mut farewell = Farewell::default();
    deprecated_options(scopes, values, config, &mut farewell);
    renamed_scopes(scopes, values, &mut farewell);
    farewell
}

/// Every deprecated option that somebody set, once, however many scopes inherit it.
fn deprecated_options(scopes: &Scopes<'_>, values: &OptionValues, config: &ConfigFiles, farewell: &mut Farewell) {
    if !scopes.all().flat_map(|scope| &scope.options).any(|spec| spec.deprecated.is_some()) {
        return;
    }
    let mut told = BTreeSet::new();
    let is_set = |scope: &&ScopeSpec| values.scope(&scope.name).any(|(_, value)| value.source != OptionSource::Default);
    for scope in scopes.all().filter(is_set) {
        for Declared { owner, spec } in scopes.options(&scope.name) {
            let Some((version, instead)) = &spec.deprecated else { continue };
            let Some(OptionValue { source, .. }) = values.get(&scope.name, &spec.name) else { continue };
            if *source == OptionSource::Default || !told.insert((owner, &spec.name)) {
                continue;
            }
            if scopes.get(owner).is_some_and(|owner| is_at_least(version_of(owner), version)) {
                farewell.errors.push(OptionsError::BadValue {
                    source_of_value: Box::new(source.clone()),
                    place: config.place_of(source).map(Box::new),
                    problem: Box::new(ValueError::Removed { version: version.clone(), instead: instead.clone() }),
                });
            } else {
                farewell.warnings.push(format!("`{source}` is deprecated and goes away in {version}: {instead}"));
            }
        }
    }
}

/// The version of whoever declares a scope.
fn version_of(scope: &ScopeSpec) -> &str {
    if scope.backend.is_empty() { VERSION } else { &scope.backend_version }
}

/// Every section, variable and flag that uses an older name of its scope.
fn renamed_scopes(scopes: &Scopes<'_>, values: &OptionValues, farewell: &mut Farewell) {
    let mut told = BTreeSet::new();
    for scope in scopes.all() {
        for older in scopes.older_names(scope) {
            for Declared { spec, .. } in scopes.options(&scope.name) {
                let Some(OptionValue { source, overridden, .. }) = values.get(&scope.name, &spec.name) else {
                    continue;
                };
                let sources = overridden.iter().map(|overridden| &overridden.source).chain([source]);
                for (old, new) in sources.filter_map(|source| renamed(source, spec, &older, &scope.name)) {
                    if told.insert(old.clone()) {
                        farewell.warnings.push(format!("`{old}` is deprecated: it is called `{new}` now"));
                    }
                }
            }
        }
    }
}

/// What a source that uses the older name of a scope wrote, and what it is called now.
fn renamed(source: &OptionSource, spec: &OptionSpec, older: &str, newer: &str) -> Option<(String, String)> {
    let mut names = names_of(spec);
    match source {
        OptionSource::Config { file, section, .. } => {
            (section == older).then(|| (format!("{file} [{older}]"), format!("[{}]", section_of(newer))))
        }
        OptionSource::Environment(variable) => {
            let name = names.find(|name| environment_variables(older, name).contains(variable))?;
            Some((variable.clone(), environment_variables(newer, name).swap_remove(0)))
        }
        OptionSource::Flag(flag) => {
            let dashes = if flag.starts_with("--no-") { "--no-" } else { "--" };
            let name = names.find(|name| flag.strip_prefix(dashes) == Some(&qualified(older, name)))?;
            Some((flag.clone(), format!("{dashes}{}", qualified(newer, name))))
        }
        OptionSource::Default => None,
    }
}
