//! Another user of the machine cannot connect to the daemon: not through the directory of its socket, and not when
//! somebody opened that directory to all.
//!
//! Needs to be root, which alone can become another user. The stranger is a copy of this program where everybody may
//! execute it; it asks as a nailgun client would and tells by its exit code how far it came.

use crate::support::{Repository, machine_path};
use crate::{ASK_AS_STRANGER, Closing, Scale};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// `nobody`.
const STRANGER: &str = "65534";
/// How far a stranger came.
const REFUSED: u8 = 10;
const CLOSED: u8 = 11;
const ANSWERED: u8 = 12;

pub(crate) fn run(_: &Scale) -> Closing {
    if !rustix::process::getuid().is_root() {
        return Closing::Skipped("only root can become another user".to_owned());
    }
    let repository = Repository::new("");
    repository.write("BUILD", "target(name='secret')\n");
    let pants = repository.pants();
    let answer = pants.run(&["list", "::"]);
    assert!(answer.is_quiet_success(), "{answer:?}");
    let Some(socket) = pants.socket() else {
        return Closing::Missed(format!("no daemon listens: {}", pants.log()));
    };
    let stranger = Stranger::new(&repository);
    if stranger.asks(&repository.beside("nowhere")) != Some(REFUSED) {
        pants.kill_daemon();
        return Closing::Skipped(format!("uid {STRANGER} can start no program on this machine"));
    }
    open_all_but(&socket);
    let mut found = vec![
        expect("as it is", stranger.asks(&socket), REFUSED),
        expect("its owner", Some(ask_here(&socket)), ANSWERED),
    ];
    let directory = socket.parent().expect("a socket stands in a directory");
    let mode = mode_of(directory);
    let is_private = if mode == 0o700 { Ok(()) } else { Err(format!("the directory has mode {mode:o}")) };
    found.push(is_private);
    set_mode(directory, 0o777);
    set_mode(&socket, 0o777);
    found.push(expect("with an open directory", stranger.asks(&socket), CLOSED));
    set_mode(directory, 0o700);
    let again = pants.run(&["list", "::"]);
    found.push(if again.says_what(&answer) { Ok(()) } else { Err(format!("the next run: {again:?}")) });
    pants.kill_daemon();
    let faults: Vec<String> = found.into_iter().filter_map(Result::err).collect();
    if faults.is_empty() {
        Closing::Shown(format!(
            "uid {STRANGER} is refused by the directory (0700) and, where that is open, by the server"
        ))
    } else {
        Closing::Missed(faults.join("; "))
    }
}

fn expect(what: &str, found: Option<u8>, expected: u8) -> Result<(), String> {
    let name = |code: Option<u8>| match code {
        Some(REFUSED) => "could not connect".to_owned(),
        Some(CLOSED) => "was not served".to_owned(),
        Some(ANSWERED) => "was served".to_owned(),
        other => format!("ended with {other:?}"),
    };
    let fault = || format!("{what}: {} where it should be: {}", name(found), name(Some(expected)));
    if found == Some(expected) { Ok(()) } else { Err(fault()) }
}

/// Lets others pass all directories but the socket's own, so that it is that one which keeps them out.
fn open_all_but(socket: &Path) {
    let own = socket.parent().expect("a socket stands in a directory");
    for directory in own.ancestors().skip(1) {
        if directory.starts_with(std::env::temp_dir()) && directory != std::env::temp_dir() {
            set_mode(directory, mode_of(directory) | 0o111);
        }
    }
}

fn mode_of(path: &Path) -> u32 {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("root may");
}

/// Another user with a program of his own.
struct Stranger {
    program: PathBuf,
}

impl Stranger {
    fn new(repository: &Repository) -> Self {
        let program = repository.beside("stranger");
        std::fs::copy(std::env::current_exe().expect("this program has a path"), &program).expect("a copy of it");
        set_mode(&program, 0o755);
        for directory in [program.parent(), Some(repository.root().as_path())].into_iter().flatten() {
            set_mode(directory, 0o755);
        }
        Self { program }
    }

    fn asks(&self, socket: &Path) -> Option<u8> {
        let mut command = Command::new("setpriv");
        command.env_clear().env("PATH", machine_path()).current_dir("/");
        command.arg(format!("--reuid={STRANGER}")).arg(format!("--regid={STRANGER}")).arg("--clear-groups");
        command.arg(&self.program).arg(format!("{ASK_AS_STRANGER}{}", socket.display()));
        let status = command.status().expect("setpriv runs");
        status.code().and_then(|code| u8::try_from(code).ok())
    }
}

/// Asks in the stranger's place.
pub(crate) fn ask(socket: &Path) -> ExitCode {
    ExitCode::from(ask_here(socket))
}

/// Asks for a list as a plain nailgun client does.
fn ask_here(socket: &Path) -> u8 {
    let Ok(mut stream) = UnixStream::connect(socket) else { return REFUSED };
    let most = Some(Duration::from_secs(20));
    stream.set_read_timeout(most).expect("not zero");
    let mut request = Vec::new();
    let root = socket.ancestors().find(|path| path.join("pants.toml").exists()).unwrap_or(Path::new("/"));
    let root = root.to_string_lossy();
    for (kind, text) in [(b'A', "list"), (b'A', "::"), (b'E', "PATH=/usr/bin:/bin"), (b'D', &*root), (b'C', "pants")] {
        let length = u32::try_from(text.len()).expect("it is short");
        request.extend(length.to_be_bytes());
        request.push(kind);
        request.extend(text.as_bytes());
    }
    // Whoever is refused may find the other end closed at any moment.
    let _ = stream.write_all(&request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    // A served run ends with `X`, whatever its exit code.
    let is_served = answer.len() >= 5 && answer.windows(5).any(|header| header[4] == b'X' && header[..3] == [0, 0, 0]);
    if is_served { ANSWERED } else { CLOSED }
}
