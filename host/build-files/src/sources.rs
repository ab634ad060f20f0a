//! The `sources` of a target: from what was written to sets of files.

use crate::globs::{CompiledGlobs, Expansion, GlobsError, Looks, Wanted};
use crate::tree::Tree;
use pants_model::{Globs, Target, TargetTypeSpec, Value};

/// Why a value is no `sources`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SourcesError {
    #[error("`{field}` takes file names, patterns and globs, not {kind}")]
    Kind {
        /// The field that it stands in.
        field: String,
        kind: &'static str,
        /// Which item of the list it is.
        item: Option<usize>,
    },
    #[error(transparent)]
    Globs(#[from] GlobsError),
}

/// The sets whose union is a value of `sources`. A text that starts with `!` takes files away from all of them.
pub(crate) fn source_sets(field: &str, value: &Value) -> Result<Vec<Globs>, SourcesError> {
    let items = match value {
        Value::List(items) => items.as_slice(),
        Value::None => &[],
        single => std::slice::from_ref(single),
    };
    let mut plain = Globs::default();
    let mut sets = Vec::new();
    let mut taken_away = Vec::new();
    for (at, item) in items.iter().enumerate() {
        match item {
            Value::Str(text) => match text.strip_prefix('!') {
                Some(pattern) => taken_away.push(pattern.to_owned()),
                None => plain.include.push(text.clone()),
            },
            Value::Globs(globs) => sets.push((**globs).clone()),
            // `sources = [globs(..)]` and sums of sets hold lists of sets.
            Value::List(inner) if inner.iter().all(|item| matches!(item, Value::Globs(_) | Value::Str(_))) => {
                sets.extend(source_sets(field, item)?);
            }
            other => {
                let item = matches!(value, Value::List(_)).then_some(at);
                return Err(SourcesError::Kind { field: field.to_owned(), kind: other.kind_name(), item });
            }
        }
    }
    if !plain.include.is_empty() {
        sets.insert(0, plain);
    }
    for set in &mut sets {
        set.exclude.extend(taken_away.iter().cloned());
    }
    Ok(sets)
}

/// Takes out the patterns that lead up with `..`, and gives them. Pants found no file for them and went on, and real
/// repositories have some; so they are no error.
pub(crate) fn take_outside(sets: &mut [Globs]) -> Vec<String> {
    let is_outside = |text: &mut String| text.split('/').any(|part| part == "..");
    let mut outside = Vec::new();
    for set in sets {
        outside.extend(set.include.extract_if(.., is_outside));
        outside.extend(set.exclude.extract_if(.., is_outside));
    }
    outside
}

/// What `default_sources` of a target type stand for.
pub(crate) fn default_sets(patterns: &[String]) -> Vec<Globs> {
    let (exclude, include): (Vec<&String>, Vec<&String>) =
        patterns.iter().partition(|pattern| pattern.starts_with('!'));
    let include = include.into_iter().cloned().collect();
    let exclude = exclude.into_iter().map(|pattern| pattern[1..].to_owned()).collect();
    vec![Globs { include, exclude }]
}

/// The sets whose union is the sources of a target, relative to its directory: as they were given, or as its type has
/// them.
pub fn declared_sources(target: &Target, spec: &TargetTypeSpec) -> Vec<Globs> {
    let Some(defaults) = &spec.default_sources else { return Vec::new() };
    // What has been accepted once is accepted again.
    let given = |field: &str| source_sets(field, target.field(field)).unwrap_or_default();
    let mut sets = if target.field("sources").is_none() { default_sets(defaults) } else { given("sources") };
    sets.extend(spec.source_fields.iter().flat_map(|field| given(field)));
    take_outside(&mut sets);
    sets
}

/// The files of a union of sets, relative to the directory.
pub(crate) fn expand_sets(
    looks: &mut Looks,
    sets: &[Globs],
    tree: &Tree,
    dir: &str,
    wanted: Wanted,
) -> Result<Expansion, GlobsError> {
    let mut all = Expansion::default();
    for set in sets {
        let expansion = CompiledGlobs::compile(set)?.expand_within(looks, tree, dir, wanted);
        all.files.extend(expansion.files);
        all.missing.extend(expansion.missing);
    }
    if sets.len() > 1 {
        all.files.sort_unstable();
        all.files.dedup();
    }
    Ok(all)
}
