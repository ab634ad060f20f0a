//! What our program that asks Coursier answers, and the errors that follow from it.

use crate::maven::{MavenError, Remotes};
use crate::third_party::declared::Jar;
use crate::third_party::lock::{LockedArtifact, LockedFile};
use plugin_api::Error;
use std::collections::BTreeMap;

/// What our program answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) artifacts: BTreeMap<String, LockedArtifact>,
    /// What could not be had, with what each repository said.
    pub(super) missing: BTreeMap<String, Vec<String>>,
    /// Files that are not what the lock file says.
    mismatches: Vec<String>,
}

impl Answer {
    pub(super) fn parse(text: &str) -> Self {
        let mut answer = Self::default();
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields[..] {
                ["jar", node, _module, _version, classifier, ext, sha256, _path, needs] => {
                    answer.add_artifact(node, classifier, ext, sha256, needs);
                }
                ["missing", what, reason] => {
                    answer.missing.entry(what.to_owned()).or_default().push(reason.to_owned());
                }
                ["mismatch", node, url, expected, found] => {
                    answer.mismatches.push(format!("`{node}` from {url}: SHA-256 {found}, locked {expected}"));
                }
                _ => tracing::debug!(line, "not a line of an answer"),
            }
        }
        answer
    }

    fn add_artifact(&mut self, node: &str, classifier: &str, ext: &str, sha256: &str, needs: &str) {
        let artifact = self.artifacts.entry(node.to_owned()).or_default();
        if !sha256.is_empty() {
            let text = str::to_owned;
            let file =
                LockedFile { sha256: text(sha256), classifier: text(classifier), ext: text(ext), url: String::new() };
            artifact.files.push(file);
            artifact.files.sort();
        }
        artifact.needs.extend(needs.split(',').filter(|need| !need.is_empty()).map(str::to_owned));
    }

    pub(super) fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.mismatches.is_empty()
    }
}

pub(super) fn no_repository(error: &MavenError) -> Error {
    let mut shown = Error::msg(format!("third-party jars cannot be fetched: {error}"));
    match error {
        MavenError::NoRepository { searched } => {
            shown.causes.clone_from(searched);
            shown.hint("install Maven, whose default repository is used, or set the option `[coursier] repos`")
        }
        MavenError::Settings { path: _, source } => {
            shown.causes.push(source.to_string());
            shown
        }
    }
}

/// The error for what could not be had; the first line names the place of the declaration.
pub(super) fn unresolved(answer: &Answer, jars: &[Jar], remotes: &Remotes) -> Error {
    if !answer.mismatches.is_empty() {
        let mut error = Error::msg("a repository gives another file than the lock file names")
            .hint("if the file was replaced on purpose, delete the lock file and resolve again");
        error.causes.clone_from(&answer.mismatches);
        return error;
    }
    let mut messages = Vec::new();
    let mut error = Error::default();
    for (what, reasons) in &answer.missing {
        messages.push(match jars.iter().find(|jar| jar.coordinate() == *what) {
            Some(jar) => format!("{}: jar `{what}` cannot be fetched", jar.location),
            None if what.is_empty() => "third-party jars cannot be resolved".to_owned(),
            // Its metadata was there, and promised a file.
            None if what.contains("://") => format!("`{what}` cannot be fetched"),
            None => format!("jar `{what}`, which others need, cannot be fetched"),
        });
        error.causes.extend(reasons.iter().cloned());
    }
    // Declared ones first: those are what the user can do something about.
    messages.sort_by_key(|message| message.contains("which others need"));
    error.message = messages.join("\n");
    error.hint(searched_hint(remotes))
}

pub(super) fn searched_hint(remotes: &Remotes) -> String {
    let names: Vec<String> = remotes.repositories.iter().map(|repository| format!("`{}`", repository.id)).collect();
    format!(
        "searched the repositories {}; the option `[coursier] repos` and Maven's settings.xml name them",
        names.join(", ")
    )
}
