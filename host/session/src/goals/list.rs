//! `list`: the addresses of the roots, what they say of themselves, or what they publish.

use super::console::{ConsoleGoal, flag, is_set, text, text_option};
use super::output::{Output, Shape, Stop};
use pants_engine::{Context, TaskError};
use pants_model::{Address, Object, OptionSpec, Target, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Descriptions are wrapped at this column.
const WIDTH: usize = 80;

/// The columns of `--provides-columns`.
const COLUMNS: [&str; 5] = ["address", "artifact_id", "repo_name", "repo_url", "push_db_basedir"];

pub(crate) struct List;

impl ConsoleGoal for List {
    fn describe(&self) -> (&'static str, &'static str) {
        ("ListTargets", "List the targets that the specs stand for; without specs, all of them.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        vec![
            flag("documented", "Only targets with a description, each with its description."),
            flag("provides", "Only targets that publish something, each with what it publishes."),
            text(
                "provides-columns",
                "address,artifact_id",
                &format!("What `--provides` prints of each target: any of {}.", COLUMNS.join(", ")),
            ),
        ]
    }

    fn shape(&self, context: &Context) -> Shape {
        if is_set(context, "documented") && !is_set(context, "provides") { Shape::Object } else { Shape::Array }
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        match (is_set(context, "provides"), is_set(context, "documented")) {
            (true, _) => provided(context, &sorted(context), output),
            (false, true) => documented(&sorted(context), output),
            (false, false) => addresses(&context.root_addresses(), output),
        }
    }
}

fn sorted(context: &Context) -> Vec<Arc<Target>> {
    let mut roots = context.target_roots();
    roots.sort_by(|a, b| a.address.cmp(&b.address));
    roots
}

fn addresses(roots: &[Address], output: &mut Output) -> Result<(), Stop> {
    // Those of one spec come sorted.
    if roots.is_sorted() {
        return output.addresses(roots);
    }
    let mut sorted: Vec<&Address> = roots.iter().collect();
    sorted.sort_unstable();
    output.addresses(sorted)
}

fn documented(targets: &[Arc<Target>], output: &mut Output) -> Result<(), Stop> {
    for target in targets {
        let Some(description) = target.description.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            continue;
        };
        let wrapped: Vec<String> = description.lines().flat_map(|line| wrap(line.trim(), WIDTH - 2)).collect();
        output.line(format_args!("{}\n  {}", target.address, wrapped.join("\n  ")))?;
        output.entry(&target.address.to_string(), &description)?;
    }
    Ok(())
}

/// Lines of no more than so many characters, but for words that are longer.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always one");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn provided(context: &Context, targets: &[Arc<Target>], output: &mut Output) -> Result<(), Stop> {
    let typed = text_option(context, "provides-columns").unwrap_or_default();
    let columns: Vec<&str> = typed.split(',').map(str::trim).collect();
    if let Some(unknown) = columns.iter().find(|column| !COLUMNS.contains(column)) {
        let error = TaskError::failed(format!("`--provides-columns={typed}`: there is no column `{unknown}`"));
        return Err(error.hint(format!("columns are `{}`", COLUMNS.join("`, `"))).into());
    }
    for target in targets {
        let Value::Object(provides) = target.field("provides") else { continue };
        let values: Vec<Option<String>> = columns.iter().map(|column| column_of(target, provides, column)).collect();
        // A dash keeps the columns after it in their places.
        let texts: Vec<&str> = values.iter().map(|value| value.as_deref().unwrap_or("-")).collect();
        output.line(texts.join(" "))?;
        output.item(&columns.iter().zip(&values).collect::<BTreeMap<_, _>>())?;
    }
    Ok(())
}

/// What a column says of a target; `None` when its `provides` does not say it.
fn column_of(target: &Target, provides: &Object, column: &str) -> Option<String> {
    let repository = |name: &str| match provides.field("repo") {
        Value::Object(repository) => repository.field(name).as_str().map(str::to_owned),
        Value::Str(reference) if name == "name" => Some(reference.clone()),
        _ => None,
    };
    match column {
        "address" => Some(target.address.to_string()),
        "artifact_id" => {
            let parts: Vec<&str> = ["org", "name"].iter().filter_map(|part| provides.field(part).as_str()).collect();
            (!parts.is_empty()).then(|| parts.join("#"))
        }
        "repo_name" => repository("name"),
        "repo_url" => repository("url"),
        _ => repository("push_db_basedir"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a-very-long-word b", 4), ["a-very-long-word", "b"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
