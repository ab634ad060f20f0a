//! The value of every option: all sources that give one, merged from the lowest rank to the highest.
//!
//! Ranks: the declared default, `[DEFAULT]`, the section, the environment, the flag. Within a rank the inner scope comes
//! after the outer one, so for a recursive option an outer flag still beats an inner section.
//!
//! There are many scopes, most of them instances of subsystems for which nobody says anything: such a one has the values
//! of its subsystem, which are not computed again.

use crate::at_file::changes_of;
use crate::config::Found;
use crate::error::{ConfigPlace, OptionsError};
use crate::exclusive::settle;
use crate::names::{DEFAULT_SECTION, environment_variables, is_key_of, names_of, section_of};
use crate::paths::{Bases, anchor, check_there};
use crate::scopes::{Declared, Scopes};
use crate::sources::{Mention, Mentions, Sources};
use crate::value::{Change, Raw, ValueError, apply, is_dict, is_list};
use pants_model::{OptionSource, OptionSpec, OptionValue, OptionValues, OverriddenValue};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// What one source gives for one option.
struct Given {
    changes: Vec<Change>,
    source: OptionSource,
    place: Option<Box<ConfigPlace>>,
}

/// The values of all options of these scopes, and everything that is wrong.
pub(crate) fn resolve_all(scopes: &Scopes<'_>, sources: &Sources<'_>) -> (OptionValues, Vec<OptionsError>) {
    let mentions = Mentions::find(scopes, sources);
    let (mut values, mut errors) = (OptionValues::default(), Vec::new());
    // The fault of an inherited option is met again in every inner scope, and told once.
    let mut told = BTreeSet::new();
    for scope in scopes.all() {
        if mentions.is_silent(&scope.name)
            && let Some(twin) = scopes.twin(scope)
        {
            values.share(&scope.name, twin);
            continue;
        }
        let (options, faults) = resolve_scope(&scope.name, scopes, &mentions, sources);
        values.insert_scope(&scope.name, options);
        errors.extend(faults.into_iter().filter(|fault| told.insert(fault.to_string())));
    }
    (values, errors)
}

fn resolve_scope(
    scope: &str,
    scopes: &Scopes<'_>,
    mentions: &Mentions<'_>,
    sources: &Sources<'_>,
) -> (Vec<(String, OptionValue)>, Vec<OptionsError>) {
    let (mut options, mut errors) = (Vec::new(), Vec::new());
    let resolver = Resolver { chain: mentions.chain(scope), has_defaults: mentions.has_defaults, sources };
    for declared in scopes.options(scope) {
        match resolver.resolve(declared) {
            Ok(value) => options.push((declared, value)),
            Err(error) => {
                // Whoever goes on in spite of it has the option as if nobody had set it.
                options.push((declared, OptionValue::of_default(declared.spec.default.clone())));
                errors.push(error);
            }
        }
    }
    errors.extend(settle(&mut options).into_iter().map(|conflict| {
        let place = sources.config.place_of(&conflict.source).map(Box::new);
        bad_value(conflict.source, place, conflict.problem)
    }));
    (options.into_iter().map(|(declared, value)| (declared.spec.name.clone(), value)).collect(), errors)
}

/// The value of one option for one scope.
pub(crate) fn resolve(
    scope: &str,
    declared: Declared<'_>,
    scopes: &Scopes<'_>,
    sources: &Sources<'_>,
) -> Result<OptionValue, OptionsError> {
    let mentions = Mentions::find(scopes, sources);
    Resolver { chain: mentions.chain(scope), has_defaults: mentions.has_defaults, sources }.resolve(declared)
}

/// Resolves the options of one scope.
struct Resolver<'a> {
    /// From the outermost scope inwards, where somebody says something.
    chain: Vec<&'a Mention<'a>>,
    has_defaults: bool,
    sources: &'a Sources<'a>,
}

impl Resolver<'_> {
    fn resolve(&self, declared: Declared<'_>) -> Result<OptionValue, OptionsError> {
        let spec = declared.spec;
        let mut given = Vec::new();
        if self.has_defaults {
            given = self.config(DEFAULT_SECTION, spec)?;
        }
        // All of the chain stand around one scope: from the declaring one inwards are those with names as long at least.
        let inwards = || self.chain.iter().filter(|mention| mention.scope.len() >= declared.owner.len());
        for mention in inwards().filter(|mention| mention.has_section) {
            given.extend(self.config(section_of(&mention.name), spec)?);
        }
        for mention in inwards().filter(|mention| !mention.variables.is_empty()) {
            given.extend(self.environment(mention, spec)?);
        }
        for mention in inwards().filter(|mention| !mention.flags.is_empty()) {
            given.extend(self.flags(mention, spec)?);
        }
        self.merge(spec, given)
    }

    fn merge(&self, spec: &OptionSpec, given: Vec<Given>) -> Result<OptionValue, OptionsError> {
        let (mut value, mut source, mut place) = (spec.default.clone(), OptionSource::Default, None);
        let mut overridden = Vec::new();
        for one in given.into_iter().filter(|one| !one.changes.is_empty()) {
            let new = apply(value.clone(), one.changes);
            let old = std::mem::replace(&mut value, new);
            overridden.push(OverriddenValue { value: old, source: std::mem::replace(&mut source, one.source) });
            place = one.place;
        }
        if source != OptionSource::Default
            && let Err(problem) = check_there(spec, &value, self.sources.build_root)
        {
            return Err(bad_value(source, place, problem));
        }
        let OptionSpec { is_fingerprinted, is_daemon, .. } = *spec;
        Ok(OptionValue { value, source, overridden, is_fingerprinted, is_daemon })
    }

    fn config(&self, section: &str, spec: &OptionSpec) -> Result<Vec<Given>, OptionsError> {
        let is_wanted = |key: &str| names_of(spec).any(|name| is_key_of(key, name));
        let found = self.sources.config.find(section, is_wanted)?.into_iter();
        let understand = |Found { raw, source, place }| {
            self.understand(spec, raw, source, Some(Box::new(place)), self.sources.build_root)
        };
        found.map(understand).collect()
    }

    fn environment(&self, mention: &Mention<'_>, spec: &OptionSpec) -> Result<Option<Given>, OptionsError> {
        for name in names_of(spec) {
            // Most options have no variable: their names are not even made.
            if !mention.variables.iter().any(|variable| ends_like(variable, name)) {
                continue;
            }
            for variable in environment_variables(&mention.name, name) {
                let Some(text) = self.sources.environment.get(&OsString::from(&variable)) else { continue };
                let Some(text) = text.to_str() else {
                    return Err(OptionsError::EnvironmentNotUnicode { name: variable });
                };
                let raw = Raw::Text(text.to_owned());
                let source = OptionSource::Environment(variable);
                return self.understand(spec, raw, source, None, self.sources.cwd).map(Some);
            }
        }
        Ok(None)
    }

    /// All flags of one option are one source: within them a removal wins.
    fn flags(&self, mention: &Mention<'_>, spec: &OptionSpec) -> Result<Option<Given>, OptionsError> {
        let mut merged: Option<Given> = None;
        for flag in mention.flags.iter().filter(|flag| flag.option == spec.name) {
            let source = OptionSource::Flag(flag.typed.clone());
            let one = self.understand(spec, flag.raw.clone(), source, None, self.sources.cwd)?;
            match &mut merged {
                None => merged = Some(one),
                Some(merged) if !(is_list(&spec.kind) || is_dict(&spec.kind)) => {
                    let earlier = merged.source.to_string();
                    return Err(OptionsError::GivenTwice { earlier, flag: flag.typed.clone() });
                }
                Some(merged) => merged.changes.extend(one.changes),
            }
        }
        Ok(merged)
    }

    fn understand(
        &self,
        spec: &OptionSpec,
        raw: Raw,
        source: OptionSource,
        place: Option<Box<ConfigPlace>>,
        base: &Path,
    ) -> Result<Given, OptionsError> {
        let bases = Bases { own: base, build_root: self.sources.build_root };
        match changes_of(spec, raw, base).and_then(|changes| anchor(&spec.kind, changes, bases)) {
            Ok(changes) => Ok(Given { changes, source, place }),
            Err(problem) => Err(bad_value(source, place, problem)),
        }
    }
}

fn bad_value(source: OptionSource, place: Option<Box<ConfigPlace>>, problem: ValueError) -> OptionsError {
    OptionsError::BadValue { source_of_value: Box::new(source), place, problem: Box::new(problem) }
}

/// Whether a variable's name ends as that of an option does.
fn ends_like(variable: &OsStr, option: &str) -> bool {
    let variable = variable.as_encoded_bytes();
    let Some(start) = variable.len().checked_sub(option.len()) else { return false };
    let is_same = |(have, wanted): (&u8, u8)| *have == if wanted == b'-' { b'_' } else { wanted.to_ascii_uppercase() };
    variable[start..].iter().zip(option.bytes()).all(is_same)
}
