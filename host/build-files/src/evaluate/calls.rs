//! Calls: of functions of the file, of symbols, and of what is built in.

use super::{Evaluator, Flow, at};
use crate::fields::{Given, Loose, freeze, thaw};
use crate::symbols::{Symbol, TargetTypeSymbol};
use crate::syntax::{self, Expr, ExprKind, FunctionBody, Span};
use crate::value::{Dict, Eval, Function, Scope, Value, fault, limit_fault, poisoned};

/// How many problems the BUILD files of one directory may have before they are not evaluated any further.
const MOST_PROBLEMS: usize = 5_000;

/// The arguments of one call.
pub(super) struct Args<'a> {
    /// The whole call.
    pub span: Span,
    pub positional: Vec<Value<'a>>,
    /// The expressions of `positional`, when they stand for one value each.
    pub exprs: &'a [Expr],
    pub keywords: Vec<Keyword<'a>>,
}

/// One keyword argument.
pub(super) struct Keyword<'a> {
    pub name: &'a str,
    pub value: Value<'a>,
    pub span: Span,
    /// Nothing for what `**` brought.
    pub expr: Option<&'a Expr>,
}

impl<'a> Args<'a> {
    /// Arguments without keywords, for calls that we make ourselves.
    pub(super) fn positional(positional: Vec<Value<'a>>, span: Span) -> Self {
        Self { span, positional, exprs: &[], keywords: Vec::new() }
    }

    /// Removes and gives a keyword argument.
    pub(super) fn take(&mut self, name: &str) -> Option<Value<'a>> {
        let at = self.keywords.iter().position(|keyword| keyword.name == name)?;
        Some(self.keywords.remove(at).value)
    }

    /// The positional arguments, if there are that many and no keyword is left.
    pub(super) fn between(&self, least: usize, most: usize) -> Eval<&[Value<'a>]> {
        if let Some(keyword) = self.keywords.first() {
            return Err(at(fault(format!("there is no argument `{}`", keyword.name)), keyword.span));
        }
        let count = self.positional.len();
        if (least..=most).contains(&count) {
            return Ok(&self.positional);
        }
        let wanted = if least == most { format!("{least}") } else { format!("{least} to {most}") };
        let wanted = if most == usize::MAX { format!("at least {least}") } else { wanted };
        Err(fault(format!("this takes {wanted} arguments, not {count}")))
    }

    /// Where a positional argument stands.
    pub(super) fn place_of(&self, index: usize) -> Span {
        self.exprs.get(index).map_or(self.span, |expr| expr.span)
    }

    /// A positional argument as if it had been given with a keyword.
    pub(super) fn unnamed(&self, index: usize, value: Value<'a>, name: &'a str) -> Keyword<'a> {
        Keyword { name, value, span: self.place_of(index), expr: self.exprs.get(index) }
    }

    /// Whether one of them could not be evaluated.
    pub(super) fn is_poisoned(&self) -> bool {
        let values = self.positional.iter().chain(self.keywords.iter().map(|keyword| &keyword.value));
        values.into_iter().any(|value| matches!(value, Value::Poison))
    }

    /// The steps that it takes to look at all of them.
    fn weight(&self) -> usize {
        self.positional.iter().map(|value| weight(*value)).sum()
    }

    /// The only argument.
    pub(super) fn one(&self) -> Eval<Value<'a>> {
        Ok(self.between(1, 1)?[0])
    }

    /// The only argument, a text.
    pub(super) fn one_text(&self) -> Eval<&'a str> {
        text(self.one()?)
    }
}

/// The steps that it takes to look at a text or collection as a whole. Each step looks at a few bytes or values.
fn weight(value: Value<'_>) -> usize {
    match value {
        Value::Str(text) => text.len() / 16,
        Value::Bytes(bytes) => bytes.len() / 16,
        Value::List(items) => items.borrow().len() / 8,
        Value::Tuple(items) => items.len() / 8,
        _ => 0,
    }
}

/// The text of an argument.
pub(super) fn text(value: Value<'_>) -> Eval<&str> {
    match value {
        Value::Str(text) => Ok(text),
        Value::Poison => Err(poisoned()),
        other => Err(fault(format!("this takes a string, not {}", other.kind()))),
    }
}

impl<'a> Evaluator<'a, '_, '_, '_> {
    pub(super) fn call_expr(&mut self, call: &'a syntax::Call, span: Span, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        let function = self.callee(&call.function, scope)?;
        let positional = self.exprs(&call.args, scope)?;
        let exprs = if positional.len() == call.args.len() { &call.args[..] } else { &[] };
        let mut keywords: Vec<Keyword<'a>> = Vec::with_capacity(call.keywords.len());
        for keyword in &call.keywords {
            let value = self.expr(&keyword.value, scope)?;
            match (&keyword.name, value) {
                (Some(name), value) => {
                    keywords.push(Keyword { name, value, span: keyword.span, expr: Some(&keyword.value) });
                }
                (None, Value::Dict(dict)) => {
                    for (name, value) in dict.borrow().items() {
                        let Value::Str(name) = name else {
                            return Err(at(fault("the keys of `**` are strings"), keyword.span));
                        };
                        self.count(keywords.len() / 8)?;
                        if keywords.iter().any(|keyword| keyword.name == name) {
                            return Err(at(fault(format!("`{name}` is given twice")), keyword.span));
                        }
                        keywords.push(Keyword { name, value, span: keyword.span, expr: None });
                    }
                }
                (None, Value::Poison) => return Err(poisoned()),
                (None, other) => {
                    return Err(at(fault(format!("`**` takes a dict, not {}", other.kind())), keyword.span));
                }
            }
        }
        self.call(function, Args { span, positional, exprs, keywords })
    }

    /// What is called. After a dot, an object has methods first: `jar(..)` may have a field that is called like one.
    fn callee(&mut self, expr: &'a Expr, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        let ExprKind::Attribute(inner, name) = &expr.kind else { return self.expr(expr, scope) };
        self.count(1)?;
        match self.nested(|evaluator| evaluator.expr(inner, scope))? {
            object @ Value::Object(_) => self.heap.method(object, name),
            value => self.attribute(value, name).map_err(|fault| at(fault, expr.span)),
        }
    }

    pub(super) fn call(&mut self, function: Value<'a>, args: Args<'a>) -> Eval<Value<'a>> {
        match function {
            Value::Poison => Ok(Value::Poison),
            Value::Symbol(name) => self.call_symbol(name, args),
            Value::Builtin(name) if args.is_poisoned() && !super::source_roots::takes_poison(name) => Ok(Value::Poison),
            Value::Builtin(name) => {
                self.count(args.weight())?;
                self.builtin(name, args)
            }
            Value::Method((value, _)) if args.is_poisoned() && !value.can_hold() => Ok(Value::Poison),
            Value::Method((value, name)) => {
                self.count(args.weight() + weight(*value))?;
                self.method(*value, name, args)
            }
            Value::Function(function) => self.with_call_site(function, args.span, |evaluator| {
                evaluator.nested(|evaluator| evaluator.call_function(function, args))
            }),
            Value::Opaque(opaque) => self.call_opaque(opaque, args),
            Value::Class(class) => Err(fault(format!("`{}` cannot be called", class.name))
                .hint("a class of a BUILD file holds constants, and no objects are made of it")),
            other => Err(fault(format!("{} cannot be called", other.kind()))),
        }
    }

    fn call_symbol(&mut self, name: &'a str, args: Args<'a>) -> Eval<Value<'a>> {
        let symbols = self.declarations.symbols;
        match symbols.get(name) {
            Some(Symbol::TargetType(symbol)) => {
                self.check_place_of_call(name, args.span)?;
                let mut given = self.positional_fields(symbol, &args)?;
                given.extend(self.all_frozen(&args.keywords)?);
                let name = self.declarations.declare_target(symbol, args.span, given);
                self.check_reads()?;
                Ok(Value::Target(self.heap.text(&name)?))
            }
            Some(Symbol::Object(spec)) => {
                let object = self.object(spec, &args)?;
                self.heap.object(object)
            }
            Some(Symbol::Macro(symbol)) => {
                self.check_place_of_call(name, args.span)?;
                let mut positional = Vec::with_capacity(args.positional.len());
                for (index, value) in args.positional.iter().enumerate() {
                    positional.push(of_macro(self.frozen(&args.unnamed(index, *value, ""))?)?.1);
                }
                let given = self.all_frozen(&args.keywords)?;
                let keywords = given.into_iter().map(of_macro).collect::<Eval<_>>()?;
                let value = self.declarations.call_macro(symbol, args.span, positional, keywords)?;
                self.check_reads()?;
                thaw(self.heap, &value)
            }
            None => Err(fault(format!("`{name}` is not defined"))),
        }
    }

    /// The fields that positional arguments stand for. Targets are declared with keywords, but for a few old symbols.
    fn positional_fields(&mut self, symbol: TargetTypeSymbol<'_>, args: &Args<'a>) -> Eval<Vec<Given<'a>>> {
        let mut fields = Vec::new();
        for (index, value) in args.positional.iter().enumerate() {
            let expr = args.exprs.get(index);
            let span = expr.map_or(args.span, |expr| expr.span);
            let Some(name) = symbol.positional.get(index) else {
                let mut problem = fault(match symbol.positional.len() {
                    0 => format!("`{}` takes keywords only", symbol.name),
                    most => format!("`{}` takes {most} values without a keyword at the most", symbol.name),
                });
                if let (Value::Str(text), 0) = (value, index) {
                    problem = problem.hint(format!("write `name = '{text}'`"));
                }
                return Err(at(problem, span));
            };
            fields.push(self.frozen(&args.unnamed(index, *value, name))?);
        }
        Ok(fields)
    }

    /// Ends evaluation where patterns were compared with more files than is allowed, or where nobody would read on.
    pub(super) fn check_reads(&self) -> Eval<()> {
        if self.declarations.diagnostics.len() > MOST_PROBLEMS {
            return Err(limit_fault("there are too many problems before this"));
        }
        if self.declarations.reads.are_exhausted() {
            return Err(limit_fault("this looks at more files than a BUILD file may")
                .hint("are there many patterns with `**`?"));
        }
        Ok(())
    }

    /// The keywords of a call of a symbol, frozen.
    pub(super) fn all_frozen(&mut self, keywords: &[Keyword<'a>]) -> Eval<Vec<Given<'a>>> {
        keywords.iter().map(|keyword| self.frozen(keyword)).collect()
    }

    /// One argument of a call of a symbol, frozen.
    pub(super) fn frozen(&mut self, argument: &Keyword<'a>) -> Eval<Given<'a>> {
        let Keyword { name, value, span, expr } = argument;
        // The value is what a message is about, unless the keyword itself is wrong.
        let place = expr.map_or(*span, |expr| expr.span);
        self.heap.take_loose();
        let value =
            freeze(self.heap, *value).map_err(|fault| at(fault, place_of_unfreezable(*expr).unwrap_or(place)))?;
        let loose = self.heap.take_loose();
        let given = Given { name: (*name).to_owned(), value, keyword: *span, span: place, expr: *expr, loose };
        // What the prelude does not write itself comes from the BUILD file, and what is wrong with it is wrong there.
        match self.declarations.call_site {
            Some(call) if place.is_in_prelude() && !expr.is_some_and(Expr::is_constant) => {
                Ok(Given { span: call, expr: None, ..given })
            }
            _ => Ok(given),
        }
    }

    fn call_function(&mut self, function: &'a Function<'a>, args: Args<'a>) -> Eval<Value<'a>> {
        let definition = function.definition;
        let scope = self.heap.scope(Some(function.scope))?;
        self.bind_arguments(function, args, scope)?;
        match &definition.body {
            FunctionBody::Expr(expr) => self.expr(expr, scope),
            FunctionBody::Block(block) => match self.block(block, scope)? {
                Flow::Return(value) => Ok(value),
                Flow::Next | Flow::Break | Flow::Continue => Ok(Value::None),
            },
        }
    }

    fn bind_arguments(&mut self, function: &'a Function<'a>, args: Args<'a>, scope: &'a Scope<'a>) -> Eval<()> {
        let definition = function.definition;
        let parameters = &definition.parameters;
        let mut names = scope.names.borrow_mut();
        let mut positional = args.positional.into_iter();
        let named = &parameters.named[..parameters.positional];
        for (parameter, value) in named.iter().zip(positional.by_ref()) {
            names.insert(&parameter.name, value);
        }
        // `zip` may have taken one value too many only if there was a parameter for it: it asks the parameters first.
        let rest: Vec<Value<'a>> = positional.collect();
        match &parameters.rest {
            Some(name) => {
                names.insert(name, self.heap.tuple(rest)?);
            }
            None if rest.is_empty() => {}
            None => {
                let most = parameters.positional;
                let given = most + rest.len();
                return Err(fault(format!("`{}` takes {most} arguments at the most, not {given}", definition.name)));
            }
        }
        let mut others = Dict::default();
        for keyword in args.keywords {
            let is_named = parameters.named.iter().any(|parameter| *parameter.name == *keyword.name);
            if is_named {
                if names.insert(keyword.name, keyword.value).is_some() {
                    return Err(at(fault(format!("`{}` is given twice", keyword.name)), keyword.span));
                }
            } else if parameters.keywords.is_some() {
                let name = Value::Str(keyword.name);
                others.insert(self.heap.key(name)?, name, keyword.value);
            } else {
                let message = format!("`{}` has no argument `{}`", definition.name, keyword.name);
                return Err(at(fault(message), keyword.span));
            }
        }
        if let Some(name) = &parameters.keywords {
            names.insert(name, self.heap.dict(others)?);
        }
        for (parameter, default) in parameters.named.iter().zip(&function.defaults) {
            if names.contains_key(&*parameter.name) {
                continue;
            }
            match default {
                Some(default) => names.insert(&parameter.name, *default),
                None => return Err(fault(format!("`{}` needs `{}`", definition.name, parameter.name))),
            };
        }
        self.heap.charge_values(names.len() * 2)
    }
}

/// What a macro is given: functions stay on this side.
fn of_macro(given: Given<'_>) -> Eval<(String, pants_model::Value)> {
    match given.loose {
        Some(Loose::Callable(why)) => Err(at(fault(why), given.span)),
        Some(Loose::Opaque) | None => Ok((given.name, given.value)),
    }
}

/// The first call inside a collection, which is what cannot be frozen there most of the time.
fn place_of_unfreezable(expr: Option<&Expr>) -> Option<Span> {
    let (ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items)) = &expr?.kind else { return None };
    items.iter().find(|item| matches!(item.kind, ExprKind::Call(_))).map(|item| item.span)
}
