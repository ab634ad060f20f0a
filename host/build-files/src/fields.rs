//! Values of fields: frozen out of evaluation, and checked against what the field takes.

use crate::suggest::suggest;
use crate::syntax::{Expr, ExprKind, Span};
use crate::value::{Dict, Eval, Heap, Value as Live, fault, limit_fault, poisoned};
use pants_model::{Address, FieldKind, FieldSpec, Object, Value};

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
            heap.charge((object.fields.len() + 1) * size_of::<Object>())?;
            Value::Object(Box::new(object.clone()))
        }
        Live::Globs([set]) => Value::Globs(Box::new(set.clone())),
        Live::Globs(sets) => Value::List(sets.iter().map(|set| Value::Globs(Box::new(set.clone()))).collect()),
        Live::Target(name) => {
            let problem = fault("a target is not a value; a target is named by its address");
            return Err(problem.hint(format!("write `':{name}'`")));
        }
        Live::Symbol(name) => return Err(fault(format!("`{name}` is not a value without being called"))),
        Live::Poison => return Err(poisoned()),
        other => return Err(fault(format!("{} is not a value of a field", other.kind()))),
    })
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

/// What is wrong with a value of a field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct WrongValue {
    pub message: String,
    pub hint: Option<String>,
    /// Which item of a list it is about.
    pub item: Option<usize>,
}

impl WrongValue {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, item: None }
    }
}

/// A checked value, and the addresses in it.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub value: Value,
    pub addresses: Vec<Address>,
}

/// Checks a value against what its field takes, and brings it into the field's form.
pub(crate) fn check(field: &FieldSpec, value: Value, dir: &str) -> Result<Checked, WrongValue> {
    let plain = |value| Ok(Checked { value, addresses: Vec::new() });
    let wrong = |takes: &str, value: &Value| {
        Err(WrongValue::new(format!("`{}` takes {takes}, not {}", field.name, value.kind_name())))
    };
    match (&field.kind, value) {
        (_, Value::None) => plain(Value::None),
        (FieldKind::Any, value)
        | (FieldKind::Bool, value @ Value::Bool(_))
        | (FieldKind::Int, value @ Value::Int(_))
        | (FieldKind::String, value @ Value::Str(_)) => plain(value),
        (FieldKind::Bool, other) => wrong("`True` or `False`", &other),
        (FieldKind::Int, other) => wrong("a whole number", &other),
        (FieldKind::String, other) => wrong("a string", &other),
        (FieldKind::Choice(choices), Value::Str(text)) => {
            if choices.contains(&text) {
                return plain(Value::Str(text));
            }
            let listed: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
            let mut problem =
                WrongValue::new(format!("`{}` takes one of {}, not `{text}`", field.name, listed.join(", ")));
            problem.hint =
                suggest(&text, choices.iter().map(String::as_str)).map(|choice| format!("did you mean `{choice}`?"));
            Err(problem)
        }
        (FieldKind::Choice(_), other) => wrong("a string", &other),
        (FieldKind::StringList, Value::Str(text)) => plain(Value::List(vec![Value::Str(text)])),
        (FieldKind::StringList, Value::List(items)) => {
            match items.iter().position(|item| !matches!(item, Value::Str(_))) {
                None => plain(Value::List(items)),
                Some(at) => wrong_item(&field.name, "strings", &items, at),
            }
        }
        (FieldKind::StringList, other) => wrong("a list of strings", &other),
        (FieldKind::Dict, Value::Dict(entries)) => {
            match entries.iter().find(|(name, _)| !matches!(name, Value::Str(_))) {
                None => plain(Value::Dict(entries)),
                Some((name, _)) => wrong("a dict with strings as keys", name),
            }
        }
        (FieldKind::Dict, other) => wrong("a dict", &other),
        (FieldKind::Object(symbols), value) => {
            if is_object_of(&value, symbols) {
                return plain(value);
            }
            wrong(&listed_symbols(symbols, "a"), &value)
        }
        (FieldKind::ObjectList(symbols), value) => {
            let items = match value {
                Value::List(items) => items,
                single => vec![single],
            };
            match items.iter().position(|item| !is_object_of(item, symbols)) {
                None => plain(Value::List(items)),
                Some(at) => wrong_item(&field.name, &listed_symbols(symbols, "a list of"), &items, at),
            }
        }
        (FieldKind::Address, Value::Str(text)) => {
            let address = Address::parse(&text, dir).map_err(|error| WrongValue::new(error.to_string()))?;
            Ok(Checked { value: Value::Str(address.to_string()), addresses: vec![address] })
        }
        (FieldKind::Address, other) => wrong("an address", &other),
        (FieldKind::AddressList, Value::Str(text)) => check_addresses(&field.name, vec![Value::Str(text)], dir),
        (FieldKind::AddressList, Value::List(items)) => check_addresses(&field.name, items, dir),
        (FieldKind::AddressList, other) => wrong("a list of addresses", &other),
        (FieldKind::OneOf(kinds), value) => check_one_of(field, kinds, value, dir),
        (FieldKind::ListOf(kind), Value::List(items)) => check_items(field, kind, items, dir),
        (FieldKind::ListOf(kind), single) => check_items(field, kind, vec![single], dir),
    }
}

/// Checks a value against several kinds; a problem of the last one stands for all.
fn check_one_of(field: &FieldSpec, kinds: &[FieldKind], value: Value, dir: &str) -> Result<Checked, WrongValue> {
    let mut problem = WrongValue::new(format!("`{}` takes no value at all", field.name));
    for kind in kinds {
        let field = FieldSpec { kind: kind.clone(), ..field.clone() };
        match check(&field, value.clone(), dir) {
            Ok(checked) => return Ok(checked),
            Err(wrong) => problem = wrong,
        }
    }
    Err(problem)
}

fn check_items(field: &FieldSpec, kind: &FieldKind, items: Vec<Value>, dir: &str) -> Result<Checked, WrongValue> {
    let field = FieldSpec { kind: kind.clone(), ..field.clone() };
    let (mut values, mut addresses) = (Vec::with_capacity(items.len()), Vec::new());
    for (at, item) in items.into_iter().enumerate() {
        let checked = check(&field, item, dir).map_err(|wrong| WrongValue { item: Some(at), ..wrong })?;
        values.push(checked.value);
        addresses.extend(checked.addresses);
    }
    Ok(Checked { value: Value::List(values), addresses })
}

/// Checks a list of addresses; each may occur once.
pub(crate) fn check_addresses(field: &str, items: Vec<Value>, dir: &str) -> Result<Checked, WrongValue> {
    let mut addresses: Vec<Address> = Vec::with_capacity(items.len());
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let Value::Str(text) = item else { return wrong_item(field, "addresses", &items, at) };
        let address = Address::parse(text, dir)
            .map_err(|error| WrongValue { item: Some(at), ..WrongValue::new(error.to_string()) })?;
        if !seen.insert(address.clone()) {
            let message = format!("`{address}` is named more than once in `{field}`");
            return Err(WrongValue { item: Some(at), ..WrongValue::new(message) });
        }
        addresses.push(address);
    }
    let value = Value::strings(addresses.iter().map(ToString::to_string));
    Ok(Checked { value, addresses })
}

fn wrong_item<T>(field: &str, takes: &str, items: &[Value], at: usize) -> Result<T, WrongValue> {
    let message = format!("`{field}` takes {takes}, and item {} is {}", at + 1, items[at].kind_name());
    Err(WrongValue { item: Some(at), ..WrongValue::new(message) })
}

fn is_object_of(value: &Value, symbols: &[String]) -> bool {
    matches!(value, Value::Object(object) if symbols.is_empty() || symbols.contains(&object.symbol))
}

fn listed_symbols(symbols: &[String], article: &str) -> String {
    let listed: Vec<String> = symbols.iter().map(|symbol| format!("`{symbol}(..)`")).collect();
    if listed.is_empty() { format!("{article} object") } else { format!("{article} {}", listed.join(" or ")) }
}
