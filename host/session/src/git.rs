//! What git says was changed.
//!
//! Runs `git` itself, with the user's environment: it knows worktrees, attributes and configuration best. Paths come
//! out relative to the build root, also when that lies below the root of the git repository; changes outside the build
//! root are left out.

use pants_model::Diagnostic;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which changes are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangeSpec {
    /// What differs in the working tree, untracked files included; with a parent, also what was committed since the
    /// branch left it.
    WorkingTree { parent: Option<String> },
    /// What a commit or a range of commits changed.
    Range(String),
}

/// Why the changes are not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    #[error("cannot run `git`")]
    CannotRun(#[source] std::io::Error),
    #[error("git knows no commit `{0}`")]
    UnknownCommit(String),
    #[error("`git {command}` failed: {message}")]
    Failed { command: String, message: String },
}

impl GitError {
    pub(crate) fn into_diagnostic(self) -> Diagnostic {
        match &self {
            Self::CannotRun(source) => {
                Diagnostic::error_without_place(format!("{self}: {source}")).hint("`changed` needs git on the PATH")
            }
            Self::Failed { message, .. } if message.contains("not a git repository") => {
                Diagnostic::error_without_place(
                    "the build root is in no git repository, so nothing is known to have changed",
                )
            }
            Self::UnknownCommit(_) | Self::Failed { .. } => Diagnostic::error_without_place(self.to_string()),
        }
    }
}

/// The changed files below the build root, relative to it, sorted. A renamed file counts with both names.
pub(crate) fn changed_files(
    build_root: &Path,
    spec: &ChangeSpec,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Vec<PathBuf>, GitError> {
    let git = |args: &[&str]| run(build_root, args, environment);
    let mut files = BTreeSet::new();
    let check_commit = |commit: &str| match git(&["rev-parse", "--verify", "--quiet", &format!("{commit}^{{commit}}")])
    {
        Err(GitError::Failed { message, .. }) if message.is_empty() => Err(GitError::UnknownCommit(commit.to_owned())),
        answer => answer,
    };
    match spec {
        ChangeSpec::Range(range) if range.contains("..") => files.extend(git(&diff(range))?),
        ChangeSpec::Range(commit) => {
            check_commit(commit)?;
            let args =
                ["diff-tree", "--no-commit-id", "--name-only", "--no-renames", "--relative", "-r", "-z", "--root"];
            files.extend(git(&[&args[..], &[commit.as_str(), "--"]].concat())?);
        }
        ChangeSpec::WorkingTree { parent } => {
            // A repository without a commit has no HEAD to compare with: everything in it is new.
            match git(&["rev-parse", "--verify", "--quiet", "HEAD"]) {
                Ok(_) => files.extend(git(&diff("HEAD"))?),
                Err(GitError::Failed { message, .. }) if message.is_empty() => {
                    files.extend(git(&["ls-files", "--cached", "-z"])?);
                }
                Err(error) => return Err(error),
            }
            files.extend(git(&["ls-files", "--others", "--exclude-standard", "-z"])?);
            if let Some(parent) = parent {
                check_commit(parent)?;
                files.extend(git(&diff(&format!("{parent}...HEAD")))?);
            }
        }
    }
    Ok(files.into_iter().collect())
}

fn diff(what: &str) -> [&str; 7] {
    ["diff", "--name-only", "--no-renames", "--relative", "-z", what, "--"]
}

/// The NUL-separated paths that a git command prints.
fn run(
    build_root: &Path,
    args: &[&str],
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Vec<PathBuf>, GitError> {
    let mut command = Command::new("git");
    command.arg("-C").arg(build_root).args(args).env_clear().env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
    for name in ["PATH", "HOME", "XDG_CONFIG_HOME", "GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"] {
        if let Some(value) = environment(name) {
            command.env(name, value);
        }
    }
    let output = command.output().map_err(GitError::CannotRun)?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        let message = message.lines().next().unwrap_or_default().trim_start_matches("fatal: ").to_owned();
        let command = args.first().copied().unwrap_or_default().to_owned();
        return Err(GitError::Failed { command, message });
    }
    let paths = output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    Ok(paths.map(path_of).collect())
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::new(String::from_utf8_lossy(bytes).as_ref()))
}
