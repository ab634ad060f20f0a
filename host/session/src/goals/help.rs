//! `goals` and `targets`: what there is to ask for, and what BUILD files may say.

use super::console::ConsoleGoal;
use super::output::{Output, Stop};
use crate::backends::SharedSymbols;
use pants_engine::{Context, TaskError};
use pants_model::{FieldKind, FieldSpec, OptionKind, OptionSpec, ScopeSpec, Value};
use pants_options::{HelpKind, HelpRequest, render_help, render_literal};
use std::sync::{Arc, OnceLock};

/// All scopes, known when all backends are registered.
pub(crate) type SharedScopes = Arc<OnceLock<Arc<[ScopeSpec]>>>;

pub(crate) struct Goals(pub(crate) SharedScopes);

impl ConsoleGoal for Goals {
    fn describe(&self) -> (&'static str, &'static str) {
        ("ListGoals", "List all goals with a sentence on each.")
    }

    fn write(&self, _context: &Context, output: &mut Output) -> Result<(), Stop> {
        let request = HelpRequest { kind: HelpKind::Goals, scopes: Vec::new() };
        let text = self.0.get().map(|scopes| render_help(&request, scopes, crate::DOCUMENT_WIDTH));
        text.iter().try_for_each(|text| output.row(text.trim_end()))
    }
}

pub(crate) struct Targets(pub(crate) SharedSymbols);

impl ConsoleGoal for Targets {
    fn describe(&self) -> (&'static str, &'static str) {
        ("TargetsHelp", "List the symbols of BUILD files: target types, objects and macros.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![OptionSpec::new("details", OptionKind::String, Value::None, "Show the fields of this symbol.")]
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let lines = match context.option("details").as_str() {
            Some(symbol) if !symbol.is_empty() => self.details(symbol)?,
            _ => self.overview(),
        };
        lines.into_iter().try_for_each(|line| output.row(line))
    }
}

impl Targets {
    fn overview(&self) -> Vec<String> {
        let Some(symbols) = self.0.get() else { return Vec::new() };
        let mut lines = Vec::new();
        let mut section = |title: &str, mut entries: Vec<(&str, &str)>| {
            entries.sort_unstable();
            let width = entries.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(title.to_owned());
            lines.extend(entries.iter().map(|(name, text)| format!("  {name:width$}  {text}").trim_end().to_owned()));
        };
        let types = symbols.target_types().iter().map(|spec| (spec.name.as_str(), spec.description.as_str()));
        section("Target types", types.collect());
        let objects = symbols.objects().iter().map(|spec| (spec.name.as_str(), spec.description.as_str()));
        section("Objects", objects.collect());
        let macros = symbols.macros().iter().map(|symbol| (symbol.name.as_str(), symbol.description.as_str()));
        section("Macros", macros.collect());
        lines
    }

    fn details(&self, name: &str) -> Result<Vec<String>, TaskError> {
        let unknown =
            || TaskError::failed(format!("unknown BUILD symbol `{name}`")).hint("`pants targets` lists all of them");
        let symbols = self.0.get().ok_or_else(unknown)?;
        if let Some(spec) = symbols.target_type(name) {
            let mut lines = heading(name, &spec.description, &spec.backend);
            lines.push("  name: a string; the directory's name when it is not given".to_owned());
            lines.push("  dependencies: a list of addresses".to_owned());
            lines.push("  tags, description, no_cache, scope".to_owned());
            if let Some(default) = &spec.default_sources {
                lines.push(format!(
                    "  sources: files and globs; default {}",
                    render_literal(&Value::strings(default.iter().cloned()))
                ));
            }
            lines.extend(spec.fields.iter().map(field_line));
            return Ok(lines);
        }
        if let Some(spec) = symbols.objects().iter().find(|spec| spec.name == name) {
            let mut lines = heading(name, &spec.description, &spec.backend);
            lines.extend(spec.fields.iter().map(field_line));
            return Ok(lines);
        }
        let symbol = symbols.macros().iter().find(|symbol| symbol.name == name).ok_or_else(unknown)?;
        Ok(heading(name, &symbol.description, &symbol.backend))
    }
}

fn heading(name: &str, description: &str, backend: &str) -> Vec<String> {
    let origin = if backend.is_empty() { "built in" } else { backend };
    vec![format!("{name} ({origin})"), format!("  {description}"), String::new()]
}

fn field_line(field: &FieldSpec) -> String {
    let required = if field.is_required { " (required)" } else { "" };
    let default = match &field.default {
        Value::None => String::new(),
        value => format!("; default {}", render_literal(value)),
    };
    let kind = kind_name(&field.kind);
    format!("  {}: {kind}{required}{default}. {}", field.name, field.help).trim_end().to_owned()
}

/// What values a field takes, as help says it.
fn kind_name(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Any => "any value".to_owned(),
        FieldKind::Bool => "True or False".to_owned(),
        FieldKind::Int => "a number".to_owned(),
        FieldKind::String => "a string".to_owned(),
        FieldKind::Choice(choices) => format!("one of {}", choices.join(", ")),
        FieldKind::StringList => "a list of strings".to_owned(),
        FieldKind::Dict => "a dict".to_owned(),
        FieldKind::Object(symbols) => symbols.join(" or "),
        FieldKind::ObjectList(symbols) => format!("a list of {}", symbols.join(" or ")),
        FieldKind::Address => "an address".to_owned(),
        FieldKind::AddressList => "a list of addresses".to_owned(),
        FieldKind::OneOf(kinds) => kinds.iter().map(kind_name).collect::<Vec<_>>().join(" or "),
        FieldKind::ListOf(kind) => format!("a list, each item {}", kind_name(kind)),
    }
}
