//! One call of a target type: its keywords against the type's declaration.
//!
//! All problems of a call are collected, so that a person corrects it once.

use super::Declarations;
use super::common_fields::COMMON_FIELDS;
use super::problem::{Problem, place, unknown_keyword};
use super::rules::{Places, broken_target_rules};
use crate::fields::{Checked, Dependency, Given, Loose, check_given};
use crate::symbols::TargetTypeSymbol;
use crate::syntax::Span;
use pants_model::{Address, FieldSpec, Target};
use std::collections::HashSet;
use std::sync::Arc;

/// One call of a target type while it is validated.
pub(super) struct TargetCall<'c, 'w, 'e> {
    pub declarations: &'c mut Declarations<'w>,
    pub symbol: TargetTypeSymbol<'w>,
    pub span: Span,
    pub given: Vec<Given<'e>>,
    pub problems: Vec<Problem>,
}

impl<'e> TargetCall<'_, '_, 'e> {
    /// The target; it counts only if there are no problems.
    pub(super) fn target(&mut self) -> (String, Target) {
        self.pass_over_ignored_keywords();
        self.refuse_unknown_keywords();
        self.refuse_repeated_keywords();
        let places = Places::of(self.symbol.spec, &self.given);
        let name = self.name();
        let mut target = Target::new(Address::new(self.dir(), name.clone()), self.symbol.name.clone());
        target.location = self.declarations.place_of_target(self.span);
        self.keep_loose(&mut target);
        self.dependencies(&mut target);
        let named = target.dependencies.len();
        target.tags = self.tags();
        target.description = self.common_text("description");
        for (field, name) in self.symbol.spec.fields.iter().zip(self.symbol.field_names) {
            if field.name != "sources" && !self.symbol.spec.source_fields.contains(&field.name) {
                self.own_field(field, name, &mut target);
            }
        }
        self.sources(&mut target);
        self.scope(&mut target);
        self.no_cache(&mut target);
        self.opaque_fields(&mut target);
        if self.problems.is_empty() {
            let keys = &self.declarations.config.option_keys;
            let broken = broken_target_rules(self.symbol.spec, &target, named, keys, &places, self.span);
            self.problems.extend(broken);
        }
        (name, target)
    }

    /// Keeps what opaque symbols made for the common fields as it is: nobody knows which addresses or files it stands
    /// for. Nothing else that is no value by itself is taken there.
    fn keep_loose(&mut self, target: &mut Target) {
        let spec = self.symbol.spec;
        let is_own = |given: &Given<'_>| spec.fields.iter().any(|field| field.name == given.name);
        let (loose, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.given).into_iter().partition(|given| given.loose.is_some() && !is_own(given));
        self.given = rest;
        for given in loose {
            match given.loose {
                Some(Loose::Callable(why)) => {
                    self.problem(given.span, why);
                }
                Some(Loose::Opaque) | None => target.fields.push((given.name.into(), given.value)),
            }
        }
    }

    pub(super) fn dir(&self) -> &str {
        self.declarations.reads.dir()
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Given<'e>> {
        let at = self.given.iter().position(|given| given.name == name)?;
        let given = self.given.remove(at);
        (!given.value.is_none()).then_some(given)
    }

    pub(super) fn problem(&mut self, span: Span, message: String) -> &mut Problem {
        self.problems.push(Problem { span, message, hints: Vec::new() });
        self.problems.last_mut().expect("it was just pushed")
    }

    /// Forgets the keywords that `[target-arguments] ignored` names for this type, and that it does not have.
    fn pass_over_ignored_keywords(&mut self) {
        let symbol = self.symbol;
        let Some(ignored) = self.declarations.config.ignored_arguments.get(&symbol.spec.name) else { return };
        self.given.retain(|given| !ignored.contains(&given.name) || is_known(&symbol, &given.name));
    }

    fn refuse_unknown_keywords(&mut self) {
        let spec = self.symbol.spec;
        if spec.is_opaque {
            return;
        }
        let (known, unknown): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.given).into_iter().partition(|given| is_known(&self.symbol, &given.name));
        self.given = known;
        if unknown.is_empty() {
            return;
        }
        let sources = spec.default_sources.iter().map(|_| "sources");
        let own = spec.fields.iter().map(|field| field.name.as_str()).filter(|name| *name != "sources");
        let names: Vec<&str> = COMMON_FIELDS.into_iter().chain(sources).chain(own).collect();
        self.problems.extend(unknown.iter().map(|given| unknown_keyword(&spec.name, given, &names)));
    }

    fn refuse_repeated_keywords(&mut self) {
        let mut at = 0;
        while let Some(given) = self.given.get(at) {
            if self.given[..at].iter().any(|earlier| earlier.name == given.name) {
                let given = self.given.remove(at);
                self.problem(given.keyword, format!("`{}` is given twice", given.name));
            } else {
                at += 1;
            }
        }
    }

    /// What is left of the keywords of a type of which only the name is known: kept as it is.
    fn opaque_fields(&mut self, target: &mut Target) {
        if self.symbol.spec.is_opaque {
            let left = std::mem::take(&mut self.given).into_iter().filter(|given| !given.value.is_none());
            target.fields.extend(left.map(|given| (given.name.into(), given.value)));
        }
    }

    fn own_field(&mut self, field: &FieldSpec, name: &Arc<str>, target: &mut Target) {
        let base = self.declarations.base();
        let Some(mut given) = self.take(&field.name) else {
            if field.is_required {
                let span = self.span;
                self.problem(span, format!("`{}` needs `{}`", self.symbol.spec.name, field.name));
            }
            return;
        };
        match check_given(field, &mut given, base).map_err(|wrong| place(wrong, &given)) {
            Ok(Checked { value, dependencies, warning }) => {
                if let Some(warning) = warning {
                    self.declarations.warn(given.span, warning);
                }
                add_dependencies(target, dependencies);
                target.fields.push((name.clone(), value));
            }
            Err(problem) => self.problems.push(problem),
        }
    }
}

fn is_known(symbol: &TargetTypeSymbol<'_>, name: &str) -> bool {
    COMMON_FIELDS.contains(&name)
        || (matches!(name, "sources" | "source") && symbol.spec.default_sources.is_some())
        || symbol.spec.fields.iter().any(|field| field.name == name)
}

/// Adds those that are not among the target's dependencies yet.
pub(super) fn add_dependencies(target: &mut Target, dependencies: Vec<Dependency>) {
    if dependencies.is_empty() {
        return;
    }
    let mut known: HashSet<Address> = target.dependencies.iter().cloned().collect();
    for Dependency { address, modifier } in dependencies {
        if !known.insert(address.clone()) {
            continue;
        }
        target.modifiers.extend(modifier.map(|modifier| (address.clone(), modifier)));
        target.dependencies.push(address);
    }
}
