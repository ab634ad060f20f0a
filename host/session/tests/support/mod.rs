//! Repositories on disk, and questions about them to a session.

use pants_console::{ClockReading, ConsoleOptions, ConsoleSink};
use pants_model::EventSink;
use pants_options::{Invocation, bootstrap};
use pants_session::{Cancel, Changes, FileEvents, Outcome, Request, Warm, run};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tempfile::TempDir;

/// A session that stays warm over files to which nothing happens.
pub fn never_changing() -> Warm {
    struct Nothing;

    impl FileEvents for Nothing {
        fn watch(&self, _dirs: &[Arc<str>]) {}

        fn drain(&self) -> Changes {
            Changes::default()
        }
    }

    Warm::watching(Arc::new(Nothing))
}

/// A repository in a temporary directory.
pub struct Repository {
    directory: TempDir,
    environment: Arc<BTreeMap<OsString, OsString>>,
}

impl Repository {
    /// The files of a text: `//- path` begins each.
    pub fn of(files: &str) -> Self {
        let repository = Self::empty();
        repository.write("pants.toml", "");
        for file in files.split("//- ").skip(1) {
            let (path, text) = file.split_once('\n').expect("a path is on a line of its own");
            repository.write(path.trim(), text);
        }
        repository
    }

    /// A copy of a directory that is named relative to the crate.
    pub fn copy_of(directory: &str) -> Self {
        let repository = Self::empty();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(directory), &repository.root());
        repository
    }

    fn empty() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        std::fs::create_dir(directory.path().join("repo")).expect("a directory");
        let at = |name: &str| directory.path().join(name).into_os_string();
        let environment = [
            ("HOME".into(), at("home")),
            ("XDG_CACHE_HOME".into(), at("cache")),
            ("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into()),
        ];
        Self { environment: Arc::new(environment.into()), directory }
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("repo").canonicalize().expect("it is there")
    }

    /// Writes a file, and the directories above it.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("it is below the root")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    /// Commits all files.
    pub fn commit(&self) {
        let git = |args: &[&str]| {
            let names = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "init.defaultBranch=main"];
            let mut command = Command::new("git");
            command.args(names).args(args).current_dir(self.root()).env("HOME", self.directory.path());
            assert!(command.output().expect("git is there").status.success(), "git {args:?}");
        };
        git(&["init"]);
        git(&["add", "--all"]);
        git(&["commit", "--message", "All of it"]);
    }

    /// All that a run prints, and how it ends.
    pub fn ask(&self, question: &str, warm: &Warm) -> String {
        let words = question.split_whitespace().map(|word| word.trim_matches('\'').to_owned());
        let invocation = Invocation { args: words.collect(), environment: self.environment.clone(), cwd: self.root() };
        let bootstrap = match bootstrap(&invocation) {
            Ok(bootstrap) => bootstrap,
            Err(error) => return format!("{error:#?}\n"),
        };
        let (stdout, stderr) = (Memory::default(), Memory::default());
        let clock = Box::new(ClockReading::default);
        let options = ConsoleOptions::default();
        let console = Arc::new(ConsoleSink::new(Box::new(stdout.clone()), Box::new(stderr.clone()), clock, options));
        let events: Arc<dyn EventSink> = console.clone();
        let request = Request {
            invocation,
            bootstrap,
            exe_dir: plugins(),
            client_pid: 1,
            width: 80,
            is_coloured: false,
            run_id: "run".to_owned(),
            started: SystemTime::UNIX_EPOCH,
        };
        let ended = match run(&request, warm, &events, &Cancel::new()) {
            Ok(Outcome::Success) => "success".to_owned(),
            Ok(Outcome::Failed(failures)) => format!("failures: {failures:#?}"),
            Ok(outcome) => format!("{outcome:?}"),
            Err(error) => format!("{error}\n{:#?}", error.diagnostics()),
        };
        console.flush();
        format!("{}--- stderr\n{}--- {ended}\n", stdout.text(), stderr.text())
    }
}

/// Where cargo puts the dylibs of the backends.
fn plugins() -> PathBuf {
    let exe = std::env::current_exe().expect("a test knows where it is");
    exe.parent().expect("it is in a directory").to_owned()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let is_made = ["dist", ".pants.d", ".pids"].iter().any(|name| entry.file_name() == *name);
        match entry.file_type().expect("its type") {
            _ if is_made => {}
            kind if kind.is_dir() => copy(&entry.path(), &to.join(entry.file_name())),
            _ => _ = std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy"),
        }
    }
}

/// Bytes in memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panicked")).into_owned()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
