//! The `sources` of a target, given or by default, and the other fields that name files of its own.

use super::problem::{place, place_of_text};
use super::target::{TargetCall, add_dependencies};
use crate::config::MissingFilesPolicy;
use crate::fields::{Dependency, Given};
use crate::sources::{SourcesError, default_sets, source_sets, take_outside};
use crate::syntax::Span;
use crate::tree::join;
use crate::wildcard::has_wildcard;
use pants_model::{Target, Value};
use std::path::PathBuf;
use std::sync::Arc;

/// How many sources that do not exist are told of one by one for each field.
const MOST_MISSING: usize = 100;

impl<'e> TargetCall<'_, '_, 'e> {
    pub(super) fn sources(&mut self, target: &mut Target) {
        let spec = self.symbol.spec;
        let Some(defaults) = &spec.default_sources else { return };
        let dir = self.declarations.reads.dir();
        let is_required = || spec.fields.iter().any(|field| field.name == "sources" && field.is_required);
        let given = self.given_sources().map(|given| self.without_other_targets(given, target));
        let (files, span) = match given {
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
                let expansion = self.declarations.reads.sources(default_sets(defaults));
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
            // By their texts, as those of `sources` are sorted; paths are compared part by part.
            target.sources.sort_unstable_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
            target.sources.dedup();
        }
    }

    /// Takes `from_target(..)` out of what was given: the target that it names becomes a dependency, and its files stay its
    /// own.
    fn without_other_targets(&mut self, mut given: Given<'e>, target: &mut Target) -> Given<'e> {
        let is_other = |value: &Value| matches!(value, Value::Object(object) if object.symbol == "from_target");
        let items = match &mut given.value {
            value if is_other(value) => vec![std::mem::replace(value, Value::List(Vec::new()))],
            Value::List(items) => {
                let (others, rest) = std::mem::take(items).into_iter().partition(is_other);
                *items = rest;
                others
            }
            _ => return given,
        };
        for item in items {
            let Value::Object(object) = &item else { continue };
            match Dependency::read(object.field("address"), self.declarations.base()) {
                Ok(Some(dependency)) => add_dependencies(target, vec![dependency]),
                Ok(None) => {
                    self.problem(given.span, "`from_target` takes an address".to_owned());
                }
                Err(wrong) => self.problems.push(place(wrong, &given)),
            }
        }
        given
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
        let expanded = source_sets(&field, &given.value).and_then(|mut sets| {
            let outside = take_outside(&mut sets);
            Ok((self.declarations.reads.sources(sets)?, outside))
        });
        match expanded {
            Ok((expansion, outside)) => {
                for text in outside.into_iter().take(MOST_MISSING) {
                    let message = format!(
                        "source `{text}` is left out: it leads up with `..`, and sources stand beside or below their BUILD file"
                    );
                    self.declarations.warn(place_of_text(&given, &text), message);
                }
                self.missing_files(&given, &expansion.missing);
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

    /// Tells of names and patterns that no file has.
    fn missing_files(&mut self, given: &Given<'_>, missing: &[String]) {
        for file in missing.iter().take(MOST_MISSING) {
            let shown = join(self.dir(), file);
            let message = match has_wildcard(file) {
                true => format!("source pattern `{shown}` matches no file"),
                false => format!("source `{shown}` does not exist"),
            };
            self.missing(place_of_text(given, file), message);
        }
        if let Some(more @ 1..) = missing.len().checked_sub(MOST_MISSING) {
            self.missing(given.span, format!("{more} more sources of this target do not exist"));
        }
    }

    fn missing(&mut self, place: Span, message: String) {
        match self.declarations.config.missing_files {
            MissingFilesPolicy::Ignore => {}
            MissingFilesPolicy::Warn => self.declarations.warn(place, message),
            MissingFilesPolicy::Error => {
                self.problem(place, message);
            }
        }
    }
}
