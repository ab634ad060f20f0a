//! Values while a BUILD file is evaluated, and the heap they live on.
//!
//! All values of one evaluation live on one [`Heap`] and are freed together. So a value is a small copy, cycles do not
//! leak, and freeing a deep value needs no deep stack. The heap counts what is put on it and what is looked at, and
//! refuses more than the limits: two names for one list can make a small value that is endless to go through.

use crate::config::EvaluateLimits;
use crate::fields::Loose;
use crate::syntax;
use pants_model::{Globs, Object};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use typed_arena::Arena;

mod dict;
mod text;

pub(crate) use dict::{Dict, Key};

/// How deep values may stand inside each other where all of a value is looked at.
const DEEPEST: u32 = 100;

/// A value of the language.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'a str),
    Bytes(&'a [u8]),
    List(&'a RefCell<Vec<Value<'a>>>),
    Tuple(&'a [Value<'a>]),
    Dict(&'a RefCell<Dict<'a>>),
    /// The values of its dict are `None`.
    Set(&'a RefCell<Dict<'a>>),
    Function(&'a Function<'a>),
    /// A function or type of the language itself, by name.
    Builtin(&'static str),
    /// A target type, object symbol or macro, by name.
    Symbol(&'a str),
    Module(Module<'a>),
    /// A method of a value.
    Method(&'a (Value<'a>, &'a str)),
    /// What a call of a target type returns: the name.
    Target(&'a str),
    Object(&'a Object),
    /// A union of sets of files.
    Globs(&'a [Globs]),
    /// The text of an open file.
    File(&'a str),
    Environ,
    /// What comes of a symbol of `[build-files] opaque_types`.
    Opaque(&'a Opaque<'a>),
    /// A class of the file: constants under one name.
    Class(&'a Class<'a>),
    /// Stands for what could not be evaluated. Why has been noted already, so nothing more is said of it.
    Poison,
}

/// A function of a BUILD file.
pub(crate) struct Function<'a> {
    pub definition: &'a syntax::Function,
    /// For each named parameter, what it is when not given.
    pub defaults: Vec<Option<Value<'a>>>,
    /// Where it was defined.
    pub scope: &'a Scope<'a>,
}

/// A symbol of which nothing is known but its name, a call of it, or what is reached from there: kept as it was written.
pub(crate) struct Opaque<'a> {
    pub text: &'a str,
    /// For a call and what is reached from it, whether it was used as a value somewhere. One that was not is a target.
    pub call: Option<&'a Cell<bool>>,
}

impl<'a> Opaque<'a> {
    /// Its text, to be kept in a field or in another text.
    pub(crate) fn use_as_value(&self) -> &'a str {
        if let Some(is_used) = self.call {
            is_used.set(true);
        }
        self.text
    }
}

/// A class of the file.
pub(crate) struct Class<'a> {
    pub name: &'a str,
    /// Its names, with those of the classes that it extends.
    pub scope: &'a Scope<'a>,
}

/// An imported module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Module<'a> {
    Os,
    OsPath,
    Glob,
    Io,
    /// Imported though we do not have it.
    Missing(&'a str),
}

/// Why evaluation stopped.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Where, when whoever noticed it knew.
    pub span: Option<syntax::Span>,
    pub message: String,
    pub hints: Vec<String>,
    pub kind: FaultKind,
}

/// What a fault means for what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Something is wrong.
    Error,
    /// Something is wrong that Python has a name for, so that `except` can ask for it.
    Exception(String),
    /// A limit was hit, so that nothing more of the file is evaluated.
    Limit,
    /// It follows from something that has been noted already: nothing more is said.
    Poisoned,
}

pub(crate) type Eval<T> = Result<T, Box<Fault>>;

/// A fault whose place is added on the way out.
pub(crate) fn fault(message: impl Into<String>) -> Box<Fault> {
    Box::new(Fault { span: None, message: message.into(), hints: Vec::new(), kind: FaultKind::Error })
}

/// A fault that Python calls by this name.
pub(crate) fn exception(name: &str, message: impl Into<String>) -> Box<Fault> {
    Box::new(Fault { kind: FaultKind::Exception(name.to_owned()), ..*fault(message) })
}

/// The fault of whatever needs a value that could not be evaluated.
pub(crate) fn poisoned() -> Box<Fault> {
    Box::new(Fault { kind: FaultKind::Poisoned, ..*fault("") })
}

/// A fault that ends the evaluation of the file.
pub(crate) fn limit_fault(message: impl Into<String>) -> Box<Fault> {
    Box::new(Fault { kind: FaultKind::Limit, ..*fault(message) })
}

impl Fault {
    /// Whether nothing more of the file is evaluated.
    pub(crate) fn is_limit(&self) -> bool {
        self.kind == FaultKind::Limit
    }

    pub(crate) fn hint(mut self: Box<Self>, hint: impl Into<String>) -> Box<Self> {
        self.hints.push(hint.into());
        self
    }
}

/// Where the values of one evaluation live.
pub(crate) struct Heap<'a> {
    lists: Arena<RefCell<Vec<Value<'a>>>>,
    dicts: Arena<RefCell<Dict<'a>>>,
    values: Arena<Value<'a>>,
    keys: Arena<Key<'a>>,
    texts: Arena<u8>,
    methods: Arena<(Value<'a>, &'a str)>,
    objects: Arena<Object>,
    globs: Arena<Globs>,
    functions: Arena<Function<'a>>,
    opaques: Arena<Opaque<'a>>,
    marks: Arena<Cell<bool>>,
    classes: Arena<Class<'a>>,
    scopes: Arena<Scope<'a>>,
    /// How many bytes are left.
    memory: Cell<usize>,
    /// How many steps are left.
    steps: Cell<u64>,
    /// What the last frozen value held that is no value of a field by itself.
    loose: Cell<Option<Loose>>,
}

/// The names of a file or of one call of a function.
#[derive(Default)]
pub(crate) struct Scope<'a> {
    pub names: RefCell<HashMap<&'a str, Value<'a>>>,
    pub outer: Option<&'a Scope<'a>>,
}

impl<'a> Scope<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<Value<'a>> {
        let mut scope = self;
        loop {
            if let Some(value) = scope.names.borrow().get(name) {
                return Some(*value);
            }
            scope = scope.outer?;
        }
    }
}

impl<'a> Heap<'a> {
    /// A heap for one evaluation within these limits.
    pub(crate) fn new(limits: EvaluateLimits) -> Self {
        Self {
            // Most files hold one call with a list or two, and nothing else.
            lists: Arena::with_capacity(8),
            dicts: Arena::with_capacity(0),
            values: Arena::with_capacity(0),
            keys: Arena::with_capacity(0),
            texts: Arena::with_capacity(64),
            methods: Arena::with_capacity(0),
            objects: Arena::with_capacity(0),
            globs: Arena::with_capacity(0),
            functions: Arena::with_capacity(0),
            opaques: Arena::with_capacity(0),
            marks: Arena::with_capacity(0),
            classes: Arena::with_capacity(0),
            scopes: Arena::with_capacity(1),
            memory: Cell::new(limits.memory),
            steps: Cell::new(limits.steps),
            loose: Cell::new(None),
        }
    }

    /// Counts bytes before they are allocated.
    pub(crate) fn charge(&self, bytes: usize) -> Eval<()> {
        match self.memory.get().checked_sub(bytes) {
            Some(left) => {
                self.memory.set(left);
                Ok(())
            }
            None => Err(limit_fault("this makes more data than a BUILD file may hold")),
        }
    }

    /// Counts work before it is done: one step, or as many as there are values to look at.
    pub(crate) fn count(&self, steps: usize) -> Eval<()> {
        match self.steps.get().checked_sub(steps as u64) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => Err(limit_fault("this takes more steps than a BUILD file may").hint("does a loop never end?")),
        }
    }

    /// Runs something within these limits, whatever is left; it leaves as much as there was.
    pub(crate) fn apart<T>(&self, limits: EvaluateLimits, run: impl FnOnce() -> T) -> T {
        let (memory, steps) = (self.memory.replace(limits.memory), self.steps.replace(limits.steps));
        let result = run();
        self.memory.set(memory);
        self.steps.set(steps);
        result
    }

    /// Notes that the value that is being frozen holds something that is no value of a field by itself.
    pub(crate) fn note_loose(&self, loose: Loose) {
        self.loose.set(Some(loose));
    }

    /// What was noted since this was asked last.
    pub(crate) fn take_loose(&self) -> Option<Loose> {
        self.loose.take()
    }

    /// Counts values before they are collected.
    pub(crate) fn charge_values(&self, count: usize) -> Eval<()> {
        self.charge(count.saturating_mul(size_of::<Value<'_>>()))
    }

    pub(crate) fn text(&'a self, text: &str) -> Eval<&'a str> {
        self.charge(text.len())?;
        Ok(if text.is_empty() { "" } else { self.texts.alloc_str(text) })
    }

    pub(crate) fn str(&'a self, text: &str) -> Eval<Value<'a>> {
        Ok(Value::Str(self.text(text)?))
    }

    pub(crate) fn bytes(&'a self, bytes: &[u8]) -> Eval<Value<'a>> {
        self.charge(bytes.len())?;
        Ok(Value::Bytes(self.texts.alloc_extend(bytes.iter().copied())))
    }

    pub(crate) fn list(&'a self, items: Vec<Value<'a>>) -> Eval<Value<'a>> {
        self.charge_values(items.len() + 2)?;
        Ok(Value::List(self.lists.alloc(RefCell::new(items))))
    }

    pub(crate) fn tuple(&'a self, items: Vec<Value<'a>>) -> Eval<Value<'a>> {
        self.charge_values(items.len())?;
        Ok(Value::Tuple(if items.is_empty() { &[] } else { self.values.alloc_extend(items) }))
    }

    pub(crate) fn dict(&'a self, dict: Dict<'a>) -> Eval<Value<'a>> {
        self.charge_values(dict.entries.len() * 4 + 4)?;
        Ok(Value::Dict(self.dicts.alloc(RefCell::new(dict))))
    }

    pub(crate) fn set(&'a self, items: impl IntoIterator<Item = Value<'a>>) -> Eval<Value<'a>> {
        let mut dict = Dict::default();
        for item in items {
            dict.insert(self.key(item)?, item, Value::None);
        }
        self.charge_values(dict.entries.len() * 4 + 4)?;
        Ok(Value::Set(self.dicts.alloc(RefCell::new(dict))))
    }

    pub(crate) fn method(&'a self, value: Value<'a>, name: &'a str) -> Eval<Value<'a>> {
        self.charge_values(2)?;
        Ok(Value::Method(self.methods.alloc((value, name))))
    }

    pub(crate) fn object(&'a self, object: Object) -> Eval<Value<'a>> {
        self.charge(bytes_of_object(&object))?;
        Ok(Value::Object(self.objects.alloc(object)))
    }

    pub(crate) fn globs(&'a self, sets: Vec<Globs>) -> Eval<Value<'a>> {
        self.charge(sets.iter().map(bytes_of_globs).sum())?;
        Ok(Value::Globs(self.globs.alloc_extend(sets)))
    }

    pub(crate) fn function(&'a self, function: Function<'a>) -> Eval<Value<'a>> {
        self.charge(size_of::<Function<'_>>())?;
        Ok(Value::Function(self.functions.alloc(function)))
    }

    pub(crate) fn opaque(&'a self, text: &str, call: Option<&'a Cell<bool>>) -> Eval<Value<'a>> {
        self.charge(size_of::<Opaque<'_>>())?;
        let text = self.text(text)?;
        Ok(Value::Opaque(self.opaques.alloc(Opaque { text, call })))
    }

    /// A mark that is not set.
    pub(crate) fn mark(&'a self) -> &'a Cell<bool> {
        self.marks.alloc(Cell::new(false))
    }

    pub(crate) fn class(&'a self, class: Class<'a>) -> Eval<Value<'a>> {
        self.charge(size_of::<Class<'_>>())?;
        Ok(Value::Class(self.classes.alloc(class)))
    }

    pub(crate) fn scope(&'a self, outer: Option<&'a Scope<'a>>) -> Eval<&'a Scope<'a>> {
        self.charge(size_of::<Scope<'_>>())?;
        Ok(self.scopes.alloc(Scope { names: RefCell::default(), outer }))
    }

    /// What a value is in a dict or set.
    pub(crate) fn key(&'a self, value: Value<'a>) -> Eval<Key<'a>> {
        self.key_at(value, 0)
    }

    fn key_at(&'a self, value: Value<'a>, depth: u32) -> Eval<Key<'a>> {
        self.count(1)?;
        Ok(match value {
            Value::None => Key::None,
            Value::Bool(value) => Key::Int(i64::from(value)),
            Value::Int(value) => Key::Int(value),
            Value::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => Key::Int(value as i64),
            Value::Float(value) => Key::Float(value.to_bits()),
            Value::Str(text) | Value::Target(text) => {
                self.count(text.len() / 16)?;
                Key::Str(text)
            }
            Value::Bytes(bytes) => Key::Bytes(bytes),
            Value::Tuple(_) if depth == DEEPEST => return Err(too_deep()),
            Value::Tuple(items) => {
                let keys = items.iter().map(|item| self.key_at(*item, depth + 1)).collect::<Eval<Vec<_>>>()?;
                self.charge_values(keys.len())?;
                Key::Tuple(if keys.is_empty() { &[] } else { self.keys.alloc_extend(keys) })
            }
            Value::Builtin(name) => Key::Named(name),
            Value::Symbol(name) => Key::Named(name),
            Value::Function(function) => Key::Identity(std::ptr::from_ref(function).addr()),
            Value::Method(method) => Key::Identity(std::ptr::from_ref(method).addr()),
            Value::Opaque(opaque) => Key::Str(opaque.use_as_value()),
            Value::Class(class) => Key::Identity(std::ptr::from_ref(class).addr()),
            Value::Object(object) => Key::Identity(std::ptr::from_ref(object).addr()),
            Value::Globs(sets) => Key::Identity(sets.as_ptr().addr()),
            Value::File(text) => Key::Identity(text.as_ptr().addr()),
            Value::Poison => return Err(poisoned()),
            Value::Module(_) | Value::Environ | Value::List(_) | Value::Dict(_) | Value::Set(_) => {
                return Err(fault(format!("{} cannot be in a set or be a key", value.kind())));
            }
        })
    }
}

/// How much memory an object takes.
pub(crate) fn bytes_of_object(object: &Object) -> usize {
    let fields = object.fields.iter().map(|(name, value)| name.len() + bytes_of(value));
    size_of::<Object>() + object.symbol.len() + fields.sum::<usize>()
}

/// How much memory a set of files takes.
pub(crate) fn bytes_of_globs(set: &Globs) -> usize {
    let texts = set.include.iter().chain(&set.exclude);
    size_of::<Globs>() + texts.map(|text| text.len() + size_of::<String>()).sum::<usize>()
}

fn bytes_of(value: &pants_model::Value) -> usize {
    use pants_model::Value as Frozen;
    size_of::<Frozen>()
        + match value {
            Frozen::None | Frozen::Bool(_) | Frozen::Int(_) | Frozen::Float(_) => 0,
            Frozen::Str(text) => text.len(),
            Frozen::Bytes(bytes) => bytes.len(),
            Frozen::List(items) => items.iter().map(bytes_of).sum(),
            Frozen::Dict(entries) => entries.iter().map(|(name, value)| bytes_of(name) + bytes_of(value)).sum(),
            Frozen::Object(object) => bytes_of_object(object),
            Frozen::Globs(set) => bytes_of_globs(set),
        }
}

fn too_deep() -> Box<Fault> {
    limit_fault("values are nested too deeply")
}

impl<'a> Value<'a> {
    /// The kind as a message says it.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "a bool",
            Self::Int(_) => "a number",
            Self::Float(_) => "a fraction",
            Self::Str(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Dict(_) => "a dict",
            Self::Set(_) => "a set",
            Self::Function(_) | Self::Builtin(_) | Self::Method(_) => "a function",
            Self::Symbol(_) => "a symbol",
            Self::Module(_) => "a module",
            Self::Opaque(_) => "what an opaque symbol makes",
            Self::Class(_) => "a class",
            Self::Target(_) => "a target",
            Self::Object(_) => "an object",
            Self::Globs(_) => "globs",
            Self::File(_) => "a file",
            Self::Environ => "the environment",
            Self::Poison => "what could not be evaluated",
        }
    }

    /// Whether other values can be put into it.
    pub(crate) fn can_hold(self) -> bool {
        matches!(self, Self::List(_) | Self::Dict(_) | Self::Set(_))
    }

    pub(crate) fn is_true(self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => value,
            Self::Int(value) => value != 0,
            Self::Float(value) => value != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::List(items) => !items.borrow().is_empty(),
            Self::Tuple(items) => !items.is_empty(),
            Self::Dict(dict) | Self::Set(dict) => dict.borrow().len() > 0,
            _ => true,
        }
    }

    /// Python's `==`.
    pub(crate) fn equals(self, other: Self, heap: &Heap<'a>) -> Eval<bool> {
        self.equals_at(other, heap, 0)
    }

    fn equals_at(self, other: Self, heap: &Heap<'a>, depth: u32) -> Eval<bool> {
        heap.count(1)?;
        if depth == DEEPEST {
            return Err(too_deep());
        }
        let all = |a: &[Self], b: &[Self]| -> Eval<bool> {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (a, b) in a.iter().zip(b) {
                if !a.equals_at(*b, heap, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        Ok(match (self, other) {
            (Self::Poison, _) | (_, Self::Poison) => return Err(poisoned()),
            (Self::None, Self::None) | (Self::Environ, Self::Environ) => true,
            (Self::Str(a), Self::Str(b)) | (Self::Target(a), Self::Target(b)) => {
                heap.count(a.len().min(b.len()) / 16)?;
                a == b
            }
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::List(a), Self::List(b)) => std::ptr::eq(a, b) || all(&a.borrow(), &b.borrow())?,
            (Self::Tuple(a), Self::Tuple(b)) => all(a, b)?,
            (Self::Set(a), Self::Set(b)) => {
                let (a, b) = (a.borrow(), b.borrow());
                a.len() == b.len() && a.entries.iter().all(|(key, _, _)| b.get(*key).is_some())
            }
            (Self::Dict(a), Self::Dict(b)) => {
                let (a, b) = (a.borrow(), b.borrow());
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (key, _, value) in &a.entries {
                    match b.get(*key) {
                        Some(other) if value.equals_at(other, heap, depth + 1)? => {}
                        _ => return Ok(false),
                    }
                }
                true
            }
            (Self::Object(a), Self::Object(b)) => a == b,
            (Self::Globs(a), Self::Globs(b)) => a == b,
            (Self::Builtin(a), Self::Builtin(b)) => a == b,
            (Self::Symbol(a), Self::Symbol(b)) => a == b,
            (Self::Module(a), Self::Module(b)) => a == b,
            (Self::Opaque(a), Self::Opaque(b)) => a.text == b.text,
            (Self::Class(a), Self::Class(b)) => std::ptr::eq(a, b),
            (Self::Function(a), Self::Function(b)) => std::ptr::eq(a, b),
            (Self::Method(a), Self::Method(b)) => std::ptr::eq(a, b),
            _ => match (self.number(), other.number()) {
                (Some(Number::Int(a)), Some(Number::Int(b))) => a == b,
                (Some(a), Some(b)) => a.as_float() == b.as_float(),
                _ => false,
            },
        })
    }

    pub(crate) fn number(self) -> Option<Number> {
        match self {
            Self::Bool(value) => Some(Number::Int(i64::from(value))),
            Self::Int(value) => Some(Number::Int(value)),
            Self::Float(value) => Some(Number::Float(value)),
            _ => None,
        }
    }

    /// Python's `<`, as an ordering.
    pub(crate) fn compare(self, other: Self, heap: &Heap<'a>) -> Eval<std::cmp::Ordering> {
        self.compare_at(other, heap, 0)
    }

    fn compare_at(self, other: Self, heap: &Heap<'a>, depth: u32) -> Eval<std::cmp::Ordering> {
        heap.count(1)?;
        if depth == DEEPEST {
            return Err(too_deep());
        }
        let each = |a: &[Self], b: &[Self]| {
            for (a, b) in a.iter().zip(b) {
                let ordering = a.compare_at(*b, heap, depth + 1)?;
                if ordering.is_ne() {
                    return Ok(ordering);
                }
            }
            Ok(a.len().cmp(&b.len()))
        };
        match (self, other) {
            (Self::Poison, _) | (_, Self::Poison) => Err(poisoned()),
            (Self::Str(a), Self::Str(b)) => {
                heap.count(a.len().min(b.len()) / 16)?;
                Ok(a.cmp(b))
            }
            (Self::Bytes(a), Self::Bytes(b)) => Ok(a.cmp(b)),
            (Self::Tuple(a), Self::Tuple(b)) => each(a, b),
            (Self::List(a), Self::List(b)) => each(&a.borrow(), &b.borrow()),
            _ => match (self.number(), other.number()) {
                (Some(Number::Int(a)), Some(Number::Int(b))) => Ok(a.cmp(&b)),
                (Some(a), Some(b)) => {
                    a.as_float().partial_cmp(&b.as_float()).ok_or_else(|| fault("a fraction that is no number"))
                }
                _ => Err(fault(format!("{} and {} have no order", self.kind(), other.kind()))),
            },
        }
    }
}

/// A number of either kind.
#[derive(Clone, Copy)]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    pub(crate) fn as_float(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}
