//! A server with a runner that a test makes up, and clients of several kinds: for the tests of both sides.

use super::{ActiveRun, Ending, Listeners, PailgunServer, Runner, ServerConfig, TcpConfig};
use crate::client::{Answer, Asking, Endpoint, Signals, Terminal, ask};
use crate::run::Ended;
use crate::wire::{Limits, Wish};
use crate::world::{ClientWorld, Streams, Terminals};
use pants_options::Invocation;
use pants_process::Cancel;
use pants_process::nailgun::{ChunkKind, read_chunk, write_chunk};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// Long enough for what will happen; what will not is waited for elsewhere.
pub(crate) const SOON: Duration = Duration::from_secs(20);

type Run = Box<dyn Fn(&ClientWorld, Streams, &Cancel) -> Ended + Send + Sync>;

/// What a test makes up.
struct FakeRunner {
    run: Run,
    stale: Option<String>,
    stopping: Mutex<Sender<Ending>>,
}

impl Runner for FakeRunner {
    fn run(&self, world: &ClientWorld, streams: Streams, cancel: &Cancel) -> Ended {
        (self.run)(world, streams, cancel)
    }

    fn complete(&self, world: &ClientWorld, mut streams: Streams, _cancel: &Cancel) -> Ended {
        writeln!(streams.stdout, "{}-completed", world.invocation.args.join(" ")).expect("somebody reads");
        Ended::Exit(0)
    }

    fn status(&self, runs: &[ActiveRun]) -> serde_json::Value {
        serde_json::to_value(runs).expect("runs are texts and numbers")
    }

    fn stale(&self, _world: &ClientWorld) -> Option<String> {
        self.stale.clone()
    }

    fn stop(&self, ending: Ending) {
        self.stopping.lock().expect("no test panics here").send(ending).expect("the laboratory is there");
    }
}

/// A server in a directory of its own.
pub(crate) struct Laboratory {
    pub(crate) server: PailgunServer,
    pub(crate) endpoint: Endpoint,
    stops: Mutex<Receiver<Ending>>,
    _directory: TempDir,
}

/// How a laboratory is furnished.
pub(crate) struct Furniture {
    pub(crate) limits: Limits,
    pub(crate) runs: usize,
    pub(crate) tcp: Option<TcpConfig>,
    pub(crate) stale: Option<String>,
}

impl Default for Furniture {
    fn default() -> Self {
        Self { limits: Limits::default(), runs: 8, tcp: None, stale: None }
    }
}

impl Laboratory {
    pub(crate) fn new(run: impl Fn(&ClientWorld, Streams, &Cancel) -> Ended + Send + Sync + 'static) -> Self {
        Self::furnished(Furniture::default(), run)
    }

    pub(crate) fn furnished(
        furniture: Furniture,
        run: impl Fn(&ClientWorld, Streams, &Cancel) -> Ended + Send + Sync + 'static,
    ) -> Self {
        let Furniture { limits, runs, tcp, stale } = furniture;
        let directory = tempfile::tempdir().expect("a directory");
        let socket = directory.path().join("private/socket");
        let listeners = Listeners::bind(&socket, tcp).expect("nobody else is here");
        let (stopping, stops) = channel();
        let runner = Arc::new(FakeRunner { run: Box::new(run), stale, stopping: Mutex::new(stopping) });
        let config = ServerConfig {
            limits,
            runs,
            exe_dir: PathBuf::from("/opt/pants"),
            // Reads its input to the end, as the real one does.
            signal_proxy: vec![OsString::from("cat")],
        };
        let server = PailgunServer::start(listeners, config, runner).expect("it starts");
        Self { server, endpoint: Endpoint::Unix(socket), stops: Mutex::new(stops), _directory: directory }
    }

    /// A client that speaks for itself, frame by frame.
    pub(crate) fn connect(&self) -> Raw<UnixStream> {
        Raw(UnixStream::connect(self.server.listeners().path()).expect("the server listens"))
    }

    /// The same on the port.
    pub(crate) fn connect_tcp(&self) -> Raw<TcpStream> {
        Raw(TcpStream::connect(self.server.listeners().tcp_address().expect("there is a port")).expect("it listens"))
    }

    /// Our client: its answer, and what it wrote.
    pub(crate) fn ask(&self, args: &[&str]) -> (Answer, String, String) {
        ask_at(&self.endpoint, Wish::Run, args)
    }

    /// Waits until the runner is told that the daemon is to end.
    pub(crate) fn next_stop(&self) -> Ending {
        self.stops.lock().expect("no test panics here").recv_timeout(SOON).expect("it is told soon")
    }

    /// A healthy client is served.
    #[track_caller]
    pub(crate) fn check_health(&self) {
        let (answer, stdout, _) = ask_at(&self.endpoint, Wish::Complete, &["health"]);
        assert!(matches!(answer, Answer::Ended(Ended::Exit(0))), "{answer:?}");
        assert_eq!(stdout, "health-completed\n");
    }
}

/// Asks with files for streams.
pub(crate) fn ask_at(endpoint: &Endpoint, wish: Wish, args: &[&str]) -> (Answer, String, String) {
    let [mut stdout, mut stderr] = [(); 2].map(|()| tempfile::tempfile().expect("a file"));
    let stdin = File::open("/dev/null").expect("it is everywhere");
    let terminal = Terminal { stdin: stdin.as_fd(), stdout: stdout.as_fd(), stderr: stderr.as_fd() };
    let answer = ask(&world(args), wish, &asking(endpoint, &no_signals()), terminal);
    (answer, content(&mut stdout), content(&mut stderr))
}

pub(crate) fn asking<'a>(endpoint: &'a Endpoint, signals: &'a Signals) -> Asking<'a> {
    Asking { endpoint, connect_patience: Duration::ZERO, accept_patience: SOON, quit_timeout: SOON, signals }
}

/// A user who never wants an end.
pub(crate) fn no_signals() -> Signals {
    Signals::watch(&[]).expect("the system has sockets")
}

pub(crate) fn content(file: &mut File) -> String {
    let mut text = String::new();
    file.rewind().expect("it is a file");
    file.read_to_string(&mut text).expect("it is a text");
    text
}

/// The world of a client with these arguments.
pub(crate) fn world(args: &[&str]) -> ClientWorld {
    let environment = BTreeMap::from([("HOME".into(), "/home/user".into())]);
    ClientWorld {
        invocation: Invocation {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            environment: Arc::new(environment),
            cwd: Path::new("/").to_owned(),
        },
        exe_dir: PathBuf::from("/opt/pants"),
        pid: std::process::id(),
        terminals: Terminals::default(),
        width: 120,
        run_id: "run".to_owned(),
        started: SystemTime::now(),
    }
}

/// A client that speaks for itself.
pub(crate) struct Raw<S>(pub(crate) S);

impl<S: Read + Write> Raw<S> {
    pub(crate) fn say(&mut self, kind: ChunkKind, payload: impl AsRef<[u8]>) {
        write_chunk(&mut self.0, kind, payload.as_ref()).expect("the server reads");
    }

    /// The request of a stock client.
    pub(crate) fn request(&mut self, args: &[&str], environment: &[&str]) {
        args.iter().for_each(|arg| self.say(ChunkKind::Argument, arg));
        environment.iter().for_each(|variable| self.say(ChunkKind::Environment, variable));
        self.say(ChunkKind::WorkingDirectory, "/");
        self.say(ChunkKind::Command, "pants");
    }

    /// The next frame; `None` at the end.
    pub(crate) fn hear(&mut self) -> Option<(ChunkKind, String)> {
        let chunk = read_chunk(&mut self.0).expect("the server speaks in frames")?;
        Some((chunk.kind, String::from_utf8(chunk.payload).expect("it is a text")))
    }

    /// All that comes, as lines; whether the frames are cut here or there does not matter.
    pub(crate) fn hear_all(&mut self) -> String {
        let mut heard: Vec<(ChunkKind, String)> = Vec::new();
        while let Some((kind, payload)) = self.hear() {
            match heard.last_mut() {
                Some((last, text)) if *last == kind => text.push_str(&payload),
                _ => heard.push((kind, payload)),
            }
        }
        heard.into_iter().map(|(kind, text)| format!("{kind:?} {text:?}\n")).collect()
    }
}
