//! One scope of help: heading, description, who provides it, its options.

use super::text::{HelpStyle, wrap};
use crate::literal::render_literal;
use crate::names::{environment_variables, key_of, qualified, section_of};
use crate::scopes::Scopes;
use crate::value::metavar;
use pants_model::{OptionKind, OptionSpec, ScopeSpec, Value};

/// Which options are shown, and how much is said of each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Options that are neither advanced nor deprecated.
    Usual,
    /// All of them, with their names in config files and in the environment.
    Everything,
}

/// Whether a scope is a goal's own instance of a subsystem: it has no options but those of the subsystem.
pub(super) fn is_instance(spec: &ScopeSpec) -> bool {
    spec.instance_of.is_some()
}

pub(super) fn blocks(specs: &[&ScopeSpec], scopes: &Scopes<'_>, shown: Shown, style: HelpStyle) -> String {
    let blocks: Vec<String> = specs.iter().map(|spec| block(spec, scopes, shown, style)).collect();
    blocks.join("\n")
}

fn block(spec: &ScopeSpec, scopes: &Scopes<'_>, shown: Shown, style: HelpStyle) -> String {
    let title = if spec.name.is_empty() { "global options".to_owned() } else { format!("`{}` options", spec.name) };
    let mut text = format!("{}\n{}\n", style.heading(&title), "-".repeat(title.chars().count()));
    for line in wrap(&description(spec, scopes), style.width) {
        text.push_str(&line);
        text.push('\n');
    }
    let options: Vec<&OptionSpec> = if is_instance(spec) {
        let of_subsystem = scopes.options(&spec.name).into_iter().filter(|declared| !declared.owner.is_empty());
        of_subsystem.map(|declared| declared.spec).collect()
    } else {
        spec.options.iter().collect()
    };
    let is_deprecated = |option: &&&OptionSpec| option.deprecated.is_some();
    let usual = options.iter().filter(|option| !is_deprecated(option) && !option.is_advanced);
    let advanced = options.iter().filter(|option| !is_deprecated(option) && option.is_advanced);
    let deprecated = options.iter().filter(is_deprecated);
    let mut count = section(&mut text, spec, "", usual, shown, style);
    if shown == Shown::Everything {
        count += section(&mut text, spec, "advanced", advanced, shown, style);
        count += section(&mut text, spec, "deprecated", deprecated, shown, style);
    } else if count < options.len() {
        let name = if spec.name.is_empty() { String::new() } else { format!(" {}", spec.name) };
        text.push_str(&format!("\n  (more: pants help-advanced{name})\n"));
        count += 1;
    }
    if count == 0 {
        text.push_str("\n  no options\n");
    }
    text.push_str(&subsystems(spec, scopes, style));
    text
}

/// What a scope is for, and whose it is.
fn description(spec: &ScopeSpec, scopes: &Scopes<'_>) -> String {
    let mut description = match spec.instance_of.as_deref().and_then(|subsystem| scopes.get(subsystem)) {
        Some(subsystem) => {
            let goal = spec.name.strip_prefix(&subsystem.name).unwrap_or_default().trim_start_matches('.');
            format!("`{}` for `{goal}` alone: what is not set here is as in `[{0}]`.", subsystem.name)
        }
        None => spec.description.clone(),
    };
    if !spec.backend.is_empty() {
        let stop = if description.is_empty() || description.ends_with('.') { "" } else { "." };
        description.push_str(&format!("{stop} Provided by `{}`.", spec.backend));
    }
    description
}

/// The subsystems whose options count for a goal.
fn subsystems(spec: &ScopeSpec, scopes: &Scopes<'_>, style: HelpStyle) -> String {
    if !spec.is_goal {
        return String::new();
    }
    let suffix = format!(".{}", spec.name);
    let names: Vec<&str> =
        scopes.all().filter(|scope| is_instance(scope)).filter_map(|scope| scope.name.strip_suffix(&suffix)).collect();
    let Some(first) = names.first() else { return String::new() };
    let line = format!(
        "(subsystems: {}; see pants help {first}, and pants help {first}{suffix} for this goal alone)",
        names.join(", ")
    );
    let lines: Vec<String> = wrap(&line, style.width - 2).into_iter().map(|line| format!("  {line}\n")).collect();
    format!("\n{}", lines.concat())
}

fn section<'a>(
    text: &mut String,
    scope: &ScopeSpec,
    title: &str,
    options: impl Iterator<Item = &'a &'a OptionSpec>,
    shown: Shown,
    style: HelpStyle,
) -> usize {
    let mut count = 0;
    for spec in options {
        if count == 0 && !title.is_empty() {
            text.push_str(&format!("\n {}\n", style.heading(&format!("{title}:"))));
        }
        count += 1;
        text.push_str(&format!("\n  {}\n", style.flag(&flags(scope, spec))));
        for line in paragraphs(scope, spec, shown).iter().flat_map(|text| wrap(text, style.width - 6)) {
            text.push_str(&format!("      {line}\n"));
        }
    }
    count
}

/// How an option is typed.
fn flags(scope: &ScopeSpec, spec: &OptionSpec) -> String {
    let name = qualified(&scope.name, &spec.name);
    let value = match &spec.kind {
        // What it may be stands below.
        OptionKind::Choice(_) => "<str>".to_owned(),
        kind => metavar(kind),
    };
    let flag = match (&spec.kind, &spec.implicit_value) {
        (OptionKind::Bool, _) => format!("--[no-]{name}"),
        (_, Some(_)) => format!("--{name}[={value}]"),
        (_, None) => format!("--{name}={value}"),
    };
    match (spec.short, &spec.kind) {
        (Some(letter), OptionKind::Bool) => format!("-{letter}, {flag}"),
        (Some(letter), _) => format!("-{letter}={value}, {flag}"),
        (None, _) => flag,
    }
}

/// What is said of an option, each beginning on a line of its own.
fn paragraphs(scope: &ScopeSpec, spec: &OptionSpec, shown: Shown) -> Vec<String> {
    let mut help = spec.help.clone();
    if let Some((version, instead)) = &spec.deprecated {
        help.push_str(&format!(" Deprecated, goes away in {version}: {instead}"));
    }
    let mut paragraphs = vec![help];
    let default = default_in_words(spec);
    paragraphs.push(match &spec.kind {
        OptionKind::Choice(choices) => format!("one of: [{}]; {default}", choices.join(", ")),
        _ => default,
    });
    if shown == Shown::Everything {
        let variables = environment_variables(&scope.name, &spec.name);
        let variable = variables.iter().min_by_key(|name| name.len()).expect("each option has a variable");
        paragraphs.push(format!(
            "config: [{}] {}; environment: {variable}",
            section_of(&scope.name),
            key_of(&spec.name)
        ));
        if !spec.aliases.is_empty() {
            let aliases: Vec<String> =
                spec.aliases.iter().map(|alias| format!("--{}", qualified(&scope.name, alias))).collect();
            paragraphs.push(format!("also: {}", aliases.join(", ")));
        }
    }
    paragraphs
}

/// What an option is when nobody sets it, as help says it.
pub fn default_in_words(spec: &OptionSpec) -> String {
    match (&spec.default, spec.name.as_str()) {
        // The number of processors would make the same help differ from machine to machine.
        (_, "jobs") if spec.kind == OptionKind::Int => "default: the number of processors".to_owned(),
        (Value::None, _) => "default: none".to_owned(),
        (Value::Str(text), _) => format!("default: {text}"),
        (Value::Bool(value), _) => format!("default: {value}"),
        (value, _) => format!("default: {}", render_literal(value)),
    }
}
