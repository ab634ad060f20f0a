//! Calls of symbols: targets, objects and macros, validated against what was registered.
//!
//! Knows values and places, not evaluation. One [`Declarations`] gathers what the BUILD files of one directory declare.

use crate::fields::{Given, WrongValue, check, check_addresses};
use crate::reads::{ReadError, Reads};
use crate::source::Source;
use crate::sources::{SourcesError, default_sets, expand_sets, source_sets};
use crate::suggest::suggest;
use crate::symbols::{MacroContext, MacroSymbol, Symbols, TargetTypeSymbol};
use crate::syntax::Span;
use crate::tree::join;
use crate::value::{Eval, Fault, fault};
use pants_model::{Address, Diagnostic, FieldSpec, Globs, Location, Object, ObjectSpec, Target, Value};
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

/// The fields that every target type has, besides its own.
pub(crate) const COMMON_FIELDS: [&str; 6] = ["name", "dependencies", "tags", "description", "no_cache", "scope"];

/// What the BUILD files of one directory declare.
pub(crate) struct Declarations<'w> {
    pub symbols: &'w Symbols,
    pub reads: Reads<'w>,
    pub targets: Vec<Arc<Target>>,
    pub diagnostics: Vec<Diagnostic>,
    names: HashMap<String, Location>,
    source: Rc<Source>,
}

/// Something wrong inside a call that does not hide what else is wrong there.
struct Problem {
    span: Span,
    message: String,
    hints: Vec<String>,
}

impl<'w> Declarations<'w> {
    pub(crate) fn new(symbols: &'w Symbols, reads: Reads<'w>) -> Self {
        Self {
            symbols,
            reads,
            targets: Vec::new(),
            diagnostics: Vec::new(),
            names: HashMap::new(),
            source: Rc::new(Source::new("".into(), String::new())),
        }
    }

    /// Says which file the places of what follows are in.
    pub(crate) fn enter(&mut self, source: Rc<Source>) {
        self.source = source;
    }

    /// Puts a fault among the diagnostics.
    pub(crate) fn report(&mut self, fault: Fault, otherwise: Span) {
        let mut diagnostic = self.source.error(fault.span.unwrap_or(otherwise), fault.message);
        diagnostic.hints = fault.hints;
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn warn(&mut self, span: Span, message: String) {
        self.diagnostics.push(self.source.warning(span, message));
    }

    /// Declares a target; gives its name. Problems are reported, all of a call at once, and then there is no target.
    pub(crate) fn declare_target(&mut self, symbol: TargetTypeSymbol<'w>, span: Span, given: Vec<Given<'_>>) -> String {
        let mut call = TargetCall { declarations: self, symbol, span, given, problems: Vec::new() };
        let (name, target) = call.target();
        let problems = call.problems;
        if problems.is_empty() {
            self.names.insert(name.clone(), target.location.clone());
            self.targets.push(Arc::new(target));
        }
        for Problem { span, message, hints } in problems {
            let mut diagnostic = self.source.error(span, message);
            diagnostic.hints = hints;
            self.diagnostics.push(diagnostic);
        }
        name
    }

    /// Makes an object. Positional values fill the fields in order.
    pub(crate) fn make_object(
        &mut self,
        spec: &ObjectSpec,
        span: Span,
        positional: Vec<(Value, Span)>,
        given: Vec<Given<'_>>,
    ) -> Eval<Object> {
        let mut values: Vec<Option<Given<'_>>> = spec.fields.iter().map(|_| None).collect();
        if let Some((_, span)) = positional.get(spec.fields.len()) {
            let message = format!("`{}` takes {} values at the most", spec.name, spec.fields.len());
            return Err(Box::new(Fault { span: Some(*span), ..*fault(message) }));
        }
        for (slot, (value, span)) in values.iter_mut().zip(positional) {
            *slot = Some(Given { name: String::new(), value, keyword: span, span, expr: None });
        }
        for given in given {
            let Some(at) = spec.fields.iter().position(|field| field.name == given.name) else {
                let known: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
                let Problem { span, message, hints } = unknown_keyword(&spec.name, &given, &known);
                return Err(Box::new(Fault { span: Some(span), message, hints, is_limit: false }));
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
            let checked = check(field, std::mem::take(&mut given.value), self.reads.dir());
            let value = checked.map_err(|wrong| {
                let Problem { span, message, hints } = place(wrong, &given);
                Box::new(Fault { span: Some(span), message, hints, is_limit: false })
            })?;
            if !value.value.is_none() {
                fields.push((field.name.clone(), value.value));
            }
        }
        Ok(Object { symbol: spec.name.clone(), fields, location: self.source.location(span) })
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

/// One call of a target type while it is validated.
struct TargetCall<'c, 'w, 'e> {
    declarations: &'c mut Declarations<'w>,
    symbol: TargetTypeSymbol<'w>,
    span: Span,
    given: Vec<Given<'e>>,
    problems: Vec<Problem>,
}

impl<'e> TargetCall<'_, '_, 'e> {
    /// The target; it counts only if there are no problems.
    fn target(&mut self) -> (String, Target) {
        self.refuse_unknown_keywords();
        let name = self.name();
        let mut target = Target::new(Address::new(self.dir(), name.clone()), self.symbol.name.clone());
        target.location = self.declarations.source.location(self.span);
        target.dependencies = self.dependencies();
        target.tags = self.tags();
        target.description = self.common_text("description");
        for (field, name) in self.symbol.spec.fields.iter().zip(self.symbol.field_names) {
            if field.name != "sources" {
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
                || (name == "sources" && spec.default_sources.is_some())
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
        let tree = self.declarations.reads.tree();
        let dir = self.declarations.reads.dir();
        let (expansion, span) = match self.take("sources") {
            None if spec.fields.iter().any(|field| field.name == "sources" && field.is_required) => {
                let span = self.span;
                self.problem(span, format!("`{}` needs `sources`", spec.name));
                return;
            }
            None => {
                let expansion = expand_sets(&default_sets(defaults), tree, dir);
                (expansion.unwrap_or_default(), self.span)
            }
            Some(given) => {
                let expansion = source_sets(&given.value).and_then(|sets| Ok(expand_sets(&sets, tree, dir)?));
                match expansion {
                    Ok(mut expansion) => {
                        let missing = std::mem::take(&mut expansion.missing);
                        let places: Vec<(Span, String)> =
                            missing.into_iter().map(|file| (place_of_text(&given, &file), file)).collect();
                        let span = given.span;
                        target.fields.push((self.symbol.common.sources.clone(), given.value));
                        for (span, file) in places {
                            let message = format!("source `{}` does not exist", join(dir, &file));
                            self.declarations.warn(span, message);
                        }
                        (expansion, span)
                    }
                    Err(error) => {
                        let span = match &error {
                            SourcesError::Kind { item: Some(item), .. } => given.item_span(*item),
                            SourcesError::Kind { item: None, .. } => given.span,
                            SourcesError::Globs(error) => place_of_text(&given, &error.text),
                        };
                        self.problem(span, error.to_string());
                        return;
                    }
                }
            }
        };
        if let Some(most) = spec.max_sources.filter(|most| expansion.files.len() > *most) {
            let message = format!("`{}` takes {most} source at the most, not {}", spec.name, expansion.files.len());
            self.problem(span, message).hints.push(format!("they are {}", expansion.files.join(", ")));
        }
        target.sources = expansion.files.iter().map(|file| PathBuf::from(join(dir, file))).collect();
    }
}

/// Where a text of a list stands.
fn place_of_text(given: &Given<'_>, text: &str) -> Span {
    let is_it = |expr: &crate::syntax::Expr| matches!(&expr.kind, crate::syntax::ExprKind::Str(own) if **own == *text || own.strip_prefix('!') == Some(text));
    given.expr.and_then(|expr| expr.find(&is_it)).map_or(given.span, |expr| expr.span)
}

fn place(wrong: WrongValue, given: &Given<'_>) -> Problem {
    let span = wrong.item.map_or(given.span, |item| given.item_span(item));
    Problem { span, message: wrong.message, hints: wrong.hint.into_iter().collect() }
}

fn unknown_keyword(symbol: &str, given: &Given<'_>, known: &[&str]) -> Problem {
    let mut hints = Vec::new();
    if let Some(name) = suggest(&given.name, known.iter().copied()) {
        hints.push(format!("did you mean `{name}`?"));
    }
    hints.push(format!("`{symbol}` takes {}", known.join(", ")));
    Problem { span: given.keyword, message: format!("`{symbol}` has no field `{}`", given.name), hints }
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
        let given =
            fields.into_iter().map(|(name, value)| Given { name, value, keyword: span, span, expr: None }).collect();
        self.declarations.declare_target(symbol, span, given);
        Ok(())
    }
}
