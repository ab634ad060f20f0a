//! Which paths do not exist for us, and which have no BUILD files of ours: patterns with git's semantics.

use crate::config::WorkspaceConfig;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use pants_model::Diagnostic;
use std::fs;
use std::path::Path;

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Dir,
}

/// The ignore rules of a build root, as they were read.
pub(super) struct Ignores {
    hidden: Rules,
    without_builds: Rules,
    excluded: Vec<String>,
    /// The content of `.gitignore`, where it counts.
    gitignore: Vec<u8>,
}

impl Ignores {
    /// Reads the rules; those that are no patterns become warnings.
    pub(super) fn read(config: &WorkspaceConfig) -> (Self, Vec<Diagnostic>) {
        let mut warnings = Vec::new();
        let root = &config.build_root;
        let gitignore = read_gitignore(config);
        let hidden = Rules::new(root, &gitignore, &config.pants_ignore, &mut warnings);
        let without_builds = Rules::new(root, &[], &config.build_ignore, &mut warnings);
        let excluded = config.excluded_dirs.iter().filter_map(|dir| {
            let relative = if dir.is_absolute() { dir.strip_prefix(root).ok()? } else { dir };
            relative.to_str().filter(|dir| !dir.is_empty()).map(str::to_owned)
        });
        let excluded = excluded.collect();
        (Self { hidden, without_builds, excluded, gitignore }, warnings)
    }

    /// Whether the files that the rules are read from are as they were.
    pub(super) fn are_current(&self, config: &WorkspaceConfig) -> bool {
        self.gitignore == read_gitignore(config)
    }

    pub(super) fn hide_dir(&self, dir: &str) -> bool {
        self.excluded.iter().any(|excluded| excluded == dir) || self.hidden.matches(dir, EntryKind::Dir)
    }

    /// Whether a file is hidden; its path is made only where a rule may be about it.
    pub(super) fn hide_file(&self, path: impl FnOnce() -> String) -> bool {
        self.hidden.know_files && self.hidden.matches(&path(), EntryKind::File)
    }

    pub(super) fn leave_out_builds_of(&self, dir: &str) -> bool {
        self.without_builds.matches(dir, EntryKind::Dir)
    }

    /// Whether a BUILD file is none of ours.
    pub(super) fn leave_out_build(&self, path: impl FnOnce() -> String) -> bool {
        self.without_builds.know_files && self.without_builds.matches(&path(), EntryKind::File)
    }
}

/// A missing file has no rules.
fn read_gitignore(config: &WorkspaceConfig) -> Vec<u8> {
    let file = config.use_gitignore.then(|| config.build_root.join(".gitignore"));
    file.filter(|file| file.is_file()).and_then(|file| fs::read(file).ok()).unwrap_or_default()
}

/// Ignore patterns with git's semantics.
struct Rules {
    patterns: Gitignore,
    /// Whether any pattern is about files; if none is, files need not be asked about.
    know_files: bool,
}

impl Rules {
    fn new(root: &Path, gitignore: &[u8], patterns: &[String], warnings: &mut Vec<Diagnostic>) -> Self {
        let mut builder = GitignoreBuilder::new(root);
        let mut know_files = false;
        // A line of it that is no pattern, or no text, is git's business, not ours.
        for line in String::from_utf8_lossy(gitignore).lines() {
            know_files |= is_about_files(line);
            let _ = builder.add_line(Some(root.join(".gitignore")), line);
        }
        for pattern in patterns {
            know_files |= is_about_files(pattern);
            if let Err(error) = builder.add_line(None, pattern) {
                warnings.push(Diagnostic::warning_without_place(format!(
                    "ignore pattern `{pattern}` is left out: {error}"
                )));
            }
        }
        let patterns = builder.build().unwrap_or_else(|error| {
            warnings.push(Diagnostic::warning_without_place(format!("ignore patterns are left out: {error}")));
            Gitignore::empty()
        });
        Self { patterns, know_files }
    }

    fn matches(&self, path: &str, kind: EntryKind) -> bool {
        !path.is_empty() && self.patterns.matched(path, kind == EntryKind::Dir).is_ignore()
    }
}

fn is_about_files(pattern: &str) -> bool {
    let pattern = pattern.trim();
    !pattern.is_empty() && !pattern.starts_with(['#', '!']) && !pattern.ends_with('/')
}
