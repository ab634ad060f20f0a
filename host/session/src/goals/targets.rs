//! `targets`: what BUILD files may say.

use super::console::{ConsoleGoal, columns, opaque_types, text, text_option};
use super::list::wrap;
use super::output::{Output, Shape, Stop};
use super::values::Json;
use crate::backends::SharedSymbols;
use pants_build_files::Symbols;
use pants_engine::{Context, TaskError};
use pants_model::{FieldKind, FieldRule, FieldSpec, ObjectSpec, OptionSpec, TargetTypeSpec, Value};
use pants_options::{key_of, render_literal};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

pub(crate) struct Targets(pub(crate) SharedSymbols);

/// What is said of a type that only `[build-files] opaque_types` knows.
const OPAQUE: &str =
    "Known by its name alone, from `[build-files] opaque_types`: takes any field, and nothing builds it.";

/// How many columns a description gets at least.
const NARROWEST: usize = 20;

/// A symbol, whatever its kind.
#[derive(Serialize)]
struct Entry<'s> {
    #[serde(skip)]
    name: &'s str,
    kind: &'static str,
    description: &'s str,
    backend: &'s str,
}

impl ConsoleGoal for Targets {
    fn describe(&self) -> (&'static str, &'static str) {
        ("TargetsHelp", "List the symbols of BUILD files: target types, objects and macros.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![text("details", Value::None, "Show the fields of this symbol.")]
    }

    fn needs_targets(&self) -> bool {
        false
    }

    fn shape(&self, _context: &Context) -> Shape {
        Shape::Object
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let Some(symbols) = self.0.get() else { return Ok(()) };
        match text_option(context, "details") {
            Some(symbol) => details(symbols, &opaque_types(context), &symbol, output),
            None => overview(symbols, &opaque_types(context), columns(context), output),
        }
    }
}

/// All symbols, by kind and name; each on a line, unless lines are to have no more than so many columns.
fn overview(symbols: &Arc<Symbols>, opaque: &[&str], columns: Option<usize>, output: &mut Output) -> Result<(), Stop> {
    let opaque = opaque.iter().filter(|name| symbols.target_type(name).is_none());
    let opaque = opaque.map(|name| Entry { name, kind: "target type", description: OPAQUE, backend: "" });
    let types = symbols.target_types().iter().map(|spec| Entry {
        name: &spec.name,
        kind: "target type",
        description: &spec.description,
        backend: &spec.backend,
    });
    let objects = symbols.objects().iter().map(|spec| Entry {
        name: &spec.name,
        kind: "object",
        description: &spec.description,
        backend: &spec.backend,
    });
    let macros = symbols.macros().iter().map(|symbol| Entry {
        name: &symbol.name,
        kind: "macro",
        description: &symbol.description,
        backend: &symbol.backend,
    });
    section("Target types", types.chain(opaque).collect(), columns, output)?;
    output.line("")?;
    section("Objects", objects.collect(), columns, output)?;
    output.line("")?;
    section("Macros", macros.collect(), columns, output)
}

fn section(title: &str, mut entries: Vec<Entry<'_>>, columns: Option<usize>, output: &mut Output) -> Result<(), Stop> {
    entries.sort_unstable_by_key(|entry| entry.name);
    let width = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    output.line(title)?;
    for entry in entries {
        // Where names leave no room beside them, descriptions stand below.
        let stands_beside = columns.is_none_or(|columns| columns >= width + 4 + NARROWEST);
        let indent = if stands_beside { width + 4 } else { 6 };
        let room = columns.map_or(usize::MAX, |columns| columns.saturating_sub(indent).max(NARROWEST));
        let line_break = format!("\n{:indent$}", "");
        let description = wrap(entry.description, room).join(&line_break);
        let line = match stands_beside {
            true => format!("  {:width$}  {description}", entry.name),
            false => format!("  {}{line_break}{description}", entry.name),
        };
        output.line(line.trim_end())?;
        output.entry(entry.name, &entry)?;
    }
    Ok(())
}

/// One symbol.
fn details(symbols: &Arc<Symbols>, opaque: &[&str], name: &str, output: &mut Output) -> Result<(), Stop> {
    if let Some(spec) = symbols.target_type(name) {
        return target_type(spec, output);
    }
    if let Some(spec) = symbols.object(name) {
        return object(spec, output);
    }
    if opaque.contains(&name) {
        return heading(name, "target type", OPAQUE, "", output);
    }
    let Some(symbol) = symbols.macros().iter().find(|symbol| symbol.name == name) else {
        let error = TaskError::failed(format!("unknown BUILD symbol `{name}`"));
        return Err(error.hint("`pants targets` lists all of them").into());
    };
    heading(name, "macro", &symbol.description, &symbol.backend, output)
}

fn target_type(spec: &TargetTypeSpec, output: &mut Output) -> Result<(), Stop> {
    heading(&spec.name, "target type", &spec.description, &spec.backend, output)?;
    output.line("  name: a string; the directory's name when it is not given")?;
    output.line("  dependencies: a list of addresses")?;
    output.line("  tags, description, no_cache, scope")?;
    if spec.is_opaque {
        output.line("  Only its name is known: any other keyword is kept as it is.")?;
    }
    if let Some(default) = &spec.default_sources {
        let most = spec.max_sources.map(|most| format!(", {most} at the most")).unwrap_or_default();
        let default_text = render_literal(&Value::strings(default.iter().cloned()));
        output.line(format_args!("  sources: files and globs{most}; default {default_text}"))?;
        output.entry("sources", &json!({ "default": default, "max": spec.max_sources }))?;
    }
    fields(&spec.fields, &spec.source_fields, output)?;
    rules(&spec.rules, output)?;
    let injected: Vec<&str> = spec.injected_dependencies.iter().map(|injected| &*injected.address).collect();
    sentence("injected_dependencies", "Depends on", &injected, "without saying so.", output)?;
    let missing: Vec<&str> = spec.missing_phases.iter().map(String::as_str).collect();
    sentence("missing_phases", "Nothing does", &missing, "for it yet.", output)
}

fn object(spec: &ObjectSpec, output: &mut Output) -> Result<(), Stop> {
    heading(&spec.name, "object", &spec.description, &spec.backend, output)?;
    fields(&spec.fields, &[], output)?;
    rules(&spec.rules, output)
}

fn heading(name: &str, kind: &str, description: &str, backend: &str, output: &mut Output) -> Result<(), Stop> {
    let origin = if backend.is_empty() { "built in" } else { backend };
    output.line(format_args!("{name} ({origin})"))?;
    output.line(format_args!("  {description}"))?;
    output.line("")?;
    let parts = [("symbol", name), ("kind", kind), ("description", description), ("backend", backend)];
    parts.into_iter().try_for_each(|(key, value)| output.entry(key, &value))
}

/// What fields there are; some of them name files, as `sources` does.
fn fields(specs: &[FieldSpec], source_fields: &[String], output: &mut Output) -> Result<(), Stop> {
    let kind = |field: &FieldSpec| match source_fields.contains(&field.name) {
        true => "files and globs".to_owned(),
        false => kind_name(&field.kind),
    };
    specs.iter().try_for_each(|field| output.line(field_line(field, &kind(field))))?;
    let documents: Vec<_> = specs
        .iter()
        .map(|field| {
            json!({
                "name": field.name,
                "kind": kind(field),
                "required": field.is_required,
                "default": Json(&field.default),
                "help": field.help,
            })
        })
        .collect();
    output.entry("fields", &documents)
}

fn rules(rules: &[FieldRule], output: &mut Output) -> Result<(), Stop> {
    let sentences: Vec<String> = rules.iter().map(rule_sentence).collect();
    sentences.iter().try_for_each(|sentence| output.line(format_args!("  {sentence}")))?;
    output.entry("rules", &sentences)
}

/// A line about a list that is usually empty.
fn sentence(key: &str, before: &str, words: &[&str], after: &str, output: &mut Output) -> Result<(), Stop> {
    if !words.is_empty() {
        output.line(format_args!("  {before} {} {after}", words.join(", ")))?;
    }
    output.entry(key, &words)
}

fn rule_sentence(rule: &FieldRule) -> String {
    match rule {
        FieldRule::NonEmpty(field) => format!("`{field}` must not be empty."),
        FieldRule::AtLeastOneOf(fields) => format!("At least one of {} must be given.", quoted(fields)),
        FieldRule::AtMostOneOf(fields) => format!("At most one of {} may be given.", quoted(fields)),
        FieldRule::ExactlyOneOf(fields) => format!("Exactly one of {} must be given.", quoted(fields)),
        FieldRule::AmongDependencies(field) => format!("`{field}` must be among `dependencies`, too."),
        FieldRule::NotTheName(field) => format!("`{field}` must not be the name of the target."),
        FieldRule::KeyOfOption { field, scope, option } => {
            let option = key_of(option);
            format!("`{field}` must be a key of `[{scope}] {option}`, unless that is empty.")
        }
    }
}

fn quoted(fields: &[String]) -> String {
    fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ")
}

fn field_line(field: &FieldSpec, kind: &str) -> String {
    let required = if field.is_required { " (required)" } else { "" };
    let default = match &field.default {
        Value::None => String::new(),
        value => format!("; default {}", render_literal(value)),
    };
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
        FieldKind::Object(symbols) if symbols.is_empty() => "an object".to_owned(),
        FieldKind::ObjectList(symbols) if symbols.is_empty() => "a list of objects".to_owned(),
        FieldKind::Object(symbols) => symbols.join(" or "),
        FieldKind::ObjectList(symbols) => format!("a list of {}", symbols.join(" or ")),
        FieldKind::Address => "an address".to_owned(),
        FieldKind::AddressList => "a list of addresses".to_owned(),
        FieldKind::OneOf(kinds) => kinds.iter().map(kind_name).collect::<Vec<_>>().join(" or "),
        FieldKind::ListOf(kind) => format!("a list, each item {}", kind_name(kind)),
    }
}
