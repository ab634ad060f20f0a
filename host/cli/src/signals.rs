//! Signals: the first one cancels the run, a second one ends the program even if the run does not end.
//!
//! Before the run has begun anything that listens (it reads options or BUILD files, perhaps from a pipe that nobody
//! writes to), there is nothing to clean up: then the first one ends the program, too.

use pants_daemon::INTERRUPTED;
use pants_session::{Cancel, CancelReason};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How long a run that began nothing yet may take to end by itself.
const SHORT_MOMENT: Duration = Duration::from_millis(300);

/// How long a run may still take to end after a second signal.
const LAST_MOMENT: Duration = Duration::from_secs(2);

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
    let signals = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
    let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] = signals else {
        tracing::warn!("signals are not watched: they cannot be registered");
        return;
    };
    loop {
        std::future::poll_fn(|task| {
            let came = [&mut interrupt, &mut terminate, &mut hangup].map(|signal| signal.poll_recv(task).is_ready());
            if came.contains(&true) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        if cancel.is_cancelled() {
            // Processes of the run are in groups of their own and were told already. Those that do not listen are killed
            // soon: leaving before would leave them behind.
            std::thread::sleep(LAST_MOMENT);
            std::process::exit(INTERRUPTED);
        }
        let has_begun = cancel.has_listeners();
        cancel.cancel(CancelReason::Interrupted);
        if !has_begun {
            std::thread::sleep(SHORT_MOMENT);
            std::process::exit(INTERRUPTED);
        }
    }
}
