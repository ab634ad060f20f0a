//! From a description to something that can be started: placeholders expanded, the environment complete.

use crate::group::CommandLine;
use crate::placeholders::{PlaceholderError, Places};
use crate::process::{Process, RunError};
use pants_model::Fingerprint;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Tells a process which run it is a part of. A run that it starts reads it as an option.
const PARENT_BUILD: &str = "PANTS_PARENT_BUILD_ID";

/// On whose behalf a process runs.
pub(crate) struct Client<'a> {
    /// Their environment, for what is passed through.
    pub(crate) environment: &'a BTreeMap<OsString, OsString>,
    /// The id of their run.
    pub(crate) run: Option<&'a str>,
}

/// A process with nothing left to expand.
pub(crate) struct Prepared {
    /// What to start, or what to ask the worker for.
    pub(crate) command: CommandLine,
    /// Program and arguments.
    pub(crate) argv: Vec<String>,
    /// What the process itself sets.
    pub(crate) env: BTreeMap<String, String>,
    /// The worker to ask, by its key.
    pub(crate) worker: Option<(Fingerprint, CommandLine)>,
}

/// Expands a process for this machine; `caches` are the directories of its named caches.
pub(crate) fn prepare(
    process: &Process,
    caches: &[(String, PathBuf)],
    build_root: &Path,
    client: &Client<'_>,
) -> Result<Prepared, RunError> {
    let invalid = |reason: String| RunError::Invalid { description: process.name().to_owned(), reason };
    let unknown = |error: PlaceholderError| invalid(error.to_string());
    let places = Places { tools: &process.tools, caches };
    let argv = expand_all(&places, &process.argv).map_err(unknown)?;
    let env = expand_values(&places, &process.env).map_err(unknown)?;
    let (program, arguments) = argv.split_first().ok_or_else(|| invalid("it has no program".to_owned()))?;
    let command = CommandLine {
        program: program.clone(),
        arguments: arguments.to_vec(),
        env: complete(&env, &process.passthrough_env, client),
        directory: build_root.join(&process.working_directory),
    };
    let worker = match &process.worker {
        None => None,
        Some(spec) => {
            let places = Places { tools: &spec.tools, caches };
            let argv = expand_all(&places, &spec.argv).map_err(unknown)?;
            let env = expand_values(&places, &spec.env).map_err(unknown)?;
            let (program, arguments) =
                argv.split_first().ok_or_else(|| invalid("its worker has no program".to_owned()))?;
            let command = CommandLine {
                program: program.clone(),
                arguments: arguments.to_vec(),
                env: complete(&env, &[], client),
                directory: build_root.to_owned(),
            };
            Some((spec.key(), command))
        }
    };
    Ok(Prepared { command, argv, env, worker })
}

/// The environment of a process: what it passes through, over it what it sets, and over that the run it is a part of.
///
/// A worker outlives the run that started it: what it is told is told to it again with each request.
fn complete(env: &BTreeMap<String, String>, passthrough: &[String], client: &Client<'_>) -> Vec<(OsString, OsString)> {
    let is_passed = |name: &OsStr| passthrough.iter().any(|pattern| is_named(name, pattern));
    let passed = client.environment.iter().filter(|(name, _)| is_passed(name));
    let mut complete: BTreeMap<OsString, OsString> =
        passed.map(|(name, value)| (name.clone(), value.clone())).collect();
    complete.extend(env.iter().map(|(name, value)| (name.into(), value.into())));
    complete.extend(client.run.map(|run| (PARENT_BUILD.into(), run.into())));
    complete.into_iter().collect()
}

/// Whether a variable has the name, or begins as `PREFIX*` says.
fn is_named(name: &OsStr, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.as_bytes().starts_with(prefix.as_bytes()),
        None => name == pattern,
    }
}

fn expand_all(places: &Places<'_>, texts: &[String]) -> Result<Vec<String>, PlaceholderError> {
    texts.iter().map(|text| places.expand(text)).collect()
}

fn expand_values(
    places: &Places<'_>,
    values: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, PlaceholderError> {
    values.iter().map(|(name, value)| Ok((name.clone(), places.expand(value)?))).collect()
}
