//! `filter`: the roots that pass what the options ask for.
//!
//! Each option takes lists: a target passes `a,b` when one of the two fits, and `-a,b` when neither does. Repeated
//! options must all be passed.

use super::asked::{Asked, TargetSet};
use super::console::{ConsoleGoal, opaque_types};
use super::output::{Output, Stop};
use crate::backends::SharedSymbols;
use pants_engine::{Context, TaskError};
use pants_model::{OptionKind, OptionSpec, Order, Target, TargetId, Value};
use regex::Regex;

pub(crate) struct Filter(pub(crate) SharedSymbols);

impl ConsoleGoal for Filter {
    fn describe(&self) -> (&'static str, &'static str) {
        ("Filter", "Print those of the targets that pass filters: `a,b` means either, `-a,b` neither, repeat for both.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        let list = |name, help| OptionSpec::new(name, OptionKind::StringList, Value::List(Vec::new()), help);
        vec![
            list("type", "Targets of these types."),
            list("target", "These targets, as address specs."),
            list("ancestor", "What these targets depend on, and they themselves."),
            list("regex", "Targets whose address contains a match."),
            list("tag-regex", "Targets with a tag that contains a match."),
        ]
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let criteria = self.criteria(context)?;
        // Selectors of criteria may have loaded more; ids stay what they are.
        let asked = Asked::of(context);
        let passing = asked.roots.iter().filter(|id| {
            let target = asked.target(**id);
            criteria.iter().all(|criterion| criterion.admits(**id, target))
        });
        output.addresses(passing.map(|id| asked.address(*id)))
    }
}

/// One list of an option: its target must fit one of the tests, or none.
struct Criterion {
    wants: Wants,
    tests: Vec<Test>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
    Any,
    None,
}

enum Test {
    Type(String),
    OneOf(TargetSet, usize),
    Address(Regex),
    Tag(Regex),
}

impl Criterion {
    fn admits(&self, id: TargetId, target: &Target) -> bool {
        self.tests.iter().any(|test| test.fits(id, target)) == (self.wants == Wants::Any)
    }
}

impl Test {
    fn fits(&self, id: TargetId, target: &Target) -> bool {
        match self {
            Self::Type(name) => *target.type_name == **name,
            Self::OneOf(set, known) => id.index() < *known && set.contains(id),
            Self::Address(regex) => regex.is_match(&target.address.to_string()),
            Self::Tag(regex) => target.tags.iter().any(|tag| regex.is_match(tag)),
        }
    }
}

/// A list as it is typed: what its sign says, and its items.
fn parse_list(typed: &str) -> (Wants, Vec<&str>) {
    let (wants, items) = match typed.strip_prefix('-') {
        Some(rest) => (Wants::None, rest),
        None => (Wants::Any, typed.strip_prefix('+').unwrap_or(typed)),
    };
    (wants, items.split(',').map(str::trim).filter(|item| !item.is_empty()).collect())
}

impl Filter {
    fn criteria(&self, context: &Context) -> Result<Vec<Criterion>, TaskError> {
        let mut criteria = Vec::new();
        for option in ["type", "target", "ancestor", "regex", "tag-regex"] {
            for typed in context.option(option).as_strings() {
                let (wants, items) = parse_list(typed);
                let tests = items.into_iter().map(|item| self.test(context, option, item));
                let tests = tests.collect::<Result<Vec<_>, _>>()?;
                if tests.is_empty() {
                    return Err(TaskError::failed(format!("`--{option}={typed}` names nothing")));
                }
                criteria.push(Criterion { wants, tests });
            }
        }
        Ok(criteria)
    }

    fn test(&self, context: &Context, option: &str, item: &str) -> Result<Test, TaskError> {
        match option {
            "type" => self.type_test(context, item),
            "target" => targets(context, item, |asked, named| TargetSet::of(&asked.graph, &named)),
            "ancestor" => targets(context, item, |asked, named| {
                TargetSet::of(&asked.graph, &asked.graph.closure(&named, Order::Preorder))
            }),
            "regex" => regex(option, item).map(Test::Address),
            _ => regex(option, item).map(Test::Tag),
        }
    }

    fn type_test(&self, context: &Context, name: &str) -> Result<Test, TaskError> {
        match self.0.get() {
            Some(symbols) if symbols.target_type(name).is_none() && !opaque_types(context).contains(&name) => {
                Err(TaskError::failed(format!("`--type={name}`: there is no target type `{name}`"))
                    .hint("`pants targets` lists all of them"))
            }
            _ => Ok(Test::Type(name.to_owned())),
        }
    }
}

fn regex(option: &str, pattern: &str) -> Result<Regex, TaskError> {
    Regex::new(pattern).map_err(|error| {
        let why = error.to_string();
        let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        TaskError::failed(format!("`--{option}={pattern}`: not a regular expression: {why}"))
    })
}

/// The targets of an address spec.
fn targets(context: &Context, spec: &str, set: impl Fn(&Asked, Vec<TargetId>) -> TargetSet) -> Result<Test, TaskError> {
    let addresses = context.resolve(&[spec.to_owned()])?;
    let asked = Asked::of(context);
    let named = addresses.iter().filter_map(|address| asked.graph.id(address)).collect();
    Ok(Test::OneOf(set(&asked, named), asked.graph.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pants_model::Address;

    #[test]
    fn a_sign_is_about_the_whole_list() {
        let check = |typed: &str, wants: Wants, items: &[&str]| {
            assert_eq!(parse_list(typed), (wants, items.to_vec()), "{typed}");
        };
        check("a,b", Wants::Any, &["a", "b"]);
        check("+a", Wants::Any, &["a"]);
        check("-a, b", Wants::None, &["a", "b"]);
        check("-", Wants::None, &[]);
    }

    #[test]
    fn lists_admit_any_or_none_of_their_tests() {
        let graph = crate::goals::asked::graph("a -> b");
        let tests = || vec![Test::Type("x".to_owned()), Test::Address(Regex::new("a$").unwrap())];
        let admits = |wants, name: &str| {
            let id = graph.id(&Address::new("", name)).unwrap();
            Criterion { wants, tests: tests() }.admits(id, graph.target(id))
        };
        assert!(admits(Wants::Any, "a") && !admits(Wants::Any, "b"));
        assert!(!admits(Wants::None, "a") && admits(Wants::None, "b"));
    }

    #[test]
    fn a_bad_expression_says_what_is_wrong() {
        let error = regex("regex", "a(").unwrap_err();
        assert_eq!(error.to_string(), "`--regex=a(`: not a regular expression: unclosed group");
    }
}
