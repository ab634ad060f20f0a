//! Whether global values of the right kind make sense: numbers in their range, versions that this program stands in for.

use crate::config::ConfigFiles;
use crate::error::OptionsError;
use crate::global::VERSION;
use crate::literal::render_literal;
use crate::scopes::Scopes;
use crate::value::ValueError;
use crate::version::{is_at_least, numbers};
use pants_model::{OptionSource, OptionValue, OptionValues, Value};

/// Whether this program is for a repository that names versions.
pub(crate) fn check_versions(values: &OptionValues, config: &ConfigFiles) -> Vec<OptionsError> {
    check(values, config, |option, value| match option {
        "pants-min-version" => newer_program_wanted(value),
        "pants-version" => no_version_of_pants_v1(value),
        _ => None,
    })
}

/// Whether numbers are in their range. Known only when all flags are understood: a late one may belong to a goal.
pub(crate) fn check_numbers(scopes: &Scopes<'_>, values: &OptionValues, config: &ConfigFiles) -> Vec<OptionsError> {
    check(values, config, |option, value| match option {
        "pantsd-pailgun-port" if value.as_int().is_some_and(|port| port > i64::from(u16::MAX)) => no_port(value),
        _ => too_small(value, scopes.own("", option)?.spec.minimum?),
    })
}

/// A config file that names the config files comes too late, and is told so.
pub(crate) fn files_chosen_in_files(values: &OptionValues) -> Vec<String> {
    let Some(OptionValue { source, overridden, .. }) = values.get("", "pants-config-files") else { return Vec::new() };
    let sources = overridden.iter().map(|overridden| &overridden.source).chain([source]);
    let in_files = sources.filter(|source| matches!(source, OptionSource::Config { .. }));
    in_files
        .map(|source| format!("`{source}` has no effect: a flag or a variable names them, or `config_override` more"))
        .collect()
}

/// What is wrong with the values of global options, given with their names.
fn check(
    values: &OptionValues,
    config: &ConfigFiles,
    problem_of: impl Fn(&str, &Value) -> Option<ValueError>,
) -> Vec<OptionsError> {
    let faults = values.scope("").filter_map(|(option, OptionValue { value, source, .. })| {
        let problem = Box::new(problem_of(option, value)?);
        let place = config.place_of(source).map(Box::new);
        Some(OptionsError::BadValue { source_of_value: Box::new(source.clone()), place, problem })
    });
    faults.collect()
}

fn too_small(value: &Value, minimum: i64) -> Option<ValueError> {
    let is_too_small = match value {
        Value::Int(number) => *number < minimum,
        Value::Float(number) => *number < minimum as f64,
        _ => false,
    };
    is_too_small.then(|| ValueError::TooSmall { value: render_literal(value), minimum })
}

fn no_port(value: &Value) -> Option<ValueError> {
    Some(ValueError::TooLarge { value: render_literal(value), maximum: i64::from(u16::MAX) })
}

fn newer_program_wanted(value: &Value) -> Option<ValueError> {
    let required = value.as_str()?.to_owned();
    if numbers(&required).is_empty() {
        return Some(ValueError::NotVersion(required));
    }
    (!is_at_least(VERSION, &required)).then_some(ValueError::TooOld { required, have: VERSION })
}

fn no_version_of_pants_v1(value: &Value) -> Option<ValueError> {
    let version = value.as_str()?;
    let is_known = matches!(numbers(version).first(), Some(0 | 1));
    (!is_known).then(|| ValueError::NotPantsV1(version.to_owned()))
}
