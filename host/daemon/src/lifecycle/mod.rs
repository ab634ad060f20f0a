//! The life of the daemon: whether a run wants one, whether the one that runs will do, its birth, its states, its end.
//!
//! What Pants v1 had in `PantsDaemon` and its `Factory`. A client decides from bootstrap options alone (the stub start of
//! Pants), compares one fingerprint with the metadata in `.pids/pantsd`, and launches under a lock only where that does not
//! settle it. The daemon is the same program executed anew with a hidden first argument; it announces itself by renaming a
//! directory, so it is either there with everything that a client needs, or not there.
//!
//! Must not know: requests and their frames (`server`, `client`), what is kept warm, who watches files (`services`).

// What both sides must agree on.
mod identity;
mod invalidation;
mod settings;
mod site;

// The client's side.
mod decide;
mod last_words;
mod setback;

mod handle;
mod leftovers;

mod launch_error;

mod birth;

mod launch;

mod ending;
mod status;
mod tail;

// The daemon's side.
mod lifetime;
mod listeners;

mod announcement;
mod signals;
mod undertaker;

mod serve;

/// Why a daemon cannot be ended.
pub use pants_process::ManagedProcessError;

pub use decide::{Decision, DirectReason, decide};
pub use ending::{Killed, kill, stop};
pub use handle::Handle;
pub use identity::{Identity, Program, differences};
pub use launch::{Launch, START_TIMEOUT, Unwanted, finishing, found, maybe_launch, running};
pub use launch_error::LaunchError;
pub use lifetime::Lifetime;
pub use serve::{Announced, DaemonBody, run_daemon};
pub use settings::{SERVE, Settings};
pub use site::Site;
pub use status::{RunStatus, Status, WatchStatus};
pub use tail::tail_of_log;
pub use undertaker::{UNDERTAKER, undertake};

/// An error with its cause, in one line: for warnings, whose causes nobody prints.
pub fn with_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
