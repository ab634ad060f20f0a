//! For tests: a world in memory with a real compiler behind it: the compile worker, started once for all tests of the
//! process and spoken to as the host does.

use crate::programs::LOCALE;
use crate::third_party::managed;
use crate::{graph, jdk, jvm_options, platform, scala};
use plugin_api::testing::TestContext;
use plugin_api::{Address, Error, Exit, OptionRegistrar, Process, ProcessOutput, Result, Target, Value};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock};

/// What the worker answered.
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) stderr: String,
}

/// A worker that serves requests, one at a time.
pub(crate) struct TestWorker {
    _child: Child,
    classes: PathBuf,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

/// The worker of this test process. It ends when the process does, because its stdin is closed then.
pub(crate) fn worker() -> MutexGuard<'static, TestWorker> {
    static WORKER: OnceLock<Mutex<TestWorker>> = OnceLock::new();
    let worker = WORKER.get_or_init(|| Mutex::new(TestWorker::start()));
    worker.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl TestWorker {
    fn start() -> Self {
        let classes = tempfile::tempdir().expect("the temp dir is writable").keep();
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("java/pants/jvm/worker");
        let sources = std::fs::read_dir(sources).expect("the sources are there");
        let sources = sources.map(|entry| entry.expect("an entry of the directory").path());
        let status = Command::new("javac").arg("-d").arg(&classes).args(sources).status().expect("javac is on PATH");
        assert!(status.success(), "the worker compiles");
        let mut child = Command::new("java")
            .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"])
            .args([classes.as_os_str(), "pants.jvm.worker.Worker".as_ref()])
            .current_dir(&classes)
            // What the real one has, and what it takes to be found.
            .env_clear()
            .envs([("PATH", env!("PATH")), LOCALE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("java is on PATH");
        let stdin = child.stdin.take().expect("it is piped");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { _child: child, classes, stdin, stdout }
    }

    /// The directory with its classes.
    pub(crate) fn classes(&self) -> &Path {
        &self.classes
    }

    /// Sends one request and reads its answer.
    pub(crate) fn request(&mut self, command: &str, arguments: &[String], directory: &Path) -> Answer {
        for argument in arguments {
            self.send(b'A', argument.as_bytes());
        }
        self.send(b'D', directory.to_str().expect("a plain path").as_bytes());
        self.send(b'C', command.as_bytes());
        self.stdin.flush().expect("the worker reads");
        let mut stderr = Vec::new();
        loop {
            let (kind, payload) = self.receive();
            match kind {
                b'1' => {}
                b'2' => stderr.extend(payload),
                b'X' => {
                    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the worker writes UTF-8");
                    let code = text(payload).parse().expect("an exit code is a number");
                    return Answer { code, stderr: text(stderr) };
                }
                kind => panic!("a frame of kind {kind}"),
            }
        }
    }

    fn send(&mut self, kind: u8, payload: &[u8]) {
        let length = u32::try_from(payload.len()).expect("short");
        let head = [length.to_be_bytes().as_slice(), &[kind]].concat();
        self.stdin.write_all(&head).and_then(|()| self.stdin.write_all(payload)).expect("the worker reads");
    }

    fn receive(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 5];
        self.stdout.read_exact(&mut head).expect("the worker answers");
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let mut payload = vec![0; length as usize];
        self.stdout.read_exact(&mut payload).expect("the worker answers");
        (head[4], payload)
    }
}

/// A world of the JVM backend in a directory, whose compiles are really carried out.
pub(crate) fn world(scope: &str, root: &Path) -> TestContext {
    let world = TestContext::new(scope);
    world.build_root(root).environment("PATH", env!("PATH"));
    world.option_of(jdk::SCOPE, "paths", Value::Dict(Vec::new()));
    for name in ["minimum-version", "maximum-version"] {
        world.option_of(jdk::SCOPE, name, Value::None);
    }
    world.option_of(platform::SCOPE, "platforms", Value::Dict(Vec::new()));
    world.option_of(platform::SCOPE, "default-platform", Value::None);
    world.option_of(platform::SCOPE, "default-runtime-platform", Value::None);
    world.option_of("resolve.coursier", "lockfile", "jvm.lock.json");
    options(&world);
    declare(&world, &format!("{}.{scope}", jvm_options::SCOPE), jvm_options::register_options);
    let root = root.to_owned();
    world.fake_tool(move |process| run(process, &root));
    world
}

/// Gives options of a scope their defaults.
pub(crate) fn declare(world: &TestContext, scope: &str, register: impl Fn(&mut OptionRegistrar)) {
    let mut options = OptionRegistrar::default();
    register(&mut options);
    for option in options.declared() {
        world.option_of(scope, &option.name, option.default.clone());
    }
}

/// The options of scopes that say how targets are read, at their defaults.
pub(crate) fn options(world: &TestContext) {
    world.option_of(scala::SCOPE, "version", "2.12").option_of(scala::SCOPE, "suffix-version", Value::None);
    declare(world, graph::SCOPE, crate::tasks::register_java_options);
    world.option_of(scala::SCOPE, "strict-deps", false);
    world.option_of(managed::SCOPE, "default-target", Value::None);
    world.option_of(managed::SCOPE, "conflict-strategy", "FAIL");
    world.option_of(managed::SCOPE, "suppress-conflict-warnings", false);
}

/// Adds a target with sources, which are written, and dependencies of the same directory.
pub(crate) fn add_target(
    world: &TestContext,
    root: &Path,
    type_name: &str,
    name: &str,
    sources: &[(&str, &str)],
    dependencies: &[&str],
) -> Address {
    let address = Address::new("src/java", name);
    let mut target = Target::new(address.clone(), type_name);
    target.dependencies = dependencies.iter().map(|name| Address::new("src/java", *name)).collect();
    for (file, text) in sources {
        let path = format!("src/java/{file}");
        let place = root.join(&path);
        std::fs::create_dir_all(place.parent().expect("it is below the root")).expect("a directory");
        std::fs::write(place, text).expect("a file");
        target.sources.push(path);
    }
    world.target(target);
    address
}

fn run(process: &Process, root: &Path) -> Result<ProcessOutput> {
    if process.worker.is_some() {
        let answer = worker().request(&process.argv[0], &process.argv[1..], root);
        let stderr = answer.stderr.into_bytes();
        return Ok(ProcessOutput { exit: Exit::Code(answer.code), stderr, ..ProcessOutput::default() });
    }
    if process.argv[0].starts_with("{tool:jdk}") {
        // The helpers are compiled for the worker of a host; here there is one already.
        if let Some(at) = process.argv.iter().position(|argument| argument == "-d") {
            std::fs::create_dir_all(&process.argv[at + 1])?;
        }
        return Ok(ProcessOutput::default());
    }
    Err(Error::msg(format!("no test runs `{}`", process.argv[0])))
}
