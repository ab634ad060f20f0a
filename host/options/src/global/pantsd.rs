//! The options of the daemon: whether a run uses it, and what it is started with.
//!
//! Each run has its own `--level`, `--logdir`, backends and plugins, whoever carries it out; only what the process itself is
//! started with makes another daemon.

use super::{Marks, flag, int, list, option, text};
use pants_model::{OptionKind, OptionSpec, Value};

/// 4 GiB.
const MAX_MEMORY: i64 = 4 << 30;

/// Three hours.
const IDLE_TIMEOUT: i64 = 3 * 60 * 60;

/// The options of the daemon.
pub(super) fn pantsd_options() -> Vec<OptionSpec> {
    let mut pantsd = flag(
        "pantsd",
        true,
        "Carry the run out in the daemon, which keeps the build graph warm. Unset, it is off where `CI` is set.",
    );
    pantsd.aliases = vec!["enable-pantsd".to_owned()];
    let quit_timeout = "How many seconds a run in the daemon has to end after Ctrl-C before the client leaves it.";
    let mut quit_timeout =
        option("pantsd-pailgun-quit-timeout", OptionKind::Float, Value::Float(5.0), quit_timeout).advanced();
    quit_timeout.minimum = Some(0);
    vec![
        pantsd.advanced().daemon(),
        flag("concurrent", false, "Carry the run out beside the daemon.").advanced(),
        flag("shutdown-pantsd-after-run", false, "End the daemon when this run and those beside it are over.")
            .advanced(),
        text(
            "pantsd-log-dir",
            Value::None,
            "Where the daemon writes `pantsd.log`; by default `pantsd` in the work directory.",
        )
        .advanced()
        .daemon(),
        int("pantsd-pailgun-port", 0, "A TCP port of this machine on which the daemon listens, too; 0 means none.")
            .advanced()
            .daemon(),
        flag(
            "pantsd-allow-plain-nailgun",
            false,
            "Serve nailgun clients on that port that send no token: every user of this machine.",
        )
        .advanced()
        .daemon(),
        int(
            "pantsd-max-memory-usage",
            MAX_MEMORY,
            "How many bytes the daemon may use before it forgets what is warm and, if that is not enough, starts anew \
             between runs; 0 means any.",
        )
        .advanced()
        .daemon(),
        int(
            "pantsd-idle-timeout",
            IDLE_TIMEOUT,
            "After how many seconds without a run the daemon ends; 0 means never.",
        )
        .advanced()
        .daemon(),
        list(
            "pantsd-invalidation-globs",
            &[],
            "Files of the build root, as patterns: a change of one of them starts the daemon anew.",
        )
        .advanced()
        .daemon(),
        quit_timeout,
    ]
}
