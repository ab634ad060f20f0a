//! What a type or object symbol demands of its fields together, beyond the kind of each.

use super::problem::Problem;
use crate::config::OptionKeys;
use crate::fields::Given;
use crate::suggest::suggest;
use crate::syntax::Span;
use pants_model::{Address, FieldKind, FieldRule, FieldSpec, ObjectSpec, Target, TargetTypeSpec, Value};
use std::collections::HashSet;

/// Where the fields that rules are about stand in a call.
#[derive(Default)]
pub(super) struct Places {
    fields: Vec<(String, Span)>,
}

impl Places {
    /// The places of the fields of a call whose type has rules.
    pub(super) fn of(spec: &TargetTypeSpec, given: &[Given<'_>]) -> Self {
        let given = if spec.rules.is_empty() { &[] } else { given };
        Self { fields: given.iter().map(|given| (given.name.clone(), given.span)).collect() }
    }

    fn of_field(&self, field: &str) -> Option<Span> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, span)| *span)
    }
}

/// What is wrong with a target or object that breaks a rule.
pub(super) struct Broken {
    pub message: String,
    pub hints: Vec<String>,
}

impl From<String> for Broken {
    fn from(message: String) -> Self {
        Self { message, hints: Vec::new() }
    }
}

/// The rules of its type that a target breaks. The first `named` of its dependencies stand in `dependencies`.
pub(super) fn broken_target_rules(
    spec: &TargetTypeSpec,
    target: &Target,
    named: usize,
    keys: &OptionKeys,
    places: &Places,
    call: Span,
) -> Vec<Problem> {
    let subject = Subject {
        symbol: &spec.name,
        specs: &spec.fields,
        has: &|field| target.has_field(field),
        // A source that does not exist was said all the same; that it is missing is told where it is looked for.
        says: &|field| target.has_field(field) || (field == "sources" && has_content(target.field(field))),
        is_given: &|field| field_is_given(target, field),
        text: &|field| target.field(field).as_str(),
        named: &|| format!("target `{}`", target.address),
        keys,
    };
    let mut problems = Vec::new();
    for rule in &spec.rules {
        let (field, broken) = match rule {
            FieldRule::AmongDependencies(field) => {
                let named: HashSet<&Address> = target.dependencies[..named].iter().collect();
                (Some(field.as_str()), not_among_dependencies(target, field, &named).map(Broken::from))
            }
            FieldRule::NotTheName(field) => {
                let is_name = target.field(field).as_str() == Some(target.address.name());
                (Some(field.as_str()), is_name.then(|| format!("`{field}` must not equal `name`").into()))
            }
            rule => subject.broken(rule),
        };
        if let Some(Broken { message, hints }) = broken {
            let span = field.and_then(|field| places.of_field(field)).unwrap_or(call);
            problems.push(Problem { span, message, hints });
        }
    }
    problems
}

/// The first rule of its symbol that an object breaks.
pub(super) fn broken_object_rules(spec: &ObjectSpec, fields: &[(String, Value)], keys: &OptionKeys) -> Option<Broken> {
    let value = |field: &str| fields.iter().find(|(name, _)| name == field).map_or(&Value::None, |(_, value)| value);
    let subject = Subject {
        symbol: &spec.name,
        specs: &spec.fields,
        has: &|field| has_content(value(field)),
        says: &|field| has_content(value(field)),
        is_given: &|field| !value(field).is_none(),
        text: &|field| value(field).as_str(),
        named: &|| format!("`{}`", spec.name),
        keys,
    };
    spec.rules.iter().find_map(|rule| subject.broken(rule).1)
}

fn field_is_given(target: &Target, field: &str) -> bool {
    !target.field(field).is_none() || (field == "sources" && !target.sources.is_empty())
}

fn has_content(value: &Value) -> bool {
    match value {
        Value::None => false,
        Value::Str(text) => !text.is_empty(),
        Value::Bytes(bytes) => !bytes.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Dict(entries) => !entries.is_empty(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Object(_) | Value::Globs(_) => true,
    }
}

/// What rules are asked about.
struct Subject<'s> {
    symbol: &'s str,
    specs: &'s [FieldSpec],
    /// Whether a field is given and not empty.
    has: &'s dyn Fn(&str) -> bool,
    /// Whether something is given for a field, whatever it comes to.
    says: &'s dyn Fn(&str) -> bool,
    is_given: &'s dyn Fn(&str) -> bool,
    /// What a field is that is a text.
    text: &'s dyn Fn(&str) -> Option<&'s str>,
    /// What it is called in messages about one of many.
    named: &'s dyn Fn() -> String,
    keys: &'s OptionKeys,
}

impl Subject<'_> {
    /// What is wrong, and with which field if it is about one.
    fn broken<'r>(&self, rule: &'r FieldRule) -> (Option<&'r str>, Option<Broken>) {
        let given = |fields: &'r [String]| -> Vec<&'r str> {
            fields.iter().map(String::as_str).filter(|field| (self.is_given)(field)).collect()
        };
        match rule {
            FieldRule::NonEmpty(field) => (Some(field), (!(self.has)(field)).then(|| self.empty(field).into())),
            FieldRule::AtLeastOneOf(fields) => {
                let says_none = !fields.iter().any(|field| (self.says)(field));
                (None, says_none.then(|| format!("`{}` must specify {}", self.symbol, listed(fields, "or")).into()))
            }
            FieldRule::AtMostOneOf(fields) => match given(fields)[..] {
                [first, second, ..] => (Some(second), Some(both_given(first, second))),
                _ => (None, None),
            },
            FieldRule::ExactlyOneOf(fields) => match given(fields)[..] {
                [_] => (None, None),
                [] => (None, Some(format!("`{}` must specify either {}", self.symbol, listed(fields, "or")).into())),
                [first, second, ..] => (Some(second), Some(both_given(first, second))),
            },
            FieldRule::KeyOfOption { field, scope, option } => (Some(field), self.undefined_key(field, scope, option)),
            // These are about targets alone.
            FieldRule::AmongDependencies(_) | FieldRule::NotTheName(_) => (None, None),
        }
    }

    fn undefined_key(&self, field: &str, scope: &str, option: &str) -> Option<Broken> {
        let keys = self.keys.of(scope, option);
        let text = (self.text)(field).filter(|text| !text.is_empty())?;
        if keys.is_empty() || keys.iter().any(|key| key == text) {
            return None;
        }
        let meant = suggest(text, keys.iter().map(String::as_str)).map(|key| format!("did you mean `{key}`?"));
        let known: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let known = format!("`[{scope}] {}` defines {}", option.replace('-', "_"), known.join(", "));
        Some(Broken {
            message: format!("the `{field}` `{text}` of {} is not defined", (self.named)()),
            hints: meant.into_iter().chain([known]).collect(),
        })
    }

    fn empty(&self, field: &str) -> String {
        let is_list = self.specs.iter().any(|spec| spec.name == field && is_list(&spec.kind)) || field == "sources";
        let what = if is_list { "a non-empty list of" } else { "a non-empty" };
        format!("`{}` must have {what} `{field}`", self.symbol)
    }
}

fn both_given(first: &str, second: &str) -> Broken {
    format!("`{first}` and `{second}` are both given").into()
}

fn is_list(kind: &FieldKind) -> bool {
    match kind {
        FieldKind::StringList | FieldKind::ObjectList(_) | FieldKind::AddressList | FieldKind::ListOf(_) => true,
        FieldKind::OneOf(kinds) => kinds.iter().any(is_list),
        FieldKind::Any
        | FieldKind::Bool
        | FieldKind::Int
        | FieldKind::String
        | FieldKind::Choice(_)
        | FieldKind::Dict
        | FieldKind::Object(_)
        | FieldKind::Address => false,
    }
}

fn listed(fields: &[String], last: &str) -> String {
    let fields: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    match fields.split_last() {
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
        None => String::new(),
    }
}

/// The addresses of a field that are no dependencies.
fn not_among_dependencies(target: &Target, field: &str, named: &HashSet<&Address>) -> Option<String> {
    let value = target.field(field);
    let texts = value.as_str().map_or_else(|| value.as_strings(), |text| vec![text]);
    let is_missing =
        |text: &&str| Address::parse(text, target.address.dir()).is_ok_and(|address| !named.contains(&address));
    let missing: Vec<String> = texts.into_iter().filter(is_missing).map(|text| format!("`{text}`")).collect();
    if missing.is_empty() {
        return None;
    }
    Some(format!("invalid `{field}`: these must also be dependencies: {}", missing.join(", ")))
}
