//! The value of every option: all sources that give one, merged from the lowest rank to the highest.
//!
//! Ranks: the declared default, `[DEFAULT]`, the section, the environment, the flag. Within a rank the inner scope comes
//! after the outer one, so for a recursive option an outer flag still beats an inner section.

use crate::command_line::Flag;
use crate::config::{ConfigFiles, Found};
use crate::error::{ConfigPlace, OptionsError};
use crate::names::{DEFAULT_SECTION, PREFIX, environment_variables, is_key_of, section_of};
use crate::scopes::{Declared, Scopes, outer_scopes};
use crate::value::{Change, Raw, ValueError, apply, changes, is_dict, is_list};
use pants_model::{OptionKind, OptionSource, OptionSpec, OptionValue, OptionValues, OverriddenValue, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::ops::Bound;
use std::path::{Path, PathBuf};

/// Everything that gives values.
pub(crate) struct Sources<'a> {
    pub(crate) config: &'a ConfigFiles,
    pub(crate) environment: &'a BTreeMap<OsString, OsString>,
    pub(crate) flags: &'a [Flag],
    /// What paths of flags and variables are relative to.
    pub(crate) cwd: &'a Path,
    /// What paths of config files are relative to.
    pub(crate) build_root: &'a Path,
}

impl Sources<'_> {
    /// The variables that may be those of options.
    fn variables(&self) -> impl Iterator<Item = &OsString> {
        let first = (Bound::Included(OsStr::new(PREFIX)), Bound::Unbounded);
        let is_ours = |variable: &&OsString| variable.as_encoded_bytes().starts_with(PREFIX.as_bytes());
        self.environment.range::<OsStr, _>(first).map(|(variable, _)| variable).take_while(is_ours)
    }
}

/// What one source gives for one option.
struct Given {
    changes: Vec<Change>,
    source: OptionSource,
    place: Option<Box<ConfigPlace>>,
}

/// The values of all options of these scopes, and everything that is wrong.
pub(crate) fn resolve_all(scopes: &Scopes<'_>, sources: &Sources<'_>) -> (OptionValues, Vec<OptionsError>) {
    let (mut values, mut errors) = (OptionValues::default(), Vec::new());
    // The fault of an inherited option is met again in every inner scope, and told once.
    let mut told = BTreeSet::new();
    for scope in scopes.all() {
        for declared in scopes.options(&scope.name) {
            match resolve(&scope.name, declared, sources) {
                Ok(value) => values.insert(&scope.name, &declared.spec.name, value),
                Err(error) if told.insert(error.to_string()) => errors.push(error),
                Err(_) => {}
            }
        }
    }
    (values, errors)
}

/// The value of one option for one scope.
pub(crate) fn resolve(scope: &str, declared: Declared<'_>, sources: &Sources<'_>) -> Result<OptionValue, OptionsError> {
    let spec = declared.spec;
    // From the declaring scope inwards to the asked one.
    let mut chain: Vec<&str> = outer_scopes(scope)
        .into_iter()
        .filter(|outer| *outer == declared.owner || is_inside(outer, declared.owner))
        .collect();
    chain.push(scope);

    let mut given = config(DEFAULT_SECTION, spec, sources)?;
    for scope in &chain {
        given.extend(config(section_of(scope), spec, sources)?);
    }
    for scope in &chain {
        given.extend(environment(scope, spec, sources)?);
    }
    for scope in &chain {
        given.extend(flags(scope, spec, sources)?);
    }
    merge(spec, given, sources)
}

fn is_inside(scope: &str, outer: &str) -> bool {
    outer.is_empty() || scope.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

fn merge(spec: &OptionSpec, given: Vec<Given>, sources: &Sources<'_>) -> Result<OptionValue, OptionsError> {
    let (mut value, mut source, mut place) = (spec.default.clone(), OptionSource::Default, None);
    let mut overridden = Vec::new();
    for one in given {
        if one.changes.is_empty() {
            continue;
        }
        let new = apply(value.clone(), one.changes);
        let old = std::mem::replace(&mut value, new);
        overridden.push(OverriddenValue { value: old, source: std::mem::replace(&mut source, one.source) });
        place = one.place;
    }
    if source != OptionSource::Default {
        value = path_value(&spec.kind, value, &source, sources)
            .map_err(|problem| bad_value(source.clone(), place.clone(), problem))?;
    }
    Ok(OptionValue { value, source, overridden, is_fingerprinted: spec.is_fingerprinted, is_daemon: spec.is_daemon })
}

fn bad_value(source: OptionSource, place: Option<Box<ConfigPlace>>, problem: ValueError) -> OptionsError {
    OptionsError::BadValue { source_of_value: Box::new(source), place, problem: Box::new(problem) }
}

/// The names that an option answers to, its own first.
fn names(spec: &OptionSpec) -> impl Iterator<Item = &str> {
    std::iter::once(spec.name.as_str()).chain(spec.aliases.iter().map(String::as_str))
}

fn config(section: &str, spec: &OptionSpec, sources: &Sources<'_>) -> Result<Vec<Given>, OptionsError> {
    let is_wanted = |key: &str| names(spec).any(|name| is_key_of(key, name));
    let found = sources.config.find(section, is_wanted)?.into_iter();
    found
        .map(|Found { raw, source, place }| understand(spec, raw, source, Some(Box::new(place)), sources.build_root))
        .collect()
}

fn environment(scope: &str, spec: &OptionSpec, sources: &Sources<'_>) -> Result<Option<Given>, OptionsError> {
    for name in names(spec) {
        // Most options have no variable: their names are not even made.
        if !sources.variables().any(|variable| ends_like(variable, name)) {
            continue;
        }
        for variable in environment_variables(scope, name) {
            let Some(text) = sources.environment.get(&OsString::from(&variable)) else { continue };
            let Some(text) = text.to_str() else {
                return Err(OptionsError::EnvironmentNotUnicode { name: variable });
            };
            let raw = Raw::Text(text.to_owned());
            return understand(spec, raw, OptionSource::Environment(variable), None, sources.cwd).map(Some);
        }
    }
    Ok(None)
}

/// Whether a variable's name ends as that of an option does.
fn ends_like(variable: &OsString, option: &str) -> bool {
    let variable = variable.as_encoded_bytes();
    let Some(start) = variable.len().checked_sub(option.len()) else { return false };
    let is_same = |(have, wanted): (&u8, u8)| *have == if wanted == b'-' { b'_' } else { wanted.to_ascii_uppercase() };
    variable[start..].iter().zip(option.bytes()).all(is_same)
}

/// All flags of one option are one source: within them a removal wins.
fn flags(scope: &str, spec: &OptionSpec, sources: &Sources<'_>) -> Result<Option<Given>, OptionsError> {
    let mut merged: Option<Given> = None;
    for flag in sources.flags.iter().filter(|flag| flag.scope == scope && flag.option == spec.name) {
        let source = OptionSource::Flag(flag.typed.clone());
        let one = understand(spec, flag.raw.clone(), source, None, sources.cwd)?;
        match &mut merged {
            None => merged = Some(one),
            Some(_) if !(is_list(&spec.kind) || is_dict(&spec.kind)) => {
                return Err(OptionsError::GivenTwice { flag: flag.typed.clone() });
            }
            Some(merged) => merged.changes.extend(one.changes),
        }
    }
    Ok(merged)
}

fn understand(
    spec: &OptionSpec,
    raw: Raw,
    source: OptionSource,
    place: Option<Box<ConfigPlace>>,
    base: &Path,
) -> Result<Given, OptionsError> {
    match read_at_file(&spec.kind, raw, base).and_then(|raw| changes(&spec.kind, raw)) {
        Ok(changes) => Ok(Given { changes, source, place }),
        Err(problem) => Err(bad_value(source, place, problem)),
    }
}

/// `@path` stands for what the file holds, `@@text` for `@text`.
fn read_at_file(kind: &OptionKind, raw: Raw, base: &Path) -> Result<Raw, ValueError> {
    let text = match &raw {
        Raw::Text(text) | Raw::Plain(Value::Str(text)) => text,
        Raw::Plain(_) | Raw::Edit { .. } => return Ok(raw),
    };
    let Some(file) = text.strip_prefix('@') else { return Ok(raw) };
    if file.starts_with('@') {
        return Ok(Raw::Text(file.to_owned()));
    }
    let fail = |reason: String| ValueError::FileUnreadable { file: file.to_owned(), reason };
    let content = std::fs::read_to_string(base.join(file)).map_err(|error| fail(error.to_string()))?;
    let is_composite = is_list(kind) || is_dict(kind);
    match Path::new(file).extension().and_then(|extension| extension.to_str()) {
        Some("json") if is_composite => {
            let json = serde_json::from_str(&content).map_err(|error| fail(error.to_string()))?;
            Ok(Raw::Plain(value_of_json(json)))
        }
        Some("toml") if is_dict(kind) => {
            let mut files = ConfigFiles::default();
            files.add(file, Path::new(file), content).map_err(|error| fail(error.to_string()))?;
            Ok(Raw::Plain(files.files()[0].root.to_dict()))
        }
        Some("yaml" | "yml") if is_composite => Err(fail("only JSON, TOML and text files are understood".to_owned())),
        _ => Ok(Raw::Text(content.trim().to_owned())),
    }
}

fn value_of_json(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::MAX)),
        },
        serde_json::Value::String(text) => Value::Str(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(value_of_json).collect()),
        serde_json::Value::Object(entries) => {
            Value::Dict(entries.into_iter().map(|(key, value)| (Value::Str(key), value_of_json(value))).collect())
        }
    }
}

/// The path of a file or directory option: it must exist, and is kept relative to the build root where it is below.
fn path_value(
    kind: &OptionKind,
    value: Value,
    source: &OptionSource,
    sources: &Sources<'_>,
) -> Result<Value, ValueError> {
    let (OptionKind::File | OptionKind::Dir, Some(text)) = (kind, value.as_str()) else { return Ok(value) };
    let base = if let OptionSource::Config { .. } = source { sources.build_root } else { sources.cwd };
    let path: PathBuf = base.join(text);
    if *kind == OptionKind::File && !path.is_file() {
        return Err(ValueError::NoSuchFile(text.to_owned()));
    }
    if *kind == OptionKind::Dir && !path.is_dir() {
        return Err(ValueError::NoSuchDir(text.to_owned()));
    }
    let kept = path.strip_prefix(sources.build_root).unwrap_or(&path);
    Ok(kept.to_str().map_or(Value::Str(text.to_owned()), Value::from))
}
