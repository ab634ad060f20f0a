//! What a daemon is started with: one document on its standard input.

use super::identity::Identity;
use super::site::Site;
use pants_options::Bootstrap;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The first argument of a daemon.
pub const SERVE: &str = "--pantsd-serve";

/// What a daemon is started with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Where its files are.
    pub site: Site,
    /// What makes it another than other daemons.
    pub identity: Identity,
    /// The TCP port to listen on, too.
    pub port: Option<u16>,
    /// Whether clients on that port need no token.
    pub allows_plain_nailgun: bool,
    /// How many bytes it may use.
    pub max_memory: Option<u64>,
    /// After how long without a run it ends.
    pub idle_timeout: Option<Duration>,
}

impl Settings {
    /// What these options ask for. Numbers out of range ask for nothing here: the run itself is told of them.
    pub fn of(bootstrap: &Bootstrap, site: Site, identity: Identity) -> Self {
        let number = |option| bootstrap.values.value("", option).as_int().filter(|number| *number > 0);
        Self {
            site,
            identity,
            port: number("pantsd-pailgun-port").and_then(|port| u16::try_from(port).ok()),
            allows_plain_nailgun: bootstrap.values.value("", "pantsd-allow-plain-nailgun").as_bool().unwrap_or(false),
            max_memory: number("pantsd-max-memory-usage").and_then(|bytes| u64::try_from(bytes).ok()),
            idle_timeout: number("pantsd-idle-timeout")
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map(Duration::from_secs),
        }
    }
}
