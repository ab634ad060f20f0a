//! Help: written from the same declarations that the options are read by.

use crate::command_line::{HelpKind, HelpRequest};
use crate::global::{VERSION, with_global};
use crate::literal::render_literal;
use crate::names::qualified;
use crate::value::metavar;
use pants_model::{OptionKind, OptionSpec, ScopeSpec, Value};

/// The help that was asked for, for a terminal of this width; ends with a line break.
pub fn render_help(request: &HelpRequest, scopes: &[ScopeSpec], width: usize) -> String {
    let width = width.clamp(40, 120);
    let specs = with_global(scopes);
    match request.kind {
        HelpKind::Version => format!("{VERSION}\n"),
        HelpKind::Goals => goals(&specs, width),
        HelpKind::All => blocks(&specs.iter().collect::<Vec<_>>(), Shown::Everything, width),
        HelpKind::Advanced if request.scopes.is_empty() => blocks(&chosen(&specs, ""), Shown::Everything, width),
        HelpKind::Basic if request.scopes.is_empty() => overview(&specs, width),
        HelpKind::Basic | HelpKind::Advanced => {
            let shown = if request.kind == HelpKind::Basic { Shown::Usual } else { Shown::Everything };
            let mut found: Vec<&ScopeSpec> = Vec::new();
            for spec in request.scopes.iter().flat_map(|name| chosen(&specs, name)) {
                if !found.iter().any(|have| have.name == spec.name) {
                    found.push(spec);
                }
            }
            blocks(&found, shown, width)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Options that are neither advanced nor deprecated.
    Usual,
    /// All of them.
    Everything,
}

fn overview(specs: &[ScopeSpec], width: usize) -> String {
    const USAGE: &str = "\
usage:
  pants [options] goal [its options] ... [target ...] [-- tool arguments]

targets:
  src/java/app:lib  one target             src/java/app:   all in the directory
  src/java/app      its default target     src/java/app::  all below it
  ::                everything             ^src/java/app::  not these, in spite of the others

help:
  pants goals                   what can be asked for
  pants help <goal>             the usual options of a goal
  pants help-advanced [<goal>]  all its options, or all global ones
  pants help-all                all options there are
  pants targets                 what can stand in a BUILD file

";
    format!("{USAGE}{}", blocks(&chosen(specs, ""), Shown::Usual, width))
}

/// The goals with their descriptions, in two columns.
fn goals(specs: &[ScopeSpec], width: usize) -> String {
    let mut phases: Vec<(&str, &str)> = Vec::new();
    for spec in specs.iter().filter(|spec| spec.is_goal && !spec.name.contains('.')) {
        phases.push((&spec.name, &spec.description));
    }
    phases.sort_unstable();
    let column = phases.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0) + 4;
    let mut text = String::from("goals:\n");
    for (name, description) in phases {
        let mut lines = wrap(description, width.saturating_sub(column).max(20)).into_iter();
        let first = lines.next().unwrap_or_default();
        text.push_str(format!("  {name:<pad$}{first}", pad = column - 2).trim_end());
        text.push('\n');
        for line in lines {
            text.push_str(&format!("{:column$}{line}\n", ""));
        }
    }
    text
}

/// A scope and, for a phase, the scopes of its goals.
fn chosen<'a>(specs: &'a [ScopeSpec], name: &str) -> Vec<&'a ScopeSpec> {
    let is_goal_of_it =
        |spec: &ScopeSpec| !name.is_empty() && spec.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let mut found: Vec<&ScopeSpec> = specs.iter().filter(|spec| spec.name == name || is_goal_of_it(spec)).collect();
    found.sort_by_key(|spec| &spec.name);
    found
}

fn blocks(specs: &[&ScopeSpec], shown: Shown, width: usize) -> String {
    let blocks: Vec<String> = specs.iter().map(|spec| block(spec, shown, width)).collect();
    blocks.join("\n")
}

/// One scope: heading, description, options.
fn block(spec: &ScopeSpec, shown: Shown, width: usize) -> String {
    let heading = if spec.name.is_empty() { "global options".to_owned() } else { format!("`{}` options", spec.name) };
    let mut text = format!("{heading}\n{}\n", "-".repeat(heading.chars().count()));
    for line in wrap(&spec.description, width) {
        text.push_str(&line);
        text.push('\n');
    }
    let usual = |option: &&OptionSpec| !option.is_advanced && option.deprecated.is_none();
    let advanced = |option: &&OptionSpec| option.is_advanced && option.deprecated.is_none();
    let deprecated = |option: &&OptionSpec| option.deprecated.is_some();
    let mut count = section(&mut text, spec, "", spec.options.iter().filter(usual), width);
    if shown == Shown::Everything {
        count += section(&mut text, spec, "advanced", spec.options.iter().filter(advanced), width);
        count += section(&mut text, spec, "deprecated", spec.options.iter().filter(deprecated), width);
    } else if spec.options.iter().any(|option| !usual(&option)) {
        let of = if spec.name.is_empty() { String::new() } else { format!(" {}", spec.name) };
        text.push_str(&format!("\n  (more: pants help-advanced{of})\n"));
        count += 1;
    }
    if count == 0 {
        text.push_str("\n  no options\n");
    }
    text
}

fn section<'a>(
    text: &mut String,
    scope: &ScopeSpec,
    title: &str,
    options: impl Iterator<Item = &'a OptionSpec>,
    width: usize,
) -> usize {
    let mut count = 0;
    for spec in options {
        if count == 0 && !title.is_empty() {
            text.push_str(&format!("\n {title}:\n"));
        }
        count += 1;
        option(text, scope, spec, width);
    }
    count
}

/// One option: its flags, its value, its help.
fn option(text: &mut String, scope: &ScopeSpec, spec: &OptionSpec, width: usize) {
    let name = qualified(&scope.name, &spec.name);
    let value = metavar(&spec.kind);
    let flag = match (&spec.kind, &spec.implicit_value) {
        (OptionKind::Bool, _) => format!("--[no-]{name}"),
        (_, Some(_)) => format!("--{name}[={value}]"),
        (_, None) => format!("--{name}={value}"),
    };
    let short = match (spec.short, &spec.kind) {
        (Some(letter), OptionKind::Bool) => format!("-{letter}, "),
        (Some(letter), _) => format!("-{letter}<value>, "),
        (None, _) => String::new(),
    };
    text.push_str(&format!("\n  {short}{flag}\n"));
    let mut help = spec.help.clone();
    if let Some((version, instead)) = &spec.deprecated {
        help.push_str(&format!(" Deprecated, goes away in {version}: {instead}"));
    }
    for line in wrap(&help, width - 6).into_iter().chain(wrap(&default_of(spec), width - 6)) {
        text.push_str(&format!("      {line}\n"));
    }
}

fn default_of(spec: &OptionSpec) -> String {
    match (&spec.default, spec.name.as_str()) {
        // The number of processors would make the same help differ from machine to machine.
        (_, "jobs") if spec.kind == OptionKind::Int => "default: the number of processors".to_owned(),
        (Value::None, _) => "default: none".to_owned(),
        (Value::Str(text), _) => format!("default: {text}"),
        (Value::Bool(value), _) => format!("default: {value}"),
        (value, _) => format!("default: {}", render_literal(value)),
    }
}

/// Breaks a text at spaces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests;
