//! Whether the declared scopes make sense together: what a plugin registered is judged here, once, at load.

use crate::command_line::RESERVED_WORDS;
use crate::names::section_of;
use crate::scopes::{Scopes, outer_scopes};
use crate::value::{Raw, ValueError, changes, is_dict, is_list, wrong_kind};
use pants_model::{OptionKind, OptionSpec, ScopeSpec, Value};
use std::collections::BTreeSet;
use thiserror::Error;

/// What is wrong with a declaration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScopeError {
    /// Two scopes have one name.
    #[error("the scope `{0}` is declared twice")]
    DuplicateScope(String),
    /// A backend's goal has the name of a word that means something else.
    #[error("`{0}` cannot be a goal: the word is reserved")]
    ReservedGoal(String),
    /// A name has other characters than lower-case letters, digits and dashes.
    #[error(
        "option `{option}` of scope `{scope}`: a name has lower-case letters, digits and dashes, and begins with a letter"
    )]
    BadName {
        /// The scope.
        scope: String,
        /// The option.
        option: String,
    },
    /// A bool begins with `no-`, which its negation would double.
    #[error("option `{option}` of scope `{scope}`: the name of a bool cannot begin with `no-`")]
    NegatedBool {
        /// The scope.
        scope: String,
        /// The option.
        option: String,
    },
    /// Two options of a scope answer to one name.
    #[error("option `{option}` of scope `{scope}` is declared twice")]
    DuplicateOption {
        /// The scope.
        scope: String,
        /// The name, alias or letter.
        option: String,
    },
    /// An outer scope has a recursive option of this name.
    #[error("option `{option}` of scope `{scope}` hides the one it inherits from `[{outer}]`")]
    HidesInherited {
        /// The scope.
        scope: String,
        /// The option.
        option: String,
        /// The config section of the outer scope.
        outer: String,
    },
    /// The default is no value of the option's kind.
    #[error("option `{option}` of scope `{scope}`: the default is wrong: {problem}")]
    BadDefault {
        /// The scope.
        scope: String,
        /// The option.
        option: String,
        /// What is wrong with it.
        problem: ValueError,
    },
}

/// Judges all declarations, in their order.
pub fn check_scopes(specs: &[ScopeSpec]) -> Vec<ScopeError> {
    let mut errors = Vec::new();
    let mut names = BTreeSet::new();
    let scopes = Scopes::new(specs);
    for spec in specs {
        if !names.insert(&spec.name) {
            errors.push(ScopeError::DuplicateScope(spec.name.clone()));
        }
        if spec.is_goal && !spec.backend.is_empty() && RESERVED_WORDS.contains(&spec.name.as_str()) {
            errors.push(ScopeError::ReservedGoal(spec.name.clone()));
        }
        check_options(spec, &scopes, &mut errors);
    }
    errors
}

fn check_options(scope: &ScopeSpec, scopes: &Scopes<'_>, errors: &mut Vec<ScopeError>) {
    let mut taken = BTreeSet::new();
    for spec in &scope.options {
        let (scope_name, option) = (scope.name.clone(), spec.name.clone());
        let letter = spec.short.map(|letter| format!("-{letter}"));
        for name in std::iter::once(&spec.name).chain(&spec.aliases).chain(&letter) {
            if !taken.insert(name.clone()) {
                errors.push(ScopeError::DuplicateOption { scope: scope_name.clone(), option: name.clone() });
            }
        }
        if !std::iter::once(&spec.name).chain(&spec.aliases).all(|name| is_name(name)) {
            errors.push(ScopeError::BadName { scope: scope_name.clone(), option: option.clone() });
        }
        if spec.kind == OptionKind::Bool && spec.name.starts_with("no-") {
            errors.push(ScopeError::NegatedBool { scope: scope_name.clone(), option: option.clone() });
        }
        if let Some(outer) = hidden_in(&scope.name, spec, scopes) {
            errors.push(ScopeError::HidesInherited { scope: scope_name.clone(), option: option.clone(), outer });
        }
        if let Err(problem) = check_default(spec) {
            errors.push(ScopeError::BadDefault { scope: scope_name, option, problem });
        }
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-')
}

/// The section of the outer scope whose recursive option has the same name.
fn hidden_in(scope: &str, spec: &OptionSpec, scopes: &Scopes<'_>) -> Option<String> {
    outer_scopes(scope)
        .into_iter()
        .find(|outer| scopes.own(outer, &spec.name).is_some_and(|declared| declared.spec.is_recursive))
        .map(|outer| section_of(outer).to_owned())
}

/// A default is absent, or what a config file could say.
fn check_default(spec: &OptionSpec) -> Result<(), ValueError> {
    let is_composite = is_list(&spec.kind) || is_dict(&spec.kind);
    for value in [Some(&spec.default), spec.implicit_value.as_ref()].into_iter().flatten() {
        match value {
            Value::None => {}
            // A text would be read as an edit of a list that is not there.
            Value::Str(_) if is_composite => return Err(wrong_kind(value, &spec.kind)),
            value => {
                changes(&spec.kind, Raw::Plain(value.clone()))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(scopes: Vec<ScopeSpec>, expect: Expect) {
        let all: Vec<ScopeSpec> = std::iter::once(crate::global_scope()).chain(scopes).collect();
        let lines: String = check_scopes(&all).iter().map(|error| format!("{error}\n")).collect();
        expect.assert_eq(&lines);
    }

    fn scope(name: &str, options: Vec<OptionSpec>) -> ScopeSpec {
        ScopeSpec {
            name: name.into(),
            description: String::new(),
            options,
            is_goal: true,
            backend: "b".into(),
            ..ScopeSpec::default()
        }
    }

    fn option(name: &str, kind: OptionKind, default: Value) -> OptionSpec {
        OptionSpec::new(name, kind, default, "")
    }

    #[test]
    fn the_global_scope_makes_sense() {
        check(vec![], expect![[""]]);
    }

    #[test]
    fn bad_declarations_are_named() {
        let mut twice = option("b", OptionKind::String, Value::None);
        twice.aliases = vec!["a".into()];
        check(
            vec![
                scope("plugin", vec![]),
                scope("x", vec![option("a", OptionKind::Int, Value::Int(1)), twice]),
                scope("x", vec![]),
                scope("y", vec![option("no-z", OptionKind::Bool, Value::Bool(false))]),
                scope("z.z", vec![option("level", OptionKind::String, Value::None)]),
                scope("w", vec![option("worker_count", OptionKind::Int, Value::from("x"))]),
                scope("v", vec![option("a", OptionKind::StringList, Value::from("x"))]),
            ],
            expect![[r#"
                `plugin` cannot be a goal: the word is reserved
                option `a` of scope `x` is declared twice
                the scope `x` is declared twice
                option `no-z` of scope `y`: the name of a bool cannot begin with `no-`
                option `level` of scope `z.z` hides the one it inherits from `[GLOBAL]`
                option `worker_count` of scope `w`: a name has lower-case letters, digits and dashes, and begins with a letter
                option `worker_count` of scope `w`: the default is wrong: `x` is not a whole number
                option `a` of scope `v`: the default is wrong: a string stands where a list belongs
            "#]],
        );
    }
}
