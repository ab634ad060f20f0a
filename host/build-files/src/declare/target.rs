//! One call of a target type: its keywords against the type's declaration, its sources, its dependencies.
//!
//! All problems of a call are collected, so that a person corrects it once.

use super::Declarations;
use super::problem::{Problem, place, place_of_text, unknown_keyword};
use crate::config::MissingFilesPolicy;
use crate::fields::{Given, WrongValue, check, check_addresses};
use crate::sources::{SourcesError, default_sets, expand_sets, source_sets};
use crate::symbols::TargetTypeSymbol;
use crate::syntax::Span;
use crate::tree::join;
use crate::wildcard::has_wildcard;
use pants_model::{Address, FieldSpec, Target, Value};
use std::path::PathBuf;
use std::sync::Arc;

/// The fields that every target type has, besides its own.
const COMMON_FIELDS: [&str; 6] = ["name", "dependencies", "tags", "description", "no_cache", "scope"];

/// One call of a target type while it is validated.
pub(super) struct TargetCall<'c, 'w, 'e> {
    pub declarations: &'c mut Declarations<'w>,
    pub symbol: TargetTypeSymbol<'w>,
    pub span: Span,
    pub given: Vec<Given<'e>>,
    pub problems: Vec<Problem>,
}

impl<'e> TargetCall<'_, '_, 'e> {
    /// The target; it counts only if there are no problems.
    pub(super) fn target(&mut self) -> (String, Target) {
        self.refuse_unknown_keywords();
        let name = self.name();
        let mut target = Target::new(Address::new(self.dir(), name.clone()), self.symbol.name.clone());
        target.location = self.declarations.source.location(self.span);
        target.dependencies = self.dependencies();
        target.tags = self.tags();
        target.description = self.common_text("description");
        for (field, name) in self.symbol.spec.fields.iter().zip(self.symbol.field_names) {
            if field.name != "sources" && !self.symbol.spec.source_fields.contains(&field.name) {
                self.own_field(field, name, &mut target);
            }
        }
        self.sources(&mut target);
        if let Some(scope) = self.common_text("scope") {
            target.fields.push((self.symbol.common.scope.clone(), Value::Str(scope)));
        }
        self.no_cache(&mut target);
        (name, target)
    }

    fn dir(&self) -> &str {
        self.declarations.reads.dir()
    }

    fn take(&mut self, name: &str) -> Option<Given<'e>> {
        let at = self.given.iter().position(|given| given.name == name)?;
        let given = self.given.swap_remove(at);
        (!given.value.is_none()).then_some(given)
    }

    fn problem(&mut self, span: Span, message: String) -> &mut Problem {
        self.problems.push(Problem { span, message, hints: Vec::new() });
        self.problems.last_mut().expect("it was just pushed")
    }

    fn refuse_unknown_keywords(&mut self) {
        let spec = self.symbol.spec;
        let is_known = |name: &str| {
            COMMON_FIELDS.contains(&name)
                || (matches!(name, "sources" | "source") && spec.default_sources.is_some())
                || spec.fields.iter().any(|field| field.name == name)
        };
        let (known, unknown) = std::mem::take(&mut self.given).into_iter().partition(|given| is_known(&given.name));
        self.given = known;
        let unknown: Vec<Given<'_>> = unknown;
        if unknown.is_empty() {
            return;
        }
        let sources = spec.default_sources.iter().map(|_| "sources");
        let own = spec.fields.iter().map(|field| field.name.as_str()).filter(|name| *name != "sources");
        let names: Vec<&str> = COMMON_FIELDS.into_iter().chain(sources).chain(own).collect();
        self.problems.extend(unknown.iter().map(|given| unknown_keyword(&spec.name, given, &names)));
    }

    fn name(&mut self) -> String {
        let Some(Given { value, span, .. }) = self.take("name") else {
            let name = self.dir().rsplit('/').next().unwrap_or_default().to_owned();
            if name.is_empty() {
                let span = self.span;
                self.problem(span, "a target of the build root needs a `name`".to_owned());
            }
            let span = self.span;
            return self.unique(name, span);
        };
        let name = match value {
            Value::Str(name) => name,
            other => {
                self.problem(span, format!("`name` takes a string, not {}", other.kind_name()));
                return String::new();
            }
        };
        if name.is_empty() {
            self.problem(span, "`name` is empty".to_owned());
        } else if let Some(char) = name.chars().find(|char| Address::FORBIDDEN_IN_NAME.contains(char)) {
            self.problem(span, format!("the name `{name}` contains `{char}`, which no name may"));
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

    fn dependencies(&mut self) -> Vec<Address> {
        let dir = self.declarations.reads.dir();
        let Some(mut given) = self.take("dependencies") else { return Vec::new() };
        let checked = match std::mem::take(&mut given.value) {
            Value::List(items) => check_addresses("dependencies", items, dir),
            other => {
                Err(WrongValue::new(format!("`dependencies` takes a list of addresses, not {}", other.kind_name())))
            }
        };
        match checked.map_err(|wrong| place(wrong, &given)) {
            Ok(checked) => checked.addresses,
            Err(problem) => {
                self.problems.push(problem);
                Vec::new()
            }
        }
    }

    fn tags(&mut self) -> Vec<String> {
        let Some(given) = self.take("tags") else { return Vec::new() };
        let (tags, wrong) = match &given.value {
            Value::List(items) => {
                let tags: Vec<String> = items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect();
                let is_wrong = tags.len() < items.len();
                (tags, is_wrong)
            }
            Value::Str(tag) => (vec![tag.clone()], false),
            _ => (Vec::new(), true),
        };
        let span = given.span;
        if wrong {
            self.problem(span, "`tags` takes strings".to_owned());
        }
        let mut tags = tags;
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    fn common_text(&mut self, name: &str) -> Option<String> {
        let Given { value, span, .. } = self.take(name)?;
        match value {
            Value::Str(text) => Some(text),
            other => {
                self.problem(span, format!("`{name}` takes a string, not {}", other.kind_name()));
                None
            }
        }
    }

    fn no_cache(&mut self, target: &mut Target) {
        let Some(Given { value, span, .. }) = self.take("no_cache") else { return };
        if matches!(value, Value::Bool(_)) {
            target.fields.push((self.symbol.common.no_cache.clone(), value));
        } else {
            self.problem(span, format!("`no_cache` takes `True` or `False`, not {}", value.kind_name()));
        }
    }

    fn own_field(&mut self, field: &FieldSpec, name: &Arc<str>, target: &mut Target) {
        let dir = self.declarations.reads.dir();
        let Some(mut given) = self.take(&field.name) else {
            if field.is_required {
                let span = self.span;
                self.problem(span, format!("`{}` needs `{}`", self.symbol.spec.name, field.name));
            }
            return;
        };
        match check(field, std::mem::take(&mut given.value), dir).map_err(|wrong| place(wrong, &given)) {
            Ok(checked) => {
                for address in checked.addresses {
                    if !target.dependencies.contains(&address) {
                        target.dependencies.push(address);
                    }
                }
                target.fields.push((name.clone(), checked.value));
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    fn sources(&mut self, target: &mut Target) {
        let spec = self.symbol.spec;
        let Some(defaults) = &spec.default_sources else { return };
        let dir = self.declarations.reads.dir();
        let is_required = || spec.fields.iter().any(|field| field.name == "sources" && field.is_required);
        let (files, span) = match self.given_sources() {
            Some(given) => {
                let span = given.span;
                let Some(files) = self.expand_given(given, self.symbol.common.sources.clone(), target) else { return };
                (files, span)
            }
            None if is_required() => {
                let span = self.span;
                self.problem(span, format!("`{}` needs `sources`", spec.name));
                return;
            }
            None => {
                let expansion = expand_sets(&default_sets(defaults), self.declarations.reads.tree(), dir);
                (expansion.unwrap_or_default().files, self.span)
            }
        };
        if let Some(most) = spec.max_sources.filter(|most| files.len() > *most) {
            let message = format!("`{}` takes {most} source at the most, not {}", spec.name, files.len());
            self.problem(span, message).hints.push(format!("they are {}", files.join(", ")));
        }
        target.sources = files.iter().map(|file| PathBuf::from(join(dir, file))).collect();
        self.more_sources(target);
    }

    /// The files of the other fields that name some.
    fn more_sources(&mut self, target: &mut Target) {
        let dir = self.declarations.reads.dir();
        for (field, name) in self.symbol.spec.fields.iter().zip(self.symbol.field_names) {
            if !self.symbol.spec.source_fields.contains(&field.name) {
                continue;
            }
            let Some(given) = self.take(&field.name) else { continue };
            let Some(files) = self.expand_given(given, name.clone(), target) else { continue };
            target.sources.extend(files.iter().map(|file| PathBuf::from(join(dir, file))));
            target.sources.sort_unstable();
            target.sources.dedup();
        }
    }

    /// What was given as `sources`, or as `source`, which older files have for a single one.
    fn given_sources(&mut self) -> Option<Given<'e>> {
        let sources = self.take("sources");
        if self.symbol.spec.fields.iter().any(|field| field.name == "source") {
            return sources;
        }
        let source = self.take("source");
        if let (Some(_), Some(source)) = (&sources, &source) {
            self.problem(source.keyword, "`source` and `sources` are both given".to_owned());
        }
        sources.or(source)
    }

    /// The files that given sources expand to; keeps the value as it was written, under this field. Names and patterns
    /// that no file has are told of as `missing_files` says.
    fn expand_given(&mut self, given: Given<'e>, field: Arc<str>, target: &mut Target) -> Option<Vec<String>> {
        let (tree, dir) = (self.declarations.reads.tree(), self.declarations.reads.dir());
        match source_sets(&field, &given.value).and_then(|sets| Ok(expand_sets(&sets, tree, dir)?)) {
            Ok(expansion) => {
                for file in expansion.missing {
                    let shown = join(dir, &file);
                    let message = match has_wildcard(&file) {
                        true => format!("source pattern `{shown}` matches no file"),
                        false => format!("source `{shown}` does not exist"),
                    };
                    let place = place_of_text(&given, &file);
                    match self.declarations.missing_files {
                        MissingFilesPolicy::Ignore => {}
                        MissingFilesPolicy::Warn => self.declarations.warn(place, message),
                        MissingFilesPolicy::Error => {
                            self.problem(place, message);
                        }
                    }
                }
                target.fields.push((field, given.value));
                Some(expansion.files)
            }
            Err(error) => {
                let span = match &error {
                    SourcesError::Kind { item: Some(item), .. } => given.item_span(*item),
                    SourcesError::Kind { item: None, .. } => given.span,
                    SourcesError::Globs(error) => place_of_text(&given, &error.text),
                };
                self.problem(span, error.to_string());
                None
            }
        }
    }
}
