//! Why a managed process cannot be dealt with.

use crate::cancel::CancelReason;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a managed process cannot be dealt with.
#[derive(Debug, thiserror::Error)]
pub enum ManagedProcessError {
    /// Its metadata cannot be read or written.
    #[error("cannot {activity} `{}`", path.display())]
    Metadata {
        /// `read`, `write` or `remove`.
        activity: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It cannot be started.
    #[error("cannot start `{name}`")]
    Spawn {
        /// The process.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Something that it should have written did not come in time.
    #[error("`{name}` did not write its {key} within {timeout:?}")]
    Timeout {
        /// The process.
        name: String,
        /// What is missing.
        key: String,
        /// How long we waited.
        timeout: Duration,
    },
    /// It cannot be ended.
    #[error("`{name}` (pid {pid}) does not end, not even when killed")]
    NotResponding {
        /// The process.
        name: String,
        /// Its pid.
        pid: u32,
    },
    /// It may not be signalled.
    #[error("cannot signal `{name}` (pid {pid})")]
    Signal {
        /// The process.
        name: String,
        /// Its pid.
        pid: u32,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The run was cancelled while waiting.
    #[error("{0}")]
    Cancelled(CancelReason),
}

impl ManagedProcessError {
    /// Whether the process, or what it left, belongs to somebody else.
    pub fn is_permission_denied(&self) -> bool {
        match self {
            Self::Metadata { source, .. } | Self::Spawn { source, .. } | Self::Signal { source, .. } => {
                source.kind() == io::ErrorKind::PermissionDenied
            }
            Self::Timeout { .. } | Self::NotResponding { .. } | Self::Cancelled(_) => false,
        }
    }
}
