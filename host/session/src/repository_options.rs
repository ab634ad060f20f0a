//! The options of the host's own scopes besides the global one: what they say about BUILD files and source roots.
//!
//! They bear the names that they had in Pants, those of both eras of source roots, so that old config files hold.

use crate::error::SessionError;
use pants_build_files::{SourceRootsConfig, UnmatchedPolicy, WorkspaceConfig};
use pants_model::{Diagnostic, OptionKind, OptionSource, OptionSpec, OptionValues, ScopeSpec, Value};
use pants_options::key_of;
use std::collections::BTreeMap;

/// The scopes with their options.
pub(crate) fn scopes() -> Vec<ScopeSpec> {
    vec![
        scope(
            "build-files",
            "How BUILD files are read.",
            vec![option(
                "opaque-types",
                OptionKind::StringList,
                Value::List(Vec::new()),
                "Symbols of plugins that are not here: their targets are loaded, and nothing can be done with them.",
            )],
        ),
        scope("source", "Which directories are source roots.", source_options()),
        scope(
            "target-arguments",
            "What BUILD files give to target types.",
            vec![option(
                "ignored",
                OptionKind::Dict,
                Value::None,
                "For a target type, the keywords that are passed over although it has no such fields.",
            )],
        ),
        scope(
            "target-tag-assignments",
            "Tags that targets have besides their own.",
            vec![option(
                "tag-targets-mappings",
                OptionKind::Dict,
                Value::None,
                "For a tag, the addresses of the targets that have it; `dir:` and `dir::` stand for many.",
            )],
        ),
    ]
}

/// The dicts of lists, by scope and name.
const LISTS: [(&str, &str); 5] = [
    ("target-tag-assignments", "tag-targets-mappings"),
    ("target-arguments", "ignored"),
    ("source", FIXED[0]),
    ("source", FIXED[1]),
    ("source", FIXED[2]),
];

/// Refuses values that would be passed over.
pub(crate) fn check(values: &OptionValues) -> Result<(), SessionError> {
    let mut wrong = Vec::new();
    for (scope, name) in LISTS {
        let Value::Dict(entries) = values.value(scope, name) else { continue };
        for (key, value) in entries {
            let items = match value {
                Value::List(items) => items.as_slice(),
                single => std::slice::from_ref(single),
            };
            if let Some(item) = items.iter().chain([key]).find(|item| item.as_str().is_none()) {
                let option = format!("`[{scope}] {}`", key_of(name));
                let message = format!("{option}: {} stands where a string must", item.kind_name());
                wrong.push(
                    Diagnostic::error_without_place(message).hint("write lists of strings: `{ x = [\"a\", \"b\"] }`"),
                );
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(SessionError::Repository(wrong)) }
}

/// What the options say, for the rooms that read BUILD files.
pub(crate) fn apply(values: &OptionValues, config: WorkspaceConfig) -> WorkspaceConfig {
    WorkspaceConfig {
        opaque_types: values.value("build-files", "opaque-types").to_strings(),
        source_roots: source_roots(values),
        assigned_tags: lists(values.value("target-tag-assignments", "tag-targets-mappings")),
        ignored_arguments: lists(values.value("target-arguments", "ignored")),
        ..config
    }
}

fn scope(name: &str, description: &str, options: Vec<OptionSpec>) -> ScopeSpec {
    ScopeSpec { name: name.to_owned(), description: description.to_owned(), options, ..ScopeSpec::default() }
}

fn option(name: &str, kind: OptionKind, default: Value, help: &str) -> OptionSpec {
    OptionSpec { is_advanced: true, ..OptionSpec::new(name, kind, default, help) }
}

fn source_options() -> Vec<OptionSpec> {
    let choices = ["create", "fail"].map(str::to_owned).to_vec();
    let mut options = vec![
        option(
            "root-patterns",
            OptionKind::StringList,
            // What an edit starts from. As long as nobody sets it, patterns as before Pants 1.28 count.
            Value::strings(["/", "src", "src/python", "src/py"]),
            "The ends of the paths of source roots: `src/python`, `src/*`; `/src` is that of the build root alone. When \
             it is set, patterns as before Pants 1.28 do not count.",
        ),
        option(
            "marker-filenames",
            OptionKind::StringList,
            Value::List(Vec::new()),
            "A directory with a file of this name is a source root.",
        ),
        option(
            "unmatched",
            OptionKind::Choice(choices),
            Value::from("create"),
            "What sources in no source root lead to: their directory is one, or an error.",
        ),
    ];
    for (name, patterns) in SourceRootsConfig::DEFAULT_PATTERNS {
        let help =
            "Patterns of source roots as before Pants 1.28: in `src/*`, `*` is a language. The outermost match counts.";
        options.push(option(name, OptionKind::StringList, Value::strings(patterns.iter().copied()), help));
    }
    for name in FIXED {
        let help = "Paths of source roots, as before Pants 1.28, each with its languages.";
        options.push(option(name, OptionKind::Dict, Value::None, help));
    }
    options
}

/// The options that name source roots one by one.
const FIXED: [&str; 3] = ["source-roots", "test-roots", "thirdparty-roots"];

fn source_roots(values: &OptionValues) -> SourceRootsConfig {
    let is_set = |name: &str| values.get("source", name).is_some_and(|value| value.source != OptionSource::Default);
    let strings = |name: &str| values.value("source", name).to_strings();
    let patterns = SourceRootsConfig::DEFAULT_PATTERNS.map(|(name, _)| name);
    SourceRootsConfig {
        root_patterns: is_set("root-patterns").then(|| strings("root-patterns")),
        marker_filenames: strings("marker-filenames"),
        language_patterns: patterns
            .iter()
            .any(|name| is_set(name))
            .then(|| patterns.into_iter().flat_map(strings).collect()),
        fixed: FIXED.into_iter().flat_map(|name| lists(values.value("source", name)).into_keys()).collect(),
        unmatched: match values.value("source", "unmatched").as_str() {
            Some("fail") => UnmatchedPolicy::Fail,
            _ => UnmatchedPolicy::Create,
        },
    }
}

/// A dict of lists of texts; one text alone counts as a list of it.
fn lists(value: &Value) -> BTreeMap<String, Vec<String>> {
    let Value::Dict(entries) = value else { return BTreeMap::new() };
    let list = |value: &Value| match value {
        Value::Str(text) => vec![text.clone()],
        value => value.to_strings(),
    };
    entries.iter().filter_map(|(name, value)| Some((name.as_str()?.to_owned(), list(value)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pants_model::OptionValue;

    #[test]
    fn what_would_be_passed_over_is_refused() {
        let check = |scope: &str, name: &str, value: Value, expect: &str| {
            let mut options = OptionValues::default();
            let value = Value::Dict(vec![("x".into(), value)]);
            options.insert(scope, name, OptionValue::of_default(value));
            let told = check(&options).map_or_else(|error| error.to_string(), |()| "right".to_owned());
            assert_eq!(told.lines().next(), Some(expect));
        };
        check("target-arguments", "ignored", Value::strings(["a"]), "right");
        check("target-arguments", "ignored", "a".into(), "right");
        check("source", "source-roots", Value::List(Vec::new()), "right");
        let expect = "`[target-arguments] ignored`: a number stands where a string must";
        check("target-arguments", "ignored", 5.into(), expect);
        check("target-arguments", "ignored", Value::List(vec!["a".into(), 5.into()]), expect);
        let expect = "`[target-tag-assignments] tag_targets_mappings`: a dict stands where a string must";
        check("target-tag-assignments", "tag-targets-mappings", Value::Dict(Vec::new()), expect);
    }
}
