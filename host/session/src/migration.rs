//! `migrate-config`: reads an old `pants.ini`, writes the `pants.toml` that means the same.

use crate::older_config::migrate;
use crate::request::Request;
use crate::whole_file;
use pants_options::{Migrated, OptionsError};
use std::io;
use std::path::Path;

/// Which file is to be read, and which one to be written; relative to the client's directory.
#[derive(Clone, Debug, Default)]
pub struct Migration {
    /// By default the `pants.ini` of the build root.
    pub input: Option<String>,
    /// By default the `pants.toml` beside the old file.
    pub output: Option<String>,
}

/// What was done.
#[derive(Clone, Debug)]
pub struct MigratedFile {
    /// The file that was read, as the user would write it.
    pub input: String,
    /// The file that was written, as the user would write it.
    pub output: String,
    /// What one should know of it.
    pub notes: Vec<String>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The old file cannot be read.
    #[error("cannot read `{name}`")]
    Read {
        /// The file.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The old file makes no sense.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The new file is there already.
    #[error("`{name}` exists already")]
    Exists {
        /// The file.
        name: String,
    },
    /// The new file cannot be written.
    #[error("cannot write `{name}`")]
    Write {
        /// The file.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Reads the one file and writes the other, whole or not at all.
///
/// What no backend reads, neither of those that come with the program nor of the repository's own, becomes a comment.
pub fn migrate_config(request: &Request, cwd: &Path, migration: &Migration) -> Result<MigratedFile, MigrateError> {
    let input = migration.input.clone().unwrap_or_else(|| shown(&request.bootstrap.build_root.join("pants.ini"), cwd));
    let output = migration.output.clone();
    let output = output.unwrap_or_else(|| shown(&Path::new(&input).with_file_name("pants.toml"), cwd));
    let text = std::fs::read_to_string(cwd.join(&input))
        .map_err(|source| MigrateError::Read { name: input.clone(), source })?;
    let Migrated { toml, notes } = migrate(request, &text, &input)?;
    match whole_file::create(&cwd.join(&output), &toml) {
        Ok(()) => Ok(MigratedFile { input, output, notes }),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(MigrateError::Exists { name: output }),
        Err(source) => Err(MigrateError::Write { name: output, source }),
    }
}

/// A path as a person in this directory would write it.
fn shown(path: &Path, cwd: &Path) -> String {
    path.strip_prefix(cwd).unwrap_or(path).display().to_string()
}
