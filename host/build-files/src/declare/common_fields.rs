//! The fields that every target type has: `name`, `dependencies`, `tags`, `description`, `no_cache`, `scope`.

use super::problem::place;
use super::target::TargetCall;
use crate::fields::{Given, WrongValue, check_addresses, scope_words};
use crate::syntax::Span;
use pants_model::{Address, Target, Value};

/// Their names, in the order in which they are shown.
pub(super) const COMMON_FIELDS: [&str; 6] = ["name", "dependencies", "tags", "description", "no_cache", "scope"];

impl TargetCall<'_, '_, '_> {
    pub(super) fn name(&mut self) -> String {
        let (name, span) = match self.take("name") {
            None => (self.dir().rsplit('/').next().unwrap_or_default().to_owned(), self.span),
            Some(Given { value: Value::Str(name), span, .. }) if name.is_empty() => {
                self.problem(span, "`name` is empty".to_owned());
                return name;
            }
            Some(Given { value: Value::Str(name), span, .. }) => (name, span),
            Some(Given { value, span, .. }) => {
                self.problem(span, format!("`name` takes a string, not {}", value.kind_name()));
                return String::new();
            }
        };
        if name.is_empty() {
            self.problem(span, "a target of the build root needs a `name`".to_owned());
        } else if let Some(char) = name.chars().find(|char| Address::FORBIDDEN_IN_NAME.contains(char)) {
            self.problem(span, format!("the name `{name}` contains `{char}`, which no name may"));
        } else if Address::has_strange_part(&name) {
            self.problem(span, format!("the name `{name}` contains `.`, `..` or an empty part, which no name may"));
        } else if let Some(char) = name.chars().find(|char| char.is_control()) {
            let message =
                format!("the name `{}` contains `{}`, which no name may", name.escape_debug(), char.escape_debug());
            self.problem(span, message);
        } else if name.contains('/') {
            let message = format!("the name `{name}` contains `/`, which Pants deprecated");
            self.declarations.warn(span, message);
        }
        self.unique(name, span)
    }

    /// The name, after a complaint if the directory has it already.
    fn unique(&mut self, name: String, span: Span) -> String {
        if let Some(first) = self.declarations.names.get(&name) {
            let message = format!("target `{name}` is already declared at {first}");
            self.problem(span, message);
        }
        name
    }

    pub(super) fn dependencies(&mut self, target: &mut Target) {
        let base = self.declarations.base();
        let Some(mut given) = self.take("dependencies") else { return };
        let checked = match std::mem::take(&mut given.value) {
            Value::List(mut items) => {
                self.replace_artifacts(target, &mut items);
                check_addresses("dependencies", items, base)
            }
            other => {
                Err(WrongValue::new(format!("`dependencies` takes a list of addresses, not {}", other.kind_name())))
            }
        };
        match checked.map_err(|wrong| place(wrong, &given)) {
            Ok(checked) => {
                for dependency in checked.dependencies {
                    let address = dependency.address;
                    target.modifiers.extend(dependency.modifier.map(|modifier| (address.clone(), modifier)));
                    target.dependencies.push(address);
                }
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    pub(super) fn tags(&mut self) -> Vec<String> {
        let Some(given) = self.take("tags") else { return Vec::new() };
        let mut tags = match &given.value {
            Value::List(items) if items.iter().all(|item| item.as_str().is_some()) => {
                items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
            }
            Value::Str(tag) => vec![tag.clone()],
            _ => {
                self.problem(given.span, "`tags` takes strings".to_owned());
                Vec::new()
            }
        };
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    pub(super) fn common_text(&mut self, name: &str) -> Option<String> {
        let Given { value, span, .. } = self.take(name)?;
        match value {
            Value::Str(text) => Some(text),
            other => {
                self.problem(span, format!("`{name}` takes a string, not {}", other.kind_name()));
                None
            }
        }
    }

    pub(super) fn scope(&mut self, target: &mut Target) {
        let Some(given) = self.take("scope") else { return };
        match scope_words(&given.value).map_err(|wrong| place(wrong, &given)) {
            Ok(scope) => target.fields.push((self.symbol.common.scope.clone(), Value::Str(scope))),
            Err(problem) => self.problems.push(problem),
        }
    }

    pub(super) fn no_cache(&mut self, target: &mut Target) {
        let Some(Given { value, span, .. }) = self.take("no_cache") else { return };
        if matches!(value, Value::Bool(_)) {
            target.fields.push((self.symbol.common.no_cache.clone(), value));
        } else {
            self.problem(span, format!("`no_cache` takes `True` or `False`, not {}", value.kind_name()));
        }
    }
}
