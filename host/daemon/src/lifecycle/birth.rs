//! Starting the daemon's process and hearing what becomes of it.
//!
//! It gets its settings on standard input. Its standard error is a pipe: what it says there before it closes it is why it
//! did not start; that it closes it says that it is announced, or gone.

use super::handle::Handle;
use super::launch_error::LaunchError;
use super::settings::{SERVE, Settings};
use pants_process::{Cancel, ProcessHooks};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

/// How often somebody who waits for a daemon looks whether he still should.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How long a process may take to be gone whose streams are.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// How much is read of what a daemon says that does not start.
const LAST_WORDS: usize = 16 * 1024;

/// Where a client stands by.
struct Client<'a>(&'a Path);

impl ProcessHooks for Client<'_> {
    fn pre_fork(&mut self) -> io::Result<()> {
        // The one thing that a daemon cannot do without, told before there is a process.
        std::fs::create_dir_all(self.0)
    }

    fn post_fork_parent(&mut self, pid: u32) -> io::Result<()> {
        tracing::debug!(pid, "launching pantsd");
        Ok(())
    }
}

/// Starts a daemon and waits until it is announced. It lives on when this process ends.
pub(super) fn start(
    settings: &Settings,
    environment: &BTreeMap<OsString, OsString>,
    timeout: Duration,
    cancel: &Cancel,
    announced: impl Fn() -> Result<Option<Handle>, LaunchError>,
) -> Result<Handle, LaunchError> {
    let mut command = Command::new(&settings.identity.program.path);
    // The title that Pants gave it, where `ps` shows the first word.
    command.arg0(format!("pantsd [{}]", settings.site.build_root.display())).arg(SERVE);
    // What runs are told by variables comes with each run.
    let is_of_runs = |name: &OsString| name.as_encoded_bytes().starts_with(b"PANTS_");
    let inherited = environment.iter().filter(|(name, _)| !is_of_runs(name));
    command.env_clear().envs(inherited).current_dir(&settings.site.build_root);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());

    let child = settings.site.manager().spawn(&mut command, &mut Client(&settings.site.subprocess_dir));
    let mut child = child.map_err(LaunchError::Process)?;
    let heard = tell(&mut child, settings).and_then(|()| listen(&mut child, timeout, cancel));
    match heard {
        Ok(Heard::Closed(words)) => match announced()? {
            Some(handle) => Ok(handle),
            None if words.is_empty() => Err(LaunchError::NotStarted(how_it_ended(&mut child))),
            None => Err(LaunchError::NotStarted(words)),
        },
        Ok(Heard::Cancelled) => Err(LaunchError::Cancelled),
        Ok(Heard::Nothing) => {
            end(&mut child);
            Err(LaunchError::TooSlow(timeout))
        }
        Err(error) => {
            end(&mut child);
            Err(LaunchError::NotStarted(error.to_string()))
        }
    }
}

fn tell(child: &mut Child, settings: &Settings) -> io::Result<()> {
    let document = serde_json::to_vec(settings).map_err(io::Error::other)?;
    let mut stdin = child.stdin.take().expect("standard input was asked to be a pipe");
    match stdin.write_all(&document) {
        // It ended before it had read all; it will have said why.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

enum Heard {
    /// All that it said, to the end.
    Closed(String),
    /// Nothing in time.
    Nothing,
    /// Nobody waits for it any more.
    Cancelled,
}

fn listen(child: &mut Child, timeout: Duration, cancel: &Cancel) -> io::Result<Heard> {
    let mut stderr = child.stderr.take().expect("standard error was asked to be a pipe");
    let (mut words, deadline) = (Vec::new(), Instant::now() + timeout);
    loop {
        if cancel.is_cancelled() {
            return Ok(Heard::Cancelled);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Heard::Nothing);
        }
        if !is_readable(&stderr, left.min(LOOK_AGAIN))? {
            continue;
        }
        let mut bytes = [0; 1024];
        let count = stderr.read(&mut bytes)?;
        if count == 0 {
            return Ok(Heard::Closed(last_line(&words)));
        }
        words.extend_from_slice(&bytes[..count.min(LAST_WORDS.saturating_sub(words.len()))]);
    }
}

fn is_readable(stderr: &ChildStderr, timeout: Duration) -> io::Result<bool> {
    let timeout = Timespec { tv_sec: 0, tv_nsec: timeout.subsec_nanos().into() };
    let mut waited = [PollFd::from_borrowed_fd(stderr.as_fd(), PollFlags::IN)];
    match poll(&mut waited, Some(&timeout)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A warning has one line, and the last one says what came of it all.
fn last_line(words: &[u8]) -> String {
    let text = String::from_utf8_lossy(words);
    let mut lines = text.lines().rev().map(str::trim);
    lines.find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

/// A process that has closed its streams is about to end, if it is not announced.
fn how_it_ended(child: &mut Child) -> String {
    let closed = Instant::now();
    while closed.elapsed() < LAST_MOMENT {
        match child.try_wait() {
            Ok(Some(status)) => return format!("it ended with {status}"),
            Ok(None) => std::thread::sleep(Duration::from_millis(1)),
            Err(_) => break,
        }
    }
    "it closed its streams and did not announce itself".to_owned()
}

fn end(child: &mut Child) {
    // One that has ended meanwhile cannot be killed, and need not be.
    let _ = child.kill();
    let _ = child.wait();
}
