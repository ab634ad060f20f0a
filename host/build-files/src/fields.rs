//! Values of fields: frozen out of evaluation, and checked against what the field takes.

mod check;
mod dependency;

use crate::syntax::{Expr, ExprKind, Span};
use crate::value::{Dict, Eval, Heap, Value as Live, bytes_of_globs, bytes_of_object, fault, limit_fault, poisoned};
use pants_model::{Globs, Value};

pub(crate) use check::{Checked, WrongValue, check_addresses, check_given};
pub(crate) use dependency::{Base, Dependency, scope_words};

/// How deep the values of a field may stand inside each other.
const DEEPEST: u32 = 50;

/// A keyword of a call, frozen.
#[derive(Debug)]
pub(crate) struct Given<'e> {
    pub name: String,
    pub value: Value,
    /// Where the keyword stands.
    pub keyword: Span,
    /// Where the value stands.
    pub span: Span,
    /// The value as it is written, when it is written.
    pub expr: Option<&'e Expr>,
    /// What the value holds that is no value of a field by itself.
    pub loose: Option<Loose>,
}

/// Something inside a value that is kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Loose {
    /// What an opaque symbol made. Nobody knows what it is, so every field takes it.
    Opaque,
    /// Something that can be called. Fields that take anything do take it; why others do not.
    Callable(String),
}

impl Given<'_> {
    /// Where an item of the value stands, if that can be seen in the source.
    pub(crate) fn item_span(&self, item: usize) -> Span {
        match self.expr.map(|expr| &expr.kind) {
            Some(ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items))
                if !items.iter().any(|item| matches!(item.kind, ExprKind::Starred(_))) =>
            {
                items.get(item).map_or(self.span, |item| item.span)
            }
            _ => self.span,
        }
    }
}

/// A value of a field, out of evaluation.
pub(crate) fn freeze<'a>(heap: &Heap<'a>, value: Live<'a>) -> Eval<Value> {
    freeze_at(heap, value, 0)
}

fn freeze_at<'a>(heap: &Heap<'a>, value: Live<'a>, depth: u32) -> Eval<Value> {
    heap.count(1)?;
    heap.charge(size_of::<Value>())?;
    if depth == DEEPEST {
        return Err(limit_fault("values are nested too deeply"));
    }
    let all = |items: &mut dyn Iterator<Item = Live<'a>>| -> Eval<Value> {
        Ok(Value::List(items.map(|item| freeze_at(heap, item, depth + 1)).collect::<Eval<_>>()?))
    };
    Ok(match value {
        Live::None => Value::None,
        Live::Bool(value) => Value::Bool(value),
        Live::Int(value) => Value::Int(value),
        Live::Float(value) => Value::Float(value),
        Live::Str(text) => {
            // A list that holds the same text many times is longer than it was.
            heap.charge(text.len())?;
            Value::Str(text.to_owned())
        }
        Live::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
        Live::List(items) => all(&mut items.borrow().iter().copied())?,
        Live::Tuple(items) => all(&mut items.iter().copied())?,
        Live::Set(items) => all(&mut items.borrow().keys())?,
        Live::Dict(dict) => {
            let entry = |(name, value)| Ok((freeze_at(heap, name, depth + 1)?, freeze_at(heap, value, depth + 1)?));
            Value::Dict(dict.borrow().items().map(entry).collect::<Eval<_>>()?)
        }
        Live::Object(object) => {
            heap.charge(bytes_of_object(object))?;
            Value::Object(Box::new(object.clone()))
        }
        Live::Globs(sets) => {
            heap.charge(sets.iter().map(bytes_of_globs).sum())?;
            freeze_globs(sets)
        }
        Live::Target(name) => {
            let problem = fault("a target is not a value; a target is named by its address");
            return Err(problem.hint(format!("write `':{name}'`")));
        }
        Live::Opaque(opaque) => {
            heap.note_loose(Loose::Opaque);
            heap.charge(opaque.text.len())?;
            Value::Str(opaque.use_as_value().to_owned())
        }
        Live::Symbol(name) => {
            heap.note_loose(Loose::Callable(format!("`{name}` is not a value without being called")));
            Value::Str(name.to_owned())
        }
        Live::Function(_) | Live::Builtin(_) | Live::Method(_) | Live::Class(_) => {
            heap.note_loose(Loose::Callable(format!("{} is not a value of this field", value.kind())));
            Value::Str(value.repr(heap)?)
        }
        Live::Poison => return Err(poisoned()),
        other => return Err(fault(format!("{} is not a value of a field", other.kind()))),
    })
}

fn freeze_globs(sets: &[Globs]) -> Value {
    match sets {
        [set] => Value::Globs(Box::new(set.clone())),
        sets => Value::List(sets.iter().map(|set| Value::Globs(Box::new(set.clone()))).collect()),
    }
}

/// A frozen value, back in evaluation: what a macro returned.
pub(crate) fn thaw<'a>(heap: &'a Heap<'a>, value: &Value) -> Eval<Live<'a>> {
    Ok(match value {
        Value::None => Live::None,
        Value::Bool(value) => Live::Bool(*value),
        Value::Int(value) => Live::Int(*value),
        Value::Float(value) => Live::Float(*value),
        Value::Str(text) => heap.str(text)?,
        Value::Bytes(bytes) => heap.bytes(bytes)?,
        Value::List(items) => {
            let items = items.iter().map(|item| thaw(heap, item)).collect::<Eval<Vec<_>>>()?;
            heap.list(items)?
        }
        Value::Dict(entries) => {
            let mut dict = Dict::default();
            for (name, value) in entries {
                let name = thaw(heap, name)?;
                dict.insert(heap.key(name)?, name, thaw(heap, value)?);
            }
            heap.dict(dict)?
        }
        Value::Object(object) => heap.object((**object).clone())?,
        Value::Globs(set) => heap.globs(vec![(**set).clone()])?,
    })
}
