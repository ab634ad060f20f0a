//! The symbols that BUILD files may use: target types, objects and macros, as plain data and trait objects from above.
//!
//! Knows no backend by name. Built-in symbols are registered here too, so that `targets` lists them like any other.

mod built_in;

use pants_model::{FieldKind, FieldRule, Fingerprint, FingerprintBuilder, Globs, ObjectSpec, TargetTypeSpec, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// A symbol that is a function of the backend: it may read files, make targets and return a value.
pub trait Macro: Send + Sync {
    /// Called for each call of the symbol. An error is shown at the place of the call.
    fn invoke(
        &self,
        ctx: &mut dyn MacroContext,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
    ) -> Result<Value, String>;
}

/// What a macro may do. Everything it reads becomes a dependency of the BUILD file that called it.
pub trait MacroContext {
    /// The directory of the BUILD file, relative to the build root; empty for the build root.
    fn rel_path(&self) -> &str;
    /// The text of a file, relative to the directory of the BUILD file.
    fn read_file(&mut self, rel: &str) -> Result<String, String>;
    /// The files of a set, relative to the directory of the BUILD file, sorted.
    fn glob(&mut self, globs: &Globs) -> Result<Vec<String>, String>;
    /// An environment variable of the client.
    fn env(&mut self, name: &str) -> Option<String>;
    /// Declares a target as if the BUILD file had called its type with these keywords.
    fn create_target(&mut self, type_name: &str, fields: Vec<(String, Value)>) -> Result<(), String>;
}

/// A registered macro.
#[derive(Clone)]
pub struct MacroSymbol {
    /// The symbol.
    pub name: String,
    /// One sentence for `targets`.
    pub description: String,
    /// The backend that registered it.
    pub backend: String,
    /// What a call does.
    pub body: Arc<dyn Macro>,
}

impl std::fmt::Debug for MacroSymbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MacroSymbol").field("name", &self.name).field("backend", &self.backend).finish_non_exhaustive()
    }
}

/// Two registrations of one symbol that differ.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("symbol `{name}` of {} is already registered by {}", owner(second), owner(first))]
pub struct SymbolConflict {
    /// The symbol.
    pub name: String,
    /// The backend that has it.
    pub first: String,
    /// The backend that wanted it too.
    pub second: String,
}

fn owner(backend: &str) -> String {
    if backend.is_empty() { "the host".to_owned() } else { format!("backend `{backend}`") }
}

/// What a name of a BUILD file stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Symbol<'s> {
    TargetType(TargetTypeSymbol<'s>),
    Object(&'s ObjectSpec),
    Macro(&'s MacroSymbol),
}

/// A target type with its names in the form that targets share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TargetTypeSymbol<'s> {
    pub spec: &'s TargetTypeSpec,
    pub name: &'s Arc<str>,
    /// The names of `spec.fields`, in their order.
    pub field_names: &'s [Arc<str>],
    pub common: &'s CommonNames,
    /// The keywords that positional arguments stand for: none, but for `alias('name', 'target')`.
    pub positional: &'static [&'static str],
}

/// The names of the common fields that stand among a target's own.
#[derive(Clone, Debug)]
pub(crate) struct CommonNames {
    pub sources: Arc<str>,
    pub scope: Arc<str>,
    pub no_cache: Arc<str>,
}

#[derive(Clone, Debug)]
struct SharedNames {
    name: Arc<str>,
    fields: Vec<Arc<str>>,
}

#[derive(Clone, Copy, Debug)]
enum Slot {
    TargetType(usize),
    Object(usize),
    Macro(usize),
}

/// All symbols of a run, in the order of their registration.
#[derive(Clone, Debug)]
pub struct Symbols {
    slots: HashMap<String, Slot>,
    target_types: Vec<TargetTypeSpec>,
    /// For each target type, its names as targets share them.
    shared_names: Vec<SharedNames>,
    common_names: CommonNames,
    objects: Vec<ObjectSpec>,
    macros: Vec<MacroSymbol>,
}

impl Default for Symbols {
    fn default() -> Self {
        Self::new()
    }
}

impl Symbols {
    /// The built-in symbols alone.
    pub fn new() -> Self {
        let mut symbols = Self {
            slots: HashMap::new(),
            target_types: Vec::new(),
            shared_names: Vec::new(),
            common_names: CommonNames { sources: "sources".into(), scope: "scope".into(), no_cache: "no_cache".into() },
            objects: Vec::new(),
            macros: Vec::new(),
        };
        for spec in built_in::target_types() {
            symbols.add_target_type(spec).expect("built-in symbols have different names");
        }
        for spec in built_in::objects() {
            symbols.add_object(spec).expect("built-in symbols have different names");
        }
        symbols
    }

    /// Adds a target type; the same type twice is one.
    pub fn add_target_type(&mut self, spec: TargetTypeSpec) -> Result<(), SymbolConflict> {
        if let Some(Slot::TargetType(index)) = self.slots.get(&spec.name)
            && is_same_type(&self.target_types[*index], &spec)
        {
            return Ok(());
        }
        self.claim(&spec.name, &spec.backend, Slot::TargetType(self.target_types.len()))?;
        self.shared_names.push(SharedNames {
            name: spec.name.as_str().into(),
            fields: spec.fields.iter().map(|field| field.name.as_str().into()).collect(),
        });
        self.target_types.push(spec);
        Ok(())
    }

    /// Adds an object symbol; the same symbol twice is one.
    pub fn add_object(&mut self, spec: ObjectSpec) -> Result<(), SymbolConflict> {
        if let Some(Slot::Object(index)) = self.slots.get(&spec.name)
            && self.objects[*index] == (ObjectSpec { backend: self.objects[*index].backend.clone(), ..spec.clone() })
        {
            return Ok(());
        }
        self.claim(&spec.name, &spec.backend, Slot::Object(self.objects.len()))?;
        self.objects.push(spec);
        Ok(())
    }

    /// Adds a macro.
    pub fn add_macro(
        &mut self,
        name: &str,
        description: &str,
        backend: &str,
        body: Arc<dyn Macro>,
    ) -> Result<(), SymbolConflict> {
        self.claim(name, backend, Slot::Macro(self.macros.len()))?;
        self.macros.push(MacroSymbol {
            name: name.to_owned(),
            description: description.to_owned(),
            backend: backend.to_owned(),
            body,
        });
        Ok(())
    }

    /// These symbols, and target types of which nothing is known but the name. Gives also the names among them that a
    /// backend has registered anyway, with the backend.
    pub(crate) fn with_opaque_types(&self, names: &[String]) -> (Self, Vec<(String, String)>) {
        let mut symbols = self.clone();
        let mut needless = Vec::new();
        for name in names {
            let spec = TargetTypeSpec {
                name: name.clone(),
                description: "A target type of a plugin that is not here.".to_owned(),
                default_sources: Some(Vec::new()),
                is_opaque: true,
                ..TargetTypeSpec::default()
            };
            if let Err(conflict) = symbols.add_target_type(spec) {
                needless.push((conflict.name, conflict.first));
            }
        }
        (symbols, needless)
    }

    /// The target types in the order of registration, built-in ones first.
    pub fn target_types(&self) -> &[TargetTypeSpec] {
        &self.target_types
    }

    /// The target type with this name.
    pub fn target_type(&self, name: &str) -> Option<&TargetTypeSpec> {
        self.target_type_symbol(name).map(|symbol| symbol.spec)
    }

    pub(crate) fn target_type_symbol(&self, name: &str) -> Option<TargetTypeSymbol<'_>> {
        match self.get(name) {
            Some(Symbol::TargetType(symbol)) => Some(symbol),
            _ => None,
        }
    }

    /// The object symbols in the order of registration.
    pub fn objects(&self) -> &[ObjectSpec] {
        &self.objects
    }

    /// The object symbol with this name.
    pub fn object(&self, name: &str) -> Option<&ObjectSpec> {
        match self.get(name) {
            Some(Symbol::Object(spec)) => Some(spec),
            _ => None,
        }
    }

    /// The macros in the order of registration.
    pub fn macros(&self) -> &[MacroSymbol] {
        &self.macros
    }

    /// The options whose keys rules ask for, as scope and name; at times more than once.
    pub fn options_of_rules(&self) -> impl Iterator<Item = (&str, &str)> {
        let of_types = self.target_types.iter().flat_map(|spec| &spec.rules);
        of_types.chain(self.objects.iter().flat_map(|spec| &spec.rules)).filter_map(|rule| match rule {
            FieldRule::KeyOfOption { field: _, scope, option } => Some((scope.as_str(), option.as_str())),
            _ => None,
        })
    }

    /// What an evaluated BUILD file depends on. The code of a macro is covered by the fingerprint of its plugin.
    pub fn fingerprint(&self) -> Fingerprint {
        let Self { slots: _, target_types, shared_names: _, common_names: _, objects, macros } = self;
        let mut builder = FingerprintBuilder::new("symbols");
        // Debug prints every field, so a new one counts from the day it is added.
        for spec in target_types {
            builder.add(format!("{spec:?}"));
        }
        for spec in objects {
            builder.add(format!("{spec:?}"));
        }
        for MacroSymbol { name, description: _, backend, body: _ } in macros {
            builder.add(name).add(backend);
        }
        builder.finish()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Symbol<'_>> {
        Some(match *self.slots.get(name)? {
            Slot::TargetType(index) => Symbol::TargetType(TargetTypeSymbol {
                spec: &self.target_types[index],
                name: &self.shared_names[index].name,
                field_names: &self.shared_names[index].fields,
                common: &self.common_names,
                positional: if name == "alias" { &["name", "target"] } else { &[] },
            }),
            Slot::Object(index) => Symbol::Object(&self.objects[index]),
            Slot::Macro(index) => Symbol::Macro(&self.macros[index]),
        })
    }

    /// The type of library that holds objects of a symbol as its third-party artifacts, and the field it has them in.
    pub(crate) fn library_of(&self, object: &str) -> Option<(TargetTypeSymbol<'_>, &Arc<str>)> {
        self.target_types.iter().filter(|spec| spec.default_sources.is_none()).find_map(|spec| {
            let field = spec.third_party_field.as_ref()?;
            let at = spec.fields.iter().position(|own| own.name == *field && takes_object(&own.kind, object))?;
            let symbol = self.target_type_symbol(&spec.name)?;
            Some((symbol, &symbol.field_names[at]))
        })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.slots.keys().map(String::as_str)
    }

    fn claim(&mut self, name: &str, backend: &str, slot: Slot) -> Result<(), SymbolConflict> {
        if let Some(taken) = self.slots.get(name) {
            let first = match *taken {
                Slot::TargetType(index) => &self.target_types[index].backend,
                Slot::Object(index) => &self.objects[index].backend,
                Slot::Macro(index) => &self.macros[index].backend,
            };
            return Err(SymbolConflict { name: name.to_owned(), first: first.clone(), second: backend.to_owned() });
        }
        self.slots.insert(name.to_owned(), slot);
        Ok(())
    }
}

/// Whether objects of a symbol may stand in a field, alone or in a list.
pub(crate) fn takes_object(kind: &FieldKind, object: &str) -> bool {
    match kind {
        FieldKind::Object(symbols) | FieldKind::ObjectList(symbols) => symbols.iter().any(|symbol| symbol == object),
        FieldKind::OneOf(kinds) => kinds.iter().any(|kind| takes_object(kind, object)),
        FieldKind::ListOf(kind) => takes_object(kind, object),
        _ => false,
    }
}

fn is_same_type(first: &TargetTypeSpec, second: &TargetTypeSpec) -> bool {
    *first == TargetTypeSpec { backend: first.backend.clone(), ..second.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str, backend: &str, description: &str) -> TargetTypeSpec {
        let [mut spec, ..] = built_in::target_types();
        spec.name = name.to_owned();
        spec.backend = backend.to_owned();
        spec.description = description.to_owned();
        spec
    }

    #[test]
    fn one_symbol_has_one_meaning() {
        let mut symbols = Symbols::new();
        assert_eq!(symbols.add_target_type(spec("x", "a", "")), Ok(()));
        assert_eq!(symbols.add_target_type(spec("x", "b", "")), Ok(()), "the same type twice is one");
        let conflict = symbols.add_target_type(spec("x", "b", "differs")).unwrap_err();
        assert_eq!(conflict.to_string(), "symbol `x` of backend `b` is already registered by backend `a`");
        let conflict = symbols.add_target_type(spec("target", "b", "differs")).unwrap_err();
        assert_eq!(conflict.to_string(), "symbol `target` of backend `b` is already registered by the host");
        assert_eq!(symbols.target_types().len(), Symbols::new().target_types().len() + 1);
    }

    #[test]
    fn a_declaration_is_part_of_the_fingerprint() {
        let mut symbols = Symbols::new();
        let before = symbols.fingerprint();
        assert_eq!(before, Symbols::new().fingerprint());
        symbols.add_target_type(spec("x", "a", "")).expect("the name is free");
        assert_ne!(before, symbols.fingerprint());
    }
}
