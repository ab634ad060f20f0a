//! Addresses as fields name them: plain, or with `scoped(..)`, `provided(..)` or `intransitive(..)` around.
//!
//! In Pants these calls made a hidden target between the two. Here what they say belongs to the edge, so that nobody has
//! to see such a target; whoever follows edges for a purpose asks [`Target::modifier`](pants_model::Target::modifier).

use super::check::WrongValue;
use crate::suggest::suggest;
use crate::tree::join;
use pants_model::{Address, AddressError, DependencyModifier, Object, Value};
use std::collections::HashMap;

/// The words of a scope.
const SCOPES: [&str; 5] = ["default", "compile", "runtime", "test", "forced"];

/// What the addresses of a BUILD file are relative to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base<'b> {
    /// The directory of the file.
    pub dir: &'b str,
    /// The build root of the project that the file belongs to: empty for ours, or that of one embedded in it.
    pub project: &'b str,
}

impl Base<'_> {
    /// The address that a text of the file means.
    pub(crate) fn address(self, text: &str) -> Result<Address, AddressError> {
        if self.project.is_empty() || text.starts_with(':') {
            return Address::parse(text, self.dir);
        }
        let inside = Address::parse(text, "")?;
        let dir = if inside.dir().is_empty() { self.project.to_owned() } else { join(self.project, inside.dir()) };
        Ok(Address::new(dir, inside.name()))
    }
}

/// An address that a field names, and how it differs from a plain one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Dependency {
    pub address: Address,
    pub modifier: Option<DependencyModifier>,
}

impl Dependency {
    /// Reads an item of a list of addresses; `None` when it is of another kind.
    pub(crate) fn read(value: &Value, base: Base<'_>) -> Result<Option<Self>, WrongValue> {
        match value {
            Value::Str(text) => {
                let address = base.address(text).map_err(|error| WrongValue::new(error.to_string()))?;
                Ok(Some(Self { address, modifier: None }))
            }
            Value::Object(object) => Self::read_modified(object, base),
            _ => Ok(None),
        }
    }

    fn read_modified(object: &Object, base: Base<'_>) -> Result<Option<Self>, WrongValue> {
        let (scope, is_transitive) = match &*object.symbol {
            "intransitive" => (None, false),
            "provided" => (Some("compile test".to_owned()), false),
            // Without a scope it has the one that everything has.
            "scoped" => match object.field("scope") {
                Value::None => (Some("default".to_owned()), true),
                scope => (Some(scope_words(scope)?), true),
            },
            _ => return Ok(None),
        };
        let Some(inner) = Self::read(object.field("address"), base)? else {
            return Err(WrongValue::new(format!("`{}` takes an address", object.symbol)));
        };
        let inner_modifier = inner.modifier.unwrap_or(DependencyModifier { scope: None, is_transitive: true });
        if scope.is_some() && inner_modifier.scope.is_some() && scope != inner_modifier.scope {
            let message = format!("`{}` is given a dependency that has a scope already", object.symbol);
            return Err(WrongValue::new(message));
        }
        let modifier = DependencyModifier {
            scope: scope.or(inner_modifier.scope),
            is_transitive: is_transitive && inner_modifier.is_transitive,
        };
        Ok(Some(Self { address: inner.address, modifier: Some(modifier) }))
    }
}

/// Each address once. Two ways to name one address mean both: where either counts, the dependency does.
pub(super) fn merge_dependencies(dependencies: Vec<Dependency>) -> Vec<Dependency> {
    if dependencies.iter().all(|dependency| dependency.modifier.is_none()) {
        return dependencies;
    }
    let mut merged: Vec<Dependency> = Vec::with_capacity(dependencies.len());
    let mut places: HashMap<Address, usize> = HashMap::with_capacity(dependencies.len());
    for dependency in dependencies {
        match places.get(&dependency.address) {
            Some(at) => merged[*at].modifier = either(merged[*at].modifier.take(), dependency.modifier),
            None => {
                places.insert(dependency.address.clone(), merged.len());
                merged.push(dependency);
            }
        }
    }
    merged
}

fn either(one: Option<DependencyModifier>, other: Option<DependencyModifier>) -> Option<DependencyModifier> {
    let (one, other) = (one?, other?);
    let scope = one.scope.zip(other.scope).map(|(one, other)| {
        let mut words: Vec<&str> = one.split(' ').collect();
        words.extend(other.split(' ').filter(|word| !one.split(' ').any(|known| known == *word)));
        words.join(" ")
    });
    let is_transitive = one.is_transitive || other.is_transitive;
    (scope.is_some() || !is_transitive).then_some(DependencyModifier { scope, is_transitive })
}

/// The words of a scope, in lower case, separated by single spaces.
pub(crate) fn scope_words(value: &Value) -> Result<String, WrongValue> {
    let texts: Vec<&str> = match value {
        Value::Str(text) => vec![text],
        Value::List(items) if items.iter().all(|item| item.as_str().is_some()) => {
            items.iter().filter_map(Value::as_str).collect()
        }
        other => return Err(WrongValue::new(format!("`scope` takes a string, not {}", other.kind_name()))),
    };
    let mut words: Vec<String> = Vec::new();
    for word in texts.iter().flat_map(|text| text.split_whitespace()) {
        let lower = word.to_lowercase();
        if !SCOPES.contains(&&*lower) {
            let known: Vec<String> = SCOPES.iter().map(|scope| format!("`{scope}`")).collect();
            let message = format!("`{word}` is not a scope; scopes are {}", known.join(", "));
            let hint = suggest(&lower, SCOPES).map(|scope| format!("did you mean `{scope}`?"));
            return Err(WrongValue { hint, ..WrongValue::new(message) });
        }
        if !words.contains(&lower) {
            words.push(lower);
        }
    }
    Ok(if words.is_empty() { "default".to_owned() } else { words.join(" ") })
}
