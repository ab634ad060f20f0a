//! Default targets: what a type injects when no BUILD file declares it, such as the library that its tests run with.
//!
//! They are made and validated once, as if a BUILD file had declared them, and are found by their exact address alone: no
//! directory lists them. Types that inject the same default share one target.

use crate::config::WorkspaceConfig;
use crate::declare::Declarations;
use crate::fields::Given;
use crate::reads::Reads;
use crate::symbols::Symbols;
use crate::syntax::Span;
use crate::tree::Tree;
use pants_model::{Address, DefaultTarget, Diagnostic, Location, Severity, Target, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// The default targets that the loaded types know.
#[derive(Default)]
pub(crate) struct Defaults {
    targets: HashMap<Address, Arc<Target>>,
}

impl Defaults {
    /// Makes the default targets of all types; what is wrong with one is told of with the type that injects it.
    pub(crate) fn new(config: &WorkspaceConfig, symbols: &Symbols, tree: &Tree) -> (Self, Vec<Diagnostic>) {
        let (mut defaults, mut diagnostics) = (Self::default(), Vec::new());
        let mut specs: HashMap<Address, &DefaultTarget> = HashMap::new();
        for target_type in symbols.target_types() {
            let problem = |message: String| {
                Diagnostic::error_without_place(format!("target type `{}`: {message}", target_type.name))
            };
            for spec in target_type.injected_dependencies.iter().filter_map(|injected| injected.otherwise.as_ref()) {
                let address = match Address::parse(&spec.address, "") {
                    Ok(address) => address,
                    Err(error) => {
                        diagnostics.push(problem(error.to_string()));
                        continue;
                    }
                };
                match specs.insert(address.clone(), spec) {
                    Some(other) if other == spec => {}
                    Some(_) => {
                        diagnostics.push(problem(format!("another type has another default target `{address}`")));
                    }
                    None => {
                        match make(config, symbols, tree, spec, &address) {
                            Ok(target) => drop(defaults.targets.insert(address, Arc::new(target))),
                            Err(reasons) => diagnostics.extend(reasons.into_iter().map(|reason| {
                                problem(format!("its default target `{address}` is no target: {reason}"))
                            })),
                        }
                    }
                }
            }
        }
        (defaults, diagnostics)
    }

    /// The addresses of all of them.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.targets.keys()
    }

    /// The default target with this address.
    pub(crate) fn get(&self, address: &Address) -> Option<&Arc<Target>> {
        self.targets.get(address)
    }
}

/// Declares a default target in a directory of its own, or says why it cannot be.
fn make(
    config: &WorkspaceConfig,
    symbols: &Symbols,
    tree: &Tree,
    spec: &DefaultTarget,
    address: &Address,
) -> Result<Target, Vec<String>> {
    let Some(symbol) = symbols.target_type_symbol(&spec.type_name) else {
        return Err(vec![format!("`{}` is no target type", spec.type_name)]);
    };
    let reads = Reads::new(tree, &config.environment, address.dir());
    let mut declarations = Declarations::new(symbols, config, reads);
    let span = Span { start: 0, end: 0 };
    let given =
        |name: &str, value: Value| Given { name: name.to_owned(), value, keyword: span, span, expr: None, loose: None };
    // Nothing in the repository belongs to it.
    let takes_sources = symbol.spec.default_sources.is_some() && !spec.fields.iter().any(|(name, _)| name == "sources");
    let mut fields = vec![given("name", Value::from(address.name()))];
    fields.extend(takes_sources.then(|| given("sources", Value::List(Vec::new()))));
    fields.extend(spec.fields.iter().map(|(name, value)| given(name, value.clone())));
    declarations.declare_target(symbol, span, fields);
    let errors = declarations.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|diagnostic| diagnostic.message.clone()).collect();
    match declarations.targets.pop() {
        Some(target) if errors.is_empty() => {
            let mut target = Arc::unwrap_or_clone(target);
            // There is no file to name; messages that say where it stands say this.
            let file: Arc<str> = format!("default target `{address}`").into();
            target.location = Location { file, line: 0, column: 0 };
            target.is_synthetic = true;
            let location = &target.location;
            target.fields.iter_mut().for_each(|(_, value)| move_objects(value, location));
            Ok(target)
        }
        _ => Err(errors),
    }
}

/// Says of the objects in a value where they stand.
fn move_objects(value: &mut Value, location: &Location) {
    match value {
        Value::Object(object) => {
            object.location = location.clone();
            object.fields.iter_mut().for_each(|(_, value)| move_objects(value, location));
        }
        Value::List(items) => items.iter_mut().for_each(|item| move_objects(item, location)),
        Value::Dict(entries) => entries.iter_mut().for_each(|(_, value)| move_objects(value, location)),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::Bytes(_)
        | Value::Globs(_) => {}
    }
}
