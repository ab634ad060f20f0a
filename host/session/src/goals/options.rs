//! `options`: what every option is, and who made it so.
//!
//! Values are told as the run that is asked has them: its flags, its environment, its config files. The lines are those
//! of Pants v1, and name the place besides the rank, the way the user wrote it; the JSON document has both apart.

use super::console::{ConsoleGoal, flag, is_set, text, text_option};
use super::goals::SharedScopes;
use super::output::{Output, Shape, Stop};
use super::values::Json;
use pants_engine::{Context, TaskError};
use pants_model::{
    LogLevel, OptionKind, OptionRank, OptionSource, OptionSpec, OptionValue, OptionValues, ScopeSpec, Value,
};
use pants_options::{key_of, option_of_key, render_literal, scope_of_section, section_of};
use serde::Serialize;

pub(crate) struct Options(pub(crate) SharedScopes);

/// The ranks by name, the lowest first.
const RANKS: [OptionRank; 6] = [
    OptionRank::None,
    OptionRank::Hardcoded,
    OptionRank::ConfigDefault,
    OptionRank::Config,
    OptionRank::Environment,
    OptionRank::Flag,
];

impl ConsoleGoal for Options {
    fn describe(&self) -> (&'static str, &'static str) {
        ("ExplainOptionsTask", "Show what every option is, and where that comes from.")
    }

    fn options(&self) -> Vec<OptionSpec> {
        let ranks = RANKS.iter().map(|rank| rank.name().to_owned()).collect();
        let is_skipped = "Leave out what a scope inherits and does not change.";
        vec![
            text("name", Value::None, "Show the options of this name only, in whatever scope."),
            text("scope", Value::None, "Show the options of this scope only; `GLOBAL` is the one without a name."),
            OptionSpec::new("rank", OptionKind::Choice(ranks), Value::None, "Show the values of this rank only."),
            flag("only-overridden", "Show what somebody has set, and no defaults."),
            flag("show-history", "Show what each value was before, and who had set that."),
            OptionSpec::new("skip-inherited", OptionKind::Bool, true, is_skipped),
        ]
    }

    fn needs_targets(&self) -> bool {
        false
    }

    fn shape(&self, _context: &Context) -> Shape {
        Shape::Object
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let Some(scopes) = self.0.get() else { return Ok(()) };
        let values = context.options();
        let asked = Asked::of(context, values)?;
        let shows_history = is_set(context, "show-history");
        let inherited = is_set(context, "skip-inherited").then_some(&**scopes);
        let (mut is_anything_told, mut is_anything_left_out) = (false, false);
        for scope in values.scopes() {
            for (name, value) in values.scope(scope).filter(|(name, value)| asked.admits(scope, name, value)) {
                if inherited.is_some_and(|scopes| is_inherited(values, scopes, scope, name, value)) {
                    is_anything_left_out = true;
                    continue;
                }
                is_anything_told = true;
                write_option(&shown_name(scope, name), value, shows_history, output)?;
            }
        }
        if is_anything_left_out && !is_anything_told {
            context.log(LogLevel::Warn, "all of it is inherited; `--no-skip-inherited` shows it");
        }
        Ok(())
    }
}

/// Which options are asked for.
struct Asked {
    scope: Option<String>,
    name: Option<String>,
    rank: Option<String>,
    only_overridden: bool,
}

impl Asked {
    /// What the goal's own options say; a scope or a name that does not exist is an error, not an empty answer.
    fn of(context: &Context, values: &OptionValues) -> Result<Self, TaskError> {
        let scope = text_option(context, "scope").map(|scope| match section_of("").eq_ignore_ascii_case(&scope) {
            true => String::new(),
            false => scope_of_section(&scope).to_owned(),
        });
        if let Some(scope) = scope.as_deref().filter(|scope| !values.scopes().any(|have| have == *scope)) {
            let error = TaskError::failed(format!("`--scope`: no option has the scope `{scope}`"));
            return Err(error.hint("`pants help-all` lists all scopes"));
        }
        let name = text_option(context, "name").map(|name| option_of_key(&name));
        if let Some(name) = name.as_deref().filter(|name| !values.scopes().any(|have| values.get(have, name).is_some()))
        {
            let error = TaskError::failed(format!("`--name`: no scope has an option `{name}`"));
            return Err(error.hint("give the name without its scope: `worker_count`"));
        }
        let rank = text_option(context, "rank");
        Ok(Self { scope, name, rank, only_overridden: is_set(context, "only-overridden") })
    }

    fn admits(&self, scope: &str, name: &str, value: &OptionValue) -> bool {
        let is_wanted = |wanted: &Option<String>, have: &str| wanted.as_deref().is_none_or(|wanted| wanted == have);
        is_wanted(&self.scope, scope)
            && is_wanted(&self.name, name)
            && is_wanted(&self.rank, value.rank().name())
            && !(self.only_overridden && value.source == OptionSource::Default)
    }
}

/// Whether a scope has an option from an outer one, and changes nothing about it.
fn is_inherited(values: &OptionValues, scopes: &[ScopeSpec], scope: &str, name: &str, value: &OptionValue) -> bool {
    let declares = |scope: &ScopeSpec| scope.options.iter().any(|option| option.name == name);
    if scopes.iter().any(|declared| declared.name == scope && declares(declared)) {
        return false;
    }
    let mut outer = scope;
    while !outer.is_empty() {
        outer = outer.rsplit_once('.').map_or("", |(outer, _)| outer);
        if let Some(outer_value) = values.get(outer, name) {
            // What it overrode counts, too: whoever wrote a value that does not count wants to see that.
            return outer_value == value;
        }
    }
    false
}

/// `compile.javac.worker_count`, as a config file would say it with its section.
fn shown_name(scope: &str, name: &str) -> String {
    let name = key_of(name);
    if scope.is_empty() { name } else { format!("{scope}.{name}") }
}

/// A value with its origin, as JSON.
#[derive(Serialize)]
struct Document<'v> {
    value: Json<'v>,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<Overridden<'v>>>,
}

/// A value that another one replaced or edited, as JSON.
#[derive(Serialize)]
struct Overridden<'v> {
    value: Json<'v>,
    rank: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

fn write_option(name: &str, value: &OptionValue, shows_history: bool, output: &mut Output) -> Result<(), Stop> {
    output.line(format_args!("{name} = {}", told(&value.value, &value.source)))?;
    // The last that was overridden comes first: one reads backwards from what is.
    let history = value.overridden.iter().rev().filter(|_| shows_history);
    history.clone().try_for_each(|old| output.line(format_args!("  overrode {}", told(&old.value, &old.source))))?;
    let history = history.map(|old| Overridden {
        value: Json(&old.value),
        rank: rank(&old.value, &old.source).name(),
        place: place(&old.source),
    });
    let document = Document {
        value: Json(&value.value),
        source: value.rank().name(),
        place: place(&value.source),
        history: shows_history.then(|| history.collect()),
    };
    output.entry(name, &document)
}

/// `7 (from CONFIG in pants.toml:12 [compile.javac] worker_count)`
fn told(value: &Value, source: &OptionSource) -> String {
    let text = match value {
        // A line stays a line.
        Value::Str(text) if !text.contains(char::is_control) => text.clone(),
        value => render_literal(value),
    };
    let place = place(source).map(|place| format!(" in {place}")).unwrap_or_default();
    format!("{text} (from {}{place})", rank(value, source).name())
}

fn rank(value: &Value, source: &OptionSource) -> OptionRank {
    match source {
        OptionSource::Default if value.is_none() => OptionRank::None,
        source => source.rank(),
    }
}

/// Where somebody wrote it; a default stands nowhere.
fn place(source: &OptionSource) -> Option<String> {
    (*source != OptionSource::Default).then(|| source.to_string())
}
