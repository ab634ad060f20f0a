//! The fuzzer of the pailgun server: rubbish, changed requests, frames out of place and clients that do not read, from
//! several connections at once, with a healthy client in between that must always be answered.
//!
//!     cargo run -p pants-daemon --release --example fuzz_wire -- --seconds 600
//!
//! Findings: an attack whose connection is not closed, a healthy client without its answer, a panic that was not meant,
//! threads or descriptors that are left. docs/testing.md says more.

// A program prints; the house's rule is for libraries.
#![allow(clippy::print_stdout)]

#[path = "../../build-files/examples/fuzz_build_files/cases/random.rs"]
mod random;

use pants_daemon::client::{Answer, Asking, Endpoint, Signals, Terminal, ask};
use pants_daemon::server::{ActiveRun, Ending, Listeners, PailgunServer, Runner, ServerConfig};
use pants_daemon::wire::{Limits, Wish};
use pants_daemon::{ClientWorld, Ended, Streams, Terminals};
use pants_options::Invocation;
use pants_process::nailgun::{ChunkKind, write_chunk};
use pants_process::{Cancel, Foreground};
use random::Random;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// How many attack at the same time.
const ATTACKERS: u64 = 4;
/// How long the server may take to be done with an attack, and with a healthy client.
const PATIENCE: Duration = Duration::from_secs(20);
/// Before this, caches of the library fill.
const WARM_UP: Duration = Duration::from_secs(2);
/// The text of the panic that a run is told to have.
const ON_PURPOSE: &str = "on purpose";

static ATTACKS: AtomicU64 = AtomicU64::new(0);
static FINDINGS: AtomicU64 = AtomicU64::new(0);

fn main() -> Result<(), Box<dyn Error>> {
    let (time, seed) = parse_arguments()?;
    watch_panics();
    let directory = std::env::temp_dir().join(format!("fuzz-wire-{}", std::process::id()));
    let outcome = campaign(&directory.join("private/socket"), time, seed);
    fs::remove_dir_all(&directory)?;
    outcome
}

fn parse_arguments() -> Result<(Duration, u64), Box<dyn Error>> {
    let (mut seconds, mut seed) = (60.0, 1);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("`{word}` takes a value"))?;
        match word.as_str() {
            "--seconds" => seconds = value.parse()?,
            "--seed" => seed = value.parse()?,
            _ => return Err(format!("`{word}` is neither --seconds nor --seed").into()),
        }
    }
    Ok((Duration::from_secs_f64(seconds), seed))
}

fn watch_panics() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<&str>() != Some(&ON_PURPOSE) {
            FINDINGS.fetch_add(1, Ordering::Relaxed);
            tell(info);
        }
    }));
}

fn found(what: &str) {
    FINDINGS.fetch_add(1, Ordering::Relaxed);
    println!("fuzz_wire: {what}");
}

/// Attacks for a while, and says what came of it.
fn campaign(socket: &Path, time: Duration, seed: u64) -> Result<(), Box<dyn Error>> {
    let listeners = Listeners::bind(socket, None)?;
    let config = ServerConfig {
        limits: Limits { time: Duration::from_millis(100), ..Limits::default() },
        runs: 64,
        exe_dir: PathBuf::from("/"),
        signal_proxy: vec!["cat".into()],
    };
    let server = PailgunServer::start(listeners, config, Arc::new(Subject))?;
    let endpoint = Endpoint::Unix(socket.to_owned());
    let start = Instant::now();
    let healthy = attack_until(&server, &endpoint, start + WARM_UP.min(time / 4), seed)?;
    let before = Used::now(&server)?;
    let healthy = healthy.and(attack_until(&server, &endpoint, start + time, !seed)?);
    let after = Used::now(&server)?;
    if (before.threads, before.descriptors) != (after.threads, after.descriptors) {
        found("threads or descriptors are left");
    }
    let findings = FINDINGS.load(Ordering::Relaxed);
    println!(
        "fuzz_wire: seed {seed}: {} attacks in {:.0} s, {} healthy clients answered (the slowest in {} ms); {before}, then {after}; {findings} findings",
        ATTACKS.load(Ordering::Relaxed),
        start.elapsed().as_secs_f64(),
        healthy.count,
        healthy.slowest.as_millis(),
    );
    if findings == 0 { Ok(()) } else { Err(format!("{findings} findings").into()) }
}

/// What healthy clients saw.
#[derive(Clone, Copy, Default)]
struct Healthy {
    count: u64,
    slowest: Duration,
}

impl Healthy {
    fn and(self, other: Self) -> Self {
        Self { count: self.count + other.count, slowest: self.slowest.max(other.slowest) }
    }
}

fn attack_until(
    server: &PailgunServer,
    endpoint: &Endpoint,
    end: Instant,
    seed: u64,
) -> Result<Healthy, Box<dyn Error>> {
    std::thread::scope(|scope| {
        for number in 0..ATTACKERS {
            let mut random = Random::new(seed.wrapping_mul(ATTACKERS).wrapping_add(number));
            scope.spawn(move || {
                while Instant::now() < end {
                    attack(server.listeners().path(), &mut random);
                    ATTACKS.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let mut healthy = Healthy::default();
        while Instant::now() < end {
            let asked = Instant::now();
            ask_in_health(endpoint)?;
            healthy = healthy.and(Healthy { count: 1, slowest: asked.elapsed() });
        }
        Ok(healthy)
    })
}

/// A client that does all as it should.
fn ask_in_health(endpoint: &Endpoint) -> Result<(), Box<dyn Error>> {
    let null = File::open("/dev/null")?;
    let mut stdout = tempfile::tempfile()?;
    let terminal = Terminal { stdin: null.as_fd(), stdout: stdout.as_fd(), stderr: null.as_fd() };
    let signals = Signals::for_an_end()?;
    let [connect_patience, accept_patience, quit_timeout] = [PATIENCE; 3];
    let asking = Asking { endpoint, connect_patience, accept_patience, quit_timeout, signals: &signals };
    let answer = ask(&world(), Wish::Run, &asking, terminal);
    let mut text = String::new();
    stdout.rewind()?;
    stdout.read_to_string(&mut text)?;
    match answer {
        Answer::Ended(Ended::Exit(7)) if text == "healthy\n" => {}
        other => found(&format!("a healthy client got {other:?} and `{text}`")),
    }
    Ok(())
}

fn world() -> ClientWorld {
    ClientWorld {
        invocation: Invocation {
            args: vec!["healthy".to_owned()],
            environment: Arc::new(BTreeMap::new()),
            cwd: PathBuf::from("/"),
        },
        exe_dir: PathBuf::from("/"),
        pid: std::process::id(),
        terminals: Terminals::default(),
        width: 80,
        run_id: "healthy".to_owned(),
        started: SystemTime::now(),
    }
}

/// One connection, and what it does to the server.
fn attack(socket: &Path, random: &mut Random) {
    let stream = UnixStream::connect(socket);
    let Ok(mut stream) = stream else { return found("nobody listens") };
    let bytes = match random.below(8) {
        0 => rubbish(random),
        1 => mutated(request(random), random),
        2 => [request(random), frames_out_of_place(random)].concat(),
        3 => [request(random), mutated(frames_out_of_place(random), random)].concat(),
        4 => frames_out_of_place(random),
        _ => request(random),
    };
    let is_sent = match random.below(6) {
        0 => bytes.chunks(1 + random.below(7)).take(200).try_for_each(|piece| stream.write_all(piece)),
        _ => stream.write_all(&bytes),
    };
    // The server may close while it is told more: that is its right.
    let goes_away = random.one_in(4) || is_sent.is_err();
    if goes_away {
        return;
    }
    if !random.one_in(3) {
        let _ = stream.shutdown(Shutdown::Write);
    } else if !random.one_in(4) {
        // Waits for the server's patience to end, or goes away soon after the run has begun.
        let _ = stream.set_read_timeout(Some(Duration::from_millis(1 + random.below(150) as u64)));
        let _ = stream.read(&mut [0; 4096]);
        return;
    } else {
        let _ = write_chunk(&mut stream, ChunkKind::ProcessId, br#"{"cancel":{}}"#);
        let _ = stream.shutdown(Shutdown::Write);
    }
    drain(stream);
}

/// Reads to the end, which must come.
fn drain(mut stream: UnixStream) {
    stream.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
    let mut buffer = vec![0; 64 << 10];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return found("a connection stays open"),
            // Reset: the server did not read all that it was sent.
            Err(_) => return,
        }
    }
}

fn rubbish(random: &mut Random) -> Vec<u8> {
    let length = random.below(2000);
    (0..length).map(|_| random.below(256) as u8).collect()
}

/// Requests as stock clients, old ones and ours send them.
fn request(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut say = |kind, payload: &[u8]| write_chunk(&mut bytes, kind, payload).expect("memory does not fail");
    say(ChunkKind::Argument, random.pick(&["write", "much", "wait", "panic", "program", "healthy"]).as_bytes());
    for _ in 0..random.below(20) {
        say(
            ChunkKind::Environment,
            format!("VARIABLE_{}={}", random.below(9), "x".repeat(random.below(99))).as_bytes(),
        );
    }
    let introduces_itself = random.one_in(2);
    if introduces_itself {
        let wish = random.pick(&["run", "run", "run", "complete", "status"]);
        let introduction = format!(
            r#"PANTSD_CLIENT={{"protocol":1,"wish":"{wish}","pid":1,"exe_dir":"/","terminals":[true,true,true],"width":80,"run_id":"r","started":{{"secs_since_epoch":1,"nanos_since_epoch":1}}}}"#
        );
        say(ChunkKind::Environment, introduction.as_bytes());
    } else if random.one_in(20) {
        say(ChunkKind::Environment, b"PANTSD_RUNTRACKER_CLIENT_START_TIME=1");
    }
    say(ChunkKind::WorkingDirectory, b"/");
    say(ChunkKind::Command, b"pants");
    if introduces_itself && !random.one_in(5) {
        say(ChunkKind::ProcessId, br#"{"go":{}}"#);
    }
    bytes
}

/// What clients say after their requests, in no order, and some that they do not say.
fn frames_out_of_place(random: &mut Random) -> Vec<u8> {
    const DOCUMENTS: [&str; 9] = [
        r#"{"go":{}}"#,
        r#"{"cancel":{}}"#,
        r#"{"kill":{}}"#,
        r#"{"gone":{"stream":"stdout","errno":32}}"#,
        r#"{"gone":{"stream":"stderr","errno":-1}}"#,
        r#"{"written":{"number":1}}"#,
        r#"{"written":{"number":18446744073709551615}}"#,
        "{}",
        "[[[[[[[[[[[[",
    ];
    let mut bytes = Vec::new();
    for _ in 0..random.below(12) {
        let (kind, payload) = match random.below(8) {
            0 => (ChunkKind::Stdin, "x".repeat(random.below(5000))),
            1 => (ChunkKind::StdinEnd, String::new()),
            2 => (ChunkKind::Exit, "0".to_owned()),
            3 => (ChunkKind::Stdout, "x".to_owned()),
            4 => (ChunkKind::Heartbeat, String::new()),
            _ => (ChunkKind::ProcessId, (*random.pick(&DOCUMENTS)).to_owned()),
        };
        write_chunk(&mut bytes, kind, payload.as_bytes()).expect("memory does not fail");
    }
    bytes
}

/// A copy with a few changes: bytes, pieces left out or said twice, an end.
fn mutated(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(5) {
        let at = random.below(bytes.len() + 1);
        let to = (at + random.below(40)).min(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..to)),
            2 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => drop(bytes.splice(at..to, *random.pick(&[*b"\xff\xff\xff\xff", *b"\0\x7f\xff\xff", *b"\0\0\0\0"]))),
            _ if at < bytes.len() => bytes[at] = random.below(256) as u8,
            _ => {}
        }
    }
    bytes
}

/// What the runs do: each of the things that a run can do to a server.
struct Subject;

impl Runner for Subject {
    fn run(&self, world: &ClientWorld, mut streams: Streams, cancel: &Cancel) -> Ended {
        // Who writes to a client that is gone hears of it: that is no finding.
        let word = world.invocation.args.first().map_or("", String::as_str);
        let _ = match word {
            "healthy" => streams.stdout.write_all(b"healthy\n").and_then(|()| streams.stdout.flush()),
            "much" => (0..40).try_for_each(|_| streams.stdout.write_all(&[b'x'; 50_000])),
            "write" => (0..500).try_for_each(|_| writeln!(streams.stderr, "a line")),
            _ => Ok(()),
        };
        match word {
            "wait" => {
                cancel.wait_timeout(Duration::from_millis(50));
                Ended::Exit(130)
            }
            "panic" => std::panic::panic_any(ON_PURPOSE),
            "program" => Ended::Foreground(Foreground {
                argv: vec!["true".to_owned()],
                env: BTreeMap::new(),
                working_directory: PathBuf::from("/"),
            }),
            _ => Ended::Exit(7),
        }
    }

    fn complete(&self, _world: &ClientWorld, mut streams: Streams, _cancel: &Cancel) -> Ended {
        let _ = streams.stdout.write_all(b"word\n");
        Ended::Exit(0)
    }

    fn status(&self, runs: &[ActiveRun]) -> serde_json::Value {
        serde_json::json!(runs.len())
    }

    fn stale(&self, _world: &ClientWorld) -> Option<String> {
        None
    }

    fn stop(&self, _ending: Ending) {
        found("a client stopped the server, and none asked for that");
    }
}

/// What the process uses when nothing runs.
struct Used {
    threads: usize,
    descriptors: usize,
    resident: u64,
}

impl Used {
    /// Waits until all connections are over.
    fn now(server: &PailgunServer) -> Result<Self, Box<dyn Error>> {
        if !server.wait_idle(PATIENCE) {
            found("a run does not end");
        }
        // Connections that asked for no run are over when their time is.
        let start = Instant::now();
        let mut used = Self::look()?;
        while used.threads > 2 && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(10));
            used = Self::look()?;
        }
        Ok(used)
    }

    fn look() -> Result<Self, Box<dyn Error>> {
        let status = fs::read_to_string("/proc/self/status")?;
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        let descriptors = fs::read_dir("/proc/self/fd")?.count();
        let threads = usize::try_from(number("Threads:"))?;
        Ok(Self { threads, descriptors, resident: number("VmRSS:") / 1024 })
    }
}

impl std::fmt::Display for Used {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { threads, descriptors, resident } = self;
        write!(f, "{threads} threads, {descriptors} descriptors, {resident} MB")
    }
}
