//! Expressions: literals, names, collections, comprehensions, items and slices.

use super::{Evaluator, at, poison_of, unsupported};
use crate::symbols::Symbol;
use crate::syntax::{
    Clause, Compare, Comprehension, ComprehensionKind, Expr, ExprKind, FormatPart, Name, Slice, Span, UnaryOp,
};
use crate::unknown::Use;
use crate::value::{Dict, Eval, Key, Scope, Value, exception, fault, poisoned};

impl<'a> Evaluator<'a, '_, '_, '_> {
    pub(super) fn expr(&mut self, expr: &'a Expr, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        // Most of a BUILD file is texts and names: they need no level of their own.
        let result = self.count(1).and_then(|()| match &expr.kind {
            ExprKind::Str(text) => Ok(Value::Str(text)),
            ExprKind::Name(name) => self.name(name, expr.span, scope),
            _ => self.nested(|evaluator| evaluator.expr_kind(expr, scope)),
        });
        result.or_else(poison_of).map_err(|fault| at(fault, expr.span))
    }

    fn expr_kind(&mut self, expr: &'a Expr, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        match &expr.kind {
            ExprKind::None => Ok(Value::None),
            ExprKind::Bool(value) => Ok(Value::Bool(*value)),
            ExprKind::Int(value) => Ok(Value::Int(*value)),
            ExprKind::Float(value) => Ok(Value::Float(*value)),
            ExprKind::Str(text) => Ok(Value::Str(text)),
            ExprKind::Bytes(bytes) => Ok(Value::Bytes(bytes)),
            ExprKind::Name(name) => self.name(name, expr.span, scope),
            ExprKind::Format(parts) => self.format_string(parts, scope),
            ExprKind::List(items) => {
                let items = self.exprs(items, scope)?;
                self.heap.list(items)
            }
            ExprKind::Tuple(items) => {
                let items = self.exprs(items, scope)?;
                self.heap.tuple(items)
            }
            ExprKind::Set(items) => {
                let items = self.exprs(items, scope)?;
                self.heap.set(items)
            }
            ExprKind::Dict(entries) => self.dict_literal(entries, scope),
            ExprKind::Starred(_) => Err(fault("`*` stands inside a call or a collection")),
            ExprKind::Attribute(value, name) => {
                let value = self.expr(value, scope)?;
                self.attribute(value, name)
            }
            ExprKind::Item(pair) => {
                let (container, index) = (self.expr(&pair.0, scope)?, self.expr(&pair.1, scope)?);
                self.item(container, index)
            }
            ExprKind::Slice(slice) => self.slice(slice, scope),
            ExprKind::Call(call) => self.call_expr(call, expr.span, scope),
            ExprKind::Unary(op, operand) => {
                let operand = self.expr(operand, scope)?;
                unary(*op, operand)
            }
            ExprKind::Binary(op, sides) => {
                let (left, right) = (self.expr(&sides.0, scope)?, self.expr(&sides.1, scope)?);
                self.binary(*op, left, right)
            }
            ExprKind::And(operands) => self.until(operands, false, scope),
            ExprKind::Or(operands) => self.until(operands, true, scope),
            ExprKind::Compare(compare) => self.comparison(compare, scope),
            ExprKind::Conditional(parts) => {
                let is_true = self.expr(&parts.test, scope)?.is_true();
                self.expr(if is_true { &parts.then } else { &parts.otherwise }, scope)
            }
            ExprKind::Lambda(definition) => self.function(definition, scope),
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension, scope),
            ExprKind::Unsupported(what) => Err(unsupported(what)),
        }
    }

    fn name(&mut self, name: &'a Name, span: Span, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        if let Some(value) = scope.get(name) {
            return Ok(value);
        }
        if let Some(value) = self.prelude_value(name)? {
            return Ok(value);
        }
        match self.declarations.symbols.get(name) {
            Some(Symbol::TargetType(symbol)) if symbol.spec.is_opaque => return self.heap.opaque(name, None),
            Some(_) => return Ok(Value::Symbol(name)),
            None => {}
        }
        if let Some(builtin) = super::builtins::find(name) {
            return Ok(Value::Builtin(builtin));
        }
        if &**name == "__file__" {
            let path = self.setting.build_root.join(self.declarations.path(span));
            return self.heap.str(&path.to_string_lossy());
        }
        if super::builtins::PYTHON_ONLY.contains(&&**name) {
            return Err(fault(format!("`{name}` is not available in BUILD files")));
        }
        if self.handlers_of_unknown > 0 {
            return Err(exception("NameError", format!("`{name}` is not defined")));
        }
        let is_statement = self.statement_callee == Some(span);
        self.declarations.note_unknown(name, if is_statement { Use::Statement } else { Use::Value }, span);
        Ok(Value::Poison)
    }

    /// The values of a collection or of arguments, with `*x` unpacked.
    pub(super) fn exprs(&mut self, exprs: &'a [Expr], scope: &'a Scope<'a>) -> Eval<Vec<Value<'a>>> {
        let mut values = Vec::with_capacity(exprs.len());
        for expr in exprs {
            if let ExprKind::Starred(inner) = &expr.kind {
                let inner = self.expr(inner, scope)?;
                values.extend(self.items(inner).map_err(|fault| at(fault, expr.span))?);
            } else {
                values.push(self.expr(expr, scope)?);
            }
        }
        Ok(values)
    }

    fn dict_literal(&mut self, entries: &'a [(Option<Expr>, Expr)], scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        let mut dict = Dict::default();
        for (name, value) in entries {
            match name {
                Some(name_expr) => {
                    let name = self.expr(name_expr, scope)?;
                    let key = self.heap.key(name).map_err(|fault| at(fault, name_expr.span))?;
                    dict.insert(key, name, self.expr(value, scope)?);
                }
                None => match self.expr(value, scope)? {
                    Value::Dict(other) => {
                        for (name, value) in other.borrow().items() {
                            dict.insert(self.heap.key(name)?, name, value);
                        }
                    }
                    Value::Poison => return Err(poisoned()),
                    other => return Err(at(fault(format!("`**` takes a dict, not {}", other.kind())), value.span)),
                },
            }
        }
        self.heap.dict(dict)
    }

    fn format_string(&mut self, parts: &'a [FormatPart], scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        let mut out = String::new();
        for part in parts {
            match part {
                FormatPart::Text(text) => out.push_str(text),
                FormatPart::Value { value, is_repr, spec } => {
                    let mut value = self.expr(value, scope)?;
                    if *is_repr {
                        value = self.heap.str(&value.repr(self.heap)?)?;
                    }
                    out.push_str(&crate::text_format::format_value(self.heap, value, spec)?);
                }
            }
            self.heap.charge(out.len() / 16)?;
        }
        self.heap.str(&out)
    }

    /// `and` and `or`: the first operand with this truth value, or the last one.
    fn until(&mut self, operands: &'a [Expr], wanted: bool, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        let mut value = Value::None;
        for operand in operands {
            value = self.expr(operand, scope)?;
            if value.is_true() == wanted {
                break;
            }
        }
        Ok(value)
    }

    fn comparison(&mut self, compare: &'a Compare, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        let mut left = self.expr(&compare.first, scope)?;
        for (op, right) in &compare.rest {
            let right = self.expr(right, scope)?;
            if !self.compare(*op, left, right)? {
                return Ok(Value::Bool(false));
            }
            left = right;
        }
        Ok(Value::Bool(true))
    }

    fn comprehension(&mut self, comprehension: &'a Comprehension, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        let inner = self.heap.scope(Some(scope))?;
        let heap = self.heap;
        match &comprehension.kind {
            ComprehensionKind::List(element) | ComprehensionKind::Set(element) => {
                let mut items = Vec::new();
                self.clauses(&comprehension.clauses, inner, &mut |evaluator| {
                    heap.charge_values(1)?;
                    items.push(evaluator.expr(element, inner)?);
                    Ok(())
                })?;
                if matches!(comprehension.kind, ComprehensionKind::Set(_)) { heap.set(items) } else { heap.list(items) }
            }
            ComprehensionKind::Dict(name, value) => {
                let mut dict = Dict::default();
                self.clauses(&comprehension.clauses, inner, &mut |evaluator| {
                    heap.charge_values(4)?;
                    let name = evaluator.expr(name, inner)?;
                    dict.insert(heap.key(name)?, name, evaluator.expr(value, inner)?);
                    Ok(())
                })?;
                heap.dict(dict)
            }
        }
    }

    fn clauses(
        &mut self,
        clauses: &'a [Clause],
        scope: &'a Scope<'a>,
        run: &mut dyn FnMut(&mut Self) -> Eval<()>,
    ) -> Eval<()> {
        let Some((clause, rest)) = clauses.split_first() else { return run(self) };
        let iterable = self.expr(&clause.iterable, scope)?;
        'items: for item in self.items(iterable).map_err(|fault| at(fault, clause.iterable.span))? {
            self.assign(&clause.target, item, scope)?;
            for condition in &clause.conditions {
                if !self.expr(condition, scope)?.is_true() {
                    continue 'items;
                }
            }
            self.nested(|evaluator| evaluator.clauses(rest, scope, run))?;
        }
        Ok(())
    }

    /// The values that a `for` goes through.
    pub(super) fn items(&mut self, value: Value<'a>) -> Eval<Vec<Value<'a>>> {
        let items = match value {
            Value::List(items) => items.borrow().clone(),
            Value::Tuple(items) => items.to_vec(),
            Value::Set(dict) | Value::Dict(dict) => dict.borrow().keys().collect(),
            Value::Str(text) => {
                self.count(text.len())?;
                text.char_indices().map(|(at, char)| Value::Str(&text[at..at + char.len_utf8()])).collect()
            }
            Value::File(text) => text.split_inclusive('\n').map(Value::Str).collect(),
            Value::Globs(sets) => self.glob_items(sets)?,
            Value::Poison => return Err(poisoned()),
            Value::Opaque(opaque) => {
                opaque.use_as_value();
                Vec::new()
            }
            other => return Err(fault(format!("{} has no items to go through", other.kind()))),
        };
        self.count(items.len())?;
        Ok(items)
    }

    pub(super) fn item(&mut self, container: Value<'a>, index: Value<'a>) -> Eval<Value<'a>> {
        let out_of_range = || exception("IndexError", "the index is out of range");
        match (container, index) {
            (Value::Poison, _) | (_, Value::Poison) => Ok(Value::Poison),
            (Value::Dict(dict), index) => match dict.borrow().get(self.heap.key(index)?) {
                Some(value) => Ok(value),
                None => Err(exception("KeyError", format!("the dict has no key {}", index.repr(self.heap)?))),
            },
            (Value::Environ, Value::Str(name)) => match self.declarations.reads.variable(name) {
                Some(value) => self.heap.str(&value),
                None => Err(exception("KeyError", format!("the environment variable `{name}` is not set"))
                    .hint(format!("`os.environ.get('{name}')` is `None` then"))),
            },
            (Value::List(items), Value::Int(index)) => {
                let items = items.borrow();
                position(index, items.len()).map(|at| items[at]).ok_or_else(out_of_range)
            }
            (Value::Tuple(items), Value::Int(index)) => {
                position(index, items.len()).map(|at| items[at]).ok_or_else(out_of_range)
            }
            (Value::Str(text), Value::Int(index)) => {
                self.count(text.len() / 16)?;
                let at = position(index, text.chars().count()).ok_or_else(out_of_range)?;
                let (at, char) = text.char_indices().nth(at).ok_or_else(out_of_range)?;
                Ok(Value::Str(&text[at..at + char.len_utf8()]))
            }
            (container, index) => Err(fault(format!("{} has no item for {}", container.kind(), index.kind()))),
        }
    }

    pub(super) fn set_item(&mut self, container: Value<'a>, index: Value<'a>, value: Value<'a>) -> Eval<()> {
        match (container, index) {
            (Value::Poison, _) => Ok(()),
            (Value::Dict(dict), index) => {
                let key: Key<'a> = self.heap.key(index)?;
                self.heap.charge_values(4)?;
                dict.borrow_mut().insert(key, index, value);
                Ok(())
            }
            (Value::List(items), Value::Int(index)) => {
                let mut items = items.borrow_mut();
                let at = position(index, items.len()).ok_or_else(|| fault("the index is out of range"))?;
                items[at] = value;
                Ok(())
            }
            (container, _) => Err(fault(format!("the items of {} cannot be set", container.kind()))),
        }
    }

    pub(super) fn delete_item(&mut self, container: Value<'a>, index: Value<'a>) -> Eval<()> {
        match (container, index) {
            (Value::Dict(dict), index) => {
                self.count(dict.borrow().len())?;
                match dict.borrow_mut().remove(self.heap.key(index)?) {
                    Some(_) => Ok(()),
                    None => Err(fault(format!("the dict has no key {}", index.repr(self.heap)?))),
                }
            }
            (Value::List(items), Value::Int(index)) => {
                let mut items = items.borrow_mut();
                self.count(items.len())?;
                let at = position(index, items.len()).ok_or_else(|| fault("the index is out of range"))?;
                items.remove(at);
                Ok(())
            }
            (container, _) => Err(fault(format!("the items of {} cannot be deleted", container.kind()))),
        }
    }

    fn slice(&mut self, slice: &'a Slice, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        let value = self.expr(&slice.value, scope)?;
        let mut bound = |bound: &'a Option<Expr>| -> Eval<Option<i64>> {
            let Some(expr) = bound else { return Ok(None) };
            match self.expr(expr, scope)? {
                Value::None => Ok(None),
                Value::Int(value) => Ok(Some(value)),
                Value::Poison => Err(poisoned()),
                other => Err(at(fault(format!("a slice takes numbers, not {}", other.kind())), expr.span)),
            }
        };
        let (lower, upper) = (bound(&slice.lower)?, bound(&slice.upper)?);
        let step = bound(&slice.step)?.unwrap_or(1);
        if step == 0 {
            return Err(fault("the step of a slice is not 0"));
        }
        match value {
            Value::Poison => Ok(Value::Poison),
            Value::Str(text) => {
                let chars: Vec<char> = text.chars().collect();
                self.count(chars.len())?;
                let part: String = positions(chars.len(), lower, upper, step).map(|at| chars[at]).collect();
                self.heap.str(&part)
            }
            Value::Tuple(items) => {
                self.count(items.len())?;
                self.heap.tuple(positions(items.len(), lower, upper, step).map(|at| items[at]).collect())
            }
            Value::List(items) => {
                let items = items.borrow();
                self.count(items.len())?;
                self.heap.list(positions(items.len(), lower, upper, step).map(|at| items[at]).collect())
            }
            other => Err(fault(format!("{} cannot be sliced", other.kind()))),
        }
    }
}

/// The place of an index that counts from the end when negative.
fn position(index: i64, length: usize) -> Option<usize> {
    let length = length as i64;
    let at = if index < 0 { index.checked_add(length)? } else { index };
    (0..length).contains(&at).then_some(at as usize)
}

/// The places of a slice.
fn positions(length: usize, lower: Option<i64>, upper: Option<i64>, step: i64) -> impl Iterator<Item = usize> {
    let length = length as i64;
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |bound: i64| if bound < 0 { bound.saturating_add(length).max(low) } else { bound.min(high) };
    let start = lower.map_or(if step > 0 { low } else { high }, clamp);
    let end = upper.map_or(if step > 0 { high } else { low }, clamp);
    std::iter::successors(Some(start), move |at| at.checked_add(step))
        .take_while(move |at| if step > 0 { *at < end } else { *at > end })
        .map(|at| at as usize)
}

fn unary(op: UnaryOp, operand: Value<'_>) -> Eval<Value<'_>> {
    let too_large = || fault("the number is too large");
    Ok(match (op, operand) {
        (_, Value::Poison) => Value::Poison,
        (UnaryOp::Not, operand) => Value::Bool(!operand.is_true()),
        (UnaryOp::Minus, Value::Int(value)) => Value::Int(value.checked_neg().ok_or_else(too_large)?),
        (UnaryOp::Minus, Value::Float(value)) => Value::Float(-value),
        (UnaryOp::Plus, operand @ (Value::Int(_) | Value::Float(_))) => operand,
        (UnaryOp::Invert, Value::Int(value)) => Value::Int(!value),
        (_, operand) => return Err(fault(format!("{} has no sign", operand.kind()))),
    })
}
