//! Where the daemon listens: the first place that its socket can have, and the port that was asked for.

use super::settings::Settings;
use super::site::Site;
use super::with_cause;
use crate::server::{Listeners, ServeError, TcpClients, TcpConfig};
use crate::wire::Token;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What a path of a socket may be long on every system (104 bytes on some, with the zero at its end).
const LONGEST_PATH: usize = 100;

/// Listens where the settings say, or says in one line why not. Whoever may use the port must know the token, if there is one.
pub(super) fn open(settings: &Settings, pid: u32) -> Result<(Listeners, Option<Token>), String> {
    let token = settings.port.filter(|_| !settings.allows_plain_nailgun).map(|_| Token::generate()).transpose();
    let token = token.map_err(|error| format!("there is no randomness for a token: {error}"))?;
    let clients = token.clone().map_or(TcpClients::Anybody, TcpClients::WithToken);
    let tcp = settings.port.map(|port| TcpConfig { port, clients });
    Ok((bind_somewhere(&settings.site, pid, tcp)?, token))
}

/// The `socket` metadata: the path, and on another line the port.
pub(super) fn to_metadata(listeners: &Listeners) -> String {
    let port = listeners.tcp_address().map(|address| format!("\n{address}"));
    format!("{}{}", listeners.path().display(), port.unwrap_or_default())
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

fn bind_somewhere(site: &Site, pid: u32, tcp: Option<TcpConfig>) -> Result<Listeners, String> {
    let mut failures = Vec::new();
    for directory in &site.socket_dirs {
        let path = directory.join(format!("{pid}.sock"));
        if path.as_os_str().as_bytes().len() > LONGEST_PATH {
            failures.push(format!("`{}` is too long a path", path.display()));
            continue;
        }
        match Listeners::bind(&path, tcp.clone()) {
            Ok(listeners) => return Ok(listeners),
            // The next place would have the same port.
            Err(error @ ServeError::Port { .. }) => {
                remove(&path);
                return Err(with_cause(&error));
            }
            Err(error) => failures.push(with_cause(&error)),
        }
    }
    Err(format!("there is no place for its socket: {}", failures.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::site::test_support::{settings, site};
    use super::*;
    use std::net::TcpListener;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::net::UnixStream;

    #[test]
    fn the_socket_is_in_a_directory_of_its_owner_and_goes_with_him() {
        let root = tempfile::tempdir().expect("tests have a temporary directory");
        let site = site(root.path());
        let (listeners, token) = open(&settings(&site), 7).expect("there is a place");
        assert_eq!(listeners.path(), root.path().join(".pids/pantsd.sock/7.sock"));
        assert_eq!((to_metadata(&listeners), token.is_none()), (listeners.path().display().to_string(), true));
        let directory = listeners.path().parent().expect("it has one");
        assert_eq!(fs::metadata(directory).expect("it is there").mode() & 0o777, 0o700);
        UnixStream::connect(listeners.path()).expect("somebody listens");
        remove(listeners.path());
        assert!(!directory.exists());
    }

    #[test]
    fn a_long_path_and_a_strange_directory_are_passed_over() {
        let root = tempfile::tempdir().expect("tests have a temporary directory");
        let mut site = site(&root.path().join("x".repeat(200)));
        let failed = open(&settings(&site), 7).expect_err("the path is too long");
        assert!(failed.ends_with("is too long a path"), "{failed}");
        let [link, wide, good] = ["link", "wide", "good"].map(|name| root.path().join(name));
        std::os::unix::fs::symlink(root.path(), &link).expect("the directory is ours");
        fs::create_dir(&wide).expect("the directory is ours");
        fs::set_permissions(&wide, fs::Permissions::from_mode(0o755)).expect("it is ours");
        site.socket_dirs.extend([link, wide]);
        open(&settings(&site), 7).expect_err("others may enter");
        site.socket_dirs.push(good.clone());
        assert_eq!(open(&settings(&site), 7).expect("there is a place").0.path(), good.join("7.sock"));
    }

    #[test]
    fn a_port_comes_with_a_token_unless_anybody_may() {
        let root = tempfile::tempdir().expect("tests have a temporary directory");
        let site = site(root.path());
        // Whichever port is free now.
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr());
        let port = port.expect("there are ports").port();
        let mut settings = Settings { port: Some(port), ..settings(&site) };
        let (listeners, token) = open(&settings, 7).expect("the port is free");
        assert!(to_metadata(&listeners).ends_with(&format!("7.sock\n127.0.0.1:{port}")));
        assert!(token.is_some());
        let failed = open(&settings, 8).expect_err("the port is taken");
        assert!(failed.starts_with(&format!("cannot listen on port {port}: ")), "{failed}");
        assert!(!root.path().join(".pids/pantsd.sock/8.sock").exists());
        drop(listeners);
        settings.allows_plain_nailgun = true;
        assert!(open(&settings, 7).expect("the port is free").1.is_none());
    }
}
