//! A case in a process of its own, so that one that overflows the stack, aborts, hangs or eats memory is noticed.
//!
//! The fuzzer starts itself again as the worker. Cases go over its stdin and verdicts come back over its stdout, each
//! with its length in front.

use crate::cases::{Laboratory, Subject};
use std::fmt;
use std::io::{self, Read, Write};
use std::panic;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A case that takes longer than this is a finding.
const SLOW: Duration = Duration::from_secs(5);
/// A case whose process gets larger than this is a finding.
const LARGE: u64 = 500 << 20;
/// How often a running worker is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// What is wrong with a case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// It panics, with this message at this place.
    Panic(String),
    /// The process died of it.
    Death(String),
    /// It takes too long.
    Slow,
    /// It takes too much memory.
    Large,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panic(message) => write!(f, "panic: {message}"),
            Self::Death(status) => write!(f, "death of the process: {status}"),
            Self::Slow => write!(f, "more than {} seconds", SLOW.as_secs()),
            Self::Large => write!(f, "more than {} MB", LARGE >> 20),
        }
    }
}

impl Finding {
    /// Whether two findings are probably one.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Panic(one), Self::Panic(two)) => place_of_panic(one) == place_of_panic(two),
            (Self::Death(_), Self::Death(_)) => true,
            (one, two) => one == two,
        }
    }
}

fn place_of_panic(message: &str) -> &str {
    message.split(' ').next().unwrap_or_default()
}

/// What the panic hook heard last.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// The other side: answers cases until there are no more.
pub fn work(subject: Subject) -> io::Result<()> {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        let text = info.payload().downcast_ref::<&str>().copied();
        let message = text.or(info.payload().downcast_ref::<String>().map(String::as_str)).unwrap_or("no text");
        *PANIC.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = format!("{place} {message}");
    }));
    let laboratory = Laboratory::new(subject);
    let (mut cases, mut verdicts) = (io::stdin().lock(), io::stdout().lock());
    while let Ok(case) = receive(&mut cases) {
        match panic::catch_unwind(panic::AssertUnwindSafe(|| laboratory.run(&case))) {
            Ok(shown) => {
                let bytes: Vec<u8> = shown.into_iter().flat_map(u64::to_le_bytes).collect();
                send(&mut verdicts, b'0', &bytes)?;
            }
            Err(_) => {
                let message = PANIC.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
                send(&mut verdicts, b'!', message.as_bytes())?;
            }
        }
    }
    Ok(())
}

fn send(to: &mut impl Write, kind: u8, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len() + 1).expect("nothing here has gigabytes");
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&[kind])?;
    to.write_all(bytes)?;
    to.flush()
}

/// What was sent, without its kind, which a case has not and a verdict keeps in front.
fn receive(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = receive_verdict(from)?;
    bytes.remove(0);
    Ok(bytes)
}

fn receive_verdict(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A worker process, started again whenever it is lost.
pub struct Worker {
    subject: Subject,
    process: Option<Process>,
}

struct Process {
    child: Child,
    cases: ChildStdin,
    verdicts: Receiver<Vec<u8>>,
}

impl Worker {
    /// A worker for this subject.
    pub fn new(subject: Subject) -> Self {
        Self { subject, process: None }
    }

    /// Runs a case; what was special about it, or what is wrong.
    pub fn run(&mut self, case: &[u8]) -> io::Result<Result<Vec<u64>, Finding>> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => Process::start(self.subject)?,
        };
        let verdict = process.run(case)?;
        if matches!(verdict, Ok(_) | Err(Finding::Panic(_))) {
            self.process = Some(process);
        }
        Ok(verdict)
    }
}

impl Process {
    fn start(subject: Subject) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--worker", subject.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let cases = child.stdin.take().expect("it is a pipe");
        let mut output = child.stdout.take().expect("it is a pipe");
        let (sender, verdicts) = channel();
        std::thread::spawn(move || {
            while let Ok(verdict) = receive_verdict(&mut output) {
                if sender.send(verdict).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, cases, verdicts })
    }

    fn run(&mut self, case: &[u8]) -> io::Result<Result<Vec<u64>, Finding>> {
        let start = Instant::now();
        // A worker that died of the case before is noticed below.
        let _ = send(&mut self.cases, b'c', case);
        loop {
            match self.verdicts.recv_timeout(GLANCE) {
                Ok(_) if self.is_large() => return self.lost(Finding::Large),
                Ok(verdict) if verdict[0] == b'0' => {
                    let shown = verdict[1..].chunks_exact(8);
                    return Ok(Ok(shown.map(|bytes| u64::from_le_bytes(bytes.try_into().expect("8 bytes"))).collect()));
                }
                Ok(verdict) => return Ok(Err(Finding::Panic(String::from_utf8_lossy(&verdict[1..]).into_owned()))),
                Err(RecvTimeoutError::Timeout) if start.elapsed() > SLOW => return self.lost(Finding::Slow),
                Err(RecvTimeoutError::Timeout) if self.is_large() => return self.lost(Finding::Large),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Ok(Err(Finding::Death(self.child.wait()?.to_string())));
                }
            }
        }
    }

    /// Ends a worker that cannot be used any more.
    fn lost(&mut self, finding: Finding) -> io::Result<Result<Vec<u64>, Finding>> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(Err(finding))
    }

    /// Whether the process has ever been too large, as far as this system tells.
    fn is_large(&self) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kilobytes.is_some_and(|kilobytes| kilobytes << 10 > LARGE)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
