//! Calls of symbols: targets, objects and macros, validated against what was registered.
//!
//! Knows values and places, not evaluation. One [`Declarations`] gathers what the BUILD files of one directory declare.

mod problem;
mod rules;
mod target;

mod common_fields;
mod inline_artifacts;
mod target_sources;

use crate::config::WorkspaceConfig;
use crate::fields::{Base, Given, check_given};
use crate::prelude::Prelude;
use crate::reads::{ReadError, Reads};
use crate::source::Source;
use crate::source_roots::{DeclaredRoot, is_at_or_below};
use crate::symbols::{MacroContext, MacroSymbol, Symbols, TargetTypeSymbol};
use crate::syntax::Span;
use crate::tree::join;
use crate::unknown::{UnknownSymbols, Use};
use crate::value::{Eval, Fault, FaultKind, fault};
use pants_model::{Diagnostic, Globs, Location, Object, ObjectSpec, Target, Value};
use problem::{Problem, place, unknown_keyword};
use rules::{Broken, broken_object_rules};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use target::TargetCall;

/// What the BUILD files of one directory declare.
pub(crate) struct Declarations<'w> {
    pub symbols: &'w Symbols,
    pub config: &'w WorkspaceConfig,
    pub reads: Reads<'w>,
    pub targets: Vec<Arc<Target>>,
    /// Targets with problems of their own: none of the graph, but what they depend on can be looked at.
    pub refused: Vec<Arc<Target>>,
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be evaluated, by the names that nobody knows.
    pub unknown: UnknownSymbols,
    /// The source roots that are declared, in their order.
    pub source_roots: Vec<DeclaredRoot>,
    /// The names of all BUILD files, when there are any.
    pub prelude: Option<&'w Prelude>,
    /// While a function of the prelude runs, the call in the BUILD file that it runs for.
    pub call_site: Option<Span>,
    names: HashMap<String, Location>,
    source: Rc<Source>,
}

impl<'w> Declarations<'w> {
    pub(crate) fn new(symbols: &'w Symbols, config: &'w WorkspaceConfig, reads: Reads<'w>) -> Self {
        Self {
            symbols,
            config,
            reads,
            targets: Vec::new(),
            refused: Vec::new(),
            diagnostics: Vec::new(),
            unknown: UnknownSymbols::default(),
            source_roots: Vec::new(),
            prelude: None,
            call_site: None,
            names: HashMap::new(),
            source: Rc::new(Source::new("".into(), String::new())),
        }
    }

    /// What addresses are relative to.
    pub(crate) fn base(&self) -> Base<'w> {
        let dir = self.reads.dir();
        let roots = self.config.subproject_roots.iter().map(|root| root.trim_matches('/'));
        let project = roots.filter(|root| !root.is_empty() && is_at_or_below(dir, root)).max_by_key(|root| root.len());
        Base { dir, project: project.unwrap_or_default() }
    }

    /// Says which file the places of what follows are in.
    pub(crate) fn enter(&mut self, source: Rc<Source>) {
        self.source = source;
    }

    /// The file that a span is in.
    fn source(&self, span: Span) -> &Source {
        let of_prelude = self.prelude.filter(|_| span.is_in_prelude()).and_then(|prelude| prelude.source(span));
        of_prelude.unwrap_or(&self.source)
    }

    /// The file that a span is in, absolute.
    pub(crate) fn path(&self, span: Span) -> &str {
        &self.source(span).path
    }

    /// The place where a span starts.
    pub(crate) fn location(&self, span: Span) -> Location {
        self.source(span).location(span)
    }

    /// Where a call that stands here declares a target: in the BUILD file, whichever function it is in.
    pub(crate) fn place_of_target(&self, span: Span) -> Location {
        self.location(self.call_site.unwrap_or(span))
    }

    /// An error at a span. One in the prelude says which BUILD file it happened for.
    pub(crate) fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        let mut diagnostic = self.source(span).error(span, message);
        diagnostic.hints.extend(self.hint_of_caller(span));
        diagnostic
    }

    /// For a place in the prelude, the call in the BUILD file.
    pub(crate) fn hint_of_caller(&self, span: Span) -> Option<String> {
        let call_site = self.call_site.filter(|_| span.is_in_prelude())?;
        Some(format!("it is called at {}", self.location(call_site)))
    }

    /// Puts a fault among the diagnostics, unless it follows from what is there already.
    pub(crate) fn report(&mut self, fault: Fault, otherwise: Span) {
        if fault.kind == FaultKind::Poisoned {
            return;
        }
        let mut diagnostic = self.error(fault.span.unwrap_or(otherwise), fault.message);
        diagnostic.hints.splice(..0, fault.hints);
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn warn(&mut self, span: Span, message: String) {
        self.diagnostics.push(self.source(span).warning(span, message));
    }

    /// Notes that nobody knows this name.
    pub(crate) fn note_unknown(&mut self, name: &str, use_: Use, span: Span) {
        let mut unknown = std::mem::take(&mut self.unknown);
        unknown.note(name, use_, || self.source(span).error(span, String::new()));
        self.unknown = unknown;
    }

    /// Declares a target; gives its name. Problems are reported, all of a call at once, and then there is no target.
    pub(crate) fn declare_target(&mut self, symbol: TargetTypeSymbol<'w>, span: Span, given: Vec<Given<'_>>) -> String {
        let mut call = TargetCall { declarations: self, symbol, span, given, problems: Vec::new() };
        let (name, target) = call.target();
        let problems = call.problems;
        if problems.is_empty() {
            self.names.insert(name.clone(), target.location.clone());
            self.targets.push(Arc::new(target));
        } else {
            self.refused.push(Arc::new(target));
        }
        for Problem { span, message, hints } in problems {
            let mut diagnostic = self.error(span, message);
            diagnostic.hints.splice(..0, hints);
            self.diagnostics.push(diagnostic);
        }
        name
    }

    /// Declares a source root at or below the directory, for these types.
    pub(crate) fn declare_source_root(&mut self, below: &str, types: &[&str], span: Span) -> Eval<()> {
        let mut dir = self.reads.dir().to_owned();
        for name in below.split('/').filter(|name| !matches!(*name, "" | ".")) {
            if name == ".." || below.starts_with('/') {
                return Err(fault(format!("source root `{below}` is not at or below the directory of its BUILD file")));
            }
            dir = join(&dir, name);
        }
        let Diagnostic { location, excerpt, .. } = self.error(span, String::new());
        self.source_roots.push(DeclaredRoot {
            dir: dir.into(),
            types: types.iter().map(|name| (*name).into()).collect(),
            location: location.unwrap_or_default(),
            excerpt,
        });
        Ok(())
    }

    /// Makes an object. Positional values fill the fields in order.
    pub(crate) fn make_object(
        &mut self,
        spec: &ObjectSpec,
        span: Span,
        positional: Vec<Given<'_>>,
        given: Vec<Given<'_>>,
    ) -> Eval<Object> {
        let mut values: Vec<Option<Given<'_>>> = spec.fields.iter().map(|_| None).collect();
        if let Some(given) = positional.get(spec.fields.len()) {
            let message = format!("`{}` takes {} values at the most", spec.name, spec.fields.len());
            return Err(Box::new(Fault { span: Some(given.span), ..*fault(message) }));
        }
        for (slot, given) in values.iter_mut().zip(positional) {
            *slot = Some(given);
        }
        for given in given {
            let Some(at) = spec.fields.iter().position(|field| field.name == given.name) else {
                let known: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
                return Err(unknown_keyword(&spec.name, &given, &known).into());
            };
            if values[at].is_some() {
                let message = format!("`{}` of `{}` is given twice", given.name, spec.name);
                return Err(Box::new(Fault { span: Some(given.span), ..*fault(message) }));
            }
            values[at] = Some(given);
        }
        let mut fields = Vec::with_capacity(values.len());
        for (field, value) in spec.fields.iter().zip(values) {
            let Some(mut given) = value else {
                if field.is_required {
                    return Err(fault(format!("`{}` needs `{}`", spec.name, field.name)));
                }
                continue;
            };
            let checked = check_given(field, &mut given, self.base());
            let checked = checked.map_err(|wrong| place(wrong, &given))?;
            if let Some(warning) = checked.warning {
                self.warn(given.span, warning);
            }
            if !checked.value.is_none() {
                fields.push((field.name.clone(), checked.value));
            }
        }
        if let Some(Broken { message, hints }) = broken_object_rules(spec, &fields, &self.config.option_keys) {
            return Err(Box::new(Fault { hints, ..*fault(message) }));
        }
        Ok(Object { symbol: spec.name.clone(), fields, location: self.location(span) })
    }

    /// Calls a macro of a backend.
    pub(crate) fn call_macro(
        &mut self,
        symbol: &'w MacroSymbol,
        span: Span,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
    ) -> Eval<Value> {
        let body = symbol.body.clone();
        let mut call = MacroCall { declarations: self, span };
        body.invoke(&mut call, args, kwargs).map_err(|message| fault(format!("`{}`: {message}", symbol.name)))
    }
}

/// What one call of a macro may do.
struct MacroCall<'c, 'w> {
    declarations: &'c mut Declarations<'w>,
    span: Span,
}

impl MacroContext for MacroCall<'_, '_> {
    fn rel_path(&self) -> &str {
        self.declarations.reads.dir()
    }

    fn read_file(&mut self, rel: &str) -> Result<String, String> {
        self.declarations.reads.file_beside(rel).map_err(|error: ReadError| error.to_string())
    }

    fn glob(&mut self, globs: &Globs) -> Result<Vec<String>, String> {
        self.declarations.reads.globs(globs).map_err(|error| error.to_string())
    }

    fn env(&mut self, name: &str) -> Option<String> {
        self.declarations.reads.variable(name)
    }

    fn create_target(&mut self, type_name: &str, fields: Vec<(String, Value)>) -> Result<(), String> {
        let symbols = self.declarations.symbols;
        let symbol = symbols.target_type_symbol(type_name).ok_or_else(|| format!("`{type_name}` is no target type"))?;
        let span = self.span;
        let given = fields
            .into_iter()
            .map(|(name, value)| Given { name, value, keyword: span, span, expr: None, loose: None })
            .collect();
        self.declarations.declare_target(symbol, span, given);
        Ok(())
    }
}
