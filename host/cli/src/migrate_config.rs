//! `pants migrate-config`: reads an old pants.ini, writes the pants.toml that means the same.

use crate::client::Client;
use crate::failure::Failure;
use crate::words::Answer;
use clap::ArgMatches;
use pants_model::Diagnostic;
use pants_options::{Bootstrap, Migrated, OptionsError, bootstrap, bootstrap_without_config};
use std::fs::Permissions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Does it, and says what was done.
pub(crate) fn carry_out(client: &Client, matches: &ArgMatches) -> Result<Answer, Failure> {
    let cwd = &client.invocation.cwd;
    let bootstrap = bootstrap(&client.invocation);
    let name = match (matches.get_one::<String>("file"), &bootstrap) {
        (Some(name), _) => name.clone(),
        (None, Ok(bootstrap)) => shown(&bootstrap.build_root.join("pants.ini"), cwd),
        (None, Err(_)) => "pants.ini".to_owned(),
    };
    let output = match matches.get_one::<String>("output-file") {
        Some(output) => output.clone(),
        None => shown(&Path::new(&name).with_file_name("pants.toml"), cwd),
    };
    let text = read(&cwd.join(&name), &name)?;
    let migrated = migrate(client, bootstrap, &text, &name)?;
    write(&cwd.join(&output), &output, &migrated.toml)?;
    let warnings = migrated.notes.into_iter().map(Diagnostic::warning_without_place).collect();
    Ok(Answer { text: format!("wrote `{output}`, which means what `{name}` does\n"), warnings, code: 0 })
}

/// A path as a person here would write it.
fn shown(path: &Path, cwd: &Path) -> String {
    path.strip_prefix(cwd).unwrap_or(path).display().to_string()
}

fn read(path: &Path, name: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let report = Diagnostic::error_without_place(format!("cannot read `{name}`: {error}"));
        Failure::of_user(report.hint("`pants migrate-config path/to/pants.ini` reads another file"))
    })
}

/// With the options of the backends, where there is a repository: what nobody reads becomes a comment then.
fn migrate(
    client: &Client,
    bootstrap: Result<Bootstrap, OptionsError>,
    text: &str,
    name: &str,
) -> Result<Migrated, OptionsError> {
    match bootstrap.or_else(|_| bootstrap_without_config(&client.invocation)) {
        Ok(bootstrap) => {
            let request = client.request(client.invocation.clone(), bootstrap);
            pants_session::migrate_config(&request, text, name)
        }
        Err(_) => pants_options::migrate_config(text, name),
    }
}

/// Writes a new file, whole or not at all.
fn write(path: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let directory = path.parent().map(PathBuf::from).unwrap_or_default();
    let mut temporary = tempfile::Builder::new();
    // The umask takes away what it takes away of any new file.
    temporary.prefix(".pants-").permissions(Permissions::from_mode(0o666));
    let written = temporary.tempfile_in(directory).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.persist_noclobber(path).map_err(|error| error.error)
    });
    match written {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let report = Diagnostic::error_without_place(format!("`{name}` exists already"));
            let report = report.hint("`--output-file=FILE` writes another file, to compare");
            Err(Failure::of_user(report.hint(format!("where `{name}` is of no use any more, remove it first"))))
        }
        // The error itself names a temporary file, of which nobody has heard.
        Err(error) => Err(Failure::user(format!("cannot write `{name}`: {}", error.kind()))),
    }
}
