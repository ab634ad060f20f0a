//! Who stays when a daemon is killed: ends the tools and workers that it can end no more, and removes its files.
//!
//! SIGKILL, and a system without memory, leave no last word. So a daemon keeps a second process that does nothing but read
//! from a pipe of which the daemon has the other end. It is in the daemon's session, which makes sure that nobody is given
//! the daemon's id meanwhile: whatever else is in that session is the daemon's.

use super::leftovers::remove_socket;
use super::settings::Settings;
use super::site::Site;
use pants_process::{KnownProcess, ManagedProcessError};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// The first argument of this process.
pub const UNDERTAKER: &str = "--pantsd-undertaker";

/// What a daemon writes that needs it no more.
const DISMISSED: u8 = b'.';

/// How long a process may take to be gone whose pipe is closed, or that was dismissed.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// The daemon's end of the pipe.
pub(super) struct Undertaker {
    child: Child,
    line: ChildStdin,
}

/// The first line on the pipe.
#[derive(Serialize, Deserialize)]
struct Commission {
    /// The daemon, in its own words: it may be gone before this is read.
    daemon: String,
    site: Site,
}

impl Undertaker {
    /// Starts it for this process.
    pub(super) fn hire(settings: &Settings) -> io::Result<Self> {
        let mut command = Command::new(&settings.identity.program.path);
        command.arg0(format!("pantsd-undertaker [{}]", settings.site.build_root.display())).arg(UNDERTAKER);
        command.current_dir("/").process_group(0);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut line = child.stdin.take().expect("standard input was asked to be a pipe");
        let commission =
            Commission { daemon: KnownProcess::with_id(std::process::id()).to_text(), site: settings.site.clone() };
        let mut document = serde_json::to_vec(&commission).map_err(io::Error::other)?;
        document.push(b'\n');
        line.write_all(&document)?;
        Ok(Self { child, line })
    }

    /// Lets it go: this process ends well.
    pub(super) fn dismiss(mut self) {
        // It may have been killed before; there is nothing left to do for it in any case.
        let _ = self.line.write_all(&[DISMISSED]);
        let dismissed = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && dismissed.elapsed() < LAST_MOMENT {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Waits for the end of a daemon, and does what that could not do. The body of [`UNDERTAKER`].
pub fn undertake() -> u8 {
    let mut pipe = BufReader::new(io::stdin().lock());
    let mut line = String::new();
    let read = pipe.read_line(&mut line);
    let commission = read.ok().and_then(|_| serde_json::from_str(&line).ok());
    let Some(Commission { daemon, site }) = commission else { return 1 };
    let Some(daemon) = KnownProcess::from_text(&daemon) else { return 1 };
    let mut rest = Vec::new();
    match pipe.read_to_end(&mut rest) {
        Ok(_) if rest.is_empty() => u8::from(bury(&daemon, &site).is_err()),
        _ => 0,
    }
}

fn bury(daemon: &KnownProcess, site: &Site) -> Result<(), ManagedProcessError> {
    daemon.await_end(LAST_MOMENT);
    daemon.end_session();
    for manager in site.managers()? {
        if manager.process()?.as_ref() == Some(daemon) {
            remove_socket(site, &manager);
            manager.purge_stale()?;
        }
    }
    Ok(())
}
