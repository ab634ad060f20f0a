//! The declared scopes and their options, asked by name.

use crate::names::{option_of_flag, qualified};
use pants_model::{OptionKind, OptionSpec, ScopeSpec};
use std::collections::BTreeMap;

/// Every known scope.
pub(crate) struct Scopes<'a> {
    scopes: BTreeMap<&'a str, &'a ScopeSpec>,
    /// The scopes by the names that they had before.
    older: BTreeMap<String, &'a ScopeSpec>,
}

/// An option as one scope sees it.
#[derive(Clone, Copy)]
pub(crate) struct Declared<'a> {
    /// The scope that declares it: the asked one, or an outer one whose recursive options it inherits.
    pub(crate) owner: &'a str,
    /// The declaration.
    pub(crate) spec: &'a OptionSpec,
}

impl<'a> Scopes<'a> {
    pub(crate) fn new(specs: impl IntoIterator<Item = &'a ScopeSpec>) -> Self {
        let scopes: BTreeMap<&str, &ScopeSpec> = specs.into_iter().map(|spec| (spec.name.as_str(), spec)).collect();
        let mut older = BTreeMap::new();
        for renamed in scopes.values().filter(|spec| !spec.older_names.is_empty()) {
            // With a subsystem its instances were renamed.
            let has_moved =
                |spec: &&ScopeSpec| spec.name == renamed.name || spec.instance_of.as_ref() == Some(&renamed.name);
            for spec in scopes.values().copied().filter(has_moved) {
                let rest = spec.name.strip_prefix(&renamed.name).unwrap_or_default();
                older.extend(renamed.older_names.iter().map(|name| (format!("{name}{rest}"), spec)));
            }
        }
        older.retain(|name, _| !scopes.contains_key(name.as_str()));
        Self { scopes, older }
    }

    /// A scope by its exact name, or by one that it had before.
    pub(crate) fn get(&self, name: &str) -> Option<&'a ScopeSpec> {
        self.scopes.get(name).or_else(|| self.older.get(name)).copied()
    }

    /// The names that a scope had before.
    pub(crate) fn older_names(&self, scope: &ScopeSpec) -> Vec<String> {
        let names = self.older.iter().filter(|(_, spec)| spec.name == scope.name);
        names.map(|(name, _)| name.clone()).collect()
    }

    /// The scope around one that has the very same options: for an instance, its subsystem or an instance around it.
    pub(crate) fn twin(&self, scope: &ScopeSpec) -> Option<&'a str> {
        if !scope.options.is_empty() {
            return None;
        }
        let subsystem = scope.instance_of.as_ref()?;
        let is_twin = |outer: &&ScopeSpec| outer.name == *subsystem || outer.instance_of.as_ref() == Some(subsystem);
        let outer = outer_scopes(&scope.name).into_iter().rev().find_map(|outer| self.scopes.get(outer))?;
        Some(outer.name.as_str()).filter(|_| is_twin(outer))
    }

    /// All scopes, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = &'a ScopeSpec> {
        self.scopes.values().copied()
    }

    /// The names that may be typed as goals, by name.
    pub(crate) fn goals(&self) -> impl Iterator<Item = &'a str> {
        self.all().filter(|scope| scope.is_goal).map(|scope| scope.name.as_str())
    }

    /// The option that a scope itself declares under this name or alias.
    pub(crate) fn own(&self, scope: &str, name: &str) -> Option<Declared<'a>> {
        let scope = self.get(scope)?;
        let spec = scope.options.iter().find(|spec| answers_to(spec, name))?;
        Some(Declared { owner: &scope.name, spec })
    }

    /// The option that a scope declares or inherits under this name or alias.
    pub(crate) fn option(&self, scope: &str, name: &str) -> Option<Declared<'a>> {
        let scope = &self.get(scope)?.name;
        self.own(scope, name).or_else(|| {
            let outer = outer_scopes(scope).into_iter().rev();
            outer.filter_map(|outer| self.own(outer, name)).find(|declared| self.inherits(scope, declared))
        })
    }

    /// Whether a scope has the option of an outer one, too: the option says so itself, or the scope is an instance of the
    /// subsystem that declares it.
    pub(crate) fn inherits(&self, scope: &str, declared: &Declared<'_>) -> bool {
        let subsystem = self.get(scope).and_then(|scope| scope.instance_of.as_deref());
        declared.spec.is_recursive || subsystem == Some(declared.owner)
    }

    /// Every option that a scope declares or inherits.
    pub(crate) fn options(&self, scope: &str) -> Vec<Declared<'a>> {
        let own = self.get(scope);
        let declared = |owner: &'a ScopeSpec| owner.options.iter().map(|spec| Declared { owner: &owner.name, spec });
        let mut found: Vec<Declared<'a>> = own.into_iter().flat_map(declared).collect();
        let subsystem = own.and_then(|own| own.instance_of.as_deref());
        for owner in outer_scopes(scope).into_iter().rev().filter_map(|outer| self.get(outer)) {
            // Names differ within a scope: only those of inner ones hide them.
            let inner = found.len();
            let is_all = subsystem == Some(owner.name.as_str());
            for declared in declared(owner).filter(|declared| is_all || declared.spec.is_recursive) {
                if !found[..inner].iter().any(|have| have.spec.name == declared.spec.name) {
                    found.push(declared);
                }
            }
        }
        found
    }

    /// The option that a qualified flag without its dashes means, and the scope it is set for, as the flag calls it: where
    /// several scopes could be meant, the one with the longest name.
    pub(crate) fn qualified(&self, flag: &str) -> Option<(&str, Declared<'a>)> {
        let names = self.scopes.keys().copied().chain(self.older.keys().map(String::as_str));
        names
            .filter_map(|scope| {
                let name = option_of_flag(flag, scope)?;
                Some((scope, self.option(scope, name)?))
            })
            .max_by_key(|(scope, _)| scope.len())
    }

    /// The option of a one-letter flag: of the scope itself, else global.
    pub(crate) fn short(&self, scope: &str, letter: char) -> Option<Declared<'a>> {
        [scope, ""].into_iter().find_map(|name| {
            let scope = self.get(name)?;
            let spec = scope.options.iter().find(|spec| spec.short == Some(letter))?;
            Some(Declared { owner: &scope.name, spec })
        })
    }

    /// All flags with their dashes: as they are typed after their goal, and qualified.
    pub(crate) fn flags(&self) -> Vec<(String, String)> {
        let mut flags = Vec::new();
        for scope in self.all() {
            for spec in &scope.options {
                let qualified = qualified(&scope.name, &spec.name);
                if spec.kind == OptionKind::Bool {
                    flags.push((format!("--no-{}", spec.name), format!("--no-{qualified}")));
                }
                flags.push((format!("--{}", spec.name), format!("--{qualified}")));
            }
        }
        flags
    }
}

fn answers_to(spec: &OptionSpec, name: &str) -> bool {
    spec.name == name || spec.aliases.iter().any(|alias| alias == name)
}

/// The scopes around one, the outermost first: `a.b.c` stands in ``, `a` and `a.b`.
pub(crate) fn outer_scopes(scope: &str) -> Vec<&str> {
    if scope.is_empty() {
        return Vec::new();
    }
    let dots = scope.match_indices('.').map(|(dot, _)| &scope[..dot]);
    std::iter::once("").chain(dots).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_stands_in_all_its_prefixes() {
        assert_eq!(outer_scopes("a.b.c"), ["", "a", "a.b"]);
        assert_eq!(outer_scopes("a"), [""]);
        assert!(outer_scopes("").is_empty());
    }
}
