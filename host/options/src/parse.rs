//! The whole invocation, once every scope is known: what is asked for, and the value of every option.

use crate::bootstrap::{Bootstrap, Invocation};
use crate::check_values::{check_numbers, files_chosen_in_files};
use crate::command_line::{self, CommandLine, LocalPaths, Words};
use crate::deprecated::say_farewell;
use crate::error::OptionsError;
use crate::global::missing_global;
use crate::legacy;
use crate::resolve::resolve_all;
use crate::scopes::Scopes;
use crate::sources::Sources;
use crate::verify::{DisabledScope, verify};
use pants_model::{OptionValues, ScopeSpec, Value, legible};

/// An invocation, understood.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// What is asked for.
    pub command: CommandLine,
    /// The value of every option of every scope.
    pub values: OptionValues,
    /// What the user should know, one line each.
    pub warnings: Vec<String>,
    /// The flags that only Pants v1 knew, as typed.
    pub idle_flags: Vec<String>,
}

/// Understands an invocation whose backends are all enabled or unknown.
pub fn parse(invocation: &Invocation, bootstrap: &Bootstrap, scopes: &[ScopeSpec]) -> Result<Parsed, OptionsError> {
    parse_with_disabled(invocation, bootstrap, scopes, &[])
}

/// Understands an invocation; config sections of the disabled scopes are warnings.
pub fn parse_with_disabled(
    invocation: &Invocation,
    bootstrap: &Bootstrap,
    scopes: &[ScopeSpec],
    disabled: &[DisabledScope],
) -> Result<Parsed, OptionsError> {
    let global = missing_global(scopes);
    let scopes = Scopes::new(global.iter().chain(scopes));
    let words = words(invocation, bootstrap, &scopes);
    if let Some(error) = OptionsError::of_many(bootstrap.untold(words.errors)) {
        return Err(error);
    }

    let sources = Sources {
        config: &bootstrap.config,
        environment: &invocation.environment,
        flags: &words.flags,
        cwd: &invocation.cwd,
        build_root: &bootstrap.build_root,
    };
    let (values, mut errors) = resolve_all(&scopes, &sources);
    errors.extend(check_numbers(&scopes, &values, &bootstrap.config));
    let (mut warnings, mut idle) = (words.warnings, Vec::new());
    if *values.value("", "verify-config") != Value::Bool(false) {
        let verdict = verify(&bootstrap.config, &scopes, disabled);
        errors.extend(verdict.errors);
        warnings.extend(verdict.warnings);
        idle = verdict.idle;
    }
    let farewell = say_farewell(&scopes, &values, &bootstrap.config);
    errors.extend(farewell.errors);
    if let Some(error) = OptionsError::of_many(bootstrap.untold(errors)) {
        return Err(error);
    }
    let is_debug = matches!(values.value("", "level").as_str(), Some("trace" | "debug"));
    let detail = if is_debug { legacy::Detail::Full } else { legacy::Detail::Short };
    let backend_of = |flag: &String| DisabledScope::backend_of_flag(disabled, flag);
    for (flag, backend) in words.idle.iter().filter_map(|flag| Some((flag, backend_of(flag)?))) {
        warnings.push(format!(
            "`{flag}` has no effect: its backend `{backend}` is not enabled; `backend_packages` in `[GLOBAL]` enables it"
        ));
    }
    let idle_flags: Vec<String> = words.idle.into_iter().filter(|flag| backend_of(flag).is_none()).collect();
    warnings.extend(legacy::warning(&idle_flags, &idle, detail));
    warnings.extend(farewell.warnings);
    warnings.extend(files_chosen_in_files(&values));
    let warnings = warnings.into_iter().map(legible).collect();
    Ok(Parsed { command: words.command, values, warnings, idle_flags })
}

/// What is asked for, without a look at options: whoever asks for help gets it, whatever is configured. Only a word that
/// help was asked about is judged.
pub fn read_command(
    invocation: &Invocation,
    bootstrap: &Bootstrap,
    scopes: &[ScopeSpec],
) -> Result<CommandLine, OptionsError> {
    let global = missing_global(scopes);
    let words = words(invocation, bootstrap, &Scopes::new(global.iter().chain(scopes)));
    let about_words = words.errors.into_iter().filter(|error| !error.is_about_flag());
    match OptionsError::of_many(about_words.collect()) {
        Some(error) => Err(error),
        None => Ok(words.command),
    }
}

fn words(invocation: &Invocation, bootstrap: &Bootstrap, scopes: &Scopes<'_>) -> Words {
    let paths = LocalPaths { cwd: &invocation.cwd, build_root: &bootstrap.build_root };
    let distance = bootstrap.values.value("", "option-name-check-distance").as_int();
    let distance = distance.and_then(|distance| usize::try_from(distance).ok()).unwrap_or(0);
    command_line::read(&invocation.args, scopes, &paths, distance)
}

#[cfg(test)]
mod tests;
