//! A run that has not ended: what it has said so far, signals, and its end.

use super::Output;
use super::run::Redactions;
use rustix::process::{Pid, Signal};
use std::io::Read;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up.
const DEADLINE: Duration = Duration::from_secs(120);

/// Looks again and again until there is something to be seen.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(start.elapsed() < DEADLINE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A run in the background. It is killed when the test ends before it does.
pub(crate) struct Running {
    child: Child,
    stdout: Stream,
    stderr: Stream,
    redactions: Redactions,
}

impl Running {
    pub(crate) fn new(mut child: Child, redactions: Redactions) -> Self {
        let stdout = Stream::of(child.stdout.take().expect("it is piped"));
        let stderr = Stream::of(child.stderr.take().expect("it is piped"));
        Self { child, stdout, stderr, redactions }
    }

    /// Waits until standard error holds a text.
    pub(crate) fn wait_until_it_says(&self, text: &str) {
        wait_for(text, || self.stderr.text().contains(text).then_some(()));
    }

    pub(crate) fn signal(&self, signal: Signal) {
        rustix::process::kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Sends a signal to all of its process group, as a terminal does.
    pub(crate) fn signal_group(&self, signal: Signal) {
        rustix::process::kill_process_group(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self) -> Output {
        let status = wait_for("the end of a run", || self.ended());
        let [stdout, stderr] =
            [&mut self.stdout, &mut self.stderr].map(|stream| self.redactions.redact(stream.whole().as_bytes()));
        Output { stdout, stderr, code: status.code() }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it is our child")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended().is_none() {
            // A test failed; nothing more can be done about it.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// What comes out of a pipe, read on a thread of its own.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::<Mutex<Vec<u8>>>::default();
        let read = bytes.clone();
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                read.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..length]);
            }
        });
        Self { bytes, reader: Some(reader) }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Everything, when the pipe is closed.
    fn whole(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        self.text()
    }
}
