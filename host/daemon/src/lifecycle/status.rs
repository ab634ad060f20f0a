//! What a daemon says of itself.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// What a daemon says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its process.
    pub pid: u32,
    /// The version of the program.
    pub version: String,
    /// When it was started.
    pub started: SystemTime,
    /// Why it takes no more runs, if it does not.
    pub ending: Option<String>,
    /// How many bytes of memory it occupies.
    pub resident_bytes: u64,
    /// Its socket.
    pub socket: PathBuf,
    /// The TCP port on which it listens, too.
    pub port: Option<u16>,
    /// Its log.
    pub log_file: PathBuf,
    /// How it learns what happens to files.
    pub watches: WatchStatus,
    /// The runs that it carries out now, the oldest first.
    pub runs: Vec<RunStatus>,
    /// How many it has carried out.
    pub runs_before: u64,
    /// What is warm, each kind of thing in words: `4202 files in 12 directories`, `3 backends`.
    pub warm: Vec<String>,
    /// Its services and their states: `scheduler: running`.
    pub services: Vec<String>,
}

/// How a daemon learns what happens to files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchStatus {
    /// How many directories are watched.
    pub directories: u64,
    /// That files are looked at before each run instead, if they are, and why.
    pub fallback: Option<String>,
}

/// A run that is being carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStatus {
    /// What it is called.
    pub id: String,
    /// Its command line.
    pub command: String,
    /// The process of its client.
    pub client_pid: u32,
    /// When it was started.
    pub started: SystemTime,
}

impl Status {
    /// What a daemon answered; one of another version may say something else.
    pub fn from_document(document: serde_json::Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(document)
    }

    /// For people, as of `now`.
    pub fn render(&self, now: SystemTime) -> String {
        let Self { pid, version, started, ending, resident_bytes, socket, port, log_file, .. } = self;
        let Self { watches: WatchStatus { directories, fallback }, runs, runs_before, warm, services, .. } = self;
        let since = |then: &SystemTime| Elapsed(now.duration_since(*then).unwrap_or_default());
        let mut text = format!("pantsd runs: pid {pid}, version {version}, up {}\n", since(started));
        let mut line = |what: &str, value: &str| text.push_str(&format!("  {what:<8} {value}\n"));
        if let Some(reason) = ending {
            line("ending", reason);
        }
        line("memory", &format!("{:.1} MB", *resident_bytes as f64 / 1e6));
        line(
            "watches",
            &match fallback {
                None => format!("{directories} directories"),
                Some(reason) => format!("{directories} directories; {reason}"),
            },
        );
        line("runs", &format!("{} now, {runs_before} before", runs.len()));
        for RunStatus { id: _, command, client_pid, started } in runs {
            line("", &format!("`{command}` of process {client_pid}, for {}", since(started)));
        }
        line("warm", &if warm.is_empty() { "nothing yet".to_owned() } else { warm.join(", ") });
        if !services.is_empty() {
            line("services", &services.join(", "));
        }
        let port = port.map(|port| format!(", port {port}")).unwrap_or_default();
        line("socket", &format!("{}{port}", socket.display()));
        line("log", &log_file.display().to_string());
        text
    }
}

/// A time that passed, as people say it.
struct Elapsed(Duration);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
        match (days, hours, minutes) {
            (0, 0, 0) => write!(f, "{seconds} s"),
            (0, 0, _) => write!(f, "{minutes} min {} s", seconds % 60),
            (0, _, _) => write!(f, "{hours} h {minutes} min"),
            _ => write!(f, "{days} d {hours} h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(change: impl FnOnce(&mut Status), expect: Expect) {
        let started = SystemTime::UNIX_EPOCH;
        let mut status = Status {
            pid: 4711,
            version: "0.1.0".to_owned(),
            started,
            ending: None,
            resident_bytes: 81_234_567,
            socket: "/repo/.pids/pantsd.sock/4711.sock".into(),
            port: None,
            log_file: "/repo/.pants.d/pantsd/pantsd.log".into(),
            watches: WatchStatus { directories: 1051, fallback: None },
            runs: Vec::new(),
            runs_before: 12,
            warm: vec!["3 backends".to_owned(), "1000 targets".to_owned()],
            services: Vec::new(),
        };
        change(&mut status);
        expect.assert_eq(&status.render(started + Duration::from_secs(3723)));
    }

    #[test]
    fn a_status_is_told_in_lines() {
        check(
            |_| {},
            expect![[r#"
                pantsd runs: pid 4711, version 0.1.0, up 1 h 2 min
                  memory   81.2 MB
                  watches  1051 directories
                  runs     0 now, 12 before
                  warm     3 backends, 1000 targets
                  socket   /repo/.pids/pantsd.sock/4711.sock
                  log      /repo/.pants.d/pantsd/pantsd.log
            "#]],
        );
        check(
            |status| {
                let started = status.started + Duration::from_secs(3700);
                status.ending = Some("it was told to end after its runs".to_owned());
                status.watches.fallback = Some("files are looked at before each run".to_owned());
                let command = "pants test ::".to_owned();
                status.runs = vec![RunStatus { id: "pants_run".to_owned(), command, client_pid: 17, started }];
                status.warm.clear();
                status.services = vec!["scheduler: running".to_owned(), "watcher: paused".to_owned()];
                status.port = Some(5151);
            },
            expect![[r#"
                pantsd runs: pid 4711, version 0.1.0, up 1 h 2 min
                  ending   it was told to end after its runs
                  memory   81.2 MB
                  watches  1051 directories; files are looked at before each run
                  runs     1 now, 12 before
                           `pants test ::` of process 17, for 23 s
                  warm     nothing yet
                  services scheduler: running, watcher: paused
                  socket   /repo/.pids/pantsd.sock/4711.sock, port 5151
                  log      /repo/.pants.d/pantsd/pantsd.log
            "#]],
        );
    }
}
