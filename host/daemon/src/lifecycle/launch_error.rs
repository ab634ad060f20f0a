//! Why there is no daemon for a run: each in one line, for the warning.

use super::with_cause;
use pants_process::ManagedProcessError;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why there is no daemon for a run.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// It said so, or how it ended says so.
    #[error("it did not start: {0}")]
    NotStarted(String),
    /// It was started and not heard of.
    #[error("it did not start within {0:?}")]
    TooSlow(Duration),
    /// It failed a moment ago, and will not be tried for a while.
    #[error("{0} (tried a moment ago)")]
    Failed(String),
    /// There is one, and it is somebody else's.
    #[error("the files in `{}` belong to another user (uid {uid})", directory.display())]
    Foreign {
        /// The metadata.
        directory: PathBuf,
        /// Whose they are.
        uid: u32,
    },
    /// Somebody else has been starting one for too long.
    #[error("{0} has been starting it for too long")]
    LockHeld(String),
    /// A directory that it needs cannot be used.
    #[error("cannot use `{}`: {source}", path.display())]
    Directory {
        /// The directory or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its process or its metadata cannot be dealt with.
    #[error("{}", with_cause(.0))]
    Process(ManagedProcessError),
    /// Nobody waits for it any more.
    #[error("interrupted")]
    Cancelled,
}

impl From<ManagedProcessError> for LaunchError {
    fn from(error: ManagedProcessError) -> Self {
        match error {
            ManagedProcessError::Cancelled(_) => Self::Cancelled,
            error => Self::Process(error),
        }
    }
}
