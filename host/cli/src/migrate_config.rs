//! `pants migrate-config`: what its arguments ask for, and what is said when it is done.

use crate::client::Client;
use crate::failure::Failure;
use crate::words::Answer;
use clap::ArgMatches;
use pants_model::Diagnostic;
use pants_options::{bootstrap, bootstrap_without_config};
use pants_session::{MigrateError, Migration, migrate_config};

/// Does it, and says what was done.
pub(crate) fn carry_out(client: &Client, matches: &ArgMatches) -> Result<Answer, Failure> {
    let invocation = &client.invocation;
    let found = bootstrap(invocation).or_else(|_| bootstrap_without_config(invocation)).ok();
    let request = found.map(|bootstrap| client.request(invocation.clone(), bootstrap));
    let named = |argument: &str| matches.get_one::<String>(argument).cloned();
    let migration = Migration { input: named("file"), output: named("output-file") };
    let done = migrate_config(request.as_ref(), &invocation.cwd, &migration).map_err(failure)?;
    let text = format!("wrote `{}`, which means what `{}` does\n", done.output, done.input);
    let warnings = done.notes.into_iter().map(Diagnostic::warning_without_place).collect();
    Ok(Answer { text, warnings, code: 0 })
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
