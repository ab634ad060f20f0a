//! Whether the declared scopes make sense together: what a plugin registered is judged here, once, at load.

use crate::command_line::RESERVED_WORDS;
use crate::names::{names_of, section_of};
use crate::scopes::{Scopes, outer_scopes};
use crate::suggest::{closest, did_you_mean};
use crate::value::{Raw, ValueError, changes, is_dict, is_list, member_of, wrong_kind};
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
    /// Every instance of a subsystem inherits its options anyhow; nobody else is inside it.
    #[error("option `{option}` of scope `{scope}`: an option of a subsystem cannot be recursive")]
    RecursiveInSubsystem {
        /// The scope.
        scope: String,
        /// The option.
        option: String,
    },
    /// A bare flag would stand for no value.
    #[error("option `{option}` of scope `{scope}`: the value of the bare flag cannot be `None`")]
    ImplicitNone {
        /// The scope.
        scope: String,
        /// The option.
        option: String,
    },
    /// The members of a list are lists or dicts.
    #[error("option `{option}` of scope `{scope}`: the members of a list cannot be lists or dicts")]
    NestedList {
        /// The scope.
        scope: String,
        /// The option.
        option: String,
    },
    /// A task has an instance of a subsystem that nobody registers.
    #[error(
        "the task of `{goal}` uses the subsystem `{subsystem}`, which no backend registers{}",
        and_question(suggestions)
    )]
    UnknownSubsystem {
        /// The scope of the task's goal.
        goal: String,
        /// The subsystem.
        subsystem: String,
        /// Subsystems with similar names.
        suggestions: Vec<String>,
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

fn and_question(suggestions: &[String]) -> String {
    did_you_mean(suggestions).map(|question| format!("; {question}")).unwrap_or_default()
}

/// Judges all declarations, in their order.
pub fn check_scopes(specs: &[ScopeSpec]) -> Vec<ScopeError> {
    let mut errors = Vec::new();
    let mut names = BTreeSet::new();
    let scopes = Scopes::new(specs);
    for spec in specs {
        for name in std::iter::once(&spec.name).chain(&spec.older_names) {
            if !names.insert(name) {
                errors.push(ScopeError::DuplicateScope(name.clone()));
            }
        }
        if spec.is_goal && !spec.backend.is_empty() && RESERVED_WORDS.contains(&spec.name.as_str()) {
            errors.push(ScopeError::ReservedGoal(spec.name.clone()));
        }
        errors.extend(unknown_subsystem(spec, &scopes));
        check_options(spec, &scopes, &mut errors);
    }
    errors
}

/// The subsystem that is missing for an instance of it: `jvm` for `jvm.test.junit`.
fn unknown_subsystem(spec: &ScopeSpec, scopes: &Scopes<'_>) -> Option<ScopeError> {
    let subsystem = spec.instance_of.as_ref()?;
    if scopes.get(subsystem).is_some_and(is_subsystem) {
        return None;
    }
    let known = scopes.all().filter(|scope| is_subsystem(scope)).map(|scope| scope.name.as_str());
    let suggestions = closest(subsystem, known);
    let goal = spec.name.strip_prefix(&format!("{subsystem}.")).unwrap_or(&spec.name).to_owned();
    Some(ScopeError::UnknownSubsystem { goal, subsystem: subsystem.clone(), suggestions })
}

/// Whether a scope may have instances: it was declared, and not for a goal.
fn is_subsystem(scope: &ScopeSpec) -> bool {
    !scope.name.is_empty() && !scope.is_goal && scope.instance_of.is_none()
}

fn check_options(scope: &ScopeSpec, scopes: &Scopes<'_>, errors: &mut Vec<ScopeError>) {
    let mut taken = BTreeSet::new();
    for spec in &scope.options {
        let (scope_name, option) = (|| scope.name.clone(), || spec.name.clone());
        let letter = spec.short.map(|letter| format!("-{letter}"));
        for name in names_of(spec).chain(letter.as_deref()) {
            if !taken.insert(name.to_owned()) {
                errors.push(ScopeError::DuplicateOption { scope: scope_name(), option: name.to_owned() });
            }
        }
        if !names_of(spec).all(is_name) {
            errors.push(ScopeError::BadName { scope: scope_name(), option: option() });
        }
        if spec.kind == OptionKind::Bool && names_of(spec).any(|name| name.starts_with("no-")) {
            errors.push(ScopeError::NegatedBool { scope: scope_name(), option: option() });
        }
        if let Some(outer) = hidden_in(&scope.name, spec, scopes) {
            errors.push(ScopeError::HidesInherited { scope: scope_name(), option: option(), outer });
        }
        if is_subsystem(scope) && spec.is_recursive {
            errors.push(ScopeError::RecursiveInSubsystem { scope: scope_name(), option: option() });
        }
        if spec.implicit_value == Some(Value::None) {
            errors.push(ScopeError::ImplicitNone { scope: scope_name(), option: option() });
        }
        if is_list(member_of(&spec.kind)) || (is_list(&spec.kind) && is_dict(member_of(&spec.kind))) {
            errors.push(ScopeError::NestedList { scope: scope_name(), option: option() });
        } else if let Err(problem) = check_default(spec) {
            errors.push(ScopeError::BadDefault { scope: scope_name(), option: option(), problem });
        }
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-')
}

/// The section of the outer scope from which an option of the same name would be inherited.
fn hidden_in(scope: &str, spec: &OptionSpec, scopes: &Scopes<'_>) -> Option<String> {
    outer_scopes(scope)
        .into_iter()
        .find(|outer| scopes.own(outer, &spec.name).is_some_and(|declared| scopes.inherits(scope, &declared)))
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
                scope("u", vec![option("a", OptionKind::Target, Value::from("a:b:c"))]),
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
                option `a` of scope `u`: the default is wrong: `a:b:c` is not an address: its name contains one of `@!?\:=`
            "#]],
        );
    }

    #[test]
    fn instances_need_a_subsystem() {
        let subsystem = |name: &str, options| ScopeSpec { is_goal: false, ..scope(name, options) };
        let instance =
            |of: &str| ScopeSpec { instance_of: Some(of.to_owned()), ..subsystem(&format!("{of}.test.junit"), vec![]) };
        let mut recursive = option("x", OptionKind::Int, Value::Int(1));
        recursive.is_recursive = true;
        check(
            vec![
                subsystem("jvm", vec![option("options", OptionKind::StringList, Value::List(vec![])), recursive]),
                scope("test", vec![]),
                scope("test.junit", vec![]),
                instance("jvm"),
                instance("jmv"),
            ],
            expect![[r#"
                option `x` of scope `jvm`: an option of a subsystem cannot be recursive
                the task of `test.junit` uses the subsystem `jmv`, which no backend registers; did you mean `jvm`?
            "#]],
        );
    }

    #[test]
    fn a_declared_scope_stands_alone_whatever_its_name_begins_with() {
        let version = || option("version", OptionKind::String, Value::from("1"));
        let subsystem = |name: &str, options| ScopeSpec { is_goal: false, ..scope(name, options) };
        let specs = [
            subsystem("acme", vec![version(), option("jobs", OptionKind::Int, Value::Int(1))]),
            subsystem("acme.python", vec![version()]),
            ScopeSpec { instance_of: Some("acme".into()), ..subsystem("acme.test.acme", vec![]) },
        ];
        check(specs.to_vec(), expect![[""]]);
        let scopes = Scopes::new(&specs);
        let options = |scope: &str| scopes.options(scope).iter().map(|have| have.spec.name.clone()).collect::<Vec<_>>();
        assert_eq!(options("acme.python"), ["version"]);
        assert!(scopes.option("acme.python", "jobs").is_none());
        assert_eq!(options("acme.test.acme"), ["version", "jobs"]);
    }

    #[test]
    fn what_no_value_can_fit_is_refused() {
        let mut bare = option("bare", OptionKind::String, Value::None);
        bare.implicit_value = Some(Value::None);
        let list_of = |kind| OptionKind::List(Box::new(kind));
        let mut lists = option("lists", list_of(OptionKind::StringList), Value::List(vec![]));
        lists.aliases = vec!["dicts".into()];
        let renamed = ScopeSpec { older_names: vec!["x".into()], ..scope("y", vec![]) };
        check(
            vec![
                scope("x", vec![bare, lists, option("numbers", list_of(OptionKind::Int), Value::strings(["a"]))]),
                renamed,
            ],
            expect![[r#"
                option `bare` of scope `x`: the value of the bare flag cannot be `None`
                option `lists` of scope `x`: the members of a list cannot be lists or dicts
                option `numbers` of scope `x`: the default is wrong: item 1: `a` is not a whole number
                the scope `x` is declared twice
            "#]],
        );
    }
}
