//! `pants migrate-config`: what its arguments ask for, and what is said when it is done.

use crate::words::Answer;
use clap::ArgMatches;
use pants_daemon::{ClientWorld, Failure};
use pants_model::Diagnostic;
use pants_options::{BUILD_ROOT_VARIABLE, Bootstrap, Invocation, OptionsError, bootstrap, bootstrap_without_config};
use pants_session::{MigrateError, Migration, migrate_config};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Does it, and says what was done.
pub(crate) fn carry_out(world: &ClientWorld, matches: &ArgMatches) -> Result<Answer, Failure> {
    let named = |argument: &str| matches.get_one::<String>(argument).cloned();
    let migration = Migration { input: named("file"), output: named("output-file") };
    let cwd = &world.invocation.cwd;
    let invocation = Invocation { cwd: start(cwd, &migration), ..world.invocation.clone() };
    let (invocation, bootstrap) = in_a_build_root(invocation)?;
    let request = world.request(invocation, bootstrap);
    let done = migrate_config(&request, cwd, &migration).map_err(failure)?;
    let text = format!("wrote `{}`, which means what `{}` does\n", done.output, done.input);
    let warnings = done.notes.into_iter().map(Diagnostic::warning_without_place).collect();
    Ok(Answer { text, warnings, code: 0 })
}

/// Where the search for the build root begins: at the old file, so that what is written does not depend on where one
/// stands; at the current directory where none is named, or where there is no such directory.
fn start(cwd: &Path, migration: &Migration) -> PathBuf {
    let named = migration.input.as_ref().map(|input| cwd.join(input));
    let directory = named.as_deref().and_then(Path::parent).and_then(|directory| directory.canonicalize().ok());
    directory.unwrap_or_else(|| cwd.to_owned())
}

/// What is known there before any plugin. A repository of the Pants v1 years need not have a file that marks its root:
/// then it is the directory of its old config.
fn in_a_build_root(invocation: Invocation) -> Result<(Invocation, Bootstrap), OptionsError> {
    match leniently(&invocation) {
        Err(OptionsError::NoBuildRoot { start, old_config, .. }) => {
            let root = old_config.as_deref().and_then(Path::parent).unwrap_or(&start).to_owned();
            let mut environment = (*invocation.environment).clone();
            environment.insert(BUILD_ROOT_VARIABLE.into(), root.into());
            let invocation = Invocation { environment: Arc::new(environment), ..invocation };
            leniently(&invocation).map(|bootstrap| (invocation, bootstrap))
        }
        found => found.map(|bootstrap| (invocation, bootstrap)),
    }
}

/// Whatever is wrong with the options: the old file is read, not obeyed.
fn leniently(invocation: &Invocation) -> Result<Bootstrap, OptionsError> {
    bootstrap(invocation).or_else(|_| bootstrap_without_config(invocation))
}

fn failure(error: MigrateError) -> Failure {
    let report = Diagnostic::of_error(&error);
    match error {
        MigrateError::Options(error) => Failure::from(error),
        MigrateError::Read { .. } => {
            Failure::of_user(report.hint("`pants migrate-config path/to/pants.ini` reads another file"))
        }
        MigrateError::Exists { name } => {
            let report = report.hint("`--output-file=FILE` writes another file, to compare");
            Failure::of_user(report.hint(format!("where `{name}` is of no use any more, remove it first")))
        }
        MigrateError::Write { .. } => Failure::of_user(report),
    }
}
