//! The signals of a daemon: SIGUSR1 drains it; SIGTERM, SIGINT and SIGHUP stop it.

use super::lifetime::Lifetime;
use super::site::DRAIN;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::Signal;
use signal_hook::low_level::pipe;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

/// Watches on a thread of its own, for the life of the process.
pub(super) fn watch(lifetime: &Arc<Lifetime>) -> io::Result<()> {
    let lifetime = lifetime.clone();
    let mut drain = caught(&[DRAIN])?;
    let mut stop = caught(&[Signal::TERM, Signal::INT, Signal::HUP])?;
    let watching = std::thread::Builder::new().name("pantsd-signals".to_owned());
    watching.spawn(move || {
        while let Ok(came) = wait([&drain, &stop]) {
            let [has_drain, has_stop] = came;
            // What is read says nothing but that a signal came.
            if has_drain && drain.read(&mut [0; 64]).is_ok() {
                lifetime.drain("it was told to end after its runs");
            }
            if has_stop && stop.read(&mut [0; 64]).is_ok() {
                lifetime.stop("it was told to end");
            }
        }
    })?;
    Ok(())
}

/// A stream in which a byte arrives for each of these signals.
fn caught(signals: &[Signal]) -> io::Result<UnixStream> {
    let (reader, writer) = UnixStream::pair()?;
    for signal in signals {
        pipe::register(signal.as_raw(), writer.try_clone()?)?;
    }
    Ok(reader)
}

fn wait(streams: [&UnixStream; 2]) -> io::Result<[bool; 2]> {
    let mut waited = streams.map(|stream| PollFd::new(stream, PollFlags::IN));
    match poll(&mut waited, None) {
        Ok(_) => Ok(waited.map(|stream| !stream.revents().is_empty())),
        Err(rustix::io::Errno::INTR) => Ok([false; 2]),
        Err(error) => Err(error.into()),
    }
}
