//! Who may connect, and what becomes of what stands where the socket is to be.

use super::*;
use std::process::{Command, Stdio};
use tempfile::TempDir;

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("it is there").mode() & 0o777
}

#[test]
fn the_socket_and_its_directory_are_for_the_owner_alone() {
    let top = directory();
    let path = top.path().join("a/b/socket");
    let listeners = Listeners::bind(&path, None).expect("nobody is there");
    assert_eq!(mode(&top.path().join("a/b")), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(listeners.path(), path);
    assert_eq!(listeners.tcp_address(), None);
}

#[track_caller]
fn check_directory(prepare: impl FnOnce(&Path), expect: &str) {
    let top = directory();
    let path = top.path().join("private");
    prepare(&path);
    let error = Listeners::bind(&path.join("socket"), None).expect_err("it is not private");
    assert_eq!(error.to_string(), format!("`{}` is not a directory of this user alone: {expect}", path.display()));
}

#[test]
fn a_directory_that_is_not_private_is_not_used() {
    let make = |path: &Path, mode| {
        fs::create_dir(path).expect("it can be made");
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
    };
    check_directory(|path| make(path, 0o755), "others may enter it");
    check_directory(|path| make(path, 0o710), "others may enter it");
    check_directory(
        |path| {
            make(&path.with_extension("other"), 0o700);
            std::os::unix::fs::symlink(path.with_extension("other"), path).expect("it can be made");
        },
        "it is something else",
    );
    if rustix::process::geteuid().is_root() {
        let give_away = |path: &Path| {
            make(path, 0o700);
            std::os::unix::fs::chown(path, Some(65534), None).expect("root may");
        };
        check_directory(give_away, "it belongs to somebody else");
    }
}

#[test]
fn a_dead_socket_is_replaced_and_a_living_one_is_not() {
    let top = directory();
    let path = top.path().join("private/socket");
    ensure_private(top.path().join("private").as_path()).expect("it can be made");
    drop(UnixListener::bind(&path).expect("it is free"));
    assert!(path.exists(), "its server died");
    let living = Listeners::bind(&path, None).expect("it is replaced");
    let error = Listeners::bind(&path, None).expect_err("it lives");
    assert!(matches!(error, ServeError::InUse { .. }), "{error}");
    // Another has taken the place: it is not ours to remove.
    fs::remove_file(&path).expect("it is there");
    let _other = UnixListener::bind(&path).expect("it is free");
    living.remove();
    assert!(path.exists());
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there are ports");
    let port = taken.local_addr().expect("it listens").port();
    let top = directory();
    let config = TcpConfig { port, clients: TcpClients::Anybody };
    let error = Listeners::bind(&top.path().join("private/socket"), Some(config)).expect_err("it is taken");
    assert_eq!(error.to_string(), format!("cannot listen on port {port}"));
}

#[test]
fn other_users_are_not_let_in_not_even_root() {
    assert!(admit(1000, 1000).is_ok());
    assert!(admit(1001, 1000).is_err());
    assert!(admit(0, 1000).is_err());
}

/// Connects as the user `nobody`; what came of it.
fn connect_as_another_user(path: &Path) -> Option<String> {
    let script = "import socket, sys\n\
        s = socket.socket(socket.AF_UNIX)\n\
        try:\n    s.connect(sys.argv[1])\nexcept OSError as e:\n    print(type(e).__name__)\n    sys.exit()\n\
        print('connected', s.recv(1))";
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--clear-groups", "python3", "-c", script])
        .arg(path)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned()).filter(|text| !text.is_empty())
}

#[test]
fn another_user_of_this_machine_cannot_connect() {
    if !rustix::process::geteuid().is_root() {
        // Nobody else can become another user.
        return;
    }
    let top = directory();
    fs::set_permissions(top.path(), Permissions::from_mode(0o755)).expect("it is ours");
    let path = top.path().join("private/socket");
    let listeners = Listeners::bind(&path, None).expect("nobody is there");
    // Neither program need be here.
    let Some(outcome) = connect_as_another_user(&path) else { return };
    assert_eq!(outcome, "PermissionError");
    // Even if the rights of the directory were lost: who connects is looked at.
    fs::set_permissions(path.parent().expect("it has one"), Permissions::from_mode(0o755)).expect("it is ours");
    fs::set_permissions(&path, Permissions::from_mode(0o777)).expect("it is ours");
    let bell = Bell::new().expect("the system has pipes");
    std::thread::scope(|scope| {
        let accepting = scope.spawn(|| {
            let mut taken = 0;
            listeners.accept_all(&bell, |_| taken += 1);
            taken
        });
        assert_eq!(connect_as_another_user(&path).as_deref(), Some("connected b''"));
        bell.stop();
        assert_eq!(accepting.join().expect("no panic"), 0);
    });
}
