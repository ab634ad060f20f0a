//! What makes one daemon another: the program, the options that it is started with, the files that somebody named.
//!
//! One document for two: the fingerprint hashes it, and a restart is explained from it, so they cannot disagree.

use super::invalidation;
use pants_model::{Fingerprint, Value};
use pants_options::{Bootstrap, DaemonOption, VERSION, daemon_options, render_literal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The document beside the fingerprint, from which a restart is explained.
pub(super) const DOCUMENT: &str = "options";

/// What makes one daemon another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The version of the program.
    pub version: String,
    /// Its file.
    pub program: Program,
    /// The options that count, by name, as they are shown.
    pub options: BTreeMap<String, String>,
    /// What `--pantsd-invalidation-globs` matches, each with what tells one state of it from another.
    pub files: BTreeMap<String, String>,
    /// The mask for the permissions of new files, which a run has from the process that carries it out.
    pub umask: String,
}

/// The file of a program, as it was when somebody looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Where it is, resolved.
    pub path: PathBuf,
    /// Device, inode, size and time of the last change.
    pub stamp: String,
}

impl Program {
    /// The program that is running.
    pub fn here() -> io::Result<Self> {
        Self::at(&std::env::current_exe()?)
    }

    /// The program at a path.
    pub fn at(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        let metadata = path.metadata()?;
        let stamp = format!("{}:{} {}", metadata.dev(), metadata.ino(), invalidation::stamp(&metadata));
        Ok(Self { path, stamp })
    }
}

impl Identity {
    /// What a daemon must be for a client with these options.
    pub fn of(bootstrap: &Bootstrap, program: Program) -> Self {
        let values = &bootstrap.values;
        // Whether it is wanted is settled before anybody asks which one.
        let counting = daemon_options(values).filter(|option| (option.scope, option.name) != ("", "pantsd"));
        let listed = |DaemonOption { scope, name, value }: DaemonOption<'_>| {
            let name = if scope.is_empty() { name.to_owned() } else { format!("{scope} {name}") };
            (name, shown(&value.value))
        };
        let globs = values.value("", "pantsd-invalidation-globs").to_strings();
        Self {
            version: VERSION.to_owned(),
            program,
            options: counting.map(listed).collect(),
            files: invalidation::files(&bootstrap.build_root, &globs),
            umask: umask(),
        }
    }

    /// Equal fingerprints mean the same daemon.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_bytes(self.to_document().as_bytes())
    }

    /// As it is kept beside the fingerprint.
    pub(super) fn to_document(&self) -> String {
        serde_json::to_string(self).expect("it is made of texts, and maps with texts for keys")
    }

    /// The document of a daemon; nothing for what another version wrote.
    pub(super) fn from_document(document: &str) -> Option<Self> {
        serde_json::from_str(document).ok()
    }
}

/// A value for the eye: a text as it is.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| render_literal(value), str::to_owned)
}

/// The mask of this process. Asking the system for it would change it, so it is read.
fn umask() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    line.unwrap_or_default().trim().to_owned()
}

/// What changed, each as a sentence for the user; empty for the same daemon.
pub fn differences(old: &Identity, new: &Identity) -> Vec<String> {
    let Identity { version, program, options, files, umask } = old;
    let mut found = Vec::new();
    let changed = |what: &str, old: &str, new: &str| format!("{what} changed from `{old}` to `{new}`");
    if *version != new.version {
        found.push(changed("the version of pants", version, &new.version));
    }
    if program.path != new.program.path {
        found.push(changed(
            "the program",
            &program.path.display().to_string(),
            &new.program.path.display().to_string(),
        ));
    } else if program.stamp != new.program.stamp {
        let name = program.path.file_name().unwrap_or_default();
        found.push(format!("the program `{}` changed", name.to_string_lossy()));
    }
    for (name, [old, new]) in changes(options, &new.options) {
        let none = || shown(&Value::None);
        let (old, new) = (old.cloned().unwrap_or_else(none), new.cloned().unwrap_or_else(none));
        found.push(changed(&format!("option `{name}`"), &old, &new));
    }
    for (path, sides) in changes(files, &new.files) {
        found.push(match sides {
            [None, _] => format!("file `{path}` appeared"),
            [_, None] => format!("file `{path}` is gone"),
            _ => format!("file `{path}` changed"),
        });
    }
    if *umask != new.umask {
        found.push(changed("the umask", umask, &new.umask));
    }
    found
}

/// The names whose values differ, with both values.
fn changes<'a>(
    old: &'a BTreeMap<String, String>,
    new: &'a BTreeMap<String, String>,
) -> BTreeMap<&'a str, [Option<&'a String>; 2]> {
    let names = old.keys().chain(new.keys());
    let sides = names.map(|name| (name.as_str(), [old.get(name), new.get(name)]));
    sides.filter(|(_, [old, new])| old != new).collect()
}

#[cfg(test)]
mod tests;
