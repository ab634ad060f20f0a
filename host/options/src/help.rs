//! Help: written from the same declarations that the options are read by.

mod block;
mod text;

pub use block::default_in_words;
pub use text::HelpStyle;

use crate::command_line::{HelpKind, HelpRequest};
use crate::global::{VERSION, with_global};
use crate::scopes::Scopes;
use block::{Shown, blocks, is_instance};
use pants_model::ScopeSpec;
use text::wrap;

/// The help that was asked for; ends with a line break.
pub fn render_help(request: &HelpRequest, scopes: &[ScopeSpec], style: HelpStyle) -> String {
    let style = HelpStyle { width: style.width.clamp(40, 120), ..style };
    let specs = with_global(scopes);
    let scopes = Scopes::new(&specs);
    match request.kind {
        HelpKind::Version => format!("{VERSION}\n"),
        HelpKind::Goals => goals(&specs, style),
        HelpKind::All => {
            let all: Vec<&ScopeSpec> = specs.iter().filter(|spec| !is_instance(spec)).collect();
            blocks(&all, &scopes, Shown::Everything, style)
        }
        HelpKind::Advanced if request.scopes.is_empty() => {
            blocks(&chosen(&specs, ""), &scopes, Shown::Everything, style)
        }
        HelpKind::Basic if request.scopes.is_empty() => overview(&specs, &scopes, style),
        HelpKind::Basic | HelpKind::Advanced => {
            let shown = if request.kind == HelpKind::Basic { Shown::Usual } else { Shown::Everything };
            let mut found: Vec<&ScopeSpec> = Vec::new();
            for spec in request.scopes.iter().flat_map(|name| chosen(&specs, name)) {
                if !found.iter().any(|have| have.name == spec.name) {
                    found.push(spec);
                }
            }
            blocks(&found, &scopes, shown, style)
        }
    }
}

fn overview(specs: &[ScopeSpec], scopes: &Scopes<'_>, style: HelpStyle) -> String {
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
  pants --version               which version this is

other words:
  pants migrate-config          write the pants.toml that equals an old pants.ini
  pants complete bash|zsh|fish  print a script that completes command lines in that shell
  pants daemon status|log|stop  how the daemon is, what it logged, end it after its runs
  pants kill-pantsd             end it at once

";
    let usage: String = USAGE
        .split_inclusive('\n')
        .map(|line| match line.strip_suffix(":\n") {
            Some(title) => style.heading(&format!("{title}:")) + "\n",
            None => line.to_owned(),
        })
        .collect();
    format!("{usage}{}", blocks(&chosen(specs, ""), scopes, Shown::Usual, style))
}

/// The goals with their descriptions, in two columns.
fn goals(specs: &[ScopeSpec], style: HelpStyle) -> String {
    let mut phases: Vec<(&str, &str)> = Vec::new();
    for spec in specs.iter().filter(|spec| spec.is_goal && !spec.name.contains('.')) {
        phases.push((&spec.name, &spec.description));
    }
    phases.sort_unstable();
    let column = phases.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0) + 4;
    let mut text = style.heading("goals:") + "\n";
    for (name, description) in phases {
        let mut lines = wrap(description, style.width.saturating_sub(column).max(20)).into_iter();
        let first = lines.next().unwrap_or_default();
        let name = style.padded_flag(name, column - 2);
        text.push_str(format!("  {name}{first}").trim_end());
        text.push('\n');
        for line in lines {
            text.push_str(&format!("{:column$}{line}\n", ""));
        }
    }
    text
}

/// A scope and, for a phase, the scopes of its goals.
fn chosen<'a>(specs: &'a [ScopeSpec], name: &str) -> Vec<&'a ScopeSpec> {
    let is_goal_of_it = |spec: &ScopeSpec| {
        spec.is_goal && !name.is_empty() && spec.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
    };
    let mut found: Vec<&ScopeSpec> = specs.iter().filter(|spec| spec.name == name || is_goal_of_it(spec)).collect();
    found.sort_by_key(|spec| &spec.name);
    found
}

#[cfg(test)]
mod tests;
