//! The record of a result: the fingerprint it was made for, and the named parts of that fingerprint.
//!
//! It stands beside the results directory, is removed before work starts and written by rename after success: whatever
//! dies in between leaves an invalid target, never a wrong one. A record that cannot be read counts as none.

use crate::task_error::TaskError;
use pants_model::{Address, Fingerprint};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

const HEADER: &str = "pants-validity 1 ";

/// Where the results of a task for a target are, and its record beside them.
#[derive(Clone)]
pub(crate) struct ResultPaths {
    pub(crate) results: PathBuf,
    record: PathBuf,
}

/// What a record says about a fingerprint.
pub(crate) enum Verdict {
    Valid,
    /// There is nothing to compare with.
    New,
    /// And why, one line for each part that changed.
    Changed(Vec<String>),
}

impl ResultPaths {
    pub(crate) fn new(workdir: &Path, address: &Address) -> Self {
        let id = address.id();
        // No target is named with an `@`, so this is the results directory of none.
        Self { results: workdir.join(&id), record: workdir.join(format!("{id}@valid")) }
    }

    /// Whether the results are those of this fingerprint; if not, what changed since they were.
    pub(crate) fn judge(&self, fingerprint: &Fingerprint, parts: &[(String, String)]) -> Verdict {
        let text = match std::fs::read_to_string(&self.record) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Verdict::New,
            Err(error) => {
                return Verdict::Changed(vec![format!("the record of the earlier result cannot be read: {error}")]);
            }
        };
        let Some((recorded, old)) = parse(&text) else {
            return Verdict::Changed(vec!["the record of the earlier result is damaged".to_owned()]);
        };
        if recorded != *fingerprint {
            return Verdict::Changed(changes(&old, parts));
        }
        if !self.results.is_dir() {
            return Verdict::Changed(vec!["the earlier result was removed".to_owned()]);
        }
        Verdict::Valid
    }

    /// Makes the target invalid until it is marked, and the results directory ready.
    pub(crate) fn begin(&self) -> Result<(), TaskError> {
        match std::fs::remove_file(&self.record) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(cannot("remove", &self.record, error)),
            Ok(()) | Err(_) => {}
        }
        std::fs::create_dir_all(&self.results).map_err(|error| cannot("create", &self.results, error))
    }

    /// Makes the target valid.
    pub(crate) fn finish(&self, fingerprint: &Fingerprint, parts: &[(String, String)]) -> Result<(), TaskError> {
        let directory = self.record.parent().expect("a record stands in the work directory of its task");
        let write = || -> io::Result<()> {
            // The name of the temporary file, which its errors hold, means nothing to anybody.
            let mut file = tempfile::NamedTempFile::new_in(directory).map_err(|error| io::Error::from(error.kind()))?;
            file.as_file_mut().write_all(format(fingerprint, parts)?.as_bytes())?;
            file.persist(&self.record)?;
            Ok(())
        };
        write().map_err(|error| cannot("write", &self.record, error))
    }
}

/// The error of something that the file system refused.
pub(crate) fn cannot(what: &str, path: &Path, error: io::Error) -> TaskError {
    TaskError::failed(format!("cannot {what} `{}`", path.display())).caused_by(error)
}

/// A header with the fingerprint, then one JSON pair a line.
fn format(fingerprint: &Fingerprint, parts: &[(String, String)]) -> io::Result<String> {
    let mut text = format!("{HEADER}{fingerprint}\n");
    for part in parts {
        text.push_str(&serde_json::to_string(part)?);
        text.push('\n');
    }
    Ok(text)
}

fn parse(text: &str) -> Option<(Fingerprint, BTreeMap<String, String>)> {
    let (header, parts) = text.split_once('\n')?;
    let fingerprint = Fingerprint::from_hex(header.strip_prefix(HEADER)?)?;
    let parts = parts.lines().map(|line| serde_json::from_str(line).ok()).collect::<Option<_>>()?;
    Some((fingerprint, parts))
}

fn changes(old: &BTreeMap<String, String>, new: &[(String, String)]) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, value) in new {
        match old.get(name) {
            None => lines.push(format!("{name} is new: {value}")),
            Some(before) if before != value => lines.push(format!("{name} changed: {before} -> {value}")),
            Some(_) => {}
        }
    }
    let names: std::collections::BTreeSet<&String> = new.iter().map(|(name, _)| name).collect();
    lines.extend(
        old.iter()
            .filter(|(name, _)| !names.contains(name))
            .map(|(name, value)| format!("{name} is gone; it was {value}")),
    );
    if lines.is_empty() {
        // Equal parts in another order: fields of a target were declared in another order.
        lines.push("the order of its fields changed".to_owned());
    }
    lines
}
