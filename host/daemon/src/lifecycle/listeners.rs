//! Where the daemon listens: a socket in a directory that only its owner may enter, and a TCP port where that is asked for.

use super::settings::Settings;
use super::site::Site;
use crate::wire::Token;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

/// What a path of a socket may be long on every system (104 bytes on some, with the zero at its end).
const LONGEST_PATH: usize = 100;

/// Where the daemon listens.
#[derive(Debug)]
pub struct Listeners {
    /// The socket of our clients.
    pub unix: UnixListener,
    /// Where that is.
    pub path: PathBuf,
    /// The port of other clients.
    pub tcp: Option<TcpListener>,
    /// What clients on that port must send; `None` when they need not.
    pub token: Option<Token>,
}

impl Listeners {
    /// Listens where the settings say, or says in one line why not.
    pub(super) fn open(settings: &Settings, pid: u32) -> Result<Self, String> {
        let (unix, path) = bind_somewhere(&settings.site, pid)?;
        let opened = settings.port.map(|port| {
            let failed = |error: io::Error| format!("cannot listen on port {port}: {error}");
            let token = if settings.allows_plain_nailgun { None } else { Some(Token::generate()) };
            let token = token.transpose().map_err(failed)?;
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed).map(|tcp| (tcp, token))
        });
        match opened.transpose() {
            Ok(opened) => {
                let (tcp, token) = opened.unzip();
                Ok(Self { unix, path, tcp, token: token.flatten() })
            }
            Err(error) => {
                remove(&path);
                Err(error)
            }
        }
    }

    /// The `socket` metadata: the path, and on another line the port.
    pub(super) fn to_metadata(&self) -> String {
        let port = self.tcp.as_ref().and_then(|tcp| tcp.local_addr().ok());
        let port = port.map(|address| format!("\n{address}"));
        format!("{}{}", self.path.display(), port.unwrap_or_default())
    }
}

/// Removes a socket, and its directory when it was the last one in it.
pub(super) fn remove(socket: &Path) {
    for removed in [fs::remove_file(socket), socket.parent().map_or(Ok(()), fs::remove_dir)] {
        if let Err(error) = removed
            && !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty)
        {
            tracing::debug!(socket = %socket.display(), %error, "a socket remains");
        }
    }
}

fn bind_somewhere(site: &Site, pid: u32) -> Result<(UnixListener, PathBuf), String> {
    let mut failures = Vec::new();
    for directory in &site.socket_dirs {
        let path = directory.join(format!("{pid}.sock"));
        if path.as_os_str().as_bytes().len() > LONGEST_PATH {
            failures.push(format!("`{}` is too long a path", path.display()));
            continue;
        }
        match prepare(directory).and_then(|()| bind(&path)) {
            Ok(listener) => return Ok((listener, path)),
            Err(error) => failures.push(format!("`{}`: {error}", directory.display())),
        }
    }
    Err(format!("there is no place for its socket: {}", failures.join(", ")))
}

/// Makes the directory ours alone. In a directory for everybody, somebody may have made it before.
fn prepare(directory: &Path) -> io::Result<()> {
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let metadata = fs::symlink_metadata(directory)?;
    if !metadata.is_dir() {
        return Err(io::Error::other("it is no directory"));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other("it belongs to another user"));
    }
    if metadata.mode() & 0o777 != 0o700 {
        fs::set_permissions(directory, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    match UnixListener::bind(path) {
        // Of a process that had our id before us.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        bound => bound,
    }
}

#[cfg(test)]
mod tests {
    use super::super::launch::test_support::{settings, site};
    use super::*;
    use std::os::unix::net::UnixStream;

    #[test]
    fn the_socket_is_in_a_directory_of_its_owner_and_goes_with_him() {
        let root = tempfile::tempdir().expect("tests have a temporary directory");
        let site = site(root.path());
        let listeners = Listeners::open(&settings(&site), 7).expect("there is a place");
        assert_eq!(listeners.path, root.path().join(".pids/pantsd.sock/7.sock"));
        assert_eq!(listeners.to_metadata(), listeners.path.display().to_string());
        let directory = listeners.path.parent().expect("it has one");
        assert_eq!(fs::metadata(directory).expect("it is there").mode() & 0o777, 0o700);
        UnixStream::connect(&listeners.path).expect("somebody listens");
        // One that was killed had the same id.
        Listeners::open(&settings(&site), 7).expect("the place is free");
        remove(&listeners.path);
        assert!(!directory.exists());
    }

    #[test]
    fn a_long_path_and_a_strange_directory_are_passed_over() {
        let root = tempfile::tempdir().expect("tests have a temporary directory");
        let mut site = site(&root.path().join("x".repeat(200)));
        let failed = Listeners::open(&settings(&site), 7).expect_err("the path is too long");
        assert!(failed.ends_with("is too long a path"), "{failed}");
        let (link, short) = (root.path().join("link"), root.path().join("short"));
        std::os::unix::fs::symlink(root.path(), &link).expect("the directory is ours");
        fs::create_dir(&short).expect("the directory is ours");
        fs::set_permissions(&short, Permissions::from_mode(0o755)).expect("it is ours");
        site.socket_dirs.extend([link, short.clone()]);
        let listeners = Listeners::open(&settings(&site), 7).expect("there is a place");
        assert_eq!(listeners.path, short.join("7.sock"));
        assert_eq!(fs::metadata(&short).expect("it is there").mode() & 0o777, 0o700);
    }

    #[test]
    fn a_port_comes_with_a_token_unless_anybody_may() {
        let root = tempfile::tempdir().expect("tests have a temporary directory");
        let site = site(root.path());
        // Whichever port is free now.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
        let port = port.expect("there are ports").port();
        let mut settings = Settings { port: Some(port), ..settings(&site) };
        let listeners = Listeners::open(&settings, 7).expect("the port is free");
        assert!(listeners.to_metadata().ends_with(&format!("7.sock\n127.0.0.1:{port}")));
        assert!(listeners.token.is_some());
        let failed = Listeners::open(&settings, 8).expect_err("the port is taken");
        assert!(failed.starts_with(&format!("cannot listen on port {port}: ")), "{failed}");
        assert!(!root.path().join(".pids/pantsd.sock/8.sock").exists());
        drop(listeners);
        settings.allows_plain_nailgun = true;
        assert!(Listeners::open(&settings, 7).expect("the port is free").token.is_none());
    }
}
