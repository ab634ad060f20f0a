//! Methods of objects: a general rule for each way in which the objects of backends were built up step by step.
//!
//! An object does not change: each of these gives a new one.

use super::Evaluator;
use super::calls::Args;
use crate::fields::freeze;
use crate::symbols::{Symbol, takes_object};
use crate::value::{Eval, Value, fault};
use pants_model::{FieldKind, Object, ObjectSpec, Value as Frozen};

/// What a method does to one field.
enum Change<'s> {
    /// `with_field(key = value)`: puts entries into a dict (`setup_py(..).with_binaries(..)`).
    Entries,
    /// `field()`: sets a switch (`jar(..).intransitive()`).
    On,
    /// `symbol(..)`: adds an object (`jar(..).exclude(org = 'a')`).
    Object(&'s ObjectSpec),
    /// `add(..)`: adds values (`bundle(..).add('x')`).
    Items,
}

impl<'a> Evaluator<'a, '_, '_, '_> {
    pub(super) fn object_method(&mut self, object: &'a Object, name: &'a str, args: Args<'a>) -> Eval<Value<'a>> {
        let symbols = self.declarations.symbols;
        let Some(Symbol::Object(spec)) = symbols.get(&object.symbol) else {
            return Err(fault(format!("`{}` has no method `{name}`", object.symbol)));
        };
        let made = match symbols.get(name) {
            Some(Symbol::Object(made)) => Some(made),
            _ => None,
        };
        let changes = spec.fields.iter().enumerate();
        let mut changes = changes.filter_map(|(at, field)| Some((at, change(&field.name, &field.kind, name, made)?)));
        let Some((at, change)) = changes.next() else {
            return Err(fault(format!("`{}` has no method `{name}`", object.symbol)));
        };
        let old = object.field(&spec.fields[at].name).clone();
        let new = match change {
            Change::Entries => self.more_entries(old, args)?,
            Change::On => Frozen::Bool(args.between(0, 1)?.first().is_none_or(|value| value.is_true())),
            Change::Object(made) => {
                let object = self.object(made, &args)?;
                with_items(old, vec![Frozen::Object(Box::new(object))])
            }
            Change::Items => {
                let more = args.between(0, usize::MAX)?.iter().map(|value| freeze(self.heap, *value));
                with_items(old, more.collect::<Eval<_>>()?)
            }
        };
        self.heap.object(with_field(object, spec, at, new))
    }

    /// Makes an object from the arguments of a call of its symbol.
    pub(super) fn object(&mut self, spec: &ObjectSpec, args: &Args<'a>) -> Eval<Object> {
        let mut positional = Vec::with_capacity(args.positional.len());
        for (index, value) in args.positional.iter().enumerate() {
            positional.push(self.frozen(&args.unnamed(index, *value, ""))?);
        }
        let keywords = self.all_frozen(&args.keywords)?;
        self.declarations.make_object(spec, args.span, positional, keywords)
    }

    fn more_entries(&mut self, old: Frozen, args: Args<'a>) -> Eval<Frozen> {
        let mut entries = match old {
            Frozen::Dict(entries) => entries,
            _ => Vec::new(),
        };
        if let Value::Dict(more) = self.builtin("dict", args)? {
            for (key, value) in more.borrow().items() {
                let (key, value) = (freeze(self.heap, key)?, freeze(self.heap, value)?);
                entries.retain(|(own, _)| *own != key);
                entries.push((key, value));
            }
        }
        Ok(Frozen::Dict(entries))
    }
}

/// What a method of this name does to this field, if anything.
fn change<'s>(field: &str, kind: &FieldKind, method: &str, made: Option<&'s ObjectSpec>) -> Option<Change<'s>> {
    match kind {
        FieldKind::Dict if method.strip_prefix("with_") == Some(field) => Some(Change::Entries),
        FieldKind::Bool if method == field => Some(Change::On),
        FieldKind::ListOf(item) if method == "add" && **item == FieldKind::Any => Some(Change::Items),
        FieldKind::ObjectList(_) | FieldKind::ListOf(_) => {
            made.filter(|made| takes_object(kind, &made.name)).map(Change::Object)
        }
        _ => None,
    }
}

fn with_items(old: Frozen, more: Vec<Frozen>) -> Frozen {
    let mut items = match old {
        Frozen::List(items) => items,
        Frozen::None => Vec::new(),
        single => vec![single],
    };
    items.extend(more);
    Frozen::List(items)
}

/// The object with another value of a field. Fields stand in the order of the declaration.
fn with_field(object: &Object, spec: &ObjectSpec, at: usize, value: Frozen) -> Object {
    let name = &spec.fields[at].name;
    let mut object = object.clone();
    object.fields.retain(|(own, _)| own != name);
    let before = |(own, _): &(String, _)| spec.fields[..at].iter().any(|field| field.name == *own);
    let place = object.fields.iter().take_while(|field| before(field)).count();
    object.fields.insert(place, (name.clone(), value));
    object
}
