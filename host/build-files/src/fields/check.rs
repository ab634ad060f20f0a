//! Checks the value of a field against what the field takes, and brings it into the field's form.
//!
//! Knows values, not places: a problem says which item of a list it is about, and whoever has the source shows it.

use super::dependency::{Base, Dependency, merge_dependencies};
use super::{Given, Loose};
use crate::suggest::suggest;
use pants_model::{FieldKind, FieldSpec, Value};

/// What is wrong with a value of a field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct WrongValue {
    pub message: String,
    pub hint: Option<String>,
    /// Which item of a list it is about.
    pub item: Option<usize>,
    /// Whether the value is of another kind altogether, rather than a bad one of a kind that the field takes.
    pub(super) is_other_kind: bool,
}

impl WrongValue {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// The complaint about a value that is of none of the kinds that the field takes.
    fn kind(field: &str, kind: &FieldKind, value: &Value) -> Self {
        let message = format!("`{field}` takes {}, not {}", one_of_kind(kind), value.kind_name());
        Self { is_other_kind: true, ..Self::new(message) }
    }

    fn at(self, item: usize) -> Self {
        // Where a list was expected, a wrong item is a bad list.
        Self { item: Some(item), is_other_kind: false, ..self }
    }
}

/// A checked value, and the dependencies that it names.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub value: Value,
    pub dependencies: Vec<Dependency>,
    /// What is to be told of a value that is taken though it is not quite right.
    pub warning: Option<String>,
}

impl Checked {
    fn plain(value: Value) -> Self {
        Self { value, ..Self::default() }
    }
}

/// Checks what was given for a field, and takes it out; `dir` is what addresses are relative to.
pub(crate) fn check_given(field: &FieldSpec, given: &mut Given<'_>, base: Base<'_>) -> Result<Checked, WrongValue> {
    let value = std::mem::take(&mut given.value);
    match &given.loose {
        Some(Loose::Opaque) => Ok(Checked::plain(value)),
        Some(Loose::Callable(why)) if !takes_anything(&field.kind) => Err(WrongValue::new(why.clone())),
        Some(Loose::Callable(_)) | None => check(field, value, base),
    }
}

/// Whether a field keeps values that it knows nothing of.
fn takes_anything(kind: &FieldKind) -> bool {
    match kind {
        FieldKind::Any | FieldKind::Dict => true,
        FieldKind::OneOf(kinds) => kinds.iter().any(takes_anything),
        FieldKind::ListOf(kind) => takes_anything(kind),
        _ => false,
    }
}

/// Checks the value of a field; `dir` is what addresses are relative to.
fn check(field: &FieldSpec, value: Value, base: Base<'_>) -> Result<Checked, WrongValue> {
    if value.is_none() {
        return Ok(Checked::plain(Value::None));
    }
    let (value, warning) = match meant(&field.kind, &value) {
        Some((meant, shown)) => {
            let message = format!(
                "`{}` takes {}; {} is taken as {shown}",
                field.name,
                one_of_kind(&field.kind),
                value.kind_name()
            );
            (meant, Some(message))
        }
        None => (value, None),
    };
    Ok(Checked { warning, ..check_kind(&field.name, &field.kind, value, base)? })
}

/// What a value of the wrong kind was meant to be, where files that people live with have such values: `'True'` for a
/// bool, and `{}`, which is an empty set to those who know sets only.
fn meant(kind: &FieldKind, value: &Value) -> Option<(Value, &'static str)> {
    match (kind, value) {
        (FieldKind::Bool, Value::Str(text)) if text == "True" => Some((Value::Bool(true), "`True`")),
        (FieldKind::Bool, Value::Str(text)) if text == "False" => Some((Value::Bool(false), "`False`")),
        (
            FieldKind::StringList | FieldKind::AddressList | FieldKind::ObjectList(_) | FieldKind::ListOf(_),
            Value::Dict(entries),
        ) if entries.is_empty() => Some((Value::List(Vec::new()), "an empty list")),
        _ => None,
    }
}

fn check_kind(field: &str, kind: &FieldKind, value: Value, base: Base<'_>) -> Result<Checked, WrongValue> {
    match (kind, value) {
        (FieldKind::Any, value)
        | (FieldKind::Bool, value @ Value::Bool(_))
        | (FieldKind::Int, value @ Value::Int(_))
        | (FieldKind::String, value @ Value::Str(_)) => Ok(Checked::plain(value)),
        (FieldKind::Choice(choices), Value::Str(text)) => check_choice(field, choices, text),
        (FieldKind::StringList, value) => check_strings(field, value),
        (FieldKind::Dict, Value::Dict(entries)) => match entries.iter().find(|(name, _)| name.as_str().is_none()) {
            None => Ok(Checked::plain(Value::Dict(entries))),
            Some((name, _)) => {
                let kind = name.kind_name();
                Err(WrongValue::new(format!(
                    "`{field}` takes a dict with strings as keys, and one of its keys is {kind}"
                )))
            }
        },
        (FieldKind::Object(symbols), value) if is_object_of(&value, symbols) => Ok(Checked::plain(value)),
        (FieldKind::ObjectList(symbols), value) => check_objects(field, symbols, value),
        (FieldKind::Address, value) => check_address(field, value, base),
        (FieldKind::AddressList, value @ (Value::Str(_) | Value::Object(_))) => {
            check_addresses(field, vec![value], base)
        }
        (FieldKind::AddressList, Value::List(items)) => check_addresses(field, items, base),
        (FieldKind::OneOf(kinds), value) => check_one_of(field, kind, kinds, value, base),
        (FieldKind::ListOf(kind), Value::List(items)) => check_items(field, kind, items, base),
        (FieldKind::ListOf(kind), single) => {
            check_items(field, kind, vec![single], base).map_err(|wrong| WrongValue { item: None, ..wrong })
        }
        (
            FieldKind::Bool
            | FieldKind::Int
            | FieldKind::String
            | FieldKind::Choice(_)
            | FieldKind::Dict
            | FieldKind::Object(_)
            | FieldKind::AddressList,
            other,
        ) => Err(WrongValue::kind(field, kind, &other)),
    }
}

fn check_choice(field: &str, choices: &[String], text: String) -> Result<Checked, WrongValue> {
    if choices.contains(&text) {
        return Ok(Checked::plain(Value::Str(text)));
    }
    let kind = FieldKind::Choice(choices.to_vec());
    let mut wrong = WrongValue::new(format!("`{field}` takes {}, not `{text}`", one_of_kind(&kind)));
    wrong.hint = suggest(&text, choices.iter().map(String::as_str)).map(|choice| format!("did you mean `{choice}`?"));
    Err(wrong)
}

fn check_strings(field: &str, value: Value) -> Result<Checked, WrongValue> {
    match value {
        Value::Str(text) => Ok(Checked::plain(Value::List(vec![Value::Str(text)]))),
        Value::List(items) => match items.iter().position(|item| item.as_str().is_none()) {
            None => Ok(Checked::plain(Value::List(items))),
            Some(at) => Err(wrong_item(field, "strings", &items, at)),
        },
        other => Err(WrongValue::kind(field, &FieldKind::StringList, &other)),
    }
}

fn check_objects(field: &str, symbols: &[String], value: Value) -> Result<Checked, WrongValue> {
    let items = match value {
        Value::List(items) => items,
        single if is_object_of(&single, symbols) => vec![single],
        other => return Err(WrongValue::kind(field, &FieldKind::ObjectList(symbols.to_vec()), &other)),
    };
    match items.iter().position(|item| !is_object_of(item, symbols)) {
        None => Ok(Checked::plain(Value::List(items))),
        Some(at) => {
            let kind = many_of_kind(&FieldKind::Object(symbols.to_vec()));
            Err(wrong_item(field, &format!("a list of {kind}"), &items, at))
        }
    }
}

fn check_address(field: &str, value: Value, base: Base<'_>) -> Result<Checked, WrongValue> {
    match Dependency::read(&value, base)? {
        Some(dependency) => {
            let value = Value::Str(dependency.address.to_string());
            Ok(Checked { value, dependencies: vec![dependency], warning: None })
        }
        None => Err(WrongValue::kind(field, &FieldKind::Address, &value)),
    }
}

/// Checks a list of addresses; each may occur once.
pub(crate) fn check_addresses(field: &str, items: Vec<Value>, base: Base<'_>) -> Result<Checked, WrongValue> {
    let mut dependencies: Vec<Dependency> = Vec::with_capacity(items.len());
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let Some(dependency) = Dependency::read(item, base).map_err(|wrong| wrong.at(at))? else {
            return Err(wrong_item(field, "addresses", &items, at));
        };
        if !seen.insert(dependency.clone()) {
            let message = format!("`{}` is named more than once in `{field}`", dependency.address);
            return Err(WrongValue::new(message).at(at));
        }
        dependencies.push(dependency);
    }
    let dependencies = merge_dependencies(dependencies);
    let value = Value::strings(dependencies.iter().map(|dependency| dependency.address.to_string()));
    Ok(Checked { value, dependencies, warning: None })
}

/// Checks a value against several kinds; the first that takes it has it.
fn check_one_of(
    field: &str,
    kind: &FieldKind,
    kinds: &[FieldKind],
    value: Value,
    base: Base<'_>,
) -> Result<Checked, WrongValue> {
    let mut nearest = None;
    for kind in kinds {
        match check_kind(field, kind, value.clone(), base) {
            Ok(checked) => return Ok(checked),
            // What is of one of the kinds and wrong is to be told of, not that it could have been of another kind.
            Err(wrong) if !wrong.is_other_kind => {
                nearest.get_or_insert(wrong);
            }
            Err(_) => {}
        }
    }
    Err(nearest.unwrap_or_else(|| WrongValue::kind(field, kind, &value)))
}

fn check_items(field: &str, kind: &FieldKind, items: Vec<Value>, base: Base<'_>) -> Result<Checked, WrongValue> {
    let (mut values, mut dependencies) = (Vec::with_capacity(items.len()), Vec::new());
    for (at, item) in items.into_iter().enumerate() {
        let name = item.kind_name();
        let checked = check_kind(field, kind, item, base).map_err(|wrong| match wrong.is_other_kind {
            true => {
                let message = format!("`{field}` takes {}, and item {} is {name}", list_of_kind(kind), at + 1);
                WrongValue::new(message).at(at)
            }
            false => wrong.at(at),
        })?;
        values.push(checked.value);
        dependencies.extend(checked.dependencies);
    }
    Ok(Checked { value: Value::List(values), dependencies: merge_dependencies(dependencies), warning: None })
}

fn wrong_item(field: &str, takes: &str, items: &[Value], at: usize) -> WrongValue {
    WrongValue::new(format!("`{field}` takes {takes}, and item {} is {}", at + 1, items[at].kind_name())).at(at)
}

fn is_object_of(value: &Value, symbols: &[String]) -> bool {
    matches!(value, Value::Object(object) if symbols.is_empty() || symbols.contains(&object.symbol))
}

/// What a field takes: `a string`, `an address or a list of addresses`.
fn one_of_kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Any => "any value".to_owned(),
        FieldKind::Bool => "`True` or `False`".to_owned(),
        FieldKind::Int => "a whole number".to_owned(),
        FieldKind::String => "a string".to_owned(),
        FieldKind::Choice(choices) => {
            let listed: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
            format!("one of {}", listed.join(", "))
        }
        FieldKind::Dict => "a dict".to_owned(),
        FieldKind::Object(symbols) if symbols.is_empty() => "an object".to_owned(),
        FieldKind::Object(symbols) => {
            joined(symbols.iter().map(|symbol| format!("{} `{symbol}(..)`", article(symbol))))
        }
        FieldKind::Address => "an address".to_owned(),
        FieldKind::StringList => list_of_kind(&FieldKind::String),
        FieldKind::AddressList => list_of_kind(&FieldKind::Address),
        FieldKind::ObjectList(symbols) => list_of_kind(&FieldKind::Object(symbols.clone())),
        FieldKind::ListOf(kind) => list_of_kind(kind),
        FieldKind::OneOf(kinds) => joined(kinds.iter().map(one_of_kind)),
    }
}

fn list_of_kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Any => "a list".to_owned(),
        kind => format!("a list of {}", many_of_kind(kind)),
    }
}

/// What a list holds: `strings`, `addresses or bundle(..)`.
fn many_of_kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Any => "values".to_owned(),
        FieldKind::Bool => "`True` and `False`".to_owned(),
        FieldKind::Int => "whole numbers".to_owned(),
        FieldKind::String => "strings".to_owned(),
        FieldKind::Choice(choices) => joined(choices.iter().map(|choice| format!("`{choice}`"))),
        FieldKind::Dict => "dicts".to_owned(),
        FieldKind::Object(symbols) if symbols.is_empty() => "objects".to_owned(),
        FieldKind::Object(symbols) => joined(symbols.iter().map(|symbol| format!("`{symbol}(..)`"))),
        FieldKind::Address => "addresses".to_owned(),
        FieldKind::StringList => "lists of strings".to_owned(),
        FieldKind::AddressList => "lists of addresses".to_owned(),
        FieldKind::ObjectList(_) | FieldKind::ListOf(_) => "lists".to_owned(),
        FieldKind::OneOf(kinds) => joined(kinds.iter().map(many_of_kind)),
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use pants_model::{Location, Object};

    /// Checks the complaint about a value, or the form that it is brought into.
    fn check_value(kind: FieldKind, value: Value, expect: Expect) {
        let out = match check_kind("field", &kind, value, Base { dir: "base", project: "" }) {
            Ok(Checked { value, dependencies, warning: _ }) => {
                let addresses: Vec<String> = dependencies.iter().map(|found| found.address.to_string()).collect();
                format!("{value:?} {}", addresses.join(" ")).trim_end().to_owned()
            }
            Err(WrongValue { message, hint, item, .. }) => {
                let item = item.map(|item| format!(" (item {item})")).unwrap_or_default();
                format!("{message}{item}{}", hint.map(|hint| format!("; {hint}")).unwrap_or_default())
            }
        };
        expect.assert_eq(&out);
    }

    fn object(symbol: &str) -> Value {
        Value::Object(Box::new(Object { symbol: symbol.to_owned(), fields: Vec::new(), location: Location::default() }))
    }

    fn list(items: &[Value]) -> Value {
        Value::List(items.to_vec())
    }

    #[test]
    fn a_value_of_several_kinds() {
        let kind =
            || FieldKind::OneOf(vec![FieldKind::Bool, FieldKind::Choice(vec!["auto".to_owned(), "on".to_owned()])]);
        check_value(kind(), Value::Bool(true), expect!["Bool(true)"]);
        check_value(kind(), Value::from("auto"), expect![[r#"Str("auto")"#]]);
        check_value(kind(), Value::from("oto"), expect!["`field` takes one of `auto`, `on`, not `oto`"]);
        check_value(
            kind(),
            Value::Int(1),
            expect!["`field` takes `True` or `False` or one of `auto`, `on`, not a number"],
        );
        let kind = || FieldKind::OneOf(vec![FieldKind::Address, FieldKind::Object(vec!["artifact".to_owned()])]);
        check_value(
            kind(),
            object("artifact"),
            expect![[
                r#"Object(Object { symbol: "artifact", fields: [], location: Location { file: "", line: 0, column: 0 } })"#
            ]],
        );
        check_value(kind(), object("jar"), expect!["`field` takes an address or an `artifact(..)`, not an object"]);
        check_value(
            kind(),
            Value::from("a::b"),
            expect![[r#"`a::b` is not an address: its name contains one of `@!?\:=`"#]],
        );
    }

    #[test]
    fn a_list_of_any_kind() {
        let kind = || {
            let object = FieldKind::Object(vec!["jar".to_owned(), "exclude".to_owned()]);
            FieldKind::ListOf(Box::new(FieldKind::OneOf(vec![FieldKind::Address, object])))
        };
        check_value(
            kind(),
            list(&[Value::from(":x"), object("jar")]),
            expect![[
                r#"List([Str("base:x"), Object(Object { symbol: "jar", fields: [], location: Location { file: "", line: 0, column: 0 } })]) base:x"#
            ]],
        );
        check_value(kind(), Value::from("a"), expect![[r#"List([Str("a:a")]) a:a"#]]);
        check_value(
            kind(),
            list(&[Value::from(":x"), Value::Int(1)]),
            expect!["`field` takes a list of addresses or `jar(..)` or `exclude(..)`, and item 2 is a number (item 1)"],
        );
        check_value(
            kind(),
            list(&[Value::from("../x")]),
            expect!["`../x` is not an address: its path contains `.`, `..` or an empty part (item 0)"],
        );
    }

    #[test]
    fn simple_kinds() {
        check_value(FieldKind::Bool, Value::from("True"), expect!["`field` takes `True` or `False`, not a string"]);
        check_value(
            FieldKind::StringList,
            list(&[Value::from("a"), Value::None]),
            expect!["`field` takes strings, and item 2 is None (item 1)"],
        );
        check_value(FieldKind::StringList, Value::Int(1), expect!["`field` takes a list of strings, not a number"]);
        check_value(
            FieldKind::ObjectList(vec!["jar".to_owned()]),
            Value::from("a"),
            expect!["`field` takes a list of `jar(..)`, not a string"],
        );
        check_value(
            FieldKind::AddressList,
            Value::Bool(true),
            expect!["`field` takes a list of addresses, not a bool"],
        );
        check_value(
            FieldKind::AddressList,
            list(&[Value::from(":a"), Value::from("base:a")]),
            expect!["`base:a` is named more than once in `field` (item 1)"],
        );
    }
}
