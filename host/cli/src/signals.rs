//! Signals: the first one cancels the run, a second one kills what is left of it and ends the program even if the run
//! does not end.
//!
//! Before the run has begun anything that listens (it reads options or BUILD files, perhaps from a pipe that nobody
//! writes to), there is nothing to clean up: then the first one ends the program, too. A SIGHUP that was ignored when the
//! program was started stays ignored: `nohup pants` goes on when the terminal goes away.

use pants_daemon::INTERRUPTED;
use pants_session::{Cancel, CancelReason};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a run that began nothing yet may take to end by itself.
const SHORT_MOMENT: Duration = Duration::from_millis(300);

/// How long a run may still take to end after a second signal.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// Watches for SIGINT, SIGTERM and SIGHUP on a thread of its own, for the life of the process.
pub(crate) fn watch(cancel: Cancel) {
    let watching = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        match runtime {
            Ok(runtime) => runtime.block_on(wait(&cancel)),
            Err(error) => tracing::warn!("signals are not watched: {error}"),
        }
    });
    if let Err(error) = watching {
        tracing::warn!("signals are not watched: {error}");
    }
}

async fn wait(cancel: &Cancel) {
    let ignored = Ignored::at_start();
    let kinds = [SignalKind::interrupt(), SignalKind::terminate()].into_iter();
    let kinds = kinds.chain((!ignored.has(SignalKind::hangup())).then(SignalKind::hangup));
    let watched = kinds.map(signal).collect::<Result<Vec<_>, _>>();
    let Ok(mut signals) = watched else {
        tracing::warn!("signals are not watched: they cannot be registered");
        return;
    };
    next(&mut signals).await;
    let has_begun = cancel.has_listeners();
    cancel.cancel(CancelReason::Interrupted);
    if !has_begun {
        std::thread::sleep(SHORT_MOMENT);
        std::process::exit(INTERRUPTED);
    }
    next(&mut signals).await;
    // Processes of the run are in groups of their own; leaving before they are killed would leave them behind.
    cancel.kill(CancelReason::Interrupted);
    std::thread::sleep(LAST_MOMENT);
    std::process::exit(INTERRUPTED);
}

/// Waits until one of them comes.
async fn next(signals: &mut [Signal]) {
    std::future::poll_fn(|task| {
        // All are asked, so that all can wake this.
        let came = signals.iter_mut().map(|signal| signal.poll_recv(task).is_ready()).filter(|came| *came).count();
        if came > 0 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// The signals that this process ignores, as bits.
struct Ignored(u64);

impl Ignored {
    /// Those that it was started with; nothing has been changed yet. Where the system does not say, there are none.
    fn at_start() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        Self::told_by(&status)
    }

    fn told_by(status: &str) -> Self {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        Self(mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0))
    }

    fn has(&self, kind: SignalKind) -> bool {
        self.0 >> (kind.as_raw_value() - 1) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_what_is_ignored() {
        let ignored = Ignored::told_by("Name:\tpants\nSigBlk:\t0000000000000003\nSigIgn:\t0000000000001001\n");
        let kinds = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate(), SignalKind::pipe()];
        assert_eq!(kinds.map(|kind| ignored.has(kind)), [true, false, false, true]);
        assert!(!Ignored::told_by("").has(SignalKind::hangup()));
    }
}
