//! Flags: what one argument that begins with a dash means.
//!
//! A flag after a goal is first looked for in that goal's scope; otherwise it is a qualified or global flag.

use crate::error::OptionsError;
use crate::scopes::{Declared, Scopes};
use crate::value::{Raw, metavar};
use pants_model::{OptionKind, Value};

/// One flag, understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flag {
    /// The scope it sets the option for.
    pub(crate) scope: String,
    /// The option's name.
    pub(crate) option: String,
    /// What it gives.
    pub(crate) raw: Raw,
    /// The flag as typed, without its value.
    pub(crate) typed: String,
}

/// What a flag after a goal of this scope means; `None` when no option has its name.
pub(crate) fn understand(arg: &str, current: &str, scopes: &Scopes<'_>) -> Option<Result<Flag, OptionsError>> {
    if arg.starts_with("--") { long_flag(arg, current, scopes) } else { short_flag(arg, current, scopes) }
}

/// The option that a long flag without its dashes and its value means after a goal of this scope, and whether it is the
/// negation of a bool.
pub(crate) fn find<'a>(name: &str, current: &str, scopes: &'a Scopes<'a>) -> Option<(&'a str, Declared<'a>, Polarity)> {
    let find = |name: &str| {
        // What a goal inherits from its phase is set for the goal; what everything inherits, for the run.
        let is_nearer = |declared: &Declared<'_>| current.is_empty() || !declared.owner.is_empty();
        let near = scopes.get(current).zip(scopes.option(current, name).filter(is_nearer));
        near.map(|(scope, declared)| (scope.name.as_str(), declared)).or_else(|| scopes.qualified(name))
    };
    if let Some((scope, declared)) = find(name) {
        return Some((scope, declared, Polarity::Plain));
    }
    let is_bool = |found: &(&str, Declared<'_>)| found.1.spec.kind == OptionKind::Bool;
    let (scope, declared) = name.strip_prefix("no-").and_then(find).filter(is_bool)?;
    Some((scope, declared, Polarity::Negated))
}

/// Whether a flag is written `--x` or `--no-x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Polarity {
    /// `--x`
    Plain,
    /// `--no-x`
    Negated,
}

fn long_flag(arg: &str, current: &str, scopes: &Scopes<'_>) -> Option<Result<Flag, OptionsError>> {
    let (typed, text) = match arg.split_once('=') {
        Some((typed, text)) => (typed, Some(text)),
        None => (arg, None),
    };
    let name = typed.strip_prefix("--")?;
    let Some((scope, declared, polarity)) = find(name, current, scopes) else {
        return without_negation(name, current, scopes).map(Err);
    };
    Some(match (polarity, text) {
        (Polarity::Plain, text) => given(typed, text, scope, declared),
        (Polarity::Negated, Some(_)) => Err(OptionsError::ValueUnexpected { flag: typed.to_owned() }),
        (Polarity::Negated, None) => Ok(flag(typed, scope, declared, Raw::Plain(Value::Bool(false)))),
    })
}

/// `--no-x` of an option that is not a bool.
fn without_negation(name: &str, current: &str, scopes: &Scopes<'_>) -> Option<OptionsError> {
    let positive = name.strip_prefix("no-")?;
    let (_, declared, _) = find(positive, current, scopes).filter(|(.., polarity)| *polarity == Polarity::Plain)?;
    let value = metavar(&declared.spec.kind);
    Some(OptionsError::NoNegation { flag: format!("--{positive}"), negation: format!("--{name}"), value })
}

fn short_flag(arg: &str, current: &str, scopes: &Scopes<'_>) -> Option<Result<Flag, OptionsError>> {
    let mut chars = arg.strip_prefix('-')?.chars();
    let letter = chars.next()?;
    let declared = scopes.short(current, letter)?;
    let rest = chars.as_str();
    let text = match rest.strip_prefix('=') {
        Some(text) => Some(text),
        None if rest.is_empty() => None,
        None if declared.spec.kind == OptionKind::Bool => return None,
        None => Some(rest),
    };
    Some(given(&arg[..1 + letter.len_utf8()], text, declared.owner, declared))
}

fn given(typed: &str, text: Option<&str>, scope: &str, declared: Declared<'_>) -> Result<Flag, OptionsError> {
    let raw = match (text, &declared.spec.implicit_value) {
        (Some(text), _) => Raw::Text(text.to_owned()),
        (None, _) if declared.spec.kind == OptionKind::Bool => Raw::Plain(Value::Bool(true)),
        (None, Some(implicit)) => Raw::Plain(implicit.clone()),
        (None, None) => {
            let value = metavar(&declared.spec.kind);
            return Err(OptionsError::ValueMissing { flag: typed.to_owned(), value });
        }
    };
    Ok(flag(typed, scope, declared, raw))
}

fn flag(typed: &str, scope: &str, declared: Declared<'_>, raw: Raw) -> Flag {
    Flag { scope: scope.to_owned(), option: declared.spec.name.clone(), raw, typed: typed.to_owned() }
}
